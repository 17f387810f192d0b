"""Draw the program's icon and the ink file's, from their SVG files, in each system's form.

    python packaging/make_icons.py --out DIR

DIR/hicolor is a Linux icon theme, DIR/*.ico are for Windows, DIR/*.icns for macOS. Nothing here
depends on the day or the machine: the same SVG file gives the same bytes.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from PIL import Image
from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

ROOT: Final = Path(__file__).resolve().parent.parent
HICOLOR_SIZES: Final = (16, 22, 24, 32, 48, 64, 128, 256, 512)
ICO_SIZES: Final = (16, 24, 32, 48, 64, 128, 256)
ICNS_SIZES: Final = (32, 64, 128, 256, 512, 1024)
ICNS_MARGIN: Final = 0.1  # macOS leaves this share of a side empty around an icon


class Icon(NamedTuple):
    """An icon: its name, its source, and the theme's folder that it belongs to."""

    name: str
    source: Path
    context: str


ICONS: Final = (
    Icon("lenetpad", ROOT / "resources/icons/lenetpad.svg", "apps"),
    Icon("lenetpad-ink", ROOT / "packaging/icons/lenetpad-ink.svg", "mimetypes"),
)


def main() -> None:
    """Draw everything into the folder that was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    out = parser.parse_args().out
    make_theme(out / "hicolor")
    make_ico_and_icns(out)


def make_theme(folder: Path) -> None:
    """Write each icon as PNG in all sizes, and as SVG, the way an icon theme holds them."""
    for icon in ICONS:
        svg = icon.source.read_bytes()
        for size in HICOLOR_SIZES:
            file = folder / f"{size}x{size}" / icon.context / f"{icon.name}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            drawn(svg, size).save(file, optimize=True)
        scalable = folder / "scalable" / icon.context / f"{icon.name}.svg"
        scalable.parent.mkdir(parents=True, exist_ok=True)
        scalable.write_bytes(svg)


def make_ico_and_icns(folder: Path) -> None:
    """Write each icon as NAME.ico and NAME.icns, every size drawn for itself."""
    folder.mkdir(parents=True, exist_ok=True)
    for icon in ICONS:
        svg = icon.source.read_bytes()
        *small, large = pictures(svg, ICO_SIZES)
        sizes = [(size, size) for size in ICO_SIZES]
        large.save(folder / f"{icon.name}.ico", sizes=sizes, append_images=small)
        *small, large = pictures(svg, ICNS_SIZES, ICNS_MARGIN)
        large.save(folder / f"{icon.name}.icns", append_images=small)


def pictures(svg: bytes, sizes: Iterable[int], margin: float = 0.0) -> list[Image.Image]:
    """The icon in each of these sizes."""
    return [drawn(svg, size, margin) for size in sizes]


def drawn(svg: bytes, size: int, margin: float = 0.0) -> Image.Image:
    """The icon ``size`` pixels wide and high, ``margin`` of it empty at each side."""
    renderer = QSvgRenderer(QByteArray(svg))
    if not renderer.isValid():
        raise SystemExit("an icon's SVG file cannot be read")
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    # Whole pixels, so that edges which lie on them stay sharp.
    edge = round(margin * size)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(edge, edge, size - 2 * edge, size - 2 * edge))
    painter.end()
    straight = image.convertToFormat(QImage.Format.Format_RGBA8888)
    return Image.frombytes("RGBA", (size, size), bytes(straight.constBits()))


if __name__ == "__main__":
    main()
