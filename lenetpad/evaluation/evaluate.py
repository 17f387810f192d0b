"""Error, confusion, refusals and calibration of a network on labelled images."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from lenetpad.data.labelled import Labelled
from lenetpad.evaluation.inference import BATCH, Network, outputs
from lenetpad.evaluation.predictions import predictions_of
from lenetpad.values.evaluation import Evaluation, Predictions


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
    yield predictions_of(torch.cat(found).numpy(), data.labels)
