"""The best paths through a segmentation graph, against a search of all of them."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from lenetpad.lenet.viterbi import Arc, best_paths


def all_readings(cuts: int, arcs: list[Arc]) -> list[tuple[float, str]]:
    """Every text that any path reads with its best score, the best first: all ways to choose cuts
    between the first and the last are tried, and every arc between two of them."""
    best: dict[str, float] = {}
    for count in range(cuts):
        for inner in combinations(range(1, cuts), count):
            stops = [0, *inner, cuts]
            ways = [("", 0.0)]
            for first, end in pairwise(stops):
                between = [arc for arc in arcs if (arc.first, arc.end) == (first, end)]
                ways = [(t + arc.text, s + arc.score) for t, s in ways for arc in between]
            for text, score in ways:
                best[text] = max(best.get(text, -np.inf), score)
    return sorted(((score, text) for text, score in best.items()), reverse=True)


def random_graph(rng: np.random.Generator, cuts: int) -> list[Arc]:
    """Arcs of up to four pieces; few different digits, so that many paths read the same."""
    return [
        Arc(first, end, str(rng.integers(3)), float(rng.normal()))
        for first in range(cuts)
        for end in range(first + 1, min(cuts, first + 4) + 1)
        if end == first + 1 or rng.random() < 0.8
    ]


@pytest.mark.parametrize("most", [1, 2, 5])
def test_the_best_readings_are_those_of_an_exhaustive_search(most: int) -> None:
    rng = np.random.default_rng(20)
    for _ in range(60):
        cuts = int(rng.integers(1, 9))
        arcs = random_graph(rng, cuts)
        found = best_paths(cuts, arcs, most)
        wanted = all_readings(cuts, arcs)[:most]
        texts = ["".join(arcs[place].text for place in path.candidates) for path in found]
        assert texts == [text for _, text in wanted]
        assert [path.score for path in found] == pytest.approx([score for score, _ in wanted])


def test_a_path_leads_from_the_first_cut_to_the_last_without_a_gap() -> None:
    rng = np.random.default_rng(21)
    for _ in range(20):
        arcs = random_graph(rng, 7)
        for path in best_paths(7, arcs, 3):
            taken = [arcs[place] for place in path.candidates]
            assert taken[0].first == 0
            assert taken[-1].end == 7
            assert all(a.end == b.first for a, b in pairwise(taken))
            assert path.score == pytest.approx(sum(arc.score for arc in taken))


def test_where_no_path_leads_to_the_end_there_is_none() -> None:
    assert best_paths(3, [Arc(0, 1, "1", 0.0), Arc(2, 3, "1", 0.0)], 2) == ()
