"""Finds the images that excite a unit most, and those that do least."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.raster import pad
from lenetpad.lenet.config import LeNet5Config
from lenetpad.lenet.explanation import receptive_fields
from lenetpad.lenet.forward import BATCH, layer_by_layer, normalised
from lenetpad.lenet.layers import layer_specs
from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.best_patches import SHOWN_PATCHES, BestPatches, Patch
from lenetpad.values.explanation import Field, Unit
from lenetpad.values.layers import LayerKind, LayerSpec
from lenetpad.values.reading import NO_NUMBERS, ReadingError


def best_patches(
    config: LeNet5Config,
    parameters: Parameters,
    images: NDArray[np.uint8],
    labels: NDArray[np.integer],
    unit: Unit,
    anywhere: bool = False,
) -> Iterator[int | BestPatches]:
    """How many of images (n, 28, 28), ink 255, have been read, after each batch; the best last.

    They are ordered by the unit's weighted sum, for values can be equal where the activation
    saturates; of equal sums the first image comes first. A distance from a code excites the more,
    the smaller it is. No layer after the unit's is computed.

    Raises ValueError for a unit that there is not, ReadingError where its sums are no numbers.
    """
    specs = layer_specs(config)
    spec = _spec_of(specs, unit)
    sign = np.float32(-1 if spec.kind == LayerKind.RBF else 1)
    sums = np.empty(len(images), np.float32)
    values = np.empty(len(images), np.float32)
    places = np.full(len(images), unit.row * spec.width + unit.column)
    for start in range(0, len(images), BATCH):
        batch = slice(start, start + BATCH)
        some = _shown(images[batch])
        map_sums, map_values = _map_of(config, parameters, some, unit)
        if anywhere:
            places[batch] = map_sums.argmax(axis=1)
        rows = np.arange(len(some))
        sums[batch] = map_sums[rows, places[batch]]
        values[batch] = map_values[rows, places[batch]]
        yield min(start + BATCH, len(images))
    if not np.isfinite(sums).all():
        raise ReadingError(NO_NUMBERS)

    def patch(index: int) -> Patch:
        row, column = divmod(int(places[index]), spec.width)
        field = field_on_input(specs, replace(unit, row=row, column=column))
        return Patch(
            index=index,
            label=int(labels[index]),
            value=float(values[index]),
            weighted_sum=float(sums[index]),
            row=row,
            column=column,
            top=field.top,
            left=field.left,
            height=field.height,
            width=field.width,
            input=normalised(config, _shown(images[index])),
        )

    most = np.argsort(-sign * sums, kind="stable")[:SHOWN_PATCHES].tolist()
    least = np.argsort(sign * sums, kind="stable")[:SHOWN_PATCHES].tolist()
    yield BestPatches(
        unit=unit,
        anywhere=anywhere,
        images=len(images),
        most=tuple(patch(index) for index in most),
        least=tuple(patch(index) for index in least),
    )


def field_on_input(specs: Sequence[LayerSpec], unit: Unit) -> Field:
    """What a unit sees of the input layer; a pixel of it is all of that. ``specs`` are those of
    ``layer_specs``."""
    itself = Field(unit.layer, (unit.map,), unit.row, unit.column, 1, 1)
    return (itself, *receptive_fields(specs, unit))[-1]


def _spec_of(specs: Sequence[LayerSpec], unit: Unit) -> LayerSpec:
    """The unit's layer; ValueError where it has no such unit."""
    for spec in specs:
        if spec.name == unit.layer:
            sizes = ((unit.map, spec.maps), (unit.row, spec.height), (unit.column, spec.width))
            if all(0 <= number < size for number, size in sizes):
                return spec
    raise ValueError(f"there is no {unit}")


def _shown(images: NDArray[np.uint8]) -> FloatArray:
    """Images (…, 28, 28), ink 255, as ``forward`` takes them: (…, 32, 32) in [0, 1]."""
    return pad(images.astype(np.float32) / np.float32(255))


def _map_of(
    config: LeNet5Config, parameters: Parameters, images: FloatArray, unit: Unit
) -> tuple[FloatArray, FloatArray]:
    """The unit's map in images (n, 32, 32): weighted sums and values, (n, places) each."""
    with np.errstate(all="ignore"):  # the weights of a training that diverges overflow
        layers = layer_by_layer(config, parameters, images)
        sums, values = next(pair for layer, *pair in layers if layer == unit.layer)
    n = len(images)
    return sums[:, unit.map].reshape(n, -1), values[:, unit.map].reshape(n, -1)
