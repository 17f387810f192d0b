"""Weights of a network that was trained, as files; ``lenet.weights`` reads them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lenetpad.lenet.identification import WeightsError
from lenetpad.lenet.weights import SAFETENSORS, serialised
from lenetpad.storage import atomic

if TYPE_CHECKING:
    from lenetpad.training.network import LeNet5


def save(path: Path, network: LeNet5, facts: Mapping[str, Any]) -> None:
    """Write weights atomically: safetensors with metadata or, for .pth, a plain state dict.

    A plain state dict has no room for metadata; ``facts`` are then left out. Raises WeightsError.
    """
    try:
        write(path, network, facts)
    except OSError as error:
        raise WeightsError(f"{path} cannot be written: {error.strerror or error}") from None


def write(path: Path, network: LeNet5, facts: Mapping[str, Any]) -> None:
    """``save`` for who wants to know why it failed: raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic.replace(path, _bytes_of(path, network, facts))


def _bytes_of(path: Path, network: LeNet5, facts: Mapping[str, Any]) -> bytes:
    import torch

    from lenetpad.training.network import parameters_of

    if path.suffix == SAFETENSORS:
        return serialised(network.config, parameters_of(network), facts)
    buffer = io.BytesIO()
    torch.save(
        {name: t.detach().cpu().clone() for name, t in network.state_dict().items()}, buffer
    )
    return buffer.getvalue()
