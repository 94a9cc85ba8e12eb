"""The feedback page, as nbgrader's `generate_feedback` asks an exporter for it."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from nbconvert.exporters.exporter import Exporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from traitlets import default

from autograder.feedback.page.model import Block, Page, read_page
from autograder.feedback.page.outputs import output_html
from autograder.feedback.page.text import code_styles, markdown, python
from autograder.feedback.summary import remarks_of


class FeedbackExporter(Exporter):
    """Turns a graded notebook into one HTML file that needs nothing else."""

    output_mimetype = "text/html"

    @default("file_extension")
    def _extension(self) -> str:
        return ".html"

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **kwargs: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Run nbgrader's steps on the notebook and return the page."""
        notebook, resources = super().from_notebook_node(nb, resources, **kwargs)
        names = resources["nbgrader"]
        page = read_page(notebook, names, _waiting(names))
        return self.render(page), resources

    def render(self, page: Page) -> str:
        """Return the page as a file."""
        return _environment().get_template("page.html").render(page=page)


class MarkdownFeedbackExporter(FeedbackExporter):
    """The same in Markdown, for the comment field of a learning platform."""

    output_mimetype = "text/markdown"

    @default("file_extension")
    def _extension(self) -> str:
        return ".md"

    def render(self, page: Page) -> str:
        """Return the text; the notebook itself is left out."""
        return _environment().get_template("page.md").render(page=page)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("autograder.feedback.page"),
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["points"] = "{:.4g}".format
    environment.filters["remarks"] = remarks_of
    environment.filters["cell"] = _cell
    environment.filters["outputs"] = _outputs
    environment.globals["styles"] = lambda: Markup(code_styles())
    return environment


def _cell(block: Block) -> Markup:
    """Return the text or the code of a cell."""
    cell = block.cell
    if cell.cell_type == "markdown":
        return Markup(markdown(cell.source, cell.get("attachments", {})))
    return Markup(python(cell.source)) if cell.source.strip() else Markup()


def _outputs(block: Block) -> Markup:
    """Return what a code cell gave; the page has its own table of checks."""
    shown = (
        [] if block.result and block.result.checks else block.cell.get("outputs", [])
    )
    return Markup("\n").join(Markup(output_html(output)) for output in shown)


def _waiting(names: Any) -> set[str]:
    """Return the grade_ids of one submission that a person has still to look at."""
    with Gradebook(names["db_url"]) as book:
        submission = book.find_submission_notebook(
            names["notebook"], names["assignment"], names["student"]
        )
        return {grade.name for grade in submission.grades if grade.needs_manual_grade}
