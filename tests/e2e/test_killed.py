"""A window that is killed while somebody writes, at any moment: at most a second of ink is lost.

More moments: LENETPAD_KILLS=50 makes fifty of them.
"""

from __future__ import annotations

import os
import random
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from lenetpad.ink import journal
from lenetpad.storage import resources

#: What each event of the pen is noted as: when it was sent, and how many points there were then.
NOTE: Final = struct.Struct("<dq")
WAYS: Final = ("strokes", "one long stroke", "undo", "erase")
#: Ends by which a window is told to go: nothing at all may be lost by them.
ENDS: Final = ("SIGTERM", "SIGHUP")
SECOND: Final = 1.0

WRITER: Final = """
import os, random, signal, struct, sys, time
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # which nohup has ignored
from PySide6.QtCore import Qt, QTimer
from lenetpad import app
from lenetpad.tools.synthetic_pen import Phase, Pointer, PointerEvent, SyntheticPen
way, seed = sys.argv[1], int(sys.argv[2])
rng = random.Random(seed)
real = app.Program
class Program(real):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, opener=no_network, **options)
        canvas = self.draw.page.canvas
        self.canvas, self.pen = canvas, SyntheticPen(canvas)
        self.eraser = SyntheticPen(canvas, Pointer.ERASER)
        self.down = self.drawn = 0
        self.timer = QTimer(timerType=Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self.write)
        self.timer.start(4)
    def write(self):
        length = 10**9 if way == "one long stroke" else 60
        if self.down > length:
            self.pen.send(PointerEvent(0, Phase.UP, self.x, self.y, 0.0))
            self.down = 0
            if way == "undo" and rng.random() < 0.3:
                self.canvas.undo()
            if way == "erase" and rng.random() < 0.3:
                for phase in Phase:
                    self.eraser.send(PointerEvent(0, phase, self.x, self.y, 0.5))
        if not self.down:
            self.x, self.y = rng.random(), rng.random()
        self.x = min(max(self.x + rng.uniform(-0.02, 0.02), 0), 1)
        self.y = min(max(self.y + rng.uniform(-0.02, 0.02), 0), 1)
        phase = Phase.MOVE if self.down else Phase.DOWN
        self.pen.send(PointerEvent(0, phase, self.x, self.y, 0.5))
        self.down += 1
        points = self.canvas.history.present.ink.point_count + len(self.canvas.live)
        os.write(1, struct.pack("<dq", time.monotonic(), points))
def no_network(choice):
    raise RuntimeError("no network is needed here")
app.Program = Program
sys.exit(app.main())
"""


def environment(home: Path) -> dict[str, str]:
    """Everything of the program's lies under a folder of the test's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    source = str(Path(resources.__file__).parents[2])
    return {**kept, "HOME": str(home), "PYTHONPATH": source, "QT_QPA_PLATFORM": "offscreen"}


def written(home: Path, way: str, seed: int, end: int) -> tuple[list[tuple[float, int]], float]:
    """Let a window be written on, end it at a random moment; gives its notes and that moment."""
    notes = home / "notes"
    with notes.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, way, str(seed)],
            stdout=file,
            stderr=subprocess.DEVNULL,
            env=environment(home),
        )
    try:
        deadline = time.monotonic() + 60
        while notes.stat().st_size < 20 * NOTE.size:
            assert process.poll() is None, "the window has ended"
            assert time.monotonic() < deadline, "nothing is written"
        try:
            process.wait(random.Random(seed).uniform(0.2, 2.0))
        except subprocess.TimeoutExpired:
            moment = time.monotonic()
            process.send_signal(end)
        process.wait(30)
    finally:
        process.kill()
        process.wait()
    content = notes.read_bytes()
    whole = len(content) // NOTE.size * NOTE.size
    return [(t, n) for t, n in NOTE.iter_unpack(content[:whole])], moment


def kept_points(home: Path) -> int:
    """How many points lie on the sheet that the next start would show."""
    (path,) = (home / ".local/share/lenetpad/sheets").glob("*/journal")
    found = journal.recovered(path.read_bytes())
    assert not found.fault
    return found.history.present.ink.point_count


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there are no signals here")
@pytest.mark.parametrize("number", range(int(os.environ.get("LENETPAD_KILLS", len(WAYS)))))
def test_a_kill_costs_less_than_a_second_of_ink(number: int, tmp_path: Path) -> None:
    way = WAYS[number % len(WAYS)]
    notes, moment = written(tmp_path, way, number, signal.SIGKILL)
    kept = kept_points(tmp_path)
    then = [t for t, points in notes if points == kept]
    assert then, f"{kept} points were never there together: {notes[-5:]}"
    lost = moment - max(then)
    print(f"{way}: {1000 * lost:.0f} ms of ink lost")
    assert lost < SECOND


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there are no such signals here")
@pytest.mark.parametrize("end", ENDS)
def test_a_window_that_is_told_to_end_loses_nothing(end: str, tmp_path: Path) -> None:
    notes, _ = written(tmp_path, "one long stroke", 7, getattr(signal, end))
    assert kept_points(tmp_path) >= notes[-1][1]
