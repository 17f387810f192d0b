"""The job that learns a hand: what it makes of drawings, what it keeps, and what it does again."""

from __future__ import annotations

import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lenetpad.data.labelled import Labelled
from lenetpad.engine import hand_replays, side_process
from lenetpad.engine import hands as engine_hands
from lenetpad.engine.hands import (
    Imported,
    LearningJob,
    import_ink,
    learning_question,
    take_back_learning,
)
from lenetpad.ink.editing import Extend, edit_ink
from lenetpad.ink.files import NO_DIGIT, Drawing, read_ink, write_ink
from lenetpad.ink.raster import draw
from lenetpad.ink.strokes import Ink, InkError
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.weights import load
from lenetpad.storage import hands
from lenetpad.storage.hands import Hand
from lenetpad.values.hand_learning import HandLearning, LearningProgress, LearningRequest
from lenetpad.values.models import Choice
from tests.hand_trainees import TEST, SmallReplay

MODEL = "lenet5-1998"


@pytest.fixture
def replay(mnist: tuple[Labelled, Labelled], monkeypatch: pytest.MonkeyPatch) -> SmallReplay:
    small = SmallReplay(mnist)
    monkeypatch.setattr(hand_replays, "replay_of", small)
    return small


@pytest.fixture
def hand(tmp_path: Path) -> Hand:
    return hands.create(tmp_path / "hands", "Ann")


def teach(hand: Hand, drawings: list[Drawing]) -> None:
    edit_ink(hand.ink, Extend(tuple(drawings)))


def learn(job: LearningJob, hand: Hand | None, model: str = MODEL) -> Any:
    request = LearningRequest(None if hand is None else hand.folder, Choice(1, model))
    question = learning_question(1, request)
    *progress, answer = job(question)
    assert all(isinstance(step, LearningProgress) for step in progress)
    return answer.result  # type: ignore[attr-defined]


def test_what_was_misread_is_read_right_and_the_file_reads_so_everywhere(
    replay: SmallReplay, hand: Hand, samples: list[Drawing]
) -> None:
    wrong = Drawing(samples[3].ink, 8)  # a 3 that is to be an 8
    teach(hand, [wrong, *samples[:3]])
    found = learn(LearningJob(hand.folder.parent), hand)
    assert isinstance(found, HandLearning)
    assert found.anew
    assert found.test_images == TEST
    assert (found.before[0].argmax(), found.after[0].argmax()) == (3, 8)
    assert found.order()[0] == 0  # what is read otherwise comes first
    np.testing.assert_array_equal(found.images[0], draw(wrong.ink))
    assert found.weights is not None
    reader = Recognizer(load(str(found.weights)))  # as the window reads
    reading = reader.read(draw(wrong.ink))
    assert reading.digit == 8
    np.testing.assert_allclose(reading.probabilities, found.after[0][:10], atol=1e-4)


def test_it_is_learnt_again_only_where_ink_or_network_is_another(
    replay: SmallReplay, hand: Hand, samples: list[Drawing]
) -> None:
    teach(hand, samples[:2])
    job = LearningJob(hand.folder.parent)
    first = learn(job, hand)
    again = learn(job, hand)
    assert (first.anew, again.anew) == (True, False)
    assert again.weights == first.weights
    np.testing.assert_allclose(again.after, first.after, atol=1e-5)
    np.testing.assert_allclose(again.before, first.before, atol=1e-5)
    assert (again.error_before, again.error_after) == (first.error_before, first.error_after)
    other = learn(job, hand, "lenet5-study")
    assert other.anew
    assert hands.read(hand.folder).networks.keys() == {MODEL, "lenet5-study"}
    teach(hand, samples[2:3])
    assert learn(job, hand).anew
    assert hands.read(hand.folder).networks.keys() == {MODEL}  # the other's is out of date


def test_the_replay_is_computed_once_and_kept_on_the_disk(
    replay: SmallReplay, hand: Hand, samples: list[Drawing]
) -> None:
    root = hand.folder.parent
    job = LearningJob(root)
    assert learn(job, None) is None  # made ready
    teach(hand, samples[:1])
    first = learn(job, hand)
    teach(hand, samples[1:2])
    learn(job, hand)
    assert replay.computed == 1
    other = hands.create(root, "Bob")
    teach(other, samples[:1])
    second = learn(LearningJob(root), other)  # at the next start
    assert replay.computed == 1
    np.testing.assert_allclose(second.after, first.after, atol=1e-6)
    for path in (root / ".replays").iterdir():
        path.write_bytes(path.read_bytes()[:1000])
    learn(LearningJob(root), None)
    assert replay.computed == 2  # a damaged one is computed again
    assert [one.name for one in hands.listed(root)] == ["Ann", "Bob"]


def test_what_has_no_label_is_left_out_and_numbers_are_cut(
    replay: SmallReplay, hand: Hand, samples: list[Drawing]
) -> None:
    def beside(ink: Ink, shift: float) -> list[list[list[float]]]:
        return [(stroke.xy + np.array([shift, 0.0])).tolist() for stroke in ink.strokes]

    first = next(one for one in samples if one.label == 1)
    seven = next(one for one in samples if one.label == 7)
    number = Drawing(Ink.of([*beside(first.ink, 0), *beside(seven.ink, 700)]), "17")
    teach(hand, [samples[0], Drawing(samples[1].ink), Drawing(samples[2].ink, NO_DIGIT), number])
    found = learn(LearningJob(hand.folder.parent), hand)
    assert found.unlabelled == 1
    assert found.labels.tolist() == [samples[0].label, 10, 1, 7]
    assert "1 number cut into 2 digits" in found.cut


def test_a_hand_without_drawings_has_nothing_to_learn(replay: SmallReplay, hand: Hand) -> None:
    found = learn(LearningJob(hand.folder.parent), hand)
    assert (len(found), found.weights, found.anew) == (0, None, False)
    teach(hand, [Drawing(Ink.of([[[0, 0], [5, 5]]]))])
    found = learn(LearningJob(hand.folder.parent), hand)
    assert (len(found), found.unlabelled) == (0, 1)


def test_of_very_many_drawings_the_latest_are_learnt(
    replay: SmallReplay, hand: Hand, samples: list[Drawing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_hands, "MOST_DRAWINGS", 2)
    teach(hand, samples[:5])
    found = learn(LearningJob(hand.folder.parent), hand)
    assert found.older == 3
    assert found.labels.tolist() == [one.label for one in samples[3:5]]


def test_of_a_large_file_only_what_is_learnt_comes_into_the_window(
    replay: SmallReplay, hand: Hand, samples: list[Drawing], monkeypatch: pytest.MonkeyPatch
) -> None:
    came = []

    def in_a_process(*call: Any) -> Generator[None, None, Any]:
        came.append((yield from side_process.in_a_process(*call)))
        return came[-1]

    monkeypatch.setattr(engine_hands, "SMALL_INK", 1)
    monkeypatch.setattr(engine_hands, "MOST_DRAWINGS", 2)
    monkeypatch.setattr(engine_hands, "in_a_process", in_a_process)
    teach(hand, [*samples[:5], Drawing(samples[5].ink)])
    found = learn(LearningJob(hand.folder.parent), hand)
    assert (found.older, found.unlabelled) == (3, 1)
    assert found.labels.tolist() == [one.label for one in samples[3:5]]
    assert [len(one.drawings) for one in came] == [2]  # unpickling more would hold up the pen


def test_a_learning_taken_back_brings_ink_and_weights_of_before(
    replay: SmallReplay, hand: Hand, samples: list[Drawing]
) -> None:
    teach(hand, samples[:1])
    job = LearningJob(hand.folder.parent)
    first = learn(job, hand)
    teach(hand, samples[1:2])
    second = learn(job, hand)
    assert take_back_learning(hand.folder).drawings == 1
    back = learn(job, hand)
    assert not back.anew
    np.testing.assert_allclose(back.after, first.after, atol=1e-5)
    assert take_back_learning(hand.folder).drawings == 2
    again = learn(job, hand)
    assert not again.anew
    np.testing.assert_allclose(again.after, second.after, atol=1e-5)


def test_a_cancelled_learning_leaves_what_was_learnt_before(
    replay: SmallReplay, hand: Hand, samples: list[Drawing]
) -> None:
    teach(hand, samples[:1])
    job = LearningJob(hand.folder.parent)
    learn(job, hand)
    before = hands.read(hand.folder).networks
    teach(hand, samples[1:2])
    steps = job(learning_question(2, LearningRequest(hand.folder, Choice(1, MODEL))))
    next(steps)
    steps.close()
    assert hands.read(hand.folder).networks == before


def test_ink_is_imported_with_what_has_a_label(
    tmp_path: Path, hand: Hand, samples: list[Drawing]
) -> None:
    path = tmp_path / "theirs.jsonl"
    write_ink(path, [samples[0], Drawing(samples[1].ink), samples[2]])
    assert import_ink(hand, path) == Imported(2, 1)
    assert read_ink(hand.ink) == [samples[0], samples[2]]
    write_ink(path, [Drawing(samples[1].ink)])
    with pytest.raises(InkError, match="label them first"):
        import_ink(hand, path)
    path.write_bytes(b"no ink")
    with pytest.raises(InkError):
        import_ink(hand, path)
    assert read_ink(hand.ink) == [samples[0], samples[2]]


def test_it_imports_no_torch() -> None:
    import subprocess

    code = (
        "import sys, lenetpad.engine.hands as h; "
        "assert not any(m in sys.modules for m in ('torch', 'torchvision')), sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
