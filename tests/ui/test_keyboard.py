"""Without a mouse, and without eyes: Tab reaches every control, keys act on their page, and
everything has a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QScrollArea,
    QScrollBar,
    QTabBar,
    QTextBrowser,
    QWidget,
)
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.ink.files import Drawing
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.ui.draw.canvas import Canvas
from lenetpad.ui.draw.inspector.inspector import View
from lenetpad.ui.draw.inspector.panel import InspectorPanel
from lenetpad.ui.draw.inspector.patches_picture import PatchesPicture
from lenetpad.ui.draw.layer_help import LayerHelp
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.window import Window
from lenetpad.values.best_patches import BestPatches, Patch
from lenetpad.values.explanation import Unit
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading
from lenetpad.values.saliency import Saliency

UNIT = Unit("C3", 7, 4, 5)

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
    assert not [one for one in reached if not shows_focus(window, one)]


def shows_focus(window: Window, one: QWidget) -> bool:
    """Whether it can be seen that the keyboard is at a control, on it or on its frame."""
    one.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()  # an area scrolls to it
    here = QRect(one.mapTo(window, QPoint()), one.size()).adjusted(-2, -2, 2, 2)
    focused = window.grab(here).toImage()
    one.clearFocus()
    return window.grab(here).toImage() != focused


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


def nameless(root: QWidget) -> list[str]:
    """What below a widget a screen reader has no name for, of what can be used or looked at."""
    found = []
    for one in tree(QAccessible.queryAccessibleInterface(root)):
        widget = one.object()
        if isinstance(widget, QScrollBar):
            continue
        inside = isinstance(widget, QWidget) and isinstance(
            widget.parent(), QAbstractSpinBox | QComboBox | QTabBar | QScrollBar
        )
        by_tab = (
            isinstance(widget, QWidget)
            and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
            and widget.focusProxy() is None
        )
        needs_one = one.role() in NAMED_ROLES or by_tab
        if needs_one and not inside and not one.text(QAccessible.Text.Name).strip():
            found.append(f"{one.role()} {widget}")
    return found


@pytest.mark.parametrize("name", PAGES)
def test_everything_has_a_name(qtbot: QtBot, window: Window, name: str) -> None:
    open_page(qtbot, window, name)
    assert not nameless(window)


@pytest.mark.parametrize(
    "view", ["segmentation_graph", "space_displacement", "time_line", "compare_networks"]
)
def test_views_in_place_of_the_maps_are_reached_and_have_names(
    qtbot: QtBot, window: Window, view: str
) -> None:
    window.open_page("draw")
    window.actions_by_name[view].trigger()
    assert not nameless(window)
    test_tab_reaches_every_control_and_comes_back(qtbot, window, "draw")


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


# The inspector, layer help and the layer table


@pytest.fixture
def explained(
    qtbot: QtBot, make_program: Callable[..., Program], samples: list[Drawing]
) -> Iterator[DrawPage]:
    """A page that has read a digit, with a unit in the inspector, and a screen reader at work."""
    QAccessible.setActive(True)
    program = make_program()
    page = program.draw.page
    page.canvas.set_sheet(Sheet(samples[3].ink))
    qtbot.waitUntil(
        lambda: page.maps.reading is not None and page.maps.reading.digit is not None,
        timeout=60_000,
    )
    page.maps.pin(UNIT)
    program.window.activateWindow()
    qtbot.waitUntil(program.window.isActiveWindow)
    yield page
    QAccessible.setActive(False)


def show_view(page: DrawPage, view: View) -> None:
    """Show a view of the inspector with all that it can hold."""
    page.inspector.show_view(view)
    if view is View.BEST_PATCHES:
        patches = page.inspector.best_patches
        assert patches is not None
        patch = Patch(7, 3, 0.5, 0.6, 4, 5, 4, 5, 14, 14, np.eye(32, dtype=np.float32))
        nine = tuple(replace(patch, index=index) for index in range(9))
        patches.show_patches(BestPatches(UNIT, False, 99, nine, nine), "weights")
    elif view is View.SALIENCY:
        assert page.inspector.saliency is not None
        picture = np.ones((32, 32), np.float32)
        page.inspector.saliency.show_score(Saliency(picture, 2.5, (3,)))


def tabbed(start: QWidget, root: QWidget) -> list[QWidget]:
    """What of ``root`` Tab reaches from a widget on, until it leaves it or is back."""
    start.setFocus()
    reached: list[QWidget] = []
    for _ in range(100):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused is not start and (not root.isAncestorOf(focused) or focused in reached[:-1]):
            return reached
        if focused not in reached[-1:]:  # else it went on within: to a link, to another tab
            reached.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
        if reached[0] is start and QApplication.focusWidget() is start and len(reached) > 1:
            return reached
    pytest.fail(f"Tab does not get out of {reached[-3:]}")


def controls(root: QWidget) -> set[QWidget]:
    """What of a widget can be used."""
    return {
        widget
        for widget in root.findChildren(QWidget)
        if isinstance(widget, (*REACHED, InspectorPanel, PatchesPicture, QTextBrowser))
        and not isinstance(widget, QScrollBar)
        and widget.isVisible()
        and widget.isEnabled()
        and not isinstance(widget.parentWidget(), REACHED)
    }


def check_reached(reached: list[QWidget], root: QWidget) -> None:
    """Every control is, and shows that the keyboard is there."""
    parts = {part for one in reached for part in (one, one.parentWidget())}
    missed = [f"{type(one).__name__} {one.accessibleName()}" for one in controls(root) - parts]
    assert not missed
    for one in reached:
        one.setFocus()
        focused = one.grab().toImage()
        one.clearFocus()
        assert one.grab().toImage() != focused, f"{one} does not show its focus"


@pytest.mark.parametrize("view", list(View))
def test_tab_goes_through_the_inspector_from_top_to_bottom(
    explained: DrawPage, view: View
) -> None:
    inspector = explained.inspector
    show_view(explained, view)
    reached = tabbed(explained.maps, inspector)[1:]
    places = [QRect(one.mapTo(inspector, QPoint()), one.size()) for one in reached]
    assert all(below.bottom() > above.top() for above, below in pairwise(places))
    check_reached(reached, inspector)


@pytest.mark.parametrize("view", list(View))
def test_everything_in_the_inspector_has_a_name(explained: DrawPage, view: View) -> None:
    show_view(explained, view)
    assert not nameless(explained.inspector)


def test_the_keyboard_goes_back_to_the_maps_when_the_inspector_closes(
    explained: DrawPage,
) -> None:
    explained.inspector.arithmetic.setFocus()
    for _ in range(2):  # the unit is let go of first
        explained.escape()
    assert not explained.inspector_shown
    assert QApplication.focusWidget() is explained.maps


def test_the_arithmetic_is_said_in_words(explained: DrawPage) -> None:
    panel = explained.inspector.arithmetic
    words = panel.accessibleDescription()
    assert words.startswith("C3 map 7 (4, 5): ")
    assert "S2 map 1 adds " in words
    for _ in range(2):
        QTest.keyClick(panel, Qt.Key.Key_Right)
    product = panel.accessibleDescription().removesuffix(f"; {words}")
    term = panel.inspected[0].explanation.terms[0]
    found = re.fullmatch(r"S2 map 1 \(4, 6\): (\S+) × (\S+) = (\S+)", product)
    assert found is not None
    value, weight, total = (float(text.replace("−", "-")) for text in found.groups())
    assert value == pytest.approx(term.patch[0, 1], abs=1e-3)
    assert weight == pytest.approx(term.weights[0, 1], abs=1e-3)
    assert total == pytest.approx(term.products[0, 1], abs=1e-3)


def test_single_units_and_answers_are_said_in_words(explained: DrawPage) -> None:
    panel, maps = explained.inspector.arithmetic, explained.maps
    maps.pin(Unit("F6", 30))
    assert len(re.findall(r"C5 unit \d+ adds \+", panel.accessibleDescription())) == 3
    assert len(re.findall(r"C5 unit \d+ adds −", panel.accessibleDescription())) == 3
    ranked = explained.probabilities.in_words()
    maps.pin(Unit("output", 3))
    assert panel.accessibleDescription().endswith(ranked)
    QTest.keyClick(panel, Qt.Key.Key_Right)
    assert re.match(r"F6 unit 0: \(\S+ − \S+\)² = ", panel.accessibleDescription())
    maps.let_go()
    assert panel.accessibleDescription() == ranked


def test_how_fast_the_kernel_slides_is_said(explained: DrawPage) -> None:
    speed = explained.inspector.sliding_bar.speed
    assert speed.accessibleName() == "Speed: 10 units a second"
    QTest.keyClick(speed, Qt.Key.Key_Right)
    assert speed.accessibleName() == "Speed: 25 units a second"
    QTest.keyClick(speed, Qt.Key.Key_Home)
    assert speed.accessibleName() == "Speed: 1 unit a second"


def test_best_patches_are_walked_by_keyboard(qtbot: QtBot, explained: DrawPage) -> None:
    show_view(explained, View.BEST_PATCHES)
    view = explained.inspector.best_patches
    assert view is not None
    picture, area = view.picture, view.findChild(QScrollArea)
    assert area is not None
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    picture.setFocus()
    for key, index in (
        (Qt.Key.Key_Right, 0),
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Down, 4),
        (Qt.Key.Key_Left, 3),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_Up, 0),
    ):
        QTest.keyClick(picture, key)
        assert picture.accessibleDescription().startswith(f"Image {index}, label 3: value 0.5")
    for _ in range(6):
        QTest.keyClick(picture, Qt.Key.Key_Down)
    last = picture.cells[-1][0].toRect()
    assert (
        area.viewport()
        .rect()
        .contains(QRect(picture.mapTo(area.viewport(), last.topLeft()), last.size()))
    )


def test_what_is_kept_and_what_is_held_is_said(qtbot: QtBot, explained: DrawPage) -> None:
    maps = explained.maps
    maps.point(maps.pointed_of(UNIT))
    assert maps.accessibleDescription().endswith(", kept")
    QTest.keyClick(maps, Qt.Key.Key_X)
    qtbot.waitUntil(lambda: bool(maps.holds))
    assert maps.accessibleDescription().endswith(", off, kept")
    maps.let_go()
    assert maps.accessibleDescription().endswith(", off")
    maps.point(maps.pointed_of(Unit("C3", 6, 4, 5)))
    assert "off" not in maps.accessibleDescription()


def test_layer_help_by_keyboard(explained: DrawPage) -> None:
    maps = explained.maps
    maps.setFocus()
    QTest.keyClick(maps, Qt.Key.Key_H)
    panel = explained.findChild(LayerHelp)
    assert panel is not None
    assert panel.accessibleName() == "Layer help"
    assert not nameless(panel)
    check_reached(tabbed(panel.text, panel), panel)
    panel.text.setFocus()
    QTest.keyClick(panel.text, Qt.Key.Key_Tab)
    QTest.keyClick(panel.text, Qt.Key.Key_Return)
    assert panel.text.accessibleName() != "C3"
    assert not nameless(panel)
    check_reached(tabbed(panel.text, panel), panel)
    panel.text.setFocus()
    QTest.keyClick(panel.text, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is maps


def test_the_layer_table_by_keyboard(qtbot: QtBot, explained: DrawPage) -> None:
    window = explained.window()
    assert isinstance(window, Window)
    window.actions_by_name["layers"].trigger()
    dialog = window.layers
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    for tab in range(2):
        dialog.tabs.setCurrentIndex(tab)
        assert not nameless(dialog)
        bar = dialog.tabs.tabBar()
        check_reached(tabbed(bar, dialog), dialog)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.layers is None)
