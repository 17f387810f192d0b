"""Make resources/ink/samples.jsonl: 40 digits as a pen on a tablet would have given them.

    python packaging/make_ink_samples.py

No person's handwriting is in them: packaging/ink_shapes.py holds the shapes, and this script
adds a hand's unevenness, speed and pressure. The first ten lines are the digits 0 to 9 of the
first writer, the next ten those of the second, and so on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from ink_shapes import WRITERS, Writer
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SEED: Final = 1998
CANVAS: Final = 1000.0
TICK: Final = 0.008  # seconds between a tablet's reports, 125 a second
GRAIN: Final = 0.004  # spacing of a path's points before timing, in heights
ROUNDING: Final = 0.012  # how far a hand rounds its corners, in heights
PEN_DOWN: Final = (0.42, 1.0)  # shortest and longest time of a digit's strokes, in seconds
PEN_UP: Final = (0.08, 0.18)  # time between two strokes, in seconds
PRESSURE: Final = (0.3, 0.8)


@dataclass(frozen=True, slots=True)
class Warp:
    """A slow displacement of the plane, so that what met before still meets after it."""

    waves: Floats  # (k, 2), radians a height
    phases: Floats  # (k, 2)
    amplitudes: Floats  # (k, 2), heights

    @classmethod
    def random(cls, size: float, rng: np.random.Generator) -> Warp:
        """Three waves of one to two heights' length, of about ``size`` heights each."""
        angle, length = rng.uniform(0, 2 * np.pi, 3), rng.uniform(1.0, 2.0, 3)
        waves = (2 * np.pi / length)[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return cls(waves, rng.uniform(0, 2 * np.pi, (3, 2)), rng.normal(0, size, (3, 2)))

    def __call__(self, path: Floats) -> Floats:
        """The displaced points, (n, 2)."""
        angles = (path @ self.waves.T)[:, :, None] + self.phases  # (n, k, 2)
        displaced: Floats = path + (np.sin(angles) * self.amplitudes).sum(axis=1)
        return displaced


def main() -> None:
    target = Path(__file__).parent.parent / "resources" / "ink" / "samples.jsonl"
    lines = [
        json.dumps(drawing(writer, digit, np.random.default_rng([SEED, nth, digit])))
        for nth, writer in enumerate(WRITERS)
        for digit in range(10)
    ]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    print(target, len(lines))


def drawing(writer: Writer, digit: int, rng: np.random.Generator) -> dict[str, Any]:
    """One digit as a line of the file: positions on the canvas, times in seconds, pressures."""
    paths = handwritten([curve(stroke) for stroke in writer.digits[digit]], writer, rng)
    height = rng.uniform(*writer.height)
    centre = CANVAS / 2 + rng.normal(0, CANVAS / 40, 2)
    strokes, times, pressures = [], [], []
    start = 0.0
    for path, duration in zip(paths, durations(paths, writer.pace), strict=True):
        xy, t = timed(path, duration, rng)
        xy = xy * height + centre
        strokes.append(xy.round(1).tolist())
        times.append((start + t).round(3).tolist())
        pressures.append(pressure(xy / height, t, writer.grip, rng).round(2).tolist())
        start += float(t[-1]) + rng.uniform(*PEN_UP)
    return {
        "label": digit,
        "writer": writer.name,
        "strokes": strokes,
        "t": times,
        "pressure": pressures,
    }


def curve(stroke: str) -> Floats:
    """The path (n, 2), in heights, through a stroke's control points."""
    words = stroke.split()
    points = np.array([word.rstrip("!").split(",") for word in words], dtype=np.float64) / 100
    corners = [nth for nth, word in enumerate(words) if word.endswith("!")]
    bounds = [0, *corners, len(words) - 1]
    runs = [spline(points[a : b + 1]) for a, b in pairwise(bounds)]
    return rounded(evenly(np.concatenate(runs)))


def spline(points: Floats) -> Floats:
    """A centripetal Catmull-Rom curve through (n, 2) points, with n >= 2, as a dense path."""
    knots = np.sqrt(np.hypot(*np.diff(points, axis=0).T))[:, None]
    slopes = np.diff(points, axis=0) / knots
    tangents = np.empty_like(points)
    tangents[1:-1] = slopes[:-1] * knots[1:] + slopes[1:] * knots[:-1]
    tangents[1:-1] /= knots[1:] + knots[:-1]
    # The ends bend on as the curve beside them does.
    inner = tangents[[1, -2]] if len(points) > 2 else slopes[[0, 0]]
    tangents[[0, -1]] = 2 * slopes[[0, -1]] - inner
    u = np.linspace(0, 1, 64)[None, :, None]
    from_, to, span = points[:-1, None], points[1:, None], knots[:, None]
    pieces: Floats = (
        (1 + 2 * u) * (1 - u) ** 2 * from_
        + u * (1 - u) ** 2 * span * tangents[:-1, None]
        + u * u * (3 - 2 * u) * to
        + u * u * (u - 1) * span * tangents[1:, None]
    )
    return pieces.reshape(-1, 2)


def lengths_along(path: Floats) -> Floats:
    """Length of the path up to each point, (n,)."""
    return np.concatenate([[0.0], np.hypot(*np.diff(path, axis=0).T).cumsum()])


def evenly(path: Floats) -> Floats:
    """The path with its points ``GRAIN`` apart."""
    along = lengths_along(path)
    at = np.linspace(0, along[-1], round(along[-1] / GRAIN) + 1)
    return np.stack([np.interp(at, along, axis) for axis in path.T], axis=1)


def rounded(path: Floats) -> Floats:
    """The path with corners as soft as a hand's; its ends stay where they are."""
    reach = round(3 * ROUNDING / GRAIN)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * GRAIN / ROUNDING) ** 2)
    ends = 2 * path[0] - path[reach:0:-1], 2 * path[-1] - path[-2 : -reach - 2 : -1]
    longer = np.concatenate([ends[0], path, ends[1]])
    smooth = [np.convolve(axis, kernel / kernel.sum(), mode="valid") for axis in longer.T]
    return evenly(np.stack(smooth, axis=1))


def handwritten(paths: Sequence[Floats], writer: Writer, rng: np.random.Generator) -> list[Floats]:
    """The strokes as this writer makes them this time: 1 high, centred on the origin."""
    slant = writer.slant + rng.normal(0, 0.02)
    aspect = writer.aspect * np.exp(rng.normal(0, 0.04))
    matrix = np.array([[aspect, 0.0], [-slant, 1.0]])  # x' = aspect x - slant y, y' = y
    warp = Warp.random(writer.wobble, rng)
    made = [shaken(warp(path @ matrix), writer.tremor, rng) for path in paths]
    everything = np.concatenate(made)
    low, high = everything.min(axis=0), everything.max(axis=0)
    return [(path - (low + high) / 2) / (high - low)[1] for path in made]


def shaken(path: Floats, tremor: float, rng: np.random.Generator) -> Floats:
    """The path with a tremor of ``tremor`` heights, five to nine times a height."""
    along = lengths_along(path)[:, None]
    waves = 2 * np.pi * rng.uniform(5.0, 9.0, 2)
    shaking: Floats = np.sin(along * waves + rng.uniform(0, 2 * np.pi, 2))
    return path + 2**0.5 * tremor * shaking


def durations(paths: Sequence[Floats], pace: float) -> Floats:
    """Seconds that each stroke takes: a longer one takes longer, but is faster."""
    lengths = np.array([lengths_along(path)[-1] for path in paths])
    total = np.clip(pace * (0.22 + 0.2 * lengths.sum()), *PEN_DOWN)
    shares = lengths ** (2 / 3)
    parts: Floats = total * shares / shares.sum()
    return parts


def timed(path: Floats, duration: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """What a tablet reports of a stroke: positions (n, 2) and times (n,) from its start.

    The speed follows the two-thirds power law (speed is curvature to the power of -1/3), and
    near the ends the 2/3 power of the way gone, as in a movement of minimum jerk.
    """
    along = lengths_along(path)
    heading = np.unwrap(np.arctan2(*np.gradient(path, axis=0).T[::-1]))
    curvature = np.abs(np.gradient(heading, along))
    way = np.minimum(along, along[-1] - along)
    speed = (curvature + 1.5) ** (-1 / 3) * np.minimum((way + 0.01) / 0.15, 1.0) ** (2 / 3)
    clock = np.concatenate([[0.0], (2 * np.diff(along) / (speed[1:] + speed[:-1])).cumsum()])
    reports: Floats = np.arange(round(duration / TICK) + 1) * np.float64(TICK)
    reports[1:] += rng.uniform(-0.0007, 0.0007, len(reports) - 1)
    at = reports / reports[-1] * clock[-1]
    return np.stack([np.interp(at, clock, axis) for axis in path.T], axis=1), reports


def pressure(xy: Floats, t: Floats, grip: float, rng: np.random.Generator) -> Floats:
    """Pressures (n,): rising at pen-down, falling at pen-up, a little less where it is fast."""
    speed = np.gradient(lengths_along(xy), t)
    touch = (1 - np.exp(-(t + 0.008) / 0.03)) * (1 - np.exp(-(t[-1] - t + 0.004) / 0.025))
    drift = 0.04 * np.sin(2 * np.pi * (rng.uniform(1.5, 3.0) * t + rng.uniform()))
    settled = grip * (1.08 - 0.16 * speed / speed.max()) + drift + rng.normal(0, 0.006, len(t))
    low, high = PRESSURE
    return np.asarray(np.clip(low + (settled - low) * touch, low, high))


if __name__ == "__main__":
    main()
