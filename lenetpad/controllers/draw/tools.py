"""The canvas's tools: pen and eraser, undo and redo, pen width and colour scale."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from lenetpad.ui import actions
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.window import Window


class Tools(QObject):
    """Lets the window's actions drive the canvas, and keeps what is chosen in the settings."""

    def __init__(self, window: Window, page: DrawPage) -> None:
        super().__init__(page)
        self._page, self._actions = page, window.actions_by_name
        self._preferences = window.preferences
        page.set_scale(self._preferences.scale)
        page.set_pen_width(self._preferences.pen_width)
        self._connect()
        self._use_pen()
        self._follow_history()

    def _connect(self) -> None:
        page, canvas = self._page, self._page.canvas
        slots = {
            "undo": canvas.undo,
            "redo": canvas.redo,
            "clear": canvas.clear,
            "pen": self._use_pen,
            "eraser": self._use_eraser,
            "thinner": self._use_thinner,
            "thicker": self._use_thicker,
        }
        actions.connect(self._actions, slots)
        canvas.history_changed.connect(self._follow_history)
        page.scale_chosen.connect(self._keep_scale)
        page.pen_width_chosen.connect(self._keep_pen_width)

    @Slot()
    def _use_pen(self) -> None:
        self._use_tool(erasing=False)

    @Slot()
    def _use_eraser(self) -> None:
        self._use_tool(erasing=True)

    def _use_tool(self, *, erasing: bool) -> None:
        self._page.canvas.set_erasing(erasing)
        self._actions["eraser"].setChecked(erasing)
        self._actions["pen"].setChecked(not erasing)

    @Slot()
    def _use_thinner(self) -> None:
        self._page.step_pen_width(-1)

    @Slot()
    def _use_thicker(self) -> None:
        self._page.step_pen_width(+1)

    @Slot()
    def _follow_history(self) -> None:
        """Turn off the actions that can do nothing."""
        sheet, history = self._page.canvas.sheet, self._page.canvas.history
        self._actions["undo"].setEnabled(bool(history.past) or sheet != history.present)
        self._actions["redo"].setEnabled(bool(history.future))
        for name in ("clear", "save", "add", "copy"):
            self._actions[name].setEnabled(bool(sheet))

    @Slot(str)
    def _keep_scale(self, scale: str) -> None:
        self._preferences.keep(scale=scale)

    @Slot(float)
    def _keep_pen_width(self, width: float) -> None:
        self._preferences.keep(pen_width=width)
