"""A training's data: what is left out of one's own files is said, or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from lenetpad.ink.files import Drawing, write_ink
from lenetpad.ink.strokes import Ink
from lenetpad.storage.mnist import DataError
from lenetpad.training.job import TrainingJob
from lenetpad.values.recipes import Plan, Recipe


def test_ink_without_labels_is_not_left_out_in_silence(tmp_path: Path) -> None:
    ink = Ink.of([[[0, 0], [0, 50]]])
    write_ink(tmp_path / "good.jsonl", [Drawing(ink, 1)])
    write_ink(tmp_path / "none.jsonl", [Drawing(ink), Drawing(ink)])
    files = tuple(str(tmp_path / name) for name in ("good.jsonl", "none.jsonl"))
    words = r"none\.jsonl: none of the 2 drawings has a label; open the file on the Draw page"
    with pytest.raises(DataError, match=words):
        TrainingJob(Plan("lenet5-modern", Recipe(), ink=files), lambda *_: None)


def test_what_is_passed_over_in_a_folder_is_said(tmp_path: Path) -> None:
    for digit in range(10):
        (tmp_path / str(digit)).mkdir()
        for number in range(2):
            paper = np.full((60, 60), 255, np.uint8)
            paper[10:50, 20 + digit : 28 + digit] = 0
            PIL.Image.fromarray(paper).save(tmp_path / str(digit) / f"{number}.png")
    (tmp_path / "3" / "bad.png").write_bytes(b"no picture")
    notes: list[str] = []
    plan = Plan("lenet5-modern", Recipe(distortions=None), data="folder", folder=str(tmp_path))
    job = TrainingJob(plan, lambda *_: None, notes.append)
    assert job.training.images > 0
    assert notes[0].startswith("1 of 21 pictures passed over: ")
