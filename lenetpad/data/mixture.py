"""The mixture that the weights for handwriting learn from: MNIST, ink, and what is no digit.

Ink is split by its writers, never by drawing, into a training part, a validation part ("choice"),
on which choices and calibration are made, and a test part, which is only reported on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.data.labelled import NO_DIGIT, Labelled, label_of, labelled
from lenetpad.ink.files import Drawing
from lenetpad.ink.raster import SIDE, draw
from lenetpad.ink.scribbles import scribble
from lenetpad.ink.styles import latest, written
from lenetpad.ink.variation import Variation, varied
from lenetpad.values.recipes import Mixture

#: Of all writers, those that are reported on and those that choices are made on.
TEST_SHARE: Final = 0.20
CHOICE_SHARE: Final = 0.08
#: Seeds of the scribbles and the noise of each part.
SEEDS: Final = {"train": 1, "choice": 2, "test": 3}


@dataclass(frozen=True, slots=True)
class Split:
    """Drawings split by writer."""

    train: tuple[Drawing, ...]
    choice: tuple[Drawing, ...]
    test: tuple[Drawing, ...]


def split(drawings: Iterable[Drawing]) -> Split:
    """Split by writer; the same writer falls into the same part in whatever file.

    Drawings without a writer are trained on, and so are all where they have one writer only.
    """
    drawings = tuple(drawings)
    parts: dict[str, list[Drawing]] = {"train": [], "choice": [], "test": []}
    alone = len({drawing.writer for drawing in drawings}) == 1
    for drawing in drawings:
        part = "train" if alone or drawing.writer is None else part_of(drawing.writer)
        parts[part].append(drawing)
    return Split(**{name: tuple(members) for name, members in parts.items()})


def is_odd(writer: str | None) -> bool:
    """Whether a writer is one of the odd half of those that nothing is trained on.

    Forms are drawn after a look at the errors of the even half; the odd ones are only reported on.
    """
    return bool(_hashed(writer or "") % 2)


def part_of(writer: str) -> str:
    """train, choice or test, from a hash of the writer's name."""
    place = _hashed(writer) / 2**32
    if place < TEST_SHARE:
        return "test"
    return "choice" if place < TEST_SHARE + CHOICE_SHARE else "train"


def _hashed(writer: str) -> int:
    """A number below 2**32."""
    return int(hashlib.sha256(writer.encode()).hexdigest()[:8], 16)


def mixed(mnist: Labelled, drawings: Sequence[Drawing], how: Mixture, seed: int) -> Labelled:
    """What to train on: MNIST's images, variants of the drawings, scribbles and noise.

    A drawing that is labelled with anything but a digit is no digit.
    """
    rng = np.random.default_rng(seed)
    images, labels = [], []
    for drawing in drawings:
        label = label_of(drawing)
        for _ in range(how.others if label == NO_DIGIT else how.variants):
            images.append(_bytes(draw(*varied(drawing.ink, how.variation, rng))))
            labels.append(label)
    for number in range(how.written):
        ink = written(number % 10, rng, newer=how.newer_forms)
        images.append(_bytes(draw(*varied(ink, how.variation, rng))))
        labels.append(number % 10)
    rng = np.random.default_rng((seed, 1))  # whatever came before
    for number in range(how.latest):
        digit, ink = latest(number, rng)
        images.append(_bytes(draw(*varied(ink, how.variation, rng))))
        labels.append(digit)
    return _stacked(images, labels).joined(
        scribbles(how.scribbles, SEEDS["train"]),
        noise(how.noise, SEEDS["train"]),
        *[mnist] * how.mnist,
    )


def scribbles(n: int, seed: int) -> Labelled:
    """``n`` scribbles and blank-ish marks, each by its own hand and pen."""
    rng = np.random.default_rng(seed)
    how = Variation()
    images = [_bytes(draw(*varied(scribble(rng), how, rng))) for _ in range(n)]
    return _no_digits(images)


def noise(n: int, seed: int) -> Labelled:
    """``n`` images of noise: grains, specks and blocks of any strength, some with a border."""
    rng = np.random.default_rng(seed)
    return _no_digits([_bytes(_noise(rng)) for _ in range(n)])


def _noise(rng: np.random.Generator) -> NDArray[np.float32]:
    kind = int(rng.integers(3))
    if kind == 0:
        specks = rng.random((SIDE, SIDE)) < rng.uniform(0.02, 0.6)
        image: NDArray[np.floating] = specks * rng.random((SIDE, SIDE)) ** rng.uniform(0, 1)
    elif kind == 1:
        image = rng.random((SIDE, SIDE))
    else:
        cells = int(rng.integers(3, 15))
        block = np.ones((SIDE // cells + 1, SIDE // cells + 1))
        image = np.kron(rng.random((cells, cells)), block)[:SIDE, :SIDE]
        if rng.random() < 0.5:
            image = np.where(image < rng.uniform(0.2, 0.7), 1.0, 0.0)
    margin = int(rng.integers(7))
    framed = np.zeros((SIDE, SIDE), dtype=np.float32)
    inside = slice(margin, SIDE - margin)
    framed[inside, inside] = image[inside, inside]
    return framed


def _bytes(image: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint(image * 255).astype(np.uint8)


def _no_digits(images: Sequence[NDArray[np.uint8]]) -> Labelled:
    return _stacked(images, [NO_DIGIT] * len(images))


def _stacked(images: Sequence[NDArray[np.uint8]], labels: Sequence[int]) -> Labelled:
    return labelled(np.array(images, np.uint8).reshape(-1, SIDE, SIDE), np.array(labels))
