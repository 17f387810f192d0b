"""The weights of a layer as pictures, in the places of its maps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from lenetpad.ui.draw.maps_layout import Placed
from lenetpad.ui.draw.shown import SINGLE
from lenetpad.ui.widgets.colour import Scale, Table, value_index
from lenetpad.ui.widgets.images import paint_part
from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.layers import LayerSpec

GAP: Final = 2.0  # between the kernels of a map
MARGIN: Final = 1.0  # around them


@dataclass(frozen=True, slots=True)
class Grid:
    """How the kernels of one map are laid out: so many rows and columns of them, each of
    ``height`` × ``width`` weights."""

    rows: int
    columns: int
    height: int
    width: int

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of weights in all."""
        return self.rows * self.height, self.columns * self.width


def grid_of(spec: LayerSpec, placed: Mapping[str, Placed]) -> Grid:
    """The grid of a layer: a kernel for each map that it sees, F6's weights as C5 is laid out, a
    coefficient and a bias, or a single place where a layer has no weights."""
    if spec.name == "F6":
        return Grid(1, 1, *(placed["C5"].block.cell if "C5" in placed else (12, 10)))
    rows, columns = {"C1": (1, 1), "C3": (2, 3), "C5": (4, 4)}.get(spec.name, (1, 2))
    if not spec.weight:
        columns = 1
    side = spec.kernel if spec.name in ("C1", "C3", "C5") else 1
    return Grid(rows, columns, side, side)


class LayerWeights:
    """The weights of a layer: for each of its maps a picture with gaps between the kernels. Of a
    layer of single units they are those of one unit, and it is as if it had one map.

    ``values`` are (maps, rows, columns), with no number where a map has no kernel; ``ends`` are
    the values with the strongest colours, one for each map or one for all.
    """

    def __init__(self, spec: LayerSpec, placed: Placed, grid: Grid) -> None:
        self.spec, self.grid = spec, grid
        self.cells = placed.cells
        maps = len(placed.cells)
        self.values: FloatArray = np.full((maps, *grid.size), np.nan, dtype=np.float32)
        self.ends: FloatArray = np.ones(1, dtype=np.float32)
        self._biases: FloatArray | None = None
        self._pixels = np.zeros((maps * grid.size[0], grid.size[1]), dtype=np.uint32)
        self._image = QImage(
            self._pixels.data,
            grid.size[1],
            len(self._pixels),
            4 * grid.size[1],
            QImage.Format.Format_RGB32,
        )
        self._areas = [_areas(cell, grid) for cell in placed.cells]

    def take(self, parameters: Parameters, unit: int, scale: Scale, colours: Table) -> None:
        """Take a network's weights, of layers of single units those of ``unit``, and colour them.
        With fixed ends, units compare: they are the layer's largest weight."""
        if self.spec.weight not in parameters:
            return
        weights = parameters[self.spec.weight]
        self._biases = parameters.get(self.spec.bias)
        kernels = self._kernels(weights, unit)
        maps, grid = len(kernels), self.grid
        self.values = (
            kernels.reshape(maps, grid.rows, grid.columns, grid.height, grid.width)
            .transpose(0, 1, 3, 2, 4)
            .reshape(maps, *grid.size)
        )
        known = np.nan_to_num(self.values)
        if scale is Scale.MAP:
            ends = np.abs(known).reshape(maps, -1).max(axis=1)
        elif scale is Scale.LAYER or self.spec.name not in SINGLE:
            ends = np.abs(known).max().reshape(1)
        else:
            ends = np.abs(weights).max().reshape(1)
        self.ends = np.maximum(ends, np.float32(1e-6))
        self._pixels[...] = colours[value_index(known, self.ends)].reshape(self._pixels.shape)

    def _kernels(self, weights: FloatArray, unit: int) -> FloatArray:
        """(maps, kernels, height, width), with no number where Table I has no kernel."""
        spec, grid = self.spec, self.grid
        if spec.name in SINGLE:
            one: FloatArray = weights[unit].reshape(1, -1, grid.height, grid.width)
            return one
        if grid.height == 1:
            assert self._biases is not None
            return np.stack([weights, self._biases], axis=1)[:, :, None, None]
        shape = (spec.maps, grid.rows * grid.columns, grid.height, grid.width)
        kernels: FloatArray = np.full(shape, np.nan, dtype=np.float32)
        fed = [(m, source) for m, sources in enumerate(spec.sources) for source in sources]
        kernels[tuple(zip(*fed, strict=True))] = weights.reshape(-1, grid.height, grid.width)
        return kernels

    def bias_of(self, number: int) -> float | None:
        """The bias of a map or a unit; None where there is none, or where it is one of the
        weights that are shown."""
        shown = self.grid.height == 1
        return None if shown or self._biases is None else float(self._biases[number])

    def paint(self, painter: QPainter) -> None:
        """Paint every kernel that there is in its place."""
        if not self.spec.weight:
            return
        grid = self.grid
        for number, areas in enumerate(self._areas):
            for place, area in enumerate(areas):
                if self._is_there(number, place):
                    row, column = divmod(place, grid.columns)
                    top = (number * grid.rows + row) * grid.height
                    source = QRectF(column * grid.width, top, grid.width, grid.height)
                    paint_part(painter, area, self._image, source)

    def _is_there(self, number: int, place: int) -> bool:
        """Whether a map has a kernel there."""
        several = self.spec.name not in SINGLE and self.grid.height > 1
        return not several or place in self.spec.sources[number]

    def place_at(self, at: QPointF) -> tuple[int, int, int] | None:
        """Map, row and column of the weight at a position, also where there is no kernel; None
        between the kernels."""
        grid = self.grid
        for number, areas in enumerate(self._areas):
            if not self.cells[number].contains(at):
                continue
            for place, area in enumerate(areas):
                if area.contains(at):
                    down, right = divmod(place, grid.columns)
                    row = int((at.y() - area.top()) / area.height() * grid.height)
                    column = int((at.x() - area.left()) / area.width() * grid.width)
                    return (
                        number,
                        down * grid.height + min(row, grid.height - 1),
                        right * grid.width + min(column, grid.width - 1),
                    )
        return None

    def area_of(self, number: int, row: int, column: int) -> QRectF:
        """Where a weight is painted; all of the kernel's place where there is none."""
        grid = self.grid
        (down, row), (right, column) = divmod(row, grid.height), divmod(column, grid.width)
        place = down * grid.columns + right
        area = self._areas[number][place]
        if not self._is_there(number, place):
            return area
        width, height = area.width() / grid.width, area.height() / grid.height
        return QRectF(area.left() + column * width, area.top() + row * height, width, height)

    def source_of(self, row: int, column: int) -> tuple[int, int, int]:
        """Which map of the layer before a weight is for, and its row and column there; in F6,
        which unit."""
        grid = self.grid
        if self.spec.name == "F6":
            return row * grid.width + column, row, column
        (down, row), (right, column) = divmod(row, grid.height), divmod(column, grid.width)
        return down * grid.columns + right, row, column


def _areas(cell: QRectF, grid: Grid) -> list[QRectF]:
    """Where the kernels of one map lie: weights are squares, as large as whole pixels allow, in
    the middle of the cell."""
    width = (cell.width() - 2 * MARGIN - GAP * (grid.columns - 1)) / grid.columns
    height = (cell.height() - 2 * MARGIN - GAP * (grid.rows - 1)) / grid.rows
    side = max(min(width / grid.width, height / grid.height), 0.1)
    width, height = (max(1.0, float(int(side * n))) for n in (grid.width, grid.height))
    left = cell.center().x() - (grid.columns * (width + GAP) - GAP) / 2
    top = cell.center().y() - (grid.rows * (height + GAP) - GAP) / 2
    return [
        QRectF(
            round(left) + column * (width + GAP), round(top) + row * (height + GAP), width, height
        )
        for row in range(grid.rows)
        for column in range(grid.columns)
    ]
