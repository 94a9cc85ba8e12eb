"""Tests each protection of the sandbox by trying to break it."""

import contextlib
import os
import secrets
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.attacks import Attack, attacks
from autograder.sandbox.collector import Output
from autograder.sandbox.errors import SandboxError
from autograder.sandbox.policy import MIB, Limits, Policy
from autograder.sandbox.probe import probe
from autograder.sandbox.sandbox import Sandbox

_LIMITS = Limits(
    cpu_seconds=1,
    memory_bytes=768 * MIB,
    processes=24,
    file_bytes=8 * MIB,
    tmp_bytes=16 * MIB,
    grace_seconds=0.3,
)
_FILES = {"helper.py": b"VALUE = 7\n", "numpy.py": b"raise SystemExit\n"}
_SHOWN_CHARACTERS = 100

_LEAVE_BEHIND = """
import os, time
for place in ("/tmp", "/dev/shm", os.path.expanduser("~")):
    with open(os.path.join(place, "left"), "w") as file:
        file.write("x")
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
os.wait()
"""
_FIND_LEFT = """
import os
places = ("/tmp", "/dev/shm", os.path.expanduser("~"), ".")
left = [p for p in places if os.path.exists(os.path.join(p, "left"))]
pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
left += [pid for pid in pids if pid not in (1, os.getpid())]
print("broken: found" if left else "held: nothing left", left or "")
"""


@dataclass(frozen=True)
class Check:
    """The result of one attempt."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def checks() -> Iterator[Check]:
    """Try to break the sandbox in every known way; yields a result for each."""
    found = probe(Policy(limits=_LIMITS))
    yield Check("start the sandbox", found.usable, found.reason, found.remedy)
    if not found.usable:
        return
    with contextlib.ExitStack() as stack:
        values = _bait(stack)
        sandbox = stack.enter_context(Sandbox(Policy(limits=_LIMITS)))
        for attack in attacks(values):
            yield _try(sandbox, attack)
        yield _try_to_stay(sandbox)


def _bait(stack: contextlib.ExitStack) -> dict[str, object]:
    """Set up what the sandbox must not reach, and return how it could be reached."""
    directory = stack.enter_context(tempfile.TemporaryDirectory())
    marker = Path(directory, "marker")
    marker.write_text("outside", encoding="ascii")
    secret = f"SECRET_{secrets.token_hex(8)}"
    os.environ[secret] = secret
    stack.callback(os.environ.pop, secret)
    addresses: list[tuple[int, object]] = []
    for family, address in (
        (socket.AF_INET, ("127.0.0.1", 0)),
        (socket.AF_UNIX, f"{directory}/socket"),
        (socket.AF_UNIX, f"\0{secret}"),
    ):
        server = stack.enter_context(socket.socket(family))
        server.bind(address)
        server.listen()
        addresses.append((int(family), server.getsockname()))
    hidden = [str(marker), *_some_files(Path.home()), *_some_files(Path.cwd())]
    hidden += [__file__, "/etc/shadow", "/etc/ssh", "/var/log", "/srv"]
    return {
        "hidden": [path for path in hidden if os.path.exists(path)],
        "addresses": [[family, _plain(name)] for family, name in addresses],
        "secret": secret,
        "memory": _LIMITS.memory_bytes,
        "processes": _LIMITS.processes,
        "tmp": _LIMITS.tmp_bytes,
    }


def _some_files(directory: Path) -> list[str]:
    return [str(path) for path in directory.iterdir() if path.is_file()]


def _plain(name: object) -> object:
    if isinstance(name, bytes):
        return name
    return list(name) if isinstance(name, tuple) else name


def _try(sandbox: Sandbox, attack: Attack) -> Check:
    try:
        with sandbox.open(_FILES) as session:
            given = "".join(f"{k} = {v!r}\n" for k, v in attack.values.items())
            result = session.run_cell(
                given + attack.source, cell_id="attack", timeout=attack.seconds
            )
    except SandboxError as error:
        return Check(attack.name, False, str(error), attack.remedy)
    said = _printed(result.outputs)
    held = result.status in attack.ends or said.startswith("held:")
    if result.status in ("ok", "error") and not attack.ends:
        held = said.startswith("held:")
    detail = result.reason or said.partition(": ")[2] or said or result.status
    detail = detail.strip()[:_SHOWN_CHARACTERS]
    return Check(attack.name, held, detail, "" if held else attack.remedy)


def _try_to_stay(sandbox: Sandbox) -> Check:
    """Leave files and a daemon in one session and look for them in the next."""
    with sandbox.open() as session:
        session.run_cell(_LEAVE_BEHIND, cell_id="leave", timeout=5)
    with sandbox.open() as session:
        said = _printed(session.run_cell(_FIND_LEFT, cell_id="find", timeout=5).outputs)
    held = said.startswith("held:")
    remedy = "" if held else "the sweep between submissions fails: report this"
    return Check("stay for the next submission", held, said[:_SHOWN_CHARACTERS], remedy)


def _printed(outputs: list[Output]) -> str:
    for output in outputs:
        if output["output_type"] == "error":
            return f"broken: {output['ename']}: {output['evalue']}"
    texts = (o["text"] for o in outputs if o.get("name") == "stdout")
    return "".join(texts).strip()
