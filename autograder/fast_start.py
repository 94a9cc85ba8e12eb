"""Saves a second at every start of a program that reads notebooks."""

import sys


def skip_slow_imports() -> None:
    """Leave out a part of jsonschema that takes 0.9 s to import and is never used.

    ``rfc3987_syntax`` builds a grammar when it is imported; jsonschema takes it for
    checking addresses, which the notebook schema has none of, and does without it
    where it is missing. Call this before nbformat is imported.
    """
    if "jsonschema" not in sys.modules:
        sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
