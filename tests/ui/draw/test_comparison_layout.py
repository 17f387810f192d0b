"""Where two readings and their difference lie."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QRectF

from lenetpad.ui.draw.comparison.layout import borders, lay_out

LAYERS = ["input", "C1", "S2", "C3", "S4", "C5", "F6"]
SIZES = [(460, 430), (320, 270), (720, 600), (1500, 250), (330, 900), (1000, 1500)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("alone", ["", "C3", "F6"])
def test_everything_has_its_own_place(size: tuple[int, int], alone: str) -> None:
    area = QRectF(2, 3, *size)
    parts = lay_out(area, 76, 18, alone)
    assert len(parts) == 3
    places = [part.head for part in parts]
    for part in parts:
        assert sorted(part.placed) == sorted([alone] if alone else LAYERS)
        places += [placed.area for placed in part.placed.values()]
    for number, one in enumerate(places):
        assert area.adjusted(-1, -1, 1, 1).contains(one)
        for other in places[number + 1 :]:
            common = one.intersected(other)
            assert min(common.width(), common.height()) <= 1.5, (one, other)


@pytest.mark.parametrize("size", SIZES)
def test_parts_are_alike_and_parted_by_lines(size: tuple[int, int]) -> None:
    parts = lay_out(QRectF(0, 0, *size), 76, 18)
    lines = borders(parts)
    assert len(lines) == 2
    first = parts[0]
    for part in parts[1:]:
        moved = part.head.topLeft() - first.head.topLeft()
        for name, placed in part.placed.items():
            away = placed.area.topLeft() - first.placed[name].area.topLeft() - moved
            assert away.manhattanLength() <= 2  # cells stand on whole pixels
    for line, (one, other) in zip(lines, pairwise(parts), strict=True):
        across = line.x1() == line.x2()
        at, before, after = (
            (line.x1(), one.head.right(), other.head.left())
            if across
            else (line.y1(), one.head.bottom(), other.head.top())
        )
        assert before < at < after


@pytest.mark.parametrize(("size", "beside"), [((460, 430), True), ((460, 350), False)])
def test_parts_lie_beside_each_other_where_their_maps_are_larger_so(
    size: tuple[int, int], beside: bool
) -> None:
    one, other, _ = lay_out(QRectF(0, 0, *size), 76, 18, "" if beside else "C3")
    assert (one.head.top() == other.head.top()) is beside
    assert (one.head.left() == other.head.left()) is not beside
