"""Where the answer is hidden, for an audience that guesses first, nothing says it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.ink.files import Drawing
from lenetpad.ink.strokes import Sheet
from lenetpad.ui.draw.inspector.views import View
from lenetpad.ui.draw.maps import Pointed
from lenetpad.ui.draw.maps_layout import CODES
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.draw.taking.offers import FLOW, offer_of, offers
from lenetpad.ui.widgets.export_options import Look
from lenetpad.values.explanation import OUTPUT, Unit
from tests.graphs import in_a_row

#: The views in the place of the maps, and where their pictures have what they are given.
VIEWS = {
    "segmentation_graph": "graph",
    "space_displacement": "reading",
    "freeze": "second",
    "compare_networks": "second",
}
TIMEOUT = 20_000


class Lecture:
    """A program that reads a number, and whatever can be switched on there."""

    def __init__(self, qtbot: QtBot, program: Program) -> None:
        self.qtbot, self.program = qtbot, program
        self.page: DrawPage = program.draw.page

    def act(self, name: str) -> None:
        self.program.window.actions_by_name[name].trigger()
        QApplication.processEvents()

    def read(self) -> None:
        draw, verdict = self.program.draw, self.page.verdict
        self.qtbot.waitUntil(
            lambda: verdict.reading is not None and verdict.reading.serial == draw.serial,
            timeout=TIMEOUT,
        )

    def shown(self) -> list[QWidget]:
        return [one for one in self.page.findChildren(QWidget) if one.isVisible()]

    def said(self) -> str:
        """All that a person reads or hears in widgets of text."""
        said = [one.text() for one in self.shown() if isinstance(one, QLabel)]
        names = [one.accessibleName() + one.accessibleDescription() for one in self.shown()]
        return " | ".join((*said, *names, self.program.window.windowTitle()))


@pytest.fixture
def lecture(
    qtbot: QtBot,
    make_program: Callable[..., Program],
    samples: list[Drawing],
    monkeypatch: pytest.MonkeyPatch,
) -> Lecture:
    for module in ("panel", "time_line.plot"):
        monkeypatch.setattr(f"lenetpad.ui.draw.{module}.QAccessible.isActive", lambda: True)
    lecture = Lecture(qtbot, make_program())
    lecture.read()
    ink = in_a_row([samples[number].ink for number in (3, 8)])
    lecture.page.canvas.set_sheet(Sheet(ink))
    lecture.read()
    number = lecture.page.verdict.verdict
    assert (number.isdecimal(), len(number)) == (True, 2)
    return lecture


@pytest.mark.parametrize("view", VIEWS)
def test_views_in_the_place_of_the_maps_are_covered(lecture: Lecture, view: str) -> None:
    page, number = lecture.page, lecture.page.verdict.verdict
    lecture.act("hide_verdict")
    lecture.act(view)
    shown = page.number_views.view
    assert shown is not None
    picture, given = shown.focus_widget, VIEWS[view]
    lecture.qtbot.waitUntil(lambda: getattr(picture, given) is not None, timeout=TIMEOUT)
    assert shown.isVisible()
    assert not shown.focus_widget.isVisible()
    assert QApplication.focusWidget() in (shown.back, page.canvas)
    assert number not in lecture.said()
    page.canvas.undo()  # the pen is not held up
    lecture.read()
    page.canvas.redo()
    lecture.read()
    lecture.act("hide_verdict")
    assert shown.focus_widget.isVisible()
    shown.focus_widget.setFocus()
    lecture.act("hide_verdict")
    assert not shown.focus_widget.isVisible()
    assert QApplication.focusWidget() is shown.back


def test_what_is_read_behind_all_covers_is_told_of(lecture: Lecture) -> None:
    """Who waits for a reading to be painted is not to wait for ever."""
    page = lecture.page
    page.maps.hide()
    lecture.act("hide_verdict")
    page.maps.hide()
    with lecture.qtbot.waitSignal(page.reading_painted, timeout=TIMEOUT):
        page.canvas.undo()


def test_a_code_tells_no_distance(lecture: Lecture) -> None:
    """The nearest code is that of the answer."""
    maps = lecture.page.maps
    maps.point(Pointed(CODES, 3, 2, 2))
    told = maps.in_words()
    lecture.act("hide_verdict")
    assert len(maps.in_words()) < len(told)
    assert maps.in_words() in told or told.startswith(maps.in_words().split(",")[0])


def test_a_view_that_was_shown_before_is_covered_too(lecture: Lecture) -> None:
    lecture.act("segmentation_graph")
    facts = lecture.page.number_views.graph.facts
    assert facts.isVisible()
    assert lecture.page.verdict.verdict in lecture.said()
    lecture.act("hide_verdict")
    assert lecture.page.verdict.verdict not in lecture.said()
    assert not facts.isVisible()
    lecture.act("hide_verdict")
    assert facts.isVisible()


def test_the_time_line_shows_the_time_alone(lecture: Lecture) -> None:
    lecture.act("time_line")
    lecture.qtbot.waitUntil(lambda: lecture.program.draw.replaying.whole, timeout=TIMEOUT)
    plot, number = lecture.page.time_line.panel.plot, lecture.page.verdict.verdict
    whole, runs = plot.grab().toImage(), plot.runs
    assert runs
    assert number in plot.accessibleDescription()
    lecture.act("hide_verdict")
    assert not plot.runs  # ↑ and ↓ would lead to where the answer changed
    assert number not in plot.accessibleDescription()
    band = plot.frame.band.toRect()
    hidden = plot.grab(band).toImage()
    colours = {
        hidden.pixel(x, y) for x in range(hidden.width() - 8) for y in range(hidden.height())
    }
    assert len(colours) == 1
    lecture.qtbot.keyClick(plot, Qt.Key.Key_Home)  # a drag along it goes on
    assert plot.count == 1
    lecture.qtbot.keyClick(plot, Qt.Key.Key_End)
    lecture.act("hide_verdict")
    assert plot.runs == runs
    assert plot.grab().toImage() == whole


def test_the_canvas_does_not_say_how_many_digits_there_are(lecture: Lecture) -> None:
    canvas = lecture.page.canvas
    assert canvas.looks.marks
    lecture.act("hide_verdict")
    assert not canvas.looks.marks
    canvas.undo()
    lecture.read()
    canvas.redo()
    lecture.read()
    assert not canvas.looks.marks
    lecture.act("hide_verdict")
    assert canvas.looks.marks


def test_the_inspector_does_not_say_it(lecture: Lecture) -> None:
    page = lecture.page
    page.maps.pin(Unit(OUTPUT, 4))
    page.show_inspector(shown=True)
    assert page.inspector.inspected[0].competition is not None
    lecture.act("hide_verdict")
    assert page.inspector.inspected[0].competition is None
    lecture.act("saliency")
    view = page.inspector.saliency
    assert view is not None
    assert page.inspector.view is View.SALIENCY
    assert not lecture.program.draw.probing._asked  # nothing is on its way
    assert page.maps.saliency is None
    assert view.score.text() == ""
    lecture.act("hide_verdict")
    lecture.qtbot.waitUntil(lambda: page.maps.saliency is not None, timeout=TIMEOUT)
    lecture.qtbot.waitUntil(lambda: view.score.text() != "")
    lecture.act("hide_verdict")
    assert page.maps.saliency is None
    assert view.score.text() == ""


def test_no_label_and_no_file_name_proposes_it(
    lecture: Lecture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw, number, asked = lecture.program.draw, lecture.page.verdict.verdict, []
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *words: (asked.append(str(words[2])), ("", ""))[1]
    )
    assert draw.label_read() == number
    before = offers(lecture.page)
    draw.taking.save(offer_of(FLOW), ".png", Look())
    lecture.act("hide_verdict")
    assert draw.label_read() is None
    draw.taking.save(offer_of(FLOW), ".png", Look())
    named = [Path(one).name for one in asked]
    assert [number in name for name in named] == [True, False]
    left = {offer.key for offer in offers(lecture.page)}
    gone = {offer.key for offer in before} - left
    assert gone == {"page", "probabilities", "verdict", "segmentation_graph", "reading", "replay"}
    assert {"flow", "drawing", "C3"} <= left
