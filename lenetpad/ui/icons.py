"""Icons from SVG files, in the theme's colours and sharp at any scale."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from lenetpad import resources
from lenetpad.ui.theme import Theme

SIZES: Final = (20, 40, 60)  # 20 logical pixels at one, two and three device pixels


def themed(name: str, theme: Theme) -> QIcon:
    """The icon ``resources/icons/NAME.svg``, its currentColor replaced by the theme's text."""
    source = resources.path(f"icons/{name}.svg").read_text(encoding="utf-8")
    icon = QIcon()
    for state, colour in (
        (QIcon.State.Off, theme.text),
        (QIcon.State.On, theme.on_accent),
    ):
        for size in SIZES:
            picture = _drawn(source.replace("currentColor", colour), size)
            icon.addPixmap(picture, QIcon.Mode.Normal, state)
            faded = _drawn(source.replace("currentColor", theme.dim), size, opacity=0.5)
            icon.addPixmap(faded, QIcon.Mode.Disabled, state)
    return icon


def application_icon() -> QIcon:
    """The program's own icon."""
    source = resources.path("icons/lenetpad.svg").read_text(encoding="utf-8")
    icon = QIcon()
    for size in (16, 32, 48, 128, 256):
        icon.addPixmap(_drawn(source, size))
    return icon


def _drawn(source: str, size: int, opacity: float = 1.0) -> QPixmap:
    pixmap = QPixmap(QSize(size, size))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setOpacity(opacity)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap
