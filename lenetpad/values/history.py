"""The curves of a run as arrays: from its log, or growing while it trains."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.values.training import Progress, RateScaled

Array = NDArray[np.float64]

#: Columns of a history as a table.
COLUMNS: Final = (
    *("step", "loss", "learning_rate", "validation_loss", "validation_error", "rate_factor"),
)


@dataclass(slots=True)
class Growing:
    """A dynamic array, which grows by doubling; ``array`` is a view and costs nothing."""

    _room: Array = field(default_factory=lambda: np.empty(1024))
    _count: int = 0

    def extend(self, values: Sequence[float] | Array) -> None:
        """Add numbers at the end."""
        count = self._count + len(values)
        if count > len(self._room):
            self._room = np.concatenate([self._room, np.empty(max(count, len(self._room)))])
        self._room[self._count : count] = values
        self._count = count

    @property
    def array(self) -> Array:
        """All numbers, a view that must not be written to."""
        return self._room[: self._count]


@dataclass(slots=True, eq=False)
class History:
    """What a run has reported so far.

    ``losses`` of the steps 1, 2, … ; ``rate_steps`` and ``rates``, the learning rate at the end of
    each report; ``epoch_steps`` with validation losses and errors in [0, 1]; ``marks`` are steps
    at which somebody changed the rate, each with the factor. ``note`` says why it ends before the
    run does, where it does.
    """

    folder: Path | None
    name: str
    _losses: Growing = field(default_factory=Growing)
    _rate_steps: Growing = field(default_factory=Growing)
    _rates: Growing = field(default_factory=Growing)
    _epoch_steps: Growing = field(default_factory=Growing)
    _validation_losses: Growing = field(default_factory=Growing)
    _validation_errors: Growing = field(default_factory=Growing)
    marks: list[tuple[int, float]] = field(default_factory=list)
    note: str = ""

    @property
    def losses(self) -> Array:
        """The loss of each step, the first first."""
        return self._losses.array

    @property
    def rates(self) -> tuple[Array, Array]:
        """Steps and learning rates."""
        return self._rate_steps.array, self._rates.array

    @property
    def validation_losses(self) -> tuple[Array, Array]:
        """Steps and losses on the validation images."""
        return self._epoch_steps.array, self._validation_losses.array

    @property
    def validation_errors(self) -> tuple[Array, Array]:
        """Steps and errors on the validation images, in [0, 1]."""
        return self._epoch_steps.array, self._validation_errors.array

    def until(self, step: int) -> History:
        """The same without what came after ``step``."""
        reports, epochs = (
            int(np.searchsorted(steps.array, step, side="right"))
            for steps in (self._rate_steps, self._epoch_steps)
        )
        kept = History(self.folder, self.name)
        kept._losses.extend(self.losses[:step])
        kept._rate_steps.extend(self._rate_steps.array[:reports])
        kept._rates.extend(self._rates.array[:reports])
        for mine, whole in (
            (kept._epoch_steps, self._epoch_steps),
            (kept._validation_losses, self._validation_losses),
            (kept._validation_errors, self._validation_errors),
        ):
            mine.extend(whole.array[:epochs])
        kept.marks = [mark for mark in self.marks if mark[0] <= step]
        return kept

    def add(self, report: Progress) -> None:
        """Take in a report."""
        self._losses.extend(report.losses)
        self._rate_steps.extend([report.step])
        self._rates.extend([report.learning_rate])
        if report.validation_error is not None and report.validation_loss is not None:
            self._epoch_steps.extend([report.step])
            self._validation_losses.extend([report.validation_loss])
            self._validation_errors.extend([report.validation_error])

    def mark(self, change: RateScaled) -> None:
        """Take in that the rate was changed by hand."""
        self.marks.append((change.step, change.factor))


def table(histories: Sequence[History]) -> str:
    """Histories as CSV: one line a step, the run's name in front."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("run", *COLUMNS))
    for history in histories:
        rates = dict(zip(*history.rates, strict=True))
        losses, errors = (
            dict(zip(*pair, strict=True))
            for pair in (history.validation_losses, history.validation_errors)
        )
        marks = dict(history.marks)
        if 0 in marks:
            writer.writerow((history.name, 0, "", "", "", "", marks[0]))
        for step, loss in enumerate(history.losses.tolist(), start=1):
            more = (where.get(step, "") for where in (rates, losses, errors, marks))
            writer.writerow((history.name, step, f"{loss:.6g}", *more))
    return text.getvalue()


def smoothed(values: Array, window: int) -> Array:
    """The moving average over ``window`` values up to each one, over fewer at the beginning."""
    if window <= 1 or len(values) == 0:
        return values
    sums = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - window, 0)
    means: Array = (sums[ends] - sums[starts]) / (ends - starts)
    return means


def fitting_window(window: int, count: int) -> int:
    """The window of a moving average over so many values that was asked for, at most a tenth of
    them: a mean of what was lies far above a loss that falls fast."""
    return max(1, min(window, count // 10))


def decimated(steps: Array, values: Array, most: int) -> tuple[Array, Array]:
    """Min-max decimation to at most ``most`` points: of each stretch the least and the largest."""
    if len(values) <= most:
        return steps, values
    stretches = most // 2
    length = -(-len(values) // stretches)
    whole = len(values) // length
    blocks = values[: whole * length].reshape(whole, length)
    first = np.arange(whole) * length
    chosen = np.sort(np.stack([first + blocks.argmin(axis=1), first + blocks.argmax(axis=1)], 1))
    places = np.concatenate([chosen.ravel(), [len(values) - 1]])
    return steps[places], values[places]
