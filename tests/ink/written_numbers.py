"""Numbers written with the sample ink, as ink and as pictures: what many tests read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from lenetpad.ink.files import Drawing
from lenetpad.ink.strokes import Ink, Stroke
from lenetpad.tools.bench.pictures import sample_digits

HEIGHT = 100.0


def written_number(text: str, rng: np.random.Generator, gap: float = 0.3) -> Drawing:
    """A number of sample digits, ``HEIGHT`` high, with gaps that are shares of that."""
    samples, strokes, left = sample_digits(), [], 0.0
    for digit in map(int, text):
        alike = [ink for label, ink in samples if label == digit]
        ink = alike[int(rng.integers(len(alike)))]
        points = np.concatenate([stroke.xy for stroke in ink.strokes])
        low, (wide, high) = points.min(axis=0), np.ptp(points, axis=0)
        scale = HEIGHT / high
        strokes += [Stroke.of((stroke.xy - low) * scale + (left, 0)) for stroke in ink.strokes]
        left += wide * scale + gap * HEIGHT
    return Drawing(Ink(tuple(strokes)), text, "somebody")


def pictured(
    lines: Sequence[Ink], height: int = 60, pen: int = 6, margin: float = 0.8
) -> NDArray[np.uint8]:
    """Ink, each in a line of its own, dark on light paper; ``height`` is that of its digits."""
    scale = height / HEIGHT
    widths = [float(np.concatenate([s.xy for s in ink.strokes])[:, 0].max()) for ink in lines]
    size = round(scale * max(widths) + 2 * margin * height), round((1.8 * len(lines) + 1) * height)
    mask = Image.new("L", size)
    draw = ImageDraw.Draw(mask)
    for number, ink in enumerate(lines):
        at = (margin * height, (0.9 + 1.8 * number) * height)
        for stroke in ink.strokes:
            path = [(float(x), float(y)) for x, y in scale * stroke.xy + at]
            draw.line(path, fill=255, width=pen, joint="curve")
    levels: NDArray[np.uint8] = (235 - 0.8 * np.asarray(mask, np.float32)).astype(np.uint8)
    return levels
