"""Make resources/ink/numbers.jsonl: the strings of the 1998 paper, as a pen would have given them.

    python packaging/make_number_samples.py

They are those that the paper's space displacement network reads in figures 25 and 26, written
anew by the hands of packaging/ink_shapes.py: in 5540 the two last digits are entangled, in 355114
a 5 is in two halves.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from ink_shapes import WRITERS, Writer
from make_ink_samples import drawing
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SEED: Final = 1998
HEIGHT: Final = 200.0  # of a digit, on a canvas 1000 high
LEFT: Final = 60.0  # where a number begins
FOOT: Final = 600.0  # the line that it stands on
GAP: Final = (0.18, 0.3)  # between two digits, in heights
UNEVEN: Final = (0.03, 0.05)  # how far a digit is off the line, and off its size: deviations
PEN_UP: Final = (0.15, 0.3)  # seconds between two digits
HALF: Final = 0.26  # the way that the pen is up in a digit of two halves, in heights


@dataclass(frozen=True, slots=True)
class Number:
    """A string with its writer's place among the hands, and what makes it hard.

    Each digit that ``entangled`` names by its place lies so far, in heights, over the one before;
    the one that ``halved`` names has its longest stroke in two parts.
    """

    text: str
    hand: int
    entangled: tuple[tuple[int, float], ...] = ()
    halved: int | None = None


NUMBERS: Final = (
    Number("23345", 0),
    Number("677788", 1),
    Number("355114", 2, halved=1),
    Number("111441", 3),
    Number("5540", 0, entangled=((3, 0.1),)),
)


def main() -> None:
    target = Path(__file__).parent.parent / "resources" / "ink" / "numbers.jsonl"
    lines = [
        json.dumps(written(number, WRITERS[number.hand], np.random.default_rng([SEED, nth])))
        for nth, number in enumerate(NUMBERS)
    ]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    print(target, len(lines))


def written(number: Number, writer: Writer, rng: np.random.Generator) -> dict[str, Any]:
    """A number as a line of the file: positions on the canvas, times in seconds, pressures."""
    strokes: list[list[list[float]]] = []
    times: list[list[float]] = []
    pressures: list[list[float]] = []
    right, clock = LEFT, 0.0
    for place, digit in enumerate(number.text):
        made = drawing(writer, int(digit), rng)
        paths = [np.array(stroke) for stroke in made["strokes"]]
        everything = np.concatenate(paths)
        size = HEIGHT / np.ptp(everything[:, 1]) * np.exp(rng.normal(0, UNEVEN[1]))
        low, high = everything.min(axis=0), everything.max(axis=0)
        if place:
            gap = -dict(number.entangled).get(place, -rng.uniform(*GAP))
            right += gap * HEIGHT
        foot = FOOT + rng.normal(0, UNEVEN[0]) * HEIGHT
        corner = np.array([low[0], high[1]])
        placed = [(path - corner) * size + [right, foot] for path in paths]
        parts = list(zip(placed, map(np.array, made["t"]), made["pressure"], strict=True))
        if place == number.halved:
            parts = halves(parts)
        for path, t, pressure in parts:
            strokes.append(path.round(1).tolist())
            times.append((clock + t).round(3).tolist())
            pressures.append(list(pressure))
        right += (high - low)[0] * size
        clock = times[-1][-1] + rng.uniform(*PEN_UP)
    return {
        "label": number.text,
        "writer": writer.name,
        "strokes": strokes,
        "t": times,
        "pressure": pressures,
    }


Part = tuple[Floats, Floats, list[float]]


def halves(parts: list[Part]) -> list[Part]:
    """A digit's strokes with the longest in two parts, as by a pen that fails in its middle."""
    longest = max(range(len(parts)), key=lambda nth: len(parts[nth][0]))
    path, t, pressure = parts[longest]
    along = np.concatenate([[0.0], np.hypot(*np.diff(path, axis=0).T).cumsum()])
    middle, gap = along[-1] / 2, HALF * HEIGHT
    first, last = along < middle - gap / 2, along > middle + gap / 2
    two = [
        (path[part], t[part], [p for p, of_it in zip(pressure, part, strict=True) if of_it])
        for part in (first, last)
    ]
    return parts[:longest] + two + parts[longest + 1 :]


if __name__ == "__main__":
    main()
