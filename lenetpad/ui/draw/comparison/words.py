"""What the window says of two readings beside each other."""

from __future__ import annotations

from lenetpad.ui.draw.legend import as_text
from lenetpad.ui.draw.probabilities import not_a_digit
from lenetpad.ui.draw.verdict import not_a_number
from lenetpad.ui.widgets.text import percent
from lenetpad.ui.widgets.words import translate
from lenetpad.values.comparison import UnitChange
from lenetpad.values.explanation import INPUT, Unit
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading
from lenetpad.values.segmentation import Kind

#: A digit's place in its number, from 1, and how many digits that has.
Digit = tuple[int, int]


def verdict_of(reading: Reading) -> str:
    """What is read, and how probable it is where it is one digit; "–" for a blank sheet."""
    if reading.digit is None:
        return "–"
    if (number := reading.number) is not None:
        return number.text
    if reading.segmentation is not None and reading.segmentation.kind is Kind.NO_NUMBER:
        return not_a_number()
    if reading.refused:
        return f"{not_a_digit()} · {percent(reading.no_digit or 0.0)}"
    return f"{reading.digit} · {percent(reading.probability)}"


def name_of(unit: Unit, model: ModelReady) -> str:
    """A unit in few words: "C3 map 4 (3, 5)"."""
    if unit.layer == INPUT:
        text = translate("Draw", "Input ({row}, {column})")
    elif model.layer(unit.layer).flat:
        text = translate("Draw", "{layer} unit {map}")
    else:
        text = translate("Draw", "{layer} map {map} ({row}, {column})")
    return text.format(layer=unit.layer, map=unit.map, row=unit.row, column=unit.column)


def sentence_of(change: UnitChange, model: ModelReady) -> str:
    """A unit with both of its values and what they differ by."""
    return translate("Draw", "{unit}: {first} → {second}, difference {difference}").format(
        unit=name_of(change.unit, model),
        first=as_text(change.first),
        second=as_text(change.second),
        difference=as_text(change.difference),
    )


def most(change: UnitChange, model: ModelReady) -> str:
    """Which unit differs most, with both of its values."""
    return translate("Draw", "Differs most: {unit}: {first} → {second}").format(
        unit=name_of(change.unit, model),
        first=as_text(change.first),
        second=as_text(change.second),
    )


def scale_of(layer: str) -> str:
    """Of which layer the colour scale is."""
    return translate("Draw", "Values and differences of {layer}").format(layer=layer)


def hint(*, frozen: bool) -> str:
    """What can be done with what is shown."""
    if frozen:
        return translate("Draw", "Space freezes again, Esc ends")
    return translate("Draw", "Esc ends")


def tip() -> str:
    """What pointing does, and what is to be kept in mind."""
    return translate(
        "Draw",
        "Point at a unit for both of its values, click it to have it explained, click a layer's "
        "name to see it alone. Units of networks that were trained apart do not correspond.",
    )


def title_of(*, frozen: bool, digit: Digit | None = None) -> str:
    """What is compared: of a number, two networks read the digit in focus."""
    if frozen:
        return translate("Draw", "Frozen and now")
    if digit is not None:
        place, count = digit
        text = translate("Draw", "Two networks, digit {place} of {count}")
        return text.format(place=place, count=count)
    return translate("Draw", "Two networks, one drawing")
