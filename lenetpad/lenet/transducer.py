"""From columns to a number: the transducer of a space displacement network (section VII-C).

Each column is a digit or blank. Columns of one digit side by side are one digit, two equal digits
have a blank between them, and blanks are taken out. Of all ways to label the columns, Viterbi's
algorithm finds the one that the columns' posteriors speak for most, where each digit costs a
price: what only a column or two between two digits look like is not worth it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.lenet.forward import STEP
from lenetpad.values.arrays import DoubleArray, FloatArray
from lenetpad.values.space_displacement import BLANK, Run

#: No column says with more certainty than this that a class is not there: log probabilities.
SUREST: Final = -6.0
#: What a digit costs, in nats, columns of the network's own stride counting once.
PRICE: Final = 0.25


def transduced(posteriors: FloatArray, stride: int, price: float = PRICE) -> tuple[Run, ...]:
    """The digits, from left to right, of columns' posteriors (n, 11), "blank" last, that lie
    ``stride`` pixels apart."""
    with np.errstate(divide="ignore"):
        evidence = np.log(posteriors.astype(np.float64))
    path = _best_path(np.maximum(evidence, SUREST) * (stride / STEP), price)
    bounds = [0, *(np.flatnonzero(np.diff(path)) + 1).tolist(), len(path)]
    return tuple(
        Run(digit, first, end, first + int(posteriors[first:end, digit].argmax()))
        for first, end in pairwise(bounds)
        if (digit := int(path[first])) != BLANK
    )


def _best_path(evidence: DoubleArray, price: float) -> NDArray[np.intp]:
    """The class of each column, (n,), such that the evidence (n, 11) less the price of each digit
    that begins is largest."""
    entering = np.full(BLANK + 1, price)
    entering[BLANK] = 0.0
    scores = evidence[0] - entering
    stayed = np.empty(evidence.shape, dtype=np.bool_)
    came_from = np.empty(len(evidence), dtype=np.intp)
    for column in range(1, len(evidence)):
        came_from[column] = scores.argmax()
        entered = scores.max() - entering
        stayed[column] = scores >= entered
        scores = np.maximum(scores, entered) + evidence[column]
    path = np.empty(len(evidence), dtype=np.intp)
    path[-1] = scores.argmax()
    for column in range(len(evidence) - 1, 0, -1):
        here = path[column]
        path[column - 1] = here if stayed[column, here] else came_from[column]
    return path
