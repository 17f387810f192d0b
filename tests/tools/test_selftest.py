"""`lenetpad selftest`: what a bundle and a user check an installation with."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from lenetpad.ink.files import Drawing
from lenetpad.tools import selftest
from lenetpad.tools.driver import Driver
from lenetpad.values.models import MODEL_NAMES
from lenetpad.values.reading import Reading


def test_everything_works_and_is_said_line_by_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lenetpad", "selftest", "--out", "pictures"],
        cwd=tmp_path,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert all(line.startswith("ok: ") for line in lines)
    for name in MODEL_NAMES:
        assert f"ok: {name} reads 10 of 10 sample digits" in lines
    assert "20 steps in a process of its own" in lines[-1]
    picture = np.asarray(Image.open(tmp_path / "pictures" / selftest.PICTURE).convert("L"))
    assert picture.shape == (800, 1280)
    assert picture.std() > 20  # not one grey
    assert {path.name for path in tmp_path.iterdir()} <= {"pictures", ".cache", ".config"}


def test_a_network_that_reads_wrong_is_named(
    qtbot: QtBot, fake_reader: type[Any], samples: list[Drawing]
) -> None:
    class Wrong(fake_reader):  # type: ignore[misc]
        def read(self, image: np.ndarray, holds: object = ()) -> Reading:
            reading: Reading = super().read(image)
            certain = np.eye(10, dtype=np.float32)[7]
            return replace(reading, digit=7, probabilities=certain, no_digit=0.0)

    with (
        Driver(opener=lambda choice: Wrong()) as driver,
        pytest.raises(RuntimeError, match="lenet5-study reads only 1 of 10 sample digits"),
    ):
        selftest.read_with(driver, "lenet5-study", samples[:10])


def test_a_training_that_fails_says_why(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file where the folder of runs should be", encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"a training fails: .*runs"):
        selftest.train(tmp_path)
