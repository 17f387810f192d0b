"""Fine-tuning behind S4: its forward pass, its gradient and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from lenetpad.lenet.activations import ACTIVATIONS
from lenetpad.lenet.config import PRESETS, LeNet5Config
from lenetpad.lenet.fine_tuning import (
    NO_DIGIT,
    Features,
    FineTuning,
    fine_tuning,
    loss_and_gradient,
    one_hot,
    outputs,
    probabilities,
    s4_features,
    trained_names,
)
from lenetpad.lenet.forward import forward, log_posteriors
from lenetpad.lenet.layers import parameter_shapes
from lenetpad.lenet.weights import load
from lenetpad.values.arrays import Parameters

rng = np.random.default_rng(3)
#: torch's own functions, by the names of ours.
TORCHS = {
    "scaled tanh": lambda a: 1.7159 * torch.tanh(a * 2 / 3),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "ReLU": torch.relu,
}


def some_parameters(config: LeNet5Config) -> dict[str, np.ndarray]:
    """Random ones, of a size for which no activation is flat everywhere."""
    shapes = parameter_shapes(config)
    found = {
        name: (rng.normal(0, 1, shape) / np.sqrt(shape[-1])).astype(np.float32)
        for name, shape in shapes.items()
    }
    if "output.codes" in found:
        found["output.codes"] = np.sign(found["output.codes"])
    return found


def some_features(n: int = 24, *, no_digits: bool = True) -> Features:
    s4 = rng.normal(0, 1, (n, 400)).astype(np.float32)
    return Features(s4, np.arange(n) % (11 if no_digits else 10))


def some_targets(config: LeNet5Config, batch: Features) -> np.ndarray:
    """Half of them labels, half probabilities."""
    targets = one_hot(config, batch.labels)
    others = rng.random((len(batch) // 2, targets.shape[1]), dtype=np.float32)
    targets[: len(others)] = others / others.sum(axis=1, keepdims=True)
    return targets


def loss_of(config: LeNet5Config, parameters: Parameters, features: Features) -> float:
    """The cross entropy with the labels."""
    found = probabilities(config, parameters, features.s4)
    return -float(np.log(found[np.arange(len(features)), features.labels]).mean())


def autograd(
    config: LeNet5Config, parameters: Parameters, s4: np.ndarray, targets: np.ndarray
) -> tuple[float, dict[str, np.ndarray]]:
    """The loss and its gradient as torch finds them, from the definition of the network."""
    p = {
        name: torch.tensor(value, dtype=torch.float64, requires_grad=name in trained_names(config))
        for name, value in parameters.items()
    }

    def activated(layer: str, sums: torch.Tensor) -> torch.Tensor:
        name = config.function(layer)
        return TORCHS[name](sums) if name else sums

    x = torch.tensor(s4, dtype=torch.float64)
    x = activated("C5", functional.linear(x, p["c5.weight"], p["c5.bias"]))
    x = activated("F6", functional.linear(x, p["f6.weight"], p["f6.bias"]))
    if config.output == "linear":
        scores = functional.linear(x, p["output.weight"], p["output.bias"])
    else:
        scores = -config.distance_scale * (x[:, None] - p["output.codes"]).square().sum(dim=2)
    if config.rubbish is not None:
        rubbish = torch.full((len(x), 1), -config.rubbish, dtype=torch.float64)
        scores = torch.cat([scores, rubbish], dim=1)
    loss = functional.cross_entropy(scores / config.temperature, torch.tensor(targets).double())
    loss.backward()
    return loss.item(), {name: p[name].grad.numpy() for name in trained_names(config)}


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("output", ["RBF", "linear"])
@pytest.mark.parametrize("rubbish", [None, 3.0])
@pytest.mark.parametrize("activated", [(), ("F6",), ("C5", "F6")])
def test_the_gradient_is_the_one_that_autograd_finds(
    activation: str, output: str, rubbish: float | None, activated: tuple[str, ...]
) -> None:
    config = replace(
        PRESETS["lenet5-1998"],
        activation=activation,
        activated=activated,
        output=output,
        rubbish=rubbish,
        temperature=1.7,
    )
    parameters = some_parameters(config)
    batch = some_features(no_digits=rubbish is not None)
    targets = some_targets(config, batch)
    loss, gradient = loss_and_gradient(config, parameters, batch.s4, targets)
    expected_loss, expected = autograd(config, parameters, batch.s4, targets)
    assert loss == pytest.approx(expected_loss, rel=1e-4)
    assert gradient.keys() == expected.keys()
    for name, array in gradient.items():
        scale = np.abs(expected[name]).max()
        assert scale > 0
        assert np.abs(array - expected[name]).max() < 2e-4 * scale, name


def test_an_activation_of_c5_and_f6_of_their_own_is_followed() -> None:
    config = replace(PRESETS["lenet5-1998"], connected="ReLU")
    parameters, batch = some_parameters(config), some_features()
    targets = some_targets(config, batch)
    _, gradient = loss_and_gradient(config, parameters, batch.s4, targets)
    _, expected = autograd(config, parameters, batch.s4, targets)
    assert np.allclose(gradient["c5.weight"], expected["c5.weight"], atol=1e-5)


@pytest.mark.parametrize("name", PRESETS)
def test_behind_the_features_comes_what_the_whole_network_gives(name: str) -> None:
    weights = load(name)
    images = rng.random((7, 32, 32)).astype(np.float32)
    s4 = s4_features(weights.config, weights.parameters, images)
    assert s4.shape == (7, 400)
    whole = forward(weights.config, weights.parameters, images)
    assert np.allclose(outputs(weights.config, weights.parameters, s4), whole, atol=2e-3)
    found = probabilities(weights.config, weights.parameters, s4)
    assert np.allclose(found, np.exp(log_posteriors(weights.config, whole)), atol=1e-4)


def test_no_images_have_no_features() -> None:
    weights = load("lenet5-1998")
    none = s4_features(weights.config, weights.parameters, np.zeros((0, 32, 32), np.float32))
    assert none.shape == (0, 400)


class TestFineTuning:
    how = FineTuning(steps=40, seed=4)

    @pytest.mark.parametrize("name", PRESETS)
    def test_it_learns_its_own_images_and_changes_only_the_layers_behind_s4(
        self, name: str
    ) -> None:
        config = replace(PRESETS[name], rubbish=3.0)
        parameters, own, replay = some_parameters(config), some_features(), some_features(80)
        before = {key: value.copy() for key, value in parameters.items()}
        *_, learnt = fine_tuning(config, parameters, own, replay, self.how)
        for key, value in parameters.items():
            assert np.array_equal(value, before[key]), key
            assert np.array_equal(learnt[key], before[key]) == (
                key not in trained_names(config)
            ), key
        loss = loss_of(config, parameters, own)
        assert loss_of(config, learnt, own) < 0.8 * loss
        assert learnt.keys() == parameter_shapes(config).keys()

    def test_the_same_seed_learns_the_same(self) -> None:
        config = PRESETS["lenet5-1998"]
        parameters, own, replay = some_parameters(config), some_features(), some_features(80)
        runs = []
        for seed in (4, 4, 5):
            *_, learnt = fine_tuning(config, parameters, own, replay, replace(self.how, seed=seed))
            runs.append(learnt["c5.weight"])
        assert np.array_equal(runs[0], runs[1])
        assert not np.array_equal(runs[1], runs[2])

    def test_what_is_replayed_is_not_forgotten(self) -> None:
        """Learning images with contradicting labels, with what they contradict or without."""
        config = PRESETS["lenet5-1998"]
        parameters, replay = some_parameters(config), some_features(40)
        *_, parameters = fine_tuning(
            config, parameters, replay, replay, replace(self.how, steps=200)
        )
        own = Features(rng.normal(0, 1, (8, 400)).astype(np.float32), np.arange(8))
        losses = []
        for replayed in (0, 112):
            how = replace(self.how, replayed=replayed)
            *_, learnt = fine_tuning(config, parameters, own, replay, how)
            losses.append(loss_of(config, learnt, replay))
        assert losses[1] < losses[0]

    def test_a_network_without_no_digit_learns_digits_alone(self) -> None:
        config = replace(PRESETS["lenet5-study"], rubbish=None)
        parameters, own, replay = some_parameters(config), some_features(), some_features(80)
        *_, learnt = fine_tuning(config, parameters, own, replay, self.how)
        assert probabilities(config, learnt, own.s4).shape == (len(own), 10)
        digits = own.chosen(own.labels != NO_DIGIT)
        found = loss_of(config, learnt, digits)
        assert found < loss_of(config, parameters, digits)

    def test_weights_in_front_of_a_sigmoid_change_four_times_as_much(self) -> None:
        """Adam's first step is as large as the rate, whatever the gradient is."""
        largest = []
        for name in ("lenet5-modern", "lenet5-1998", "lenet5-study"):  # ReLU, tanh, sigmoid
            config = replace(PRESETS[name], rubbish=3.0)
            parameters, own = some_parameters(config), some_features()
            *_, learnt = fine_tuning(config, parameters, own, own, replace(self.how, steps=1))
            largest.append(np.abs(learnt["f6.weight"] - parameters["f6.weight"]).max())
        assert largest == pytest.approx([largest[0], largest[0], 4 * largest[0]], rel=0.01)

    def test_nothing_to_learn_leaves_it_as_it_is(self) -> None:
        config = replace(PRESETS["lenet5-study"], rubbish=None)
        own = Features(np.zeros((2, 400), np.float32), np.full(2, NO_DIGIT))
        steps = list(fine_tuning(config, some_parameters(config), own, own, self.how))
        assert steps == []

    def test_it_can_be_left_between_two_steps(self) -> None:
        config = PRESETS["lenet5-1998"]
        parameters = some_parameters(config)
        steps = fine_tuning(config, parameters, some_features(), some_features(), self.how)
        next(steps)
        steps.close()
        assert next(steps, None) is None


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_steepest_slope_of_an_activation_is_its_derivatives_maximum(name: str) -> None:
    sums = np.linspace(-6, 6, 4001, dtype=np.float64)
    values = np.empty_like(sums)
    ACTIVATIONS[name].apply(sums, values)
    steepest = np.diff(values).max() / (sums[1] - sums[0])
    assert ACTIVATIONS[name].steepest == pytest.approx(steepest, rel=1e-3)


def test_features_and_labels_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Features(np.zeros((3, 400), np.float32), np.zeros(2, np.int64))


@pytest.mark.parametrize("name", ["steps", "rate", "own", "replayed"])
def test_a_fine_tuning_of_less_than_nothing_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        FineTuning(**{name: -1})
