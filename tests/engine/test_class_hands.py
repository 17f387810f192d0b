"""The job "class hand": ink is read, learnt and compared, without torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lenetpad.data.hands import HandRecipe
from lenetpad.data.labelled import DataError, Labelled
from lenetpad.engine import hand_replays
from lenetpad.engine.class_hands import class_hand_job, class_hand_question, keep_as_hand
from lenetpad.engine.hands import LearningJob, learning_question
from lenetpad.evaluation import class_hands
from lenetpad.ink.files import Drawing, Label, read_ink, write_ink
from lenetpad.ink.styles import written
from lenetpad.lenet.fine_tuning import FineTuning
from lenetpad.storage.hands import HandError, listed
from lenetpad.values.class_hands import ClassHand, ClassHandProgress, ClassHandRequest
from lenetpad.values.evaluation import DataChoice
from lenetpad.values.failures import Place
from lenetpad.values.hand_learning import LearningRequest
from lenetpad.values.jobs import Answer
from lenetpad.values.models import Choice
from tests.hand_trainees import SmallReplay
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
    *steps, answer = class_hand_job(tmp_path / "hands", question)
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
    *_, answer = class_hand_job(
        tmp_path / "hands", class_hand_question(request(tmp_path / "ann.jsonl", "ink"))
    )
    assert isinstance(answer, Answer)
    assert answer.result.learnt.labels.tolist() == [1, 4, 7, 2, 0]


def test_ink_without_labels_is_explained(tmp_path: Path) -> None:
    save(tmp_path / "ann.jsonl", None, None)
    with pytest.raises(DataError, match="none of the 2 drawings has a label"):
        list(class_hand_job(tmp_path / "hands", class_hand_question(request(tmp_path))))


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


@pytest.mark.usefixtures("fast")
def test_the_replay_is_the_one_that_hands_are_learnt_beside(
    tmp_path: Path, mnist: tuple[Labelled, Labelled], monkeypatch: pytest.MonkeyPatch
) -> None:
    replay = SmallReplay(mnist)
    monkeypatch.setattr(hand_replays, "replay_of", replay)
    (pupils := tmp_path / "class").mkdir()
    save(pupils / "ann.jsonl", 3, 3)
    root, asked = tmp_path / "hands", request(pupils)
    *_, prepared = LearningJob(root)(learning_question(1, LearningRequest(None, asked.choice)))
    assert isinstance(prepared, Answer)
    assert replay.computed == 1
    *_, answer = class_hand_job(root, class_hand_question(asked))
    assert isinstance(answer, Answer)
    assert replay.computed == 1
    list(class_hand_job(tmp_path / "others", class_hand_question(asked)))
    list(class_hand_job(tmp_path / "others", class_hand_question(asked)))
    assert replay.computed == 2


@pytest.mark.usefixtures("fast")
class TestKeptAsHand:
    def test_a_hand_has_the_ink_and_what_was_learnt(self, tmp_path: Path) -> None:
        (pupils := tmp_path / "class").mkdir()
        save(pupils / "ann.jsonl", 3, 3, None)
        save(pupils / "bo.jsonl", 3, "A")
        asked = request(pupils)
        *_, answer = class_hand_job(tmp_path / "hands", class_hand_question(asked))
        assert isinstance(answer, Answer)
        hand = keep_as_hand(tmp_path / "hands", "Class 1b", asked, answer.result)
        assert (hand.name, hand.drawings) == ("Class 1b", 4)
        drawings = read_ink(hand.ink)
        assert [drawing.writer for drawing in drawings] == ["ann", "ann", "bo", "bo"]
        path = hand.weights("lenet5-1998")
        assert path is not None
        assert path.read_bytes() == answer.result.content
        # It is taken for learnt: the job that learns hands learns nothing anew.
        job = LearningJob(tmp_path / "hands")
        wanted = LearningRequest(hand.folder, asked.choice)
        *_, known = job(learning_question(1, wanted))
        assert isinstance(known, Answer)
        assert not known.result.anew
        assert known.result.weights == path

    def test_where_it_fails_there_is_no_hand(self, tmp_path: Path) -> None:
        (pupils := tmp_path / "class").mkdir()
        save(pupils / "ann.jsonl", 3, 3)
        asked, root = request(pupils), tmp_path / "hands"
        *_, answer = class_hand_job(tmp_path / "hands", class_hand_question(asked))
        assert isinstance(answer, Answer)
        keep_as_hand(root, "mine", asked, answer.result)
        with pytest.raises(HandError):
            keep_as_hand(root, "Mine", asked, answer.result)
        (pupils / "ann.jsonl").unlink()
        with pytest.raises(DataError, match="holds no ink file"):
            keep_as_hand(root, "other", asked, answer.result)
        assert [hand.name for hand in listed(root)] == ["mine"]
