"""Numbers as people write them, whatever the language of their system."""

from __future__ import annotations

import re
from typing import Final

#: Marks that languages written from right to left put before a sign.
_MARKS: Final = re.compile("[\u061c\u200e\u200f]")
_MINUS: Final = re.compile("[\u2212\u2010\u2011\u2013]")
_SEPARATOR: Final = re.compile("[,\u066b]")
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_BEGUN: Final = re.compile(r"[+-]?\d*\.?\d*(e[+-]?\d*)?", re.IGNORECASE)


def decimal(text: str) -> float:
    """A number with a decimal point or a decimal comma, in the digits of any script.

    Nothing parts its thousands. Raises ValueError.
    """
    plain = _plain(text)
    if not _NUMBER.fullmatch(plain):
        raise ValueError(f"{text!r} is no number")
    return float(plain)


def whole(text: str) -> int:
    """A whole number in the digits of any script. Raises ValueError."""
    plain = _plain(text)
    if not re.fullmatch(r"[+-]?\d+", plain):
        raise ValueError(f"{text!r} is no whole number")
    return int(plain)


def may_become_decimal(text: str) -> bool:
    """Whether more letters can make a number of it."""
    return _BEGUN.fullmatch(_plain(text)) is not None


def may_be_thousands(text: str) -> bool:
    """Whether a comma may part thousands in it, as in 1,000."""
    return re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", text.strip()) is not None


def _plain(text: str) -> str:
    """With a hyphen for the minus and a point for the separator, and without spaces around it."""
    return _SEPARATOR.sub(".", _MINUS.sub("-", _MARKS.sub("", text).strip()))
