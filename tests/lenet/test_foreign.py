"""Weights from elsewhere: compared with torch's own forward pass of the network they came from."""

from __future__ import annotations

import itertools
import re
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from lenetpad.lenet import manners, weights
from lenetpad.lenet.architecture import PRESETS, layer_table, total_parameters
from lenetpad.lenet.data import Labelled
from lenetpad.lenet.manners import configuration
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.weights import LARGEST_FILE, WeightsError
from lenetpad.messages import MANNERS, Choice, Manner

State = dict[str, Tensor]
STUDY = Manner("relu", "max", "symmetric", "zero")
#: The names of the five layers in networks from elsewhere.
NAMINGS = {
    "conv and fc": ("conv1", "conv2", "fc1", "fc2", "fc3"),
    "features": ("features.0", "features.3", "classifier.0", "classifier.2", "classifier.4"),
    "the paper's": ("c1", "c3", "c5", "f6", "out"),
    "numbers": ("0", "3", "7", "9", "11"),
    "wrapped": ("module.conv1", "module.conv2", "module.fc1", "module.fc2", "module.fc3"),
    "wrapped twice": tuple(f"model.module.{name}.layer" for name in "vwxyz"),
}
LAYERS = ("c1", "c3", "c5", "f6", "output")
SQUASHINGS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": functional.relu,
    "tanh": torch.tanh,
    "scaled-tanh": lambda a: 1.7159 * torch.tanh(a * 2 / 3),
    "sigmoid": torch.sigmoid,
}
NORMALISATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "unit": lambda x: x,
    "symmetric": lambda x: (x - 0.5) / 0.5,
    "mnist": lambda x: (x - 0.1307) / 0.3081,
    "paper": lambda x: x * 1.275 - 0.1,
    "inverted": lambda x: 1.175 - x * 1.275,
}


def a_state(names: tuple[str, ...] = NAMINGS["conv and fc"], *, seed: int = 0) -> State:
    """Weights of torch's initialisation under these names."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers: list[nn.Module] = [
            nn.Conv2d(1, 6, 5),
            nn.Conv2d(6, 16, 5),
            nn.Linear(400, 120),
            nn.Linear(120, 84),
            nn.Linear(84, 10),
        ]
    pairs = zip(names, layers, strict=True)
    return {f"{n}.{key}": t.clone() for n, m in pairs for key, t in m.state_dict().items()}


def forward(state: State, manner: Manner, images: Tensor) -> Tensor:
    """The logits of torch's own operations for images (N, 1, 28, 28); state of a_state()."""
    squash = SQUASHINGS[manner.squashing]
    x = images
    if manner.padding == "background":
        x = functional.pad(x, (2, 2, 2, 2))
    x = NORMALISATIONS[manner.normalisation](x)
    if manner.padding == "resized":
        x = functional.interpolate(x, (32, 32), mode="bilinear", align_corners=False)
    c1, c3, c5, f6, out = ((state[f"{n}.weight"], state[f"{n}.bias"]) for n in _owners(state))

    def pooled(a: Tensor, stage: str) -> Tensor:
        match manner.pooling:
            case "max":
                return functional.max_pool2d(squash(a), 2)
            case "average":
                return functional.avg_pool2d(squash(a), 2)
            case "average-first":
                return squash(functional.avg_pool2d(a, 2))
        w, b = (state[f"{stage}.{key}"].view(1, -1, 1, 1) for key in ("weight", "bias"))
        scale = 4.0 if manner.pooling == "trained-sum" else 1.0
        a = a if manner.pooling == "study" else squash(a)
        return squash(functional.avg_pool2d(a, 2) * scale * w + b)

    x = pooled(functional.conv2d(x, *c1, padding=2 if manner.padding == "zero" else 0), "s2")
    x = pooled(functional.conv2d(x, *c3), "s4")
    x = functional.linear(x.flatten(1), *c5)
    x = x if manner.pooling == "study" else squash(x)
    return functional.linear(squash(functional.linear(x, *f6)), *out)


def _owners(state: State) -> list[str]:
    owners = dict.fromkeys(name.rpartition(".")[0] for name in state)
    return [owner for owner in owners if owner not in ("s2", "s4")]


def images(count: int = 5, seed: int = 3) -> Tensor:
    """Random images (N, 1, 28, 28) in [0, 1]."""
    return torch.rand(count, 1, 28, 28, generator=torch.Generator().manual_seed(seed))


def shown(pixels: Tensor) -> Tensor:
    """Images as the program gives them to a network, (N, 1, 32, 32)."""
    return functional.pad(pixels, (2, 2, 2, 2))


def written(path: Path, content: Any) -> Path:
    if path.suffix == ".safetensors":
        save_file(content, path)
    else:
        torch.save(content, path)
    return path


def assert_same_network(path: Path, state: State, manner: Manner) -> None:
    """The file, opened in this manner, gives what torch gives."""
    loaded = weights.load(str(path), manner)
    assert (loaded.manner, loaded.guesses) == (manner, ())
    pixels = images()
    with torch.inference_mode():
        ours, theirs = loaded.network(shown(pixels)), forward(state, manner, pixels)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


def refusal(path: Path, manner: Manner = STUDY) -> str:
    with pytest.raises(WeightsError) as caught:
        weights.load(str(path), manner)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert str(path) in message
    return message


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
        assert "holds no state dict" in refusal(path)

    def test_a_whole_wrapped_sequential(self, tmp_path: Path) -> None:
        """As torch itself names it, and computes it."""
        network = nn.Sequential(
            *(nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2)),
            *(nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten()),
            *(nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10)),
        ).eval()
        path = tmp_path / "a.pth"
        torch.save({"model_state_dict": nn.DataParallel(network).state_dict()}, path)
        manner = Manner("tanh", "average", "mnist", "zero")
        opened, pixels = weights.load(str(path), manner).network, images()
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


class TestManners:
    @pytest.mark.parametrize(
        "manner",
        [
            Manner(squashing, pooling, normalisation, padding)
            for squashing, pooling, normalisation, padding in itertools.product(
                SQUASHINGS, ("max", "average", "average-first"), ("mnist",), MANNERS["padding"]
            )
        ]
        + [replace(STUDY, normalisation=name) for name in NORMALISATIONS],
        ids=lambda manner: manner.text,
    )
    def test_each_is_what_torch_does(self, manner: Manner, tmp_path: Path) -> None:
        state = a_state()
        assert_same_network(written(tmp_path / "a.pth", state), state, manner)

    @pytest.mark.parametrize("shape", [(-1,), (-1, 1, 1), (1, -1, 1, 1)])
    @pytest.mark.parametrize("pooling", ["trained-average", "trained-sum", "study"])
    def test_trained_subsampling(
        self, pooling: str, shape: tuple[int, ...], tmp_path: Path
    ) -> None:
        generator = torch.Generator().manual_seed(1)
        state = a_state(NAMINGS["the paper's"])
        for layer, maps in (("s2", 6), ("s4", 16)):
            for name in ("weight", "bias"):
                state[f"{layer}.{name}"] = torch.rand(maps, generator=generator).view(shape)
        manner = Manner("tanh", pooling, "paper", "background")
        path = written(tmp_path / "a.pth", state)
        assert_same_network(path, state, manner)
        assert "with the pooling max: it has trained" in refusal(
            path, replace(manner, pooling="max")
        )

    @pytest.mark.parametrize("names", [("w", "b"), ("weight", "bias"), ("gain", "b")])
    def test_coefficients_whose_names_have_no_dots_and_are_sorted(
        self, names: tuple[str, str], tmp_path: Path
    ) -> None:
        state = a_state(NAMINGS["the paper's"])
        for layer, maps in (("s2", 6), ("s4", 16)):
            for name, values in (("weight", torch.rand(maps)), ("bias", -torch.rand(maps))):
                state[f"{layer}.{name}"] = values
        words = dict(zip(("weight", "bias"), names, strict=True))
        flat = {
            f"{owner}_{words[key]}": tensor
            for owner, key, tensor in ((*name.split("."), t) for name, t in state.items())
        }
        manner = Manner("tanh", "trained-sum", "paper", "background")
        path = written(tmp_path / "a.safetensors", dict(sorted(flat.items())))
        assert_same_network(path, state, manner)

    def test_every_answer_means_something(self) -> None:
        for manner in [Manner(*a) for a in itertools.product(*MANNERS.values())]:
            config = configuration(manner)
            assert manners.manner_of(config) == manner
            assert Manner.of(manner.text) == manner

    @pytest.mark.parametrize(
        "text", ["", "relu", "relu max symmetric", "relu max symmetric zero x"]
    )
    def test_a_text_that_makes_no_sense_is_unknown(self, text: str) -> None:
        assert Manner.of(text) == Manner()
        assert not Manner.of("relu max odd zero").complete

    @pytest.mark.parametrize("pooling", ["max", "average", "trained-sum"])
    def test_the_layer_table(self, pooling: str) -> None:
        manner = Manner("tanh", pooling, "paper", "zero")
        network = manners.built(
            weights.LeNet5(configuration(manner)).state_dict(), configuration(manner)
        )
        trained = 44 if pooling == "trained-sum" else 0
        assert total_parameters(network) == 61_706 + trained
        rows = layer_table(network)
        assert sum(row.parameters for row in rows) == 61_706 + trained
        assert [row.height for row in rows] == [28, 14, 10, 5, 1, 1, 1]

    def test_an_inverted_input_has_a_range_of_its_own(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a.pth", a_state())
        loaded = weights.load(str(path), replace(STUDY, normalisation="inverted"))
        view = Recognizer(loaded).describe(Choice(0, str(path))).layer("input")
        assert (view.low, view.high) == pytest.approx((-0.1, 1.175))

    @pytest.mark.parametrize("preset", PRESETS)
    def test_presets_have_the_border_of_the_image(self, preset: str) -> None:
        taps: State = {}
        network = weights.build(preset, 0)
        network(shown(images()), taps)
        config = PRESETS[preset]
        expected = shown(images()) * (config.ink - config.background) + config.background
        assert torch.equal(taps["input"], expected)


class TestGuess:
    """On networks that were trained here, each in its manner, for a few seconds."""

    @pytest.mark.parametrize(
        "manner",
        [
            STUDY,
            Manner("tanh", "average", "mnist", "background"),
            Manner("relu", "max", "unit", "resized"),
        ],
        ids=lambda manner: manner.text,
    )
    def test_the_best_guess_reads_as_well_as_the_truth(
        self, manner: Manner, tmp_path: Path, mnist: tuple[Labelled, Labelled]
    ) -> None:
        state = trained(manner, mnist[0])
        loaded = weights.load(str(written(tmp_path / "a.pth", state)))
        guesses = dict(loaded.guesses)
        assert len(guesses) == len(loaded.guesses) == 4 * 3 * 5 * 3
        assert loaded.manner == loaded.guesses[0][0]
        assert loaded.manner is not None
        assert loaded.manner.squashing == manner.squashing
        assert loaded.manner.normalisation == manner.normalisation
        assert guesses[loaded.manner] >= guesses[manner] - 0.01
        assert guesses[manner] > 0.8
        pixels = mnist[0].images[:500, None].float() / 255
        with torch.inference_mode():
            right = forward(state, manner, pixels).argmax(1) == mnist[0].labels[:500]
        assert guesses[manner] == pytest.approx(float(right.float().mean()), abs=0.003)

    def test_what_is_known_is_not_guessed(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a.pth", a_state())
        known = Manner(squashing="sigmoid", padding="zero")
        loaded = weights.load(str(path), known)
        assert len(loaded.guesses) == 3 * 5
        assert all(known.allows(manner) for manner, _ in loaded.guesses)
        assert loaded.manner is not None
        assert (loaded.manner.squashing, loaded.manner.padding) == ("sigmoid", "zero")

    def test_trained_subsampling_is_not_read_without(self) -> None:
        state = weights.LeNet5(configuration(Manner("tanh", "trained-sum", "unit", "zero")))
        poolings = {manner.pooling for manner in manners.possible(state.state_dict())}
        assert poolings == {"trained-average", "trained-sum", "study"}


class TestPresets:
    """The shipped weights under names that tell nothing, opened by their shapes and by MNIST."""

    @pytest.mark.parametrize(
        ("model", "manner"),
        [
            ("lenet5-1998-paper", Manner("scaled-tanh", "trained-sum", "paper", "background")),
            ("lenet5-study-paper", Manner("sigmoid", "study", "paper", "background")),
            ("lenet5-modern-paper", Manner("relu", "max", "symmetric", "background")),
        ],
    )
    def test_they_are_read_as_they_were_trained(
        self, model: str, manner: Manner, tmp_path: Path
    ) -> None:
        network = weights.load(model).network
        state = {f"part{i:02}": t for i, t in enumerate(network.state_dict().values())}
        loaded = weights.load(str(written(tmp_path / "a.pth", state)))
        assert loaded.manner == loaded.guesses[0][0]
        assert loaded.manner is not None
        # Paper in the border is close to zero, so the border cannot always be told.
        assert replace(loaded.manner, padding="background") == manner
        config, own = loaded.network.config, network.config
        assert (config.table, config.output) == (own.table, own.output)
        told = weights.load(str(tmp_path / "a.pth"), manner).network
        with torch.inference_mode():
            pixels = shown(images())
            torch.testing.assert_close(told(pixels), network(pixels), atol=1e-5, rtol=1e-5)

    def test_kernels_and_codes_are_kept_with_the_weights(self, tmp_path: Path) -> None:
        state = weights.load("lenet5-1998-paper").network.state_dict()
        renamed = {f"x.{name}.y": tensor for name, tensor in state.items()}
        manner = Manner("tanh", "trained-sum", "unit", "zero")
        first = weights.load(str(written(tmp_path / "a.pth", renamed)), manner).network
        weights.save(tmp_path / "b.safetensors", first, {})
        again = weights.load(str(tmp_path / "b.safetensors")).network
        assert again.config == first.config
        assert total_parameters(again) == 60_000
        view = Recognizer(weights.load(str(tmp_path / "b.safetensors"))).describe(Choice(0, ""))
        assert view.coded

    def test_a_manner_goes_before_a_presets_names(self, tmp_path: Path) -> None:
        state = weights.load("lenet5-1998-paper").network.state_dict()
        manner = Manner("tanh", "trained-average", "unit", "zero")
        loaded = weights.load(str(written(tmp_path / "a.pth", state)), manner)
        assert loaded.manner == manner
        assert loaded.network.config.squashing == "tanh"

    def test_weights_without_a_bias_that_are_no_codes(self, tmp_path: Path) -> None:
        state = a_state()
        del state["fc3.bias"]
        loaded = weights.load(str(written(tmp_path / "a.pth", state)), STUDY)
        assert loaded.network.config.output == "linear"


class TestStudy:
    """The study's own file, whose network pads the normalised image with zeros."""

    NAMES = ("c1", "c3", "c5", "f6", "output")

    @pytest.mark.parametrize("padding", ["background", "zero"])
    @pytest.mark.parametrize("prefix", ["", "module."])
    def test_it_opens_with_the_border_that_it_was_trained_with(
        self, padding: str, prefix: str, tmp_path: Path, mnist: tuple[Labelled, Labelled]
    ) -> None:
        manner = replace(STUDY, padding=padding)
        state = trained(manner, mnist[0], self.NAMES)
        named = {prefix + name: tensor for name, tensor in state.items()}
        loaded = weights.load(str(written(tmp_path / "lenet5_mnist_model.pth", named)))
        assert (loaded.manner, loaded.guesses) == (None, ())
        assert loaded.network.config == replace(PRESETS["lenet5-modern"], padding=padding)
        pixels = mnist[1].images[:50, None].float() / 255
        with torch.inference_mode():
            theirs = forward(state, manner, pixels)
            torch.testing.assert_close(loaded.network(shown(pixels)), theirs, atol=1e-4, rtol=1e-4)

    def test_our_own_plain_file_keeps_its_border(self, tmp_path: Path) -> None:
        network = weights.load("lenet5-modern").network
        weights.save(tmp_path / "a.pth", network, {})
        assert weights.load(str(tmp_path / "a.pth")).network.config == PRESETS["lenet5-modern"]

    def test_under_its_names_another_network_is_asked_about(
        self, tmp_path: Path, mnist: tuple[Labelled, Labelled]
    ) -> None:
        state = trained(Manner("tanh", "average", "unit", "zero"), mnist[0], self.NAMES)
        loaded = weights.load(str(written(tmp_path / "a.pth", state)))
        assert loaded.guesses
        assert loaded.manner is not None
        assert loaded.manner.squashing == "tanh"

    @pytest.mark.parametrize("normalisation", ["mnist", "unit", "paper"])
    def test_under_its_names_another_normalisation_is_seen(
        self, normalisation: str, tmp_path: Path, mnist: tuple[Labelled, Labelled]
    ) -> None:
        state = trained(replace(STUDY, normalisation=normalisation), mnist[0], self.NAMES)
        loaded = weights.load(str(written(tmp_path / "a.pth", state)))
        assert loaded.manner is not None
        assert loaded.manner.normalisation == normalisation

    def test_what_the_user_says_goes_before_its_names(self, tmp_path: Path) -> None:
        state = a_state(self.NAMES)
        manner = Manner("sigmoid", "average", "unit", "resized")
        assert_same_network(written(tmp_path / "a.pth", state), state, manner)

    def test_without_mnist_it_opens_all_the_same(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        manners._digits.cache_clear()
        monkeypatch.setattr(manners.data.resources, "path", lambda name: tmp_path / name)
        path = written(tmp_path / "a.pth", a_state(self.NAMES))
        assert weights.load(str(path)).network.config == PRESETS["lenet5-modern"]


class TestMetadata:
    @pytest.mark.parametrize(
        "manner",
        [Manner("tanh", "average-first", "mnist", "resized"), STUDY],
        ids=lambda manner: manner.text,
    )
    def test_a_manner_is_kept_with_the_weights(self, manner: Manner, tmp_path: Path) -> None:
        path = written(tmp_path / "a.pth", a_state())
        first = weights.load(str(path), manner).network
        weights.save(tmp_path / "b.safetensors", first, {"by": "me"})
        again = weights.load(str(tmp_path / "b.safetensors"))
        assert again.network.config == first.config
        assert (again.manner, again.guesses, again.facts) == (None, (), {"by": "me"})

    def test_a_presets_border_is_kept(self, tmp_path: Path) -> None:
        network = weights.build("lenet5-modern", 0)
        network.config = replace(network.config, padding="zero")
        weights.save(tmp_path / "b.safetensors", network, {})
        again = weights.load(str(tmp_path / "b.safetensors"))
        assert again.network.config == network.config

    @pytest.mark.parametrize("manner", ["", "odd", "relu max symmetric odd"])
    def test_a_manner_of_the_future(self, manner: str, tmp_path: Path) -> None:
        path = tmp_path / "a.safetensors"
        header = {"preset": manners.FOREIGN, "manner": manner}
        save_file(a_state(LAYERS), path, metadata=header)
        assert "does not know" in refusal(path)


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
            "C3: expected 16×6×5×5 or 60×5×5, conv2.weight is 16×6×3×3",
            "C5: expected 120×16×5×5 or 120×400, fc1.weight is 120×256",
            "output: expected 10, fc3.bias is 12",
        ]

    def test_another_network(self, tmp_path: Path) -> None:
        state = nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10)).state_dict()
        message = refusal(written(tmp_path / "a.pth", state))
        assert "C1: expected 6×1×5×5, nothing is there" in message
        assert "C5: expected 120×16×5×5 or 120×400, 0.weight is 100×784" in message
        assert "F6: expected 84×120 or 84×120×1×1, 2.weight is 10×100" in message
        assert "output: expected 10×84 or 10×84×1×1, nothing is there" in message

    def test_batch_normalisation(self, tmp_path: Path) -> None:
        state = a_state() | {f"bn.{n}": t for n, t in nn.BatchNorm2d(6).state_dict().items()}
        message = refusal(written(tmp_path / "a.pth", state))
        assert message.endswith("is not LeNet-5: bn normalises batches, which LeNet-5 does not")

    def test_a_large_network_is_refused_in_few_words(self, tmp_path: Path) -> None:
        state = {f"block{i}\n.weight": torch.zeros(8, 8, 3, 3) for i in range(500)}
        state |= {f"bn{i}.running_mean": torch.zeros(64) for i in range(500)}
        message = refusal(written(tmp_path / "a.pth", state))
        assert "C3: expected 16×6×5×5 or 60×5×5, block1 .weight is 8×8×3×3" in message
        assert "bn4 normalises batches, which LeNet-5 does not; 495 more like that" in message
        assert len(message) < 2000

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

    def test_a_whole_module_is_not_unpickled(self, tmp_path: Path) -> None:
        path = tmp_path / "a.pth"
        torch.save(nn.Linear(84, 10), path)
        assert "Save the network's state_dict() instead" in refusal(path)


_TRAINED: dict[Manner, list[Tensor]] = {}


def trained(manner: Manner, data: Labelled, names: tuple[str, ...] = (*LAYERS[:4], "z")) -> State:
    """A network of this manner after a few hundred steps on MNIST, with torch's own means."""
    if manner not in _TRAINED:
        state = {name: t.requires_grad_() for name, t in a_state().items()}
        optimizer = torch.optim.Adam(state.values(), lr=2e-3)
        order = torch.randperm(len(data), generator=torch.Generator().manual_seed(1))
        for step in range(300):
            batch = order[64 * step : 64 * step + 64]
            logits = forward(state, manner, data.images[batch, None].float() / 255)
            loss = functional.cross_entropy(logits, data.labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        _TRAINED[manner] = [tensor.detach() for tensor in state.values()]
    keys = [f"{name}.{key}" for name in names for key in ("weight", "bias")]
    return dict(zip(keys, _TRAINED[manner], strict=True))
