"""Where the ticks of an axis lie, and the numbers beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

STEPS: Final = (1.0, 2.0, 5.0, 10.0)
#: What the powers of ten are multiplied by on a logarithmic axis, where there is room for so many.
FACTORS: Final = (tuple(range(1, 10)), (1, 2, 5), (1,))
LONGEST: Final = 4  # decimals that are written out


def round_step(step: float) -> float:
    """The next 1, 2 or 5 times a power of ten that is no smaller."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor for factor in STEPS if factor * power >= step * (1 - 1e-9)) * power


def linear_ticks(low: float, high: float, about: float) -> list[float]:
    """Round values from ``low`` to ``high``, about so many."""
    step = round_step((high - low) / about)
    first = math.ceil(low / step - 1e-9)
    count = int((high - first * step) / step + 1e-9)
    return [(first + i) * step for i in range(count + 1)]


def logarithmic_ticks(low: float, high: float, size: float, room: float) -> list[float]:
    """Logarithms of round values, from the logarithm ``low`` to ``high``: on an axis of a
    ``size`` no two come nearer than ``room``, in the same unit."""
    decade = size / max(high - low, 1e-9)
    every = max(1, math.ceil(room / decade))
    factors = next(f for f in FACTORS if _closest(f) * decade >= room or len(f) == 1)
    powers = [p for p in range(math.floor(low), math.ceil(high) + 1) if p % every == 0]
    places = [power + math.log10(factor) for power in powers for factor in factors]
    return [place for place in places if low <= place <= high] or [(low + high) / 2]


def linear_texts(values: Sequence[float]) -> list[str]:
    """What is written at evenly spaced ticks: with as many decimals as they need."""
    step = values[1] - values[0] if len(values) > 1 else abs(values[0]) if values else 1.0
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step else 0
    if decimals > LONGEST:
        return [f"{value:.3g}" if abs(value) > step / 2 else "0" for value in values]
    return [f"{value:,.{decimals}f}" for value in values]


def logarithmic_text(place: float) -> str:
    """What is written at a logarithm."""
    return f"{10.0**place:.3g}"


def _closest(factors: Sequence[int]) -> float:
    """The smallest distance between two of these and ten, as logarithms."""
    return min(math.log10(b / a) for a, b in pairwise((*factors, 10)))
