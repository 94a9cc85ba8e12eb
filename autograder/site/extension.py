"""What the site adds to Sphinx: definitions of words, formulas of functions."""

import re
import tomllib
from pathlib import Path
from typing import Any

from docutils import nodes

GLOSSARY = "site/glossary"
FORMULAS = "site/formulas.toml"
# What nnlib.viz says below an explorer.
MOVES = "It moves in JupyterLab"
EMPTY_HEADER = re.compile(r"<th[^>]*>(?:<p></p>)?\s*</th>")


def setup(app: Any) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("config-inited", _read_formulas)
    app.connect("autodoc-process-docstring", _add_formula)
    app.connect("source-read", _note_glossary)
    app.connect("doctree-resolved", _define_words)
    app.connect("html-page-context", _finish_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _read_formulas(app: Any, config: Any) -> None:
    """Read the formulas of nnlib, which are named by module and function."""
    path = Path(app.confdir) / FORMULAS
    app.nnlib_formulas = tomllib.loads(path.read_text(encoding="utf-8"))


def _add_formula(
    app: Any, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Put the formula of a function below the first paragraph of its docstring."""
    module, _, function = name.removeprefix("nnlib.").rpartition(".")
    formula = app.nnlib_formulas.get(module, {}).get(function)
    if formula:
        end = lines.index("") if "" in lines else len(lines)
        block = ["", ".. math::", ""]
        lines[end:end] = [*block, *(f"   {line}" for line in formula.splitlines()), ""]


def _note_glossary(app: Any, name: str, source: list[str]) -> None:
    """A lecture changes with the words it explains."""
    if name.startswith("lectures/"):
        app.env.note_dependency(str(Path(app.srcdir) / f"{GLOSSARY}.md"))


def _define_words(app: Any, doctree: nodes.document, name: str) -> None:
    """Put the definition beside each word of a lecture that links to the glossary.

    CSS shows it while the link is pointed at or has the focus; no script is needed.
    """
    if not name.startswith("lectures/"):
        return
    words = _definitions(app.env.get_doctree(GLOSSARY))
    for number, link in enumerate(list(doctree.findall(nodes.reference))):
        page, _, anchor = link.get("refuri", "").partition("#")
        if page.endswith(f"{GLOSSARY}.html") and anchor in words:
            parts = [part.deepcopy() for part in words[anchor]]
            # A link in a definition would be one more stop for the keyboard.
            for part in parts:
                for inner in list(part.findall(nodes.reference)):
                    inner.replace_self(nodes.Text(inner.astext()))
            tip = nodes.inline("", "", *parts, ids=[f"word-{number}"])
            tip["classes"] += ["word-definition", "no-search"]
            link["classes"].append("word")
            link.parent.insert(link.parent.index(link) + 1, tip)


def _definitions(glossary: nodes.document) -> dict[str, list[nodes.Node]]:
    """The text of each word, by every anchor of its heading."""
    found = {}
    for section in glossary.findall(nodes.section):
        paragraphs = [p for p in section.children if isinstance(p, nodes.paragraph)]
        if len(paragraphs) > 1:  # the lecture and the symbol, then the definition
            for anchor in section["ids"]:
                found[anchor] = paragraphs[1].children
    return found


def _finish_page(
    app: Any, page: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Say what holds for this page: where its explorers move, which cell is no header.

    The empty corner of a table would be a header without a name for screen readers.
    """
    if "body" in context:
        body = EMPTY_HEADER.sub("<td></td>", context["body"])
        if "lab" in context:
            body = body.replace(MOVES, f"{MOVES} and when you run this page")
        context["body"] = body
