"""Netpbm's pictures, P1 to P6, which Pillow decodes letter by letter where they are not plain."""

from __future__ import annotations

import math
import re
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_GAP: Final = rb"(?:\s|#[^\r\n]*[\r\n])+"
_NUMBER: Final = _GAP + rb"(\d{1,9})"
#: The kind, width, height and, but for bitmaps, the largest level.
_HEADER: Final = re.compile(
    rb"P(?:([14])" + _NUMBER * 2 + rb"|([2356])" + _NUMBER * 3 + rb")(?:\s|$)"
)
#: Bytes in which the header has to end, comments and all.
LONGEST_HEADER: Final = 1 << 20
#: Bytes of a picture whose levels are written as text.
LARGEST_TEXT: Final = 64 << 20
MOST_COMMENTS: Final = 10_000


def is_pnm(start: bytes) -> bool:
    """Whether a file that starts so is one of these pictures."""
    return re.match(rb"P[1-6][\s#]", start) is not None


def size_of(content: bytes) -> tuple[int, int]:
    """Width and height. Raises ValueError where the header is damaged."""
    _, width, height, _, _ = _header(content)
    return width, height


def levels_of(content: bytes) -> NDArray[Any]:
    """The levels: (H, W) uint8, of more than 8 bits uint16, or (H, W, 3) uint8 of red to blue.

    Raises ValueError for a damaged file.
    """
    kind, width, height, most, start = _header(content)
    shape = (height, width, 3) if kind in (3, 6) else (height, width)
    if kind <= 3 and len(content) > LARGEST_TEXT:
        raise ValueError(f"over {LARGEST_TEXT >> 20} MB of levels as text")
    if kind == 4:
        rows = _values(content, start, height * -(-width // 8), np.dtype("u1"))
        bits = np.unpackbits(rows.reshape(height, -1), axis=1)[:, :width]
        return (1 - bits) * np.uint8(255)
    count = math.prod(shape)
    if kind <= 3:
        values = _written(content[start:], count, bitmap=kind == 1)
    else:
        values = _values(content, start, count, np.dtype("u1" if most < 256 else ">u2"))
    if kind == 1:
        return np.where(values.reshape(shape) == 0, np.uint8(255), np.uint8(0))
    levels = np.minimum(values, most).reshape(shape)
    if most == 255 or (most > 255 and kind in (2, 5)):
        return levels.astype(np.uint8 if most == 255 else np.uint16, copy=False)
    scale = np.rint(np.arange(most + 1) / most * 255).astype(np.uint8)
    scaled: NDArray[np.uint8] = scale[levels]
    return scaled


def _header(content: bytes) -> tuple[int, int, int, int, int]:
    """Kind, width, height, the largest level, and where the levels begin."""
    found = _HEADER.match(content[:LONGEST_HEADER])
    if found is None:
        raise ValueError(f"no width and height in its first {LONGEST_HEADER >> 20} MB")
    kind, width, height, most = (
        int(number) for number in ([*found.groups()[:3], b"1"] if found[1] else found.groups()[3:])
    )
    if not 0 < most < 1 << 16:
        raise ValueError(f"{most} as its largest level")
    return kind, width, height, most, found.end()


def _values(
    content: bytes, start: int, count: int, kind: np.dtype[np.unsignedinteger]
) -> NDArray[np.unsignedinteger]:
    if len(content) - start < count * kind.itemsize:
        raise ValueError("it is cut off")
    return np.frombuffer(content, kind, count, start)


def _written(text: bytes, count: int, bitmap: bool) -> NDArray[np.uint16]:
    """Levels as text, with comments between them; those of a bitmap need no space."""
    if text.count(b"#") > MOST_COMMENTS:
        raise ValueError(f"over {MOST_COMMENTS:,} comments")
    text = re.sub(rb"#[^\r\n]*", b" ", text)
    if bitmap:
        bits = np.frombuffer(text.translate(None, b" \t\r\n\v\f"), np.uint8)
        values = (bits - np.uint8(ord("0"))).astype(np.uint16)
        if len(values) and values.max() > 1:
            raise ValueError("a level is neither 0 nor 1")
    else:
        values = _numbers(text, min(count, len(text)))
    if len(values) < count:
        raise ValueError("it is cut off, or holds what is no level")
    return values[:count]


def _numbers(text: bytes, count: int) -> NDArray[np.uint16]:
    """The first numbers in a text; fewer, or none, where another thing stands between them."""
    try:
        return np.fromstring(text, np.uint16, count, sep=" ")
    except ValueError:
        return np.empty(0, np.uint16)
