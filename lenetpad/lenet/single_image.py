"""The forward pass of one image of 28×28, as fast as NumPy does it: every tap in one row.

Everything that is the same for each image is made once: matrices of weights, buffers, and views
into them. A pen moves 250 times a second, and each time all layers are computed and shown.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import as_strided

from lenetpad.lenet.activations import ACTIVATIONS
from lenetpad.lenet.config import LeNet5Config
from lenetpad.lenet.forward import FRAME, SUM, dense_c3, enlargement
from lenetpad.lenet.holding import hold
from lenetpad.lenet.layers import KERNEL, layer_specs
from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.holding import Holds
from lenetpad.values.layers import LayerSpec


class SingleImagePass:
    """One configuration with its parameters, which must not change. Not for several threads."""

    def __init__(self, config: LeNet5Config, parameters: Parameters) -> None:
        self._config = config
        self._scale = np.float32(config.ink - config.background)
        self._paper = np.float32(config.background)
        self._specs = {spec.name: spec for spec in layer_specs(config)}
        self._activate = {
            name: ACTIVATIONS[spec.activation].apply
            for name, spec in self._specs.items()
            if spec.activation
        }
        self._set_parameters(parameters)
        self._make_buffers()
        self._lay_out_row()

    def __call__(
        self, image: FloatArray, holds: Holds = ()
    ) -> tuple[dict[str, FloatArray], FloatArray]:
        """Image (28, 28) in [0, 1] -> every tap as of ``forward``, without the axis of images, and
        the posteriors (10,), or (11,) with "no digit" last. All are views of one new array.

        What is held has its value in its layer's tap, and all that follows is computed from that;
        the weighted sums of a layer with an activation stay. Raises IndexError for a unit to hold
        that there is not."""
        row = np.empty(self._size, np.float32)
        taps = {name: row[low:high].reshape(shape) for name, low, high, shape in self._places}
        self._show(image)
        taps["input"][0] = self._input
        sums = self._sums_of(taps, "C1").reshape(len(self._c1), -1)
        self._c1_fields[...] = self._c1_windows
        np.matmul(self._c1, self._c1_columns, out=sums)
        sums += self._c1_bias
        self._finish(taps, "C1", holds)
        self._subsample(taps["C1"], self._s2_rows, self._sums_of(taps, "S2"), self._s2)
        self._finish(taps, "S2", holds)
        self._s2_maps[...] = taps["S2"]
        self._c3_fields[...] = self._c3_windows
        sums = self._sums_of(taps, "C3").reshape(len(self._c3), -1)
        np.matmul(self._c3, self._c3_columns, out=sums)
        sums += self._c3_bias
        self._finish(taps, "C3", holds)
        self._subsample(taps["C3"], self._s4_rows, self._sums_of(taps, "S4"), self._s4)
        self._finish(taps, "S4", holds)
        for name, before, (weight, bias) in (("C5", "S4", self._c5), ("F6", "C5", self._f6)):
            sums = self._sums_of(taps, name)
            np.matmul(weight, taps[before].reshape(-1), out=sums)
            sums += bias
            self._finish(taps, name, holds)
        posteriors = row[self._places[-1][2] :]
        self._compete(taps["F6"], taps["output"], posteriors)
        for array in (*taps.values(), posteriors):
            array.flags.writeable = False
        return taps, posteriors

    # What is made once

    def _set_parameters(self, p: Parameters) -> None:
        config, c = self._config, np.ascontiguousarray
        kernels, dense = p["c1.weight"], dense_c3(config, p)
        self._c1, self._c1_bias = c(kernels.reshape(len(kernels), -1)), p["c1.bias"][:, None]
        self._c3, self._c3_bias = c(dense.reshape(len(dense), -1)), p["c3.bias"][:, None]
        self._s2, self._s4 = (_coefficients(config, p, layer) for layer in ("s2", "s4"))
        self._c5 = c(p["c5.weight"]), p["c5.bias"]
        self._f6 = c(p["f6.weight"]), p["f6.bias"]
        coded = config.output == "RBF"
        self._codes = c(p["output.codes"]) if coded else None
        self._output = None if coded else (c(p["output.weight"]), p["output.bias"])
        self._distance_scale = np.float32(-config.distance_scale)
        self._no_digit = None if config.rubbish is None else np.float32(-config.rubbish)
        self._temperature = np.float32(config.temperature)

    def _make_buffers(self) -> None:
        specs = self._specs
        side, middle = specs["input"].height, specs["input"].height - 2 * FRAME
        frame = self._paper if self._config.padding == "background" else np.float32(0)
        self._input = np.full((side, side), frame, np.float32)
        self._middle = self._input[FRAME:-FRAME, FRAME:-FRAME]
        self._enlargement = (
            enlargement(middle, side) if self._config.padding == "resized" else None
        )
        self._c1_windows = _windows(self._input[None])
        self._c1_fields, self._c1_columns = _fields(self._c1_windows)
        self._s2_maps = np.empty(_shape(specs["S2"]), np.float32)
        self._c3_windows = _windows(self._s2_maps)
        self._c3_fields, self._c3_columns = _fields(self._c3_windows)
        self._s2_rows, self._s4_rows = (
            np.empty((s.maps, s.height, s.width * s.stride), np.float32)
            for s in (specs["S2"], specs["S4"])
        )
        self._difference = np.empty((specs["output"].maps, specs["F6"].maps), np.float32)

    def _lay_out_row(self) -> None:
        """Where each tap lies in the row."""
        self._sums = {n: n + SUM if s.activation else n for n, s in self._specs.items()}
        self._places: list[tuple[str, int, int, tuple[int, ...]]] = []
        at = 0
        for name, spec in self._specs.items():
            shape = _shape(spec)
            for tap in dict.fromkeys((self._sums[name], name)):
                end = at + math.prod(shape)
                self._places.append((tap, at, end, shape))
                at = end
        self._classes = self._specs["output"].maps
        self._size = at + self._classes + (self._no_digit is not None)

    # What is done for each image

    def _show(self, image: FloatArray) -> None:
        """Put the image into the input layer."""
        if self._enlargement is None:
            np.multiply(image, self._scale, out=self._middle)
            self._middle += self._paper
        else:
            enlarged = self._enlargement @ image @ self._enlargement.T
            np.multiply(enlarged, self._scale, out=self._input)
            self._input += self._paper

    def _sums_of(self, taps: dict[str, FloatArray], layer: str) -> FloatArray:
        """The tap that takes a layer's weighted sums."""
        return taps[self._sums[layer]]

    def _finish(self, taps: dict[str, FloatArray], layer: str, holds: Holds) -> None:
        """Send a layer's sums through the activation, where it has one, and hold what is held."""
        sums = self._sums[layer]
        if sums != layer:
            self._activate[layer](taps[sums], taps[layer])
        if holds:
            hold(taps[layer], layer, holds)

    def _subsample(
        self,
        maps: FloatArray,
        rows: FloatArray,
        out: FloatArray,
        coefficients: tuple[FloatArray, FloatArray] | None,
    ) -> None:
        join: Callable[..., object] = np.maximum if self._config.subsampling == "max" else np.add
        join(maps[:, ::2], maps[:, 1::2], out=rows)
        join(rows[..., ::2], rows[..., 1::2], out=out)
        if coefficients is not None:
            np.multiply(out, coefficients[0], out=out)
            np.add(out, coefficients[1], out=out)

    def _compete(self, f6: FloatArray, output: FloatArray, posteriors: FloatArray) -> None:
        """The output layer of F6, and the posteriors of the classes (equation 9)."""
        if self._codes is not None:
            np.subtract(f6, self._codes, out=self._difference)
            np.multiply(self._difference, self._difference, out=self._difference)
            np.add.reduce(self._difference, axis=1, out=output)
            np.multiply(output, self._distance_scale, out=posteriors[: self._classes])
        else:
            assert self._output is not None
            weight, bias = self._output
            np.matmul(weight, f6, out=output)
            output += bias
            posteriors[: self._classes] = output
        if self._no_digit is not None:
            posteriors[-1] = self._no_digit
        posteriors /= self._temperature
        posteriors -= np.maximum.reduce(posteriors)
        np.exp(posteriors, out=posteriors)
        posteriors /= np.add.reduce(posteriors)


def _coefficients(
    config: LeNet5Config, p: Parameters, layer: str
) -> tuple[FloatArray, FloatArray] | None:
    """What the sum of four is multiplied with and what is added, (maps, 1, 1); None for maxima."""
    if config.subsampling == "max":
        return None
    if config.subsampling == "mean":
        return np.full((1, 1, 1), 0.25, np.float32), np.zeros((1, 1, 1), np.float32)
    part = np.float32(0.25 if config.subsampling == "average" else 1.0)
    weight: FloatArray = p[f"{layer}.weight"] * part
    return weight[:, None, None], p[f"{layer}.bias"][:, None, None]


def _shape(spec: LayerSpec) -> tuple[int, ...]:
    """The shape of a layer's tap; single units have no places."""
    one = spec.height == spec.width == 1
    return (spec.maps,) if one else (spec.maps, spec.height, spec.width)


def _windows(maps: FloatArray) -> FloatArray:
    """A view (maps, 5, 5, rows, columns) of all 5×5 fields of maps (maps, H, W)."""
    count, height, width = maps.shape
    plane, row, item = maps.strides
    shape = (count, KERNEL, KERNEL, height - KERNEL + 1, width - KERNEL + 1)
    view: FloatArray = as_strided(maps, shape, (plane, row, item, row, item))
    return view


def _fields(windows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """A buffer for a copy of the windows, and the same as the columns of a matrix."""
    maps, _, _, rows, columns = windows.shape
    buffer = np.empty(windows.shape, np.float32)
    return buffer, buffer.reshape(maps * KERNEL**2, rows * columns)
