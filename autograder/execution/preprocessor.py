"""The three steps that `harden` adds to nbgrader's autograding.

`RepairNotebook` stands first and mends what was handed in, `SandboxedExecute` stands in
the place of nbgrader's `Execute`, and `SettleOutputs` stands before `SaveAutoGrades`.
What one of them knows travels to the next in the notebook's metadata (``nncourse``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import Exchange
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from traitlets import Enum, Integer, Unicode

from autograder.execution.cells import NotebookResult
from autograder.execution.files import remove_links_out, submission_files
from autograder.execution.outputs import OutputLimits
from autograder.execution.release import ReleasedNotebook, load_release
from autograder.execution.repair import (
    Repaired,
    repair_notebook,
    report_of,
    stand_in,
)
from autograder.execution.results import apply_result, settle_notebook
from autograder.execution.settings import Settings, execute


class RepairNotebook(NbGraderPreprocessor):
    """Restores what a student changed in the cells and metadata of the release."""

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Return the mended notebook; everything mended is logged and kept in it."""
        names = resources["nbgrader"]
        release = self._release(names)
        notes = resources.get("nncourse", {})
        reason = notes.get("unreadable", "")
        repaired = (
            Repaired(stand_in(release, reason)) if reason else self._repair(nb, release)
        )
        report = report_of(repaired.notebook)
        if "renamed" in notes:
            report.repaired.insert(0, f"the notebook was called {notes['renamed']!r}")
        report.warnings.extend(self._remove_links(names))
        who = f"{names['student']}, {names['notebook']}"
        for line in report.warnings:
            self.log.warning("%s: %s", who, line)
        if report.get("unreadable"):
            self.log.warning("No points for %s: %s", who, report.unreadable)
        for line in report.repaired:
            self.log.warning("Repaired %s: %s", who, line)
        return repaired.notebook, resources

    def _repair(self, nb: NotebookNode, release: ReleasedNotebook) -> Repaired:
        try:
            return repair_notebook(nb, release)
        except Exception as error:  # one student's damage must not stop the others
            self.log.exception("A submission could not be mended")
            reason = f"it is damaged in an unknown way ({type(error).__name__})"
            return Repaired(stand_in(release, reason))

    def _remove_links(self, names: dict[str, str]) -> list[str]:
        directory = course_directory(self)
        if directory is None:
            return []
        graded, submitted, provided = (
            Path(directory.format_path(step, student, names["assignment"]))
            for step, student in (
                (directory.autograded_directory, names["student"]),
                (directory.submitted_directory, names["student"]),
                (directory.source_directory, "."),
            )
        )
        return remove_links_out(graded, submitted, provided)

    def _release(self, names: dict[str, str]) -> ReleasedNotebook:
        directory = course_directory(self)
        source = None
        if directory is not None:
            folder = directory.format_path(
                directory.source_directory, ".", names["assignment"]
            )
            source = Path(folder, f"{names['notebook']}.ipynb")
        return load_release(
            names["db_url"], names["assignment"], names["notebook"], source, self.config
        )


class SandboxedExecute(Execute):
    """Runs the student's cells in a sandbox and the tests outside of it.

    Takes the place of nbgrader's `Execute` and obeys its ``timeout`` and ``enabled``;
    options of kernels (``kernel_name``, ``kernel_manager_class`` ...) have no meaning.
    """

    sandbox = Enum(
        ("bwrap", "process"),
        default_value="bwrap",
        help="'bwrap' isolates students' code with bubblewrap. 'process' only limits "
        "what it uses: it can read and write whatever the grader can.",
    ).tag(config=True)
    notebook_timeout = Integer(
        300, min=1, help="Seconds that all cells of a notebook may take together."
    ).tag(config=True)
    memory_limit = Integer(2048, min=64, help="Memory of one submission, in MiB.").tag(
        config=True
    )
    process_limit = Integer(
        64, min=1, help="Processes and threads of one submission."
    ).tag(config=True)
    diagnose = Unicode(
        help="Dotted name of a function that makes, of the text of an assignment's "
        "catalogue of mistakes, what is asked about failed tests.",
    ).tag(config=True)
    misconceptions = Unicode(
        "content/assignments/{assignment_id}/misconceptions.py",
        help="Where the catalogue of an assignment's mistakes lies in the course.",
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict, km: Any = None
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Execute the notebook and write its outputs into its cells."""
        if report_of(nb).get("unreadable"):
            return nb, resources
        result = self._execute(nb, resources)
        apply_result(nb, result)
        if result.unsafe:
            self.log.warning("%s ran UNSAFELY: without a sandbox", self._who(resources))
        for event in result.events:
            self.log.warning("%s: %s", self._who(resources), event)
        return nb, resources

    def settings(self) -> Settings:
        """Return the configured limits as plain values."""
        usual = Settings()
        return Settings(
            sandbox=self.sandbox,
            cell_seconds=float(self.timeout or usual.cell_seconds),
            notebook_seconds=float(self.notebook_timeout),
            memory_mib=self.memory_limit,
            processes=self.process_limit,
            hide=self._private(),
            diagnose=self.diagnose,
        )

    def catalogue(self, root: Path, assignment: str) -> str:
        """Return the text of an assignment's catalogue of mistakes; '' if it has none.

        Args:
            root: the folder of the course.
            assignment: its name.
        """
        path = root / self.misconceptions.format(assignment_id=assignment)
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def _private(self) -> tuple[str, ...]:
        """Return where other people's work lies: it may be below what is mounted."""
        exchange = self.config.get("Exchange", {}).get("root", Exchange.root.default())
        directory = course_directory(self)
        root = [directory.root] if directory is not None else []
        return tuple(map(str, [exchange, *root]))

    def _execute(self, nb: NotebookNode, resources: ResourcesDict) -> NotebookResult:
        folder = Path(resources["metadata"]["path"])
        files, remarks = submission_files(folder, self._handed_in(resources))
        report_of(nb).warnings.extend(remarks)
        directory = course_directory(self)
        catalogue = ""
        if directory is not None:
            assignment = resources["nbgrader"]["assignment"]
            catalogue = self.catalogue(Path(directory.root), assignment)
        return execute(nb, self.settings(), files, catalogue)

    def _handed_in(self, resources: ResourcesDict) -> Path | None:
        directory = course_directory(self)
        if directory is None:
            return None
        names = resources["nbgrader"]
        return Path(
            directory.format_path(
                directory.submitted_directory, names["student"], names["assignment"]
            )
        )

    def _who(self, resources: ResourcesDict) -> str:
        names = resources["nbgrader"]
        return f"{names['student']}, {names['notebook']}"


class SettleOutputs(NbGraderPreprocessor):
    """Makes outputs harmless and small, and test results count for what they mean."""

    max_outputs = Integer(200, min=1, help="Outputs that are kept of one cell.").tag(
        config=True
    )
    max_text = Integer(
        100_000, min=1000, help="Characters that are kept of one text output."
    ).tag(config=True)
    max_picture = Integer(
        4_000_000, min=1000, help="Size of the largest picture kept, in encoded bytes."
    ).tag(config=True)
    max_cell = Integer(
        8_000_000, min=1000, help="Bytes that are kept of the outputs of one cell."
    ).tag(config=True)
    max_notebook = Integer(
        20_000_000, min=1000, help="Bytes that are kept of the outputs of a notebook."
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Tidy all outputs; log what the results of tests were corrected to."""
        for remark in settle_notebook(nb, self.limits()):
            self.log.warning("%s: %s", resources["nbgrader"]["student"], remark)
        return nb, resources

    def limits(self) -> OutputLimits:
        """Return the configured limits as plain values."""
        return OutputLimits(
            count=self.max_outputs,
            text=self.max_text,
            picture=self.max_picture,
            cell=self.max_cell,
            notebook=self.max_notebook,
        )


def course_directory(preprocessor: NbGraderPreprocessor) -> CourseDirectory | None:
    """Return the course directory of the converter that a preprocessor works for."""
    exporter = preprocessor.parent
    return getattr(getattr(exporter, "parent", None), "coursedir", None)
