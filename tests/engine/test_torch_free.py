"""The engine is imported by the window's process, which must not wait for torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CODE = """
import pkgutil, sys
from importlib import import_module
import lenetpad.engine
names = [module.name for module in pkgutil.iter_modules(lenetpad.engine.__path__)]
assert {"recognition", "jobs", "evaluation", "training_process"} <= set(names), names
for name in names:
    import_module(f"lenetpad.engine.{name}")
print([name for name in ("torch", "torchvision", "onnx") if name in sys.modules])
"""


def test_no_module_of_the_engine_imports_torch() -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", CODE]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
