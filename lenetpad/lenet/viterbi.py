"""Viterbi's algorithm on a segmentation graph, with the best paths that read differently."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lenetpad.values.segmentation import Path


class Arc(NamedTuple):
    """A candidate: it leads from cut ``first`` to cut ``end``, is read as ``text``, and scores."""

    first: int
    end: int
    text: str
    score: float


class _Way(NamedTuple):
    """A path from the first cut, linked backwards by its last arc."""

    score: float
    text: str
    arc: int
    before: _Way | None


def best_paths(cuts: int, arcs: Sequence[Arc], most: int) -> tuple[Path, ...]:
    """The ``most`` best paths from cut 0 to cut ``cuts``, best first, each with another text.

    The arcs are in the order of where they begin. Of the paths to a cut that read the same, only
    the best one can be part of a best path, and of those that read differently, only ``most``:
    the same arcs would follow the others. () where no path leads to the end.
    """
    ways: list[dict[str, _Way]] = [{} for _ in range(cuts + 1)]
    ways[0][""] = _Way(0.0, "", -1, None)
    for place, arc in enumerate(arcs):
        for before in ways[arc.first].values():
            way = _Way(before.score + arc.score, before.text + arc.text, place, before)
            _enter(ways[arc.end], way, most)
    found = sorted(ways[cuts].values(), key=lambda way: -way.score)
    return tuple(Path(_places(way), way.score) for way in found)


def _enter(ways: dict[str, _Way], way: _Way, most: int) -> None:
    """Keep a way where it is among the best ``most`` with different texts."""
    same = ways.get(way.text)
    if same is not None:
        if way.score > same.score:
            ways[way.text] = way
        return
    ways[way.text] = way
    if len(ways) > most:
        del ways[min(ways.values(), key=lambda one: one.score).text]


def _places(way: _Way) -> tuple[int, ...]:
    places = []
    step: _Way | None = way
    while step is not None and step.before is not None:
        places.append(step.arc)
        step = step.before
    return tuple(reversed(places))
