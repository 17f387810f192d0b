"""The jobs that explain: best patches with progress, cancelled and kept, and what speaks for a
class, all of it without torch."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from lenetpad.data.labelled import Labelled
from lenetpad.engine import explanations as module
from lenetpad.engine.explanations import (
    BestPatchesJob,
    best_patches_question,
    explanation_jobs,
    gradient_job,
    occlusion_job,
    saliency_question,
)
from lenetpad.engine.jobs import Jobs
from lenetpad.ink.files import Drawing, read_ink, write_ink
from lenetpad.ink.normalising import draw_sheet
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.lenet import best_patches as searching
from lenetpad.lenet.forward import BATCH
from lenetpad.lenet.identification import WeightsError
from lenetpad.lenet.saliency import gradient_times_input, occlusion
from lenetpad.lenet.weights import load, shipped
from lenetpad.storage import resources
from lenetpad.values.best_patches import BestPatches, BestPatchesRequest
from lenetpad.values.evaluation import DataChoice, EvaluationProgress
from lenetpad.values.explanation import Unit
from lenetpad.values.failures import Place
from lenetpad.values.holding import Hold
from lenetpad.values.jobs import Answer
from lenetpad.values.models import Choice
from lenetpad.values.reading import ReadingError
from lenetpad.values.saliency import GradientRequest, OcclusionRequest

UNIT = Unit("C1", 0, 10, 10)
CHOICE = Choice(1, "lenet5-modern")
SHEET = Sheet(read_ink(resources.path("ink/samples.jsonl"))[4].ink)


@pytest.fixture
def few(tmp_path: Path, mnist: tuple[Labelled, Labelled]) -> DataChoice:
    """120 digits in a file."""
    images = mnist[1].images[:120]
    np.savez(tmp_path / "few.npz", images=images, labels=np.arange(120, dtype=np.uint8) % 10)
    return DataChoice.of_file(tmp_path / "few.npz")


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[Unit]:
    """The units that are searched for, and not found among what is kept."""
    asked: list[Unit] = []

    def counted(*arguments: Any) -> Iterator[Any]:
        asked.append(arguments[4])
        return searching.best_patches(*arguments)

    monkeypatch.setattr(module, "best_patches", counted)
    return asked


def answer_of(job: BestPatchesJob, request: BestPatchesRequest) -> BestPatches:
    *_, answer = job(best_patches_question(request))
    assert isinstance(answer, Answer)
    assert isinstance(answer.result, BestPatches)
    return answer.result


def test_the_best_are_the_answer_after_progress(few: DataChoice) -> None:
    question = best_patches_question(BestPatchesRequest(4, CHOICE, UNIT, True, None, few))
    *steps, answer = BestPatchesJob()(question)
    assert [(step.serial, step.done, step.total) for step in steps] == [
        (4, 0, 0),
        (4, 50, 120),
        (4, 100, 120),
        (4, 120, 120),
    ]
    assert {type(step) for step in steps} == {EvaluationProgress}
    assert isinstance(answer, Answer)
    assert (answer.serial, answer.asker, question.place) == (4, "best patches", Place.DRAW)
    found = answer.result
    assert (found.unit, found.anywhere, found.images) == (UNIT, True, 120)
    assert all(patch.label == patch.index % 10 for patch in found.most + found.least)


def test_it_is_cancelled_between_two_batches_and_found_anew(
    few: DataChoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, read = BestPatchesJob(), []
    original = searching._map_of
    monkeypatch.setattr(searching, "_map_of", lambda *a: read.append(1) or original(*a))
    request = BestPatchesRequest(1, CHOICE, UNIT, data=few)
    steps = job(best_patches_question(request))
    assert [next(steps).done for _ in range(2)] == [0, BATCH]
    steps.close()
    assert len(read) == 1
    assert answer_of(job, request).images == 120
    assert len(read) == 1 + 3


def test_what_was_found_is_kept_until_the_weights_change(
    few: DataChoice, searches: list[Unit]
) -> None:
    job, parameters = BestPatchesJob(), load("lenet5-modern").parameters
    first = answer_of(job, BestPatchesRequest(1, CHOICE, UNIT, data=few))
    same = dict(parameters)  # the same weights, from elsewhere
    assert answer_of(job, BestPatchesRequest(2, CHOICE, UNIT, False, same, few)) is first
    assert answer_of(job, BestPatchesRequest(3, CHOICE, UNIT, data=few)) is first
    assert len(searches) == 1
    other = same | {"c1.bias": parameters["c1.bias"] + np.float32(1)}
    changed = answer_of(job, BestPatchesRequest(4, CHOICE, UNIT, False, other, few))
    assert changed.most[0].weighted_sum == pytest.approx(first.most[0].weighted_sum + 1, abs=1e-4)
    assert len(searches) == 2


def test_other_units_places_and_networks_are_other_questions(
    few: DataChoice, searches: list[Unit]
) -> None:
    job = BestPatchesJob()
    asked = [
        BestPatchesRequest(1, CHOICE, UNIT, data=few),
        BestPatchesRequest(2, CHOICE, UNIT, anywhere=True, data=few),
        BestPatchesRequest(3, CHOICE, Unit("C1", 1, 10, 10), data=few),
        BestPatchesRequest(4, Choice(2, "lenet5-modern-paper"), UNIT, data=few),
    ]
    found = [answer_of(job, request) for request in asked]
    assert len({id(one) for one in found}) == len(searches) == 4


def test_a_data_set_that_was_written_anew_is_read_anew(
    few: DataChoice, searches: list[Unit]
) -> None:
    job, request = BestPatchesJob(), BestPatchesRequest(1, CHOICE, UNIT, data=few)
    assert answer_of(job, request).images == 120
    with np.load(few.path) as arrays:
        images = arrays["images"][:7]
    np.savez(few.path, images=images, labels=np.ones(7, np.uint8))
    assert answer_of(job, request).images == 7
    assert len(searches) == 2


def test_it_forgets_what_was_asked_for_longest_ago(
    few: DataChoice, searches: list[Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT_UNITS", 2)
    job = BestPatchesJob()
    first, second, third = (Unit("C1", number, 3, 3) for number in range(3))
    for unit in (first, second, first, third, first, second):
        answer_of(job, BestPatchesRequest(1, CHOICE, unit, data=few))
        assert len(job._found) <= 2
    assert searches == [first, second, third, second]


def test_a_large_data_set_is_not_kept(few: DataChoice, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[DataChoice] = []
    original = module.open_data

    def counted(choice: DataChoice, serial: int) -> Any:
        opened.append(choice)
        return original(choice, serial)

    monkeypatch.setattr(module, "open_data", counted)
    for most, expected in ((120, 1), (119, 2)):
        monkeypatch.setattr(module, "KEPT_IMAGES", most)
        job = BestPatchesJob()
        opened.clear()
        for number in range(2):
            unit = Unit("C1", number, 3, 3)
            answer_of(job, BestPatchesRequest(1, CHOICE, unit, data=few))
        assert len(opened) == expected


def test_mnists_test_set_is_searched_where_nothing_else_is_said(
    mnist: tuple[Labelled, Labelled],
) -> None:
    *steps, answer = BestPatchesJob()(best_patches_question(BestPatchesRequest(1, CHOICE, UNIT)))
    assert isinstance(answer, Answer)
    assert answer.result.images == 10_000
    assert len(steps) == 1 + 10_000 // BATCH
    best = answer.result.most[0]
    assert best.label == mnist[1].labels[best.index]
    shown = (best.input[2:-2, 2:-2] + 1) / 2
    np.testing.assert_allclose(255 * shown, mnist[1].images[best.index], atol=1e-3)


def test_what_is_left_out_of_a_file_is_said_each_time(tmp_path: Path) -> None:
    drawings = read_ink(resources.path("ink/samples.jsonl"))[:12]
    write_ink(tmp_path / "mine.jsonl", [Drawing(drawings[0].ink), *drawings[1:]])
    data, job = DataChoice.of_file(tmp_path / "mine.jsonl"), BestPatchesJob()
    for number in (0, 0, 1):
        unit = Unit("C3", number, 2, 2)
        found = answer_of(job, BestPatchesRequest(1, CHOICE, unit, data=data))
        assert found.images == 11
        assert found.notice == "1 of 12 drawings have no label and are left out."


def test_a_file_of_weights_that_is_gone_is_a_mistake(tmp_path: Path, few: DataChoice) -> None:
    gone = Choice(1, str(tmp_path / "gone.safetensors"))
    with pytest.raises(WeightsError, match="gone"):
        answer_of(BestPatchesJob(), BestPatchesRequest(1, gone, UNIT, data=few))


def test_a_snapshot_is_a_choice_of_its_file(tmp_path: Path, few: DataChoice) -> None:
    snapshot = tmp_path / "000100.safetensors"
    snapshot.write_bytes(shipped("lenet5-modern-paper").read_bytes())
    job = BestPatchesJob()
    found = answer_of(job, BestPatchesRequest(1, Choice(1, str(snapshot)), UNIT, data=few))
    paper = load("lenet5-modern-paper").parameters
    expected = answer_of(job, BestPatchesRequest(2, CHOICE, UNIT, False, paper, few))
    assert [p.index for p in found.most] == [p.index for p in expected.most]
    assert [p.value for p in found.most] == [p.value for p in expected.most]


@pytest.mark.parametrize("given", [False, True])
def test_an_occlusion_and_a_gradient_are_those_of_the_sheet(given: bool) -> None:
    weights, held = load("lenet5-1998"), (Hold("S4", 3),)
    parameters = {**weights.parameters, "c1.bias": weights.parameters["c1.bias"] + np.float32(0.1)}
    choice, image = Choice(1, "lenet5-1998"), draw_sheet(SHEET)
    used, sent = (parameters, parameters) if given else (weights.parameters, None)
    question = saliency_question(OcclusionRequest(5, choice, SHEET, (2, 7), sent, held, 6, 3))
    (answer,) = occlusion_job(question)
    expected = occlusion(weights.config, used, image, 6, 3, (2, 7), held)
    assert (question.job, question.asker, answer.serial) == ("occlusion", "saliency", 5)
    assert np.array_equal(answer.result.picture, expected.picture)
    assert (answer.result.score, answer.result.classes) == (expected.score, (2, 7))
    question = saliency_question(GradientRequest(6, choice, SHEET, (2,), sent, held))
    (answer,) = gradient_job(question)
    expected = gradient_times_input(weights.config, used, image, (2,), held)
    assert (question.job, question.asker, answer.serial) == ("gradient", "saliency", 6)
    assert np.array_equal(answer.result.picture, expected.picture)
    assert not answer.result.picture.flags.writeable


@pytest.mark.parametrize("sheet", [Sheet(Ink.of([])), SHEET], ids=["blank", "ink"])
def test_weights_that_give_no_numbers_are_an_error(sheet: Sheet) -> None:
    parameters = dict(load("lenet5-modern").parameters)
    parameters["f6.weight"] = parameters["f6.weight"] * np.float32(1e38)
    for job, request in (
        (occlusion_job, OcclusionRequest(1, CHOICE, sheet, (), parameters)),
        (gradient_job, GradientRequest(1, CHOICE, sheet, (), parameters)),
    ):
        with pytest.raises(ReadingError, match="no numbers"):
            list(job(saliency_question(request)))


def test_a_thread_answers_all_of_them(qtbot: QtBot, few: DataChoice) -> None:
    jobs = Jobs(explanation_jobs(), "explanations")
    answers: list[Answer] = []
    jobs.answered.connect(answers.append)
    jobs.ask(saliency_question(OcclusionRequest(1, CHOICE, SHEET)))
    jobs.ask(best_patches_question(BestPatchesRequest(1, CHOICE, UNIT, data=few)))
    jobs.ask(saliency_question(GradientRequest(1, CHOICE, SHEET), asker="another"))
    qtbot.waitUntil(lambda: len(answers) == 3)
    jobs.close()
    assert {answer.asker for answer in answers} == {"saliency", "best patches", "another"}


CODE = """
import sys
from lenetpad.engine.explanations import *
from lenetpad.ink.files import read_ink
from lenetpad.ink.strokes import Sheet
from lenetpad.storage import resources
from lenetpad.values.best_patches import BestPatchesRequest
from lenetpad.values.explanation import Unit
from lenetpad.values.models import Choice
from lenetpad.values.saliency import GradientRequest, OcclusionRequest
sheet = Sheet(read_ink(resources.path("ink/samples.jsonl"))[4].ink)
choice, jobs = Choice(1, "lenet5-1998"), explanation_jobs()
for question in (
    best_patches_question(BestPatchesRequest(1, choice, Unit("C3", 1, 2, 2))),
    saliency_question(OcclusionRequest(1, choice, sheet)),
    saliency_question(GradientRequest(1, choice, sheet)),
):
    *_, answer = jobs[question.job](question)
print([name for name in ("torch", "torchvision") if name in sys.modules])
"""


def test_none_of_them_needs_torch() -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", CODE]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
