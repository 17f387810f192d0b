"""Files to sheets and back: ink files and pictures, as open, save, drop and paste need them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtGui import QImage

from lenetpad.ink.files import Drawing, is_ink, iterate_ink, read_picture, write_ink
from lenetpad.ink.strokes import Ink, InkError, Sheet, Stroke
from lenetpad.ui.draw.canvas_picture import UNITS

PICTURE_SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".bmp", ".webp")
OPEN_FILTER: Final = (
    "Ink and pictures (*.jsonl *.jsonl.gz *.json *.png *.jpg *.jpeg *.bmp *.gif *.webp *.tif "
    "*.tiff);;All files (*)"
)
SAVE_FILTER: Final = "Ink (*.ink.jsonl *.jsonl);;Picture (*.png)"
#: How ink is called when it is saved; the desktop knows files with this ending as lenetpad's.
INK_SUFFIX: Final = ".ink.jsonl"
#: How much of the canvas foreign ink takes up, and how small it may be before it is made to.
FITTED: Final = 0.7
SMALLEST: Final = 0.1


@dataclass(frozen=True, slots=True)
class Found:
    """A sheet from a file or the clipboard, and what the user should know of it."""

    sheet: Sheet
    note: str = ""


Reader = Callable[[], Found]


def read(path: Path) -> Found:
    """The first drawing of an ink file, or a picture normalised. Raises InkError, OSError."""
    if not is_ink(path):
        return Found(Sheet(picture=read_picture(path)))
    drawings = list(islice(iterate_ink(path), 2))
    note = f"{path.name} holds several drawings; this is the first." if drawings[1:] else ""
    return Found(Sheet(fitted(drawings[0].ink)), note)


def write(path: Path, sheet: Sheet, image: QImage) -> None:
    """Write the sheet's ink, or its image, as the name says. Raises InkError, OSError."""
    if not is_ink(path):
        if not image.save(str(path)):
            raise InkError(
                f"{path} cannot be written: choose {INK_SUFFIX}, .png or .jpg in a folder of yours"
            )
    elif sheet.ink:
        write_ink(path, [Drawing(sheet.ink)])
    else:
        raise InkError("There is no ink on the canvas; save a picture as .png instead")


def with_suffix(path: Path, chosen_filter: str) -> Path:
    """The path with the suffix of the chosen kind of file where the user typed none of ours."""
    if is_ink(path) or path.suffix.lower() in PICTURE_SUFFIXES:
        return path
    if "png" in chosen_filter:
        return path.with_name(path.name + ".png")
    return path.with_name(path.name.removesuffix(".ink") + INK_SUFFIX)


def fitted(ink: Ink) -> Ink:
    """Ink of any unit on the canvas: as it is where it lies on it well, else scaled to fit."""
    points = np.concatenate([stroke.xy for stroke in ink.strokes])
    low, high = points.min(axis=0), points.max(axis=0)
    span = float((high - low).max())
    if low.min() >= 0 and high.max() <= UNITS and span >= SMALLEST * UNITS:
        return ink
    scale = FITTED * UNITS / span if span > 0 else 1.0
    strokes = []
    for stroke in ink.strokes:
        moved = stroke.points.copy()
        moved[:, :2] = (stroke.xy - (low + high) / 2) * scale + UNITS / 2
        strokes.append(Stroke(moved))
    return Ink(tuple(strokes))
