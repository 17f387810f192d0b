"""The box in the header, the keys and the View menu choose what the maps show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from lenetpad.app import Program
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.weights import load
from lenetpad.tools.event_loop import wait_until
from lenetpad.ui.draw.maps import Pointed
from lenetpad.ui.draw.shown import Shown
from lenetpad.ui.widgets.colour import Scale
from lenetpad.values.explanation import Unit
from lenetpad.values.models import PRESET_NAMES, Choice, ModelReady
from lenetpad.values.reading import Reading
from tests.words import brackets, outside, painted, untranslated


def read(program: Program, name: str = "lenet5-1998") -> Reading:
    """Show a network, and what it reads, as if both came from the recognition."""
    recognizer = Recognizer(load(name))
    ready = recognizer.describe(Choice(1, name))
    image = np.zeros((28, 28), np.float32)
    image[6:22, 12:15] = 1
    reading = replace(recognizer.read(image), serial=1, model_serial=1)
    program.draw.networks.ready = ready
    program.draw.inspection.show_model(ready)
    program.draw.page.show_model(ready)
    program.draw.page.show_reading(reading)
    program.draw.inspection.follow(reading)
    return reading


@pytest.fixture
def other_language(qapp: QApplication) -> Iterator[None]:
    """Another language, from the start."""
    with brackets():
        yield


def test_keys_turn_sums_and_weights_on_and_off(program: Program) -> None:
    page, window = program.draw.page, program.window
    QApplication.processEvents()
    sums, weights = (window.actions_by_name[name] for name in ("weighted_sums", "weights"))

    def press(key: Qt.Key) -> Shown:
        QTest.keyClick(page.canvas, key)
        QApplication.processEvents()
        shown = page.maps.shown
        assert page.shown.currentData() == shown
        assert sums.isChecked() == (shown is Shown.SUMS)
        assert weights.isChecked() == (shown is Shown.WEIGHTS)
        return shown

    page.canvas.setFocus()
    assert page.maps.shown is Shown.VALUES
    assert press(Qt.Key.Key_A) is Shown.SUMS
    assert press(Qt.Key.Key_W) is Shown.WEIGHTS
    assert press(Qt.Key.Key_W) is Shown.SUMS
    assert press(Qt.Key.Key_A) is Shown.VALUES
    assert press(Qt.Key.Key_W) is Shown.WEIGHTS
    assert press(Qt.Key.Key_A) is Shown.SUMS
    page.maps.setFocus()
    QTest.keyClick(page.maps, Qt.Key.Key_W)
    assert page.maps.shown is Shown.WEIGHTS


def test_the_box_in_the_header_does_the_same(program: Program) -> None:
    page, window = program.draw.page, program.window
    assert [title for title, _ in page.header_tools().boxes] == ["Show", "Colours"]
    assert page.shown.isVisible()
    assert page.shown.window() is window
    page.shown.setCurrentIndex(2)
    assert page.maps.shown is Shown.WEIGHTS
    assert window.actions_by_name["weights"].isChecked()
    window.open_page("evaluate")
    assert not page.shown.isVisible()
    assert not window.actions_by_name["weights"].isEnabled()


@pytest.mark.parametrize("size", [(1024, 700), (1280, 800), (1920, 1080)])
def test_nothing_moves(program: Program, size: tuple[int, int]) -> None:
    page, window = program.draw.page, program.window
    window.resize(*size)
    wait_until(lambda: not window.restyling)
    read(program)
    QApplication.processEvents()
    parts = (page.canvas, page.maps, page.probabilities, page.verdict, window.header, page.shown)
    before = [part.geometry() for part in parts], dict(page.maps.placed)
    for shown in Shown:
        page.shown.select(shown)
        QApplication.processEvents()
        assert ([part.geometry() for part in parts], dict(page.maps.placed)) == before


@pytest.mark.parametrize("name", PRESET_NAMES)
def test_the_inspector_explains_what_stands_behind_a_weight(program: Program, name: str) -> None:
    page = program.draw.page
    read(program, name)
    page.show_inspector(shown=True)
    for shown in Shown:
        page.shown.select(shown)
        for layer, unit in (
            ("input", Unit("input", 0, 2, 2)),
            ("C1", Unit("C1", 3, 14, 14)),
            ("S2", Unit("S2", 1, 7, 7)),
            ("C3", Unit("C3", 15, 5, 5)),
            ("S4", Unit("S4", 9, 2, 2)),
            ("C5", Unit("C5", 0)),
            ("F6", Unit("F6", 0)),
            ("codes", Unit("output", 4)),
        ):
            page.maps.let_go()
            there = page.maps.pointed_of(unit)
            assert there is not None
            page.maps.point(there)
            assert [one.unit for one in page.inspector.inspected] == [unit], layer
            page.maps.pin(unit)
            assert not program.window.grab().isNull()
    page.maps.point(Pointed("C3", 7, 6, 7))
    page.inspector.follow(None)


def test_weights_change_while_a_training_is_watched(program: Program) -> None:
    page = program.draw.page
    reading = read(program)
    page.shown.select(Shown.WEIGHTS)
    before = page.maps.grab().toImage()
    trained = {name: values * np.float32(-1) for name, values in reading.parameters.items()}
    program.draw._shown = 0.0
    program.draw._show_reading(replace(reading, serial=2, parameters=MappingProxyType(trained)))
    assert (
        page.maps.value_at(Pointed("C1", 0, 0, 0)) == -reading.parameters["c1.weight"][0, 0, 0, 0]
    )
    assert page.maps.grab().toImage() != before


@pytest.mark.parametrize("name", PRESET_NAMES)
def test_all_that_is_said_can_be_translated(
    other_language: None, program: Program, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    page = program.draw.page
    read(program, name)
    for shown in (Shown.SUMS, Shown.WEIGHTS):
        page.shown.select(shown)
        for scale in Scale:
            page.set_scale(scale)
            for layer in page.maps.placed:
                for cell in (0, 1):
                    for alone in ("", layer):
                        page.maps.show_alone(alone)
                        assert page.maps.model is not None
                        said = page.maps.legend(page.maps.model)
                        count = len(page.maps.placed[layer].cells)
                        page.maps.point(Pointed(layer, min(cell, count - 1), 0, 0))
                        texts = [said.sentence, said.hint, *said.numbers]
                        texts += [page.maps.in_words(), page.maps.accessibleName()]
                        assert [text for text in texts if outside(text)] == []
                        assert page.maps.in_words()
                        page.maps.point(None)
                    page.maps.show_alone("")
        assert untranslated(page.maps) == []
        with painted(monkeypatch) as texts:
            page.maps.grab()
        assert [text for text in texts if outside(text)] == []


def test_the_box_says_what_it_is(program: Program) -> None:
    box = program.draw.page.shown
    assert box.accessibleName() == "What the maps show"
    assert "(A)" in box.toolTip()
    assert "(W)" in box.toolTip()


def test_a_model_that_says_little_is_shown(
    program: Program, model: Callable[..., ModelReady], reading: Callable[..., Reading]
) -> None:
    page = program.draw.page
    for shown in Shown:
        page.shown.select(shown)
        page.show_model(model())
        page.show_reading(reading())
        assert not page.maps.grab().isNull()
