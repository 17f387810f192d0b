"""Numbers as the Draw page writes them: four significant digits at most, with a true minus."""

from __future__ import annotations

import math

MINUS = "−"
#: From here on a value has more than four digits before its point: a training that diverges.
LARGE = 9_999.5
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float) -> str:
    """A value with at most three decimals and at most four significant digits."""
    if not math.isfinite(value):
        return "∞" if value > 0 else f"{MINUS}∞" if value < 0 else "?"
    size = abs(value)
    if size >= LARGE:
        return power_of_ten(value, 3)
    decimals = 3 if size < 9.9995 else 2 if size < 99.995 else 1 if size < 999.95 else 0
    text = f"{size:,.{decimals}f}"
    return f"{MINUS}{text}" if value < 0 and float(text.replace(",", "")) else text


def power_of_ten(value: float, decimals: int) -> str:
    """A value as so many times a power of ten: "1.235·10⁵"."""
    factor, _, power = f"{abs(value):.{decimals}e}".partition("e")
    text = f"{factor}·10{str(int(power)).translate(RAISED)}"
    return f"{MINUS}{text}" if value < 0 else text


def signed(value: float) -> str:
    """The same with its sign, as what is added: "+0.123", "−0.123"."""
    text = number(value)
    return text if text.startswith(MINUS) else f"+{text}"


def added(value: float) -> str:
    """As the next term of a sum: "+ 0.123", "− 0.123"."""
    text = signed(value)
    return f"{text[0]} {text[1:]}"
