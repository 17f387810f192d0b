"""The wheel that `python -m build` makes holds everything: installed, it works from anywhere."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from lenetpad import __version__
from lenetpad.storage import resources
from lenetpad.tools.demo import PICTURES

ROOT = Path(__file__).parents[2]


def checked(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env={"HOME": str(cwd), "PATH": "/usr/bin:/bin", "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts' folder of a new environment with the wheel, made of the source distribution."""
    folder = tmp_path_factory.mktemp("wheel")
    checked(
        *(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "dist", ROOT),
        cwd=folder,
    )
    (wheel,) = (folder / "dist").glob("*.whl")
    assert list((folder / "dist").glob(f"lenetpad-{__version__}.tar.gz"))
    venv.create(folder / "env", with_pip=False, symlinks=True)
    python = folder / "env" / "bin" / "python"
    checked(
        *(sys.executable, "-m", "pip", "--python", python, "install"),
        *("--quiet", "--no-deps", "--no-index", "--no-compile", wheel),
        cwd=folder,
    )
    # The dependencies are those of the environment that the tests run in. Only its packages: the
    # .pth files there, one of which names this source tree, are not read.
    (packages,) = (folder / "env" / "lib").glob("python3.*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    where = checked(python, "-c", "import lenetpad; print(lenetpad.__file__)", cwd=folder)
    assert Path(where.strip()).is_relative_to(packages)
    return python.parent


def test_it_holds_every_resource(installed: Path) -> None:
    (package,) = installed.parent.glob("lib/python3.*/site-packages/lenetpad/resources")
    shipped = {
        path.relative_to(ROOT / "resources")
        for path in (ROOT / "resources").rglob("*")
        if path.is_file() and "pictures" not in path.parts
    }
    assert {path.relative_to(package) for path in package.rglob("*") if path.is_file()} == shipped


def test_it_predicts_from_another_folder(installed: Path, tmp_path: Path) -> None:
    ink = tmp_path / "some.jsonl"
    ink.write_bytes(resources.path("ink/samples.jsonl").read_bytes())
    said = checked(installed / "lenetpad", "predict", "some.jsonl", cwd=tmp_path)
    assert "some.jsonl:4: 3" in said


def test_it_runs_the_demo_from_another_folder(installed: Path, tmp_path: Path) -> None:
    checked(installed / "lenetpad", "demo", "--out", "pictures", cwd=tmp_path)
    assert {path.name for path in (tmp_path / "pictures").iterdir()} == set(PICTURES)
