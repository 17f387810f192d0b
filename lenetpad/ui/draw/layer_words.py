"""What the window says of layers: titles, what each does in one sentence, and units."""

from __future__ import annotations

from typing import Final

from lenetpad.ui.draw import numerals
from lenetpad.ui.draw.maps_layout import CODES
from lenetpad.ui.widgets.words import marked, translate
from lenetpad.values.explanation import INPUT
from lenetpad.values.models import ModelReady

#: Titles, a size and a tip: see ``titles_of``.
Titles = tuple[tuple[str, ...], str, str]
#: What each layer does, for somebody who sees a network for the first time.
TIPS: Final = {
    INPUT: marked(
        "Draw",
        "{height}×{width} pixels: your drawing as the network sees it, centred and scaled.",
    ),
    "C1": marked(
        "Draw",
        "Convolution layer, {maps} maps of {height}×{width} units: each map looks for one small "
        "pattern everywhere in the input.",
    ),
    "S2": marked(
        "Draw",
        "Subsampling layer, {maps} maps of {height}×{width} units: each unit summarises 2×2 units "
        "of C1, so that small shifts of the drawing matter less.",
    ),
    "C3": marked(
        "Draw",
        "Convolution layer, {maps} maps of {height}×{width} units: each map looks for larger "
        "patterns, combined from several maps of S2.",
    ),
    "S4": marked(
        "Draw",
        "Subsampling layer, {maps} maps of {height}×{width} units: each unit summarises 2×2 units "
        "of C3.",
    ),
    "C5": marked(
        "Draw",
        "Convolution layer, {maps} units: each of them sees all of S4, and so the whole drawing.",
    ),
}
F6_CODED: Final = marked(
    "Draw",
    "Fully connected layer, {maps} units: together they form a picture, which the output compares "
    "with the target code of each digit.",
)
F6_WEIGHTED: Final = marked(
    "Draw",
    "Fully connected layer, {maps} units: the output adds them up, weighted, to a score for each "
    "digit.",
)


def title_of(layer: str, model: ModelReady | None) -> str:
    """What stands over a layer."""
    if layer == INPUT:
        return translate("Draw", "Input")
    if layer != CODES:
        return layer
    if model is None or model.coded:
        return translate("Draw", "Target codes")
    return translate("Draw", "Output weights")


def short_title_of(layer: str, model: ModelReady | None) -> str:
    """The same in one word, where there is little room."""
    if layer != CODES:
        return title_of(layer, model)
    coded = model is None or model.coded
    return translate("Draw", "Codes") if coded else translate("Draw", "Weights")


def titles_of(layer: str, model: ModelReady | None) -> Titles:
    """What stands over a layer, from the longest way to say it to the shortest, what stands behind
    that, and what it means."""
    titles = title_of(layer, model), short_title_of(layer, model)
    return titles, size_of(layer, model), tip_of(layer, model)


def size_of(layer: str, model: ModelReady | None) -> str:
    """How large a layer is, as the paper writes it; "" for what is as large as another."""
    return "" if model is None or layer == CODES else model.layer(layer).size


def tip_of(layer: str, model: ModelReady | None) -> str:
    """What a layer does, in one sentence; "" before there is a network."""
    if model is None:
        return ""
    if layer == CODES and model.coded:
        return translate(
            "Draw",
            "The picture that F6 should show for each digit: the smaller the distance of F6 from "
            "it, the more probable the digit.",
        )
    if layer == CODES:
        return translate(
            "Draw",
            "How much each unit of F6 counts for a digit (positive) or against it (negative).",
        )
    view = model.layer(layer)
    tip = TIPS.get(layer) or (F6_CODED if model.coded else F6_WEIGHTED)
    return translate("Draw", tip).format(maps=view.maps, height=view.height, width=view.width)


def of_code(
    digit: int, row: int, column: int, value: str, distance: float | None, *, coded: bool
) -> str:
    """One component of a digit's target code, or of its output weights."""
    if not coded:
        text = translate("Draw", "Output weight of {digit} for F6 unit ({row}, {column}): {value}")
    elif distance is None:
        text = translate("Draw", "Target code of {digit}, unit ({row}, {column}): {value}")
    else:
        text = translate(
            "Draw", "Target code of {digit}, distance {distance}, unit ({row}, {column}): {value}"
        )
    far = "" if distance is None else numerals.number(distance)
    return text.format(digit=digit, row=row, column=column, value=value, distance=far)


def of_unit(layer: str, number: int, row: int, column: int, value: str) -> str:
    """One unit of a map, or pixel of the input."""
    if layer == INPUT:
        text = translate("Draw", "Input, pixel ({row}, {column}): {value}")
    else:
        text = translate("Draw", "{layer}, map {map}, unit ({row}, {column}): {value}")
    return text.format(layer=layer, map=number, row=row, column=column, value=value)


def of_single_unit(layer: str, unit: int, value: str) -> str:
    """One unit of a layer whose maps are single units."""
    text = translate("Draw", "{layer}, unit {unit}: {value}")
    return text.format(layer=layer, unit=unit, value=value)
