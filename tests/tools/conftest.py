"""What the tests of the tools share: a fresh process of Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def run(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Python without a display, unless ``environment`` says otherwise."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
