"""When another widget has been painted, for whoever shows the same elsewhere."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QChildEvent, QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

#: Paintings that follow each other faster are told of together.
EVERY_MS: Final = 100


class PaintWatch(QObject):
    """``painted`` comes after a widget, or anything in it, has been painted: at rest never. Who
    has it painted for a picture says ``rests``, and hears nothing of that."""

    painted = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rests = False
        self._watched: QWidget | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.painted)

    def watch(self, widget: QWidget | None) -> None:
        """Watch another widget, or none."""
        if widget is self._watched:
            return
        before, self._watched = self._watched, widget
        if before is not None:
            for part in (before, *before.findChildren(QWidget)):
                part.removeEventFilter(self)
        self._timer.stop()
        if widget is not None:
            self._follow(widget)

    def _follow(self, widget: QWidget) -> None:
        for part in (widget, *widget.findChildren(QWidget)):
            part.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.Paint:
            if not self.rests and not self._timer.isActive():
                self._timer.start()
        elif kind == QEvent.Type.ChildAdded and isinstance(event, QChildEvent):
            child = event.child()
            if isinstance(child, QWidget) and not child.isWindow():
                self._follow(child)
        return super().eventFilter(watched, event)
