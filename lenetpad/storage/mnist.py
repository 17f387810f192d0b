"""MNIST as it ships: resources/mnist.npz, which packaging/make_mnist.py makes."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.storage import resources
from lenetpad.storage.decoding import InputError

#: SHA-256 of resources/mnist.npz.
SHA256: Final = "b5e394bc34918bacb3c7d30dae8a52f2e99dbccb1317eccfc24e1d09f564e406"


class DataError(InputError):
    """Data that cannot be used; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class MnistArrays:
    """Images (n, 28, 28) uint8, ink 255, with labels (n,): 60,000 to train, 10,000 to test."""

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.uint8]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.uint8]


def read(path: Path | None = None) -> MnistArrays:
    """MNIST's images and labels.

    Raises DataError where the shipped file is missing or is not, byte for byte, what it was.
    """
    path = resources.path("mnist.npz") if path is None else path
    advice = (
        "Restore it: reinstall lenetpad or, in a git checkout, "
        "run `git checkout -- resources/mnist.npz`."
    )
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(f"MNIST cannot be read from {path}: {error.strerror}. {advice}") from None
    if hashlib.sha256(raw).hexdigest() != SHA256:
        raise DataError(f"{path} is damaged: its SHA-256 is not MNIST's. {advice}")
    with np.load(io.BytesIO(raw)) as arrays:
        return MnistArrays(
            arrays["x_train"], arrays["y_train"], arrays["x_test"], arrays["y_test"]
        )
