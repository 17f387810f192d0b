"""Training of a network that slides over lines: by windows, and by whole lines (section VII)."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from lenetpad.data.labelled import NO_DIGIT
from lenetpad.training.composition import lines, windows
from lenetpad.training.fit import Training
from lenetpad.training.network import LeNet5

#: The most digits of a line that is composed.
LONGEST: Final = 8


class LineTraining(Training):
    """A training of a recipe with neighbours.

    Some images of a batch become windows, whose loss is that of single digits. The others become
    lines, on which the network is trained globally: what counts is the sum over all ways in which
    its columns can give the digits of the line, repetitions and blanks removed, the paper's
    forward algorithm (A. Graves et al., "Connectionist temporal classification", 2006).
    """

    def _loss(self, images: Tensor, labels: Tensor) -> Tensor:
        how = self.recipe.neighbours
        assert how is not None
        alone = round(len(images) * (1 - how.lines))
        loss = torch.zeros((), device=images.device)
        if alone:
            shown, in_middles = windows(images[:alone], labels[:alone], how, self._generator)
            loss = loss + (1 - how.lines) * self.network.loss(self.network(shown), in_middles)
        digits = labels[alone:] != NO_DIGIT
        length = 1 + int(torch.randint(LONGEST, (1,), generator=self._generator))
        if length <= int(digits.sum()):
            composed = lines(
                images[alone:][digits], labels[alone:][digits], length, how, self._generator
            )
            loss = loss + how.lines * line_loss(self.network, *composed)
        return loss


def line_loss(network: LeNet5, composed: Tensor, labels: Tensor) -> Tensor:
    """Minus the logarithm of the probability, a digit, that columns of lines (N, 1, 32, W) give
    the digits (N, length)."""
    posteriors = network.log_posteriors(network(composed).squeeze(2))  # (N, 11, columns)
    count, length = labels.shape
    columns = torch.full((count,), posteriors.shape[2], dtype=torch.int64)
    lengths = torch.full((count,), length, dtype=torch.int64)
    losses = functional.ctc_loss(
        posteriors.permute(2, 0, 1),
        labels,
        columns,
        lengths,
        blank=NO_DIGIT,
        reduction="sum",
        zero_infinity=True,
    )
    return losses / labels.numel()
