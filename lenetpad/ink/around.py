"""What lies around a digit and is none of it: a box, a ring, a line below, what is far away."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.parts import Plane, grown, parts, slid_down

#: What lies within a ring or a box is the digit if it is so large a share of it.
WITHIN: Final = 0.2
#: An underline is so much longer than high, at least so wide a share of what is above it, and so
#: far below, as a share of the digit's height.
FLATTEST: Final = 5.0
UNDERLINE: Final = 0.5
BELOW: Final = 0.03
FAR: Final = 0.2  # of the digit's longer side: what is farther away is none of it
SOLID: Final = 0.85  # of its box: what covers more is a bar
BARE: Final = 0.3
#: Lines of ruled paper: their length at least, as a share of the picture's side, their number,
#: their thickness in pixels, and how much darker the strokes are that cross them.
LINE: Final = 0.25
FEWEST_LINES: Final = 3
LINE_PIXELS: Final = 7
DARKER: Final = 1.5
FAINT: Final = 8.0  # grey levels: what is less is no line
#: What lies beyond a line's end is looked for so many pixels on, and so many aside; lines of which
#: a larger share ends on the paper are strokes.
BEYOND: Final = (3, 4, 5, 6, 7)
SIDEWAYS: Final = 3
ENDING: Final = 0.6
#: Digits of one picture: how much of the largest's height each has at least, how much wider than
#: high it is at most, how much of their heights two have beside each other, and, where one lies
#: below the other, how far they are apart and how wide they are, as shares of their height.
ALIKE: Final = 0.6
WIDEST: Final = 1.6
BESIDE: Final = 0.5
APART: Final = 0.1
CLOSE: Final = 0.04  # across: strokes that are nearer to each other are of one digit
NARROW: Final = 1.1


class Part(NamedTuple):
    """A connected part: its number, area and bounding box."""

    number: int
    area: int
    top: int
    left: int
    bottom: int
    right: int

    @property
    def weight(self) -> float:
        """How much speaks for its being the digit: its area, where it is no bare rectangle."""
        box = (self.bottom - self.top) * (self.right - self.left)
        return self.area * (BARE if self.area > SOLID * box else 1.0)

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def side(self) -> int:
        return max(self.height, self.width)

    def encloses(self, other: Part) -> bool:
        """Whether the other's box is within this one's."""
        return (
            self.top < other.top
            and self.left < other.left
            and self.bottom > other.bottom
            and self.right > other.right
        )


def without_lines(contrast: Plane) -> Plane:
    """A large picture's contrast without the lines of ruled or squared paper."""
    for _ in range(2):  # the lines across, then those down
        contrast = _without_lines_down(contrast).T
    return contrast


def _without_lines_down(contrast: Plane) -> Plane:
    """The contrast without lines along the columns, if several span the picture."""
    length = max(int(LINE * max(contrast.shape)), 2)
    if len(contrast) < 2 * length or contrast.shape[1] < 2 * LINE_PIXELS:
        return contrast
    wide = np.pad(contrast, ((length - 1, length - 1), (1, 1)), mode="edge")
    wide = slid_down(wide.T, 3, np.maximum).T  # the lines may lean a little
    line = slid_down(slid_down(wide, length, np.minimum), length, np.maximum)
    is_line = line > FAINT
    begins = np.diff(is_line.astype(np.int8), axis=1, prepend=0) == 1
    if np.median(begins.sum(axis=1)) < FEWEST_LINES or _are_strokes(is_line, contrast):
        return contrast
    usual = np.median(line[is_line])  # where a stroke lies along a line, its own is more
    gone = is_line & (contrast <= DARKER * np.minimum(line, usual))
    rest = np.where(gone, np.float32(0), contrast)
    # A stroke that a line has cut goes on across it.
    reach = LINE_PIXELS - 1
    across = np.pad(rest, ((0, 0), (reach, reach))).T
    joined = slid_down(slid_down(across, LINE_PIXELS, np.maximum), LINE_PIXELS, np.minimum)
    return np.where(gone, np.minimum(contrast, joined.T), rest)


def _are_strokes(is_line: NDArray[np.bool_], contrast: Plane) -> bool:
    """Whether lines along the columns mostly end on the paper, as long strokes do: those of ruled
    paper go on to the border of the picture or of the sheet, or to lines across."""
    turns = np.diff(is_line.astype(np.int8), axis=0, append=0, prepend=0)
    reach = BEYOND[-1]
    wide = np.pad(contrast, ((reach, reach), (SIDEWAYS, SIDEWAYS)))
    free = count = 0
    for turn, way in ((1, -1), (-1, 1)):
        rows, columns = np.nonzero(turns == turn)
        count += len(rows)
        inner = (rows > 0) & (rows < len(contrast))
        ends = rows[inner] - (turn == -1)  # the line's first or last pixel
        highest = np.max(
            [
                wide[ends + reach + way * step, columns[inner] + aside]
                for step in BEYOND
                for aside in range(2 * SIDEWAYS + 1)
            ],
            axis=0,
            initial=0,
        )
        free += int((highest <= FAINT).sum())
    return free > ENDING * count


def digits_in(ink: Plane) -> int:
    """How many parts of ink look like digits that stand beside or below each other; 1 for none."""
    labels, areas = parts(ink > 0.5)
    return 1 if len(areas) < 2 else count_of_digits(boxes(labels, areas))


class Writing(NamedTuple):
    """A large picture's ink without what lies around its writing: of one digit alone, the largest;
    of how many digits it is one; and all of it, other digits and what is far away included."""

    digit: Plane
    digits: int
    page: Plane


def alone(ink: Plane, fringe: int) -> Writing:
    """A large picture's ink without what lies around its digit, or its digits."""
    labels, areas = parts(ink > 0.5)
    if len(areas) < 2:
        return Writing(ink, 1, ink)
    framed = _without_underline(_within(boxes(labels, areas)))
    digit, page = (
        ink if len(kept) == len(areas) else _of_parts(ink, labels, kept, fringe)
        for kept in (_without_far(framed), framed)
    )
    return Writing(digit, count_of_digits(framed), page)


def _of_parts(ink: Plane, labels: NDArray[np.intp], found: list[Part], fringe: int) -> Plane:
    """The ink of some of its parts."""
    kept = np.zeros(int(labels.max()) + 2, dtype=np.bool_)
    kept[[part.number for part in found]] = True
    gone = ~kept
    gone[-1] = kept[-1] = False  # the paper's
    # The fringes of both may touch: what is nearer to the digit's is not known, nor matters.
    return np.where(grown(kept[labels], fringe) & ~gone[labels], ink, np.float32(0))


def boxes(labels: NDArray[np.intp], areas: NDArray[np.intp]) -> list[Part]:
    """The parts of labels (H, W) with areas (n,), with their bounding boxes."""
    rows, columns = np.nonzero(labels >= 0)
    of = labels[rows, columns]
    count = len(areas)
    top, left = np.full(count, labels.shape[0]), np.full(count, labels.shape[1])
    bottom, right = np.zeros(count, np.intp), np.zeros(count, np.intp)
    np.minimum.at(top, of, rows)
    np.minimum.at(left, of, columns)
    np.maximum.at(bottom, of, rows + 1)
    np.maximum.at(right, of, columns + 1)
    values = zip(areas, top, left, bottom, right, strict=True)
    return [Part(number, *map(int, value)) for number, value in enumerate(values)]


def _within(found: list[Part]) -> list[Part]:
    """The parts within the innermost box, ring or frame that holds something."""
    while True:
        for outer in sorted(found, key=lambda part: part.side):
            inner = [part for part in found if outer.encloses(part)]
            if inner and max(part.side for part in inner) >= WITHIN * outer.side:
                found = inner
                break
        else:
            return found


def _without_underline(found: list[Part]) -> list[Part]:
    """The parts without lines that lie below all others."""
    for line in found:
        rest = [part for part in found if part is not line]
        if not rest or line.right - line.left < FLATTEST * (line.bottom - line.top):
            continue
        bottom = max(part.bottom for part in rest)
        height = bottom - min(part.top for part in rest)
        width = max(part.right for part in rest) - min(part.left for part in rest)
        if line.top - bottom >= BELOW * height and line.right - line.left >= UNDERLINE * width:
            return rest
    return found


def _without_far(found: list[Part]) -> list[Part]:
    """The largest part, and what is near it or near what is near it."""
    near = [max(found, key=lambda part: part.weight)]
    rest = [part for part in found if part is not near[0]]
    reach = FAR * near[0].side
    while True:
        more = [part for part in rest if any(gap(part, other) <= reach for other in near)]
        if not more:
            return near
        near += more
        rest = [part for part in rest if part not in more]


def count_of_digits(found: list[Part]) -> int:
    """How many parts are about as high as the largest and have such a neighbour; 1 for none."""
    height = max(found, key=lambda part: part.weight).height
    alike = [
        part
        for part in united(found, height)
        if ALIKE * height <= part.height <= height / ALIKE and part.width <= WIDEST * part.height
    ]
    neighbours = [
        part
        for part in alike
        if any(_are_two(part, other) for other in alike if other is not part)
    ]
    return max(len(neighbours), 1)


def united(found: list[Part], height: int) -> list[Part]:
    """The parts, those that nearly touch being one, as strokes of a digit do."""
    whole: list[Part] = []
    for part in found:
        while True:
            near = [
                other
                for other in whole
                if across(part, other) <= CLOSE * height and down(part, other) <= APART * height
            ]
            if not near:
                break
            whole = [other for other in whole if other not in near]
            tops, lefts, bottoms, rights = zip(*(one[2:] for one in (part, *near)), strict=True)
            area = sum(one.area for one in (part, *near))
            part = Part(part.number, area, min(tops), min(lefts), max(bottoms), max(rights))
        whole.append(part)
    return whole


def _are_two(one: Part, other: Part) -> bool:
    """Whether two parts are digits beside or below each other, and not strokes of one."""
    below, beside = down(one, other), across(one, other)
    height, width = min(one.height, other.height), min(one.width, other.width)
    if beside >= 0:
        return below <= -BESIDE * height
    # Halves of a broken digit are wider, and nearer to each other.
    stacked = below >= APART * height and beside <= -BESIDE * width
    return stacked and max(one.width, other.width) <= NARROW * height


def gap(one: Part, other: Part) -> int:
    """How far the boxes are from each other, along the axis along which they are farther."""
    return max(down(one, other), across(one, other), 0)


def down(one: Part, other: Part) -> int:
    """How far the boxes are from each other along the columns; less than 0 where they overlap."""
    return max(one.top - other.bottom, other.top - one.bottom)


def across(one: Part, other: Part) -> int:
    """The same along the rows."""
    return max(one.left - other.right, other.left - one.right)
