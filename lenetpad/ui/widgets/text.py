"""Numbers as text, one way everywhere."""

from __future__ import annotations


def percent(fraction: float) -> str:
    """A probability in per cent with one decimal, never rounded up to certainty."""
    return f"{min(100 * fraction, 99.9) if fraction < 1 else 100:.1f} %"
