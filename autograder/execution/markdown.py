"""Makes students' Markdown harmless, and quick enough to be made harmless and shown.

Rendering takes quadratic time for some texts, in the grader, in formgrader and in the
feedback page. What is long or looks slow is shown as it was written, in a code block.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from autograder.execution.sanitize import clean_tex, renders_harmless

MAX_RENDERED = 10_000
"""Characters of one text that are rendered: several printed pages."""
MAX_SHOWN = 50_000
"""Characters of one text that are shown at all."""
MAX_RENDERED_OF_NOTEBOOK = 100_000
MAX_BLOCKS_OF_NOTEBOOK = 500_000
MAX_OPENERS = 500
_SHORT = 200
"""Characters of a block that says how much was left out, and of a block's frame."""

# For each of these a parser looks for the end, maybe through all the rest of the text.
_OPENER = re.compile(r"[<\[]|\\\\\(|\\begin")
# Markdown without any of these renders to text, emphasis, lists, code and tables only.
_MAY_BE_RAW = re.compile(r"<|\]\s*[(:\[]|\\")
_ATTACHMENT = re.compile(r"attachment:([^\s)\"'>]+)")
# nbconvert looks from each bracket to the end of its line, also in blocks.
_LONG_LINE = re.compile(r"([^\n]{500})(?=[^\n])")
_LONG_FENCE = re.compile(r"`{10,}")
_BLOCK = re.compile(r"(`{3,9}|`{10})\n([\s\S]*)\n\1")


class MarkdownCleaner:
    """Cleans the texts of one notebook, which share a budget."""

    def __init__(self) -> None:
        self.room = MAX_RENDERED_OF_NOTEBOOK
        self.block_room = MAX_BLOCKS_OF_NOTEBOOK

    def clean(self, source: str, attachments: Collection[str] = ()) -> str:
        """Return Markdown unchanged if its page is harmless, else with its HTML shown.

        What takes too long to render becomes a code block. Cleaning a second time
        changes nothing.
        """
        if _is_block(source) and len(source) <= max(self.block_room, _SHORT):
            self.block_room -= len(source)
            return source
        if not self._fits(source):
            return self._block(source)
        cleaned = _harmless(source, attachments)
        fits = cleaned is not None and self._fits(cleaned)
        # Rendering was paid for, whatever came of it.
        self.room -= max(len(source), len(cleaned or ""))
        return cleaned if cleaned is not None and fits else self._block(source)

    def _fits(self, source: str) -> bool:
        return (
            len(source) <= min(MAX_RENDERED, self.room)
            and len(_OPENER.findall(source)) <= MAX_OPENERS
        )

    def _block(self, source: str) -> str:
        block = _as_block(source, max(min(MAX_SHOWN, self.block_room) - _SHORT, 0))
        self.block_room -= len(block)
        return block


def clean_markdown(source: str, attachments: Collection[str] = ()) -> str:
    """Clean a single text, see `MarkdownCleaner`."""
    return MarkdownCleaner().clean(source, attachments)


def _harmless(source: str, attachments: Collection[str]) -> str | None:
    """Return the text, or it with its HTML escaped, or None if both could act.

    The question is put to the renderer and the sanitizer that matter: what they make
    of the text has to be the same with and without the sanitizer. A picture that the
    cell refers to but does not have would stop the whole page; it becomes a name.
    """
    if not _MAY_BE_RAW.search(source):
        return source
    source = clean_tex(source)
    source = _ATTACHMENT.sub(
        lambda link: link[0] if link[1] in attachments else f"missing-{link[1]}", source
    )
    if renders_harmless(source, attachments):
        return source
    escaped = re.sub(r"<(?=[A-Za-z/!?])", "&lt;", source)
    return escaped if renders_harmless(escaped, attachments) else None


def _as_block(source: str, limit: int) -> str:
    """Show a text in a code block, whose fence is longer than all within."""
    source = _LONG_LINE.sub(r"\1\n", source)
    if len(source) > limit:
        left = len(source) - limit
        source = f"{source[:limit]}\n... {left} characters left out"
    source = _LONG_FENCE.sub("`" * 9, source)
    fence = "`" * (max(_longest_run(source), 2) + 1)
    return f"{fence}\n{source}\n{fence}"


def _is_block(source: str) -> bool:
    """Tell whether all of a text is one code block, which a renderer only escapes."""
    found = _BLOCK.fullmatch(source) if len(source) <= MAX_SHOWN else None
    return (
        found is not None
        and _longest_run(found[2]) < len(found[1])
        and not _LONG_LINE.search(found[2])
    )


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
