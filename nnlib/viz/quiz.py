"""Short quizzes, marked in the notebook itself with a reason for each answer."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nnlib.viz.explore import load_ipywidgets, still_bundle


@dataclass(frozen=True)
class Question:
    """One question with its options; ``right`` counts them from 0."""

    text: str
    options: Sequence[str]
    right: int
    why: str

    def mark(self, chosen: int) -> str:
        """The verdict on one option; the reason is told once the answer is right."""
        if not 0 <= chosen < len(self.options):
            last = len(self.options) - 1
            raise ValueError(f"option must be 0 to {last}, got {chosen}")
        if chosen == self.right:
            return f"Right. {self.why}"
        return "Not this one. Try again."


class Quiz:
    """Questions with radio buttons; nothing leaves the notebook."""

    def __init__(self, questions: Sequence[Question]) -> None:
        widgets = load_ipywidgets("the questions in the text of the quiz")
        self.questions = tuple(questions)
        self.answers = [
            widgets.RadioButtons(
                options=[(text, i) for i, text in enumerate(question.options)],
                value=None,
                layout=widgets.Layout(width="auto"),
            )
            for question in self.questions
        ]
        self.verdicts = [widgets.HTML() for _ in self.questions]
        blocks: list[Any] = []
        for number, question in enumerate(self.questions, start=1):
            title = f"<b>{number}. {html.escape(question.text)}</b>"
            answer, verdict = self.answers[number - 1], self.verdicts[number - 1]
            answer.observe(self._marker(number - 1), names="value")
            blocks += [widgets.HTML(title), answer, verdict]
        self.widget = widgets.VBox(blocks)

    def _marker(self, i: int) -> Any:
        def mark(change: Any) -> None:
            text = html.escape(self.questions[i].mark(change["new"]))
            self.verdicts[i].value = f'<p role="status">{text}</p>'

        return mark

    def as_text(self) -> str:
        """The questions and options without the answers."""
        lines = []
        for number, question in enumerate(self.questions, start=1):
            lines.append(f"{number}. {question.text}")
            lines += [f"   ( ) {option}" for option in question.options]
        return "\n".join(lines)

    def as_html(self) -> str:
        """The questions and options as lists, without the answers."""
        items = []
        for question in self.questions:
            options = (f"<li>{html.escape(text)}</li>" for text in question.options)
            answers = f'<ol type="a">{"".join(options)}</ol>'
            items.append(f"<li>{html.escape(question.text)}{answers}</li>")
        return (
            f"<ol>{''.join(items)}</ol><p><em>In JupyterLab, choose an answer.</em></p>"
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return still_bundle(self.widget, self.as_html(), self.as_text(), **kwargs)
