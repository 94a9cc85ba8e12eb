"""nbgrader's markers for solutions, hidden tests and mark schemes.

nbgrader takes a line for a marker if it contains the words in capitals, and takes any
other line for ordinary text. A marker with a typo therefore publishes the answer below
it. Here a marker is a line of its own, written exactly; all that resembles one is
refused.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

SOLUTION = "SOLUTION"
HIDDEN = "HIDDEN TESTS"
MARK_SCHEME = "MARK SCHEME"
TOPICS = (SOLUTION, HIDDEN, MARK_SCHEME)
PHRASES = {
    f"{word} {topic}": (word, topic) for topic in TOPICS for word in ("BEGIN", "END")
}
Fault = tuple[int, str]
VERBS = ("BEGIN", "START", "END", "STOP", "FINISH")


@dataclass(frozen=True)
class Region:
    """A marked region: indices of its first and last line, which are the markers."""

    topic: str
    first: int
    last: int

    def holds(self, index: int) -> bool:
        """Tell whether a line stands between the two markers."""
        return self.first < index < self.last


def marker(phrase: str) -> str:
    """Return the line that authors write."""
    return f"### {phrase}"


def scan(lines: Sequence[str], *, code: bool) -> tuple[list[Region], list[Fault]]:
    """Return the regions of a cell and its faulty markers as (index, text)."""
    regions: list[Region] = []
    faults: list[Fault] = []
    opened: tuple[str, int] | None = None
    for index, line in enumerate(lines):
        phrase = line.strip().removeprefix("### ")
        if line.strip() != marker(phrase) or phrase not in PHRASES:
            guess = resembles(line, code=code)
            if guess:
                faults.append((index, _not_exact(line, guess)))
            continue
        word, topic = PHRASES[phrase]
        if word == "BEGIN":
            if opened:
                faults.append((index, _nested(phrase, opened[0])))
            opened = (topic, index)
        elif opened is None or opened[0] != topic:
            faults.append((index, f"`{marker(phrase)}` without a BEGIN: add or drop"))
        else:
            if index == opened[1] + 1:
                faults.append((index, "nothing stands between these markers: fill in"))
            regions.append(Region(topic, opened[1], index))
            opened = None
    if opened:
        text = f"no `{marker('END ' + opened[0])}` follows this marker: add it"
        faults.append((opened[1], text))
    return regions, faults


def inside(lines: Sequence[str], regions: Sequence[Region], topic: str) -> list[str]:
    """Return the lines within the regions of one topic, without the markers."""
    return [
        line
        for index, line in enumerate(lines)
        if any(region.topic == topic and region.holds(index) for region in regions)
    ]


def resembles(line: str, *, code: bool) -> str | None:
    """Return the marker that a line was probably meant to be, or None."""
    exact = next((phrase for phrase in PHRASES if phrase in line), None)
    if exact:
        return exact
    comment = "#" in line
    if code and not comment:
        return None
    text = line.rpartition("#")[2] if comment else line
    words = re.findall(r"[A-Za-z]+", text)
    if not 1 <= len(words) <= 4:
        return None
    capitals = all(word.isupper() for word in words)
    joined = "".join(words).upper()
    verb = any(_close(word.upper(), known) for word in words for known in VERBS)
    verb = verb or joined.startswith(VERBS)
    nearest = max(PHRASES, key=lambda phrase: _ratio(joined, phrase.replace(" ", "")))
    near = _ratio(joined, nearest.replace(" ", "")) >= 0.8
    if near and (verb or (capitals and comment)):
        return nearest
    if verb and (capitals or len(words) <= 3) and _topic_in(words, capitals):
        return nearest
    return None


def _topic_in(words: Sequence[str], capitals: bool) -> bool:
    """Tell whether the words speak of what markers hide."""
    upper = [word.upper() for word in words]
    names = ("SOLUTION", "SOLUTIONS", "ANSWER", "ANSWERS", "SCHEME")
    found = any(_close(word, name) for word in upper for name in names)
    return found or (capitals and any(_close(word, "TESTS") for word in upper))


def _close(word: str, known: str) -> bool:
    return _ratio(word, known) >= 0.75


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _not_exact(line: str, phrase: str) -> str:
    return (
        f"`{line.strip()}` looks like a marker but is not written exactly: write "
        f"`{marker(phrase)}` alone on the line, or reword it"
    )


def _nested(phrase: str, topic: str) -> str:
    return (
        f"`{marker(phrase)}` stands inside a region that `{marker('BEGIN ' + topic)}` "
        "opened: end that one first"
    )
