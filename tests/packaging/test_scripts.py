"""The packaging's shell scripts, as far as a shell can say without running them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).resolve().parents[2] / "packaging").rglob("*.sh"))


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no sh")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_plain_shell_can_read_it(script):
    shell = shutil.which("dash") or "sh"
    done = subprocess.run([shell, "-n", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert script.read_text("utf-8").startswith("#!/bin/sh\n")
