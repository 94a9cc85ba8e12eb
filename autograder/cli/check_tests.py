"""`nncourse check-tests`: are the tests of an assignment strong and fair?"""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course import find_root
from autograder.errors import CourseError

if TYPE_CHECKING:
    from autograder.feedback.mutation import Score
    from autograder.feedback.proof import TaskProof
    from autograder.feedback.rehearsal import Rehearsal

HEAD = ("task", "reference", "blank", "right", "mistakes", "mutants killed")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `nncourse check-tests`."""
    parser.epilog = (
        "Mutants are tried again only where a cell has changed; the results are kept "
        "in mutants.json beside the notebook: commit it. A mutant that does the same "
        "as the solution goes into equivalent_mutants.toml there, as [[equivalent]] "
        "with task, change and reason. Exit code 1 if anything is wrong."
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="as a01 or a01_neurons (default: all)"
    )
    parser.add_argument(
        "--again", action="store_true", help="try the unchanged mutants, too"
    )


def run(args: argparse.Namespace) -> int:
    """Print a table for each assignment, and below it what is wrong."""
    need_tools()
    root = find_root()
    faulty = False
    for folder in _select(root, args.names):
        proofs = _prove(root, folder, again=args.again)
        _print(folder.name, proofs)
        faulty = faulty or any(proof.faults for proof in proofs)
    return int(faulty)


def need_tools() -> None:
    """Report what is missing before anything is done."""
    if not hasattr(os, "fork"):
        raise CourseError("check-tests starts processes as Linux and macOS do: use one")
    import_module("cosmic_ray")


def _select(root: Path, names: list[str]) -> list[Path]:
    folders = sorted(
        path.parent for path in root.glob("content/assignments/*/*book.py")
    )
    known = {key: f for f in folders for key in (f.name, f.name.partition("_")[0])}
    for name in names:
        if name not in known:
            there = ", ".join(folder.name for folder in folders)
            raise CourseError(f"no assignment is called {name!r}: there are {there}")
    return [known[name] for name in names] or folders


def _prove(root: Path, folder: Path, *, again: bool) -> list[TaskProof]:
    from autograder.feedback.misconceptions import load_catalogue
    from autograder.feedback.proof import load_alternatives, prove
    from autograder.feedback.rehearsal import Rehearsal

    rehearsal = Rehearsal(folder)
    alternatives = load_alternatives(root, folder.name)
    scores = _mutants(rehearsal, folder, again=again)
    return prove(rehearsal, load_catalogue(folder), alternatives, scores)


def _mutants(rehearsal: Rehearsal, folder: Path, *, again: bool) -> dict[str, Score]:
    """Try the mutants of what changed, keep the results, and return the scores."""
    from tqdm import tqdm

    from autograder.feedback import mutation

    kept = {} if again else mutation.read_surveys(folder)
    reasons = mutation.read_equivalents(folder)
    unknown = set(reasons) - set(rehearsal.tasks)
    if unknown:
        raise CourseError(
            f"{folder / mutation.EQUIVALENTS} names {', '.join(sorted(unknown))}: "
            f"the tasks are {', '.join(rehearsal.tasks)}"
        )
    surveys = {}
    for task in mutation.tasks_with_mutants(rehearsal, folder):
        old = kept.get(task)
        if old is None or old.key != rehearsal.fingerprint(task):
            with tqdm(
                desc=f"{folder.name} {task}", unit=" mutants", leave=False
            ) as bar:
                old = mutation.survey(rehearsal, task, bar.update)
        surveys[task] = old
    mutation.write_surveys(folder, surveys)
    return {
        task: mutation.score(survey, reasons.get(task, {}))
        for task, survey in surveys.items()
    }


def _print(name: str, proofs: list[TaskProof]) -> None:
    rows = [HEAD, *(_row(proof) for proof in proofs)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    print(f"\n{name}")
    for row in rows:
        cells = zip(row, widths, strict=True)
        print("  " + "  ".join(cell.ljust(width) for cell, width in cells).rstrip())
    for proof in proofs:
        for fault in proof.faults:
            print(f"  {proof.task}: {fault}")
    killed = sum(proof.mutants.killed for proof in proofs)
    lived = sum(len(proof.mutants.survivors) for proof in proofs)
    share = killed / max(killed + lived, 1)
    print(f"  {share:.1%} of {killed + lived} mutants lose points")
    sys.stdout.flush()


def _row(proof: TaskProof) -> tuple[str, ...]:
    mutants = proof.mutants
    killed = f"{mutants.killed} of {mutants.killed + len(mutants.survivors)}"
    if mutants.equivalent:
        killed += f", {mutants.equivalent} equivalent"
    right, caught = len(proof.refused), len(proof.missed)
    return (
        proof.task,
        f"{proof.reference:g} of {proof.points:g}",
        f"{proof.blank:g}",
        f"{proof.alternatives - right} of {proof.alternatives}",
        f"{proof.mistakes - caught} of {proof.mistakes}",
        killed,
    )
