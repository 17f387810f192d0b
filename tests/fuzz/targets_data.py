"""The decoders of a user's own data: ink, pictures, .npz, IDX files, tables, plain or packed."""

from __future__ import annotations

import gzip
import io
import struct
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import PIL.Image

from lenetpad.data.array_files import arrays_of, read_arrays
from lenetpad.data.idx import read_idx
from lenetpad.data.matlab import read_matlab
from lenetpad.ink.files import read_ink
from lenetpad.ink.pictures import read_picture
from lenetpad.ink.strokes import InkError
from lenetpad.storage.mnist import DataError
from tests.fuzz.fuzzing import Target
from tests.mat_files import mat, structure

LINES: Final = (
    b'{"label": 7, "strokes": [[[0, 0.5], [1e2, -3]], [[9, 9]]], "writer": "me", '
    b'"t": [[0, 0.016], [0.5]], "pressure": [[0.25, 0.75], [1]]}\n',
    b'\xef\xbb\xbf{"strokes": [[[1, 2]], []], "label": "\\u00e5", "writer": 12, "s": {"a": []}}\n',
)


def ink() -> list[bytes]:
    """Ink files of one line and of two."""
    return [*LINES, b"\n".join(LINES)]


def packed(seeds: Callable[[], list[bytes]]) -> Callable[[], list[bytes]]:
    """The same files, compressed."""
    return lambda: [gzip.compress(seed, mtime=0) for seed in seeds()]


def digit() -> PIL.Image.Image:
    """A bar, dark on light."""
    grey = np.full((20, 20), 240, np.uint8)
    grey[3:17, 8:11] = 30
    return PIL.Image.fromarray(grey)


def saved(kind: str, mode: str = "L", **options: Any) -> bytes:
    """The bar in a file of this kind."""
    file = io.BytesIO()
    digit().convert(mode).save(file, kind, **options)
    return file.getvalue()


def turned() -> PIL.Image.Exif:
    """EXIF data of a picture that lies on its side."""
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    return exif


def pngs() -> list[bytes]:
    """PNG, of several modes, with EXIF data, with frames."""
    frames = {"save_all": True, "append_images": [digit()]}
    return [
        *(saved("PNG", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        saved("PNG", exif=turned()),
        saved("PNG", **frames),
    ]


def jpegs() -> list[bytes]:
    """JPEG, progressive too."""
    return [saved("JPEG"), saved("JPEG", "RGB", exif=turned()), saved("JPEG", progressive=True)]


def gifs() -> list[bytes]:
    """GIF, with frames too."""
    return [saved("GIF"), saved("GIF", save_all=True, append_images=[digit()], comment=b"x")]


def bmps() -> list[bytes]:
    """BMP of several depths."""
    return [saved("BMP", mode) for mode in ("1", "L", "P", "RGB", "RGBA")]


def tiffs() -> list[bytes]:
    """TIFF, packed in several ways."""
    ways = ("raw", "tiff_deflate", "tiff_lzw", "packbits", "jpeg")
    return [*(saved("TIFF", compression=way) for way in ways), saved("TIFF", "F")]


def webps() -> list[bytes]:
    """WebP, lossless and not, with frames too."""
    frames = {"save_all": True, "append_images": [digit().convert("RGB")]}
    return [saved("WEBP", "RGBA", lossless=True), saved("WEBP", "RGB"), saved("WEBP", **frames)]


def pnms() -> list[bytes]:
    """Netpbm's kinds, and Pillow's own of real numbers."""
    grey = np.asarray(digit())
    text = b" ".join(b"%d" % level for level in grey.ravel())
    return [
        *(saved("PPM", mode) for mode in ("1", "L", "RGB", "F")),
        b"P2\n20 20 # small\n255\n" + text,
        b"P1\n20 20\n" + b"".join(b"%d" % (level < 99) for level in grey.ravel()),
        b"P5\n20 20\n1000\n" + (grey.astype(np.uint16) * 4).astype(">u2").tobytes(),
        b"P6\n20 20\n99\n" + np.repeat(grey // 3, 3).tobytes(),
    ]


def npzs() -> list[bytes]:
    """.npz files, stored and compressed."""
    images, files = np.arange(32, dtype=np.uint8).reshape(2, 4, 4), []
    for save in (np.savez, np.savez_compressed):
        file = io.BytesIO()
        save(file, images=np.asfortranarray(images), labels=np.array([1, 7]))  # type: ignore[operator]
        files.append(file.getvalue())
    return files


def idxs() -> list[bytes]:
    """IDX files of images and of labels."""
    images = b"\0\0\x08\3" + struct.pack(">3I", 2, 4, 4) + bytes(range(32))
    return [
        images,
        b"\0\0\x08\1" + struct.pack(">I", 9) + bytes(range(9)),
        b"\0\0\x0c\1\0\0\0\1\0\0\0\1",
    ]


def named_npzs() -> list[bytes]:
    """.npz files of other names and forms."""
    files, images = [], np.linspace(0, 1, 32, dtype=np.float32).reshape(2, 16)
    for labels in (np.eye(10)[[1, 7]], np.array(["1", "7"]), np.array([[1.0], [7.0]])):
        file = io.BytesIO()
        np.savez(file, x_train=images, y_train=labels, testX=images > 0.5, testY=labels)
        files.append(file.getvalue())
    return files


def mats() -> list[bytes]:
    """MATLAB's files, with structures, compressed, of both byte orders."""
    arrays = {
        "data": np.arange(32, dtype=np.uint8).reshape(16, 2),
        "label": np.array([[1.0, 7.0]]),
    }
    return [
        mat(arrays),
        mat(arrays, packed=True),
        mat(arrays, order=">"),
        mat({"dataset": structure({"train": structure(arrays)})}),
    ]


def tables() -> list[bytes]:
    """Tables with names and without, of whole numbers and real ones."""
    return [
        b"label,pixel0,pixel1,pixel2,pixel3\n7,0,128,255,9\n1,0,0,0,255\n",
        b"0;128;255;9;3\r\n0;0;0;255;1\r\n",
        b'"id","digit","a","b","c","d"\n1,7,0.5,1,0,0\n2,7,0,1e-3,0,1\n',
    ]


def _picture(suffix: str, seeds: Callable[[], list[bytes]]) -> Target:
    return Target(f"picture {suffix}", f".{suffix}", seeds, read_picture, (InkError,))


TARGETS: Final = (
    Target("ink", ".jsonl", ink, read_ink, (InkError,)),
    Target("ink packed", ".jsonl.gz", packed(ink), read_ink, (InkError,)),
    _picture("png", pngs),
    _picture("jpeg", jpegs),
    _picture("gif", gifs),
    _picture("bmp", bmps),
    _picture("tiff", tiffs),
    _picture("webp", webps),
    _picture("pnm", pnms),
    Target("npz", ".npz", npzs, arrays_of, (DataError,)),
    Target("npz of other forms", ".npz", named_npzs, read_arrays, (DataError,)),
    Target("mat", ".mat", mats, read_matlab, (DataError,)),
    Target("table", ".csv", tables, read_arrays, (DataError,)),
    Target("table packed", ".csv.gz", packed(tables), read_arrays, (DataError,)),
    Target("idx", "-ubyte", idxs, read_idx, (DataError,)),
    Target("idx packed", "-ubyte.gz", packed(idxs), read_idx, (DataError,)),
)
