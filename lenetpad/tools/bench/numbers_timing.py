"""Reading numbers: a line of six digits that is new, and each new stroke of a line."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

import numpy as np

from lenetpad.data.composed_numbers import CLEAR, compose
from lenetpad.ink.files import Drawing
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.lenet.number_reader import NumberReader, reader_of
from lenetpad.lenet.weights import load
from lenetpad.tools.bench.figures import Figure, summary
from lenetpad.values.models import MODEL_NAMES

LINES: Final = 100
WARM_UP: Final = 5
DIGITS: Final = 6


def number_times(drawings: Sequence[Ink]) -> dict[str, Figure]:
    """number_stroke_ms and number_line_ms, with digits drawn by chance, on the CPU."""
    weights = load(MODEL_NAMES[0])
    rng = np.random.default_rng(1)
    strokes, lines = [], []
    for number in range(WARM_UP + LINES):
        digits = [Drawing(drawings[place]) for place in rng.integers(len(drawings), size=DIGITS)]
        ink = compose(digits, "", CLEAR, rng).ink
        reader = reader_of(weights.config, weights.parameters)
        sheets = [Sheet(Ink(ink.strokes[: count + 1])) for count in range(len(ink.strokes))]
        times = [_seconds(reader, sheet) for sheet in sheets]
        whole = _seconds(reader_of(weights.config, weights.parameters), sheets[-1])
        if number >= WARM_UP:
            strokes += times
            lines.append(whole)
    return {"number_stroke_ms": summary(strokes), "number_line_ms": summary(lines)}


def _seconds(reader: NumberReader, sheet: Sheet) -> float:
    started = time.perf_counter()
    reader.read(sheet)
    return time.perf_counter() - started
