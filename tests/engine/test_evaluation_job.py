"""What the job "evaluation" does: data opened or fetched, networks opened, read and told of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import PIL.Image
import pytest

from lenetpad.data import datasets
from lenetpad.data.cancellation import CancelledError
from lenetpad.data.labelled import DataError, Labelled
from lenetpad.engine.evaluation import (
    NO_DIGITS,
    evaluate_job,
    evaluate_networks,
    evaluation_question,
)
from lenetpad.engine.evaluation_data import open_data
from lenetpad.ink.files import Drawing, read_ink, write_ink
from lenetpad.ink.strokes import Ink
from lenetpad.lenet.weights import load
from lenetpad.storage import resources
from lenetpad.training import opening
from lenetpad.values.conventions import Conventions
from lenetpad.values.evaluation import (
    DataChoice,
    EvaluationProgress,
    EvaluationRequest,
    EvaluationResults,
)
from lenetpad.values.jobs import Answer
from lenetpad.values.models import Choice
from tests.ink.written_numbers import written_number


@pytest.fixture(autouse=True)
def _torch_settings(torch_settings: None) -> None:
    """Every test of this file."""


def test_an_evaluation_reads_every_image_with_each_network(tmp_path: Path) -> None:
    images = np.zeros((300, 28, 28), dtype=np.uint8)
    images[:, 8:20, 13:15] = 255
    np.savez(tmp_path / "ones.npz", images=images, labels=np.ones(300, dtype=np.uint8))
    choices = (Choice(1, "lenet5-1998"), Choice(2, "lenet5-modern"))
    asked = EvaluationRequest(9, choices, DataChoice.of_file(tmp_path / "ones.npz"))
    *steps, found = evaluate_networks(asked)
    assert [(step.done, step.total) for step in steps if isinstance(step, EvaluationProgress)] == [
        *[(0, 0)] * 2,
        *[(250, 600), (300, 600), (550, 600), (600, 600)],
    ]
    assert isinstance(found, EvaluationResults)
    assert found.request is asked
    assert [judged.evaluation.n for judged in found.found] == [300, 300]
    assert found.images.shape == (300, 28, 28)
    assert set(found.labels.tolist()) == {1}


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (DataChoice("nonsense"), "'nonsense' is no data set"),
        (DataChoice("images", "gone.npz"), "gone.npz does not exist"),
    ],
)
def test_data_that_is_not_there_is_explained(choice: DataChoice, words: str) -> None:
    with pytest.raises(DataError, match=words):
        list(open_data(choice))


def test_data_sets_by_their_keys(mnist: tuple[Labelled, Labelled]) -> None:
    assert np.array_equal(opened(DataChoice("mnist")).images, mnist[1].images)
    assert np.array_equal(opened(DataChoice("mnist-train")).labels, mnist[0].labels)
    ink = opened(DataChoice("ink", str(resources.path("ink/samples.jsonl"))))
    assert len(ink) > 0


@pytest.fixture
def few_ones(tmp_path: Path) -> DataChoice:
    images = np.zeros((2, 28, 28), dtype=np.uint8)
    images[:, 8:20, 13:15] = 255
    np.savez(tmp_path / "ones.npz", images=images, labels=np.ones(2, dtype=np.uint8))
    return DataChoice.of_file(tmp_path / "ones.npz")


def test_the_results_are_the_answer_to_the_question(few_ones: DataChoice) -> None:
    asked = EvaluationRequest(4, (Choice(1, "lenet5-modern"),), few_ones)
    question = evaluation_question(asked)
    *steps, answer = evaluate_job(question)
    assert {type(step) for step in steps} == {EvaluationProgress}
    assert isinstance(answer, Answer)
    assert (answer.question, answer.serial) == (question, 4)
    assert answer.result.request is asked
    assert question.choices == asked.models


def test_numbers_are_read_by_each_network(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    drawings = [written_number(text, rng) for text in ("147", "20")]
    write_ink(tmp_path / "numbers.jsonl", drawings)
    choices = (Choice(1, "lenet5-1998"), Choice(2, "lenet5-modern"))
    data = DataChoice("ink", str(tmp_path / "numbers.jsonl"))
    *steps, found = evaluate_networks(EvaluationRequest(1, choices, data))
    assert isinstance(found, EvaluationResults)
    assert found.numbers is not None
    assert [read.texts for read in found.numbers.found] == [("147", "20")] * 2
    assert found.numbers.inks == tuple(drawing.ink for drawing in drawings)
    assert found.labels.tolist() == [1, 4, 7, 2, 0]
    assert found.notice == "2 numbers cut into 5 digits."
    assert EvaluationProgress(1, 4, 4) in steps


def test_a_device_that_fails_gives_way_to_the_cpu_and_that_is_said(few_ones: DataChoice) -> None:
    *_, found = evaluate_networks(
        EvaluationRequest(1, (Choice(1, "lenet5-1998", "cuda:77"),), few_ones)
    )
    assert isinstance(found, EvaluationResults)
    assert "cuda:77 cannot be used, the CPU reads instead" in found.notice


def test_how_a_network_was_guessed_to_read_is_said(
    few_ones: DataChoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = load("lenet5-study")
    conventions = Conventions("relu", "max", "unit", "zero")
    guesses = ((conventions, 0.9), (Conventions("tanh", "max", "unit", "zero"), 0.5))
    foreign = replace(shipped, name="mine.pth", conventions=conventions, guesses=guesses)
    monkeypatch.setattr(opening, "load", lambda model, known: foreign)
    *_, found = evaluate_networks(EvaluationRequest(1, (Choice(1, "/some/mine.pth"),), few_ones))
    assert isinstance(found, EvaluationResults)
    assert found.notice == (
        "mine.pth does not say how the network was trained; the best of 2 guesses was used: "
        "relu, max, unit, zero."
    )


def opened(choice: DataChoice) -> Labelled:
    *_, found = open_data(choice)
    assert isinstance(found, Labelled)
    return found


class TestFetchedSets:
    CHOICE = DataChoice("kmnist")

    def test_the_test_part_comes_after_the_progress(
        self, monkeypatch: pytest.MonkeyPatch, mnist: tuple[Labelled, Labelled]
    ) -> None:
        def load(
            key: str, cache: Path, folder: Path | None, tell: Any, cancelled: Any, _: Any
        ) -> Any:
            assert (key, folder) == ("kmnist", None)
            tell("KMNIST", 5, 10)
            tell("KMNIST", 10, 10)
            return mnist

        monkeypatch.setattr(datasets, "load", load)
        first, second, found = open_data(self.CHOICE, serial=7)
        assert first == EvaluationProgress(7, 5, 10, "KMNIST")
        assert second == EvaluationProgress(7, 10, 10, "KMNIST")
        assert found is mnist[1]

    def test_who_stops_asking_stops_the_fetching(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stopped = Event()

        def load(
            key: str, cache: Path, folder: Path | None, tell: Any, cancelled: Any, _: Any
        ) -> Any:
            while not cancelled():
                tell("KMNIST", 1, 0)
            stopped.set()
            raise CancelledError("cancelled")

        monkeypatch.setattr(datasets, "load", load)
        steps = open_data(self.CHOICE)
        next(steps)
        steps.close()  # type: ignore[attr-defined]
        assert stopped.wait(10)

    def test_what_cannot_be_fetched_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def load(*_: Any) -> Any:
            raise DataError("KMNIST cannot be fetched: offline")

        monkeypatch.setattr(datasets, "load", load)
        with pytest.raises(DataError, match="offline"):
            list(open_data(self.CHOICE))

    def test_a_folder_of_pictures_is_read(self, tmp_path: Path) -> None:
        for digit in range(10):
            (tmp_path / str(digit)).mkdir()
            for number in range(6):
                image = np.full((28, 28), 255, dtype=np.uint8)
                image[4:24, 10 + digit % 3 : 14 + number % 2] = 0
                PIL.Image.fromarray(image).save(tmp_path / str(digit) / f"{number}.png")
        choice = DataChoice.of_file(tmp_path)
        assert choice.key == "folder"
        assert len(opened(choice)) == 10
        (tmp_path / "3" / "bad.png").write_bytes(b"no picture")
        request = EvaluationRequest(1, (Choice(1, "lenet5-modern"),), choice)
        *_, found = evaluate_networks(request)
        assert found.notice.startswith("1 of 61 pictures passed over: ")


class TestInkThatIsEvaluated:
    def asked(self, folder: Path, *labels: int | str | None) -> EvaluationRequest:
        ink = Ink.of([[[0, 0], [0, 50]]])
        write_ink(folder / "ink.jsonl", [Drawing(ink, label) for label in labels])
        data = DataChoice.of_file(folder / "ink.jsonl")
        return EvaluationRequest(1, (Choice(1, "lenet5-modern"),), data)

    def test_without_a_label_there_is_nothing_to_compare_with(self, tmp_path: Path) -> None:
        with pytest.raises(DataError) as raised:
            list(evaluate_networks(self.asked(tmp_path, None, None)))
        assert str(raised.value) == (
            f"{tmp_path / 'ink.jsonl'}: none of the 2 drawings has a label; open the file on the "
            "Draw page, and label its drawings in the tray"
        )

    def test_what_is_left_out_is_said(self, tmp_path: Path) -> None:
        *_, found = evaluate_networks(self.asked(tmp_path, 1, None, 1))
        assert isinstance(found, EvaluationResults)
        assert found.labels.tolist() == [1, 1]
        assert found.notice == "1 of 3 drawings have no label and are left out."

    def test_an_empty_matrix_is_explained(self, tmp_path: Path) -> None:
        *_, found = evaluate_networks(self.asked(tmp_path, "A", "B"))
        assert isinstance(found, EvaluationResults)
        assert found.notice == NO_DIGITS
        *_, found = evaluate_networks(self.asked(tmp_path, "A", 1))
        assert isinstance(found, EvaluationResults)
        assert found.notice == ""


def test_a_folder_of_ink_is_read_whole_and_by_writer(tmp_path: Path) -> None:
    samples = [replace(one, writer=None) for one in read_ink(resources.path("ink/samples.jsonl"))]
    for place, name in enumerate(("ann", "bo", "cy")):
        write_ink(tmp_path / f"{name}.jsonl", samples[place::3])
    (tmp_path / "bad.jsonl").write_text("nonsense")
    data = DataChoice.of_file(tmp_path)
    choices = (Choice(1, "lenet5-1998"), Choice(2, "lenet5-modern"))
    *_, found = evaluate_networks(EvaluationRequest(1, choices, data))
    assert isinstance(found, EvaluationResults)
    assert len(found.labels) == len(found.writers) == len(samples)
    assert found.notice.startswith("1 of 4 ink files passed over")
    for which, by_writer in enumerate(found.by_writer):
        counts = {one.writer: one.drawings for one in by_writer.writers}
        assert counts == {name: len(samples[n::3]) for n, name in enumerate(("ann", "bo", "cy"))}
        assert by_writer.errors == len(found.wrong(which))
        for one in by_writer.writers:
            misread = found.misread_of(one.writer, which)
            assert {found.writers[index] for index in misread} <= {one.writer}
            assert len(set(misread) & set(found.wrong(which))) == one.errors


def test_images_have_no_writers(few_ones: DataChoice) -> None:
    *_, found = evaluate_networks(EvaluationRequest(1, (Choice(1, "lenet5-1998"),), few_ones))
    assert isinstance(found, EvaluationResults)
    assert (found.writers, found.by_writer) == ((), ())
