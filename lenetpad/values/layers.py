"""A layer of a network as data, from which a window can explain any unit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LayerKind(StrEnum):
    """What a layer computes of the one before it."""

    INPUT = "input"
    CONVOLUTION = "convolution"
    #: Sum or average, times a trained coefficient, plus a trained bias.
    TRAINED_SUM = "trained sum"
    TRAINED_AVERAGE = "trained average"
    MAX_POOLING = "max-pooling"
    AVERAGE_POOLING = "average-pooling"
    FULL = "full connection"
    #: Squared Euclidean distances from fixed codes.
    RBF = "Euclidean RBF"


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """One layer: how each of its units is computed from the layer before.

    ``maps`` of ``height`` × ``width`` units. A unit at (y, x) of map m sees ``kernel`` ×
    ``kernel`` units of the layer before, from (y, x) times ``stride`` on, in each of the maps
    ``sources[m]``; kernel and stride are 1 for a full connection. ``activation`` is the function
    that its weighted sum goes through, "" for none. ``weight`` and ``bias`` are the names of its
    parameters in the state dict, "" where it has none; ``parameters`` are how many are trainable,
    ``connections`` how many reach all of its units, biases included (section II-B of the paper).
    """

    name: str
    kind: LayerKind
    maps: int
    height: int
    width: int
    kernel: int = 1
    stride: int = 1
    sources: tuple[tuple[int, ...], ...] = ()
    activation: str = ""
    weight: str = ""
    bias: str = ""
    parameters: int = 0
    connections: int = 0
