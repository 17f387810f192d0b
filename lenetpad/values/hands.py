"""What a network has learnt of somebody's hand: frozen messages."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lenetpad.values.arrays import FloatArray, Parameters


@dataclass(frozen=True, slots=True, eq=False)
class LearntHand:
    """A network after it has learnt the drawings of a hand.

    ``parameters`` are all of the network's, read-only float32. ``labels`` (n,) are those of the
    drawings, 0 to 9 or 10 for what is no digit. ``before`` and ``after`` are the probabilities
    that the network gave each drawing and gives it now: (n, 11), "no digit" last, or (n, 10) of a
    network without it. ``test_error_before`` and ``test_error`` are MNIST's, in per cent, of
    ``test_images`` images of its test set. ``seconds`` is how long it took.
    """

    parameters: Parameters = field(repr=False)
    labels: NDArray[np.int64]
    before: FloatArray
    after: FloatArray
    test_error_before: float
    test_error: float
    test_images: int
    seconds: float

    def __post_init__(self) -> None:
        for array in (*self.parameters.values(), self.before, self.after):
            array.flags.writeable = False
        self.labels.flags.writeable = False

    @property
    def wrong_before(self) -> int:
        """How many of the drawings were read as something else than their labels."""
        return int((self.before.argmax(axis=1) != self.labels).sum())

    @property
    def wrong(self) -> int:
        """How many of the drawings still are."""
        return int((self.after.argmax(axis=1) != self.labels).sum())
