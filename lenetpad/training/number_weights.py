"""The weights of segmentation graphs, learnt from composed numbers and from what is no number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.data.composed_numbers import (
    LAYOUTS,
    UNEVEN,
    ComposedNumber,
    composed,
    with_ones,
    with_scribbles,
)
from lenetpad.data.schooled import schooled_letters, schooled_writers
from lenetpad.ink.candidates import GEOMETRY
from lenetpad.ink.files import Drawing
from lenetpad.ink.scribbles import scribble
from lenetpad.ink.strokes import Ink
from lenetpad.lenet.number_reader import Line, NumberReader, Posteriors
from lenetpad.lenet.number_weights import ACCEPTANCE, NumberWeights, acceptance_of, recognition_of
from lenetpad.training.segment_field import Graph, learnt, logistic

Owners = Sequence[NDArray[np.intp]]
Values = NDArray[np.float64]
Writers = Mapping[str, Sequence[Drawing]]

#: By what numbers are composed that are learnt from, how many of each, and of how many digits.
LEARNT_LAYOUTS: Final = ("clear", "touching", "mixed", "clear, ligatures", "mixed, ligatures")
EACH_LAYOUT: Final = 300
#: And with many 1s, of which most people's are bare bars.
ONES_LAYOUTS: Final = ("clear", "mixed")
LENGTHS: Final = (2, 2, 3, 3, 4, 5, 6)
#: Numbers that lie unevenly, of ink and of people who do not exist, and how many these are.
EACH_UNEVEN: Final = 350
SCHOOLED: Final = 200
#: And numbers of these people with many 1s.
SCHOOLED_ONES: Final = 150
#: Of what else there is. The letters of people who do not exist are alone and in words.
SINGLE_DIGITS: Final = 1000
SINGLE_OTHERS: Final = 2000
WORDS: Final = 220  # of each layout, and uneven ones
LETTERS: Final = 150
SCRIBBLES: Final = 300
SCRIBBLED: Final = 800
#: How many times they count: a single digit that is taken for a number is worse than a number that
#: is not read, and numbers of two digits are the most frequent ones.
DIGITS_COUNT: Final = 5.0
OTHERS_COUNT: Final = 1.4
WORDS_COUNT: Final = 1.0
SCRIBBLED_COUNT: Final = 0.4
NONE_COUNT: Final = 0.5
TWO_COUNT: Final = 3.0
ONES_COUNT: Final = 0.5
#: In place of the many images, which nothing is learnt from.
NO_IMAGE: Final = np.zeros((0, 0), np.float32)
#: The classes of a network that says "no digit".
CLASSES: Final = 11
#: Of the points of a piece that is a digit's, so many are.
MOSTLY: Final = 0.85


@dataclass(frozen=True, slots=True)
class Lesson:
    """Ink, and the place in the number that each point of each stroke is of; None for what is no
    number. It counts ``weight`` times."""

    ink: Ink
    owners: Owners | None
    weight: float = 1.0


def lessons(digits: Writers, others: Writers, seed: int) -> Iterator[Lesson]:
    """All that is learnt from, of writers' digits and of what they wrote that is none."""
    rng = np.random.default_rng(seed)
    for place, name in enumerate(LEARNT_LAYOUTS):
        layout = LAYOUTS[name]
        for number in composed(digits, EACH_LAYOUT, layout, seed + place, LENGTHS):
            yield _number(number)
        for number in composed(others, WORDS, layout, seed + place, LENGTHS):
            yield Lesson(number.ink, None, WORDS_COUNT)
    for place, name in enumerate(ONES_LAYOUTS, start=len(LEARNT_LAYOUTS)):
        for number in with_ones(digits, EACH_LAYOUT, LAYOUTS[name], seed + place, LENGTHS):
            yield _number(number, ONES_COUNT)
    schooled = schooled_writers(SCHOOLED, seed)
    for place, writers in enumerate((digits, schooled)):
        for number in composed(writers, EACH_UNEVEN, UNEVEN, seed + place, LENGTHS):
            yield _number(number)
    for number in with_ones(schooled, SCHOOLED_ONES, UNEVEN, seed, LENGTHS):
        yield _number(number)
    letters = schooled_letters(SCHOOLED, seed)
    for writers, count in ((others, WORDS), (letters, LETTERS)):
        for number in composed(writers, count, UNEVEN, seed, LENGTHS):
            yield Lesson(number.ink, None, WORDS_COUNT)
    for drawing in _some(letters, LETTERS, rng):
        yield Lesson(drawing.ink, None, OTHERS_COUNT)
    for drawing in _some(digits, SINGLE_DIGITS, rng):
        owners = [np.zeros(len(stroke.points), np.intp) for stroke in drawing.ink.strokes]
        yield Lesson(drawing.ink, owners, DIGITS_COUNT)
    for drawing in _some(others, SINGLE_OTHERS, rng):
        yield Lesson(drawing.ink, None, OTHERS_COUNT)
    for number in with_scribbles(digits, SCRIBBLED, seed):
        yield Lesson(number.ink, None, SCRIBBLED_COUNT)
    for _ in range(SCRIBBLES):
        yield Lesson(scribble(rng), None, NONE_COUNT)


def _number(number: ComposedNumber, count: float = 1.0) -> Lesson:
    return Lesson(number.ink, number.owners, count * (TWO_COUNT if len(number.label) == 2 else 1))


def _some(writers: Writers, count: int, rng: np.random.Generator) -> Iterator[Drawing]:
    drawings = [drawing for theirs in writers.values() for drawing in theirs]
    for place in rng.integers(len(drawings), size=count).tolist():
        yield drawings[place]


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A lesson as a network reads it; ``path`` are the digits' candidates, None for no number."""

    line: Line
    path: list[int] | None
    weight: float


def read(material: Iterable[Lesson], networks: Sequence[Posteriors]) -> Iterator[Read]:
    """Every lesson as each network reads it that says "no digit". Numbers whose digits are not
    among the candidates are left out."""
    reader = NumberReader(lambda images: np.concatenate([one(images) for one in networks], axis=1))
    for lesson in material:
        line = reader.line(lesson.ink)
        path = None if lesson.owners is None else true_path(line, lesson.owners)
        if lesson.owners is not None and path is None:
            continue
        for start in range(0, CLASSES * len(networks), CLASSES):
            classes = slice(start, start + CLASSES)
            candidates = [
                replace(one, image=NO_IMAGE, posteriors=one.posteriors[classes].copy())
                for one in line.read
            ]
            weight = lesson.weight / len(networks)
            yield Read(replace(line, read=candidates), path, weight)


def without_no_digit(one: Read) -> Read:
    """The same, read by a network that does not say "no digit"."""
    candidates = [
        replace(each, posteriors=each.posteriors[:10] / each.posteriors[:10].sum())
        for each in one.line.read
    ]
    return replace(one, line=replace(one.line, read=candidates))


def learnt_weights(material: Sequence[Read]) -> NumberWeights:
    """The weights of scores, then with them those of acceptance."""
    graphs = [graph_of(one.line, one.path, one.weight) for one in material if one.path]
    geometry, recognition = np.split(learnt(graphs), [len(GEOMETRY)])
    weights = NumberWeights(geometry, recognition, np.zeros(len(ACCEPTANCE)))
    return replace(weights, acceptance=_acceptance(material, weights))


def graph_of(line: Line, path: Sequence[int], weight: float) -> Graph:
    """A line as what a field learns from."""
    said = recognition_of(line.posteriors, line.geometry)
    features = np.concatenate([line.geometry, said], axis=1)
    return Graph(len(line.pieces), line.spans, features, tuple(path), weight)


def _acceptance(material: Iterable[Read], weights: NumberWeights) -> Values:
    """From best paths of several digits: which are numbers, rightly cut, and which are none."""
    rows, accepted, counts = [], [], []
    for one in material:
        said, measured = one.line.scores(weights)
        scores = said + measured
        best = one.line.best_paths(scores, 1)[0]
        right = one.path is not None and len(one.path) == len(best.candidates)
        if len(best.candidates) > 1 and (one.path is None or len(one.path) == 1 or right):
            rows.append(acceptance_of(one.line.digits(best, scores)))
            accepted.append(right)
            counts.append(one.weight)
    return logistic(np.array(rows), np.array(accepted, dtype=np.float64), np.array(counts))


def true_path(line: Line, owners: Owners) -> list[int] | None:
    """The candidates that are the digits, from left to right; None where there is none for one of
    them: its pieces do not lie beside each other, or one is of two digits."""
    digits = []
    for part in line.pieces.parts:
        of_points = owners[part.stroke][part.start : part.end]
        counts = np.bincount(of_points[of_points >= 0], minlength=1)
        if counts.max() < max(MOSTLY * counts.sum(), 1):
            return None
        digits.append(int(counts.argmax()))
    places = {tuple(span): place for place, span in enumerate(line.spans.tolist())}
    ends = [*(at for at in range(1, len(digits)) if digits[at] != digits[at - 1]), len(digits)]
    if digits != sorted(digits) or len(ends) != 1 + max(int(one.max()) for one in owners):
        return None
    path = [places.get(span) for span in pairwise([0, *ends])]
    return None if None in path else [place for place in path if place is not None]
