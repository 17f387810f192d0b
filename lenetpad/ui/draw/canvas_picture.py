"""The canvas's picture: everything drawn so far, in device pixels, added to stroke by stroke."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPaintDevice, QPainter, QPixmap

from lenetpad.ink.sheets import UNITS
from lenetpad.ink.strokes import Points, Sheet
from lenetpad.ui.draw.strokes_painter import paint_joints, paint_tail
from lenetpad.ui.widgets.colour import channels
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.turns import Steps

SAVED_SIDE: Final = 1000  # pixels of the canvas's image for files and the clipboard
#: A large sheet is drawn for so long in one turn of the event loop, so many points at once.
TURN_SECONDS: Final = 0.008
PART: Final = 256
#: What a stroke takes by itself, in points.
STROKE: Final = 4
NO_POINTS: Final = np.empty((0, 4))


class CanvasPicture:
    """Keeps the drawn canvas, so that a pointer event paints only what it adds.

    A large sheet is drawn in parts: ``complete`` is False until ``go_on`` has drawn the last.
    """

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.pen_width = 0.0
        self._pixmap = QPixmap()
        self._valid = False
        self._steps: Iterator[float] | None = None
        self.progress = 1.0

    @property
    def complete(self) -> bool:
        """Whether all of the sheet is drawn."""
        return self._steps is None

    def invalidate(self) -> None:
        """Have everything drawn anew the next time."""
        self._valid = False

    def pixmap(self, size: QSize, ratio: float, sheet: Sheet, live: Points) -> QPixmap:
        """The picture of a finished sheet and the points (n, 4) of the stroke being made."""
        if not self._valid or self._pixmap.devicePixelRatio() != ratio:
            self._valid = True
            self._pixmap = QPixmap(size * ratio)
            self._pixmap.setDevicePixelRatio(ratio)
            side, colours = size.width(), (self._paper, self._ink)
            self._steps = painting(self._pixmap, side, sheet, *colours, self.pen_width, live)
            self.go_on()
        return self._pixmap

    def go_on(self) -> None:
        """Draw on, for as long as nobody notices."""
        end = time.perf_counter() + TURN_SECONDS
        while self._steps is not None and time.perf_counter() < end:
            progress = next(self._steps, None)
            if progress is None:
                self._steps = None
            else:
                self.progress = progress

    def add_points(self, size: QSize, live: Points, first: int) -> QRect:
        """Add what the points from ``first`` on fix; returns the part of the canvas to repaint."""
        scale = _scale(size)
        painter = _painter_on(self._pixmap)
        joined = self._ink, self.pen_width, scale
        changed = paint_joints(painter, live, first, len(live), *joined)
        painter.end()
        # The straight ends from before and now, which are painted over the picture.
        ends = live[max(first - 2, 0) :, :2]
        margin = 2 * self.pen_width
        low, high = ends.min(axis=0) - margin, ends.max(axis=0) + margin
        area = QRectF(QPointF(*(low * scale).tolist()), QPointF(*(high * scale).tolist()))
        return (changed | area).toAlignedRect()

    def add_tail(self, size: QSize, live: Points) -> None:
        """Add the straight end of a stroke that is finished."""
        painter = _painter_on(self._pixmap)
        paint_tail(painter, live, self._ink, self.pen_width, _scale(size))
        painter.end()

    def paint_tail(self, painter: QPainter, size: QSize, live: Points) -> None:
        """Paint the straight end of the stroke being made, which the next point replaces."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_tail(painter, live, self._ink, self.pen_width, _scale(size))

    @property
    def _ink(self) -> QColor:
        return QColor(self.theme.ink)

    @property
    def _paper(self) -> QColor:
        return QColor(self.theme.paper)


def saved_image(sheet: Sheet, pen_width: float) -> Steps[QImage]:
    """The sheet as a picture, black ink on white paper in any theme, in steps."""
    image = QImage(SAVED_SIDE, SAVED_SIDE, QImage.Format.Format_RGB32)
    for _ in painting(image, SAVED_SIDE, sheet, QColor("white"), QColor("black"), pen_width):
        yield
    return image


def painting(
    device: QPaintDevice,
    side: float,
    sheet: Sheet,
    paper: QColor,
    ink: QColor,
    pen_width: float,
    live: Points = NO_POINTS,
) -> Iterator[float]:
    """Paint a sheet on paper of ``side`` logical pixels, and after it the points (n, 4) of the
    stroke being made but for its straight end; yields after each part how far it is, in [0, 1]."""
    scale, done, part = side / UNITS, 0, 0
    count = sheet.ink.point_count + len(live)
    painter = _painter_on(device)
    painter.fillRect(QRectF(0, 0, side, side), paper)
    if sheet.picture is not None:
        painter.drawImage(QRectF(0, 0, side, side), picture_image(sheet, paper, ink))
    for points in (*(stroke.points for stroke in sheet.ink.strokes), live):
        for first in range(0, len(points), PART):
            last = min(first + PART, len(points))
            paint_joints(painter, points, first, last, ink, pen_width, scale)
            done += last - first
            part += last - first + STROKE
            if part > PART:
                part = 0
                painter.end()  # nobody can paint while another painter does
                yield done / count
                painter = _painter_on(device)
        if points is not live:
            paint_tail(painter, points, ink, pen_width, scale)
    painter.end()


def _painter_on(device: QPaintDevice) -> QPainter:
    painter = QPainter(device)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return painter


def picture_image(sheet: Sheet, paper: QColor, ink: QColor) -> QImage:
    """A sheet's picture, 28×28, between the colours of paper and ink."""
    assert sheet.picture is not None
    mixed = [
        np.rint(dark * sheet.picture + light * (1 - sheet.picture)).astype(np.uint8)
        for light, dark in zip(channels(paper), channels(ink), strict=True)
    ]
    pixels = np.ascontiguousarray(np.stack(mixed, axis=2))
    rows, columns = sheet.picture.shape
    image = QImage(pixels.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888)
    return image.copy()  # the pixels' memory goes


def _scale(size: QSize) -> float:
    """Logical pixels a unit."""
    return max(size.width(), 1) / UNITS
