"""What a student reads in the place of a test cell's own outputs."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from nbformat import NotebookNode


def check_summary(rubric: Mapping[str, Any]) -> dict[str, str]:
    """Return a table of a Rubric's checks, as HTML and as text.

    A hidden check tells its name, whether it passed and, if not, its hint; a visible
    one also what went wrong.
    """
    rows = [_row(check) for check in rubric["checks"]]
    headline = f"{rubric['score']:.4g} of {rubric['points']:.4g} points"
    text = [headline]
    for name, result, remarks in rows:
        text += [f"  {result:<7} {name}", *(f"          {line}" for line in remarks)]
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{result}</td>'
        f"<td>{'<br>'.join(map(escape, remarks))}</td></tr>"
        for name, result, remarks in rows
    )
    columns = "".join(
        f'<th scope="col">{title}</th>' for title in ("Check", "Result", "Remark")
    )
    return {
        "text/plain": "\n".join(text),
        "text/html": f"<table><caption>{headline}</caption>"
        f"<thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>",
    }


def verdict(cell: NotebookNode) -> dict[str, str]:
    """Return a sentence about a test cell whose tests are plain assertions."""
    errors = [out for out in cell.outputs if out.output_type == "error"]
    results = [out for out in cell.outputs if out.output_type == "execute_result"]
    if errors:
        text = f"This test did not pass ({errors[0].ename})."
    elif results:
        text = f"This test gave {results[0].data.get('text/plain', 'no')} points."
    else:
        text = "This test passed."
    return {"text/plain": f"{text} Some of its checks are hidden."}


def _row(check: Mapping[str, Any]) -> tuple[str, str, list[str]]:
    passed = check["earned"] > 0
    hint = f"Hint: {check['hint']}" if check["hint"] and not passed else ""
    message = "" if check["hidden"] else check["message"]
    name = f"{check['name']} (hidden)" if check["hidden"] else check["name"]
    remarks = [line for line in (message, hint) if line]
    return name, "passed" if passed else "FAILED", remarks
