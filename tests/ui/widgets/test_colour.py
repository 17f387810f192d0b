"""Values to colours: zero is neutral, the ends are the ends, the scale is the user's."""

from __future__ import annotations

import numpy as np
import pytest

from lenetpad.ui.widgets.colour import (
    ZERO,
    Colouring,
    Scale,
    extent,
    ink_table,
    value_index,
    value_table,
)
from lenetpad.ui.widgets.theme import DARK, LIGHT, Theme
from lenetpad.values.models import LayerView

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


INPUT = LayerView("input", 1, 1, 3, -0.1, 1.175)
UNITS = LayerView("F6", 4, 1, 1, -1.7159, 1.7159)
TAPS = {
    "input": np.array([[[-0.1, 0.5375, 1.175]]], dtype=np.float32),
    "C1": VALUES,
    "F6": np.array([-0.5, 0.0, 0.125, 9.0], dtype=np.float32),
}


def test_the_input_runs_from_paper_to_ink() -> None:
    colouring, inks = Colouring([INPUT, LAYER, UNITS]), ink_table(LIGHT)
    colouring.colour(TAPS, Scale.FIXED, inks, value_table(LIGHT))
    assert colouring.part("input").tolist() == inks[[0, 128, 255]].tolist()


def test_all_layers_at_once_have_the_colours_of_each_by_itself() -> None:
    colouring, inks, values = Colouring([INPUT, LAYER, UNITS]), ink_table(DARK), value_table(DARK)
    for scale in (*Scale, Scale.FIXED):  # back to the first one, too
        colouring.colour(TAPS, scale, inks, values)
        for layer, maps in ((LAYER, VALUES), (UNITS, TAPS["F6"].reshape(1, 2, 2))):
            ends = extent(maps, layer, scale)
            expected = values[value_index(maps, ends)].reshape(-1)
            assert colouring.part(layer.name).tolist() == expected.tolist(), (scale, layer)
            assert colouring.ends[layer.name] == pytest.approx(ends)
