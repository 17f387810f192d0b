"""Writing of people who do not exist."""

from __future__ import annotations

import numpy as np

from lenetpad.data.schooled import LETTERS, schooled_letters, schooled_writers
from lenetpad.ink.cuts import cuts_of
from lenetpad.ink.strokes import Points


def test_each_writes_every_digit_in_one_form() -> None:
    writers = schooled_writers(12, 3)
    assert len(writers) == 12
    for drawings in writers.values():
        for digit in range(10):
            strokes = {len(one.ink.strokes) for one in drawings if one.label == digit}
            assert len(strokes) == 1, "a form has as many strokes each time"
    crossed = {
        len(one.ink.strokes) for theirs in writers.values() for one in theirs if one.label == 7
    }
    assert crossed == {1, 2}, "not all learnt the same 7"


def test_some_ones_have_a_flag_as_long_as_they_are_high() -> None:
    def flag(xy: Points) -> float:
        """How far down to the left of its top a 1 begins, as a part of its height."""
        top = int(xy[:, 1].argmin())
        return float((xy[0, 1] - xy[top, 1]) / np.ptp(xy[:, 1])) if top else 0.0

    ones = [
        one.ink.strokes[0].xy
        for theirs in schooled_writers(40, 4).values()
        for one in theirs
        if one.label == 1 and len(one.ink.strokes) == 1
    ]
    long = [xy for xy in ones if flag(xy) > 0.7]
    assert 0.1 < len(long) / len(ones) < 0.6
    assert any(cuts_of(xy) for xy in long), "what may be taken for two digits is learnt from"


def test_letters_are_bars_with_an_n_of_three() -> None:
    (drawings,) = schooled_letters(1, 5).values()
    assert [one.label for one in drawings] == list(LETTERS)
    strokes = {one.label: len(one.ink.strokes) for one in drawings}
    assert (strokes["N"], strokes["M"], strokes["V"]) == (3, 4, 2)


def test_the_same_seed_writes_the_same() -> None:
    for made in (schooled_writers, schooled_letters):
        one, same, other = (
            [drawing.ink for theirs in made(3, seed).values() for drawing in theirs]
            for seed in (1, 1, 2)
        )
        assert one == same
        assert one != other
