"""LeNet-5's forward pass in NumPy: the oracle that the real network is compared with.

Written from the formulas of the 1998 paper (section II-B) alone, in double precision, and without
a look at lenetpad.lenet; all it takes from there is a state dict's arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: The layers' sizes in the paper.
SHAPES: Final = {
    "input": (1, 32, 32),
    "C1": (6, 28, 28),
    "S2": (6, 14, 14),
    "C3": (16, 10, 10),
    "S4": (16, 5, 5),
    "C5": (120,),
    "F6": (84,),
    "output": (10,),
}

#: Table I as the paper prints it: a row for each S2 map, a column for each C3 map.
TABLE_I_AS_PRINTED: Final = (
    "x...xxx..xxxx.xx",
    "xx...xxx..xxxx.x",
    "xxx...xxx..x.xxx",
    ".xxx..xxxx..x.xx",
    "..xxx..xxxx.xx.x",
    "...xxx..xxxx.xxx",
)


def table_i() -> list[list[int]]:
    """The S2 maps that feed each of the 16 C3 maps."""
    return [[s2 for s2 in range(6) if TABLE_I_AS_PRINTED[s2][c3] == "x"] for c3 in range(16)]


def scaled_tanh(a: Array) -> Array:
    """f(a) = 1.7159 · tanh(⅔ a)."""
    return 1.7159 * np.tanh(2.0 * a / 3.0)


def sigmoid(a: Array) -> Array:
    """1 / (1 + e^-a), written with tanh, which does not overflow."""
    return 0.5 * (1.0 + np.tanh(a / 2.0))


def relu(a: Array) -> Array:
    """The larger of a and 0."""
    return np.maximum(a, 0.0)


#: Of each preset: values of paper and ink, activation, and the layers that have it.
NETWORKS: Final[dict[str, tuple[float, float, Callable[[Array], Array], str]]] = {
    "lenet5-1998": (-0.1, 1.175, scaled_tanh, "C1 S2 C3 S4 C5 F6"),
    "lenet5-study": (-0.1, 1.175, sigmoid, "S2 S4 F6"),
    "lenet5-modern": (-1.0, 1.0, relu, "C1 C3 C5 F6"),
}


def forward(
    preset: str, state: Mapping[str, NDArray[np.float32]], images: Array
) -> dict[str, Array]:
    """Every layer of a preset for images (N, 32, 32) with paper 0 and ink 1.

    The keys are the layers' names, and "C1.a" and so on for the sums of activated layers.
    """
    paper, ink, activation, activated = NETWORKS[preset]
    w = {name: array.astype(np.float64) for name, array in state.items()}
    taps: dict[str, Array] = {"input": (paper + (ink - paper) * images)[:, None]}

    def layer(name: str, sums: Array) -> Array:
        taps[name] = sums
        if name in activated.split():
            taps[name + ".a"] = sums
            taps[name] = activation(sums)
        return taps[name]

    x = layer("C1", convolution(taps["input"], w["c1.weight"], w["c1.bias"]))
    x = layer("S2", subsampling(preset, x, w.get("s2.weight"), w.get("s2.bias")))
    if preset == "lenet5-modern":
        x = layer("C3", convolution(x, w["c3.weight"], w["c3.bias"]))
    else:
        x = layer("C3", table_convolution(x, w["c3.weight"], w["c3.bias"]))
    x = layer("S4", subsampling(preset, x, w.get("s4.weight"), w.get("s4.bias")))
    kernels = w["c5.weight"].reshape(120, 16, 5, 5)
    x = layer("C5", convolution(x, kernels, w["c5.bias"])[:, :, 0, 0])
    x = layer("F6", x @ w["f6.weight"].T + w["f6.bias"])
    if preset == "lenet5-1998":
        taps["output"] = euclidean_distances(x, w["output.codes"])
    else:
        taps["output"] = x @ w["output.weight"].T + w["output.bias"]
    return taps


def convolution(x: Array, kernels: Array, bias: Array) -> Array:
    """Each map is its bias and, for each input map, a kernel laid over every 5×5 field."""
    fields = np.lib.stride_tricks.sliding_window_view(x, (5, 5), axis=(2, 3))
    maps = [
        bias[m] + sum((fields[:, i] * kernels[m, i]).sum(axis=(-2, -1)) for i in range(x.shape[1]))
        for m in range(len(bias))
    ]
    return np.stack(maps, axis=1)


def table_convolution(x: Array, kernels: Array, bias: Array) -> Array:
    """As `convolution`, over Table I's subsets; kernels (60, 5, 5) lie subset after subset."""
    fields = np.lib.stride_tricks.sliding_window_view(x, (5, 5), axis=(2, 3))
    rest = iter(kernels)
    maps = [
        bias[m] + sum((fields[:, i] * next(rest)).sum(axis=(-2, -1)) for i in subset)
        for m, subset in enumerate(table_i())
    ]
    return np.stack(maps, axis=1)


def subsampling(preset: str, x: Array, weight: Array | None, bias: Array | None) -> Array:
    """Four inputs become one: sum or mean, times a coefficient plus a bias, or the largest."""
    a, b = x[:, :, 0::2, 0::2], x[:, :, 0::2, 1::2]
    c, d = x[:, :, 1::2, 0::2], x[:, :, 1::2, 1::2]
    if preset == "lenet5-modern":
        return np.maximum(np.maximum(a, b), np.maximum(c, d))
    assert weight is not None
    assert bias is not None
    pooled = a + b + c + d if preset == "lenet5-1998" else (a + b + c + d) / 4.0
    return weight[:, None, None] * pooled + bias[:, None, None]


def euclidean_distances(x: Array, codes: Array) -> Array:
    """y_i = Σ_j (x_j - w_ij)² (equation 7)."""
    return np.stack([((x - code) ** 2).sum(axis=1) for code in codes], axis=1)
