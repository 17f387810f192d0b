"""Weights in .npz files, in PyTorch's layout and in Keras's."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.nn import functional

from lenetpad.lenet.weights import load
from lenetpad.training.network import network_of
from tests.foreign_weights import (
    NAMINGS,
    STUDY,
    State,
    a_state,
    assert_same_network,
    images,
    refusal,
    shown,
)

Arrays = dict[str, NDArray[Any]]


def arrays_of(state: State) -> Arrays:
    return {name: tensor.numpy() for name, tensor in state.items()}


def saved(folder: Path, arrays: Arrays, name: str = "a.npz") -> Path:
    with (folder / name).open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
    return folder / name


def as_keras_has_it(state: State) -> list[NDArray[Any]]:
    """The arrays of ``model.get_weights()``; C5 reads S4's maps place by place."""
    turned = []
    for tensor in state.values():
        array = tensor.numpy()
        if array.shape == (120, 400):
            array = array.reshape(120, 16, 5, 5).transpose(0, 2, 3, 1).reshape(120, 400)
        turned.append(array.transpose(2, 3, 1, 0) if array.ndim == 4 else array.T)
    return turned


def keras_forward(weights: list[NDArray[Any]]) -> torch.Tensor:
    """What a network in Keras gives for symmetric values: its own order of axes throughout."""

    def convolved(x: torch.Tensor, kernel: NDArray[Any], bias: NDArray[Any]) -> torch.Tensor:
        windows = x.unfold(1, 5, 1).unfold(2, 5, 1)  # (n, rows, columns, inputs, 5, 5)
        return torch.einsum("nrciyx,yxio->nrco", windows, torch.tensor(kernel)) + torch.tensor(
            bias
        )

    def pooled(x: torch.Tensor) -> torch.Tensor:
        n, rows, columns, maps = x.shape
        return x.reshape(n, rows // 2, 2, columns // 2, 2, maps).amax((2, 4))

    x = functional.pad((images() - 0.5) / 0.5, (2, 2, 2, 2)).permute(0, 2, 3, 1)
    x = pooled(convolved(x, *weights[:2]).relu())
    x = pooled(convolved(x, *weights[2:4]).relu()).reshape(len(x), -1)
    for at in (4, 6, 8):
        x = x @ torch.tensor(weights[at]) + torch.tensor(weights[at + 1])
        x = x.relu() if at < 8 else x
    return x


@pytest.mark.parametrize("naming", NAMINGS)
def test_arrays_by_name(naming: str, tmp_path: Path) -> None:
    state = a_state(NAMINGS[naming])
    assert_same_network(saved(tmp_path, arrays_of(state)), state, STUDY)


@pytest.mark.parametrize("names", [None, "layers/{}:0"])
@pytest.mark.parametrize("biases", [True, False])
def test_keras_layout(names: str | None, biases: bool, tmp_path: Path) -> None:
    weights = as_keras_has_it(a_state())
    if not biases:
        weights = [w if w.ndim > 1 else np.zeros_like(w) for w in weights]
    kept = [w for w in weights if biases or w.ndim > 1]
    path = saved(
        tmp_path, {(names or "arr_{}").format(at): array for at, array in enumerate(kept)}
    )
    with torch.inference_mode():
        ours = network_of(load(str(path), STUDY))(shown(images()))
    torch.testing.assert_close(ours, keras_forward(weights), atol=1e-5, rtol=1e-5)


def test_full_connections_the_other_way_round(tmp_path: Path) -> None:
    state = a_state()
    arrays = {name: a.T if a.ndim == 2 else a for name, a in arrays_of(state).items()}
    assert_same_network(saved(tmp_path, arrays), state, STUDY)


@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.dtype(">f4")])
def test_types_of_numbers(dtype: Any, tmp_path: Path) -> None:
    state = a_state()
    if dtype is np.float16:
        state = {name: tensor.half().float() for name, tensor in state.items()}
    arrays = {name: array.astype(dtype) for name, array in arrays_of(state).items()}
    assert_same_network(saved(tmp_path, arrays), state, STUDY)


def test_compressed_and_named_as_something_else(tmp_path: Path) -> None:
    state = a_state()
    np.savez_compressed(tmp_path / "a.npz", **arrays_of(state))  # type: ignore[arg-type]
    path = (tmp_path / "a.npz").rename(tmp_path / "a.bin")
    assert_same_network(path, state, STUDY)


def test_what_lies_beside_is_left_out(tmp_path: Path) -> None:
    state = a_state()
    beside: Arrays = {
        "classes": np.array(["zero", "one"]),
        "history": np.array({"loss": [1.0]}, dtype=object),
        "epoch": np.array(3),
    }
    path = saved(tmp_path, arrays_of(state) | beside)
    assert_same_network(path, state, STUDY)
    assert load(str(path), STUDY).left_out == ("epoch",)


class _Runs:
    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("it was unpickled",))


def test_objects_are_not_unpickled(tmp_path: Path) -> None:
    path = saved(tmp_path, {"params": np.array(_Runs(), dtype=object)})
    assert "holds pickled objects (params), which are not read: save each" in refusal(path)


def test_other_shapes_are_refused(tmp_path: Path) -> None:
    images_of_a_set = {"images": np.zeros((3, 28, 28)), "labels": np.zeros(3)}
    assert "is not LeNet-5: C1: expected 6×1×5×5" in refusal(saved(tmp_path, images_of_a_set))


def test_what_unpacks_to_more_than_a_network(tmp_path: Path) -> None:
    many = {f"a{at}": np.zeros(1 << 22) for at in range(3)}
    np.savez_compressed(tmp_path / "a.npz", **many)  # type: ignore[arg-type]
    assert "is not LeNet-5: it unpacks to 101 MB" in refusal(tmp_path / "a.npz")


@pytest.mark.parametrize("cut", [40, 2000])
def test_damaged_files(cut: int, tmp_path: Path) -> None:
    path = saved(tmp_path, arrays_of(a_state()))
    path.write_bytes(path.read_bytes()[:-cut])
    assert "is damaged" in refusal(path)


def test_an_array_that_is_there_twice(tmp_path: Path) -> None:
    path = saved(tmp_path, arrays_of(a_state()))
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("conv1.bias.npy", archive.read("conv1.bias.npy"))
    assert "is damaged" in refusal(path)
