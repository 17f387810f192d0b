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
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from lenetpad.ink.erasing import Eraser
from lenetpad.ink.replay import Replay
from lenetpad.ink.sheets import UNITS
from lenetpad.ink.strokes import History, Ink, Points, Sheet, Stroke
from lenetpad.ui.draw.canvas_looks import CanvasLooks
from lenetpad.ui.draw.canvas_picture import CanvasPicture, saved_image
from lenetpad.ui.draw.digit_marks import NO_MARKS, DigitMarks
from lenetpad.ui.draw.live_stroke import LiveStroke
from lenetpad.ui.draw.paper import LONG_LINE, NEAR_EDGE, Needed, Paper, extent
from lenetpad.ui.draw.pointer_surface import PointerSurface
from lenetpad.ui.draw.replay_picture import ReplayPicture
from lenetpad.ui.widgets.focus import paint_focus
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.turns import Steps
from lenetpad.ui.widgets.words import marked, translate
from lenetpad.values.reading import Reading

PEN_WIDTHS: Final = (14.0, 22.0, 32.0, 46.0, 64.0)  # in the strokes' unit
ERASER_REACH: Final = 26.0
HINT: Final = marked("Draw", "Write a digit")
#: A point so many canvases away comes from a driver that is broken; the stroke goes on without.
FURTHEST: Final = 100.0
#: Points are painted and told at most so often; what a faster pen sends meanwhile comes together.
FRAME_SECONDS: Final = 0.003


class Canvas(PointerSurface):
    """A square of paper, or a strip of it.

    ``sheet_changed`` carries the sheet after what changes it, the stroke being made included, once
    for all points that came within ``FRAME_SECONDS``; ``history_changed`` follows each finished
    change, and the start of each stroke. ``painted`` comes after each painting.

    Where several digits lie here, ``digit_chosen`` carries the place of one, from 0 at the left:
    it is clicked with the right button or Ctrl, or by a dot on its ink, which would not be seen.

    While a moment of its ink is shown, nothing of the sheet changes; ``replay_left`` comes where
    writing, or another sheet, brings all of it back.
    """

    sheet_changed = Signal(object)
    digit_chosen = Signal(int)
    replay_left = Signal()
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
        self._stroke = LiveStroke()  # the one being made
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
        self._wide = False
        self._hint = translate("Draw", HINT)  # what an empty canvas says
        self._needed = Needed()  # what of the paper is to be seen
        self._reading: Reading | None = None  # what was read of what lies here
        self._marks = NO_MARKS  # of several digits
        self._coloured = NO_MARKS  # those whose colours the picture has
        self._replayed: ReplayPicture | None = None  # while a moment of the ink is shown
        self.set_erasing(False)

    # What the rest of the window does with the canvas

    @property
    def sheet(self) -> Sheet:
        """What lies on the canvas now, the stroke being made included."""
        if len(self._stroke):
            return Sheet(self.history.present.ink.adding(Stroke.over(self._live)))
        return self._finished

    @property
    def live(self) -> Points:
        """The points (n, 4) of the stroke being made; they stay as they are."""
        return self._live

    def units_at(self, at: QPointF) -> tuple[float, float]:
        """A place on the canvas in the strokes' unit."""
        return self._picture.paper.units(at)

    @property
    def looks(self) -> CanvasLooks:
        """What is painted here, for a mirror of it."""
        live, below, coloured = self._live[: self._shown], self._finished, self._coloured
        if self._replayed is not None:
            live, below, coloured = live[:0], Sheet(self._replayed.ink), NO_MARKS
        marks = self._marks, coloured
        return CanvasLooks(below, live, self._needed, self.pen_width, *marks, self._hint)

    @property
    def pen_width(self) -> float:
        """The width at which strokes are drawn, in thousandths of the canvas's side."""
        return self._picture.pen_width

    def set_pen_width(self, width: float) -> None:
        """Draw all strokes at another width."""
        self._picture.pen_width = width
        self._repaint_all()

    def set_hint(self, text: str) -> None:
        """Say something else while the canvas is empty; "" says what it always says."""
        self._hint = text or translate("Draw", HINT)
        self._repaint_all()

    @property
    def wide(self) -> bool:
        """Whether it is a strip, with room for a line of digits."""
        return self._wide

    def set_wide(self, *, wide: bool) -> None:
        """Show the paper as a strip or as a square, once the canvas has that shape; the ink stays
        as large on the screen as can be."""
        self.finish()
        self._wide = wide
        self._fit_paper()

    @property
    def near_edge(self) -> bool:
        """Whether the writing comes near to the right edge, or a picture's line is long."""
        ink, line = self.history.present.ink, self.history.present.line
        if line is not None:
            return bool(line.shape[1] > LONG_LINE * line.shape[0])
        return bool(ink) and extent(ink).right() > NEAR_EDGE * self._picture.paper.width

    def show_digits(self, reading: Reading | None) -> None:
        """Mark the digits of the latest sheet's reading; while a gesture lasts, after it."""
        self._reading = reading
        if not self.gesturing:
            self._take_marks()

    def show_moment(self, replay: Replay | None, count: int = 0) -> None:
        """Show the sheet's ink as it was when it had so many points, and the rest faintly; None
        shows all that lies here."""
        if replay is None:
            if self._replayed is None:
                return
            self._replayed, self._marks = None, NO_MARKS  # until all of it is read again
        else:
            if self._replayed is None or self._replayed.replay is not replay:
                self._replayed = ReplayPicture(replay, self._picture)
            self._replayed.go_to(count)
        self.update()

    @property
    def shows_moment(self) -> bool:
        """Whether the ink is shown as it was while it was written."""
        return self._replayed is not None

    def _leave_replay(self) -> None:
        if self._replayed is not None:
            self._unmark()
            self.show_moment(None)
            self.replay_left.emit()

    @property
    def digits_shown(self) -> int:
        """How many digits are marked."""
        return len(self._marks.boxes)

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

    def go_back_to(self, history: History) -> None:
        """Have what was here at another time, with what could be undone of it then."""
        self.finish()
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
        if (clicked := self._clicked) is not None:
            self.cancel_gesture()
            self.digit_chosen.emit(clicked)
            return
        made = self.sheet
        if len(self._stroke):
            self._pixmap(self._live)
            self._picture.add_tail(self._live)
        self._forget_gesture()
        self.history = self.history.doing(made)
        self._take_marks()
        self.history_changed.emit()

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        self._picture.theme = theme
        self._picture.colours = self._coloured.colours(theme)
        self._repaint_all()

    def image(self) -> Steps[QImage]:
        """The canvas as a picture, black ink on white paper; a large sheet takes many steps."""
        return saved_image(self.sheet, self.pen_width)

    # A gesture: from down to up, one step of undo

    def gesture_begun(self, at: QPointF, pressure: float, *, erases: bool) -> None:
        self._leave_replay()
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
        self._reading = None
        self._forget_gesture()
        self._repaint_all()
        self.history_changed.emit()
        self.sheet_changed.emit(self.sheet)

    def _forget_gesture(self) -> None:
        self._frame.stop()
        self.let_go()
        self._eraser = self._erased_at = None
        self._stroke.forget()
        self._shown = 0

    def _remember(self, history: History) -> None:
        if history is self.history:
            return
        self._leave_replay()
        self.history = history
        # Times go on where the sheet's end, whatever its clock was.
        last = max((float(s.points[-1, 2]) for s in history.present.ink.strokes), default=0.0)
        self._began = time.perf_counter() - last
        if not self._needed.holds(history.present.ink) or not history.present.ink:
            self._fit_paper()
        self._unmark()
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
        self._unmark()
        self._repaint_all()
        self.sheet_changed.emit(self.sheet)

    def _in_units(self, at: QPointF) -> tuple[float, float] | None:
        """A place in the strokes' unit; None for one that no hand can have pointed at."""
        x, y = self._picture.paper.units(at)
        limit = FURTHEST * UNITS
        return (x, y) if -limit <= x <= limit and -limit <= y <= limit else None

    def _add_point(self, at: QPointF, pressure: float) -> None:
        """Add a point to the stroke; one that a broken driver sends is left out."""
        place = self._in_units(at)
        if place is None or not -math.inf < pressure < math.inf:
            return
        paper = self._picture.paper
        x = min(max(place[0], 0.0), paper.width)
        y = min(max(place[1], paper.top), paper.top + paper.height)
        t = time.perf_counter() - self._began
        self._stroke.add(x, y, t, min(max(pressure, 0.0), 1.0))
        wait = FRAME_SECONDS - (time.perf_counter() - self._told)
        if wait <= 0:
            self._tell()
        elif not self._frame.isActive():
            self._frame.start(math.ceil(1000 * wait))

    @Slot()
    def _tell(self) -> None:
        """Paint the points that have come, and tell of the sheet with them."""
        if self._eraser is not None or self._shown == len(self._stroke):
            return
        self._frame.stop()
        self._told = time.perf_counter()
        self._pixmap(self._live[: self._shown])
        changed = self._picture.add_points(self._live, self._shown)
        if self._shown == 0:
            self.update()  # the hint, or the picture, goes with the first point
        else:
            self.update(changed)
        self._shown = len(self._stroke)
        self.sheet_changed.emit(self.sheet)

    @property
    def _live(self) -> Points:
        """The points (n, 4) of the stroke being made."""
        return self._stroke.points

    @property
    def _finished(self) -> Sheet:
        """What lies under the stroke being made: no picture, for ink replaces it."""
        present = self.history.present
        if self._eraser is not None and present.picture is None:
            return Sheet(self._eraser.ink)
        return Sheet(present.ink) if len(self._stroke) else present

    # Several digits

    def mousePressEvent(self, event: QMouseEvent) -> None:
        aside = event.button() == Qt.MouseButton.RightButton
        held = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if (aside or held) and not self.gesturing:
            place = self._picture.paper.units(event.position())
            if (digit := self._marks.at(place, self._picture.pen_width)) is not None:
                self.digit_chosen.emit(digit)
                return
        super().mousePressEvent(event)

    @property
    def _clicked(self) -> int | None:
        """The digit on whose ink the stroke being made is a mere dot, which would not be seen."""
        live = self._live
        if not self._marks or not len(live):
            return None
        reach = self._picture.pen_width / 2
        if np.hypot(*(live[:, :2] - live[0, :2]).T).max() > reach:
            return None
        return self._marks.inked((float(live[0, 0]), float(live[0, 1])), reach)

    def _take_marks(self) -> None:
        """Mark the digits as the latest reading has them."""
        replayed = self._replayed
        shown = self.history.present if replayed is None else Sheet(replayed.ink)
        before, self._marks = self._marks, DigitMarks.of(self._reading, shown)
        if replayed is not None:
            if before or self._marks:
                self.update()
            return
        if not self._coloured.coloured_as(self._marks):
            self._coloured = self._marks
            self._picture.colours = self._marks.colours(self._picture.theme)
            self._picture.invalidate()
        self.update()

    def _unmark(self) -> None:
        """Other ink lies here now. The colours stay as they are until it is read."""
        self._marks, self._reading = NO_MARKS, None

    def _fit_paper(self) -> None:
        """Show the part of the paper that the ink needs."""
        self._needed = Needed.for_sheet(self.history.present, wide=self._wide)
        self._place_paper()

    def _place_paper(self) -> None:
        self._picture.paper = Paper.on(self.size(), self._needed)
        self._repaint_all()

    # Painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_paper()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._picture.theme
        painter = QPainter(self)
        if self._replayed is not None:
            self._replayed.paint(painter, self.size(), self.devicePixelRatioF())
        else:
            self._paint_sheet(painter, event)
        if self._marks:
            self._marks.paint(painter, self._picture.paper, theme, self.pen_width)
        if not (self._replayed or self._picture).complete:
            self._paint_progress(painter, theme)
            self._painting.start()
        painter.setPen(QColor(theme.line))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        if self.tabbed:
            paint_focus(painter, self.rect(), theme)
        if self._erasing and self._pointer is not None:
            self._paint_eraser(painter, theme, self._pointer)
        painter.end()
        self.painted.emit()

    def _paint_sheet(self, painter: QPainter, event: QPaintEvent) -> None:
        live = self._live[: self._shown]
        pixmap = self._pixmap(live)
        area, ratio = QRectF(event.rect()), pixmap.devicePixelRatio()
        painter.drawPixmap(area, pixmap, QRectF(area.topLeft() * ratio, area.size() * ratio))
        if len(self._stroke):
            self._picture.paint_tail(painter, live)
        elif not self._finished:
            paint_hint(painter, self._picture.theme, self, self._hint)

    def _paint_progress(self, painter: QPainter, theme: Theme) -> None:
        """How much of a large sheet is drawn: the rest follows while the window answers."""
        painter.setPen(QColor(theme.dim))
        place = self.rect().adjusted(8, 8, -8, -8)
        words = translate("Draw", "Drawing… {percent} %").format(
            percent=round(100 * (self._replayed or self._picture).progress)
        )
        painter.drawText(place, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, words)

    @Slot()
    def _paint_on(self) -> None:
        """Draw more of a large sheet."""
        (self._replayed or self._picture).go_on()
        self.update()

    def _paint_eraser(self, painter: QPainter, theme: Theme, at: QPointF) -> None:
        """A circle as large as the eraser reaches."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.accent))
        reach = ERASER_REACH * self._picture.paper.scale
        painter.drawEllipse(at, reach, reach)

    def pointer_at(self, at: QPointF | None) -> None:
        self._pointer = at
        if self._erasing:
            self.update()

    def _repaint_all(self) -> None:
        self._picture.invalidate()
        if self._replayed is not None:
            self._replayed.invalidate()
        self.update()

    def _pixmap(self, live: Points) -> QPixmap:
        """The picture of everything but the straight end of the stroke being made."""
        return self._picture.pixmap(self.size(), self.devicePixelRatioF(), self._finished, live)


def paint_hint(painter: QPainter, theme: Theme, canvas: QWidget, hint: str) -> None:
    """Say on an empty canvas what it is for."""
    painter.setPen(QColor(theme.dim))
    font = canvas.font()
    font.setPixelSize(max(theme.px(14), canvas.height() // 18))
    painter.setFont(font)
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(canvas.rect(), flags, hint)
