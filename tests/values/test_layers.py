"""The side of a layer, its formula and its kernel's places, against torch and plain loops."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch.nn import functional

from lenetpad.values.layers import kernel_places, output_side, side_formula

EVERY = list(itertools.product(range(1, 10), range(1, 12), range(4), range(1, 6)))


def test_a_side_is_that_of_torchs_convolution_where_the_stride_is_possible() -> None:
    for side, kernel, padding, stride in EVERY:
        found = output_side(side, kernel, padding, stride)
        left = side + 2 * padding - kernel
        if left < 0 or left % stride:
            assert found is None
            continue
        x, w = torch.zeros(1, 1, side), torch.zeros(1, 1, kernel)
        assert found == functional.conv1d(x, w, stride=stride, padding=padding).shape[2]


def test_places_are_all_at_which_the_kernel_lies_on_the_padded_input() -> None:
    for side, kernel, padding, stride in EVERY:
        places = [
            at
            for at in range(-padding, side + padding)
            if (at + padding) % stride == 0 and at + kernel <= side + padding
        ]
        assert list(kernel_places(side, kernel, padding, stride)) == places


@pytest.mark.parametrize(
    "numbers", [(0, 1, 0, 1), (5, 0, 0, 1), (5, 3, -1, 1), (5, 3, 0, 0), (5, 3, 0, -2)]
)
def test_numbers_that_make_no_sense(numbers: tuple[int, int, int, int]) -> None:
    assert output_side(*numbers) is None
    assert kernel_places(*numbers) == ()


@pytest.mark.parametrize(
    ("numbers", "formula"),
    [
        ((32, 5, 0, 1), "(32 + 2·0 − 5) / 1 + 1 = 28"),
        ((28, 2, 0, 2), "(28 + 2·0 − 2) / 2 + 1 = 14"),
        ((28, 5, 2, 1), "(28 + 2·2 − 5) / 1 + 1 = 28"),
        ((32, 5, 0, 2), "(32 + 2·0 − 5) / 2 + 1 = 14.5"),
        ((32, 5, 2, 3), "(32 + 2·2 − 5) / 3 + 1 = 11.33"),
        ((3, 7, 0, 1), "(3 + 2·0 − 7) / 1 + 1 = −3"),
        ((32, 5, 0, 0), "(32 + 2·0 − 5) / 0 + 1"),
    ],
)
def test_the_formula(numbers: tuple[int, int, int, int], formula: str) -> None:
    assert side_formula(*numbers) == formula
