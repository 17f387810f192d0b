"""What posteriors are worth against labels, and a network's on the CPU; without torch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.data.labelled import NO_DIGIT, Labelled
from lenetpad.lenet.fine_tuning import Features, probabilities
from lenetpad.lenet.number_reader import posteriors_of
from lenetpad.lenet.weights import Weights
from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.evaluation import Evaluation, Predictions, expected_calibration_error

#: Images that are read at once: those that fit a CPU's cache.
BATCH: Final = 50


def predictions_of(posteriors: FloatArray, labels: NDArray[np.int64]) -> Predictions:
    """What posteriors (n, 10), or (n, 11) with "no digit", are worth against labels (n,)."""
    probabilities = np.ascontiguousarray(posteriors[:, :NO_DIGIT])
    answers = probabilities.argmax(axis=1).astype(np.int64)
    refused = posteriors.argmax(axis=1) == NO_DIGIT
    digits = labels != NO_DIGIT
    truth, found = labels[digits], answers[digits]
    confusion = np.bincount(truth * 10 + found, minlength=100).reshape(10, 10)
    error = math.nan
    if len(truth):
        confidences = probabilities.max(axis=1)[digits].astype(np.float64)
        error = expected_calibration_error(confidences, found == truth)
    no_digit = posteriors[:, NO_DIGIT].copy() if posteriors.shape[1] > NO_DIGIT else None
    evaluation = Evaluation(confusion.astype(np.int64), answers, refused, error)
    return Predictions(evaluation, probabilities, no_digit)


def evaluation_of(weights: Weights, parameters: Parameters, images: Features) -> Evaluation:
    """What a network with these parameters makes of S4 features, against their labels."""
    posteriors = probabilities(weights.config, parameters, images.s4)
    return predictions_of(posteriors, images.labels).evaluation


def posteriors_in_batches(weights: Weights, images: NDArray[np.uint8]) -> Iterator[FloatArray]:
    """A network's posteriors of images (n, 28, 28) uint8, a batch after the other, in NumPy."""
    read = posteriors_of(weights.config, weights.parameters)
    for start in range(0, len(images), BATCH):
        yield read(np.divide(images[start : start + BATCH], 255, dtype=np.float32))


def evaluated(weights: Weights, data: Labelled) -> Evaluation:
    """Read every image on the CPU and count answers against labels. ``data`` must not be empty."""
    posteriors = np.concatenate(list(posteriors_in_batches(weights, data.images)))
    return predictions_of(posteriors, data.labels).evaluation
