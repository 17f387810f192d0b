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


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no sh")
@pytest.mark.parametrize("there", [True, False], ids=["environment", "nothing"])
def test_set_up_leaves_a_link_to_another_environment_alone(root, tmp_path, sh, there):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    packaging = ("setup.sh", "constraints.txt", "debian-packages.txt")
    read = ["pyproject.toml", "lenetpad/__init__.py", *(f"packaging/{name}" for name in packaging)]
    for name in read:
        (ours / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / name, ours / name)
    if there:
        theirs.mkdir()
        (theirs / "set-up-for").write_text("1 2 /another/checkout")
    (ours / ".venv").symlink_to(theirs)

    # A set-up that goes on finds no Python, and ends.
    done = sh(ours / "packaging/setup.sh", SKIP_PACKAGES="1", PYTHON="no-such-python")

    assert done.returncode == 1
    assert f".venv is a link to {theirs}" in done.stderr
    assert "remove the link (rm .venv)" in done.stderr
    assert list(theirs.rglob("*")) == ([theirs / "set-up-for"] if there else [])
