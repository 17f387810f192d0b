"""Batched inference: the one place where a network reads many images."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lenetpad.data.distortions import padded

#: How many images are read at once.
BATCH: Final = 1000


class Network(Protocol):
    """What reads images: the trainable network, or something that computes the same."""

    def __call__(self, images: Tensor, /) -> Tensor:
        """Images (N, 1, 32, 32) in [0, 1] -> the output layer (N, 10)."""

    def log_posteriors(self, output: Tensor, /) -> Tensor:
        """The output layer -> log probabilities (N, 10), or (N, 11) with "no digit" last."""

    def eval(self) -> object:
        """Go into evaluation mode."""


def outputs(
    network: Network, images: NDArray[np.uint8], device: str = "cpu", batch: int = BATCH
) -> Iterator[Tensor]:
    """The output layer of images (n, 28, 28), ink 255, batch after batch, on the device.

    The network is in evaluation mode from the first batch on.
    """
    network.eval()
    for start in range(0, len(images), batch):
        some = torch.tensor(images[start : start + batch])  # a copy: the array may be read-only
        with torch.inference_mode():
            found = network(padded(some).to(device))
        yield found
