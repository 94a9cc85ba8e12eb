"""Grades the submissions of an assignment: what is new runs, what is known is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial

import nbformat
from nbformat import NotebookNode

from autograder.errors import CourseError
from autograder.grading.assignment import (
    check_name,
    find_revisions,
    load_package,
    record_revisions,
)
from autograder.grading.course import Course, Submission
from autograder.grading.engines import Engine, Failure, Queue
from autograder.grading.files import pack, unpack, write_graded
from autograder.grading.finishing import finish, finishing_steps
from autograder.grading.gradebook import Gradebook
from autograder.grading.outcome import Outcome, changed_scores, outcome_of
from autograder.grading.package import Package
from autograder.grading.progress import Reporter
from autograder.grading.store import ResultStore, key_of
from autograder.grading.times import submission_times
from autograder.grading.versions import versions
from autograder.grading.worker import graded_notebooks

MARGIN_SECONDS = 60
"""What starting a sandbox, mending and settling may take beyond the cells' own time."""

Changes = dict[str, tuple[float | None, float | None]]


@dataclass
class ClassResult:
    """What came of a run."""

    outcomes: list[Outcome] = field(default_factory=list)
    revisions: list[str] = field(default_factory=list)
    changes: dict[str, Changes] = field(default_factory=dict)
    """By student: cells whose automatic score differs from the gradebook's."""

    @property
    def failed(self) -> list[Outcome]:
        """Submissions that the grader could not grade."""
        return [outcome for outcome in self.outcomes if outcome.failed]


class ClassRun:
    """One run over an assignment's submissions."""

    def __init__(
        self,
        course: Course,
        assignment: str,
        students: str = "*",
        *,
        force: bool = False,
        dry_run: bool = False,
        sandbox: str | None = None,
    ) -> None:
        self.course = course
        self.assignment = assignment
        self.force = force
        self.dry_run = dry_run
        if not course.is_hardened:
            raise CourseError(
                f"{course.root / 'nbgrader_config.py'} does not call harden: add "
                "`from autograder.nbgrader import harden` and `harden(c)` to it"
            )
        self.book = Gradebook(course.db_url, course.config)
        check_name(course, self.book, assignment)
        self.submissions = course.submissions(assignment, students)
        if not self.submissions:
            raise CourseError(
                f"no submissions: {course.folder('submitted', students, assignment)} "
                "matches no folder; collect them first (`nbgrader collect` or --from)"
            )
        self.revisions = find_revisions(course, self.book, assignment)
        self.package: Package = load_package(
            course, self.book, assignment, self.revisions, sandbox
        )
        self.package_bytes = self.package.to_bytes()
        self._base = key_of(self.package_bytes, json.dumps(versions()).encode())
        self.store = ResultStore(course.results_folder)

    def grade(
        self,
        open_engine: Callable[[], AbstractContextManager[Engine]],
        reporter: Reporter,
    ) -> ClassResult:
        """Grade everything; the engine is opened only if something must run."""
        result = ClassResult()
        for revision in self.revisions.values():
            result.revisions += revision.lines()
        if not self.dry_run:
            record_revisions(self.book, self.assignment, self.revisions)
        self._before = self.book.auto_scores(self.assignment)
        self._steps = finishing_steps(self.course.config)
        self._time_of = submission_times(self.course, reporter.warn)
        keys = {s.student: self._key(s) for s in self.submissions}
        known = {} if self.force else self._known(keys)
        reporter.begin(len(keys), len(known))
        by_student = {s.student: s for s in self.submissions}
        for student, data in self._results(keys, known, open_engine, reporter):
            outcome = self._settle(by_student[student], keys[student], data, result)
            outcome.cached = student in known
            result.outcomes.append(outcome)
            reporter.finished(outcome)
            if outcome.failed:
                reporter.warn(f"{student}: {outcome.reasons[0]}")
        result.outcomes.sort(key=lambda outcome: outcome.student)
        return result

    def _key(self, submission: Submission) -> str:
        return key_of(self._base.encode(), self._pack(submission))

    def _pack(self, submission: Submission) -> bytes:
        return pack(submission.folder, self.course.directory.ignore)

    def _known(self, keys: dict[str, str]) -> dict[str, str]:
        return {s: key for s, key in keys.items() if self.store.has(key)}

    def _results(
        self,
        keys: dict[str, str],
        known: dict[str, str],
        open_engine: Callable[[], AbstractContextManager[Engine]],
        reporter: Reporter,
    ) -> Iterator[tuple[str, bytes | Failure]]:
        """Every student with a result: known ones first, the others as they come."""
        jobs = {s.student: partial(self._pack, s) for s in self.submissions}
        for student, key in known.items():
            kept = self.store.get(key)
            if kept is not None:  # a damaged one is graded again
                del jobs[student]
                yield student, kept
        if not jobs:
            return
        with open_engine() as engine:
            queue = Queue(engine, self.package_bytes, self._seconds(), reporter.started)
            for student, data in queue.run(jobs):
                if isinstance(data, bytes):
                    self.store.put(keys[student], data)
                yield student, data

    def _seconds(self) -> float:
        settings = self.package.settings.get("SandboxedExecute", {})
        per_notebook = float(settings.get("notebook_timeout", 300))
        return MARGIN_SECONDS + per_notebook * len(self.package.notebooks)

    def _settle(
        self,
        submission: Submission,
        key: str,
        data: bytes | Failure,
        result: ClassResult,
    ) -> Outcome:
        """Write one result, unless it stands in the gradebook already."""
        student = submission.student
        if isinstance(data, Failure):
            return Outcome(student, reasons=[data.reason], failed=True)
        names = {"student": student, "assignment": self.assignment}
        notebooks = {}
        for name, notebook in graded_notebooks(data).items():
            finished = finish(notebook, self._steps, {**names, "notebook": name})
            finished.metadata.setdefault("nncourse", NotebookNode())["result"] = key
            notebooks[name] = finished
        outcome = outcome_of(student, notebooks)
        changes = changed_scores(self._before.get(student, {}), outcome.scores)
        if changes:
            result.changes[student] = changes
        if not self.dry_run and (
            self.force or changes or not self._stands(submission, key, notebooks)
        ):
            self._write(submission, notebooks)
        return outcome

    def _stands(
        self, submission: Submission, key: str, notebooks: Iterable[str]
    ) -> bool:
        """Whether this very result was written by an earlier run."""
        if submission.student not in self._before:
            return False
        folder = self.course.folder("autograded", submission.student, self.assignment)
        for name in notebooks:
            try:
                written = nbformat.read(folder / f"{name}.ipynb", as_version=4)
            except Exception:  # whatever is wrong with the old file, write it again
                return False
            if written.metadata.get("nncourse", {}).get("result") != key:
                return False
        return True

    def _write(
        self, submission: Submission, notebooks: dict[str, NotebookNode]
    ) -> None:
        student = submission.student
        files, _ = unpack(self._pack(submission))
        files = {name: data for name, data in files.items() if name[-6:] != ".ipynb"}
        target = self.course.folder("autograded", student, self.assignment)
        # The folder first: the gradebook's rows are what says that a result stands.
        write_graded(target, notebooks, {**files, **self.package.files})
        self.book.save(student, self.assignment, notebooks, self._time_of(submission))
