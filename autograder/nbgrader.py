"""Makes any nbgrader course grade untrusted notebooks safely, with two lines.

In the course's ``nbgrader_config.py``::

    from autograder.nbgrader import harden
    harden(c)

Then ``nbgrader autograde``, ``nbgrader generate_feedback`` and formgrader's buttons run
students' code in a sandbox, keep tests and scores out of its reach, mend what students
damaged and hide the hidden tests in feedback. Validate refuses the imports that grading
refuses. Everything else stays nbgrader's own: gradebook, late penalties, manual
grading, export. Only nbgrader's own options are set; the options of the new steps are
``c.SandboxedExecute``, ``c.SettleOutputs``, ``c.TolerantExporter`` and
``c.HideHiddenTests``.
"""

from __future__ import annotations

from typing import Any

from traitlets.config import Config
from traitlets.config.loader import LazyConfigValue

_EXECUTION = "autograder.execution.preprocessor"
_EXPORTER = "autograder.execution.exporter.TolerantExporter"
_REPAIR = f"{_EXECUTION}.RepairNotebook"
_EXECUTE = f"{_EXECUTION}.SandboxedExecute"
_SETTLE = f"{_EXECUTION}.SettleOutputs"
_HIDE = "autograder.feedback.hide_hidden.HideHiddenTests"
_PAGE = "autograder.feedback.page.exporter.FeedbackExporter"
_DIAGNOSE = "autograder.feedback.diagnosis.diagnostician"


def harden(c: Config) -> None:
    """Set the steps of autograding, of feedback and of Validate for a course.

    Lists of preprocessors that the course set before are kept: only `Execute` is
    replaced, and the new steps are added. Calling it twice changes nothing.
    """
    from nbgrader.converters import Autograde, GenerateFeedback

    sanitize = _steps(c.Autograde, "sanitize_preprocessors", Autograde)
    _put(sanitize, _REPAIR, before=None)
    c.Autograde.sanitize_preprocessors = sanitize

    autograde = _steps(c.Autograde, "autograde_preprocessors", Autograde)
    autograde = [_EXECUTE if _name(step) == "Execute" else step for step in autograde]
    _put(autograde, _SETTLE, before="SaveAutoGrades")
    c.Autograde.autograde_preprocessors = autograde
    c.Autograde.exporter_class = _EXPORTER
    c.SandboxedExecute.setdefault("diagnose", _DIAGNOSE)

    feedback = _steps(c.GenerateFeedback, "preprocessors", GenerateFeedback)
    _put(feedback, _HIDE, before=None)
    c.GenerateFeedback.preprocessors = feedback
    c.GenerateFeedback.setdefault("exporter_class", _PAGE)

    from autograder.checking.validate import guard_validation

    guard_validation()


def _steps(section: Config, option: str, converter: type) -> list[Any]:
    """Return the course's own list of steps, else nbgrader's."""
    usual = getattr(converter, option).default()
    value = section.get(option, usual)
    if isinstance(value, LazyConfigValue):  # c.Autograde....append(...)
        value = value.get_value(usual)
    return [_as_text(step) for step in value]


def _as_text(step: Any) -> Any:
    """Name a class by its path: formgrader shows the configuration as JSON."""
    return f"{step.__module__}.{step.__name__}" if isinstance(step, type) else step


def _put(steps: list[Any], new: str, before: str | None) -> None:
    """Add a step, in front or before another one, if it is not there yet."""
    names = [_name(step) for step in steps]
    if _name(new) not in names:
        steps.insert(names.index(before) if before in names else 0, new)


def _name(step: Any) -> str:
    if isinstance(step, str):
        return step.rpartition(".")[2]
    return str(getattr(step, "__name__", type(step).__name__))
