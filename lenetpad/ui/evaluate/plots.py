"""The plots of an evaluation: each digit's error, the error–reject curve, the calibration."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPolygonF

from lenetpad.ui.evaluate.titles import images_of
from lenetpad.ui.widgets.chart import LETTERS, Chart, Span, line, sized
from lenetpad.ui.widgets.words import translate
from lenetpad.values.evaluation import BINS, EvaluationResults, RejectCurve

CENTRE: Final = Qt.AlignmentFlag.AlignCenter
#: How much more than the largest value an axis shows.
ROOM: Final = 1.12
LEAST_ERROR: Final = 0.002
LEAST_REFUSED: Final = 0.05
DOTS: Final = (4.0, 11.0)  # the radius of a bin with one answer, and with all of them


class DigitChart(Chart):
    """A bar for each digit and network: the fraction of its images with a wrong answer."""

    @property
    def heading(self) -> str:
        return translate("Evaluate", "Error of each digit (number wrong)")

    @property
    def x_title(self) -> str:
        return translate("Evaluate", "True digit")

    def compute(self, results: EvaluationResults) -> None:
        self._errors = [1 - predictions.evaluation.per_class for predictions in results.found]
        self._totals = results.found[0].evaluation.confusion.sum(axis=1)
        known = [errors[~np.isnan(errors)] for errors in self._errors]
        highest = max((float(errors.max()) for errors in known if len(errors)), default=0.0)
        self.x_span, self.y_span = Span(-0.5, 9.5), Span(0, max(highest * ROOM, LEAST_ERROR))

    def arrange(self) -> None:
        self._bars = [
            [self._bar(which, digit) for digit in range(10)] for which in range(len(self._errors))
        ]

    def _bar(self, which: int, digit: int) -> QRectF:
        width = 0.72 / len(self._errors)
        left = digit - 0.36 + which * width
        error = float(np.nan_to_num(self._errors[which][digit]))
        return QRectF(self.place(left, error), self.place(left + width * 0.94, 0))

    def paint_x_axis(self, painter: QPainter, height: float) -> None:
        """Digits are no values: they have no lines."""
        painter.setPen(QColor(self.theme.text))
        for digit in range(10):
            x = self.place(digit, 0).x()
            area = QRectF(x - 30, self.plot.bottom() + 2, 60, height)
            painter.drawText(area, CENTRE, str(digit))

    def paint_marks(self, painter: QPainter) -> None:
        size = self._size_of_counts()
        painter.setFont(sized(self.font(), size))
        for which, bars in enumerate(self._bars):
            for digit, bar in enumerate(bars):
                painter.fillRect(bar, self.colour(which))
                painter.setPen(QColor(self.theme.text))
                area = QRectF(bar.center().x() - 40, bar.top() - 1.5 * size, 80, 1.5 * size)
                painter.drawText(area, CENTRE, self._count(which, digit))

    def _count(self, which: int, digit: int) -> str:
        """How many images of a digit a network reads wrong."""
        error = self._errors[which][digit]
        return "—" if math.isnan(error) else str(round(error * self._totals[digit]))

    @property
    def smallest_text(self) -> float:
        """The height of the smallest text that it paints, in pixels."""
        size = self.size_of_text if self.results is None else self._size_of_counts()
        return float(sized(self.font(), size).pixelSize())

    def _size_of_counts(self) -> float:
        """The height of the counts over the bars, in which none touches the next."""
        size = self.size_of_text
        metrics = QFontMetricsF(sized(self.font(), size))
        widest = max(
            metrics.horizontalAdvance(self._count(which, digit))
            for which in range(len(self._bars))
            for digit in range(10)
        )
        return size * min(1.0, self._bars[0][0].width() / widest)

    def words(self, at: QPointF) -> str:
        share = (at.x() - self.plot.left()) / self.plot.width()
        digit = min(max(int(10 * share), 0), 9)
        if not self._totals[digit]:
            return translate("Evaluate", "No images of digit {digit}").format(digit=digit)
        part = translate("Evaluate", "{network}: {count} wrong, {error} %")
        parts = [
            part.format(
                network=LETTERS[which],
                count=round(errors[digit] * self._totals[digit]),
                error=f"{100 * errors[digit]:.2f}",
            )
            for which, errors in enumerate(self._errors)
        ]
        words = translate("Evaluate", "Digit {digit} ({images}). {errors}")
        images = images_of(int(self._totals[digit]))
        return words.format(digit=digit, images=images, errors="; ".join(parts))


class RejectChart(Chart):
    """The error among the digits that are accepted, for each fraction that is rejected."""

    @property
    def heading(self) -> str:
        return translate("Evaluate", "Error of the digits that are not rejected")

    @property
    def x_title(self) -> str:
        return translate("Evaluate", "Rejected, least probable first")

    def compute(self, results: EvaluationResults) -> None:
        self._exact = results.curves
        self._curves = [curve.decimated() for curve in self._exact]
        ends = [curve.refused_for(0.0) for curve in self._exact if len(curve.refused)]
        last = max((1.0 if end is None else end for end in ends), default=0.0)
        highest = max((float(c.error.max()) for c in self._exact if len(c.error)), default=0.0)
        self.x_span = Span(0, min(max(last * ROOM, LEAST_REFUSED), 1.0))
        self.y_span = Span(0, max(highest * ROOM, LEAST_ERROR))

    def arrange(self) -> None:
        self._lines = [self._line(curve) for curve in self._curves]

    def _line(self, curve: RejectCurve) -> QPolygonF:
        shown = curve.refused <= self.x_span.high
        pairs = zip(curve.refused[shown].tolist(), curve.error[shown].tolist(), strict=True)
        return QPolygonF([self.place(refused, error) for refused, error in pairs])

    def paint_marks(self, painter: QPainter) -> None:
        for which, points in enumerate(self._lines):
            painter.setPen(line(self.colour(which), 2.0))
            painter.drawPolyline(points)
            if points.count() == 1:  # one image makes no line
                painter.setBrush(self.colour(which))
                painter.drawEllipse(points.first(), DOTS[0], DOTS[0])
                painter.setBrush(Qt.BrushStyle.NoBrush)

    def words(self, at: QPointF) -> str:
        refused = (at.x() - self.plot.left()) / self.plot.width() * self.x_span.high
        part = translate("Evaluate", "{network}: {error} % error")
        parts = []
        for which, curve in enumerate(self._exact):
            if len(curve.refused):
                number = int(np.searchsorted(curve.refused, refused, side="right")) - 1
                error = f"{100 * curve.error[number]:.2f}"
                parts.append(part.format(network=LETTERS[which], error=error))
        words = translate("Evaluate", "{share} % rejected. {errors}")
        return words.format(share=f"{100 * refused:.1f}", errors="; ".join(parts))


class CalibrationChart(Chart):
    """How often an answer of each confidence is right; on the diagonal, as often as it says."""

    @property
    def heading(self) -> str:
        return translate("Evaluate", "How often answers are right, by their probability")

    @property
    def x_title(self) -> str:
        return translate("Evaluate", "Probability of the answer")

    def compute(self, results: EvaluationResults) -> None:
        self._bins = [results.calibration(which) for which in range(len(results.found))]
        self.x_span, self.y_span = Span(0, 1), Span(0, 1)

    def arrange(self) -> None:
        self._dots: list[list[tuple[QPointF, float]]] = []
        least, most = DOTS
        for bins in self._bins:
            largest = math.log1p(int(bins.counts.max()))
            filled = np.flatnonzero(bins.counts)
            self._dots.append(
                [
                    (
                        self.place(float(bins.confidence[i]), float(bins.accuracy[i])),
                        least + (most - least) * math.log1p(int(bins.counts[i])) / largest,
                    )
                    for i in filled
                ]
            )

    def paint_marks(self, painter: QPainter) -> None:
        painter.setPen(line(QColor(self.theme.dim), 1.0))
        painter.drawLine(self.place(0, 0), self.place(1, 1))
        for which, dots in enumerate(self._dots):
            painter.setPen(line(self.colour(which), 2.0))
            painter.drawPolyline(QPolygonF([at for at, _ in dots]))
            painter.setBrush(self.colour(which))
            for at, radius in dots:
                painter.drawEllipse(at, radius, radius)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def words(self, at: QPointF) -> str:
        share = (at.x() - self.plot.left()) / self.plot.width()
        number = min(max(int(share * BINS), 0), BINS - 1)
        part = translate("Evaluate", "{network}: {right} % of {count} right")
        parts = []
        for which, bins in enumerate(self._bins):
            if count := int(bins.counts[number]):
                right = f"{100 * bins.accuracy[number]:.1f}"
                parts.append(part.format(network=LETTERS[which], right=right, count=f"{count:,}"))
        if parts:
            words = translate("Evaluate", "Probability {low} to {high} %. {answers}")
        else:
            words = translate("Evaluate", "Probability {low} to {high} %: no answers")
        low, high = (f"{100 * edge / BINS:.0f}" for edge in (number, number + 1))
        return words.format(low=low, high=high, answers="; ".join(parts))
