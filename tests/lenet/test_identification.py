"""Weights from elsewhere: which layers they are, and what is refused."""

from __future__ import annotations

import re
import zipfile
from collections import OrderedDict
from pathlib import Path

import pytest
import torch
from torch import nn

from lenetpad.lenet.identification import LARGEST_FILE
from lenetpad.lenet.weights import load
from lenetpad.training.network import network_of
from lenetpad.values.conventions import Conventions
from tests.foreign_weights import (
    NAMINGS,
    STUDY,
    a_state,
    assert_same_network,
    images,
    refusal,
    shown,
    written,
)


class TestNames:
    @pytest.mark.parametrize("naming", NAMINGS)
    @pytest.mark.parametrize("suffix", [".pth", ".pt", ".safetensors"])
    def test_any_names_open(self, naming: str, suffix: str, tmp_path: Path) -> None:
        state = a_state(NAMINGS[naming])
        assert_same_network(written(tmp_path / f"a{suffix}", state), state, STUDY)

    @pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
    def test_c5_as_a_convolution(self, suffix: str, tmp_path: Path) -> None:
        state = a_state(NAMINGS["the paper's"])
        as_convolution = state | {"c5.weight": state["c5.weight"].view(120, 16, 5, 5)}
        path = written(tmp_path / f"a{suffix}", as_convolution)
        assert_same_network(path, state, STUDY)

    @pytest.mark.parametrize("layers", [("f6",), ("c5", "f6", "out")])
    def test_full_connections_as_convolutions(
        self, layers: tuple[str, ...], tmp_path: Path
    ) -> None:
        state = a_state(NAMINGS["the paper's"])
        shapes = {"c5": (120, 16, 5, 5), "f6": (84, 120, 1, 1), "out": (10, 84, 1, 1)}
        names = {f"{layer}.weight": shapes[layer] for layer in layers}
        convolutions = state | {name: state[name].view(shape) for name, shape in names.items()}
        assert_same_network(written(tmp_path / "a.pth", convolutions), state, STUDY)

    @pytest.mark.parametrize(
        "nest", ["state_dict", "model_state_dict", "model", "net", "anything", "lightning"]
    )
    def test_checkpoints(self, nest: str, tmp_path: Path) -> None:
        state = a_state()
        optimizer = {"state": {0: {"step": torch.tensor(3.0)}}, "param_groups": [{"lr": 0.1}]}
        checkpoint = {"epoch": 3, "optimizer": optimizer, nest: OrderedDict(state), "best": 0.99}
        assert_same_network(written(tmp_path / "a.pth", checkpoint), state, STUDY)
        assert load(str(tmp_path / "a.pth"), STUDY).left_out == ("optimizer",)

    def test_the_states_of_several_optimisers(self, tmp_path: Path) -> None:
        optimizer = {"state": {}, "param_groups": []}
        checkpoint = {"state_dict": a_state(), "optimizer_states": [optimizer, dict(optimizer)]}
        path = written(tmp_path / "a.ckpt", checkpoint)
        assert load(str(path), STUDY).left_out == ("optimizer_states.0", "optimizer_states.1")

    def test_a_state_dict_two_levels_down_or_beside_other_things(self, tmp_path: Path) -> None:
        state = a_state()
        deep = written(tmp_path / "deep.pth", {"checkpoint": {"model_state_dict": state}})
        flat = written(tmp_path / "flat.pth", {"epoch": 5, **state})
        for path in (deep, flat):
            assert_same_network(path, state, STUDY)

    def test_the_likeliest_of_several_state_dicts(self, tmp_path: Path) -> None:
        state = a_state()
        path = written(tmp_path / "a.pth", {"ema": a_state(seed=1), "model": state})
        assert_same_network(path, state, STUDY)

    def test_several_state_dicts_that_nothing_tells_apart(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a.pth", {"one": a_state(), "two": a_state(seed=1)})
        message = refusal(path)
        assert "holds several state dicts (one, two)" in message
        assert "torch.load(FILE)['one']" in message

    def test_a_whole_wrapped_sequential(self, tmp_path: Path) -> None:
        """As torch itself names it, and computes it."""
        network = nn.Sequential(
            *(nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2)),
            *(nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten()),
            *(nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10)),
        ).eval()
        path = tmp_path / "a.pth"
        torch.save({"model_state_dict": nn.DataParallel(network).state_dict()}, path)
        conventions = Conventions("tanh", "average", "mnist", "zero")
        opened, pixels = network_of(load(str(path), conventions)), images()
        with torch.inference_mode():
            theirs = network((pixels - 0.1307) / 0.3081)
            torch.testing.assert_close(opened(shown(pixels)), theirs, atol=1e-5, rtol=1e-5)

    def test_saved_on_a_gpu(self, tmp_path: Path) -> None:
        state = a_state()
        with zipfile.ZipFile(written(tmp_path / "cpu.pth", state)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        [index] = [name for name in files if name.endswith("data.pkl")]
        assert files[index].count(b"X\x03\x00\x00\x00cpu") == 1
        files[index] = files[index].replace(b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:7")
        with zipfile.ZipFile(tmp_path / "gpu.pth", "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        with pytest.raises(RuntimeError, match=r"CUDA|cuda"):
            torch.load(tmp_path / "gpu.pth", weights_only=True)
        assert_same_network(tmp_path / "gpu.pth", state, STUDY)

    def test_names_without_dots(self, tmp_path: Path) -> None:
        state = a_state()
        names = [f"{kind}_{n}" for n in range(5) for kind in ("W", "b")]
        flat = dict(zip(names, state.values(), strict=True))
        assert_same_network(written(tmp_path / "a.pth", flat), state, STUDY)

    def test_biases_that_are_missing_are_zero(self, tmp_path: Path) -> None:
        state = a_state()
        partial = {name: t for name, t in state.items() if not name.endswith("bias")}
        zeroed = {n: torch.zeros_like(t) if n.endswith("bias") else t for n, t in state.items()}
        assert_same_network(written(tmp_path / "a.pth", partial), zeroed, STUDY)


class TestRefusals:
    @pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
    def test_a_sentence_a_layer(self, suffix: str, tmp_path: Path) -> None:
        state = a_state()
        state["conv2.weight"] = torch.zeros(16, 6, 3, 3)
        state["fc1.weight"] = torch.zeros(120, 256)
        state["fc3.bias"] = torch.zeros(12)
        message = refusal(written(tmp_path / f"a{suffix}", state))
        sentences = message.partition(" is not LeNet-5: ")[2].split("; ")
        assert sorted(sentences) == [
            "C3: expected 16×6×5×5 or 60×5×5 or 60×1×5×5, conv2.weight is 16×6×3×3",
            "C5: expected 120×16×5×5 or 120×400, fc1.weight is 120×256",
            "output: expected 10, fc3.bias is 12",
        ]

    def test_another_network(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)  # a message has room for a short path and all five layers
        state = nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10)).state_dict()
        message = refusal(written(Path("a.pth"), state))
        assert "C1: expected 6×1×5×5, nothing is there" in message
        assert "C5: expected 120×16×5×5 or 120×400, 0.weight is 100×784" in message
        assert "F6: expected 84×120 or 84×120×1×1, 2.weight is 10×100" in message
        assert "output: expected 10×84 or 10×84×1×1, nothing is there" in message

    @pytest.mark.parametrize("widths", [(7,), (6, 6)])
    def test_batch_normalisation_of_no_layer(
        self, widths: tuple[int, ...], tmp_path: Path
    ) -> None:
        state = a_state()
        for at, width in enumerate(widths):
            batch = nn.BatchNorm2d(width).state_dict()
            state |= {f"bn{at}.{n}": t for n, t in batch.items()}
        message = refusal(written(tmp_path / "a.pth", state))
        last = f"bn{len(widths) - 1}"
        assert message.endswith(f"LeNet-5: {last} normalises batches, which LeNet-5 does not")

    def test_a_large_network_is_refused_in_few_words(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        state = {f"block{i}\n.weight": torch.zeros(8, 8, 3, 3) for i in range(500)}
        state |= {f"bn{i}.running_mean": torch.zeros(64) for i in range(500)}
        message = refusal(written(Path("a.pth"), state))
        assert "C3: expected 16×6×5×5 or 60×5×5 or 60×1×5×5, block1 .weight is 8×8×3×3" in message
        assert "bn0 normalises batches, which LeNet-5 does not; 499 more like that" in message
        assert len(message) <= 300

    def test_a_layer_too_many(self, tmp_path: Path) -> None:
        state = a_state() | {"fc4.weight": torch.zeros(10, 10), "fc4.bias": torch.zeros(10)}
        message = refusal(written(tmp_path / "a.pth", state))
        assert "fc4.weight (10×10) is no part of LeNet-5" in message

    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
    @pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
    def test_other_precisions_are_converted(
        self, dtype: torch.dtype, suffix: str, tmp_path: Path
    ) -> None:
        state = {name: tensor.to(dtype) for name, tensor in a_state().items()}
        path = written(tmp_path / f"a{suffix}", state)
        assert_same_network(path, {name: t.float() for name, t in state.items()}, STUDY)

    @pytest.mark.parametrize("dtype", [torch.int8, torch.int64, torch.complex64, torch.bool])
    def test_what_is_not_real(self, dtype: torch.dtype, tmp_path: Path) -> None:
        state = a_state()
        state["fc2.weight"] = state["fc2.weight"].to(dtype)
        message = refusal(written(tmp_path / "a.pth", state))
        assert f"fc2.weight should hold floating-point numbers, holds {dtype}" in message

    @pytest.mark.parametrize("value", [float("nan"), float("-inf"), 1e200])
    def test_values_that_are_no_numbers(self, value: float, tmp_path: Path) -> None:
        state = {name: tensor.double() for name, tensor in a_state().items()}
        state["conv2.bias"][3] = value
        message = refusal(written(tmp_path / "a.pth", state))
        assert message.endswith("conv2.bias holds NaN or infinite values")

    def test_values_that_overflow(self, tmp_path: Path) -> None:
        state = {name: tensor * 1e30 for name, tensor in a_state().items()}
        assert "the outputs overflow" in refusal(written(tmp_path / "a.pth", state))

    @pytest.mark.parametrize("dtype", [torch.bool, torch.uint8, torch.uint16])
    def test_an_output_that_is_not_real(self, dtype: torch.dtype, tmp_path: Path) -> None:
        state = a_state()
        del state["fc3.bias"]
        state["fc3.weight"] = torch.ones(10, 84).to(dtype)
        message = refusal(written(tmp_path / "a.pth", state))
        assert f"fc3.weight should hold floating-point numbers, holds {dtype}" in message

    @pytest.mark.parametrize("half", ["weight", "bias"])
    def test_half_of_the_coefficients_without_dots(self, half: str, tmp_path: Path) -> None:
        state = {name.replace(".", "_"): tensor for name, tensor in a_state().items()}
        state |= {f"s2_{half}": torch.ones(6), f"s4_{half}": torch.ones(16)}
        message = refusal(written(tmp_path / "a.pth", state))
        assert f"s2_{half} (6) is no part of LeNet-5" in message

    def test_a_sparse_tensor(self, tmp_path: Path) -> None:
        state = a_state()
        state["fc2.weight"] = state["fc2.weight"].to_sparse()
        refusal(written(tmp_path / "a.pth", state))

    def test_an_archive_that_unpacks_to_something_huge(self, tmp_path: Path) -> None:
        path = tmp_path / "a.pth"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a/data.pkl", bytes(LARGEST_FILE + 1))
        assert path.stat().st_size < 100_000
        assert re.search(r"unpacks to 67 MB", refusal(path))

    def test_a_tensor_that_pretends_to_be_huge(self, tmp_path: Path) -> None:
        state = a_state() | {"x": torch.zeros(1).expand(10**6, 10**6)}
        message = refusal(written(tmp_path / "a.pth", state))
        assert "x (1000000×1000000) is no part of LeNet-5" in message

    @pytest.mark.parametrize("nest", [False, True])
    def test_a_whole_module_is_not_unpickled(self, nest: bool, tmp_path: Path) -> None:
        module = nn.Linear(84, 10)
        torch.save({"model": module, "epoch": 3} if nest else module, tmp_path / "a.pth")
        assert refusal(tmp_path / "a.pth").endswith(
            "is a whole pickled model of the class torch.nn.modules.linear.Linear, code and all: "
            "save its state_dict() instead"
        )
