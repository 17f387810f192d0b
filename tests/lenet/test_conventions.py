"""How weights from elsewhere read: compared with torch's own forward pass, guessed, and kept."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from lenetpad.data.labelled import Labelled
from lenetpad.lenet import guessing
from lenetpad.lenet.config import PRESETS
from lenetpad.lenet.conventions import FOREIGN, configuration, conventions_of, possible
from lenetpad.lenet.layers import layer_specs, layer_table, total_parameters
from lenetpad.lenet.leftovers import WORKED_IN
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.weights import WeightsError, load
from lenetpad.storage import resources
from lenetpad.training import weights
from lenetpad.training.network import LeNet5, build, network_of, parameters_of
from lenetpad.training.opening import open_recognizer
from lenetpad.values.conventions import CONVENTIONS, FITS, READS_NOTHING, Conventions
from lenetpad.values.models import MODEL_NAMES, PAPER, Choice
from tests.foreign_weights import (
    ACTIVATIONS,
    LAYERS,
    NAMINGS,
    NORMALISATIONS,
    STUDY,
    State,
    a_state,
    assert_same_network,
    forward,
    images,
    refusal,
    shown,
    trained,
    written,
)


class TestManners:
    @pytest.mark.parametrize(
        "conventions",
        [
            Conventions(activation, pooling, normalisation, padding)
            for activation, pooling, normalisation, padding in itertools.product(
                ACTIVATIONS,
                ("max", "average", "average-first"),
                ("mnist",),
                CONVENTIONS["padding"],
            )
        ]
        + [replace(STUDY, normalisation=name) for name in NORMALISATIONS]
        + [replace(STUDY, activation=name) for name in CONVENTIONS["activation"]],
        ids=lambda conventions: conventions.text,
    )
    def test_each_is_what_torch_does(self, conventions: Conventions, tmp_path: Path) -> None:
        state = a_state()
        assert_same_network(written(tmp_path / "a.pth", state), state, conventions)

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
        conventions = Conventions("tanh", pooling, "paper", "background")
        path = written(tmp_path / "a.pth", state)
        assert_same_network(path, state, conventions)
        assert "with the pooling max: it has trained" in refusal(
            path, replace(conventions, pooling="max")
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
        conventions = Conventions("tanh", "trained-sum", "paper", "background")
        path = written(tmp_path / "a.safetensors", dict(sorted(flat.items())))
        assert_same_network(path, state, conventions)

    @pytest.mark.parametrize("name", ["avg{1}_{0}", "{0}_{1}", "{0}.s{1}"])
    def test_coefficients_that_come_before_the_convolutions(
        self, name: str, tmp_path: Path
    ) -> None:
        """In the order of the alphabet, as safetensors has it."""
        state = a_state(NAMINGS["the paper's"])
        layers = dict.fromkeys(key.partition(".")[0] for key in state)
        for layer, maps in (("s2", 6), ("s4", 16)):
            state |= {f"{layer}.weight": torch.rand(maps), f"{layer}.bias": -torch.rand(maps)}
        words = {"s2": "1", "s4": "2"} | {layer: layer for layer in layers}
        named = {
            (name if layer in ("s2", "s4") else name.replace("avg", "")).format(
                kind, words[layer]
            ): t
            for (layer, kind), t in ((key.split("."), tensor) for key, tensor in state.items())
        }
        conventions = Conventions("tanh", "trained-sum", "paper", "background")
        path = written(tmp_path / "a.safetensors", dict(sorted(named.items())))
        assert_same_network(path, state, conventions)

    def test_every_answer_means_something(self) -> None:
        for conventions in [Conventions(*a) for a in itertools.product(*CONVENTIONS.values())]:
            config = configuration(conventions)
            known = conventions_of(config)
            assert known is not None
            assert configuration(known) == config
            if conventions.activation in ACTIVATIONS:  # others may mean the same as one of these
                assert known == conventions
            assert Conventions.of(conventions.text) == conventions

    @pytest.mark.parametrize(
        "text", ["", "relu", "relu max symmetric", "relu max symmetric zero x"]
    )
    def test_a_text_that_makes_no_sense_is_unknown(self, text: str) -> None:
        assert Conventions.of(text) == Conventions()
        assert not Conventions.of("relu max odd zero").complete

    @pytest.mark.parametrize("pooling", ["max", "average", "trained-sum"])
    def test_the_layer_table(self, pooling: str) -> None:
        conventions = Conventions("tanh", pooling, "paper", "zero")
        specs = layer_specs(configuration(conventions))
        trained = 44 if pooling == "trained-sum" else 0
        assert total_parameters(specs) == 61_706 + trained
        rows = layer_table(specs)
        assert sum(row.parameters for row in rows) == 61_706 + trained
        assert [row.height for row in rows] == [28, 14, 10, 5, 1, 1, 1]

    def test_an_inverted_input_has_a_range_of_its_own(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a.pth", a_state())
        loaded = load(str(path), replace(STUDY, normalisation="inverted"))
        view = Recognizer(loaded).describe(Choice(0, str(path))).layer("input")
        assert (view.low, view.high) == pytest.approx((-0.1, 1.175))

    @pytest.mark.parametrize("preset", PRESETS)
    def test_presets_have_the_border_of_the_image(self, preset: str) -> None:
        taps: State = {}
        network = build(preset, 0)
        network(shown(images()), taps)
        config = PRESETS[preset]
        expected = shown(images()) * (config.ink - config.background) + config.background
        assert torch.equal(taps["input"], expected)


class TestGuess:
    """On networks that were trained here, each in its manner, for a few seconds."""

    @pytest.mark.parametrize(
        "conventions",
        [
            STUDY,
            Conventions("tanh", "average", "mnist", "background"),
            Conventions("relu", "max", "unit", "resized"),
        ],
        ids=lambda conventions: conventions.text,
    )
    def test_the_best_guess_reads_as_well_as_the_truth(
        self, conventions: Conventions, tmp_path: Path, mnist: tuple[Labelled, Labelled]
    ) -> None:
        state = trained(conventions, mnist[0])
        loaded = load(str(written(tmp_path / "a.pth", state)))
        guesses = dict(loaded.guesses)
        usual, all_of_them = (n * 3 * 6 * 3 for n in (4, len(CONVENTIONS["activation"])))
        best = loaded.guesses[0][1]
        assert len(guesses) == len(loaded.guesses) == (usual if best >= FITS else all_of_them)
        assert ("None fits well" in loaded.warning) == (best < FITS)
        assert loaded.conventions == loaded.guesses[0][0]
        assert loaded.conventions is not None
        assert loaded.conventions.activation == conventions.activation
        assert loaded.conventions.normalisation == conventions.normalisation
        assert guesses[loaded.conventions] >= guesses[conventions] - 0.01
        assert guesses[conventions] > 0.8
        pixels = torch.from_numpy(mnist[0].images[:500, None]).float() / 255
        with torch.inference_mode():
            answers = forward(state, conventions, pixels).argmax(1).numpy()
        right = answers == mnist[0].labels[:500]
        assert guesses[conventions] == pytest.approx(right.mean(), abs=0.003)

    @pytest.mark.parametrize(
        "conventions",
        [
            Conventions("tanh-relu", "max", "mnist", "zero"),
            Conventions("relu-none", "average", "unit", "background"),
            Conventions("relu", "max", "bytes", "zero"),
        ],
        ids=lambda conventions: conventions.text,
    )
    def test_unusual_ways_of_reading(
        self, conventions: Conventions, tmp_path: Path, mnist: tuple[Labelled, Labelled]
    ) -> None:
        loaded = load(str(written(tmp_path / "a.pth", trained(conventions, mnist[0]))))
        guesses = dict(loaded.guesses)
        assert loaded.conventions is not None
        assert loaded.guesses[0][1] >= guesses[conventions] - 0.01 > 0.85
        assert loaded.conventions.activation == conventions.activation

    def test_what_is_known_is_not_guessed(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a.pth", a_state())
        known = Conventions(activation="sigmoid", padding="zero")
        loaded = load(str(path), known)
        assert len(loaded.guesses) == 3 * 6
        assert all(known.allows(conventions) for conventions, _ in loaded.guesses)
        assert loaded.conventions is not None
        assert (loaded.conventions.activation, loaded.conventions.padding) == ("sigmoid", "zero")

    def test_trained_subsampling_is_not_read_without(self) -> None:
        network = LeNet5(configuration(Conventions("tanh", "trained-sum", "unit", "zero")))
        state = parameters_of(network)
        poolings = {conventions.pooling for conventions in possible(state)}
        assert poolings == {"trained-average", "trained-sum", "study"}


class TestPresets:
    """The shipped weights under names that tell nothing, opened by their shapes and by MNIST."""

    @pytest.mark.parametrize(
        ("model", "conventions"),
        [
            (
                "lenet5-1998-paper",
                Conventions("scaled-tanh", "trained-sum", "paper", "background"),
            ),
            ("lenet5-study-paper", Conventions("sigmoid", "study", "paper", "background")),
            ("lenet5-modern-paper", Conventions("relu", "max", "symmetric", "background")),
        ],
    )
    def test_they_are_read_as_they_were_trained(
        self, model: str, conventions: Conventions, tmp_path: Path
    ) -> None:
        network = network_of(load(model))
        state = {f"part{i:02}": t for i, t in enumerate(network.state_dict().values())}
        loaded = load(str(written(tmp_path / "a.pth", state)))
        assert loaded.conventions == loaded.guesses[0][0]
        assert loaded.conventions is not None
        # Paper in the border is close to zero, so the border cannot always be told.
        assert replace(loaded.conventions, padding="background") == conventions
        config, own = loaded.config, network.config
        assert (config.table, config.output) == (own.table, own.output)
        told = network_of(load(str(tmp_path / "a.pth"), conventions))
        with torch.inference_mode():
            pixels = shown(images())
            torch.testing.assert_close(told(pixels), network(pixels), atol=1e-5, rtol=1e-5)

    def test_kernels_and_codes_are_kept_with_the_weights(self, tmp_path: Path) -> None:
        state = network_of(load("lenet5-1998-paper")).state_dict()
        renamed = {f"x.{name}.y": tensor for name, tensor in state.items()}
        conventions = Conventions("tanh", "trained-sum", "unit", "zero")
        first = network_of(load(str(written(tmp_path / "a.pth", renamed)), conventions))
        weights.save(tmp_path / "b.safetensors", first, {})
        again = network_of(load(str(tmp_path / "b.safetensors")))
        assert again.config == first.config
        assert total_parameters(layer_specs(again.config)) == 60_000
        view = Recognizer(load(str(tmp_path / "b.safetensors"))).describe(Choice(0, ""))
        assert view.coded

    def test_conventions_go_before_a_presets_names(self, tmp_path: Path) -> None:
        state = network_of(load("lenet5-1998-paper")).state_dict()
        conventions = Conventions("tanh", "trained-average", "unit", "zero")
        loaded = load(str(written(tmp_path / "a.pth", state)), conventions)
        assert loaded.conventions == conventions
        assert loaded.config.activation == "tanh"

    def test_kernels_of_a_grouped_convolution(self, tmp_path: Path) -> None:
        state = network_of(load("lenet5-study-paper")).state_dict()
        conventions = Conventions("sigmoid", "study", "paper", "background")
        grouped = state | {"c3.weight": state["c3.weight"][:, None]}
        network = network_of(load(str(written(tmp_path / "a.pth", grouped)), conventions))
        assert torch.equal(network.state_dict()["c3.weight"], state["c3.weight"])

    def test_under_a_presets_names_another_network_is_asked_about(self, tmp_path: Path) -> None:
        """The 1998 network with a linear output that computes the same has the study's names."""
        state = dict(network_of(load("lenet5-1998-paper")).state_dict())
        state["output.weight"] = 0.2 * state.pop("output.codes")
        state["output.bias"] = torch.zeros(10)
        loaded = load(str(written(tmp_path / "a.pth", state)))
        assert loaded.conventions is not None
        assert loaded.conventions.pooling == "trained-sum"
        assert loaded.guesses[0][1] > 0.95
        assert loaded.warning == ""

    @pytest.mark.parametrize("preset", PRESETS)
    def test_untrained_under_their_names_they_open_with_a_warning(
        self, preset: str, tmp_path: Path
    ) -> None:
        network = build(preset, 1)
        weights.save(tmp_path / "a.pth", network, {})
        loaded = load(str(tmp_path / "a.pth"))
        assert loaded.config.name == preset
        assert loaded.warning == READS_NOTHING
        assert open_recognizer(Choice(0, str(tmp_path / "a.pth"))).notice == READS_NOTHING

    @pytest.mark.parametrize("model", MODEL_NAMES)
    def test_what_ships_opens_without_a_word(self, model: str, tmp_path: Path) -> None:
        network = network_of(load(model))
        weights.save(tmp_path / "a.pth", network, {})
        loaded = load(str(tmp_path / "a.pth"))
        assert (loaded.conventions, loaded.warning) == (None, "")
        assert network_of(loaded).config == PRESETS[model.removesuffix(PAPER)]

    def test_weights_without_a_bias_that_are_no_codes(self, tmp_path: Path) -> None:
        state = a_state()
        del state["fc3.bias"]
        loaded = load(str(written(tmp_path / "a.pth", state)), STUDY)
        assert loaded.config.output == "linear"


class TestStudy:
    """The study's own file, whose network pads the normalised image with zeros."""

    NAMES = ("c1", "c3", "c5", "f6", "output")

    @pytest.mark.parametrize("padding", ["background", "zero"])
    @pytest.mark.parametrize("prefix", ["", "module."])
    def test_it_opens_with_the_border_that_it_was_trained_with(
        self, padding: str, prefix: str, tmp_path: Path, mnist: tuple[Labelled, Labelled]
    ) -> None:
        conventions = replace(STUDY, padding=padding)
        state = trained(conventions, mnist[0], self.NAMES)
        named = {prefix + name: tensor for name, tensor in state.items()}
        loaded = load(str(written(tmp_path / "lenet5_mnist_model.pth", named)))
        assert (loaded.conventions, loaded.guesses) == (None, ())
        assert network_of(loaded).config == replace(PRESETS["lenet5-modern"], padding=padding)
        pixels = torch.from_numpy(mnist[1].images[:50, None]).float() / 255
        with torch.inference_mode():
            theirs = forward(state, conventions, pixels)
            torch.testing.assert_close(
                network_of(loaded)(shown(pixels)), theirs, atol=1e-4, rtol=1e-4
            )

    def test_our_own_plain_file_keeps_its_border(self, tmp_path: Path) -> None:
        network = network_of(load("lenet5-modern"))
        weights.save(tmp_path / "a.pth", network, {})
        assert load(str(tmp_path / "a.pth")).config == PRESETS["lenet5-modern"]

    @staticmethod
    def with_late_batches(state: State, sign: int) -> State:
        """The same network with batches normalised behind its activations; the first of each
        layer's factors has this sign. What follows takes back what the normalisation does."""
        made = dict(state)
        for layer, following, width in (("1", "conv2", 6), ("2", "fc1", 16)):
            scale, shift = torch.rand(width) * 2 + 0.2, torch.randn(width)
            scale[0] *= sign
            batch = nn.BatchNorm2d(width)
            assert batch.running_mean is not None
            batch.weight.data, batch.bias.data = scale, shift
            batch.running_mean.data = torch.randn(width)
            made |= {f"bn{layer}.{key}": tensor for key, tensor in batch.state_dict().items()}
            factor = scale / (1 + batch.eps) ** 0.5
            added = shift - batch.running_mean * factor
            weight, bias = made[f"{following}.weight"], made[f"{following}.bias"]
            parts = weight.reshape(len(weight), width, -1) / factor[:, None]
            made[f"{following}.weight"] = parts.reshape(weight.shape)
            made[f"{following}.bias"] = bias - parts.sum(2) @ added
        return made

    @pytest.mark.parametrize(("pooling", "sign"), [("max", 1), ("average", 1), ("average", -1)])
    def test_batches_behind_the_activation_are_found_by_reading(
        self, pooling: str, sign: int, tmp_path: Path, mnist: tuple[Labelled, Labelled]
    ) -> None:
        names = ("conv1", "conv2", "fc1", "fc2", "fc3")
        state = trained(replace(STUDY, pooling=pooling), mnist[0], names)
        plain = load(str(written(tmp_path / "plain.pth", state)))
        loaded = load(str(written(tmp_path / "a.pth", self.with_late_batches(state, sign))))
        assert (loaded.conventions, loaded.warning) == (plain.conventions, plain.warning)
        assert loaded.left_out == tuple(f"bn{n}{WORKED_IN}" for n in (1, 2))
        asked = load(str(tmp_path / "a.pth"), loaded.conventions or STUDY)  # as the window does
        for one in (loaded, asked):
            for name, array in plain.parameters.items():
                assert one.parameters[name] == pytest.approx(array, abs=1e-4)

    def test_late_batches_that_turn_the_order_of_values_before_a_maximum(
        self, tmp_path: Path, mnist: tuple[Labelled, Labelled]
    ) -> None:
        """Whether they stand before the maximum or behind it, which is another network, no state
        dict tells."""
        state = trained(STUDY, mnist[0], ("conv1", "conv2", "fc1", "fc2", "fc3"))
        path = written(tmp_path / "a.pth", self.with_late_batches(state, -1))
        with pytest.raises(WeightsError, match=r"for certain: bn1 .* with negative factors"):
            load(str(path))

    def test_under_its_names_another_network_is_asked_about(
        self, tmp_path: Path, mnist: tuple[Labelled, Labelled]
    ) -> None:
        state = trained(Conventions("tanh", "average", "unit", "zero"), mnist[0], self.NAMES)
        loaded = load(str(written(tmp_path / "a.pth", state)))
        assert loaded.guesses
        assert loaded.conventions is not None
        assert loaded.conventions.activation == "tanh"

    @pytest.mark.parametrize("normalisation", ["mnist", "unit", "paper"])
    def test_under_its_names_another_normalisation_is_seen(
        self, normalisation: str, tmp_path: Path, mnist: tuple[Labelled, Labelled]
    ) -> None:
        state = trained(replace(STUDY, normalisation=normalisation), mnist[0], self.NAMES)
        loaded = load(str(written(tmp_path / "a.pth", state)))
        assert loaded.conventions is not None
        assert loaded.conventions.normalisation == normalisation

    def test_what_the_user_says_goes_before_its_names(self, tmp_path: Path) -> None:
        state = a_state(self.NAMES)
        conventions = Conventions("sigmoid", "average", "unit", "resized")
        assert_same_network(written(tmp_path / "a.pth", state), state, conventions)

    def test_without_mnist_it_opens_all_the_same(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        guessing.digits.cache_clear()
        monkeypatch.setattr(resources, "path", lambda name: tmp_path / name)
        path = written(tmp_path / "a.pth", a_state(self.NAMES))
        assert load(str(path)).config == PRESETS["lenet5-modern"]


class TestMetadata:
    @pytest.mark.parametrize(
        "conventions",
        [Conventions("tanh", "average-first", "mnist", "resized"), STUDY],
        ids=lambda conventions: conventions.text,
    )
    def test_conventions_are_kept_with_the_weights(
        self, conventions: Conventions, tmp_path: Path
    ) -> None:
        path = written(tmp_path / "a.pth", a_state())
        first = network_of(load(str(path), conventions))
        weights.save(tmp_path / "b.safetensors", first, {"by": "me"})
        again = load(str(tmp_path / "b.safetensors"))
        assert network_of(again).config == first.config
        assert (again.conventions, again.guesses, again.facts) == (None, (), {"by": "me"})

    def test_a_presets_border_is_kept(self, tmp_path: Path) -> None:
        network = build("lenet5-modern", 0)
        network.config = replace(network.config, padding="zero")
        weights.save(tmp_path / "b.safetensors", network, {})
        again = load(str(tmp_path / "b.safetensors"))
        assert network_of(again).config == network.config

    @pytest.mark.parametrize("conventions", ["", "odd", "relu max symmetric odd"])
    def test_conventions_of_the_future(self, conventions: str, tmp_path: Path) -> None:
        path = tmp_path / "a.safetensors"
        header = {"preset": FOREIGN, "manner": conventions}
        save_file(a_state(LAYERS), path, metadata=header)
        assert "does not know" in refusal(path)
