"""Picture files that every viewer shows: damaged metadata, missing ends, frames, odd alpha."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import types
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image, PngImagePlugin, features

from lenetpad.ink import heif, pictures
from lenetpad.ink.files import PICTURES, read_picture
from lenetpad.ink.strokes import InkError
from lenetpad.ui.draw.documents import OPEN_PATTERNS
from tests.ink.test_pictures import REFERENCE, chunk, digit, file_of, likeness, on_paper

GREY = Image.fromarray(on_paper(digit(), 255, 0))
PNG = file_of(GREY)
JPEG = file_of(GREY.convert("RGB"), "JPEG", quality=92)
END = chunk(b"IEND", b"")
EXACT = {"WEBP": {"lossless": True, "exact": True}}


PROGRESSIVE = {"progressive": True}


def is_read(content: bytes) -> bool:
    return likeness(REFERENCE, read_picture(content)) > 0.85


@pytest.mark.parametrize("kind", ["BMP", "PNG", "TIFF", "WEBP"])
def test_alpha_that_is_nought_everywhere_is_none(kind: str) -> None:
    picture = GREY.convert("RGBA")
    picture.putalpha(0)
    content = file_of(
        picture, kind, **({"lossless": True, "exact": True} if kind == "WEBP" else {})
    )
    if kind == "BMP":  # with masks of its channels, as Windows programs write
        pixels = np.asarray(picture)[::-1, :, [2, 1, 0, 3]].tobytes()
        masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
        head = struct.pack("<IiiHHIIiiII", 108, 200, 200, 1, 32, 3, len(pixels), 0, 0, 0, 0)
        body = head + masks + bytes(108 - len(head) - 16)
        content = struct.pack("<2sIII", b"BM", 122 + len(pixels), 0, 122) + body + pixels
    assert is_read(content)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize(
    ("ink", "paper"), [((200, 30, 30), (0, 132, 0)), ((0, 0, 255), (58, 20, 0))]
)
def test_ink_as_bright_as_the_paper_is_seen_by_its_colour(
    kind: str, ink: tuple[int, int, int], paper: tuple[int, int, int]
) -> None:
    picture = Image.new("RGB", (200, 200), paper)
    picture.paste(ink, mask=digit())
    assert is_read(file_of(picture, kind))


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_of_an_animation_the_last_frame_with_ink_is_read(kind: str) -> None:
    blank = Image.new("L", GREY.size, 255)
    half = GREY.copy()
    half.paste(255, (0, 100, 200, 200))  # it is being written
    frames = [half, GREY, blank]
    assert is_read(file_of(blank, kind, save_all=True, append_images=frames, duration=40))


def test_an_animation_without_ink_is_refused() -> None:
    frames = [Image.new("L", (60, 60), level) for level in (255, 254, 250)]
    with pytest.raises(InkError, match="shows no ink"):
        read_picture(file_of(frames[0], "GIF", save_all=True, append_images=frames[1:]))


def test_a_jpeg_without_its_end_mark_is_read() -> None:
    progressive = file_of(GREY, "JPEG", progressive=True)
    assert is_read(JPEG[:-2])
    assert is_read(progressive[:-2])


@pytest.mark.parametrize("share", [0.55, 0.7, 0.9])
def test_a_jpeg_that_lacks_pixels_is_refused(share: float) -> None:
    """For half a digit may look like another."""
    with pytest.raises(InkError, match="is damaged"):
        read_picture(JPEG[: int(share * len(JPEG))])


@pytest.mark.parametrize(
    "others",
    [
        [chunk(b"zTXt", b"comment\0\0" + zlib.compress(bytes(3_000_000)))],
        [chunk(b"zTXt", b"comment\0\0no zlib")],
        [chunk(b"iCCP", b"profile\0\0no zlib")],
        [chunk(b"tEXt", b"a\0b")[:-4] + b"\1\2\3\4"],
        [chunk(b"pHYs", b"")] * 2,
        [chunk(b"eXIf", b"no Exif")],
    ],
)
@pytest.mark.parametrize("ended", [True, False])
def test_a_png_whose_metadata_are_damaged_is_read(others: list[bytes], ended: bool) -> None:
    content = PNG[:33] + b"".join(others) + PNG[33:]
    assert is_read(content if ended else content[: -len(END)])


def test_a_png_without_its_end_mark_is_read_and_one_that_is_cut_is_not() -> None:
    assert is_read(PNG[: -len(END)])
    for cut in (len(PNG) // 2, len(PNG) - len(END) - 30):
        with pytest.raises(InkError, match="is damaged"):
            read_picture(PNG[:cut])


def test_a_picture_whose_orientation_is_damaged_is_shown_as_it_is() -> None:
    exif = b"Exif\0\0II*\0\xff\xff\xff\x7f"
    assert is_read(file_of(GREY, "JPEG", exif=exif))


def test_a_jpeg_of_over_a_hundred_megapixels_is_decoded_smaller(tmp_path: Path) -> None:
    content = file_of(GREY.resize((10_100, 10_100), Image.Resampling.NEAREST), "JPEG")
    assert is_read(content)


def peak(content: bytes) -> tuple[str, int]:
    """What is said of a picture in a process of its own, and by how many MB its memory grows."""
    program = """
import re, sys
from pathlib import Path
import PIL.Image, PIL.JpegImagePlugin, PIL.PngImagePlugin, PIL.TiffImagePlugin
from lenetpad.ink.files import read_picture
from lenetpad.ink.strokes import InkError
content = sys.stdin.buffer.read()
most = lambda: int(re.search("VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
before = most()
try:
    said = f"ink {read_picture(content).sum():.0f}"
except InkError as error:
    said = str(error)
print(most() - before >> 10, said)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=content,
        capture_output=True,
        check=True,
        timeout=100,
    )
    megabytes, said = done.stdout.decode().split(" ", 1)
    return said.strip(), int(megabytes)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc says how much memory was taken")
@pytest.mark.parametrize(
    ("mode", "kind", "options", "megabytes"),
    [
        ("L", "PNG", {}, 150),
        ("1", "TIFF", {"compression": "group4"}, 150),
        ("RGB", "JPEG", {"progressive": True}, 350),
    ],
)
def test_a_large_picture_takes_little_more_than_its_decoding(
    mode: str, kind: str, options: dict[str, Any], megabytes: int
) -> None:
    """One byte for each pixel of grey ones, three in the coefficients of a colour JPEG."""
    picture = GREY.resize((10_100, 10_100), Image.Resampling.NEAREST).convert(mode)
    said, grown = peak(file_of(picture, kind, **options))
    assert said.startswith("ink ")
    assert float(said[4:]) == pytest.approx(REFERENCE.sum(), rel=0.05)
    assert grown < megabytes


@pytest.mark.parametrize(
    ("mode", "kind", "options", "each"),
    [
        ("1", "PNG", {}, 1),
        ("L", "GIF", {}, 1),
        ("RGB", "PNG", {}, 4),
        ("RGB", "BMP", {}, 4),
        ("L", "TIFF", {}, 2),
        ("RGB", "TIFF", {}, 8),
        ("L", "JPEG", PROGRESSIVE, 2),
        ("RGB", "JPEG", PROGRESSIVE | {"subsampling": "4:2:0"}, 3),
        ("RGB", "JPEG", PROGRESSIVE | {"subsampling": "4:4:4"}, 6),
        ("RGB", "WEBP", {}, None),
    ],
)
def test_above_eighty_megapixels_is_read_what_the_memory_is_enough_for(
    mode: str,
    kind: str,
    options: dict[str, Any],
    each: int | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    large = GREY.resize((1600, 1600), Image.Resampling.NEAREST)  # JPEG is decoded smaller
    content = file_of(large.convert(mode), kind, **options)
    monkeypatch.setattr(pictures, "MOST_PIXELS", 1600 * 1600 - 1)
    enough = 1600 * 1600 * (each or 0)
    for memory, fits in ((enough, each is not None), (enough - 1, False)):
        monkeypatch.setattr(pictures, "MOST_MEMORY", memory)
        if fits:
            assert is_read(content)
        else:
            with pytest.raises(InkError, match=r"smaller than 80, or save it as JPEG$"):
                read_picture(content)


HEIC = struct.pack(">I", 24) + b"ftypheic" + bytes(12) + bytes(100)


@pytest.fixture
def heif_library(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A stand-in for pillow-heif, which keeps how often it was registered: it takes a PNG file
    behind the bytes that begin a HEIC picture."""
    registered: list[str] = []

    class Picture(PngImagePlugin.PngImageFile):
        format = "HEIF"

        def _open(self) -> None:
            assert self.fp is not None
            self.fp = io.BytesIO(self.fp.read()[len(HEIC) :])
            super()._open()
            self.info["exif"] = None  # as the library says that there is none

    def register() -> None:
        registered.append("HEIF")
        Image.register_open("HEIF", Picture, lambda start: start[4:8] == b"ftyp")

    library = types.SimpleNamespace(register_heif_opener=register)
    monkeypatch.setitem(sys.modules, "pillow_heif", library)
    heif.is_decoded.cache_clear()
    yield registered
    heif.is_decoded.cache_clear()
    Image.OPEN.pop("HEIF", None)
    if "HEIF" in Image.ID:
        Image.ID.remove("HEIF")


def test_a_heic_picture_is_named_where_its_library_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # as if it were not installed
    heif.is_decoded.cache_clear()
    with pytest.raises(InkError, match=r"is a HEIC picture, .*pillow-heif; save it as JPEG$"):
        read_picture(HEIC)
    heif.is_decoded.cache_clear()


def test_a_heic_picture_is_read_where_its_library_is(heif_library: list[str]) -> None:
    assert is_read(PNG)
    assert heif_library == []  # no other picture needs it
    for _ in range(2):
        assert is_read(HEIC + PNG)
    assert heif_library == ["HEIF"]
    with pytest.raises(InkError, match="is damaged"):
        read_picture(HEIC + PNG[: len(PNG) // 2])
    with pytest.raises(InkError, match="is damaged"):
        read_picture(HEIC)


def test_a_heic_picture_has_the_limits_of_all(
    heif_library: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "MOST_PIXELS", 100)
    with pytest.raises(InkError, match="megapixels"):
        read_picture(HEIC + PNG)
    assert heif_library == ["HEIF"]


def test_the_library_itself_reads_heic() -> None:
    """As phones write it, turned by its EXIF data; and what is left of one is said to be."""
    library = pytest.importorskip("pillow_heif")
    turned = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270, 1: None}
    for orientation, turn in turned.items():
        stream, exif = io.BytesIO(), Image.Exif()
        exif[ExifTags.Base.Orientation] = orientation
        stored = GREY.convert("RGB") if turn is None else GREY.convert("RGB").transpose(turn)
        library.from_pillow(stored).save(stream, quality=90, exif=exif.tobytes())
        assert is_read(stream.getvalue())
    content = stream.getvalue()
    for length in (len(content) // 2, 200, 40):
        with pytest.raises(InkError, match="is damaged"):
            read_picture(content[:length])


@pytest.mark.skipif(not features.check("avif"), reason="Pillow has been built without AVIF")
def test_avif_is_read() -> None:
    assert is_read(file_of(GREY.convert("RGB"), "AVIF"))
    with pytest.raises(InkError):
        read_picture(file_of(GREY.convert("RGB"), "AVIF")[:200])


def test_dialogs_and_folders_know_the_same_endings() -> None:
    offered = OPEN_PATTERNS.replace("*", "").split()
    assert set(offered) >= set(PICTURES)
    assert {".jfif", ".jpe", ".pbm", ".avif"} <= set(PICTURES)
