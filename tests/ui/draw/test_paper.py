"""The paper on the canvas: a square as ever, a strip in which the writing stays large."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF, QSize

from lenetpad.ink.strokes import Ink
from lenetpad.ui.draw.paper import Needed, Paper

WRITING = Ink.of([[[100, 300], [400, 320]], [[700, 310], [900, 650]]])


def test_a_square_shows_what_it_always_showed() -> None:
    paper = Paper.on(QSize(540, 540), Needed.for_ink(WRITING, wide=False))
    assert (paper.scale, paper.top, paper.width, paper.height) == (0.54, 0, 1000, 1000)
    assert paper.units(QPointF(270, 54)) == pytest.approx((500, 100))


def test_ink_beyond_the_square_makes_it_show_more_and_all_of_it() -> None:
    needed = Needed.for_ink(Ink.of([[[100, 100], [3000, 400]]]), wide=False)
    paper = Paper.on(QSize(500, 500), needed)
    area = paper.pixels(QRectF(100, 100, 2900, 300))
    assert QRectF(0, 0, 500, 500).contains(area)
    assert paper.units(area.bottomRight()) == pytest.approx((3000, 400))


def test_a_strip_keeps_the_place_from_the_left_and_shrinks_the_writing_little() -> None:
    before = Paper.on(QSize(540, 540), Needed.for_ink(WRITING, wide=False))
    paper = Paper.on(QSize(1260, 240), Needed.for_ink(WRITING, wide=True))
    box = QRectF(100, 300, 800, 350)
    assert QRectF(0, 0, 1260, 240).contains(paper.pixels(box))
    assert paper.scale > 0.7 * before.scale  # 240 of 540 pixels are less than half
    assert paper.pixels(box).left() == 100 * paper.scale
    assert paper.width > 2 * box.right()  # room to go on


@pytest.mark.parametrize("size", [QSize(1260, 240), QSize(840, 111), QSize(1900, 340)])
def test_an_empty_strip_has_room_for_twelve_digits(size: QSize) -> None:
    paper = Paper.on(size, Needed.for_ink(Ink(), wide=True))
    usual = 0.4 * paper.height  # the width of a digit that is two thirds as high as the strip
    assert paper.width >= 12 * usual


def test_what_is_held_is_known() -> None:
    assert Needed().holds(WRITING)
    assert Needed().holds(Ink())
    assert Needed().holds(Ink.of([[[500, 0], [500, 1000]]]))
    assert not Needed().holds(Ink.of([[[500, 0], [1001, 10]]]))
    assert not Needed(top=100).holds(Ink.of([[[500, 99], [501, 200]]]))
