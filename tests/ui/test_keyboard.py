"""Without a mouse, and without eyes: Tab reaches every control, keys act on their page, and
everything has a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QScrollBar,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.ui.draw.canvas import Canvas
from lenetpad.ui.window import Window
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading

PAGES = ("draw", "train", "evaluate")
REACHED = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QTabBar,
    Canvas,
)
NAMED_ROLES = {
    QAccessible.Role.PushButton,
    QAccessible.Role.CheckBox,
    QAccessible.Role.ComboBox,
    QAccessible.Role.SpinBox,
    QAccessible.Role.Slider,
    QAccessible.Role.EditableText,
    QAccessible.Role.Table,
    QAccessible.Role.List,
    QAccessible.Role.ProgressBar,
    QAccessible.Role.PageTabList,
    QAccessible.Role.PageTab,
    QAccessible.Role.ButtonMenu,
    QAccessible.Role.MenuItem,
    QAccessible.Role.Graphic,
    QAccessible.Role.Canvas,
}


@pytest.fixture
def window(qtbot: QtBot, program: Program) -> Window:
    """A window whose pages are all there."""
    for name in PAGES:
        program.window.open_page(name)
        qtbot.waitUntil(
            lambda name=name: program.window.shown_page is program.window.page_widgets.get(name, 0)
        )
    program.window.activateWindow()
    return program.window


def open_page(qtbot: QtBot, window: Window, name: str) -> QWidget:
    window.open_page(name)
    qtbot.waitUntil(lambda: window.shown_page is window.page_widgets[name])
    page = window.shown_page
    assert page is not None
    return page


@pytest.mark.parametrize("name", PAGES)
def test_tab_reaches_every_control_and_comes_back(qtbot: QtBot, window: Window, name: str) -> None:
    page = open_page(qtbot, window, name)
    wanted = {
        widget
        for root in (page, window.header)
        for widget in root.findChildren(QWidget)
        if isinstance(widget, REACHED)
        and not isinstance(widget, QScrollBar)
        and widget.isVisible()
        and widget.isEnabled()
        and not isinstance(widget.parentWidget(), REACHED)
    }
    window.header.page_tabs.setFocus()
    reached: list[QWidget] = []
    for _ in range(2 * len(wanted) + 20):
        focused = QApplication.focusWidget()
        assert focused is not None
        if reached and focused is reached[0]:
            break
        reached.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    else:
        pytest.fail(f"Tab does not come back: {[type(one).__name__ for one in reached[-5:]]}")
    parts = {part for one in reached for part in (one, one.parentWidget())}
    missed = [f"{type(one).__name__} {one.accessibleName()}" for one in wanted - parts]
    assert not missed


def test_keys_of_the_canvas_do_nothing_on_other_pages(qtbot: QtBot, window: Window) -> None:
    draw = window.page_widgets["draw"]
    canvas = draw.findChild(Canvas)
    assert canvas is not None
    canvas.set_sheet(Sheet(Ink.of([[[10, 10], [500, 500]]])))
    before = canvas.sheet
    for name in ("train", "evaluate"):
        page = open_page(qtbot, window, name)
        for key in (Qt.Key.Key_Delete, Qt.Key.Key_E, Qt.Key.Key_BracketLeft):
            QTest.keyClick(page, key)
        QTest.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert not window.actions_by_name["clear"].isEnabled()
    assert canvas.sheet == before
    assert not canvas.erasing
    open_page(qtbot, window, "draw")
    assert window.actions_by_name["clear"].isEnabled()
    assert not window.actions_by_name["redo"].isEnabled()  # for it can do nothing
    QTest.keyClick(draw, Qt.Key.Key_Delete)
    assert not canvas.sheet


def tree(interface: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    """All that a screen reader finds below something, and is not hidden."""
    for number in range(interface.childCount()):
        child = interface.child(number)
        if child is not None and child.isValid() and not child.state().invisible:
            yield child
            yield from tree(child)


@pytest.mark.parametrize("name", PAGES)
def test_everything_has_a_name(qtbot: QtBot, window: Window, name: str) -> None:
    open_page(qtbot, window, name)
    nameless = []
    for one in tree(QAccessible.queryAccessibleInterface(window)):
        widget = one.object()
        if isinstance(widget, QScrollBar) or one.role() not in NAMED_ROLES:
            continue
        inside = widget is not None and isinstance(
            widget.parent(), QAbstractSpinBox | QComboBox | QTabBar | QScrollBar
        )
        if not inside and not one.text(QAccessible.Text.Name).strip():
            nameless.append(f"{one.role()} {widget}")
    assert not nameless


def test_what_is_painted_is_said_in_words(
    qtbot: QtBot,
    program: Program,
    model: Callable[..., ModelReady],
    reading: Callable[..., Reading],
) -> None:
    page = program.draw.page
    page.show_model(model())
    page.show_reading(reading())
    assert page.verdict.accessibleName() == f"Verdict: {page.verdict.verdict}"
    best = page.probabilities.in_words().split(",")[0]
    assert best.startswith(f"{page.verdict.verdict}: ")
    assert best.endswith("%")
    QTest.mouseMove(page.maps, page.maps.placed["C3"].cells[0].center().toPoint())
    qtbot.waitUntil(lambda: page.maps.pointed is not None)
    assert page.maps.accessibleDescription().startswith("C3, map 0, unit (")
