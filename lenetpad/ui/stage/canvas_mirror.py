"""The canvas on another screen: the same ink, painted from the same points."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from lenetpad.ui.draw.canvas import paint_hint
from lenetpad.ui.draw.canvas_looks import CanvasLooks
from lenetpad.ui.draw.canvas_picture import CanvasPicture
from lenetpad.ui.draw.paper import Paper
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate


class CanvasMirror(QWidget):
    """Shows what a canvas shows, and takes no pointer. ``painted`` comes after each painting."""

    painted = Signal()

    def __init__(self, theme: Theme, looks: CanvasLooks, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(translate("Draw", "Canvas"))
        self._looks = looks
        self._picture = CanvasPicture(theme)
        self._painting = QTimer(self)  # draws what is left of a large sheet
        self._painting.setSingleShot(True)
        self._painting.timeout.connect(self._paint_on)
        self._take_all()

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        self._picture.theme = theme
        self._take_all()

    def show_looks(self, looks: CanvasLooks) -> None:
        """Show what the canvas shows now; only what has come is painted."""
        before, self._looks = self._looks, looks
        if self.isHidden():  # beside maps that fill the stage: it has no size
            return
        if looks.marks is not before.marks:
            self.update()
        if not looks.lies_as(before):
            self._take_all()
        elif looks.goes_on_from(before):
            self._add(looks, len(before.live))
        elif looks.ends(before):
            points = looks.sheet.ink.strokes[-1].points
            self._make()
            self.update(self._picture.add_points(points, len(before.live)))
            self._picture.add_tail(points)
        else:
            self._picture.invalidate()
            self.update()

    def place_of(self, units: tuple[float, float]) -> QPointF:
        """Where a place in the strokes' unit is here."""
        return self._picture.paper.pixels(QRectF(*units, 0, 0)).topLeft()

    def _add(self, looks: CanvasLooks, first: int) -> None:
        """Paint the points of the stroke that have come."""
        if len(looks.live) == first:
            return
        if not first:
            self._picture.invalidate()  # the hint, or a picture, goes with the first point
            self.update()
            return
        self._make(first)
        self.update(self._picture.add_points(looks.live, first))

    def _make(self, first: int = 0) -> None:
        """Have the picture without what is to be added."""
        size, ratio = self.size(), self.devicePixelRatioF()
        self._picture.pixmap(size, ratio, self._looks.sheet, self._looks.live[:first])

    def _take_all(self) -> None:
        looks, picture = self._looks, self._picture
        picture.pen_width = looks.pen_width
        picture.paper = Paper.on(self.size(), looks.needed)
        picture.colours = looks.coloured.colours(picture.theme)
        picture.invalidate()
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        self._take_all()  # what has come meanwhile

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._take_all()

    def paintEvent(self, event: QPaintEvent) -> None:
        looks, picture = self._looks, self._picture
        pixmap = picture.pixmap(self.size(), self.devicePixelRatioF(), looks.sheet, looks.live)
        painter = QPainter(self)
        area, ratio = QRectF(event.rect()), pixmap.devicePixelRatio()
        painter.drawPixmap(area, pixmap, QRectF(area.topLeft() * ratio, area.size() * ratio))
        if len(looks.live):
            picture.paint_tail(painter, looks.live)
        elif not looks.sheet:
            paint_hint(painter, picture.theme, self, looks.hint)
        if looks.marks:
            looks.marks.paint(painter, picture.paper, picture.theme, looks.pen_width)
        if not picture.complete:
            self._painting.start()
        painter.setPen(QColor(picture.theme.line))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()
        self.painted.emit()

    @Slot()
    def _paint_on(self) -> None:
        self._picture.go_on()
        self.update()
