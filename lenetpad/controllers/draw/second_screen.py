"""The stage on another screen: a second window that is given what the page is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut

from lenetpad.ui import actions
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.window import Window

if TYPE_CHECKING:
    from lenetpad.ui.stage.second_window import SecondWindow


class SecondScreen(QObject):
    """An action opens and closes the second window. While it is open, each reading goes to it as
    to the page: it is neither read nor coloured twice. ``changed`` says whether it is open."""

    changed = Signal(bool)

    def __init__(self, window: Window, page: DrawPage) -> None:
        super().__init__(page)
        self._window, self._page = window, page
        self._action = window.actions_by_name["second_screen"]
        self.second: SecondWindow | None = None
        actions.connect(window.actions_by_name, {"second_screen": self._toggle})
        window.closed.connect(self.close)

    @Slot()
    def _toggle(self) -> None:
        if self._action.isChecked():
            self.open()
        else:
            self.close()

    def open(self) -> None:
        """Open the second window."""
        from lenetpad.ui.stage.second_window import SecondWindow  # the start is no time for it

        if self.second is None:
            window = self._window
            second = self.second = SecondWindow(window.theme, self._page, window.page_stack)
            second.addActions(window.actions())  # its keys are the first window's
            QShortcut(QKeySequence("Esc"), second).activated.connect(window.escape)
            self._page.mirrored = True
            self._connect(second)
            second.show_all()
            second.open_beside()
            second.set_theme(window.theme)
            self._action.setChecked(True)
            window.stage.pointer.want(self, on=True)
            self.changed.emit(True)

    @Slot()
    def close(self) -> None:
        """Close it."""
        second, self.second = self.second, None
        self._action.setChecked(False)
        self._window.stage.pointer.want(self, on=False)
        if second is not None:
            self._page.mirrored = False
            if not self._page.staged:
                self._page.set_maps_alone(alone=False)
            self.changed.emit(False)
            second.close()
            second.deleteLater()  # and with it all of its connections

    def _connect(self, second: SecondWindow) -> None:
        page, canvas = self._page, self._page.canvas
        page.model_shown.connect(second.show_model)
        page.reading_shown.connect(second.show_reading)
        page.candidate_shown.connect(second.show_candidate)
        page.reading_forgotten.connect(second.forget_reading)
        page.maps.painted.connect(second.follow_maps)
        page.maps.selection_changed.connect(second.follow_maps)
        page.answers_hidden_changed.connect(second.follow_maps)
        page.verdict.painted.connect(second.follow_verdict)
        canvas.sheet_changed.connect(second.follow_canvas)
        canvas.history_changed.connect(second.follow_canvas)
        canvas.painted.connect(second.follow_canvas)
        for moved in (page.wide_changed, page.maps_alone_changed, page.inspector_toggled):
            moved.connect(second.arrange)
        page.number_views.changed.connect(second.arrange)
        self._window.page_opened.connect(second.arrange)
        self._window.stage.pointer.moved.connect(second.follow_pointer)
        self._window.theme_changed.connect(self._follow_theme)
        if (handle := self._window.windowHandle()) is not None:
            handle.screenChanged.connect(second.place_soon)
        second.closed.connect(self.close)

    @Slot()
    def _follow_theme(self) -> None:
        if self.second is not None:
            self.second.set_theme(self._window.theme)
