"""`lenetpad bench`: the figures of the README, measured on this machine."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from lenetpad.ink.files import read_ink
from lenetpad.ink.raster import draw
from lenetpad.ink.strokes import Ink, Stroke
from lenetpad.storage import resources
from lenetpad.tools.bench.figures import Figure, in_a_process, summary

POINTS: Final = 200  # of the digit that the rasteriser is timed with
CALLS: Final = 3000
WARM_UP: Final = 300
TITLES: Final = {
    "raster_ms": "rasteriser, a 200-point digit",
    "network_ms": "network, one image with all taps, CPU",
    "pen_to_paint_ms": "pen event until every panel is painted, 250 Hz",
    "pen_to_paint_beside_training_ms": "the same while a network trains beside it",
    "pen_to_paint_watching_ms": "the same while the pad watches that training",
    "window_ms": "process start until the window is painted and takes ink",
    "first_reading_ms": "process start until the first reading is painted",
    "gui_gap_max_ms": "longest gap of the event loop while torch loads",
    "open_train_ms": "longest gap: Train is opened for the first time, 100 runs",
    "compare_runs_ms": "longest gap: the curves of six runs of 40,000 steps",
    "delete_runs_ms": "longest gap: twenty runs are deleted",
    "open_evaluate_ms": "longest gap: Evaluate is opened for the first time",
    "evaluate_ms": "longest gap: MNIST's test set is evaluated and shown",
    "switch_theme_ms": "longest gap: light and dark, with every page open",
}


def run(arguments: argparse.Namespace) -> int:
    """Measure everything and print it, as a table or as JSON."""
    if arguments.started is not None:  # one of the processes whose start is measured
        from lenetpad.tools.bench.startup import child

        child(arguments.started)
        return 0
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    path = arguments.ink or resources.path("ink/samples.jsonl")
    drawings = [drawing.ink for drawing in read_ink(path)]
    figures: dict[str, Any] = {}
    steps: tuple[Callable[[], dict[str, Any]], ...] = (_startup,)
    if not arguments.startup:
        steps = (
            lambda: {"raster_ms": _raster(drawings)},
            _startup,
            lambda: _window(drawings, arguments.events),
            _standstills,
            _training,
        )
    for step in steps:
        figures |= step()
        print(f"measured {', '.join(figures)}", file=sys.stderr)
    if arguments.json:
        print(json.dumps(figures))
    else:
        print(_table(figures))
    return 0


def _raster(drawings: Sequence[Ink]) -> Figure:
    digits = [_resampled(ink) for ink in drawings]
    seconds = []
    for call in range(WARM_UP + CALLS):
        digit = digits[call % len(digits)]
        started = time.perf_counter()
        draw(digit)
        seconds.append(time.perf_counter() - started)
    return summary(seconds[WARM_UP:])


def _resampled(ink: Ink) -> Ink:
    """The ink with 200 points in all, spread over its strokes as its own points are."""
    total = ink.point_count
    strokes = []
    for stroke in ink.strokes:
        count = max(1, round(POINTS * len(stroke.points) / total))
        at = np.linspace(0, len(stroke.points) - 1, count)
        columns = [np.interp(at, np.arange(len(stroke.points)), c) for c in stroke.points.T]
        strokes.append(Stroke(np.stack(columns, axis=1)))
    return Ink(tuple(strokes))


def _startup() -> dict[str, Any]:
    from lenetpad.tools.bench.startup import startup

    return dict(startup())


def _window(drawings: Sequence[Ink], events: int) -> dict[str, Any]:
    """The figures that need the window in this process, and the network's beside them."""
    from PySide6.QtCore import QSettings

    from lenetpad import app
    from lenetpad.tools.bench.beside import beside_training
    from lenetpad.tools.bench.pen import memory, open_pad, pen_to_paint

    application = app.make_application()
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "bench.ini"), QSettings.Format.IniFormat)
        settings.setValue("device", "cpu")
        pad, watch = open_pad(settings)
        try:
            figures: dict[str, Any] = {
                "network_ms": _network(drawings),
                "pen_to_paint_ms": pen_to_paint(pad, watch, drawings, events),
                "memory_mb": memory(pad, watch, drawings),
            }
            figures |= beside_training(pad, watch, drawings, events)
        finally:
            pad.window.close()
    del application
    return figures


def _standstills() -> dict[str, Any]:
    if resources.frozen():
        return {}  # a bundle starts no Python of its own, and the window is the same
    from lenetpad.tools.bench.standstill import standstills

    return dict(standstills())


def _training() -> dict[str, Any]:
    """In a process of its own: the window's has set torch up for single images."""
    if resources.frozen():
        return {}  # the plain loop needs torchvision, which a bundle has not
    return in_a_process("lenetpad.tools.bench.training", "training")


def _network(drawings: Sequence[Ink]) -> Figure:
    """The network's call alone: image in, all taps as arrays out."""
    from lenetpad.training.opening import open_recognizer
    from lenetpad.values.models import Choice

    recognizer = open_recognizer(Choice(0, "lenet5-1998", "cpu"))
    images = [draw(ink) for ink in drawings]
    readings = [recognizer.read(images[n % len(images)]) for n in range(WARM_UP + CALLS)]
    return summary([reading.network_seconds for reading in readings[WARM_UP:]])


def _table(figures: dict[str, Any]) -> str:
    lines = [f"{'milliseconds':58}{'p50':>9}{'p95':>9}{'p99':>9}{'max':>9}{'n':>7}"]
    for name, title in TITLES.items():
        if name not in figures:
            continue
        figure = figures[name]
        numbers = "".join(f"{figure[key]:>9.2f}" for key in ("p50", "p95", "p99", "max"))
        lines.append(f"{title:58}{numbers}{figure['n']:>7}")
    if "memory_mb" not in figures:
        return "\n".join(lines)
    memory = figures["memory_mb"]
    growth = 100 * (memory["after_10000"] / memory["after_1000"] - 1)
    lines.append(
        f"\nmemory: {memory['after_1000']:.0f} MB after 1,000 readings, "
        f"{memory['after_10000']:.0f} MB after 10,000 ({growth:+.1f} %)"
    )
    alone, beside = (figures[f"training_{how}_images_per_s"] for how in ("alone", "beside_pen"))
    lines.append(
        f"training beside the window: {alone:,} images per second with nobody writing, "
        f"{beside:,} with the pen ({100 * beside / alone:.0f} %)"
    )
    if "fit_images_per_s" in figures:
        lines.append(_training_table(figures))
    return "\n".join(lines)


def _training_table(figures: dict[str, Any]) -> str:
    rows = [("", "plain loop", "lenetpad")]
    for title, name in (("", "images_per_s"), (", distorted", "distorted_images_per_s")):
        plain, own = (f"{figures[f'{who}_{name}']:,}" for who in ("reference", "fit"))
        rows.append((f"training, images per second{title}", plain, own))
    reached = figures["accuracy_reached"]
    ours = "not reached" if reached is None else f"{figures['time_to_reference_accuracy_s']}"
    wanted = f"{figures['reference_accuracy']:.2%}"
    rows.append(
        (f"seconds to {wanted} on MNIST's test set", f"{figures['reference_time_s']}", ours)
    )
    return "\n" + "\n".join(f"{title:52}{plain:>12}{our:>12}" for title, plain, our in rows)
