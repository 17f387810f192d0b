"""How fast a training goes: images a second, smoothed, and the time that is left."""

from __future__ import annotations

import time
from typing import Final

from lenetpad.values.training import Progress

#: How much of a new report goes into the speed: an exponential moving average.
SPEED_SHARE: Final = 0.2
#: Fewer steps than that say nothing of the time left.
FEWEST_STEPS: Final = 10


class Pace:
    """Takes in one report after the other; ``speed`` is in images a second."""

    def __init__(self) -> None:
        self.speed: float | None = None
        self._start: tuple[float, int] | None = None  # when it began to count, at which step

    def take(self, report: Progress) -> None:
        """Take in a report of the training."""
        now = report.images_per_second
        self.speed = now if self.speed is None else self.speed + SPEED_SHARE * (now - self.speed)

    def forget_start(self) -> None:
        """Count anew: a pause says nothing of the pace."""
        self._start = None

    def seconds_left(self, report: Progress) -> float | None:
        """From the time that the last steps took, validation included; None while it is open."""
        now = time.monotonic()
        if self._start is None:
            self._start = (now, report.step)
        started, first = self._start
        if report.step - first < FEWEST_STEPS:
            return None
        return (now - started) / (report.step - first) * (report.steps - report.step)
