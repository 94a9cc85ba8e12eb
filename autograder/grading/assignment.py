"""What the course says of an assignment: its cells, files, settings, recent changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nbgrader.utils import find_all_files

from autograder.errors import CourseError
from autograder.execution.preprocessor import SandboxedExecute, SettleOutputs
from autograder.execution.release import ReleasedCell, ReleasedNotebook, load_release
from autograder.execution.settings import Settings
from autograder.grading.course import Course
from autograder.grading.gradebook import Gradebook
from autograder.grading.package import Package
from autograder.grading.revision import Revision, apply, compare, instructor_cells


def check_name(course: Course, book: Gradebook, assignment: str) -> None:
    """Refuse an assignment that the gradebook does not know, with the next step."""
    with book.transaction() as session:
        known = book.assignment_names(session)
    if assignment in known:
        return
    if course.folder("source", ".", assignment).is_dir():
        raise CourseError(
            f"assignment '{assignment}' was never generated: run "
            f"`nbgrader generate_assignment {assignment}` first"
        )
    similar = course.similar_assignments(assignment, known)
    hint = f"did you mean '{similar}'?" if similar else f"there are: {', '.join(known)}"
    raise CourseError(f"there is no assignment '{assignment}' in this course; {hint}")


def find_revisions(
    course: Course, book: Gradebook, assignment: str
) -> dict[str, Revision]:
    """How the instructor versions differ from what the gradebook recorded."""
    revisions = {}
    with book.transaction() as session:
        for notebook in book.assignment(session, assignment).notebooks:
            path = _source(course, assignment, notebook.name)
            if path.is_file():
                cells = instructor_cells(path, course.config)
                revision = compare(notebook, cells)
                if revision:
                    revisions[notebook.name] = revision
    return revisions


def record_revisions(
    book: Gradebook, assignment: str, revisions: dict[str, Revision]
) -> None:
    """Bring the gradebook in step with the instructor versions, all or nothing."""
    if not revisions:
        return
    with book.transaction() as session:
        for notebook in book.assignment(session, assignment).notebooks:
            if notebook.name in revisions:
                apply(session, notebook, revisions[notebook.name])


def load_package(
    course: Course,
    book: Gradebook,
    assignment: str,
    revisions: dict[str, Revision],
    sandbox: str | None = None,
) -> Package:
    """Everything that workers need, with the revisions as if recorded already."""
    with book.transaction() as session:
        names = [n.name for n in book.assignment(session, assignment).notebooks]
    notebooks = {}
    for name in names:
        release = load_release(
            course.db_url,
            assignment,
            name,
            _source(course, assignment, name),
            course.config,
        )
        if name in revisions:
            release = _revised(release, revisions[name])
        notebooks[name] = release
    step = SandboxedExecute(config=course.config)
    return Package(
        assignment,
        notebooks,
        _data_files(course, assignment),
        _settings(course, step, sandbox),
        step.catalogue(course.root, assignment),
    )


def _settings(course: Course, step: SandboxedExecute, sandbox: str | None) -> Settings:
    """The configured limits, as nbgrader's road reads them."""
    settings = replace(
        step.settings(), outputs=SettleOutputs(config=course.config).limits()
    )
    hide = (*settings.hide, str(course.root))
    return replace(settings, hide=hide, sandbox=sandbox or settings.sandbox)


def _source(course: Course, assignment: str, notebook: str) -> Path:
    return course.folder("source", ".", assignment) / f"{notebook}.ipynb"


def _revised(release: ReleasedNotebook, revision: Revision) -> ReleasedNotebook:
    tags = {cell.name: cell.tags for cell in release.cells}
    cells = (
        ReleasedCell(
            name=name,
            cell_type=cell.cell_type,
            source=cell.source,
            locked=cell.locked,
            checksum=cell.checksum,
            grade=cell.points is not None and not cell.task,
            solution=cell.solution,
            task=cell.task,
            points=cell.points,
            tags=tags.get(name, cell.tags),
        )
        for name, cell in revision.cells.items()
    )
    return replace(release, cells=tuple(cells))


def _data_files(course: Course, assignment: str) -> dict[str, bytes]:
    """The instructor's files that overlay the student's, as in nbgrader."""
    folder = course.folder("source", ".", assignment)
    if not folder.is_dir():
        return {}
    kept = course.config.Autograde.get("exclude_overwriting", {}).get(assignment, [])
    ignored = [*course.directory.ignore, "*.ipynb"]
    paths = (Path(name) for name in find_all_files(str(folder), ignored))
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    return {n: path.read_bytes() for n, path in names.items() if n not in kept}
