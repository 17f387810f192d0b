"""The bar: words that a hall can read, nothing cut off, and nothing that jumps."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lenetpad.ui.lessons.bar import LessonBar, Page
from lenetpad.ui.lessons.markup import as_html, plain
from lenetpad.ui.widgets.theme import DARK
from lenetpad.ui.window import Window

PAGES = (
    Page("Short."),
    Page("**A long one.** " + "Many words that go over several lines of the bar. " * 6),
    Page("With a task.", "Write a *7* & a <bar>"),
)


@pytest.fixture
def bar(window: Window) -> LessonBar:
    bar = LessonBar(window.actions_by_name, window.theme, window)
    window.lay_below(bar)
    bar.show_lesson("A lesson", PAGES)
    bar.show()
    return bar


@pytest.mark.parametrize("size", [(860, 560), (1024, 768), (1920, 1080), (3840, 2160)])
def test_every_step_has_room_and_nothing_jumps(
    qtbot: QtBot, window: Window, bar: LessonBar, size: tuple[int, int]
) -> None:
    window.resize(*size)
    qtbot.waitUntil(lambda: window.size() == QSize(*size) and not window.restyling)
    tops = set()
    for place in range(len(PAGES)):
        bar.show_step(place)
        QApplication.processEvents()
        tops.add((bar.geometry().top(), bar.words.y(), bar.task.y()))
        for label in (bar.words, bar.task):
            assert label.height() >= label.heightForWidth(label.width())
            assert bar.rect().contains(label.geometry())
    assert len(tops) == 1
    assert bar.height() <= 0.4 * size[1]
    if size[1] >= 768:
        least = min(label.font().pixelSize() for label in (bar.words, bar.task, bar.place))
        assert least >= 0.022 * size[1]


def test_it_says_where_one_is_and_what_is_done(bar: LessonBar) -> None:
    bar.show_step(2)
    assert bar.place.text() == "A lesson · 3 of 3"
    assert "☐" in bar.task.text()
    assert "Write a <i>7</i> &amp; a &lt;bar&gt;" in bar.task.text()
    bar.show_step(2, done=True)
    assert "☑" in bar.task.text()
    assert "3 of 3" in bar.accessibleDescription()
    bar.set_theme(DARK)
    assert DARK.accent in bar.task.text()
    bar.show_step(0)
    assert bar.task.text() == ""


def test_words_have_a_little_markup() -> None:
    assert as_html("**C1** & *one*\nline\n\n`a < b`") == (
        "<p><b>C1</b> &amp; <i>one</i> line</p><p><code>a &lt; b</code></p>"
    )
    assert plain("**C1** is\n*it*") == "C1 is it"


def test_the_page_keeps_its_room_when_it_goes(
    qtbot: QtBot, window: Window, bar: LessonBar
) -> None:
    QApplication.processEvents()
    before = window.page_stack.height()
    bar.hide()
    QApplication.processEvents()
    assert window.page_stack.height() == before + bar.height()
