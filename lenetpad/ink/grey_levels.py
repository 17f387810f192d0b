"""The grey levels of a picture that Pillow has decoded, no more of them than a digit needs.

A large picture is converted and shrunk in bands, for Pillow keeps four bytes for each of its
pixels, and each step that made another such picture of them would take as much again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.parts import Plane
from lenetpad.ink.strokes import InkError

if TYPE_CHECKING:
    import PIL.Image

#: Rows that are converted at once.
BAND: Final = 256
LONGEST_SIDE: Final = 400  # pixels; larger pictures are shrunk first, for no digit needs more
#: So many times as long as high, a picture is a strip, of a line of digits: it may be longer.
STRIP: Final = 2.5
LONGEST_STRIP: Final = 1200


def grey_of(levels: NDArray[Any]) -> NDArray[np.uint8]:
    """Grey levels (H, W) of those in a Netpbm file."""
    import PIL.Image

    if levels.ndim == 3:
        return np.asarray(PIL.Image.fromarray(levels).convert("L"), dtype=np.uint8)
    return levels if levels.dtype == np.uint8 else _eight_bits(levels)


def grey_levels(picture: PIL.Image.Image, by_colour: bool = False) -> NDArray[np.uint8]:
    """Grey levels of a picture in any mode; what is transparent shows white or black paper.

    By colour they are the levels of red, green or blue, whichever differs most. A picture that
    ``shrunk`` would make smaller is made so here, as far as half of its blocks. Raises InkError
    for one whose levels are no numbers.
    """
    if picture.mode.startswith(("I", "F")):
        return _eight_bits(np.asarray(picture))
    # Programs that know no alpha leave it 0.
    transparent = picture.has_transparency_data and any(
        band.convert("RGBA").getchannel("A").getextrema() != (0, 0) for band in _bands(picture)
    )
    if by_colour:
        colours = _converted(picture, "RGB")
        return colours[..., int(colours.std(axis=(0, 1)).argmax())]
    if not transparent:
        return _converted(picture, *(("RGB", "L") if picture.mode == "RGBA" else ("L",)))
    levels = _converted(picture, "RGBA", "RGBa").astype(np.float32)
    on_black = levels[..., :3] @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    on_white = on_black + (255 - levels[..., 3])
    # White ink is drawn for dark paper, and would not show on white.
    on_paper = on_white if 2 * np.ptp(on_white) >= np.ptp(on_black) else on_black
    grey: NDArray[np.uint8] = np.rint(np.clip(on_paper, 0, 255)).astype(np.uint8)
    return grey


def _converted(picture: PIL.Image.Image, *modes: str) -> NDArray[np.uint8]:
    """The levels of a picture in the last mode, by way of the others, averaged in blocks."""
    block = _half_a_block(picture)
    averaged = []
    for band in _bands(picture):
        for mode in modes:
            band = band.convert(mode)
        averaged.append(np.asarray(band.reduce(block), dtype=np.uint8))
    return np.concatenate(averaged)


def _bands(picture: PIL.Image.Image) -> Iterator[PIL.Image.Image]:
    """A picture from top to bottom, so that none of its blocks is parted."""
    block = _half_a_block(picture)
    rows = max(BAND // block, 1) * block
    for top in range(0, picture.height, rows):
        yield picture.crop((0, top, picture.width, min(top + rows, picture.height)))


def _half_a_block(picture: PIL.Image.Image) -> int:
    return max(block_of((picture.height, picture.width)) // 2, 1)


def _eight_bits(levels: NDArray[Any]) -> NDArray[np.uint8]:
    """Levels (H, W) of a deeper picture in 8 bits, whichever part of their range they use."""
    # The brightest becomes white, for a camera may use twelve of the sixteen bits.
    low, high = min(float(levels.min()), 0.0), float(levels.max())
    if not math.isfinite(low + high):  # NaN is passed on by both
        raise InkError("the picture holds a grey level that is NaN or infinite; export it again")
    grey = np.empty(levels.shape, np.uint8)
    for row in range(0, len(levels), BAND):
        band = levels[row : row + BAND].astype(np.float32)
        grey[row : row + BAND] = np.rint((band - low) * np.float32(255 / max(high - low, 1e-30)))
    return grey


def block_of(shape: tuple[int, ...]) -> int:
    """Pixels along each side of the blocks that are averaged, of rows and columns."""
    short, longest = (int(side) for side in sorted(shape))
    if longest < STRIP * short:
        return -(-longest // LONGEST_SIDE)
    return max(1, -(-short // round(LONGEST_SIDE / STRIP)), -(-longest // LONGEST_STRIP))


def shrunk(grey: NDArray[np.uint8]) -> Plane:
    """The grey levels, averaged in blocks until no side is over ``LONGEST_SIDE``, or over
    ``LONGEST_STRIP`` where it is a strip."""
    block = block_of(grey.shape)
    if block == 1:
        return grey.astype(np.float32)
    tall, wide = (min(block, side) for side in grey.shape)
    rows, columns = grey.shape[0] // tall, grey.shape[1] // wide
    bands = grey[: rows * tall, : columns * wide].reshape(rows, tall, columns * wide)
    sums = bands.sum(axis=1, dtype=np.float32).reshape(rows, columns, wide).sum(axis=2)
    averages: Plane = sums / np.float32(tall * wide)
    return averages
