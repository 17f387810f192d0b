from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from lenetpad.training.network import LeNet5, build

SCALE, J = 0.1, 10.0
LINEAR = ["lenet5-study", "lenet5-modern"]


@pytest.fixture(scope="module")
def rbf() -> LeNet5:
    return build("lenet5-1998", 0)


def equation_9(distances: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Mean of y_D + log(e^-j + Σ_i e^-y_i), the distances scaled by 0.1, in double precision."""
    y = SCALE * distances
    terms = [
        row[label] + np.log(np.exp(-J) + np.exp(-row).sum())
        for row, label in zip(y, labels, strict=True)
    ]
    return float(np.mean(terms))


def random_distances(n: int) -> NDArray[np.float64]:
    return np.random.default_rng(0).uniform(0, 400, (n, 10))


def test_the_loss_is_equation_9(rbf: LeNet5) -> None:
    distances = random_distances(32)
    labels = np.arange(32) % 10
    loss = rbf.loss(torch.from_numpy(distances), torch.from_numpy(labels))
    assert loss.item() == pytest.approx(equation_9(distances, labels), rel=1e-9)


def test_the_loss_of_a_perfect_answer_is_near_zero(rbf: LeNet5) -> None:
    distances = torch.full((1, 10), 200.0)
    distances[0, 3] = 0.0
    assert 0 < rbf.loss(distances, torch.tensor([3])).item() < 1e-3
    assert rbf.loss(distances, torch.tensor([4])).item() == pytest.approx(20.0, abs=1e-3)


def test_what_is_far_from_every_code_is_no_digit(rbf: LeNet5) -> None:
    posteriors = rbf.log_posteriors(torch.full((1, 10), 300.0)).exp()[0]
    assert posteriors[10].item() > 0.99
    near = torch.full((1, 10), 300.0)
    near[0, 7] = 5.0
    assert rbf.log_posteriors(near).exp()[0, 7].item() > 0.99


def test_rubbish_and_a_digit_at_distance_j_are_even(rbf: LeNet5) -> None:
    distances = torch.full((1, 10), 1e4)
    distances[0, 2] = J / SCALE
    posteriors = rbf.log_posteriors(distances).exp()[0]
    assert posteriors[2].item() == pytest.approx(0.5)
    assert posteriors[10].item() == pytest.approx(0.5)


def test_posteriors_are_those_of_equation_9(rbf: LeNet5) -> None:
    distances = random_distances(5)
    weight = np.exp(-SCALE * distances)
    total = weight.sum(axis=1, keepdims=True) + np.exp(-J)
    found = rbf.log_posteriors(torch.from_numpy(distances)).exp().numpy()
    assert np.allclose(found[:, :10], weight / total)
    assert np.allclose(found[:, 10:], np.exp(-J) / total)


@given(hnp.arrays(np.float64, (3, 10), elements=st.floats(0, 1e6)))
@settings(deadline=None)
def test_posteriors_and_rubbish_add_up_to_one(distances: NDArray[np.float64]) -> None:
    network = build("lenet5-1998", 0)
    posteriors = network.log_posteriors(torch.from_numpy(distances)).exp()
    assert posteriors.shape == (3, 11)
    assert torch.allclose(posteriors.sum(dim=1), torch.ones(3, dtype=torch.float64))


@pytest.mark.parametrize("preset", LINEAR)
def test_the_others_use_cross_entropy(preset: str) -> None:
    network = build(preset, 0)
    logits = torch.from_numpy(random_distances(16) / 40 - 5)
    labels = torch.arange(16) % 10
    assert torch.allclose(network.loss(logits, labels), functional.cross_entropy(logits, labels))
    posteriors = network.log_posteriors(logits).exp()
    assert torch.allclose(posteriors, torch.softmax(logits, dim=1))


@pytest.mark.parametrize("preset", ["lenet5-1998", *LINEAR])
def test_the_loss_has_the_right_gradient(preset: str) -> None:
    network = build(preset, 0)
    labels = torch.tensor([0, 9, 4])

    def loss(output: Tensor) -> Tensor:
        return network.loss(output, labels)

    output = torch.from_numpy(random_distances(3) / 8).requires_grad_()
    assert torch.autograd.gradcheck(loss, (output,))


def test_the_loss_reaches_every_trainable_parameter(rbf: LeNet5) -> None:
    images = torch.rand(4, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    rbf.loss(rbf(images), torch.tensor([0, 1, 2, 3])).backward()  # type: ignore[no-untyped-call]
    for name, parameter in rbf.named_parameters():
        assert parameter.grad is not None, name
        assert bool(parameter.grad.abs().sum() > 0), name
