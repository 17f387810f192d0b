"""How a network of Keras's reads: its configuration says so, its weights do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import msgspec

from lenetpad.lenet.conventions import NORMALISATION
from lenetpad.lenet.identification import BEHIND_ACTIVATION, BEHIND_POOLING, LAYERS, WeightsError
from lenetpad.storage.decoding import from_json, named
from lenetpad.values.conventions import CONVENTIONS, Conventions

#: Bytes: a LeNet-5's configuration has some ten thousand.
LARGEST: Final = 1 << 20
#: Networks in networks, and layers in all of them.
DEEPEST, MOST_LAYERS = 6, 1000
#: The activations that are read, by Keras's names.
ACTIVATIONS: Final = {"relu": "relu", "tanh": "tanh", "sigmoid": "sigmoid", "linear": "none"}
#: Layers that are one activation.
ACTIVATION_LAYERS: Final = {"ReLU": "relu", "Softmax": "softmax"}
#: The attributes of a layer that are other than a LeNet-5's, where they are given.
USUAL: Final[dict[str, dict[str, Any]]] = {
    "Conv2D": {"strides": [1, 1], "dilation_rate": [1, 1], "groups": 1},
    "MaxPooling2D": {"pool_size": [2, 2], "strides": [2, 2]},
    "AveragePooling2D": {"pool_size": [2, 2], "strides": [2, 2]},
    "ReLU": {"max_value": None, "negative_slope": 0.0, "threshold": 0.0},
}
POOLINGS: Final = {"MaxPooling2D": "max", "AveragePooling2D": "average"}
#: Networks, which hold layers.
NETWORKS: Final = ("Sequential", "Functional", "Model")
#: Layers that do nothing when a network reads, or to its image's axes alone.
PASSING: Final = frozenset(
    {
        *("InputLayer", "Flatten", "Reshape", "Dropout", "SpatialDropout2D", "GaussianNoise"),
        *("GaussianDropout", "RandomRotation", "RandomTranslation", "RandomZoom"),
        "ActivityRegularization",
    }
)
#: What Keras's batch normalisation adds to a variance.
EPSILON: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch normalisation: whether it has its parameters, and what it adds to a variance.

    ``late`` is not "" where it does not come right behind its layer's weighted sums, but behind
    what is made of them (``identification.BEHIND_ACTIVATION``, ``BEHIND_POOLING``).
    """

    scale: bool = True
    centre: bool = True
    epsilon: float = EPSILON
    late: str = ""


@dataclass(frozen=True, slots=True)
class Described:
    """What a configuration says: conventions as far as it does, and the batch normalisation
    behind each layer, by our names of layers."""

    conventions: Conventions
    batches: dict[str, Batch] = field(default_factory=dict)


class _Layer(msgspec.Struct, frozen=True):
    class_name: str
    config: Any = None


def described(content: bytes | str, path: Path) -> Described:
    """What a model's configuration, as JSON, says of a LeNet-5. Raises WeightsError for others."""
    if len(content) > LARGEST:
        raise WeightsError(f"{path} is not LeNet-5: its configuration is far too long")
    model = from_json(content, _Layer, f"{path}: its configuration", WeightsError)
    walk = _Walk(path)
    for count, layer in enumerate(_layers(model, path, DEEPEST)):
        if count == MOST_LAYERS:
            raise WeightsError(f"{path} is not LeNet-5: it has over {MOST_LAYERS:,} layers")
        walk.take(layer.class_name, layer.config)
    conventions, batches = walk.conventions, walk.batches
    if conventions.pooling != "max":  # an average of what is normalised is normalised as well
        batches = {n: replace(b, late=b.late and BEHIND_POOLING) for n, b in batches.items()}
    return Described(conventions, batches)


def _layers(model: _Layer, path: Path, depth: int) -> Iterator[_Layer]:
    """The layers of a network and of those in it, in their order."""
    if model.class_name not in NETWORKS:
        yield model
        return
    inside = model.config.get("layers") if isinstance(model.config, dict) else model.config
    if depth == 0 or not isinstance(inside, list):
        raise WeightsError(f"{path}: its configuration is damaged; save the network again")
    for layer in inside:
        try:
            yield from _layers(msgspec.convert(layer, _Layer), path, depth - 1)
        except msgspec.ValidationError:
            raise WeightsError(
                f"{path}: its configuration is damaged; save the network again"
            ) from None


class _Walk:
    """Goes through the layers of a network in their order."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._weighted = 0  # layers with weights so far
        self._activations = [""] * len(LAYERS)
        self._poolings: list[str] = []
        self._pooled = False  # since the last layer with weights
        self._padding, self._normalisation = "", ""
        self.batches: dict[str, Batch] = {}

    def take(self, kind: str, config: Any) -> None:
        """Take the next layer. Raises WeightsError for one that no LeNet-5 has."""
        if not isinstance(config, dict):
            raise self._strange(f"a layer {named(kind)} without a configuration")
        for key, usual in USUAL.get(kind, {}).items():
            given = config.get(key, usual)
            if given not in (usual, usual[0] if isinstance(usual, list) else usual):
                raise self._strange(f"{named(kind)} with {key} {named(given)}")
        if kind in ("Conv2D", "Dense"):
            self._take_weighted(kind, config)
        elif kind == "Activation" or kind in ACTIVATION_LAYERS:
            self._activate(ACTIVATION_LAYERS.get(kind) or config.get("activation"))
        elif kind in POOLINGS:
            self._poolings.append(POOLINGS[kind])
            self._pooled = True
        elif kind == "BatchNormalization":
            self._normalise(config)
        elif kind in ("ZeroPadding2D", "Resizing", "Rescaling"):
            self._take_input(kind, config)
        elif kind not in PASSING:
            raise self._strange(f"a layer {named(kind)}")

    @property
    def conventions(self) -> Conventions:
        """The answers that the layers give."""
        found = [one or "none" for one in self._activations[:-1]]
        *convolutions, c5, f6 = found
        whole = convolutions[0] == convolutions[1] and self._weighted == len(LAYERS)
        activation = _answer(convolutions[0], c5, f6)
        if not whole or activation not in CONVENTIONS["activation"]:
            raise self._strange(f"the activations {', '.join(map(named, found))}")
        if len(self._poolings) != 2 or self._poolings[0] != self._poolings[1]:
            raise self._strange(f"the poolings {', '.join(self._poolings) or 'none'}")
        return Conventions(activation, self._poolings[0], self._normalisation, self._padding)

    def _take_weighted(self, kind: str, config: dict[str, Any]) -> None:
        if self._weighted == len(LAYERS):
            raise self._strange("more than five layers with weights")
        if kind == "Conv2D" and config.get("padding", "valid") != "valid":
            if self._weighted or config["padding"] != "same":
                raise self._strange(f"a convolution with the padding {named(config['padding'])}")
            self._padding = "zero"
        self._weighted += 1
        self._pooled = False
        self._activate(config.get("activation") or "linear")

    def _activate(self, activation: Any) -> None:
        """Take an activation, of the layer with weights before it."""
        at = self._weighted - 1
        if isinstance(activation, dict):  # a layer, or a function with its settings
            activation = activation.get("class_name")
        name = str(activation).lower()
        if at == len(LAYERS) - 1 or name == "linear":
            return  # the output's is none of the network's
        batch = self.batches.get(tuple(LAYERS)[at], Batch())
        if at < 0 or name not in ACTIVATIONS or self._activations[at] or batch.late:
            raise self._strange(f"the activation {named(activation)} in its place")
        if self._pooled and self._poolings[-1] == "average":
            self._poolings[-1] = "average-first"
        self._activations[at] = ACTIVATIONS[name]

    def _normalise(self, config: dict[str, Any]) -> None:
        layer = tuple(LAYERS)[self._weighted - 1] if self._weighted else ""
        epsilon = config.get("epsilon", EPSILON)
        if not layer or layer in self.batches or not isinstance(epsilon, float | int):
            raise self._strange("a batch normalisation that belongs to no layer")
        late = ""
        if self._activations[self._weighted - 1]:
            late = BEHIND_POOLING if self._pooled else BEHIND_ACTIVATION
        elif self._pooled and self._poolings[-1] == "max":  # an average of sums is one as well
            late = BEHIND_POOLING
        scale, centre = (config.get(key, True) is not False for key in ("scale", "center"))
        self.batches[layer] = Batch(scale, centre, float(epsilon), late)

    def _take_input(self, kind: str, config: dict[str, Any]) -> None:
        """Take what makes the input of an image: a border, a larger image, or other values."""
        if self._weighted:
            raise self._strange(f"a layer {named(kind)} behind others")
        if kind == "Rescaling":
            paper = config.get("offset", 0.0)
            ink = paper + 255 * config["scale"] if isinstance(config.get("scale"), float) else 0
            near = (n for n, v in NORMALISATION.items() if _near(v, (paper, ink)))
            self._normalisation = next(near, "")
        else:
            self._padding = "zero" if kind == "ZeroPadding2D" else "resized"

    def _strange(self, what: str) -> WeightsError:
        return WeightsError(f"{self._path} cannot be read as LeNet-5: it has {what}")


def _answer(convolutions: str, c5: str, f6: str) -> str:
    """The answer to the question for the activation that says these of each layer."""
    if c5 == f6:
        return convolutions if c5 == convolutions else f"{convolutions}-{c5}"
    for layer, off, other in (("c5", c5, f6), ("f6", f6, c5)):
        if off == "none" and other == convolutions:
            return f"{convolutions}-not-{layer}"
    return ""


def _near(one: tuple[float, float], other: tuple[Any, Any]) -> bool:
    return all(
        isinstance(b, float | int) and abs(a - b) < 1e-3 for a, b in zip(one, other, strict=True)
    )
