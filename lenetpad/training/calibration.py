"""Calibration: the temperature and the "no digit" constant, from digits that were held out."""

from __future__ import annotations

from typing import Final

import numpy as np
from torch import Tensor

from lenetpad.training.network import LeNet5
from lenetpad.values.evaluation import expected_calibration_error

#: The share of digits that the threshold of "no digit" refuses.
REFUSED_DIGITS: Final = 0.01
#: From a tenth to ten, in steps of 5 %.
TEMPERATURES: Final = tuple(np.geomspace(0.1, 10, 95).tolist())


def calibrate(network: LeNet5, outputs: Tensor, labels: Tensor) -> None:
    """Set a network's "no digit" constant and temperature by digits it was not trained on.

    ``outputs`` (n, 10) are the network's, ``labels`` (n,) digits. The constant is such that a
    share ``REFUSED_DIGITS`` of them score less than "no digit"; the temperature, of those tried,
    gives the smallest expected calibration error.
    """
    network.calibrate(temperature=1.0, rubbish=None)
    best = network.scores(outputs).max(dim=1).values.sort().values
    rubbish = -float(best[int(REFUSED_DIGITS * len(best))])

    def error(temperature: float) -> float:
        network.calibrate(temperature, rubbish)
        confidences, answers = network.log_posteriors(outputs).exp()[:, :10].max(dim=1)
        right = (answers == labels).numpy()
        return expected_calibration_error(confidences.double().numpy(), right)

    network.calibrate(min(TEMPERATURES, key=error), rubbish)
