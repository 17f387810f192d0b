"""Segmentation graphs made by hand: strokes in a row, every group of them a candidate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from lenetpad.ink.raster import draw
from lenetpad.ink.strokes import Ink, Points, Stroke
from lenetpad.values.arrays import FloatArray
from lenetpad.values.segmentation import Candidate, Kind, Path, Piece, Segmentation

LONGEST = 4
Posteriors = Callable[[FloatArray], FloatArray]


def in_a_row(drawings: Sequence[Ink], gap: float = 120.0) -> Ink:
    """Drawings beside each other, each 600 high, as one."""
    strokes: list[Stroke] = []
    left = 0.0
    for ink in drawings:
        points = np.concatenate([stroke.xy for stroke in ink.strokes])
        low, high = points.min(axis=0), points.max(axis=0)
        scale = 600 / max(high[1] - low[1], 1e-6)
        moved = [(stroke.xy - low) * scale + (left, 200.0) for stroke in ink.strokes]
        strokes += [Stroke.of(xy) for xy in moved]
        left += float((high[0] - low[0]) * scale) + gap
    return Ink(tuple(strokes))


def posteriors_of_means(images: FloatArray) -> FloatArray:
    """Stands in for a network: what it says depends on how much ink there is."""
    mean = images.mean(axis=(1, 2))
    rows = np.exp(-np.abs(np.arange(11) - mean[:, None] * 60))
    return (rows / rows.sum(axis=1, keepdims=True)).astype(np.float32)


def graph_of(
    ink: Ink, posteriors: Posteriors = posteriors_of_means, kind: Kind = Kind.NUMBER
) -> Segmentation:
    """The graph in which each stroke is a piece, in the order of their middles."""
    order = sorted(range(len(ink.strokes)), key=lambda i: _box(ink.strokes[i].xy)[::2])
    strokes = [ink.strokes[i] for i in order]
    pieces = tuple(Piece(i, 0, len(ink.strokes[i].points), _box(ink.strokes[i].xy)) for i in order)
    spans = [
        (first, end)
        for first in range(len(order))
        for end in range(first + 1, min(first + LONGEST, len(order)) + 1)
    ]
    images = np.stack([draw(Ink(tuple(strokes[first:end]))) for first, end in spans])
    candidates = tuple(
        Candidate(
            first,
            end,
            _box(np.concatenate([stroke.xy for stroke in strokes[first:end]])),
            image,
            row[:10],
            float(row[10]),
            float(np.log(max(row[:10].max(), 1e-6))),
            -0.4 * (end - first - 1) - 0.1,
        )
        for (first, end), image, row in zip(spans, images, posteriors(images), strict=True)
    )
    return Segmentation(pieces, candidates, _paths(candidates, len(pieces)), kind)


def _paths(candidates: Sequence[Candidate], cuts: int) -> tuple[Path, ...]:
    """The two best of all paths, found by going along every one of them."""
    found: list[tuple[float, tuple[int, ...]]] = []

    def go_on(at: int, so_far: tuple[int, ...], score: float) -> None:
        if at == cuts:
            found.append((score, so_far))
        for place, one in enumerate(candidates):
            if one.first == at:
                go_on(one.end, (*so_far, place), score + one.score)

    go_on(0, (), 0.0)
    found.sort(reverse=True)
    texts: dict[str, Path] = {}
    for score, places in found:
        text = "".join(str(candidates[place].digit) for place in places)
        texts.setdefault(text, Path(places, score))
    return tuple(texts.values())[:2]


def _box(points: Points) -> tuple[float, float, float, float]:
    left, top = points[:, :2].min(axis=0)
    right, bottom = points[:, :2].max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def joined(graph: Segmentation, path: Path) -> bool:
    """Whether a path goes from the first cut to the last without a gap."""
    taken = graph.along(path)
    whole = taken[0].first == 0 and taken[-1].end == len(graph.pieces)
    return whole and all(one.end == other.first for one, other in pairwise(taken))
