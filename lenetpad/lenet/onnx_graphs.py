"""State dicts in ONNX files: what the nodes of a graph compute with, by name; nothing is computed.

The graph says what a state dict does not: whether something else than LeNet-5's layers has
parameters, and in which order the maps come to the first full connection.
"""

from __future__ import annotations

import importlib.util
import math
import re
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.lenet.identification import State, WeightsError
from lenetpad.lenet.layouts import C5, by_maps
from lenetpad.lenet.leftovers import BATCH_STATISTICS, EPSILON
from lenetpad.storage.decoding import named
from lenetpad.storage.resources import how_to_get

#: A LeNet-5 in double precision has half a megabyte; a parser's objects take many times as much.
LARGEST: Final = 2 << 20
#: How a model begins: the version of the format, and another of its fields.
BEGINNING: Final = rb"\x08[\x01-\x1f][\x12\x1a\x22\x32\x3a\x42]"
#: Layers, which have a weight and mostly a bias, and the attributes that are other than usual.
WEIGHTED: Final = frozenset(("Conv", "Gemm", "MatMul"))
USUAL: Final = {"group": 1, "strides": [1, 1], "dilations": [1, 1], "transA": 0}
USUAL_FACTORS: Final = {"alpha": 1.0, "beta": 1.0}
#: Activations. A factor for each map behind one, or behind a layer, normalises.
ACTIVATIONS: Final = frozenset(("Relu", "Tanh", "Sigmoid"))
#: What gives a parameter on as it is.
ALIASES: Final = frozenset(("Identity", "Squeeze", "Unsqueeze", "Transpose"))
#: What is computed where all that it is given are parameters.
MADE: Final = frozenset(("ConstantOfShape", "ScatterND", "Reshape"))
#: What else a LeNet-5 is made of.
PASSING: Final = frozenset(
    {
        *("Add", "Sub", "Mul", "Div", "Pow", "ReduceSum", "Dropout", "Softmax", "LogSoftmax"),
        *("ArgMax", "MaxPool", "AveragePool", "Pad", "Resize", "Reshape", "Flatten", "Constant"),
        *("ConstantOfShape", "Shape", "Gather", "Slice", "Concat", "Cast", "Expand", "ScatterND"),
    }
)
#: From maps by places to places by maps, and back.
MAPS_LAST, MAPS_FIRST = [0, 2, 3, 1], [0, 3, 1, 2]
Array = NDArray[Any]


def is_graph(content: bytes) -> bool:
    """Whether a file begins as an ONNX model does."""
    return re.match(BEGINNING, content[:3], re.DOTALL) is not None


def read(content: bytes, path: Path) -> State:
    """What the nodes of a model compute with, as arrays by name. Raises WeightsError."""
    if len(content) > LARGEST:
        size = len(content) / 1e6
        raise WeightsError(f"{path} is not LeNet-5: it has {size:.0f} MB, LeNet-5 has 0.3")
    if "onnx" not in sys.modules and importlib.util.find_spec("onnx") is None:
        way = how_to_get("it", "python -m pip install onnx")
        raise WeightsError(
            f"{path} is ONNX, which needs the package onnx: {way}; or save the state_dict() of "
            "the network that it came from"
        )
    import onnx

    try:
        return _Graph(onnx.load_model_from_string(content).graph, path).state
    except WeightsError:
        raise
    except Exception as error:  # protobuf and NumPy raise several kinds
        raise WeightsError(
            f"{path} is not a whole ONNX model ({named(error)}); save it again"
        ) from None


class _Graph:
    """Walks the nodes of a graph in their order; ``state`` is what they compute with."""

    def __init__(self, graph: Any, path: Path) -> None:
        self._path = path
        if not graph.node:
            raise ValueError("it has no graph")
        self.state: State = {}
        #: Parameters by the names that nodes know them by, with the names that the file gives.
        self._known: dict[str, tuple[str, Array]] = {}
        #: The layer, with its name, that gives a value; and the activation that does.
        self._layers: dict[str, str] = {}
        self._activated: set[str] = set()
        #: Sums of values, such as of the four that a subsampling takes.
        self._sums: set[str] = set()
        self._maps_last = False
        for tensor in graph.initializer:
            self._known[tensor.name] = (tensor.name, self._array(tensor))
        for node in graph.node:
            self._take(node)

    def _take(self, node: Any) -> None:
        kind, inputs = node.op_type, list(node.input)
        output = next(iter(node.output), "")
        if node.domain not in ("", "ai.onnx"):
            raise self._strange(f"the operator {named(node.domain)}.{named(kind)}")
        if kind in MADE and all(name in self._known for name in inputs):
            self._make(kind, inputs, output)
        elif kind in ALIASES:
            self._pass_on(node, inputs[0], output)
        elif kind == "Constant":
            for attribute in node.attribute:
                if attribute.name == "value":
                    self._known[output] = (output, self._array(attribute.t))
        elif kind in WEIGHTED:
            self._take_layer(node, inputs, output)
        elif kind == "BatchNormalization":
            self._take_batch(node, inputs, output)
        elif kind in ACTIVATIONS:
            self._activated.add(output)
        elif kind in PASSING:
            self._take_values(kind, inputs, output)
        else:
            raise self._strange(f"the operator {named(kind)}")

    def _make(self, kind: str, inputs: list[str], output: str) -> None:
        """A parameter that is made of others: C3's kernels, put where Table I has them."""
        name, *_ = self._known[inputs[-1 if kind == "ScatterND" else 0]]
        arrays = [self._known[one][1] for one in inputs]
        if kind == "ConstantOfShape":
            shape = [int(side) for side in arrays[0].reshape(-1)]
            if min(shape, default=0) < 0 or math.prod(shape) > LARGEST:
                raise WeightsError(f"{self._path} is not LeNet-5: {named(output)} is too large")
            made = np.zeros(shape, np.float32)
        elif kind == "Reshape":
            made = arrays[0].reshape([int(side) for side in arrays[1].reshape(-1)])
        else:
            made, (_, indices, updates) = arrays[0].copy(), arrays
            made[tuple(np.moveaxis(indices, -1, 0))] = updates
        self._known[output] = (name, made)

    def _pass_on(self, node: Any, given: str, output: str) -> None:
        order = [list(a.ints) for a in node.attribute if a.name == "perm"]
        if given in self._known:
            name, array = self._known[given]
            if node.op_type == "Transpose":
                array = array.transpose(*order)
            self._known[output] = (name, array)
        elif order in ([MAPS_LAST], [MAPS_FIRST]):
            self._maps_last = order == [MAPS_LAST]
        if given in self._layers:
            self._layers[output] = self._layers[given]

    def _take_layer(self, node: Any, inputs: list[str], output: str) -> None:
        for one in node.attribute:
            usual = USUAL.get(one.name)
            given = list(one.ints) if isinstance(usual, list) else one.i
            factor = USUAL_FACTORS.get(one.name)
            if (usual is not None and given != usual) or (factor is not None and one.f != factor):
                raise self._strange(f"the attribute {one.name} in {named(node.name or output)}")
        weights = [name for name in inputs[:2] if name in self._known]
        if len(weights) != 1:
            raise self._strange(f"{named(node.op_type)} of something else than weights")
        name, array = self._known[weights[0]]
        if self._maps_last and node.op_type != "Conv":
            array = by_maps(array) if array.shape == C5 else array
            array = by_maps(array.T).T if array.shape == C5[::-1] else array
        name = name.removesuffix(".weight")
        if f"{name}.weight" in self.state:
            raise self._strange(f"{named(name)} twice")
        self.state[f"{name}.weight"] = array
        if len(inputs) > 2 and inputs[2] in self._known:
            self.state[f"{name}.bias"] = _flat(self._known[inputs[2]][1])
        self._layers[output] = name

    def _take_batch(self, node: Any, inputs: list[str], output: str) -> None:
        """Batch normalisation, under torch's names and with torch's addition to its variance."""
        layer = self._layers.get(inputs[0])
        arrays = [self._known[name][1] for name in inputs[1:5] if name in self._known]
        if layer is None or len(arrays) < 4:
            raise self._strange("BatchNormalization elsewhere than behind a layer")
        added = next((a.f for a in node.attribute if a.name == "epsilon"), EPSILON)
        keys = ("weight", "bias", *BATCH_STATISTICS[:2])
        for key, array in zip(keys, arrays, strict=True):
            self.state[f"{layer}.batches.{key}"] = array
        variance = f"{layer}.batches.{BATCH_STATISTICS[1]}"
        self.state[variance] = self.state[variance] + (np.float64(added) - EPSILON)

    def _take_values(self, kind: str, inputs: list[str], output: str) -> None:
        """What is added or multiplied: a layer's bias, coefficients of subsampling, codes.

        Coefficients of a sum of four become those of their average.
        """
        arrays = [self._known[name] for name in inputs if name in self._known]
        real = [(name, one) for name, one in arrays if one.dtype.kind == "f" and one.size > 1]
        layer = next((self._layers[name] for name in inputs if name in self._layers), None)
        for name, array in real:
            if kind == "Add" and layer is not None and f"{layer}.bias" not in self.state:
                self.state[f"{layer}.bias"] = _flat(array)
                self._layers[output] = layer
            elif layer is not None or self._activated & set(inputs):
                raise self._strange(f"{named(name)}, which may normalise")
            else:
                summed = kind == "Mul" and self._sums & set(inputs)
                self.state[name] = array * array.dtype.type(4) if summed else array
        if kind == "Add" and not arrays:
            self._sums.add(output)

    def _array(self, tensor: Any) -> Array:
        from onnx import TensorProto, numpy_helper

        if tensor.data_location == TensorProto.EXTERNAL:
            raise WeightsError(
                f"{self._path} keeps its numbers in another file: save it again as one file"
            )
        if any(side < 0 for side in tensor.dims) or math.prod(tensor.dims) > LARGEST:
            raise WeightsError(f"{self._path} is not LeNet-5: {named(tensor.name)} is too large")
        if tensor.data_type == TensorProto.STRING:
            return np.empty(0, np.uint8)
        array = np.asarray(numpy_helper.to_array(tensor))
        return array.astype(np.float32) if array.dtype.kind == "V" else array

    def _strange(self, what: str) -> WeightsError:
        return WeightsError(
            f"{self._path} cannot be read as LeNet-5: its graph has {what}; save the state_dict() "
            "of the network that it came from"
        )


def _flat(array: Array) -> Array:
    """A bias, whatever sides of one it has."""
    return array.reshape(-1) if max(array.shape, default=1) == array.size else array
