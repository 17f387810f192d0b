"""What `lenetpad report` prints and answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lenetpad.data.labelled import Labelled
from lenetpad.lenet.weights import load
from lenetpad.training import weights
from lenetpad.training.network import network_of
from tests.cli.conftest import Failing, Run, parsed

Claim = dict[str, Any]


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
        error = load(str(mine)).test_error
        [row] = [line for line in _table(result.out, "Error, %") if str(mine) in line]
        assert row.split(" | ")[1] == f"{error:.2f}"
        [heads] = [line for line in _table(result.out, "Error, %") if "n = " in line]
        assert "MNIST test, n = 100 | digits.npz, n = 20" in heads
        [heads] = [line for line in _table(result.out, "Rejected") if "n = " in line]
        assert "scribbles" in heads
        assert "noise" in heads

    def test_what_is_passed_over_is_said(self, run: Run, mine: Path, ink: Path) -> None:
        """Of ink a drawing without a label."""
        with ink.open("a") as file:
            file.write('{"strokes": [[[0.1, 0.1], [0.8, 0.8]]]}\n')
        result = run("report", mine, "--ink", ink)
        assert result.status == 0
        [line] = result.err.splitlines()
        assert line.endswith(f"{ink}: 1 of 3 drawings left out, without label")

    def test_json(self, run: Run, mine: Path) -> None:
        found = parsed(run("report", mine, "--json").out)
        assert found["faults"] == found["unchecked"] == []
        assert found["figures"][str(mine)] == load(str(mine)).facts["figures"]

    @pytest.mark.parametrize("key", ["error", "refused", "ece"])
    def test_a_figure_that_does_not_hold(self, key: str, run: Run, mine: Path) -> None:
        loaded = load(str(mine))
        facts = dict(loaded.facts)
        facts["figures"]["MNIST test"][key] += 2.5
        weights.save(mine, network_of(loaded), facts)
        result = run("report", mine)
        assert result.status == 1
        [line] = result.err.splitlines()
        assert "does not hold" in line
        assert f"MNIST test: {key} is said to be" in line

    def test_the_headline_error_is_checked_too(self, run: Run, mine: Path) -> None:
        loaded = load(str(mine))
        weights.save(mine, network_of(loaded), {**loaded.facts, "test_error": 0.01})
        assert run("report", mine).status == 1

    @pytest.mark.parametrize(
        "claim",
        [
            {"figures": {"MNIST test": {"accuracy": 100.0}}},
            {"figures": {"scribbles": {"error": 0.0}}},
        ],
        ids=str,
    )
    def test_a_claim_that_is_not_computed(self, claim: Claim, run: Run, mine: Path) -> None:
        _claim(mine, claim)
        result = run("report", mine)
        assert result.status == 1
        [line] = result.err.splitlines()
        assert "does not hold" in line

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
        ],
        ids=str,
    )
    def test_a_claim_that_is_no_figure(self, claim: Claim, failing: Failing, mine: Path) -> None:
        _claim(mine, claim)
        assert f"{mine} has damaged metadata" in failing("report", mine)

    def test_without_a_recipe(self, run: Run, mine: Path) -> None:
        loaded = load(str(mine))
        weights.save(mine, network_of(loaded), {**loaded.facts, "recipe": None})
        assert run("report", mine).status == 0

    def test_figures_of_files_that_are_not_given_are_named(self, run: Run, mine: Path) -> None:
        loaded = load(str(mine))
        facts = dict(loaded.facts)
        facts["figures"]["pens.jsonl"] = {"n": 5, "error": 1.0}
        weights.save(mine, network_of(loaded), facts)
        result = run("report", mine)
        assert result.status == 0
        assert "the file is not given: pens.jsonl" in result.err

    @pytest.mark.parametrize(
        ("name", "options"),
        [("bad.jsonl", ("--ink",)), ("bad.npz", ("--images",)), ("bad.pth", ("lenet5-1998",))],
    )
    def test_a_bad_file_is_refused_without_torch(
        self, name: str, options: tuple[str, ...], refusing: Failing, tmp_path: Path
    ) -> None:
        (tmp_path / name).write_bytes(b"bad")
        assert name in refusing("report", *options, tmp_path / name)


def _claim(mine: Path, claim: Claim) -> None:
    """Write it into the metadata of a file, over what it says."""
    loaded = load(str(mine))
    weights.save(mine, network_of(loaded), {**loaded.facts, **claim})


def _table(text: str, title: str) -> list[str]:
    """The lines of the table under a title."""
    return text[text.index(title) :].split("\n\n")[1].splitlines()
