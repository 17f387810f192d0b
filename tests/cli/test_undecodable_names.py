"""File names that are no text: a file with one is as good as any other, and stops nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from lenetpad.storage import runs
from tests import hostile_runs
from tests.cli.conftest import QUICK, Run, parsed

#: The byte 0xff, which no UTF-8 has, as Python says it in a name.
BAD = "\udcff"


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A folder with such a name."""
    folder = tmp_path / f"b{BAD}"
    try:
        folder.mkdir()
    except (OSError, UnicodeError):
        pytest.skip("no file system for such names")
    return folder


def test_predict_goes_on(run: Run, bad: Path, picture: Path, ink: Path) -> None:
    named = picture.rename(bad / f"one{BAD}.png"), ink.rename(bad / f"two{BAD}.jsonl")
    result = run("predict", named[0], bad / f"gone{BAD}.png", named[1])
    assert result.status == 1
    assert [line.split("  ")[0][-4:] for line in result.out.splitlines()] == [
        *("g: 1", "1: 1", "2: 7")
    ]
    assert len(result.err.splitlines()) == 1
    assert "\\udcff" in result.err
    found = parsed(run("predict", *named, "--json").out)
    assert [os.fsencode(one["file"]) for one in found] == [
        *(os.fsencode(named[0]), os.fsencode(named[1]), os.fsencode(named[1]))
    ]


def test_weights_and_ink(run: Run, bad: Path, ink: Path, model: Path) -> None:
    drawn = ink.rename(bad / f"{BAD}.jsonl")
    for suffix in (".pth", ".safetensors"):
        out = bad / f"w{BAD}{suffix}"
        assert run("export", "--model", model, "--out", out).status == 0
        assert run("info", "--model", out).status == 0
        result = run("evaluate", "--model", out, "--ink", drawn)
        assert result.status == 0
        assert "2 images" in result.out


def test_a_folder_of_images(run: Run, bad: Path, picture: Path) -> None:
    content = picture.read_bytes()
    for digit in range(10):
        place = bad / f"images{BAD}" / str(digit)
        place.mkdir(parents=True)
        for number in range(2):
            (place / f"{number}{BAD}.png").write_bytes(content)
    result = run("evaluate", "--data", "folder", "--folder", bad / f"images{BAD}")
    assert result.status == 0
    assert "images, error" in result.out


@pytest.mark.usefixtures("tiny_mnist")
def test_a_training(run: Run, bad: Path, ink: Path, model: Path) -> None:
    drawn, start = ink.rename(bad / f"{BAD}.jsonl"), bad / f"{BAD}.safetensors"
    start.write_bytes(model.read_bytes())
    out, root = bad / f"out{BAD}.safetensors", bad / f"runs{BAD}"
    options = ("--ink", drawn, "--start", start, "--out", out, "--runs", root)
    result = run("train", "--model", "lenet5-modern-paper", *options, *QUICK)
    assert result.status == 0, result.err
    assert run("info", "--model", out).status == 0
    [kept] = json.loads(run("runs", "--runs", root, "--json").out)
    assert kept["state"] == "finished"
    assert os.fsencode(kept["folder"]).startswith(os.fsencode(root))
    name = kept["name"]
    assert run("runs", "--runs", root, "--note", name, f"n{BAD}").status == 0
    assert f"{name}: finished" in run("runs", "--runs", root).out


def test_a_run_in_a_folder_with_such_a_name(run: Run) -> None:
    root = runs.home()
    root.mkdir(parents=True)
    hostile_runs.good(root)
    good = run("runs")
    hostile_runs.good(root, f"other{BAD}")
    result = run("runs")
    assert result.status == 0
    assert good.out in result.out
    assert json.loads(run("runs", "--json").out)
