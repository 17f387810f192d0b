"""The sheet that is kept from one start of the program to the next."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from lenetpad.ink.files import Drawing, read_ink, write_ink
from lenetpad.ink.raster import Image
from lenetpad.ink.strokes import Sheet

INK: Final = "last.jsonl"
PICTURE: Final = "last.npy"


def keep(sheet: Sheet, folder: Path) -> None:
    """Write the sheet into a folder, in place of the one before. Raises OSError, InkError."""
    ink, picture = folder / INK, folder / PICTURE
    if sheet.ink:
        folder.mkdir(parents=True, exist_ok=True)
        write_ink(ink, [Drawing(sheet.ink)])
    else:
        ink.unlink(missing_ok=True)
    if sheet.picture is not None:
        folder.mkdir(parents=True, exist_ok=True)
        np.save(picture, sheet.picture, allow_pickle=False)
    else:
        picture.unlink(missing_ok=True)


def kept(folder: Path) -> Sheet:
    """The sheet that was kept, a blank one where there is none. Raises OSError, ValueError."""
    if (folder / INK).exists():
        return Sheet(read_ink(folder / INK)[0].ink)
    if (folder / PICTURE).exists():
        return Sheet(picture=_picture(folder / PICTURE))
    return Sheet()


def _picture(path: Path) -> Image:
    try:
        picture: Image = np.load(path, allow_pickle=False)
    except OSError:
        raise
    except Exception as error:  # a damaged header can trip numpy up anywhere
        raise ValueError(f"{path} is damaged ({error})") from None
    return picture
