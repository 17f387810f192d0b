"""Modules that are imported without torch: the engine's, for the window's process must not wait
for it, and all that reads data, for what is refused must not either."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import pkgutil, sys
from importlib import import_module
room, *needing_torch = sys.argv[1:]
package = import_module(f"lenetpad.{room}")
names = {module.name for module in pkgutil.iter_modules(package.__path__)}
assert set(needing_torch) < names, names
for name in names - set(needing_torch):
    import_module(f"lenetpad.{room}.{name}")
print([name for name in ("torch", "torchvision", "onnx") if name in sys.modules])
"""


@pytest.mark.parametrize("room", [("engine",), ("data", "distortions")], ids=lambda room: room[0])
def test_no_module_of_the_room_imports_torch(room: tuple[str, ...]) -> None:
    """Room, and its modules that do import torch."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", CODE, *room]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
