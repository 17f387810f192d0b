"""The parts of the benchmark, by name; the command's options list them, so nothing is imported."""

from __future__ import annotations

from typing import Final

STARTUP: Final = "startup"
PARTS: Final = (
    "raster",
    "predict",
    STARTUP,
    "pen",
    "network",
    "numbers",
    "standstill",
    "training",
)
