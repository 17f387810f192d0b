"""What the weights of numbers are learnt from, and that they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lenetpad.data.composed_numbers import CLEAR, composed
from lenetpad.ink.candidates import GEOMETRY
from lenetpad.ink.files import Drawing
from lenetpad.ink.raster import Image
from lenetpad.ink.scribbles import scribble
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.ink.styles import written
from lenetpad.lenet.number_reader import NumberReader, Posteriors, posteriors_of
from lenetpad.lenet.weights import load
from lenetpad.training.number_weights import (
    Lesson,
    learnt_weights,
    read,
    true_path,
    without_no_digit,
)
from lenetpad.values.arrays import FloatArray
from lenetpad.values.segmentation import Kind


@pytest.fixture(scope="module")
def network() -> Posteriors:
    weights = load("lenet5-1998")
    return posteriors_of(weights.config, weights.parameters)


@pytest.fixture(scope="module")
def writers() -> dict[str, list[Drawing]]:
    rng = np.random.default_rng(1)
    return {"ann": [Drawing(written(n % 10, rng), n % 10, "ann") for n in range(30)]}


def nothing(images: Image) -> FloatArray:
    return np.full((len(images), 11), 1 / 11, np.float32)


def test_the_true_path_takes_each_digits_strokes_together(
    writers: dict[str, list[Drawing]],
) -> None:
    reader, found = NumberReader(nothing), 0
    for number in composed(writers, 40, CLEAR, 2):
        line = reader.line(number.ink)
        path = true_path(line, number.owners)
        if path is None:
            continue
        found += 1
        assert len(path) == len(number.label)
        for digit, place in enumerate(path):
            first, end = line.spans[place].tolist()
            strokes = {part.stroke for part in line.pieces.parts[first:end]}
            mine = {k for k, owners in enumerate(number.owners) if (owners == digit).all()}
            assert strokes == mine
    assert found >= 36


def test_there_is_no_true_path_where_a_piece_is_of_two_digits() -> None:
    ink = Ink.of([[[0, 0], [0, 9]], [[5, 0], [5, 9]]])
    line = NumberReader(nothing).line(ink)
    half = np.array([0, 1], dtype=np.intp)
    assert true_path(line, [half, np.array([1, 1], dtype=np.intp)]) is None
    mixed = [np.array([1, 1], dtype=np.intp), np.array([0, 0], dtype=np.intp)]
    assert true_path(line, mixed) is None, "the digits are not in the order of their places"


def test_what_is_learnt_reads_numbers_and_refuses_scribbles(
    network: Posteriors, writers: dict[str, list[Drawing]]
) -> None:
    rng = np.random.default_rng(3)
    lessons = [Lesson(one.ink, one.owners) for one in composed(writers, 60, CLEAR, 4)]
    for drawing in writers["ann"]:
        owners = [np.zeros(len(stroke.points), np.intp) for stroke in drawing.ink.strokes]
        lessons.append(Lesson(drawing.ink, owners))
    lessons += [Lesson(scribble(rng), None) for _ in range(60)]
    weights = learnt_weights(list(read(lessons, [network])))
    assert weights.geometry[GEOMETRY.index("loose")] < 0

    reader = NumberReader(network, weights)
    numbers = list(composed(writers, 20, replace(CLEAR, gaps=(0.2, 0.4)), 5))
    kinds = [reader.read(Sheet(one.ink)) for one in numbers]
    right = sum(
        found is not None and found.kind is Kind.NUMBER and found.text == one.label
        for found, one in zip(kinds, numbers, strict=True)
    )
    assert right >= 15
    scribbles = [reader.read(Sheet(scribble(rng))) for _ in range(20)]
    assert sum(one is not None and one.kind is Kind.NUMBER for one in scribbles) <= 1


def test_without_no_digit_the_digits_share_its_probability(network: Posteriors) -> None:
    lesson = Lesson(written(4, np.random.default_rng(6)), None)
    (one,) = read([lesson], [network])
    ten = without_no_digit(one).line.posteriors
    assert ten.shape[1] == 10
    np.testing.assert_allclose(ten.sum(axis=1), 1.0, rtol=1e-5)
    np.testing.assert_array_equal(ten.argmax(axis=1), one.line.posteriors[:, :10].argmax(axis=1))
