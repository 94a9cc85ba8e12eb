"""Grades the submissions of an assignment: what is new runs, what is known is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
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
from autograder.grading.files import (
    pack,
    unpack,
    without_conflicts,
    write_graded,
)
from autograder.grading.finishing import finish, finishing_steps
from autograder.grading.gradebook import Gradebook
from autograder.grading.outcome import Outcome, changed_scores, outcome_of
from autograder.grading.package import Package
from autograder.grading.progress import Reporter
from autograder.grading.store import ResultStore, key_of
from autograder.grading.times import submission_times
from autograder.grading.versions import versions
from autograder.grading.worker import make_job

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


@dataclass
class _Job:
    """A submission, and by notebook the name that its result is kept under."""

    submission: Submission
    keys: dict[str, str]
    known: list[str] = field(default_factory=list)

    @property
    def student(self) -> str:
        return self.submission.student

    @property
    def missing(self) -> list[str]:
        return [name for name in self.keys if name not in self.known]

    @property
    def is_known(self) -> bool:
        return not self.missing


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
        environment = json.dumps(versions(), sort_keys=True).encode()
        self._bases = {
            name: key_of(self.package.of_one(name).to_bytes(), environment).encode()
            for name in self.package.notebooks
        }
        self.store = ResultStore(course.results_folder)

    def grade(
        self,
        open_engine: Callable[[], AbstractContextManager[Engine]],
        reporter: Reporter,
    ) -> ClassResult:
        """Grade everything; the engine is opened only if something must run."""
        result = ClassResult()
        jobs = [_Job(s, self._keys(s)) for s in self.submissions]
        for revision in self.revisions.values():
            result.revisions += revision.lines()
        if not self.dry_run:
            record_revisions(self.book, self.assignment, self.revisions)
        self._before = self.book.auto_scores(self.assignment)
        self._steps = finishing_steps(self.course.config)
        self._time_of = submission_times(self.course, reporter.warn)
        for job in jobs:
            kept = () if self.force else job.keys.items()
            job.known = [name for name, key in kept if self.store.has(key)]
        reporter.begin(len(jobs), sum(job.is_known for job in jobs))
        for job, failure in self._graded(jobs, open_engine, reporter):
            outcome = failure or self._settle(job, result)
            outcome.cached = job.is_known
            result.outcomes.append(outcome)
            reporter.finished(outcome)
            if outcome.failed:
                reporter.warn(f"{job.student}: {outcome.reasons[0]}")
        result.outcomes.sort(key=lambda outcome: outcome.student)
        return result

    def _keys(self, submission: Submission) -> dict[str, str]:
        packed = self._pack(submission)
        return {name: key_of(base, packed) for name, base in self._bases.items()}

    def _pack(self, submission: Submission) -> bytes:
        return pack(submission.folder, self.course.directory.ignore)

    def _graded(
        self,
        jobs: list[_Job],
        open_engine: Callable[[], AbstractContextManager[Engine]],
        reporter: Reporter,
    ) -> Iterator[tuple[_Job, Outcome | None]]:
        """Every job once its results are kept, or with the reason why there is none."""
        waiting = {job.student: job for job in jobs if not job.is_known}
        for job in jobs:
            if job.is_known:
                yield job, None
        if not waiting:
            return
        with open_engine() as engine:
            queue = Queue(
                engine, self.package.to_bytes(), self._seconds(), reporter.started
            )
            for student, data in queue.run(
                {name: partial(self._message, job) for name, job in waiting.items()}
            ):
                job = waiting[student]
                if isinstance(data, Failure):
                    yield job, Outcome(student, reasons=[data.reason], failed=True)
                    continue
                for name, notebook in json.loads(data).items():
                    self.store.put(job.keys[name], json.dumps(notebook).encode())
                yield job, None

    def _message(self, job: _Job) -> bytes:
        return make_job(job.missing, self._pack(job.submission))

    def _seconds(self) -> float:
        per_notebook = self.package.settings.notebook_seconds
        return MARGIN_SECONDS + per_notebook * len(self.package.notebooks)

    def _settle(self, job: _Job, result: ClassResult) -> Outcome:
        """Write the results of one submission, unless they stand there already."""
        student = job.student
        names = {"student": student, "assignment": self.assignment}
        notebooks = {}
        for name, key in job.keys.items():
            notebook = nbformat.from_dict(json.loads(self.store.get(key) or b"null"))
            notebook = finish(notebook, self._steps, {**names, "notebook": name})
            notebook.metadata.setdefault("nncourse", NotebookNode())["result"] = key
            notebooks[name] = notebook
        outcome = outcome_of(student, notebooks)
        changes = changed_scores(self._before.get(student, {}), outcome.scores)
        if changes:
            result.changes[student] = changes
        stands = not self.force and not changes and self._stands(job)
        if not self.dry_run and not stands:
            self._write(job.submission, notebooks)
        return outcome

    def _stands(self, job: _Job) -> bool:
        """Whether these very results were written by an earlier run."""
        if job.student not in self._before:
            return False
        folder = self.course.folder("autograded", job.student, self.assignment)
        for name, key in job.keys.items():
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
        handed_in, _ = unpack(self._pack(submission))
        beside = {n: data for n, data in handed_in.items() if n[-6:] != ".ipynb"}
        names = {f"{name}.ipynb" for name in notebooks}
        files = without_conflicts(beside, names | self.package.files.keys())
        target = self.course.folder("autograded", student, self.assignment)
        # The folder first: the gradebook's rows are what says that a result stands.
        shared = self.course.directory.groupshared
        write_graded(
            target,
            notebooks,
            {**files, **self.package.files},
            permissions=0o664 if shared else 0o444,
        )
        self.book.save(student, self.assignment, notebooks, self._time_of(submission))
