"""Values to colours: one table with zero in the middle, and the scales it is stretched over."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from lenetpad.messages import FloatArray, LayerView
from lenetpad.ui.theme import Theme

Table = NDArray[np.uint32]  # (256,) colours as 0xffRRGGBB
Index = NDArray[np.uint8]

ZERO: Final = 128  # the table's entry for the value 0
STEPS: Final = 127  # entries on either side of it


class Scale(StrEnum):
    """What the ends of the colour scale stand for."""

    MAP = "map"
    LAYER = "layer"
    FIXED = "fixed"


SCALE_TITLES: Final = {
    Scale.FIXED: "Fixed range",
    Scale.LAYER: "Range per layer",
    Scale.MAP: "Range per map",
}


def value_table(theme: Theme) -> Table:
    """Negative values below entry 128, zero there, positive values above."""
    negative = _ramp((theme.zero, *theme.negative), STEPS + 1)
    positive = _ramp((theme.zero, *theme.positive), STEPS + 1)
    return np.concatenate([negative[-1:], negative[:0:-1], positive])


def ink_table(theme: Theme) -> Table:
    """Entries 0 to 255 from the canvas's paper to its ink."""
    return _ramp((theme.paper, theme.ink), 256)


def extent(values: FloatArray, layer: LayerView, scale: Scale) -> FloatArray:
    """The value at the scale's end for each map, shape (maps,) or (1,); never zero.

    ``values`` has shape (maps, H, W). Scales are symmetric about zero.
    """
    if scale is Scale.FIXED:
        end = np.array([max(abs(layer.low), abs(layer.high))], dtype=np.float32)
    elif scale is Scale.LAYER:
        end = np.maximum(values.max(), -values.min()).reshape(1)
    else:
        flat = values.reshape(len(values), -1)
        end = np.maximum(flat.max(axis=1), -flat.min(axis=1))
    return np.maximum(end, np.float32(1e-6))


def value_index(values: FloatArray, ends: FloatArray) -> Index:
    """Entries of the value table for values (maps, H, W) and the scale's ends (maps,) or (1,)."""
    scaled = values * (STEPS / ends)[:, None, None]
    scaled += ZERO + 0.5  # half an entry, so that the conversion rounds
    np.clip(scaled, 1, 255, out=scaled)
    return scaled.astype(np.uint8)


def ink_index(values: FloatArray, layer: LayerView) -> Index:
    """Entries of the ink table for the input layer's values."""
    scaled = (values - layer.low) * (255 / (layer.high - layer.low)) + 0.5
    np.clip(scaled, 0, 255, out=scaled)
    return scaled.astype(np.uint8)


def _ramp(anchors: tuple[str, ...], steps: int) -> Table:
    """Colours through the anchors, evenly spaced, as 0xffRRGGBB."""
    rgb = np.array([QColor(anchor).getRgb()[:3] for anchor in anchors], dtype=np.float64)
    at = np.linspace(0, len(anchors) - 1, steps)
    channels = [np.interp(at, np.arange(len(anchors)), rgb[:, c]) for c in range(3)]
    red, green, blue = (np.rint(channel).astype(np.uint32) for channel in channels)
    return np.uint32(0xFF000000) | (red << 16) | (green << 8) | blue
