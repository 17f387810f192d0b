"""Imports of large packages beside the window.

What they make stays for ever: hundreds of thousands of objects, which the garbage collector would
search again and again while it holds the interpreter's lock, up to 90 ms at once. So it rests
while they are imported, and is told to leave alone what there is then.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from lenetpad.engine.garbage import collector_at_rest


def import_for_ever(name: str) -> ModuleType:
    """Import a module by its name, with all that it imports."""
    with collector_at_rest():
        return import_module(name)
