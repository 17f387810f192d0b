"""The drill: people and a network read patterns that networks misread, and the scores."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.values.arrays import Parameters
from lenetpad.values.evaluation import NO_DIGIT
from lenetpad.values.models import Choice

#: So many patterns make a round.
ROUND: Final = 10


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """Images (n, 28, 28) uint8, ink 255, and their labels (n,): 0 to 9, or ``NO_DIGIT``."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class DrillRequest:
    """A round of ``ROUND`` patterns, chosen at random by ``seed``: of ``patterns`` or, where there
    are none, of MNIST's hardest test images. The network is that of ``choice``, with
    ``parameters`` in place of its file's where some are given."""

    seed: int
    choice: Choice
    parameters: Parameters | None = field(default=None, repr=False)
    patterns: Patterns | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Exercise:
    """One pattern: its image (28, 28) uint8, its label, and what the network reads, with how
    probable that is to it. Label and answer are 0 to 9, or ``NO_DIGIT``."""

    image: NDArray[np.uint8]
    label: int
    answer: int
    probability: float

    def is_right(self, answer: int) -> bool:
        """Whether an answer is the label."""
        return answer == self.label


@dataclass(frozen=True, slots=True, eq=False)
class Round:
    """Exercises, and what people have answered so far."""

    exercises: tuple[Exercise, ...]
    answers: tuple[int, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether everything has been answered."""
        return len(self.answers) == len(self.exercises)

    def answered(self, answer: int) -> Round:
        """The round with the next exercise answered. Raises ValueError where none is left, or for
        what is no answer."""
        if self.ended or not 0 <= answer <= NO_DIGIT:
            raise ValueError(f"{answer} answers nothing")
        return replace(self, answers=(*self.answers, answer))

    @property
    def people(self) -> int:
        """How many of those that were answered people read rightly."""
        return sum(one.is_right(answer) for one, answer in self._done)

    @property
    def network(self) -> int:
        """How many of the same the network read rightly."""
        return sum(one.is_right(one.answer) for one, _ in self._done)

    @property
    def _done(self) -> list[tuple[Exercise, int]]:
        return list(zip(self.exercises, self.answers, strict=False))
