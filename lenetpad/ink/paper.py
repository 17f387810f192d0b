"""Segmentation of ink and paper: a picture's grey levels to how much of each pixel is ink.

The paper's brightness is what is left when everything narrow and dark is closed (a morphological
closing, which a slope of light, a sheet's or a straight shadow's edge survives). Otsu's threshold
cuts the contrast with it into ink and paper; specks go, and so does what hangs in from the border:
the edge of the sheet, the table, the next line of writing. Whether ink is dark or light is decided
by which of the two looks like strokes.
"""

from __future__ import annotations

import contextlib
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.around import alone, digits_in, without_lines
from lenetpad.ink.parts import Mask, Plane, grown, longer_side, parts, plumpness, slid
from lenetpad.ink.strokes import InkError

SMALL: Final = 64  # pixels; up to this side a picture is a bitmap of the digit alone
#: Paper whose median deviation is this share of the contrast has one level: no photograph's has.
FLAT: Final = 0.02
FAINTEST: Final = 16.0  # grey levels between ink and paper, below which a picture is blank
NOISE: Final = 4.0  # standard deviations of the paper's noise that are still paper
#: The closing's window, as a share of the longer side: wider than any stroke is.
PHOTO_WINDOW: Final = 0.25
BITMAP_WINDOW: Final = 0.7
#: Windows in which the minority is looked for, as shares of the longer side, and their weights.
PHOTO_SCALES: Final = ((0.2, 1.0), (1.0, 2.0))
BITMAP_SCALES: Final = ((1.0, 1.0),)
#: In a photo ink rises from 0 to 1 between these multiples of the threshold; a bitmap keeps its
#: grey levels.
RAMP: Final = (0.6, 1.4)
SPECK: Final = 0.03  # parts smaller than this share of the largest are dirt
#: Of a large picture's longer side, and of a strip's shorter one: what is smaller is no digit.
DIGIT: Final = 0.08
DIGIT_OF_STRIP: Final = 0.3
FRINGE: Final = 3  # pixels around a part that belong to it, in a large picture
ROUNDS: Final = 8  # in which what hangs in from the border is taken off
BINS: Final = 128
#: How much the plumpness of ink counts where the paper has one level.
LEVEL_FAVOUR: Final = 0.35
#: Pixels: from this longer side on, the tone is decided in a picture of half the size.
COARSE: Final = 240
OUTLINE: Final = 0.1  # of ink, which may be none where it is found in another way
FRAME_SLACK: Final = 0.1  # differences within a bitmap's frame, as a share of that to the paper
BLANK: Final = "the picture shows no ink; choose one whose digit stands out clearly from the paper"


class BlankError(InkError):
    """A picture that shows no ink."""


class Found(NamedTuple):
    """A picture's ink, (H, W) float32 in [0, 1], how little it looks like strokes, of how many
    digits that stand beside each other it is all or one, and the ink of all of them."""

    ink: Plane
    fault: float
    digits: int
    page: Plane


def separated(plane: Plane) -> Found:
    """How much of each pixel is ink, from grey levels 0 to 255.

    What a large picture's ink is, is decided by the strokes: dark and light ink are both looked
    for, and the one of thinner strokes counts, for what lies between strokes is wider, as a sheet
    on a table is. Raises InkError where the picture shows no ink.
    """
    if max(plane.shape) <= SMALL:
        plane = _without_frame(plane)
        return _ink(plane, _ink_is_dark(plane, BITMAP_SCALES), closed=False, photo=False)
    photo = not _is_flat(plane)
    return _ink(plane, *_tone(plane, photo), photo)


def _tone(plane: Plane, photo: bool) -> tuple[bool, bool]:
    """Whether a large picture's ink is dark, and whether its paper needs a closing."""
    dark = _ink_is_dark(plane, PHOTO_SCALES if photo else BITMAP_SCALES)
    tones, levels = (dark, not dark), () if photo else (False,)
    ways = [(tone, closed) for closed in (*levels, True) for tone in tones]
    coarse = _halved(plane) if max(plane.shape) >= COARSE and min(plane.shape) > 1 else plane
    found: dict[tuple[bool, bool], Found] = {}
    for way in ways:
        with contextlib.suppress(InkError):
            one = _ink(coarse, *way, photo)
            found[way] = one._replace(fault=one.fault * (1.0 if way[1] else LEVEL_FAVOUR))
    if not found:
        return ways[0]
    least = _least_digit(coarse)
    whole = [way for way, one in found.items() if longer_side(one.ink > 0.5) >= least]
    tone, closed = min(whole or found, key=lambda way: found[way].fault)
    if (
        closed
        and (tone, False) in found
        and _goes_on(*(found[tone, c].ink > 0.5 for c in (False, True)))
    ):
        closed = False  # which has taken thick strokes for paper
    return tone, closed


def _goes_on(whole: Mask, part: Mask) -> bool:
    """Whether ink contains other ink, but for its outline, and does not reach the border."""
    return not _border(whole).any() and float((part & ~whole).sum()) <= OUTLINE * part.sum()


def _halved(plane: Plane) -> Plane:
    """Means of 2×2 pixels."""
    rows, columns = (side // 2 * 2 for side in plane.shape)
    halved: Plane = plane[:rows, :columns].reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3))
    return halved


def _ink(plane: Plane, dark_ink: bool, closed: bool, photo: bool) -> Found:
    """The dark or the light ink, the paper's level taken from a closing or from the whole."""
    large = max(plane.shape) > SMALL
    noise = _noise(plane)
    if photo:
        plane = _blurred(plane)
        noise /= 2  # the blur takes two thirds of it, less where JPEG has smeared it
    contrast, floor = _contrast(plane, dark_ink, closed, photo), NOISE * noise
    # The paper's level is that of the brightest noise.
    contrast -= min(float(np.median(contrast)), floor)
    contrast = np.where(contrast > floor, contrast, np.float32(0))
    if large:
        contrast = _without_border(without_lines(contrast))
    threshold, level = _threshold(contrast), _ink_level(contrast)
    if level < max(FAINTEST, floor):
        raise BlankError(BLANK)
    low, high = (min(floor, threshold), level)
    if photo:
        low, high = RAMP[0] * threshold, RAMP[1] * threshold
    ink = np.clip((contrast - low) / (high - low), 0, 1).astype(np.float32)
    ink = _without_specks(ink, FRINGE if large else 1)
    if not large:
        return Found(ink, 0.0, digits_in(ink), ink)
    digit, digits, page = alone(ink, FRINGE)
    return Found(digit, plumpness(digit > 0.5), digits, page)


def _without_frame(plane: Plane) -> Plane:
    """A bitmap without a line of another level all around it."""
    least = min(plane.shape)
    for width in range(1, least // 5):
        line, inner = (
            _border(plane[width - 1 : 1 - width or None, width - 1 : 1 - width or None]),
            _border(plane[width:-width, width:-width]),
        )
        gap = abs(float(np.median(line) - np.median(inner)))
        if np.ptp(line) > FRAME_SLACK * gap:
            break
        if (
            np.percentile(np.abs(inner - np.median(inner)), 80) < FRAME_SLACK * gap
            and gap > 2 * FAINTEST
        ):
            return plane[width:-width, width:-width]
    return plane


def _is_flat(plane: Plane) -> bool:
    """Whether the paper has one grey level: a drawing or a bitmap, with no light to take out."""
    bright = plane > _threshold(plane - plane.min()) + plane.min()
    dark_levels, bright_levels = plane[~bright], plane[bright]
    if len(bright_levels) == 0:
        return True
    gap = float(bright_levels.mean() - dark_levels.mean())
    paper = max(dark_levels, bright_levels, key=len)
    return float(np.median(np.abs(paper - np.median(paper)))) <= FLAT * gap


def _noise(plane: Plane) -> float:
    """The standard deviation of the paper's noise, from second differences, which see no slope."""
    if plane.shape[1] < 3:
        return 0.0
    bends = plane[:, 2:] - 2 * plane[:, 1:-1] + plane[:, :-2]
    # The lower quarter, for in a bitmap every other pixel may lie beside an edge.
    return float(np.percentile(np.abs(bends), 25)) / 0.3186 / 6**0.5


def _blurred(plane: Plane) -> Plane:
    """Means of 3×3 pixels."""
    edged = np.pad(plane, 1, mode="edge")
    rows = edged[:-2] + edged[1:-1] + edged[2:]
    blurred: Plane = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9
    return blurred


def _contrast(plane: Plane, dark_ink: bool, closed: bool, photo: bool) -> Plane:
    """How far each pixel is from the paper towards the ink, in grey levels."""
    dark = plane if dark_ink else 255 - plane
    paper = _paper(dark, closed, photo)
    contrast = paper - dark
    if dark_ink:  # a shadow takes as large a share from the ink as from the paper
        brightest = max(float(paper.max()), 1.0)
        contrast *= brightest / np.maximum(paper, brightest / 4)
    return contrast.astype(np.float32)


def _ink_is_dark(plane: Plane, scales: tuple[tuple[float, float], ...]) -> bool:
    """Whether the minority of the pixels, the border's counting as much as all, is dark.

    The skewness says on which side of the mean the minority lies; the mean of a window instead of
    the picture's makes it blind to the lighting.
    """
    skewness = 0.0
    for share, weight in scales:
        level = plane - _window_means(plane, int(share * max(plane.shape) / 2))
        border = _border(level)
        middle = (level.mean() + border.mean()) / 2
        from_middle = level - middle, border - middle
        squares = sum(float((d * d).mean()) for d in from_middle)
        cubes = sum(float((d * d * d).mean()) for d in from_middle)
        skewness += weight * cubes / max(squares, 1e-9) ** 1.5
    return skewness < 0


def _border(values: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])


def _window_means(plane: Plane, reach: int) -> Plane:
    """A box filter: means over the part of each square window that lies in the picture."""
    means = plane.astype(np.float64)
    for _ in range(2):
        size = len(means)
        sums = np.cumsum(np.pad(means, ((1, 0), (0, 0))), axis=0)
        start = np.maximum(np.arange(size) - reach, 0)
        stop = np.minimum(np.arange(size) + reach + 1, size)
        means = ((sums[stop] - sums[start]) / (stop - start)[:, None]).T
    return means.astype(np.float32)


def _paper(dark: Plane, closed: bool, photo: bool) -> Plane:
    """The paper's brightness at each pixel of a picture with dark ink."""
    if closed:
        reach = int(PHOTO_WINDOW * max(dark.shape) / 2)
        paper = np.pad(_blurred(dark) if photo else dark, 2 * reach, mode="edge")
    elif max(dark.shape) > SMALL:
        bright = dark[dark > _threshold(dark - dark.min()) + dark.min()]
        return np.full_like(dark, np.median(bright) if len(bright) else dark.max())
    else:  # with paper all around, for the ink may fill the bitmap up to its border
        reach = int(BITMAP_WINDOW * max(dark.shape) / 2)
        paper = np.pad(dark, 2 * reach, constant_values=dark.max())
    return slid(slid(paper, 2 * reach + 1, np.maximum), 2 * reach + 1, np.minimum)


def _threshold(values: Plane) -> float:
    """The threshold that separates two kinds of values best (Otsu 1979); 0 for all zero."""
    top = float(values.max())
    if top <= 0:
        return 0.0
    # As numpy.histogram has it, at a third of its time.
    at = (values[values >= 0] * np.float32(BINS / top)).astype(np.int32)
    counts = np.bincount(np.minimum(at, BINS - 1), minlength=BINS)
    edges = np.linspace(0.0, top, BINS + 1)
    weights = counts * (edges[:-1] + edges[1:])
    below, sum_below = np.cumsum(counts)[:-1], np.cumsum(weights)[:-1]
    above, sum_above = counts.sum() - below, weights.sum() - sum_below
    gap = sum_above / np.maximum(above, 1) - sum_below / np.maximum(below, 1)
    spread = below * above * gap**2
    # Where no value lies in between, any threshold there is as good: take the middle.
    best = np.flatnonzero(spread >= spread.max() * (1 - 1e-9))
    return float(edges[best[0] + 1] + edges[best[-1] + 1]) / 2


def _ink_level(contrast: Plane) -> float:
    """The contrast of full ink; 0 where there is none."""
    inked = contrast[contrast > _threshold(contrast)]
    return float(np.percentile(inked, 90)) if len(inked) else 0.0


def _without_border(contrast: Plane) -> Plane:
    """A large picture's contrast without what hangs in from its border, if that leaves a digit.

    In rounds, because the dark table beside the sheet hides fainter ink from the threshold, and
    because what has a soft edge goes layer by layer.
    """
    gone = np.zeros(contrast.shape, dtype=np.bool_)
    outside = gone.copy()
    outside[[0, -1]] = outside[:, [0, -1]] = True
    rest = contrast
    for _ in range(ROUNDS):
        labels, areas = parts(rest > _threshold(rest))
        touching = np.zeros(len(areas) + 1, dtype=np.bool_)
        touching[labels[outside]] = True
        touching[-1] = False  # the paper's
        if not touching.any():
            break
        gone |= grown(touching[labels], FRINGE)
        outside |= grown(gone, 1)
        rest = np.where(gone, np.float32(0), contrast)
    return rest if _holds_digit(rest) else contrast


def _holds_digit(contrast: Plane) -> bool:
    """Whether the largest part is as large, and as dark, as a digit in a photo is."""
    labels, areas = parts(contrast > _threshold(contrast))
    if _ink_level(contrast) < FAINTEST or len(areas) == 0:
        return False
    return bool(longer_side(labels == areas.argmax()) >= _least_digit(contrast))


def _least_digit(plane: Plane) -> float:
    """The longer side of the smallest digit in a large picture, in pixels."""
    short, long = sorted(plane.shape)
    return float(min(DIGIT * long, DIGIT_OF_STRIP * short))


def _without_specks(ink: Plane, fringe: int) -> Plane:
    """The ink's larger parts, with the grey within ``fringe`` pixels of them."""
    labels, areas = parts(ink > 0.5)
    side = max(ink.shape)
    smallest = max(side / 64, min(side / 16, 4))  # noise makes specks of a pixel or two
    if len(areas) == 0 or longer_side(labels == areas.argmax()) < smallest:
        raise BlankError(BLANK)
    large = np.append(areas >= SPECK * areas.max(), False)
    return np.where(grown(large[labels], fringe), ink, np.float32(0))
