"""Strokes and sheets as values: where they are near, when they are equal, what they refuse."""

from __future__ import annotations

import io

import numpy as np
import PIL.Image
import pytest

from lenetpad.ink.files import read_counted
from lenetpad.ink.normalising import draw_sheet
from lenetpad.ink.raster import CENTRE, Pen, centre_of_mass, centred, draw
from lenetpad.ink.sheets import Source, read_sheet
from lenetpad.ink.strokes import Ink, InkError, Sheet, Stroke
from tests.ink.written_numbers import pictured, written_number

PICTURE = np.linspace(0, 1, 784).reshape(28, 28)


def test_a_stroke_is_added_on_top() -> None:
    ink = Ink.of([[[0, 0]]])
    assert ink.adding(Stroke.of([[1, 1]])) == Ink.of([[[0, 0]], [[1, 1]]])
    assert ink.point_count == 1


def test_hashes_tell_values_apart() -> None:
    strokes = {Stroke.of([[0, 0]]), Stroke.of([[-0.0, 0]]), Stroke.of([[1, 0]])}
    assert len(strokes) == 2
    assert len({hash(stroke) for stroke in strokes}) == 2
    ink = Ink.of([[[0, 0]]])
    sheets = [Sheet(), Sheet(ink), Sheet(picture=PICTURE), Sheet(picture=1 - PICTURE)]
    assert len({hash(sheet) for sheet in sheets}) == 4
    assert hash(Sheet(picture=PICTURE)) == hash(Sheet(picture=PICTURE.copy()))


def test_a_sheet_with_a_picture_equals_no_other() -> None:
    assert Sheet(picture=PICTURE) == Sheet(picture=PICTURE.astype(np.float32))
    assert Sheet(picture=PICTURE) != Sheet(picture=1 - PICTURE)
    assert Sheet(picture=PICTURE) != Sheet()
    assert Sheet() != Sheet(picture=PICTURE)
    assert Sheet() == Sheet()


def test_a_picture_is_the_sheets_own() -> None:
    source = PICTURE.copy()
    sheet = Sheet(picture=source)
    source[:] = 0
    assert sheet.picture is not None
    assert sheet.picture.dtype == np.float32
    assert sheet.picture.max() == 1
    with pytest.raises(ValueError, match="read-only"):
        sheet.picture[0, 0] = 1


def test_what_no_sheet_can_hold_is_said() -> None:
    with pytest.raises(InkError, match=r"28×28 or a line of up to 64×2,048, not \(27, 28\)"):
        Sheet(picture=PICTURE[1:])
    with pytest.raises(InkError, match="must be finite values"):
        Sheet(picture=np.full((28, 28), np.nan))
    with pytest.raises(InkError, match=r"^a sheet holds ink or a picture, not both$"):
        Sheet(Ink.of([[[0, 0]]]), PICTURE)


def test_a_sheets_ink_is_drawn_with_the_pen_that_is_asked_for() -> None:
    ink, pen = Ink.of([[[0, 0], [10, 20], [20, 0]]]), Pen(width=4.0, softness=0.5)
    assert np.array_equal(draw_sheet(Sheet(ink)), draw(ink))
    assert np.array_equal(draw_sheet(Sheet(ink), pen), draw(ink, pen))
    assert not np.array_equal(draw(ink), draw(ink, pen))


def test_an_image_is_centred_by_its_mass() -> None:
    image = np.zeros((28, 28), dtype=np.float32)
    image[2:5, 20:24] = 1
    moved = centred(image)
    assert moved.sum() == image.sum()
    x, y = centre_of_mass(moved)
    assert max(abs(x), abs(y)) <= 0.5 + abs(CENTRE - 14)


def test_a_stroke_is_its_own_and_read_only() -> None:
    stroke = Stroke(np.array([[1, 2, 3, 1]]))
    assert stroke.points.dtype == np.float64
    with pytest.raises(ValueError, match="read-only"):
        stroke.points[0, 0] = 1


def test_only_coordinates_have_a_limit_and_it_may_be_reached() -> None:
    assert Stroke.of([[1e9, -1e9]], t=[1e12]).points[0].tolist() == [1e9, -1e9, 1e12, 0.5]


@pytest.mark.parametrize(
    ("points", "what"),
    [
        (np.zeros((0, 4)), r"^a stroke needs points of shape \(n, 4\) with n >= 1, not \(0, 4\)"),
        (np.zeros((2, 3)), r"not \(2, 3\)"),
        (np.zeros(4), r"not \(4,\)"),
        (np.full((1, 4), np.inf), "^a stroke holds a coordinate, time or pressure that is NaN"),
        (np.full((1, 4), 1.1e9), r"^a stroke holds a coordinate beyond ±1e\+09"),
    ],
)
def test_what_no_stroke_can_be_is_said(points: np.ndarray, what: str) -> None:
    with pytest.raises(InkError, match=what):
        Stroke(points)


def test_nothing_is_drawn_as_a_blank_image() -> None:
    blank = draw(Ink())
    assert blank.dtype == np.float32
    assert blank.shape == (28, 28)
    assert not blank.any()


def test_of_a_pictures_lines_the_first_that_is_no_mere_mark_is_taken() -> None:
    rng = np.random.default_rng(2)
    short, long = (written_number(text, rng).ink for text in ("70", "35268"))
    for inks, first in (([long, long], 0), ([short, long], 1), ([long, short], 0)):
        stream = io.BytesIO()
        PIL.Image.fromarray(pictured(inks)).save(stream, "PNG")
        found = read_sheet(Source(picture=stream.getvalue()))
        lines = read_counted(stream.getvalue()).lines
        assert found.lines == tuple(Sheet(picture=line.ink) for line in lines)
        assert len(lines) == 2
        assert found.sheet == Sheet(picture=lines[first].ink)
