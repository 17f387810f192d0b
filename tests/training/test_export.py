"""Exported files, read by other means than the program's own."""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from torch import Tensor
from torch.nn import functional

from lenetpad.data.labelled import Labelled
from lenetpad.lenet.config import PRESETS
from lenetpad.lenet.conventions import configuration
from lenetpad.lenet.identification import WeightsError
from lenetpad.lenet.weights import Weights, load
from lenetpad.training import export as exporting
from lenetpad.training.export import ONNX_PACKAGES, ExportError, export
from lenetpad.training.network import LeNet5, network_of, parameters_of
from lenetpad.values.conventions import Conventions

STUDY = {
    "c1": ((6, 1, 5, 5), (6,)),
    "c3": ((16, 6, 5, 5), (16,)),
    "c5": ((120, 400), (120,)),
    "f6": ((84, 120), (84,)),
    "output": ((10, 84), (10,)),
}
needs_onnx = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ONNX_PACKAGES),
    reason=f"the extra 'onnx' is not installed: {', '.join(ONNX_PACKAGES)}",
)


@pytest.fixture
def digits(mnist: tuple[Labelled, Labelled]) -> Tensor:
    """Thirty of MNIST's test images, (30, 1, 32, 32) in [0, 1]."""
    images = torch.from_numpy(mnist[1].images[-30:, None])
    return functional.pad(images.float() / 255, (2, 2, 2, 2))


def a_foreign_network(conventions: Conventions) -> Weights:
    config = configuration(conventions)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        network = LeNet5(config).eval()
    return Weights("mine.pth", config, parameters_of(network), conventions=conventions)


def output(network: LeNet5, images: Tensor) -> Tensor:
    with torch.inference_mode():
        return network(images)


def test_the_studys_format_is_what_torch_alone_reads_and_computes(
    tmp_path: Path, digits: Tensor
) -> None:
    loaded = load("lenet5-modern")
    path = tmp_path / "lenet5_mnist_model.pth"
    export(loaded, path)
    state = torch.load(path, weights_only=True)
    shapes = {
        f"{name}.{key}": shape
        for name, pair in STUDY.items()
        for key, shape in zip(("weight", "bias"), pair, strict=True)
    }
    assert {name: tuple(tensor.shape) for name, tensor in state.items()} == shapes
    x = digits * 2 - 1
    for name in ("c1", "c3"):
        x = functional.relu(functional.conv2d(x, state[f"{name}.weight"], state[f"{name}.bias"]))
        x = functional.max_pool2d(x, 2)
    x = x.flatten(1)
    for name in ("c5", "f6"):
        x = functional.relu(functional.linear(x, state[f"{name}.weight"], state[f"{name}.bias"]))
    x = functional.linear(x, state["output.weight"], state["output.bias"])
    torch.testing.assert_close(x, output(network_of(loaded), digits), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("suffix", [".pth", ".pt", ".safetensors"])
@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_comes_back(preset: str, suffix: str, tmp_path: Path, digits: Tensor) -> None:
    loaded = load(preset)
    written = export(loaded, tmp_path / f"mine{suffix}")
    assert (written.images, written.difference) == (100, 0.0)
    assert os.listdir(tmp_path) == [f"mine{suffix}"]
    again = load(str(tmp_path / f"mine{suffix}"))
    assert again.config.name == preset
    assert torch.equal(output(network_of(again), digits), output(network_of(loaded), digits))
    assert again.facts == (loaded.facts if suffix == ".safetensors" else {})


@pytest.mark.parametrize("pooling", ["max", "average-first", "trained-average"])
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_a_network_from_elsewhere_comes_back(
    suffix: str, pooling: str, tmp_path: Path, digits: Tensor
) -> None:
    conventions = Conventions("tanh", pooling, "mnist", "zero")
    loaded = a_foreign_network(conventions)
    path = tmp_path / f"mine{suffix}"
    export(loaded, path)
    again = load(str(path), Conventions() if suffix == ".safetensors" else conventions)
    assert again.guesses == ()
    assert torch.equal(output(network_of(again), digits), output(network_of(loaded), digits))


def test_the_studys_border_goes_with_the_safetensors(tmp_path: Path) -> None:
    loaded = load("lenet5-modern")
    loaded = replace(loaded, config=replace(loaded.config, padding="zero"))
    export(loaded, tmp_path / "mine.safetensors")
    with safe_open(tmp_path / "mine.safetensors", framework="pt") as file:
        assert file.metadata()["manner"] == "relu max symmetric zero"
    assert load(str(tmp_path / "mine.safetensors")).config.padding == "zero"


@needs_onnx
class TestOnnx:
    @pytest.mark.parametrize("preset", PRESETS)
    def test_onnxruntime_computes_the_same(
        self, preset: str, tmp_path: Path, digits: Tensor
    ) -> None:
        self.compare(load(preset), tmp_path / "mine.onnx", digits)

    @pytest.mark.parametrize(
        ("pooling", "padding"), [("average", "resized"), ("trained-sum", "zero")]
    )
    def test_a_network_from_elsewhere(
        self, pooling: str, padding: str, tmp_path: Path, digits: Tensor
    ) -> None:
        loaded = a_foreign_network(Conventions("sigmoid", pooling, "inverted", padding))
        self.compare(loaded, tmp_path / "mine.onnx", digits)

    @staticmethod
    def compare(loaded: Weights, path: Path, digits: Tensor) -> None:
        import onnxruntime

        assert export(loaded, path).difference < 1e-4
        assert os.listdir(path.parent) == [path.name]
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        assert [i.name for i in session.get_inputs()] == ["image"]
        assert [o.name for o in session.get_outputs()] == ["output", "log_posteriors"]
        expected = output(network_of(loaded), digits)
        for batch in (digits, digits[:1]):
            given = session.run(None, {"image": batch.numpy()})
            wanted = expected[: len(batch)]
            torch.testing.assert_close(torch.from_numpy(given[0]), wanted, atol=1e-3, rtol=1e-4)
            posteriors = network_of(loaded).log_posteriors(wanted)
            torch.testing.assert_close(
                torch.from_numpy(given[1]), posteriors, atol=1e-3, rtol=1e-4
            )


class TestRefusals:
    def test_what_computes_something_else_is_removed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "mine.pth"
        path.write_bytes(b"the old file")
        save = exporting.save

        def save_wrongly(path: Path, network: Any, facts: Any) -> None:
            with torch.no_grad():
                network.f6.bias += 0.1
            save(path, network, facts)

        monkeypatch.setattr(exporting, "save", save_wrongly)
        with pytest.raises(ExportError, match="computes something else than the program"):
            export(load("lenet5-modern"), path)
        assert os.listdir(tmp_path) == ["mine.pth"]
        assert path.read_bytes() == b"the old file"

    def test_without_the_extra_it_says_what_to_install(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        with pytest.raises(ExportError) as caught:
            export(load("lenet5-modern"), tmp_path / "mine.onnx")
        assert str(caught.value) == (
            "ONNX needs onnx, onnxruntime, onnxscript: "
            "python -m pip install onnx onnxruntime onnxscript"
        )
        assert os.listdir(tmp_path) == []

    def test_a_bundle_says_that_it_has_no_onnx(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        network = load("lenet5-modern")
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        monkeypatch.setattr(sys, "frozen", True, raising=False)
        with pytest.raises(ExportError, match=r"ONNX needs onnx.*as a Python package") as caught:
            export(network, tmp_path / "mine.onnx")
        assert "pip" not in str(caught.value)

    @pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
    def test_a_place_that_cannot_be_written(self, suffix: str, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises((ExportError, WeightsError), match="cannot be written"):
            export(load("lenet5-modern"), tmp_path / "file" / f"mine{suffix}")
        (tmp_path / f"folder{suffix}").mkdir()
        with pytest.raises(ExportError, match="it is a folder"):
            export(load("lenet5-modern"), tmp_path / f"folder{suffix}")

    def test_a_format_that_is_not_known(self, tmp_path: Path) -> None:
        with pytest.raises(ExportError, match=r"must end in one of .*\.onnx"):
            export(load("lenet5-modern"), tmp_path / "mine.h5")
