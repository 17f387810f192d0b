"""The window as a stage: what lies around the page goes, and comes back for a moment where it is
wanted."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QMainWindow, QVBoxLayout, QWidget

from lenetpad.ui.stage.pointer_watch import PointerWatch

#: The pointer touches the upper edge within so many pixels, and has left the header so far below.
EDGE: Final = 2
LEFT: Final = 30


class Stage(QObject):
    """Fills the screen with the page of a window whose ``header`` is the first of its central
    layout. ``changed`` says whether the stage is on, ``header_shown`` whether the header lies over
    its upper edge: because it is wanted, or for as long as the pointer is there.
    """

    changed = Signal(bool)
    header_shown = Signal(bool)

    def __init__(self, window: QMainWindow, header: QWidget) -> None:
        super().__init__(window)
        self.active = False
        #: Where the pointer is, in every window; it runs while anybody wants it.
        self.pointer = PointerWatch(self)
        self._window, self._header = window, header
        self._before = window.windowState()  # as the stage found it
        self._wanted = False  # whether the header is, by a key
        self.pointer.moved.connect(self._note_pointer)

    def show(self, *, on: bool) -> None:
        """Turn the window into the stage, or back into what it was."""
        if on == self.active:
            return
        self.active = on
        full = Qt.WindowState.WindowFullScreen
        if on:
            self._before = self._window.windowState()
        self._wanted = False
        self._window.menuBar().setVisible(not on)
        self._lay_header(over=on)
        self.changed.emit(on)  # before the size changes: everything is laid out once
        self._window.setWindowState(self._before | full if on else self._before)
        self.pointer.want(self, on=on)
        if not on:
            self.header_shown.emit(False)

    def show_header(self, *, on: bool) -> None:
        """Lay the header over the stage until it is put away."""
        if self.active:
            self._wanted = on
            self._set_header(on=on)

    @property
    def has_header(self) -> bool:
        """Whether the header lies over the stage."""
        return self.active and not self._header.isHidden()

    def _set_header(self, *, on: bool) -> None:
        if on == self.has_header:
            return
        self._header.setVisible(on)
        if on:
            self._place_header()
            self._header.raise_()
        self.header_shown.emit(on)

    def _lay_header(self, *, over: bool) -> None:
        """Take the header out of the layout, to lie over the page where it is wanted, or put it
        back above the page."""
        central = self._header.parentWidget()
        assert central is not None
        layout = central.layout()
        assert isinstance(layout, QVBoxLayout)
        self._header.setAutoFillBackground(over)
        if over:
            layout.removeWidget(self._header)
            self._header.hide()
            central.installEventFilter(self)
        else:
            central.removeEventFilter(self)
            layout.insertWidget(0, self._header)
            self._header.show()

    def _place_header(self) -> None:
        central = self._header.parentWidget()
        if central is not None:
            width = central.width()
            high = self._header.heightForWidth(width)
            high = high if high > 0 else self._header.sizeHint().height()
            self._header.setGeometry(0, 0, width, high)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest) and self.has_header:
            self._place_header()
        return super().eventFilter(watched, event)

    @Slot(QPoint)
    def _note_pointer(self, at: QPoint) -> None:
        """Show the header to a pointer at the upper edge, until it has left it."""
        if not self.active or self._wanted:
            return
        central = self._header.parentWidget()
        assert central is not None
        here = central.mapFromGlobal(at)
        if not self.has_header:
            if 0 <= here.x() < central.width() and 0 <= here.y() < EDGE:
                self._set_header(on=True)
        elif here.y() > self._header.height() + LEFT and QApplication.activePopupWidget() is None:
            self._set_header(on=False)
