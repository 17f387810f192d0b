"""Loads torch into the window's process without the pen's noticing it.

`import torch` maps hundreds of megabytes while it holds the interpreter's lock, and the window
would stand still for as long. A foreign call releases the lock, so the libraries are opened by
the C library's own dlopen first; the import then finds them in memory. Where that is impossible
nothing is lost: the import does the work itself.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from pathlib import Path
from typing import Final

from lenetpad.engine.imports import import_for_ever

#: In the order in which they depend on each other; those that a build lacks are passed over.
LIBRARIES: Final = (
    "libtorch_global_deps.so",
    "libc10.so",
    "libtorch_cpu.so",
    "libc10_cuda.so",
    "libtorch_cuda.so",
    "libtorch.so",
    "libshm.so",
    "libtorch_python.so",
)


def load_torch() -> None:
    """Import torch, if nobody has yet; never call it in the GUI thread."""
    if "torch" in sys.modules:
        return
    _open_libraries()
    import_for_ever("torch")


def _open_libraries() -> None:
    """Open torch's shared libraries with the lock released; Linux only, elsewhere a no-op."""
    found = importlib.util.find_spec("torch") if sys.platform.startswith("linux") else None
    if found is None or found.origin is None:
        return
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.argtypes = [ctypes.c_char_p, ctypes.c_int]
    dlopen.restype = ctypes.c_void_p
    for name in LIBRARIES:
        library = Path(found.origin).parent / "lib" / name
        if library.exists():
            dlopen(os.fsencode(library), os.RTLD_GLOBAL | os.RTLD_LAZY)
