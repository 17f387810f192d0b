"""Pictures: whatever paper, light, size and colour, the digit comes out as MNIST would have it."""

from __future__ import annotations

import io
import os
import re
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from lenetpad.ink.files import normalised, read_picture
from lenetpad.ink.raster import centre_of_mass
from lenetpad.ink.strokes import InkError
from lenetpad.storage import resources
from tests.memory import at_most


def digit(side: int = 200, width: float = 0.07, at: tuple[float, float] = (0, 0)) -> Image.Image:
    """A 4, white on black, as a mask."""
    mask = Image.new("L", (side, side))
    pen = ImageDraw.Draw(mask)
    for line in (((0.6, 0.2), (0.3, 0.55), (0.7, 0.55)), ((0.58, 0.35), (0.58, 0.8))):
        points = [((x + at[0]) * side, (y + at[1]) * side) for x, y in line]
        pen.line(points, fill=255, width=round(width * side), joint="curve")
    return mask


def on_paper(mask: Image.Image, paper: int, ink: int) -> np.ndarray:
    share = np.asarray(mask, dtype=np.float64) / 255
    return (paper * (1 - share) + ink * share).astype(np.uint8)


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Correlation of two images, the best over shifts by a pixel."""
    return max(
        float(np.corrcoef(one.ravel(), np.roll(other, shift, (0, 1)).ravel())[0, 1])
        for shift in [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    )


REFERENCE = normalised(on_paper(digit(), 255, 0))


def photographed() -> np.ndarray:
    grey = on_paper(digit(900, 0.05), 215, 60).astype(np.float64)
    rows, columns = np.mgrid[0:900, 0:900] / 900
    light = 0.55 + 0.45 * (0.6 * rows + 0.4 * columns)
    noise = np.random.default_rng(1).normal(0, 5, grey.shape)
    return np.clip(grey * light + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("what", "grey"),
    [
        ("light on dark", on_paper(digit(), 0, 255)),
        ("faint", on_paper(digit(), 230, 170)),
        ("large", on_paper(digit(1500), 255, 0)),
        ("small", on_paper(digit(40), 255, 0)),
        ("in a corner", on_paper(digit(400, 0.035, at=(-0.15, -0.1)), 255, 20)),
        ("thin pen", on_paper(digit(600, 0.012), 250, 30)),
        ("photographed", photographed()),
    ],
)
def test_the_same_digit_gives_the_same_image(what: str, grey: np.ndarray) -> None:
    image = normalised(grey)
    assert likeness(REFERENCE, image) > 0.85, what


def tight(mask: Image.Image) -> Image.Image:
    """The mask cut to the digit, which then touches all four sides."""
    return mask.crop(mask.getbbox())


@pytest.mark.parametrize("width", [0.05, 0.1, 0.15])
@pytest.mark.parametrize("side", [26, 150, 900])
@pytest.mark.parametrize(("paper", "ink"), [(255, 0), (0, 255)])
def test_a_bitmap_that_the_digit_fills_is_read(
    width: float, side: int, paper: int, ink: int
) -> None:
    mask = tight(digit(900, width)).resize((round(side * 0.7), side), Image.Resampling.BOX)
    # The same with paper around it, and enough of it to leave no doubt of which is paper.
    roomy = Image.new("L", (3 * side, 3 * side))
    roomy.paste(mask, (side, side))
    expected = normalised(on_paper(roomy, 255, 0))
    assert likeness(expected, normalised(on_paper(mask, paper, ink))) > 0.9


def in_a_shadow(grey: np.ndarray, noise: float) -> np.ndarray:
    """The picture lit from a side, half of it in the shadow of a hand, with the camera's noise."""
    rows, columns = np.mgrid[0 : grey.shape[0], 0 : grey.shape[1]] / max(grey.shape)
    light = (0.7 + 0.3 * columns) * (1 - 0.35 / (1 + np.exp((columns - rows - 0.05) / 0.02)))
    random = np.random.default_rng(1).normal(0, noise, grey.shape)
    return np.clip(grey * light + random, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("noise", [0, 3, 10])
@pytest.mark.parametrize(("paper", "ink"), [(225, 50), (40, 220)])
def test_a_shadows_edge_is_no_ink(noise: float, paper: int, ink: int) -> None:
    grey = in_a_shadow(on_paper(digit(700, 0.03), paper, ink), noise)
    assert likeness(REFERENCE, normalised(grey)) > 0.85


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("table", [30, 80])
def test_the_table_beside_the_sheet_is_no_ink(turns: int, table: int) -> None:
    grey = in_a_shadow(on_paper(digit(600, 0.03), 225, 120), 3)  # fainter than the table
    rows, columns = np.mgrid[0:600, 0:600]
    beside = columns < 10 + 0.05 * rows  # the sheet lies a little askew
    grey[np.rot90(beside, turns)] = table
    assert likeness(REFERENCE, normalised(grey)) > 0.85


@pytest.mark.parametrize("photo", [False, True])
def test_what_hangs_in_from_the_border_is_no_ink(photo: bool) -> None:
    grey = on_paper(digit(600, 0.03), 225, 90)
    grey[:, :25] = 40  # the table, in even light
    grey[540:, 300:330] = grey[540:560, 300:500] = 90  # the next line of writing
    if photo:
        grey = in_a_shadow(grey, 3)
    assert likeness(REFERENCE, normalised(grey)) > 0.85


def test_specks_of_dirt_do_not_count() -> None:
    grey = on_paper(digit(300), 255, 0)
    dirty = grey.copy()
    for row, column in ((10, 12), (280, 30), (20, 270), (150, 290)):
        dirty[row : row + 4, column : column + 4] = 0
    assert np.allclose(normalised(dirty), normalised(grey), atol=1e-3)


@pytest.mark.parametrize("noise", [0, 2, 8, 25])
@pytest.mark.parametrize("side", [28, 64, 500])
def test_a_picture_of_empty_paper_is_refused(side: int, noise: float) -> None:
    rows, columns = np.mgrid[0:side, 0:side] / side
    random = np.random.default_rng(1).normal(0, noise, (side, side))
    paper = np.clip(210 - 30 * rows - 20 * columns + random, 0, 255).astype(np.uint8)
    if side > 64:  # a smaller one is taken for a bitmap, which has no lighting
        with pytest.raises(InkError, match="no ink"):
            normalised(paper)
    with pytest.raises(InkError, match="no ink"):
        normalised(np.clip(200 + random, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("shape", [(1, 900), (900, 2), (2, 2), (5, 500), (64, 65), (3000, 40)])
def test_odd_shapes_give_an_image_or_are_refused(shape: tuple[int, int]) -> None:
    grey = np.random.default_rng(1).integers(0, 2, shape).astype(np.uint8) * 255
    for picture in (grey, np.full(shape, 9, dtype=np.uint8), np.eye(*shape, dtype=np.uint8) * 255):
        try:
            image = normalised(picture)
        except InkError:
            continue
        assert image.shape == (28, 28)
        assert image.dtype == np.float32
        assert 0 <= image.min() <= image.max() <= 1 + 1e-6


def test_lopsided_ink_is_made_smaller_not_cut() -> None:
    grey = np.full((400, 400), 255, dtype=np.uint8)
    grey[40:180, 40:180] = 0
    grey[175:185, 175:360] = grey[175:360, 355:365] = 0
    image = normalised(grey)
    assert image[-1].max() == image[:, -1].max() == 0
    assert image[-8:, -8:].max() > 0.25  # the far end of the thin stroke


def test_it_is_normalised() -> None:
    assert REFERENCE.shape == (28, 28)
    assert REFERENCE.dtype == np.float32
    assert 0 == REFERENCE.min() < 0.9 < REFERENCE.max() <= 1
    rows = np.flatnonzero(REFERENCE.max(axis=1) > 0.3)
    assert np.ptp(rows) + 1 == pytest.approx(20, abs=1)
    assert max(map(abs, centre_of_mass(REFERENCE))) <= 0.5 + 1e-3


def test_mnists_own_images_come_out_almost_as_they_are() -> None:
    with np.load(resources.path("mnist.npz")) as arrays:
        images = arrays["x_test"][:300]
    change = [np.abs(normalised(image) - image / 255).mean() for image in images]
    assert float(np.mean(change)) < 0.01


def bar(side: int, lean: float, thickness: float) -> np.ndarray:
    """A black bar on white whose edges go in steps, leaning so far to the right a pixel down."""
    rows, columns = np.mgrid[0:side, 0:side] - (side - 1) / 2
    return np.where(np.abs(columns - rows * lean) < thickness / 2, 0, 255).astype(np.uint8)


def test_the_steps_of_a_coarse_bitmap_are_smoothed() -> None:
    def bend(image: np.ndarray) -> float:
        """How far the middles of the bar's rows lie from a straight line, in pixels."""
        rows = np.arange(8, 20)
        middles = image[rows] @ np.arange(28) / image[rows].sum(axis=1)
        return float(np.std(middles - np.polyval(np.polyfit(rows, middles, 1), rows)))

    bends = [bend(normalised(bar(n, lean, 2.4))) for n in (16, 20, 28) for lean in (0.2, 0.3, 0.4)]
    assert float(np.mean(bends)) < 0.09  # 0.10 where every pixel keeps its edges


def test_a_fine_picture_keeps_its_edges() -> None:
    row = normalised(bar(400, 0.0, 80))[14]
    inside = np.flatnonzero(row > 0.5)
    assert row[inside].min() > 0.95
    assert np.delete(row, inside).max() < 0.05


def test_a_thin_pen_is_drawn_about_as_thick_as_the_pads() -> None:
    def width(image: np.ndarray) -> float:
        edged = np.pad(image, 1)
        across = (edged[1:-1, 2:] - edged[1:-1, :-2]) / 2
        down = (edged[2:, 1:-1] - edged[:-2, 1:-1]) / 2
        return float(2 * image.sum() / np.hypot(across, down).sum())

    assert 2.0 < width(normalised(on_paper(digit(800, 0.01), 255, 0))) < 3.5
    assert width(normalised(on_paper(digit(800, 0.12), 255, 0))) > 3.5


def file_of(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("ink", [(0, 0, 0), (255, 255, 255)])
def test_ink_on_a_transparent_picture_is_seen_in_either_colour(
    ink: tuple[int, int, int],
) -> None:
    picture = Image.new("RGBA", (200, 200), (*ink, 0))
    picture.paste((*ink, 255), mask=digit())
    assert likeness(REFERENCE, read_picture(file_of(picture))) > 0.85


def test_a_transparent_margin_around_white_paper_is_no_ink() -> None:
    picture = Image.new("RGBA", (260, 260), (0, 0, 0, 0))
    picture.paste(Image.fromarray(on_paper(digit(), 255, 0)).convert("RGBA"), (30, 30))
    assert likeness(REFERENCE, read_picture(file_of(picture))) > 0.85


@pytest.mark.parametrize("mode", ["RGB", "P", "L", "1", "CMYK", "I;16"])
def test_every_mode_is_read(tmp_path: Path, mode: str) -> None:
    grey = Image.fromarray(on_paper(digit(), 255, 0))
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    else:
        picture = grey.convert(mode)
    kind = "TIFF" if mode in ("CMYK", "I;16") else "PNG"
    (tmp_path / "digit").write_bytes(file_of(picture, kind))
    assert likeness(REFERENCE, read_picture(tmp_path / "digit")) > 0.85


def test_the_cameras_orientation_is_followed() -> None:
    turned = Image.fromarray(on_paper(digit(), 255, 0)).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned by 90 degrees clockwise
    jpeg = file_of(turned.convert("RGB"), "JPEG", exif=exif, quality=95)
    assert likeness(REFERENCE, read_picture(jpeg)) > 0.85


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_blank_picture_is_refused(level: int) -> None:
    with pytest.raises(InkError, match="no ink"):
        normalised(np.full((100, 100), level, dtype=np.uint8))


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"%PDF-1.4"])
def test_what_is_no_picture_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "digit.png").write_bytes(content)
    with pytest.raises(InkError) as caught:
        read_picture(tmp_path / "digit.png")
    assert "digit.png" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_truncated_picture_is_refused(tmp_path: Path) -> None:
    noisy = Image.fromarray(np.random.default_rng(1).integers(0, 255, (200, 200), dtype=np.uint8))
    (tmp_path / "digit.png").write_bytes(file_of(noisy)[:5000])
    with pytest.raises(InkError, match="damaged"):
        read_picture(tmp_path / "digit.png")


def test_a_decompression_bomb_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bomb.png").write_bytes(file_of(Image.new("1", (30_000, 30_000))))
    with pytest.raises(InkError, match="megapixels"):
        read_picture(tmp_path / "bomb.png")


def test_an_archive_is_no_picture(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.png", "w") as archive:
        archive.writestr("x", "y")
    with pytest.raises(InkError):
        read_picture(tmp_path / "a.png")


@pytest.mark.parametrize("shape", [(0, 5), (5, 5, 3), (1, 1)])
def test_shapes_that_hold_no_digit_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InkError):
        normalised(np.zeros(shape, dtype=np.uint8))


SMALL = Image.fromarray(on_paper(digit(60), 255, 0))


def chunk(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def tiff(values: bytes, **tags: tuple[int, int, int]) -> bytes:
    """A grey TIFF file of 10×10 pixels: tags t123 as type, count and value, then ``values``."""
    usual = dict.fromkeys(("t259", "t262", "t277"), (3, 1, 1))
    usual |= {"t256": (3, 1, 10), "t257": (3, 1, 10), "t258": (3, 1, 8)}
    usual |= {"t273": (4, 1, 8), "t279": (4, 1, 100)}
    entries = sorted((int(name[1:]), entry) for name, entry in (usual | tags).items())
    written = b"".join(struct.pack("<HHII", tag, *entry) for tag, entry in entries)
    return struct.pack("<2sHIH", b"II", 42, 8, len(entries)) + written + bytes(4) + values


def hostile_pictures() -> dict[str, bytes]:
    """Small files, or such as grow in proportion, that would take minutes or gigabytes."""
    png, jpeg, gif, bmp = (file_of(SMALL, kind) for kind in ("PNG", "JPEG", "GIF", "BMP"))
    webp, size_at = file_of(SMALL, "WEBP", lossless=True), jpeg.index(b"\xff\xc0") + 5
    after_header, after_palette = 33, 13 + 3 * 2 ** ((gif[10] & 7) + 1)
    progressive = file_of(SMALL, "JPEG", progressive=True)
    last_scan = progressive.rindex(b"\xff\xda")
    grey = b"60 60\n255\n" + SMALL.tobytes()
    strips = {"t257": (4, 1, 3_000_000), "t278": (4, 1, 1)}
    tile = {"t259": (3, 1, 8), "t322": (4, 1, 30_000), "t323": (4, 1, 30_000), "t324": (4, 1, 8)}

    def inserted(content: bytes, at: int, more: bytes) -> bytes:
        return content[:at] + more + content[at:]

    return {
        "a comment of megabytes.ppm": b"P5\n#" + b"x" * 3_000_000 + b"\n" + grey,
        "comments.pgm": b"P2\n60 60\n255\n" + b"#\n" * 100_000,
        "chunks.png": inserted(png, after_header, chunk(b"abCd", b"") * 12_000),
        "a text of megabytes.png": inserted(
            png, after_header, chunk(b"tEXt", b"a\0" * 20_000_000)
        ),
        "texts.png": inserted(
            png, after_header, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1_000_000))) * 100
        ),
        "exif.png": inserted(png, after_header, chunk(b"eXIf", b"II*\0" + bytes(200_000))),
        "comments.gif": inserted(gif, after_palette, b"\x21\xfe" + b"\1x" * 22_000 + b"\0"),
        "comments.jpeg": inserted(jpeg, 2, b"\xff\xfe\0\2" * 22_000),
        "filled.jpeg": inserted(jpeg, 2, b"\xff" * 30_000),
        "scans.jpeg": progressive[:-2] + progressive[last_scan:-2] * 200 + b"\xff\xd9",
        "strips.tiff": tiff(
            bytes(12_100_000), **strips, t273=(4, 3_000_000, 8), t279=(4, 3_000_000, 8)
        ),
        "a large tile.tiff": tiff(bytes(100), **tile, t325=(4, 1, 100)),
        "bomb.png": png[:8] + chunk(b"IHDR", struct.pack(">2IB4x", 9000, 9000, 8)) + png[33:],
        "bomb.gif": gif[:6] + struct.pack("<HH", 9000, 9000) + gif[10:],
        "bomb.bmp": bmp[:18] + struct.pack("<II", 9000, 9000) + bmp[26:],
        "bomb.tiff": tiff(bytes(100), t256=(3, 1, 9000), t257=(3, 1, 9000)),
        "bomb.jpeg": jpeg[:size_at] + struct.pack(">HH", 9000, 9000) + jpeg[size_at + 4 :],
        "bomb.webp": webp[:21] + struct.pack("<I", 8999 | 8999 << 14) + webp[25:],
        "bomb.pgm": b"P5\n9000 9000\n255\n",
    }


HOSTILE = hostile_pictures()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_picture_is_refused_before_it_takes_memory(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(HOSTILE[name])
    with at_most(megabytes=60), pytest.raises(InkError) as caught:
        read_picture(tmp_path / name)
    message = str(caught.value)
    assert message.startswith(str(tmp_path / name))
    assert re.search("megapixels; make it smaller|export it as PNG|export it again", message)


@pytest.mark.parametrize("name", ["a large tile.tiff", "exif.png", "strips.tiff"])
def test_what_pillow_would_take_memory_for_is_not_left_to_it(name: str) -> None:
    with pytest.raises(InkError, match="far more besides its pixels"):
        read_picture(HOSTILE[name])


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_of_many_frames_the_first_is_read(tmp_path: Path, kind: str) -> None:
    frames = [Image.new("L", SMALL.size, level) for level in range(200)]
    picture = file_of(SMALL, kind, save_all=True, append_images=frames)
    assert likeness(REFERENCE, read_picture(picture)) > 0.8


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(InkError, match=r"a\.png is not a regular file"):
        read_picture(tmp_path / "a.png")


@pytest.mark.parametrize("name", ["a\0b.png", "\udcff.png", "a\nb\x1b[31m.png"])
def test_a_name_that_no_file_has_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(InkError) as caught:
        read_picture(tmp_path / name)
    assert str(caught.value).isprintable()


def test_a_deep_picture_is_scaled_by_its_brightest_level_whatever_its_size() -> None:
    grey = on_paper(digit(700), 255, 0).astype(np.uint16)
    for levels in (grey * 16, (grey.astype(np.float32) - 100) / 7):
        picture = Image.fromarray(levels)
        assert likeness(REFERENCE, read_picture(file_of(picture, "TIFF"))) > 0.85
    grey[650, 5] = 300  # in the last of the bands that are converted one by one
    scaled = np.rint(grey * (255 / 300)).astype(np.uint8)
    assert np.array_equal(read_picture(file_of(Image.fromarray(grey))), normalised(scaled))


def test_a_level_that_is_no_number_is_refused() -> None:
    levels = on_paper(digit(), 255, 0).astype(np.float32)
    for bad in (np.nan, np.inf, -np.inf):
        levels[3, 3] = bad
        with pytest.raises(InkError, match="NaN or infinite"):
            read_picture(file_of(Image.fromarray(levels), "TIFF"))


def test_grey_and_colour_of_netpbm_are_read() -> None:
    grey = Image.fromarray(on_paper(digit(), 255, 0))
    for picture in (grey, grey.convert("RGB"), grey.convert("1")):
        assert likeness(REFERENCE, read_picture(file_of(picture, "PPM"))) > 0.85
    deep = (on_paper(digit(), 255, 0).astype(np.uint16) * 4).astype(">u2").tobytes()
    assert likeness(REFERENCE, read_picture(b"P5\n200 200\n1023\n" + deep)) > 0.85
