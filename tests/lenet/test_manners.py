"""How weights from elsewhere read: compared with torch's own forward pass, guessed, and kept."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from lenetpad.lenet import manners, weights
from lenetpad.lenet.architecture import PRESETS, layer_table, total_parameters
from lenetpad.lenet.data import Labelled
from lenetpad.lenet.manners import configuration
from lenetpad.lenet.recognizer import Recognizer, open_recognizer
from lenetpad.messages import MANNERS, MODEL_NAMES, PAPER, READS_NOTHING, Choice, Manner

from .elsewhere import (
    LAYERS,
    NAMINGS,
    NORMALISATIONS,
    SQUASHINGS,
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
        manner = Manner("tanh", "trained-sum", "paper", "background")
        path = written(tmp_path / "a.safetensors", dict(sorted(named.items())))
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

    def test_kernels_of_a_grouped_convolution(self, tmp_path: Path) -> None:
        state = weights.load("lenet5-study-paper").network.state_dict()
        manner = Manner("sigmoid", "study", "paper", "background")
        grouped = state | {"c3.weight": state["c3.weight"][:, None]}
        network = weights.load(str(written(tmp_path / "a.pth", grouped)), manner).network
        assert torch.equal(network.state_dict()["c3.weight"], state["c3.weight"])

    def test_under_a_presets_names_another_network_is_asked_about(self, tmp_path: Path) -> None:
        """The 1998 network with a linear output that computes the same has the study's names."""
        state = dict(weights.load("lenet5-1998-paper").network.state_dict())
        state["output.weight"] = 0.2 * state.pop("output.codes")
        state["output.bias"] = torch.zeros(10)
        loaded = weights.load(str(written(tmp_path / "a.pth", state)))
        assert loaded.manner is not None
        assert loaded.manner.pooling == "trained-sum"
        assert loaded.guesses[0][1] > 0.95
        assert loaded.warning == ""

    @pytest.mark.parametrize("preset", PRESETS)
    def test_untrained_under_their_names_they_open_with_a_warning(
        self, preset: str, tmp_path: Path
    ) -> None:
        network = weights.build(preset, 1)
        weights.save(tmp_path / "a.pth", network, {})
        loaded = weights.load(str(tmp_path / "a.pth"))
        assert loaded.network.config.name == preset
        assert loaded.warning == READS_NOTHING
        assert open_recognizer(Choice(0, str(tmp_path / "a.pth"))).notice == READS_NOTHING

    @pytest.mark.parametrize("model", MODEL_NAMES)
    def test_what_ships_opens_without_a_word(self, model: str, tmp_path: Path) -> None:
        network = weights.load(model).network
        weights.save(tmp_path / "a.pth", network, {})
        loaded = weights.load(str(tmp_path / "a.pth"))
        assert (loaded.manner, loaded.warning) == (None, "")
        assert loaded.network.config == PRESETS[model.removesuffix(PAPER)]

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
