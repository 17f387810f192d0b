"""The curves of runs as a figure, for a paper or a talk: legend, axes with titles, and grid."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from lenetpad.ui.train.charts import (
    CHARTS,
    CURVES,
    LOGARITHMIC,
    Chart,
    chart_of,
    colour_of,
)
from lenetpad.ui.train.curves_plot import (
    DOTTED,
    SOLID,
    Curve,
    Plot,
    Range,
    paint_curve,
    paint_dots,
    pen,
)
from lenetpad.ui.train.readout import rate_mark, smoothed_losses, training_words
from lenetpad.ui.widgets.chart import line
from lenetpad.ui.widgets.figure import (
    CENTRE,
    RIGHT,
    TEXT,
    Part,
    font_of,
    width_of,
    write,
    write_upwards,
)
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import counted, translate
from lenetpad.values.history import Array, History, decimated

MARGIN: Final = 12.0
ROW: Final = 18.0  # a line of text
GAP: Final = 12.0  # between two charts
TITLE: Final = 15.0  # the height of the title's letters
SAMPLE: Final = 26.0  # a line in the legend
NARROWEST: Final = 300.0
SHAPE: Final = 0.56  # the charts' height by the figure's width
LOWEST: Final = 400.0
MOST_POINTS: Final = 3000  # of a curve


class CurvesFigure:
    """Charts one above the other, over the same steps, with the legend above them.

    ``window`` is the number of steps over which the loss is averaged. ``steps`` and ``values``, by
    the chart's name, are the ranges to show, in values also where the scale is ``logarithmic``;
    what is left out shows everything.
    """

    narrowest = NARROWEST

    def __init__(
        self,
        histories: Sequence[History],
        theme: Theme,
        window: int = 1,
        *,
        logarithmic: bool = False,
        steps: Range | None = None,
        values: Mapping[str, Range] | None = None,
    ) -> None:
        self._theme, self._window = theme, window
        self.background = QColor(theme.panel)
        self._text, self._dim = QColor(theme.text), QColor(theme.dim)
        self._font = font_of()
        self._names = [history.name for history in histories]
        self._training = training_words(histories, window)
        several = translate("Train", "Training curves of {n} runs")
        self.title = counted(len(histories), "".join(self._names), several)
        self._marks = [
            (colour_of(number, theme), step, factor)
            for number, history in enumerate(histories)
            for step, factor in history.marks
        ]
        last = max((len(history.losses) for history in histories), default=0)
        self._steps = steps or (0.0, float(max(last, 1)))
        self._logarithmic = LOGARITHMIC if logarithmic else ()
        self._curves = self._chosen(histories)
        self._ranges = {
            chart.name: self._range(chart.name, (values or {}).get(chart.name))
            for chart in self.charts
        }

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Those that have something to show."""
        return tuple(c for c in CHARTS if any(len(x.steps) for x in self._curves[c.name]))

    def height(self, width: float) -> float:
        """How high the figure is at a width, in units."""
        gaps = GAP * (len(self.charts) - 1)
        return self._head(width) + self._room(width) + gaps + 2 * ROW + MARGIN

    def parts(self, width: float) -> Sequence[Part]:
        """What paints it: the legend, then each chart's axes and curves."""
        made: list[Part] = [partial(self._paint_head, width=width)]
        plots = self.plots(width)
        for plot in plots:
            made.append(partial(self._paint_axes, plot=plot, last=plot is plots[-1]))
            made.extend(partial(paint_curve, plot=plot, curve=curve) for curve in plot.curves)
        return made

    def plots(self, width: float) -> list[Plot]:
        """The charts in their places, in a figure of this width."""
        charts = self.charts
        room, shares = self._room(width), sum(chart.share for chart in charts)
        top, made = self._head(width), []
        for chart in charts:
            area = QRectF(0, top, 0, room * chart.share / shares)
            curves, log = tuple(self._curves[chart.name]), chart.name in self._logarithmic
            made.append(Plot(chart, curves, log, area, self._steps, self._ranges[chart.name]))
            top = area.bottom() + GAP
        numbers = max((width_of(text, self._font) for p in made for _, text in p.ticks), default=0)
        left = MARGIN + ROW + 4 + numbers + 6
        right = width - MARGIN - width_of(f"{self._steps[1]:,.0f}", self._font) / 2
        for plot in made:
            plot.area.setLeft(left)
            plot.area.setRight(right)
        return made

    def _room(self, width: float) -> float:
        """The height of all charts together: each has room for the title of its axis."""
        shares = sum(chart.share for chart in self.charts)
        longest = (
            width_of(translate("Train", c.title), self._font) * shares / c.share
            for c in self.charts
        )
        return max(SHAPE * width, LOWEST, *longest)

    # What is shown

    def _chosen(self, histories: Sequence[History]) -> dict[str, list[Curve]]:
        """The curves of each chart, in their axes' counting, as many points as a figure shows."""
        found: dict[str, list[Curve]] = {chart.name: [] for chart in CHARTS}
        for number, history in enumerate(histories):
            losses = smoothed_losses(history, self._window)
            epochs, errors = history.validation_errors
            values = {
                "loss": (np.arange(1, len(losses) + 1, dtype=np.float64), losses),
                "loss validation": history.validation_losses,
                "accuracy": (epochs, 100 * (1 - errors)),
                "rate": history.rates,
            }
            for name, style in CURVES.items():
                shown = self._counted(name, *values[name])
                found[chart_of(name)].append(Curve(colour_of(number, self._theme), style, *shown))
        return found

    def _counted(self, name: str, steps: Array, values: Array) -> tuple[Array, Array]:
        """The points from the last before the range to the first behind it."""
        first = max(int(np.searchsorted(steps, self._steps[0])) - 1, 0)
        last = int(np.searchsorted(steps, self._steps[1], side="right")) + 1
        steps, values = decimated(steps[first:last], values[first:last], MOST_POINTS)
        return steps, _as_counted(values, logarithmic=chart_of(name) in self._logarithmic)

    def _range(self, chart: str, wanted: Range | None) -> Range:
        """The range of a chart's values, as its axis counts."""
        logarithmic = chart in self._logarithmic
        if wanted is not None:
            low, high = _as_counted(np.array(wanted), logarithmic=logarithmic).tolist()
            if math.isfinite(low) and math.isfinite(high) and low < high:
                return low, high
        values = np.concatenate([curve.values for curve in self._curves[chart]])
        values = values[np.isfinite(values)]
        if not len(values):
            return 0.0, 1.0
        low, high = float(values.min()), float(values.max())
        if logarithmic:
            room = max(0.05 * (high - low), 0.05)
            return low - room, high + room
        if chart == "rate" or 0 <= low < high / 2:
            low = min(low, 0.0)
        room = 0.06 * (high - low) or 0.06 * abs(high) or 1.0
        if chart == "accuracy":
            return max(low - room, 0.0) if low else -room, min(high + room, 100 + room / 3)
        return low - room if low else 0.0, high + room

    # Painting

    def _head(self, width: float) -> float:
        """Where the charts begin: under title and legend."""
        rows = _flow([w for w, _ in self._entries(width)], width - 2 * MARGIN)
        return MARGIN + 1.5 * ROW + (max((row for row, _ in rows), default=0) + 1) * ROW + 8

    def _entries(self, width: float) -> list[tuple[float, Callable[[QPainter, QRectF], None]]]:
        """The entries of the legend: how wide each is, and what paints it."""
        made: list[tuple[float, Callable[[QPainter, QRectF], None]]] = []
        most = width - 2 * MARGIN
        colours = [colour_of(number, self._theme) for number in range(len(self._names))]
        runs = zip(colours, self._names, strict=True) if len(self._names) > 1 else ()
        rows = [(colour, name, self._text, (SOLID,)) for colour, name in runs]
        plain = colours[0] if len(colours) == 1 else self._theme.text
        rows.append((plain, self._training, self._dim, (SOLID,)))
        if any(len(c.steps) for chart in self.charts for c in self._curves[chart.name]
               if c.style is DOTTED):  # fmt: skip
            rows.append((plain, translate("Train", "Validation"), self._dim, (DOTTED,)))
        for colour, text, ink, (style,) in rows:
            wide = min(SAMPLE + 6 + width_of(text, self._font), most)
            made.append((wide, partial(self._paint_entry, colour, text, ink, style)))
        return made

    def _paint_entry(
        self,
        colour: str,
        text: str,
        ink: QColor,
        style: Qt.PenStyle,
        painter: QPainter,
        area: QRectF,
    ) -> None:
        middle = area.center().y()
        ends = [QPointF(area.left(), middle), QPointF(area.left() + SAMPLE, middle)]
        painter.setPen(pen(colour, style))
        painter.drawLine(*ends)
        if style is DOTTED:
            paint_dots(painter, colour, [(ends[0] + ends[1]) / 2])
        write(painter, area.adjusted(SAMPLE + 6, 0, 0, 0), text, self._font, ink)

    def _paint_head(self, painter: QPainter, width: float) -> None:
        area = QRectF(MARGIN, MARGIN, width - 2 * MARGIN, ROW)
        write(painter, area, self.title, font_of(TITLE, bold=True), self._text)
        entries = self._entries(width)
        top = MARGIN + 1.5 * ROW
        places = _flow([wide for wide, _ in entries], width - 2 * MARGIN)
        for (wide, paint), (row, left) in zip(entries, places, strict=True):
            paint(painter, QRectF(MARGIN + left, top + row * ROW, wide, ROW))

    def _paint_axes(self, painter: QPainter, plot: Plot, *, last: bool) -> None:
        area = plot.area
        grid, frame = line(QColor(self._theme.line), 0.7), line(self._dim, 1.0)
        painter.setPen(grid)
        for value, text in plot.ticks:
            y = plot.place(plot.steps[0], value).y()
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            room = QRectF(MARGIN, y - ROW / 2, area.left() - 6 - MARGIN, ROW)
            write(painter, room, text, self._font, self._text, RIGHT)
        for step, text in plot.step_ticks:
            x = plot.place(step, plot.values[0]).x()
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            if last:
                room = QRectF(x - 50, area.bottom() + 2, 100, ROW)
                write(painter, room, text, self._font, self._text, CENTRE)
        painter.setPen(frame)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area)
        beside = QRectF(MARGIN, area.top(), ROW, area.height())
        title = translate("Train", plot.chart.title)
        write_upwards(painter, beside, title, self._font, self._text)
        if last:
            below = QRectF(area.left(), area.bottom() + ROW, area.width(), ROW)
            write(painter, below, translate("Train", "Step"), self._font, self._text, CENTRE)
        self._paint_marks(painter, plot)

    def _paint_marks(self, painter: QPainter, plot: Plot) -> None:
        """Where somebody changed the rate."""
        for colour, step, factor in self._marks:
            if plot.steps[0] <= step <= plot.steps[1]:
                x = plot.place(step, plot.values[0]).x()
                painter.setPen(pen(colour, DOTTED))
                painter.drawLine(QPointF(x, plot.area.top()), QPointF(x, plot.area.bottom()))
                if plot.chart.name == "rate":
                    text = rate_mark(factor)
                    wide = width_of(text, self._font)
                    left = x + 4 if x + 4 + wide < plot.area.right() else x - 4 - wide
                    room = QRectF(left, plot.area.top() + 2, wide, ROW)
                    write(painter, room, text, self._font, self._text)


def _as_counted(values: Array, *, logarithmic: bool) -> Array:
    """Values as their axis counts; what has no logarithm is no number."""
    if not logarithmic:
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithms: Array = np.log10(values)
    return np.where(np.isfinite(logarithms), logarithms, np.nan)


def _flow(widths: Sequence[float], room: float) -> list[tuple[int, float]]:
    """The row and the place in it of things that flow like words, with a space between them."""
    places, row, left = [], 0, 0.0
    for wide in widths:
        if left and left + wide > room:
            row, left = row + 1, 0.0
        places.append((row, left))
        left += wide + 1.5 * TEXT
    return places
