"""What train, evaluate, predict, info and export print, write and answer."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import lenetpad
from lenetpad.cli import commands
from lenetpad.data import labelled as data
from lenetpad.data.labelled import Labelled
from lenetpad.data.mixture import part_of
from lenetpad.data.sources import SOURCES
from lenetpad.evaluation.evaluate import evaluate
from lenetpad.storage import resources, runs
from lenetpad.training import weights
from lenetpad.training.fit import bf16_is_faster
from lenetpad.values.conventions import READS_NOTHING
from lenetpad.values.models import DEFAULT_MODEL, PAPER, PRESET_NAMES
from lenetpad.values.recipes import (
    DISTILLATION,
    DISTILLATION_WEIGHT,
    FINE_TUNING,
    RECIPES,
    TEACHERS,
    Mixture,
    Recipe,
    plan_of,
)
from lenetpad.values.training import Progress
from tests.cli.conftest import ONE, Run

Failing = Callable[..., str]
EVALUATION = {
    *("n", "digits", "error", "macro_accuracy", "per_class", "confusion", "refused", "ece"),
}
SAMPLES = resources.path("ink/samples.jsonl")


def parsed(text: str) -> Any:
    """A command's one JSON value; NaN and Infinity are no JSON."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    assert len(text.splitlines()) == 1
    return json.loads(text, parse_constant=refuse)


class TestEvaluate:
    def test_json_on_mnist(
        self, run: Run, model: Path, tiny_mnist: tuple[Labelled, Labelled]
    ) -> None:
        result = run("evaluate", "--model", model, "--json")
        assert (result.status, result.err) == (0, "")
        found = parsed(result.out)
        assert found.keys() == EVALUATION
        expected = evaluate(weights.load(str(model)).network, tiny_mnist[1])
        assert found["n"] == 100
        assert found["error"] == pytest.approx(expected.error)
        assert found["macro_accuracy"] == pytest.approx(expected.macro_accuracy)
        assert found["confusion"] == expected.confusion.tolist()
        assert found["per_class"] == pytest.approx(expected.per_class.tolist())

    def test_json_on_images_with_a_class_missing(
        self, run: Run, model: Path, images: Path
    ) -> None:
        found = parsed(run("evaluate", "--model", model, "--images", images, "--json").out)
        assert found.keys() == EVALUATION
        assert found["n"] == 20
        assert found["per_class"][3] is None
        assert sum(found["confusion"][3]) == 0
        assert np.array(found["confusion"]).sum() == 20

    def test_the_default_network_reads_images(self, run: Run, images: Path) -> None:
        assert parsed(run("evaluate", "--images", images, "--json").out)["error"] == 0

    def test_text_has_the_whole_confusion(self, run: Run, images: Path) -> None:
        result = run("evaluate", "--images", images)
        assert result.status == 0
        lines = result.out.splitlines()
        assert lines[0].startswith("20 images, error 0.00 %, macro accuracy 100.00 %, refused ")
        rows = [line.split() for line in lines if line[:14].strip().isdigit()]
        assert [row[0] for row in rows] == list("0123456789")
        labels = np.load(images)["labels"]
        for digit, row in enumerate(rows):
            count = int((labels == digit).sum())
            assert row[1 + digit] == str(count)
            assert row[11:] == (["—"] if count == 0 else ["100.00", "%"])

    @pytest.mark.usefixtures("tiny_mnist")
    def test_ink_is_compared_with_mnist(self, run: Run) -> None:
        result = run("evaluate", "--ink", SAMPLES)
        assert result.status == 0
        for title in ("ink mass", "stroke width", "centroid spread"):
            [line] = [line for line in result.out.splitlines() if line.startswith(title)]
            ours, theirs, ratio = (float(number) for number in line.split()[-3:])
            assert ratio == pytest.approx(ours / theirs, abs=0.02)
            assert ours > 0

    @pytest.mark.usefixtures("tiny_mnist")
    def test_the_sample_ink_is_read(self, run: Run) -> None:
        found = parsed(run("evaluate", "--ink", SAMPLES, "--json").out)
        assert found.keys() >= EVALUATION
        assert found["ink_statistics"].keys() == found["mnist_statistics"].keys()
        assert found["error"] <= 0.1
        assert None not in found["per_class"]

    @pytest.mark.usefixtures("tiny_mnist")
    def test_several_ink_files(self, run: Run, model: Path, ink: Path) -> None:
        found = parsed(run("evaluate", "--model", model, "--ink", ink, ink, "--json").out)
        assert found["n"] == 4

    @pytest.mark.parametrize("label", ["scribble", None])
    @pytest.mark.usefixtures("tiny_mnist")
    def test_ink_that_shows_no_digit(self, label: str | None, run: Run, tmp_path: Path) -> None:
        scribble = [[[x, 10 * (x % 2)] for x in range(12)]]  # a zigzag
        path = tmp_path / "scribbles.jsonl"
        path.write_text(json.dumps({"label": label, "strokes": scribble}) + "\n")
        found = parsed(run("evaluate", "--ink", path, "--json").out)
        assert (found["n"], found["digits"], found["refused"]) == (1, 0, 1.0)
        assert found["error"] is found["macro_accuracy"] is found["ece"] is None
        result = run("evaluate", "--ink", path)
        assert result.out.startswith("1 images, none of them a digit, refused 100.00 %\n")
        without = "lenetpad: none of the 1 drawings has a label: all count as no digits\n"
        assert result.err == ("" if label else without)

    @pytest.mark.usefixtures("tiny_mnist")
    def test_what_is_left_out_is_said(self, run: Run, model: Path, tmp_path: Path) -> None:
        path = tmp_path / "ink.jsonl"
        drawings = [{"label": 1, "strokes": ONE}, {"strokes": ONE}, {"label": 1, "strokes": ONE}]
        path.write_text("".join(json.dumps(drawing) + "\n" for drawing in drawings))
        result = run("evaluate", "--model", model, "--ink", path, "--json")
        assert parsed(result.out)["n"] == 2
        assert result.err == "lenetpad: 1 of 3 drawings have no label and are left out\n"

    @pytest.mark.usefixtures("tiny_mnist")
    def test_only_the_held_out_writers(self, run: Run, model: Path, tmp_path: Path) -> None:
        writers = [f"writer {number}" for number in range(50)]
        held_out = sum(part_of(writer) == "test" for writer in writers)
        path = tmp_path / "ink.jsonl"
        path.write_text(
            "".join(
                json.dumps({"label": 1, "strokes": ONE, "writer": writer}) + "\n"
                for writer in writers
            )
        )
        options = ("--model", model, "--ink", path, "--json")
        assert parsed(run("evaluate", *options).out)["n"] == 50
        assert parsed(run("evaluate", *options, "--held-out").out)["n"] == held_out > 0

    def test_a_folder_needs_its_kind_of_data(self, failing: Failing, tmp_path: Path) -> None:
        assert "--folder needs --data folder" in failing("evaluate", "--folder", tmp_path)

    def test_held_out_needs_writers(self, failing: Failing, ink: Path) -> None:
        assert "--held-out needs --ink" in failing("evaluate", "--held-out")
        line = failing("evaluate", "--held-out", "--ink", ink)
        assert "none of the ink is by a writer who was held out" in line

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            ('{"label": 10, "strokes": [[[0, 0]]]}\n', "drawing 1 has the label 10"),
            ('{"label": -1, "strokes": [[[0, 0]]]}\n', "drawing 1 has the label -1"),
            ("", "holds no drawing"),
        ],
    )
    def test_bad_ink(
        self, content: str, reason: str, failing: Failing, model: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "bad.jsonl").write_text(content)
        assert reason in failing("evaluate", "--model", model, "--ink", tmp_path / "bad.jsonl")

    def test_ink_and_images_exclude_each_other(
        self, failing: Failing, model: Path, ink: Path, images: Path
    ) -> None:
        line = failing("evaluate", "--model", model, "--ink", ink, "--images", images)
        assert "not both" in line

    @pytest.mark.parametrize("option", ["--ink", "--images"])
    def test_a_missing_file(
        self, option: str, failing: Failing, model: Path, tmp_path: Path
    ) -> None:
        line = failing("evaluate", "--model", model, option, tmp_path / "nowhere.jsonl")
        assert "nowhere.jsonl" in line

    @pytest.mark.usefixtures("tiny_mnist")
    def test_an_unknown_network(self, failing: Failing) -> None:
        assert "'lenet5-1989' is neither a preset" in failing("evaluate", "--model", "lenet5-1989")

    @pytest.mark.usefixtures("tiny_mnist")
    def test_a_device_that_is_not_there(self, failing: Failing, model: Path) -> None:
        line = failing("evaluate", "--model", model, "--device", "cuda:99")
        assert "the device 'cuda:99' cannot be used" in line

    def test_mnist_that_is_not_there_says_what_to_do(
        self, failing: Failing, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(data.resources, "path", lambda name: tmp_path / name)
        assert "git checkout" in failing("evaluate", "--model", model)


class TestPredict:
    def test_ink(self, run: Run, ink: Path) -> None:
        result = run("predict", ink)
        assert (result.status, result.err) == (0, "")
        one, seven = result.out.splitlines()
        assert one.startswith(f"{ink}:1: 1 ")
        assert seven.startswith(f"{ink}:2: 7 ")
        assert "no digit" in one

    def test_a_picture(self, run: Run, picture: Path) -> None:
        result = run("predict", picture)
        assert (result.status, result.err) == (0, "")
        [line] = result.out.splitlines()
        assert line.startswith(f"{picture}: 1 ")

    def test_json(self, run: Run, ink: Path, picture: Path) -> None:
        found = parsed(run("predict", ink, picture, "--json").out)
        assert [(p["file"], p["drawing"], p["digit"]) for p in found] == [
            (str(ink), 1, 1),
            (str(ink), 2, 7),
            (str(picture), 1, 1),
        ]
        for prediction in found:
            assert prediction.keys() == {
                "file",
                "drawing",
                "digit",
                "probability",
                "no_digit",
                "probabilities",
            }
            total = sum(prediction["probabilities"]) + prediction["no_digit"]
            assert total == pytest.approx(1, abs=1e-4)
            assert prediction["probability"] == max(prediction["probabilities"])

    def test_a_network_without_rubbish(self, run: Run, model: Path, ink: Path) -> None:
        found = parsed(run("predict", ink, "--model", model, "--json").out)
        assert [prediction["no_digit"] for prediction in found] == [None, None]
        assert "no digit" not in run("predict", ink, "--model", model).out

    @pytest.mark.parametrize("json_", [True, False])
    def test_a_bad_file_does_not_stop_the_others(
        self, json_: bool, run: Run, model: Path, ink: Path, picture: Path, tmp_path: Path
    ) -> None:
        bad = tmp_path / "bad.png"
        bad.write_bytes(b"no picture")
        options = ["--model", model, *(["--json"] if json_ else [])]
        result = run("predict", picture, bad, ink, *options)
        assert result.status == 1
        [complaint] = result.err.splitlines()
        assert complaint.startswith("lenetpad: ")
        assert "bad.png" in complaint
        count = len(parsed(result.out)) if json_ else len(result.out.splitlines())
        assert count == 3

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("missing.png", None),
            ("missing.jsonl", None),
            ("empty.png", b""),
            ("broken.jsonl", b'{"strokes": [[[0, 0], [1'),
            ("words.jsonl", b'"no drawing"\n'),
            ("words.txt", b"no picture\n"),
        ],
    )
    def test_a_bad_file_is_one_line_that_names_it(
        self, name: str, content: bytes | None, failing: Failing, model: Path, tmp_path: Path
    ) -> None:
        if content is not None:
            (tmp_path / name).write_bytes(content)
        assert name in failing("predict", tmp_path / name, "--model", model)

    def test_a_folder(self, failing: Failing, model: Path, tmp_path: Path) -> None:
        assert str(tmp_path) in failing("predict", tmp_path, "--model", model)

    def test_a_bad_network_is_named(self, failing: Failing, ink: Path, tmp_path: Path) -> None:
        (tmp_path / "mine.pth").write_bytes(b"no weights")
        assert "mine.pth" in failing("predict", ink, "--model", tmp_path / "mine.pth")

    def test_a_device_that_fails_gives_way_to_the_cpu(
        self, run: Run, model: Path, ink: Path
    ) -> None:
        result = run("predict", ink, "--model", model, "--device", "cuda:99")
        assert result.status == 0
        assert len(result.out.splitlines()) == 2
        [notice] = result.err.splitlines()
        assert notice.startswith("lenetpad: cuda:99 cannot be used, the CPU reads instead")


class TestInfo:
    def test_the_papers_totals(self, run: Run) -> None:
        result = run("info")
        assert (result.status, result.err) == (0, "")
        [total] = [line for line in result.out.splitlines() if line.startswith("total")]
        assert total.split() == ["total", "60,000", "340,908"]

    def test_every_layer_and_its_formula(self, run: Run) -> None:
        lines = run("info").out.splitlines()
        for name in ("C1", "S2", "C3", "S4", "C5", "F6", "output"):
            assert sum(line.startswith(f"{name} ") for line in lines) == 2, name
        [row] = [line for line in lines if line.startswith("C3 ") and "@" in line]
        assert row.split()[-3:] == ["16@10×10", "1,516", "151,600"]

    def test_the_test_error(self, run: Run) -> None:
        loaded = weights.load("lenet5-1998")
        expected = f"test error {loaded.test_error:.2f} % on MNIST, trained {loaded.facts['date']}"
        assert expected in run("info").out.splitlines()

    def test_a_file_that_says_nothing_of_its_error(self, run: Run, model: Path) -> None:
        out = run("info", "--model", model).out
        assert out.startswith("mine.safetensors (lenet5-modern)\n")
        assert "test error" not in out

    @pytest.mark.parametrize(
        ("preset", "parameters"),
        [("lenet5-1998", 60_000), ("lenet5-study", 60_850), ("lenet5-modern", 61_706)],
    )
    def test_json(self, preset: str, parameters: int, run: Run) -> None:
        found = parsed(run("info", "--model", preset, "--json").out)
        assert found.keys() == {"model", "layers", "parameters", "connections", "facts"}
        assert (found["model"], found["parameters"]) == (preset, parameters)
        assert sum(layer["parameters"] for layer in found["layers"]) == parameters
        assert sum(layer["connections"] for layer in found["layers"]) == found["connections"]
        assert found["facts"]["test_error"] == weights.load(preset).test_error


class TestForeign:
    """Weights from elsewhere, of which nothing but the shapes is known."""

    OPTIONS = ("--squashing", "tanh", "--pooling", "average", "--padding", "zero")
    ALL = (*OPTIONS, "--normalisation", "mnist")

    @pytest.fixture
    def foreign(self, tmp_path: Path) -> Path:
        network = weights.build("lenet5-modern", 1)
        names = dict(zip(("c1", "c3", "c5", "f6", "output"), "vwxyz", strict=True))
        state = {
            ".".join([names[key.partition(".")[0]], key.partition(".")[2]]): tensor
            for key, tensor in network.state_dict().items()
        }
        torch.save({"state_dict": state}, tmp_path / "foreign.pth")
        return tmp_path / "foreign.pth"

    @pytest.mark.parametrize("command", ["info", "predict", "evaluate", "export"])
    @pytest.mark.parametrize("json_", [True, False])
    @pytest.mark.usefixtures("tiny_mnist")
    def test_a_guess_is_said_on_stderr(
        self, command: str, json_: bool, run: Run, foreign: Path, ink: Path, tmp_path: Path
    ) -> None:
        extra = {"predict": [ink], "export": ["--out", tmp_path / "out.pth"]}.get(command, [])
        options = ["--json"] if json_ else []
        result = run(command, "--model", foreign, *self.OPTIONS, *extra, *options)
        assert result.status == 0
        if json_:
            parsed(result.out)
        [line, warning] = result.err.splitlines()
        assert line.startswith(f"lenetpad: {foreign} does not say how it reads; with ")
        assert warning == f"lenetpad: {READS_NOTHING}"  # for it is not trained
        assert "--activation tanh --pooling average --normalisation " in line
        assert "--padding zero it gets" in line
        assert "% of MNIST right" in line
        again = line.partition("with ")[2].partition(" it gets")[0].split()
        quiet = run(command, "--model", foreign, *again, *extra, *options)
        assert (quiet.status, quiet.out, quiet.err) == (0, result.out, "")

    def test_nothing_is_guessed_where_all_is_given(self, run: Run, foreign: Path) -> None:
        result = run("info", "--model", foreign, *self.ALL)
        assert (result.status, result.err) == (0, "")
        assert result.out.startswith("foreign.pth (lenet5-foreign)\n")
        assert "average-pooling 2×2" in result.out

    @pytest.mark.parametrize("which", ["lenet5-1998", "file"])
    def test_what_says_itself_how_it_reads_is_not_told(
        self, which: str, failing: Failing, model: Path
    ) -> None:
        line = failing("info", "--model", model if which == "file" else which, *self.OPTIONS)
        assert "says itself how it reads" in line

    def test_a_pooling_that_the_weights_do_not_allow(
        self, failing: Failing, foreign: Path
    ) -> None:
        line = failing("info", "--model", foreign, "--pooling", "trained-sum")
        assert "cannot be read with the pooling trained-sum: it lacks trained" in line

    def test_another_network_is_refused_layer_by_layer(
        self, failing: Failing, tmp_path: Path
    ) -> None:
        torch.save({"fc.weight": torch.zeros(10, 784)}, tmp_path / "mine.pth")
        line = failing("info", "--model", tmp_path / "mine.pth")
        assert "mine.pth is not LeNet-5: C1: expected 6×1×5×5, nothing is there; " in line


class TestExport:
    """What each format holds is tested with lenet.export."""

    @pytest.mark.parametrize("suffix", [".pth", ".pt", ".safetensors"])
    def test_it_says_what_was_written_and_compared(
        self, suffix: str, run: Run, tmp_path: Path
    ) -> None:
        out = tmp_path / f"mine{suffix}"
        result = run("export", "--model", "lenet5-study", "--out", out)
        assert (result.status, result.err) == (0, "")
        assert result.out == (
            f"{out}: lenet5-study, differs by at most 0 (relative) on 100 of MNIST's test images\n"
        )
        assert weights.load(str(out)).network.config.name == "lenet5-study"

    def test_json(self, run: Run, tmp_path: Path) -> None:
        out = tmp_path / "mine.pth"
        found = parsed(run("export", "--model", "lenet5-modern", "--out", out, "--json").out)
        assert found == {
            "out": str(out),
            "model": "lenet5-modern",
            "images": 100,
            "difference": 0.0,
        }

    @pytest.mark.parametrize("name", ["mine.txt", "mine", "lenet5-modern"])
    def test_a_format_that_it_does_not_know(
        self, name: str, failing: Failing, tmp_path: Path
    ) -> None:
        line = failing("export", "--out", tmp_path / name)
        assert "must end in one of .safetensors, .pth, .pt, .onnx" in line
        assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("tiny_mnist")
class TestTrain:
    QUICK = ("--epochs", 1, "--batch-size", 16)

    def test_it_writes_weights_that_load_with_their_story(
        self, run: Run, tmp_path: Path, tiny_mnist: tuple[Labelled, Labelled]
    ) -> None:
        out = tmp_path / "mine.safetensors"
        options = ("--model", "lenet5-modern-paper", "--lr", 0.002, "--seed", 3, "--out", out)
        result = run("train", *options, *self.QUICK)
        assert result.status == 0
        loaded = weights.load(str(out))
        facts = loaded.facts
        assert loaded.network.config.name == "lenet5-modern"
        recipe = facts["recipe"]
        assert (recipe["epochs"], recipe["batch_size"], recipe["lr"]) == (1, 16, 0.002)
        assert recipe["warm_up"] == RECIPES["lenet5-modern-paper"].warm_up
        assert facts["seed"] == recipe["seed"] == 3
        assert [source["sha256"] for source in facts["data"]] == [data.MNIST_SHA256]
        assert facts["data"][0]["licence"].startswith("CC BY-SA 3.0")
        assert facts["images"] == 160  # of 200 a fifth is held out
        assert 0 <= facts["validation_error"] <= 100
        error = 100 * evaluate(loaded.network, tiny_mnist[1]).error
        assert facts["test_error"] == pytest.approx(error, abs=0.01)
        assert facts["date"] == datetime.datetime.now(datetime.UTC).date().isoformat()
        assert facts["lenetpad"] == lenetpad.__version__
        assert facts["torch"] == torch.__version__
        assert result.out == (
            f"{out}: lenet5-modern-paper, test error {facts['test_error']:.2f} % on 100 images\n"
        )

    @pytest.mark.parametrize(
        ("option", "value"),
        [
            ("optimiser", "sgd"),
            ("momentum", 0.5),
            ("schedule", "step"),
            ("weight_decay", 0.001),
            ("label_noise", 0.25),
            ("fraction", 0.5),
        ],
    )
    def test_options_choose_the_recipe(
        self, option: str, value: object, run: Run, tmp_path: Path
    ) -> None:
        out = tmp_path / "mine.safetensors"
        options = ("--model", "lenet5-modern-paper", "--" + option.replace("_", "-"), value)
        run("train", *options, "--out", out, *self.QUICK)
        facts = weights.load(str(out)).facts
        assert facts["recipe"][option] == value
        assert facts["images"] == (80 if option == "fraction" else 160)
        assert facts["half"] is False

    def test_a_preset_of_the_window(self, run: Run, tmp_path: Path) -> None:
        out = tmp_path / "mine.safetensors"
        run("train", "--preset", "study-2024", "--epochs", 1, "--out", out)
        [kept] = runs.listed(runs.home())[0]
        assert (kept.model, kept.config["preset"]) == ("lenet5-study", "Study 2024")
        recipe = weights.load(str(out)).facts["recipe"]
        assert (recipe["batch_size"], recipe["schedule"], recipe["epochs"]) == (64, "step", 1)

    def test_it_goes_on_from_weights(self, run: Run, tmp_path: Path) -> None:
        first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
        options = ("--model", "lenet5-modern-paper", "--lr", 1e-9, *self.QUICK)
        run("train", *options, "--seed", 5, "--out", first)
        run("train", *options, "--start", first, "--out", second)
        one, other = (weights.load(str(path)) for path in (first, second))
        assert other.facts["start"] == first.name
        for mine, theirs in zip(one.network.parameters(), other.network.parameters(), strict=True):
            assert torch.allclose(mine, theirs, atol=1e-6)

    def test_it_is_taught_by_other_networks(self, run: Run, tmp_path: Path) -> None:
        out = tmp_path / "taught.safetensors"
        teachers = ("--teachers", "lenet5-1998", weights.shipped("lenet5-modern"))
        run("train", "--model", "lenet5-modern-paper", *teachers, "--out", out, *self.QUICK)
        facts = weights.load(str(out)).facts
        assert facts["teachers"] == ["lenet5-1998", "lenet5-modern.safetensors"]
        assert facts["recipe"]["taught"] == DISTILLATION_WEIGHT
        [kept] = runs.listed(runs.home())[0]
        assert plan_of(kept.model, kept.config).teachers[0] == "lenet5-1998"
        run("train", *teachers, "--taught", 0.2, "--preset", "quick", "--out", out, *self.QUICK)
        assert weights.load(str(out)).facts["recipe"]["taught"] == 0.2

    def test_how_a_teacher_was_guessed_to_read_is_said(self, run: Run, tmp_path: Path) -> None:
        state = weights.build("lenet5-modern", 1).state_dict()
        renamed = {f"my.{i}.{name}": tensor for i, (name, tensor) in enumerate(state.items())}
        torch.save(renamed, tmp_path / "teacher.pth")
        out = tmp_path / "taught.safetensors"
        teachers = ("--teachers", tmp_path / "teacher.pth")
        result = run(
            "train", "--model", "lenet5-modern-paper", *teachers, "--out", out, *self.QUICK
        )
        assert f"{tmp_path / 'teacher.pth'} does not say how it reads; taken as" in result.err
        assert READS_NOTHING in result.err  # for it is not trained

    def test_a_folder_of_pictures_is_learnt_and_judged(self, run: Run, tmp_path: Path) -> None:
        images = np.random.default_rng(1).integers(0, 255, (60, 28, 28)).astype(np.uint8)
        images[:, :4] = images[:, -4:] = images[:, :, :4] = images[:, :, -4:] = 0
        labels = np.arange(60) % 10
        (tmp_path / "data").mkdir()
        np.savez(tmp_path / "data" / "mine.npz", images=images, labels=labels)
        out = tmp_path / "mine.safetensors"
        chosen = ("--data", "folder", "--folder", tmp_path / "data")
        run("train", "--model", "lenet5-modern-paper", *chosen, "--out", out, *self.QUICK)
        facts = weights.load(str(out)).facts
        assert facts["test_set"] == "A folder of yours test"
        assert facts["figures"]["A folder of yours test"]["n"] == 10
        assert facts["data"][0]["file"] == str(tmp_path / "data")
        found = parsed(run("evaluate", "--model", out, *chosen, "--json").out)
        assert found["n"] == 10

    def test_it_keeps_a_run(self, run: Run, tmp_path: Path) -> None:
        out = tmp_path / "mine.safetensors"
        options = ("--model", "lenet5-modern-paper", "--out", out, "--json", *self.QUICK)
        name = parsed(run("train", *options).out)["run"]
        [kept] = parsed(run("runs", "--json").out)
        assert (kept["name"], kept["state"], kept["model"]) == (
            *(name, "finished"),
            "lenet5-modern-paper",
        )
        facts = weights.load(str(out)).facts
        assert 100 * kept["test_error"] == pytest.approx(facts["test_error"], abs=0.01)
        assert 100 * kept["last_error"] == pytest.approx(facts["validation_error"], abs=0.01)
        same = weights.load(str(Path(kept["folder"]) / runs.WEIGHTS))
        assert same.facts == facts
        assert len([x for entry in runs.log(Path(kept["folder"])) for x in entry["losses"]]) == 10

    def test_a_run_goes_on_to_the_same_weights(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        options = ("--model", "lenet5-modern-paper", "--batch-size", 4, "--epochs", 2)
        assert run("train", *options, "--out", tmp_path / "whole.safetensors").status == 0

        def stop_early(progress: Iterator[Progress], recipe: Recipe) -> None:
            next(progress)
            progress.close()  # type: ignore[attr-defined]
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(commands, "_follow", stop_early)
            assert run("train", *options, "--out", tmp_path / "two.safetensors").status == 1
        latest = runs.listed(runs.home())[0][0]
        assert (latest.state, latest.step) == (runs.STOPPED, 20)
        assert not (tmp_path / "two.safetensors").exists()
        assert run("train", "--continue", latest.name).status == 0
        one, two = (
            weights.load(str(tmp_path / f"{name}.safetensors")) for name in ("whole", "two")
        )
        for name, tensor in one.network.state_dict().items():
            assert torch.equal(tensor, two.network.state_dict()[name])
        assert one.facts["figures"] == two.facts["figures"]

    def test_only_what_can_go_on_does(self, run: Run, failing: Failing, tmp_path: Path) -> None:
        assert "there is no run 'x'" in failing("train", "--continue", "x")
        run("train", "--model", "lenet5-modern-paper", "--out", tmp_path / "a.pth", *self.QUICK)
        [kept] = runs.listed(runs.home())[0]
        assert "is finished: it is at its end" in failing("train", "--continue", kept.name)

    @pytest.mark.parametrize(
        ("state", "reason"),
        [(runs.RUNNING, "it goes on already"), (runs.STOPPED, "it has no checkpoint")],
    )
    def test_a_run_without_a_checkpoint_cannot_go_on(
        self, state: str, reason: str, failing: Failing
    ) -> None:
        folder = runs.create(runs.home(), "lenet5-modern-paper", {}, {})
        runs.write(folder, runs.STATE, {"state": state})
        with runs.locked(folder):
            assert f"is {state}: {reason}" in failing("train", "--continue", folder.name)

    def test_runs_are_listed_and_changed(self, run: Run, failing: Failing, tmp_path: Path) -> None:
        assert run("runs").out == f"no runs in {runs.home()}\n"
        run("train", "--model", "lenet5-modern-paper", "--out", tmp_path / "a.pth", *self.QUICK)
        [kept] = runs.listed(runs.home())[0]
        assert run("runs", "--rename", kept.name, "first").out == ""
        assert run("runs", "--note", "first", "with a small rate").out == ""
        line = run("runs").out
        assert line.startswith("first: finished, epoch 1/1, validation error ")
        assert line.endswith(" s (with a small rate)\n")
        assert "now in" in run("runs", "--delete", "first").out
        assert "there is no run 'first'" in failing("runs", "--delete", "first")

    def test_half_precision_is_told(self, run: Run, tmp_path: Path) -> None:
        out = tmp_path / "mine.safetensors"
        run("train", "--model", "lenet5-modern-paper", "--half", "--out", out, *self.QUICK)
        assert weights.load(str(out)).facts["half"] is bf16_is_faster("cpu")

    def test_progress_goes_to_stderr(self, run: Run, tmp_path: Path) -> None:
        options = ("--model", "lenet5-modern-paper", "--out", tmp_path / "a.pth", "--epochs", 2)
        lines = run("train", *options).err.splitlines()
        assert [line.split(":")[0] for line in lines] == ["epoch 1/2", "epoch 2/2", "lenetpad"]
        assert all("validation error" in line for line in lines[:2])
        assert "measuring" in lines[2]

    @pytest.mark.parametrize("preset", PRESET_NAMES)
    def test_json(self, preset: str, run: Run, tmp_path: Path) -> None:
        out = tmp_path / "mine.pth"
        result = run("train", "--model", preset + PAPER, "--out", out, "--json", *self.QUICK)
        found = parsed(result.out)
        assert found.keys() == {"out", "n", "error", "run"}
        assert (found["out"], found["n"]) == (str(out), 100)
        loaded = weights.load(str(out))
        assert loaded.network.config.name == preset
        assert found["error"] == pytest.approx(evaluate(loaded.network, data.mnist()[1]).error)

    def test_the_default_file(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setitem(RECIPES, DEFAULT_MODEL, Recipe())
        assert run("train", *self.QUICK).status == 0
        assert [path.name for path in tmp_path.iterdir()] == ["lenet5-1998.safetensors"]

    def test_ink_is_trained_on_too(self, run: Run, ink: Path, tmp_path: Path) -> None:
        states = {}
        for name, options in {"with": ["--ink", ink], "without": []}.items():
            out = tmp_path / f"{name}.safetensors"
            run("train", "--model", "lenet5-modern-paper", "--out", out, *options, *self.QUICK)
            states[name] = weights.load(str(out))
        facts = states["with"].facts
        assert facts["images"] == 162
        digest = hashlib.sha256(ink.read_bytes()).hexdigest()
        assert [(source["file"], source["sha256"]) for source in facts["data"]] == [
            ("mnist.npz", data.MNIST_SHA256),
            ("digits.jsonl", digest),
        ]
        one, other = (states[name].network.c1.weight for name in ("with", "without"))
        assert not torch.equal(one, other)

    def test_a_seed_decides_the_weights(self, run: Run, tmp_path: Path) -> None:
        found = []
        for number, seed in enumerate((5, 5, 6)):
            out = tmp_path / f"{number}.safetensors"
            run(
                "train",
                "--model",
                "lenet5-modern-paper",
                "--seed",
                seed,
                "--out",
                out,
                *self.QUICK,
            )
            found.append(weights.load(str(out)).network.state_dict())
        assert all(torch.equal(found[0][name], found[1][name]) for name in found[0])
        assert not torch.equal(found[0]["c1.weight"], found[2]["c1.weight"])

    def test_a_new_folder_is_made(self, run: Run, tmp_path: Path) -> None:
        out = tmp_path / "new" / "folder" / "mine.pth"
        assert (
            run("train", "--model", "lenet5-modern-paper", "--out", out, *self.QUICK).status == 0
        )
        assert out.is_file()

    @pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
    def test_a_folder_that_may_not_be_written(self, failing: Failing, tmp_path: Path) -> None:
        tmp_path.chmod(0o500)
        try:
            line = failing("train", "--out", tmp_path / "mine.pth")
        finally:
            tmp_path.chmod(0o700)
        assert "cannot be written" in line

    @pytest.mark.parametrize(
        ("options", "reason"),
        [
            (["--model", "lenet5-1989"], "'lenet5-1989' is no preset"),
            (["--out", "weights.txt"], "must end in one of .safetensors, .pth, .pt"),
            (["--out", "folder.pth"], "folder.pth cannot be written"),
            (["--out", "file/mine.pth"], "cannot be written"),
            (["--out", "file/new/folder/mine.pth"], "cannot be written"),
            (["--device", "cuda:99"], "the device 'cuda:99' cannot be used"),
            (["--ink", "nowhere.jsonl"], "nowhere.jsonl"),
            (["--fraction", "0"], "the fraction of the data must be above 0"),
            (["--label-noise", "nan"], "the label noise must be a fraction"),
            (["--momentum", "1"], "the momentum must be a fraction"),
            (["--data", "folder"], "--data folder needs --folder"),
            (["--data", "folder", "--folder", "nowhere"], "nowhere"),
            (["--start", "nowhere.pth"], "nowhere.pth"),
            (["--teachers", "nowhere.pth"], "nowhere.pth"),
            (["--taught", "0.5"], "--taught needs --teachers"),
            (["--taught", "0", "--teachers", "lenet5-1998"], "leaves --teachers nothing"),
            (["--taught", "1.5", "--teachers", "lenet5-1998"], "a fraction of the loss"),
        ],
    )
    def test_what_cannot_work_is_said_before_the_training(
        self,
        options: list[str],
        reason: str,
        failing: Failing,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        Path("folder.pth").mkdir()
        Path("file").touch()
        assert reason in failing("train", *options)  # failing: not a word of progress
        assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.pth"]

    def test_a_loss_that_is_no_number(self, run: Run, tmp_path: Path) -> None:
        out = tmp_path / "mine.pth"
        options = ("--model", "lenet5-modern-paper", "--lr", 1e30, "--out", out)
        result = run("train", *options, *self.QUICK)
        assert result.status == 1
        assert "no longer a number at step" in result.err.splitlines()[-1]
        assert not out.exists()

    def test_a_mixture_leaves_out_the_writers_it_is_judged_by(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        small = Mixture(mnist=1, variants=2, written=10, scribbles=4, noise=4)
        recipe = replace(RECIPES["lenet5-modern"], mixture=small)
        monkeypatch.setitem(RECIPES, "lenet5-modern", recipe)
        writers = [f"writer {number}" for number in range(40)]
        parts = [part_of(writer) for writer in writers]
        drawings = [{"label": 1, "strokes": ONE, "writer": writer} for writer in writers]
        path, out = tmp_path / "ink.jsonl", tmp_path / "mine.safetensors"
        path.write_text("".join(json.dumps(drawing) + "\n" for drawing in drawings))
        options = ("--model", "lenet5-modern", "--ink", path, "--out", out)
        assert run("train", *options, *self.QUICK).status == 0
        facts = weights.load(str(out)).facts
        assert facts["images"] == 160 + 2 * parts.count("train") + 10 + 4 + 4
        assert facts["figures"]["ink.jsonl"]["n"] == parts.count("test")
        assert facts["figures"].keys() >= {"MNIST test", "scribbles", "noise"}

    def test_weights_are_calibrated(self, run: Run, tmp_path: Path, ink: Path) -> None:
        out = tmp_path / "mine.safetensors"
        run("train", "--model", "lenet5-modern-paper", "--out", out, *self.QUICK)
        loaded = weights.load(str(out))
        calibration = loaded.facts["calibration"]
        assert loaded.network.config.temperature == calibration["temperature"] > 0
        assert loaded.network.config.rubbish == calibration["rubbish"]
        found = parsed(run("predict", ink, "--model", out, "--json").out)
        assert all(0 < prediction["no_digit"] < 1 for prediction in found)


class TestReport:
    @pytest.fixture
    def mine(self, run: Run, tmp_path: Path, tiny_mnist: tuple[Labelled, Labelled]) -> Path:
        out = tmp_path / "mine.safetensors"
        options = ("--epochs", 1, "--batch-size", 16, "--out", out)
        assert run("train", "--model", "lenet5-modern-paper", *options).status == 0
        return out

    def test_tables_with_every_set(self, run: Run, mine: Path, images: Path) -> None:
        result = run("report", mine, "--images", images)
        assert (result.status, result.err) == (0, "")
        error = weights.load(str(mine)).test_error
        [row] = [line for line in _table(result.out, "Error, %") if str(mine) in line]
        assert row.split(" | ")[1] == f"{error:.2f}"
        [heads] = [line for line in _table(result.out, "Error, %") if "n = " in line]
        assert "MNIST test, n = 100 | digits.npz, n = 20" in heads
        [heads] = [line for line in _table(result.out, "Refused") if "n = " in line]
        assert "scribbles" in heads
        assert "noise" in heads

    def test_json(self, run: Run, mine: Path) -> None:
        found = parsed(run("report", mine, "--json").out)
        assert found["faults"] == found["unchecked"] == []
        assert found["figures"][str(mine)] == weights.load(str(mine)).facts["figures"]

    @pytest.mark.parametrize("key", ["error", "refused", "ece"])
    def test_a_figure_that_does_not_hold(self, key: str, run: Run, mine: Path) -> None:
        loaded = weights.load(str(mine))
        facts = dict(loaded.facts)
        facts["figures"]["MNIST test"][key] += 2.5
        weights.save(mine, loaded.network, facts)
        result = run("report", mine)
        assert result.status == 1
        [line] = result.err.splitlines()
        assert "does not hold" in line
        assert f"MNIST test: {key} is said to be" in line

    def test_the_headline_error_is_checked_too(self, run: Run, mine: Path) -> None:
        loaded = weights.load(str(mine))
        weights.save(mine, loaded.network, {**loaded.facts, "test_error": 0.01})
        assert run("report", mine).status == 1

    @pytest.mark.parametrize(
        "claim",
        [
            {"test_error": float("nan")},
            {"test_error": "0.1"},
            {"figures": None},
            {"figures": [1]},
            {"figures": {"MNIST test": 0.5}},
            {"figures": {"MNIST test": {"error": float("nan")}}},
            {"figures": {"MNIST test": {"error": "none"}}},
            {"figures": {"MNIST test": {"accuracy": 100.0}}},
            {"figures": {"scribbles": {"error": 0.0}}},
        ],
        ids=str,
    )
    def test_a_claim_that_is_no_figure(self, claim: dict[str, Any], run: Run, mine: Path) -> None:
        loaded = weights.load(str(mine))
        weights.save(mine, loaded.network, {**loaded.facts, **claim})
        result = run("report", mine)
        assert result.status == 1
        [line] = result.err.splitlines()
        assert "does not hold" in line

    def test_without_a_recipe(self, run: Run, mine: Path) -> None:
        loaded = weights.load(str(mine))
        weights.save(mine, loaded.network, {**loaded.facts, "recipe": None})
        assert run("report", mine).status == 0

    def test_figures_of_files_that_are_not_given_are_named(self, run: Run, mine: Path) -> None:
        loaded = weights.load(str(mine))
        facts = dict(loaded.facts)
        facts["figures"]["pens.jsonl"] = {"n": 5, "error": 1.0}
        weights.save(mine, loaded.network, facts)
        result = run("report", mine)
        assert result.status == 0
        assert "the file is not given: pens.jsonl" in result.err


def _table(text: str, title: str) -> list[str]:
    """The lines of the table under a title."""
    return text[text.index(title) :].split("\n\n")[1].splitlines()


def test_make_weights_goes_through_all_recipes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each training starts from what the last one of its network made, and ends where it ships."""
    script = runpy.run_path(str(Path(__file__).parents[2] / "packaging" / "make_weights.py"))
    asked: dict[tuple[str, int], list[str]] = {}

    def noted(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        model = command[command.index("--model") + 1]
        asked[model, sum(name == model for name, _ in asked)] = command
        return subprocess.CompletedProcess(command, 0, "done", "")

    def value(command: list[str], option: str) -> str:
        return command[command.index(option) + 1] if option in command else ""

    monkeypatch.setattr(subprocess, "run", noted)
    monkeypatch.setattr(sys, "argv", ["make_weights", "--ink", "a.jsonl", "--out", str(tmp_path)])
    assert script["main"]() == 0
    ends = {}
    for model in RECIPES:
        commands = [asked[key] for key in sorted(asked) if key[0] == model]
        assert len(commands) == sum(
            model in table for table in (RECIPES, FINE_TUNING, DISTILLATION)
        )
        outs = [value(command, "--out") for command in commands]
        assert [value(command, "--start") for command in commands] == ["", *outs[:-1]]
        assert outs[-1] == str(tmp_path / f"{model}.safetensors")
        assert len({*outs}) == len(outs)
        assert all("--ink" in command for command in commands) == (not model.endswith(PAPER))
        ends[model] = outs
    for model in DISTILLATION:
        last = [asked[key] for key in sorted(asked) if key[0] == model][-1]
        at = last.index("--teachers")
        assert last[at + 1 : at + 3] == [ends[name][-2] for name in TEACHERS]


@pytest.mark.parametrize(
    ("failing_model", "trained"),
    [("lenet5-modern-paper", 10), ("lenet5-study", 9), ("lenet5-modern", 7)],
)
def test_make_weights_leaves_out_only_what_a_failure_prevents(
    failing_model: str, trained: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = runpy.run_path(str(Path(__file__).parents[2] / "packaging" / "make_weights.py"))
    asked = []

    def failing(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        return subprocess.CompletedProcess(command, int(failing_model in command), "", "no")

    monkeypatch.setattr(subprocess, "run", failing)
    monkeypatch.setattr(sys, "argv", ["make_weights", "--ink", "a.jsonl", "--out", str(tmp_path)])
    assert script["main"]() == 1
    assert len(asked) == trained


def test_without_ink_make_weights_says_where_to_get_it(tmp_path: Path) -> None:
    script = Path(__file__).parents[2] / "packaging" / "make_weights.py"
    done = subprocess.run(
        [sys.executable, str(script), "--out", str(tmp_path / "weights")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    for source in SOURCES.values():
        assert source.title in done.stderr
        assert source.licence in done.stderr
        assert source.origin in done.stderr
    assert not (tmp_path / "weights").exists()
