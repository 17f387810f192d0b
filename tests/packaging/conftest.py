"""What the tests of the packaging share: its scripts, the share/ tree, and a small bundle."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Not a package: the scripts import each other as Python finds them when one is run.
sys.path.append(str(ROOT / "packaging"))

#: Says its version as the program does, and what else it was asked.
PROGRAM = """\
#!/bin/sh
if [ "$1" = --version ]; then echo "lenetpad {version}"; else echo "asked: $*"; fi
"""

MakeBundle = Callable[..., Path]
Sh = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def share(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The share/ tree as it is now."""
    import make_share

    folder = tmp_path_factory.mktemp("share")
    make_share.make_share(folder)
    return folder


@pytest.fixture
def make_bundle(tmp_path: Path, share: Path) -> MakeBundle:
    """Makes unpacked bundles with a shell script as the program."""

    def make(version: str = "0.1.0", program: str = PROGRAM) -> Path:
        folder = tmp_path / "unpacked here" / f"lenetpad-{version}-linux-x86_64"
        (folder / "_internal/libraries").mkdir(parents=True)
        (folder / "_internal/libraries/lib.so.1").write_text(f"of {version}")
        (folder / "_internal/lib.so").symlink_to("libraries/lib.so.1")
        (folder / "lenetpad").write_text(program.format(version=version))
        (folder / "lenetpad").chmod(0o755)
        shutil.copytree(share, folder / "share")
        for name in ("install.sh", "uninstall.sh", "README.txt"):
            shutil.copy(ROOT / "packaging/linux" / name, folder)
        return folder

    return make


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose name has all that a shell and a desktop file could stumble over."""
    folder = tmp_path / 'Zoë\'s "$HOME" `100%s` \\n & 李'
    (folder / ".local/share/lenetpad/runs/one").mkdir(parents=True)
    (folder / ".local/share/lenetpad/runs/one/log.jsonl").write_text("my losses")
    (folder / ".config/lenetpad").mkdir(parents=True)
    (folder / ".config/lenetpad/lenetpad.ini").write_text("my settings")
    return folder


@pytest.fixture
def sh(home: Path) -> Sh:
    """Runs a shell script as a user with that home."""

    def run(script: Path, *arguments: object, **environment: str):
        return subprocess.run(
            [shutil.which("dash") or "sh", str(script), *map(str, arguments)],
            env={
                "HOME": str(home),
                "PATH": os.environ["PATH"],
                "PKGSYSTEM_ENABLE_FSYNC": "0",  # update-mime-database waits for the disk otherwise
                **environment,
            },
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    return run
