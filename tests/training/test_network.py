from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import Tensor

from lenetpad.data.distortions import padded
from lenetpad.data.labelled import Labelled
from lenetpad.lenet.config import PRESETS
from lenetpad.lenet.weights import load
from lenetpad.training.network import LeNet5, build, network_of
from tests import oracle
from tests.oracle import SHAPES

LAYERS = ["input", "C1", "S2", "C3", "S4", "C5", "F6", "output"]


def taps_of(network: LeNet5, images: Tensor) -> dict[str, Tensor]:
    taps: dict[str, Tensor] = {}
    with torch.inference_mode():
        network.eval()(images, taps)
    return taps


def with_random_biases(network: LeNet5, seed: int) -> LeNet5:
    """Initial biases are zero, which would hide one that is forgotten."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith("bias"):
                parameter.copy_(torch.rand(parameter.shape, generator=generator) - 0.5)
    return network


def assert_equals_oracle(network: LeNet5, images: Tensor) -> None:
    state = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    expected = oracle.forward(network.config.name, state, images[:, 0].numpy().astype(np.float64))
    found = taps_of(network, images)
    exact = taps_of(copy.deepcopy(network).double(), images.double())
    assert found.keys() == exact.keys() == expected.keys()
    for name, values in expected.items():
        assert found[name].shape == values.shape, name
        # Single precision has seven digits: sums of several hundred are off by more than 1e-4.
        largest = max(1.0, np.abs(values).max())
        assert np.abs(found[name].numpy() - values).max() <= 1e-4 * largest, name
        assert np.abs(exact[name].numpy() - values).max() <= 1e-9 * largest, name


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_tap_equals_the_formulas(preset: str, seed: int) -> None:
    network = with_random_biases(build(preset, seed), seed)
    images = torch.rand(3, 1, 32, 32, generator=torch.Generator().manual_seed(seed))
    assert_equals_oracle(network, images)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_tap_of_the_shipped_weights_equals_the_formulas(
    preset: str, mnist: tuple[Labelled, Labelled]
) -> None:
    digits = padded(torch.from_numpy(mnist[1].images[:6]))
    noise = torch.rand(2, 1, 32, 32, generator=torch.Generator().manual_seed(9))
    assert_equals_oracle(network_of(load(preset)), torch.cat([digits, noise]))


@pytest.mark.parametrize("preset", PRESETS)
def test_taps_have_the_papers_shapes(preset: str) -> None:
    taps = taps_of(build(preset, 0), torch.zeros(2, 1, 32, 32))
    assert [name for name in taps if not name.endswith(".a")] == LAYERS
    assert {name: tuple(taps[name].shape[1:]) for name in LAYERS} == SHAPES


@pytest.mark.parametrize("preset", PRESETS)
def test_only_activated_layers_show_their_sums(preset: str) -> None:
    taps = taps_of(build(preset, 0), torch.rand(1, 1, 32, 32))
    _, _, _, activated = oracle.NETWORKS[preset]
    assert [name[:-2] for name in taps if name.endswith(".a")] == activated.split()


@pytest.mark.parametrize("preset", PRESETS)
def test_asking_for_taps_changes_nothing(preset: str) -> None:
    network = build(preset, 3).eval()
    image = torch.rand(2, 1, 32, 32)
    with torch.inference_mode():
        assert torch.equal(network(image), network(image, {}))


@pytest.mark.parametrize("preset", PRESETS)
def test_a_training_step_is_that_of_the_network_with_all_its_taps(preset: str) -> None:
    """In training max-pooling comes before the activation, which must not show."""
    network = build(preset, 1).double().train()
    images = torch.rand(4, 1, 32, 32, dtype=torch.float64)
    labels = torch.tensor([3, 1, 4, 1])
    gradients = []
    for taps in (None, dict[str, Tensor]()):
        network.zero_grad(set_to_none=True)
        network.loss(network(images, taps), labels).backward()
        gradients.append([p.grad for p in network.parameters() if p.grad is not None])
    for one, other in zip(*gradients, strict=True):
        assert torch.allclose(one, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("preset", PRESETS)
def test_images_of_a_batch_do_not_touch_each_other(preset: str) -> None:
    network = build(preset, 4)
    images = torch.rand(3, 1, 32, 32)
    together = taps_of(network, images)
    alone = taps_of(network, images[1:2])
    for name in LAYERS:
        assert torch.allclose(together[name][1:2], alone[name], atol=1e-4), name


def test_the_input_has_the_papers_values() -> None:
    paper_and_ink = torch.zeros(1, 1, 32, 32)
    paper_and_ink[0, 0, 0, 0] = 1.0
    values = taps_of(build("lenet5-1998", 0), paper_and_ink)["input"]
    assert values[0, 0, 0, 0].item() == pytest.approx(1.175)
    assert values[0, 0, 0, 1].item() == pytest.approx(-0.1)


def test_the_mean_of_mnists_inputs_is_near_0(
    mnist: tuple[Labelled, Labelled],
) -> None:
    images = padded(torch.from_numpy(mnist[1].images[:1000]))
    values = taps_of(build("lenet5-1998", 0), images)["input"]
    assert abs(values.mean().item()) < 0.1


def test_initial_weights_lie_within_2_4_over_the_fan_in() -> None:
    state = build("lenet5-1998", 0).state_dict()
    fan_ins = {"c1.weight": 25, "c5.weight": 400, "f6.weight": 120}
    for name, fan_in in fan_ins.items():
        limit = 2.4 / fan_in
        assert 0.9 * limit < state[name].max().item() <= limit, name
        assert -limit <= state[name].min().item() < -0.9 * limit, name
    kernels = iter(state["c3.weight"])
    for subset in oracle.table_i():
        largest = max(next(kernels).abs().max().item() for _ in subset)
        assert 0.8 * 2.4 / (25 * len(subset)) < largest <= 2.4 / (25 * len(subset))


@pytest.mark.parametrize("preset", PRESETS)
def test_a_seed_decides_the_initial_weights(preset: str) -> None:
    first, same, other = (build(preset, seed).state_dict() for seed in (7, 7, 8))
    assert all(torch.equal(first[name], same[name]) for name in first)
    assert not torch.equal(first["c1.weight"], other["c1.weight"])


def test_building_leaves_the_callers_random_numbers_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    build("lenet5-1998", 1)
    assert torch.equal(torch.rand(3), expected)
