"""Fresh processes of the program, which most figures are measured with or in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any, Final

from lenetpad.storage import resources

TIMEOUT_SECONDS: Final = 120.0


def run_program(*arguments: str) -> str:
    """Run `lenetpad` with arguments, offscreen if nothing else is chosen; what it prints.

    It keeps its compiled modules, as a user's does, also where the environment forbids it.
    Raises RuntimeError with its last line where it fails.
    """
    # A bundle's executable is the program itself.
    program = [sys.executable] if resources.frozen() else [sys.executable, "-m", "lenetpad"]
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [*program, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise RuntimeError(f"lenetpad {arguments[0]} did not work: {last}")
    return done.stdout


def call_in_process(module: str, function: str) -> dict[str, Any]:
    """What a function of a module returns as JSON, called in a fresh process of Python."""
    code = f"import json; from {module} import {function} as f; print(json.dumps(f()))"
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
