"""What a notebook shows where matplotlib is missing, as in some browsers' Python.

Figures come as ready pictures, if the folder ``figures`` beside the notebook has them,
else in words. So every cell of a lecture runs, and says what it could not draw.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

WHY = "This figure cannot be drawn here, because matplotlib is missing."
FOLDER = "figures"


class UndrawnFigure:
    """What a function that draws returns where it cannot draw."""

    def __repr__(self) -> str:
        return WHY


@cache
def can_draw() -> bool:
    """Whether matplotlib is there."""
    return find_spec("matplotlib") is not None


def picture_name(alt: str) -> str:
    """File name of the ready picture of the figure with this alternative text."""
    return f"{sha256(alt.encode()).hexdigest()[:16]}.png"


def ready_picture(alt: str) -> bytes | None:
    """The picture that was made of the course's own figure, if there is one."""
    path = Path(FOLDER, picture_name(alt))
    return path.read_bytes() if path.is_file() else None
