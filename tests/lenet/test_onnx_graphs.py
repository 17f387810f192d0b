"""Weights in ONNX files: of torch's exporter, as TensorFlow's converter writes, and of others."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from lenetpad.lenet import onnx_graphs
from lenetpad.lenet.weights import load
from lenetpad.training.export import export
from tests.foreign_weights import NAMINGS, STUDY, State, a_state, assert_same_network, refusal
from tests.lenet.test_leftovers import ZEROS, a_network, assert_computes

onnx = pytest.importorskip("onnx")
helper, numpy_helper = onnx.helper, onnx.numpy_helper

NAMES = NAMINGS["conv and fc"]


def node(kind: str, *inputs: str, to: str, **attributes: Any) -> Any:
    return helper.make_node(kind, list(inputs), [to], **attributes)


def saved(folder: Path, nodes: list[Any], state: dict[str, Any], **options: Any) -> Path:
    tensors = [numpy_helper.from_array(np.ascontiguousarray(a), n) for n, a in state.items()]
    graph = helper.make_graph(nodes, "lenet", [], [], tensors)
    (folder / "a.onnx").write_bytes(helper.make_model(graph, **options).SerializeToString())
    return folder / "a.onnx"


def arrays_of(state: State) -> dict[str, Any]:
    return {name: tensor.numpy() for name, tensor in state.items()}


def a_graph(behind_conv: tuple[tuple[Any, ...], ...] = ()) -> list[Any]:
    """LeNet-5's nodes; ``behind_conv`` are kinds of further nodes behind C1, with their inputs."""
    nodes = [node("Conv", "x", "conv1.weight", "conv1.bias", to="c1", pads=[2, 2, 2, 2])]
    at = "c1"
    for number, (kind, *inputs) in enumerate(behind_conv):
        nodes.append(node(kind, at, *inputs, to=f"n{number}"))
        at = f"n{number}"
    nodes += [
        node("Relu", at, to="r1"),
        node("MaxPool", "r1", to="s2", kernel_shape=[2, 2], strides=[2, 2]),
        node("Conv", "s2", "conv2.weight", "conv2.bias", to="c3"),
        node("Relu", "c3", to="r3"),
        node("MaxPool", "r3", to="s4", kernel_shape=[2, 2], strides=[2, 2]),
        node("Flatten", "s4", to="row"),
    ]
    at = "row"
    for name in NAMES[2:]:
        nodes.append(node("Gemm", at, f"{name}.weight", f"{name}.bias", to=name, transB=1))
        nodes.append(node("Relu", name, to=f"{name} r"))
        at = f"{name} r"
    return nodes[:-1]


def test_a_graph_opens_as_its_state_dict(tmp_path: Path) -> None:
    state = a_state()
    path = saved(tmp_path, a_graph(), arrays_of(state), producer_name="pytorch")
    assert_same_network(path, state, STUDY)
    assert_same_network(saved(tmp_path, a_graph(), arrays_of(state)), state, STUDY)


def test_what_torch_exports(tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")
    network = a_network()
    program = torch.onnx.export(
        network, (torch.zeros(1, 1, 28, 28),), dynamo=True, verbose=False, optimize=True
    )
    assert program is not None
    (tmp_path / "a.onnx").write_bytes(program.model_proto.SerializeToString())
    assert_computes(tmp_path / "a.onnx", network)


@pytest.mark.parametrize("preset", ["lenet5-1998", "lenet5-study", "lenet5-modern"])
def test_what_this_program_exports(preset: str, tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")
    export(load(preset), tmp_path / "a.onnx")
    given, read = load(preset), load(str(tmp_path / "a.onnx"))
    assert not read.warning
    for name, array in read.parameters.items():
        ours = given.parameters[name]
        if preset == "lenet5-1998" and name in ("s2.weight", "s4.weight"):
            ours = 4 * ours  # of an average in place of a sum
        if ours.shape == array.shape:
            np.testing.assert_array_equal(array, ours)
        else:
            assert (name, ours.shape) == ("c3.weight", (60, 5, 5))
            np.testing.assert_array_equal(array[array.any((2, 3))], ours)


def test_as_a_converter_from_tensorflow_writes(tmp_path: Path) -> None:
    """Products and sums, and the maps' axis last before they become one row."""
    state = a_state()
    arrays = {name: a.T if a.ndim == 2 else a for name, a in arrays_of(state).items()}
    places = arrays["fc1.weight"].reshape(16, 5, 5, 120).transpose(1, 2, 0, 3)
    arrays["fc1.weight"] = places.reshape(400, 120)
    nodes = [
        node("Transpose", "in", to="x", perm=[0, 3, 1, 2]),
        *a_graph()[:6],
        node("Transpose", "s4", to="t", perm=[0, 2, 3, 1]),
        node("Reshape", "t", "shape", to="row"),
    ]
    arrays["shape"] = np.array([-1, 400])
    at = "row"
    for name in NAMES[2:]:
        nodes.append(node("MatMul", at, f"{name}.weight", to=f"{name} m"))
        nodes.append(node("Add", f"{name} m", f"{name}.bias", to=f"{name} a"))
        nodes.append(node("Relu", f"{name} a", to=f"{name} r"))
        at = f"{name} r"
    renamed = {name: f"model/{at}:0" for at, name in enumerate(arrays)}
    for one in nodes:
        one.input[:] = [renamed.get(name, name) for name in one.input]
    path = saved(tmp_path, nodes, {renamed[name]: a for name, a in arrays.items()})
    assert_same_network(path, state, STUDY)


def batch() -> dict[str, Any]:
    made = np.random.default_rng(3)
    return {
        name: made.uniform(0.5, 1.5, 6).astype(np.float32) for name in ("ga", "be", "me", "va")
    }


def test_batch_normalisation_behind_a_layer(tmp_path: Path) -> None:
    network, extra = a_network(), batch()
    layer = nn.BatchNorm2d(6, eps=0.01).eval()
    pairs = (("weight", "ga"), ("bias", "be"), ("running_mean", "me"), ("running_var", "va"))
    layer.load_state_dict({k: torch.tensor(extra[n]) for k, n in pairs}, strict=False)
    with_layer = nn.Sequential(network[0], layer, *list(network)[1:]).eval()
    modules = [one for one in network if isinstance(one, nn.Conv2d | nn.Linear)]
    state = {
        f"{name}.{key}": tensor.detach()
        for name, module in zip(NAMES, modules, strict=True)
        for key, tensor in module.state_dict().items()
    }
    nodes = a_graph((("BatchNormalization", "ga", "be", "me", "va"),))
    nodes[1].attribute.append(helper.make_attribute("epsilon", 0.01))
    assert_computes(saved(tmp_path, nodes, arrays_of(state) | extra), with_layer)


@pytest.mark.parametrize(
    ("behind", "said"),
    [
        ((("Relu",), ("BatchNormalization", "ga", "be", "me", "va")), "elsewhere than behind"),
        ((("InstanceNormalization", "ga", "be"),), "its graph has the operator InstanceNorm"),
        ((("Mul", "ga3"), ("Add", "be3")), "its graph has ga3, which may normalise"),
        ((("Relu",), ("Mul", "ga3")), "its graph has ga3, which may normalise"),
        ((("LeakyRelu",),), "its graph has the operator LeakyRelu"),
    ],
)
def test_what_is_no_lenet(behind: Any, said: str, tmp_path: Path) -> None:
    extra = batch()
    extra |= {f"{name}3": array.reshape(6, 1, 1) for name, array in extra.items()}
    path = saved(tmp_path, a_graph(behind), arrays_of(a_state()) | extra)
    message = refusal(path, ZEROS)
    assert said in message
    assert message.endswith("save the state_dict() of the network that it came from")


def test_other_strides(tmp_path: Path) -> None:
    nodes = a_graph()
    nodes[0].attribute.append(helper.make_attribute("strides", [2, 2]))
    assert "the attribute strides in c1" in refusal(saved(tmp_path, nodes, arrays_of(a_state())))


def test_numbers_in_another_file(tmp_path: Path) -> None:
    path = saved(tmp_path, a_graph(), arrays_of(a_state()))
    model = onnx.load(path)
    model.graph.initializer[0].data_location = onnx.TensorProto.EXTERNAL
    path.write_bytes(model.SerializeToString())
    assert "keeps its numbers in another file: save it again as one file" in refusal(path)


def test_sizes_before_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, a_graph(), arrays_of(a_state()))
    model = onnx.load(path)
    model.graph.initializer[0].dims[:] = [1 << 40]
    path.write_bytes(model.SerializeToString())
    assert "conv1.weight is too large" in refusal(path)
    path.write_bytes(b"\x08\x07\x12" + bytes(onnx_graphs.LARGEST))
    monkeypatch.setitem(sys.modules, "onnx", None)  # it is not asked
    assert "it has 2 MB, LeNet-5 has 0.3" in refusal(path)


@pytest.mark.parametrize("cut", [10, 100_000])
def test_damaged_files(cut: int, tmp_path: Path) -> None:
    path = saved(tmp_path, a_graph(), arrays_of(a_state()))
    path.write_bytes(path.read_bytes()[:-cut])
    assert "is not a whole ONNX model" in refusal(path)


def test_without_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, a_graph(), arrays_of(a_state()))
    monkeypatch.delitem(sys.modules, "onnx")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    message = refusal(path)
    assert "is ONNX, which needs the package onnx: python -m pip install onnx" in message
    assert "or save the state_dict() of the network that it came from" in message
