"""The canvas: mouse, touch and tablet pen become strokes on a sheet."""

from __future__ import annotations

import time
from enum import Enum, auto
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QPointingDevice,
    QResizeEvent,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QWidget

from lenetpad.ink.strokes import LARGEST_COORDINATE, History, Ink, Sheet, Stroke
from lenetpad.ui.strokes_painter import paint_joint, paint_stroke, paint_tail
from lenetpad.ui.theme import Theme

UNITS: Final = 1000.0  # the canvas's side in the unit of its strokes
PEN_WIDTHS: Final = (14.0, 22.0, 32.0, 46.0, 64.0)  # in the same unit
ERASER_REACH: Final = 26.0
MOUSE_PRESSURE: Final = 0.5
PALM_SECONDS: Final = 0.5  # touch is a palm for so long after the pen was seen
LOST_SECONDS: Final = 2.0  # a gesture that rests for so long yields to another pointer
HINT: Final = "Write a digit"


class Source(Enum):
    """What draws at the moment; everything else is ignored until it lifts."""

    NOTHING = auto()
    MOUSE = auto()
    TOUCH = auto()
    PEN = auto()


class Canvas(QWidget):
    """A square of paper. ``sheet_changed`` carries the sheet after every event that changes it,
    the stroke being made included; ``history_changed`` follows each finished change."""

    sheet_changed = Signal(object)
    history_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Canvas")
        self.history = History()
        self.pen_width = PEN_WIDTHS[2]
        self.erasing = False
        self._theme = theme
        self._source = Source.NOTHING
        self._touch_id = -1
        self._pen_seen = -PALM_SECONDS
        self._moved = 0.0  # perf_counter when the gesture last moved
        self._gesture_erases = False
        self._erased: Ink | None = None  # what the eraser has left so far
        self._live = np.empty((0, 4))  # the stroke being made, its buffer
        self._live_count = 0
        self._began = 0.0  # perf_counter when the drawing began
        self._picture = QPixmap()  # everything drawn so far, in device pixels
        self._stale = True

    # What the rest of the window does with the canvas

    @property
    def sheet(self) -> Sheet:
        """What lies on the canvas now, the stroke being made included."""
        if self._erased is not None:
            return Sheet(self._erased)
        if self._live_count:
            return Sheet(self.history.present.ink.adding(self._live_stroke()))
        return self.history.present

    def set_sheet(self, sheet: Sheet) -> None:
        """Put a sheet on the canvas, as a step that can be undone."""
        self._finish()
        last = max((stroke.points[-1, 2] for stroke in sheet.ink.strokes), default=0.0)
        self._began = time.perf_counter() - float(last)  # times go on where the sheet's end
        self._remember(self.history.doing(sheet))

    def clear(self) -> None:
        """Take everything off the canvas, as a step that can be undone."""
        self.set_sheet(Sheet())

    def undo(self) -> None:
        """Take the last step back."""
        self._finish()
        self._remember(self.history.undone())

    def redo(self) -> None:
        """Make the step that was taken back again."""
        self._finish()
        self._remember(self.history.redone())

    def set_pen_width(self, width: float) -> None:
        """The width at which strokes are drawn on the canvas, in thousandths of its side."""
        self.pen_width = width
        self._repaint_all()

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        self._theme = theme
        self._repaint_all()

    def image(self) -> QImage:
        """The canvas as a picture, black ink on white paper."""
        side = 1000
        image = QImage(side, side, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        self._paint_sheet(painter, side, QColor("white"), QColor("black"))
        painter.end()
        return image

    # Pointers

    def event(self, event: QEvent) -> bool:
        """Take touch events here; Qt has no handler of its own for them."""
        if isinstance(event, QTouchEvent):
            self._touch(event)
            return True
        return bool(super().event(event))

    def tabletEvent(self, event: QTabletEvent) -> None:
        event.accept()
        self._pen_seen = time.perf_counter()
        if event.type() == QEvent.Type.TabletPress:
            if self._source is Source.TOUCH:
                self._cancel()  # the palm came first
            eraser = event.pointerType() == QPointingDevice.PointerType.Eraser
            self._begin(Source.PEN, event.position(), event.pressure(), erases=eraser)
        elif event.type() == QEvent.Type.TabletMove:
            self._move(Source.PEN, event.position(), event.pressure())
        elif event.type() == QEvent.Type.TabletRelease:
            self._end(Source.PEN)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._is_mouse(event):
            self._begin(Source.MOUSE, event.position(), MOUSE_PRESSURE)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)  # two quick taps are two strokes

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_mouse(event):
            self._move(Source.MOUSE, event.position(), MOUSE_PRESSURE)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._end(Source.MOUSE)

    def _is_mouse(self, event: QMouseEvent) -> bool:
        """Whether a hand on a mouse made it, not the system from a pen or a finger."""
        genuine = event.source() == Qt.MouseEventSource.MouseEventNotSynthesized
        return genuine and self._source in (Source.NOTHING, Source.MOUSE)

    def _touch(self, event: QTouchEvent) -> None:
        """One finger draws, the first one down; further fingers and palms do not."""
        event.accept()
        if event.type() == QEvent.Type.TouchCancel:
            if self._source is Source.TOUCH:
                self._cancel()
            return
        palm = time.perf_counter() - self._pen_seen < PALM_SECONDS
        for point in event.points():
            at = self.mapFromGlobal(point.globalPosition())
            if point.state() == point.State.Pressed and not palm:
                if self._source is Source.NOTHING:
                    self._touch_id = point.id()
                    self._begin(Source.TOUCH, at, MOUSE_PRESSURE)
            elif self._source is Source.TOUCH and point.id() == self._touch_id:
                if point.state() == point.State.Released:
                    self._end(Source.TOUCH)
                elif point.state() == point.State.Updated:
                    self._move(Source.TOUCH, at, MOUSE_PRESSURE)

    # A gesture: from down to up, one step of undo

    def _begin(
        self, source: Source, at: QPointF, pressure: float, *, erases: bool = False
    ) -> None:
        now = time.perf_counter()
        lost = self._source is source or now - self._moved > LOST_SECONDS
        if self._source is not Source.NOTHING:
            if not lost:
                return
            self._finish()  # its release never came
        self._source, self._moved = source, now
        self._gesture_erases = erases or self.erasing
        if self._gesture_erases:
            self._erased = self.history.present.ink
            self._erase(at)
            return
        if self.history.present.picture is not None:
            self._stale = True  # ink replaces a picture
        if not self.history.present.ink:
            self._began = now
        self._add_point(at, pressure)

    def _move(self, source: Source, at: QPointF, pressure: float) -> None:
        if self._source is not source:
            return
        self._moved = time.perf_counter()
        if self._gesture_erases:
            self._erase(at)
        else:
            self._add_point(at, pressure)

    def _end(self, source: Source) -> None:
        if self._source is source:
            self._finish()

    def _finish(self) -> None:
        """End the gesture and keep what it made."""
        if self._source is Source.NOTHING:
            return
        made = self.sheet
        stroke_drawn = self._live_count > 0
        if stroke_drawn:
            painter = self._painter()
            points = self._live[: self._live_count]
            paint_tail(painter, points, QColor(self._theme.ink), self.pen_width, self._scale)
            painter.end()
        self._forget_gesture()
        if stroke_drawn:  # every point of it was announced and painted already
            self.history = self.history.doing(made)
            self.history_changed.emit()
        else:
            self._remember(self.history.doing(made))

    def _cancel(self) -> None:
        """End the gesture and forget what it made."""
        self._forget_gesture()
        self._repaint_all()
        self.sheet_changed.emit(self.sheet)

    def _forget_gesture(self) -> None:
        self._source = Source.NOTHING
        self._erased = None
        self._live_count = 0

    def _remember(self, history: History) -> None:
        if history is self.history:
            return
        self.history = history
        self._repaint_all()
        self.history_changed.emit()
        self.sheet_changed.emit(self.sheet)

    def _erase(self, at: QPointF) -> None:
        assert self._erased is not None
        x, y = at.x() / self._scale, at.y() / self._scale
        if max(abs(x), abs(y)) > LARGEST_COORDINATE:
            return
        left = self._erased.erasing(x, y, ERASER_REACH)
        if left is not self._erased:
            self._erased = left
            self._repaint_all()
            self.sheet_changed.emit(self.sheet)

    def _add_point(self, at: QPointF, pressure: float) -> None:
        x = min(max(at.x() / self._scale, 0.0), UNITS)
        y = min(max(at.y() / self._scale, 0.0), UNITS)
        if self._live_count == len(self._live):
            self._live = np.resize(self._live, (max(256, 2 * self._live_count), 4))
        t = time.perf_counter() - self._began
        self._live[self._live_count] = (x, y, t, pressure)
        self._live_count += 1
        self._paint_last_point()
        self.sheet_changed.emit(self.sheet)

    def _live_stroke(self) -> Stroke:
        return Stroke(self._live[: self._live_count])

    # Painting

    @property
    def _scale(self) -> float:
        """Logical pixels a unit."""
        return max(self.width(), 1) / UNITS

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._repaint_all()

    def paintEvent(self, event: QPaintEvent) -> None:
        self._render_if_stale()
        painter = QPainter(self)
        area = QRectF(event.rect())
        ratio = self._picture.devicePixelRatio()
        source = QRectF(area.topLeft() * ratio, area.size() * ratio)
        painter.drawPixmap(area, self._picture, source)
        if self._live_count:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            points = self._live[: self._live_count]
            paint_tail(painter, points, QColor(self._theme.ink), self.pen_width, self._scale)
        elif not self.sheet:
            painter.setPen(QColor(self._theme.dim))
            font = self.font()
            font.setPixelSize(max(14, self.height() // 18))
            painter.setFont(font)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, HINT)
        painter.setPen(QColor(self._theme.line))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _repaint_all(self) -> None:
        self._stale = True
        self.update()

    def _paint_last_point(self) -> None:
        """Paint the newest part of the stroke into the picture, and only that on screen."""
        if self._stale or self._live_count == 1:
            self.update()  # the hint goes with the first point
        self._render_if_stale(upto=self._live_count - 1)
        points = self._live[: self._live_count]
        ink = QColor(self._theme.ink)
        painter = self._painter()
        window = points[-3:]  # a joint depends on three points at the most
        number = len(window) - 1
        changed = paint_joint(painter, window, number, ink, self.pen_width, self._scale)
        painter.end()
        for tail in (points[-2:], points[-3:-1]):
            if len(tail) == 2:
                low, high = tail[:, :2].min(axis=0), tail[:, :2].max(axis=0)
                margin = self.pen_width
                changed |= QRectF(
                    QPointF(*((low - margin) * self._scale)),
                    QPointF(*((high + margin) * self._scale)),
                )
        self.update(changed.toAlignedRect())

    def _painter(self) -> QPainter:
        self._render_if_stale()
        painter = QPainter(self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        return painter

    def _render_if_stale(self, upto: int | None = None) -> None:
        """Draw the whole sheet anew, the stroke being made up to a number of its points."""
        ratio = self.devicePixelRatioF()
        if not self._stale and self._picture.devicePixelRatio() == ratio:
            return
        self._stale = False
        self._picture = QPixmap(self.size() * ratio)
        self._picture.setDevicePixelRatio(ratio)
        painter = QPainter(self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = QColor(self._theme.ink)
        self._paint_sheet(painter, self.width(), QColor(self._theme.paper), ink)
        points = self._live[: self._live_count]
        for number in range(self._live_count if upto is None else upto):
            paint_joint(painter, points, number, ink, self.pen_width, self._scale)
        painter.end()

    def _paint_sheet(self, painter: QPainter, side: float, paper: QColor, ink: QColor) -> None:
        """Paint finished strokes or the picture on paper of ``side`` painter's units."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRectF(0, 0, side, side), paper)
        sheet = self.history.present if self._erased is None else Sheet(self._erased)
        if sheet.picture is not None and not self._live_count:
            _paint_picture(painter, sheet, side, paper, ink)
        for stroke in sheet.ink.strokes:
            paint_stroke(painter, stroke, ink, self.pen_width, side / UNITS)


def _paint_picture(
    painter: QPainter, sheet: Sheet, side: float, paper: QColor, ink: QColor
) -> None:
    """Paint a sheet's picture pixel by pixel: this is what the network is given."""
    assert sheet.picture is not None
    mixed = [
        np.rint(dark * sheet.picture + light * (1 - sheet.picture)).astype(np.uint8)
        for light, dark in zip(paper.getRgb()[:3], ink.getRgb()[:3], strict=True)
    ]
    pixels = np.ascontiguousarray(np.stack(mixed, axis=2))
    rows, columns = sheet.picture.shape
    image = QImage(pixels.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888)
    painter.drawImage(QRectF(0, 0, side, side), image)
