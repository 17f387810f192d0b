"""Probabilities that mean what they say: temperature, the "no digit" constant, and their check."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from lenetpad.lenet.network import LeNet5

#: The share of digits that the threshold of "no digit" refuses.
REFUSED_DIGITS: Final = 0.01
BINS: Final = 15
TEMPERATURES: Final = torch.logspace(-1, 1, 201, dtype=torch.float64)


def calibrate(network: LeNet5, outputs: Tensor, labels: Tensor, weights: Tensor) -> None:
    """Set a network's "no digit" constant and temperature by digits it was not trained on.

    ``outputs`` (n, 10) are the network's, ``labels`` (n,) digits and ``weights`` (n,) how much
    each counts. The constant is such that a share ``REFUSED_DIGITS`` of the digits score less
    than "no digit"; the temperature, of those tried, makes the labels most probable.
    """
    network.calibrate(temperature=1.0, rubbish=None)
    scores = network.scores(outputs).double()
    best = scores.max(dim=1).values
    order = best.argsort()
    share = weights[order].cumsum(0) / weights.sum()
    rubbish = -float(best[order][int((share < REFUSED_DIGITS).sum())])
    with_rubbish = torch.cat([scores, scores.new_full((len(scores), 1), -rubbish)], dim=1)
    losses = [
        float(
            (functional.cross_entropy(with_rubbish / t, labels, reduction="none") * weights).sum()
        )
        for t in TEMPERATURES
    ]
    network.calibrate(float(TEMPERATURES[int(np.argmin(losses))]), rubbish)


def expected_calibration_error(
    confidences: NDArray[np.floating], right: NDArray[np.bool_]
) -> float:
    """Mean distance between confidence and accuracy over ``BINS`` equal bins of confidence.

    ``confidences`` (n,) are the probabilities of the answers and ``right`` (n,) says which
    answers are. (M. Naeini et al., "Obtaining well calibrated probabilities using Bayesian
    binning", 2015.)
    """
    which = np.minimum((confidences * BINS).astype(np.intp), BINS - 1)
    gaps = np.bincount(which, weights=confidences, minlength=BINS)
    gaps -= np.bincount(which, weights=right, minlength=BINS)
    return float(np.abs(gaps).sum() / len(confidences))
