"""Weights in the layout of Keras, TensorFlow and JAX, and full connections the other way round.

There a convolution is (rows, columns, inputs, maps), a full connection (inputs, outputs), and the
maps before the first full connection are read place by place, where PyTorch reads map by map.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

from numpy.typing import NDArray

State = dict[str, NDArray[Any]]
Shape = tuple[int, ...]

#: The convolutions C1 and C3, and C5 as one, with their axes last.
CONVOLUTIONS: Final[tuple[Shape, ...]] = ((5, 5, 1, 6), (5, 5, 6, 16))
OPTIONAL: Final[tuple[Shape, ...]] = ((5, 5, 16, 120), (1, 1, 120, 84), (1, 1, 84, 10))
#: C5, F6 and output with their inputs first.
C5: Final = (400, 120)
CONNECTIONS: Final[tuple[Shape, ...]] = (C5, (120, 84), (84, 10))
#: How many numbers the weights of the layers have, and C3's with Table I's kernels alone.
SIZES: Final = frozenset((150, 2400, 48_000, 10_080, 840))
KERNELS, LAYERS = 1500, 5
#: The maps of S4, before C5: how many, and their sides.
MAPS, SIDE = 16, 5


def in_pytorchs(state: Mapping[str, NDArray[Any]]) -> State:
    """The state dict in PyTorch's layout, where the shapes leave no doubt of another."""
    shapes = {array.shape for array in state.values()}
    last = all(shape in shapes for shape in CONVOLUTIONS)
    return {
        name: array if _pytorchs(array.shape) in shapes else _turned(array, last)
        for name, array in state.items()
    }


def has_layers_of_any(shapes: Iterable[Shape]) -> bool:
    """Whether as many arrays as LeNet-5 has layers have as many numbers as a layer's weights."""
    sizes = {math.prod(shape) for shape in shapes}
    return len(sizes & {*SIZES, KERNELS}) >= LAYERS


def by_maps(weight: NDArray[Any]) -> NDArray[Any]:
    """C5's weights (400, 120) of inputs that come place by place as of such that come by maps."""
    places = weight.reshape(SIDE, SIDE, MAPS, -1)
    return places.transpose(2, 0, 1, 3).reshape(weight.shape)


def _pytorchs(shape: Shape) -> Shape:
    """What a shape of another layout is in PyTorch's."""
    return (shape[3], shape[2], *shape[:2]) if len(shape) == 4 else shape[::-1]


def _turned(array: NDArray[Any], last: bool) -> NDArray[Any]:
    """An array in PyTorch's layout; ``last`` says that convolutions have their maps last."""
    if last and array.shape in (*CONVOLUTIONS, *OPTIONAL):
        return array.transpose(3, 2, 0, 1)
    if array.shape in CONNECTIONS:
        return (by_maps(array) if last and array.shape == C5 else array).T
    return array
