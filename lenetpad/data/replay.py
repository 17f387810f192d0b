"""What a network is shown again while it learns a hand, so that it forgets nothing: MNIST, digits
in written forms, and what is no digit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from lenetpad.data.labelled import Labelled, mnist
from lenetpad.data.mixture import mixed
from lenetpad.ink.raster import pad
from lenetpad.lenet.fine_tuning import Features, s4_features
from lenetpad.lenet.weights import Weights
from lenetpad.values.arrays import FloatArray
from lenetpad.values.recipes import Mixture

#: Of MNIST's training images, so many are replayed.
MNIST_IMAGES: Final = 3000
MIXTURE: Final = Mixture(mnist=0, written=1500, scribbles=800, noise=200, newer_forms=True)
#: Images whose features are computed between two steps.
TOGETHER: Final = 250
SEED: Final = 11


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """S4 features of one network: of the images that it is shown again, and of MNIST's 10,000 test
    images, by which is measured what it has forgotten. 24 MB."""

    again: Features
    test: Features


def replayed_images(seed: int = SEED) -> tuple[Labelled, Labelled]:
    """The images that are shown again, and MNIST's test images; the same for the same seed.

    Raises DataError where MNIST is missing or damaged.
    """
    train, test = mnist()
    chosen = np.random.default_rng(seed).permutation(len(train))[:MNIST_IMAGES]
    return train.chosen(chosen).joined(mixed(train.chosen(slice(0)), (), MIXTURE, seed)), test


def replay_of(weights: Weights, seed: int = SEED) -> Iterator[float | Replay]:
    """Compute a network's replay: yields the part that is done, at last the replay.

    Raises DataError where MNIST is missing or damaged.
    """
    yield 0.0
    again, test = replayed_images(seed)
    total, done = len(again) + len(test), 0
    found: list[Features] = []
    for images in (again, test):
        parts: list[FloatArray] = []
        for at in range(0, len(images), TOGETHER):
            some = images.images[at : at + TOGETHER]
            parts.append(features_of(weights, some.astype(np.float32) / 255))
            done += len(some)
            yield done / total
        found.append(Features(np.concatenate(parts), images.labels))
    yield Replay(*found)


def features_of(weights: Weights, images: FloatArray) -> FloatArray:
    """Normalised images (n, 28, 28) in [0, 1] -> S4 features (n, 400)."""
    return s4_features(weights.config, weights.parameters, pad(images))
