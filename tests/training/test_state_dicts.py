from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lenetpad.lenet.weights import WeightsError
from lenetpad.training import weights
from lenetpad.training.state_dicts import LARGEST_TENSOR, read
from tests.foreign_weights import a_state


def written(path: Path, **changes: torch.Tensor) -> Path:
    torch.save(a_state() | {name.replace("__", "."): t for name, t in changes.items()}, path)
    return path


def test_a_few_bytes_are_not_unpacked_into_gigabytes(tmp_path: Path) -> None:
    """A tensor that repeats one number: its shape is enough to refuse it."""
    repeated = torch.zeros(1, dtype=torch.bfloat16).expand(3 * LARGEST_TENSOR)
    path = written(tmp_path / "a.pth", more__weight=repeated)
    assert path.stat().st_size < 1_000_000
    found = read(path)["more.weight"]
    assert (found.shape, found.strides) == ((3 * LARGEST_TENSOR,), (0,))
    with pytest.raises(WeightsError, match=r"more\.weight"):
        weights.load(str(path))


def test_types_that_numpy_has_not_come_in_single_precision(tmp_path: Path) -> None:
    values = torch.tensor([0.5, -2.0, 1e-3])
    path = written(
        tmp_path / "a.pth",
        one=values.bfloat16(),
        other=values.to(torch.float8_e5m2),
        half=values.half(),
    )
    found = read(path)
    assert np.array_equal(found["one"], values.bfloat16().float().numpy())
    assert np.array_equal(found["other"], values.to(torch.float8_e5m2).float().numpy())
    assert found["half"].dtype == np.float16


@pytest.mark.filterwarnings("ignore:ComplexHalf support is experimental")
def test_a_type_that_numpy_cannot_have_at_all_is_named(tmp_path: Path) -> None:
    numbers = torch.ones(84, dtype=torch.complex64).to(torch.complex32)
    path = written(tmp_path / "a.pth", f6__bias=numbers)
    with pytest.raises(WeightsError, match=r"f6.bias should .* holds torch.complex32"):
        weights.load(str(path))
