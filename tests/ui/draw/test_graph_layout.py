"""Where a segmentation graph is painted, and where the arrow keys lead in it."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from lenetpad.ink.files import Drawing
from lenetpad.ink.strokes import Ink
from lenetpad.ui.draw.numbers.graph_layout import (
    Arc,
    Way,
    cut_places,
    lay_out,
    walked,
)
from lenetpad.values.segmentation import Segmentation
from tests.graphs import graph_of, in_a_row, joined

HEIGHTS = (150, 245, 420, 900)


@pytest.fixture
def graph(samples: list[Drawing]) -> Segmentation:
    """Of several digits, of which some have two strokes."""
    return graph_of(in_a_row([samples[i].ink for i in (4, 5, 7, 4)]))


def along(arc: Arc, part: float) -> tuple[float, float]:
    """A point of an arc: the parabola through its nodes and its lowest point."""
    x = arc.start.x() + part * (arc.end.x() - arc.start.x())
    depth = arc.bottom.y() - arc.start.y()
    return x, arc.start.y() + 4 * part * (1 - part) * depth


@pytest.mark.parametrize("height", HEIGHTS)
def test_arcs_lead_from_cut_to_cut_and_nothing_lies_over_anything(
    graph: Segmentation, height: int
) -> None:
    laid = lay_out(graph, height)
    assert len(laid.nodes) == len(graph.pieces) + 1
    assert len(laid.arcs) == len(graph.candidates)
    steps = {round(b.x() - a.x(), 6) for a, b in pairwise(laid.nodes)}
    assert len(steps) == 1
    assert len({node.y() for node in laid.nodes}) == 1
    for arc, one in zip(laid.arcs, graph.candidates, strict=True):
        assert arc.start == laid.nodes[one.first]
        assert arc.end == laid.nodes[one.end]
        assert arc.area.top() > arc.start.y()
        assert 0 <= arc.area.left() < arc.area.right() <= laid.width
        assert arc.area.bottom() <= laid.height
    for one_arc, other in combinations(laid.arcs, 2):
        over = one_arc.area & other.area
        assert over.width() <= 1e-6 or over.height() <= 1e-6


@pytest.mark.parametrize("height", HEIGHTS)
def test_an_arc_passes_below_the_pictures_of_those_within_it(
    graph: Segmentation, height: int
) -> None:
    laid = lay_out(graph, height)
    both = list(zip(laid.arcs, graph.candidates, strict=True))
    for arc, one in both:
        for other, shorter in both:
            inside = one.first <= shorter.first < shorter.end <= one.end
            if one is not shorter and inside:
                middle = other.picture.center()
                width = arc.end.x() - arc.start.x()
                _, y = along(arc, (middle.x() - arc.start.x()) / width)
                assert y > middle.y()


def test_what_is_written_further_right_moves_nothing(samples: list[Drawing]) -> None:
    digits = [samples[i].ink for i in (4, 5, 7)]
    before = lay_out(graph_of(in_a_row(digits[:2])), 300)
    after = lay_out(graph_of(in_a_row(digits)), 300)
    assert after.nodes[: len(before.nodes)] == before.nodes
    assert after.arcs[0].picture.size() == before.arcs[0].picture.size()


def test_the_ink_lies_in_its_strip_and_is_cut_between_the_pieces(graph: Segmentation) -> None:
    laid = lay_out(graph, 300)
    boxes = [piece.box for piece in graph.pieces]
    for left, top, right, bottom in boxes:
        for x, y in ((left, top), (right, bottom)):
            there = laid.ink.of(x, y)
            assert laid.strip.adjusted(-0.01, -0.01, 0.01, 0.01).contains(there)
    places = cut_places(boxes)
    assert places == sorted(places)
    assert [cut.x() for cut in laid.cuts] == pytest.approx([laid.ink.of(x, 0).x() for x in places])
    apart = [(0.0, 0.0, 10.0, 9.0), (14.0, 0.0, 20.0, 9.0), (16.0, 0.0, 30.0, 9.0)]
    assert cut_places(apart) == [0, 12, 18, 30]


def test_a_dot_and_a_flat_stroke_have_a_place() -> None:
    for ink in (Ink.of([[[5, 5]]]), Ink.of([[[0, 5], [90, 5]]])):
        laid = lay_out(graph_of(ink), 200)
        assert np.isfinite([laid.ink.scale, laid.ink.offset.x(), laid.ink.offset.y()]).all()
        assert laid.strip.height() > 0


def test_on_leads_along_the_best_path(graph: Segmentation) -> None:
    path = graph.paths[0]
    assert joined(graph, path)
    place = walked(graph, None, Way.ON)
    walk = [place]
    while len(walk) < len(path.candidates):
        walk.append(walked(graph, walk[-1], Way.ON))
    assert tuple(walk) == path.candidates
    assert walked(graph, walk[-1], Way.ON) == walk[-1]
    assert walked(graph, walk[0], Way.LAST) == walk[-1]
    back = [walk[-1]]
    while len(back) < len(walk):
        back.append(walked(graph, back[-1], Way.BACK))
    assert back == walk[::-1]


def test_the_keys_reach_every_candidate(graph: Segmentation) -> None:
    reached = {walked(graph, None, Way.FIRST)}
    while True:
        further = {walked(graph, place, way) for place in reached for way in Way} | reached
        if further == reached:
            break
        reached = further
    assert reached == set(range(len(graph.candidates)))


def test_longer_takes_one_piece_more(graph: Segmentation) -> None:
    place = next(i for i, one in enumerate(graph.candidates) if one.end == one.first + 1)
    longer = walked(graph, place, Way.LONGER)
    one, other = graph.candidates[place], graph.candidates[longer]
    assert (other.first, other.end) == (one.first, one.end + 1)
    assert walked(graph, longer, Way.SHORTER) == place
    assert walked(graph, place, Way.SHORTER) == place


def test_what_is_pointed_at_is_found(graph: Segmentation) -> None:
    laid = lay_out(graph, 300)
    for place, arc in enumerate(laid.arcs):
        assert laid.arc_at(arc.picture.center()) == place
        assert laid.arc_at(arc.label.center()) == place
    assert laid.arc_at(laid.strip.center()) is None
