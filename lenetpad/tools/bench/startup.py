"""From the process's start to the painted window and the first reading, each in a new process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSettings, QTimer, Slot

from lenetpad import app
from lenetpad.ink.files import read_ink
from lenetpad.storage import resources
from lenetpad.tools.bench.figures import Figure, summary
from lenetpad.tools.bench.pulse import TICK_MS, Pulse
from lenetpad.tools.synthetic_pen import Hand, wait_until
from lenetpad.values.reading import Reading

RUNS: Final = 7  # after one that warms the disk's cache


def startup() -> dict[str, Figure]:
    """window_ms, first_reading_ms and gui_gap_max_ms over several fresh processes."""
    runs = [_run_once() for _ in range(RUNS + 1)][1:]
    return {
        "window_ms": summary([run["window"] for run in runs]),
        "first_reading_ms": summary([run["first_reading"] for run in runs]),
        "gui_gap_max_ms": summary([run["gap"] for run in runs]),
    }


def _run_once() -> dict[str, float]:
    """Start a process, which imports only what the window's own process imports."""
    # A bundle's executable is the program itself.
    program = [sys.executable] if resources.frozen() else [sys.executable, "-m", "lenetpad"]
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    started = time.time()
    done = subprocess.run(
        [*program, "bench", "--started", repr(started)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise RuntimeError(f"a window did not start: {last}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def child(started: float) -> None:
    """Open the window as the program does, write a digit, and print the times as JSON."""
    application = app.make_application()
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "bench.ini"), QSettings.Format.IniFormat)
        pad = app.Program(settings)
        stopwatch = _Stopwatch(pad, started)
        pad.window.resize(1280, 800)
        pad.window.show()
        wait_until(lambda: "first_reading" in stopwatch.figures)
        pad.window.close()
    del application
    print(json.dumps(stopwatch.figures))


class _Stopwatch(QObject):
    """Notes the first paint, writes a digit then, and measures the event loop's gaps until the
    digit has been read. All times are seconds; ``started`` is the system's clock."""

    def __init__(self, pad: app.Program, started: float) -> None:
        super().__init__()
        self.figures: dict[str, float] = {}
        self._pad, self._started = pad, started
        self._pulse = Pulse()
        self._painted = False
        pad.draw.page.canvas.installEventFilter(self)
        pad.draw.page.reading_painted.connect(self._note_reading)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self._painted:
            self._painted = True
            QTimer.singleShot(TICK_MS, self, self._write)
        return False

    @Slot()
    def _write(self) -> None:
        """Soon after the first painting: the window is there, and takes ink."""
        self.figures["window"] = time.time() - self._started
        ink = read_ink(resources.path("ink/samples.jsonl"))[0].ink
        Hand(self._pad.draw.page.canvas).write(ink)
        self._pulse.start()

    @Slot(object)
    def _note_reading(self, reading: Reading) -> None:
        if reading.digit is not None and "first_reading" not in self.figures:
            self.figures["first_reading"] = time.time() - self._started
            self.figures["gap"] = self._pulse.stop()
