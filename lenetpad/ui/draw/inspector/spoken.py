"""What the inspector shows, in sentences, for somebody who does not see it."""

from __future__ import annotations

from typing import Final

from lenetpad.ui.draw.inspector.content import held_words
from lenetpad.ui.draw.inspector.inspected import (
    SINGLE,
    Inspected,
    Place,
    name_of,
    source_of,
)
from lenetpad.ui.draw.numerals import number, signed
from lenetpad.ui.draw.probabilities import not_a_digit
from lenetpad.ui.widgets.text import percent
from lenetpad.ui.widgets.words import translate
from lenetpad.values.explanation import INPUT, Competition, Explanation, largest
from lenetpad.values.layers import LayerKind

#: So many of the contributions for and against are said.
STRONGEST: Final = 3


def in_words(inspected: Inspected) -> str:
    """The arithmetic in a sentence, for somebody who does not see it."""
    explanation = inspected.explanation
    parts = [f"{name_of(explanation.unit)}: {number(explanation.value)}"]
    if explanation.kind is LayerKind.RBF:
        parts.append(
            translate("Draw", "distance from the code {sum}").format(
                sum=number(explanation.weighted_sum)
            )
        )
    elif explanation.fields:
        total = sum(term.total for term in explanation.terms)
        parts.append(translate("Draw", "sum of the products {sum}").format(sum=number(total)))
        if explanation.coefficient is not None:
            parts.append(
                translate("Draw", "coefficient {value}").format(
                    value=number(explanation.coefficient)
                )
            )
        if explanation.bias is not None:
            parts.append(translate("Draw", "bias {value}").format(value=number(explanation.bias)))
        parts.append(
            translate("Draw", "weighted sum {value}").format(
                value=number(explanation.weighted_sum)
            )
        )
    if explanation.unit.layer in SINGLE and explanation.kind is not LayerKind.RBF:
        parts += _strongest(explanation)
    elif explanation.kind is LayerKind.CONVOLUTION:
        parts += [
            translate("Draw", "{source} adds {sum}").format(
                source=_map_of(explanation.fields[0].layer, term.map), sum=signed(term.total)
            )
            for term in explanation.terms
        ]
    if inspected.held is not None:
        parts.append(held_words(inspected.held))
    if inspected.competition is not None:
        parts.append(answers_in_words(inspected.competition))
    return ", ".join(parts)


def product_in_words(inspected: Inspected, place: Place) -> str:
    """One product of the arithmetic, with the unit that it comes from; "" for none."""
    source = source_of(inspected, place)
    if source is None:
        return ""
    term = inspected.explanation.terms[place.term]
    value, weight, product = (
        number(float(array.flat[place.cell]))
        for array in (term.patch, term.weights, term.products)
    )
    if inspected.explanation.kind is LayerKind.RBF:
        text = translate("Draw", "{source}: ({value} − {weight})² = {product}")
    else:
        text = translate("Draw", "{source}: {value} × {weight} = {product}")
    return text.format(source=name_of(source), value=value, weight=weight, product=product)


def answers_in_words(competition: Competition) -> str:
    """The answers with their probabilities, the most probable first."""
    digits = len(competition.outputs)
    names = [
        str(entry) if entry < digits else not_a_digit()
        for entry in range(len(competition.probabilities))
    ]
    ranked = sorted(zip(competition.probabilities, names, strict=True), reverse=True)
    return ", ".join(f"{name}: {percent(float(value))}" for value, name in ranked)


def _strongest(explanation: Explanation) -> list[str]:
    """What adds most, and what takes most away."""
    text = translate("Draw", "{source} adds {sum}")
    return [
        text.format(source=name_of(one.source), sum=signed(one.product))
        for side in largest(explanation, STRONGEST)
        for one in side
    ]


def _map_of(layer: str, number: int) -> str:
    if layer == INPUT:
        return translate("Draw", "the input")
    return translate("Draw", "{layer} map {map}").format(layer=layer, map=number)
