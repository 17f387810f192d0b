"""The figures of an open window: the pen, memory over many readings, the pen beside a training."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from itertools import cycle, islice
from typing import Any, Final

from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.tools.bench.beside import beside_training
from lenetpad.tools.bench.dragging import timeline_readings
from lenetpad.tools.bench.explaining import explaining
from lenetpad.tools.bench.figures import resident_megabytes
from lenetpad.tools.bench.pen import LatencyProbe, pen_to_paint
from lenetpad.tools.bench.stage import stage
from lenetpad.tools.driver import Driver
from lenetpad.values.devices import CPU

READINGS: Final = (1_000, 10_000)


def window(drawings: Sequence[Ink], events: int) -> dict[str, Any]:
    """Open a window, wait until its network is loaded, and take all of its figures."""
    with Driver({"device": CPU}) as driver:
        probe = LatencyProbe(driver)
        driver.wait_for_reading()
        figures: dict[str, Any] = {
            "pen_to_paint_ms": pen_to_paint(driver, probe, drawings, events),
            "memory_mb": memory(driver, drawings),
            **explaining(driver, probe, drawings, events),
            "timeline_readings_per_s": timeline_readings(driver, drawings),
            **stage(driver, drawings, events),
        }
        return figures | beside_training(driver, probe, drawings, events)


def memory(driver: Driver, drawings: Sequence[Ink]) -> dict[str, float]:
    """Megabytes in use after 1,000 and after 10,000 readings through the window."""
    figures = {}
    sheets = cycle([Sheet(ink) for ink in drawings])
    for number, sheet in enumerate(islice(sheets, READINGS[-1]), start=1):
        driver.submit(sheet)
        driver.wait_for_reading()
        if number in READINGS:
            gc.collect()
            figures[f"after_{number}"] = round(resident_megabytes(), 1)
    return figures
