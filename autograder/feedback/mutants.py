"""Small changes to the author's solutions, each of which the tests should notice.

The operators of Cosmic Ray change constants, arithmetic, comparisons and conditions.
Three more are what students do: they forget a statement, a keyword such as `axis`, or a
copy.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from autograder.notebooks.markers import SOLUTION, scan

ARITHMETIC = ("Add", "Sub", "Mul", "Div", "FloorDiv", "Pow")
COMPARISONS = ("Eq", "NotEq", "Lt", "LtE", "Gt", "GtE")
OTHERS = (
    "ReplaceUnaryOperator_Delete_USub",
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_Delete_Invert",
    "AddNot",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "NumberReplacer",
    "ZeroIterationForLoop",
)


@dataclass(frozen=True)
class Mutant:
    """A solution cell with one change.

    Attributes:
        change: the line before and after it; no two mutants of a cell have the same.
        text: the whole cell, changed.
    """

    change: str
    text: str


def mutants(text: str) -> list[Mutant]:
    """Return every mutant of a solution cell; only what students write is changed."""
    lines = text.split("\n")
    regions = [r for r in scan(lines, code=True)[0] if r.topic == SOLUTION]
    found: dict[str, Mutant] = {}
    seen: Counter[str] = Counter()
    for changed in _changed(text):
        first, last = _differing(lines, changed.split("\n"))
        if changed in found or not any(region.holds(first) for region in regions):
            continue
        change = _describe(lines, changed.split("\n"), first, last)
        seen[change] += 1
        if seen[change] > 1:
            change += f"  ({seen[change]})"
        found[changed] = Mutant(change, changed)
    return list(found.values())


def _changed(text: str) -> Iterator[str]:
    original = ast.dump(ast.parse(text))
    for changed in (*_by_cosmic_ray(text), *_without_something(text)):
        # A number that begins a line loses its line break to the operators.
        if changed.count("\n") != text.count("\n"):
            continue
        # An operator may write what is the same in other words, or no Python at all.
        try:
            tree = ast.parse(changed)
        except SyntaxError:
            continue
        if ast.dump(tree) != original:
            yield changed


def _by_cosmic_ray(text: str) -> Iterator[str]:
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    for name in _operator_names():
        operator = get_operator(f"core/{name}")()
        for occurrence in count():
            changed = mutate_code(text, operator, occurrence)
            if changed is None:
                break
            yield changed


def _operator_names() -> Iterator[str]:
    for kind, names in ("Binary", ARITHMETIC), ("Comparison", COMPARISONS):
        for one in names:
            for other in names:
                if one != other:
                    yield f"Replace{kind}Operator_{one}_{other}"
    yield from OTHERS


def _without_something(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            yield from _simpler_calls(text, node)
        elif isinstance(node, ast.stmt) and not _keeps_its_place(node):
            yield _replace(text, node, "pass")


def _simpler_calls(text: str, call: ast.Call) -> Iterator[str]:
    """Yield the text with a call without one of its keywords, or without a copy."""
    for keyword in call.keywords:
        fewer = [other for other in call.keywords if other is not keyword]
        yield _replace(text, call, ast.unparse(ast.Call(call.func, call.args, fewer)))
    function = call.func
    if isinstance(function, ast.Attribute) and function.attr == "copy":
        inner = call.args[0] if call.args else function.value
        yield _replace(text, call, f"({ast.unparse(inner)})")


def _keeps_its_place(node: ast.stmt) -> bool:
    """Tell whether a statement is a definition, a text, or does nothing anyway."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    definitions = ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
    return isinstance(node, definitions | ast.Pass)


def _replace(text: str, node: ast.stmt | ast.expr, new: str) -> str:
    """Put other words in the place of a node, and leave the number of lines alone."""
    rows = text.split("\n")
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    # Offsets of the syntax tree count bytes.
    head = rows[first].encode()[: node.col_offset].decode()
    tail = rows[last].encode()[node.end_col_offset :].decode()
    rows[first : last + 1] = [head + new + tail, *[""] * (last - first)]
    return "\n".join(rows)


def _differing(before: Sequence[str], after: Sequence[str]) -> tuple[int, int]:
    """Return the indices of the first and the last line that differ."""
    pairs = list(zip(before, after, strict=True))
    changed = [index for index, (old, new) in enumerate(pairs) if old != new]
    return changed[0], changed[-1]


def _describe(
    before: Sequence[str], after: Sequence[str], first: int, last: int
) -> str:
    versions = [" ".join(lines[first : last + 1]) for lines in (before, after)]
    return "  =>  ".join(" ".join(version.split()) for version in versions)
