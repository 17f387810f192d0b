"""The gradient of an output with respect to the input layer, by hand in NumPy: layer by layer,
from the output to the input, each as the chain rule has it (backpropagation)."""

from __future__ import annotations

import numpy as np

from lenetpad.lenet.activations import ACTIVATIONS
from lenetpad.lenet.config import LeNet5Config
from lenetpad.lenet.forward import dense_c3
from lenetpad.lenet.holding import clear_held
from lenetpad.lenet.layers import KERNEL, SQUARE
from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.holding import Holds


def input_gradient(
    config: LeNet5Config,
    parameters: Parameters,
    taps: dict[str, FloatArray],
    gradient: FloatArray,
    holds: Holds = (),
) -> FloatArray:
    """The gradient with respect to the input layer, (32, 32), of what has the ``gradient`` (10,)
    with respect to the output layer.

    ``taps`` are those of one image, without an axis of images, with the same units held. What is
    held depends on nothing.
    """
    p = parameters

    def of_sums(layer: str, gradient: FloatArray) -> FloatArray:
        """Of a layer's values -> of its weighted sums."""
        clear_held(gradient, layer, holds)
        if layer in config.activated:
            gradient = gradient * ACTIVATIONS[config.function(layer)].slope(taps[layer])
        return gradient

    found = of_sums("F6", _through_output(config, p, taps["F6"], gradient))
    found = of_sums("C5", found @ p["f6.weight"])
    found = of_sums("S4", (found @ p["c5.weight"]).reshape(taps["S4"].shape))
    found = of_sums("C3", _through_subsampling(config, p, "s4", taps["C3"], found))
    found = of_sums("S2", _through_convolution(dense_c3(config, p), found))
    found = of_sums("C1", _through_subsampling(config, p, "s2", taps["C1"], found))
    of_input: FloatArray = _through_convolution(p["c1.weight"], found)[0]
    return of_input


def _through_output(
    config: LeNet5Config, p: Parameters, f6: FloatArray, gradient: FloatArray
) -> FloatArray:
    """(10,) -> (84,); a squared distance from a code grows by twice the difference."""
    if config.output == "linear":
        return gradient @ p["output.weight"]
    found: FloatArray = 2 * (gradient @ (f6 - p["output.codes"]))
    return found


def _through_subsampling(
    config: LeNet5Config, p: Parameters, layer: str, inputs: FloatArray, gradient: FloatArray
) -> FloatArray:
    """(maps, H, W) -> (maps, 2H, 2W): each of four inputs has the same part in a sum, and the
    largest, the first of equal ones, all of a maximum."""
    maps, height, width = gradient.shape
    if config.subsampling == "max":
        squares = inputs.reshape(maps, height, SQUARE, width, SQUARE).swapaxes(2, 3)
        largest = squares.reshape(maps, height, width, SQUARE**2).argmax(axis=3)
        parts = (largest[..., None] == np.arange(SQUARE**2)) * gradient[..., None]
        parts = parts.reshape(maps, height, width, SQUARE, SQUARE).swapaxes(2, 3)
        chosen: FloatArray = parts.reshape(inputs.shape)
        return chosen
    part = np.float32(1.0 if config.subsampling == "sum" else 0.25)
    if config.subsampling != "mean":
        gradient = gradient * p[f"{layer}.weight"][:, None, None]
    return (part * gradient).repeat(SQUARE, axis=1).repeat(SQUARE, axis=2)


def _through_convolution(kernels: FloatArray, gradient: FloatArray) -> FloatArray:
    """(maps, H, W) with kernels (maps, inputs, 5, 5) -> (inputs, H+4, W+4): an input has a part
    in every sum whose field it lies in."""
    _, height, width = gradient.shape
    parts = np.tensordot(kernels, gradient, axes=(0, 0))  # (inputs, 5, 5, H, W)
    found = np.zeros((len(parts), height + KERNEL - 1, width + KERNEL - 1), np.float32)
    for row in range(KERNEL):
        for column in range(KERNEL):
            found[:, row : row + height, column : column + width] += parts[:, row, column]
    return found
