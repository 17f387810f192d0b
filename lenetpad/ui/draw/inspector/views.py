"""The inspector's views."""

from __future__ import annotations

from enum import StrEnum


class View(StrEnum):
    """What the inspector shows."""

    ARITHMETIC = "arithmetic"
    BEST_PATCHES = "best patches"
    SALIENCY = "saliency"
