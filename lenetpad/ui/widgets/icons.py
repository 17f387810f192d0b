"""Icons from SVG files, in the theme's colours and sharp at any scale."""

from __future__ import annotations

from functools import cache
from typing import Final

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from lenetpad.storage import resources
from lenetpad.ui.widgets.theme import Theme

SIZES: Final = (20, 40, 60)  # 20 logical pixels at one, two and three device pixels


def themed(name: str, theme: Theme) -> QIcon:
    """The icon ``resources/icons/NAME.svg``, all of it in one colour of the theme."""
    faded = QColor(theme.dim)
    faded.setAlphaF(0.5)
    icon = QIcon()
    for state, colour in (
        (QIcon.State.Off, QColor(theme.text)),
        (QIcon.State.On, QColor(theme.on_accent)),
    ):
        for size in SIZES:
            icon.addPixmap(_tinted(name, size, colour), QIcon.Mode.Normal, state)
            icon.addPixmap(_tinted(name, size, faded), QIcon.Mode.Disabled, state)
    return icon


def application_icon() -> QIcon:
    """The program's own icon."""
    source = resources.path("icons/lenetpad.svg").read_text(encoding="utf-8")
    icon = QIcon()
    for size in (16, 32, 48, 128, 256):
        icon.addPixmap(QPixmap.fromImage(_drawn(source, size)))
    return icon


def _tinted(name: str, size: int, colour: QColor) -> QPixmap:
    """The icon's shape in one colour; drawing the shape is what takes long."""
    image = QImage(_shape(name, size))
    painter = QPainter(image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(image.rect(), colour)
    painter.end()
    return QPixmap.fromImage(image)


@cache
def _shape(name: str, size: int) -> QImage:
    return _drawn(resources.path(f"icons/{name}.svg").read_text(encoding="utf-8"), size)


def _drawn(source: str, size: int) -> QImage:
    image = QImage(QSize(size, size), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return image
