from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from lenetpad.lenet.config import FULL, TABLE_I
from lenetpad.training.layers import (
    EuclideanRBF,
    MaxPooling,
    Subsampling,
    TableConvolution,
    scaled_tanh,
)
from tests import oracle


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_scaled_tanh_maps_one_to_one() -> None:
    values = scaled_tanh(torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64))
    assert values.tolist() == pytest.approx([-1.0, 0.0, 1.0], abs=1e-4)


@given(st.floats(-20, 20))
@settings(deadline=None)
def test_scaled_tanh_is_1_7159_tanh_two_thirds(a: float) -> None:
    activated = scaled_tanh(torch.tensor(a, dtype=torch.float64)).item()
    assert activated == pytest.approx(1.7159 * np.tanh(2 / 3 * a), abs=1e-12)
    assert abs(activated) <= 1.7159


@pytest.mark.parametrize("average", [False, True])
def test_subsampling_is_pooling_times_a_coefficient_plus_a_bias(average: bool) -> None:
    layer = Subsampling(3, average=average).double()
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([0.5, -2.0, 3.0]))
        layer.bias.copy_(torch.tensor([1.0, 0.0, -1.0]))
    x = random(2, 3, 8, 6)
    pooled = functional.avg_pool2d(x, 2) * (1 if average else 4)
    weight, bias = layer.weight.view(3, 1, 1), layer.bias.view(3, 1, 1)
    assert torch.allclose(layer(x), pooled * weight + bias)


def test_subsampling_sums_fields_that_do_not_overlap() -> None:
    layer = Subsampling(1, average=False)
    torch.nn.init.ones_(layer.weight)
    x = torch.arange(16.0).view(1, 1, 4, 4)
    assert layer(x).tolist() == [[[[0 + 1 + 4 + 5, 2 + 3 + 6 + 7], [42, 50]]]]


@pytest.mark.parametrize("average", [False, True])
def test_subsampling_has_the_right_gradient(average: bool) -> None:
    layer = Subsampling(2, average=average).double()

    def run(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        result: Tensor = functional_call(layer, {"weight": weight, "bias": bias}, (x,))
        return result

    inputs = (random(2, 2, 4, 4), random(2, seed=1), random(2, seed=2))
    assert torch.autograd.gradcheck(run, tuple(t.requires_grad_() for t in inputs))


def gradient_of(f: Callable[[Tensor], Tensor], x: Tensor) -> tuple[Tensor, Tensor]:
    """The value of ``f`` and the gradient of a weighted sum of it."""
    x = x.clone().requires_grad_()
    value = f(x)
    value.backward(random(*value.shape, seed=9).to(value.dtype))
    assert x.grad is not None
    return value.detach(), x.grad


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("shape", [(3, 6, 28, 28), (2, 16, 10, 10), (1, 1, 2, 4)])
def test_max_pooling_is_torchs(shape: tuple[int, ...], training: bool) -> None:
    layer = MaxPooling().train(training)
    x = random(*shape) - 0.5
    value, gradient = gradient_of(layer, x)
    torch_value, torch_gradient = gradient_of(lambda x: functional.max_pool2d(x, 2), x)
    assert torch.equal(value, torch_value)
    assert torch.equal(gradient, torch_gradient)


def test_of_equal_values_one_gets_the_whole_gradient() -> None:
    _, gradient = gradient_of(MaxPooling().train(), torch.ones(2, 3, 4, 4, dtype=torch.float64))
    fields = gradient.unfold(2, 2, 2).unfold(3, 2, 2).flatten(4)
    assert (fields != 0).sum(dim=-1).eq(1).all()


@pytest.mark.parametrize("bias", [False, True])
def test_max_pooling_of_a_convolution_is_the_two_after_each_other(bias: bool) -> None:
    convolution = nn.Conv2d(1, 6, 5, bias=bias).double()
    layer, x = MaxPooling().train(), random(3, 1, 32, 32)
    at_once = gradient_of(lambda x: layer.of_convolution(x, convolution), x)
    found = [p.grad for p in convolution.parameters()]
    convolution.zero_grad(set_to_none=True)
    one_by_one = gradient_of(lambda x: functional.max_pool2d(convolution(x), 2), x)
    wanted = [p.grad for p in convolution.parameters()]
    for one, other in zip([*at_once, *found], [*one_by_one, *wanted], strict=True):
        assert one is not None
        assert other is not None
        assert torch.allclose(one, other, rtol=1e-9, atol=1e-12)


def masked_weight(layer: TableConvolution, table: tuple[tuple[int, ...], ...]) -> Tensor:
    """The layer's kernels put where the table says, one after the other."""
    weight = torch.zeros(layer.maps, layer.inputs, 5, 5, dtype=torch.float64)
    kernels = iter(layer.weight)
    for m, subset in enumerate(table):
        for i in subset:
            weight[m, i] = next(kernels)
    assert next(kernels, None) is None
    return weight


@pytest.mark.parametrize("table", [TABLE_I, FULL, ((5,), (0, 2))])
def test_table_convolution_equals_a_masked_convolution(table: tuple[tuple[int, ...], ...]) -> None:
    layer = TableConvolution(6, table).double()
    torch.nn.init.uniform_(layer.bias)
    x = random(2, 6, 14, 14)
    weight = masked_weight(layer, table)
    assert torch.equal(layer.dense(), weight)
    assert torch.allclose(layer(x), functional.conv2d(x, weight, layer.bias))


def test_table_convolution_does_not_see_unconnected_maps() -> None:
    layer = TableConvolution(6, TABLE_I).double()
    x = random(1, 6, 14, 14)
    resting = layer(x)
    for i in range(6):
        changed = x.clone()
        changed[:, i] += 1.0
        moved = (layer(changed) - resting).abs().amax(dim=(0, 2, 3)) > 1e-9
        assert moved.tolist() == [i in subset for subset in TABLE_I]


def test_table_convolution_has_the_right_gradient() -> None:
    layer = TableConvolution(3, ((0,), (1, 2)), side=2).double()

    def run(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        result: Tensor = functional_call(layer, {"weight": weight, "bias": bias}, (x,))
        return result

    inputs = (random(1, 3, 4, 4), random(3, 2, 2, seed=1), random(2, seed=2))
    assert torch.autograd.gradcheck(run, tuple(t.requires_grad_() for t in inputs))


def test_only_kernels_that_exist_are_parameters() -> None:
    layer = TableConvolution(6, TABLE_I)
    assert layer.weight.shape == (60, 5, 5)
    assert [name for name, _ in layer.named_parameters()] == ["weight", "bias"]
    assert sorted(layer.state_dict()) == ["bias", "weight"]


def test_table_i_is_the_papers() -> None:
    assert [list(subset) for subset in TABLE_I] == oracle.table_i()


def test_table_i_has_the_papers_kinds_of_subsets() -> None:
    """Section II-B: six of three neighbours, six of four, three of four apart, one of all."""

    def neighbours(subset: tuple[int, ...]) -> bool:
        gaps = [(b - a) % 6 for a, b in pairwise((*subset, subset[0]))]
        return sorted(gaps)[:-1] == [1] * (len(subset) - 1)

    assert [len(subset) for subset in TABLE_I] == [3] * 6 + [4] * 9 + [6]
    assert all(neighbours(subset) for subset in TABLE_I[:12])
    assert not any(neighbours(subset) for subset in TABLE_I[12:15])
    assert len(set(TABLE_I)) == 16


def test_rbf_units_give_squared_euclidean_distances() -> None:
    codes = torch.sign(random(10, 84, seed=3) - 0.5)
    x = random(4, 84) * 3 - 1.5
    expected = [[np.sum((row - code) ** 2) for code in codes.numpy()] for row in x.numpy()]
    assert np.allclose(EuclideanRBF(codes)(x).numpy(), expected)


def test_rbf_distance_to_its_own_code_is_zero() -> None:
    codes = torch.sign(random(10, 84, seed=3) - 0.5)
    distances = EuclideanRBF(codes)(codes)
    assert torch.equal(distances.diagonal(), torch.zeros(10, dtype=torch.float64))
    assert bool((distances + torch.eye(10) > 0).all())


def test_rbf_codes_are_fixed() -> None:
    codes = torch.ones(10, 84)
    layer = EuclideanRBF(codes)
    codes.zero_()
    assert list(layer.parameters()) == []
    assert torch.equal(layer.state_dict()["codes"], torch.ones(10, 84))


def test_rbf_has_the_right_gradient() -> None:
    layer = EuclideanRBF(torch.sign(random(3, 7) - 0.5))
    assert torch.autograd.gradcheck(layer, (random(2, 7, seed=1).requires_grad_(),))
