"""The rasteriser's parts: the centre of mass, and ink of very many points as dots."""

from __future__ import annotations

import numpy as np
import pytest

from lenetpad.ink import raster
from lenetpad.ink.raster import MANY_PIECES, centre_of_mass, draw
from lenetpad.ink.strokes import Ink, Stroke


@pytest.mark.parametrize(
    ("places", "centre"),
    [
        ([], (0.0, 0.0)),
        ([(0, 0, 0.25)], (-3.5, -1.5)),
        ([(0, 7, 0.25)], (3.5, -1.5)),
        ([(3, 0, 1.0), (3, 6, 3.0)], (1.0, 1.5)),
    ],
)
def test_the_centre_of_mass_is_where_the_ink_is(
    places: list[tuple[int, int, float]], centre: tuple[float, float]
) -> None:
    image = np.zeros((4, 8), dtype=np.float32)
    for row, column, ink in places:
        image[row, column] = ink
    assert centre_of_mass(image) == pytest.approx(centre)


def test_many_points_are_drawn_as_one_line_through_them() -> None:
    """Where a line is drawn over and over, its dots lie so near that nobody sees them."""
    corners = np.array([[0, 0], [1000, 300], [100, 700], [900, 1000]], dtype=np.float64)
    again = np.concatenate([corners, corners[-2:0:-1]])
    once = draw(Ink((Stroke.of(corners),)))
    often = Ink((Stroke.of(np.tile(again, (MANY_PIECES // 40, 1))),))
    assert np.abs(draw(often) - once).max() < 0.05


def test_pieces_are_equal_and_no_longer_than_they_may_be() -> None:
    starts = np.array([[0.0, 0.0], [5.0, 5.0], [1.0, 1.0]])
    steps = np.array([[3.0, 4.0], [0.0, 0.0], [0.0, 2.0]])
    cut, pieces = raster._cut(starts, steps, 2.0)
    assert len(cut) == 3 + 1 + 1
    assert np.allclose(pieces[:3], steps[0] / 3)
    assert np.allclose(cut[:3], [[0, 0], [1, 4 / 3], [2, 8 / 3]])
    assert cut[3:].tolist() == starts[1:].tolist()
    assert pieces[3:].tolist() == steps[1:].tolist()


def test_segments_fill_a_unit_box_around_the_origin() -> None:
    ink = Ink.of([[[10, 20], [30, 20]], [[20, 25]]])
    starts, steps = raster._unit_segments(ink)
    assert starts.tolist() == [[-0.5, -0.125], [0.0, 0.125]]
    assert steps.tolist() == [[1.0, 0.0], [0.0, 0.0]]


def test_points_that_only_rounding_tells_apart_are_one() -> None:
    far = 1e8
    starts, steps = raster._unit_segments(Ink.of([[[far, -far], [far + 1e-7, -far]]]))
    assert not starts.any()
    assert not steps.any()
