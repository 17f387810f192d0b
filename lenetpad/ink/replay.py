"""Ink as it was written: when each point was made, and what lay there at a moment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.strokes import Ink, Stroke

#: How many times as fast as the hand was a replay can be.
SPEEDS: Final = (0.25, 0.5, 1.0, 2.0)
#: Points without times are made one after the other so many seconds apart.
EVEN_STEP: Final = 0.02
#: So long the pen is up between two strokes where nobody knows.
PEN_UP: Final = 0.3
#: A pause that is shortened takes so long.
SHORT_PAUSE: Final = 0.5
#: A longer one is no pause of a hand; bounding it keeps all sums finite.
LONGEST_PAUSE: Final = 3600.0

Times = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """Ink, and ``times`` (n,) at which its points were made one after the other, in seconds since
    the first. ``even`` says whether there were none for some of them, which now follow evenly."""

    ink: Ink
    times: Times = field(repr=False)
    even: bool

    @property
    def count(self) -> int:
        """Points of all strokes together."""
        return len(self.times)

    @property
    def duration(self) -> float:
        """Seconds from the first point to the last."""
        return float(self.times[-1]) if self.count else 0.0

    @property
    def ends(self) -> tuple[int, ...]:
        """How many points there are when each stroke is finished."""
        lengths = [len(stroke.points) for stroke in self.ink.strokes]
        return tuple(np.cumsum(lengths, dtype=np.intp).tolist())

    def count_at(self, seconds: float) -> int:
        """How many points had been made at a moment; there is always the first."""
        return max(min(1, self.count), int(np.searchsorted(self.times, seconds, side="right")))

    def time_of(self, count: int) -> float:
        """When so many points had been made."""
        return float(self.times[min(max(count, 1), self.count) - 1]) if self.count else 0.0

    def partial(self, count: int) -> Ink:
        """The ink when so many points had been made. Its finished strokes are the same objects."""
        return self._parted(count)[0]

    def rest(self, count: int) -> Ink:
        """What was still to be made then; it begins where the pen was."""
        return self._parted(count)[1]

    def at(self, seconds: float) -> Ink:
        """The ink at a moment."""
        return self.partial(self.count_at(seconds))

    def _parted(self, count: int) -> tuple[Ink, Ink]:
        made: list[Stroke] = []
        coming: list[Stroke] = []
        for stroke in self.ink.strokes:
            length = len(stroke.points)
            if count >= length:
                made.append(stroke)
            elif count <= 0:
                coming.append(stroke)
            else:
                made.append(Stroke.over(stroke.points[:count]))
                coming.append(Stroke.over(stroke.points[count - 1 :]))
            count = max(0, count - length)
        return Ink(tuple(made)), Ink(tuple(coming))


def replay_of(ink: Ink, *, short_pauses: bool = False) -> Replay:
    """How ink was written, by its points' times; where a stroke has none its points follow evenly.
    With ``short_pauses`` no time passes in which the hand rests for longer than a moment."""
    longest = SHORT_PAUSE if short_pauses else LONGEST_PAUSE
    steps: list[Times] = []
    even, before = False, 0.0
    for place, stroke in enumerate(ink.strokes):
        with np.errstate(over="ignore"):
            own = np.diff(stroke.points[:, 2])
            gap = float(stroke.points[0, 2]) - before
        if len(own) and (own.min() < 0 or own.max() <= 0):
            own, even = np.full(len(own), EVEN_STEP), True
        if place and gap <= 0:  # its times begin anew, or there are none
            gap, even = PEN_UP, even or not len(own)
        steps.append(np.concatenate([[gap if place else 0.0], own]))
        before = float(stroke.points[-1, 2])
    times = np.cumsum(np.minimum(np.concatenate(steps), longest)) if steps else np.zeros(0)
    times.flags.writeable = False
    return Replay(ink, times, even)


def moment_after(start: float, elapsed: float, speed: float, duration: float) -> float:
    """Where a replay is that began at ``start`` and has run for so many seconds."""
    return min(max(start, 0.0) + max(elapsed, 0.0) * speed, duration)


def sampled(replay: Replay, most: int) -> tuple[int, ...]:
    """Numbers of points at which a replay is looked at, ``most`` at the most, ascending: all of
    them, or some spread evenly over the points, with the last."""
    if replay.count <= most:
        return tuple(range(1, replay.count + 1))
    spread = np.linspace(1, replay.count, most).round().astype(np.intp)
    return tuple(spread.tolist())


def halfway(counts: Sequence[int], changed: Sequence[bool]) -> tuple[int, ...]:
    """Numbers of points in the middle between neighbours among ``counts``, where something has
    ``changed`` from one to the next and there are points between them."""
    pairs = zip(counts, counts[1:], changed, strict=False)
    return tuple((a + b) // 2 for a, b, differs in pairs if differs and b - a > 1)


def frame_times(duration: float, rate: float, most: int) -> tuple[float, ...]:
    """The moments of a film's frames, ``most`` at the most: even ones, with the first and the
    last moment."""
    wanted = max(2, min(most, math.ceil(duration * rate) + 1))
    return tuple(np.linspace(0.0, duration, wanted).tolist())
