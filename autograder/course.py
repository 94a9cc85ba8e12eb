"""Where the course lies: its root and the places below it."""

from pathlib import Path

from autograder.errors import CourseError

MARKS = ("pyproject.toml", "nbgrader_config.py")
START = "lectures/00_start_here.ipynb"


def find_root(start: Path | None = None) -> Path:
    """Return the course root: the nearest folder upwards that holds a course.

    A course root has a folder `content` beside `pyproject.toml` or
    `nbgrader_config.py`. The search begins at `start`, or in the working directory.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "content").is_dir() and any((folder / m).is_file() for m in MARKS):
            return folder
    raise CourseError(
        f"{here} is not in a course: no folder upwards holds content/ beside "
        f"{' or '.join(MARKS)}; change into the course folder first"
    )


def find_lectures(start: Path | None = None) -> Path:
    """Return the nearest folder upwards that holds the lectures.

    That is the course root for an instructor, and for a student the folder that the
    bundle was unpacked to.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / START).is_file():
            return folder
    raise CourseError(
        f"{here} is not in the course: no folder upwards holds {START}; change into "
        "the folder that you unpacked (instructors: run `nncourse build`)"
    )
