"""Pictures: whatever paper, light, size and colour, the digit comes out as MNIST would have it."""

from __future__ import annotations

import io
import math
import os
import re
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from lenetpad.ink import grey_levels, normalising, pictures
from lenetpad.ink.files import normalised, read_picture
from lenetpad.ink.raster import CENTRE, DEFAULT_PEN, centre_of_mass
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


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
def test_lopsided_ink_reaches_no_border_whichever_way_it_leans(turns: int, mirrored: bool) -> None:
    grey = np.full((400, 400), 255, dtype=np.uint8)
    grey[40:130, 40:130] = 0
    grey[125:365, 120:130] = 0
    turned = np.rot90(grey.T if mirrored else grey, turns)
    image = normalised(turned)
    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    assert border.max() < 0.3
    assert np.ptp(np.argwhere(image > 0.2), axis=0).max() >= 10


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
    with pytest.raises(InkError, match=r"digit\.png is damaged \(.*trunc.*\); save or export it"):
        read_picture(tmp_path / "digit.png")


def test_a_picture_without_a_file_is_the_picture(tmp_path: Path) -> None:
    with pytest.raises(InkError) as caught:
        read_picture(b"hello")
    assert str(caught.value) == (
        "the picture is no picture of a known kind (PNG, JPEG, GIF, BMP, TIFF, WEBP, PPM); save "
        "it as PNG"
    )
    blank = file_of(Image.new("L", (60, 60), 200))
    with pytest.raises(InkError, match=r"^the picture shows no ink"):
        read_picture(blank)
    (tmp_path / "a.png").write_bytes(blank)
    with pytest.raises(InkError, match=r"/a\.png: the picture shows no ink"):
        read_picture(tmp_path / "a.png")


def test_a_fault_without_words_is_said_by_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise IndexError

    monkeypatch.setattr(pictures, "_opened", failing)
    with pytest.raises(InkError, match=r"^it is damaged \(IndexError\); save or export it again$"):
        levels(file_of(SMALL))


@pytest.mark.parametrize("size", [(400, 800), (800, 400), (320, 320), (319, 320), (160, 79)])
def test_a_large_jpeg_is_decoded_smaller(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the largest of two, four and eight that leaves both sides at twice the longest."""
    monkeypatch.setattr(pictures, "LONGEST_SIDE", 40)
    by = max(n for n in (1, 2, 4, 8) if n == 1 or min(size) >= 80 * n)
    found = levels(file_of(Image.new("L", size, 90), "JPEG"))
    assert found.shape == (-(-size[1] // by), -(-size[0] // by))
    assert found.max() - found.min() <= 2


def test_transparency_of_other_modes_shows_paper() -> None:
    with_alpha = Image.new("LA", (40, 40), (0, 0))
    with_alpha.paste((100, 255), (10, 10, 20, 20))
    expected = np.full((40, 40), 255)
    expected[10:20, 10:20] = 100
    assert np.abs(levels(file_of(with_alpha)) - expected).max() <= 1
    palette = Image.fromarray((expected == 100).astype(np.uint8)).convert("P")
    palette.putpalette([0, 0, 0, 100, 100, 100])
    found = levels(file_of(palette, "PNG", transparency=0))
    assert np.abs(found - expected).max() <= 1


def test_a_decompression_bomb_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bomb.png").write_bytes(file_of(Image.new("1", (30_000, 30_000))))
    with pytest.raises(InkError, match=r"/bomb\.png has 900 megapixels; make it smaller than 80$"):
        read_picture(tmp_path / "bomb.png")


def test_an_archive_is_no_picture(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.png", "w") as archive:
        archive.writestr("x", "y")
    with pytest.raises(InkError):
        read_picture(tmp_path / "a.png")


@pytest.mark.parametrize("shape", [(0, 5), (5, 5, 3), (1, 1)])
def test_shapes_that_hold_no_digit_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InkError) as caught:
        normalised(np.zeros(shape, dtype=np.uint8))
    said = "a picture must have grey pixels in rows and columns, not"
    assert str(caught.value) == f"{said} {shape}" or shape == (1, 1)


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
        "bomb.png": png[:8] + chunk(b"IHDR", struct.pack(">2IB4x", 14_000, 14_000, 8)) + png[33:],
        "bomb.gif": gif[:6] + struct.pack("<HH", 14_000, 14_000) + gif[10:],
        "bomb.bmp": bmp[:18] + struct.pack("<II", 14_000, 14_000) + bmp[26:],
        "bomb.tiff": tiff(bytes(100), t256=(3, 1, 14_000), t257=(3, 1, 14_000)),
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
        with pytest.raises(
            InkError, match=r"^the picture holds a grey level that is NaN or infinite"
        ):
            read_picture(file_of(Image.fromarray(levels), "TIFF"))


def test_grey_and_colour_of_netpbm_are_read() -> None:
    grey = Image.fromarray(on_paper(digit(), 255, 0))
    for picture in (grey, grey.convert("RGB"), grey.convert("1")):
        assert likeness(REFERENCE, read_picture(file_of(picture, "PPM"))) > 0.85
    deep = (on_paper(digit(), 255, 0).astype(np.uint16) * 4).astype(">u2").tobytes()
    assert likeness(REFERENCE, read_picture(b"P5\n200 200\n1023\n" + deep)) > 0.85


def levels(content: bytes) -> np.ndarray:
    """The grey levels that a file's picture is taken for."""
    return pictures._decoded(io.BytesIO(content), "it").grey


@pytest.mark.parametrize("paper", [255, 0])
def test_what_is_transparent_shows_paper(paper: int) -> None:
    """White paper, and black where ink is so light that white would not show it."""
    random = np.random.default_rng(2)
    rgba = random.integers(0, 256, (40, 60, 4), dtype=np.uint8)
    rgba[0, :2] = (255, 255, 255, 255), (0, 0, 0, 255)
    if paper == 0:
        rgba[..., :3] = 255
    content = file_of(Image.fromarray(rgba))
    share = rgba[..., 3] / 255
    grey = rgba[..., :3] @ np.array([0.299, 0.587, 0.114])
    assert np.abs(levels(content) - (grey * share + paper * (1 - share))).max() <= 1
    assert levels(content).dtype == np.uint8


@pytest.mark.parametrize("mode", ["RGBA", "RGB", "P", "1"])
def test_a_large_picture_is_made_smaller_first(mode: str) -> None:
    """To no less than twice what is needed, which of a strip is more, and with all that it has."""
    sizes = {(799, 700): 799, (1200, 700): 1200, (1201, 700): 601, (2400, 1000): 800}
    strips = {(2400, 20): 2400, (6000, 20): 3000}
    for (width, height), expected in (sizes | strips).items():
        picture = Image.new("L", (width, height), 255)
        picture.paste(0, (0, height // 2, width, height))  # dark below
        found = levels(file_of(picture.convert(mode)))
        by = round(width / expected)
        assert found.shape == (-(-height // by), expected)
        assert found[: height // 2 // by].min() == 255
        assert found[height // 2 // by + 1 :].max() == 0


@pytest.mark.parametrize(("low", "high"), [(0, 255), (0, 4095), (300, 60_000), (7, 7), (0, 0)])
def test_deep_levels_are_scaled_so_that_the_brightest_is_white(low: int, high: int) -> None:
    deep = np.linspace(low, high, 600 * 3).reshape(600, 3).astype(np.uint16)
    expected = np.rint(deep / max(high, 1) * 255)
    assert np.abs(levels(file_of(Image.fromarray(deep))) - expected).max() <= (high > 0)
    assert (
        np.abs(levels(b"P5\n3 600\n65535\n" + deep.astype(">u2").tobytes()) - expected).max() <= 1
    )


def test_levels_below_nought_are_the_darkest() -> None:
    deep = np.linspace(-0.5, 0.25, 300, dtype=np.float32).reshape(30, 10)
    found = levels(file_of(Image.fromarray(deep), "TIFF"))
    assert np.abs(found - (deep + 0.5) / 0.75 * 255).max() <= 0.51
    found = levels(file_of(Image.fromarray(deep + 1.0), "TIFF"))
    assert np.abs(found - (deep + 1.0) / 1.25 * 255).max() <= 0.51


def test_netpbms_levels_stay_as_they_are() -> None:
    grey = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert np.array_equal(levels(b"P5\n4 3\n255\n" + grey.tobytes()), grey)
    colour = np.stack([grey * 20, grey * 3, grey * 11], axis=2)
    expected = colour @ np.array([0.299, 0.587, 0.114])
    found = levels(b"P6\n4 3\n255\n" + colour.tobytes())
    assert np.abs(found - expected).max() <= 1


def test_as_many_pixels_as_allowed_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    contents = [file_of(SMALL), b"P5\n60 60\n255\n" + SMALL.tobytes()]
    monkeypatch.setattr(pictures, "MOST_PIXELS", 3600)
    assert all(levels(content).shape == (60, 60) for content in contents)
    monkeypatch.setattr(pictures, "MOST_PIXELS", 3599)
    monkeypatch.setattr(pictures, "MOST_REDUCED", 3599)
    for content in contents:
        with pytest.raises(InkError, match=r"^it has 1 megapixels; make it smaller than 80$"):
            levels(content)


def test_scans_are_counted_over_the_whole_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where one of them begins at the end of a part that is read at once."""
    jpeg = file_of(SMALL, "JPEG", progressive=True)
    scans = jpeg.count(b"\xff\xda")
    before = len(jpeg[: jpeg.index(b"\xff\xda") + 1])
    left = (1 << 20) - before
    padding = b"".join(
        b"\xff\xfe" + struct.pack(">H", size) + bytes(size - 2)
        for size in [60_000] * (left // 60_002 - 1)
    )
    rest = left - len(padding)
    for part in (rest // 2, rest - rest // 2):
        padding += b"\xff\xfe" + struct.pack(">H", part - 2) + bytes(part - 4)
    split = jpeg[:2] + padding + jpeg[2:]
    assert split.index(b"\xff\xda") == (1 << 20) - 1
    for content in (jpeg, split, split + bytes(3 << 20)):
        monkeypatch.setattr(pictures, "MOST_SCANS", scans)
        assert levels(content).shape == (60, 60)
        monkeypatch.setattr(pictures, "MOST_SCANS", scans - 1)
        with pytest.raises(InkError, match=rf"^it has over {scans - 1} scans; export it as PNG$"):
            levels(content)


@pytest.mark.parametrize(
    ("shape", "block"),
    [
        ((400, 400), 1),
        ((401, 170), 2),
        ((401, 160), 1),
        ((30, 1201), 2),
        ((1201, 1199), 4),
        ((5, 4000), 4),
        ((330, 1000), 3),
        ((100, 1000), 1),
    ],
)
def test_a_large_picture_is_averaged_in_blocks(shape: tuple[int, int], block: int) -> None:
    grey = np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)
    tall, wide = (min(block, side) for side in shape)
    expected = [
        [grey[y : y + tall, x : x + wide].mean() for x in range(0, shape[1] - wide + 1, wide)]
        for y in range(0, shape[0] - tall + 1, tall)
    ]
    found = grey_levels.shrunk(grey)
    assert found.dtype == np.float32
    assert found == pytest.approx(np.array(expected), abs=1e-3)
    assert max(found.shape) <= 1200
    assert max(found.shape) <= 400 or max(shape) >= 2.5 * min(shape)


@pytest.mark.parametrize("smear", [0.0, 0.4])
@pytest.mark.parametrize("scale", [0.3, 0.9, 1.0, 1.7, 5.0])
def test_resampling_keeps_ink_where_it_was(scale: float, smear: float) -> None:
    """A rectangle becomes one of the scaled size, about the middle, with all its darkness."""
    ink = np.zeros((160, 200), dtype=np.float32)
    middle, half = (90.0, 110.0), (8, 6)
    if scale < 1:
        half = (30, 20)
    ink[90 - half[0] : 90 + half[0], 110 - half[1] : 110 + half[1]] = 0.8
    fine = normalising._resampled(ink, middle, scale, smear)
    assert fine.shape == (112, 112)
    assert fine.dtype == np.float32
    assert fine.sum() == pytest.approx(ink.sum() * scale**2, rel=0.01)
    at = np.arange(112) + 0.5
    for axis, reach in ((1, half[0]), (0, half[1])):
        profile = fine.sum(axis=axis)
        centre = (profile * at).sum() / profile.sum()
        assert centre == pytest.approx(4 * CENTRE, abs=0.02 * scale + 0.02)
        # Of uniform ink, as wide as it is, the variance is a twelfth of the width squared.
        spread = math.sqrt(12 * (profile * (at - centre) ** 2).sum() / profile.sum())
        assert spread == pytest.approx(2 * reach * scale, rel=0.15, abs=0.5)
    assert fine.max() == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize("reach", [0.0, 0.5, 1.0, 2.3])
def test_strokes_are_grown_to_all_sides(reach: float) -> None:
    ink = np.zeros((20, 20), dtype=np.float32)
    ink[8:12, 5:16] = 0.5
    found = normalising._thicker(ink, reach)
    rows, columns = np.mgrid[0:20, 0:20]
    away = np.hypot(
        np.maximum(np.maximum(8 - rows, rows - 11), 0),
        np.maximum(np.maximum(5 - columns, columns - 15), 0),
    )
    expected = np.where(away == 0, 1, np.clip(reach + 0.5 - away, 0, 1))
    assert np.allclose(found, expected, atol=1e-6)
    assert found.dtype == np.float32


def test_inks_extent_is_that_of_what_is_dark_enough() -> None:
    ink = np.full((9, 12), 0.3, dtype=np.float32)
    ink[2, 4] = ink[6, 9] = 0.31
    assert normalising._extent(ink, 1) == (2, 7)
    assert normalising._extent(ink, 0) == (4, 10)


@pytest.mark.parametrize(
    ("top", "left", "size", "thickness", "said"),
    [
        *((4, 4, 20, 3, True), (4, 4, 19, 3, True), (3, 3, 21, 3, True), (4, 5, 20, 3, True)),
        *((5, 4, 20, 3, True), (2, 4, 20, 3, False), (4, 2, 20, 3, False), (6, 4, 20, 3, False)),
        *((4, 3, 20, 3, False), (3, 4, 20, 3, False)),
        *((4, 6, 20, 3, False), (5, 5, 18, 3, False), (3, 3, 22, 3, False), (4, 4, 20, 1, False)),
    ],
)
def test_what_is_taken_for_one_of_mnists_images(
    top: int, left: int, size: int, thickness: int, said: bool
) -> None:
    """A ring, in the middle of which its mass lies."""
    ink = np.zeros((28, 28), dtype=np.float32)
    ink[top : top + size, left : left + size] = 1
    inner = slice(top + thickness, top + size - thickness)
    ink[inner, left + thickness : left + size - thickness] = 0
    assert normalising.is_normalised(ink) == said
    assert not normalising.is_normalised(np.pad(ink, 1))


@pytest.mark.parametrize(("tall", "said"), [(20, True), (21, True), (22, False), (18, False)])
def test_the_longer_side_decides(tall: int, said: bool) -> None:
    ink = np.zeros((28, 28), dtype=np.float32)
    ink[14 - tall // 2 : 14 - tall // 2 + tall, 10:18] = 1
    assert normalising.is_normalised(ink) == normalising.is_normalised(ink.T) == said


@pytest.mark.parametrize("grown", [False, True])
def test_ink_is_put_in_the_middle_of_its_box(grown: bool) -> None:
    ink = np.zeros((200, 150), dtype=np.float32)
    ink[20:180, 40:100] = 1
    if grown:  # a thin frame
        ink[24:176, 44:96] = 0
    image = normalising.boxed(ink, 20.0)
    rows, columns = (np.flatnonzero(image.max(axis=axis) > 0.3) for axis in (1, 0))
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (4, 23, 10, 17)
    assert max(map(abs, centre_of_mass(image))) < 0.02
    if not grown:
        assert image.sum() == pytest.approx(20 * 7.5, rel=0.03)
    else:
        assert image[14, 8:14].sum() == pytest.approx(DEFAULT_PEN.width, rel=0.2)
