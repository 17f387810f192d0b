"""Numbers as the inspector writes them: four significant digits at most, with a true minus."""

from __future__ import annotations

import math

MINUS = "−"


def number(value: float) -> str:
    """A value with at most three decimals and at most four significant digits."""
    if not math.isfinite(value):
        return "∞" if value > 0 else f"{MINUS}∞" if value < 0 else "?"
    size = abs(value)
    decimals = 3 if size < 9.9995 else 2 if size < 99.995 else 1 if size < 999.95 else 0
    text = f"{size:,.{decimals}f}"
    return f"{MINUS}{text}" if value < 0 and float(text.replace(",", "")) else text


def signed(value: float) -> str:
    """The same with its sign, as what is added: "+0.123", "−0.123"."""
    text = number(value)
    return text if text.startswith(MINUS) else f"+{text}"


def added(value: float) -> str:
    """As the next term of a sum: "+ 0.123", "− 0.123"."""
    text = signed(value)
    return f"{text[0]} {text[1:]}"
