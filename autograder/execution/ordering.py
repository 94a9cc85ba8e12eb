"""Puts locked cells where a student moved or deleted them.

A student's own cells and answers stay in the student's order: whoever moved an answer
up may have done it because another one needs it. The instructor's cells follow these
rules: they keep the released order among themselves, a test comes after every answer
that precedes it in the release, and a helper before every answer that follows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.execution.release import ReleasedCell


@dataclass
class Piece:
    """One cell of a notebook and, if it is one of the release's, which."""

    cell: NotebookNode
    released: ReleasedCell | None = None

    @property
    def fixed(self) -> bool:
        """Whether the place of the cell is the student's choice."""
        return not self.ranked or bool(self.released and self.released.solution)

    @property
    def ranked(self) -> bool:
        """Whether the cell counts for the order; instructions may stand anywhere."""
        released = self.released
        return released is not None and (released.cell_type == "code" or released.grade)


def in_order(pieces: Sequence[Piece], rank: Mapping[str, int]) -> bool:
    """Tell whether every locked cell stands where the rules allow it."""
    known = [(rank[p.released.name], p) for p in pieces if p.released and p.ranked]
    for place, (mine, piece) in enumerate(known):
        if piece.fixed:
            continue
        helper = not (piece.released and piece.released.grade)
        if any(
            other > mine and (helper or not earlier.fixed)
            for other, earlier in known[:place]
        ) or any(other < mine for other, _ in known[place + 1 :]):
            return False
    return True


def restore_order(pieces: list[Piece], rank: Mapping[str, int]) -> list[Piece]:
    """Return the cells with every locked one at its place."""
    result = [piece for piece in pieces if piece.fixed]
    moved = [piece for piece in pieces if not piece.fixed]
    moved.sort(key=lambda piece: rank[piece.released.name] if piece.released else 0)
    for piece in moved:
        insert(result, piece, rank)
    return result


def insert(pieces: list[Piece], new: Piece, rank: Mapping[str, int]) -> None:
    """Insert a released cell at its place among the others."""
    assert new.released is not None
    mine = rank[new.released.name]
    ranks = [rank[p.released.name] if p.released and p.ranked else mine for p in pieces]
    after = [place for place, other in enumerate(ranks) if other < mine]
    before = [place for place, other in enumerate(ranks) if other > mine]
    if after and new.released.grade:
        place = _past_own_code(pieces, after[-1] + 1)
    elif new.released.grade:
        place = before[0] if before else len(pieces)
    else:  # a helper is worth nothing after the answers that need it
        place = min([after[-1] + 1 if after else 0, *before[:1]])
    pieces.insert(place, new)


def _past_own_code(pieces: Sequence[Piece], place: int) -> int:
    """Skip the student's own code that directly continues the answer before."""
    while (
        place < len(pieces)
        and pieces[place].released is None
        and pieces[place].cell.cell_type == "code"
    ):
        place += 1
    return place
