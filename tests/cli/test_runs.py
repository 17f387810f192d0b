"""The runs that `lenetpad train` keeps and goes on with, and `lenetpad runs`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lenetpad.cli import progress
from lenetpad.lenet.weights import load
from lenetpad.storage import runs
from lenetpad.values.recipes import (
    Recipe,
)
from lenetpad.values.training import Progress
from tests.cli.conftest import QUICK, Failing, Run, parsed


def stop_early(progress: Iterator[Progress], recipe: Recipe) -> None:
    """Stand in for ``follow_training``: leave after the first report, as Ctrl+C does."""
    next(progress)
    progress.close()  # type: ignore[attr-defined]
    raise KeyboardInterrupt


@pytest.mark.usefixtures("tiny_mnist")
class TestRuns:
    def test_it_keeps_a_run(self, run: Run, tmp_path: Path) -> None:
        out = tmp_path / "mine.safetensors"
        options = ("--model", "lenet5-modern-paper", "--out", out, "--json", *QUICK)
        name = parsed(run("train", *options).out)["run"]
        [kept] = parsed(run("runs", "--json").out)
        assert kept["asked"]["recipe"]["epochs"] == 1  # what it was asked for, as in its file
        assert "config" not in kept
        assert (kept["name"], kept["state"], kept["model"]) == (
            *(name, "finished"),
            "lenet5-modern-paper",
        )
        facts = load(str(out)).facts
        assert 100 * kept["test_error"] == pytest.approx(facts["test_error"], abs=0.01)
        assert 100 * kept["last_error"] == pytest.approx(facts["validation_error"], abs=0.01)
        same = load(str(Path(kept["folder"]) / runs.WEIGHTS))
        assert same.facts == facts
        assert len([x for entry in runs.log(Path(kept["folder"])) for x in entry["losses"]]) == 10

    def test_a_run_goes_on_to_the_same_weights(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        options = ("--model", "lenet5-modern-paper", "--batch-size", 4, "--epochs", 2)
        assert run("train", *options, "--out", tmp_path / "whole.safetensors").status == 0

        with monkeypatch.context() as patched:
            patched.setattr(progress, "follow_training", stop_early)
            assert run("train", *options, "--out", tmp_path / "two.safetensors").status == 1
        latest = runs.listed(runs.home())[0][0]
        assert latest.state == runs.STOPPED
        assert 0 < latest.step <= 20  # fewer on a busy machine, which reports more often
        shutil.copytree(latest.folder, tmp_path / "aside")
        done = run("train", "--continue", latest.name)
        assert done.status == 0
        assert str(latest.folder / runs.WEIGHTS) in done.out
        assert "a run that goes on writes others with --out" in done.err
        assert not (tmp_path / "two.safetensors").exists()  # it was not named now
        out = tmp_path / "three.safetensors"
        named = ("--continue", latest.name, "--runs", tmp_path, "--out", out)
        assert run("train", *named).status == 0
        one, two, three = (
            load(str(path))
            for path in (tmp_path / "whole.safetensors", latest.folder / runs.WEIGHTS, out)
        )
        assert two.facts["figures"] == three.facts["figures"]
        for name, array in one.parameters.items():
            assert np.array_equal(array, two.parameters[name])
        assert one.facts["figures"] == two.facts["figures"]

    def test_files_of_the_users_are_read_where_the_user_named_them(
        self,
        run: Run,
        failing: Failing,
        ink: Path,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        options = ("--model", "lenet5-modern-paper", "--batch-size", 4, "--epochs", 2)

        with monkeypatch.context() as patched:
            patched.setattr(progress, "follow_training", stop_early)
            assert run("train", *options, "--ink", ink).status == 1
        [kept] = runs.listed(runs.home())[0]
        for name in ("older", "changed"):
            folder = tmp_path / "strange" / name
            shutil.copytree(kept.folder, folder)
            runs.update(folder, runs.CONFIG, {"name": name})
        runs.update(tmp_path / "strange" / "older", runs.CONFIG, {"signature": ""})
        changed = {**kept.config, "images": [str(tmp_path / "secret.npz")]}
        runs.update(tmp_path / "strange" / "changed", runs.CONFIG, {"asked": changed})
        for name, file in (("older", ink), ("changed", tmp_path / "secret.npz")):
            line = failing("train", "--continue", name, "--runs", tmp_path / "strange")
            assert line.startswith(f"lenetpad: '{name}' was begun elsewhere")
            assert file.name in line
            assert line.endswith("add --trust if it may")
        assert run("train", "--continue", kept.name).status == 0
        trusting = ("--trust", "--runs", tmp_path / "strange")
        assert run("train", "--continue", "older", *trusting).status == 0
        refused = run("train", "--continue", "changed", *trusting)  # at its end: there is no such
        assert refused.status == 1
        assert "secret.npz" in refused.err
        assert "--trust needs --continue" in failing("train", "--trust")

    def test_a_file_that_a_run_names_is_not_overwritten(
        self, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.chdir(tmp_path)
        options = ("--model", "lenet5-modern-paper", "--batch-size", 4, "--epochs", 2)

        with monkeypatch.context() as patched:
            patched.setattr(progress, "follow_training", stop_early)
            run("train", *options)
        [kept] = runs.listed(runs.home())[0]
        victim = tmp_path / "victim.txt"
        victim.write_text("precious")
        runs.update(kept.folder, runs.CONFIG, {"asked": {**kept.config, "out": str(victim)}})
        assert run("train", "--continue", kept.name).status == 0
        assert victim.read_text() == "precious"
        assert load(str(kept.folder / runs.WEIGHTS))

    def test_only_what_can_go_on_does(self, run: Run, failing: Failing, tmp_path: Path) -> None:
        assert "there is no run 'x'" in failing("train", "--continue", "x")
        run("train", "--model", "lenet5-modern-paper", "--out", tmp_path / "a.pth", *QUICK)
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
        run("train", "--model", "lenet5-modern-paper", "--out", tmp_path / "a.pth", *QUICK)
        [kept] = runs.listed(runs.home())[0]
        assert run("runs", "--rename", kept.name, "first").out == ""
        assert run("runs", "--note", "first", "with a small rate").out == ""
        line = run("runs").out
        assert line.startswith("first: finished, epoch 1/1, validation error ")
        assert line.endswith(" s (with a small rate)\n")
        assert "now in" in run("runs", "--delete", "first").out
        assert "there is no run 'first'" in failing("runs", "--delete", "first")
