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

    @property
    def kernels(self) -> int:
        """How many kernels there are: one for each pair of a map and a map that feeds it."""
        return sum(len(maps) for maps in self.sources)


@dataclass(frozen=True, slots=True)
class LayerSums:
    """The numbers of a layer as sums to read, with what they come to left out: "6·(1·5² + 1)".

    ``parameters`` is "" where nothing is trained.
    """

    parameters: str
    connections: str


def layer_sums(spec: LayerSpec, before: LayerSpec) -> LayerSums:
    """How the parameters and the connections of a layer come about.

    A weight or bias of a convolution makes one connection at each position, so both sums are one.
    """
    maps, inputs, field = spec.maps, before.maps, f"{spec.kernel}²"
    places = f"·{spec.height}·{spec.width}" if spec.height * spec.width > 1 else ""
    match spec.kind:
        case LayerKind.CONVOLUTION if spec.kernels != maps * inputs:
            parameters = f"{spec.kernels}·{field} + {maps}"
            connections = f"({parameters})"
        case LayerKind.CONVOLUTION if before.height > spec.kernel:
            parameters = connections = f"{maps}·({inputs}·{field} + 1)"
        case LayerKind.TRAINED_SUM | LayerKind.TRAINED_AVERAGE:
            parameters, connections = f"{maps}·(1 + 1)", f"{maps}·(2·2 + 1)"
        case LayerKind.MAX_POOLING | LayerKind.AVERAGE_POOLING:
            parameters, connections = "", f"{maps}·2·2"
        case LayerKind.RBF:
            parameters, connections = "", f"{maps}·{inputs}"
        case _:
            parameters = connections = f"{maps}·({inputs * spec.kernel**2} + 1)"
    return LayerSums(parameters if spec.parameters else "", connections + places)


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
