"""A part of the window as a picture on another screen, as sharp as that screen."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSizeF, Qt, Slot
from PySide6.QtGui import (
    QColor,
    QCursor,
    QFontInfo,
    QPainter,
    QPaintEvent,
    QPixmap,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from lenetpad.ui.stage.paint_watch import PaintWatch
from lenetpad.ui.widgets.theme import Theme


class WidgetPicture(QWidget):
    """Shows what another widget shows, as large as there is room for; taken again when that has
    been painted. Where its texts would be too small for a hall, it is larger, and the part is seen
    in which the pointer is."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.theme = theme
        self._source: QWidget | None = None
        self._least = 0.0  # the height of its smallest text, in its pixels
        self._pixmap = QPixmap()
        self._middle: QPoint | None = None  # of what is seen of the source
        self._watch = PaintWatch(self)
        self._watch.painted.connect(self.take)
        self.hide()

    def show_widget(self, source: QWidget | None) -> None:
        """Show another widget, or nothing."""
        if source is not self._source:
            self._source, self._middle = source, None
            self._pixmap = QPixmap()
            self._watch.watch(source)
            self.setVisible(source is not None)
        self.take()

    # What of it is seen, and how large

    @property
    def growth(self) -> float:
        """How many times as large as there it is shown."""
        source = self._source
        if source is None or source.size().isEmpty():
            return 1.0
        fitting = min(self.width() / source.width(), self.height() / source.height())
        return max(fitting, self.theme.smallest / self._least if self._least else 0.0)

    @property
    def seen(self) -> QRect:
        """What is seen of the source, in its pixels."""
        source = self._source
        if source is None or source.size().isEmpty():
            return QRect()
        size = (QSizeF(self.size()) / self.growth).toSize().boundedTo(source.size())
        seen = QRect(QPoint(), size)
        seen.moveCenter(self._middle or source.rect().topLeft())
        seen.moveLeft(max(0, min(seen.left(), source.width() - size.width())))
        seen.moveTop(max(0, min(seen.top(), source.height() - size.height())))
        return seen

    @property
    def area(self) -> QRect:
        """Where the picture lies here."""
        size = (QSizeF(self.seen.size()) * self.growth).toSize().boundedTo(self.size())
        area = QRect(QPoint(), size)
        area.moveCenter(self.rect().center())
        return area

    def place_of(self, at: QPointF) -> QPointF:
        """Where a place of the source is here."""
        return QPointF(self.area.topLeft()) + (at - QPointF(self.seen.topLeft())) * self.growth

    @Slot()
    def follow_pointer(self) -> None:
        """Have in sight where the pointer is."""
        source = self._source
        if source is None or not self.isVisible():
            return
        at = source.mapFromGlobal(QCursor.pos())
        if source.rect().contains(at):
            before, self._middle = self.seen, at
            if self.seen != before:
                self.take()

    # The picture

    @Slot()
    def take(self) -> None:
        """Take the picture now."""
        source = self._source
        if source is None or not self.isVisible() or not source.isVisible():
            return
        self._least = smallest_text(source)
        seen, area, ratio = self.seen, self.area, self.devicePixelRatioF()
        if area.isEmpty():
            return
        pixmap = QPixmap(area.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(self.theme.window))
        painter = QPainter(pixmap)
        painter.scale(self.growth, self.growth)
        self._watch.rests = True
        source.render(painter, QPoint(), QRegion(seen), QWidget.RenderFlag.DrawChildren)
        self._watch.rests = False
        painter.end()
        self._pixmap = pixmap
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.take()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.theme.window))
        if not self._pixmap.isNull():
            painter.drawPixmap(QRectF(self.area), self._pixmap, QRectF(self._pixmap.rect()))
        painter.end()


@runtime_checkable
class PaintsSmaller(Protocol):
    """A widget that paints text smaller than its font."""

    @property
    def smallest_text(self) -> float:
        """The height of the smallest, in pixels."""


def smallest_text(widget: QWidget) -> float:
    """The height, in pixels, of the smallest text of a widget and of all that is seen in it."""
    parts = [part for part in widget.findChildren(QWidget) if part.isVisible()]
    return min(
        part.smallest_text
        if isinstance(part, PaintsSmaller)
        else QFontInfo(part.font()).pixelSize()
        for part in (widget, *parts)
    )
