"""HEIC and HEIF, as iPhones make them: decoded where the library pillow-heif is installed."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Final

#: Pillow's name for the kind, once the library has been registered.
FORMAT: Final = "HEIF"
#: The kinds of file, in bytes 4 to 12, that begin such a picture.
BRANDS: Final = (
    b"ftypheic",
    b"ftypheix",
    b"ftypheim",
    b"ftypheis",
    b"ftyphevc",
    b"ftypmif1",
    b"ftypmsf1",
)
UNREAD: Final = (
    "{} is a HEIC picture, which is not read without the library pillow-heif; save it as JPEG"
)


@cache
def is_decoded() -> bool:
    """Whether Pillow decodes it: the library is registered with it the first time."""
    try:
        importlib.import_module("pillow_heif").register_heif_opener()
    except Exception:  # it is not there, or does not load on this machine
        return False
    return True
