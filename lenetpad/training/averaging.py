"""Averages of weights: the mean along the end of a training, and that with where it began.

P. Izmailov et al., "Averaging weights leads to wider optima and better generalization", 2018;
M. Wortsman et al., "Robust fine-tuning of zero-shot models", 2022.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from lenetpad.training.checkpoints import fitting, number, part
from lenetpad.training.network import LeNet5


class WeightsAverage:
    """The mean of a network's weights after the steps from ``first`` on."""

    def __init__(self, network: LeNet5, first: int) -> None:
        self._first, self._count = first, 0
        self._mean = {
            name: torch.zeros_like(weights) for name, weights in network.named_parameters()
        }

    def add(self, network: LeNet5, step: int) -> None:
        """Take the weights after a step, where it is one of those that count."""
        if step < self._first:
            return
        self._count += 1
        with torch.no_grad():
            for name, weights in network.named_parameters():
                self._mean[name] += (weights - self._mean[name]) / self._count

    def put_into(self, network: LeNet5) -> None:
        """Give a network the mean; it keeps its own weights where there is none yet."""
        if self._count:
            blend(network, self._mean, 1.0)

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return {
            "count": self._count,
            "mean": {key: one.clone() for key, one in self._mean.items()},
        }

    def checked(self, kept: Any, step: int) -> dict[str, Any]:
        """A ``state`` as it must be after a step; CheckpointError where it is another."""
        count = max(0, step - self._first + 1)
        number(part(kept, "count"), "the average's count", count, count)
        return {"count": count, "mean": fitting(part(kept, "mean"), self._mean, "the average")}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a ``checked`` state."""
        self._count, self._mean = state["count"], dict(state["mean"])


def weights_of(network: LeNet5) -> dict[str, Tensor]:
    """A copy of a network's weights."""
    return {name: weights.detach().clone() for name, weights in network.named_parameters()}


def blend(network: LeNet5, other: Mapping[str, Tensor], share: float) -> None:
    """Move a network's weights towards others by a share of the way, from 0 to 1."""
    with torch.no_grad():
        for name, weights in network.named_parameters():
            weights.copy_(weights + share * (other[name] - weights))
