"""Distillation: learning from the soft targets of other networks, beside the labels.

G. Hinton, O. Vinyals, J. Dean, "Distilling the knowledge in a neural network", 2015.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from lenetpad.training.network import LeNet5


class Teachers:
    """An ensemble of trained networks that a network in training is to agree with.

    ``distillation_temperature`` divides the logarithms of all probabilities before they are
    compared, so that improbable classes count too: 1 compares them as they are.
    """

    def __init__(
        self, networks: Sequence[LeNet5], distillation_temperature: float, device: str
    ) -> None:
        self._networks = [network.to(device).eval() for network in networks]
        self._temperature = distillation_temperature

    def soft_targets(self, images: Tensor, classes: int) -> Tensor:
        """Soft targets, the mean probabilities (N, classes) of images (N, 1, 32, 32), softened.

        ``classes`` is 11 with "no digit" and 10 without; teachers that do not know of it give it
        nothing, and what others give it falls to the digits. Where these are left with nothing,
        all are zero, from which nothing is learnt.
        """
        with torch.no_grad():
            mean = torch.zeros(len(images), classes, device=images.device)
            for network in self._networks:
                known = network.log_posteriors(network(images)).exp()
                mean += functional.pad(known, (0, classes - known.shape[1]))
            soft = mean.pow(1 / self._temperature)
            return soft / soft.sum(dim=1, keepdim=True).clamp(min=torch.finfo(soft.dtype).tiny)

    def loss(
        self, images: Tensor, log_posteriors: Tensor, corrections: Tensor | None = None
    ) -> Tensor:
        """Mean Kullback-Leibler divergence of the soft targets from log posteriors (N, 10 or 11).

        Times the square of the temperature, which keeps its gradient as large as the labels' one.
        With ``corrections``, labels (N,), these are the targets where the teachers are wrong.
        """
        soft_targets = self.soft_targets(images, log_posteriors.shape[1])
        if corrections is not None:
            soft_targets = _corrected(soft_targets, corrections)
        own = functional.log_softmax(log_posteriors / self._temperature, dim=1)
        divergence = functional.kl_div(own, soft_targets, reduction="batchmean")
        return divergence * self._temperature**2


def _corrected(soft_targets: Tensor, labels: Tensor) -> Tensor:
    """Soft targets (N, classes) with the label (N,) alone where something else is likelier.

    They stay as they are where there is no class for a label.
    """
    classes = soft_targets.shape[1]
    wrong = (soft_targets.argmax(dim=1) != labels) & (labels < classes)
    sure = functional.one_hot(labels.clamp(max=classes - 1), classes).to(soft_targets.dtype)
    return torch.where(wrong[:, None], sure, soft_targets)
