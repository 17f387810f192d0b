"""Imports of large packages beside the window.

What they make stays for ever: hundreds of thousands of objects, which the garbage collector would
search again and again while it holds the interpreter's lock, up to 90 ms at once. So it rests
while they are imported, and is told to leave alone what there is then.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """No garbage is collected inside, and what is left is never searched again."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def import_for_ever(name: str) -> ModuleType:
    """Import a module by its name, with all that it imports."""
    with collector_at_rest():
        return import_module(name)
