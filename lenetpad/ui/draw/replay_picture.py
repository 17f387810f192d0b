"""The canvas's picture while a drawing is replayed: what was written, and the rest faintly."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QPainter

from lenetpad.ink.replay import Replay
from lenetpad.ink.strokes import Ink, Points, Sheet
from lenetpad.ui.draw.canvas_picture import NO_POINTS, CanvasPicture
from lenetpad.ui.widgets.colour import channels
from lenetpad.ui.widgets.theme import Theme

#: How much of the ink's colour what is still to be written has, the rest being the paper's.
FAINT: Final = 0.16


class ReplayPicture:
    """Paints a replay at a moment; what is added as it goes on is painted once."""

    def __init__(self, replay: Replay, canvas: CanvasPicture) -> None:
        self.replay = replay
        self.count = 0
        self.ink = Ink()  # what was written
        self._canvas = canvas  # whose paper, theme and pen it has
        self._faint, self._made = CanvasPicture(canvas.theme), CanvasPicture(canvas.theme)
        self.invalidate()

    @property
    def complete(self) -> bool:
        """Whether all of it is drawn."""
        return self._faint.complete and self._made.complete

    @property
    def progress(self) -> float:
        """How much of it is, in [0, 1]."""
        return min(self._faint.progress, self._made.progress)

    def invalidate(self) -> None:
        """Have everything drawn anew: the canvas has another size, theme or pen."""
        theme = self._canvas.theme
        self._faint.theme = replace(theme, ink=_faint(theme))
        self._made.theme = replace(theme, paper="transparent")
        for picture in (self._faint, self._made):
            picture.paper, picture.pen_width = self._canvas.paper, self._canvas.pen_width
            picture.invalidate()

    def go_to(self, count: int) -> None:
        """Show what was written when there were so many points."""
        before, self.count = self.count, count
        self.ink = self.replay.partial(count)
        if count < before or not self._made.complete:
            self._made.invalidate()
        elif self._made.valid:
            self._add(before)

    def _add(self, before: int) -> None:
        """Paint what was written since there were so many points."""
        begun = 0
        for stroke in self.ink.strokes:
            points, first = stroke.points, max(0, before - begun)
            begun += len(points)
            if begun > before:
                self._made.add_points(points, first)
                if stroke is not self.ink.strokes[-1] or self._finished:
                    self._made.add_tail(points)

    @property
    def _finished(self) -> bool:
        """Whether the last stroke of what was written is whole."""
        return self.count in self.replay.ends

    @property
    def _parted(self) -> tuple[Sheet, Points]:
        """The finished strokes, and the points of the one that is being written."""
        strokes = self.ink.strokes
        if self._finished or not strokes:
            return Sheet(self.ink), NO_POINTS
        return Sheet(Ink(strokes[:-1])), strokes[-1].points

    def paint(self, painter: QPainter, size: QSize, ratio: float) -> None:
        """Paint it on a canvas of this size."""
        sheet, live = self._parted
        whole = Sheet(self.replay.ink)
        painter.drawPixmap(QPointF(), self._faint.pixmap(size, ratio, whole, NO_POINTS))
        painter.drawPixmap(QPointF(), self._made.pixmap(size, ratio, sheet, live))
        if len(live):
            self._made.paint_tail(painter, live)

    def go_on(self) -> None:
        """Draw on, for as long as nobody notices."""
        for picture in (self._faint, self._made):
            picture.go_on()


def _faint(theme: Theme) -> str:
    """A colour between paper and ink."""
    ink, paper = channels(QColor(theme.ink)), channels(QColor(theme.paper))
    mixed = [round(FAINT * a + (1 - FAINT) * b) for a, b in zip(ink, paper, strict=True)]
    return QColor(*mixed).name()
