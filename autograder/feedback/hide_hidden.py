"""The feedback preprocessor: students read what failed, not how it was tested."""

from __future__ import annotations

import datetime as dt
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4.nbbase import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import parse_utc
from traitlets import Dict, List, TraitError, Unicode, Union, validate

from autograder.execution.outputs import OutputLimits
from autograder.execution.plan import is_test
from autograder.execution.release import Markers
from autograder.execution.results import settle_notebook
from autograder.execution.testcell import RUBRIC_MIME
from autograder.feedback.summary import check_summary, student_record, verdict

_REPLACED = "# (hidden tests ran here)"
_SHORTEST_SECRET = 10
"""Characters of a hidden line from which on it is looked for in other cells' outputs;
shorter ones, `x = 1`, are as likely the student's own."""


class HideHiddenTests(NbGraderPreprocessor):
    """Takes hidden tests, and everything that quotes them, out of feedback pages."""

    # nbgrader configures this one for every step of an export to HTML.
    display_data_priority = List(NbGraderPreprocessor.display_data_priority.default())
    display_data_priority.tag(config=True)

    reveal_hidden_after = Union(
        [Unicode(), Dict()],
        default_value="",
        help="Date from which on feedback shows hidden tests, for instance "
        "'2027-02-01 12:00 UTC', or a dictionary of dates by assignment in which '*' "
        "stands for all others. Without a date they are never shown.",
    ).tag(config=True)

    @validate("reveal_hidden_after")
    def _valid_dates(self, proposal: Any) -> Any:
        value = proposal["value"]
        for text in value.values() if isinstance(value, dict) else [value]:
            if text:
                _moment(text)
        return value

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Return the notebook as its student may see it."""
        # It may have been graded before the course was hardened, or by hand.
        settle_notebook(nb, OutputLimits())
        records = [_record(cell) for cell in nb.cells]
        if not self._revealed(resources["nbgrader"]["assignment"]):
            _hide(nb, Markers.of_hidden_tests(self.config))
        for cell, record in zip(nb.cells, records, strict=True):
            cell.metadata.pop("nncourse", None)
            if record is not None:
                cell.metadata["nncourse"] = {"feedback": record}
            for output in cell.get("outputs", []):
                output.get("data", {}).pop(RUBRIC_MIME, None)
        return nb, resources

    def _revealed(self, assignment: str) -> bool:
        value = self.reveal_hidden_after
        if isinstance(value, dict):
            value = value.get(assignment, value.get("*", ""))
        return bool(value) and dt.datetime.now(dt.UTC) >= _moment(value)


def _moment(text: str) -> dt.datetime:
    """Return the date as a moment; without a time zone it is UTC."""
    try:
        return parse_utc(text).replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError, TypeError):
        raise TraitError(
            f"reveal_hidden_after: {text!r} is no date, write e.g. '2027-02-01 12:00'"
        ) from None


def _record(cell: NotebookNode) -> dict[str, Any] | None:
    """Return what the student may know of a test cell; None without a Rubric."""
    told = cell.metadata.get("nncourse", {})
    if not is_test(cell) or not told.get("rubric"):
        return None
    return student_record(told["rubric"], told.get("diagnosis"))


def _hide(nb: NotebookNode, markers: Markers) -> None:
    secrets: set[str] = set()
    shown: set[str] = set()
    for cell in nb.cells:
        visible, hidden = markers.split(cell.source)
        shown.update(line.strip() for line in visible)
        if is_test(cell):
            secrets.update(line.strip() for line in hidden)
            _hide_in_test(cell, visible, hidden)
    secrets = {line for line in secrets - shown if len(line) >= _SHORTEST_SECRET}
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            _hide_in_output(output, secrets)


def _hide_in_test(cell: NotebookNode, visible: list[str], hidden: list[str]) -> None:
    rubric = cell.metadata.get("nncourse", {}).get("rubric")
    if not hidden and not (rubric and any(c["hidden"] for c in rubric["checks"])):
        return
    if hidden:
        cell.source = "\n".join([*visible, _REPLACED])
    # A traceback quotes the lines around the failed one and an assertion may tell the
    # expected value, so nothing of what the cell printed can stay.
    record = _record(cell)
    shown = check_summary(record) if record else verdict(cell)
    cell.outputs = [new_output("display_data", data=shown)]


def _hide_in_output(output: NotebookNode, secrets: set[str]) -> None:
    if output.output_type == "stream":
        output.text = _without(output.text, secrets)
    elif output.output_type == "error":
        output.evalue = _without(output.evalue, secrets)
        output.traceback = [_without(line, secrets) for line in output.traceback]
    else:
        for mime, value in output.data.items():
            if mime.startswith("text/") and isinstance(value, str):
                output.data[mime] = _without(value, secrets)


def _without(text: str, secrets: set[str]) -> str:
    for secret in secrets:
        if secret in text:
            text = text.replace(secret, "(hidden)")
    return text
