"""The decoders of weights files and of their metadata, for the fuzzer."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from lenetpad.lenet import facts, keras_models, safetensors_file, state_dicts
from lenetpad.lenet.identification import WeightsError
from lenetpad.lenet.weights import load
from tests.fuzz.fuzzing import Target

FACTS: Final = {
    "recipe": {"epochs": 20, "lr": 0.002, "distortions": None, "mixture": {"mnist": 5}},
    "seed": 1,
    "half": False,
    "data": [{"file": "mnist.npz", "sha256": "b5e3", "title": "MNIST"}, {"file": "/home/a/b"}],
    "test_set": "MNIST test",
    "test_error": 0.59,
    "validation_error": None,
    "figures": {"MNIST test": {"n": 10000, "error": 0.59}, "noise": {"n": 1000, "refused": 37.3}},
    "calibration": {"temperature": 0.37, "rubbish": 5.46, "refused_digits": 0.01},
    "step": 120,
    "date": "2026-11-24",
}


KERAS: Final[dict[str, Any]] = {
    "class_name": "Sequential",
    "config": {
        "layers": [
            {"class_name": "Conv2D", "config": {"padding": "same", "activation": "relu"}},
            {"class_name": "BatchNormalization", "config": {"epsilon": 0.001}},
            {"class_name": "MaxPooling2D", "config": {"pool_size": [2, 2]}},
            {"class_name": "Conv2D", "config": {"strides": [1, 1], "activation": "relu"}},
            {"class_name": "MaxPooling2D", "config": {}},
            *({"class_name": "Dense", "config": {"activation": "relu"}} for _ in range(3)),
        ]
    },
}


def _state() -> dict[str, torch.Tensor]:
    """A state dict of small tensors, some of them of LeNet-5's shapes."""
    return {
        "net.conv1.weight": torch.zeros(6, 1, 5, 5),
        "net.bn.running_mean": torch.zeros(6),
        "net.brain": torch.ones(2, 2, dtype=torch.bfloat16),
        "net.small": torch.ones(4).to(torch.float8_e4m3fn),
        "net.turned": torch.arange(6.0).view(2, 3).t(),
    }


def _checkpoint() -> dict[str, Any]:
    return {"epoch": 3, "model": _state(), "best": 0.99, "losses": [0.5, 0.25], "cpu": None}


def _arrays() -> dict[str, Any]:
    return {name: t.float().contiguous().numpy() for name, t in _state().items()}


def _ours() -> list[bytes]:
    header = {"format": "lenetpad weights 1", "preset": "lenet5-1998", "facts": json.dumps(FACTS)}
    manner = {**header, "preset": "lenet5-foreign", "manner": "relu max mnist zero"}
    return [safetensors_file.written(_arrays(), metadata) for metadata in (header, manner)]


def _foreign() -> list[bytes]:
    from safetensors.torch import save

    contiguous = {name: tensor.contiguous() for name, tensor in _state().items()}
    single = {"a": torch.zeros(1)}
    return [
        save(contiguous),
        save(contiguous, {"format": "pt"}),
        safetensors_file.written(single, {}),
    ]


def _facts() -> list[bytes]:
    few = {"test_error": 1, "calibration": {"temperature": 1, "rubbish": 10}}
    return [json.dumps(FACTS).encode(), json.dumps(few).encode(), b"{}"]


def _decode_facts(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    found = facts.decoded(text, "metadata", WeightsError)
    facts.Facts.of(found, "metadata", WeightsError)
    json.dumps(found)


def _saved(as_zip: bool) -> list[bytes]:
    files = []
    for content in (_state(), _checkpoint()):
        file = io.BytesIO()
        torch.save(content, file, _use_new_zipfile_serialization=as_zip)
        files.append(file.getvalue())
    return files


def _pickles() -> list[bytes]:
    pickles = []
    for content in _saved(as_zip=True):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            pickles.append(archive.read("archive/data.pkl"))
    return pickles


def _decode_pickle(path: Path) -> None:
    """The pickle within an archive that is whole."""
    pickled, archived = path.read_bytes(), path.with_name("archive.pth")
    with zipfile.ZipFile(archived, "w") as archive:
        archive.writestr("a/data.pkl", pickled)
        for key in range(2):
            archive.writestr(f"a/data/{key}", bytes(1000))
    state_dicts.read(archived)


def _load(path: Path) -> object:
    return load(str(path))


def _target(name: str, suffix: str, seeds: Any, decode: Any = _load) -> Target:
    return Target(f"weights: {name}", suffix, seeds, decode, (WeightsError,))


def _zips() -> Sequence[bytes]:
    return _saved(as_zip=True)


def _legacies() -> Sequence[bytes]:
    return _saved(as_zip=False)


def _configurations() -> list[bytes]:
    return [json.dumps(KERAS).encode(), json.dumps(KERAS["config"]["layers"][0]).encode()]


def _decode_configuration(path: Path) -> None:
    keras_models.described(path.read_bytes(), path)


def _npz() -> list[bytes]:
    files = []
    for write in (np.savez, np.savez_compressed):
        file = io.BytesIO()
        write(file, **_arrays())
        files.append(file.getvalue())
    return files


def _graphs() -> list[bytes]:
    from onnx import helper, numpy_helper

    nodes = [
        helper.make_node("Conv", ["x", "net.conv1.weight"], ["c1"], pads=[2, 2, 2, 2]),
        helper.make_node("Transpose", ["c1"], ["t"], perm=[0, 2, 3, 1]),
        helper.make_node("MatMul", ["t", "net.turned"], ["y"]),
    ]
    tensors = [numpy_helper.from_array(array, name) for name, array in _arrays().items()]
    graph = helper.make_graph(nodes, "lenet", [], [], tensors)
    return [helper.make_model(graph, producer_name="pytorch").SerializeToString()]


TARGETS: Final = (
    _target("safetensors with metadata", ".safetensors", _ours),
    _target("safetensors from elsewhere", ".safetensors", _foreign),
    _target("metadata", ".json", _facts, _decode_facts),
    _target("archive", ".pth", _zips),
    _target("pickle in an archive", ".pkl", _pickles, _decode_pickle),
    _target("legacy", ".pth", _legacies),
    _target("arrays", ".npz", _npz),
    _target("graph", ".onnx", _graphs),
    _target("Keras's configuration", ".json", _configurations, _decode_configuration),
)
