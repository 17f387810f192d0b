"""C1's kernels as they are learnt: an animated GIF in the map colours.

It needs the theme's colours and no window, so that a command can write one too.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
from numpy.typing import NDArray

from lenetpad.ui.widgets.colour import Table, ink_table, value_index, value_table
from lenetpad.ui.widgets.theme import LIGHT, Theme
from lenetpad.ui.widgets.words import translate
from lenetpad.values.arrays import FloatArray

FRAME_MILLISECONDS: Final = 120
LAST_MILLISECONDS: Final = 2000
SMALLEST_SCALE: Final = 4  # below it the step would not fit under the kernels
SMALLEST_TEXT: Final = 11  # pixels
#: A GIF has 256 colours: the first half of them are those of weights, the others, from paper to
#: ink, those of the letters and of what is around.
PAPER: Final = 128


def kernels_gif(
    snapshots: Sequence[tuple[int, FloatArray]], theme: Theme = LIGHT, scale: int = 16
) -> bytes:
    """The GIF's bytes: a frame for each snapshot, which is a step with C1's weights.

    Weights are (6, 5, 5), or (6, 1, 5, 5) as torch has them. A weight is ``scale`` pixels a side.
    Its colour means the same in all frames, up to the largest magnitude of any: kernels are seen
    to grow out of their small beginnings, and nothing flickers, as it would with a scale of each
    frame's own. The last frame is held; then it begins again.
    Raises ValueError where there is nothing to show.
    """
    if not snapshots:
        raise ValueError("there are no kernels to show; train for some steps first")
    if scale < SMALLEST_SCALE:
        raise ValueError(f"a weight must be shown {SMALLEST_SCALE} pixels wide, or more")
    kernels = [_squeezed(weights) for _, weights in snapshots]
    if len({weights.shape for weights in kernels}) > 1:
        raise ValueError("the kernels of all snapshots must be of one shape")
    largest = np.float32(max(float(np.abs(weights).max()) for weights in kernels))
    ends = np.maximum(largest, np.float32(1e-6)).reshape(1)
    at_step = translate("Train", "Step {step}")
    frames = [
        _frame(
            (value_index(weights, ends) >> 1).astype(np.uint8),
            at_step.format(step=f"{step:,}"),
            scale,
        )
        for (step, _), weights in zip(snapshots, kernels, strict=True)
    ]
    palette = _palette(theme)
    images = [_image(frame, palette) for frame in frames]
    durations = [FRAME_MILLISECONDS] * (len(images) - 1) + [LAST_MILLISECONDS]
    content = io.BytesIO()
    images[0].save(
        content,
        "GIF",
        save_all=True,
        append_images=images[1:],
        duration=durations,
        loop=0,
    )
    return content.getvalue()


def _squeezed(weights: FloatArray) -> FloatArray:
    """Weights (kernels, H, W) of (kernels, H, W) or (kernels, 1, H, W)."""
    if weights.ndim == 4 and weights.shape[1] == 1:
        weights = weights[:, 0]
    if weights.ndim != 3 or weights.size == 0:
        raise ValueError(f"C1's kernels are (6, 5, 5) or (6, 1, 5, 5), not {weights.shape}")
    return weights


def _frame(entries: NDArray[np.uint8], text: str, scale: int) -> NDArray[np.uint8]:
    """Palette entries of a picture: the kernels in a row, and the text under them."""
    count, height, width = entries.shape
    across, size = width + 1, max(SMALLEST_TEXT, scale)  # a margin is a weight wide
    kernels = np.full((height + 2, 1 + count * across), PAPER, np.uint8)
    for number, kernel in enumerate(entries):
        left = 1 + number * across
        kernels[1 : 1 + height, left : left + width] = kernel
    enlarged = kernels.repeat(scale, axis=0).repeat(scale, axis=1)
    return np.concatenate([enlarged, _text(text, enlarged.shape[1], size, left=scale)])


def _text(text: str, width: int, size: int, left: int) -> NDArray[np.uint8]:
    """Palette entries of a line of text."""
    line = PIL.Image.new("L", (width, size + size // 2))
    font = PIL.ImageFont.load_default(size)
    PIL.ImageDraw.Draw(line).text((left, 0), text, fill=255, font=font)
    return (PAPER + (np.asarray(line) >> 1)).astype(np.uint8)


def _palette(theme: Theme) -> bytes:
    return _rgb(value_table(theme)[::2]) + _rgb(ink_table(theme)[::2])


def _rgb(table: Table) -> bytes:
    parts = [(table >> shift & 0xFF).astype(np.uint8) for shift in (16, 8, 0)]
    return np.stack(parts, axis=1).tobytes()


def _image(entries: NDArray[np.uint8], palette: bytes) -> PIL.Image.Image:
    image = PIL.Image.fromarray(entries)
    image.putpalette(palette)
    return image
