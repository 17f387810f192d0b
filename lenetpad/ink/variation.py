"""The same digit by another hand: ink varied in the ways in which hands and devices differ."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from lenetpad.ink.raster import DEFAULT_PEN, Pen
from lenetpad.ink.strokes import Ink, Points, Stroke


@dataclass(frozen=True, slots=True)
class Variation:
    """How far ink is varied. Lengths are parts of the drawing's larger side.

    rotation (degrees), slant (sideways a unit of height), aspect (logarithm of width over height)
    and sway (a slow wave through the whole drawing) are standard deviations; so are lift (how far
    a stroke lands from its place) and tremor (of the hand along a stroke). A mouse or a slow
    device gives few points: ``sparse`` is the share of drawings of which only some are kept,
    ``coarse`` the share that is rounded to a grid, ``joined`` the share of drawings in which the
    pen stays down between two strokes. ``trimmed`` is the standard deviation of what a stroke's
    ends lose, as a part of the stroke. ``width`` and ``softness`` are those of the pen as
    logarithms, ``wide`` the share of drawings whose pen is up to twice as wide as that.
    """

    rotation: float = 7.0
    slant: float = 0.18
    aspect: float = 0.18
    sway: float = 0.025
    lift: float = 0.015
    tremor: float = 0.008
    trimmed: float = 0.03
    sparse: float = 0.25
    coarse: float = 0.15
    joined: float = 0.02
    width: float = 0.18
    softness: float = 0.2
    wide: float = 0.15


#: Points a stroke is resampled to, evenly along its length, before its tremor.
RESAMPLED: Final = 32
FEWEST: Final = 8  # points that a sparse stroke keeps
GRIDS: Final = (14, 48)  # cells a side of a coarse device


def varied(ink: Ink, how: Variation, rng: np.random.Generator) -> tuple[Ink, Pen]:
    """Ink (not empty) as another hand might have drawn it, and a pen to draw it with."""
    strokes = [_resampled(stroke.xy) for stroke in ink.strokes]
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    span = max(float((high - low).max()), 1e-9)
    centre = (low + high) / 2
    turn = _shape_matrix(how, rng)
    wave = _Wave(how.sway, rng)
    sparse, coarse = rng.random() < how.sparse, rng.random() < how.coarse
    tremor = how.tremor * rng.exponential()
    shaped = []
    for xy in strokes:
        xy = wave(((xy - centre) / span) @ turn)
        xy = xy + rng.normal(0, how.lift, 2) + _tremor(len(xy), tremor, rng)
        xy = _trimmed(xy, how.trimmed, rng)
        if sparse:
            kept = int(rng.integers(FEWEST, 20))
            xy = xy[np.unique(np.linspace(0, len(xy) - 1, kept).round().astype(int))]
        shaped.append(xy)
    if len(shaped) > 1 and rng.random() < how.joined:
        at = int(rng.integers(1, len(shaped)))
        shaped[at - 1 : at + 1] = [np.concatenate(shaped[at - 1 : at + 1])]
    if coarse:
        cells = int(rng.integers(*GRIDS))
        shaped = [np.round(xy * cells) / cells for xy in shaped]
    return Ink(tuple(Stroke.of(xy) for xy in shaped)), _pen(how, rng)


def _resampled(xy: Points) -> Points:
    """``RESAMPLED`` points at even distances along a stroke, (RESAMPLED, 2)."""
    lengths = np.hypot(*np.diff(xy, axis=0).T)
    total = float(lengths.sum())
    if total <= 0:
        return xy[:1]
    along = np.concatenate([[0.0], np.cumsum(lengths)]) / total
    at = np.linspace(0.0, 1.0, RESAMPLED)
    return np.stack([np.interp(at, along, xy[:, 0]), np.interp(at, along, xy[:, 1])], axis=1)


def _shape_matrix(how: Variation, rng: np.random.Generator) -> Points:
    """Aspect, then slant, then rotation, as a matrix for rows of points."""
    angle = math.radians(rng.normal(0, how.rotation))
    stretch = rng.normal(0, how.aspect) / 2
    cos, sin = math.cos(angle), math.sin(angle)
    aspect = np.diag([math.exp(stretch), math.exp(-stretch)])
    slant = np.array([[1.0, 0.0], [rng.normal(0, how.slant), 1.0]])
    matrix: Points = aspect @ slant @ np.array([[cos, sin], [-sin, cos]])
    return matrix


class _Wave:
    """A slow displacement of the plane: one sine wave for x and one for y."""

    def __init__(self, size: float, rng: np.random.Generator) -> None:
        self._amount = rng.normal(0, size, 2)
        self._frequency = rng.normal(0, 0.8, (2, 2)) * 2 * math.pi
        self._phase = rng.random(2) * 2 * math.pi

    def __call__(self, xy: Points) -> Points:
        moved: Points = xy + self._amount * np.sin(xy @ self._frequency + self._phase)
        return moved


def _tremor(n: int, size: float, rng: np.random.Generator) -> Points:
    """Smoothed noise along a stroke, (n, 2)."""
    noise = rng.normal(0, size, (n + 4, 2))
    return (noise[:-4] + noise[1:-3] + noise[2:-2] + noise[3:-1] + noise[4:]) / math.sqrt(5)


def _trimmed(xy: Points, size: float, rng: np.random.Generator) -> Points:
    """A stroke without a little of either end, never less than its middle half."""
    if len(xy) < 4:
        return xy
    lost = np.minimum(np.abs(rng.normal(0, size, 2)), 0.25) * len(xy)
    return xy[int(lost[0]) : len(xy) - int(lost[1])]


def _pen(how: Variation, rng: np.random.Generator) -> Pen:
    width = DEFAULT_PEN.width * math.exp(rng.normal(0, how.width))
    if rng.random() < how.wide:
        width *= 1 + rng.random()
    softness = DEFAULT_PEN.softness * math.exp(rng.normal(0, how.softness))
    return Pen(min(width, 6.0), softness)
