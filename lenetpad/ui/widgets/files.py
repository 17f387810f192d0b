"""What the file dialogs offer, and the paths that they give."""

from __future__ import annotations

from pathlib import Path
from typing import Final

WEIGHTS_FILTER: Final = "Weights (*.safetensors *.pth *.pt)"


def as_file_name(name: str) -> str:
    """A name that somebody gave, as a file can be called on every system."""
    kept = "".join(
        "_" if sign in '<>:"/\\|?*' or not sign.isprintable() else sign for sign in name
    )
    return kept.strip(" .")[:100] or "_"


def ending_in(name: str, suffix: str) -> Path:
    """The path that a dialog gave, with the suffix where the user typed another or none."""
    return Path(name if name.lower().endswith(suffix) else name + suffix)
