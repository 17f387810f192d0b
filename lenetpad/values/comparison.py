"""Two readings beside each other: what differs between their layers, and where most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from lenetpad.ink.strokes import Sheet
from lenetpad.values.arrays import FloatArray
from lenetpad.values.explanation import INPUT, Unit
from lenetpad.values.models import Choice, LayerView, ModelReady
from lenetpad.values.reading import Reading

#: Smaller differences, in parts of a layer's range, are rounding.
LEAST: Final = 1e-3
#: Who asks for the readings of a second network, and the name of the job.
SECOND: Final = "second network"


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One of two readings that are compared: of the network ``model``, called ``title``."""

    title: str
    model: ModelReady
    reading: Reading


@dataclass(frozen=True, slots=True)
class UnitChange:
    """A unit with its value in the first reading and in the second."""

    unit: Unit
    first: float
    second: float

    @property
    def difference(self) -> float:
        """How much larger it is in the second reading."""
        return self.second - self.first


def common_layers(first: ModelReady, second: ModelReady) -> tuple[str, ...]:
    """The layers that two networks both have, with as many maps of the same size."""
    sizes = {layer.name: layer.size for layer in second.layers}
    return tuple(layer.name for layer in first.layers if sizes.get(layer.name) == layer.size)


def range_end(layer: LayerView) -> float:
    """Where a layer's fixed range ends, on the side of zero where it is longer."""
    return max(abs(layer.low), abs(layer.high), 1e-6)


def differences(first: Side, second: Side) -> Mapping[str, FloatArray]:
    """The second reading's values less the first's, of each layer that both networks have."""
    return {
        name: second.reading.taps[name] - first.reading.taps[name]
        for name in common_layers(first.model, second.model)
    }


def most_changed(first: Side, second: Side, count: int) -> tuple[UnitChange, ...]:
    """The units that differ most, the input's pixels left out: ``count`` at most, the strongest
    first, and of each map the strongest alone, for its neighbours mostly change with it.

    Layers have different ranges: what counts is the difference in parts of the layer's.
    """
    found: list[tuple[float, UnitChange]] = []
    for name, difference in differences(first, second).items():
        if name != INPUT:
            end = range_end(first.model.layer(name))
            changes = _strongest(name, first.reading, second.reading, difference)
            found += [(abs(change.difference) / end, change) for change in changes]
    found.sort(key=lambda pair: -pair[0])
    return tuple(change for share, change in found[:count] if share > LEAST)


def _strongest(
    layer: str, first: Reading, second: Reading, difference: FloatArray
) -> Iterable[UnitChange]:
    """Of each map of a layer the unit that differs most."""
    flat = np.abs(difference).reshape(len(difference), -1)
    columns = difference.shape[-1] if difference.ndim > 1 else 1
    before, after = first.taps[layer], second.taps[layer]
    for number, place in enumerate(flat.argmax(axis=1).tolist()):
        row, column = divmod(place, columns)
        at = (number, row, column)[: difference.ndim]
        yield UnitChange(Unit(layer, number, row, column), float(before[at]), float(after[at]))


@dataclass(frozen=True, slots=True, eq=False)
class SecondRequest:
    """A drawing that a second network is to read: an image (28, 28), or a sheet to be drawn as
    one digit where that is None. ``serial`` grows with each."""

    serial: int
    choice: Choice
    sheet: Sheet
    image: FloatArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SecondReading:
    """What a second network makes of a drawing."""

    model: ModelReady
    reading: Reading
