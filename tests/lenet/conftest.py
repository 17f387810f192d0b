"""What the tests of the network share: MNIST, once, and torch's settings as they were."""

from __future__ import annotations

import pytest

from lenetpad.lenet import data
from lenetpad.lenet.data import Labelled


@pytest.fixture(scope="session")
def mnist() -> tuple[Labelled, Labelled]:
    """MNIST's training and test set."""
    return data.mnist()


@pytest.fixture(autouse=True)
def _torch_settings(torch_settings: None) -> None:
    """Every test of this room."""
