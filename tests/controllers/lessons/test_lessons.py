"""Lessons in the window, from their menu to their end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.controllers.lessons.lessons import FOLDER, SHIPPED, Lessons
from lenetpad.ink.files import Drawing
from lenetpad.ink.strokes import Sheet
from lenetpad.storage import resources
from lenetpad.tools.synthetic_pen import SyntheticPen
from lenetpad.ui.draw.inspector.views import View
from lenetpad.ui.draw.maps_layout import CODES
from lenetpad.ui.draw.numbers.views import InPlace
from lenetpad.ui.page_area import PageArea
from lenetpad.ui.train.page import TrainPage
from lenetpad.values.explanation import Unit
from lenetpad.values.lesson_files import SUFFIX, ink_of, lesson_of
from lenetpad.values.lessons import InkChoice, Lesson, Step
from tests import trainees

KEYS = Qt.Key
LESSON = """
title = "Own & small"
[[step]]
words = "The **first**."
on = ["weights"]
alone = "C1"
ink = { digit = 3 }
[[step]]
words = "The second."
hide = ["verdict", "probabilities"]
layers = ["input", "C1"]
pin = [{ layer = "C1", map = 2, row = 13, column = 13 }]
switch_off = [{ layer = "C3", map = 4 }]
[[step]]
words = "The third."
ink = {}
task = "Write a 7 with a bar"
goal = { read = "7", strokes = 2 }
"""


class Lecture:
    """A program that runs lessons, and the lecturer with a clicker."""

    def __init__(self, qtbot: QtBot, program: Program) -> None:
        self.qtbot, self.program = qtbot, program
        self.lessons: Lessons = program.lessons
        self.page = program.draw.page
        qtbot.waitUntil(lambda: program.draw.networks.ready is not None, timeout=20_000)

    @property
    def actions(self) -> dict[str, Any]:
        return self.program.window.actions_by_name

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.program.window, key)

    def wait_for_reading(self) -> None:
        draw = self.program.draw

        def read() -> bool:
            reading = draw.page.verdict.reading
            return reading is not None and reading.serial == draw.serial

        self.qtbot.waitUntil(read, timeout=20_000)

    def begin(self, text: str = LESSON) -> None:
        self.lessons.begin(lesson_of(text, "own", self.actions))
        self.wait_for_reading()

    def shows(self, name: str) -> bool:
        window = self.program.window
        return name in window.page_widgets and window.shown_page is window.page_widgets[name]

    @property
    def place(self) -> int:
        return self.lessons.presentation.place

    @property
    def done(self) -> bool:
        bar = self.lessons.presentation.bar
        return bar is not None and bar.done


@pytest.fixture
def lecture(qtbot: QtBot, make_program: Callable[..., Program], tmp_path: Path) -> Lecture:
    program = make_program(folder=tmp_path, target=trainees.light)
    program.window.activateWindow()
    return Lecture(qtbot, program)


def shipped(lecture: Lecture, name: str) -> Lesson:
    lecture.lessons.open(resources.path(f"{FOLDER}/{name}{SUFFIX}"))
    lesson = lecture.lessons.lesson
    assert lesson is not None
    return lesson


def do_task(lecture: Lecture, step: Step) -> None:
    """Do what a step asks the audience for."""
    goal = step.goal
    assert goal is not None
    if goal.training == "running":
        page = lecture.program.training.page
        assert isinstance(page, TrainPage)
        assert page.form.presets.currentText() == "Quick"
        assert page.watch.isChecked()
        page.form.numbers["fraction"].setValue(2.0)  # percent: a minute is long for a test
        page.start.click()
    elif not goal.training:
        assert step.example is not None
        lecture.page.canvas.clear()
        SyntheticPen(lecture.page.canvas).write(ink_of(step.example))
    lecture.qtbot.waitUntil(lambda: lecture.done, timeout=60_000)


@pytest.mark.parametrize("name", SHIPPED)
def test_in_the_smallest_window_no_step_has_to_be_scrolled(lecture: Lecture, name: str) -> None:
    """But for the Train page, which is higher than that window without a lesson too."""
    window = lecture.program.window
    window.resize(window.minimumSize())
    assert (window.width(), window.height()) == (800, 500)
    lesson = shipped(lecture, name)
    area = window.page_stack.currentWidget()
    assert isinstance(area, PageArea)
    for place, step in enumerate(lesson.step):
        lecture.lessons.presentation.go_to(place)
        lecture.qtbot.waitUntil(partial(lecture.shows, step.page), timeout=60_000)
        QApplication.processEvents()
        if step.page == "draw":
            assert area.verticalScrollBar().maximum() == area.horizontalScrollBar().maximum() == 0
            assert lecture.page.height() == area.height()
        assert window.header.isHidden()
    lecture.actions["stage"].trigger()
    lecture.actions["stage"].trigger()
    window.resize(window.minimumSize())
    assert window.header.isHidden()
    window.resize(1024, 768)
    lecture.qtbot.waitUntil(lambda: not window.header.isHidden())
    window.resize(window.minimumSize())
    lecture.qtbot.waitUntil(window.header.isHidden)
    lecture.lessons.presentation.end()
    assert not window.header.isHidden()


@pytest.mark.parametrize("name", SHIPPED)
def test_a_lesson_runs_to_its_end(lecture: Lecture, name: str) -> None:
    window = lecture.program.window
    lesson = shipped(lecture, name)
    for place, step in enumerate(lesson.step):
        assert lecture.place == place
        wanted = partial(lecture.shows, step.page)
        lecture.qtbot.waitUntil(wanted, timeout=60_000)
        lecture.wait_for_reading()
        assert [pin.unit for pin in step.pin] == list(lecture.page.maps.pins) or (
            step.page != "draw"
        )
        for action in step.on:
            lecture.qtbot.waitUntil(lecture.actions[action].isChecked)
        if step.goal is not None:
            do_task(lecture, step)
        lecture.press(KEYS.Key_PageDown)
    assert lecture.place == len(lesson.step) - 1
    lecture.press(KEYS.Key_Escape)
    assert lecture.lessons.lesson is None
    assert window.open_page_name == "draw"
    assert lecture.page.canvas.sheet == Sheet()


def test_each_step_is_as_it_says_and_all_comes_back(
    lecture: Lecture, samples: list[Drawing]
) -> None:
    page, maps = lecture.page, lecture.page.maps
    page.canvas.set_sheet(Sheet(samples[8].ink))
    lecture.wait_for_reading()
    maps.pin(Unit("F6", 5))
    lecture.actions["weighted_sums"].trigger()
    history = page.canvas.history
    lecture.begin()
    assert (maps.alone, maps.pins, lecture.actions["weights"].isChecked()) == ("C1", (), True)
    assert not page.inspector_shown
    lecture.press(KEYS.Key_Space)
    assert (maps.alone, lecture.actions["weights"].isChecked()) == ("", False)
    assert maps.pins == (Unit("C1", 2, 13, 13),)
    assert page.inspector_shown
    assert (page.verdict.isVisible(), maps.revealed) == (False, {"input", "C1"})
    assert [(h.layer, h.map) for h in lecture.program.draw.holding.holds] == [("C3", 4)]
    assert page.canvas.sheet.ink.strokes
    lecture.press(KEYS.Key_PageDown)
    assert not page.canvas.sheet
    assert page.verdict.isVisible()
    lecture.press(KEYS.Key_PageUp)
    assert page.canvas.sheet.ink.strokes, "the ink of the steps before is not back"
    lecture.press(KEYS.Key_Escape)
    assert page.canvas.history is history
    assert maps.pins == (Unit("F6", 5),)
    assert (maps.alone, maps.revealed, page.answers_hidden) == ("", None, frozenset())
    assert lecture.actions["weighted_sums"].isChecked()
    assert page.inspector_shown
    assert lecture.program.draw.holding.holds == ()
    bar = lecture.lessons.presentation.bar
    assert bar is not None
    assert not bar.isVisible()


def test_the_keys_are_those_of_the_lesson_as_long_as_it_lasts(lecture: Lecture) -> None:
    freeze, views = lecture.actions["freeze"], lecture.page.number_views
    assert [key.toString() for key in freeze.shortcuts()] == ["Space"]
    maps = lecture.page.maps
    maps.setFocus()
    lecture.begin()
    lecture.press(KEYS.Key_PageUp)
    assert lecture.place == 0
    for key, place in ((KEYS.Key_Space, 1), (KEYS.Key_PageDown, 2), (KEYS.Key_Space, 2)):
        QTest.keyClick(maps, key)
        assert lecture.place == place
    assert views.shown is InPlace.MAPS
    lecture.press(KEYS.Key_Escape)
    assert [key.toString() for key in freeze.shortcuts()] == ["Space"]
    lecture.wait_for_reading()
    QTest.keyClick(maps, KEYS.Key_Space)
    assert views.shown is InPlace.COMPARISON


def test_esc_takes_back_first_what_was_done_beside_the_step(lecture: Lecture) -> None:
    lecture.begin()
    lecture.press(KEYS.Key_Space)
    lecture.page.maps.show_alone("S4")
    lecture.press(KEYS.Key_Escape)
    assert (lecture.page.maps.alone, lecture.place) == ("", 1)
    assert lecture.lessons.lesson is not None
    lecture.press(KEYS.Key_Escape)
    assert lecture.lessons.lesson is None
    lecture.page.banner.findChild(type(lecture.page.way_back)).click()
    assert lecture.lessons.lesson is not None
    assert lecture.place == 1


@pytest.mark.parametrize("name", SHIPPED[:3])
def test_the_verdict_is_seen_beside_the_words_in_a_small_window(
    lecture: Lecture, name: str
) -> None:
    lecture.program.window.resize(860, 560)
    shipped(lecture, name)
    lecture.wait_for_reading()
    verdict, bar = lecture.page.verdict, lecture.lessons.presentation.bar
    assert bar is not None
    assert bar.isVisible()
    lecture.qtbot.waitUntil(
        lambda: verdict.visibleRegion().boundingRect().height() == verdict.height()
    )


def test_a_pinned_unit_is_explained_by_its_arithmetic(lecture: Lecture) -> None:
    inspector = lecture.page.inspector
    inspector.show_view(View.SALIENCY)
    lecture.begin()
    assert inspector.view is View.SALIENCY
    lecture.press(KEYS.Key_Space)
    assert inspector.view is View.ARITHMETIC
    lecture.press(KEYS.Key_Escape)
    assert inspector.view is View.SALIENCY


def test_the_offer_to_go_on_does_not_lie_over_the_next_lesson(lecture: Lecture) -> None:
    lecture.begin()
    lecture.press(KEYS.Key_Space)
    lecture.press(KEYS.Key_Escape)
    banner = lecture.page.banner
    assert banner.isVisible()
    assert "ended at step 2 of 3" in banner.text
    lecture.begin()
    assert not banner.isVisible()


def test_what_the_audience_does_is_seen_once_it_is_whole(lecture: Lecture) -> None:
    lecture.begin()
    lecture.press(KEYS.Key_Space)
    lecture.press(KEYS.Key_Space)
    bar = lecture.lessons.presentation.bar
    assert bar is not None
    assert "☐" in bar.task.text()
    pen = SyntheticPen(lecture.page.canvas)
    pen.write(ink_of(InkChoice(digit=7, writer="lenetpad-a")))  # without a bar
    lecture.wait_for_reading()
    assert lecture.lessons.seen().text == "7"
    assert not lecture.done
    lecture.page.canvas.clear()
    pen.write(ink_of(InkChoice(digit=7, writer="lenetpad-b")))
    lecture.qtbot.waitUntil(lambda: lecture.done)
    assert "☑" in bar.task.text()
    lecture.page.canvas.clear()
    lecture.wait_for_reading()
    assert lecture.done, "what was done once is not done any more"


def test_the_lesson_s_network_reads_and_the_user_s_afterwards(lecture: Lecture) -> None:
    networks = lecture.program.draw.networks
    networks.choose("lenet5-modern")
    lecture.qtbot.waitUntil(lambda: networks.ready.choice.model == "lenet5-modern")
    lecture.lessons.begin(lesson_of('network = "lenet5-study"\n' + LESSON, "own", lecture.actions))
    lecture.press(KEYS.Key_Space)
    lecture.qtbot.waitUntil(lambda: networks.ready.choice.model == "lenet5-study")
    lecture.qtbot.waitUntil(lambda: lecture.page.maps.pins == (Unit("C1", 2, 13, 13),))
    lecture.press(KEYS.Key_Escape)
    lecture.qtbot.waitUntil(lambda: networks.ready.choice.model == "lenet5-modern")


def test_own_lessons_are_listed_and_a_damaged_one_says_why(
    lecture: Lecture, tmp_path: Path
) -> None:
    own = tmp_path / FOLDER
    own.mkdir()
    (own / "a.toml").write_text(LESSON, encoding="utf-8")
    (own / "b.toml").write_text(LESSON.replace("alone", "aloone"), encoding="utf-8")
    menu = lecture.program.window.menus["Lessons"]
    menu.aboutToShow.emit()
    menu.aboutToShow.emit()  # it is opened again
    listed = [action for action in menu.actions() if action.text()]
    titles = [action.text() for action in listed]
    assert titles[0] == "What the network sees · 10 min"
    assert titles[4:6] == ["Own && small", "b.toml"]
    listed[5].trigger()
    assert lecture.lessons.lesson is None
    assert "b.toml, line 6: step 1 has no key “aloone”" in lecture.page.banner.text
    listed[4].trigger()
    assert lecture.lessons.lesson is not None


def test_a_lesson_is_opened_from_a_file(
    lecture: Lecture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(LESSON, encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    lecture.actions["open_lesson"].trigger()
    assert lecture.lessons.lesson is not None
    assert lecture.lessons.lesson.title == "Own & small"


def test_nothing_of_a_lesson_is_kept(lecture: Lecture, samples: list[Drawing]) -> None:
    page = lecture.page
    page.canvas.set_sheet(Sheet(samples[8].ink))
    lecture.wait_for_reading()
    lecture.begin('network = "lenet5-study"\n' + LESSON)
    networks = lecture.program.draw.networks
    lecture.qtbot.waitUntil(lambda: networks.ready.choice.model == "lenet5-study")
    lecture.program.close()
    assert page.canvas.sheet == Sheet(samples[8].ink)
    assert lecture.program.window.preferences.choice.model == "lenet5-1998"


def test_layers_are_shown_step_by_step(lecture: Lecture, samples: list[Drawing]) -> None:
    page, maps = lecture.page, lecture.page.maps
    page.canvas.set_sheet(Sheet(samples[3].ink))
    lecture.wait_for_reading()
    lecture.press(KEYS.Key_S)
    bar = lecture.lessons.presentation.bar
    assert bar is not None
    assert maps.revealed == {"input"}
    assert "32×32" in bar.words.text()
    assert not page.verdict.isVisible()
    QTest.keyClick(page.canvas, KEYS.Key_Right)
    assert maps.revealed == {"input", "C1"}
    assert bar.words.text().startswith("<b>C1</b>")
    QTest.keyClick(page.canvas, KEYS.Key_Left)
    assert maps.revealed == {"input"}
    for _ in range(9):
        QTest.keyClick(page.canvas, KEYS.Key_Right)
    assert maps.revealed is None
    assert page.verdict.isVisible()
    lecture.press(KEYS.Key_S)
    assert not lecture.lessons.presentation.active
    assert not lecture.actions["step_by_step"].isChecked()
    assert page.canvas.sheet == Sheet(samples[3].ink)


def test_layers_that_are_kept_back_are_not_painted(
    lecture: Lecture, samples: list[Drawing]
) -> None:
    maps = lecture.page.maps
    lecture.page.canvas.set_sheet(Sheet(samples[3].ink))
    lecture.wait_for_reading()
    lecture.press(KEYS.Key_S)

    def colours(layer: str) -> int:
        area = maps.area_of(layer)
        image = maps.grab(area).toImage()
        return len({image.pixel(x, y) for x in range(area.width()) for y in range(area.height())})

    assert colours("input") > 20
    assert all(colours(layer) < 20 for layer in ("C1", "C3", "F6", CODES))
    inside = maps.placed["C3"].cells[0].center()
    assert maps.unit_at(inside) is None
    lecture.press(KEYS.Key_Escape)
    assert colours("C3") > 20
    assert maps.unit_at(inside) is not None


def test_the_answer_is_hidden_until_a_key_shows_it(
    lecture: Lecture, samples: list[Drawing]
) -> None:
    page = lecture.page
    places = [panel.geometry() for panel in page.panels]
    lecture.press(KEYS.Key_Q)
    page.canvas.set_sheet(Sheet(samples[3].ink))
    lecture.wait_for_reading()
    QApplication.processEvents()
    assert (page.verdict.isVisible(), page.probabilities.isVisible()) == (False, False)
    assert [panel.geometry() for panel in page.panels] == places
    with lecture.qtbot.waitSignal(page.reading_painted):  # the pen is not held up
        page.canvas.set_sheet(Sheet(samples[4].ink))
    lecture.actions["inspector"].trigger()
    assert page.inspector_shown
    assert page.inspector.inspected == ()
    lecture.press(KEYS.Key_Q)
    assert page.verdict.isVisible()
    assert page.verdict.verdict == "4"
    assert not page.probabilities.isVisible()
    lecture.actions["inspector"].trigger()
    assert page.probabilities.isVisible()


@pytest.mark.parametrize("suffix", [".pdf", ".html"])
def test_a_handout_has_words_and_pictures_of_each_step(
    lecture: Lecture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    path = tmp_path / f"handout{suffix}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    assert not lecture.actions["handout"].isEnabled()
    lecture.begin()
    lecture.press(KEYS.Key_Space)
    lecture.actions["handout"].trigger()
    lecture.qtbot.waitUntil(path.exists, timeout=30_000)
    lecture.qtbot.waitUntil(lambda: lecture.page.banner.isVisible())
    content = path.read_bytes()
    if suffix == ".pdf":
        assert content.startswith(b"%PDF")
        assert content.count(b"/Subtype /Image") >= 3
    else:
        text = content.decode()
        assert "Own &amp; small" in text
        assert "<b>first</b>" in text
        assert text.count("data:image/png;base64,") == 3
        assert str(tmp_path) not in text
    assert lecture.place == 1
    assert lecture.page.canvas.sheet.ink.strokes


def test_the_drill_is_answered_with_keys(lecture: Lecture) -> None:
    lecture.actions["drill"].trigger()
    dialog = lecture.lessons.drilling.dialog
    assert dialog is not None
    lecture.qtbot.waitUntil(lambda: dialog.round is not None, timeout=20_000)
    network = 0
    for place in range(10):
        drill = dialog.round
        assert drill is not None
        exercise = drill.exercises[place]
        network += exercise.answer == exercise.label
        QTest.keyClick(dialog, KEYS.Key_Space)  # nothing is answered: it stays
        assert not dialog.further.isEnabled()
        wanted = exercise.label if place % 2 else (exercise.label + 1) % 10
        QTest.keyClick(dialog, KEYS(KEYS.Key_0 + wanted))
        QTest.keyClick(dialog, KEYS(KEYS.Key_0 + exercise.label))  # too late
        assert f"The label is {exercise.label}." in dialog.said.text()
        if place < 9:
            QTest.keyClick(dialog, KEYS.Key_Space)
    assert f"you 5 right · network {network} right" in dialog.score.text()
    first = dialog.round
    QTest.keyClick(dialog, KEYS.Key_Space)
    lecture.qtbot.waitUntil(lambda: dialog.round not in (None, first), timeout=20_000)
    dialog.answers[10].click()
    assert "You: not a digit" in dialog.said.text()
    dialog.close()
    QApplication.processEvents()
    assert lecture.lessons.drilling.dialog is None
