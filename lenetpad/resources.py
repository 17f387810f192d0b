"""Where the shipped files are: in the source tree, in an installed wheel, or in a bundle."""

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
    package = Path(__file__).parent
    installed = package / "resources"
    root = installed if installed.is_dir() else package.parent / "resources"
    return root / name
