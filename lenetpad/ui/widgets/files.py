"""What the file dialogs offer, and the paths that they give."""

from __future__ import annotations

from pathlib import Path
from typing import Final

WEIGHTS_SUFFIXES: Final = (".safetensors", ".pth", ".pt")
WEIGHTS_PATTERNS: Final = " ".join(f"*{suffix}" for suffix in WEIGHTS_SUFFIXES)
WEIGHTS_FILTER: Final = f"Weights ({WEIGHTS_PATTERNS})"


def is_weights(path: Path) -> bool:
    """Whether a file's name says that it holds weights."""
    return path.suffix.lower() in WEIGHTS_SUFFIXES


def ending_in(name: str, suffix: str) -> Path:
    """The path that a dialog gave, with the suffix where the user typed another or none."""
    return Path(name if name.lower().endswith(suffix) else name + suffix)
