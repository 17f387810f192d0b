"""Sheets to files: ink files and pictures, and which kinds the dialogs offer."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtGui import QImage

from lenetpad.ink.files import PICTURES, Label, ink_text, is_ink
from lenetpad.ink.strokes import InkError, Sheet
from lenetpad.ui.widgets.files import WEIGHTS_PATTERNS
from lenetpad.ui.widgets.images import encoded
from lenetpad.ui.widgets.words import marked, translate

PICTURE_SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".bmp", ".webp")
OPEN_PATTERNS: Final = (
    f"*.jsonl *.jsonl.gz *.json {' '.join(f'*{ending}' for ending in PICTURES)} {WEIGHTS_PATTERNS}"
)
INK_PATTERNS: Final = "*.ink.jsonl *.jsonl *.jsonl.gz *.json"
#: How ink is called when it is saved; the desktop knows files with this ending as lenetpad's.
INK_SUFFIX: Final = ".ink.jsonl"
#: What the file is called at first that drawings are added to.
INK_FILE: Final = f"my-digits{INK_SUFFIX}"
NO_INK: Final = marked("Draw", "There is no ink on the canvas. Save the picture as .png instead.")
NO_INK_TO_ADD: Final = marked("Draw", "There is no ink on the canvas. Write something first.")
#: A sheet of so many points is painted at once.
SMALL: Final = 500

#: What is done with a sheet and its picture.
Use = Callable[[Sheet, QImage], None]


def open_filter() -> str:
    """What can be opened, for a file dialog."""
    kinds = translate("Draw", "Ink, pictures and weights"), translate("Draw", "All files")
    return f"{kinds[0]} ({OPEN_PATTERNS});;{kinds[1]} (*)"


def save_filter() -> str:
    """As what a drawing can be saved, for a file dialog."""
    kinds = translate("Draw", "Ink"), translate("Draw", "Picture")
    return f"{kinds[0]} (*.ink.jsonl *.jsonl);;{kinds[1]} (*.png)"


def ink_filter() -> str:
    """To what a drawing can be added, for a file dialog."""
    return f"{translate('Draw', 'Ink')} ({INK_PATTERNS})"


def is_small(sheet: Sheet) -> bool:
    """Whether painting the sheet takes no longer than anybody notices."""
    return sheet.ink.point_count <= SMALL


def ink_file(path: Path, sheet: Sheet, label: Label = None) -> bytes:
    """The sheet's ink as a file of that name. Raises InkError for no ink."""
    content = f"{ink_text(sheet.ink, label)}\n".encode()
    return gzip.compress(content, mtime=0) if path.name.lower().endswith(".gz") else content


def picture_file(path: Path, image: QImage) -> bytes:
    """The image as a file of that name. Raises InkError for a kind that cannot be written."""
    content = encoded(image, path.suffix.removeprefix(".").upper())
    if not content:
        text = translate("Draw", "choose a name that ends with {suffix}, .png or .jpg")
        raise InkError(text.format(suffix=INK_SUFFIX))
    return content


def with_suffix(path: Path, chosen_filter: str) -> Path:
    """The path with the suffix of the chosen kind of file where the user typed none of ours."""
    if is_ink(path) or path.suffix.lower() in PICTURE_SUFFIXES:
        return path
    if "*.png" in chosen_filter:
        return path.with_name(path.name + ".png")
    return path.with_name(path.name.removesuffix(".ink") + INK_SUFFIX)
