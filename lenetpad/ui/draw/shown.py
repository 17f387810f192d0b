"""What the maps show, and what the window says of it: values, weighted sums or weights."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Final

from lenetpad.ui.draw.layer_words import Titles, tip_of, title_of
from lenetpad.ui.draw.maps_layout import CODES
from lenetpad.ui.draw.numerals import signed
from lenetpad.ui.widgets.words import marked, translate
from lenetpad.values.explanation import INPUT
from lenetpad.values.layers import LayerKind, LayerSpec
from lenetpad.values.models import ModelReady


class Shown(StrEnum):
    """What of each layer the maps show."""

    VALUES = "values"
    SUMS = "sums"
    WEIGHTS = "weights"


SHOWN_TITLES: Final = {
    Shown.VALUES: marked("Draw", "Values"),
    Shown.SUMS: marked("Draw", "Weighted sums"),
    Shown.WEIGHTS: marked("Draw", "Weights"),
}
PANEL_NAMES: Final = {
    Shown.VALUES: marked("Draw", "Feature maps"),
    Shown.SUMS: marked("Draw", "Feature maps, weighted sums"),
    Shown.WEIGHTS: marked("Draw", "Weights of the feature maps"),
}
#: Layers whose weights are those of one unit.
SINGLE: Final = ("C5", "F6")
WEIGHT_TIPS: Final = {
    "C1": marked(
        "Draw",
        "The kernel of each map: the weights of the 5×5 pixels that a unit sees.",
    ),
    "C3": marked(
        "Draw",
        "For each map the kernels of the S2 maps that feed it, in the order of those maps; the "
        "places of the others are blank.",
    ),
    "C5": marked("Draw", "The weights of unit {unit} for the units of each S4 map."),
    "F6": marked("Draw", "The weights of unit {unit} for the units of C5, laid out as C5 is."),
}


def spec_of(layer: str, model: ModelReady | None) -> LayerSpec | None:
    """How a layer is computed, None where nobody has said."""
    specs = () if model is None else model.specs
    return next((spec for spec in specs if spec.name == layer), None)


def has_sums(layer: str, model: ModelReady | None) -> bool:
    """Whether a layer's weighted sums are others than its values: it has an activation."""
    spec = spec_of(layer, model)
    return spec is not None and bool(spec.activation)


def titles_of_sums(layer: str, model: ModelReady | None, size: str) -> Titles:
    """What stands over a layer's weighted sums, from the longest to the shortest, and behind it,
    and what it means."""
    name = title_of(layer, model)
    if has_sums(layer, model):
        endings = (translate("Draw", "weighted sums"), translate("Draw", "sums"), "a")
        tip = translate(
            "Draw", "Shown are the weighted sums: what goes into the activation function."
        )
    else:
        endings = (
            translate("Draw", "values, no activation"),
            translate("Draw", "no activation"),
            translate("Draw", "values"),
        )
        tip = translate(
            "Draw", "This layer has no activation function: its values are shown as they are."
        )
    return _titled(name, endings), size, f"{tip_of(layer, model)} {tip}".strip()


def titles_of_weights(layer: str, model: ModelReady | None, unit: int) -> Titles:
    """The same of its weights; of layers of single units they are those of one ``unit``."""
    name, spec = title_of(layer, model), spec_of(layer, model)
    if spec is not None and not spec.weight:
        endings = without_weights(spec), translate("Draw", "no weights")
        return _titled(name, endings), "", tip_of(layer, model)
    if layer in SINGLE:
        endings = (
            translate("Draw", "weights of unit {unit}"),
            translate("Draw", "unit {unit}"),
        )
        named = _titled(name, tuple(ending.format(unit=unit) for ending in endings))
        tip = translate("Draw", WEIGHT_TIPS[layer]).format(unit=unit)
        return (*named, f"{name} w{unit}"), "", tip
    size = ""
    if spec is not None and spec.kind is LayerKind.CONVOLUTION:
        size = f"{sum(map(len, spec.sources))}@{spec.kernel}×{spec.kernel}"
    elif spec is not None:
        size = translate("Draw", "coefficient, bias")
    tip = translate("Draw", "For each map its coefficient, on the left, and its bias.")
    if layer in WEIGHT_TIPS:
        tip = translate("Draw", WEIGHT_TIPS[layer])
    return _titled(name, (translate("Draw", "weights"), "w")), size, tip


def _titled(name: str, endings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{name} · {ending}" for ending in endings)


def without_weights(spec: LayerSpec) -> str:
    """That a layer has no weights, and why."""
    if spec.kind is LayerKind.MAX_POOLING:
        return translate("Draw", "no weights: max-pooling")
    return translate("Draw", "no weights: average-pooling")


def standing_words(layer: str, shown: Shown, model: ModelReady, *, one_map: bool) -> str:
    """Whose colour scale the legend has while nothing is pointed at."""
    spec = spec_of(layer, model)
    if shown is Shown.WEIGHTS and spec is not None and not spec.weight:
        text = one = f"{{layer}}, {without_weights(spec)}"
    elif shown is Shown.WEIGHTS:
        text = translate("Draw", "Weights of {layer}")
        one = translate("Draw", "Weights of {layer}, map 0")
    elif has_sums(layer, model):
        text = translate("Draw", "Weighted sums of {layer}")
        one = translate("Draw", "Weighted sums of {layer}, map 0")
    else:
        text = translate("Draw", "Values of {layer}, no activation")
        one = translate("Draw", "Values of {layer}, map 0, no activation")
    return (one if one_map else text).format(layer=layer)


def of_sum(layer: str, model: ModelReady, number: int, row: int, column: int, value: str) -> str:
    """One unit, with its weighted sum or, where it has none, its value."""
    if model.layer(layer).flat:
        text = (
            translate("Draw", "{layer}, unit {map}, weighted sum: {value}")
            if has_sums(layer, model)
            else translate("Draw", "{layer}, unit {map}, no activation: {value}")
        )
    else:
        text = (
            translate("Draw", "{layer}, map {map}, unit ({row}, {column}), weighted sum: {value}")
            if has_sums(layer, model)
            else translate(
                "Draw",
                "{layer}, map {map}, unit ({row}, {column}), no activation: {value}",
            )
        )
    return text.format(layer=layer, map=number, row=row, column=column, value=value)


def of_weight(
    spec: LayerSpec, seen: str, at: tuple[int, int, int, int], value: float, bias: float | None
) -> str:
    """One weight: of a map, or the unit, ``at[0]``, for map ``at[1]`` of the layer ``seen``, at
    a row and a column of it; of subsampling number 0 is the coefficient and 1 the bias."""
    number, source, row, column = at
    texts = {
        "C1": translate("Draw", "C1, map {map}, kernel, row {row}, column {column}: {value}"),
        "C3": translate(
            "Draw",
            "C3, map {map}, kernel for {seen} map {source}, row {row}, column {column}: {value}",
        ),
        "C5": translate(
            "Draw",
            "C5, unit {map}, weight for {seen} map {source}, row {row}, column {column}: {value}",
        ),
        "F6": translate("Draw", "F6, unit {map}, weight for {seen} unit {source}: {value}"),
    }
    if not spec.weight:
        text = f"{{layer}}, {without_weights(spec)}"
    elif math.isnan(value):
        text = translate("Draw", "{layer}, map {map}: {seen} map {source} does not feed it")
    elif spec.name in texts:
        text = texts[spec.name]
    elif source == 0:
        text = translate("Draw", "{layer}, map {map}, coefficient: {value}")
    else:
        text = translate("Draw", "{layer}, map {map}, bias: {value}")
    words = text.format(
        layer=spec.name,
        map=number,
        seen=seen,
        source=source,
        row=row,
        column=column,
        value=signed(value),
    )
    if bias is None:
        return words
    return translate("Draw", "{weight}; bias {bias}").format(weight=words, bias=signed(bias))


def always_the_same(layer: str) -> bool:
    """Whether a layer shows the same, whatever is chosen: the input has no sums and no weights,
    and the codes are weights already."""
    return layer in (INPUT, CODES)
