"""The plot of a time line: probabilities against the pen's time, and the moment that is shown."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from lenetpad.ink.replay import Replay
from lenetpad.ui.draw.time_line import words
from lenetpad.ui.draw.time_line.layout import (
    Frame,
    Run,
    curve_of,
    label_places,
    risen,
    run_at,
    run_near,
    runs_of,
)
from lenetpad.ui.widgets.focus import paint_focus
from lenetpad.ui.widgets.series import pens_of
from lenetpad.ui.widgets.theme import Theme, tabular
from lenetpad.ui.widgets.ticks import linear_texts, linear_ticks
from lenetpad.values.time_line import NO_DIGIT, TimeLine

TEXT: Final = 12.0  # pixels at the usual size
SMALL: Final = 11.0
BAND: Final = 20.0
GAP: Final = 3.0
TICK_WIDTH: Final = 70.0  # between two numbers of the axis of time
REACH: Final = 5.0  # a click so near to a change goes to it
LEVELS: Final = ((0.0, "0"), (0.5, "50"), (1.0, "100 %"))
#: Each class's colour, by its place among the pens; the second with the same is dashed. Those that
#: networks take for each other have two colours.
COLOURS: Final = (0, 0, 3, 4, 2, 5, 1, 1, 2, 3)
CENTRE: Final = Qt.AlignmentFlag.AlignCenter
RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
KEYS: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
CHANGES: Final = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
PLAYING: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def pen_of(one: int, theme: Theme) -> QPen:
    """How a class's line is painted."""
    if one == NO_DIGIT:
        return QPen(QColor(theme.dim), 1.6, Qt.PenStyle.DotLine)
    dashed = COLOURS.index(COLOURS[one]) < one
    style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
    return QPen(QColor(pens_of(theme)[COLOURS[one]]), 2.0, style)


class TimeLinePlot(QWidget):
    """``moved`` carries the number of points of the moment that the user goes to; ``toggled``
    comes with the wish to play or to pause, ``pointed`` carries what lies under the pointer."""

    moved = Signal(int)
    toggled = Signal()
    pointed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.replay: Replay | None = None
        self.read: TimeLine | None = None
        self._hidden = False  # whether nothing is to say which digit is read
        self.count = 0
        self.runs: tuple[Run, ...] = ()
        self.frame = Frame(QRectF(), QRectF(), 0.0)
        self._standing: QPixmap | None = None  # all but the moment that is shown
        self._numbers: list[QRectF] = []  # of the axis of time, where they are written
        self._said = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    # What it shows

    @property
    def line(self) -> TimeLine | None:
        """What was read, as far as it is not hidden."""
        return None if self._hidden else self.read

    def hide_answer(self, *, hidden: bool) -> None:
        """Show the pen's time alone, or what was read too."""
        if hidden != self._hidden:
            self._hidden = hidden
            self._say("")
            self._arrange()

    def show_replay(self, replay: Replay | None, count: int) -> None:
        """Show another drawing; its line follows."""
        self.replay, self.read, self.count = replay, None, count
        self._arrange()

    def show_line(self, line: TimeLine | None) -> None:
        """Show what was read, or as much as there is of it."""
        self.read = line
        self._arrange()

    def show_count(self, count: int) -> None:
        """Show the moment at which there were so many points."""
        if count != self.count:
            self.count = count
            self._describe()
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme and size."""
        self.theme = theme
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        """Compute once what each painting needs."""
        side, below = self._level_width(), self.theme.px(SMALL) + 2 * GAP
        band = QRectF(side, 1, self.width() - side - GAP, self.theme.px(BAND))
        plot = QRectF(band)
        plot.setTop(band.bottom() + GAP)
        plot.setBottom(max(plot.top() + 1, self.height() - below))
        duration = self.replay.duration if self.replay is not None else 0.0
        self.frame, self.runs = Frame(band, plot, duration), ()
        if self.replay is not None and self.line is not None:
            self.runs = runs_of(self.line, self.replay, self.frame)
        self._standing = None
        self._describe()
        self.update()

    def _describe(self) -> None:
        if QAccessible.isActive():
            self.setAccessibleDescription(words.in_words(self.replay, self.line, self.count))

    # Pointer and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self.replay is None:
            return
        at = event.position()
        run = run_near(self.runs, at.x(), REACH)
        if run is None and at.y() <= self.frame.band.bottom():
            run = run_at(self.runs, at.x())
        self.moved.emit(self._count_at(at.x()) if run is None else run.count)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if event.buttons() & Qt.MouseButton.LeftButton and self.replay is not None:
            self.moved.emit(self._count_at(at.x()))
        self._say(self._words_at(at))

    def leaveEvent(self, event: QEvent) -> None:
        self._say("")

    def _say(self, said: str) -> None:
        if said != self._said:
            self._said = said
            self.pointed.emit(said)

    def _count_at(self, x: float) -> int:
        assert self.replay is not None
        return self.replay.count_at(self.frame.moment(x))

    def _words_at(self, at: QPointF) -> str:
        """Of the change near to the pointer, or of the one that the answer in the band came
        with."""
        if self.replay is None or self.line is None or not self.runs:
            return ""
        run = run_near(self.runs, at.x(), REACH)
        if run is None and at.y() <= self.frame.band.bottom():
            run = run_at(self.runs, at.x())
        if run is None or run is self.runs[0]:
            return ""
        before = self.runs[self.runs.index(run) - 1].answer
        return words.became(before, run.answer, self.replay.time_of(run.count))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if self.replay is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key in KEYS:
            self._go(self.count + KEYS[key])
        elif key in CHANGES:
            self._go(self._change(CHANGES[key]))
        elif key == Qt.Key.Key_Home:
            self._go(1)
        elif key == Qt.Key.Key_End:
            self._go(self.replay.count)
        elif key in PLAYING:
            self.toggled.emit()
        else:
            super().keyPressEvent(event)

    def _go(self, count: int) -> None:
        assert self.replay is not None
        self.moved.emit(min(max(count, 1), self.replay.count))

    def _change(self, step: int) -> int:
        """The number of points at the change before or after the moment that is shown, or at an
        end."""
        assert self.replay is not None
        counts = [run.count for run in self.runs[1:]]
        if step < 0:
            return max((count for count in counts if count < self.count), default=1)
        return min((count for count in counts if count > self.count), default=self.replay.count)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._standing is None or self._standing.devicePixelRatio() != ratio:
            self._standing = QPixmap(self.size() * ratio)
            self._standing.setDevicePixelRatio(ratio)
            self._standing.fill(QColor(self.theme.panel))
            painter = QPainter(self._standing)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint_standing(painter)
            painter.end()
        painter = QPainter(self)
        painter.drawPixmap(QPointF(), self._standing)
        if self.replay is not None:
            self._paint_moment(painter)
        if self.hasFocus():
            paint_focus(painter, self.rect(), self.theme)
        painter.end()

    def paint_standing(self, painter: QPainter) -> None:
        """Paint all but the moment that is shown."""
        self._paint_levels(painter)
        if self.replay is None:
            return
        self._paint_times(painter)
        if self.line is not None and self.line.counts:
            self._paint_band(painter)
            self._paint_curves(painter)

    def _paint_levels(self, painter: QPainter) -> None:
        plot = self.frame.plot
        painter.setFont(self._font(SMALL))
        height = QFontMetricsF(painter.font()).height()
        for level, text in LEVELS:
            y = self.frame.up(level)
            painter.setPen(QColor(self.theme.line))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            if level == 0.5 and plot.height() < 3 * height:
                continue
            painter.setPen(QColor(self.theme.dim))
            area = QRectF(0, y - height / 2, plot.left() - GAP, height)
            painter.drawText(area, RIGHT, text)

    def _paint_times(self, painter: QPainter) -> None:
        """The seconds below the plot, and nothing where the drawing is a single point."""
        plot, duration = self.frame.plot, self.frame.duration
        self._numbers = []
        if duration <= 0:
            return
        about = max(1.0, plot.width() / self.theme.px(TICK_WIDTH))
        ticks = linear_ticks(0.0, duration, about)
        painter.setFont(self._font(SMALL))
        metrics = QFontMetricsF(painter.font())
        for value, text in zip(ticks, linear_texts(ticks), strict=True):
            x, written = self.frame.across(value), words.axis_seconds(text)
            painter.setPen(QColor(self.theme.line))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            width = metrics.horizontalAdvance(written)
            left = min(max(x - width / 2, plot.left()), plot.right() - width)
            painter.setPen(QColor(self.theme.dim))
            area = QRectF(left, plot.bottom() + GAP, width, metrics.height())
            painter.drawText(area, CENTRE, written)
            self._numbers.append(area)

    def _paint_band(self, painter: QPainter) -> None:
        """Who was the answer when, where there is room for it; and where it became another."""
        band, plot = self.frame.band, self.frame.plot
        painter.setFont(self._font(TEXT, bold=True))
        metrics = QFontMetricsF(painter.font())
        for run in self.runs:
            area = QRectF(run.left, band.top(), run.right - run.left, band.height())
            painter.fillRect(area.adjusted(0.5, 0, -0.5, 0), QColor(self.theme.zero))
            if run is not self.runs[0]:
                painter.setPen(QPen(QColor(self.theme.dim), 1, Qt.PenStyle.DotLine))
                painter.drawLine(QPointF(run.left, band.top()), QPointF(run.left, plot.bottom()))
            names = (words.answer_name(run.answer), run.answer or "–")
            room = area.width() - 2
            name = next((one for one in names if metrics.horizontalAdvance(one) <= room), "")
            painter.setPen(QColor(self.theme.text))
            painter.drawText(area, CENTRE, name)

    def _paint_curves(self, painter: QPainter) -> None:
        assert self.line is not None
        assert self.replay is not None
        leaders = self.line.leaders
        curves = [curve_of(self.line, self.replay, self.frame, one) for one in leaders]
        for one, curve in zip(leaders, curves, strict=True):
            painter.setPen(pen_of(one, self.theme))
            for part in risen(curve, self.frame.plot.bottom() - 0.5):
                painter.drawPolyline(QPolygonF(part))
        painter.setFont(self._font(TEXT, bold=True))
        metrics = QFontMetricsF(painter.font())
        names = [words.class_name(one) for one in leaders]
        high = metrics.height() + 2
        sizes = [QSizeF(metrics.horizontalAdvance(name) + 10, high) for name in names]
        places = label_places(self.line, curves, sizes, self.frame)
        for one, name, place in zip(leaders, names, places, strict=True):
            painter.setBrush(QColor(self.theme.panel))
            painter.setPen(QPen(pen_of(one, self.theme).color(), 1.5))
            painter.drawRoundedRect(place, 4, 4)
            painter.setPen(QColor(self.theme.text))
            painter.drawText(place, CENTRE, name)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_moment(self, painter: QPainter) -> None:
        """A line across, and its time below."""
        assert self.replay is not None
        plot, now = self.frame.plot, self.replay.time_of(self.count)
        x = self.frame.across(now)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.theme.accent), 2))
        painter.drawLine(QPointF(x, self.frame.band.top()), QPointF(x, plot.bottom()))
        painter.setFont(self._font(SMALL, bold=True))
        metrics, text = QFontMetricsF(painter.font()), words.seconds(now)
        width = metrics.horizontalAdvance(text) + 10
        left = min(max(x - width / 2, plot.left()), plot.right() - width)
        area = QRectF(left, plot.bottom() + 1, width, self.height() - plot.bottom() - 2)
        for number in self._numbers:
            if number.intersects(area):
                painter.fillRect(number, QColor(self.theme.panel))
        painter.setBrush(QColor(self.theme.accent))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(area, 4, 4)
        painter.setPen(QColor(self.theme.on_accent))
        painter.drawText(area, CENTRE, text)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _level_width(self) -> float:
        metrics = QFontMetricsF(self._font(SMALL))
        return max(metrics.horizontalAdvance(text) for _, text in LEVELS) + 2 * GAP

    def _font(self, usual: float, *, bold: bool = False) -> QFont:
        font = tabular(QFont(self.font()))
        font.setPixelSize(self.theme.px(usual))
        font.setBold(bold)
        return font
