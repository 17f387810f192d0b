"""What the tests of the command line share: a small network, ink, pictures and a tiny MNIST."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lenetpad.cli import parser as cli
from lenetpad.data import labelled as data
from lenetpad.data.labelled import Labelled
from lenetpad.evaluation import figures
from lenetpad.storage import runs
from lenetpad.training import weights
from lenetpad.training.network import build

ROOT = Path(__file__).parents[2]
#: A one and a seven, as a hand draws them; y runs down.
ONE = [[[50, 0], [50, 100]]]
SEVEN = [[[10, 0], [70, 0], [35, 100]]]


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended, and what it wrote."""

    status: int
    out: str
    err: str


Run = Callable[..., Result]
Failing = Callable[..., str]
#: Options of a short training.
QUICK = ("--epochs", 1, "--batch-size", 16)


def parsed(text: str) -> Any:
    """A command's one JSON value; NaN and Infinity are no JSON."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    assert len(text.splitlines()) == 1
    return json.loads(text, parse_constant=refuse)


def stand_in(monkeypatch: pytest.MonkeyPatch, name: str, **functions: object) -> None:
    """Put a module with these functions in the place of lenetpad.NAME."""
    module = ModuleType(f"lenetpad.{name}")
    vars(module).update(functions)
    monkeypatch.setitem(sys.modules, f"lenetpad.{name}", module)
    package, _, last = f"lenetpad.{name}".rpartition(".")
    monkeypatch.setattr(import_module(package), last, module, raising=False)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process."""

    def call(*argv: object) -> Result:
        status = cli.run([str(argument) for argument in argv])
        captured = capsys.readouterr()
        return Result(status, captured.out, captured.err)

    return call


@pytest.fixture
def failing(run: Run) -> Failing:
    """Run a command line that fails as it should; gives the line that says why."""

    def call(*argv: object) -> str:
        result = run(*argv)
        assert result.status == 1
        assert result.out == ""
        assert result.err.endswith("\n")
        [line] = result.err.splitlines()
        assert line.startswith("lenetpad: ")
        return line

    return call


@pytest.fixture
def refusing() -> Failing:
    """As ``failing``, in a process of its own, in which torch must not be imported."""

    def call(*argv: object) -> str:
        code = (
            "import sys\n"
            "from lenetpad.cli.parser import run\n"
            "status = run(sys.argv[1:])\n"
            "print(status, 'torch' in sys.modules)\n"
        )
        command = [sys.executable, "-c", code, *(str(argument) for argument in argv)]
        result = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
        )
        assert result.stdout == "1 False\n"
        [line] = result.stderr.splitlines()
        assert line.startswith("lenetpad: ")
        return line

    return call


@pytest.fixture(scope="session")
def mnist() -> tuple[Labelled, Labelled]:
    """MNIST's training and test set."""
    return data.mnist()


@pytest.fixture(autouse=True)
def _runs_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No test's training is kept among the user's, one of another process neither."""
    folder = tmp_path_factory.mktemp("data")
    monkeypatch.setattr(runs, "home", lambda: folder / "runs")
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))


@pytest.fixture
def tiny_mnist(
    mnist: tuple[Labelled, Labelled], monkeypatch: pytest.MonkeyPatch
) -> tuple[Labelled, Labelled]:
    """The first 200 training and 100 test images, in place of all, and few scribbles."""
    train, test = mnist
    tiny = (train.chosen(slice(200)), test.chosen(slice(100)))
    monkeypatch.setattr(data, "mnist", lambda: tiny)
    monkeypatch.setattr(figures, "SCRIBBLES", 40)
    monkeypatch.setattr(figures, "NOISE", 40)
    return tiny


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights file of an untrained network."""
    path = tmp_path_factory.mktemp("weights") / "mine.safetensors"
    weights.save(path, build("lenet5-modern", 1), {})
    return path


@pytest.fixture
def ink(tmp_path: Path) -> Path:
    """An ink file with a one and a seven."""
    path = tmp_path / "digits.jsonl"
    drawings = [{"label": 1, "strokes": ONE}, {"label": 7, "strokes": SEVEN}]
    path.write_text("".join(json.dumps(drawing) + "\n" for drawing in drawings))
    return path


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A black one on white paper."""
    pixels = np.full((60, 40), 255, dtype=np.uint8)
    pixels[10:50, 18:23] = 0
    path = tmp_path / "one.png"
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def images(tmp_path: Path, mnist: tuple[Labelled, Labelled]) -> Path:
    """Twenty of MNIST's test digits as an .npz file; none of them is a 3."""
    digits = mnist[1].chosen(mnist[1].labels != 3)
    path = tmp_path / "digits.npz"
    np.savez(path, images=digits.images[:20], labels=digits.labels[:20])
    return path


@pytest.fixture(autouse=True)
def _torch_settings(torch_settings: None) -> None:
    """Every test of this room."""
