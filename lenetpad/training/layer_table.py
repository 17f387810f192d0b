"""The three presets, and the layer table computed from a built network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lenetpad.training.layers import EuclideanRBF, Subsampling, TableConvolution
from lenetpad.training.network import LeNet5


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One row of the layer table: what a layer is, and how large."""

    name: str
    kind: str
    maps: int
    height: int
    width: int
    parameters: int
    connections: int
    formula: str


def layer_table(network: LeNet5) -> tuple[LayerRow, ...]:
    """The table of C1 to output, counted on the network itself.

    Shapes come from a forward pass, parameters from what is trainable, connections from the
    number of inputs (and the bias) that reach each unit.
    """
    return tuple(_rows(network))


def total_parameters(network: LeNet5) -> int:
    """Trainable parameters of the whole network."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)


def _rows(network: LeNet5) -> Iterator[LayerRow]:
    taps: dict[str, Tensor] = {}
    device = next(network.parameters()).device
    with torch.inference_mode():
        network(torch.zeros(1, 1, 32, 32, device=device), taps)
    names = ("C1", "S2", "C3", "S4", "C5", "F6", "output")
    before = taps["input"]
    for name in names:
        layer = getattr(network, name.lower())
        maps, height, width = (*taps[name].shape[1:], 1, 1)[:3]
        parameters = sum(p.numel() for p in layer.parameters() if p.requires_grad)
        kind, links, parameter_sum, link_sum = _description(layer, before, maps)
        connections = links * height * width
        places = f"·{height}·{width}" if height * width > 1 else ""
        yield LayerRow(
            name=name,
            kind=kind,
            maps=maps,
            height=height,
            width=width,
            parameters=parameters,
            connections=connections,
            formula=_side_formula(layer, before, height)
            + (f"parameters {parameter_sum} = {parameters:,}; " if parameter_sum else "")
            + f"connections {link_sum}{places} = {connections:,}",
        )
        before = taps[name]


def _description(layer: nn.Module, before: Tensor, maps: int) -> tuple[str, int, str, str]:
    """Kind, connections a position, and the sums behind parameters and connections.

    A weight or bias of a convolution makes one connection at each position, so both sums are one.
    """
    match layer:
        case nn.Conv2d():
            inputs, field = layer.in_channels, layer.kernel_size[0]
            count = layer.weight.numel() + maps
            both = f"{maps}·({inputs}·{field}²+1)"
            return f"convolution {field}×{field}", count, both, both
        case TableConvolution():
            kernels, field = len(layer.weight), layer.side
            count = layer.weight.numel() + maps
            both = f"{kernels}·{field}²+{maps}"
            return f"convolution {field}×{field}, Table I", count, both, f"({both})"
        case Subsampling():
            what = "average" if layer.average else "sum"
            kind, links = f"subsampling 2×2, {what}·w+b", maps * (2 * 2 + 1)
            return kind, links, f"{maps}·(1+1)", f"{maps}·(2·2+1)"
        case nn.MaxPool2d():
            return "max-pooling 2×2", maps * 2 * 2, "", f"{maps}·2·2"
        case nn.AvgPool2d():
            return "average-pooling 2×2", maps * 2 * 2, "", f"{maps}·2·2"
        case EuclideanRBF():
            inputs = before.shape[1]
            return "Euclidean RBF, fixed codes", maps * inputs, "", f"{maps}·{inputs}"
        case nn.Linear():
            kind = "full connection" if before.dim() == 2 else "convolution 5×5 over all maps"
            both = f"{maps}·({layer.in_features}+1)"
            return kind, layer.weight.numel() + maps, both, both
    raise TypeError(f"no row is known for a layer of type {type(layer).__name__}")


def _side_formula(layer: nn.Module, before: Tensor, side: int) -> str:
    """(H + 2P - F) / S + 1 with its numbers, for a layer that has a receptive field."""
    if before.dim() != 4:
        return ""
    height = before.shape[2]
    pooling = isinstance(layer, Subsampling | nn.MaxPool2d | nn.AvgPool2d)
    field, stride = (2, 2) if pooling else (5, 1)
    return f"side ({height}+0-{field})/{stride}+1 = {side}; "
