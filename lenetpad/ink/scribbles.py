"""Ink that shows no digit: scribbles, doodles, shapes and blank-ish marks, drawn by chance."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Final

import numpy as np

from lenetpad.ink.curves import smooth
from lenetpad.ink.strokes import Ink, Points, Stroke

Rng = np.random.Generator
#: What draws one kind of scribble: strokes, (n, 2) each.
Kind = Callable[[Rng], list[Points]]


def scribble(rng: Rng) -> Ink:
    """One drawing that is no digit, of a kind drawn by chance."""
    weights = np.array([weight for _, weight in KINDS], dtype=float)
    kind = KINDS[int(rng.choice(len(KINDS), p=weights / weights.sum()))][0]
    strokes = [_unsteady(xy, rng) for xy in kind(rng)]
    return Ink(tuple(Stroke.of(xy) for xy in strokes))


def _unsteady(xy: Points, rng: Rng) -> Points:
    """A little of a hand's unsteadiness."""
    return xy + rng.normal(0, 0.006, xy.shape)


def _tangle(rng: Rng) -> list[Points]:
    """One long line back and forth."""
    return [smooth(rng.random((int(rng.integers(8, 26)), 2)), 160)]


def _wander(rng: Rng) -> list[Points]:
    """A few curves from anywhere to anywhere."""
    return [
        smooth(rng.random((int(rng.integers(3, 7)), 2))) for _ in range(int(rng.integers(3, 7)))
    ]


def _hatching(rng: Rng) -> list[Points]:
    """A zigzag, as one fills an area."""
    n = int(rng.integers(9, 26))
    x = np.linspace(0, 1, n)
    y = np.where(np.arange(n) % 2, 1.0, 0.0) * rng.uniform(0.3, 1.0) + rng.normal(0, 0.05, n)
    return [_rotated(np.stack([x, y], axis=1), rng.uniform(0, math.tau))]


def _spiral(rng: Rng) -> list[Points]:
    """Several turns around one middle."""
    turns = rng.uniform(2.8, 5.0)
    at = np.linspace(0.05, 1, 140)
    angle = at * turns * math.tau + rng.uniform(0, math.tau)
    radius = at ** rng.uniform(0.4, 1.2)
    squeeze = rng.uniform(0.5, 1.0)
    return [
        _rotated(
            np.stack([radius * np.cos(angle), squeeze * radius * np.sin(angle)], axis=1),
            rng.uniform(0, math.tau),
        )
    ]


def _coil(rng: Rng) -> list[Points]:
    """Loops along a line, as a telephone cord."""
    loops = rng.uniform(4, 8)
    at = np.linspace(0, 1, 160)
    angle = at * loops * math.tau
    size = rng.uniform(0.14, 0.25)
    xy = np.stack([at + size * np.cos(angle), size * rng.uniform(1, 2) * np.sin(angle)], axis=1)
    return [_rotated(xy, rng.uniform(0, math.tau))]


def _wave(rng: Rng) -> list[Points]:
    """A wavy line."""
    at = np.linspace(0, 1, 120)
    periods, size = rng.uniform(3, 6), rng.uniform(0.1, 0.2)
    xy = np.stack([at, size * np.sin(at * periods * math.tau)], axis=1)
    return [_rotated(xy, rng.uniform(0, math.tau))]


def _polygon(rng: Rng) -> list[Points]:
    """A triangle, a star or a crossed-out box; a plain box may be somebody's zero."""
    corners = int(rng.choice([3, 4, 4, 5, 7]))
    angles = np.arange(corners) * math.tau / corners + rng.uniform(0, math.tau)
    order = np.arange(corners) * (1 if corners < 5 else corners // 2) % corners
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1)[order]
    ring = ring * [1.0, rng.uniform(0.6, 1.0)] + rng.normal(0, 0.07, ring.shape)
    ring = np.concatenate([ring, ring[:1]])
    sides = [_line(a, b, rng) for a, b in pairwise(ring)]
    crossing = [_line(ring[0], ring[2], rng)] if corners == 4 or rng.random() < 0.2 else []
    if corners == 4 and rng.random() < 0.5:
        crossing.append(_line(ring[1], ring[3], rng))
    return [np.concatenate(sides), *crossing]


def _line(a: Points, b: Points, rng: Rng) -> Points:
    at = np.linspace(0, 1, 16)[:, None]
    bend = rng.normal(0, 0.03) * np.sin(at * math.pi)
    return a * (1 - at) + b * at + bend


def _strokes(rng: Rng) -> list[Points]:
    """Straight lines in any direction, as many as make no digit."""
    lines = []
    for _ in range(int(rng.integers(4, 10))):
        a = rng.random(2)
        lines.append(_line(a, rng.random(2), rng))
    return lines


def _grid(rng: Rng) -> list[Points]:
    """Crossing lines: a plus, a cross, a hash, a grid."""
    across, down = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    turn = rng.choice([0.0, math.pi / 4]) + rng.normal(0, 0.1)
    lines = []
    for i in range(across):
        y = (i + 1) / (across + 1) + rng.normal(0, 0.03)
        lines.append(_line(np.array([0.0, y]), np.array([1.0, y + rng.normal(0, 0.05)]), rng))
    for i in range(down):
        x = (i + 1) / (down + 1) + rng.normal(0, 0.03)
        lines.append(_line(np.array([x, 0.0]), np.array([x + rng.normal(0, 0.05), 1.0]), rng))
    return [_rotated(xy, turn) for xy in lines]


def _dots(rng: Rng) -> list[Points]:
    """Single points: one, or several far apart."""
    return [rng.random((1, 2)) for _ in range(int(rng.integers(1, 7)))]


def _blob(rng: Rng) -> list[Points]:
    """A filled spot: many short movements around one place, sometimes a square of ink."""
    if rng.random() < 0.4:
        n = int(rng.integers(10, 16))
        y = np.linspace(0, 1, n)
        side = rng.uniform(0.5, 1.0)
        x = np.where(np.arange(n) % 2, side, 0.0)
        return [_rotated(np.stack([x, y], axis=1), rng.uniform(0, math.tau))]
    angle, radius = rng.random(120) * math.tau, np.sqrt(rng.random(120))
    return [np.stack([radius * np.cos(angle), rng.uniform(0.6, 1) * radius * np.sin(angle)], 1)]


def _dash(rng: Rng) -> list[Points]:
    """A line that lies down: a minus, an equals sign, a ditto mark, an underline."""
    lines = []
    count = int(rng.choice([1, 1, 2, 3]))
    for i in range(count):
        tilt = rng.normal(0, 0.12)
        y = 0.25 * i + rng.normal(0, 0.01)
        lines.append(_line(np.array([0.0, y]), np.array([1.0, y + tilt]), rng))
    return lines


def _specks(rng: Rng) -> list[Points]:
    """Short marks all over, as noise."""
    return [
        _line(a, a + rng.normal(0, 0.06, 2), rng)
        for a in rng.random((int(rng.integers(6, 26)), 2))
    ]


def _face(rng: Rng) -> list[Points]:
    """A ring with something inside: a face, a target, a clock."""
    ring = _ring(rng, 1.0)
    inside: list[Points] = []
    if rng.random() < 0.3:
        inside.append(_ring(rng, rng.uniform(0.3, 0.6)))
    else:
        for x in (-0.35, 0.35):
            inside.append(np.array([[x, -0.3]]) + rng.normal(0, 0.05, (4, 2)))
        mouth = np.stack([np.linspace(-0.45, 0.45, 12), np.full(12, 0.35)], axis=1)
        mouth[:, 1] += rng.uniform(-0.3, 0.3) * np.cos(np.linspace(-1.5, 1.5, 12))
        inside.append(mouth)
    return [ring, *inside]


def _flower(rng: Rng) -> list[Points]:
    """Petals around a middle, as one line."""
    at = np.linspace(0, math.tau, 160)
    petals = int(rng.integers(3, 8))
    radius = 0.55 + 0.45 * np.cos(petals * at + rng.uniform(0, math.tau))
    return [np.stack([radius * np.cos(at), radius * np.sin(at)], axis=1)]


def _heart(rng: Rng) -> list[Points]:
    """A heart."""
    at = np.linspace(0, math.tau, 80)
    x = 16 * np.sin(at) ** 3
    y = -(13 * np.cos(at) - 5 * np.cos(2 * at) - 2 * np.cos(3 * at) - np.cos(4 * at))
    return [_rotated(np.stack([x, y], axis=1) / 17, rng.normal(0, 0.2))]


def _arrow(rng: Rng) -> list[Points]:
    """An arrow in any direction."""
    shaft = _line(np.array([0.0, 0.0]), np.array([1.0, 0.0]), rng)
    size, spread = rng.uniform(0.2, 0.45), rng.uniform(0.4, 0.9)
    head = np.array(
        [
            [1 - size * math.cos(spread), -size * math.sin(spread)],
            [1.0, 0.0],
            [1 - size * math.cos(spread), size * math.sin(spread)],
        ]
    )
    turn = rng.uniform(-0.9, 0.9) + rng.choice([0.0, math.pi])
    return [_rotated(shaft, turn), _rotated(head, turn)]


def _ring(rng: Rng, radius: float) -> Points:
    at = np.linspace(0, math.tau * rng.uniform(0.97, 1.1), 60) + rng.uniform(0, math.tau)
    return radius * np.stack([np.cos(at), rng.uniform(0.8, 1.1) * np.sin(at)], axis=1)


def _rotated(xy: Points, angle: float) -> Points:
    cos, sin = math.cos(angle), math.sin(angle)
    turned: Points = xy @ np.array([[cos, sin], [-sin, cos]])
    return turned


#: The kinds of scribbles, with how often each is drawn.
KINDS: Final[tuple[tuple[Kind, float], ...]] = (
    (_tangle, 3.0),
    (_wander, 3.0),
    (_hatching, 2.0),
    (_spiral, 1.0),
    (_coil, 1.0),
    (_wave, 1.0),
    (_polygon, 1.5),
    (_strokes, 2.0),
    (_grid, 1.5),
    (_dots, 1.0),
    (_blob, 1.0),
    (_dash, 1.0),
    (_specks, 1.0),
    (_face, 1.0),
    (_flower, 0.7),
    (_heart, 0.7),
    (_arrow, 1.0),
)
