"""Hands that are learnt in no time: a small replay in place of the real one, which takes seconds
to compute."""

from __future__ import annotations

from collections.abc import Iterator

from lenetpad.data.labelled import Labelled
from lenetpad.data.replay import Replay, ReplayImages, compute_replay
from lenetpad.lenet.weights import Weights

#: Images that are shown again, and of the test set.
AGAIN, TEST = 300, 200


class SmallReplay:
    """Stands for ``replay_of``; ``computed`` counts how often it was asked."""

    def __init__(self, mnist: tuple[Labelled, Labelled]) -> None:
        train, test = mnist
        self._images = ReplayImages(train.chosen(slice(AGAIN)), test.chosen(slice(TEST)))
        self.computed = 0

    def __call__(self, weights: Weights) -> Iterator[float | Replay]:
        self.computed += 1
        yield from compute_replay(weights, self._images)
