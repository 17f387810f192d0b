"""Numbers composed of single digits of one writer, of which it is known what each stroke shows.

Few people's numbers have been collected, many people's digits have. Digits of one writer are put
beside each other: with gaps, touching, with the pen kept down between them, or with a stroke that
was added when all was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.curves import smooth
from lenetpad.ink.files import Drawing
from lenetpad.ink.scribbles import scribble
from lenetpad.ink.strokes import Ink, Points, Stroke

Rng = np.random.Generator

#: Rows in which two digits are compared to find how near their ink comes.
ROWS: Final = 16
#: However far two digits reach over each other, their boxes do not overlap by more than this.
MOST_OVERLAP: Final = 0.2
#: How many digits a number has, by chance.
LENGTHS: Final = (2, 3, 4, 5, 6)
#: A scribble beside digits is at least so high, compared with its width: a dash is a 1 or a minus.
LEAST_HEIGHT: Final = 0.5
#: What belongs to no digit: the pen's way from one to the next.
BETWEEN: Final = -1
#: In numbers that are to have many 1s: the share of them, and that of numbers with bare bars.
ONES: Final = 0.6
BARS: Final = 0.6
#: Points along a bar, and the standard deviations of how it leans, for all of a number and for
#: each of its 1s, of how far its middle is off, and of the logarithm of its height.
BAR_POINTS: Final = 16
BARS_LEAN: Final = 0.12
BAR_LEANS: Final = 0.04
BAR_BENT: Final = 0.02
BAR_SIZE: Final = 0.12


@dataclass(frozen=True, slots=True)
class Layout:
    """How digits are put beside each other. Lengths are in heights of the writer's digits.

    The gap to the next digit lies in ``gaps``, between the boxes or, where ``touching``, between
    the ink itself. ``delayed`` is the share of digits of several strokes whose last stroke is
    made when all has been written, ``ligatures`` that of gaps at which the pen is kept down.
    ``shift`` and ``size`` are the standard deviations of a digit's height above the line and of
    the logarithm of its size, ``slope`` that of the line.
    """

    gaps: tuple[float, float]
    touching: float = 0.0
    delayed: float = 0.0
    ligatures: float = 0.0
    shift: float = 0.05
    size: float = 0.06
    slope: float = 0.04


CLEAR: Final = Layout((0.1, 0.5))
#: As people write who have neither lines nor boxes.
UNEVEN: Final = Layout((0.02, 0.6), shift=0.12, size=0.2, slope=0.08)
TOUCHING: Final = Layout((-0.02, 0.04), touching=1.0)
MIXED: Final = Layout((-0.02, 0.4), touching=0.5)
#: By what numbers are composed, for learning and for the table of figures.
LAYOUTS: Final[Mapping[str, Layout]] = {
    "clear": CLEAR,
    "touching": TOUCHING,
    "mixed": MIXED,
    "clear, delayed strokes": replace(CLEAR, delayed=1.0),
    "touching, delayed strokes": replace(TOUCHING, delayed=1.0),
    "mixed, delayed strokes": replace(MIXED, delayed=1.0),
    "clear, ligatures": replace(CLEAR, ligatures=0.3),
    "mixed, ligatures": replace(MIXED, ligatures=0.3),
}


@dataclass(frozen=True, slots=True)
class ComposedNumber:
    """Ink that shows a number; ``owners`` holds, for each stroke, the place in the number of the
    digit that each of its points is of, or BETWEEN."""

    ink: Ink
    label: str
    owners: tuple[NDArray[np.intp], ...]
    writer: str


def by_writer(
    drawings: Sequence[Drawing], *, digits: bool = True, least: int = 2
) -> dict[str, list[Drawing]]:
    """The digits, or what is none, of each writer of at least so many, by the writers' names."""
    found: dict[str, list[Drawing]] = {}
    for drawing in drawings:
        if isinstance(drawing.label, int) == digits and drawing.writer is not None:
            found.setdefault(drawing.writer, []).append(drawing)
    return {writer: found[writer] for writer in sorted(found) if len(found[writer]) >= least}


def composed(
    writers: Mapping[str, Sequence[Drawing]],
    count: int,
    layout: Layout,
    seed: int,
    lengths: Sequence[int] = LENGTHS,
) -> Iterator[ComposedNumber]:
    """``count`` numbers, each of digits that one writer wrote, drawn by chance."""
    rng = np.random.default_rng(seed)
    for writer, theirs in _chosen_writers(writers, count, rng):
        length = int(rng.choice(lengths))
        chosen = [theirs[int(rng.integers(len(theirs)))] for _ in range(length)]
        yield compose(chosen, writer, layout, rng)


def with_ones(
    writers: Mapping[str, Sequence[Drawing]],
    count: int,
    layout: Layout,
    seed: int,
    lengths: Sequence[int] = LENGTHS,
) -> Iterator[ComposedNumber]:
    """The same with many 1s: most are bare bars, as most people write them in a line."""
    rng = np.random.default_rng(seed)
    for writer, theirs in _chosen_writers(writers, count, rng):
        ones = [drawing for drawing in theirs if drawing.label == 1]
        height = float(np.median([_height(drawing.ink) for drawing in theirs]))
        bare, lean = not ones or rng.random() < BARS, float(rng.normal(0, BARS_LEAN))
        chosen = []
        for _ in range(int(rng.choice(lengths))):
            if rng.random() >= ONES:
                chosen.append(theirs[int(rng.integers(len(theirs)))])
            elif bare:
                chosen.append(Drawing(bar(height, lean, rng), 1))
            else:
                chosen.append(ones[int(rng.integers(len(ones)))])
        yield compose(chosen, writer, layout, rng)


def _chosen_writers(
    writers: Mapping[str, Sequence[Drawing]], count: int, rng: Rng
) -> Iterator[tuple[str, Sequence[Drawing]]]:
    """``count`` writers by chance, each drawn when it is asked for, with what they wrote."""
    names = list(writers)
    for _ in range(count):
        writer = names[int(rng.integers(len(names)))]
        yield writer, writers[writer]


def bar(height: float, lean: float, rng: Rng) -> Ink:
    """A 1 as one stroke from top to bottom, which leans so far to the right for its height."""
    high = height * float(np.exp(rng.normal(0, BAR_SIZE)))
    lean += float(rng.normal(0, BAR_LEANS))
    down = np.linspace(0.0, 1.0, BAR_POINTS)
    right = lean * (1 - down) + rng.normal(0, BAR_BENT) * 4 * down * (1 - down)
    return Ink((Stroke.of(high * np.stack([right, down], axis=1)),))


def with_scribbles(
    writers: Mapping[str, Sequence[Drawing]], count: int, seed: int
) -> Iterator[ComposedNumber]:
    """``count`` times one to three digits of a writer, and a scribble before, among or after."""
    rng = np.random.default_rng(seed)
    for writer, theirs in _chosen_writers(writers, count, rng):
        length = int(rng.integers(1, 4))
        chosen = [theirs[int(rng.integers(len(theirs)))] for _ in range(length)]
        height = float(np.median([_height(drawing.ink) for drawing in chosen]))
        one = _scribble(height * rng.uniform(0.6, 1.6), rng)
        chosen.insert(int(rng.integers(length + 1)), Drawing(one, "?"))
        yield compose(chosen, writer, CLEAR, rng)


def _scribble(height: float, rng: Rng) -> Ink:
    """A scribble that is so high, and neither a dot nor a dash."""
    while True:
        ink = scribble(rng)
        width, high = np.ptp(_points(ink.strokes), axis=0)
        if high > LEAST_HEIGHT * width:
            return Ink(tuple(Stroke.of(stroke.xy * height / high) for stroke in ink.strokes))


def compose(digits: Sequence[Drawing], writer: str, layout: Layout, rng: Rng) -> ComposedNumber:
    """Digits of one writer beside each other, from left to right."""
    placed = _placed([drawing.ink for drawing in digits], layout, rng)
    strokes: list[tuple[Points, NDArray[np.intp]]] = []
    late = []
    for place, digit in enumerate(placed):
        own = [(xy, np.full(len(xy), place, dtype=np.intp)) for xy in digit]
        if place > 0 and strokes and rng.random() < layout.ligatures:
            own[0] = _joined(strokes.pop(), own[0], rng)
        if len(own) > 1 and rng.random() < layout.delayed:
            late.append(own.pop())
        strokes += own
    strokes += late
    return ComposedNumber(
        Ink(tuple(Stroke.of(xy) for xy, _ in strokes)),
        "".join(str(drawing.label) for drawing in digits),
        tuple(owners for _, owners in strokes),
        writer,
    )


def _placed(digits: Sequence[Ink], layout: Layout, rng: Rng) -> list[list[Points]]:
    """The strokes of each digit where it stands; the writer's digits are about 1 high."""
    heights = [_height(ink) for ink in digits]
    usual = float(np.median(heights))
    slope = rng.normal(0, layout.slope)
    placed: list[list[Points]] = []
    for ink, height in zip(digits, heights, strict=True):
        # Who writes single digits into boxes heeds their sizes less than in a line.
        size = float(np.exp(rng.normal(0, layout.size))) / np.sqrt(usual * height)
        all_of_it = _points(ink.strokes)
        corner = np.array([all_of_it[:, 0].min(), all_of_it[:, 1].max()])
        strokes = [(stroke.xy - corner) * size for stroke in ink.strokes]
        right = _right_of(placed[-1], strokes, layout, rng) if placed else 0.0
        down = rng.normal(0, layout.shift) + slope * right
        placed.append([xy + np.array([right, down]) for xy in strokes])
    return placed


def _right_of(before: list[Points], digit: list[Points], layout: Layout, rng: Rng) -> float:
    """Where the left edge of a digit comes, which is at 0 now."""
    one, other = _dense(before), _dense(digit)
    gap = rng.uniform(*layout.gaps)
    edge = float(one[:, 0].max())
    if rng.random() >= layout.touching:
        return edge + max(gap, 0.0)
    rows = np.linspace(-1.2, 0.2, ROWS + 1)
    ends = [
        (one[a, 0].max(), other[b, 0].min())
        for low, high in pairwise(rows)
        if (a := (low <= one[:, 1]) & (one[:, 1] < high)).any()
        and (b := (low <= other[:, 1]) & (other[:, 1] < high)).any()
    ]
    nearest = max((float(right - left) for right, left in ends), default=edge)
    return max(nearest + min(gap, 0.05), edge - MOST_OVERLAP)


def _joined(
    one: tuple[Points, NDArray[np.intp]], other: tuple[Points, NDArray[np.intp]], rng: Rng
) -> tuple[Points, NDArray[np.intp]]:
    """Two strokes as one: the pen stays down on its way from one to the other."""
    (a, of_a), (b, of_b) = one, other
    steps = np.hypot(*np.diff(np.concatenate([a, b]), axis=0).T)
    step = max(float(np.median(steps)), 0.02)
    way = b[0] - a[-1]
    middle = (a[-1] + b[0]) / 2 + rng.normal(0, 0.06, 2) * float(np.hypot(*way))
    count = max(int(np.hypot(*way) / step), 1) + 2
    between = smooth(np.stack([a[-1], middle, b[0]]), count)[1:-1]
    owners = np.full(len(between), BETWEEN, dtype=np.intp)
    return np.concatenate([a, between, b]), np.concatenate([of_a, owners, of_b])


def _height(ink: Ink) -> float:
    return max(float(np.ptp(_points(ink.strokes)[:, 1])), 1e-9)


def _points(strokes: Sequence[Stroke]) -> Points:
    return np.concatenate([stroke.xy for stroke in strokes])


def _dense(strokes: Sequence[Points]) -> Points:
    """Points along strokes, at least one in each row that they pass through."""
    lines = []
    for xy in strokes:
        at = np.linspace(0, len(xy) - 1, 8 * len(xy))
        where = np.arange(len(xy))
        lines.append(np.stack([np.interp(at, where, xy[:, 0]), np.interp(at, where, xy[:, 1])], 1))
    return np.concatenate(lines)
