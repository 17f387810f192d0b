from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from lenetpad.lenet import safetensors_file

FLOATS = [torch.float64, torch.float32, torch.float16, torch.bfloat16]
SMALL_FLOATS = [torch.float8_e4m3fn, torch.float8_e5m2]


@pytest.mark.parametrize("dtype", [*FLOATS, *SMALL_FLOATS], ids=str)
def test_numbers_are_what_torch_reads(dtype: torch.dtype, tmp_path: Path) -> None:
    values = torch.linspace(-300, 300, 101).to(dtype)
    save_file({"a": values}, tmp_path / "a.safetensors")
    arrays, _ = safetensors_file.read(tmp_path / "a.safetensors")
    assert np.array_equal(arrays["a"], values.double().numpy(), equal_nan=True)
    assert arrays["a"].dtype.kind == "f"


@pytest.mark.parametrize("dtype", SMALL_FLOATS, ids=str)
def test_every_byte_is_the_number_that_torch_takes_it_for(
    dtype: torch.dtype, tmp_path: Path
) -> None:
    every = torch.arange(256, dtype=torch.uint8).view(dtype)
    save_file({"a": every}, tmp_path / "a.safetensors")
    arrays, _ = safetensors_file.read(tmp_path / "a.safetensors")
    assert np.array_equal(arrays["a"], every.float().numpy(), equal_nan=True)


@pytest.mark.parametrize(
    "dtype", [torch.int64, torch.int8, torch.uint8, torch.bool, torch.complex64], ids=str
)
def test_other_types_stay_what_they_are(dtype: torch.dtype, tmp_path: Path) -> None:
    save_file({"a": torch.ones(3).to(dtype)}, tmp_path / "a.safetensors")
    arrays, _ = safetensors_file.read(tmp_path / "a.safetensors")
    assert f"torch.{arrays['a'].dtype}" == str(dtype)
    assert arrays["a"].tolist() == [1, 1, 1]


def test_names_are_sorted_and_metadata_come_along(tmp_path: Path) -> None:
    content = safetensors_file.written(
        {"b": np.ones((2, 3), np.float32), "a": np.zeros(1, np.float32)}, {"preset": "x"}
    )
    (tmp_path / "a.safetensors").write_bytes(content)
    arrays, metadata = safetensors_file.read(tmp_path / "a.safetensors")
    assert list(arrays) == ["a", "b"]
    assert arrays["b"].shape == (2, 3)
    assert metadata == {"preset": "x"}
