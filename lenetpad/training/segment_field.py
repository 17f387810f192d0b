"""A semi-Markov conditional random field: the weights under which true paths are most probable.

The probability of a path through a segmentation graph is the exponential of its score over the sum
of those of all paths from the first cut to the last (S. Sarawagi, W. Cohen, "Semi-Markov
conditional random fields for information extraction", 2004). The mean of its logarithm over the
true paths is concave in the weights.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Places = NDArray[np.intp]

#: Less than any score.
NEVER: Final = -1e9
#: Pairs of steps by which L-BFGS knows the curvature, its steps, and the gain at which it ends.
MEMORY: Final = 10
MOST_STEPS: Final = 300
LEAST_GAIN: Final = 1e-7
#: How strongly weights are pulled towards 0, in units in which features have a mean square of 1:
#: those of fields, and those of logistic regression.
FIELD_PULL: Final = 1e-3
PULL: Final = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """Arcs (n, 2) from cut to cut, of ``cuts`` + 1 cuts, with their features (n, k); those of the
    true path; and how much it counts."""

    cuts: int
    arcs: Places
    features: Values
    truth: tuple[int, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """Arcs that end (or begin) equally far into their graphs, in the order of these cuts; where
    in them each cut's arcs begin; and the cuts, numbered through all graphs."""

    arcs: Places
    starts: Places
    cuts: Places


class Field:
    """The loss of weights on graphs, and its gradient."""

    def __init__(self, graphs: Sequence[Graph]) -> None:
        cuts = np.array([graph.cuts + 1 for graph in graphs])
        arcs = np.array([len(graph.arcs) for graph in graphs])
        self._first, first_arc = np.cumsum(cuts) - cuts, np.cumsum(arcs) - arcs
        self._last, self._count = self._first + cuts - 1, int(cuts.sum())
        self._graph = np.repeat(np.arange(len(graphs)), arcs)
        self.features = np.concatenate([graph.features for graph in graphs])
        from_cut, to_cut = np.concatenate([graph.arcs for graph in graphs]).T
        self._from, self._to = (
            from_cut + self._first[self._graph],
            to_cut + self._first[self._graph],
        )
        weights = np.array([graph.weight for graph in graphs])
        self._weights = weights / weights.sum()
        truth = np.concatenate(
            [np.array(graph.truth) + at for graph, at in zip(graphs, first_arc, strict=True)]
        )
        self._true = self._weights[self._graph[truth]] @ self.features[truth]
        self._forward = _levels(self._to, to_cut)
        self._backward = _levels(self._from, cuts[self._graph] - 1 - from_cut)

    def __call__(self, weights: Values) -> tuple[float, Values]:
        """Minus the mean logarithm of the true paths' probabilities, and its gradient."""
        scores = self.features @ weights
        before, after = np.full(self._count, NEVER), np.full(self._count, NEVER)
        before[self._first] = after[self._last] = 0.0
        for level in self._forward:
            sums = before[self._from[level.arcs]] + scores[level.arcs]
            before[level.cuts] = np.logaddexp.reduceat(sums, level.starts)
        for level in self._backward:
            sums = after[self._to[level.arcs]] + scores[level.arcs]
            after[level.cuts] = np.logaddexp.reduceat(sums, level.starts)
        every = before[self._last]
        share = np.exp(before[self._from] + scores + after[self._to] - every[self._graph])
        share *= self._weights[self._graph]
        loss = float(every @ self._weights - self._true @ weights)
        return loss, self.features.T @ share - self._true


def _levels(cuts: Places, far: Places) -> list[_Level]:
    """The arcs by how far their cut is into the graph; cuts of one level do not depend on another
    of it."""
    order = np.lexsort((cuts, far))
    levels = []
    for arcs in np.split(order, np.flatnonzero(np.diff(far[order])) + 1):
        starts = np.flatnonzero(np.diff(cuts[arcs], prepend=-1))
        levels.append(_Level(arcs, starts, cuts[arcs[starts]]))
    return levels


def learnt(graphs: Sequence[Graph]) -> Values:
    """The weights that fit graphs best."""
    field = Field(graphs)
    size = np.sqrt(np.square(field.features).mean(axis=0))
    size[size == 0] = 1.0

    def loss(scaled: Values) -> tuple[float, Values]:
        value, gradient = field(scaled / size)
        pull = FIELD_PULL * float(scaled @ scaled)
        return value + pull, gradient / size + 2 * FIELD_PULL * scaled

    least: Values = minimum(loss, np.zeros(field.features.shape[1])) / size
    return least


def logistic(features: Values, accepted: Values, weights: Values) -> Values:
    """The weights of logistic regression: rows (n, k), of which some are accepted (1)."""
    size = np.sqrt(np.square(features).mean(axis=0))
    size[size == 0] = 1.0
    rows, share = features / size, weights / weights.sum()

    def loss(at: Values) -> tuple[float, Values]:
        scores = rows @ at
        value = share @ (np.logaddexp(0.0, scores) - accepted * scores)
        away = share * (1 / (1 + np.exp(-scores)) - accepted)
        return float(value) + PULL * float(at @ at), rows.T @ away + 2 * PULL * at

    least: Values = minimum(loss, np.zeros(features.shape[1])) / size
    return least


def minimum(function: Callable[[Values], tuple[float, Values]], start: Values) -> Values:
    """Where a convex function, given with its gradient, is least: L-BFGS (Liu and Nocedal, 1989)
    with steps that are halved until they gain enough."""
    at = start
    value, gradient = function(at)
    memory: list[tuple[Values, Values]] = []
    for _ in range(MOST_STEPS):
        direction = _direction(gradient, memory)
        length = 1.0
        while True:
            there = at - length * direction
            found, slope = function(there)
            if found <= value - 1e-4 * length * float(gradient @ direction) or length < 1e-6:
                break
            length /= 2
        if float((there - at) @ (slope - gradient)) > 0:
            memory = [*memory[-MEMORY + 1 :], (there - at, slope - gradient)]
        gain = value - found
        at, value, gradient = there, found, slope
        if gain < LEAST_GAIN:
            break
    return at


def _direction(gradient: Values, memory: Sequence[tuple[Values, Values]]) -> Values:
    """The gradient times an estimate of the inverse of the curvature, from steps and the changes
    of the gradient along them."""
    if not memory:
        return gradient / max(float(np.abs(gradient).max()), 1e-9)
    direction, parts = gradient.copy(), []
    for step, change in reversed(memory):
        parts.append(float(step @ direction) / float(step @ change))
        direction -= parts[-1] * change
    step, change = memory[-1]
    direction *= float(step @ change) / float(change @ change)
    for (step, change), part in zip(memory, reversed(parts), strict=True):
        direction += (part - float(change @ direction) / float(step @ change)) * step
    return direction
