"""Lines of writing in pictures, and the pieces that they are cut into."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from lenetpad.ink.lines import lines_of
from lenetpad.ink.normalising import draw_sheet
from lenetpad.ink.picture_pieces import cuts_across, picture_pieces
from lenetpad.ink.pictures import read_counted
from lenetpad.ink.strokes import MOST_COLUMNS, MOST_ROWS, Sheet
from tests.ink.written_numbers import pictured, written_number


def bars(*columns: int, height: int = 40, rows: tuple[int, ...] = (10,)) -> np.ndarray:
    """Ink: bars six pixels wide and ``height`` high, at these columns and rows."""
    ink = np.zeros((rows[-1] + height + 10, columns[-1] + 20), np.float32)
    for row in rows:
        for column in columns:
            ink[row : row + height, column : column + 6] = 1
    return ink


def file_of(grey: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(grey).save(stream, "PNG")
    return stream.getvalue()


def test_one_digit_makes_no_line() -> None:
    assert lines_of(bars(10), 1) == ()
    assert lines_of(np.zeros((50, 50), np.float32), 1) == ()


def test_a_line_has_all_of_its_ink_and_says_where_it_was() -> None:
    ink = bars(30, 60, 110)
    [line] = lines_of(ink, 1)
    assert line.scale == 1
    rows, columns = np.nonzero(line.ink)
    assert columns.min() + line.left == 30
    assert columns.max() + 1 + line.left == 116
    assert rows.min() + line.top == 10
    assert line.ink.sum() == ink.sum()


def test_lines_come_from_top_to_bottom() -> None:
    found = lines_of(bars(30, 60, rows=(10, 80, 150)), 1)
    assert len(found) == 3
    assert [line.top for line in found] == sorted(line.top for line in found)
    assert all(line.ink.sum() == found[0].ink.sum() for line in found)


def test_what_is_small_belongs_to_the_line_that_it_is_near() -> None:
    ink = bars(30, 60, rows=(10, 120))
    ink[3:6, 60:75] = 1  # the bar of a 5
    ink[85:88, 120:123] = 1  # far from both
    first, second = lines_of(np.pad(ink, ((0, 0), (0, 60))), 1)
    assert first.ink.sum() == second.ink.sum() + 45
    assert second.ink.sum() == 2 * 6 * 40


def test_a_line_is_no_larger_than_a_sheet_can_hold() -> None:
    [high] = lines_of(bars(30, 200, height=300), 1)
    assert high.ink.shape[0] == MOST_ROWS
    assert high.scale == pytest.approx(302 / 60)  # its fringe counts
    assert high.ink.sum() * high.scale**2 == pytest.approx(2 * 6 * 300, rel=1e-4)
    [wide] = lines_of(bars(*range(10, 8000, 100)), 1)
    assert wide.ink.shape[1] <= MOST_COLUMNS
    for line in (high, wide):
        assert Sheet(picture=line.ink).line is not None


def test_a_small_line_is_no_digit_by_its_size() -> None:
    ink = bars(2, 15, height=12)
    [line] = lines_of(ink, 1)
    assert min(line.ink.shape) >= 28
    assert line.ink.shape != (28, 28)
    rows, columns = np.nonzero(line.ink)
    assert (columns.min() + line.left, rows.min() + line.top) == (2, 10)


def test_all_of_a_line_as_one_image() -> None:
    sheet = Sheet(picture=lines_of(bars(30, 60), 1)[0].ink)
    image = draw_sheet(sheet)
    assert image.shape == (28, 28)
    assert (image.max(axis=0) > 0.5).sum() < 28
    blank = Sheet(picture=np.zeros((40, 80), np.float32))
    assert not draw_sheet(blank).any()
    assert draw_sheet(blank).shape == (28, 28)


@pytest.mark.parametrize("height", [60, 180])
def test_lines_of_pictures(height: int) -> None:
    rng = np.random.default_rng(height)
    for texts in (("2471",), ("90", "381"), ("66", "1750", "83")):
        inks = [written_number(text, rng).ink for text in texts]
        grey = pictured(inks, height, pen=max(height // 10, 2))
        found = read_counted(file_of(grey)).lines
        assert len(found) == len(texts)
        for number, line in enumerate(found):
            above = (0.9 + 1.8 * number) * height
            assert line.top == pytest.approx(above, abs=0.25 * height)
            assert line.top + line.scale * len(line.ink) > above + 0.8 * height


def test_components_are_pieces_from_left_to_right() -> None:
    found = picture_pieces(bars(60, 30, 110))
    assert found is not None
    assert len(found.pieces) == 3
    assert found.pieces.boxes[:, 0].tolist() == sorted(found.pieces.boxes[:, 0].tolist())
    assert found.pieces.strokes.tolist() != []
    for place, column in enumerate((30, 60, 110)):
        assert (found.labels[10:50, column : column + 6] == place).all()
        assert found.pieces.boxes[place, [0, 2]].mean() == pytest.approx(column + 3)
    assert picture_pieces(np.zeros((40, 40), np.float32)) is None


def test_an_image_shows_its_pieces_alone() -> None:
    found = picture_pieces(bars(30, 60, 110))
    assert found is not None
    one, two = found.image(0, 1), found.image(0, 2)
    assert one.shape == (28, 28)
    across = (one.max(axis=0) > 0.5).sum(), (two.max(axis=0) > 0.5).sum()
    assert across[0] < across[1]
    assert np.array_equal(found.image(1, 2), one)


def test_touching_digits_are_cut_between_them() -> None:
    rings = np.zeros((44, 90), np.bool_)
    y, x = np.mgrid[0:44, 0:90]
    for middle in (22, 62):
        away = np.hypot(x - middle, y - 22)
        rings |= (away < 21) & (away > 15)
    rings[20:24, 40:46] = True
    cuts = cuts_across(rings[:, 2:83], 42, 2)
    assert [abs(cut - 42) <= 3 for cut in cuts] == [True]
    found = picture_pieces(rings.astype(np.float32))
    assert found is not None
    assert len(found.pieces) == len(cuts) + 1
    assert len(set(found.pieces.strokes.tolist())) == 1
    assert [part.cut is None for part in found.pieces.parts] == [*[False] * len(cuts), True]


def test_a_slim_component_is_not_cut() -> None:
    assert cuts_across(np.ones((40, 12), np.bool_), 40) == []


def test_ink_that_is_hardly_there_is_no_piece() -> None:
    ink = np.pad(bars(30, 60), ((0, 0), (0, 40)))
    ink[5, 5], ink[5, 100] = 0.28, 0.31
    found = picture_pieces(ink)
    assert found is not None
    assert len(found.pieces) == 3
    for place in range(3):
        assert np.isfinite(found.image(place, place + 1)).all()


def test_digits_that_ruled_lines_have_cut_make_a_line() -> None:
    ink = bars(30, 60, 110, height=90)
    ink[30] = ink[60] = 0
    [line] = lines_of(ink, 1)
    assert line.ink.sum() * line.scale**2 == pytest.approx(ink.sum(), rel=1e-3)
