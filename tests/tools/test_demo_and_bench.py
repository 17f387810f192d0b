"""`lenetpad demo` and `lenetpad bench`, run as a user runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image, ImageSequence
from PySide6.QtGui import QColor, qGray

from lenetpad.tools.bench import TITLES
from lenetpad.ui.widgets.theme import DARK, LIGHT

ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
}
FIGURES = (
    "raster_ms",
    "network_ms",
    "pen_to_paint_ms",
    "pen_to_paint_beside_training_ms",
    "pen_to_paint_watching_ms",
    "window_ms",
    "first_reading_ms",
    "gui_gap_max_ms",
)


def run(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env={**ENVIRONMENT, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


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


def test_the_benchmark_gives_every_figure_as_json(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from lenetpad import bench, cli\n"
        "from lenetpad.tools.bench import beside, pen, startup\n"
        "beside.ALONE_SECONDS, beside.WARM_UP_REPORTS = 0.5, 1\n"
        "bench.CALLS, bench.WARM_UP, startup.RUNS = 40, 5, 1\n"
        "pen.READINGS, pen.WARM_UP = (10, 20), 20\n"
        "bench._training = bench._standstills = lambda: {}  # have tests of their own\n"
        "sys.exit(cli.run(['bench', '--json', '--events', '60']))\n"
    )
    done = run("-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    speeds = {"training_alone_images_per_s", "training_beside_pen_images_per_s"}
    assert set(figures) == {*FIGURES, "memory_mb", *speeds}
    assert all(figures[name] > 0 for name in speeds)
    for name in FIGURES:
        assert set(figures[name]) == {"p50", "p95", "p99", "max", "n"}
        assert 0 < figures[name]["p50"] <= figures[name]["p99"] <= figures[name]["max"]
    assert figures["pen_to_paint_ms"]["n"] == 60
    assert set(figures["memory_mb"]) == {"after_10", "after_20"}


def test_the_standstills_are_those_of_each_action(tmp_path: Path) -> None:
    code = (
        "import json, time\n"
        "from lenetpad.tools.bench import standstill\n"
        "from lenetpad.ui.window import Window\n"
        "standstill.RUNS, standstill.COMPARED = 6, 2\n"
        "standstill.DELETED, standstill.STEPS = 3, 100\n"
        "standstill.SETTLE_SECONDS = 0.1\n"
        "switch, paused = Window.switch_theme, []\n"
        "def slowly(window):\n"
        "    paused.append(time.perf_counter())\n"
        "    while len(paused) == 2 and time.perf_counter() < paused[1] + 0.4: pass\n"
        "    switch(window)\n"
        "Window.switch_theme = slowly\n"
        "print(json.dumps(standstill.measure()))\n"
    )
    done = run("-c", code, cwd=tmp_path, QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 0, done.stderr
    seconds = json.loads(done.stdout)
    assert {f"{name}_ms" for name in seconds} <= set(TITLES)
    assert len(seconds) == 6
    assert min(min(found) for found in seconds.values()) > 0
    assert len(seconds["switch_theme"]) == 3
    assert seconds["switch_theme"][1] > 0.4 > seconds["switch_theme"][2]


def test_the_training_benchmark_compares_with_the_plain_loop(tmp_path: Path) -> None:
    code = (
        "import json\n"
        "from lenetpad.tools.bench import training\n"
        "from lenetpad.lenet import data\n"
        "from lenetpad.values.recipes import Recipe\n"
        "few = [data.Labelled(part.images[:3000], part.labels[:3000]) for part in data.mnist()]\n"
        "data.mnist = lambda: few\n"
        "training.TIMED_IMAGES, training.STUDY_TRAINED_ON, training.STUDY_EPOCHS = 640, 640, 1\n"
        "training.QUICK = (Recipe(epochs=1, lr=3e-3, distortions=None, validation=0),)\n"
        "print(json.dumps(training.training()))\n"
    )
    done = run("-c", code, cwd=tmp_path, OMP_NUM_THREADS="1")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    speeds = [name for name in figures if name.endswith("images_per_s")]
    assert len(speeds) == 4
    assert all(figures[name] > 0 for name in speeds)
    # An epoch of 3,000 images reads better than ten steps of the plain loop.
    assert figures["accuracy_reached"] >= figures["reference_accuracy"]
    assert figures["time_to_reference_accuracy_s"] > 0
    assert figures["reference_time_s"] > 0
