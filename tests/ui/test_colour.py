"""Values to colours: zero is neutral, the ends are the ends, the scale is the user's."""

from __future__ import annotations

import numpy as np
import pytest

from lenetpad.messages import LayerView
from lenetpad.ui.colour import ZERO, Scale, extent, ink_index, value_index, value_table
from lenetpad.ui.theme import DARK, LIGHT, Theme

LAYER = LayerView("C1", 2, 2, 2, -1.7159, 1.7159)
VALUES = np.array([[[-1.0, 0.5], [0, 0.25]], [[0.1, -0.2], [0.2, 0]]], dtype=np.float32)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_table_goes_from_negative_through_zero_to_positive(theme: Theme) -> None:
    table = value_table(theme)
    as_text = [f"#{entry & 0xFFFFFF:06x}" for entry in table]
    assert len(table) == 256
    assert as_text[ZERO] == theme.zero
    assert as_text[1] == theme.negative[-1]
    assert as_text[255] == theme.positive[-1]


@pytest.mark.parametrize(
    ("scale", "ends"),
    [(Scale.FIXED, [1.7159]), (Scale.LAYER, [1.0]), (Scale.MAP, [1.0, 0.2])],
)
def test_the_ends_of_each_scale(scale: Scale, ends: list[float]) -> None:
    assert extent(VALUES, LAYER, scale) == pytest.approx(ends)


def test_zero_is_always_neutral_and_the_extremes_reach_the_ends() -> None:
    index = value_index(VALUES, extent(VALUES, LAYER, Scale.MAP))
    assert index[0, 1, 0] == index[1, 1, 1] == ZERO
    assert index[0, 0, 0] == 1
    assert index[1, 1, 0] == 255


def test_values_beyond_the_range_stay_at_its_end() -> None:
    index = value_index(VALUES * 100, extent(VALUES, LAYER, Scale.FIXED))
    assert (index.min(), index.max()) == (1, 255)


def test_a_layer_of_zeros_is_neutral() -> None:
    zeros = np.zeros_like(VALUES)
    for scale in Scale:
        assert (value_index(zeros, extent(zeros, LAYER, scale)) == ZERO).all()


def test_the_input_runs_from_paper_to_ink() -> None:
    layer = LayerView("input", 1, 1, 3, -0.1, 1.175)
    index = ink_index(np.array([[[-0.1, 0.5375, 1.175]]], dtype=np.float32), layer)
    assert index.tolist() == [[[0, 128, 255]]]
