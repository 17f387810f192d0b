"""Every page in every size: nothing lies over anything, nothing is cut, nothing lies outside."""

from __future__ import annotations

from functools import partial
from itertools import combinations

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QLabel,
    QPushButton,
    QScrollBar,
    QTabBar,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.ink.replay import replay_of
from lenetpad.ink.strokes import Ink
from lenetpad.ui.draw.canvas import Canvas
from lenetpad.ui.draw.inspector.views import View
from lenetpad.ui.draw.numbers.views import InPlace
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.draw.panel import ReadingPanel
from lenetpad.ui.evaluate.page import EvaluatePage
from lenetpad.ui.theme_switch import ZOOMS
from lenetpad.ui.window import SMALLEST, Window

PAGES = ("draw", "train", "evaluate")
SIZES = [
    (SMALLEST.width(), SMALLEST.height()),
    (860, 560),
    (1024, 700),
    (1280, 720),
    (1280, 800),
    (1920, 1080),
]
CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QTabBar,
    Canvas,
    ReadingPanel,
)


def controls(root: QWidget) -> list[QWidget]:
    """What a user sees and uses, without the parts of a control."""
    found: list[QWidget] = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, CONTROLS):
            continue
        if isinstance(widget, QScrollBar) or (isinstance(widget, QLabel) and not widget.text()):
            continue
        above = widget.parentWidget()
        while above is not None and above is not root and not isinstance(above, CONTROLS):
            above = above.parentWidget()
        if above is None or above is root:
            found.append(widget)
    return found


def place(widget: QWidget, root: QWidget) -> QRect:
    """The part of a widget that no scrolled area cuts away, in its page."""
    rect = QRect(widget.mapTo(root, widget.rect().topLeft()), widget.size())
    above = widget.parentWidget()
    while above is not None and above is not root:
        area = above.parentWidget()
        if isinstance(area, QAbstractScrollArea) and area.viewport() is above:
            rect &= QRect(above.mapTo(root, above.rect().topLeft()), above.size())
        above = area
    return rect


def text_of(widget: QWidget) -> str:
    """What is written on a control, and must be readable."""
    if isinstance(widget, QComboBox):
        return widget.currentText()
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text()
    return ""


def is_cut(widget: QWidget) -> bool:
    """Whether a control shows less than it says."""
    text = text_of(widget)
    if not text:
        return False
    if isinstance(widget, QToolButton) and not widget.icon().isNull():
        return widget.width() < widget.sizeHint().width()
    if isinstance(widget, QPushButton | QCheckBox | QToolButton):
        return widget.width() < widget.sizeHint().width()
    if isinstance(widget, QComboBox):
        room = widget.width() - (widget.sizeHint().width() - widget.minimumSizeHint().width())
        return widget.fontMetrics().horizontalAdvance(text) > max(room, widget.width() - 44)
    if isinstance(widget, QLabel):
        if widget.wordWrap():
            return widget.height() < widget.heightForWidth(widget.width())
        return widget.width() < widget.sizeHint().width()
    return False


def faults(page: QWidget) -> list[str]:
    """What is wrong with a page as it lies."""
    found = []
    shown = [(widget, place(widget, page)) for widget in controls(page)]
    shown = [(widget, rect) for widget, rect in shown if not rect.isEmpty()]
    for (one, here), (other, there) in combinations(shown, 2):
        over = here & there
        if over.width() > 1 and over.height() > 1:
            found.append(f"{named(one)} and {named(other)} lie over each other: {over}")
    for widget, rect in shown:
        if not page.rect().contains(rect):
            found.append(f"{named(widget)} lies outside: {rect} of {page.rect()}")
        if is_cut(widget) and not widget.toolTip():
            found.append(f"{named(widget)} is cut: {widget.size()}, not {widget.sizeHint()}")
    return found


def named(widget: QWidget) -> str:
    """A widget, to be found again."""
    name = text_of(widget) or widget.accessibleName() or widget.objectName()
    return f"{type(widget).__name__} {name[:40]!r}"


def test_the_test_itself_finds_faults(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(200, 100)
    over, under, outside = (QPushButton(text, page) for text in ("over", "under", "outside"))
    over.setGeometry(10, 10, 80, 30)
    under.setGeometry(50, 20, 80, 30)
    outside.setGeometry(150, 60, 80, 30)
    cut = QLabel("a long text that is cut", page)
    cut.setGeometry(0, 70, 30, 20)
    page.show()
    words = " ".join(faults(page))
    assert "'over' and QPushButton 'under' lie over" in words
    assert "'outside' lies outside" in words
    assert "'a long text that is cut' is cut" in words
    assert words.count("cut:") == 1


def check(qtbot: QtBot, window: Window, name: str, size: QSize) -> None:
    """Open a page in a window of a size, and see that nothing is wrong once it has settled."""
    window.open_page(name)
    window.resize(size)
    qtbot.waitUntil(lambda: window.size() == size and not window.restyling)

    def nothing_is_wrong() -> None:
        assert window.shown_page is not None
        assert (name, size, faults(window.shown_page)) == (name, size, [])
        assert (name, size, faults(window.header)) == (name, size, [])

    qtbot.waitUntil(nothing_is_wrong)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_no_page_has_a_fault_in_any_size(
    qtbot: QtBot, full: Window, width: int, height: int
) -> None:
    for name in PAGES:
        check(qtbot, full, name, QSize(width, height))


@pytest.mark.parametrize("zoom", [zoom for zoom in ZOOMS if zoom in (0.75, 1.25, 1.5, 2.0, 2.5)])
def test_no_page_has_a_fault_at_any_zoom(qtbot: QtBot, full: Window, zoom: float) -> None:
    while full.zoom != zoom:
        full.actions_by_name["larger" if full.zoom < zoom else "smaller"].trigger()
    for name in PAGES:
        for size in (SMALLEST, QSize(1280, 800)):
            check(qtbot, full, name, size)


@pytest.mark.parametrize("zoom", [0.75, 1.0, 1.5, 2.5])
def test_a_wide_canvas_has_room_for_twelve_digits_above_all_else(
    qtbot: QtBot, full: Window, zoom: float
) -> None:
    page = full.page_widgets["draw"]
    assert isinstance(page, DrawPage)
    page.set_wide(wide=True)
    while full.zoom != zoom:
        full.actions_by_name["larger" if full.zoom < zoom else "smaller"].trigger()
    for size in SIZES:
        check(qtbot, full, "draw", QSize(*size))
        canvas = page.canvas.geometry()
        # As wide as twelve digits that are two thirds as high as the strip.
        assert canvas.width() > 12 * 0.6 * 0.65 * canvas.height() or zoom > 1.5
        assert canvas.bottom() < min(page.maps.y(), page.probabilities.y())
    page.set_wide(wide=False)
    check(qtbot, full, "draw", QSize(1280, 800))
    assert page.canvas.width() == page.canvas.height()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize(("zoom", "tray"), [(1.0, False), (1.75, False), (1.0, True)])
def test_every_view_of_the_inspector_fits(
    qtbot: QtBot, full: Window, size: tuple[int, int], zoom: float, tray: bool, wide: bool
) -> None:
    page = full.page_widgets["draw"]
    assert isinstance(page, DrawPage)
    full.open_page("draw")
    page.show_tray(shown=tray)
    page.set_wide(wide=wide)
    page.show_inspector(shown=True)
    full.resize(*size)
    while full.zoom < zoom:
        full.actions_by_name["larger"].trigger()
    qtbot.waitUntil(lambda: not full.restyling)
    for view in View:
        page.inspector.show_view(view)
        qtbot.waitUntil(partial(nothing_is_cut, page))
        if page.inspector.holding.isHidden():
            page.inspector.hold_shown.click()
            qtbot.waitUntil(partial(nothing_is_cut, page))
        assert page.inspector.sliding_bar.speed.width() >= 40
        assert page.inspector.geometry() == page.probabilities.geometry()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("zoom", "tray", "wide"),
    [(1.0, False, False), (1.75, False, False), (1.0, True, False), (1.0, False, True)],
)
def test_every_view_of_a_number_fits(
    qtbot: QtBot, full: Window, size: tuple[int, int], zoom: float, tray: bool, wide: bool
) -> None:
    page = full.page_widgets["draw"]
    assert isinstance(page, DrawPage)
    full.open_page("draw")
    page.show_tray(shown=tray)
    page.set_wide(wide=wide)
    full.resize(*size)
    while full.zoom < zoom:
        full.actions_by_name["larger"].trigger()
    qtbot.waitUntil(lambda: not full.restyling)
    views, areas = page.number_views, set()
    for name in (InPlace.GRAPH, InPlace.SLIDING, InPlace.MAPS):
        views.show_view(name)
        qtbot.waitUntil(lambda: faults(page) == [])
        shown = [view for view in (views.view, page.maps) if view and view.isVisible()]
        whole = shown[0].geometry()
        for view in shown[1:]:
            assert not view.geometry().intersects(whole)
            whole = whole.united(view.geometry())
        areas.add((whole.left(), whole.top(), whole.width(), whole.height()))
        if (view := views.view) is not None:
            assert not view.geometry().intersects(page.probabilities.geometry())
            assert all(view.rect().contains(place(one, view)) for one in controls(view))
            picture = view.focus_widget
            qtbot.waitUntil(partial(is_seen, picture))
    assert len(areas) == 1  # no view takes another place than that of the maps


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("zoom", "tray", "wide", "inspector"),
    [
        (1.0, False, False, False),
        (1.75, False, False, True),
        (1.0, True, False, True),
        (1.0, True, True, False),
        (2.5, False, False, False),
    ],
)
def test_the_time_line_fits(
    qtbot: QtBot,
    full: Window,
    size: tuple[int, int],
    zoom: float,
    tray: bool,
    wide: bool,
    inspector: bool,
) -> None:
    page = full.page_widgets["draw"]
    assert isinstance(page, DrawPage)
    full.open_page("draw")
    page.show_tray(shown=tray)
    page.set_wide(wide=wide)
    page.show_inspector(shown=inspector)
    page.time_line.show(shown=True)
    page.time_line.panel.show_replay(replay_of(Ink.of([[[n, n] for n in range(40)]])), 20)
    full.resize(*size)
    while full.zoom < zoom:
        full.actions_by_name["larger"].trigger()
    qtbot.waitUntil(lambda: not full.restyling)
    qtbot.waitUntil(lambda: faults(page) == [])
    panel = page.time_line.panel
    beside = page.inspector if inspector else page.probabilities
    parts = [page.canvas, page.maps, beside, page.verdict, panel]
    parts += [page.tray] if tray else []
    for one, other in combinations(parts, 2):
        assert not one.geometry().intersects(other.geometry())
    assert all(page.rect().contains(part.geometry()) for part in parts)
    assert all(panel.rect().contains(place(one, panel)) for one in controls(panel))
    assert panel.plot.frame.plot.height() > 30
    assert panel.plot.width() > 300
    assert page.maps.height() > 150


def is_seen(picture: QWidget) -> bool:
    """Whether enough of a picture is seen to make something of it."""
    return picture.visibleRegion().boundingRect().height() > 60


def nothing_is_cut(page: DrawPage) -> None:
    """See that nothing is wrong with a page and its inspector, now that they have settled."""
    assert faults(page) == []
    row = page.inspector.holding
    if not row.isHidden():
        assert [one for one in row.controls if not row.rect().contains(place(one, row))] == []


def test_where_the_header_wraps_the_network_is_named_in_full(qtbot: QtBot, full: Window) -> None:
    full.open_page("draw")
    full.resize(SMALLEST)
    models = full.header.models
    qtbot.waitUntil(lambda: models.width() >= models.sizeHint().width())


def test_whose_hand_reads_is_seen_as_soon_as_there_is_a_hand(
    qtbot: QtBot, program: Program
) -> None:
    window, hands = program.window, program.window.header.hands
    window.resize(860, 560)
    qtbot.waitUntil(hands.isHidden)  # there is none, and no room
    window.show_hands((("", "No hand"), ("/ann", "Ann"), ("…", "Hands…")), "/ann")
    assert not hands.isHidden()


def test_evaluates_lists_show_whole_names_in_a_wide_window(qtbot: QtBot, full: Window) -> None:
    page = full.page_widgets["evaluate"]
    assert isinstance(page, EvaluatePage)
    full.open_page("evaluate")
    full.resize(1280, 720)
    qtbot.waitUntil(lambda: page.first.width() >= page.first.sizeHint().width())
    full.resize(1024, 700)
    qtbot.waitUntil(lambda: faults(page) == [])


def test_what_evaluate_does_is_seen_without_scrolling(qtbot: QtBot, full: Window) -> None:
    page = full.page_widgets["evaluate"]
    assert isinstance(page, EvaluatePage)
    full.open_page("evaluate")
    full.resize(SMALLEST)
    page.empty.setVisible(True)
    qtbot.waitUntil(lambda: place(page.empty, page).top() < SMALLEST.height() // 2)
    assert page.empty.alignment() & Qt.AlignmentFlag.AlignTop
