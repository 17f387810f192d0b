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


def output_side(input: int, kernel: int, padding: int, stride: int) -> int | None:
    """The side of what a convolution or a subsampling makes: (H + 2P - F) / S + 1.

    None where there is no such layer: the kernel is larger than the padded input, or the stride is
    impossible, so that steps of it do not end at the input's edge.
    """
    places = kernel_places(input, kernel, padding, stride)
    if not places or places[-1] + kernel != input + padding:
        return None
    return len(places)


def side_formula(input: int, kernel: int, padding: int, stride: int) -> str:
    """The formula of ``output_side`` with its numbers: "(32 + 2·0 − 5) / 1 + 1 = 28".

    With an impossible stride its result is a fraction; of stride 0 it has none.
    """
    formula = f"({input} + 2·{padding} − {kernel}) / {stride} + 1"
    if stride == 0:
        return formula
    side = (input + 2 * padding - kernel) / stride + 1
    return f"{formula} = {round(side, 2):g}".replace("-", "−")


def kernel_places(input: int, kernel: int, padding: int, stride: int) -> tuple[int, ...]:
    """Where the kernel begins along one side, as it steps over the padded input, from -padding on.

    With an impossible stride these are the places before it would leave the input; none where the
    kernel is larger than the padded input, or where a number makes no sense.
    """
    if min(input, kernel, stride) < 1 or padding < 0:
        return ()
    return tuple(range(-padding, input + padding - kernel + 1, stride))
