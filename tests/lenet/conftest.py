"""What the tests of the network share: MNIST, once, and torch's settings as they were."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest
import torch

from lenetpad.lenet import data
from lenetpad.lenet.data import Labelled


@pytest.fixture(scope="session")
def mnist() -> tuple[Labelled, Labelled]:
    """MNIST's training and test set."""
    return data.mnist()


@pytest.fixture(autouse=True)
def _torch_settings() -> Iterator[None]:
    """One thread, and torch's process-wide settings put back after each test."""
    threads, onednn = torch.get_num_threads(), torch.backends.mkldnn.enabled
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.backends.mkldnn.set_flags(onednn)
