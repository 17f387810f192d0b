"""Numbers of several digits, read by a network on the CPU, against their labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lenetpad.ink.files import Drawing, number_in
from lenetpad.ink.strokes import Sheet
from lenetpad.lenet.number_reader import reader_of
from lenetpad.lenet.weights import Weights
from lenetpad.values.number_evaluation import NumberEvaluation


def numbers_among(drawings: Sequence[Drawing]) -> list[Drawing]:
    """The drawings that are labelled with several digits."""
    return [drawing for drawing in drawings if number_in(drawing.label)]


def evaluate_numbers(weights: Weights, drawings: Sequence[Drawing]) -> NumberEvaluation:
    """Read every drawing, each labelled with several digits."""
    *_, found = read_numbers(weights, drawings)
    assert isinstance(found, NumberEvaluation)
    return found


def read_numbers(
    weights: Weights, drawings: Sequence[Drawing]
) -> Iterator[int | NumberEvaluation]:
    """The same, with how many are read after each of them, and at the end the evaluation."""
    reader = reader_of(weights.config, weights.parameters)
    texts, refused = [], []
    for done, drawing in enumerate(drawings, 1):
        found = reader.read(Sheet(drawing.ink), paths=1)
        texts.append("" if found is None else found.text)
        refused.append(found is None or not found.answer)
        yield done
    labels = tuple(number_in(drawing.label) or "" for drawing in drawings)
    yield NumberEvaluation(labels, tuple(texts), tuple(refused))
