"""`lenetpad demo`, run as a user runs it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image, ImageSequence
from PySide6.QtGui import QColor, qGray

from lenetpad.ui.widgets.theme import DARK, LIGHT
from tests.tools.conftest import run


def test_without_a_display_the_program_says_so_and_runs_the_demo(tmp_path: Path) -> None:
    done = run("-m", "lenetpad", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "no display" in done.stdout
    light, dark = (
        np.asarray(Image.open(tmp_path / "demo" / name).convert("L"))
        for name in ("window.png", "window-dark.png")
    )
    assert light.shape == dark.shape == (800, 1280)
    assert light.mean() > 180 > 90 > dark.mean()
    for picture, theme in ((light, LIGHT), (dark, DARK)):  # header and page, and no other theme's
        for x, y in ((640, 3), (3, 400)):
            assert abs(int(picture[y, x]) - qGray(QColor(theme.window).rgb())) < 3
    with Image.open(tmp_path / "demo" / "writing.gif") as film:
        frames = [np.asarray(frame.convert("L")) for frame in ImageSequence.Iterator(film)]
    assert len(frames) > 20
    # The maps follow the pen: the middle of the window changes from frame to frame.
    changed = [(a[60:480, 420:760] != b[60:480, 420:760]).mean() for a, b in pairwise(frames[:11])]
    assert min(changed) > 0.01
