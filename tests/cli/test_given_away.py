"""What is made to be given away says nothing of the machine: no path, no folder, no name."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from lenetpad.storage import runs
from lenetpad.training.export import ONNX_PACKAGES
from tests.cli.conftest import ONE, QUICK, Run
from tests.given_away import told

#: What a run keeps for its own user, who may resume it.
PRIVATE = runs.CONFIG
SUFFIXES = [".safetensors", ".pth", ".pt", ".onnx"]
ONNX_MISSING = any(importlib.util.find_spec(name) is None for name in ONNX_PACKAGES)


@pytest.mark.usefixtures("tiny_mnist")
def test_a_training_and_what_is_exported_of_it(run: Run, home: Path) -> None:
    names = ("pictures", "digits.jsonl", "first.safetensors", "mine.safetensors")
    data, ink, first, out = (home / name for name in names)
    data.mkdir()
    images = np.random.default_rng(1).integers(0, 255, (60, 28, 28)).astype(np.uint8)
    images[:, :4] = images[:, -4:] = images[:, :, :4] = images[:, :, -4:] = 0
    np.savez(data / "mine.npz", images=images, labels=np.arange(60) % 10)
    ink.write_text(json.dumps({"label": 1, "strokes": ONE, "writer": "w"}) + "\n")
    model = ("--model", "lenet5-modern-paper")
    assert run("train", *model, "--out", first, *QUICK).status == 0
    options = ("--data", "folder", "--folder", data, "--ink", ink, "--start", first)
    taught = ("--teachers", first, "--images", data / "mine.npz")
    assert run("train", *model, *options, *taught, "--out", out, *QUICK).status == 0
    written = [first, out]
    for suffix in SUFFIXES[: -1 if ONNX_MISSING else None]:
        written.append(home / f"exported{suffix}")
        assert run("export", "--model", out, "--out", written[-1]).status == 0
    kept = [path for path in runs.home().rglob("*") if path.is_file()]
    assert {".safetensors", ".lenetpad"} <= {path.suffix for path in kept}
    given = [*written, *(path for path in kept if path.name != PRIVATE)]
    assert {path.name: told(path) for path in given if told(path)} == {}
    assert any(told(path) for path in kept if path.name == PRIVATE)  # so it would be seen
