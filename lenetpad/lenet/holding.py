"""Puts held values in the place of computed ones."""

from __future__ import annotations

from lenetpad.values.arrays import FloatArray
from lenetpad.values.holding import Holds


def hold(values: FloatArray, layer: str, holds: Holds) -> None:
    """Have the held units of ``layer`` in its values, (maps, H, W) or (units,), take their values.

    Raises IndexError for a unit that the layer has not got.
    """
    for held in holds:
        if held.layer == layer:
            values[held.index] = held.value


def clear_held(gradients: FloatArray, layer: str, holds: Holds) -> None:
    """Zero in gradients (maps, H, W) or (units,): what is held depends on nothing."""
    for held in holds:
        if held.layer == layer:
            gradients[held.index] = 0.0
