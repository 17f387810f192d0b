"""What a window keeps of its sheet: its journal, and what earlier versions left."""

from __future__ import annotations

import io
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from lenetpad.ink import journal
from lenetpad.ink.kept_sheets import claim
from lenetpad.ink.strokes import History, Ink, Sheet, Stroke
from tests.fuzz.fuzzing import Target


def journals() -> Sequence[bytes]:
    """Journals of some strokes, a picture, steps back and a stroke in the making."""
    rng = np.random.default_rng(1)
    history = History()
    for _ in range(4):
        history = history.doing(Sheet(history.present.ink.adding(Stroke(rng.random((3, 4))))))
    erased = history.doing(Sheet(Ink(history.present.ink.strokes[1:3]))).undone()
    picture = History().doing(Sheet(picture=rng.random((28, 28)).astype(np.float32)))
    return [
        journal.written(history, rng.random((5, 4))),
        journal.written(erased),
        journal.written(picture) + (journal.changes(picture, picture.undone()) or b""),
    ]


def read_journal(path: Path) -> None:
    """Read a journal; where it is whole, what is written of it must be read as the same."""
    found = journal.recovered(path.read_bytes())
    if random.Random(found.whole).random() < 0.1:
        assert journal.recovered(journal.written(found.history)).history == found.history


def pictures() -> Sequence[bytes]:
    """The picture that an earlier version kept."""
    file = io.BytesIO()
    np.save(file, np.zeros((28, 28), np.float32))
    return [file.getvalue()]


def read_earlier(path: Path) -> None:
    """Take over what an earlier version kept; whatever it is, the window opens."""
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        (data / "last.npy").write_bytes(path.read_bytes())
        sheet = claim(data)
        restored = sheet.read()
        assert restored.notes or restored.history.present.picture is not None
        sheet.give_back()


TARGETS: Final = (
    Target("journal", ".journal", journals, read_journal, ()),
    Target("last.npy", ".npy", pictures, read_earlier, ()),
)
