"""The canvas's picture: everything drawn so far, in device pixels, added to stroke by stroke."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPaintDevice, QPainter, QPixmap

from lenetpad.ink.sheets import UNITS, on_canvas
from lenetpad.ink.strokes import DIGIT_SIDE, Points, Sheet, Stroke
from lenetpad.ui.draw.paper import Needed, Paper
from lenetpad.ui.draw.strokes_painter import paint_joints, paint_tail
from lenetpad.ui.widgets.colour import channels
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.turns import Steps

SAVED_SIDE: Final = 1000  # pixels of the canvas's image for files and the clipboard
LONGEST_SAVED: Final = 8000  # of a strip
#: A large sheet is drawn for so long in one turn of the event loop, so many points at once.
TURN_SECONDS: Final = 0.008
PART: Final = 256
#: What a stroke takes by itself, in points.
STROKE: Final = 4
NO_POINTS: Final = np.empty((0, 4))

#: Parts of strokes, by the strokes' id: up to which point each is of which colour. Beyond the last
#: one that goes on.
Colours = Mapping[int, tuple[tuple[int, QColor], ...]]
NO_COLOURS: Final[Colours] = {}


class CanvasPicture:
    """Keeps the drawn canvas, so that a pointer event paints only what it adds.

    A large sheet is drawn in parts: ``complete`` is False until ``go_on`` has drawn the last.
    """

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.pen_width = 0.0
        self.paper = Paper.on(QSize(1, 1), Needed())
        self.colours = NO_COLOURS  # what is not in the ink's colour
        self._pixmap = QPixmap()
        self._valid = False
        self._steps: Iterator[float] | None = None
        self.progress = 1.0

    @property
    def complete(self) -> bool:
        """Whether all of the sheet is drawn."""
        return self._steps is None

    @property
    def valid(self) -> bool:
        """Whether what is drawn goes on from what was asked for last."""
        return self._valid

    def invalidate(self) -> None:
        """Have everything drawn anew the next time."""
        self._valid = False

    def pixmap(self, size: QSize, ratio: float, sheet: Sheet, live: Points) -> QPixmap:
        """The picture of a finished sheet and the points (n, 4) of the stroke being made."""
        if not self._valid or self._pixmap.devicePixelRatio() != ratio:
            self._valid = True
            self._pixmap = QPixmap(size * ratio)
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(self._paper_colour)
            look = Look(self.paper, self._paper_colour, self._ink, self.pen_width, self.colours)
            self._steps = painting(self._pixmap, look, sheet, live)
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

    def add_points(self, live: Points, first: int) -> QRect:
        """Add what the points from ``first`` on fix; returns the part of the canvas to repaint."""
        scale = self.paper.scale
        painter = _painter_on(self._pixmap, self.paper)
        joined = self._ink, self.pen_width, scale
        changed = paint_joints(painter, live, first, len(live), *joined)
        painter.end()
        # The straight ends from before and now, which are painted over the picture.
        ends = live[max(first - 2, 0) :, :2]
        margin = 2 * self.pen_width
        low, high = ends.min(axis=0) - margin, ends.max(axis=0) + margin
        area = QRectF(QPointF(*(low * scale).tolist()), QPointF(*(high * scale).tolist()))
        return (changed | area).translated(0, -self.paper.top * scale).toAlignedRect()

    def add_tail(self, live: Points) -> None:
        """Add the straight end of a stroke that is finished."""
        painter = _painter_on(self._pixmap, self.paper)
        paint_tail(painter, live, self._ink, self.pen_width, self.paper.scale)
        painter.end()

    def paint_tail(self, painter: QPainter, live: Points) -> None:
        """Paint the straight end of the stroke being made, which the next point replaces."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        down = self.paper.top * self.paper.scale
        painter.translate(0, -down)
        paint_tail(painter, live, self._ink, self.pen_width, self.paper.scale)
        painter.translate(0, down)

    @property
    def _ink(self) -> QColor:
        return QColor(self.theme.ink)

    @property
    def _paper_colour(self) -> QColor:
        return QColor(self.theme.paper)


@dataclass(frozen=True, slots=True)
class Look:
    """How a sheet is painted: which part of the paper, in which colours, with which pen."""

    paper: Paper
    background: QColor
    ink: QColor
    pen_width: float
    colours: Colours = field(default_factory=lambda: NO_COLOURS)

    def parts(self, points: Points, stroke: Stroke | None) -> Iterator[tuple[int, int, QColor]]:
        """A stroke's points, from which to before which are of which colour, ``PART`` at most."""
        first = 0
        runs = (self.colours.get(id(stroke)) if stroke is not None else None) or ((0, self.ink),)
        for number, (end, colour) in enumerate(runs):
            last = len(points) if number == len(runs) - 1 else min(end, len(points))
            while first < last:
                yield first, min(first + PART, last), colour
                first = min(first + PART, last)


def saved_image(sheet: Sheet, pen_width: float) -> Steps[QImage]:
    """The sheet as a picture, black ink on white paper in any theme, in steps: a square, or a
    strip where the ink is wider."""
    needed = Needed.for_ink(sheet.ink, wide=False)
    side = max(SAVED_SIDE, min(round(SAVED_SIDE * needed.width / UNITS), LONGEST_SAVED))
    height = min(max(1, round(side * needed.height / needed.width)), LONGEST_SAVED)
    image = QImage(side, height, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    paper = Paper.on(image.size(), needed)
    for _ in painting(image, Look(paper, QColor("white"), QColor("black"), pen_width), sheet):
        yield
    return image


def painting(
    device: QPaintDevice, look: Look, sheet: Sheet, live: Points = NO_POINTS
) -> Iterator[float]:
    """Paint a sheet on a blank device, and after it the points (n, 4) of the stroke being made
    but for its straight end; yields after each part how far it is, in [0, 1]."""
    scale, done, part = look.paper.scale, 0, 0
    count = sheet.ink.point_count + len(live)
    painter = _painter_on(device, look.paper)
    if sheet.picture is not None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, sheet.line is not None)
        place = _place_of_picture(sheet.picture.shape, scale)
        painter.drawImage(place, picture_image(sheet, look.background, look.ink))
    strokes = [(stroke.points, stroke) for stroke in sheet.ink.strokes]
    for points, stroke in (*strokes, (live, None)):
        colour = look.ink
        for first, last, colour in look.parts(points, stroke):
            paint_joints(painter, points, first, last, colour, look.pen_width, scale)
            done += last - first
            part += last - first + STROKE
            if part > PART:
                part = 0
                painter.end()  # nobody can paint while another painter does
                yield done / count
                painter = _painter_on(device, look.paper)
        if stroke is not None:
            paint_tail(painter, points, colour, look.pen_width, scale)
    painter.end()


def _painter_on(device: QPaintDevice, paper: Paper) -> QPainter:
    """A painter whose y begins with the paper's."""
    painter = QPainter(device)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(0, -paper.top * paper.scale)
    return painter


def _place_of_picture(shape: tuple[int, int], scale: float) -> QRectF:
    """Where a picture (rows, columns) is painted: the square that one of a digit fills, or the
    middle of that."""
    rows, columns = shape
    if rows == columns == DIGIT_SIDE:
        return QRectF(0, 0, UNITS * scale, UNITS * scale)
    left, top, right, bottom = on_canvas((0, 0, columns, rows), shape)
    return QRectF(QPointF(left, top) * scale, QPointF(right, bottom) * scale)


def picture_image(sheet: Sheet, paper: QColor, ink: QColor) -> QImage:
    """A sheet's picture between the colours of paper and ink."""
    assert sheet.picture is not None
    mixed = [
        np.rint(dark * sheet.picture + light * (1 - sheet.picture)).astype(np.uint8)
        for light, dark in zip(channels(paper), channels(ink), strict=True)
    ]
    pixels = np.ascontiguousarray(np.stack(mixed, axis=2))
    rows, columns = sheet.picture.shape
    image = QImage(pixels.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888)
    return image.copy()  # the pixels' memory goes
