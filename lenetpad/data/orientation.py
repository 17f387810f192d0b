"""Which way up images of digits lie: found by having a shipped network read some of them.

EMNIST's files have columns first, and others are mirrored or turned. Such images look like MNIST's
to a program and are read as anything but their labels, which must not happen in silence.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.data.cancellation import Watch
from lenetpad.data.labelled import Labelled
from lenetpad.ink.raster import PADDED, SIDE
from lenetpad.lenet.forward import in_batches, scores
from lenetpad.lenet.weights import Weights, load

#: The network that reads the sample: of the shipped ones the best.
READER: Final = "lenet5-modern"
#: Images that are read, and the fewest by which anything can be said.
SAMPLE: Final = 200
FEWEST: Final = 10
FEWEST_CLASSES: Final = 3
#: Of images that are read rightly as they are, nobody asks more.
ENOUGH: Final = 0.5
#: Images are turned where so many are read rightly then, and so many more than before.
CERTAIN, BETTER = 0.6, 0.3
#: The ways in which images may lie, and how a sentence says that: each is (transposed, flipped up
#: and down, flipped left and right) back again.
WAYS: Final = {
    "columns first": (True, False, False),
    "mirrored": (False, False, True),
    "upside down": (False, True, True),
    "mirrored upside down": (False, True, False),
    "turned to the left": (True, False, True),
    "turned to the right": (True, True, False),
    "columns first and upside down": (True, True, True),
}

Images = NDArray[np.uint8]


def upright(read: Labelled, name: object, watch: Watch) -> Labelled:
    """The images the right way up, and a note where they were not; a warning where most are read
    otherwise than they are labelled, whichever way up they are. ``name`` is said of them."""
    digits = read.digits()
    if len(digits) < FEWEST or len(np.unique(digits.labels)) < FEWEST_CLASSES:
        return read
    chosen = np.linspace(0, len(digits) - 1, min(SAMPLE, len(digits))).astype(np.int64)
    sample = digits.chosen(chosen)
    as_they_are = _right(sample.images, sample.labels)
    if as_they_are >= ENOUGH:
        return read
    shares = {}
    for way in WAYS:
        watch.check()
        shares[way] = _right(_back(sample.images, way), sample.labels)
    best = max(shares, key=lambda way: shares[way])
    if shares[best] < max(CERTAIN, as_they_are + BETTER):
        watch.note(
            f"only {100 * as_they_are:.0f} % of {len(sample)} images are read as they are labelled"
            f" by {READER}: see whether these are digits, and labels that belong to them: {name}"
        )
        return read
    watch.note(
        f"the images are {best} and were put upright: {100 * shares[best]:.0f} % are then read as "
        f"they are labelled by {READER}, {100 * as_they_are:.0f} % as they lie: {name}"
    )
    return Labelled(np.ascontiguousarray(_back(read.images, best)), read.labels)


def _back(images: Images, way: str) -> Images:
    """Images that lie in one of the ``WAYS`` the right way up, as a view."""
    transposed, up_down, left_right = WAYS[way]
    if transposed:
        images = images.transpose(0, 2, 1)
    return images[:, :: -1 if up_down else 1, :: -1 if left_right else 1]


def _right(images: Images, labels: NDArray[np.int64]) -> float:
    """The share of images that the network reads as they are labelled."""
    weights, frame = _reader(), (PADDED - SIDE) // 2
    ink = np.pad(images, ((0, 0), (frame, frame), (frame, frame))).astype(np.float32) / np.float32(
        255
    )
    outputs = in_batches(weights.config, weights.parameters, ink)
    found = np.concatenate([scores(weights.config, output).argmax(axis=1) for output in outputs])
    return float((found.reshape(-1) == labels).mean())


@cache
def _reader() -> Weights:
    return load(READER)
