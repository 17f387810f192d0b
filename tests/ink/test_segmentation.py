"""Pieces and candidates, against what plain loops over all groups of strokes find."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from lenetpad.ink.candidates import (
    DIGITS_GAP,
    GEOMETRY,
    LOW,
    MOST_STROKES,
    WIDEST,
    WIDEST_GAP,
    _geometry,
    candidates_of,
    flagged,
)
from lenetpad.ink.cuts import cuts_of
from lenetpad.ink.segmentation import (
    MOST_PIECES,
    Part,
    Pieces,
    box_around,
    kept_cuts,
    part_of,
    parts_of,
    pieces_of,
    reach_of,
    spans_of,
)
from lenetpad.ink.strokes import Ink, Points


def pieces_in(strokes: list[Points]) -> Pieces:
    cuts = kept_cuts([cuts_of(xy) for xy in strokes], [box_around(xy) for xy in strokes])
    parts: list[Part] = []
    for place, xy in enumerate(strokes):
        parts += parts_of(place, xy, cuts[place])
    return pieces_of(parts)


def bar(x: float, top: float = 0.0, bottom: float = 1.0, lean: float = 0.0) -> Points:
    """A straight stroke, which is never cut."""
    at = np.linspace(0, 1, 9)[:, None]
    return np.array([x, top]) * (1 - at) + np.array([x + lean, bottom]) * at


def random_line(rng: np.random.Generator, count: int) -> list[Points]:
    x = np.cumsum(rng.uniform(0.05, 0.7, count))
    return [
        bar(left, rng.uniform(0, 0.4), rng.uniform(0.7, 1.0), rng.uniform(-0.2, 0.2)) for left in x
    ]


def widest_gap(boxes: list[tuple[float, ...]]) -> float:
    """The widest part of a line from the leftmost to the rightmost edge that no box covers."""
    edges = sorted({edge for box in boxes for edge in (box[0], box[2])})
    free = [
        high - low
        for low, high in pairwise(edges)
        if not any(box[0] <= low and high <= box[2] for box in boxes)
    ]
    return max(free, default=0.0)


def two_digits(boxes: list[tuple[float, ...]], height: float) -> bool:
    """Whether a gap has a box high enough for a digit on each of its sides."""
    for gap_from in (box[2] for box in boxes):
        left = [box for box in boxes if box[2] <= gap_from]
        right = [box for box in boxes if box[0] > gap_from + DIGITS_GAP * height]
        if len(left) + len(right) == len(boxes) and left and right:
            highest = [max(box[3] - box[1] for box in side) for side in (left, right)]
            if min(highest) > LOW * height:
                return True
    return False


def test_pieces_lie_in_the_order_of_the_middles_of_their_boxes() -> None:
    strokes = [bar(3.0), bar(1.0), bar(2.0, lean=0.5)]
    found = pieces_in(strokes)
    assert [part.stroke for part in found.parts] == [1, 2, 0]
    assert found.boxes[:, 0].tolist() == [1.0, 2.0, 3.0]


def test_candidates_are_all_groups_of_neighbours_that_are_not_too_wide_or_torn() -> None:
    rng = np.random.default_rng(4)
    for _ in range(20):
        pieces = pieces_in(random_line(rng, int(rng.integers(1, 11))))
        boxes = [tuple(box) for box in pieces.boxes.tolist()]
        count, height = len(boxes), pieces.height
        wanted = []
        for first in range(count):
            for end in range(first + 1, count + 1):
                group = boxes[first:end]
                width = max(box[2] for box in group) - min(box[0] for box in group)
                fits = width <= WIDEST * height and widest_gap(group) <= WIDEST_GAP * height
                fits = fits and not two_digits(group, height)
                few = end - first <= MOST_STROKES
                if end - first in (1, count) or (fits and few):
                    wanted.append([first, end])
        assert candidates_of(pieces)[0].tolist() == wanted


def test_geometry_is_what_loops_measure() -> None:
    rng = np.random.default_rng(5)
    pieces = pieces_in(random_line(rng, 6))
    spans, geometry = candidates_of(pieces)
    boxes, height = pieces.boxes, pieces.height
    for (first, end), values in zip(spans.tolist(), geometry, strict=True):
        found = dict(zip(GEOMETRY, values.tolist(), strict=True))
        group = boxes[first:end]
        low, high = group[:, 1].min(), group[:, 3].max()
        assert found["low"] == pytest.approx(max(0.75 - (high - low) / height, 0.0))
        gap = widest_gap([tuple(box) for box in group.tolist()])
        assert found["inner gap"] == pytest.approx(min(gap / height, 0.6))
        assert found["strokes"] == end - first - 1
        assert found["cut"] == 0
        if first > 0:
            between = group[:, 0].min() - boxes[first - 1, 2]
            assert found["gap before"] == pytest.approx(min(max(between / height, 0.0), 0.5))
        else:
            assert found["gap before"] == 0.5


@pytest.mark.parametrize("seed", range(8))
def test_a_piece_alone_is_measured_as_one_among_others_that_are_far(seed: int) -> None:
    """The fast way for it says what the usual one does."""
    stroke = random_line(np.random.default_rng(seed), 1)[0]
    alone = pieces_in([stroke])
    spans = spans_of(1)
    usual = _geometry(alone, spans, alone.boxes, np.zeros(1), np.ones(1))
    assert candidates_of(alone)[0].tolist() == [[0, 1]]
    assert candidates_of(alone)[1] == pytest.approx(usual)


def test_the_size_and_place_of_ink_make_no_difference() -> None:
    rng = np.random.default_rng(6)
    line = random_line(rng, 7)
    spans, geometry = candidates_of(pieces_in(line))
    other, elsewhere = candidates_of(pieces_in([xy * 37.0 + [500.0, -80.0] for xy in line]))
    np.testing.assert_array_equal(other, spans)
    np.testing.assert_allclose(elsewhere, geometry, atol=1e-5)


def test_dots_do_not_use_up_a_digits_strokes() -> None:
    """A bar of five dots, as a bad pen makes it, across a stroke."""
    dots = [bar(0.2 + 0.1 * place, 0.5, 0.53) for place in range(5)]
    spans, _ = candidates_of(pieces_in([bar(0.4), *dots, bar(2.0)]))
    assert [0, 6] in spans.tolist()


def ligature() -> Points:
    """Two bars, from whose first one the pen runs on to the second."""
    way = np.linspace([0.0, 1.0], [0.8, 0.0], 12)[1:-1]
    return np.concatenate([bar(0.0), way, bar(0.8)])


def test_a_stroke_that_is_two_digits_is_cut_where_the_pen_runs_on() -> None:
    xy = ligature()
    pieces = pieces_in([xy])
    assert len(pieces) == 2
    one, other = (xy[part.start : part.end] for part in pieces.parts)
    np.testing.assert_allclose(one[:, 0], 0.0)
    np.testing.assert_allclose(other[:, 0], 0.8)


def test_taken_together_the_parts_of_a_stroke_are_the_stroke() -> None:
    xy = ligature()
    ink, pieces = Ink.of([xy.tolist()]), pieces_in([xy])
    assert reach_of(pieces, 0, 2) == ((0, 0, len(xy)),)
    assert part_of(ink, reach_of(pieces, 0, 2)) == ink
    spans, geometry = candidates_of(pieces)
    cut = dict(zip(map(tuple, spans.tolist()), geometry[:, GEOMETRY.index("cut")], strict=True))
    assert cut == {(0, 1): 1.0, (0, 2): 0.0, (1, 2): 1.0}


def test_a_bar_is_cut_from_the_next_digit_only_where_another_stroke_is_below_it() -> None:
    """The bar of a 5 from which the pen runs on to a 1, down and up again."""
    way = np.linspace([0.8, 0.0], [1.2, 0.3], 7)[1:-1]
    xy = np.concatenate([np.linspace([0.1, 0.0], [0.8, 0.0], 9), way, bar(1.2)])
    alone, beside = pieces_in([xy]), pieces_in([bar(0.1, 0.1, 1.0, lean=0.6), xy])
    assert len(alone) == 1
    assert len(beside) == 3


def test_long_lines_have_few_candidates_for_each_piece() -> None:
    spans, geometry = candidates_of(pieces_in(random_line(np.random.default_rng(7), 200)))
    assert len(spans) <= 200 * MOST_PIECES + 1
    assert np.isfinite(geometry).all()


@pytest.mark.parametrize("height", [0.0, 1e-9, 1e9])
def test_ink_without_height_and_of_any_size_is_measured(height: float) -> None:
    strokes = [np.array([[0.0, 0.0]]), np.array([[5.0, 0.0], [9.0, height]])]
    _, geometry = candidates_of(pieces_in(strokes))
    assert np.isfinite(geometry).all()


def zero(points: int = 60) -> Points:
    """A 0 in one stroke, made from its top to the left, with few points at its bottom."""
    turn = np.linspace(0, 2 * np.pi, points)
    turn = turn[(turn < 0.85 * np.pi) | (turn > 1.15 * np.pi)]
    return np.stack([0.5 - 0.5 * np.sin(turn), 0.5 - 0.5 * np.cos(turn)], axis=1)


def test_a_stroke_is_a_candidate_whole_wherever_it_may_be_cut() -> None:
    pieces = pieces_in([bar(-0.6), zero(), bar(1.6)])
    spans, geometry = candidates_of(pieces)
    mine = [place for place, part in enumerate(pieces.parts) if part.stroke == 1]
    assert len(mine) > 1, "this 0 may be cut"
    whole = [min(mine), max(mine) + 1]
    assert whole in spans.tolist()
    at = spans.tolist().index(whole)
    assert geometry[at, GEOMETRY.index("inner gap")] == 0.0
    assert geometry[at, GEOMETRY.index("cut")] == 0.0


def test_a_cut_says_whether_the_pen_ends_low_and_begins_high_as_in_most_digits() -> None:
    # Two bars made downwards, with the pen's way from the foot of one to the top of the other.
    ways = np.concatenate([bar(0.0), bar(0.05, 1.0, 0.0, 0.9), bar(1.0)])
    (along,) = [cut for cut in cuts_of(ways) if not cut.corner][:1]
    assert along.ends_high == pytest.approx(0.0, abs=0.05)
    assert along.begins_low == pytest.approx(0.0, abs=0.05)
    # The halves of a 0: the second one begins at the bottom.
    (halved, *_) = cuts_of(zero())
    assert halved.begins_low > 0.8
    # The top of a 1 with a long flag is a corner, which the flag ends at.
    flagged = np.concatenate([bar(0.0, 1.0, 0.0, 0.8), bar(0.8)])
    (corner, *_) = [cut for cut in cuts_of(flagged) if cut.corner]
    assert corner.ends_high == pytest.approx(1.0)


def test_edges_are_measured_from_those_of_the_line_even_where_it_rises() -> None:
    level = [bar(0.6 * place) for place in range(5)]
    level[2] = bar(1.2, top=0.3, bottom=1.3)
    names = ["bottom above", "bottom below", "top above", "top below"]
    columns = [GEOMETRY.index(name) for name in names]
    for slope in (0.0, -0.1, 0.1):
        risen = [xy + np.array([0.0, slope * xy[0, 0]]) for xy in level]
        spans, geometry = candidates_of(pieces_in(risen))
        found = geometry[spans.tolist().index([2, 3])][columns]
        np.testing.assert_allclose(found, [0.0, 0.22, 0.0, 0.22], atol=0.03)
        others = geometry[spans.tolist().index([3, 4])][columns]
        np.testing.assert_allclose(others, 0.0, atol=0.03)


def test_one_high_piece_among_many_low_ones_does_not_say_how_high_the_line_is() -> None:
    zeros = [bar(0.6 * place, top=0.5) for place in range(4)]
    assert pieces_in([*zeros, bar(2.4)]).height == pytest.approx(0.5)
    assert pieces_in([bar(0.0), bar(0.3, top=0.9)]).height == pytest.approx(1.0)
    zeros = [bar(0.6 * place, top=0.7) for place in range(7)]
    high = [bar(4.4), bar(4.8)]
    assert pieces_in([*zeros, *high]).height == pytest.approx(0.3), "two may be among so many"


def test_where_strokes_are_cut_does_not_say_how_high_the_line_is() -> None:
    steps = np.linspace([0.0, 1.0], [1.4, 1.0], 12)[1:-1]
    stairs = np.concatenate([bar(0.0, 0.0, 1.0), steps, bar(1.4, 1.0, 2.0)])
    pieces = pieces_in([stairs])
    assert len(pieces) == 2
    assert pieces.height == pytest.approx(2.0)


def test_low_digits_beside_a_high_one_stand_on_their_own_line() -> None:
    """The noughts of 1000000, half as high as the 1 and in its middle."""
    noughts = [bar(0.6 + 0.6 * place, 0.3, 0.8) for place in range(6)]
    spans, geometry = candidates_of(pieces_in([bar(0.0), *noughts]))
    above, below = (GEOMETRY.index(f"bottom {side}") for side in ("above", "below"))
    one, *others = (spans.tolist().index([place, place + 1]) for place in range(7))
    assert geometry[others, above] == pytest.approx(0.0)
    assert geometry[one, below] > 0.2


def test_all_of_a_long_line_is_wider_than_all_of_a_short_one() -> None:
    def width(count: int) -> float:
        spans, geometry = candidates_of(pieces_in([bar(0.4 * place) for place in range(count)]))
        whole = spans.tolist().index([0, count])
        return float(geometry[whole, GEOMETRY.index("wide")])

    assert width(3) == pytest.approx(0.0)
    assert width(5) == pytest.approx(0.8)
    assert width(8) == pytest.approx(2.0)


def legs(*corners: tuple[float, float]) -> Points:
    """A stroke of straight lines from corner to corner."""
    at = np.linspace(0, len(corners) - 1, 12 * (len(corners) - 1) + 1)
    columns = [np.interp(at, np.arange(len(corners)), c) for c in np.array(corners).T]
    return np.stack(columns, axis=1)


def test_a_one_with_a_long_flag_is_known_in_whichever_direction_it_was_written() -> None:
    for one in (
        legs((0.0, 1.0), (0.9, 0.0), (0.7, 1.0)),
        legs((0.0, 0.7), (0.6, 0.0), (0.65, 1.0)),
        legs((0.0, 0.9), (0.1, 1.0), (0.9, 0.0), (0.6, 0.9), (0.8, 0.95)),  # with hooks
    ):
        assert flagged(one) == flagged(one[::-1]) == pytest.approx(1.0)
        assert flagged(one * 50.0 + 7.0) == pytest.approx(1.0), "wherever, and of any size"


@pytest.mark.parametrize(
    "other",
    [
        bar(0.0, lean=-0.2),
        legs((0.0, 0.2), (0.3, 0.0), (0.3, 1.0)),  # a 1 as networks know it
        legs((0.0, 0.1), (0.7, 0.0), (0.4, 1.0)),  # a 7
        legs((0.0, 0.0), (0.3, 1.0), (0.6, 0.0)),  # a V
        legs((0.0, 1.0), (0.4, 0.0), (0.8, 1.0)),  # an A without its bar
        legs((0.0, 1.0), (0.1, 0.0), (0.6, 1.0), (0.7, 0.0)),  # an N
        legs((0.0, 1.0), (0.0, 0.0)),
        np.zeros((1, 2)),
        np.zeros((5, 2)),
    ],
)
def test_what_is_no_one_with_a_long_flag_is_not_taken_for_it(other: Points) -> None:
    assert flagged(other) == 0.0
    assert flagged(other[::-1]) == 0.0


def test_a_candidate_is_a_flagged_one_if_it_is_all_of_one_stroke() -> None:
    one = legs((0.0, 1.0), (0.9, 0.0), (0.8, 1.0))
    pieces = pieces_in([one, bar(1.3)])
    assert len(pieces) == 3, "it may be cut at its top"
    spans, geometry = candidates_of(pieces)
    column = geometry[:, GEOMETRY.index("flagged")].tolist()
    found = dict(zip(map(tuple, spans.tolist()), column, strict=True))
    assert found.pop((0, 2)) == pytest.approx(1.0)
    assert set(found.values()) == {0.0}
