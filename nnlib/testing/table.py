"""Show the result of a Rubric: a table for a notebook, lines for a terminal."""

import sys
from collections.abc import Sequence
from html import escape
from typing import Any

# Jupyter aligns tables to the right, which suits numbers and not sentences.
_LEFT = 'style="text-align: left"'


def as_text(score: float, points: float, rows: Sequence[dict[str, Any]]) -> str:
    """Return the result as plain lines, one or more for each check."""
    lines = [_headline(score, points, rows)]
    for row in rows:
        lines.append(f"  {_verdict(row):<7} {row['name']} ({_weight(row)})")
        lines += [f"          {line}" for line in _remarks(row)]
    return "\n".join(lines)


def as_html(score: float, points: float, rows: Sequence[dict[str, Any]]) -> str:
    """Return the result as a table that needs neither colour nor sight to be read."""
    columns = ("Check", "Result", "Weight", "Remark")
    head = "".join(f'<th scope="col" {_LEFT}>{name}</th>' for name in columns)
    body = "".join(_html_row(row) for row in rows)
    return (
        f"<table><caption>{escape(_headline(score, points, rows))}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _html_row(row: dict[str, Any]) -> str:
    weight, remarks = _weight(row).removeprefix("weight "), _remarks(row)
    cells = (_verdict(row), weight, "<br>".join(escape(line) for line in remarks))
    name = f'<th scope="row" {_LEFT}>{escape(row["name"])}</th>'
    return f"<tr>{name}{''.join(f'<td {_LEFT}>{cell}</td>' for cell in cells)}</tr>"


def publish(bundle: dict[str, Any]) -> None:
    """Show the result in the notebook if there is one, else print its text."""
    # Looked up, not imported: without IPython loaded there is no notebook.
    ipython = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        ipython.display.display(bundle, raw=True)
    else:
        print(bundle["text/plain"])


def _headline(score: float, points: float, rows: Sequence[dict[str, Any]]) -> str:
    passed = sum(_passed(row) for row in rows)
    return f"{score:.4g} of {points:.4g} points, {passed} of {len(rows)} checks passed"


def _passed(row: dict[str, Any]) -> bool:
    return row["earned"] > 0


def _verdict(row: dict[str, Any]) -> str:
    return "passed" if _passed(row) else "FAILED"


def _weight(row: dict[str, Any]) -> str:
    return f"weight {row['weight']:.4g}" + (", hidden" if row["hidden"] else "")


def _remarks(row: dict[str, Any]) -> list[str]:
    """Return what a student may read about one check."""
    if row["hidden"]:
        return []
    hint = f"Hint: {row['hint']}" if row["hint"] and not _passed(row) else ""
    return [line for line in (row["message"], hint) if line]
