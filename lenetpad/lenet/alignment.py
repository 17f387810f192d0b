"""A number whose digits are known: which ink shows which of them.

It is Viterbi's algorithm on the segmentation graph, constrained to the label: of the paths with as
many candidates as there are digits, the best one, each candidate scored as the digit that it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from lenetpad.ink.strokes import Ink, Stroke
from lenetpad.values.segmentation import Candidate, Piece, Segmentation

#: A digit is taken to be at least so probable, whatever the network says.
LEAST: Final = 1e-6


def align(found: Segmentation, label: str) -> tuple[Candidate, ...] | None:
    """The candidates that show the digits of a label, from left to right; None where no path has
    as many."""
    cuts = len(found.pieces) + 1
    best: list[dict[int, tuple[float, tuple[Candidate, ...]]]] = [{} for _ in range(cuts)]
    best[0][0] = 0.0, ()
    for candidate in sorted(found.candidates, key=lambda one: one.first):
        for count, (score, before) in best[candidate.first].items():
            if count == len(label):
                continue
            sum_of_scores = score + _score(candidate, int(label[count]))
            known = best[candidate.end].get(count + 1)
            if known is None or sum_of_scores > known[0]:
                best[candidate.end][count + 1] = sum_of_scores, (*before, candidate)
    end = best[-1].get(len(label))
    return None if end is None else end[1]


def _score(candidate: Candidate, digit: int) -> float:
    """A candidate's score, taken for a digit that may not be its most probable one."""
    wanted = max(float(candidate.probabilities[digit]), LEAST)
    return candidate.score + math.log(wanted) - math.log(max(candidate.probability, LEAST))


def ink_of(ink: Ink, pieces: Sequence[Piece]) -> Ink:
    """What some of an ink's pieces are of its strokes, in the order of writing; a stroke that was
    cut between two of them is whole there."""
    reaches: dict[int, tuple[int, int]] = {}
    for piece in pieces:
        start, end = reaches.get(piece.stroke, (piece.start, piece.end))
        reaches[piece.stroke] = min(start, piece.start), max(end, piece.end)
    return Ink(
        tuple(
            Stroke.over(ink.strokes[number].points[start:end])
            for number, (start, end) in sorted(reaches.items())
        )
    )
