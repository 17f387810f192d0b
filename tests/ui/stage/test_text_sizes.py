"""Whatever stands on the stage, here or on another screen, is read from the back row."""

from __future__ import annotations

from collections.abc import Callable
from math import hypot
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontInfo, QPainter, QTextCursor
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QGraphicsTextItem,
    QGraphicsView,
    QLabel,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.ink.files import read_ink
from lenetpad.ink.strokes import Sheet
from lenetpad.storage import resources
from lenetpad.ui.draw.inspector.panel import InspectorPanel
from lenetpad.ui.draw.panel import ReadingPanel
from lenetpad.ui.evaluate.page import EvaluatePage
from lenetpad.ui.train.page import TrainPage
from lenetpad.ui.window import Window
from lenetpad.values.explanation import Unit
from lenetpad.values.history import History
from lenetpad.values.training import Progress

SIZES = [(1024, 768), (1280, 720), (1920, 1080), (3840, 2160)]
#: What is shown, with the actions that show it, and take it away again.
VIEWS = ("segmentation_graph", "space_displacement", "freeze")
#: Fonts have whole pixels: of 2.2 %, half of one may be missing.
SHARE = 0.022


def painted_sizes(monkeypatch: pytest.MonkeyPatch, widget: QWidget) -> dict[float, str]:
    """Every text that a widget and what is seen in it paint, by its height in pixels."""
    found: dict[float, str] = {}
    draw = QPainter.drawText

    def noted(painter: QPainter, *rest: object) -> object:
        text = next((one for one in rest if isinstance(one, str)), "")
        if text.strip():
            turned = painter.worldTransform()  # some stand upright
            grown = hypot(turned.m21(), turned.m22())
            found.setdefault(QFontInfo(painter.font()).pixelSize() * grown, text)
        return draw(painter, *rest)

    parts = [part for part in (widget, *widget.findChildren(QWidget)) if part.isVisible()]
    with monkeypatch.context() as patch:
        patch.setattr(QPainter, "drawText", noted)
        for part in parts:  # or what is kept as a picture would say nothing
            if isinstance(part, ReadingPanel):
                part.redraw()
            elif isinstance(part, InspectorPanel):
                part.set_theme(part.theme)
        widget.grab()
    for part in parts:
        if isinstance(part, QLabel | QAbstractButton | QComboBox | QTableView):
            found.setdefault(QFontInfo(part.font()).pixelSize(), type(part).__name__)
        elif isinstance(part, QGraphicsView):
            for item in part.scene().items():
                if isinstance(item, QGraphicsTextItem) and item.isVisible():
                    cursor = QTextCursor(item.document())
                    cursor.movePosition(QTextCursor.MoveOperation.NextCharacter)
                    size = QFontInfo(cursor.charFormat().font()).pixelSize()
                    found.setdefault(size, item.toPlainText())
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("where", ["stage", "second"])
def test_every_text_is_2_2_percent_of_the_height(
    qtbot: QtBot,
    make_program: Callable[[], Program],
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    where: str,
) -> None:
    program = make_program()
    window, page, target = program.window, program.draw.page, QSize(*size)
    number = read_ink(resources.path("ink/numbers.jsonl"))[0]
    with qtbot.waitSignal(page.reading_painted, check_params_cb=lambda one: bool(one.several)):
        page.canvas.set_sheet(Sheet(number.ink))
    second = None
    if where == "second":
        window.actions_by_name["second_screen"].trigger()
        second = program.draw.staging.screen.second
        assert second is not None
    else:
        window.stage.show(on=True)
    widget = second or page
    top = second or window
    top.setWindowState(Qt.WindowState.WindowNoState)
    top.resize(target)
    qtbot.waitUntil(lambda: widget.height() == target.height() and not window.restyling)

    def check(what: str) -> None:
        sizes = painted_sizes(monkeypatch, widget)
        assert len(sizes) > 1, what
        smallest = min(sizes)
        assert smallest >= SHARE * size[1] - 0.5, (what, smallest, sizes[smallest])

    check("maps")
    for name in VIEWS:
        window.actions_by_name[name].trigger()
        view = page.number_views.view if second is None else second.in_place.view
        assert view is not None
        if name == "space_displacement":
            qtbot.waitUntil(lambda view=view: view.picture.reading is not None)
        elif name == "segmentation_graph":
            qtbot.waitUntil(lambda view=view: view.picture.graph is not None)
        else:
            qtbot.waitUntil(lambda view=view: view.picture.first is not None)
        check(name)
    page.number_views.close()
    for unit in (Unit("C3", 5, 3, 4), Unit("F6", 30), Unit("output", 3)):
        page.maps.let_go()
        page.maps.pin(unit)
        if second is not None:
            shown = second.inspector.arithmetic
            qtbot.waitUntil(
                lambda unit=unit, shown=shown: [o.unit for o in shown.inspected] == [unit]
            )
        check(str(unit))
    program.draw.staging.screen.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("here", [(860, 560), (1280, 800)])
def test_every_text_of_another_page_on_the_second_screen_is_as_high(
    qtbot: QtBot,
    full: Window,
    program: Program,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    here: tuple[int, int],
) -> None:
    full.resize(*here)
    full.actions_by_name["second_screen"].trigger()
    second = program.draw.staging.screen.second
    assert second is not None
    second.setWindowState(Qt.WindowState.WindowNoState)
    second.resize(*size)
    picture, target = second.page, QSize(*size)
    qtbot.waitUntil(lambda: second.size() == target and not full.restyling)

    def check(page: QWidget, what: str) -> None:
        picture.take()
        sizes = painted_sizes(monkeypatch, page)
        smallest = min(sizes)
        shown = picture.growth * smallest
        assert shown >= SHARE * size[1] - 0.5, (what, shown, sizes[smallest])

    full.open_page("train")
    train = full.page_widgets["train"]
    assert isinstance(train, TrainPage)
    train.curves.show_histories([a_history()])
    train.curves.refresh()
    qtbot.waitUntil(picture.isVisible)
    check(train, "train")
    full.open_page("evaluate")
    evaluate = full.page_widgets["evaluate"]
    assert isinstance(evaluate, EvaluatePage)
    tabs = evaluate.views.tabs
    for place in range(tabs.count()):
        tabs.setCurrentIndex(place)
        check(evaluate, tabs.tabText(place))
    program.draw.staging.screen.close()


def a_history() -> History:
    """A training with two reports."""
    made = History(Path("run"), "run")
    for step in (20, 40):
        made.add(Progress(1, 4, step, 400, 1.5, 0.01, 5000.0, 0.5, 0.1, (1.5,) * 20))
    return made
