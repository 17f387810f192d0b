"""Several digits in the window: which one is shown, a canvas that is wide enough, labels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.controllers.draw import numbers
from lenetpad.ink.files import NO_DIGIT
from lenetpad.ink.raster import draw
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.tools.synthetic_pen import Phase, PointerEvent, SyntheticPen
from lenetpad.values.holding import Holds
from lenetpad.values.reading import Reading
from lenetpad.values.segmentation import Kind, Segmentation
from tests.segmentations import line_of, segmented

LINE = line_of(3)
WIDE = line_of(6, left=60, width=100, gap=60)  # up to 960 of 1000
TEXT = "1478526390"


@pytest.fixture
def make(make_program: Callable[..., Program], fake_reader: type[Any]) -> Callable[..., Program]:
    """Makes programs that read every stroke as a digit; the input layer is its image."""

    class EachStroke(fake_reader):  # type: ignore[misc]
        def segment(self, sheet: Sheet, holds: Holds = ()) -> Segmentation | None:
            strokes = sheet.ink.strokes
            if not strokes:
                return None
            kind = Kind.DIGIT if len(strokes) == 1 else Kind.NUMBER
            odd = any(len(stroke.points) == 4 for stroke in strokes)
            return segmented(sheet.ink, TEXT[: len(strokes)], kind=Kind.NO_NUMBER if odd else kind)

        def read(self, image: np.ndarray, holds: Holds = ()) -> Reading:
            reading: Reading = super().read(image, holds)
            reading.taps["input"][0, 2:-2, 2:-2] = image
            return reading

    def begin(**options: Any) -> Program:
        return make_program(lambda choice: EachStroke(), **options)

    return begin


@pytest.fixture
def number(make: Callable[..., Program], qtbot: QtBot) -> Program:
    """A program with three digits on the canvas, read as 147."""
    program = make()
    program.draw.page.canvas.set_sheet(Sheet(LINE))
    reading_of(qtbot, program)
    return program


def reading_of(qtbot: QtBot, program: Program) -> Reading:
    """The reading of what lies on the canvas now."""
    panel = program.draw.page.verdict
    qtbot.waitUntil(
        lambda: panel.reading is not None and panel.reading.serial == program.draw.serial
    )
    assert panel.reading is not None
    return panel.reading


def shown(qtbot: QtBot, program: Program) -> int:
    """The place of the digit whose image is in the maps."""
    reading_of(qtbot, program)
    maps = program.draw.page.maps.reading
    assert maps is not None
    image = maps.taps["input"][0, 2:-2, 2:-2]
    strokes = program.draw.page.canvas.sheet.ink.strokes
    (place,) = [n for n, one in enumerate(strokes) if np.array_equal(image, draw(Ink((one,))))]
    return place


def do(program: Program, action: str) -> None:
    program.window.actions_by_name[action].trigger()


def write(program: Program, x: float) -> None:
    SyntheticPen(program.draw.page.canvas).write(Ink.of([[[x, 300], [x + 50, 340], [x, 500]]]))


def test_the_maps_follow_the_pen_and_then_the_digit_that_is_clicked(
    qtbot: QtBot, number: Program
) -> None:
    page = number.draw.page
    assert shown(qtbot, number) == 2
    assert page.verdict._face is not None
    cell = page.verdict._face.cells[0].center().toPoint()
    qtbot.mouseClick(page.verdict, Qt.MouseButton.LeftButton, pos=cell)
    assert shown(qtbot, number) == 0
    assert page.verdict.verdict == "147"
    assert "digit 1 of 3 is shown" in page.verdict.in_words()
    write(number, 500)  # the pen has it again
    assert shown(qtbot, number) == 3


def test_a_tap_on_a_digit_of_the_canvas_shows_it(qtbot: QtBot, number: Program) -> None:
    canvas = number.draw.page.canvas
    hand = SyntheticPen(canvas)
    for phase in (Phase.DOWN, Phase.UP):
        hand.send(PointerEvent(0.0, phase, 0.25, 0.342, 0.5))
    assert shown(qtbot, number) == 1
    assert canvas.sheet == Sheet(LINE)
    assert len(canvas.history.past) == 1


def test_keys_go_from_digit_to_digit_and_escape_gives_it_back_to_the_pen(
    qtbot: QtBot, number: Program
) -> None:
    alt = Qt.KeyboardModifier.AltModifier
    for key, place in (
        (Qt.Key.Key_Left, 1),
        (Qt.Key.Key_Left, 0),
        (Qt.Key.Key_Left, 2),
        (Qt.Key.Key_Right, 0),
    ):
        QTest.keyClick(number.window, key, alt)
        assert shown(qtbot, number) == place
    QTest.keyClick(number.window, Qt.Key.Key_Escape)
    assert shown(qtbot, number) == 2
    before = number.draw.serial
    QTest.keyClick(number.window, Qt.Key.Key_Escape)  # nothing is left to give back
    assert number.draw.serial == before


def test_the_keys_can_do_nothing_without_a_number(
    qtbot: QtBot, make: Callable[..., Program]
) -> None:
    program = make()
    step = program.window.actions_by_name["next_digit"]
    write(program, 100)
    reading_of(qtbot, program)
    assert not step.isEnabled()
    write(program, 300)
    reading_of(qtbot, program)
    assert step.isEnabled()
    do(program, "undo")
    reading_of(qtbot, program)
    assert not step.isEnabled()


def test_the_number_is_the_label_that_is_offered(qtbot: QtBot, number: Program) -> None:
    assert number.draw.label_read() == "147"
    number.draw.page.canvas.set_sheet(Sheet(Ink(LINE.strokes[:1])))
    reading = reading_of(qtbot, number)
    assert number.draw.label_read() == reading.digit


def test_what_is_no_number_is_labelled_so(qtbot: QtBot, number: Program) -> None:
    odd = Ink.of([[[500, 300], [600, 310], [500, 400], [590, 500]]])
    number.draw.page.canvas.set_sheet(Sheet(Ink((*LINE.strokes, *odd.strokes))))
    reading_of(qtbot, number)
    assert number.draw.page.verdict.verdict == "not a number"
    assert number.draw.label_read() == NO_DIGIT


def test_a_saliency_is_of_the_digit_that_is_shown(qtbot: QtBot, number: Program) -> None:
    do(number, "previous_digit")
    reading_of(qtbot, number)
    asked: list[Any] = []
    number.draw.probing._ask = asked.append  # type: ignore[method-assign]
    do(number, "saliency")
    number.draw.probing._ask_saliency()
    sheet = asked[-1].argument.sheet
    np.testing.assert_array_equal(sheet.picture, draw(Ink((LINE.strokes[1],))))


# The wide canvas


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pen need not rest for long."""
    monkeypatch.setattr(numbers, "REST_MS", 1)


@pytest.mark.usefixtures("soon")
def test_the_canvas_widens_by_itself_and_is_a_square_again_when_cleared(
    qtbot: QtBot, make: Callable[..., Program], settings: QSettings
) -> None:
    program = make()
    canvas, action = program.draw.page.canvas, program.window.actions_by_name["wide"]
    square = canvas.size()
    canvas.set_sheet(Sheet(WIDE))
    qtbot.waitUntil(lambda: canvas.wide)
    assert canvas.width() > 2 * square.width()
    assert canvas.height() < square.height()
    assert action.isChecked()
    assert canvas.sheet == Sheet(WIDE)
    do(program, "clear")
    assert not canvas.wide
    assert canvas.size() == square
    assert not action.isChecked()
    do(program, "undo")
    qtbot.waitUntil(lambda: canvas.wide)
    assert settings.value("wide_canvas") is None


@pytest.mark.usefixtures("soon")
def test_no_stroke_is_interrupted(qtbot: QtBot, make: Callable[..., Program]) -> None:
    program = make()
    canvas = program.draw.page.canvas
    hand = SyntheticPen(canvas)
    for x in (0.1, 0.5):
        hand.write(Ink.of([[[1000 * x, 300], [1000 * x + 50, 340]]]))
    for phase, x in ((Phase.DOWN, 0.85), (Phase.MOVE, 0.9), (Phase.MOVE, 0.95)):
        hand.send(PointerEvent(0.0, phase, x, 0.4, 0.5))
    reading_of(qtbot, program)
    program.draw.numbers._widen()  # as if the pen had rested
    assert not canvas.wide
    assert canvas.gesturing
    hand.send(PointerEvent(0.0, Phase.UP, 0.95, 0.4, 0.0))
    assert canvas.sheet.ink.strokes[-1].xy[:, 0].tolist() == pytest.approx([850, 900, 950])
    qtbot.waitUntil(lambda: canvas.wide)


@pytest.mark.usefixtures("soon")
def test_one_digit_at_the_edge_and_a_short_number_leave_the_square(
    qtbot: QtBot, make: Callable[..., Program]
) -> None:
    program = make()
    page = program.draw.page
    for ink in (Ink(WIDE.strokes[-1:]), LINE):
        page.canvas.set_sheet(Sheet(ink))
        reading_of(qtbot, program)
        assert not program.draw.numbers._rest.isActive()
    assert not page.canvas.wide


def test_the_key_is_kept_for_the_next_start(
    qtbot: QtBot, make: Callable[..., Program], settings: QSettings
) -> None:
    program = make()
    canvas = program.draw.page.canvas
    reading_of(qtbot, program)
    QTest.keyClick(program.window, Qt.Key.Key_N)
    assert canvas.wide
    write(program, 100)
    do(program, "clear")
    assert canvas.wide  # as it was chosen
    again = make(settings=settings)
    assert again.draw.page.canvas.wide
    assert again.window.actions_by_name["wide"].isChecked()
    QTest.keyClick(program.window, Qt.Key.Key_N)
    assert not canvas.wide
    assert settings.value("wide_canvas") == "false"


@pytest.mark.usefixtures("soon")
def test_who_chose_the_square_keeps_it(qtbot: QtBot, make: Callable[..., Program]) -> None:
    program = make()
    canvas = program.draw.page.canvas
    canvas.set_sheet(Sheet(WIDE))
    qtbot.waitUntil(lambda: canvas.wide)
    do(program, "wide")
    assert not canvas.wide
    write(program, 20)
    reading_of(qtbot, program)
    program.draw.numbers._widen()
    assert not canvas.wide


def test_wide_ink_comes_back_after_a_restart(
    qtbot: QtBot, make: Callable[..., Program], tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    program = make(folder=folder)
    do(program, "wide")
    write(program, 900)  # in the pen's own shares of the canvas: far to the right
    ink = program.draw.page.canvas.sheet.ink
    assert ink.strokes[0].xy[:, 0].max() > 2000
    program.close()
    again = make(folder=folder)
    qtbot.waitUntil(lambda: bool(again.draw.page.canvas.sheet))
    np.testing.assert_allclose(
        again.draw.page.canvas.sheet.ink.strokes[0].xy, ink.strokes[0].xy, atol=0.01
    )
