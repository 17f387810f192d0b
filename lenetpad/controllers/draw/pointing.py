"""The pointer in front of a hall: laser, spotlight and lens, and no arrow where it only rests."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, Slot
from PySide6.QtWidgets import QApplication

from lenetpad.ui import actions
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.stage.pointer import PointerOverlay, Shade, Tool
from lenetpad.ui.window import Window

if TYPE_CHECKING:
    from lenetpad.ui.stage.second_window import SecondWindow


class Pointing(QObject):
    """An action takes up each tool, in place of another, and puts it away. It points in both
    windows: where the pointer is, and at the same thing in the other one."""

    def __init__(
        self, window: Window, page: DrawPage, find_second: Callable[[], SecondWindow | None]
    ) -> None:
        super().__init__(page)
        self._window, self._page, self._find_second = window, page, find_second
        self._watch = window.stage.pointer
        self._actions = {tool: window.actions_by_name[tool] for tool in Tool}
        self._overlay: PointerOverlay | None = None  # made when it is first wanted
        self._shades: tuple[Shade, ...] = ()  # over what lies around the page; made with it
        self._tool: Tool | None = None
        self._rests = self._hidden = False  # the pointer rests, and its arrow is hidden
        slots = {str(tool): partial(self._toggle, tool) for tool in Tool}
        actions.connect(window.actions_by_name, slots)
        self._watch.moved.connect(self._follow)
        self._watch.resting.connect(self._note_rest)
        window.stage.changed.connect(self._show_arrow)
        window.theme_changed.connect(self._follow_theme)
        window.page_opened.connect(self.refresh)
        window.closed.connect(self._stop)
        page.number_views.changed.connect(self.refresh)
        page.reading_shown.connect(self._enlarge)

    @property
    def overlay(self) -> PointerOverlay:
        """What points on the page."""
        if self._overlay is None:
            self._overlay = PointerOverlay(self._window.theme, self._page.maps, self._page)
            around = (self._window.header, self._window.menuBar())
            self._shades = tuple(map(Shade, around))
        return self._overlay

    def _toggle(self, tool: Tool) -> None:
        self.take(tool if self._actions[tool].isChecked() else None)

    def take(self, tool: Tool | None) -> None:
        """Take up a tool, or put away the one there is."""
        self._tool = tool
        for name, action in self._actions.items():
            action.setChecked(name is tool)
        self._watch.want(self, on=tool is not None, follow=True)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Have the tool in every window that there is, above all else."""
        if self._tool is not None or self._overlay is not None:
            self.overlay.take(self._tool)
        if self._tool is not Tool.SPOTLIGHT:
            self._shade(on=False)
        if (second := self._find_second()) is not None:
            second.pointer.take(self._tool)
        self._follow(self._watch.at)

    @Slot(QPoint)
    def _follow(self, at: QPoint) -> None:
        """Point where the pointer is."""
        second = self._find_second()
        if self._tool is not None:
            here = self._on_page(at)
            self.overlay.point(here)
            self._shade(on=here is not None and self._tool is Tool.SPOTLIGHT)
            if second is not None:
                there = None if here is None else second.place_of(here)
                inside = second.mapFromGlobal(at)
                if here is None and second.rect().contains(inside):
                    there = QPointF(inside)
                second.pointer.point(there)
        self._show_arrow()

    def _shade(self, *, on: bool) -> None:
        for shade in self._shades:
            if shade.isHidden() == on:
                shade.cover(on=on)

    def _on_page(self, at: QPoint) -> QPointF | None:
        """A global place on the page, None outside of it."""
        page = self._page
        here = page.mapFromGlobal(at)
        if not page.isVisible() or not page.rect().contains(here):
            return None
        return None if self._window.stage.has_header and self._in_header(at) else QPointF(here)

    def _in_header(self, at: QPoint) -> bool:
        header = self._window.header
        return header.rect().contains(header.mapFromGlobal(at))

    @Slot(bool)
    def _note_rest(self, rests: bool) -> None:
        self._rests = rests
        self._show_arrow()

    @Slot()
    def _show_arrow(self) -> None:
        """Hide the arrow while it rests on the stage, and where a dot is in its place."""
        at = self._watch.at
        rests = self._rests and self._window.stage.active and not self._in_header(at)
        hidden = rests or (self._tool is Tool.LASER and self._on_page(at) is not None)
        if hidden and not self._hidden:
            QApplication.setOverrideCursor(Qt.CursorShape.BlankCursor)
        elif self._hidden and not hidden:
            QApplication.restoreOverrideCursor()
        self._hidden = hidden

    @Slot(object)
    def _enlarge(self, _: object) -> None:
        """The lens shows the new reading."""
        if self._tool is Tool.LENS:
            self.overlay.refresh()
            if (second := self._find_second()) is not None:
                second.pointer.refresh()

    @Slot()
    def _follow_theme(self) -> None:
        if self._overlay is not None:
            self._overlay.theme = self._window.theme

    @Slot()
    def _stop(self) -> None:
        self._rests = False
        self.take(None)
