"""Any unit of a reading explained: what it sees, and the arithmetic that makes its value.

All of it comes from the layers as data (``LayerSpec``), the reading's taps and the parameters that
it was read with: not from the pass that made it. So it also explains what another device computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from lenetpad.lenet.activations import ACTIVATIONS
from lenetpad.lenet.forward import FRAME
from lenetpad.lenet.layers import TRAINED
from lenetpad.values.arrays import DoubleArray, FloatArray, Parameters
from lenetpad.values.explanation import Competition, Curve, Explanation, Field, Term, Unit
from lenetpad.values.layers import LayerKind, LayerSpec
from lenetpad.values.models import InputValues, ModelReady
from lenetpad.values.reading import Reading

#: Points of a drawn curve.
POINTS: Final = 257
#: Decimals to which a pixel's darkness is known, from its value in single precision.
DARKNESS_DECIMALS: Final = 6
#: What a subsampling multiplies each unit of its square with before it adds them up.
PART: Final = {
    LayerKind.TRAINED_SUM: 1.0,
    LayerKind.TRAINED_AVERAGE: 0.25,
    LayerKind.AVERAGE_POOLING: 0.25,
}


def explain(model: ModelReady, reading: Reading, unit: Unit) -> Explanation:
    """How a unit of a reading comes to its value; the reading must be of this model.

    Raises KeyError where there is no such layer, or the reading lacks what it was read with, and
    IndexError where the layer has no such unit.
    """
    at = _layer_index(model.specs, unit)
    spec = model.specs[at]
    value = float(_maps(reading, spec)[unit.map, unit.row, unit.column])
    if spec.kind is LayerKind.INPUT:
        return _pixel(model.input_values, spec, unit, value)
    fields = receptive_fields(model.specs, unit)
    patches = _patches(_maps(reading, model.specs[at - 1]), fields[0])
    terms: tuple[Term, ...]
    pooled = winner = None
    match spec.kind:
        case LayerKind.CONVOLUTION:
            terms = _convolved(spec, reading.parameters, unit, patches)
        case LayerKind.FULL | LayerKind.RBF:
            terms = _from_single_units(spec, reading.parameters, unit, patches.ravel())
        case _:
            terms, winner = _subsampled(spec, unit, patches[0])
            pooled = terms[0].total
    trained = spec.kind in TRAINED
    coefficient = float(reading.parameters[spec.weight][unit.map]) if trained else None
    bias = float(reading.parameters[spec.bias][unit.map]) if spec.bias else None
    added = sum(term.total for term in terms)
    return Explanation(
        unit=unit,
        kind=spec.kind,
        fields=fields,
        terms=terms,
        pooled=pooled,
        winner=winner,
        coefficient=coefficient,
        bias=bias,
        weighted_sum=added * (1.0 if coefficient is None else coefficient) + (bias or 0.0),
        activation=spec.activation,
        value=value,
    )


def receptive_fields(specs: Sequence[LayerSpec], unit: Unit) -> tuple[Field, ...]:
    """What a unit sees of every layer before its own, the nearest first and the input last.

    Only maps that feed it count: a C3 unit sees those S2 and C1 maps that Table I gives it. A
    pixel of the input sees nothing. Raises KeyError where there is no such layer, and IndexError
    where it has no such unit.
    """
    maps: tuple[int, ...] = (unit.map,)
    top, left, height, width = unit.row, unit.column, 1, 1
    fields = []
    for at in range(_layer_index(specs, unit), 0, -1):
        spec, before = specs[at], specs[at - 1]
        maps = _feeding(spec, before, maps)
        top, left = top * spec.stride, left * spec.stride
        height, width = ((side - 1) * spec.stride + spec.kernel for side in (height, width))
        fields.append(Field(before.name, maps, top, left, height, width))
    return tuple(fields)


def competition(model: ModelReady, reading: Reading) -> Competition:
    """How a reading's outputs become its probabilities (equation 9, and a temperature).

    A blank image is read as no digit, and its reading has no probabilities; here it has those that
    its outputs would have given.
    """
    scoring = model.scoring
    outputs = reading.taps["output"].astype(np.float64)
    scores = outputs if scoring.distance_scale is None else -scoring.distance_scale * outputs
    if scoring.rubbish is not None:
        scores = np.append(scores, -scoring.rubbish)
    exponents = scores / scoring.temperature
    exponents -= exponents.max()
    exponentials = np.exp(exponents)
    total = float(exponentials.sum())
    probabilities = exponentials / total
    for array in (outputs, scores, exponents, exponentials, probabilities):
        array.flags.writeable = False
    return Competition(
        outputs=outputs,
        distance_scale=scoring.distance_scale,
        rubbish=scoring.rubbish,
        temperature=scoring.temperature,
        scores=scores,
        exponents=exponents,
        exponentials=exponentials,
        total=total,
        probabilities=probabilities,
    )


def activation_curve(name: str, low: float, high: float) -> Curve:
    """An activation from ``low`` to ``high``, by its name in ``LayerSpec``; "" is y = x.

    Raises KeyError where there is none of that name.
    """
    x = np.linspace(low, high, POINTS)
    y = x.copy()
    if name:
        sums = x.astype(np.float32)
        ACTIVATIONS[name].apply(sums, sums)
        y = sums.astype(np.float64)
    for array in (x, y):
        array.flags.writeable = False
    return Curve(x, y)


def _layer_index(specs: Sequence[LayerSpec], unit: Unit) -> int:
    """Which of the layers is the unit's; KeyError and IndexError where it is in none."""
    at = next((i for i, spec in enumerate(specs) if spec.name == unit.layer), None)
    if at is None:
        raise KeyError(unit.layer)
    spec = specs[at]
    sizes = (spec.maps, spec.height, spec.width)
    if not all(0 <= i < n for i, n in zip((unit.map, unit.row, unit.column), sizes, strict=True)):
        raise IndexError(f"{unit.layer} has {sizes} maps, rows and columns: there is no {unit}")
    return at


def _feeding(spec: LayerSpec, before: LayerSpec, maps: tuple[int, ...]) -> tuple[int, ...]:
    """The maps of the layer before that feed any of these maps, in their order."""
    feeding: set[int] = set()
    for m in maps:
        feeding.update(spec.sources[m])
        if len(feeding) == before.maps:  # as after the first map of a full connection
            break
    return tuple(sorted(feeding))


def _maps(reading: Reading, spec: LayerSpec) -> FloatArray:
    """A layer's tap as maps (maps, height, width), also of single units."""
    return reading.taps[spec.name].reshape(spec.maps, spec.height, spec.width)


def _patches(maps: FloatArray, field: Field) -> DoubleArray:
    """What a field covers, (maps, height, width)."""
    rows = slice(field.top, field.top + field.height)
    columns = slice(field.left, field.left + field.width)
    return maps[list(field.maps), rows, columns].astype(np.float64)


def _pixel(values: InputValues, spec: LayerSpec, unit: Unit, value: float) -> Explanation:
    """A pixel of the input: background + darkness · (ink − background), or the frame's zero."""
    inside = range(FRAME, spec.height - FRAME), range(FRAME, spec.width - FRAME)
    framed = unit.row not in inside[0] or unit.column not in inside[1]
    zero = framed and values.padding == "zero"
    terms: tuple[Term, ...] = ()
    if not zero:
        span = values.ink - values.background
        darkness = round((value - values.background) / span, DARKNESS_DECIMALS) + 0.0
        terms = _terms((0,), *(np.full((1, 1, 1), x) for x in (darkness, span, darkness * span)))
    return Explanation(
        unit=unit,
        kind=spec.kind,
        fields=(),
        terms=terms,
        pooled=None,
        winner=None,
        coefficient=None,
        bias=None if zero else values.background,
        weighted_sum=0.0 if zero else terms[0].total + values.background,
        activation="",
        value=value,
    )


def _convolved(
    spec: LayerSpec, parameters: Parameters, unit: Unit, patches: DoubleArray
) -> tuple[Term, ...]:
    """A kernel over a patch of each map that feeds the unit's map."""
    sources, weight = spec.sources[unit.map], parameters[spec.weight]
    if weight.ndim == 3:  # Table I's kernels lie one after the other
        start = sum(len(maps) for maps in spec.sources[: unit.map])
        kernels = weight[start : start + len(sources)]
    else:
        kernels = weight[unit.map].reshape(patches.shape)
    weights = kernels.astype(np.float64)
    return _terms(sources, patches, weights, patches * weights)


def _subsampled(
    spec: LayerSpec, unit: Unit, patch: DoubleArray
) -> tuple[tuple[Term, ...], tuple[int, int] | None]:
    """The sum, mean or maximum of a square, and the place of the maximum."""
    winner = None
    if spec.kind is LayerKind.MAX_POOLING:
        row, column = divmod(int(patch.argmax()), spec.kernel)
        winner = row, column
        weights = np.zeros_like(patch)
        weights[winner] = 1.0
    else:
        weights = np.full_like(patch, PART[spec.kind])
    products = patch * weights
    terms = _terms(spec.sources[unit.map], patch[None], weights[None], products[None])
    return terms, winner


def _from_single_units(
    spec: LayerSpec, parameters: Parameters, unit: Unit, patch: DoubleArray
) -> tuple[Term, ...]:
    """All units of the layer before: weighted, or their squared differences from a code."""
    weights = parameters[spec.weight][unit.map].astype(np.float64)
    products = patch * weights if spec.kind is LayerKind.FULL else np.square(patch - weights)
    return _terms((0,), patch[None], weights[None], products[None])


def _terms(
    maps: Sequence[int], patches: DoubleArray, weights: DoubleArray, products: DoubleArray
) -> tuple[Term, ...]:
    """A term for each map, of arrays (maps, …)."""
    for array in (patches, weights, products):
        array.flags.writeable = False
    totals = products.reshape(len(maps), -1).sum(axis=1).tolist()
    rows = zip(maps, patches, weights, products, totals, strict=True)
    return tuple(Term(*row) for row in rows)
