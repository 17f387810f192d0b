"""The maps' layout: everything inside, nothing on top of another, and large."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from lenetpad.ui.draw.maps_layout import CODES, place

COUNTS = {"input": 1, "C1": 6, "S2": 6, "C3": 16, "S4": 16, "C5": 1, "F6": 1, CODES: 10}


@given(st.integers(300, 2600), st.integers(400, 1700))
def test_every_layer_is_inside_and_none_overlaps(width: int, height: int) -> None:
    area = QRectF(10, 20, width, height)
    placed = place(area)
    assert {name: len(p.cells) for name, p in placed.items()} == COUNTS
    whole = area.adjusted(-1, -1, 1, 1)  # cells are rounded to whole pixels
    for layer in placed.values():
        assert all(whole.contains(cell) for cell in layer.cells)
        assert all(not a.intersects(b) for a, b in combinations(layer.cells, 2))
        assert layer.title.right() <= whole.right()
    for one, other in combinations(placed.values(), 2):
        assert not one.area.intersects(other.area)
        assert not one.area.intersects(other.title)


@pytest.mark.parametrize(
    ("width", "height"), [(350, 480), (450, 560), (760, 800), (1500, 600), (1600, 1700)]
)
def test_the_maps_use_the_space_there_is(width: int, height: int) -> None:
    placed = place(QRectF(0, 0, width, height))
    used = sum(c.width() * c.height() for p in placed.values() for c in p.cells)
    assert used > 0.4 * width * height
