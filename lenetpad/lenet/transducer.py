"""From columns to a number: the transducer of a space displacement network (section VII-C).

Each column is a digit or blank. Columns of one digit side by side are one digit, two equal digits
have a blank between them, and blanks are taken out: many ways to label the columns give the same
number. That number is the answer of which all ways together are most probable, the paper's forward
algorithm, by which the network for lines was trained, too. Columns that lie nearer than the
network's own stride are several lines of columns of that stride, each of which has its say.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

import numpy as np

from lenetpad.lenet.forward import STEP
from lenetpad.values.arrays import DoubleArray, FloatArray
from lenetpad.values.space_displacement import BLANK, Run

#: No column says with more certainty than this that a class is not there: log probabilities.
SUREST: Final = -8.0
#: What a digit costs, in nats. It is less than nothing: a longer number has more places at which
#: to be wrong.
PRICE: Final = -0.5
#: Of each line of columns so many numbers are followed from left to right, and so many are
#: compared at the end. A class less probable than LEAST does not begin in a column.
FOLLOWED: Final = 8
COMPARED: Final = 4
LEAST: Final = -7.0
#: Less than any logarithm of a probability.
NEVER: Final = -1e9

Text = tuple[int, ...]


def transduced(posteriors: FloatArray, stride: int, price: float = PRICE) -> tuple[Run, ...]:
    """The digits, from left to right, of columns' posteriors (n, 11), "blank" last, that lie
    ``stride`` pixels apart."""
    with np.errstate(divide="ignore"):
        evidence = np.maximum(np.log(posteriors.astype(np.float64)), SUREST)
    lines = [evidence[shift :: STEP // stride] for shift in range(STEP // stride)]
    lines = [line for line in lines if len(line)]
    texts = sorted({text for line in lines for text in _followed(line, price)})
    sums = np.mean([[log_probability(line, text) for text in texts] for line in lines], axis=0)
    sums -= price * np.array([len(text) for text in texts])
    return _runs(posteriors, evidence, texts[int(sums.argmax())])


def log_probability(evidence: DoubleArray, text: Sequence[int]) -> float:
    """The logarithm of what all ways to label columns (n, 11), given as logarithms, that give a
    text of digits are together."""
    labels, skipping = _states(text)
    emitted = evidence[:, labels]
    sums = np.full(len(labels), NEVER)
    sums[:2] = emitted[0, :2]
    for column in emitted[1:]:
        sums = _advanced(sums, skipping, np.logaddexp) + column
    return float(np.logaddexp.reduce(sums[-2:]))


def _followed(evidence: DoubleArray, price: float) -> list[Text]:
    """The most probable texts of one line of columns, found from left to right (A. Graves et al.,
    "Connectionist temporal classification", 2006): of each text that the columns until here may
    give, the sum of the ways that end in a blank, and of those that end in its last digit."""
    ends: dict[Text, tuple[float, float]] = {(): (0.0, NEVER)}
    for column in evidence.tolist():
        found: dict[Text, tuple[float, float]] = {}
        likely = [digit for digit in range(BLANK) if column[digit] > LEAST]
        for text, (blank, digit) in ends.items():
            both = _added(blank, digit)
            stays = digit + column[text[-1]] if text else NEVER
            _enter(found, text, both + column[BLANK], stays)
            for new in likely:
                before = blank if text and text[-1] == new else both
                _enter(found, (*text, new), NEVER, before + column[new])
        best = sorted(found, key=lambda text: price * len(text) - _added(*found[text]))
        ends = {text: found[text] for text in best[:FOLLOWED]}
    return list(ends)[:COMPARED]


def _enter(found: dict[Text, tuple[float, float]], text: Text, blank: float, digit: float) -> None:
    known = found.get(text, (NEVER, NEVER))
    found[text] = _added(known[0], blank), _added(known[1], digit)


def _added(one: float, other: float) -> float:
    """The logarithm of the sum of two numbers that are given by their logarithms."""
    return float(np.logaddexp(one, other))


def _states(text: Sequence[int]) -> tuple[list[int], DoubleArray]:
    """A text's labels with blanks around all digits, and whether each may follow the one before
    the one before it (0) or not (NEVER): a blank may be left out between different digits."""
    labels = [BLANK]
    for digit in text:
        labels += [digit, BLANK]
    skipping = np.full(len(labels), NEVER)
    for place in range(3, len(labels), 2):
        if labels[place] != labels[place - 2]:
            skipping[place] = 0.0
    return labels, skipping


def _advanced(sums: DoubleArray, skipping: DoubleArray, joined: np.ufunc) -> DoubleArray:
    """What comes into each state from itself, the one before, and the one before that."""
    found = sums.copy()
    found[1:] = joined(found[1:], sums[:-1])
    found[2:] = joined(found[2:], sums[:-2] + skipping[2:])
    return found


def _runs(posteriors: FloatArray, evidence: DoubleArray, text: Text) -> tuple[Run, ...]:
    """Which columns are which digits of a text, by the best way to label all of them."""
    labels, skipping = _states(text)
    emitted = evidence[:, labels]
    scores = np.full((len(emitted), len(labels)), NEVER)
    scores[0, :2] = emitted[0, :2]
    for column in range(1, len(emitted)):
        scores[column] = _advanced(scores[column - 1], skipping, np.maximum) + emitted[column]
    state = len(labels) - 1 - int(len(labels) > 1 and scores[-1, -2] > scores[-1, -1])
    path = [state]
    for before in scores[-2::-1]:
        ways = [before[state], before[state - 1] if state else NEVER]
        ways.append(before[state - 2] + skipping[state] if state > 1 else NEVER)
        state -= int(np.argmax(ways))
        path.append(state)
    runs, first = [], 0
    for state, columns in groupby(reversed(path)):
        end = first + len(list(columns))
        if (digit := labels[state]) != BLANK:
            kept = first + int(posteriors[first:end, digit].argmax())
            runs.append(Run(digit, first, end, kept))
        first = end
    return tuple(runs)
