from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from lenetpad.lenet.codes import GLYPHS, codes
from lenetpad.training.network import build

PAIRS = list(combinations(range(10), 2))


def test_there_are_ten_codes_of_84_components() -> None:
    assert codes().shape == (10, 84)
    assert codes().dtype == np.float32


def test_components_are_plus_and_minus_one() -> None:
    assert set(np.unique(codes())) == {-1.0, 1.0}


@pytest.mark.parametrize("digit", range(10))
def test_a_glyph_reads_as_twelve_rows_of_seven(digit: int) -> None:
    lines = GLYPHS[digit].split()
    assert [len(line) for line in lines] == [7] * 12
    assert set("".join(lines)) <= {"#", "."}
    shown = codes()[digit].reshape(12, 7)
    assert ["".join("#" if cell > 0 else "." for cell in row) for row in shown] == lines


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_codes_differ_in_at_least_eight_components(one: int, other: int) -> None:
    assert int((codes()[one] != codes()[other]).sum()) >= 8


def test_similar_characters_have_similar_codes() -> None:
    """Section II-B: that is why the codes are pictures, and not one place in ten."""
    different = {pair: int((codes()[pair[0]] != codes()[pair[1]]).sum()) for pair in PAIRS}
    assert different[3, 8] < np.mean(list(different.values()))
    assert different[0, 8] < different[0, 1]


def test_the_network_compares_f6_with_these_codes() -> None:
    assert np.array_equal(build("lenet5-1998", 0).state_dict()["output.codes"], codes())


def test_each_call_gives_an_array_of_its_own() -> None:
    codes()[:] = 0
    assert codes().any()
