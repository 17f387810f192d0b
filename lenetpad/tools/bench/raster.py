"""The rasteriser alone: a 200-point digit to its image."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

import numpy as np

from lenetpad.ink.raster import draw
from lenetpad.ink.strokes import Ink, Stroke
from lenetpad.tools.bench.figures import Figure, summary

POINTS: Final = 200
CALLS: Final = 3000
WARM_UP: Final = 300


def raster(drawings: Sequence[Ink]) -> dict[str, Figure]:
    """raster_ms over the drawings, one after the other."""
    digits = [_resampled(ink) for ink in drawings]
    seconds = []
    for call in range(WARM_UP + CALLS):
        digit = digits[call % len(digits)]
        started = time.perf_counter()
        draw(digit)
        seconds.append(time.perf_counter() - started)
    return {"raster_ms": summary(seconds[WARM_UP:])}


def _resampled(ink: Ink) -> Ink:
    """The ink with 200 points in all, spread over its strokes as its own points are."""
    total = ink.point_count
    strokes = []
    for stroke in ink.strokes:
        count = max(1, round(POINTS * len(stroke.points) / total))
        at = np.linspace(0, len(stroke.points) - 1, count)
        columns = [np.interp(at, np.arange(len(stroke.points)), c) for c in stroke.points.T]
        strokes.append(Stroke(np.stack(columns, axis=1)))
    return Ink(tuple(strokes))
