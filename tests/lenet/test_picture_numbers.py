"""Numbers in pictures are read: clear, touching, photographed, in lines, and long ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lenetpad.data.numbers import shipped_reader
from lenetpad.ink.pictures import counted
from lenetpad.ink.strokes import Sheet
from lenetpad.lenet.number_reader import NumberReader
from lenetpad.tools.bench.scenes import SCENES, make_picture
from lenetpad.values.segmentation import Kind
from tests.ink.written_numbers import pictured, written_number

Grey = np.ndarray


@pytest.fixture(scope="module")
def reader() -> NumberReader:
    return shipped_reader()


def read(grey: Grey, reader: NumberReader) -> list[str]:
    """What is read in each line; "" for what is no number."""
    found = [reader.read(Sheet(picture=line.ink)) for line in counted(grey).lines]
    return ["" if one is None or one.kind is Kind.NO_NUMBER else one.text for one in found]


def texts(rng: np.random.Generator, count: int, digits: int) -> list[str]:
    return ["".join(map(str, rng.integers(0, 10, digits))) for _ in range(count)]


@pytest.mark.parametrize("height", [30, 60, 150])
def test_clear_numbers(height: int, reader: NumberReader) -> None:
    rng = np.random.default_rng(height)
    numbers = [text for digits in range(2, 8) for text in texts(rng, 2, digits)]
    made = [pictured([written_number(text, rng).ink], height, height // 10) for text in numbers]
    right = [read(grey, reader) == [text] for text, grey in zip(numbers, made, strict=True)]
    assert sum(right) >= 11


def test_numbers_below_each_other(reader: NumberReader) -> None:
    rng = np.random.default_rng(8)
    lines = ["4711", "90", "365"]
    assert read(pictured([written_number(text, rng).ink for text in lines]), reader) == lines


def test_a_line_of_forty_digits(reader: NumberReader) -> None:
    rng = np.random.default_rng(4)
    [text] = texts(rng, 1, 40)
    [found] = read(pictured([written_number(text, rng).ink]), reader)
    assert len(found) == 40
    assert sum(a == b for a, b in zip(found, text, strict=True)) >= 38


def test_digits_that_touch_are_cut(reader: NumberReader) -> None:
    rng = np.random.default_rng(6)
    numbers = texts(rng, 12, 3)
    made = [pictured([written_number(text, rng, gap=0.05).ink]) for text in numbers]
    right = [read(grey, reader) == [text] for text, grey in zip(numbers, made, strict=True)]
    assert sum(right) >= 7


@pytest.mark.parametrize("name", ["photograph 1", "table 5", "board 1", "things 1", "things 5"])
def test_numbers_in_scenes(name: str, reader: NumberReader) -> None:
    [scene] = [scene for scene in SCENES if scene.name == name]
    rng = np.random.default_rng(3)
    inks = {text: written_number(text, rng).ink for text in ("147", "5208")}
    width = 0.7 * (min(scene.sheet[2], 1.0) - max(scene.sheet[0], 0.0))
    near = replace(scene, digit=width, pen=0.6 * scene.pen)
    found = {text: read(make_picture(near, ink, 1), reader) for text, ink in inks.items()}
    assert found == {text: [text] for text in inks}


def test_the_boxes_are_around_the_digits(reader: NumberReader) -> None:
    rng = np.random.default_rng(9)
    grey = pictured([written_number("2050", rng).ink])
    [line] = counted(grey).lines
    found = reader.read(Sheet(picture=line.ink))
    assert found is not None
    inked = grey < 130
    for one in found.digits:
        left, top, right, bottom = (round(line.scale * side) for side in one.box)
        x, y = round(line.left), round(line.top)
        part = inked[max(y + top - 2, 0) : y + bottom + 2, x + left - 2 : x + right + 2]
        assert part.any(axis=0).sum() > 0.7 * (right - left)
        assert part.any(axis=1).sum() > 0.7 * (bottom - top)
    assert found.written_last == 3


def test_what_was_read_is_not_read_again(reader: NumberReader) -> None:
    plane = counted(pictured([written_number("33", np.random.default_rng(1)).ink])).lines[0].ink
    sheet = Sheet(picture=plane)
    first = reader.read(sheet)
    assert reader.read(sheet) is first
    again = reader.read(Sheet(picture=plane))
    assert again is not first
    assert again is not None
    assert first is not None
    assert again.text == first.text == "33"
