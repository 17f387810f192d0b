"""`lenetpad predict` of one drawing: the whole process, from its start to its end."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Final

from lenetpad.ink.files import Drawing, write_ink
from lenetpad.ink.strokes import Ink
from lenetpad.tools.bench.figures import Figure, summary
from lenetpad.tools.bench.processes import run_program

PROCESSES: Final = 7  # after one that compiles and warms the cache


def predict(ink: Ink) -> dict[str, Figure]:
    """predict_ms over several fresh processes; in a bundle, of the bundle's own executable."""
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drawing.jsonl"
        write_ink(path, [Drawing(ink)])
        for _ in range(PROCESSES + 1):
            started = time.perf_counter()
            run_program("predict", str(path))
            seconds.append(time.perf_counter() - started)
    return {"predict_ms": summary(seconds[1:])}
