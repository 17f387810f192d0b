"""Hands that are learnt in no time: a small replay in place of the real one, which takes seconds
to compute."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lenetpad.data.labelled import Labelled
from lenetpad.data.replay import Replay, features_of
from lenetpad.lenet.fine_tuning import Features
from lenetpad.lenet.weights import Weights

#: Images that are shown again, of the guard, and of the test set.
AGAIN, GUARD, TEST = 300, 200, 200


class SmallReplay:
    """Stands for ``replay_of``; ``computed`` counts how often it was asked."""

    def __init__(self, mnist: tuple[Labelled, Labelled]) -> None:
        train, test = mnist
        guard = train.chosen(slice(AGAIN, AGAIN + GUARD))
        self._sets = (train.chosen(slice(AGAIN)), guard, test.chosen(slice(TEST)))
        self.computed = 0

    def __call__(self, weights: Weights) -> Iterator[float | Replay]:
        self.computed += 1
        yield 0.0
        images = [some.images.astype(np.float32) / np.float32(255) for some in self._sets]
        labels = [some.labels for some in self._sets]
        parts = [
            Features(features_of(weights, one), them)
            for one, them in zip(images, labels, strict=True)
        ]
        yield Replay(*parts)
