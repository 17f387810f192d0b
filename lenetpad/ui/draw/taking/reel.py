"""The frames of a replay: canvas, maps, probabilities and verdict, painted for each moment."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from PySide6.QtGui import QImage

from lenetpad.ink.strokes import Sheet
from lenetpad.ui.draw.taking.copies import Copier, SheetPicture
from lenetpad.ui.draw.taking.offers import REPLAY, offer_of
from lenetpad.ui.widgets.export_options import FILM_SCALES, Look
from lenetpad.ui.widgets.film import Frame
from lenetpad.ui.widgets.panel_picture import fitted
from lenetpad.values.reading import Reading

#: Frames a second of the pen's time, and so many at the most, of so many pixels' width, at
#: scale 1. Of larger ones there are fewer: all of them lie in memory.
RATE: Final = 12.5
MOST_FRAMES: Final = 60
WIDEST: Final = 960
HIGHEST: Final = 720
#: So long the last frame is shown.
REST_SECONDS: Final = 2.0


class Reel:
    """Panels of their own that are shown one reading after the other; ``frames`` are the pictures
    of them, each with the seconds for which it is shown."""

    def __init__(self, copier: Copier, whole: Sheet, seconds: tuple[float, ...]) -> None:
        self._seconds = seconds
        self._scale = film_scale(copier.look)
        self._drawing = copier.drawing()
        self._drawing.show_sheet(whole, None)
        self._maps, self._bars = copier.maps(), copier.probabilities()
        self._verdict = copier.verdict()
        panels = (self._drawing, self._maps, self._bars, self._verdict)
        self._picture = copier.beside(offer_of(REPLAY).title, panels)
        self.frames: list[Frame] = []

    @property
    def share(self) -> float:
        """How much of it is painted, in [0, 1]."""
        return len(self.frames) / len(self._seconds)

    def add(self, reading: Reading) -> None:
        """Paint the next moment."""
        self.frames.append((self._painted(reading), self._seconds[len(self.frames)]))

    def _painted(self, reading: Reading) -> QImage:
        assert isinstance(self._drawing, SheetPicture)
        if reading.sheet is not None:
            self._drawing.show_moment(reading.sheet, reading)
        for panel in (self._maps, self._bars, self._verdict):
            panel.show_reading(reading)
        scale = self._scale
        return fitted(self._picture, WIDEST * scale, HIGHEST * scale, scale)


def film_scale(look: Look) -> int:
    """At which scale frames look so: there are no films of the largest ones."""
    return min(look.scale, FILM_SCALES[-1])


def most_frames(look: Look) -> int:
    """How many frames of this look there are at the most."""
    return MOST_FRAMES // film_scale(look)


def seconds_of(times: tuple[float, ...]) -> tuple[float, ...]:
    """For how long each moment is shown, until the next one comes; the last one rests."""
    return (*(after - before for before, after in pairwise(times)), REST_SECONDS)
