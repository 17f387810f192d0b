"""LeNet-5's forward pass in NumPy, for batches and for images of any size (section II-B).

An image wider or taller than 32 pixels makes the network a space displacement network (section
VII of the paper): C5 and what follows are convolutions, and there is a set of outputs for each
window of 32×32, every four pixels, computed with the same parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import as_strided

from lenetpad.ink.raster import PADDED
from lenetpad.lenet.activations import ACTIVATIONS
from lenetpad.lenet.config import FULL, LeNet5Config
from lenetpad.lenet.holding import hold
from lenetpad.lenet.layers import KERNEL
from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.holding import Holds

#: The tap that holds a layer's weighted sums, before its activation.
SUM: Final = ".a"
#: Pixels between two windows of a space displacement network: two subsamplings by two.
STEP: Final = 4
#: Images that are read at once where there are many.
BATCH: Final = 50
#: The frame around the image of 28×28 that a network from elsewhere may fill otherwise.
FRAME: Final = 2


def forward(
    config: LeNet5Config,
    parameters: Parameters,
    images: FloatArray,
    taps: dict[str, FloatArray] | None = None,
    holds: Holds = (),
) -> FloatArray:
    """Images (N, H, W) in [0, 1], paper 0 and ink 1 -> the output layer.

    That is (N, 10) for images of 32×32: squared distances for an RBF output (smaller is nearer),
    logits for a linear one. Images with room for more than one window of 32×32 give
    (N, 10, (H-32)//4+1, (W-32)//4+1). A dictionary
    given as ``taps`` receives every layer after its activation: input (N, 1, H, W), C1, S2, C3,
    S4 (N, maps, …), C5, F6, output (N, units), for larger images (N, units, …); a layer with an
    activation also gives its weighted sums, as "C1.a" and so on. Units that are held have their
    values in every image.

    Raises ValueError for images smaller than 32×32, IndexError for a unit to hold that there is
    not.
    """
    if images.ndim != 3 or min(images.shape[1:]) < PADDED:
        raise ValueError(f"images must be (N, 32, 32) or larger, not {images.shape}")
    for layer, sums, values in layer_by_layer(config, parameters, images, holds):
        if taps is not None and layer in config.activated:
            taps[layer + SUM] = sums
        if taps is not None:
            taps[layer] = values
    return values


def layer_by_layer(
    config: LeNet5Config, parameters: Parameters, images: FloatArray, holds: Holds = ()
) -> Iterator[tuple[str, FloatArray, FloatArray]]:
    """Each layer's name, weighted sums and values, as of ``forward``, once they are computed.

    Where it has no activation they are one array. Whoever needs no later layer asks for no more.
    """
    p = parameters
    computed: dict[str, Callable[[FloatArray], FloatArray]] = {
        "C1": lambda x: _convolved(x, p["c1.weight"], p["c1.bias"]),
        "S2": lambda x: _subsampled(config, p, "s2", x),  # halves, (N, 6, …)
        "C3": lambda x: _convolved(x, dense_c3(config, p), p["c3.bias"]),
        "S4": lambda x: _subsampled(config, p, "s4", x),  # halves, (N, 16, …)
        "C5": lambda x: _fed_by_s4(p, x),
        "F6": lambda x: _connected(x, p["f6.weight"], p["f6.bias"]),
        "output": lambda x: _output(config, p, x),
    }
    x = normalised(config, images)[:, None]  # (N, 1, H, W)
    yield "input", x, x
    for layer, sums_of in computed.items():
        x = sums = sums_of(x)
        if layer in config.activated:
            x = np.empty_like(sums)
            ACTIVATIONS[config.function(layer)].apply(sums, x)
        if holds:
            hold(np.moveaxis(x, 0, -1), layer, holds)
        yield layer, sums, x


def in_batches(
    config: LeNet5Config, parameters: Parameters, images: FloatArray
) -> Iterator[FloatArray]:
    """The output layer of images (N, 32, 32), a batch after the other that fits a CPU's cache."""
    for start in range(0, len(images), BATCH):
        yield forward(config, parameters, images[start : start + BATCH])


def log_posteriors(config: LeNet5Config, output: FloatArray) -> FloatArray:
    """Log probabilities of the classes, (N, 10, …), or (N, 11, …) with "no digit" last.

    For the RBF output these are the posteriors of equation 9: e^-y_i and e^-j over their sum.
    Logits compete with the constant -j in the same way.
    """
    found = scores(config, output)
    if config.rubbish is not None:
        rubbish = np.full_like(found[:, :1], -config.rubbish)
        found = np.concatenate([found, rubbish], axis=1)
    found = found / np.float32(config.temperature)
    found = found - found.max(axis=1, keepdims=True)
    logarithms: FloatArray = found - np.log(np.exp(found).sum(axis=1, keepdims=True))
    return logarithms


def scores(config: LeNet5Config, output: FloatArray) -> FloatArray:
    """What the classes compete with, (N, 10, …): logits, or minus the scaled distances."""
    return output if config.output == "linear" else output * np.float32(-config.distance_scale)


def normalised(config: LeNet5Config, images: FloatArray) -> FloatArray:
    """Images (…, H, W) as the input layer has them: the values of paper and ink, and the frame."""
    x: FloatArray = images * np.float32(config.ink - config.background)
    x += np.float32(config.background)
    if config.padding == "background":
        return x
    middle = x[..., FRAME:-FRAME, FRAME:-FRAME]
    if config.padding == "zero":
        framed = np.zeros_like(x)
        framed[..., FRAME:-FRAME, FRAME:-FRAME] = middle
        return framed
    down, across = (enlargement(side - 2 * FRAME, side) for side in x.shape[-2:])
    enlarged: FloatArray = np.matmul(np.matmul(down, middle), across.T)
    return enlarged


@cache
def enlargement(before: int, after: int) -> FloatArray:
    """The matrix (after, before) that enlarges one axis by linear interpolation.

    Pixels are areas, and their values lie in their middles; beyond the outermost middles the
    outermost values are replicated.
    """
    at = np.clip((np.arange(after) + 0.5) * before / after - 0.5, 0, before - 1)
    low = np.minimum(at.astype(np.intp), before - 2)
    part = (at - low).astype(np.float32)
    matrix = np.zeros((after, before), dtype=np.float32)
    matrix[np.arange(after), low] = 1 - part
    matrix[np.arange(after), low + 1] = part
    matrix.flags.writeable = False
    return matrix


def dense_c3(config: LeNet5Config, parameters: Parameters) -> FloatArray:
    """C3's kernels as an ordinary convolution's, (16, 6, 5, 5), zero where Table I has none."""
    kernels = parameters["c3.weight"]
    if config.table == FULL:
        return kernels
    dense = np.zeros((len(config.table), 6, KERNEL, KERNEL), dtype=np.float32)
    places = [(m, i) for m, sources in enumerate(config.table) for i in sources]
    dense[tuple(zip(*places, strict=True))] = kernels
    return dense


def _convolved(x: FloatArray, kernels: FloatArray, bias: FloatArray) -> FloatArray:
    """(N, inputs, H, W) with kernels (maps, inputs, 5, 5) -> (N, maps, H-4, W-4).

    All fields that a kernel is laid over become the columns of one matrix (im2col).
    """
    n, inputs, height, width = x.shape
    rows, columns = height - KERNEL + 1, width - KERNEL + 1
    x = np.ascontiguousarray(x)
    image, plane, row, item = x.strides
    fields = as_strided(
        x, (n, inputs, KERNEL, KERNEL, rows, columns), (image, plane, row, item, row, item)
    ).reshape(n, inputs * KERNEL**2, rows * columns)
    sums = np.matmul(kernels.reshape(len(kernels), -1), fields)
    sums += bias[:, None]
    convolved: FloatArray = sums.reshape(n, len(kernels), rows, columns)
    return convolved


def _subsampled(config: LeNet5Config, p: Parameters, layer: str, x: FloatArray) -> FloatArray:
    """(N, maps, H, W) -> (N, maps, H//2, W//2): each 2×2 becomes one unit."""
    height, width = (side // 2 * 2 for side in x.shape[2:])
    x = x[:, :, :height, :width]
    if config.subsampling == "max":
        largest = np.maximum(x[:, :, ::2], x[:, :, 1::2])
        return np.maximum(largest[..., ::2], largest[..., 1::2])
    rows = x[:, :, ::2] + x[:, :, 1::2]
    summed: FloatArray = rows[..., ::2] + rows[..., 1::2]
    if config.subsampling == "mean":
        return summed * np.float32(0.25)
    weight = p[f"{layer}.weight"] * np.float32(0.25 if config.subsampling == "average" else 1.0)
    summed *= weight[:, None, None]
    summed += p[f"{layer}.bias"][:, None, None]
    return summed


def _fed_by_s4(p: Parameters, x: FloatArray) -> FloatArray:
    """C5 of S4 (N, 16, H, W): (N, 120) where S4 is 5×5, otherwise (N, 120, H-4, W-4)."""
    kernels = p["c5.weight"].reshape(len(p["c5.weight"]), -1, KERNEL, KERNEL)
    x = _convolved(x, kernels, p["c5.bias"])
    return x[:, :, 0, 0] if x.shape[2:] == (1, 1) else x


def _connected(x: FloatArray, weight: FloatArray, bias: FloatArray) -> FloatArray:
    """A full connection of units (N, inputs), or of the units at each place of (N, inputs, …)."""
    if x.ndim == 2:
        return x @ weight.T + bias
    sums: FloatArray = np.einsum("oi,nihw->nohw", weight, x) + bias[:, None, None]
    return sums


def _output(config: LeNet5Config, p: Parameters, x: FloatArray) -> FloatArray:
    """Squared distances from the codes (equation 7), or weighted sums of F6."""
    if config.output == "linear":
        return _connected(x, p["output.weight"], p["output.bias"])
    codes = p["output.codes"]
    difference = x[:, None] - codes.reshape(codes.shape + (1,) * (x.ndim - 2))
    distances: FloatArray = np.square(difference).sum(axis=2)
    return distances
