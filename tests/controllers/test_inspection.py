"""From a unit that is selected in the maps to its arithmetic in the inspector, with the numbers of
the reading that is on screen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, QRect, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from shiboken6 import delete

from lenetpad.ink.files import Drawing
from lenetpad.tools.synthetic_pen import SyntheticPen
from lenetpad.ui.draw import numerals
from lenetpad.ui.draw.inspector.content import write, write_comparison
from lenetpad.ui.draw.inspector.faces import MOST_STAMPS, Face, Style, short
from lenetpad.ui.draw.inspector.inspected import Place, name_of
from lenetpad.ui.draw.inspector.panel import MARGIN
from lenetpad.ui.draw.inspector.spoken import in_words
from lenetpad.ui.draw.inspector.strip import Strip
from lenetpad.ui.draw.inspector.views import View
from lenetpad.ui.widgets.theme import LIGHT
from lenetpad.values.explanation import Unit
from lenetpad.values.failures import Failure
from lenetpad.values.failures import Place as FailurePlace
from lenetpad.values.reading import Reading
from tests.controllers.looker import UNITS, Looker
from tests.oracle import table_i

PRESETS = ("lenet5-1998", "lenet5-study", "lenet5-modern")
LAYERS = ("input", "C1", "S2", "C3", "S4", "C5", "F6", "output")


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("blank", [False, True])
def test_every_unit_of_every_network_is_explained(
    looker: Looker, preset: str, blank: bool
) -> None:
    reading = looker.choose(preset)
    if blank:
        looker.page.canvas.clear()
        reading = looker.settle()
    for unit in UNITS:
        looker.maps.let_go()
        looker.maps.pin(unit)
        (inspected,) = looker.inspector.inspected
        assert inspected.unit == unit
        values = reading.taps[unit.layer]
        tap = float(
            values[unit.map] if values.ndim == 1 else values[unit.map, unit.row, unit.column]
        )
        assert inspected.explanation.value == pytest.approx(tap)
        sums = reading.taps.get(f"{unit.layer}.a", values)
        sums = sums[unit.map] if sums.ndim == 1 else sums[unit.map, unit.row, unit.column]
        assert inspected.explanation.weighted_sum == pytest.approx(float(sums), rel=1e-4, abs=1e-3)
        looker.inspector.viewport().repaint()
        assert in_words(inspected).startswith(name_of(unit))


def test_a_pinned_unit_follows_the_pen(looker: Looker, samples: list[Drawing]) -> None:
    unit = Unit("C1", 2, 12, 14)
    looker.click(unit)
    before = looker.inspector.inspected[0].explanation.value
    looker.page.canvas.clear()
    SyntheticPen(looker.page.canvas).write(samples[11].ink)
    reading = looker.settle()
    looker.qtbot.waitUntil(lambda: looker.inspector.inspected[0].explanation.value != before)
    assert looker.inspector.inspected[0].explanation.value == pytest.approx(
        float(reading.taps["C1"][2, 12, 14])
    )
    assert looker.shown() == [unit]


def test_nothing_moves_when_it_opens_and_closes(looker: Looker) -> None:
    for width, height in ((1024, 700), (1280, 800), (1920, 1080)):
        looker.program.window.resize(width, height)
        looker.qtbot.waitUntil(lambda: not looker.program.window.restyling)

        def places() -> dict[str, QRect]:
            page = looker.page
            column = page.inspector if page.inspector_shown else page.probabilities
            return {
                "canvas": page.canvas.geometry(),
                "maps": page.maps.geometry(),
                "verdict": page.verdict.geometry(),
                "column": column.geometry(),
                **{name: placed.area.toRect() for name, placed in page.maps.placed.items()},
            }

        before = places()
        looker.program.window.actions_by_name["inspector"].trigger()
        assert looker.page.inspector_shown
        assert places() == before
        looker.maps.pin(Unit("C3", 15, 4, 4))
        looker.settle()
        assert places() == before
        looker.maps.let_go()
        looker.program.window.actions_by_name["inspector"].trigger()
        assert not looker.page.inspector_shown
        assert places() == before


def test_what_the_unit_sees_is_framed_in_the_maps(looker: Looker) -> None:
    """A C3 unit sees the S2 maps that Table I gives it, and no other."""
    column = 7
    looker.hover(Unit("C3", column, 4, 5))
    fields = {field.layer: field for field in looker.maps._fields}
    assert list(fields["S2"].maps) == table_i()[column]
    assert (fields["S2"].top, fields["S2"].left, fields["S2"].height) == (4, 5, 5)
    assert (fields["input"].top, fields["input"].height) == (8, 14)
    accent = looker.maps.theme.accent
    image = looker.maps.grab().toImage()
    for number in range(6):
        corner = looker.maps.placed["S2"].cells[number]
        unit = corner.width() / 14
        at = (corner.left() + 5 * unit, corner.top() + 6.5 * unit)
        seen = {image.pixelColor(round(at[0]) + dx, round(at[1])).name() for dx in (-1, 0, 1)}
        assert (accent in seen) == (number in table_i()[column])
    looker.hover(None)
    assert looker.maps._fields == ()


def test_a_product_is_followed_in_both_directions(looker: Looker) -> None:
    looker.click(Unit("C1", 2, 12, 14))
    inspector = looker.inspector
    inspector.viewport().repaint()
    (_, strip) = inspector._strips[0]
    areas = [area for area, _, _ in strip.grids]
    assert len(areas) == 3  # patch, kernel, products
    for area in areas:
        at = QPointF(
            area.left() + 2.5 * area.width() / 5 + MARGIN,
            area.top() + 1.5 * area.height() / 5 + MARGIN - inspector.verticalScrollBar().value(),
        )
        assert inspector.place_at(at) == Place(0, 7)
    looker.mouse(QEvent.Type.MouseMove, at, inspector.viewport())
    assert inspector.place == Place(0, 7)
    assert looker.maps._followed == Unit("input", 0, 13, 16)
    looker.hover(Unit("input", 0, 15, 18))  # the other way round
    assert inspector.place == Place(0, 3 * 5 + 4)
    looker.hover(Unit("input", 0, 0, 0))  # it is not seen
    assert inspector.place is None


def test_the_keyboard_reaches_every_layer_map_and_unit(looker: Looker) -> None:
    looker.maps.setFocus()
    looker.program.window.actions_by_name["inspector"].trigger()
    for number, layer in enumerate(LAYERS):
        looker.key(str(number))
        assert looker.shown()[0].layer == layer
    for layer in ("C1", "S2", "C3", "S4", "C5", "F6"):
        looker.key("0")
        looker.key(*layer.lower())
        assert looker.shown()[0].layer == layer
    looker.key("o")
    assert looker.shown() == [Unit("output", 0)]
    looker.key("3")
    start = looker.shown()[0]
    assert start == Unit("C3", 0, 5, 5)
    looker.key(Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down)
    assert looker.shown() == [Unit("C3", 0, 7, 6)]
    looker.key(Qt.Key.Key_PageUp)
    assert looker.shown() == [Unit("C3", 15, 7, 6)]
    looker.key(Qt.Key.Key_PageDown, *[Qt.Key.Key_Left] * 12)
    assert looker.shown() == [Unit("C3", 0, 7, 0)]
    looker.key("5", *[Qt.Key.Key_Right] * 3)
    assert looker.shown() == [Unit("C5", 3)]


def test_pinning_comparing_and_letting_go(looker: Looker) -> None:
    one, other, third = Unit("C3", 7, 4, 5), Unit("C3", 8, 4, 5), Unit("F6", 3)
    looker.maps.setFocus()
    looker.click(one)
    assert looker.page.inspector_shown
    looker.hover(third)
    assert looker.shown() == [one]
    looker.click(other, ctrl=True)
    assert looker.shown() == [one, other]
    looker.inspector.viewport().repaint()
    looker.hover(third)
    looker.key(Qt.Key.Key_Return, ctrl=True)
    assert looker.shown() == [other, third]
    looker.key(Qt.Key.Key_Return)  # a pinned unit is let go of
    assert looker.shown() == [other]
    escape = looker.program.window.actions_by_name
    assert escape["inspector"].isChecked()
    QTest.keyClick(looker.program.window, Qt.Key.Key_Escape)
    assert looker.maps.pins == ()
    assert looker.page.inspector_shown
    QTest.keyClick(looker.program.window, Qt.Key.Key_Escape)
    assert not looker.page.inspector_shown
    assert not escape["inspector"].isChecked()
    assert looker.page.probabilities.isVisible()


def test_the_inspector_counts_among_what_is_painted(looker: Looker) -> None:
    painted: list[Reading] = []
    looker.page.reading_painted.connect(painted.append)
    looker.click(Unit("C3", 7, 4, 5))
    looker.page.canvas.clear()
    looker.settle()
    looker.qtbot.waitUntil(
        lambda: bool(painted) and painted[-1].serial == looker.program.draw.serial
    )


def test_the_answer_explains_itself_while_nothing_is_selected(looker: Looker) -> None:
    reading = looker.settle()
    looker.program.window.actions_by_name["inspector"].trigger()
    assert looker.shown() == []
    competition = looker.inspector.competition
    assert competition is not None
    assert np.allclose(competition.probabilities[:10], reading.probabilities, atol=1e-5)
    looker.page.canvas.clear()
    looker.settle()
    assert looker.inspector.competition is None


def test_the_kernel_is_dragged_by_hand(looker: Looker) -> None:
    looker.click(Unit("C1", 2, 12, 14))
    cell = looker.maps.placed["input"].cells[0]
    start = looker.centre(Unit("input", 0, 14, 16))
    step = cell.width() / 32
    looker.mouse(QEvent.Type.MouseButtonPress, start, looker.maps)
    looker.mouse(QEvent.Type.MouseMove, start + QPointF(3 * step, -2 * step), looker.maps)
    assert looker.shown() == [Unit("C1", 2, 10, 17)]
    looker.mouse(QEvent.Type.MouseMove, start + QPointF(60 * step, 0), looker.maps)
    assert looker.shown() == [Unit("C1", 2, 12, 27)]
    looker.mouse(QEvent.Type.MouseButtonRelease, start + QPointF(60 * step, 0), looker.maps)
    looker.click(Unit("S2", 0, 0, 0))
    assert looker.shown() == [Unit("S2", 0, 0, 0)]


def test_a_layer_is_explained_in_words_on_request(looker: Looker) -> None:
    looker.hover(Unit("S4", 3, 2, 2))
    looker.program.window.actions_by_name["layer_help"].trigger()
    help_ = looker.page._layer_help
    assert help_ is not None
    assert help_.isVisible()
    assert "S4" in help_.title.text()
    QTest.keyClick(looker.program.window, Qt.Key.Key_Escape)
    assert not help_.isVisible()


def test_the_map_fills_in_as_the_kernel_slides(looker: Looker) -> None:
    """What lies behind the kernel's unit is not shown yet; its numbers are the inspector's."""
    looker.maps.show_alone("S4")  # where a unit is larger than the frames around it
    looker.hover(Unit("S4", 3, 0, 0))
    looker.program.window.actions_by_name["slide"].trigger()
    sliding = looker.page.inspector.sliding
    assert sliding.playing
    sliding.step(6 - sliding.place)
    unit = Unit("S4", 3, 1, 1)
    assert looker.shown() == [unit]
    faint, image = looker.maps.theme.zero, looker.maps.grab().toImage()
    reading = looker.settle()
    for row in range(5):
        for column in range(5):
            centre = looker.centre(Unit("S4", 3, row, column)).toPoint()
            colour = image.pixelColor(centre).name()
            if row * 5 + column > 6:
                assert colour == faint
            elif abs(reading.taps["S4"][3, row, column]) > 0.05:  # told from what is hidden
                assert colour != faint
    for _ in range(2):  # first all layers come back
        QTest.keyClick(looker.program.window, Qt.Key.Key_Escape)
    assert not sliding.active
    assert looker.maps._filled is None


@pytest.mark.parametrize("view", [View.BEST_PATCHES, View.SALIENCY])
def test_the_flows_numbers_are_seen_whatever_was_shown_before(looker: Looker, view: View) -> None:
    looker.click(Unit("C1", 2, 12, 14))
    inspector = looker.page.inspector
    inspector.show_view(view)
    looker.program.window.actions_by_name["slide"].trigger()
    assert inspector.view is View.ARITHMETIC
    assert inspector.arithmetic.isVisible()
    assert inspector.sliding.playing


def test_what_is_said_of_a_layer_follows_what_the_maps_show(looker: Looker) -> None:
    actions = looker.program.window.actions_by_name
    looker.page.explain_layer("C1")
    help_ = looker.page._layer_help
    assert help_ is not None

    def says(words: str) -> bool:
        return words in " ".join(help_.text.toPlainText().split())

    assert says("values after the activation")
    actions["weighted_sums"].trigger()
    assert says("weighted sums, before the activation")
    actions["weights"].trigger()
    assert says("These are the kernels")
    looker.page.explain_layer("S2")
    assert says("coefficient, on the left")
    assert looker.page.escape()
    actions["weights"].trigger()
    looker.page.explain_layer("S2")
    assert says("weighted sums, before the activation")


def test_the_inspected_unit_has_a_name_and_its_values_for_a_screen_reader(
    looker: Looker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lenetpad.ui.draw.inspector.panel.QAccessible.isActive", lambda: True)
    looker.page.show_inspector(shown=True)
    reading = looker.settle()
    for unit in UNITS:
        looker.maps.let_go()
        looker.maps.pin(unit)
        interface = QAccessible.queryAccessibleInterface(looker.inspector)
        assert interface.text(QAccessible.Text.Name) == "Inspector"
        said = interface.text(QAccessible.Text.Description)
        tap = reading.taps[unit.layer]
        value = float(tap[(unit.map, unit.row, unit.column)[: tap.ndim]])
        assert said.startswith(f"{name_of(unit)}: {numerals.number(value)}")
        if unit.layer not in ("input", "output"):
            sums = reading.taps[f"{unit.layer}.a"]
            a = float(sums[(unit.map, unit.row, unit.column)[: sums.ndim]])
            assert f"weighted sum {numerals.number(a)}" in said
    looker.inspector.follow(Place(0, 30))
    assert looker.inspector.accessibleDescription().startswith("F6 unit 30: (")
    before = looker.inspector.accessibleDescription()
    looker.page.canvas.clear()
    looker.settle()
    assert looker.inspector.accessibleDescription() != before


@pytest.mark.parametrize("alone", [False, True])
def test_the_keyboard_reaches_every_layer_among_weights(looker: Looker, alone: bool) -> None:
    """Also the outputs, and from a layer that is alone those that are not on screen."""
    looker.maps.setFocus()
    looker.program.window.actions_by_name["weights"].trigger()
    for layer in LAYERS[1:-1]:
        for number, other in enumerate(LAYERS):
            if alone:
                looker.maps.show_alone(layer)
            looker.key(str(number))
            assert looker.maps.selected[0].layer == other
            assert looker.maps.in_words()
            looker.key(Qt.Key.Key_Down, Qt.Key.Key_Right)
            assert looker.maps.selected[0].layer == other
            looker.maps.grab()
    looker.maps.show_alone("C5")
    looker.key(Qt.Key.Key_Right)  # nothing was pointed at
    assert looker.maps.selected[0].layer == "C1"
    looker.maps.grab()


def test_a_held_unit_does_not_come_from_its_sum(looker: Looker) -> None:
    looker.click(Unit("C1", 2, 12, 14))
    (free,) = looker.inspector.inspected
    assert free.held is None
    looker.program.draw.holding.hold_at(0.5)
    looker.settle()
    (held,) = looker.inspector.inspected
    assert (held.held, held.explanation.value) == (0.5, 0.5)
    assert held.explanation.weighted_sum == free.explanation.weighted_sum
    written: list[str] = []
    picture = QPixmap(300, 900)
    painter = QPainter(picture)
    strip = Strip(looker.inspector._style, 300, painter)
    strip._write = lambda text, *_, **__: written.append(text)  # type: ignore[method-assign]
    write(strip, held, None)
    painter.end()
    assert "Held at 0.500, whatever its weighted sum is" in written
    assert not [text for text in written if text.startswith(("f(", "Activation"))]
    assert "Held at 0.500" in in_words(held)
    looker.click(Unit("C1", 3, 12, 14))
    assert looker.inspector.inspected[0].held is None


@pytest.mark.expected_log
def test_a_reading_that_failed_is_not_explained(looker: Looker) -> None:
    looker.click(Unit("C1", 2, 12, 14))
    assert looker.shown()
    looker.program.draw.report(Failure(FailurePlace.RECOGNITION, "it failed", ""))
    assert looker.shown() == []
    assert looker.inspector.competition is None
    assert looker.maps._fields == ()
    looker.click(Unit("C1", 3, 2, 4))  # there are no numbers of it
    assert looker.shown() == []
    looker.page.canvas.clear()
    looker.settle()
    assert looker.shown() == [Unit("C1", 3, 2, 4)]


def test_a_kernel_slides_past_the_unit_that_is_compared(looker: Looker) -> None:
    other = Unit("C1", 2, 0, 2)
    looker.click(Unit("C1", 2, 0, 1))
    looker.click(other, ctrl=True)
    for column in (2, 3):
        looker.page.inspector.sliding.step(1)
        assert looker.shown() == [Unit("C1", 2, 0, column), other]


def test_what_the_kernel_has_not_reached_hides_no_weights(looker: Looker) -> None:
    looker.click(Unit("C1", 2, 0, 1))
    looker.page.inspector.sliding.step(1)
    assert looker.maps._rest_of(Unit("C1", 2, 0, 2))
    looker.program.window.actions_by_name["weights"].trigger()
    assert looker.maps._rest_of(Unit("C1", 2, 0, 2)) == []


def test_the_words_about_a_layer_are_of_the_network_that_reads(looker: Looker) -> None:
    looker.page.explain_layer("C1")
    help_ = looker.page._layer_help
    assert help_ is not None
    before = help_.text.toPlainText()
    looker.choose("lenet5-modern")
    assert help_.text.toPlainText() != before
    assert help_.isVisible()
    looker.page.explain_layer("C1")
    after = help_.text.toPlainText()
    looker.choose("lenet5-1998")
    looker.choose("lenet5-modern")
    assert help_.text.toPlainText() == after
    assert looker.maps.model is not None
    looker.page.show_model(replace(looker.maps.model, specs=()))
    assert not help_.isVisible()
    looker.page.explain_layer("C1")  # nothing is known of it
    assert not help_.isVisible()
    looker.page.show_model(looker.program.draw.networks.ready)  # type: ignore[arg-type]


def test_the_keyboard_goes_back_to_nobody_who_has_gone(looker: Looker) -> None:
    gone = QLineEdit(looker.page)
    gone.show()
    gone.setFocus()
    looker.page.explain_layer("C1")
    help_ = looker.page._layer_help
    assert help_ is not None
    assert help_._keyboard is gone
    delete(gone)
    assert looker.page.escape()
    assert not help_.isVisible()


def test_no_pictures_of_passing_numbers_are_kept(looker: Looker) -> None:
    """As many readings as a pen makes in half a minute must not fill the memory."""
    looker.click(Unit("C1", 2, 12, 14))
    (one,) = looker.inspector.inspected
    style = looker.inspector._style
    looker.inspector.grab()
    kept = len(style.usual._stamps)
    for step in range(20):
        value = step / 1000
        explanation = replace(one.explanation, weighted_sum=value, value=value)
        looker.inspector.show_units([replace(one, explanation=explanation)], None, 0)
        looker.inspector.grab()
    assert len(style.usual._stamps) == kept
    for number in range(2 * MOST_STAMPS):
        style.bold.stamp(str(number), style.text, 1.0)
    assert len(style.bold._stamps) <= MOST_STAMPS + 1


def test_the_keyboard_stays_near_where_its_control_goes(looker: Looker) -> None:
    looker.program.window.activateWindow()
    looker.click(Unit("C1", 2, 12, 14))
    spin = looker.page.inspector.holding.value
    spin.setFocus()
    assert looker.program.window.focusWidget() is spin
    QTest.keyClick(spin, Qt.Key.Key_Escape)
    assert looker.maps.pins == ()
    assert looker.program.window.focusWidget() is looker.maps
    looker.inspector.setFocus()
    QTest.keyClick(looker.inspector, Qt.Key.Key_Escape)
    assert not looker.page.inspector_shown
    assert looker.program.window.focusWidget() is looker.maps


@pytest.mark.parametrize(
    ("value", "usual", "cell"),
    [
        (0.0, "0.000", "0.00"),
        (-0.0001, "0.000", "0.00"),
        (-1.25, "−1.250", "−1.25"),
        (162.4, "162.4", "162"),
        (-15.26, "−15.26", "−15.3"),
        (9999.4, "9,999", "9,999"),
        (9999.5, "1.000·10⁴", "1·10⁴"),
        (-123_456.0, "−1.235·10⁵", "−1·10⁵"),
        (3e38, "3.000·10³⁸", "3·10³⁸"),
    ],
)
def test_numbers_have_four_digits_at_most(value: float, usual: str, cell: str) -> None:
    assert numerals.number(value) == usual
    assert short(value) == cell


class Written:
    """Where texts were written: left and right end, and middle of the line."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.texts: list[tuple[str, float, float, float]] = []

        def left(face: Face, painter: QPainter, x: float, middle: float, text: str) -> None:
            self.texts.append((text, x, x + face.width(text), middle))

        def right(face: Face, painter: QPainter, x: float, middle: float, text: str) -> None:
            left(face, painter, x - face.width(text), middle, text)

        def paint(
            face: Face, painter: QPainter, x: float, middle: float, text: str, colour: QColor
        ) -> None:
            left(face, painter, x, middle, text)

        for name, method in (("left", left), ("right", right), ("paint", paint)):
            monkeypatch.setattr(Face, name, method)

    def faults(self, width: float) -> list[str]:
        """Texts that leave the strip, or lie over each other."""
        texts = [text for text in self.texts if text[0]]
        found = [one[0] for one in texts if one[1] < -2 or one[2] > width + 2]
        for index, (text, start, end, middle) in enumerate(texts):
            for other, begin, stop, line in texts[index + 1 :]:
                if abs(middle - line) < 6 and start < stop - 1 and begin < end - 1:
                    found.append(f"{text} over {other}")
        return found


@pytest.mark.parametrize("scale", [1.0, 1.75])
@pytest.mark.parametrize("width", [116, 147, 192, 330])  # at 800, 1024, 1280 and 1920
@pytest.mark.parametrize("preset", PRESETS)
def test_no_text_is_cut_or_lies_over_another(
    looker: Looker, monkeypatch: pytest.MonkeyPatch, preset: str, width: int, scale: float
) -> None:
    looker.choose(preset)
    looker.page.show_inspector(shown=True)
    style = Style(replace(LIGHT, scale=scale), looker.inspector.font())
    written = Written(monkeypatch)
    image = QImage(1000, 4000, QImage.Format.Format_RGB32)
    found = []
    for unit in UNITS:
        looker.maps.let_go()
        looker.maps.pin(unit)
        looker.maps.pin(UNITS[3], beside=True)
        painter = QPainter(image)
        for one in looker.inspector.inspected:
            written.texts.clear()
            write(Strip(style, width * scale, painter), one, Place(0, 3))
            found += written.faults(width * scale)
        if len(looker.inspector.inspected) == 2:
            written.texts.clear()
            strip = Strip(style, width * scale, painter)
            write_comparison(strip, *looker.inspector.inspected)
            found += written.faults(width * scale)
        painter.end()
    assert found == []


def test_in_a_low_window_a_button_shows_what_holds_a_unit(looker: Looker) -> None:
    page, inspector = looker.page, looker.page.inspector
    page.show_inspector(shown=True)
    inspector.resize(180, 600)
    assert not inspector.holding.isHidden()
    assert inspector.hold_shown.isHidden()
    inspector.resize(180, 300)
    assert inspector.holding.isHidden()
    room = inspector.arithmetic.height()
    inspector.hold_shown.click()
    assert not inspector.holding.isHidden()
    assert inspector.arithmetic.height() <= room


@pytest.mark.parametrize("unit", UNITS[1:7])
def test_of_a_held_unit_the_inspector_says_so(looker: Looker, unit: Unit) -> None:
    looker.page.show_inspector(shown=True)
    looker.maps.pin(unit)
    assert looker.inspector.inspected[0].held is None
    looker.program.window.actions_by_name["switch_off"].trigger()
    looker.settle()
    shown = looker.inspector.inspected[0]
    assert shown.held == shown.explanation.value == 0
    assert in_words(shown).endswith("Held at 0.000, whatever its weighted sum is")


def test_what_is_scrolled_to_is_painted(looker: Looker) -> None:
    """Table I, at the end of what is written of a C3 unit, with its column marked."""
    looker.click(Unit("C3", 7, 4, 5))
    looker.inspector.viewport().repaint()
    bar = looker.inspector.verticalScrollBar()
    accent = QColor(looker.inspector.theme.accent)

    def marked() -> int:
        image = looker.inspector.viewport().grab().toImage()
        places = [(x, y) for x in range(image.width()) for y in range(image.height())]
        return sum(image.pixelColor(*place) == accent for place in places)

    assert bar.maximum() > 0
    before = marked()
    bar.setValue(bar.maximum())
    assert marked() > before + 40
