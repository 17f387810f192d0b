"""The canvas: mouse, touch and tablet pen become strokes on a sheet."""

from __future__ import annotations

import math
import time
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QImage,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from lenetpad.ink.erasing import Eraser
from lenetpad.ink.sheets import UNITS
from lenetpad.ink.strokes import History, Ink, Points, Sheet, Stroke
from lenetpad.ui.draw.canvas_picture import CanvasPicture, saved_image
from lenetpad.ui.draw.pointer_surface import PointerSurface
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.turns import Steps
from lenetpad.ui.widgets.words import marked, translate

PEN_WIDTHS: Final = (14.0, 22.0, 32.0, 46.0, 64.0)  # in the strokes' unit
ERASER_REACH: Final = 26.0
HINT: Final = marked("Draw", "Write a digit")
#: A point so many canvases away comes from a driver that is broken; the stroke goes on without.
FURTHEST: Final = 100.0
#: Points are painted and told at most so often; what a faster pen sends meanwhile comes together.
FRAME_SECONDS: Final = 0.003
#: Points that there is room for at first: their memory is never written to a second time.
ROOM: Final = 4096


class Canvas(PointerSurface):
    """A square of paper. ``sheet_changed`` carries the sheet after what changes it, the stroke
    being made included, once for all points that came within ``FRAME_SECONDS``;
    ``history_changed`` follows each finished change, and the start of each stroke. ``painted``
    comes after each painting."""

    sheet_changed = Signal(object)
    history_changed = Signal()
    painted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(translate("Draw", "Canvas"))
        self.history = History()
        self._picture = CanvasPicture(theme)
        self._picture.pen_width = PEN_WIDTHS[2]
        self._erasing = False
        self._eraser: Eraser | None = None  # what erases, from down to up
        self._erased_at: tuple[float, float] | None = None  # where it was last
        # Holds the stroke being made, behind those that were made before.
        self._buffer = np.empty((ROOM, 4))
        self._live_start = self._live_count = 0
        self._shown = 0  # points of it that are painted and told
        self._told = 0.0  # perf_counter when that was last
        self._frame = QTimer(self)  # tells of the points that came too fast
        self._frame.setSingleShot(True)
        self._frame.setTimerType(Qt.TimerType.PreciseTimer)
        self._frame.timeout.connect(self._tell)
        self._painting = QTimer(self)  # draws what is left of a large sheet
        self._painting.setSingleShot(True)
        self._painting.timeout.connect(self._paint_on)
        self._began = 0.0  # perf_counter when the drawing began
        self._pointer: QPointF | None = None  # where the eraser's circle is
        self.set_erasing(False)

    # What the rest of the window does with the canvas

    @property
    def sheet(self) -> Sheet:
        """What lies on the canvas now, the stroke being made included."""
        if self._live_count:
            return Sheet(self.history.present.ink.adding(Stroke.over(self._live)))
        return self._finished

    @property
    def live(self) -> Points:
        """The points (n, 4) of the stroke being made; they stay as they are."""
        return self._live

    @property
    def pen_width(self) -> float:
        """The width at which strokes are drawn, in thousandths of the canvas's side."""
        return self._picture.pen_width

    def set_pen_width(self, width: float) -> None:
        """Draw all strokes at another width."""
        self._picture.pen_width = width
        self._repaint_all()

    @property
    def erasing(self) -> bool:
        """Whether every pointer erases."""
        return self._erasing

    def set_erasing(self, erasing: bool) -> None:
        """Take up the eraser or the pen."""
        self._erasing = erasing
        self.setCursor(Qt.CursorShape.BlankCursor if erasing else Qt.CursorShape.CrossCursor)
        self.update()

    def restore(self, history: History) -> None:
        """Put on the canvas what was there from the start, with what can be undone of it.

        What was put there meanwhile becomes a step on top; a stroke that is being made goes on.
        """
        if self._eraser is not None:
            self.finish()
        here = self.history.present
        if here.picture is not None:
            history = history.doing(here)
        elif here.ink:
            strokes = (*history.present.ink.strokes, *here.ink.strokes)
            history = history.doing(Sheet(Ink(strokes)))
        self._remember(history)

    def set_sheet(self, sheet: Sheet) -> None:
        """Put a sheet on the canvas, as a step that can be undone."""
        self.finish()
        self._remember(self.history.doing(sheet))

    def clear(self) -> None:
        """Take everything off the canvas, as a step that can be undone."""
        self.set_sheet(Sheet())

    def undo(self) -> None:
        """Take the last step back."""
        self.finish()
        self._remember(self.history.undone())

    def redo(self) -> None:
        """Make the step that was taken back again."""
        self.finish()
        self._remember(self.history.redone())

    def finish(self) -> None:
        """End the gesture, if there is one, and keep what it made as a step that can be undone."""
        if not self.gesturing:
            return
        self._tell()
        if self._eraser is not None and self._eraser.finish():
            self._show_erased()
        made = self.sheet
        if self._live_count:
            self._pixmap(self._live)
            self._picture.add_tail(self.size(), self._live)
        self._forget_gesture()
        self.history = self.history.doing(made)
        self.history_changed.emit()

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        self._picture.theme = theme
        self._repaint_all()

    def image(self) -> Steps[QImage]:
        """The canvas as a picture, black ink on white paper; a large sheet takes many steps."""
        return saved_image(self.sheet, self.pen_width)

    # A gesture: from down to up, one step of undo

    def gesture_begun(self, at: QPointF, pressure: float, *, erases: bool) -> None:
        if erases or self._erasing:
            self._eraser = Eraser(self.history.present.ink, ERASER_REACH)
            self._erase(at)
            return
        if self.history.present.picture is not None:
            self._picture.invalidate()  # ink replaces a picture
        if not self.history.present.ink:
            self._began = time.perf_counter()
        self._add_point(at, pressure)
        self.history_changed.emit()

    def gesture_moved(self, at: QPointF, pressure: float) -> None:
        if self._eraser is not None:
            self._erase(at)
        else:
            self._add_point(at, pressure)

    def cancel_gesture(self) -> None:
        self._forget_gesture()
        self._repaint_all()
        self.history_changed.emit()
        self.sheet_changed.emit(self.sheet)

    def _forget_gesture(self) -> None:
        self._frame.stop()
        self.let_go()
        self._eraser = self._erased_at = None
        self._live_start += self._live_count  # others have seen these points
        self._live_count = self._shown = 0

    def _remember(self, history: History) -> None:
        if history is self.history:
            return
        self.history = history
        # Times go on where the sheet's end, whatever its clock was.
        last = max((float(s.points[-1, 2]) for s in history.present.ink.strokes), default=0.0)
        self._began = time.perf_counter() - last
        self._repaint_all()
        self.history_changed.emit()
        self.sheet_changed.emit(self.sheet)

    def _erase(self, at: QPointF) -> None:
        """Take away the strokes on the eraser's way; a picture is none and stays."""
        assert self._eraser is not None
        here = self._in_units(at)
        if here is None:
            return
        before, self._erased_at = self._erased_at or here, here
        if self._eraser.erase(before, here):
            self._show_erased()

    def _show_erased(self) -> None:
        self._repaint_all()
        self.sheet_changed.emit(self.sheet)

    def _in_units(self, at: QPointF) -> tuple[float, float] | None:
        """A place in the strokes' unit; None for one that no hand can have pointed at."""
        x, y = at.x() / self._scale, at.y() / self._scale
        limit = FURTHEST * UNITS
        return (x, y) if -limit <= x <= limit and -limit <= y <= limit else None

    def _add_point(self, at: QPointF, pressure: float) -> None:
        """Add a point to the stroke; one that a broken driver sends is left out."""
        place = self._in_units(at)
        if place is None or not -math.inf < pressure < math.inf:
            return
        x, y = (min(max(coordinate, 0.0), UNITS) for coordinate in place)
        t = time.perf_counter() - self._began
        if self._live_start + self._live_count == len(self._buffer):
            live = self._live
            self._buffer = np.empty((max(ROOM, 2 * len(live)), 4))
            self._buffer[: len(live)] = live
            self._live_start = 0
        self._buffer[self._live_start + self._live_count] = (x, y, t, min(max(pressure, 0.0), 1.0))
        self._live_count += 1
        wait = FRAME_SECONDS - (time.perf_counter() - self._told)
        if wait <= 0:
            self._tell()
        elif not self._frame.isActive():
            self._frame.start(math.ceil(1000 * wait))

    @Slot()
    def _tell(self) -> None:
        """Paint the points that have come, and tell of the sheet with them."""
        if self._eraser is not None or self._shown == self._live_count:
            return
        self._frame.stop()
        self._told = time.perf_counter()
        self._pixmap(self._live[: self._shown])
        changed = self._picture.add_points(self.size(), self._live, self._shown)
        if self._shown == 0:
            self.update()  # the hint, or the picture, goes with the first point
        else:
            self.update(changed)
        self._shown = self._live_count
        self.sheet_changed.emit(self.sheet)

    @property
    def _live(self) -> Points:
        """The points (n, 4) of the stroke being made."""
        return self._buffer[self._live_start : self._live_start + self._live_count]

    @property
    def _finished(self) -> Sheet:
        """What lies under the stroke being made: no picture, for ink replaces it."""
        present = self.history.present
        if self._eraser is not None and present.picture is None:
            return Sheet(self._eraser.ink)
        return Sheet(present.ink) if self._live_count else present

    # Painting

    @property
    def _scale(self) -> float:
        """Logical pixels a unit."""
        return max(self.width(), 1) / UNITS

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._repaint_all()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._picture.theme
        live = self._live[: self._shown]
        pixmap = self._pixmap(live)
        painter = QPainter(self)
        area, ratio = QRectF(event.rect()), pixmap.devicePixelRatio()
        painter.drawPixmap(area, pixmap, QRectF(area.topLeft() * ratio, area.size() * ratio))
        if self._live_count:
            self._picture.paint_tail(painter, self.size(), live)
        elif not self._finished:
            self._paint_hint(painter, theme)
        if not self._picture.complete:
            self._paint_progress(painter, theme)
            self._painting.start()
        painter.setPen(QColor(theme.line))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        if self._erasing and self._pointer is not None:
            self._paint_eraser(painter, theme, self._pointer)
        painter.end()
        self.painted.emit()

    def _paint_hint(self, painter: QPainter, theme: Theme) -> None:
        painter.setPen(QColor(theme.dim))
        font = self.font()
        font.setPixelSize(max(14, self.height() // 18))
        painter.setFont(font)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, translate("Draw", HINT))

    def _paint_progress(self, painter: QPainter, theme: Theme) -> None:
        """How much of a large sheet is drawn: the rest follows while the window answers."""
        painter.setPen(QColor(theme.dim))
        place = self.rect().adjusted(8, 8, -8, -8)
        words = translate("Draw", "Drawing… {percent} %").format(
            percent=round(100 * self._picture.progress)
        )
        painter.drawText(place, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, words)

    @Slot()
    def _paint_on(self) -> None:
        """Draw more of a large sheet."""
        self._picture.go_on()
        self.update()

    def _paint_eraser(self, painter: QPainter, theme: Theme, at: QPointF) -> None:
        """A circle as large as the eraser reaches."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.accent))
        reach = ERASER_REACH * self._scale
        painter.drawEllipse(at, reach, reach)

    def pointer_at(self, at: QPointF | None) -> None:
        self._pointer = at
        if self._erasing:
            self.update()

    def _repaint_all(self) -> None:
        self._picture.invalidate()
        self.update()

    def _pixmap(self, live: Points) -> QPixmap:
        """The picture of everything but the straight end of the stroke being made."""
        return self._picture.pixmap(self.size(), self.devicePixelRatioF(), self._finished, live)
