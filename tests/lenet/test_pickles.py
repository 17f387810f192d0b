"""Checkpoints with objects in them: they open, and nothing of them is run."""

from __future__ import annotations

import argparse
import datetime
import enum
import functools
import pickle
from collections import Counter, OrderedDict, defaultdict
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from lenetpad.lenet.identification import WeightsError
from lenetpad.lenet.state_dicts import read
from lenetpad.lenet.weights import load
from tests.foreign_weights import STUDY, a_state, assert_same_network, refusal, written

CALLED: list[str] = []


def call(word: str) -> str:
    """What a stranger's object would have run."""
    CALLED.append(word)
    return word


class Stranger:
    """Notes whatever is called of it."""

    def __init__(self) -> None:
        self.word = "init"

    def __reduce__(self) -> tuple[Any, ...]:
        return call, ("reduce",)


class Built:
    def __setstate__(self, state: Any) -> None:
        CALLED.append("setstate")

    def __getstate__(self) -> dict[str, Any]:
        return {"a": 1}


class Colour(enum.Enum):
    RED = 1


OBJECTS: dict[str, Any] = {
    "numpy scalar": np.float64(0.97),
    "numpy array": np.arange(5),
    "objects in an array": np.array([None, "a"], dtype=object),
    "path": PurePosixPath("/data"),
    "namespace": argparse.Namespace(lr=0.1, path=Path("/data")),
    "datetime": datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC),
    "dtype": torch.float16,
    "size": torch.Size([1, 2]),
    "device": torch.device("cpu"),
    "enum": Colour.RED,
    "partial": functools.partial(call, "partial"),
    "defaultdict": defaultdict(list, a=[1]),
    "counter": Counter("aab"),
    "sets": ({1}, frozenset([2])),
    "generator": np.random.default_rng(0).bit_generator.state,
    "criterion": nn.CrossEntropyLoss(),
    "stranger": Stranger(),
    "with a state": Built(),
    "complex": 1j,
    "big": 2**3000,
}


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("kind", OBJECTS)
def test_an_object_does_not_stop_a_checkpoint(kind: str, protocol: int, tmp_path: Path) -> None:
    state = a_state()
    checkpoint = {"a": OBJECTS[kind], "state_dict": OrderedDict(state), "z": [OBJECTS[kind]]}
    torch.save(checkpoint, tmp_path / "a.pth", pickle_protocol=protocol)
    CALLED.clear()
    assert_same_network(tmp_path / "a.pth", state, STUDY)
    assert CALLED == []


def test_an_object_beside_the_layers(tmp_path: Path) -> None:
    state = a_state()
    assert_same_network(written(tmp_path / "a.pth", {"me": Stranger(), **state}), state, STUDY)


@pytest.mark.parametrize("protocol", [2, 4, 5])
@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f8", "<f2"])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("torchs", [True, False])
def test_arrays_of_numpy_for_tensors(
    protocol: int, dtype: str, order: Any, torchs: bool, tmp_path: Path
) -> None:
    arrays = {n: np.array(t.numpy(), dtype, order=order) for n, t in a_state().items()}
    path = tmp_path / "a.pth"
    if torchs:
        torch.save(arrays, path, pickle_protocol=protocol)
    else:
        path.write_bytes(pickle.dumps(arrays, protocol))
    found = read(path).state
    assert all(np.array_equal(found[name], array) for name, array in arrays.items())


def test_an_array_of_another_size_than_its_shape(tmp_path: Path) -> None:
    content = pickle.dumps({n: t.numpy() for n, t in a_state().items()}, 4)
    assert content.count(b"K\x06K\x01K\x05K\x05") == 1
    damaged = content.replace(b"K\x06K\x01K\x05K\x05", b"K\x06K\x01K\x05K\x06")
    (tmp_path / "a.pth").write_bytes(damaged)
    with pytest.raises(WeightsError, match="not a whole weights file"):
        read(tmp_path / "a.pth")


class TestSeveral:
    @pytest.mark.parametrize("kind", [tuple, list])
    def test_a_tuple_of_state_dict_and_optimiser(self, kind: type, tmp_path: Path) -> None:
        state = a_state()
        optimiser = torch.optim.Adam(nn.Linear(2, 2).parameters()).state_dict()
        path = written(tmp_path / "a.pth", kind([optimiser, 3, state]))
        assert_same_network(path, state, STUDY)

    def test_the_only_one_of_lenets_shapes(self, tmp_path: Path) -> None:
        state, other = a_state(), {f"{i}.weight": torch.zeros(3, 3) for i in range(9)}
        path = written(tmp_path / "a.pth", {"teacher": other, "student": state})
        assert_same_network(path, state, STUDY)

    def test_several_are_listed(self, tmp_path: Path) -> None:
        both = {"student": a_state(), "nets": [a_state(seed=1)]}
        message = refusal(written(tmp_path / "a.pth", both))
        assert "holds several state dicts (student, nets.0): save one of them alone" in message


@pytest.mark.filterwarnings("ignore:.*torch.jit:FutureWarning")
@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_the_tensors_of_torchscript(tmp_path: Path) -> None:
    network = nn.Sequential(
        nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5)),
        nn.Sequential(nn.Flatten(), nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)),
    )
    torch.jit.save(torch.jit.script(network), tmp_path / "a.pt")
    assert_same_network(tmp_path / "a.pt", network.state_dict(), STUDY)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "is a Git LFS pointer"),
        (b"\n<!DOCTYPE html>\n<html></html>", "is a web page"),
        (b"<!-- x --><HTML>", "is a web page"),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), ""),  # in which h5py finds what is wrong
        (b"\x1f\x8b\x08" + bytes(20), "is packed with gzip"),
        (b"\x08\x07\x12\x07pytorch\x1a\x032.0", "ONNX"),
        (b'{"layers": []}', "is JSON or text"),
    ],
)
@pytest.mark.parametrize("suffix", [".pth", ".safetensors", ".h5"])
def test_other_formats_are_called_what_they_are(
    content: bytes, said: str, suffix: str, tmp_path: Path
) -> None:
    (tmp_path / f"a{suffix}").write_bytes(content)
    with pytest.raises(WeightsError) as caught:
        load(str(tmp_path / f"a{suffix}"))
    assert said in str(caught.value)
    assert len(str(caught.value)) <= 300
