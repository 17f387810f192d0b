"""Numbers and facts as text, one way everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

NO_BREAK: Final = "\u00a0"
BETWEEN: Final = " · "


def percent(fraction: float) -> str:
    """A probability in per cent with one decimal, never rounded up to certainty."""
    return f"{min(100 * fraction, 99.9) if fraction < 1 else 100:.1f} %"


def parted(facts: str, fits: Callable[[str], bool]) -> str:
    """Facts, with `` · `` between two, that go on in the next line behind such a dot alone; within
    a fact only where it does not fit into a line."""
    parts = [
        part.replace(" ", NO_BREAK) if fits(part) else part.replace(" %", NO_BREAK + "%")
        for part in facts.split(BETWEEN)
    ]
    return f"{NO_BREAK}· ".join(parts)
