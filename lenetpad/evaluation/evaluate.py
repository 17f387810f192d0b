"""Error, confusion, refusals and calibration of a network on labelled images."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from lenetpad.data.labelled import NO_DIGIT, Labelled
from lenetpad.evaluation.inference import BATCH, Network, outputs
from lenetpad.values.evaluation import Evaluation, Predictions, expected_calibration_error


def evaluate(network: Network, data: Labelled, device: str = "cpu") -> Evaluation:
    """Read every image and count answers against labels. ``data`` must not be empty."""
    *_, predictions = predict(network, data, device)
    assert isinstance(predictions, Predictions)
    return predictions.evaluation


def predict(
    network: Network, data: Labelled, device: str = "cpu", batch: int = BATCH
) -> Iterator[int | Predictions]:
    """Read every image; yield how many are read after each batch and, at the end, the predictions.

    ``data`` must not be empty.
    """
    found: list[Tensor] = []
    done = 0
    for output in outputs(network, data.images, device, batch):
        with torch.inference_mode():
            found.append(network.log_posteriors(output).exp().cpu())  # (b, 10) or (b, 11)
        done += len(output)
        yield done
    yield _predictions(torch.cat(found), torch.tensor(data.labels))


def _predictions(posteriors: Tensor, labels: Tensor) -> Predictions:
    """What posteriors (n, 10), or (n, 11) with "no digit", are worth against labels (n,)."""
    confidences, answers = posteriors[:, :10].max(dim=1)
    refused = posteriors.argmax(dim=1) == NO_DIGIT
    digits = labels != NO_DIGIT
    truth, found = labels[digits], answers[digits]
    confusion = torch.bincount(truth * 10 + found, minlength=100).view(10, 10)
    error = math.nan
    if len(truth):
        error = expected_calibration_error(
            confidences[digits].double().numpy(), (found == truth).numpy()
        )
    evaluation = Evaluation(confusion.numpy(), answers.numpy(), refused.numpy(), error)
    probabilities = posteriors[:, :10].numpy()
    no_digit = posteriors[:, NO_DIGIT].numpy() if posteriors.shape[1] > NO_DIGIT else None
    return Predictions(evaluation, probabilities, no_digit)
