"""Numbers whose digits are known: their ink is found as an exhaustive search finds it."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from lenetpad.data.numbers import shipped_reader
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.lenet.alignment import LEAST, align, ink_of
from lenetpad.values.segmentation import Candidate, Kind, Path, Piece, Segmentation
from tests.ink.written_numbers import written_number


def made_up(pieces: int, rng: np.random.Generator) -> Segmentation:
    """A graph whose candidates have one, two or three pieces and say anything."""
    box = (0.0, 0.0, 1.0, 1.0)
    candidates = []
    for first in range(pieces):
        for end in range(first + 1, min(first + 3, pieces) + 1):
            shares = rng.dirichlet(np.full(10, 0.3)).astype(np.float32)
            image = np.zeros((28, 28), np.float32)
            scores = rng.normal(0, 2, 2).tolist()
            candidates.append(Candidate(first, end, box, image, shares, None, *scores))
    parts = tuple(Piece(place, 0, 1, box) for place in range(pieces))
    return Segmentation(parts, tuple(candidates), (Path((0,), 0.0),), Kind.NUMBER)


def best_of_all(found: Segmentation, label: str) -> float | None:
    """The best sum of scores of all ways to take the pieces as these digits."""
    by_span = {(one.first, one.end): one for one in found.candidates}
    scores = []
    for cuts in itertools.combinations(range(1, len(found.pieces)), len(label) - 1):
        edges = [0, *cuts, len(found.pieces)]
        chosen = [by_span.get(span) for span in itertools.pairwise(edges)]
        if None not in chosen:
            scores.append(score_of(tuple(one for one in chosen if one is not None), label))
    return max(scores, default=None)


def score_of(chosen: tuple[Candidate, ...], label: str) -> float:
    return sum(
        one.recognition
        + one.geometry
        + math.log(max(float(one.probabilities[int(digit)]), LEAST))
        - math.log(max(float(one.probabilities.max()), LEAST))
        for one, digit in zip(chosen, label, strict=True)
    )


@pytest.mark.parametrize("seed", range(40))
def test_the_best_way_is_that_of_an_exhaustive_search(seed: int) -> None:
    rng = np.random.default_rng(seed)
    found = made_up(int(rng.integers(1, 9)), rng)
    label = "".join(map(str, rng.integers(0, 10, int(rng.integers(1, 6)))))
    best, aligned = best_of_all(found, label), align(found, label)
    assert (best is None) == (aligned is None)
    if best is not None and aligned is not None:
        assert score_of(aligned, label) == pytest.approx(best)
        assert aligned[0].first == 0
        assert aligned[-1].end == len(found.pieces)
        assert all(one.end == other.first for one, other in itertools.pairwise(aligned))


@pytest.mark.parametrize("text", ["147", "50", "9358", "444", "7777"])
def test_each_digit_gets_the_strokes_that_it_was_written_with(text: str) -> None:
    rng = np.random.default_rng(len(text))
    drawing = written_number(text, rng)
    found = shipped_reader().read(Sheet(drawing.ink))
    assert found is not None
    aligned = align(found, text)
    assert aligned is not None
    strokes = []
    for one in aligned:
        ink = ink_of(drawing.ink, found.pieces[one.first : one.end])
        strokes += ink.strokes
        lefts = [stroke.xy[:, 0].min() for stroke in ink.strokes]
        assert max(lefts) - min(lefts) < 100  # no digit has strokes of another
    assert sum(len(stroke.points) for stroke in strokes) == drawing.ink.point_count


def test_a_stroke_that_was_cut_within_a_digit_is_whole_there() -> None:
    ink = Ink.of([[[x, 0] for x in range(10)], [[3, 5], [4, 5]]])
    box = (0.0, 0.0, 1.0, 1.0)
    first, second, third = Piece(0, 0, 4, box), Piece(0, 6, 10, box), Piece(1, 0, 2, box)
    assert ink_of(ink, [second, third, first]) == ink
    assert ink_of(ink, [second]) == Ink.of([[[x, 0] for x in range(6, 10)]])


def test_more_digits_than_there_can_be_are_not_found() -> None:
    found = shipped_reader().read(Sheet(Ink.of([[[0, 0], [0, 100]]])))
    assert found is not None
    assert align(found, "11111111") is None
