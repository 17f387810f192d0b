"""Panels as pictures for files and the clipboard: widgets that paint themselves, in pixels at a
scale, or as lines and letters."""

from __future__ import annotations

import base64
import html
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QBuffer, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QGuiApplication,
    QImage,
    QPaintDevice,
    QPainter,
    QPainterPath,
    QRegion,
)
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from lenetpad.ui.widgets.images import png
from lenetpad.ui.widgets.theme import Theme, tabular
from lenetpad.ui.widgets.turns import Steps
from lenetpad.ui.widgets.words import translate

#: Logical pixels in an inch, of which an SVG file says its size.
DOTS_PER_INCH: Final = 96
PNG_DATA: Final = "data:image/png;base64,"
#: Pixels of a map's image in a logical pixel of an SVG file, at least.
SHARPNESS: Final = 2
METRE: Final = 1 / 0.0254  # in inches

_TEXT_OR_IMAGE: Final = re.compile(
    r"<text (?P<text>[^>]*)>(?P<words>[^<]*)</text>|<image (?P<image>[^>]*)/>"
)
_ATTRIBUTE: Final = re.compile(r'([\w:-]+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Part:
    """A widget that paints itself, and where in the picture it lies, all of it or what of it
    there is room for."""

    widget: QWidget
    area: QRect


@dataclass(frozen=True, slots=True)
class PanelPicture:
    """Widgets of their own, beside each other, which are on no screen."""

    title: str
    background: QColor
    parts: Sequence[Part]

    @property
    def size(self) -> QSize:
        """In logical pixels."""
        whole = QRect()
        for part in self.parts:
            whole = whole.united(part.area)
        return QSize(whole.right() + 1, whole.bottom() + 1)

    def paint(self, painter: QPainter) -> None:
        """Have every widget paint itself."""
        painter.fillRect(QRectF(QPoint(), self.size), self.background)
        for part in self.parts:
            seen = QRegion(QRect(QPoint(), part.area.size()))
            flags = QWidget.RenderFlag.DrawChildren  # a background of the window's has no place
            part.widget.render(painter, part.area.topLeft(), seen, flags)


def on_paper(light: Theme, scale: float) -> Theme:
    """The light theme on white, with texts as large as on the screen."""
    return replace(light, window="#ffffff", scale=scale)


def pixels(picture: PanelPicture, scale: int) -> QImage:
    """A picture in pixels. MemoryError where there is no room for it."""
    return _painted(picture, picture.size * scale, scale)


def _painted(picture: PanelPicture, size: QSize, scale: float) -> QImage:
    image = QImage(size, QImage.Format.Format_RGB32)
    if image.isNull():
        raise MemoryError(
            translate(
                "Window", "not enough memory for a picture of this size; choose a smaller one"
            )
        )
    dots = round(DOTS_PER_INCH * scale * METRE)
    image.setDotsPerMeterX(dots)
    image.setDotsPerMeterY(dots)
    _paint(picture, image, scale)
    return image


def fitted(picture: PanelPicture, width: int, height: int, times: int = 1) -> QImage:
    """A picture in pixels, so many times as large as on the screen or, where that is larger, as
    large as fits into this size. MemoryError where there is no room for it."""
    across, down = picture.size.width(), picture.size.height()
    scale = min(times, width / across, height / down)
    return _painted(picture, QSize(round(scale * across), round(scale * down)), scale)


def vector(picture: PanelPicture) -> Steps[bytes]:
    """A picture as an SVG file, in steps: letters as outlines, so that it looks the same without
    the font, and maps as images whose pixels have hard edges."""
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(DOTS_PER_INCH)
    generator.setSize(picture.size)
    generator.setViewBox(QRect(QPoint(), picture.size))
    generator.setTitle(picture.title)
    generator.setDescription(translate("Window", "Made with lenetpad"))
    _paint(picture, generator, 1)
    text = bytes(buffer.data().data()).decode()
    yield
    parts, end = [], 0
    for found in _TEXT_OR_IMAGE.finditer(text):
        made = _outlined(found) if found["words"] is not None else _hard_edged(found)
        parts += [text[end : found.start()], made]
        end = found.end()
        yield
    return "".join([*parts, text[end:]]).encode()


def _paint(picture: PanelPicture, device: QPaintDevice, scale: float) -> None:
    painter = QPainter(device)
    painter.scale(scale, scale)
    picture.paint(painter)
    painter.end()


def _hard_edged(found: re.Match[str]) -> str:
    """An image of the SVG file with each pixel as a square of many: viewers that smooth images
    whatever the file asks for soften no more than the squares' edges."""
    known = dict(_ATTRIBUTE.findall(found["image"]))
    if known.get("image-rendering") != "optimizeSpeed":
        return found[0]
    image = QImage.fromData(base64.b64decode(known["xlink:href"].removeprefix(PNG_DATA)))
    shown = max(float(known["width"]), float(known["height"]))
    times = max(1, math.ceil(SHARPNESS * shown / max(image.width(), image.height())))
    large = image.scaled(image.size() * times)  # without smoothing
    known["xlink:href"] = PNG_DATA + base64.b64encode(png(large)).decode()
    known["style"] = "image-rendering:pixelated"  # as browsers call it
    attributes = " ".join(f'{name}="{value}"' for name, value in known.items())
    return f"<image {attributes}/>"


def _outlined(found: re.Match[str]) -> str:
    """A text of the SVG file as a path of the same letters."""
    known = dict(_ATTRIBUTE.findall(found["text"]))
    font = tabular(QFont(QGuiApplication.font()))
    font.setFamily(html.unescape(known["font-family"]))
    font.setPixelSize(max(1, round(float(known["font-size"]))))
    font.setWeight(QFont.Weight(int(known["font-weight"])))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    path.addText(float(known["x"]), float(known["y"]), font, html.unescape(found["words"]))
    steps = []
    at = 0
    while at < path.elementCount():
        element = path.elementAt(at)
        count = 3 if element.isCurveTo() else 1
        points = [path.elementAt(at + step) for step in range(count)]
        letter = "C" if count == 3 else "M" if element.isMoveTo() else "L"
        steps.append(letter + " ".join(f"{point.x:.5g},{point.y:.5g}" for point in points))
        at += count
    fill = f'fill="{known["fill"]}" fill-opacity="{known["fill-opacity"]}" stroke="none"'
    return f'<path {fill} fill-rule="nonzero" d="{" ".join(steps)}"/>'
