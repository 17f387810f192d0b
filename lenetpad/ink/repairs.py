"""Picture files whose pixels are whole and whose rest is not, as every viewer shows them.

What is damaged or too much in a PNG besides its pixels is left out, and end marks that are missing
are added. A file that lacks pixels stays as it is: half a digit may look like another.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final

PNG_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
JPEG_MAGIC: Final = b"\xff\xd8\xff"
START_OF_SCAN: Final = b"\xff\xda"
JPEG_END: Final = b"\xff\xd9"
#: Chunks that pixels need: header, palette, transparency, pixels and frames.
NEEDED: Final = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"acTL", b"fcTL", b"fdAT")
MOST_OTHERS: Final = 64  # chunks besides: more of them are no damage, but mischief
#: Bytes: what is larger is not mended.
LARGEST: Final = 64 << 20
#: What stands for pixels that may be missing in a JPEG file, as long as to fill many rows.
FILLING: Final = b"\x5a" * (1 << 16)


def has_end(content: bytes) -> bool:
    """Whether an end mark stands behind the last pixels of a JPEG file."""
    return JPEG_END in content[max(content.rfind(START_OF_SCAN), 0) :]


def with_end(content: bytes, filled: bool = False) -> bytes:
    """A JPEG file with an end mark; before it, if asked, what would be read if pixels lacked."""
    return content + (FILLING if filled else b"") + JPEG_END


def with_pixels_alone(content: bytes) -> bytes | None:
    """A PNG file with nothing but what its pixels need; None where that cannot be made of it."""
    kept, at, others, pixels = [content[: len(PNG_MAGIC)]], len(PNG_MAGIC), 0, 0
    while at + 12 <= len(content):
        (size,) = struct.unpack_from(">I", content, at)
        kind, end = content[at + 4 : at + 8], at + 12 + size
        if end > len(content):
            return None  # it is cut off
        if kind in NEEDED:
            kept.append(content[at:end])
            pixels += kind == b"IDAT"
        else:
            others += 1
        at = end
        if kind == b"IEND":
            break
    else:
        kept.append(struct.pack(">I4sI", 0, b"IEND", zlib.crc32(b"IEND")))
    if others > MOST_OTHERS or pixels == 0:
        return None
    return b"".join(kept)
