"""Saves a second at every start of a program that reads notebooks."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


def skip_slow_imports() -> None:
    """Leave out a part of jsonschema that takes 0.9 s to import and is never used.

    ``rfc3987_syntax`` builds a grammar when it is imported; jsonschema takes it for
    checking addresses, which the notebook schema has none of, and does without it
    where it is missing. Call this before nbformat is imported.
    """
    if "jsonschema" not in sys.modules:
        sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


@contextmanager
def imports_for_good() -> Iterator[None]:
    """Keep the garbage collector away from what is imported in the block.

    Modules stay until the program ends. Looking through them again and again takes time
    during the imports and afterwards, and 0.2 s at the end.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
