"""What `lenetpad train` trains on: ink, folders, mixtures, teachers."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from lenetpad.data.mixture import part_of
from lenetpad.lenet.weights import load, shipped
from lenetpad.storage import runs
from lenetpad.storage.mnist import SHA256
from lenetpad.training.network import build
from lenetpad.values.conventions import READS_NOTHING
from lenetpad.values.recipes import DISTILLATION_WEIGHT, RECIPES, Mixture, plan_of
from tests.cli.conftest import ONE, QUICK, Run, parsed


@pytest.mark.usefixtures("tiny_mnist")
class TestTrainOn:
    def test_it_is_distilled_from_other_networks(self, run: Run, tmp_path: Path) -> None:
        out = tmp_path / "taught.safetensors"
        teachers = ("--teachers", "lenet5-1998", shipped("lenet5-modern"))
        run("train", "--model", "lenet5-modern-paper", *teachers, "--out", out, *QUICK)
        facts = load(str(out)).facts
        assert facts["teachers"] == ["lenet5-1998", "lenet5-modern.safetensors"]
        assert facts["recipe"]["taught"] == DISTILLATION_WEIGHT
        [kept] = runs.listed(runs.home())[0]
        assert plan_of(kept.model, kept.config).teachers[0] == "lenet5-1998"
        run("train", *teachers, "--taught", 0.2, "--preset", "quick", "--out", out, *QUICK)
        assert load(str(out)).facts["recipe"]["taught"] == 0.2

    def test_how_a_teacher_was_guessed_to_read_is_said(self, run: Run, tmp_path: Path) -> None:
        state = build("lenet5-modern", 1).state_dict()
        renamed = {f"my.{i}.{name}": tensor for i, (name, tensor) in enumerate(state.items())}
        torch.save(renamed, tmp_path / "teacher.pth")
        out = tmp_path / "taught.safetensors"
        teachers = ("--teachers", tmp_path / "teacher.pth")
        result = run("train", "--model", "lenet5-modern-paper", *teachers, "--out", out, *QUICK)
        assert f"{tmp_path / 'teacher.pth'} does not say how it reads; taken as" in result.err
        assert READS_NOTHING in result.err  # for it is not trained

    def test_a_folder_of_pictures_is_learnt_and_evaluated(self, run: Run, tmp_path: Path) -> None:
        images = np.random.default_rng(1).integers(0, 255, (60, 28, 28)).astype(np.uint8)
        images[:, :4] = images[:, -4:] = images[:, :, :4] = images[:, :, -4:] = 0
        labels = np.arange(60) % 10
        (tmp_path / "data").mkdir()
        np.savez(tmp_path / "data" / "mine.npz", images=images, labels=labels)
        out = tmp_path / "mine.safetensors"
        chosen = ("--data", "folder", "--folder", tmp_path / "data")
        run("train", "--model", "lenet5-modern-paper", *chosen, "--out", out, *QUICK)
        facts = load(str(out)).facts
        assert facts["test_set"] == "A folder of yours test"
        assert facts["figures"]["A folder of yours test"]["n"] == 10
        assert facts["data"][0]["file"] == "a folder of 60 images"
        found = parsed(run("evaluate", "--model", out, *chosen, "--json").out)
        assert found["n"] == 10

    def test_ink_is_trained_on_too(self, run: Run, ink: Path, tmp_path: Path) -> None:
        states = {}
        for name, options in {"with": ["--ink", ink], "without": []}.items():
            out = tmp_path / f"{name}.safetensors"
            run("train", "--model", "lenet5-modern-paper", "--out", out, *options, *QUICK)
            states[name] = load(str(out))
        facts = states["with"].facts
        assert facts["images"] == 162
        digest = hashlib.sha256(ink.read_bytes()).hexdigest()
        assert [(source["file"], source["sha256"]) for source in facts["data"]] == [
            ("mnist.npz", SHA256),
            ("digits.jsonl", digest),
        ]
        one, other = (
            torch.tensor(states[name].parameters["c1.weight"]) for name in ("with", "without")
        )
        assert not torch.equal(one, other)

    def test_a_mixture_leaves_out_the_writers_it_is_evaluated_on(
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
        assert run("train", *options, *QUICK).status == 0
        facts = load(str(out)).facts
        assert facts["images"] == 160 + 2 * parts.count("train") + 10 + 4 + 4
        assert facts["figures"]["ink.jsonl"]["n"] == parts.count("test")
        assert facts["figures"].keys() >= {"MNIST test", "scribbles", "noise"}
