"""Evaluations on labelled images: the request, every prediction, and the metrics of them.

Frozen values and numpy only, because window, thread and command line all use them.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.values.arrays import FloatArray
from lenetpad.values.catalogue import FOLDER, MNIST
from lenetpad.values.models import Choice
from lenetpad.values.number_evaluation import NumberResults

if TYPE_CHECKING:
    from lenetpad.values.writers import WritersEvaluation


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """How a network did on labelled images.

    ``confusion`` (10, 10) counts true digits (rows) against answers (columns); what is no digit is
    not in it. ``answers`` (n,) are the most probable digits and ``refused`` (n,) says where
    "not a digit" was more probable still, both in the order of the images. ``calibration_error``
    is the expected calibration error of the digits' probabilities, in [0, 1].
    """

    confusion: NDArray[np.int64]
    answers: NDArray[np.int64] = field(repr=False)
    refused: NDArray[np.bool_] = field(repr=False)
    calibration_error: float

    @property
    def n(self) -> int:
        """Number of images."""
        return len(self.answers)

    @property
    def digits(self) -> int:
        """Number of images that show a digit."""
        return int(self.confusion.sum())

    @property
    def error(self) -> float:
        """Fraction of the digits with a wrong answer; NaN without digits."""
        if self.digits == 0:
            return math.nan
        return 1.0 - float(np.trace(self.confusion)) / self.digits

    @property
    def per_class(self) -> NDArray[np.float64]:
        """Accuracy of each class, (10,); NaN for a class without images."""
        totals = self.confusion.sum(axis=1)
        right = np.diagonal(self.confusion).astype(np.float64)
        accuracy = np.full(10, np.nan)
        np.divide(right, totals, out=accuracy, where=totals > 0)
        return accuracy

    @property
    def macro_accuracy(self) -> float:
        """Mean of the accuracies of the classes that have images; NaN without digits."""
        return float(np.nanmean(self.per_class)) if self.digits else math.nan


#: The label of an image that shows no digit.
NO_DIGIT: Final = 10
#: Equal bins of confidence, in the calibration error and in its plot.
BINS: Final = 15
#: Points of a curve that a screen can show.
SHOWN_POINTS: Final = 2000
#: The error among the accepted digits for which to say how many must be refused. (The paper's
#: figure 10 asks for 0.5 %, which our networks come near without refusing any.)
AIMED_ERROR: Final = 0.001

MNIST_TEST: Final = MNIST
MNIST_TRAINING: Final = "mnist-train"
#: Data sets that are files of the user's.
INK: Final = "ink"
IMAGES: Final = "images"
#: What the names of files of images end in; all others are taken for ink.
ARRAYS: Final = (".npz", ".mat", ".csv", ".csv.gz", ".tsv", ".tsv.gz")

Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]
Fractions = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DataChoice:
    """The labelled images that the user wants: a data set's key, and a path where it is a file."""

    key: str
    path: str = ""

    @classmethod
    def of_file(cls, path: Path) -> DataChoice:
        """A file of the user's: .npz and tables hold images, everything else but a folder ink."""
        if os.path.isdir(path):
            return cls(FOLDER, str(path))
        arrays = path.name.lower().endswith(ARRAYS)
        return cls(IMAGES if arrays else INK, str(path))


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """One or two networks to evaluate on a data set. ``serial`` grows with each."""

    serial: int
    models: tuple[Choice, ...]
    data: DataChoice


@dataclass(frozen=True, slots=True)
class EvaluationProgress:
    """How many of all images have been read; each network reads every image.

    While a data set is ``fetched``, its title is there, and bytes are counted.
    """

    serial: int
    done: int
    total: int
    fetched: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """What a network predicts of each image: probabilities (n, 10) of the digits and, where it has
    a rubbish class, (n,) of "not a digit". They add up to 1. ``confidences`` (n,) are the
    probabilities of the answers."""

    evaluation: Evaluation
    probabilities: FloatArray = field(repr=False)
    no_digit: FloatArray | None = field(repr=False)
    confidences: FloatArray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        confidences: FloatArray = self.probabilities.max(axis=1)
        object.__setattr__(self, "confidences", confidences)
        for array in (self.probabilities, self.no_digit, confidences):
            if array is not None:
                array.flags.writeable = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two networks' answers to the same digits, counted; ``differ`` are unlike answers, also to
    what is no digit."""

    differ: int
    only_first_right: int
    only_second_right: int
    both_wrong: int


@dataclass(frozen=True, slots=True, eq=False)
class EvaluationResults:
    """What an evaluation found: ``images`` (n, 28, 28) uint8, ink 255, their ``labels`` (n,), and
    the predictions of each network in the order of the request.

    ``notice`` is a sentence for the user, such as a device that failed. ``numbers`` are those of
    several digits, where there are any: their digits are among the images. Of ink, ``writers`` has
    a name for each image, and ``by_writer`` each network's figures of each of them. ``curves`` are
    the networks' error–reject curves on the digits: they take time, and so belong to the thread.
    """

    request: EvaluationRequest
    images: NDArray[np.uint8] = field(repr=False)
    labels: NDArray[np.int64] = field(repr=False)
    found: tuple[Predictions, ...]
    notice: str = ""
    numbers: NumberResults | None = field(default=None, repr=False)
    writers: tuple[str, ...] = field(default=(), repr=False)
    by_writer: tuple[WritersEvaluation, ...] = field(default=(), repr=False)
    curves: tuple[RejectCurve, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for array in (self.images, self.labels):
            array.flags.writeable = False
        digits = self.digits
        curves = tuple(
            reject_curve(predictions.confidences[digits], self.right(which)[digits])
            for which, predictions in enumerate(self.found)
        )
        object.__setattr__(self, "curves", curves)

    @property
    def compares(self) -> bool:
        """Whether there are two networks."""
        return len(self.found) > 1

    @property
    def digits(self) -> Flags:
        """Which images show a digit, (n,)."""
        shown: Flags = self.labels != NO_DIGIT
        return shown

    def answers(self, which: int) -> NDArray[np.int64]:
        """The digits that a network reads, (n,)."""
        return self.found[which].evaluation.answers

    def right(self, which: int) -> Flags:
        """Where a network reads the digit that is there, (n,)."""
        same: Flags = self.answers(which) == self.labels
        return same

    def wrong(self, which: int) -> Indices:
        """The digits with a wrong answer, the most confident first."""
        return self._most_confident(which, self.digits & ~self.right(which))

    def misread_of(self, writer: str, which: int) -> Indices:
        """A writer's digits that a network reads as another one or rejects, and what it takes for
        a digit of theirs and is none; the most confident first."""
        theirs = np.fromiter((name == writer for name in self.writers), bool, len(self.writers))
        refused = self.found[which].evaluation.refused
        misread = np.where(self.digits, refused | ~self.right(which), ~refused)
        return self._most_confident(which, theirs & misread)

    def cell(self, which: int, truth: int, answer: int) -> Indices:
        """The images of one cell of a confusion matrix, the most confident first."""
        return self._most_confident(
            which, (self.labels == truth) & (self.answers(which) == answer)
        )

    def refused(self, which: int) -> Indices:
        """Where "not a digit" is more probable than every digit, the least confident first."""
        return self._most_confident(which, self.found[which].evaluation.refused)[::-1]

    def taken_for_digits(self, which: int) -> Indices:
        """What is no digit and was not refused, the most confident first."""
        return self._most_confident(which, ~self.digits & ~self.found[which].evaluation.refused)

    def differing(self) -> Indices:
        """Where two networks answer differently; where either is the most confident first."""
        if not self.compares:
            return np.empty(0, dtype=np.intp)
        first, second = self.found
        found = np.flatnonzero(self.answers(0) != self.answers(1))
        highest = np.maximum(first.confidences[found], second.confidences[found])
        return found[np.argsort(-highest, kind="stable")]

    def misreader(self, index: int, which: int) -> int:
        """The network that misread a pattern: ``which``, or else the other one; ``which`` too
        where none did."""
        return next((one for one in (which, 1 - which) if self._misread(one, index)), which)

    def _misread(self, which: int, index: int) -> bool:
        """Whether a network answered wrong, refused a digit, or took for one what is none."""
        if which >= len(self.found):
            return False
        evaluation, truth = self.found[which].evaluation, self.labels[index]
        refused = bool(evaluation.refused[index])
        return not refused if truth == NO_DIGIT else refused or evaluation.answers[index] != truth

    def comparison(self) -> Comparison:
        """Two networks' answers, counted against each other."""
        first, second = (self.right(which)[self.digits] for which in (0, 1))
        return Comparison(
            differ=len(self.differing()),
            only_first_right=int((first & ~second).sum()),
            only_second_right=int((second & ~first).sum()),
            both_wrong=int((~first & ~second).sum()),
        )

    def calibration(self, which: int) -> CalibrationBins:
        """A network's calibration on the digits."""
        digits = self.digits
        confidences = self.found[which].confidences[digits].astype(np.float64)
        return calibration_bins(confidences, self.right(which)[digits])

    def _most_confident(self, which: int, where: Flags) -> Indices:
        found = np.flatnonzero(where)
        return found[np.argsort(-self.found[which].confidences[found], kind="stable")]


@dataclass(frozen=True, slots=True, eq=False)
class RejectCurve:
    """The error among the accepted digits for each fraction that is refused, which grows from 0.

    There is a point for each threshold; digits of equal probability are refused together.
    """

    refused: Fractions
    error: Fractions

    def refused_for(self, error: float) -> float | None:
        """The smallest fraction to refuse for an error that is no higher; None where none is."""
        good = np.flatnonzero(self.error <= error)
        return float(self.refused[good[0]]) if len(good) else None

    def decimated(self, points: int = SHOWN_POINTS) -> RejectCurve:
        """At most that many of the points, evenly chosen, the first and the last among them."""
        if len(self.refused) <= points:
            return self
        kept = np.rint(np.linspace(0, len(self.refused) - 1, points)).astype(np.intp)
        return RejectCurve(self.refused[kept], self.error[kept])


def reject_curve(confidences: NDArray[np.floating], right: Flags) -> RejectCurve:
    """Refuse the least probable answers first. Both arrays have a value for each digit, (n,)."""
    order = np.argsort(-confidences, kind="stable")
    ordered = confidences[order]
    ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True)[: len(ordered)])[::-1]
    accepted = ends + 1
    errors = np.cumsum(~right[order])[ends] / accepted
    return RejectCurve(1 - accepted / max(len(ordered), 1), errors)


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationBins:
    """Answers sorted into ``BINS`` equal bins of confidence: how many, the sum of their
    confidences, and how many are right; each (BINS,)."""

    counts: NDArray[np.intp]
    confidence_sums: Fractions
    rights: Fractions

    @property
    def confidence(self) -> Fractions:
        """The mean confidence of each bin; NaN in an empty one."""
        return self._mean(self.confidence_sums)

    @property
    def accuracy(self) -> Fractions:
        """The fraction of each bin that is right; NaN in an empty one."""
        return self._mean(self.rights)

    @property
    def error(self) -> float:
        """The expected calibration error: the mean distance between confidence and accuracy.

        (M. Naeini et al., "Obtaining well calibrated probabilities using Bayesian binning", 2015.)
        """
        n = int(self.counts.sum())
        return float(np.abs(self.confidence_sums - self.rights).sum() / n) if n else math.nan

    def _mean(self, sums: Fractions) -> Fractions:
        means = np.full(BINS, np.nan)
        np.divide(sums, self.counts, out=means, where=self.counts > 0)
        return means


def calibration_bins(confidences: NDArray[np.floating], right: Flags) -> CalibrationBins:
    """Sort answers (n,) by their confidence; ``right`` says which of them are."""
    which = np.minimum((confidences * BINS).astype(np.intp), BINS - 1)
    return CalibrationBins(
        counts=np.bincount(which, minlength=BINS),
        confidence_sums=_sums(which, confidences),
        rights=_sums(which, right),
    )


def expected_calibration_error(
    confidences: NDArray[np.floating], right: NDArray[np.bool_]
) -> float:
    """Mean distance between confidence and accuracy over equal bins of confidence.

    ``confidences`` (n,) are the probabilities of the answers and ``right`` (n,) says which
    answers are; see ``CalibrationBins``.
    """
    return calibration_bins(confidences, right).error


def _sums(which: Indices, values: NDArray[np.generic]) -> Fractions:
    """The sum of each bin's values."""
    return np.bincount(which, weights=values, minlength=BINS).astype(np.float64)


def evaluation_json(result: Evaluation) -> dict[str, Any]:
    """An evaluation as ``lenetpad evaluate --json`` prints it and the window saves it."""
    return {
        "n": result.n,
        "digits": result.digits,
        "error": _number(result.error),
        "macro_accuracy": _number(result.macro_accuracy),
        "per_class": [_number(accuracy) for accuracy in result.per_class.tolist()],
        "confusion": result.confusion.tolist(),
        "refused": float(result.refused.mean()),
        "ece": _number(result.calibration_error),
    }


def _number(value: float) -> float | None:
    """A number as JSON has it: what could not be computed is null."""
    return None if math.isnan(value) else value
