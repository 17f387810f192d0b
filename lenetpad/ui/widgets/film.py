"""Frames as an animated picture: GIF or WebP, which run for ever and rest on the last frame."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
import PIL.Image
from PySide6.QtGui import QImage

WEBP: Final = ".webp"
COLOURS: Final = 128
WEBP_QUALITY: Final = 85

#: A picture, and the seconds for which it is shown.
Frame = tuple[QImage, float]


def animated(frames: Sequence[Frame], suffix: str) -> bytes:
    """The file's bytes: a GIF, whose frames have one palette so that nothing flickers, or a WebP.
    All frames are of one size. Raises ValueError where there is none."""
    if not frames:
        raise ValueError("there is nothing to show; write something first")
    pictures = [_picture(image) for image, _ in frames]
    durations = [max(20, round(1000 * seconds)) for _, seconds in frames]
    content = io.BytesIO()
    if suffix == WEBP:
        first, *others = pictures
        first.save(
            content,
            "WEBP",
            save_all=True,
            append_images=others,
            duration=durations,
            loop=0,
            quality=WEBP_QUALITY,
            method=2,
        )
        return content.getvalue()
    palette = pictures[-1].quantize(COLOURS)
    first, *others = (p.quantize(palette=palette, dither=PIL.Image.Dither.NONE) for p in pictures)
    first.save(
        content,
        "GIF",
        save_all=True,
        append_images=others,
        duration=durations,
        loop=0,
        optimize=True,
    )
    return content.getvalue()


def _picture(image: QImage) -> PIL.Image.Image:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    pixels = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)
    return PIL.Image.fromarray(np.ascontiguousarray(pixels))
