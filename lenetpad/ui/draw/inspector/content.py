"""What the inspector writes of a unit: its arithmetic, as a person would write it down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from lenetpad.ui.draw.inspector.faces import short
from lenetpad.ui.draw.inspector.inspected import (
    SINGLE,
    Inspected,
    Place,
    name_of,
)
from lenetpad.ui.draw.inspector.strip import Strip
from lenetpad.ui.draw.numerals import MINUS, added, number, signed
from lenetpad.ui.widgets.text import percent
from lenetpad.ui.widgets.words import translate
from lenetpad.values.arrays import DoubleArray
from lenetpad.values.conventions import CONVENTIONS
from lenetpad.values.explanation import (
    INPUT,
    Competition,
    Contribution,
    Curve,
    Explanation,
    Term,
    Unit,
    largest,
    sums_by_sign,
)
from lenetpad.values.layers import LayerKind

#: So many of the contributions for and against are shown.
BARS: Final = 6
CODE: Final = (12, 7)
#: Subsamplings of which nothing is trained: what is pooled is the value.
POOLINGS: Final = (LayerKind.MAX_POOLING, LayerKind.AVERAGE_POOLING)
#: The widest numbers of the columns y, x, eˣ and %.
WIDEST: Final = ("−00.00", "−00.0", "0.000", "100.0")


def _whole(name: str) -> str:
    """A name that is not broken between the row and the column of its place."""
    return name.replace(", ", ",\N{NO-BREAK SPACE}")


def open_term(inspected: Inspected, followed: Place | None) -> int:
    """Which of several terms is written in full: that of the cell that is followed, or else the
    one that counts most."""
    terms = inspected.explanation.terms
    if followed is not None and followed.term < len(terms):
        return followed.term
    return int(np.argmax([abs(term.total) for term in terms])) if terms else 0


def write(
    strip: Strip, inspected: Inspected, followed: Place | None, *, follows: bool = True
) -> None:
    """Write all of it; ``follows`` says whether its products can be followed."""
    explanation, spec = inspected.explanation, inspected.spec
    strip.title(_whole(name_of(explanation.unit)), number(explanation.value))
    strip.gap(3)
    match spec.kind:
        case LayerKind.INPUT:
            _write_pixel(strip, explanation)
        case LayerKind.RBF:
            _write_distance(strip, explanation, followed, follows=follows)
        case LayerKind.FULL:
            _write_contributions(strip, explanation)
        case LayerKind.CONVOLUTION if spec.height == spec.width == 1:
            _write_contributions(strip, explanation)
        case LayerKind.CONVOLUTION:
            _write_convolution(strip, inspected, followed, follows=follows)
        case _:
            _write_subsampling(strip, explanation, followed)
    if inspected.held is not None:
        strip.gap(3)
        strip.line(held_words(inspected.held))
    elif inspected.curve is not None:
        _write_activation(strip, explanation, inspected.curve)
    if inspected.competition is not None:
        strip.gap()
        write_competition(strip, inspected.competition, explanation.unit.map)


def held_words(value: float) -> str:
    """That a unit is held."""
    text = translate("Draw", "Held at {value}, whatever its weighted sum is")
    return text.format(value=number(value))


def _write_pixel(strip: Strip, explanation: Explanation) -> None:
    if not explanation.terms:
        strip.paragraph(
            translate("Draw", "A pixel of the border, which is always 0 for this network.")
        )
        return
    term = explanation.terms[0]
    darkness, span = float(term.patch[0, 0]), float(term.weights[0, 0])
    strip.line(translate("Draw", "Darkness"), number(darkness))
    strip.line(translate("Draw", "× (ink − paper)"), number(span))
    strip.line(translate("Draw", "+ paper"), added(explanation.bias or 0.0))
    strip.line(translate("Draw", "= value"), number(explanation.value))


def _write_convolution(
    strip: Strip, inspected: Inspected, followed: Place | None, *, follows: bool
) -> None:
    explanation, spec = inspected.explanation, inspected.spec
    seen = explanation.fields[0].layer
    opened = open_term(inspected, followed)
    ends = _ends(explanation.terms)
    if len(explanation.terms) > 1:
        longest = max(abs(term.total) for term in explanation.terms)
        strip.line(
            translate("Draw", "Patch × kernel, summed for each map of {layer}").format(layer=seen),
            dim=True,
        )
        for index, term in enumerate(explanation.terms):
            mark = "▸ " if index == opened else "  "
            name = translate("Draw", "map {map}").format(map=term.map)
            strip.mark_row(index)
            strip.bar(mark + name, term.total, longest)
        _write_sum(strip, explanation)
        strip.gap(4)
    term = explanation.terms[opened]
    where = (
        translate("Draw", "input")
        if seen == INPUT
        else translate("Draw", "map {map}").format(map=term.map)
    )
    if follows:
        _write_followed(strip, explanation, followed)
    strip.grid_row(
        opened,
        (
            ("", where, term.patch, ends[0], False),
            ("×", translate("Draw", "kernel"), term.weights, ends[1], True),
            ("=", translate("Draw", "products"), term.products, ends[2], False),
        ),
        followed,
    )
    if len(explanation.terms) == 1:
        _write_sum(strip, explanation)
    if any(sources != spec.sources[0] for sources in spec.sources):
        strip.gap(4)
        strip.line(
            translate("Draw", "Table I: which maps of {layer} feed which map of {own}").format(
                layer=seen, own=spec.name
            ),
            dim=True,
        )
        strip.table(spec.sources, explanation.unit.map)


def _write_followed(strip: Strip, explanation: Explanation, followed: Place | None) -> None:
    """One product, above the grids, so that it is in sight wherever in them it is pointed at. The
    line is there also while none is followed: nothing jumps."""
    values = None if followed is None else _product_at(explanation.terms, followed)
    if values is None:
        strip.one_line(
            translate("Draw", "Point at a cell to follow it"),
            translate("Draw", "Point at a cell"),
            dim=True,
        )
        return
    rbf = explanation.kind is LayerKind.RBF
    template = "({x} − {w})² = {product}" if rbf else "{x} × {w} = {product}"
    written = [[form(value) for value in values] for form in (number, short)]
    strip.one_line(*(template.format(x=x, w=_bracketed(w), product=p) for x, w, p in written))


def _product_at(terms: Sequence[Term], place: Place) -> tuple[float, float, float] | None:
    """What is multiplied at a place, and the product; None where there is none."""
    if place.term >= len(terms) or place.cell >= terms[place.term].products.size:
        return None
    term = terms[place.term]
    x, w, p = (float(a.flat[place.cell]) for a in (term.patch, term.weights, term.products))
    return x, w, p


def _write_sum(strip: Strip, explanation: Explanation) -> None:
    total = sum(term.total for term in explanation.terms)
    strip.line(translate("Draw", "Sum of the products"), number(total))
    if explanation.bias is not None:
        strip.line(translate("Draw", "+ bias"), added(explanation.bias))
    strip.line(translate("Draw", "= weighted sum a"), number(explanation.weighted_sum))


def _write_subsampling(strip: Strip, explanation: Explanation, followed: Place | None) -> None:
    term = explanation.terms[0]
    seen = explanation.fields[0].layer
    heading = translate("Draw", "{layer} map {map}, 2×2 units").format(layer=seen, map=term.map)
    end = float(np.abs(term.patch).max())
    winner = explanation.winner
    marked = None if winner is None else Place(0, winner[0] * 2 + winner[1])
    strip.grid_row(0, (("", heading, term.patch, end, False),), followed or marked)
    what = {
        LayerKind.TRAINED_SUM: translate("Draw", "Sum of the four"),
        LayerKind.TRAINED_AVERAGE: translate("Draw", "Mean of the four"),
        LayerKind.AVERAGE_POOLING: translate("Draw", "Mean of the four"),
        LayerKind.MAX_POOLING: translate("Draw", "Largest of the four"),
    }[explanation.kind]
    strip.line(what, number(explanation.pooled or 0.0))
    if explanation.coefficient is not None:
        strip.line(translate("Draw", "× coefficient"), number(explanation.coefficient))
    if explanation.bias is not None:
        strip.line(translate("Draw", "+ bias"), added(explanation.bias))
    if explanation.coefficient is not None or explanation.bias is not None:
        strip.line(translate("Draw", "= weighted sum a"), number(explanation.weighted_sum))


def _write_contributions(strip: Strip, explanation: Explanation) -> None:
    """The largest products for and against, each with where it comes from."""
    positive, negative = largest(explanation, BARS)
    longest = max((abs(one.product) for one in (*positive, *negative)), default=0.0)
    above, below = sums_by_sign(explanation)
    for found, title, words, total in (
        (
            positive,
            translate("Draw", "Largest for"),
            translate("Draw", "All products above 0"),
            above,
        ),
        (
            negative,
            translate("Draw", "Largest against"),
            translate("Draw", "All products below 0"),
            below,
        ),
    ):
        strip.line(title, _share(found), dim=True)
        for one in found:
            strip.mark_row(one.source)
            strip.bar(_short_name(one.source), one.product, longest)
        strip.line(words, signed(total) if found else number(0.0))
        strip.gap(3)
    _write_sum(strip, explanation)


def _share(found: Sequence[Contribution]) -> str:
    """How much of the sum of their sign these make."""
    if not found:
        return ""
    return percent(sum(one.share for one in found))


def _short_name(unit: Unit) -> str:
    if unit.layer in SINGLE:
        return f"{unit.layer} {unit.map}"
    return f"{unit.layer} {unit.map} ({unit.row}, {unit.column})"


def _write_distance(
    strip: Strip, explanation: Explanation, followed: Place | None, *, follows: bool
) -> None:
    """F6 against the class's code, and the squared differences, as pictures."""
    term = explanation.terms[0]
    pictures = [array.reshape(CODE) for array in (term.patch, term.weights, term.products)]
    end = max(float(np.abs(pictures[0]).max()), float(np.abs(pictures[1]).max()))
    if follows:
        _write_followed(strip, explanation, followed)
    strip.pictures(
        0,
        (
            ("", "F6", pictures[0], end, False),
            ("−", translate("Draw", "code"), pictures[1], end, True),
            ("", translate("Draw", "squares"), pictures[2], float(pictures[2].max()), False),
        ),
        followed,
    )
    strip.line(translate("Draw", "Sum of squares: distance y"), number(explanation.weighted_sum))


def _write_activation(strip: Strip, explanation: Explanation, curve: Curve) -> None:
    strip.gap(3)
    formula = CONVENTIONS["activation"][explanation.activation.replace(" ", "-").lower()]
    strip.line(
        translate("Draw", "Activation: {function}").format(function=translate("Window", formula)),
        dim=True,
    )
    strip.curve(curve, explanation.weighted_sum, explanation.value)
    strip.line(
        f"f({number(explanation.weighted_sum)}) = {number(explanation.value)}",
        moves=True,
    )


def write_competition(strip: Strip, competition: Competition, chosen: int | None) -> None:
    """How ten outputs and "not a digit" become probabilities."""
    far = competition.distance_scale is not None
    strip.line(
        translate("Draw", "From distances to probabilities")
        if far
        else translate("Draw", "From scores to probabilities"),
        dim=True,
    )
    heads = ("", "y", "x", "eˣ", "%")
    rows: list[Sequence[str]] = []
    for entry, probability in enumerate(competition.probabilities):
        digit = entry < len(competition.outputs)
        # "Not a digit" as if it were an output like the others.
        constant = (competition.rubbish or 0.0) / (competition.distance_scale or -1.0)
        output = float(competition.outputs[entry]) if digit else constant
        rows.append(
            (
                str(entry) if digit else translate("Draw", "none"),
                number(output),
                short(float(competition.exponents[entry])),
                number(float(competition.exponentials[entry])),
                f"{100 * probability:.1f}",
            )
        )
    strip.columns(heads, rows, WIDEST, chosen)
    strip.line(translate("Draw", "Sum of the exponentials"), number(competition.total))
    temperature, scale = competition.temperature, competition.distance_scale
    if scale is None:
        formula = translate(
            "Draw",
            "x = y / {temperature}, less the largest of them; {temperature} is the temperature",
        )
    elif scale == 1:
        formula = translate(
            "Draw",
            "x = −y / {temperature}, less the largest of them; {temperature} is the temperature",
        )
    else:
        formula = translate(
            "Draw",
            "x = −{scale} · y / {temperature}, less the largest of them; {scale} scales "
            "distances, {temperature} is the temperature",
        )
    strip.paragraph(formula.format(temperature=number(temperature), scale=f"{scale or 1.0:.4g}"))
    if competition.rubbish is not None:
        strip.paragraph(
            translate("Draw", "“none” is not a digit: its y is a constant of the network.")
        )


def write_comparison(strip: Strip, one: Inspected, other: Inspected) -> None:
    """Two units beside each other: what they have of sums and biases, their values, and how far
    they are apart."""
    both = one.explanation, other.explanation
    distances = all(each.kind is LayerKind.RBF for each in both)
    rows = []
    for title, values in (
        (translate("Draw", "sum a"), [_sum_of(each) for each in both]),
        (translate("Draw", "bias"), [_bias_of(each) for each in both]),
        (
            translate("Draw", "distance") if distances else translate("Draw", "value"),
            [each.value for each in both],
        ),
    ):
        first, second = values
        if first is None and second is None:
            continue
        apart = "" if first is None or second is None else signed(second - first)
        rows.append((title, *("–" if v is None else number(v) for v in values), apart))
    strip.title(translate("Draw", "Two units"))
    strip.line(_whole(f"A  {name_of(one.unit)}"))
    strip.line(_whole(f"B  {name_of(other.unit)}"))
    strip.columns(("", "A", "B", "B − A"), rows, ("−0.000",) * 3, None)


def _sum_of(explanation: Explanation) -> float | None:
    """A unit's weighted sum; None where it has none: a pixel, a distance, a pooled unit."""
    if explanation.kind in (LayerKind.INPUT, LayerKind.RBF, *POOLINGS):
        return None
    return explanation.weighted_sum


def _bias_of(explanation: Explanation) -> float | None:
    """A unit's bias; None where it has none."""
    return None if explanation.kind is LayerKind.INPUT else explanation.bias


def _ends(terms: Sequence[Term]) -> tuple[float, float, float]:
    """The values with the strongest colours: the same for all terms, so that they compare."""
    arrays: tuple[list[DoubleArray], ...] = (
        [term.patch for term in terms],
        [term.weights for term in terms],
        [term.products for term in terms],
    )
    patch, weight, product = (max(float(np.abs(a).max()) for a in found) for found in arrays)
    return patch, weight, product


def _bracketed(text: str) -> str:
    return f"({text})" if text.startswith(MINUS) else text
