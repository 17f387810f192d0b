"""The icons that are made of the SVG files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import make_icons
import pytest
from PIL import Image

NAMES = [icon.name for icon in make_icons.ICONS]
FOLDERS = {icon.name: icon.context for icon in make_icons.ICONS}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All icons."""
    folder = tmp_path_factory.mktemp("icons")
    make_icons.make_theme(folder / "hicolor")
    make_icons.make_ico_and_icns(folder)
    return folder


def png(made: Path, name: str, size: int) -> Image.Image:
    """An icon of the theme."""
    return Image.open(made / f"hicolor/{size}x{size}/{FOLDERS[name]}/{name}.png")


def share_near(image: Image.Image, colour: tuple[int, int, int]) -> float:
    """Which part of the icon is opaque and about that colour."""
    pixels = list(image.convert("RGBA").get_flattened_data())
    near = [
        alpha > 200 and max(abs(a - b) for a, b in zip(rgb, colour, strict=True)) < 48
        for *rgb, alpha in pixels
    ]
    return sum(near) / len(pixels)


@pytest.mark.parametrize("size", [16, 22, 24, 32, 48, 64, 128, 256, 512])
@pytest.mark.parametrize("name", NAMES)
def test_theme_has_every_size(made, name, size):
    image = png(made, name, size)
    assert (image.size, image.mode) == ((size, size), "RGBA")
    assert image.getpixel((0, 0))[3] < 128  # a corner is not filled
    assert image.getpixel((size // 2, size // 2))[3] == 255


@pytest.mark.parametrize("size", [16, 32, 512])
def test_digit_and_units_can_be_told_at_every_size(made, size):
    application = png(made, "lenetpad", size)
    assert share_near(application, (255, 255, 255)) > 0.1
    assert share_near(application, (255, 166, 61)) > 0.01
    assert share_near(application, (79, 151, 238)) > 0.01
    ink = png(made, "lenetpad-ink", size)
    assert share_near(ink, (23, 56, 111)) > 0.05
    assert share_near(ink, (251, 252, 254)) > 0.2


def test_squares_are_whole_pixels_at_16(made):
    [[left, top], [right, bottom]] = [(12, 3), (13, 4)]
    square = {
        png(made, "lenetpad", 16).getpixel((x, y)) for x in (left, right) for y in (top, bottom)
    }
    assert all(
        max(abs(a - b) for a, b in zip(pixel, (255, 166, 61, 255), strict=True)) < 40
        for pixel in square
    )


@pytest.mark.parametrize("name", NAMES)
def test_ico_has_every_size_drawn_for_itself(made, name):
    with Image.open(made / f"{name}.ico") as icon:
        assert icon.info["sizes"] == {(size, size) for size in (16, 24, 32, 48, 64, 128, 256)}
        for size in (16, 48):
            icon.size = (size, size)
            icon.load()
            assert icon.convert("RGBA").tobytes() == png(made, name, size).tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_icns_has_every_size_and_a_margin(made, name):
    with Image.open(made / f"{name}.icns") as icon:
        widths = {width * scale for width, _, scale in icon.info["sizes"]}
        assert widths == {32, 64, 128, 256, 512, 1024}
        assert icon.size == (1024, 1024)
        _, top, _, bottom = icon.convert("RGBA").getchannel("A").getbbox()
        assert (top, bottom) == (102, 922)


def test_theme_holds_the_sources_too(made):
    for icon in make_icons.ICONS:
        scalable = made / f"hicolor/scalable/{icon.context}/{icon.name}.svg"
        assert scalable.read_bytes() == icon.source.read_bytes()


def test_same_sources_give_the_same_bytes(made, tmp_path, root):
    command = [sys.executable, root / "packaging/make_icons.py", "--out", tmp_path]
    subprocess.run(command, check=True, cwd=tmp_path)
    first, second = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}
        for folder in (made, tmp_path)
    )
    assert len(first) == 2 * (9 + 1 + 2)
    assert first == second


def test_broken_source_is_no_blank_icon():
    with pytest.raises(SystemExit, match="cannot be read"):
        make_icons.drawn(b"<svg", 16)
