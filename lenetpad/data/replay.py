"""What a network is shown again while it learns a hand, so that it forgets nothing: MNIST, digits
in written forms, and what is no digit: letters, scribbles and noise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.data.labelled import NO_DIGIT, Labelled, labelled, mnist
from lenetpad.data.mixture import noise
from lenetpad.ink.letters import letter
from lenetpad.ink.raster import draw, pad
from lenetpad.ink.scribbles import scribble
from lenetpad.ink.strokes import Ink
from lenetpad.ink.styles import written
from lenetpad.ink.variation import Variation, varied
from lenetpad.lenet.fine_tuning import Features, probabilities, s4_features
from lenetpad.lenet.weights import Weights
from lenetpad.values.arrays import FloatArray

#: How many images of each kind; of MNIST, training images by chance.
MNIST_IMAGES: Final = 3000
#: And, of so many others, those that the network is least sure of; so many of the rest are the
#: guard.
CANDIDATES: Final = 12_000
UNSURE: Final = 2000
GUARD: Final = 5000
WRITTEN: Final = 1500
LETTERS: Final = 1500
SCRIBBLES: Final = 800
NOISE: Final = 200
SEED: Final = 11
#: Images that are drawn, or whose features are computed, between two steps.
TOGETHER: Final = 100
#: Of the time that a replay takes, the part in which its images are drawn.
DRAWING: Final = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class ReplayImages:
    """The images that any network is shown again, MNIST's training images from which it is shown
    more, and MNIST's 10,000 test images."""

    again: Labelled
    candidates: Labelled
    test: Labelled


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """S4 features by one network, 38 MB: of the images that it is shown again; of the guard,
    training images of MNIST that it is not shown, by which is seen whether it forgets; and of
    MNIST's test images, by which nothing is decided and what it has forgotten is measured."""

    again: Features
    guard: Features
    test: Features


def draw_replay(seed: int = SEED) -> Iterator[float | ReplayImages]:
    """Draw the images that are shown again: yields the part that is done, at last the images. The
    same seed draws the same images.

    Raises DataError where MNIST is missing or damaged.
    """
    yield 0.0
    train, test = mnist()
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(train))[: MNIST_IMAGES + CANDIDATES]
    sets = [train.chosen(order[:MNIST_IMAGES])]
    kinds: tuple[tuple[int, Callable[[int], tuple[Ink, int]]], ...] = (
        (WRITTEN, lambda n: (written(n % 10, rng, newer=True), n % 10)),
        (LETTERS, lambda n: (letter(rng), NO_DIGIT)),
        (SCRIBBLES, lambda n: (scribble(rng), NO_DIGIT)),
    )
    total, done = sum(count for count, _ in kinds), 0
    how = Variation()
    for count, kind in kinds:
        images, labels = [], []
        for number in range(count):
            ink, label = kind(number)
            images.append(np.rint(draw(*varied(ink, how, rng)) * 255))
            labels.append(label)
            done += 1
            if done % TOGETHER == 0:
                yield done / total
        sets.append(labelled(np.stack(images), np.array(labels)))
    again = sets[0].joined(*sets[1:], noise(NOISE, seed))
    yield ReplayImages(again, train.chosen(order[MNIST_IMAGES:]), test)


def compute_replay(weights: Weights, images: ReplayImages) -> Iterator[float | Replay]:
    """Compute a network's features of them: yields the part that is done, at last the replay."""
    sets = (images.again, images.candidates, images.test)
    total, done = sum(map(len, sets)), 0
    found: list[Features] = []
    for some in sets:
        parts: list[Features] = []
        for at in range(0, len(some), TOGETHER):
            part = some.chosen(slice(at, at + TOGETHER))
            parts.append(labelled_features(weights, part))
            done += len(part)
            yield done / total
        found.append(parts[0].joined(*parts[1:]))
    again, candidates, test = found
    unsure = _least_sure(weights, candidates)[:UNSURE]
    rest = np.delete(np.arange(len(candidates)), unsure)[:GUARD]
    yield Replay(again.joined(candidates.chosen(unsure)), candidates.chosen(rest), test)


def _least_sure(weights: Weights, features: Features) -> NDArray[np.intp]:
    """Their numbers, those first whose two most probable answers are nearest to each other."""
    found = np.sort(probabilities(weights.config, weights.parameters, features.s4), axis=1)
    order: NDArray[np.intp] = np.argsort(found[:, -1] - found[:, -2], kind="stable")
    return order


def replay_of(weights: Weights, seed: int = SEED) -> Iterator[float | Replay]:
    """Both one after the other."""
    for step in draw_replay(seed):
        if isinstance(step, ReplayImages):
            images = step
        else:
            yield DRAWING * step
    for other in compute_replay(weights, images):
        yield other if isinstance(other, Replay) else DRAWING + (1 - DRAWING) * other


def labelled_features(weights: Weights, images: Labelled) -> Features:
    """The S4 features of labelled images, with their labels."""
    values = images.images.astype(np.float32) / np.float32(255)
    return Features(features_of(weights, values), images.labels)


def features_of(weights: Weights, images: FloatArray) -> FloatArray:
    """Normalised images (n, 28, 28) in [0, 1] -> S4 features (n, 400)."""
    return s4_features(weights.config, weights.parameters, pad(images))
