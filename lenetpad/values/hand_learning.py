"""Learning a hand in the window: what is asked of the engine, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.storage.hands import Hand
from lenetpad.values.arrays import FloatArray
from lenetpad.values.models import Choice

#: More drawings of a hand are not learnt, but the latest: it is to take a second or two.
MOST_DRAWINGS: Final = 500


@dataclass(frozen=True, slots=True)
class LearningRequest:
    """Have the network of a choice learn the hand in a folder, unless it has; without a folder,
    prepare it for that."""

    folder: Path | None
    choice: Choice


@dataclass(frozen=True, slots=True)
class LearningProgress:
    """How far it is, from 0 to 1; ``preparing`` while the network is shown, for the first time,
    what it is not to forget."""

    done: float
    preparing: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class HandLearning:
    """What a network has made of a hand.

    ``hand`` is as its folder tells it then. ``model`` is the network, ``weights`` the file of what
    it has learnt, None where the hand has nothing to learn. ``images`` (n, 28, 28) are the
    drawings as they are read, float32 with ink 1, ``labels`` (n,) what they show, 0 to 9 or 10 for
    no digit; ``before`` and ``after`` their probabilities (n, 10), or (n, 11) with that of "no
    digit" last. The test errors are MNIST's in per cent, of ``test_images`` images. ``anew`` says
    whether it was learnt just now, in ``seconds``. ``unlabelled`` drawings were left out because
    they have no label, ``older`` because there are more than ``MOST_DRAWINGS``; ``cut`` says how
    many numbers were cut into digits.
    """

    hand: Hand
    model: str
    weights: Path | None
    images: FloatArray = field(repr=False)
    labels: NDArray[np.int64]
    before: FloatArray
    after: FloatArray
    error_before: float = 0.0
    error_after: float = 0.0
    test_images: int = 0
    seconds: float = 0.0
    anew: bool = False
    unlabelled: int = 0
    older: int = 0
    cut: str = ""

    def __post_init__(self) -> None:
        for array in (self.images, self.labels, self.before, self.after):
            array.flags.writeable = False

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def right_before(self) -> int:
        """How many of the drawings the network read right before it learnt them."""
        return _right(self.before, self.labels)

    @property
    def right_after(self) -> int:
        """How many it reads right now."""
        return _right(self.after, self.labels)

    def order(self) -> NDArray[np.intp]:
        """The drawings' places: those first that are read otherwise now, then those that are
        still read wrong, then the others; each in the order of writing."""
        before, after = self.before.argmax(axis=1), self.after.argmax(axis=1)
        rank = np.where(before != after, 0, np.where(after != self.labels, 1, 2))
        return np.argsort(rank, kind="stable")


def _right(probabilities: FloatArray, labels: NDArray[np.int64]) -> int:
    return int((probabilities.argmax(axis=1) == labels).sum()) if len(labels) else 0
