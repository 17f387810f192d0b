from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from lenetpad.lenet.transducer import SUREST, log_probability, transduced
from lenetpad.values.space_displacement import Fate, Run, SlidingReading

Array = NDArray[np.float32]


def columns(text: str, sure: float = 0.99) -> Array:
    """Posteriors of columns that say a digit or, at "-", blank; a small letter says it weakly."""
    posteriors = np.full((len(text), 11), (1 - sure) / 10, np.float32)
    for row, sign in zip(posteriors, text, strict=True):
        row[10 if sign == "-" else int(sign)] = sure
    return posteriors


def read(posteriors: Array, stride: int = 4, price: float = 2.0) -> str:
    return "".join(str(run.digit) for run in transduced(posteriors, stride, price))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("--333---44-", "34"),
        ("-22--22--", "22"),
        ("-2222222-", "2"),
        ("11122", "12"),
        ("---------", ""),
        ("7", "7"),
        ("-", ""),
        ("-0-1-2-3-4-5-6-7-8-9", "0123456789"),
    ],
)
def test_repetitions_and_blanks_are_removed(text: str, answer: str) -> None:
    assert read(columns(text)) == answer


def test_what_little_speaks_for_is_not_worth_a_digit() -> None:
    """Between two digits a column may look like a third one."""
    posteriors = columns("--333-7-444--")
    posteriors[6] = 0.0
    posteriors[6, [7, 10]] = 0.6, 0.4
    assert read(posteriors) == "34"
    assert read(posteriors, price=0.0) == "374"


def test_a_column_that_wavers_does_not_part_a_digit() -> None:
    posteriors = columns("-55555-")
    posteriors[3] = 0.0
    posteriors[3, [5, 10]] = 0.45, 0.55
    assert read(posteriors) == "5"


@pytest.mark.parametrize("stride", [4, 2, 1])
def test_more_columns_are_no_more_evidence(stride: int) -> None:
    """Each column said 4 / stride times, the answer and what a digit costs stay the same."""
    rng = np.random.default_rng(3)
    for _ in range(20):
        posteriors = rng.dirichlet(np.full(11, 0.1), 12).astype(np.float32)
        once = read(posteriors)
        assert read(np.repeat(posteriors, 4 // stride, axis=0), stride) == once


def ways_to(posteriors: Array) -> dict[tuple[int, ...], float]:
    """What all ways to label columns are together that give the same digits."""
    found: dict[tuple[int, ...], float] = {}
    for path in itertools.product(range(11), repeat=len(posteriors)):
        text = tuple(label for label, _ in itertools.groupby(path) if label != 10)
        share = math.exp(
            sum(
                max(math.log(max(float(posteriors[place, label]), 1e-30)), SUREST)
                for place, label in enumerate(path)
            )
        )
        found[text] = found.get(text, 0.0) + share
    return found


def test_the_number_is_found_that_all_ways_together_speak_for_most() -> None:
    """Against all 11^4 ways to label four columns."""
    rng = np.random.default_rng(5)
    for price in (0.0, 1.0, -0.5):
        posteriors = rng.dirichlet(np.full(11, 0.2), 4).astype(np.float32)
        ways = ways_to(posteriors)
        best = max(ways, key=lambda text: math.log(ways[text]) - price * len(text))
        assert read(posteriors, price=price) == "".join(map(str, best))
        evidence = np.maximum(np.log(np.maximum(posteriors.astype(np.float64), 1e-30)), SUREST)
        for text in ((), (3,), (3, 7), (7, 7), best):
            found = log_probability(evidence, text)
            assert found == pytest.approx(math.log(ways[text]), abs=1e-6)


def test_its_digits_are_the_columns_of_the_best_way_to_it() -> None:
    """Against all ways to label seven columns that give what is read."""
    rng = np.random.default_rng(7)
    for _ in range(5):
        posteriors = np.full((7, 11), 1e-30)
        posteriors[:, [2, 5, 10]] = rng.dirichlet(np.full(3, 0.5), 7)
        runs = transduced(posteriors.astype(np.float32), 4)
        found = [10] * 7
        for run in runs:
            found[run.first : run.end] = [run.digit] * (run.end - run.first)
        evidence = np.maximum(np.log(posteriors), SUREST)
        text = [run.digit for run in runs]
        best = max(
            float(evidence[range(7), path].sum())
            for path in itertools.product((2, 5, 10), repeat=7)
            if [label for label, _ in itertools.groupby(path) if label != 10] == text
        )
        assert float(evidence[range(7), found].sum()) == pytest.approx(best, abs=1e-4)


def test_two_equal_digits_may_lie_nearer_than_the_networks_stride() -> None:
    """Where each line of columns has a blank between them."""
    assert read(columns("-11--11--44-"), stride=2, price=-0.5) == "114"


def test_what_becomes_of_each_column() -> None:
    posteriors = columns("-33-744")
    posteriors[2, 3] = 0.999  # the surest of the three
    posteriors[4] = 0.0
    posteriors[4, [7, 10]] = 0.6, 0.4
    runs = transduced(posteriors, 4, 2.0)
    assert runs == (Run(3, 1, 3, 2), Run(4, 5, 7, 5))
    f6 = np.zeros((7, 84), np.float32)
    reading = SlidingReading(
        np.zeros((32, 56), np.float32), 4, tuple(range(0, 28, 4)), f6, posteriors, runs
    )
    assert reading.answer == "34"
    assert reading.raw == (None, 3, 3, None, 7, 4, 4)
    assert reading.path == (None, 3, 3, None, None, 4, 4)
    assert reading.fates == (
        Fate.BLANK,
        Fate.REPEATED,
        Fate.KEPT,
        Fate.BLANK,
        Fate.OVERRULED,
        Fate.KEPT,
        Fate.REPEATED,
    )
