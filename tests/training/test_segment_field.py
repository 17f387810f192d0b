"""The semi-Markov field: its loss against a sum over all paths, its gradient against differences,
and what it learns."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from lenetpad.training.segment_field import Field, Graph, learnt, minimum

FEATURES = 3


def random_graph(rng: np.random.Generator, weight: float = 1.0) -> Graph:
    """A graph with a path through every cut, which is the true one, and longer arcs."""
    cuts = int(rng.integers(1, 6))
    arcs = [
        (first, end)
        for first in range(cuts)
        for end in range(first + 1, cuts + 1)
        if end == first + 1 or rng.random() < 0.7
    ]
    truth = tuple(place for place, (first, end) in enumerate(arcs) if end == first + 1)
    features = rng.normal(size=(len(arcs), FEATURES))
    return Graph(cuts, np.array(arcs, dtype=np.intp), features, truth, weight)


def paths(graph: Graph, cut: int = 0) -> list[list[int]]:
    """All paths from a cut to the last."""
    if cut == graph.cuts:
        return [[]]
    return [
        [place, *rest]
        for place, (first, end) in enumerate(graph.arcs.tolist())
        if first == cut
        for rest in paths(graph, end)
    ]


def loss_of(graph: Graph, weights: NDArray[np.float64]) -> float:
    """Minus the logarithm of the true path's probability, from all paths."""
    scores = graph.features @ weights
    sums = np.array([scores[path].sum() for path in paths(graph)])
    return float(np.log(np.exp(sums).sum()) - scores[list(graph.truth)].sum())


def test_the_loss_is_that_of_all_paths() -> None:
    rng = np.random.default_rng(1)
    graphs = [random_graph(rng, weight) for weight in (1.0, 2.0, 0.5, 1.0, 3.0)]
    weights = rng.normal(size=FEATURES)
    wanted = sum(graph.weight * loss_of(graph, weights) for graph in graphs) / 7.5
    assert Field(graphs)(weights)[0] == pytest.approx(wanted)


def test_the_gradient_is_that_of_the_loss() -> None:
    rng = np.random.default_rng(2)
    field = Field([random_graph(rng) for _ in range(6)])
    weights = rng.normal(size=FEATURES)
    gradient = field(weights)[1]
    for place in range(FEATURES):
        step = np.zeros(FEATURES)
        step[place] = 1e-5
        difference = (field(weights + step)[0] - field(weights - step)[0]) / 2e-5
        assert gradient[place] == pytest.approx(difference, abs=1e-7)


def test_the_true_paths_become_the_most_probable() -> None:
    """Only the first feature says whether an arc is true."""
    rng = np.random.default_rng(3)
    graphs = []
    for _ in range(200):
        graph = random_graph(rng)
        graph.features[:, 0] += 3.0 * np.isin(np.arange(len(graph.arcs)), graph.truth)
        graphs.append(graph)
    weights = learnt(graphs)
    assert weights[0] > 1.0
    assert np.abs(weights[1:]).max() < 0.3
    before = Field(graphs)(np.zeros(FEATURES))[0]
    assert Field(graphs)(weights)[0] < before / 2


def test_a_valley_is_descended_to_its_bottom() -> None:
    """A quadratic of very different curvatures, whose minimum is known."""
    curvature, bottom = np.array([1.0, 50.0, 1000.0]), np.array([3.0, -2.0, 0.5])

    def valley(at: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        away = at - bottom
        return float(curvature @ (away * away)), 2 * curvature * away

    np.testing.assert_allclose(minimum(valley, np.zeros(3)), bottom, atol=1e-3)
