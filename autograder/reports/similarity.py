"""Which answers resemble each other more than two people's work usually does.

Code is compared as a sequence of tokens: comments, layout, docstrings and the release's
own lines are left out, and variables count by the order in which they appear, so that
new names hide nothing. A high number is a reason to look, never a verdict.
"""

from __future__ import annotations

import io
import keyword
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

MIN_TOKENS = 45
"""Shorter answers have too few ways of being right."""
THRESHOLD = 0.85
"""Calibrated on right solutions that were written independently: see
`tests/reports/test_similarity.py`."""
MAX_SHARE = 0.1
"""What a tenth of the class has written alike is the usual way, and says nothing."""
MAX_PAIRS = 100
_SKIPPED = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENCODING),
    *(tokenize.ENDMARKER, tokenize.INDENT, tokenize.DEDENT),
}

Tokens = tuple[str, ...]
Sources = Mapping[str, str]
"""Source code by the name of its cell."""


@dataclass
class Pair:
    """Two people, and the cells in which they resemble each other."""

    first: str
    second: str
    cells: dict[str, float] = field(default_factory=dict)
    """Similarity, from 0 to 1, by cell."""

    @property
    def weight(self) -> tuple[int, float]:
        """More cells first, then closer ones."""
        return len(self.cells), sum(self.cells.values())


@lru_cache(maxsize=20_000)
def tokens_of(source: str, released: str = "") -> Tokens:
    """Return the code as comparable tokens; () if it is no Python."""
    known = {line.strip() for line in released.splitlines() if line.strip()}
    kept = (line for line in source.splitlines() if line.strip() not in known)
    try:
        return tuple(_comparable("\n".join(kept)))
    except (tokenize.TokenError, SyntaxError):
        return ()


def _comparable(source: str) -> Iterator[str]:
    names: dict[str, str] = {}
    before = ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        text = token.string
        if token.type in _SKIPPED or text.startswith(('"""', "'''")):
            continue
        is_name = token.type == tokenize.NAME and not keyword.iskeyword(text)
        # What stands behind a point belongs to a library and is no choice of a name.
        if is_name and before != ".":
            yield names.setdefault(text, f"name{len(names)}")
        else:
            yield text
        before = text


def similar_pairs(
    class_work: Mapping[str, Sources],
    released: Sources,
    others: Mapping[str, Sources] | None = None,
) -> list[Pair]:
    """Return the pairs worth a look, the most similar ones first.

    Args:
        class_work: by student, the source of each answer.
        released: what students were given in each cell.
        others: what students' work is compared with as well, not among each other.
    """
    others = others or {}
    pairs: dict[tuple[str, str], Pair] = {}
    for cell in sorted({name for work in class_work.values() for name in work}):
        stub = released.get(cell, "")
        mine = _owners(class_work, cell, stub)
        theirs = _owners(others, cell, stub)
        usual = max(3, MAX_SHARE * len(class_work))
        for first, second, similarity in _close(mine, theirs, usual):
            pair = pairs.setdefault((first, second), Pair(first, second))
            pair.cells[cell] = similarity
    ordered = sorted(pairs.values(), key=lambda p: (p.first, p.second))
    return sorted(ordered, key=lambda p: p.weight, reverse=True)[:MAX_PAIRS]


def _owners(
    works: Mapping[str, Sources], cell: str, stub: str
) -> dict[Tokens, list[str]]:
    """Return who wrote each sequence of tokens that is long enough."""
    owners: dict[Tokens, list[str]] = defaultdict(list)
    for person, work in works.items():
        tokens = tokens_of(work.get(cell, ""), stub)
        if len(tokens) >= MIN_TOKENS:
            owners[tokens].append(person)
    return owners


def _close(
    mine: dict[Tokens, list[str]], theirs: dict[Tokens, list[str]], usual: float
) -> Iterator[tuple[str, str, float]]:
    """Yield pairs of people with close sequences, but for those that many have."""
    sequences = list(mine)
    if not sequences:
        return
    table = _similarities(sequences, sequences)
    close = table >= THRESHOLD
    sizes = np.array([len(mine[s]) for s in sequences])
    alike = close @ sizes
    for i, tokens in enumerate(sequences):
        if alike[i] > usual:
            continue
        people = mine[tokens]
        yield from ((a, b, 1.0) for a, b in _combinations(people))
        for j in np.flatnonzero(close[i, :i]):
            if alike[j] <= usual:
                for a in people:
                    for b in mine[sequences[j]]:
                        yield min(a, b), max(a, b), float(table[i, j])
    yield from _close_to_others(mine, theirs, usual)


def _close_to_others(
    mine: dict[Tokens, list[str]], theirs: dict[Tokens, list[str]], usual: float
) -> Iterator[tuple[str, str, float]]:
    if not theirs:
        return
    sequences, sources = list(mine), list(theirs)
    table = _similarities(sequences, sources)
    found = Counter[str]()
    for i, j in np.argwhere(table >= THRESHOLD):
        found.update({theirs[sources[j]][0]: len(mine[sequences[i]])})
    for i, j in np.argwhere(table >= THRESHOLD):
        source = theirs[sources[j]][0]
        if found[source] <= usual:
            for person in mine[sequences[i]]:
                yield person, source, float(table[i, j])


def _similarities(rows: Sequence[Tokens], columns: Sequence[Tokens]) -> np.ndarray:
    return np.asarray(
        cdist(
            rows,
            columns,
            scorer=Indel.normalized_similarity,
            score_cutoff=THRESHOLD,
            workers=-1,
        )
    )


def _combinations(people: Sequence[str]) -> Iterator[tuple[str, str]]:
    ordered = sorted(people)
    for i, first in enumerate(ordered):
        for second in ordered[i + 1 :]:
            yield first, second
