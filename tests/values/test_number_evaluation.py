"""The figures of numbers that were read, counted by hand and by another way."""

from __future__ import annotations

import math
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenetpad.values.number_evaluation import (
    NumberEvaluation,
    NumberResults,
    edit_distance,
    numbers_json,
)

FOUND = NumberEvaluation(
    ("147", "20", "333", "5808"), ("147", "70", "33", ""), (False, False, True, True)
)


def test_the_figures() -> None:
    assert FOUND.n == 4
    assert FOUND.wrong == (1, 2, 3)
    assert FOUND.accuracy == 0.25
    assert FOUND.length_accuracy == 0.5
    assert FOUND.digit_error == pytest.approx((1 + 1 + 4) / 12)


def test_nothing_has_no_figures() -> None:
    none = NumberEvaluation((), (), ())
    assert math.isnan(none.accuracy)
    assert math.isnan(none.length_accuracy)
    assert math.isnan(none.digit_error)


def test_json() -> None:
    found = numbers_json(FOUND)
    assert {key: found[key] for key in ("strings", "string_accuracy", "length_accuracy")} == {
        "strings": 4,
        "string_accuracy": 0.25,
        "length_accuracy": 0.5,
    }
    assert found["strings_refused"] == 0.5
    assert found["texts"][2] == {"label": "333", "read": "33", "refused": True}


def test_what_either_network_misread() -> None:
    other = NumberEvaluation(FOUND.labels, ("177", "20", "333", "5808"), (False,) * 4)
    both = NumberResults((), (FOUND, other))
    assert both.wrong() == (0, 1, 2, 3)
    assert [both.misreader(place) for place in range(4)] == [1, 0, 0, 0]
    assert NumberResults((), (other,)).misreader(1) == 0


@given(st.text("012", max_size=6), st.text("012", max_size=6))
def test_edit_distance_is_that_of_the_recursive_definition(one: str, other: str) -> None:
    @cache
    def distance(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        same = one[i - 1] == other[j - 1]
        return min(
            distance(i - 1, j) + 1, distance(i, j - 1) + 1, distance(i - 1, j - 1) + (not same)
        )

    assert edit_distance(one, other) == distance(len(one), len(other))
