"""The kernel slides over what it sees while the map fills in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from lenetpad.ui.draw.inspector.sliding import SPEEDS, Sliding, SlidingBar
from lenetpad.ui.widgets.theme import DARK, LIGHT
from lenetpad.values.explanation import Unit
from lenetpad.values.models import LayerView

S4 = LayerView("S4", 16, 5, 5, -1.7, 1.7)
C5 = LayerView("C5", 120, 1, 1, -1.7, 1.7)


@pytest.fixture
def sliding(qtbot: QtBot) -> Iterator[Sliding]:
    sliding = Sliding()
    sliding.set_speed(len(SPEEDS) - 1)
    yield sliding
    sliding.stop()


@pytest.fixture
def bar(qtbot: QtBot, sliding: Sliding) -> SlidingBar:
    bar = SlidingBar(sliding, LIGHT)
    qtbot.addWidget(bar)
    bar.show()
    return bar


def test_it_plays_along_the_rows_to_the_end_and_stands_still(
    qtbot: QtBot, sliding: Sliding
) -> None:
    places: list[tuple[int, int]] = []
    sliding.moved.connect(lambda unit: places.append((unit.row, unit.column)))
    sliding.choose(Unit("S4", 3, 4, 4), S4)
    sliding.toggle()  # from the last unit it begins anew
    assert sliding.playing
    qtbot.waitUntil(lambda: not sliding.playing)
    assert places == [(row, column) for row in range(5) for column in range(5)]
    assert sliding.active
    assert sliding.unit == Unit("S4", 3, 4, 4)


def test_it_pauses_and_goes_on_where_it_was(qtbot: QtBot, sliding: Sliding) -> None:
    sliding.choose(Unit("S4", 3), S4)
    sliding.toggle()
    qtbot.waitUntil(lambda: sliding.place >= 3)
    sliding.toggle()
    assert not sliding.playing
    paused = sliding.place
    sliding.toggle()
    assert sliding.place == paused


def test_steps_end_at_the_ends(qtbot: QtBot, sliding: Sliding, bar: SlidingBar) -> None:
    sliding.choose(Unit("S4", 3, 2, 4), S4)
    bar.refresh()
    qtbot.mouseClick(bar.on, Qt.MouseButton.LeftButton)
    assert sliding.unit == Unit("S4", 3, 3, 0)
    qtbot.mouseClick(bar.back, Qt.MouseButton.LeftButton)
    assert sliding.unit == Unit("S4", 3, 2, 4)
    qtbot.mouseClick(bar.rewind, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(bar.back, Qt.MouseButton.LeftButton)
    assert sliding.unit == Unit("S4", 3, 0, 0)
    assert sliding.active
    assert not sliding.playing


def test_another_map_is_shown_whole(sliding: Sliding) -> None:
    sliding.choose(Unit("S4", 3), S4)
    sliding.step(4)
    assert sliding.active
    sliding.choose(Unit("S4", 3, 4, 4), S4)  # dragged by hand
    assert sliding.active
    sliding.choose(Unit("S4", 4, 4, 4), S4)
    assert not sliding.active


def test_there_is_nothing_to_slide_over_in_a_single_unit(
    sliding: Sliding, bar: SlidingBar
) -> None:
    for unit, layer in ((Unit("C5", 3), C5), (None, None)):
        sliding.choose(unit, layer)
        bar.refresh()
        assert not any(control.isEnabled() for control in bar.controls)
        sliding.toggle()
        assert not sliding.playing
        assert not sliding.active


def test_the_button_says_what_it_does(qtbot: QtBot, sliding: Sliding, bar: SlidingBar) -> None:
    sliding.choose(Unit("S4", 3), S4)
    bar.refresh()
    before = bar.play.accessibleName()
    qtbot.mouseClick(bar.play, Qt.MouseButton.LeftButton)
    assert bar.play.accessibleName() == "Pause"
    bar.set_theme(DARK)
    qtbot.mouseClick(bar.play, Qt.MouseButton.LeftButton)
    assert bar.play.accessibleName() == before
