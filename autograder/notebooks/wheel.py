"""The course's package as one file, which students and the lab in the site install."""

from pathlib import Path

from autograder.errors import CourseError


def build_wheel(root: Path, folder: Path) -> Path:
    """Build the wheel into a folder; the same sources give the same bytes."""
    from hatchling.builders.wheel import WheelBuilder

    made = WheelBuilder(str(root)).build(directory=str(folder))
    wheel = Path(next(iter(made)))
    if not wheel.name.startswith("nncourse-"):
        raise CourseError(
            f"{root} builds {wheel.name}, not the course's package nncourse: "
            "run this in the course's own folder"
        )
    return wheel
