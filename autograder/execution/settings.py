"""How a notebook is executed and settled, in plain values: the same on every road.

nbgrader's road reads them from its configuration, `nncourse grade` sends them to its
workers, which know nothing of nbgrader.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from nbformat import NotebookNode
from traitlets.utils.importstring import import_item

from autograder.errors import CourseError
from autograder.execution.cells import NotebookResult
from autograder.execution.notebook import Diagnose, execute_notebook
from autograder.execution.outputs import OutputLimits
from autograder.execution.plan import plan_cells
from autograder.execution.release import DEFAULT_ALLOW
from autograder.execution.sandboxes import shared_sandbox
from autograder.sandbox import Limits, Policy, PolicyError, SandboxUnavailable


@dataclass(frozen=True)
class Settings:
    """What a submission may use, and what is kept of its outputs."""

    sandbox: str = "bwrap"
    cell_seconds: float = 30.0
    notebook_seconds: float = 300.0
    memory_mib: int = 2048
    processes: int = 64
    hide: tuple[str, ...] = ()
    """Folders with other people's work: covered even where a mount would show them."""
    outputs: OutputLimits = field(default_factory=OutputLimits)
    diagnose: str = ""
    """Dotted name of a function that makes, of the text of an assignment's catalogue of
    mistakes, what is asked about failed tests while the submission is still alive."""

    def to_json(self) -> dict[str, Any]:
        """The settings as JSON takes them."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Settings:
        """The settings that `to_json` gave."""
        rest = {**data, "hide": tuple(data["hide"])}
        return cls(**{**rest, "outputs": OutputLimits(**data["outputs"])})

    def policy(self, notebook: NotebookNode) -> Policy:
        """The limits and permissions that a notebook is executed with."""
        allow = notebook.metadata.get("nncourse", {}).get("allow", DEFAULT_ALLOW)
        limits = Limits(
            cell_seconds=self.cell_seconds,
            notebook_seconds=self.notebook_seconds,
            memory_bytes=self.memory_mib * 1024**2,
            processes=self.processes,
        )
        return Policy(
            limits=limits,
            mode=cast(Literal["bwrap", "process"], self.sandbox),
            allow=tuple(allow),
            hide=tuple(path for path in map(Path, self.hide) if path.is_dir()),
        )


def execute(
    notebook: NotebookNode,
    settings: Settings,
    files: dict[str, bytes],
    catalogue: str = "",
) -> NotebookResult:
    """Execute a mended notebook in this process's sandbox for its settings.

    `catalogue` is the text of the assignment's mistakes, which diagnosis reads.
    """
    language = notebook.metadata.get("kernelspec", {}).get("language") or "python"
    if language.lower() not in ("python", "python3", "ipython"):
        raise CourseError(
            f"the notebook is written in {language}, only Python runs in the "
            "sandbox: grade this course without harden(c)"
        )
    policy = settings.policy(notebook)
    diagnose, trouble = _diagnosis(settings.diagnose, catalogue)
    try:
        result = execute_notebook(
            plan_cells(notebook),
            shared_sandbox(policy),
            files=files,
            limits=policy.limits,
            diagnose=diagnose,
        )
    except (SandboxUnavailable, PolicyError) as error:
        raise CourseError(str(error)) from error
    result.events.extend(trouble)
    return result


def _diagnosis(maker: str, catalogue: str) -> tuple[Diagnose | None, list[str]]:
    """Return what is asked about failed tests, and why it can't be."""
    if not maker or not catalogue:
        return None, []
    try:
        return import_item(maker)(catalogue), []
    except Exception as error:
        # A diagnosis is an extra: without it everything is graded all the same.
        return None, [f"no diagnosis: {type(error).__name__}: {error}"]
