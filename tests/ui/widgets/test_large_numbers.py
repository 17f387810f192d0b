"""Large numbers are painted from kept figures, and look as Qt's own text."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from lenetpad.ui.widgets.large_numbers import KEPT, LargeNumbers

AREA = QRectF(20, 10, 700, 200)
INK = QColor("#204060")


def font_of(pixels: int) -> QFont:
    font = QFont("DejaVu Sans")
    font.setPixelSize(pixels)
    return font


def painted(numbers: LargeNumbers | None, text: str, font: QFont) -> np.ndarray:
    """The pixels (220, 760, 4) of a text: as the numbers paint it, or as Qt does."""
    image = QImage(760, 220, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if numbers is None:
        painter.setFont(font)
        painter.setPen(INK)
        painter.drawText(AREA, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
    else:
        numbers.paint(painter, AREA, text, font, INK)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).reshape(220, 760, 4).astype(int)


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("text", ["99.9 %", "7", "3?", "100.0 %", "not a digit"])
@pytest.mark.parametrize("pixels", [40, KEPT + 1, 120])
def test_looks_as_text_does(text: str, pixels: int) -> None:
    numbers = LargeNumbers()
    own = painted(None, text, font_of(pixels))
    for _ in range(2):  # traced, and from what was kept
        kept = painted(numbers, text, font_of(pixels))
        ink = (255 - own).sum()
        assert ink > 0
        assert abs((255 - kept).sum() - ink) < 0.02 * ink
        # A figure may lie up to half a pixel aside: its edges differ, its inside does not.
        assert (np.abs(kept - own).max(axis=2) > 140).mean() < 0.004


@pytest.mark.usefixtures("qapp")
def test_another_font_or_colour_is_traced_anew() -> None:
    numbers = LargeNumbers()
    large = painted(numbers, "8", font_of(160))
    small = painted(numbers, "8", font_of(90))
    assert (255 - large).sum() > 2 * (255 - small).sum()
    assert (painted(numbers, "8", font_of(160)) == large).all()


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("pixels", [40, 120])
def test_gives_the_width(pixels: int) -> None:
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    width = LargeNumbers().paint(painter, AREA, "12.5 %", font_of(pixels), INK)
    painter.end()
    own = QFontMetricsF(font_of(pixels)).horizontalAdvance("12.5 %")
    assert width == pytest.approx(own, rel=0.03)
