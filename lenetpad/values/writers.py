"""How a network reads each writer's drawings: who is misread, which digits, and as what."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenetpad.values.evaluation import NO_DIGIT


@dataclass(frozen=True, slots=True, order=True)
class Confusion:
    """So many drawings of the digit ``truth`` are read as ``answer``, by so many writers."""

    truth: int
    answer: int
    count: int
    writers: int = 1


@dataclass(frozen=True, slots=True)
class WriterFigures:
    """How one writer's drawings are read: how many there are, how many of them show a digit, how
    many of those are read as another digit (``errors``) and for how many "not a digit" is more
    probable (``rejected``); of what is no digit, how many are taken for one (``accepted``); and
    which digits are misread as what, the most frequent first."""

    writer: str
    drawings: int
    digits: int
    errors: int
    rejected: int
    accepted: int
    confusions: tuple[Confusion, ...]

    @property
    def error(self) -> float:
        """The share of their digits that is read as another digit; NaN without digits."""
        return self.errors / self.digits if self.digits else math.nan

    @property
    def accuracy(self) -> float:
        """The share that is read right; NaN without digits."""
        return 1 - self.error


@dataclass(frozen=True, slots=True)
class WritersEvaluation:
    """The figures of each writer, those who are misread most first, and of all of them."""

    writers: tuple[WriterFigures, ...]

    @property
    def drawings(self) -> int:
        """How many drawings there are."""
        return sum(one.drawings for one in self.writers)

    @property
    def digits(self) -> int:
        """How many of them show a digit."""
        return sum(one.digits for one in self.writers)

    @property
    def errors(self) -> int:
        """How many digits are read as another one."""
        return sum(one.errors for one in self.writers)

    @property
    def rejected(self) -> int:
        """How many digits are taken for no digit."""
        return sum(one.rejected for one in self.writers)

    @property
    def error(self) -> float:
        """The share of the digits that is read as another one; NaN without digits."""
        return self.errors / self.digits if self.digits else math.nan

    @property
    def macro_accuracy(self) -> float:
        """The mean of the writers' accuracies, so that each writer counts as much; NaN without
        digits."""
        shares = [one.accuracy for one in self.writers if one.digits]
        return sum(shares) / len(shares) if shares else math.nan

    @property
    def confusions(self) -> tuple[Confusion, ...]:
        """Which digits are misread as what, and by how many writers: what most of them write so
        comes first."""
        found: dict[tuple[int, int], list[int]] = {}
        for one in self.writers:
            for confusion in one.confusions:
                counts = found.setdefault((confusion.truth, confusion.answer), [])
                counts.append(confusion.count)
        all_of_them = [
            Confusion(truth, answer, sum(counts), len(counts))
            for (truth, answer), counts in found.items()
        ]
        return tuple(sorted(all_of_them, key=lambda one: (-one.writers, -one.count, one)))

    @property
    def by_name(self) -> dict[str, WriterFigures]:
        """Each writer's figures by their name."""
        return {one.writer: one for one in self.writers}

    def compared(self, later: WritersEvaluation) -> tuple[int, int]:
        """How many writers are misread less often later, and how many more often."""
        then = later.by_name
        changes = [then[one.writer].errors - one.errors for one in self.writers]
        return sum(change < 0 for change in changes), sum(change > 0 for change in changes)


def evaluation_by_writer(
    writers: Sequence[str],
    labels: NDArray[np.int64],
    answers: NDArray[np.int64],
    refused: NDArray[np.bool_],
) -> WritersEvaluation:
    """Count answers (n,) against labels (n,), 0 to 9 or ``NO_DIGIT``, for each of the writers.

    ``writers`` has a name for each image, ``refused`` (n,) says where "not a digit" is more
    probable than every digit.
    """
    names, which = np.unique(np.array(writers, dtype=object), return_inverse=True)
    shown = labels != NO_DIGIT
    wrong = shown & (answers != labels)

    def count(where: NDArray[np.bool_]) -> list[int]:
        counts: list[int] = np.bincount(which[where], minlength=len(names)).tolist()
        return counts

    confused: list[list[Confusion]] = [[] for _ in names]
    keys = (which[wrong] * 10 + labels[wrong]) * 10 + answers[wrong]
    found, times = np.unique(keys, return_counts=True)
    for key, so_often in zip(found.tolist(), times.tolist(), strict=True):
        confused[key // 100].append(Confusion(key // 10 % 10, key % 10, so_often))
    columns = zip(
        names.tolist(),
        count(np.ones_like(shown)),
        count(shown),
        count(wrong),
        count(shown & refused),
        count(~shown & ~refused),
        [tuple(sorted(one, key=lambda c: (-c.count, c))) for one in confused],
        strict=True,
    )
    return WritersEvaluation(tuple(sorted(map(_figures, columns), key=_most_misread_first)))


def _figures(row: tuple[str, int, int, int, int, int, tuple[Confusion, ...]]) -> WriterFigures:
    return WriterFigures(*row)


def _most_misread_first(one: WriterFigures) -> tuple[float, int, int, str]:
    """The place in the order; who wrote no digit comes last."""
    share = -one.error if one.digits else 1.0
    return share, -one.errors, -one.rejected, one.writer


def writers_json(found: WritersEvaluation) -> dict[str, Any]:
    """The figures as ``lenetpad evaluate --by-writer --json`` prints them and the window saves
    them."""
    return {
        "writers": [
            {
                "writer": one.writer,
                "drawings": one.drawings,
                "digits": one.digits,
                "errors": one.errors,
                "refused": one.rejected,
                "accuracy": one.accuracy if one.digits else None,
                "accepted": one.accepted,
                "confusions": [
                    {"truth": c.truth, "answer": c.answer, "drawings": c.count}
                    for c in one.confusions
                ],
            }
            for one in found.writers
        ],
        "macro_accuracy_of_writers": found.macro_accuracy if found.digits else None,
        "confusions": [
            {"truth": c.truth, "answer": c.answer, "drawings": c.count, "writers": c.writers}
            for c in found.confusions
        ],
    }
