"""Heads of a comparison in little room: no line of text lies over another."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from pytestqt.qtbot import QtBot

from lenetpad.ui.draw.comparison.heads import paint_difference_bars, paint_digits, paint_head
from lenetpad.ui.widgets.theme import LIGHT
from lenetpad.values.comparison import Side
from tests.conftest import a_model, a_reading

WIDTH = 140


def rows_with_ink(height: int, size: int) -> list[tuple[int, int]]:
    """The first and last rows of each block of text that a head is painted with."""
    image = QImage(WIDTH, 120, QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.panel))
    painter = QPainter(image)
    font = QFont()
    font.setPixelSize(size)
    bold = QFont(font)
    bold.setBold(True)
    area = QRectF(4, 10, WIDTH - 8, height)
    paint_digits(painter, area, LIGHT, (font, bold))
    side = Side("Hand gyp", a_model(), a_reading(digit=8))
    paint_head(painter, area, LIGHT, (font, bold), side)
    painter.end()
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    pixels = np.frombuffer(grey.constBits(), np.uint8).reshape(120, -1)[:, :60]
    dark = np.flatnonzero((pixels < 150).any(axis=1))
    parts = np.split(dark, np.flatnonzero(np.diff(dark) > 1) + 1)
    return [(int(part[0]), int(part[-1])) for part in parts]


@pytest.mark.parametrize(("height", "size"), [(76, 12), (50, 12), (32, 21), (100, 21)])
def test_title_and_verdict_lie_below_each_other(qtbot: QtBot, height: int, size: int) -> None:
    blocks = rows_with_ink(height, size)
    assert len(blocks) >= 2, blocks  # title, verdict, and digits where there is room
    assert blocks[0][0] >= 9
    assert blocks[-1][1] <= 10 + height


def test_the_verdicts_digit_is_seen_however_narrow(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    image = QImage(60, 80, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    monkeypatch.setattr(QPainter, "drawText", lambda self, *arguments: said.append(arguments[-1]))
    font = QFont()
    font.setPixelSize(14)
    reading = a_reading(digit=8)
    side = Side("LeNet-5 1998 · handwriting · Ann", a_model(), reading)
    area = QRectF(0, 0, 40, 76)
    paint_head(painter, area, LIGHT, (font, font), side)
    paint_difference_bars(painter, area, LIGHT, (font, font), reading, reading)
    painter.end()
    assert said[0].endswith("nn")
    assert said[1].startswith("8")
    assert said[3].startswith("sa")
