"""The layers of a LeNet-5 as data: sizes, sources, parameters and connections, and their table."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from lenetpad.lenet.config import FULL, LeNet5Config
from lenetpad.values.layers import LayerKind, LayerSpec, layer_sums

Shape = tuple[int, ...]

#: The layers that compute something, from the input to the output.
LAYERS: Final = ("C1", "S2", "C3", "S4", "C5", "F6", "output")
#: What the subsampling of a configuration is.
SUBSAMPLING_KINDS: Final = {
    "sum": LayerKind.TRAINED_SUM,
    "average": LayerKind.TRAINED_AVERAGE,
    "max": LayerKind.MAX_POOLING,
    "mean": LayerKind.AVERAGE_POOLING,
}
TRAINED: Final = (LayerKind.TRAINED_SUM, LayerKind.TRAINED_AVERAGE)
#: Sides of the convolutions' kernels and of the subsamplings' squares.
KERNEL: Final = 5
SQUARE: Final = 2


def parameter_shapes(config: LeNet5Config) -> dict[str, Shape]:
    """The state dict of a configuration: each parameter's name and shape, the input's first.

    Table I's kernels lie one after the other, (kernels, 5, 5), in the order of the maps that they
    feed; C3 connected to all of S2 has them as (16, 6, 5, 5).
    """
    maps = len(config.table)
    kernels = sum(len(sources) for sources in config.table)
    full = config.table == FULL
    shapes: dict[str, Shape] = {"c1.weight": (6, 1, KERNEL, KERNEL), "c1.bias": (6,)}
    shapes |= _subsampling_shapes("s2", 6, config)
    shapes["c3.weight"] = (maps, 6, KERNEL, KERNEL) if full else (kernels, KERNEL, KERNEL)
    shapes["c3.bias"] = (maps,)
    shapes |= _subsampling_shapes("s4", maps, config)
    shapes |= {"c5.weight": (120, maps * KERNEL**2), "c5.bias": (120,)}
    shapes |= {"f6.weight": (84, 120), "f6.bias": (84,)}
    if config.output == "RBF":
        return shapes | {"output.codes": (10, 84)}
    return shapes | {"output.weight": (10, 84), "output.bias": (10,)}


def _subsampling_shapes(name: str, maps: int, config: LeNet5Config) -> dict[str, Shape]:
    if _subsampling(config) not in TRAINED:
        return {}
    return {f"{name}.weight": (maps,), f"{name}.bias": (maps,)}


def _subsampling(config: LeNet5Config) -> LayerKind:
    try:
        return SUBSAMPLING_KINDS[config.subsampling]
    except KeyError:
        raise TypeError(f"no layer is known that subsamples by {config.subsampling!r}") from None


def layer_specs(
    config: LeNet5Config,
    shapes: Mapping[str, Shape] | None = None,
    trainable: Collection[str] | None = None,
    side: int = 32,
) -> tuple[LayerSpec, ...]:
    """Every layer from the input to the output.

    ``shapes`` are those of the parameters, the configuration's own where none are given;
    ``trainable`` names the parameters that are, all but fixed codes where nothing is said.
    Raises TypeError for a configuration of a kind that is not known.
    """
    shapes = parameter_shapes(config) if shapes is None else shapes
    trainable = set(shapes) - {"output.codes"} if trainable is None else trainable
    specs = [LayerSpec("input", LayerKind.INPUT, 1, side, side)]
    for name in LAYERS:
        specs.append(_spec(name, specs[-1], config, shapes, trainable))
    return tuple(specs)


def _spec(
    name: str,
    before: LayerSpec,
    config: LeNet5Config,
    shapes: Mapping[str, Shape],
    trainable: Collection[str],
) -> LayerSpec:
    kind = _kind(name, config)
    key = name.lower()
    weight = next((w for w in (f"{key}.weight", f"{key}.codes") if w in shapes), "")
    bias = f"{key}.bias" if f"{key}.bias" in shapes else ""
    kernel, stride = {
        LayerKind.CONVOLUTION: (KERNEL, 1),
        LayerKind.FULL: (1, 1),
        LayerKind.RBF: (1, 1),
    }.get(kind, (SQUARE, SQUARE))
    sources = _sources(name, kind, before, config, shapes)
    height, width = ((side - kernel) // stride + 1 for side in (before.height, before.width))
    links = sum(len(s) for s in sources) * kernel**2 + (len(sources) if bias else 0)
    return LayerSpec(
        name=name,
        kind=kind,
        maps=len(sources),
        height=height,
        width=width,
        kernel=kernel,
        stride=stride,
        sources=sources,
        activation=config.function(name),
        weight=weight,
        bias=bias,
        parameters=sum(math.prod(shapes[p]) for p in (weight, bias) if p and p in trainable),
        connections=links * height * width,
    )


def _kind(name: str, config: LeNet5Config) -> LayerKind:
    if name in ("S2", "S4"):
        return _subsampling(config)
    if name in ("C1", "C3", "C5"):
        return LayerKind.CONVOLUTION
    return LayerKind.RBF if name == "output" and config.output == "RBF" else LayerKind.FULL


def _sources(
    name: str,
    kind: LayerKind,
    before: LayerSpec,
    config: LeNet5Config,
    shapes: Mapping[str, Shape],
) -> tuple[tuple[int, ...], ...]:
    """The maps of the layer before that feed each map."""
    if name == "C3":
        return config.table
    if kind in SUBSAMPLING_KINDS.values():
        return tuple((m,) for m in range(before.maps))
    weight = shapes.get(f"{name.lower()}.weight") or shapes[f"{name.lower()}.codes"]
    return (tuple(range(before.maps)),) * weight[0]


def total_parameters(specs: Sequence[LayerSpec]) -> int:
    """Trainable parameters of the whole network."""
    return sum(spec.parameters for spec in specs)


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


def layer_table(specs: Sequence[LayerSpec]) -> tuple[LayerRow, ...]:
    """The table of C1 to output, with the sums behind its numbers."""
    return tuple(_rows(specs))


def _rows(specs: Sequence[LayerSpec]) -> Iterator[LayerRow]:
    for before, spec in pairwise(specs):
        sums = layer_sums(spec, before)
        parameters, links = (s.replace(" ", "") for s in (sums.parameters, sums.connections))
        yield LayerRow(
            name=spec.name,
            kind=_title(spec, before),
            maps=spec.maps,
            height=spec.height,
            width=spec.width,
            parameters=spec.parameters,
            connections=spec.connections,
            formula=_side_formula(spec, before)
            + (f"parameters {parameters} = {spec.parameters:,}; " if parameters else "")
            + f"connections {links} = {spec.connections:,}",
        )


def _title(spec: LayerSpec, before: LayerSpec) -> str:
    """What the layer is."""
    match spec.kind:
        case LayerKind.CONVOLUTION if spec.kernels != spec.maps * before.maps:
            return f"convolution {spec.kernel}×{spec.kernel}, Table I"
        case LayerKind.CONVOLUTION if before.height == spec.kernel:
            return f"convolution {spec.kernel}×{spec.kernel} over all maps"
        case LayerKind.CONVOLUTION:
            return f"convolution {spec.kernel}×{spec.kernel}"
        case LayerKind.TRAINED_SUM | LayerKind.TRAINED_AVERAGE:
            return f"subsampling 2×2, {spec.kind.value.removeprefix('trained ')}·w+b"
        case LayerKind.MAX_POOLING | LayerKind.AVERAGE_POOLING:
            return f"{spec.kind.value} 2×2"
        case LayerKind.RBF:
            return "Euclidean RBF, fixed codes"
    return spec.kind.value


def _side_formula(spec: LayerSpec, before: LayerSpec) -> str:
    """(H + 2P - F) / S + 1 with its numbers, for a layer that has a receptive field."""
    if before.height == 1:
        return ""
    return f"side ({before.height}+0-{spec.kernel})/{spec.stride}+1 = {spec.height}; "
