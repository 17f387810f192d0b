"""Every page by its row: tab, menu, shortcut, theme, header, failures, vote and end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QLabel, QMenu, QToolButton
from pytestqt.qtbot import QtBot

from lenetpad import app
from lenetpad.app import Program
from lenetpad.controllers.page_controller import PageRow
from lenetpad.controllers.registry import PAGES
from lenetpad.ui.widgets.theme import ThemeChoice
from tests.controllers.fifth_page import BROKEN, ROW, NotesController, NotesPage

PATIENCE = 120_000


@pytest.fixture
def with_notes(program: Program, make_program: Callable[..., Program]) -> Program:
    """A program with a page more; no network comes, as in the other."""
    program.close()
    return make_program(pages=(*PAGES, ROW, BROKEN))


def opened(qtbot: QtBot, program: Program) -> tuple[NotesPage, NotesController]:
    program.window.open_page("notes")
    controller = cast(NotesController, program.controllers["notes"])
    qtbot.waitUntil(lambda: controller.page is not None)
    assert controller.page is not None
    return controller.page, controller


def refuse(program: Program) -> bool:
    """Whether the window refuses to close."""
    event = QCloseEvent()
    program.window.closeEvent(event)
    return not event.isAccepted()


@pytest.mark.parametrize("row", PAGES, ids=[row.spec.name for row in PAGES])
def test_each_row_makes_a_page_that_opens(qtbot: QtBot, program: Program, row: PageRow) -> None:
    name = row.spec.name
    program.window.actions_by_name[name].trigger()
    qtbot.waitUntil(lambda: name in program.window.page_widgets, timeout=PATIENCE)
    assert program.window.shown_page is program.controllers[name].page
    assert program.window.open_page_name == name


def test_a_page_costs_nothing_before_it_is_opened(with_notes: Program) -> None:
    assert list(with_notes.controllers) == ["draw"]
    assert list(with_notes.window.page_widgets) == ["draw"]


def test_a_row_gives_tab_menu_entry_and_shortcut(qtbot: QtBot, with_notes: Program) -> None:
    window = with_notes.window
    tabs = window.header.page_tabs
    titles = ["Draw", "Train", "Evaluate", "Notes", "Broken"]
    assert [tabs.tabText(place) for place in range(tabs.count())] == titles
    [view] = [menu for menu in window.menuBar().actions() if menu.text() == "&View"]
    menu = view.menu()
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions()][:5] == titles
    assert "Write notes" in window.actions_by_name["notes"].toolTip()
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_9, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "notes" in window.page_widgets)
    assert tabs.currentIndex() == 3
    tabs.setCurrentIndex(0)
    assert window.shown_page is with_notes.draw.page
    tabs.setCurrentIndex(3)
    assert window.shown_page is window.page_widgets["notes"]


def test_its_controller_hears_of_each_opening(qtbot: QtBot, with_notes: Program) -> None:
    _, controller = opened(qtbot, with_notes)
    assert (controller.connected, controller.opened) == (1, 1)
    with_notes.window.open_page("draw")
    with_notes.window.open_page("notes")
    assert (controller.connected, controller.opened) == (1, 2)


def test_asked_for_twice_it_is_built_once(qtbot: QtBot, with_notes: Program) -> None:
    for name in ("notes", "draw", "notes", "draw"):
        with_notes.window.open_page(name)
    page, controller = opened(qtbot, with_notes)
    controller.open_page()  # as when the import took so long that the page was asked for again
    answers: list[None] = []
    for turns in range(1, 10):  # more than the import and the building take
        controller.jobs.run("turn", lambda: None, answers.append)
        qtbot.waitUntil(lambda turns=turns: len(answers) == turns)
    assert controller.connected == 1
    assert with_notes.window.page_widgets["notes"] is page


def test_the_header_shows_its_tools_while_it_is_open(qtbot: QtBot, with_notes: Program) -> None:
    page, _ = opened(qtbot, with_notes)
    header = with_notes.window.header
    with_notes.window.resize(1600, 800)  # one with a fourth page has room for all of it

    def seen() -> set[str]:
        """The names of the buttons' actions, and the boxes' titles, that are visible."""
        buttons = [button for button in header.findChildren(QToolButton) if button.isVisible()]
        titles = [label for label in header.findChildren(QLabel) if label.isVisible()]
        return {b.defaultAction().objectName() for b in buttons} | {t.text() for t in titles}

    assert {"about", "Paper", "Network", "theme"} <= seen()
    assert not {"open", "Colours"} & seen()
    assert page.box.isVisible()
    with_notes.window.open_page("draw")
    assert {"open", "Colours", "Network", "theme"} <= seen()
    assert not {"about", "Paper"} & seen()
    assert not page.box.isVisible()


def test_it_follows_the_theme(qtbot: QtBot, with_notes: Program) -> None:
    with_notes.window.set_theme(ThemeChoice.DARK)
    page, _ = opened(qtbot, with_notes)
    assert page.themes == ["dark"]
    with_notes.window.open_page("draw")
    with_notes.window.set_theme(ThemeChoice.LIGHT)
    qtbot.waitUntil(lambda: page.themes[-1] == "light")


def test_its_vote_keeps_the_window_open_and_its_end_is_waited_for(
    qtbot: QtBot, with_notes: Program
) -> None:
    assert with_notes.may_close()  # a page that was never opened has no vote
    page, controller = opened(qtbot, with_notes)
    assert refuse(with_notes)
    assert with_notes.window.isVisible()
    assert (controller.asked, controller.kept, page.closed) == (1, 0, 0)
    controller.vote = True
    assert with_notes.window.close()
    assert (controller.asked, controller.kept, page.closed) == (2, 1, 1)
    done: list[int] = []
    controller.jobs.run("too late", lambda: done.append(1))
    assert done == []


def test_after_the_end_nothing_is_begun(with_notes: Program) -> None:
    with_notes.close()
    with_notes.window.open_page("notes")
    assert list(with_notes.controllers) == ["draw"]


@pytest.mark.expected_log
def test_its_failures_are_on_its_banner_and_in_the_log(
    qtbot: QtBot, with_notes: Program, caplog: pytest.LogCaptureFixture
) -> None:
    page, controller = opened(qtbot, with_notes)
    with_notes.window.open_page("draw")
    controller.fail("no paper")
    qtbot.waitUntil(lambda: page.banner.text == "no paper")
    assert not with_notes.draw.page.banner.isVisible()
    assert "a note failed: no paper" in caplog.text
    assert "Traceback" in caplog.text


@pytest.mark.expected_log
def test_a_page_that_cannot_be_imported_says_so_in_its_place(
    qtbot: QtBot, with_notes: Program
) -> None:
    window = with_notes.window
    window.open_page("broken")

    def explained() -> bool:
        shown = window.page_stack.currentWidget()
        return isinstance(shown, QLabel) and "no_such_page" in shown.text()

    qtbot.waitUntil(explained)
    window.open_page("notes")  # somebody waits for another page by now
    with_notes.controllers["broken"].show_notice("too late")
    shown = window.page_stack.currentWidget()
    assert isinstance(shown, QLabel)
    assert shown.text() == "Loading …"
    qtbot.waitUntil(lambda: "notes" in window.page_widgets)


def test_an_unexpected_error_is_told_on_the_page_that_is_open(
    qtbot: QtBot,
    with_notes: Program,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    page, _ = opened(qtbot, with_notes)
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    app.report_uncaught(with_notes)
    sys.excepthook(ValueError, ValueError("odd"), None)
    assert page.banner.text == "Something went wrong: odd"
    assert not with_notes.draw.page.banner.isVisible()
    assert "odd" in caplog.text
