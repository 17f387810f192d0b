"""Load torch's libraries without holding the interpreter's lock.

`import torch` maps hundreds of megabytes while it holds the lock, and the window would stand still
for as long. A foreign call releases the lock, so the libraries are opened through the C library's
own dlopen first; the import then finds them in memory. Where that is impossible nothing is lost:
the import does the work itself.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from pathlib import Path
from typing import Final

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


def preload_torch() -> None:
    """Open torch's shared libraries with the lock released; Linux only, elsewhere a no-op."""
    if not sys.platform.startswith("linux") or "torch" in sys.modules:
        return
    found = importlib.util.find_spec("torch")
    if found is None or found.origin is None:
        return
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.argtypes = [ctypes.c_char_p, ctypes.c_int]
    dlopen.restype = ctypes.c_void_p
    for name in LIBRARIES:
        library = Path(found.origin).parent / "lib" / name
        if library.exists():
            dlopen(os.fsencode(library), os.RTLD_GLOBAL | os.RTLD_LAZY)
