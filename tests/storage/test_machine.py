"""What a bug report is told: versions and devices, and nothing personal."""

from __future__ import annotations

import json
import os
import platform
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import lenetpad
from lenetpad.cli import parser as cli
from lenetpad.storage import machine as diagnostics
from lenetpad.values.models import name_for_a_report

MARKER = "jane-of-the-marker"
ROOT = Path(__file__).parents[2]


def told(*argv: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lenetpad", "diagnostics", *argv],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_command_tells_versions_and_devices_and_nothing_personal(tmp_path: Path) -> None:
    home = tmp_path / MARKER
    home.mkdir()
    names = ("HOME", "USER", "LOGNAME", "USERNAME", "HOSTNAME", "USERPROFILE", "XDG_DATA_HOME")
    done = told(**dict.fromkeys(names, str(home)))
    assert done.returncode == 0, done.stderr
    lines = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert lines["Program"] == f"lenetpad {lenetpad.__version__}, a Python package"
    assert lines["Python"].startswith(platform.python_version())
    assert lines["torch"] == version("torch")
    assert lines["numpy"] == version("numpy")
    assert lines["PySide6"] == lines["Qt"] == version("PySide6_Essentials")
    assert "CPU" in lines["Devices"]
    assert int(lines["Processors"].split(",")[0]) > 0
    assert MARKER not in done.stdout
    assert str(ROOT) not in done.stdout


def test_as_json_it_is_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["diagnostics"]) == 0
    text = capsys.readouterr().out
    assert cli.run(["diagnostics", "--json"]) == 0
    assert diagnostics.text(json.loads(capsys.readouterr().out)) == text


@pytest.mark.parametrize(
    ("module", "title"), [("lenetpad.training.devices", "Devices"), ("PySide6.QtCore", "Qt")]
)
def test_what_cannot_be_loaded_is_what_it_tells(
    module: str,
    title: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    assert cli.run(["diagnostics", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts[title] == f"cannot be loaded (ModuleNotFoundError: {module})"


def test_the_message_of_what_fails_may_hold_a_path_and_is_not_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise OSError(f"/home/{MARKER}/lib.so: cannot open")

    monkeypatch.setattr("lenetpad.training.devices.devices", fail)
    assert cli.run(["diagnostics", "--json"]) == 0
    text = capsys.readouterr().out
    assert json.loads(text)["Devices"] == "cannot be loaded (OSError)"
    assert MARKER not in text


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("lenet5-1998", "lenet5-1998"),
        ("lenet5-modern-paper", "lenet5-modern-paper"),
        (f"/home/{MARKER}/{MARKER}.pth", "own file (.pth)"),
        (f"C:\\Users\\{MARKER}\\mine.SAFETENSORS", "own file (.safetensors)"),
        (f"/home/x/weights.{MARKER}", "own file"),
        (MARKER, "own file"),
    ],
)
def test_a_file_of_the_users_is_not_named(model: str, words: str) -> None:
    assert name_for_a_report(model) == words


def test_the_hosts_name_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "node", lambda: MARKER)
    monkeypatch.setattr(socket, "gethostname", lambda: MARKER)
    assert MARKER not in diagnostics.text(diagnostics.of_the_machine())


def test_a_bundle_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert diagnostics.of_the_machine()["Program"] == f"lenetpad {lenetpad.__version__}, a bundle"


def test_what_is_not_installed_is_not_found() -> None:
    assert diagnostics.version_of("lenetpad-of-nobody") == "not found"


def test_a_system_that_says_little_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object) -> object:
        raise OSError

    monkeypatch.setattr(platform, "freedesktop_os_release", silent)
    monkeypatch.setattr(os, "sysconf", silent)
    facts = diagnostics.of_the_machine()
    assert facts["System"] == platform.platform()
    assert "Memory" not in facts
