"""Values to colours: one table with zero in the middle, and the scales it is stretched over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import marked
from lenetpad.values.arrays import FloatArray
from lenetpad.values.models import LayerView

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
    Scale.FIXED: marked("Window", "Fixed range"),
    Scale.LAYER: marked("Window", "Range per layer"),
    Scale.MAP: marked("Window", "Range per map"),
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

    ``values`` has shape (maps, …). Scales are symmetric about zero.
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


class Colouring:
    """Colours all layers of a reading at once: a few operations on one long row of values take
    a fraction of what they take on each layer by itself.

    ``pixels`` holds the colours, layer after layer; ``part`` tells where a layer's are. The first
    layer is the input, in the colours of ink.
    """

    def __init__(self, layers: Sequence[LayerView]) -> None:
        self._layers = tuple(layers)
        counts = [layer.maps * layer.height * layer.width for layer in layers]
        stops = np.cumsum(counts).tolist()
        self._parts = {
            layer.name: slice(stop - count, stop)
            for layer, count, stop in zip(layers, counts, stops, strict=True)
        }
        self._inks = slice(0, counts[0])
        self._others = slice(counts[0], stops[-1])
        self.pixels: NDArray[np.uint32] = np.zeros(stops[-1], dtype=np.uint32)
        self.ends: dict[str, FloatArray] = {}  # the scale's ends for each layer but the input
        self._scale: Scale | None = None
        self._values = np.zeros(stops[-1], dtype=np.float32)
        self._factors = np.zeros(stops[-1], dtype=np.float32)
        self._offsets = np.full(stops[-1], ZERO + 0.5, dtype=np.float32)
        self._entries: NDArray[np.intp] = np.zeros(stops[-1], dtype=np.intp)
        paper, ink = layers[0].low, layers[0].high
        self._factors[self._inks] = 255 / (ink - paper)
        self._offsets[self._inks] = 0.5 - paper * 255 / (ink - paper)

    def part(self, name: str) -> NDArray[np.uint32]:
        """The pixels of a layer, in the order of its values."""
        return self.pixels[self._parts[name]]

    def colour(
        self, taps: Mapping[str, FloatArray], scale: Scale, inks: Table, values: Table
    ) -> None:
        """Colour the layers' values, with the input in ``inks`` and the rest in ``values``."""
        row = self._values
        np.concatenate([taps[layer.name].reshape(-1) for layer in self._layers], out=row)
        if scale is not Scale.FIXED or scale is not self._scale:  # fixed ends stay
            self._stretch(taps, scale)
        row *= self._factors
        row += self._offsets  # with half an entry, so that the conversion rounds
        np.copyto(self._entries, row, casting="unsafe")
        for table, part in ((inks, self._inks), (values, self._others)):
            table.take(self._entries[part], out=self.pixels[part], mode="clip")

    def _stretch(self, taps: Mapping[str, FloatArray], scale: Scale) -> None:
        """Set the factor of every value for its scale's end."""
        self._scale = scale
        for layer in self._layers[1:]:
            maps = 1 if layer.flat else layer.maps
            ends = extent(taps[layer.name].reshape(maps, -1), layer, scale)
            self.ends[layer.name] = ends
            factors = self._factors[self._parts[layer.name]].reshape(len(ends), -1)
            factors[:] = (STEPS / ends)[:, None]


def channels(colour: QColor) -> tuple[int, int, int]:
    """Red, green and blue of a colour, 0 to 255."""
    return colour.red(), colour.green(), colour.blue()


def _ramp(anchors: tuple[str, ...], steps: int) -> Table:
    """Colours through the anchors, evenly spaced, as 0xffRRGGBB."""
    rgb = np.array([channels(QColor(anchor)) for anchor in anchors], dtype=np.float64)
    at = np.linspace(0, len(anchors) - 1, steps)
    mixed = [np.interp(at, np.arange(len(anchors)), rgb[:, c]) for c in range(3)]
    red, green, blue = (np.rint(channel).astype(np.uint32) for channel in mixed)
    ramp: Table = np.uint32(0xFF000000) | (red << np.uint32(16)) | (green << np.uint32(8)) | blue
    return ramp
