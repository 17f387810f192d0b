"""The weights by which a segmentation graph is scored: few, learnt, and each with a name.

The score of a candidate is a weighted sum of its geometry and of what the network says of it, and
that of a path is its candidates' sum: ``training/number_weights.py`` learns them as those of a
semi-Markov conditional random field (S. Sarawagi, W. Cohen, 2004). Whether the best path is a
number at all says another weighted sum, learnt by logistic regression.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.candidates import GEOMETRY
from lenetpad.storage import resources
from lenetpad.storage.decoding import InputError, json_object
from lenetpad.values.arrays import FloatArray

Values = NDArray[np.float64]

SHIPPED: Final = "weights/numbers.json"
#: What the network says of a candidate; the last ones of what it reads as a 1, which many a line
#: and many a part of another digit looks like.
RECOGNITION: Final = (
    "confidence",  # minus the logarithm of the probability that it is anything else
    "surprise",  # minus the logarithm of the probability of the most probable digit
    "more surprise",  # what of it is above MORE
    "much surprise",  # what of it is above MUCH
    "no digit",  # the probability that it is none
    "refused",  # whether that is more probable than each digit
    "odds",  # the logarithm of how many times it is more probable than the best digit
    "doubt",  # surprise, if it is some digit
    "small 0",  # it is much lower than the line
    "small 1",
    "1",
    "width of a 1",
    "backward 1",
    "near 1",
    "cut 1",
    "corner 1",
    "flagged 1",
    "odds of a flagged 1",
)
#: Confidence, surprise and odds count up to these.
MOST_CONFIDENCE: Final = 7.0
MOST_SURPRISE: Final = 6.0
MOST_ODDS: Final = 12.0
MORE: Final = 1.0
MUCH: Final = 3.0
#: A digit by this much lower than most (see "low") is small.
SMALL: Final = 0.25

#: What says whether the best path, if it has several digits, is a number.
ACCEPTANCE: Final = (
    "several",  # of each such path
    "two",  # it has two digits
    "digits",  # their number, as far as MANY
    "worst no digit",
    "mean no digit",
    "worst surprise",
    "mean surprise",
    "second surprise",  # the largest but one
    "worst odds",
    "second odds",
    "mean odds",
    "worst doubt",
    "mean doubt",
    "least confidence",
    "mean confidence",
    "whole no digit",  # of all ink as one candidate, as is the next
    "whole surprise",
    "gain",  # of the path's score over that of all ink as one digit, as far as MOST_GAIN
    "least score",
    "mean score",
    "least gap",  # between neighbours, from minus MOST_OVERLAP to MOST_GAP
    "touching",  # the part of gaps that are smaller than TOUCHING
    "most overlap",
    "ones",  # their part
    "backward 1",
    "leaning apart",  # how differently neighbouring 1s lean that come near, as those of a W do
    "cuts",
    "slim",  # by how much all of it is less wide than high
    "uneven",  # by how much the highest is higher than the lowest
    "low",  # by how much one is lower than most digits
    "bars",  # the part of narrow 1s
    "only bars",
    "most near",  # how near neighbours come to each other, as GEOMETRY has it
    "mean near",
    "most gap",
    "loose",  # the most of any, as is the next
    "inner gap",
)
MANY: Final = 4
MOST_GAIN: Final = 12.0
MOST_SCORE: Final = 5.0
MOST_OVERLAP: Final = 0.5
MOST_GAP: Final = 0.3
TOUCHING: Final = 0.02
WIDEST_GAP: Final = 0.5
MOST_UNEVEN: Final = 1.0
#: A 1 that is less wide, for its height, is a bar.
BAR: Final = 0.3

_COLUMN: Final[Mapping[str, int]] = {name: place for place, name in enumerate(GEOMETRY)}


@dataclass(frozen=True, slots=True, eq=False)
class NumberWeights:
    """The weights of what GEOMETRY, RECOGNITION and ACCEPTANCE name, in their order."""

    geometry: Values
    recognition: Values
    acceptance: Values


def recognition_of(posteriors: FloatArray, geometry: Values) -> Values:
    """What RECOGNITION names, (n, len(RECOGNITION)), of posteriors (n, 10), or (n, 11) with "no
    digit" last, and of candidates' geometry."""
    best = posteriors[:, :10].max(axis=1).astype(np.float64)
    digit = posteriors[:, :10].argmax(axis=1)
    no_digit = posteriors[:, 10] if posteriors.shape[1] > 10 else np.zeros(len(best))
    digits = np.maximum(posteriors[:, :10].sum(axis=1, dtype=np.float64), 1e-9)
    surprise = np.minimum(-np.log(np.maximum(best, 1e-9)), MOST_SURPRISE)
    small, one = geometry[:, _COLUMN["low"]] > SMALL, digit == 1
    flagged = one * geometry[:, _COLUMN["flagged"]]
    odds = np.log(np.maximum(no_digit, 1e-9) / np.maximum(best, 1e-9)).clip(0.0, MOST_ODDS)
    near = geometry[:, _COLUMN["near before"]] + geometry[:, _COLUMN["near after"]]
    columns = (
        np.minimum(-np.log(np.maximum(1 - best, 1e-9)), MOST_CONFIDENCE),
        surprise,
        np.maximum(surprise - MORE, 0.0),
        np.maximum(surprise - MUCH, 0.0),
        no_digit,
        no_digit > best,
        odds,
        np.minimum(-np.log(np.maximum(best, 1e-9) / digits), MOST_SURPRISE),
        small & (digit == 0),
        small & one,
        one,
        one * geometry[:, _COLUMN["width"]],
        one * geometry[:, _COLUMN["backward"]],
        one * near,
        one * geometry[:, _COLUMN["cut"]],
        one * geometry[:, _COLUMN["corner cut"]],
        flagged,
        flagged * odds,
    )
    return np.stack(columns, axis=1).astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Digits:
    """The candidates of a path of several digits, and all ink as one candidate, last: boxes
    (n, 4) in units of the line's height, scores, posteriors and geometry of each."""

    boxes: Values
    scores: Values
    posteriors: FloatArray
    geometry: Values


def acceptance_of(path: Digits) -> Values:
    """What ACCEPTANCE names."""
    count = len(path.boxes) - 1
    said = recognition_of(path.posteriors, path.geometry)
    confidence, surprise, no_digit, odds, doubt = (
        said[:, RECOGNITION.index(name)]
        for name in ("confidence", "surprise", "no digit", "odds", "doubt")
    )
    ones = path.posteriors[:count, :10].argmax(axis=1) == 1
    # What a network says against a 1 with a long flag counts as little as it is one for sure.
    unlike = 1.0 - said[:, RECOGNITION.index("flagged 1")]
    no_digit, odds = no_digit * unlike, odds * unlike
    left, top, right, bottom = path.boxes.T
    height = bottom[:count] - top[:count]
    bars = ones & (right[:count] - left[:count] < BAR * height)
    between = left[1:count] - right[: count - 1]
    gaps = np.clip(between, -MOST_OVERLAP, MOST_GAP)
    scores, whole_score = path.scores[:count], path.scores[count]
    column = dict(zip(GEOMETRY, path.geometry[:count].T, strict=True))
    values = (
        1.0,
        count == 2,
        min(count, MANY),
        no_digit[:count].max(),
        no_digit[:count].mean(),
        surprise[:count].max(),
        surprise[:count].mean(),
        np.sort(surprise[:count])[-2],
        odds[:count].max(),
        np.sort(odds[:count])[-2],
        odds[:count].mean(),
        doubt[:count].max(),
        doubt[:count].mean(),
        confidence[:count].min(),
        confidence[:count].mean(),
        no_digit[count],
        surprise[count],
        min(scores.sum() - whole_score, MOST_GAIN),
        min(scores.min(), MOST_SCORE),
        np.clip(scores.mean(), -MOST_SCORE, MOST_SCORE),
        gaps.min(),
        (gaps < TOUCHING).mean(),
        column["overlap after"][:-1].max(),
        ones.mean(),
        (ones * column["backward"]).max(),
        (np.abs(np.diff(column["backward"])) * column["near after"][:-1]).max(
            initial=0.0, where=ones[1:] & ones[:-1]
        ),
        column["cut"].sum(),
        max(1.0 - (right[count] - left[count]) / max(bottom[count] - top[count], 1e-9), 0.0),
        min(height.max() - height.min(), MOST_UNEVEN),
        column["low"].max(),
        bars.mean(),
        bars.all(),
        column["near after"][:-1].max(),
        column["near after"][:-1].mean(),
        np.clip(between.max(), -MOST_OVERLAP, WIDEST_GAP),
        column["loose"].max(),
        column["inner gap"].max(),
    )
    return np.array(values, dtype=np.float64)


class Entry(msgspec.Struct):
    """The weights for one sort of networks, each by its name."""

    geometry: dict[str, float]
    recognition: dict[str, float]
    acceptance: dict[str, float]


class NumberWeightsFile(msgspec.Struct):
    """The file: weights for networks that say "no digit", and for those that do not, learnt from
    what several networks read; and weights for one network preset each that says "no digit",
    learnt from what that network reads. And what they were all learnt from."""

    with_no_digit: Entry
    without: Entry
    of_presets: dict[str, Entry] = msgspec.field(default_factory=dict)
    made: dict[str, Any] = msgspec.field(default_factory=dict)


@cache
def shipped(*, refusing: bool, preset: str = "") -> NumberWeights:
    """The weights that ship, for networks that say "no digit", or for those that do not: those of
    the network preset of this name where there are some."""
    return read_weights(resources.path(SHIPPED), refusing=refusing, preset=preset)


def read_weights(path: Path, *, refusing: bool, preset: str = "") -> NumberWeights:
    """Weights from a file. Raises InputError for one that is damaged, or of other features."""
    file = json_object(path, NumberWeightsFile)
    of_any = file.with_no_digit if refusing else file.without
    entry = file.of_presets.get(preset, of_any) if refusing else of_any
    return NumberWeights(
        _in_order(entry.geometry, GEOMETRY, path),
        _in_order(entry.recognition, RECOGNITION, path),
        _in_order(entry.acceptance, ACCEPTANCE, path),
    )


def entry_of(weights: NumberWeights) -> Entry:
    """Weights as the file has them."""
    return Entry(
        _named(GEOMETRY, weights.geometry),
        _named(RECOGNITION, weights.recognition),
        _named(ACCEPTANCE, weights.acceptance),
    )


def _named(names: tuple[str, ...], values: Values) -> dict[str, float]:
    return {name: round(value, 4) for name, value in zip(names, values.tolist(), strict=True)}


def _in_order(found: Mapping[str, float], names: tuple[str, ...], path: Path) -> Values:
    if set(found) != set(names):
        raise InputError(f"{path} has weights of other features; learn them anew")
    values = np.array([found[name] for name in names])
    if not np.isfinite(values).all():
        raise InputError(f"{path} has weights that are no numbers; learn them anew")
    return values
