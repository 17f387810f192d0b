"""What `lenetpad info` and `export` print, write and answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from lenetpad.lenet.weights import load
from tests.cli.conftest import Failing, Run, parsed


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
        loaded = load("lenet5-1998")
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
        assert found["facts"]["test_error"] == load(preset).test_error


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
        assert load(str(out)).config.name == "lenet5-study"

    def test_a_new_folder_is_said(self, run: Run, tmp_path: Path) -> None:
        out = tmp_path / "no such" / "folder" / "mine.pth"
        assert run("export", "--out", out).err == f"lenetpad: the folder {out.parent} was made\n"
        assert out.is_file()
        assert run("export", "--out", out).err == ""

    def test_a_folder_that_is_not_made_is_not_said(self, failing: Failing, tmp_path: Path) -> None:
        failing("export", "--out", tmp_path / "no such folder" / "mine.txt")
        (tmp_path / "file").touch()
        failing("export", "--out", tmp_path / "file" / "mine.pth")
        assert [path.name for path in tmp_path.iterdir()] == ["file"]

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

    def test_bad_weights_are_refused_without_torch(
        self, refusing: Failing, tmp_path: Path
    ) -> None:
        (tmp_path / "bad.pth").write_bytes(b"bad")
        options = ("--model", tmp_path / "bad.pth", "--out", tmp_path / "mine.pth")
        assert "bad.pth" in refusing("export", *options)
