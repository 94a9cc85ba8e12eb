"""Say which extra of the package brings a module that is missing."""

import re
from collections import Counter
from importlib.metadata import PackageNotFoundError, requires

PACKAGE = "nncourse"


def explain_missing(error: ModuleNotFoundError) -> str | None:
    """Return the one-line remedy for a missing third-party module, or None."""
    module = (error.name or "").partition(".")[0]
    extra = _extra_with(module)
    if extra is None:
        return None
    return (
        f"this command needs {module}, which is not installed: "
        f"python -m pip install '{PACKAGE}[{extra}]'"
    )


def _extra_with(module: str) -> str | None:
    """Return the smallest extra of the installed package that brings a module."""
    try:
        requirements = requires(PACKAGE) or []
    except PackageNotFoundError:
        return None
    sizes: Counter[str] = Counter()
    candidates = set()
    for requirement in requirements:
        name = re.match(r"[\w.-]+", requirement)
        extra = re.search(r"extra\s*==\s*['\"]([\w-]+)['\"]", requirement)
        if name and extra:
            sizes[extra.group(1)] += 1
            if _same(name.group(), module):
                candidates.add(extra.group(1))
    return min(candidates, key=lambda extra: (sizes[extra], extra), default=None)


def _same(distribution: str, module: str) -> bool:
    return distribution.replace("-", "_").lower() == module.lower()
