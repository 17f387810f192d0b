"""Masks: sliding windows, and the connected parts that ink falls into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
#: Of each pixel (H, W) something, such as how much of it is ink.
Plane = NDArray[np.float32]


def slid(values: NDArray[Any], window: int, best: Callable[..., NDArray[Any]]) -> NDArray[Any]:
    """The greatest or least of each square window; the result is smaller by ``window - 1``."""
    for _ in range(2):
        values = slid_down(values, window, best).T
    return values


def slid_down(
    values: NDArray[Any], window: int, best: Callable[..., NDArray[Any]]
) -> NDArray[Any]:
    """The greatest or least of each window of so many rows, as ``slid``."""
    span = 1
    while 2 * span <= window:
        values = best(values[:-span], values[span:])
        span *= 2
    rest = window - span
    return best(values[: len(values) - rest], values[rest:])


def grown(mask: Mask, reach: int) -> Mask:
    """The dilated mask: with everything within ``reach`` pixels of it."""
    return slid(np.pad(mask, reach), 2 * reach + 1, np.logical_or)


def longer_side(mask: NDArray[Any]) -> int:
    """The longer side of the mask's bounding box, in pixels."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return int(max(rows[-1] - rows[0], columns[-1] - columns[0])) + 1


def box_of(mask: NDArray[Any]) -> tuple[int, int, int, int]:
    """The bounding box of a mask that is not empty: top, left, and one after bottom and right."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def plumpness(mask: Mask) -> float:
    """How little a mask that is not empty looks like strokes, which are long and thin.

    The largest square in it, times its side, to the area of its largest part; lengths are shares
    of the mask's longer side.
    """
    _, areas = parts(mask)
    top, left, bottom, right = box_of(mask)
    rest, square = mask[top:bottom, left:right], 0
    while rest.any():
        square += 1
        rest = rest[1:, 1:] & rest[:-1, 1:] & rest[1:, :-1] & rest[:-1, :-1]
    return float(square**3 / int(areas.max()) / max(mask.shape))


def parts(mask: Mask) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The 8-connected components: labels (H, W), -1 for none, and areas (n,)."""
    labels = np.full(mask.shape, -1, dtype=np.intp)
    turns = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1).ravel()
    starts, stops = np.flatnonzero(turns == 1), np.flatnonzero(turns == -1)  # of runs in rows
    if len(starts) == 0:
        return labels, np.zeros(0, dtype=np.intp)
    row = mask.shape[1] + 1
    first = np.searchsorted(stops, starts + row, side="left")
    last = np.searchsorted(starts, stops + row, side="right")
    counts = np.maximum(last - first, 0)  # runs in the next row that touch this one
    upper = np.repeat(np.arange(len(starts)), counts)
    lower = np.arange(len(upper)) - np.repeat(np.cumsum(counts) - counts, counts) + first[upper]
    _, run_labels = np.unique(_joined(len(starts), upper, lower), return_inverse=True)
    lengths = stops - starts
    labels[mask] = np.repeat(run_labels, lengths)
    return labels, np.bincount(run_labels, weights=lengths).astype(np.intp)


def _joined(count: int, one: NDArray[np.intp], other: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each of ``count`` nodes the least node of its connected component, given the edges."""
    least = np.arange(count)
    while True:
        before = least.copy()
        low = np.minimum(least[one], least[other])
        # Lower the roots as well: a chain then takes about log2(length) rounds.
        for ends in (before[one], before[other], one, other):
            np.minimum.at(least, ends, low)
        least = least[least]
        if np.array_equal(least, before):
            return least
