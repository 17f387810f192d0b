"""`lenetpad bench`: which figures it measures, and how it prints them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lenetpad.cli import parser as cli
from lenetpad.ink.files import Drawing, read_ink
from lenetpad.ink.strokes import Ink
from lenetpad.tools.bench import predict
from lenetpad.tools.bench import run as bench
from lenetpad.tools.bench.parts import PARTS
from lenetpad.tools.bench.processes import run_program
from lenetpad.tools.bench.table import TITLES, table
from tests.tools.conftest import run

FIGURES = (
    "raster_ms",
    "network_ms",
    "network_study_ms",
    "network_modern_ms",
    "number_stroke_ms",
    "number_line_ms",
    "pen_to_paint_ms",
    "pen_to_paint_inspector_ms",
    "pen_to_paint_stage_ms",
    "select_unit_ms",
    "occlusion_ms",
    "best_patches_s",
    "pen_to_paint_beside_training_ms",
    "pen_to_paint_watching_ms",
    "window_ms",
    "first_reading_ms",
    "gui_gap_max_ms",
    "predict_ms",
)


def test_the_benchmark_gives_every_figure_as_json(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from lenetpad.cli import parser as cli\n"
        "from lenetpad.tools.bench import beside, dragging, network, numbers_timing, pen\n"
        "from lenetpad.tools.bench import predict, raster, startup, window\n"
        "dragging.DRAGS = 1\n"
        "beside.ALONE_SECONDS, beside.WARM_UP_REPORTS = 0.5, 1\n"
        "for timed in raster, network: timed.CALLS, timed.WARM_UP = 40, 5\n"
        "numbers_timing.LINES, numbers_timing.WARM_UP = 3, 1\n"
        "startup.PROCESSES = predict.PROCESSES = 1\n"
        "window.READINGS, pen.WARM_UP = (10, 20), 20\n"
        # The others have tests of their own.
        "parts = ['raster', 'predict', 'startup', 'pen', 'network', 'numbers']\n"
        "sys.exit(cli.run(['bench', '--json', '--events', '60', '--only', *parts]))\n"
    )
    done = run("-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    speeds = {
        "training_alone_images_per_s",
        "training_beside_pen_images_per_s",
        "timeline_readings_per_s",
    }
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
        "    while len(paused) == 2 and time.perf_counter() < paused[1] + 1.0: pass\n"
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
    assert seconds["switch_theme"][1] > 1.0 > seconds["switch_theme"][2]


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ([], PARTS),
        (["--startup"], ("startup",)),
        (["--only", "pen"], ("pen",)),
        (["--only", "training", "raster"], ("raster", "training")),
        (["--startup", "--only", "predict"], ("predict", "startup")),
    ],
)
def test_the_options_choose_the_parts(
    options: list[str],
    parts: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stand_ins = {part: lambda part=part: {part: 1} for part in bench.measurements([], 0)}
    monkeypatch.setattr(bench, "measurements", lambda drawings, events: stand_ins)
    assert cli.run(["bench", "--json", *options]) == 0
    assert tuple(json.loads(capsys.readouterr().out)) == parts


def test_a_part_that_there_is_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.run(["bench", "--only", "colour"])
    assert ended.value.code == 2
    assert "'colour'" in capsys.readouterr().err


def test_the_table_shows_what_was_measured_and_nothing_else() -> None:
    figure = {"p50": 1.5, "p95": 2.0, "p99": 2.5, "max": 3.0, "n": 7}
    [head, line] = table({"predict_ms": figure}).splitlines()
    assert head.split() == ["milliseconds", "p50", "p95", "p99", "max", "n"]
    assert line.startswith(TITLES["predict_ms"])
    assert line.split()[-5:] == ["1.50", "2.00", "2.50", "3.00", "7"]
    assert len(head) == len(line)


def test_the_whole_process_of_predict_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[list[Drawing]] = []

    def note(*arguments: str) -> str:
        assert arguments[0] == "predict"
        read.append(read_ink(Path(arguments[1])))
        return ""

    monkeypatch.setattr(predict, "run_program", note)
    one = Ink.of([[[50, 0], [50, 100]]])
    figures = predict.predict(one)
    assert figures["predict_ms"]["n"] == predict.PROCESSES == len(read) - 1
    assert [len(drawings) for drawings in read] == [1] * len(read)
    assert np.array_equal(read[0][0].ink.strokes[0].xy, one.strokes[0].xy)


def test_a_process_that_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match=r"lenetpad predict did not work: .*nowhere\.jsonl"):
        run_program("predict", "nowhere.jsonl")


def test_the_training_benchmark_compares_with_the_plain_loop(tmp_path: Path) -> None:
    code = (
        "import json\n"
        "from lenetpad.tools.bench import training\n"
        "from lenetpad.data import labelled as data\n"
        "from lenetpad.values.recipes import Recipe\n"
        "few = [part.chosen(slice(3000)) for part in data.mnist()]\n"
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
