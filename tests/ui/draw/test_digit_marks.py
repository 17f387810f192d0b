"""Several digits on the canvas: their colours, the box around one, a click that leaves no ink."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from lenetpad.data.numbers import shipped_reader
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.tools.synthetic_pen import Phase, Pointer, PointerEvent, SyntheticPen
from lenetpad.ui.draw.canvas import Canvas
from lenetpad.ui.draw.digit_marks import DigitMarks, digit_colour
from lenetpad.ui.widgets.theme import DARK, LIGHT, Theme
from lenetpad.ui.widgets.turns import at_once
from lenetpad.values.reading import Reading
from lenetpad.values.segmentation import Candidate, Kind, Path, Piece, Segmentation
from tests.contrast import contrast, pixels
from tests.segmentations import line_of, segmented

LINE = line_of(3)  # digits at 100–160, 200–260 and 300–360 of 1000, from 300 to 500


@pytest.fixture
def canvas(qtbot: QtBot) -> Iterator[Canvas]:
    canvas = Canvas(LIGHT)
    qtbot.addWidget(canvas)
    canvas.resize(500, 500)
    canvas.show()
    canvas.set_sheet(Sheet(LINE))
    yield canvas
    canvas.hide()


@pytest.fixture
def number(reading: Callable[..., Reading]) -> Callable[..., Reading]:
    def make(focus: int = 2, kind: Kind = Kind.NUMBER, ink: Ink = LINE) -> Reading:
        text = "1478526390"[: len(ink.strokes)]
        return replace(reading(), segmentation=segmented(ink, text, kind=kind), focus=focus)

    return make


def rgb(colour: QColor) -> tuple[int, int, int]:
    red, green, blue, _ = colour.getRgb()
    return red, green, blue


def has(canvas: Canvas, area: QRectF, colour: QColor) -> bool:
    """Whether a colour is seen in an area, in shares of the canvas."""
    image = pixels(canvas.grab().toImage())
    height, width = image.shape[:2]
    rows = slice(round(area.top() * height), round(area.bottom() * height))
    part = image[rows, round(area.left() * width) : round(area.right() * width)]
    return bool((part == np.array(rgb(colour))).all(axis=2).any())


def digit_area(place: int) -> QRectF:
    return QRectF(0.1 + 0.1 * place, 0.31, 0.06, 0.18)


def tap(hand: SyntheticPen, x: float, y: float) -> None:
    for phase in (Phase.DOWN, Phase.MOVE, Phase.UP):
        hand.send(PointerEvent(0.0, phase, x, y, 0.5))


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_neighbours_have_colours_that_are_told_apart(theme: Theme) -> None:
    one, other = (rgb(digit_colour(theme, place)) for place in (0, 1))
    paper = rgb(QColor(theme.paper))
    assert contrast(one, paper) >= 3
    assert contrast(other, paper) >= 3
    # Colour-blind people lack red or green, and have blue.
    assert abs(one[2] - other[2]) > 100
    assert digit_colour(theme, 2) == digit_colour(theme, 0)


def test_each_digit_has_its_colour_and_what_is_no_number_that_of_ink(
    canvas: Canvas, number: Callable[..., Reading]
) -> None:
    canvas.show_digits(number())
    for place in range(3):
        mine, other = digit_colour(LIGHT, place), digit_colour(LIGHT, place + 1)
        assert has(canvas, digit_area(place), mine)
        assert not has(canvas, digit_area(place), other)
    canvas.show_digits(number(kind=Kind.NO_NUMBER))
    assert has(canvas, digit_area(1), QColor(LIGHT.ink))
    assert not has(canvas, digit_area(1), digit_colour(LIGHT, 1))


def test_one_digit_looks_as_ever(canvas: Canvas, reading: Callable[..., Reading]) -> None:
    before = canvas.grab().toImage()
    found = segmented(Ink(LINE.strokes[:1]), "4", kind=Kind.DIGIT)
    canvas.show_digits(replace(reading(), segmentation=found))
    assert canvas.grab().toImage() == before


def test_a_box_is_around_the_digit_in_focus_and_lines_are_below_the_others(
    canvas: Canvas, number: Callable[..., Reading]
) -> None:
    for focus in range(3):
        canvas.show_digits(number(focus))
        for place in range(3):
            above = digit_area(place)
            above.moveBottom(0.285)
            below = digit_area(place).translated(0, 0.2)
            colour = digit_colour(LIGHT, place)
            assert has(canvas, above, colour) == (place == focus)
            assert has(canvas, below, colour)


def test_a_stroke_that_is_two_digits_has_two_colours(
    canvas: Canvas, reading: Callable[..., Reading]
) -> None:
    ink = Ink.of([[[100, 300], [150, 500], [300, 500], [700, 500], [800, 300]]])
    canvas.set_sheet(Sheet(ink))
    boxes = ((100.0, 300.0, 300.0, 500.0), (300.0, 300.0, 800.0, 500.0))
    pieces = (Piece(0, 0, 3, boxes[0]), Piece(0, 3, 5, boxes[1]))
    share = np.full(10, 0.1, dtype=np.float32)
    image = np.zeros((28, 28), dtype=np.float32)
    digits = tuple(
        Candidate(place, place + 1, box, image, share, 0.0, 0.0, 0.0)
        for place, box in enumerate(boxes)
    )
    found = Segmentation(pieces, digits, (Path((0, 1), 0.0),), Kind.NUMBER)
    canvas.show_digits(replace(reading(), segmentation=found))
    assert has(canvas, QRectF(0.1, 0.3, 0.04, 0.1), digit_colour(LIGHT, 0))
    assert has(canvas, QRectF(0.72, 0.3, 0.1, 0.1), digit_colour(LIGHT, 1))
    assert not has(canvas, QRectF(0.72, 0.3, 0.1, 0.1), digit_colour(LIGHT, 0))


def test_marks_wait_until_the_stroke_is_made(
    canvas: Canvas, number: Callable[..., Reading]
) -> None:
    hand = SyntheticPen(canvas)
    for number_of, (x, y) in enumerate([(0.4, 0.3), (0.46, 0.37), (0.43, 0.5)]):
        hand.send(PointerEvent(0.0, Phase.MOVE if number_of else Phase.DOWN, x, y, 0.5))
    canvas.show_digits(number(focus=3, ink=canvas.sheet.ink))
    assert canvas.digits_shown == 0
    hand.send(PointerEvent(0.0, Phase.UP, 0.43, 0.5, 0.0))
    assert canvas.digits_shown == 4
    assert has(canvas, digit_area(3), digit_colour(LIGHT, 3))


def test_other_ink_has_no_marks_until_it_is_read(
    canvas: Canvas, number: Callable[..., Reading]
) -> None:
    canvas.show_digits(number())
    canvas.undo()
    assert canvas.digits_shown == 0
    canvas.redo()
    assert canvas.digits_shown == 0
    assert has(canvas, digit_area(0), digit_colour(LIGHT, 0))  # colours do not flicker


@pytest.mark.parametrize("pointer", [Pointer.MOUSE, Pointer.TOUCH, Pointer.PEN])
def test_a_dot_on_a_digits_ink_chooses_it_and_leaves_nothing(
    canvas: Canvas, number: Callable[..., Reading], pointer: Pointer
) -> None:
    chosen: list[int] = []
    canvas.digit_chosen.connect(chosen.append)
    canvas.show_digits(number())
    history = canvas.history
    hand = SyntheticPen(canvas, pointer)
    tap(hand, 0.25, 0.342)
    assert chosen == [1]
    assert canvas.history is history
    assert canvas.sheet == Sheet(LINE)


def test_a_dot_beside_the_ink_is_ink(canvas: Canvas, number: Callable[..., Reading]) -> None:
    chosen: list[int] = []
    canvas.digit_chosen.connect(chosen.append)
    canvas.show_digits(number())
    tap(SyntheticPen(canvas), 0.29, 0.495)  # a decimal point
    assert chosen == []
    assert len(canvas.sheet.ink.strokes) == 4


def test_a_dot_on_the_only_digit_is_ink(canvas: Canvas) -> None:
    tap(SyntheticPen(canvas), 0.25, 0.342)
    assert len(canvas.sheet.ink.strokes) == 4


def test_a_stroke_that_begins_on_a_digit_is_ink(
    canvas: Canvas, number: Callable[..., Reading]
) -> None:
    canvas.show_digits(number())
    hand = SyntheticPen(canvas)
    for phase, x in ((Phase.DOWN, 0.25), (Phase.MOVE, 0.33), (Phase.UP, 0.33)):
        hand.send(PointerEvent(0.0, phase, x, 0.342, 0.5))
    assert len(canvas.sheet.ink.strokes) == 4


def test_the_right_button_and_ctrl_choose_within_the_box(
    canvas: Canvas, number: Callable[..., Reading]
) -> None:
    chosen: list[int] = []
    canvas.digit_chosen.connect(chosen.append)
    canvas.show_digits(number())
    control = Qt.KeyboardModifier.ControlModifier
    QTest.mouseClick(canvas, Qt.MouseButton.RightButton, pos=QPoint(105, 210))
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, control, QPoint(155, 210))
    QTest.mouseClick(canvas, Qt.MouseButton.RightButton, pos=QPoint(400, 400))  # no digit there
    assert chosen == [1, 2]
    assert canvas.sheet == Sheet(LINE)


def test_a_wide_canvas_keeps_all_ink_in_sight_and_takes_more(canvas: Canvas) -> None:
    canvas.set_wide(wide=True)
    canvas.resize(1200, 240)
    SyntheticPen(canvas).write(Ink.of([[[900, 400], [950, 600]]]))
    last = canvas.sheet.ink.strokes[-1]
    assert last.xy[:, 0].max() > 1500  # of the paper: it is wider than a square
    canvas.set_wide(wide=False)
    canvas.resize(500, 500)
    image = pixels(canvas.grab().toImage())
    assert (image[:, 440:490] == np.array(rgb(QColor(LIGHT.ink)))).all(axis=2).any()
    canvas.clear()
    SyntheticPen(canvas).write(Ink.of([[[100, 100], [900, 900]]]))
    assert canvas.sheet.ink.strokes[-1].xy.tolist()[0] == pytest.approx([100, 100])


def test_what_is_saved_of_a_wide_canvas_is_all_of_it(canvas: Canvas) -> None:
    canvas.set_sheet(Sheet(Ink.of([[[100, 500], [200, 500]], [[3000, 400], [3100, 600]]])))
    image = at_once(canvas.image())
    assert image.width() > 3 * image.height()
    dark = pixels(image).max(axis=2) < 100
    assert dark[:, :300].any()
    assert dark[:, 2950:].any()


def test_the_nearest_digit_is_meant_where_boxes_overlap(number: Callable[..., Reading]) -> None:
    marks = DigitMarks.of(number(), Sheet(LINE))
    assert marks.at((180, 400), 0) is None
    assert marks.at((178, 400), 30) == 0
    assert marks.at((183, 400), 30) == 1
    assert marks.inked((255, 900), 20) is None


def test_the_digits_of_a_picture_are_marked_where_they_are_painted(
    canvas: Canvas, reading: Callable[..., Reading], qtbot: QtBot
) -> None:
    plane = np.zeros((60, 120), np.float32)
    plane[5:55, 20:30] = plane[5:55, 80:90] = 1
    sheet = Sheet(picture=plane)
    found = shipped_reader().read(sheet)
    assert found is not None
    assert found.text == "11"
    canvas.set_sheet(sheet)
    canvas.show_digits(replace(reading(), segmentation=found, focus=1))
    assert canvas.digits_shown == 2
    image = pixels(canvas.grab().toImage())
    ink = np.flatnonzero((image == np.array(rgb(QColor(LIGHT.ink)))).all(axis=2).any(axis=0))
    (left, right) = ink[0], ink[-1]
    hand = SyntheticPen(canvas)
    with qtbot.waitSignal(canvas.digit_chosen) as told:
        tap(hand, (left + 10) / len(image), 0.5)
    assert told.args == [0]
    with qtbot.waitSignal(canvas.digit_chosen) as told:
        tap(hand, (right - 10) / len(image), 0.5)
    assert told.args == [1]
    assert canvas.sheet == sheet


def test_ink_takes_the_place_of_a_line(canvas: Canvas) -> None:
    canvas.set_sheet(Sheet(picture=np.ones((40, 90), np.float32)))
    SyntheticPen(canvas).write(LINE)
    assert canvas.sheet.picture is None
    canvas.undo()
    canvas.undo()
    canvas.undo()
    assert canvas.sheet.line is not None


def test_a_long_line_of_a_picture_wants_a_wide_canvas(canvas: Canvas) -> None:
    for columns, wanted in ((100, False), (161, True)):
        canvas.set_sheet(Sheet(picture=np.ones((40, columns), np.float32)))
        assert canvas.near_edge == wanted


def test_a_line_fills_a_strip_without_being_cut(canvas: Canvas) -> None:
    plane = np.zeros((40, 400), np.float32)
    plane[4:36, 4:12] = plane[4:36, 388:396] = 1
    canvas.resize(1000, 240)
    for wide in (True, False):
        canvas.set_wide(wide=wide)
        canvas.set_sheet(Sheet(picture=plane))
        image = pixels(canvas.grab().toImage())
        inked = (image == np.array(rgb(QColor(LIGHT.ink)))).all(axis=2)
        rows, columns = inked.any(axis=1).nonzero()[0], inked.any(axis=0).nonzero()[0]
        assert rows[0] > 2
        assert rows[-1] < 237
        assert columns[0] > 2
        assert columns[-1] < 997
        assert (columns[-1] - columns[0] > 800) == wide


def test_in_a_picture_whose_ink_keeps_its_colour_each_digit_has_a_box(
    canvas: Canvas, reading: Callable[..., Reading]
) -> None:
    plane = np.zeros((60, 120), np.float32)
    plane[5:55, 20:30] = plane[5:55, 80:90] = 1
    sheet = Sheet(picture=plane)
    found = shipped_reader().read(sheet)
    assert found is not None
    canvas.set_sheet(sheet)
    edges = []
    for focus in (0, 1):
        canvas.show_digits(replace(reading(), segmentation=found, focus=focus))
        image = pixels(canvas.grab().toImage())
        for place in (0, 1):
            mine = (image == np.array(rgb(digit_colour(LIGHT, place)))).all(axis=2)
            middle = mine[round(0.45 * len(mine))]  # beside the ink, not below it
            edges.append(int(middle.sum()))
            assert middle.any(), "a box has sides"
    first, other, other_later, first_later = edges
    assert first > other, "the one in focus has a wider box"
    assert first_later > other_later
