"""The banner: each kind in its own colours, and a button for what can be done."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from lenetpad.ui.widgets.banner import BREAK
from lenetpad.ui.widgets.page import Page
from lenetpad.ui.widgets.theme import DARK, LIGHT, Theme
from tests.contrast import contrast, luminance, pixels

#: As long as a message of the program's may be.
LONG = ("/a/long/path/to/some/file.safetensors cannot be read; " * 6)[:300]


def test_each_kind_is_written_in_its_own_colour(qtbot: QtBot) -> None:
    page = Page(LIGHT)
    qtbot.addWidget(page)
    page.show()
    (label,) = page.banner.findChildren(QLabel)
    page.banner.warn("wrong")
    assert label.palette().windowText().color().name() == LIGHT.on_warning
    page.banner.note("good to know")
    assert label.palette().windowText().color().name() == LIGHT.text
    page.banner.warn("wrong again")
    assert label.palette().windowText().color().name() == LIGHT.on_warning
    page.hide()


def test_an_offer_has_a_button_and_other_messages_have_none(qtbot: QtBot) -> None:
    page = Page(LIGHT)
    qtbot.addWidget(page)
    page.show()
    (button,) = page.banner.findChildren(QPushButton)
    done: list[str] = []
    page.banner.offer("Reading …", "Cancel", lambda: done.append("cancelled"))
    assert button.isVisible()
    button.click()
    assert done == ["cancelled"]
    assert not page.banner.isVisible()
    page.banner.warn("wrong")
    assert not button.isVisible()
    page.hide()


def test_what_stays_wrong_comes_back_until_it_is_over(qtbot: QtBot) -> None:
    page = Page(LIGHT)
    qtbot.addWidget(page)
    page.show()
    banner = page.banner
    banner.stand("What you write is not kept")
    banner.note("several drawings")
    assert banner.text == "several drawings"
    banner.put_away()
    assert banner.text == "What you write is not kept"
    banner.offer("Reading …", "Cancel", banner.hide)
    banner.stand("")
    assert banner.text == "Reading …"
    banner.put_away()
    assert not banner.isVisible()
    banner.stand("What you write is not kept")
    banner.stand("")
    assert not banner.isVisible()
    page.hide()


def contrast_in(banner: QWidget, part: QWidget) -> float:
    """Between the lightest and the darkest of what is painted in the middle of a part."""
    image = pixels(banner.grab(part.geometry().adjusted(6, 4, -6, -4)).toImage())
    painted = sorted(set(map(tuple, image.reshape(-1, 3).tolist())), key=luminance)
    return contrast(painted[0], painted[-1])


@pytest.mark.parametrize("later", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_messages_are_readable_in_both_themes(qtbot: QtBot, theme: Theme, later: bool) -> None:
    other = DARK if theme is LIGHT else LIGHT
    page = Page(other if later else theme)
    qtbot.addWidget(page)
    page.resize(800, 200)
    page.banner.lie_over(QRect(10, 10, 700, 40))
    page.show()
    for show in (
        lambda: page.banner.warn("What is wrong"),
        lambda: page.banner.note("Good to know"),
        lambda: page.banner.offer("Deleted 3 runs", "Undo", page.hide),
    ):
        show()
        page.set_theme(theme)
        for kind in (QLabel, QToolButton, QPushButton):
            (part,) = page.banner.findChildren(kind)
            if part.isVisible():
                assert contrast_in(page.banner, part) >= 4.5, (show, kind)
    page.hide()


@pytest.mark.parametrize("upwards", [False, True])
@pytest.mark.parametrize("width", [250, 400, 900])
def test_a_banner_grows_until_its_message_is_whole(
    qtbot: QtBot, width: int, upwards: bool
) -> None:
    page = Page(LIGHT)
    qtbot.addWidget(page)
    page.resize(1000, 500)
    area = QRect(20, 330 if upwards else 200, width, 30)
    page.banner.lie_over(area, upwards=upwards)
    page.show()
    (label,) = page.banner.findChildren(QLabel)
    page.banner.offer(LONG, "Undo", page.hide)
    label.parentWidget().layout().activate()
    assert label.height() >= label.heightForWidth(label.width())
    edges = (page.banner.geometry().top(), page.banner.geometry().bottom())
    assert edges[1 if upwards else 0] == (area.bottom() if upwards else area.top())
    page.banner.note("short")
    assert page.banner.geometry().height() <= area.height() + 8
    page.hide()


def test_a_message_without_room_is_cut_in_its_middle_and_whole_in_its_tip(qtbot: QtBot) -> None:
    page = Page(LIGHT)
    qtbot.addWidget(page)
    page.resize(900, 110)
    page.show()
    (label,) = page.banner.findChildren(QLabel)
    message = "Wrote curves.png to /home/ann/papers and talks/on digits/" + "deep/" * 40 + "last"

    def shown() -> str:
        return label.text().replace(BREAK, "")

    page.banner.lie_over(QRect(0, 0, 290, 56))
    page.banner.note(message, "Show in folder", lambda: None)
    assert page.banner.text == message
    assert label.toolTip().replace(BREAK, "") == message
    begin, _, end = shown().partition("…")
    assert begin.startswith("Wrote c")
    assert end.endswith("last")
    room = QRect(0, 0, label.width(), 10_000)
    needed = label.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, label.text())
    assert needed.height() <= label.height()
    page.banner.lie_over(QRect(0, 0, 880, 200))
    assert shown() == message
    page.banner.warn("wrong")
    assert shown() == "wrong"
    page.hide()


def test_what_is_taken_back_is_a_message_that_is_still_there_and_no_other(qtbot: QtBot) -> None:
    page = Page(LIGHT)
    qtbot.addWidget(page)
    page.banner.note("ours")
    page.banner.warn("another's")
    page.banner.take_back("ours")
    page.banner.take_back("")
    assert not page.banner.isHidden()
    page.banner.take_back("another's")
    assert page.banner.isHidden()
    page.banner.stand("this stays wrong")
    page.banner.note("ours")
    page.banner.take_back("ours")
    assert not page.banner.isHidden()
    assert page.banner.text == "this stays wrong"
