"""Freezing a reading, and two networks beside each other, in the real window."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.ink.files import Drawing
from lenetpad.ink.normalising import draw_sheet
from lenetpad.ink.strokes import Sheet
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.weights import load
from lenetpad.storage import resources
from lenetpad.ui.draw.comparison.view import ComparisonView
from lenetpad.ui.draw.numbers.views import InPlace
from lenetpad.ui.widgets.colour import ZERO, value_table
from lenetpad.values.comparison import most_changed
from lenetpad.values.explanation import Unit
from lenetpad.values.reading import Reading
from tests.graphs import in_a_row

MODEL, OTHER, ANOTHER = "lenet5-1998", "lenet5-1998-paper", "lenet5-modern"


class Pad:
    """A program that reads, and what a person does with it."""

    def __init__(self, qtbot: QtBot, program: Program, samples: list[Drawing]) -> None:
        self.qtbot, self.program, self.samples = qtbot, program, samples
        self.page = program.draw.page

    def write(self, number: int) -> Reading:
        """Put a drawing on the canvas and wait until it is read and painted."""
        page = self.page
        sheet = Sheet(self.samples[number].ink)
        with self.qtbot.waitSignal(
            page.reading_painted,
            timeout=60_000,
            check_params_cb=lambda reading: reading.sheet == sheet and reading.digit is not None,
        ) as painted:
            page.canvas.set_sheet(sheet)
        assert painted.args is not None
        reading: Reading = painted.args[0]
        return reading

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
        widget = QApplication.focusWidget()
        assert widget is not None
        QTest.keyClick(widget, key, modifier or Qt.KeyboardModifier.NoModifier)
        QApplication.processEvents()

    def trigger(self, name: str) -> None:
        self.program.window.actions_by_name[name].trigger()
        QApplication.processEvents()

    @property
    def view(self) -> ComparisonView:
        return self.page.number_views.comparison

    @property
    def compares(self) -> bool:
        return self.page.number_views.shown is InPlace.COMPARISON


@pytest.fixture
def pad(qtbot: QtBot, make_program: Callable[..., Program], samples: list[Drawing]) -> Pad:
    program = make_program()
    program.window.resize(1280, 800)
    program.window.show()
    program.window.activateWindow()
    qtbot.waitUntil(program.window.isActiveWindow)
    found = Pad(qtbot, program, samples)
    found.page.canvas.setFocus()
    return found


def test_space_freezes_and_the_pen_goes_on(pad: Pad) -> None:
    before = pad.write(3)
    pad.press(Qt.Key.Key_Space)
    assert pad.compares
    assert QApplication.focusWidget() is pad.page.canvas  # the next Space freezes again
    now = pad.write(14)
    picture = pad.view.picture
    assert picture.first is not None
    assert picture.second is not None
    assert picture.first.reading is before
    assert picture.second.reading is now
    assert (picture.first.title, picture.second.title) == ("Frozen", "Now")
    wanted = now.taps["C3"] - before.taps["C3"]
    np.testing.assert_array_equal(picture.differing["C3"], wanted)
    assert picture.in_words().startswith(f"Frozen: {before.digit} · ")
    assert f"Now: {now.digit} · " in picture.in_words()

    pad.press(Qt.Key.Key_Space)
    assert picture.first.reading is now
    assert not np.any(picture.differing["C3"])
    assert pad.page.escape()
    assert not pad.compares
    assert pad.page.maps.isVisible()


def test_differences_have_the_colours_of_values(pad: Pad) -> None:
    before = pad.write(3)
    pad.trigger("freeze")
    now = pad.write(14)
    picture = pad.view.picture
    shown = picture.grab().toImage()
    table, end = value_table(pad.page.maps.theme), 1.7159
    cell = picture.parts[2].placed["C5"].cells[0]
    differences = (now.taps["C5"] - before.taps["C5"]).reshape(12, 10)
    for row, column in ((0, 0), (5, 3), (11, 9), (7, 6)):
        x = cell.left() + (column + 0.5) * cell.width() / 10
        y = cell.top() + (row + 0.5) * cell.height() / 12
        share = min(max(float(differences[row, column]) / end, -1), 1)
        wanted = QColor.fromRgb(int(table[round(ZERO + 127 * share)]))
        found = shown.pixelColor(round(x), round(y))
        for channel in (QColor.red, QColor.green, QColor.blue):
            assert abs(channel(found) - channel(wanted)) <= 6


def test_the_units_that_differ_most_are_listed_and_lead_to_the_inspector(pad: Pad) -> None:
    before = pad.write(3)
    pad.trigger("freeze")
    now = pad.write(14)
    table = pad.view.table
    pad.qtbot.waitUntil(lambda: table.rowCount() > 3)
    differences = {n: np.abs(now.taps[n] - before.taps[n]).max() for n in ("C1", "C3", "C5")}
    assert float(table.item(0, 3).text().replace("−", "-")) == pytest.approx(
        max(differences.values()), abs=0.006
    ) or float(table.item(0, 3).text().replace("−", "-")) == pytest.approx(
        -max(differences.values()), abs=0.006
    )
    table.cellActivated.emit(0, 0)
    (unit,) = pad.page.maps.pins
    assert pad.page.inspector_shown
    value = now.taps[unit.layer]
    value = value[unit.map] if value.ndim == 1 else value[unit.map, unit.row, unit.column]
    assert pad.page.inspector.inspected[0].explanation.value == pytest.approx(float(value))
    assert pad.compares


def test_a_small_window_says_which_unit_differs_most(pad: Pad) -> None:
    pad.write(3)
    pad.trigger("freeze")
    pad.write(14)
    pad.qtbot.waitUntil(lambda: pad.view.table.rowCount() > 3)
    assert pad.view.picture.most is None
    pad.program.window.resize(860, 560)
    pad.qtbot.waitUntil(lambda: pad.view.picture.most is not None)
    first, second = pad.view.picture.first, pad.view.picture.second
    assert first is not None
    assert second is not None
    assert pad.view.picture.most == most_changed(first, second, 1)[0]
    assert pad.view.table.isHidden()


def test_a_layer_of_another_size_is_shown_without_differences(pad: Pad) -> None:
    pad.write(3)
    pad.trigger("freeze")
    pad.write(14)
    picture = pad.view.picture
    first, second = picture.first, picture.second
    assert first is not None
    assert second is not None
    layers = tuple(
        replace(layer, maps=121) if layer.name == "C5" else layer for layer in second.model.layers
    )
    before = picture.grab().toImage()
    picture.second = replace(second, model=replace(second.model, layers=layers))
    picture.show_first(first)
    assert "C5" not in picture.differing
    assert picture.change_at(Unit("C5", 3)) is None
    area = picture.parts[2].placed["C5"].area.toAlignedRect()
    after = picture.grab().toImage()
    assert after.copy(area) != before.copy(area)
    area = picture.parts[2].placed["C3"].area.toAlignedRect()
    assert after.copy(area) == before.copy(area)


def test_a_unit_is_pointed_at_with_both_values_and_clicked(pad: Pad) -> None:
    before = pad.write(3)
    pad.trigger("freeze")
    now = pad.write(14)
    picture = pad.view.picture
    for part in range(3):
        picture.point(None)
        cell = picture.parts[part].placed["C3"].cells[6]
        QTest.mouseMove(picture, cell.center().toPoint())
        pad.qtbot.waitUntil(lambda: picture.pointed is not None)
        assert picture.pointed is not None
        assert (picture.pointed.layer, picture.pointed.map) == ("C3", 6)
    change = picture.change_at(Unit("C3", 6, 2, 3))
    assert change is not None
    assert change.first == before.taps["C3"][6, 2, 3]
    assert change.second == now.taps["C3"][6, 2, 3]
    spot = picture.parts[1].placed["F6"].cells[0].center().toPoint()
    QTest.mouseClick(picture, Qt.MouseButton.LeftButton, pos=spot)
    assert pad.page.maps.pins[0].layer == "F6"
    assert pad.page.inspector_shown


def test_the_keyboard_walks_through_the_comparison(pad: Pad) -> None:
    pad.write(3)
    pad.trigger("freeze")
    now = pad.write(14)
    picture = pad.view.picture
    picture.setFocus()
    pad.press(Qt.Key.Key_3)
    pad.press(Qt.Key.Key_PageDown)
    pad.press(Qt.Key.Key_Right)
    assert picture.pointed == Unit("C3", 1, 5, 6)
    pad.press(Qt.Key.Key_Return)
    assert pad.page.maps.pins == (Unit("C3", 1, 5, 6),)
    picture.setFocus()
    pad.press(Qt.Key.Key_Space)
    assert picture.first is not None
    assert picture.first.reading is now


def test_space_presses_the_button_that_has_the_keyboard(pad: Pad) -> None:
    pad.write(3)
    pad.trigger("freeze")
    pad.write(14)
    pad.view.back.setFocus()
    pad.press(Qt.Key.Key_Space)
    assert not pad.compares


def test_nothing_is_frozen_before_anything_is_read(pad: Pad) -> None:
    pad.trigger("freeze")
    assert not pad.compares


def test_another_view_ends_the_comparison(pad: Pad) -> None:
    pad.write(3)
    pad.trigger("freeze")
    pad.trigger("segmentation_graph")
    assert not pad.compares
    pad.trigger("freeze")
    assert pad.compares
    pad.trigger("end_comparison")
    assert pad.page.number_views.shown is InPlace.MAPS


def test_what_another_network_reads_is_compared_with_what_is_frozen(pad: Pad) -> None:
    before = pad.write(3)
    pad.trigger("freeze")
    pad.program.draw.networks.choose(ANOTHER)
    picture = pad.view.picture
    pad.qtbot.waitUntil(
        lambda: picture.second is not None and picture.second.model.choice.model == ANOTHER,
        timeout=60_000,
    )
    assert picture.first is not None
    assert picture.second is not None
    assert picture.first.reading is before
    assert picture.first.title.startswith("Frozen · ")
    assert picture.second.title.startswith("Now · ")


def test_two_networks_read_the_same_image(pad: Pad) -> None:
    pad.write(3)
    pad.trigger("compare_networks")
    picture = pad.view.picture
    now = pad.write(14)

    def caught_up() -> bool:
        return picture.first is not None and picture.first.reading is now

    pad.qtbot.waitUntil(caught_up, timeout=60_000)
    assert picture.second is not None
    assert picture.second.model.choice.model == OTHER
    wanted = Recognizer(load(OTHER)).read(draw_sheet(Sheet(pad.samples[14].ink)))
    np.testing.assert_allclose(
        picture.second.reading.probabilities, wanted.probabilities, atol=1e-5
    )
    np.testing.assert_allclose(picture.second.reading.taps["F6"], wanted.taps["F6"], atol=1e-4)
    np.testing.assert_array_equal(
        picture.first.reading.taps["input"] if picture.first else 0,
        picture.second.reading.taps["input"],
    )

    box = pad.view.networks
    assert box.currentData() == OTHER
    box.select(ANOTHER)
    box.activated.emit(box.currentIndex())
    pad.qtbot.waitUntil(
        lambda: picture.second is not None and picture.second.model.choice.model == ANOTHER,
        timeout=60_000,
    )
    action = pad.program.window.actions_by_name["compare_networks"]
    assert action.isChecked()
    assert pad.page.escape()
    assert not action.isChecked()
    assert not pad.compares


def test_two_networks_read_the_digit_in_focus_and_say_which(pad: Pad) -> None:
    page, picture = pad.page, pad.view.picture
    number = Sheet(in_a_row([pad.samples[place].ink for place in (3, 8)]))
    with pad.qtbot.waitSignal(
        page.reading_painted, timeout=60_000, check_params_cb=lambda one: len(one.several) == 2
    ):
        page.canvas.set_sheet(number)
    pad.trigger("compare_networks")
    for place in (1, 0):
        page.digit_chosen.emit(place)
        pad.qtbot.waitUntil(
            lambda place=place: pad.view.title.text() == f"Two networks, digit {place + 1} of 2",
            timeout=60_000,
        )
        assert picture.first is not None
        assert picture.second is not None
        sides = picture.first.reading, picture.second.reading
        np.testing.assert_array_equal(*(side.taps["input"] for side in sides))
        assert page.maps.reading is not None
        np.testing.assert_array_equal(sides[0].taps["F6"], page.maps.reading.taps["F6"])
        assert picture.in_words().count(f": {page.maps.reading.digit} · ") == 2
    pad.write(14)
    pad.qtbot.waitUntil(
        lambda: pad.view.title.text() == "Two networks, one drawing", timeout=60_000
    )


def test_a_comparison_can_be_ended_while_there_is_one(pad: Pad) -> None:
    end = pad.program.window.actions_by_name["end_comparison"]
    assert not end.isEnabled()
    pad.write(3)
    pad.trigger("freeze")
    assert end.isEnabled()
    end.trigger()
    assert not pad.compares
    assert not end.isEnabled()


def test_a_network_that_cannot_be_read_is_told_of(pad: Pad) -> None:
    pad.write(3)
    pad.trigger("compare_networks")
    view = pad.view
    view.networks.addItem("gone", "/nowhere/gone.safetensors")
    view.networks.select("/nowhere/gone.safetensors")
    view.networks.activated.emit(view.networks.currentIndex())
    pad.qtbot.waitUntil(lambda: "gone.safetensors" in view.title.text(), timeout=60_000)
    assert view.picture.second is None
    view.networks.select(OTHER)
    view.networks.activated.emit(view.networks.currentIndex())
    pad.qtbot.waitUntil(lambda: view.picture.second is not None, timeout=60_000)
    assert "gone" not in view.title.text()


def test_a_file_is_opened_as_the_other_network(
    pad: Pad, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.safetensors"
    shutil.copy(resources.path(f"weights/{ANOTHER}.safetensors"), path)
    pad.write(3)
    pad.trigger("compare_networks")
    answers = iter((None, path))
    monkeypatch.setattr(pad.program.window, "ask_for_file", lambda *_: next(answers))
    box, picture = pad.view.networks, pad.view.picture
    for chosen in (OTHER, str(path)):  # the first time the dialog is cancelled
        box.setCurrentIndex(box.count() - 1)
        box.activated.emit(box.count() - 1)
        assert box.currentData() == chosen
    pad.qtbot.waitUntil(
        lambda: picture.second is not None and picture.second.model.choice.model == str(path),
        timeout=60_000,
    )
    assert picture.second is not None
    assert picture.second.title == "mine.safetensors"
