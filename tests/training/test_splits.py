"""The random split; what a recipe makes of the data is in tests/data/test_mixture.py."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lenetpad.data.labelled import Labelled
from lenetpad.training.splits import random_split


def numbered(n: int) -> Labelled:
    """n images that can be told apart: each is filled with its own number."""
    images = np.empty((n, 28, 28), np.uint8)
    images[:] = np.arange(n)[:, None, None]
    return Labelled(images, np.arange(n) % 10)


def numbers(labelled: Labelled) -> list[int]:
    return labelled.images[:, 0, 0].tolist()


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("held_out", [0, 1, 30, 100])
def test_a_split_is_disjoint_and_complete(held_out: int) -> None:
    rest, held = random_split(numbered(100), held_out, generator())
    assert len(held) == held_out
    assert sorted(numbers(rest) + numbers(held)) == list(range(100))


def test_a_split_keeps_labels_with_their_images() -> None:
    for part in random_split(numbered(100), 30, generator()):
        assert part.labels.tolist() == [number % 10 for number in numbers(part)]


def test_a_split_is_random_and_its_seed_decides_it() -> None:
    first, same, other = (
        numbers(random_split(numbered(100), 30, generator(seed))[1]) for seed in (1, 1, 2)
    )
    assert first == same
    assert first != other
    assert sorted(first) != list(range(30))
