"""Error, confusion, refusals and calibration of a network on labelled images."""

from __future__ import annotations

import math

import torch

from lenetpad.lenet.calibration import expected_calibration_error
from lenetpad.lenet.data import NO_DIGIT, Labelled
from lenetpad.lenet.network import LeNet5
from lenetpad.lenet.training import evaluate_outputs
from lenetpad.messages import Evaluation


def evaluate(network: LeNet5, data: Labelled, device: str = "cpu") -> Evaluation:
    """Read every image and count answers against labels. ``data`` must not be empty."""
    outputs = evaluate_outputs(network, data.images, device)
    posteriors = network.log_posteriors(outputs).exp().cpu()  # (n, 10), or (n, 11) with no digit
    confidences, answers = posteriors[:, :10].max(dim=1)
    refused = posteriors.argmax(dim=1) == NO_DIGIT
    digits = data.labels != NO_DIGIT
    truth, found = data.labels[digits], answers[digits]
    confusion = torch.bincount(truth * 10 + found, minlength=100).view(10, 10)
    error = math.nan
    if len(truth):
        error = expected_calibration_error(
            confidences[digits].double().numpy(), (found == truth).numpy()
        )
    return Evaluation(confusion.numpy(), answers.numpy(), refused.numpy(), error)
