"""Contrast as WCAG 2 has it, of colours and of what is rendered."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

Colour = tuple[int, int, int]


def luminance(colour: Colour) -> float:
    """The relative luminance of an sRGB colour (WCAG 2, "relative luminance")."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    """From 1 for equal colours to 21 for black on white (WCAG 2, "contrast ratio")."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def pixels(image: QImage) -> np.ndarray:
    """An image (height, width, 3) uint8, RGB."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    # A copy: the array does not keep the image alive.
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1).copy()
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)
