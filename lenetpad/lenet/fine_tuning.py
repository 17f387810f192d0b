"""Fine-tuning of the layers behind S4, in NumPy with a gradient by hand.

C1 to S4 stay as they are, so that an image is its S4 features (400 values), computed once, and
what is learnt are three products of matrices: C5, F6 and, where it has parameters that are
trained, the output. So that nothing is forgotten, other images are replayed whose targets are
mostly what the network said of them before (Z. Li, D. Hoiem, "Learning without forgetting", 2016).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.lenet.activations import ACTIVATIONS
from lenetpad.lenet.config import LeNet5Config
from lenetpad.lenet.forward import BATCH, layer_by_layer, log_posteriors
from lenetpad.values.arrays import FloatArray, Parameters

#: The label of what is no digit: the place of "no digit" behind the ten classes.
NO_DIGIT: Final = 10
#: Adam's two decays, and what keeps its division finite.
MEAN_DECAY: Final = 0.9
SQUARE_DECAY: Final = 0.999
TINY: Final = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """S4 features (n, 400) float32 of images, and their labels (n,): 0 to 9 or ``NO_DIGIT``."""

    s4: FloatArray
    labels: NDArray[np.int64]

    def __post_init__(self) -> None:
        if self.s4.ndim != 2 or self.labels.shape != (len(self.s4),):
            raise ValueError(f"{self.s4.shape} features do not fit {self.labels.shape} labels")

    def __len__(self) -> int:
        return len(self.labels)

    def chosen(self, which: NDArray[np.generic]) -> Features:
        """Those that a mask tells, or those with these numbers."""
        return Features(self.s4[which], self.labels[which])

    def joined(self, *others: Features) -> Features:
        """All of them, one after the other."""
        parts = (self, *others)
        return Features(
            np.concatenate([one.s4 for one in parts]),
            np.concatenate([one.labels for one in parts]),
        )


@dataclass(frozen=True, slots=True)
class FineTuning:
    """How is fine-tuned: so many steps of Adam, each on ``own`` of the images to learn and
    ``replayed`` of those that are not to be forgotten. The learning rate rises in a tenth of the
    steps to ``rate`` and falls to nothing as half a cosine; where the activations are flatter than
    1 everywhere, as the sigmoid is, it is larger by as much. ``label_part`` is the part that the
    label has in the targets of replayed images of no digit; the rest, and all of a digit's target,
    are the probabilities from before."""

    steps: int = 300
    rate: float = 1e-3
    own: int = 32
    replayed: int = 112
    label_part: float = 0.3
    seed: int = 1

    def __post_init__(self) -> None:
        for one in fields(self):
            if getattr(self, one.name) < 0:
                raise ValueError(f"{one.name} must not be negative")


def s4_features(config: LeNet5Config, parameters: Parameters, images: FloatArray) -> FloatArray:
    """Images (n, 32, 32) in [0, 1] -> S4's values (n, 400)."""
    found = [
        _s4(config, parameters, images[at : at + BATCH]) for at in range(0, len(images), BATCH)
    ]
    return np.concatenate(found) if found else np.zeros((0, 400), np.float32)


def _s4(config: LeNet5Config, parameters: Parameters, images: FloatArray) -> FloatArray:
    for layer, _, values in layer_by_layer(config, parameters, images):
        if layer == "S4":
            return values.reshape(len(images), -1)
    raise AssertionError("every LeNet-5 has an S4")


def outputs(config: LeNet5Config, parameters: Parameters, s4: FloatArray) -> FloatArray:
    """S4 features (n, 400) -> the output layer (n, 10), as ``forward`` gives it."""
    return _behind_s4(config, parameters, s4)[-1]


def probabilities(config: LeNet5Config, parameters: Parameters, s4: FloatArray) -> FloatArray:
    """S4 features (n, 400) -> (n, 10), or (n, 11) with "no digit" last."""
    found: FloatArray = np.exp(log_posteriors(config, outputs(config, parameters, s4)))
    return found


def trained_names(config: LeNet5Config) -> tuple[str, ...]:
    """The parameters that are learnt."""
    behind = ("c5.weight", "c5.bias", "f6.weight", "f6.bias")
    return behind if config.output == "RBF" else (*behind, "output.weight", "output.bias")


def loss_and_gradient(
    config: LeNet5Config, parameters: Parameters, s4: FloatArray, targets: FloatArray
) -> tuple[float, dict[str, FloatArray]]:
    """The mean cross entropy of S4 features (n, 400) with target probabilities (n, 10), or (n, 11)
    of a network with "no digit", and its gradient with respect to each of ``trained_names``.

    For targets of ones and zeros that is equation 9 of the paper.
    """
    c5, f6, output = _behind_s4(config, parameters, s4)
    logarithms = log_posteriors(config, output)
    loss = -float((targets * logarithms).sum(axis=1).mean())
    of_all: FloatArray = np.exp(logarithms) - targets
    of_scores: FloatArray = of_all[:, :10] * np.float32(1 / (len(s4) * config.temperature))
    found: dict[str, FloatArray] = {}
    of_f6: FloatArray
    if config.output == "linear":
        found |= _of_connection("output", of_scores, f6)
        of_f6 = of_scores @ parameters["output.weight"]
    else:  # a squared distance from a code grows by twice the difference
        of_distances: FloatArray = of_scores * np.float32(-2 * config.distance_scale)
        of_f6 = of_distances.sum(axis=1, keepdims=True) * f6
        of_f6 -= of_distances @ parameters["output.codes"]
    of_f6 = _through_activation(config, "F6", f6, of_f6)
    found |= _of_connection("f6", of_f6, c5)
    of_c5 = _through_activation(config, "C5", c5, of_f6 @ parameters["f6.weight"])
    found |= _of_connection("c5", of_c5, s4)
    return loss, found


def fine_tuning(
    config: LeNet5Config, parameters: Parameters, own: Features, replay: Features, how: FineTuning
) -> Iterator[Parameters]:
    """The parameters after each step, all of the network's; the last are the result.

    The same arrays are changed with every step. A network without "no digit" learns digits only.
    """
    if config.rubbish is None:
        own, replay = (some.chosen(some.labels != NO_DIGIT) for some in (own, replay))
    if not len(own):
        return
    learnt = dict(parameters)
    for name in trained_names(config):
        learnt[name] = parameters[name].copy()
    adam = {name: _Adam(learnt[name]) for name in trained_names(config)}
    targets = one_hot(config, own.labels)
    kept = _targets_of_replay(config, parameters, replay, how.label_part)
    rng = np.random.default_rng(how.seed)
    replayed = how.replayed if len(replay) else 0
    highest = how.rate / _steepness(config)
    for step in range(how.steps):
        ours = rng.integers(len(own), size=how.own)
        theirs = rng.integers(max(len(replay), 1), size=replayed)
        _, gradient = loss_and_gradient(
            config,
            learnt,
            np.concatenate([own.s4[ours], replay.s4[theirs]]),
            np.concatenate([targets[ours], kept[theirs]]),
        )
        rate = highest * _schedule((step + 0.5) / how.steps)
        for name, one in adam.items():
            one.step(gradient[name], rate)
        yield learnt


def one_hot(config: LeNet5Config, labels: NDArray[np.int64]) -> FloatArray:
    """Labels (n,) as targets (n, 10), or (n, 11) of a network with "no digit"."""
    targets = np.zeros((len(labels), NO_DIGIT + (config.rubbish is not None)), np.float32)
    targets[np.arange(len(labels)), labels] = 1
    return targets


def _targets_of_replay(
    config: LeNet5Config, parameters: Parameters, replay: Features, label_part: float
) -> FloatArray:
    """What the network says of the replay; of what is no digit, in part that it is none."""
    targets = probabilities(config, parameters, replay.s4)
    others = replay.labels == NO_DIGIT
    targets[others] *= np.float32(1 - label_part)
    targets[others, -1] += np.float32(label_part)
    return targets


class _Adam:
    """Adam for one array, which it changes (D. Kingma, J. Ba, 2015)."""

    def __init__(self, array: FloatArray) -> None:
        self._array, self._steps = array, 0
        self._mean, self._square = np.zeros_like(array), np.zeros_like(array)
        self._room = np.empty_like(array)  # for all that is computed on the way

    def step(self, gradient: FloatArray, rate: float) -> None:
        self._steps += 1
        room = self._room
        np.subtract(gradient, self._mean, out=room)
        room *= np.float32(1 - MEAN_DECAY)
        self._mean += room
        np.square(gradient, out=room)
        room -= self._square
        room *= np.float32(1 - SQUARE_DECAY)
        self._square += room
        np.sqrt(self._square, out=room)
        room *= np.float32((1 - SQUARE_DECAY**self._steps) ** -0.5)
        room += np.float32(TINY)
        np.divide(self._mean, room, out=room)
        room *= np.float32(rate / (1 - MEAN_DECAY**self._steps))
        self._array -= room


def _steepness(config: LeNet5Config) -> float:
    """The largest slope of what F6's sums go through, 1 at most: weights in front of a flat
    activation have to change more for the same effect."""
    function = config.function("F6")
    return min(1.0, ACTIVATIONS[function].steepest) if function else 1.0


def _schedule(part: float) -> float:
    """The part of the highest learning rate when this part of the steps is done."""
    return part / 0.1 if part < 0.1 else 0.5 * (1 + float(np.cos(np.pi * (part - 0.1) / 0.9)))


def _behind_s4(
    config: LeNet5Config, p: Parameters, s4: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """C5 (n, 120), F6 (n, 84) and the output (n, 10)."""
    c5 = _activated(config, "C5", s4 @ p["c5.weight"].T + p["c5.bias"])
    f6 = _activated(config, "F6", c5 @ p["f6.weight"].T + p["f6.bias"])
    if config.output == "linear":
        return c5, f6, f6 @ p["output.weight"].T + p["output.bias"]
    codes = p["output.codes"]  # |f - c|² = |f|² - 2 f·c + |c|², without an array (n, 10, 84)
    squares = np.square(f6).sum(axis=1, keepdims=True) + np.square(codes).sum(axis=1)
    return c5, f6, squares - 2 * (f6 @ codes.T)


def _activated(config: LeNet5Config, layer: str, sums: FloatArray) -> FloatArray:
    if layer in config.activated:
        ACTIVATIONS[config.function(layer)].apply(sums, sums)
    return sums


def _through_activation(
    config: LeNet5Config, layer: str, values: FloatArray, gradient: FloatArray
) -> FloatArray:
    if layer not in config.activated:
        return gradient
    return gradient * ACTIVATIONS[config.function(layer)].slope(values)


def _of_connection(layer: str, of_sums: FloatArray, inputs: FloatArray) -> dict[str, FloatArray]:
    return {f"{layer}.weight": of_sums.T @ inputs, f"{layer}.bias": of_sums.sum(axis=0)}
