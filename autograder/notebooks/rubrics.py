"""Read the test cells of an assignment: one Rubric each, in agreement with nbgrader."""

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from autograder.notebooks.markers import HIDDEN, Fault, Region


def check_test_cell(
    tree: ast.Module, regions: Sequence[Region], points: Any
) -> list[Fault]:
    """Return the faults of a test cell as (index of the line, text)."""
    rubrics = [call for call in _calls(tree) if _callee(call) == "Rubric"]
    if len(rubrics) != 1:
        text = (
            f"a test cell needs one `r = Rubric(points={points})`, got {len(rubrics)}"
        )
        return [(0, text)]
    faults = _check_points(rubrics[0], points)
    if _in_hidden(rubrics[0], regions):
        faults.append((_index(rubrics[0]), "the Rubric must not stand in hidden tests"))
    faults += _check_end(tree, regions)
    checks = [call for call in _calls(tree) if _is_check(call)]
    for call in checks:
        faults += _check_hidden(call, regions)
    if not any(not _in_hidden(call, regions) for call in checks):
        text = (
            "the student's copy of this cell would have no check: leave one "
            "`with r.check(...)` outside the hidden tests"
        )
        faults.append((0, text))
    return faults


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _callee(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _is_check(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "check"


def _index(node: ast.expr | ast.stmt) -> int:
    return node.lineno - 1


def _in_hidden(node: ast.expr | ast.stmt, regions: Sequence[Region]) -> bool:
    return any(
        region.topic == HIDDEN and region.holds(_index(node)) for region in regions
    )


def _argument(call: ast.Call, name: str, position: int | None) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if position is not None and len(call.args) > position:
        return call.args[position]
    return None


def _check_points(call: ast.Call, points: Any) -> list[Fault]:
    value = _argument(call, "points", 0)
    if not isinstance(value, ast.Constant):
        text = f"the points of the Rubric must be a plain number: write {points}"
        return [(_index(call), text)]
    if value.value != points:
        text = (
            f"the Rubric has {value.value!r} points but the cell has {points}: "
            "make them equal"
        )
        return [(_index(call), text)]
    return []


def _check_end(tree: ast.Module, regions: Sequence[Region]) -> list[Fault]:
    """The score must be the last expression: nbgrader reads it from there."""
    last = tree.body[-1]
    is_score = (
        isinstance(last, ast.Expr)
        and isinstance(last.value, ast.Call)
        and isinstance(last.value.func, ast.Attribute)
        and last.value.func.attr == "score"
    )
    if is_score and not _in_hidden(last, regions):
        return []
    return [
        (_index(last), "a test cell must end with `r.score()`, outside hidden tests")
    ]


def _check_hidden(call: ast.Call, regions: Sequence[Region]) -> list[Fault]:
    """`hidden=True` and the markers must say the same."""
    value = _argument(call, "hidden", None)
    if value is not None and not isinstance(value, ast.Constant):
        return [(_index(call), "`hidden` must be written out as True or False")]
    says = bool(value.value) if isinstance(value, ast.Constant) else False
    stands = _in_hidden(call, regions)
    if says and not stands:
        text = (
            "a check with hidden=True that students would read: put it between "
            "`### BEGIN HIDDEN TESTS` and `### END HIDDEN TESTS`"
        )
        return [(_index(call), text)]
    if stands and not says:
        text = "a check between the markers for hidden tests: give it hidden=True"
        return [(_index(call), text)]
    return []
