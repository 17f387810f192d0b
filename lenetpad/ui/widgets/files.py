"""What the file dialogs offer, and the paths that they give."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from lenetpad.ui.widgets.words import marked
from lenetpad.values.models import READ_ENDINGS

WEIGHTS_PATTERNS: Final = " ".join(f"*{ending}" for ending in READ_ENDINGS)
WEIGHTS_FILTER: Final = marked("Window", "Weights (*.safetensors *.pth *.pt)")
#: Where weights are opened: every ending of ``READ_ENDINGS``, and any other.
OPEN_WEIGHTS_FILTER: Final = marked(
    "Window",
    "Weights (*.safetensors *.pth *.pt *.ckpt *.bin *.pkl *.tar *.npz *.onnx *.h5 *.hdf5 *.keras)"
    ";;All files (*)",
)
#: What no name of a file may have, on one system or another.
RESERVED: Final = frozenset('<>:"/\\|?*')
_SUFFIX: Final = re.compile(r"\*(\.[.\w]+)")


def as_file_name(name: str) -> str:
    """A name that somebody gave, as a file can be called on every system."""
    kept = "".join(sign if sign.isprintable() and sign not in RESERVED else "_" for sign in name)
    return kept.strip(" .")[:100] or "_"


def is_weights(path: Path) -> bool:
    """Whether a file's name says that it holds weights."""
    return path.suffix.lower() in READ_ENDINGS


def completed(typed: str, chosen: str, kinds: str) -> Path:
    """The path that a file dialog gave, with the first suffix of the chosen kind where the user
    typed none of those that ``kinds``, such as "PNG (*.png);;SVG (*.svg)", has."""
    known = _SUFFIX.findall(kinds)
    if typed.lower().endswith(tuple(known)):
        return Path(typed)
    return Path(typed + (_SUFFIX.findall(chosen) or known)[0])
