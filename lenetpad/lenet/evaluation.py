"""Error, confusion and per-class accuracy of a network on labelled images."""

from __future__ import annotations

import torch

from lenetpad.lenet.data import Labelled
from lenetpad.lenet.network import LeNet5
from lenetpad.lenet.training import evaluate_outputs
from lenetpad.messages import Evaluation


def evaluate(network: LeNet5, data: Labelled, device: str = "cpu") -> Evaluation:
    """Read every image and count answers against labels. ``data`` must not be empty."""
    outputs = evaluate_outputs(network, data.images, device)
    answers = network.log_posteriors(outputs)[:, :10].argmax(dim=1).cpu()
    confusion = torch.bincount(data.labels * 10 + answers, minlength=100).view(10, 10)
    return Evaluation(confusion=confusion.numpy(), answers=answers.numpy())
