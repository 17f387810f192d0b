"""The weights by which a segmentation graph is scored: few, learnt, and each with a name.

A candidate's score is a weighted sum of what the network says of it and of its geometry. They are
a semi-Markov conditional random field (Sarawagi and Cohen 2004), as ``training/numbers.py`` learns
it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.candidates import GEOMETRY
from lenetpad.storage import resources
from lenetpad.storage.decoding import InputError, json_object
from lenetpad.values.arrays import FloatArray

Values = NDArray[np.float64]

#: What the network says of a candidate.
RECOGNITION: Final = (
    "surprise",  # minus the logarithm of the most probable digit's probability
    "much surprise",  # what of it is above MUCH
    "no digit",  # the probability that it is none
    "small one",  # it is read as a 1, and is much lower than the line
)
#: Surprise counts up to this.
MOST_SURPRISE: Final = 6.0
MUCH: Final = 3.0
#: A digit by this much lower than most (see "low") is small.
SMALL: Final = 0.25


@dataclass(frozen=True, slots=True)
class NumberWeights:
    """The weights of what GEOMETRY and RECOGNITION name, in their order."""

    geometry: tuple[float, ...]
    recognition: tuple[float, ...]


def recognition_of(posteriors: FloatArray, geometry: Values) -> Values:
    """What RECOGNITION names, (n, len(RECOGNITION)), of posteriors (n, 10), or (n, 11) with "no
    digit" last, and of candidates' geometry."""
    digits = posteriors[:, :10].astype(np.float64)
    surprise = np.minimum(-np.log(np.maximum(digits.max(axis=1), 1e-9)), MOST_SURPRISE)
    no_digit = posteriors[:, 10] if posteriors.shape[1] > 10 else np.zeros(len(digits))
    small = geometry[:, GEOMETRY.index("low")] > SMALL
    columns = (
        surprise,
        np.maximum(surprise - MUCH, 0.0),
        no_digit,
        small & (digits.argmax(axis=1) == 1),
    )
    return np.stack(columns, axis=1).astype(np.float64)


class _Entry(msgspec.Struct):
    """The file; its other keys say where the weights come from."""

    geometry: dict[str, float]
    recognition: dict[str, float]


@cache
def shipped() -> NumberWeights:
    """The weights that ship."""
    return read_weights(resources.path("weights/numbers.json"))


def read_weights(path: Path) -> NumberWeights:
    """Weights from a file. Raises InputError for one that is damaged, or of other features."""
    entry = json_object(path, _Entry)
    for found, names in ((entry.geometry, GEOMETRY), (entry.recognition, RECOGNITION)):
        if set(found) != set(names):
            raise InputError(f"{path} has weights of other features; learn them anew")
    return NumberWeights(
        tuple(entry.geometry[name] for name in GEOMETRY),
        tuple(entry.recognition[name] for name in RECOGNITION),
    )
