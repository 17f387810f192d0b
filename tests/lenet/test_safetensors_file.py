from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file

from lenetpad.lenet import safetensors_file
from lenetpad.storage.decoding import InputError, escaped


def read(folder: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    return safetensors_file.read((folder / "a.safetensors").read_bytes(), "a.safetensors")


def made(header: object, data: bytes = b"", length: int | None = None) -> bytes:
    """A file's bytes with any header."""
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(raw) if length is None else length).to_bytes(8, "little") + raw + data


class OwnError(InputError):
    """The one that is asked for."""


def refusal(content: bytes) -> str:
    with pytest.raises(InputError) as plain:
        safetensors_file.read(content, "a.safetensors")
    assert type(plain.value) is InputError
    with pytest.raises(OwnError) as caught:
        safetensors_file.read(content, "a.safetensors", OwnError)
    message = str(caught.value)
    assert message == str(plain.value)
    assert message.startswith("a.safetensors ")
    assert len(message) <= 300
    return message


FLOATS = [torch.float64, torch.float32, torch.float16, torch.bfloat16]
SMALL_FLOATS = [torch.float8_e4m3fn, torch.float8_e5m2]


@pytest.mark.parametrize("dtype", [*FLOATS, *SMALL_FLOATS], ids=str)
def test_numbers_are_what_torch_reads(dtype: torch.dtype, tmp_path: Path) -> None:
    values = torch.linspace(-300, 300, 101).to(dtype)
    save_file({"a": values}, tmp_path / "a.safetensors")
    arrays, _ = read(tmp_path)
    assert np.array_equal(arrays["a"], values.double().numpy(), equal_nan=True)
    assert arrays["a"].dtype == {torch.float64: "f8", torch.float16: "f2"}.get(dtype, "f4")


@pytest.mark.parametrize("dtype", SMALL_FLOATS, ids=str)
def test_every_byte_is_the_number_that_torch_takes_it_for(
    dtype: torch.dtype, tmp_path: Path
) -> None:
    every = torch.arange(256, dtype=torch.uint8).view(dtype)
    save_file({"a": every}, tmp_path / "a.safetensors")
    arrays, _ = read(tmp_path)
    assert arrays["a"].dtype == np.float32
    assert np.array_equal(arrays["a"], every.float().numpy(), equal_nan=True)


@pytest.mark.parametrize(
    "dtype", [torch.int64, torch.int8, torch.uint8, torch.bool, torch.complex64], ids=str
)
def test_other_types_stay_what_they_are(dtype: torch.dtype, tmp_path: Path) -> None:
    save_file({"a": torch.ones(3).to(dtype)}, tmp_path / "a.safetensors")
    arrays, _ = read(tmp_path)
    assert f"torch.{arrays['a'].dtype}" == str(dtype)
    assert arrays["a"].tolist() == [1, 1, 1]


def test_names_are_sorted_and_metadata_come_along(tmp_path: Path) -> None:
    content = safetensors_file.written(
        {"b": np.ones((2, 3), np.float32), "a": np.zeros(1, np.float32)}, {"preset": "x"}
    )
    (tmp_path / "a.safetensors").write_bytes(content)
    arrays, metadata = read(tmp_path)
    assert list(arrays) == ["a", "b"]
    assert arrays["b"].shape == (2, 3)
    assert metadata == {"preset": "x"}


class TestRefusals:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\0" * 7,
            made({}, length=100),
            made({}, length=2**64 - 1),
            made(b"[" * 100_000),
            made(b'{"a": ' * 100_000),
            made({"a": 1}),
            made({"a": {"dtype": "F32", "shape": [1]}}),
            made({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}, bytes(4)),
            made({"a": {"dtype": "F32", "shape": [1e400], "data_offsets": [0, 4]}}, bytes(4)),
            made({"a": {"dtype": "F32", "shape": [1] * 9, "data_offsets": [0, 4]}}, bytes(4)),
            made({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}, bytes(4)),
            made({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, bytes(3)),
            made({"a": {"dtype": "F32", "shape": [1], "data_offsets": [8, 4]}}, bytes(8)),
            made({"__metadata__": {"preset": 1}}),
            made({"__metadata__": ["preset"]}),
        ],
        ids=range(16),
    )
    def test_what_is_no_whole_file(self, content: bytes) -> None:
        assert "not a whole safetensors file" in refusal(content)

    def test_sizes_whose_product_is_far_too_large(self) -> None:
        sides = [1 << 40] * 8  # their product has 97 digits
        tensor = {"dtype": "F32", "shape": sides, "data_offsets": [0, 4]}
        assert "its tensor a is cut" in refusal(made({"a": tensor}, bytes(4)))

    def test_tensors_that_share_their_bytes(self) -> None:
        """A few megabytes could become gigabytes so, converted to float32."""
        tensor = {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}
        assert "its tensor b lies outside" in refusal(made({"a": tensor, "b": tensor}, bytes(4)))

    @pytest.mark.parametrize("dtype", ["F4", "F8_E8M0", "C128", "x" * 1000, "\x1b[31m"])
    def test_a_type_that_is_not_known_is_named_with_its_tensor(self, dtype: str) -> None:
        tensor = {"dtype": dtype, "shape": [1], "data_offsets": [0, 1]}
        message = refusal(made({"c1.weight": tensor}, bytes(1)))
        assert "the numbers of its tensor c1.weight are of the type" in message
        assert message.endswith("; save it in float32")
        assert message.isprintable()
        assert escaped(dtype)[:20] in message

    @pytest.mark.parametrize("said", [1, {"dtype": "F32"}, {"dtype": "F32", "shape": [-1]}])
    def test_a_tensor_that_is_none_is_named(self, said: object) -> None:
        assert "its tensor c1.weight is damaged" in refusal(made({"c1.weight": said}))

    def test_a_header_that_is_far_too_long_is_not_read(self) -> None:
        content = made(b" " * (safetensors_file.LARGEST_HEADER + 1))
        said = "is not LeNet-5: its header has 1.0 MB, LeNet-5's has some kilobytes"
        assert refusal(content).endswith(said)
        large = made(b" " * (10 * safetensors_file.LARGEST_HEADER))
        assert "its header has 10.5 MB" in refusal(large)
        whole = made(b"{}".ljust(safetensors_file.LARGEST_HEADER))
        assert safetensors_file.read(whole, "a.safetensors") == ({}, {})


def test_tensors_may_be_empty_or_a_single_number(tmp_path: Path) -> None:
    save_file({"a": torch.ones(0, 3), "b": torch.tensor(2.5)}, tmp_path / "a.safetensors")
    arrays, _ = read(tmp_path)
    assert (arrays["a"].shape, arrays["b"].shape, arrays["b"].item()) == ((0, 3), (), 2.5)
    assert not any(array.flags.writeable for array in arrays.values())


def test_only_so_many_numbers_are_converted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of types that NumPy has are read all."""
    monkeypatch.setattr(safetensors_file, "LARGEST_TENSOR", 8)
    ones = torch.ones(8)
    state = {
        "a": ones,
        "b": ones.bfloat16(),
        "c": ones[:1].bfloat16(),
        "d": ones + 0,
        "e": ones.half(),
    }
    save_file(state, tmp_path / "a.safetensors")
    arrays, _ = read(tmp_path)
    assert {name: array.tolist() for name, array in arrays.items()} == {
        "a": [1] * 8,
        "b": [1] * 8,
        "c": [0],
        "d": [1] * 8,
        "e": [1] * 8,
    }
    assert arrays["c"].dtype == np.float32


def test_a_large_tensor_takes_no_memory() -> None:
    """bfloat16 would become float32, twice as large."""
    count = 8 * safetensors_file.LARGEST_TENSOR
    tensor = {"dtype": "BF16", "shape": [count], "data_offsets": [0, 2 * count]}
    content = made({"a": tensor}, bytes(2 * count))
    tracemalloc.start()
    try:
        arrays, _ = safetensors_file.read(content, "a.safetensors")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert arrays["a"].shape == (count,)
    assert peak < 100_000
