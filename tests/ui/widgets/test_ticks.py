"""Ticks: round values, and numbers that say which they are."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenetpad.ui.widgets.ticks import (
    linear_texts,
    linear_ticks,
    logarithmic_text,
    logarithmic_ticks,
)


@pytest.mark.parametrize(
    ("low", "high", "about", "texts"),
    [
        (0.0, 10.0, 5, ["0", "2", "4", "6", "8", "10"]),
        (0.0, 5000.0, 5, ["0", "1,000", "2,000", "3,000", "4,000", "5,000"]),
        (92.3, 99.1, 4, ["94", "96", "98"]),
        (0.0, 0.011, 3, ["0.000", "0.005", "0.010"]),
        (0.0, 0.00011, 3, ["0", "5e-05", "0.0001"]),
        (-0.02, 1.01, 3, ["0.0", "0.5", "1.0"]),
    ],
)
def test_linear_ticks_are_round_and_told_apart(
    low: float, high: float, about: float, texts: list[str]
) -> None:
    assert linear_texts(linear_ticks(low, high, about)) == texts


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_linear_ticks_lie_in_their_range(low: float, size: float) -> None:
    high = low + size
    ticks = linear_ticks(low, high, 5)
    slack = 1e-6 * size + 1e-9 * abs(low)
    assert all(low - slack <= tick <= high + slack for tick in ticks)
    assert len(ticks) <= 6
    assert len(linear_texts(ticks)) == len(ticks)


@pytest.mark.parametrize(
    ("low", "high", "size", "texts"),
    [
        (0.01, 1.0, 200.0, ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1"]),
        (0.01, 1.0, 60.0, ["0.01", "0.1", "1"]),
        (1e-9, 1.0, 60.0, ["1e-09", "1e-06", "0.001", "1"]),
        (0.9, 9.1, 1000.0, ["0.9", *map(str, range(1, 10))]),
    ],
)
def test_logarithmic_ticks_have_room(
    low: float, high: float, size: float, texts: list[str]
) -> None:
    low, high = math.log10(low) - 1e-9, math.log10(high) + 1e-9
    assert [logarithmic_text(t) for t in logarithmic_ticks(low, high, size, 16)] == texts


def test_a_narrow_logarithmic_range_has_a_number_at_least() -> None:
    assert logarithmic_ticks(0.31, 0.32, 100, 16) == [pytest.approx(0.315)]


def test_no_ticks_have_no_texts() -> None:
    assert linear_texts([]) == []
    assert linear_texts([3.0]) == ["3"]
    assert linear_texts([0.0]) == ["0"]
