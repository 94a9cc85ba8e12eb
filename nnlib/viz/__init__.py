"""Figures and explorers of the lectures: one file a lecture beside the common style.

``style`` and ``show`` are here; every other file is loaded when it is first named
(``nnlib.viz.neurons``), so that importing ``nnlib.viz`` costs nothing. Matplotlib and
ipywidgets are imported only by the functions that draw.
"""

from importlib import import_module
from types import ModuleType

from nnlib.viz.style import show, style

__all__ = ["show", "style"]


def __getattr__(name: str) -> ModuleType:
    """Load the file of a lecture when its name is used for the first time."""
    full_name = f"{__name__}.{name}"
    try:
        return import_module(full_name)
    except ModuleNotFoundError as error:
        if error.name != full_name:  # the file exists but misses a dependency
            raise
        raise AttributeError(
            f"nnlib.viz has no {name!r}; it has show, style and one file a lecture "
            "such as nnlib.viz.neurons"
        ) from None
