"""A part of the window as a picture on another screen, as sharp as that screen."""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSizeF, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap, QRegion
from PySide6.QtWidgets import QWidget

from lenetpad.ui.widgets.theme import Theme

#: It is taken so often at the most, and rests so many times as long as it takes.
EVERY_MS: Final = 100
REST: Final = 15


class WidgetPicture(QWidget):
    """Shows what another widget shows, as large as there is room for; taken now and then, for it
    is not told when the other one changes."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.theme = theme
        self._source: QWidget | None = None
        self._pixmap = QPixmap()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.take)
        self.hide()

    def show_widget(self, source: QWidget | None) -> None:
        """Show another widget, or nothing."""
        if source is not self._source:
            self._source = source
            self._pixmap = QPixmap()
            self.setVisible(source is not None)
        self._timer.start(0)

    @property
    def area(self) -> QRect:
        """Where the picture lies, in the shape of what it shows."""
        if self._source is None or self._source.size().isEmpty():
            return QRect()
        size = QSizeF(self._source.size())
        size.scale(QSizeF(self.size()), Qt.AspectRatioMode.KeepAspectRatio)
        corner = QPoint(
            round((self.width() - size.width()) / 2), round((self.height() - size.height()) / 2)
        )
        return QRect(corner, size.toSize())

    @Slot()
    def take(self) -> None:
        """Take the picture, and again after a while."""
        source, area = self._source, self.area
        if source is None or area.isEmpty() or not self.isVisible():
            return
        began = time.perf_counter()
        if source.isVisible():
            ratio = self.devicePixelRatioF()
            pixmap = QPixmap(area.size() * ratio)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(QColor(self.theme.window))
            painter = QPainter(pixmap)
            painter.scale(area.width() / source.width(), area.height() / source.height())
            source.render(painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
            painter.end()
            self._pixmap = pixmap
            self.update()
        taken = 1000 * (time.perf_counter() - began)
        self._timer.start(max(EVERY_MS, round(REST * taken)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.theme.window))
        if not self._pixmap.isNull():
            painter.drawPixmap(QRectF(self.area), self._pixmap, QRectF(self._pixmap.rect()))
        painter.end()
