"""Where the shipped files are: in the source tree, in an installed wheel, or in a bundle, and what
to do about what a bundle has not got."""

from __future__ import annotations

import sys
from pathlib import Path


def path(name: str) -> Path:
    """Path of the shipped file ``name``, such as "mnist.npz" or "weights/lenet5-1998.safetensors".

    The file need not exist: who opens it says what its absence means.
    """
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle is not None:
        return Path(bundle) / "resources" / name
    package = Path(__file__).parents[1]
    installed = package / "resources"
    root = installed if installed.is_dir() else package.parent / "resources"
    return root / name


def frozen() -> bool:
    """Whether this is a bundle, which has no interpreter of its own and no pip."""
    return bool(getattr(sys, "frozen", False))


def how_to_get(part: str, usual: str) -> str:
    """What to do where an optional ``part`` is missing: ``usual``, or what helps in a bundle,
    where nothing can be installed. It continues a sentence."""
    if not frozen():
        return usual
    return f"install lenetpad as a Python package (see the README); this build has not got {part}"
