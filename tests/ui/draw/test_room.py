"""What there is room for on the Draw page: the tray, the tools, and always the verdict."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QRect
from pytestqt.qtbot import QtBot

from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.window import SMALLEST, Window


def draw_page(window: Window) -> DrawPage:
    page = window.page_widgets["draw"]
    assert isinstance(page, DrawPage)
    window.open_page("draw")
    return page


def test_the_verdict_is_seen_in_the_smallest_window_with_the_tray(
    qtbot: QtBot, full: Window
) -> None:
    page = draw_page(full)
    full.resize(SMALLEST)
    qtbot.waitUntil(lambda: full.size() == SMALLEST)

    def is_seen() -> None:
        seen = QRect(page.verdict.mapTo(full, page.verdict.rect().topLeft()), page.verdict.size())
        assert full.rect().contains(seen)
        assert not page.verdict.geometry().intersects(page.tray.geometry())
        cell = page.tray.list.sizeHintForIndex(page.tray.model.index(0))
        assert cell.height() <= page.tray.list.viewport().height()

    qtbot.waitUntil(is_seen)


def test_the_trays_drawings_grow_with_the_zoom(qtbot: QtBot, full: Window) -> None:
    page = draw_page(full)
    full.resize(1280, 800)
    cells, first = page.tray.list, page.tray.model.index(0)
    for zoom in (1.0, 1.25):
        while full.zoom < zoom:
            full.actions_by_name["larger"].trigger()
        qtbot.waitUntil(lambda: not full.restyling)

        def has_grown() -> None:
            assert cells.visualRect(first).width() == full.theme.px(78)
            assert cells.sizeHintForIndex(first).height() == full.theme.px(70)
            assert cells.viewport().height() >= full.theme.px(70)

        qtbot.waitUntil(has_grown)


@pytest.mark.parametrize("zoom", [1.0, 1.75])
@pytest.mark.parametrize("size", [(800, 500), (1280, 800)])
def test_the_pens_width_is_never_cut(
    qtbot: QtBot, full: Window, zoom: float, size: tuple[int, int]
) -> None:
    page = draw_page(full)
    full.resize(*size)
    while full.zoom < zoom:
        full.actions_by_name["larger"].trigger()
    qtbot.waitUntil(lambda: not full.restyling)
    qtbot.waitUntil(lambda: page.pen_widths.width() >= page.pen_widths.sizeHint().width())


def test_showing_the_tray_places_the_parts_once(
    full: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = draw_page(full)
    request = QEvent.Type.LayoutRequest
    QCoreApplication.sendPostedEvents(page, request)
    placed: list[None] = []
    original = page._place_parts
    monkeypatch.setattr(page, "_place_parts", lambda: (placed.append(None), original()))
    page.show_tray(shown=False)
    QCoreApplication.sendPostedEvents(page, request)
    assert len(placed) == 1
