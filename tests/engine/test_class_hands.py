"""The job "class hand": ink is read, learnt and compared, without torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lenetpad.data.hands import HandRecipe
from lenetpad.data.labelled import DataError
from lenetpad.engine.class_hands import class_hand_job, class_hand_question
from lenetpad.evaluation import class_hands
from lenetpad.ink.files import Drawing, Label, write_ink
from lenetpad.ink.styles import written
from lenetpad.lenet.fine_tuning import FineTuning
from lenetpad.values.class_hands import ClassHand, ClassHandProgress, ClassHandRequest
from lenetpad.values.evaluation import DataChoice
from lenetpad.values.failures import Place
from lenetpad.values.jobs import Answer
from lenetpad.values.models import Choice
from tests.ink.written_numbers import written_number

FEW = HandRecipe(copies=1, fine_tuning=FineTuning(steps=2))


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch, small_replay: None) -> None:
    """Little is learnt."""
    monkeypatch.setattr(class_hands, "recipe_for", lambda count: FEW)


def save(path: Path, *labels: Label) -> None:
    rng = np.random.default_rng(1)
    write_ink(path, [Drawing(written(3, rng), label) for label in labels])


def request(path: Path, key: str = "folder") -> ClassHandRequest:
    return ClassHandRequest(4, Choice(1, "lenet5-1998"), DataChoice(key, str(path)))


@pytest.mark.usefixtures("fast")
def test_a_folder_is_learnt(tmp_path: Path) -> None:
    save(tmp_path / "ann.jsonl", 3, 3, None)
    save(tmp_path / "bo.jsonl", 3, 3, "A", "B")
    (tmp_path / "bad.jsonl").write_text("nonsense")
    question = class_hand_question(request(tmp_path))
    assert (question.place, question.serial) == (Place.EVALUATE, 4)
    *steps, answer = class_hand_job(question)
    assert all(isinstance(step, ClassHandProgress) and step.serial == 4 for step in steps)
    assert isinstance(answer, Answer)
    found = answer.result
    assert isinstance(found, ClassHand)
    assert found.kept == 6
    assert {one.writer for one in found.before.writers} == {"ann", "bo"}


@pytest.mark.usefixtures("fast")
def test_numbers_are_cut_into_their_digits(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    write_ink(tmp_path / "ann.jsonl", [written_number(text, rng) for text in ("147", "20")])
    *_, answer = class_hand_job(class_hand_question(request(tmp_path / "ann.jsonl", "ink")))
    assert isinstance(answer, Answer)
    assert answer.result.learnt.labels.tolist() == [1, 4, 7, 2, 0]


def test_ink_without_labels_is_explained(tmp_path: Path) -> None:
    save(tmp_path / "ann.jsonl", None, None)
    with pytest.raises(DataError, match="none of the 2 drawings has a label"):
        list(class_hand_job(class_hand_question(request(tmp_path))))


CODE = """
import sys
from lenetpad.engine.class_hands import class_hand_job
import lenetpad.evaluation.class_hands
import lenetpad.data.writers
print([name for name in ("torch", "torchvision") if name in sys.modules])
"""


def test_torch_is_not_needed() -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
