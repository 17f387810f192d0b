"""A training's data: ink of one's own is learnt from only where somebody has said what it is."""

from __future__ import annotations

from pathlib import Path

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
