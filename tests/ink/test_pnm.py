"""Netpbm's pictures come out as Pillow reads them, and hostile ones are refused at once."""

from __future__ import annotations

import io

import numpy as np
import PIL.Image
import pytest

from lenetpad.ink import pnm

RNG = np.random.default_rng(4)
GREY = RNG.integers(0, 256, (5, 9), dtype=np.uint8)
COLOUR = RNG.integers(0, 256, (5, 9, 3), dtype=np.uint8)
BITS = GREY > 127
DEEP = RNG.integers(0, 1 << 16, (5, 9), dtype=np.uint16)


def text(values: np.ndarray) -> bytes:
    return b"\n".join(b" ".join(b"%d" % value for value in row.ravel()) for row in values)


@pytest.mark.parametrize(
    "content",
    [
        b"P1\n9 5\n" + text(BITS),
        b"P1\n9 5\n" + text(BITS).replace(b" ", b""),
        b"P2\n9 5\n255\n" + text(GREY),
        b"P2\n9 5\n255\n" + text(GREY) + b" and more",
        b"P2\n9 5\n100\n" + text(GREY % 101),
        b"P2\n9 # wide\n#\n5 255 # and the largest level\n#one\n" + text(GREY) + b"\n# the end",
        b"P3 9 5 255 " + text(COLOUR),
        b"P3 9 5 77 " + text(COLOUR % 78),
        b"P4\n9 5\n" + np.packbits(BITS, axis=1).tobytes(),
        b"P5\n9 5\n255\n" + GREY.tobytes(),
        b"P5\n9 5\n255\n" + GREY.tobytes() + b"and more",
        b"P5\n9 5\n100\n" + GREY.tobytes(),
        b"P6\n9 5\n255\n" + COLOUR.tobytes(),
        b"P6\n9 5\n31\n" + (COLOUR % 32).tobytes(),
        b"P6\n9 5\n1023\n" + (COLOUR.astype(np.uint16) * 4).astype(">u2").tobytes(),
    ],
)
def test_every_kind_is_read_as_pillow_reads_it(content: bytes) -> None:
    expected = PIL.Image.open(io.BytesIO(content))
    assert pnm.is_pnm(content)
    assert pnm.size_of(content) == expected.size == (9, 5)
    mode = "RGB" if expected.mode == "RGB" else "L"
    assert np.array_equal(pnm.levels_of(content), np.asarray(expected.convert(mode)))


@pytest.mark.parametrize("kind", [2, 5])
@pytest.mark.parametrize("most", [256, 257, 1023, 65535])
def test_more_than_eight_bits_stay(kind: int, most: int) -> None:
    levels = np.minimum(DEEP, most)
    written = text(levels) if kind == 2 else levels.astype(">u2").tobytes()
    read = pnm.levels_of(b"P%d\n9 5\n%d\n" % (kind, most) + written)
    assert read.dtype == np.uint16
    assert np.array_equal(read, levels)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"P5", "no width"),
        (b"P5\n9 5\n", "no width"),
        (b"P5\n9 x 255\n", "no width"),
        (b"P5\n-9 5 255\n", "no width"),
        (b"P5\n9999999999 5 255\n", "no width"),
        (b"P5\n9 5 0\n" + GREY.tobytes(), "largest level"),
        (b"P5\n9 5 65536\n" + GREY.tobytes(), "largest level"),
        (b"P5\n9 5 255\n" + GREY.tobytes()[1:], "^it is cut off$"),
        (b"P5\n9 5 256\n" + DEEP.tobytes()[1:], "^it is cut off$"),
        (b"P4\n9 5\n123", "cut off"),
        (b"P2\n9 5 255\n1 2 3", "^it is cut off, or holds what is no level$"),
        (b"P2\n1 1 255\nx", "^it is cut off, or holds what is no level$"),
        (b"P2\n9 5 255\n" + b"1 " * 44 + b"x", "cut off"),
        (b"P1\n9 5\n" + b"01" * 10, "cut off"),
        (b"P1\n9 5\n" + b"012" * 100, "^a level is neither 0 nor 1$"),
    ],
)
def test_a_damaged_file_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        pnm.levels_of(content)


@pytest.mark.parametrize("start", [b"P7\n", b"PF\n", b"P5x", b"P", b"", b"\x89PNG"])
def test_other_files_are_told_apart(start: bytes) -> None:
    assert not pnm.is_pnm(start)


@pytest.mark.parametrize("most", [1, 15, 254, 255])
def test_what_is_brighter_than_the_brightest_is_white(most: int) -> None:
    """Pillow takes it so, and no level beyond the scale is ever looked up."""
    read = pnm.levels_of(b"P5\n9 5\n%d\n" % most + GREY.tobytes())
    assert read.dtype == np.uint8
    assert np.array_equal(read, np.rint(np.minimum(GREY / most, 1) * 255))
    read = pnm.levels_of(b"P2\n2 1\n%d\n0 65535" % most)
    assert (read.dtype, read.tolist()) == (np.uint8, [[0, 255]])


def test_a_bitmap_is_written_as_text_only_with_the_first_kind() -> None:
    with pytest.raises(ValueError, match="cut off"):
        pnm.levels_of(b"P4\n8 2\n1")
    assert pnm.levels_of(b"P4\n8 1\n1").tolist() == [[255, 255, 0, 0, 255, 255, 255, 0]]


def test_comments_and_text_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = b"P2\n9 5\n255\n" + text(GREY)
    with pytest.raises(ValueError, match=r"^no width and height in its first 1 MB$"):
        pnm.levels_of(b"P2\n#" + b"x" * pnm.LONGEST_HEADER + b"\n" + plain[3:])
    assert np.array_equal(pnm.levels_of(plain + b"#\n" * pnm.MOST_COMMENTS), GREY)
    with pytest.raises(ValueError, match=r"^over 10,000 comments$"):
        pnm.levels_of(plain + b"#\n" * (pnm.MOST_COMMENTS + 1))
    monkeypatch.setattr(pnm, "LARGEST_TEXT", 3 << 20)
    for start in (plain, b"P1\n9 5\n" + text(BITS), b"P3 9 5 255 " + text(COLOUR)):
        assert pnm.levels_of(start.ljust(3 << 20)).shape[:2] == (5, 9)
        with pytest.raises(ValueError, match=r"^over 3 MB of levels as text$"):
            pnm.levels_of(start.ljust((3 << 20) + 1))
    for start in (b"P5\n9 5\n255\n" + GREY.tobytes(), b"P4\n9 5\n" + bytes(10)):
        assert pnm.levels_of(start.ljust((3 << 20) + 1)).shape == (5, 9)
