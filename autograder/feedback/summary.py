"""What a student reads in the place of a test cell's own outputs."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from nbformat import NotebookNode

Record = dict[str, Any]


def student_record(
    rubric: Mapping[str, Any], diagnosis: Mapping[str, Any] | None = None
) -> Record:
    """Return what a student may know of a test cell, as plain values.

    A hidden check tells its name, whether it passed and, if not, its hint; a visible
    one also what went wrong. A recognised mistake is told with its own hint.
    """
    return {
        "score": rubric["score"],
        "points": rubric["points"],
        "checks": [_check(check) for check in rubric["checks"]],
        "mistake": {key: diagnosis[key] for key in ("name", "hint")}
        if diagnosis
        else None,
    }


def check_summary(record: Record) -> dict[str, str]:
    """Return a table of a test cell's checks, as HTML and as text."""
    headline = f"{record['score']:.4g} of {record['points']:.4g} points"
    text = [headline]
    body = []
    for check in record["checks"]:
        name = f"{check['name']} (hidden)" if check["hidden"] else check["name"]
        result, remarks = "passed" if check["passed"] else "FAILED", remarks_of(check)
        text += [f"  {result:<7} {name}", *(f"          {line}" for line in remarks)]
        body.append(
            f'<tr><th scope="row">{escape(name)}</th><td>{result}</td>'
            f"<td>{'<br>'.join(map(escape, remarks))}</td></tr>"
        )
    columns = "".join(
        f'<th scope="col">{title}</th>' for title in ("Check", "Result", "Remark")
    )
    mistake = mistake_lines(record)
    return {
        "text/plain": "\n".join([*text, *mistake]),
        "text/html": f"<table><caption>{headline}</caption>"
        f"<thead><tr>{columns}</tr></thead><tbody>{''.join(body)}</tbody></table>"
        + "".join(f"<p>{escape(line)}</p>" for line in mistake),
    }


def remarks_of(check: Mapping[str, Any]) -> list[str]:
    """Return the lines that stand beside a check."""
    hint = f"Hint: {check['hint']}" if check["hint"] else ""
    return [line for line in (check["message"], hint) if line]


def mistake_lines(record: Record) -> list[str]:
    """Return the recognised mistake in words; nothing if there is none."""
    mistake = record["mistake"]
    if not mistake:
        return []
    return [
        f"Your results are those of this mistake: {mistake['name']}.",
        f"Think about this: {mistake['hint']}",
    ]


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


def _check(check: Mapping[str, Any]) -> Record:
    passed = check["earned"] > 0
    return {
        "name": check["name"],
        "passed": passed,
        "hidden": check["hidden"],
        "message": "" if check["hidden"] else check["message"],
        "hint": "" if passed else check["hint"],
    }
