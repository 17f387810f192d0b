"""Where the parts of a time line lie: plain functions of its values and its size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF

from lenetpad.ink.replay import Replay
from lenetpad.values.time_line import TimeLine

#: A label looks for room beside its line, so many times its own height away at the most.
TRIES = (0.0, -1.0, 1.0, -2.0, 2.0)


@dataclass(frozen=True, slots=True)
class Run:
    """The answer was ``answer`` from ``count`` points on, shown from ``left`` to ``right``."""

    answer: str
    count: int
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Frame:
    """A band in which answers are written, and the plot of probabilities below it; both show the
    seconds of the pen from 0 to ``duration``."""

    band: QRectF
    plot: QRectF
    duration: float

    def across(self, seconds: float) -> float:
        """Where a moment is."""
        share = min(max(seconds / self.duration, 0.0), 1.0) if self.duration > 0 else 0.0
        return self.plot.left() + share * self.plot.width()

    def up(self, probability: float) -> float:
        """Where a probability is."""
        return self.plot.bottom() - probability * self.plot.height()

    def moment(self, x: float) -> float:
        """The moment at a place."""
        share = (x - self.plot.left()) / max(self.plot.width(), 1.0)
        return min(max(share, 0.0), 1.0) * self.duration


def runs_of(line: TimeLine, replay: Replay, frame: Frame) -> tuple[Run, ...]:
    """For how long each answer stood, from the first to the last; the last to the right edge."""
    if not line.counts:
        return ()
    counts = (line.counts[0], *(change.count for change in line.changes))
    answers = (line.answers[0], *(change.after for change in line.changes))
    edges = [frame.across(replay.time_of(count)) for count in counts]
    edges[0] = frame.plot.left()
    sides = pairwise((*edges, frame.plot.right()))
    return tuple(
        Run(answer, count, left, right)
        for answer, count, (left, right) in zip(answers, counts, sides, strict=True)
    )


def run_at(runs: Sequence[Run], x: float) -> Run | None:
    """The one that is shown at a place."""
    return next((run for run in reversed(runs) if x >= run.left), runs[0] if runs else None)


def run_near(runs: Sequence[Run], x: float, reach: float) -> Run | None:
    """The one that begins within reach of a place, the nearest; the first never does."""
    near = [run for run in runs[1:] if abs(run.left - x) <= reach]
    return min(near, key=lambda run: abs(run.left - x), default=None)


def curve_of(line: TimeLine, replay: Replay, frame: Frame, one: int) -> list[QPointF]:
    """The points of a class's line."""
    probabilities = line.probabilities[:, one].tolist()
    return [
        QPointF(frame.across(replay.time_of(count)), frame.up(p))
        for count, p in zip(line.counts, probabilities, strict=True)
    ]


def risen(curve: Sequence[QPointF], ground: float) -> list[list[QPointF]]:
    """The parts of a line that are above ``ground``, in pixels, with their ends on it: what lies
    on the axis would hide what else does."""
    parts: list[list[QPointF]] = []
    for before, after in pairwise(curve):
        if min(before.y(), after.y()) < ground:
            if not parts or parts[-1][-1] is not before:
                parts.append([before])
            parts[-1].append(after)
    return parts


def label_places(
    line: TimeLine, curves: Sequence[Sequence[QPointF]], sizes: Sequence[QSizeF], frame: Frame
) -> list[QRectF]:
    """Where the labels of the lines of ``line.leaders`` are: on the line, if there is room in the
    middle of where its class leads, or else where it is most probable; beside it otherwise."""
    taken: list[QRectF] = []
    leads = line.probabilities.argmax(axis=1)
    for one, curve, size in zip(line.leaders, curves, sizes, strict=True):
        led = np.flatnonzero(leads == one)
        peak = int(line.probabilities[:, one].argmax())
        wanted = [_middle_of_longest(led, curve), peak, *led.tolist()]
        taken.append(_free(_around(curve, wanted, size, frame), taken))
    return taken


def _middle_of_longest(led: np.ndarray, curve: Sequence[QPointF]) -> int:
    """The moment in the middle of the longest stretch of moments in which a class leads."""
    stretches = np.split(led, np.flatnonzero(np.diff(led) > 1) + 1)
    longest = max(stretches, key=lambda part: curve[part[-1]].x() - curve[part[0]].x())
    middle = (curve[longest[0]].x() + curve[longest[-1]].x()) / 2
    return min(map(int, longest), key=lambda place: abs(curve[place].x() - middle))


def _around(
    curve: Sequence[QPointF], wanted: Iterable[int], size: QSizeF, frame: Frame
) -> Iterable[QRectF]:
    """Rectangles on and beside places of a curve, within the plot."""
    for place in wanted:
        for offset in TRIES:
            at = curve[place] - QPointF(size.width() / 2, size.height() * (0.5 - offset))
            area = frame.plot
            x = min(max(at.x(), area.left()), area.right() - size.width())
            y = min(max(at.y(), area.top()), area.bottom() - size.height())
            yield QRectF(QPointF(x, y), size)


def _free(offered: Iterable[QRectF], taken: Sequence[QRectF]) -> QRectF:
    """The first that covers none that is taken, or the first of all."""
    first = None
    for area in offered:
        first = first or area
        if not any(area.intersects(other) for other in taken):
            return area
    assert first is not None
    return first
