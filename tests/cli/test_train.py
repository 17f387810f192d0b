"""What `lenetpad train` writes, prints and answers."""

from __future__ import annotations

import datetime
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import lenetpad
from lenetpad.data import labelled as data
from lenetpad.data.labelled import Labelled
from lenetpad.evaluation.evaluate import evaluate
from lenetpad.lenet.weights import load
from lenetpad.storage import runs
from lenetpad.storage.mnist import SHA256
from lenetpad.training.fit import bf16_is_faster
from lenetpad.training.network import network_of
from lenetpad.values.models import DEFAULT_MODEL, LINE_MODEL, PAPER, PRESET_NAMES
from lenetpad.values.recipes import LINES, RECIPES, Recipe
from tests.cli.conftest import QUICK, Failing, Run, parsed


@pytest.mark.usefixtures("tiny_mnist")
class TestTrain:
    def test_it_writes_weights_that_load_with_their_story(
        self, run: Run, tmp_path: Path, tiny_mnist: tuple[Labelled, Labelled]
    ) -> None:
        out = tmp_path / "mine.safetensors"
        options = ("--model", "lenet5-modern-paper", "--lr", 0.002, "--seed", 3, "--out", out)
        result = run("train", *options, *QUICK)
        assert result.status == 0
        loaded = load(str(out))
        facts = loaded.facts
        assert loaded.config.name == "lenet5-modern"
        recipe = facts["recipe"]
        assert (recipe["epochs"], recipe["batch_size"], recipe["lr"]) == (1, 16, 0.002)
        assert recipe["warm_up"] == RECIPES["lenet5-modern-paper"].warm_up
        assert facts["seed"] == recipe["seed"] == 3
        assert [source["sha256"] for source in facts["data"]] == [SHA256]
        assert facts["data"][0]["licence"].startswith("CC BY-SA 3.0")
        assert facts["images"] == 160  # of 200 a fifth is held out
        assert 0 <= facts["validation_error"] <= 100
        error = 100 * evaluate(network_of(loaded), tiny_mnist[1]).error
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
        run("train", *options, "--out", out, *QUICK)
        facts = load(str(out)).facts
        assert facts["recipe"][option] == value
        assert facts["images"] == (80 if option == "fraction" else 160)
        assert facts["half"] is False

    def test_a_preset_of_the_window(self, run: Run, tmp_path: Path) -> None:
        out = tmp_path / "mine.safetensors"
        run("train", "--preset", "study-2024", "--epochs", 1, "--out", out)
        [kept] = runs.listed(runs.home())[0]
        assert (kept.model, kept.config["preset"]) == ("lenet5-study", "Study 2024")
        recipe = load(str(out)).facts["recipe"]
        assert (recipe["batch_size"], recipe["schedule"], recipe["epochs"]) == (64, "step", 1)

    def test_it_goes_on_from_weights(self, run: Run, tmp_path: Path) -> None:
        first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
        options = ("--model", "lenet5-modern-paper", "--lr", 1e-9, *QUICK)
        run("train", *options, "--seed", 5, "--out", first)
        run("train", *options, "--start", first, "--out", second)
        one, other = (load(str(path)) for path in (first, second))
        assert other.facts["start"] == first.name
        for name, mine in one.parameters.items():
            assert np.allclose(mine, other.parameters[name], atol=1e-6)

    def test_a_network_for_lines_begins_with_the_one_for_handwriting(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What is blank is learnt with the constant that there was: nothing is calibrated."""
        monkeypatch.setitem(LINES, LINE_MODEL, replace(LINES[LINE_MODEL], mixture=None))
        out = tmp_path / "mine.safetensors"
        assert run("train", "--model", LINE_MODEL, "--out", out, *QUICK).status == 0
        found, begun = load(str(out)), load(DEFAULT_MODEL)
        assert found.config.name == DEFAULT_MODEL
        assert found.facts["start"] == DEFAULT_MODEL
        assert found.facts["recipe"]["neighbours"]["farthest"] == 4.0
        assert (found.config.temperature, found.config.rubbish) == (1.0, begun.config.rubbish)
        assert not np.array_equal(found.parameters["f6.bias"], begun.parameters["f6.bias"])
        assert np.abs(found.parameters["f6.bias"] - begun.parameters["f6.bias"]).max() < 0.1

    def test_bf16_is_in_the_facts(self, run: Run, tmp_path: Path) -> None:
        out = tmp_path / "mine.safetensors"
        run("train", "--model", "lenet5-modern-paper", "--half", "--out", out, *QUICK)
        assert load(str(out)).facts["half"] is bf16_is_faster("cpu")

    def test_progress_goes_to_stderr(self, run: Run, tmp_path: Path) -> None:
        options = ("--model", "lenet5-modern-paper", "--out", tmp_path / "a.pth", "--epochs", 2)
        lines = run("train", *options).err.splitlines()
        assert [line.split(":")[0] for line in lines] == ["epoch 1/2", "epoch 2/2", "lenetpad"]
        assert all("validation error" in line for line in lines[:2])
        assert "Calibrating" in lines[2]

    @pytest.mark.parametrize("preset", PRESET_NAMES)
    def test_json(self, preset: str, run: Run, tmp_path: Path) -> None:
        out = tmp_path / "mine.pth"
        result = run("train", "--model", preset + PAPER, "--out", out, "--json", *QUICK)
        found = parsed(result.out)
        assert found.keys() == {"out", "n", "error", "run"}
        assert (found["out"], found["n"]) == (str(out), 100)
        loaded = load(str(out))
        assert loaded.config.name == preset
        assert found["error"] == pytest.approx(evaluate(network_of(loaded), data.mnist()[1]).error)

    def test_the_default_file(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setitem(RECIPES, DEFAULT_MODEL, Recipe())
        assert run("train", *QUICK).status == 0
        assert [path.name for path in tmp_path.iterdir()] == ["lenet5-1998.safetensors"]

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
                *QUICK,
            )
            found.append(network_of(load(str(out))).state_dict())
        assert all(torch.equal(found[0][name], found[1][name]) for name in found[0])
        assert not torch.equal(found[0]["c1.weight"], found[2]["c1.weight"])

    def test_a_new_folder_is_made_and_said(self, run: Run, tmp_path: Path) -> None:
        out, kept = tmp_path / "new" / "folder" / "mine.pth", tmp_path / "my runs"
        options = ("--model", "lenet5-modern-paper", "--out", out, "--runs", kept, *QUICK)
        result = run("train", *options)
        assert result.status == 0
        assert out.is_file()
        # Before the training, so that whoever has made a slip can end it.
        assert result.err.splitlines()[:2] == [
            f"lenetpad: the folder {kept} was made",
            f"lenetpad: the folder {out.parent} was made",
        ]
        assert "was made" not in run("train", *options).err

    def test_weights_are_calibrated(self, run: Run, tmp_path: Path, ink: Path) -> None:
        out = tmp_path / "mine.safetensors"
        run("train", "--model", "lenet5-modern-paper", "--out", out, *QUICK)
        loaded = load(str(out))
        calibration = loaded.facts["calibration"]
        assert loaded.config.temperature == calibration["temperature"] > 0
        assert loaded.config.rubbish == calibration["rubbish"]
        found = parsed(run("predict", ink, "--model", out, "--json").out)
        assert all(0 < prediction["no_digit"] < 1 for prediction in found)


@pytest.mark.usefixtures("tiny_mnist")
class TestWhatCannotWork:
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
            (
                ["--model", "lenet5-1989"],
                "'lenet5-1989' is no preset (did you mean 'lenet5-1998'?)",
            ),
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
            (["--model", LINE_MODEL, "--teachers", "lenet5-modern"], "not from --teachers"),
            (["--strangers", "--teachers", "lenet5-1998"], "--strangers needs --start"),
            (["--strangers", "--start", "lenet5-1998"], "and --teachers MODEL"),
            (
                ["--strangers", "--model", "lenet5-modern-paper", "--start", "lenet5-1998"],
                "--strangers is for lenet5-1998",
            ),
            (
                [
                    *("--strangers", "--start", "lenet5-1998", "--preset", "quick"),
                    *("--teachers", "lenet5-modern"),
                ],
                "without --preset",
            ),
            (["--taught", "0.5"], "--distillation-weight needs --teachers"),
            (["--taught", "0", "--teachers", "lenet5-1998"], "leaves --teachers nothing"),
            (
                ["--taught", "1.5", "--teachers", "lenet5-1998"],
                "distillation weight must be a",
            ),
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

    def test_options_are_checked_without_torch(self, refusing: Failing, tmp_path: Path) -> None:
        assert "'nowhere'" in refusing("train", "--runs", tmp_path, "--continue", "nowhere")
        assert "must end in one of" in refusing("train", "--out", tmp_path / "weights.txt")

    def test_a_loss_that_is_no_number(self, run: Run, tmp_path: Path) -> None:
        out = tmp_path / "mine.pth"
        options = ("--model", "lenet5-modern-paper", "--lr", 1e30, "--out", out)
        result = run("train", *options, *QUICK)
        assert result.status == 1
        assert "no longer a number at step" in result.err.splitlines()[-1]
        assert not out.exists()
