"""Figures: what is laid out for a file, and not for the screen, as pixels or as lines and letters.

A figure counts in units of its own, of which its text is ``TEXT`` high; whatever it paints, lines
and letters, thus has one scale in every kind of file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from PySide6.QtCore import QBuffer, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QPainter,
    QPainterPath,
)
from PySide6.QtSvg import QSvgGenerator

from lenetpad.ui.widgets.chart import sized
from lenetpad.ui.widgets.export_options import DOTS_PER_INCH, MM_PER_INCH, ExportOptions
from lenetpad.ui.widgets.turns import Steps
from lenetpad.ui.widgets.words import translate

TEXT: Final = 12.0
#: In which the size of an SVG is counted; it says millimetres.
SVG_DOTS_PER_INCH: Final = 1200
LEFT: Final = Qt.AlignmentFlag.AlignLeft
RIGHT: Final = Qt.AlignmentFlag.AlignRight
CENTRE: Final = Qt.AlignmentFlag.AlignHCenter

Part = Callable[[QPainter], None]


class Figure(Protocol):
    """``title`` and ``background`` of a figure; it is no narrower than ``narrowest``, in units:
    where the text is too large for that, it becomes smaller."""

    title: str
    background: QColor
    narrowest: float

    def height(self, width: float) -> float:
        """How high it is at a width."""

    def parts(self, width: float) -> Sequence[Part]:
        """What paints it, each part in no more time than a pen can wait."""


def units_of(figure: Figure, options: ExportOptions) -> tuple[float, float]:
    """Width and height of a figure in its units."""
    width = max(options.texts * TEXT, figure.narrowest)
    return width, figure.height(width)


def painted(figure: Figure, options: ExportOptions) -> Steps[QImage]:
    """A figure in pixels, painted in steps. MemoryError where there is no room for it."""
    width, height = units_of(figure, options)
    scale = options.pixels / width
    image = QImage(options.pixels, round(height * scale), QImage.Format.Format_RGB32)
    if image.isNull():
        reason = translate(
            "Window", "not enough memory for a picture of this size; choose a smaller one"
        )
        raise MemoryError(reason)
    dots = round(DOTS_PER_INCH / MM_PER_INCH * 1000)
    image.setDotsPerMeterX(dots)
    image.setDotsPerMeterY(dots)
    image.fill(figure.background)
    yield
    for part in figure.parts(width):
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.scale(scale, scale)
        part(painter)
        painter.end()
        yield
    return image


def svg(figure: Figure, options: ExportOptions) -> bytes:
    """A figure as an SVG file, whose letters are outlines: they look alike everywhere."""
    width, height = units_of(figure, options)
    dots = options.width / MM_PER_INCH * SVG_DOTS_PER_INCH
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(SVG_DOTS_PER_INCH)
    generator.setSize(QSize(round(dots), round(dots * height / width)))
    generator.setViewBox(QRectF(0, 0, width, height))
    generator.setTitle(figure.title)
    generator.setDescription(translate("Window", "Made with lenetpad"))
    painter = QPainter(generator)
    painter.fillRect(QRectF(0, 0, width, height), figure.background)
    for part in figure.parts(width):
        part(painter)
    painter.end()
    return bytes(buffer.data().data())


def font_of(height: float = TEXT, *, bold: bool = False) -> QFont:
    """The program's font for a figure, the same at every scale."""
    font = sized(QGuiApplication.font(), height, bold=bold)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def write(
    painter: QPainter,
    area: QRectF,
    text: str,
    font: QFont,
    colour: QColor,
    across: Qt.AlignmentFlag = LEFT,
) -> None:
    """Write a line in the middle of an area's height, cut where it is too long for its width."""
    metrics = QFontMetricsF(font)
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width() + 0.5)
    rest = area.width() - metrics.horizontalAdvance(text)
    share = {LEFT: 0.0, CENTRE: 0.5, RIGHT: 1.0}[across]
    baseline = area.center().y() + (metrics.ascent() - metrics.descent()) / 2
    path = QPainterPath()
    path.addText(QPointF(area.left() + share * rest, baseline), font, text)
    painter.fillPath(path, colour)


def write_upwards(painter: QPainter, area: QRectF, text: str, font: QFont, colour: QColor) -> None:
    """Write a line from bottom to top, in the middle of an area."""
    painter.save()
    painter.translate(area.center())
    painter.rotate(-90)
    turned = QRectF(-area.height() / 2, -area.width() / 2, area.height(), area.width())
    write(painter, turned, text, font, colour, CENTRE)
    painter.restore()


def width_of(text: str, font: QFont) -> float:
    """How wide a line is."""
    return QFontMetricsF(font).horizontalAdvance(text)
