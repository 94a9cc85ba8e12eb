"""All attackers, and the two roads on which their work is graded."""

import importlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from attack_course import HERE, Run, command
from attack_kit import Attack
from nbformat import NotebookNode

CATALOGUES = tuple(sorted(path.stem for path in (HERE / "catalogue").glob("*.py")))
ROADS = {
    "nbgrader": ("nbgrader", "autograde", "ps1"),
    "nncourse": ("autograder.cli", "grade", "ps1", "--workers", "2"),
}

# Of attacks that only end at a time limit, nbgrader's serial road gets these; the
# other road, which goes through the same sandbox, gets all.
SLOW_CATALOGUE = "exhaustion-"
SLOW_SAMPLE = tuple(
    SLOW_CATALOGUE + name
    for name in ("fork_bomb", "memory_in_processes", "disk", "daemons", "one_line",
                 "displays", "message_flood", "endless_generator", "slow_cells",
                 "long_source")
)  # fmt: skip


def load_attacks() -> dict[str, Attack]:
    """All attacks by the name of the student who makes them."""
    found = {}
    sys.path.insert(0, str(HERE / "catalogue"))
    for catalogue in CATALOGUES:
        for attack in importlib.import_module(catalogue).ATTACKS:
            student = f"{catalogue}-{attack.name}"
            assert student not in found, f"two attacks are called {student}"
            found[student] = attack
    sys.path.remove(str(HERE / "catalogue"))
    return found


ATTACKS = load_attacks()


# What these do ends in the sandbox, which is the same on both roads: every third one
# takes nbgrader's road too.
SANDBOX_CATALOGUES = ("crashes", "escapes", "lies", "messages")
# Students whose real feedback pages are looked at, beside the attackers of pages.
LEARNERS = ("lies-agreeable_learns", "lies-callback_with_probe", "lies-module_impostor",
            "leaks-history", "metadata-reports", "crashes-segfault_in_a_call",
            "accidents-empty_file")  # fmt: skip


def attackers(road: str) -> list[str]:
    """The students whose work is graded on a road."""
    if road == "nncourse":
        return list(ATTACKS)
    inside = [s for s in ATTACKS if s.split("-")[0] in SANDBOX_CATALOGUES]
    passed_over = set(inside).difference(inside[::3], LEARNERS)
    passed_over |= {s for s in ATTACKS if s.startswith(SLOW_CATALOGUE)}
    return [s for s in ATTACKS if s in SLOW_SAMPLE or s not in passed_over]


def hand_in_attack(root: Path, student: str, released: NotebookNode) -> None:
    """Put everything that an attacker hands in where nbgrader collects it."""
    attack = ATTACKS[student]
    folder = root / "submitted" / student / "ps1"
    folder.mkdir(parents=True)
    if attack.content != b"" or attack.notebook not in attack.files:
        (folder / attack.notebook).write_bytes(attack.file(released))
    for name, content in attack.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            content(path)


def graded_run(ungraded: Run, to: Path, road: str) -> Run:
    """Grade a class by a command that is watched."""
    root = to / "course"
    subprocess.run(["cp", "-a", str(ungraded.root), str(root)], check=True)
    for student in set(ATTACKS).difference(attackers(road)):
        shutil.rmtree(root / "submitted" / student)
    run = Run(root, ungraded.secrets, to / "temporary", road)
    run.untouched = run.digests()
    run.temporary.mkdir()
    secret = run.temporary / "secret.txt"
    secret.write_text(run.secrets.texts["temporary"])
    mounts = Path("/proc/self/mounts").read_text().splitlines()
    done = command(
        root,
        [sys.executable, str(HERE / "watch.py"), sys.executable, "-m", *ROADS[road]],
        TMPDIR=str(run.temporary),
        GRADER_TOKEN=run.secrets.texts["environment"],
    )
    run.output, _, last = done.stdout.rstrip().rpartition("\n")
    run.report = json.loads(last)
    secret.unlink()
    run.leftovers = [str(path) for path in run.temporary.iterdir()]
    now = Path("/proc/self/mounts").read_text().splitlines()
    new = set(now).difference(mounts)
    # What other programs mount among their own temporary files is not ours.
    foreign = f" {tempfile.gettempdir()}/"
    run.leftovers += [line for line in new if foreign not in line or str(to) in line]
    return run
