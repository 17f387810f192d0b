"""Activations: what the paper calls squashing functions (appendix A), in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from lenetpad.values.arrays import FloatArray

#: Amplitude and slope of the paper's squashing function: f(±1) = ±1.
AMPLITUDE: Final = 1.7159
SLOPE: Final = 2.0 / 3.0

#: tanh of it is 0.99.
FLAT: Final = 2.65

_HALF: Final = np.float32(0.5)
_SLOPE: Final = np.float32(SLOPE)
_AMPLITUDE: Final = np.float32(AMPLITUDE)
_ZERO: Final = np.float32(0)


@dataclass(frozen=True, slots=True)
class Activation:
    """``apply(sums, out)`` writes the function of each sum into ``out``, which may be the sums
    themselves. Its values lie within ``low`` and ``high``. ``slope(values)`` is its derivative
    where it has these values, and ``steepest`` the largest one. It is about flat for sums beyond
    ``flat_from`` on either side: there it has 99% of its way behind it."""

    apply: Callable[[FloatArray, FloatArray], object]
    low: float
    high: float
    slope: Callable[[FloatArray], FloatArray]
    steepest: float
    flat_from: float

    @property
    def bounded(self) -> bool:
        """Whether its values have a largest one."""
        return bool(np.isfinite(self.high))


def _scaled_tanh(sums: FloatArray, out: FloatArray) -> None:
    """f(a) = 1.7159 · tanh(⅔ a)."""
    np.multiply(sums, _SLOPE, out=out)
    np.tanh(out, out=out)
    np.multiply(out, _AMPLITUDE, out=out)


def _tanh(sums: FloatArray, out: FloatArray) -> None:
    np.tanh(sums, out=out)


def _sigmoid(sums: FloatArray, out: FloatArray) -> None:
    """1 / (1 + e^-a), by (1 + tanh(a/2)) / 2: one vectorised function, and it never overflows."""
    np.multiply(sums, _HALF, out=out)
    np.tanh(out, out=out)
    np.multiply(out, _HALF, out=out)
    np.add(out, _HALF, out=out)


def _relu(sums: FloatArray, out: FloatArray) -> None:
    np.maximum(sums, _ZERO, out=out)


def _scaled_tanh_slope(values: FloatArray) -> FloatArray:
    """f' = 1.7159 · ⅔ · (1 - (f/1.7159)²)."""
    return _SLOPE * (_AMPLITUDE - values * values / _AMPLITUDE)


def _tanh_slope(values: FloatArray) -> FloatArray:
    return 1 - values * values


def _sigmoid_slope(values: FloatArray) -> FloatArray:
    return values * (1 - values)


def _relu_slope(values: FloatArray) -> FloatArray:
    """1 above 0; 0 at 0, as in torch."""
    return (values > 0).astype(np.float32)


#: By the names that a configuration has.
ACTIVATIONS: Final = {
    "scaled tanh": Activation(
        _scaled_tanh, -AMPLITUDE, AMPLITUDE, _scaled_tanh_slope, AMPLITUDE * SLOPE, FLAT / SLOPE
    ),
    "tanh": Activation(_tanh, -1.0, 1.0, _tanh_slope, 1.0, FLAT),
    "sigmoid": Activation(_sigmoid, 0.0, 1.0, _sigmoid_slope, 0.25, 2 * FLAT),
    "ReLU": Activation(_relu, 0.0, float("inf"), _relu_slope, 1.0, float("inf")),
}
