"""The pad needs no torch: a window of its own process, asked what it has imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: Opens the program, writes a digit, does something more, and prints what was found.
PAD = """
import json, sys, threading
from pathlib import Path
from PySide6.QtCore import QSettings
from lenetpad import app
from lenetpad.ink.files import read_ink
from lenetpad.storage import resources
from lenetpad.tools.event_loop import wait_until
from lenetpad.tools.synthetic_pen import SyntheticPen

folder = Path(sys.argv[1])
importers = []

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            importers.append(threading.current_thread().name)
        return None

sys.meta_path.insert(0, Finder())
application = app.make_application()
settings = QSettings(str(folder / "pad.ini"), QSettings.Format.IniFormat)
program = app.Program(settings, folder)
painted = []
program.draw.page.reading_painted.connect(lambda reading: painted.append(reading))
program.window.resize(1280, 800)
program.window.show()
wait_until(lambda: painted)
at_first = set(sys.modules)
ink = read_ink(resources.path("ink/samples.jsonl"))[3].ink
SyntheticPen(program.draw.page.canvas).write(ink)
wait_until(lambda: painted[-1].serial >= program.draw.serial)
before = "torch" in sys.modules
while_writing = sorted(set(sys.modules) - at_first)
#: What explains is not loaded before somebody asks.
early = [name for name in ("lenetpad.ui.draw.inspector.inspector", "lenetpad.engine.explanations")
         if name in sys.modules]

def choose(**wish):
    asked = program.draw.serial
    for name, value in wish.items():
        getattr(program.window, f"{name}_chosen").emit(value)
    wait_until(lambda: painted[-1].serial > asked, 120)

ACTION
found = {
    "before": before,
    "after": "torch" in sys.modules,
    "early": early,
    "while_writing": while_writing,
    "gui": threading.main_thread().name in importers,
    "digit": painted[-1].digit,
    "device": program.draw.networks.ready.used,
    "probabilities": painted[-1].probabilities.tolist(),
}
program.close()
print(json.dumps(found))
"""


def pad(folder: Path, action: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", PAD.replace("ACTION", action), str(folder)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_the_pad_reads_draws_and_changes_networks_without_torch(tmp_path: Path) -> None:
    found = pad(tmp_path, "choose(model='lenet5-modern'); choose(model='lenet5-study-paper')")
    assert (found["before"], found["after"]) == (False, False)
    assert found["early"] == []
    assert found["while_writing"] == []  # an import would hold the pen up
    assert (found["digit"], found["device"]) == (3, "cpu")


def test_every_page_opens_without_torch(tmp_path: Path) -> None:
    """The Train page shows digits as they are; to distort them takes torch."""
    action = """
program.window.open_page("train")
wait_until(lambda: program.training.page is not None, 120)
form = program.training.page.form.distortions
before_digits = form.digits.grab().toImage()
wait_until(lambda: form.digits.grab().toImage() != before_digits, 120)
program.window.open_page("evaluate")
wait_until(lambda: program.evaluation.page is not None, 120)
assert "torch" not in sys.modules
plain = form.digits.grab().toImage()
form.switch.setChecked(True)
wait_until(lambda: form.digits.grab().toImage() != plain, 120)
"""
    found = pad(tmp_path, action)
    assert (found["after"], found["gui"]) == (True, False)


@pytest.mark.parametrize("device", ["torch-cpu"])
def test_torch_comes_with_its_device_and_reads_the_same(tmp_path: Path, device: str) -> None:
    with_numpy = pad(tmp_path, "")
    found = pad(tmp_path, f"choose(device={device!r})")
    assert (found["before"], found["after"], found["device"]) == (False, True, device)
    assert not found["gui"]  # the window's thread never waits for it
    assert found["digit"] == with_numpy["digit"]
    assert found["probabilities"] == pytest.approx(with_numpy["probabilities"], abs=1e-5)


def test_a_pickled_file_is_read_without_torch(tmp_path: Path) -> None:
    import torch

    from lenetpad.lenet.weights import load
    from lenetpad.training.network import network_of

    torch.save(network_of(load("lenet5-1998")).state_dict(), tmp_path / "mine.pth")
    found = pad(tmp_path, f"choose(model={str(tmp_path / 'mine.pth')!r})")
    assert (found["before"], found["after"]) == (False, False)
    assert found["digit"] == 3


def test_commands_that_need_no_torch_import_none(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from lenetpad.cli.parser import run\n"
        "status = run(sys.argv[1:])\n"
        "assert status == 0, status\n"
        "assert 'torch' not in sys.modules\n"
    )
    samples = str(ROOT / "resources" / "ink" / "samples.jsonl")
    for command in (["predict", samples], ["info"], ["info", "--model", "lenet5-modern-paper"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *command],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
