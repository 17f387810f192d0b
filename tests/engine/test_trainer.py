"""The training process: what it tells, how it is controlled, and every way in which it can end."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PySide6.QtCore import QDeadlineTimer, QThread
from pytestqt.qtbot import QtBot

from lenetpad.engine import trainer as module
from lenetpad.engine import training_process
from lenetpad.engine.trainer import ON_THE_WAY, Target, Trainer, how_it_died
from lenetpad.storage import runs
from lenetpad.values.recipes import Plan, Recipe
from lenetpad.values.training import (
    Begun,
    Control,
    Ended,
    Order,
    Outcome,
    Paused,
    Progress,
    RateScaled,
    Resumed,
    SetRate,
    Snapshot,
    Stage,
)
from tests import trainees

PATIENCE = 180_000  # ms; a process takes seconds to begin, more on a busy machine
RECIPE = Recipe(
    epochs=4,
    batch_size=10,
    optimiser="sgd",
    lr=0.01,
    schedule="constant",
    distortions=None,
    fraction=0.02,
    validation=200,
)
PLAN = Plan("lenet5-modern-paper", RECIPE)


class Told:
    """A trainer, and all that it told."""

    def __init__(self, qtbot: QtBot, trainer: Trainer) -> None:
        self.trainer, self.messages = trainer, list[Any]()
        self._qtbot = qtbot
        trainer.message_received.connect(self.messages.append)

    def of(self, kind: type) -> list[Any]:
        return [message for message in self.messages if isinstance(message, kind)]

    def wait_for(self, kind: type, count: int = 1) -> Any:
        self._qtbot.waitUntil(lambda: len(self.of(kind)) >= count, timeout=PATIENCE)
        return self.of(kind)[count - 1]


@pytest.fixture
def training(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., Told]]:
    """Starts trainings, and leaves no process."""
    trainers: list[Trainer] = []

    def start(target: Target = trainees.light, plan: Plan = PLAN, **order: Any) -> Told:
        trainer = Trainer(target)
        trainers.append(trainer)
        told = Told(qtbot, trainer)
        assert trainer.start(Order(plan, tmp_path, **order))
        return told

    yield start
    for trainer in trainers:
        trainer.close()
    assert multiprocessing.active_children() == []


def losses(folder: Path) -> list[float]:
    return [loss for entry in runs.log(folder) for loss in entry.get("losses", ())]


def test_nothing_that_is_told_is_lost_or_out_of_order(training: Callable[..., Told]) -> None:
    told = training(trainees.talker)
    told.wait_for(Progress, 1000)
    assert isinstance(told.messages[0], Stage)
    assert isinstance(told.messages[1], Begun)
    assert [report.step for report in told.of(Progress)] == list(range(1, 1001))
    told.trainer.control(Control.STOP)
    assert told.wait_for(Ended).outcome is Outcome.STOPPED
    assert not told.trainer.busy


def test_a_window_that_takes_nothing_in_holds_the_training_up(
    training: Callable[..., Told], qtbot: QtBot
) -> None:
    told = training(trainees.talker)
    told.wait_for(Begun)
    patience = QDeadlineTimer(PATIENCE)
    while told.trainer.backlog < ON_THE_WAY:  # no event is processed here
        assert not patience.hasExpired()
        QThread.yieldCurrentThread()
    assert told.trainer.backlog == ON_THE_WAY == 64
    told.wait_for(Progress, 1000)


def test_start_pressed_twice_starts_one(training: Callable[..., Told], tmp_path: Path) -> None:
    told = training(trainees.talker)
    assert not told.trainer.start(Order(PLAN, tmp_path))
    told.wait_for(Progress, 1000)
    assert len(told.of(Begun)) == 1


def test_a_killed_process_is_a_failure_that_says_so(
    training: Callable[..., Told], tmp_path: Path
) -> None:
    ended = training(trainees.killed).wait_for(Ended)
    assert ended.outcome is Outcome.FAILED
    assert ended.folder == tmp_path / "a run"
    assert "was killed by SIGKILL, perhaps for lack of memory" in ended.message
    assert "can go on from its last checkpoint" in ended.message


def test_a_process_that_ends_without_a_word_is_a_failure(training: Callable[..., Told]) -> None:
    told = training(trainees.quitter)
    assert "ended unexpectedly with status 3" in told.wait_for(Ended).message
    assert how_it_died(None).startswith("The training process ended unexpectedly")
    told.trainer.control(Control.STOP)  # to nobody


def test_a_deaf_process_is_killed_when_the_window_closes(training: Callable[..., Told]) -> None:
    told = training(trainees.deaf)
    told.wait_for(Begun)
    assert told.trainer.close(0.1)
    assert not told.trainer.busy
    assert multiprocessing.active_children() == []
    assert told.trainer.close()


def test_one_that_still_writes_its_checkpoint_is_left_to_end_by_itself(
    training: Callable[..., Told], tmp_path: Path, qtbot: QtBot
) -> None:
    told = training(trainees.slow_writer)
    told.wait_for(Begun)
    [process] = multiprocessing.active_children()
    [session] = [one for one in (told.trainer._session,) if one is not None]
    told.trainer.stop()
    qtbot.waitUntil(lambda: session._answered, timeout=PATIENCE)
    assert not told.trainer.close(0.0)
    assert not told.trainer.busy
    assert process.is_alive()
    (tmp_path / trainees.GO_ON).touch()
    session.join()
    assert (tmp_path / "checkpoint").read_text() == "whole"
    assert [type(message) for message in told.messages] == [Begun]
    module._LEFT.remove(session)


class TestTheRealOne:
    """Each of these spawns a process that imports torch."""

    def test_it_trains_and_keeps_the_run(
        self, training: Callable[..., Told], tmp_path: Path
    ) -> None:
        told = training()
        begun = told.wait_for(Begun)
        assert begun.step == 0
        assert begun.folder.parent == tmp_path
        ended = told.wait_for(Ended)
        assert ended.outcome is Outcome.FINISHED
        run = runs.read(begun.folder)
        assert run.state == runs.FINISHED
        assert run.test_error == ended.test_error
        assert 0 < ended.test_error < 0.9
        assert run.steps == begun.steps == told.of(Progress)[-1].step
        reported = [loss for report in told.of(Progress) for loss in report.losses]
        assert losses(begun.folder) == pytest.approx(reported, abs=1e-6)
        assert len(runs.snapshots(begun.folder)) > 5
        assert (begun.folder / runs.WEIGHTS).exists()

    def test_pause_rate_watch_resume_and_stop(self, training: Callable[..., Told]) -> None:
        told = training(plan=replace(PLAN, recipe=replace(RECIPE, epochs=1000)))
        told.wait_for(Begun)
        trainer = told.trainer
        trainer.control(Control.PAUSE)
        assert told.wait_for(Paused).reason == ""
        steps = told.of(Progress)[-1].step
        trainer.control(SetRate(0.005))
        assert told.wait_for(RateScaled) == RateScaled(steps, pytest.approx(0.5))
        trainer.control(Control.WATCH)
        snapshot = told.wait_for(Snapshot)
        assert snapshot.step == steps
        assert snapshot.kernels.shape == (6, 5, 5)
        assert not snapshot.kernels.flags.writeable
        assert told.of(Progress)[-1].step == steps
        trainer.control(Control.RESUME)
        told.wait_for(Resumed)
        assert told.wait_for(Snapshot, 3).step > steps
        assert told.of(Progress)[-1].learning_rate == pytest.approx(0.005)
        trainer.control(Control.STOP)
        ended = told.wait_for(Ended)
        assert ended.outcome is Outcome.STOPPED
        run = runs.read(ended.folder)
        assert run.state == runs.STOPPED
        assert run.can_go_on
        [mark] = [entry for entry in runs.log(run.folder) if "rate_factor" in entry]
        assert mark == {"step": steps, "rate_factor": pytest.approx(0.5)}

    def test_killed_and_continued_it_learns_the_same(
        self, training: Callable[..., Told], tmp_path: Path
    ) -> None:
        plan = replace(PLAN, recipe=replace(RECIPE, epochs=2, fraction=0.05))
        whole = training(plan=plan).wait_for(Ended).folder
        told = training(plan=plan)
        folder = told.wait_for(Begun).folder
        told.wait_for(Progress, 4)
        [process] = multiprocessing.active_children()
        process.kill()
        assert "SIGKILL" in told.wait_for(Ended).message
        cut_short = runs.read(folder)
        assert cut_short.state == runs.INTERRUPTED
        assert cut_short.can_go_on
        again = training(plan=plan, folder=folder)
        assert 0 < again.wait_for(Begun).step < cut_short.steps
        assert again.wait_for(Ended).outcome is Outcome.FINISHED
        assert losses(folder) == pytest.approx(losses(whole), abs=1e-4)

    @pytest.mark.parametrize(
        ("target", "message"),
        [
            (trainees.out_of_memory, "the memory was not enough"),
            (trainees.raising, "the cat sat on the keyboard"),
        ],
    )
    def test_a_fault_in_a_step_is_told_and_written_down(
        self, target: Target, message: str, training: Callable[..., Told]
    ) -> None:
        ended = training(target).wait_for(Ended)
        assert ended.outcome is Outcome.FAILED
        assert ended.message.startswith(message)
        assert "\n" not in ended.message
        assert "Traceback" in ended.traceback
        assert runs.read(ended.folder).state == runs.FAILED

    def test_a_full_disk_pauses_it(self, training: Callable[..., Told], tmp_path: Path) -> None:
        plan = replace(PLAN, recipe=replace(RECIPE, epochs=1000))
        told = training(trainees.with_a_full_disk, plan=plan)
        folder = told.wait_for(Begun).folder
        told.wait_for(Progress, 3)
        (tmp_path / trainees.FULL).touch()
        reason = told.wait_for(Paused).reason
        assert "No space left" in reason
        assert str(folder) in reason
        checkpoint = (folder / runs.CHECKPOINT).read_bytes()
        told.trainer.control(Control.RESUME)
        told.wait_for(Paused, 2)  # it tried again
        assert (folder / runs.CHECKPOINT).read_bytes() == checkpoint
        (tmp_path / trainees.FULL).unlink()
        reports = len(told.of(Progress))
        told.trainer.control(Control.RESUME)
        told.wait_for(Progress, reports + 3)
        assert (folder / runs.CHECKPOINT).read_bytes() != checkpoint
        told.trainer.control(Control.STOP)
        assert told.wait_for(Ended).outcome is Outcome.STOPPED
        steps = [entry["step"] for entry in runs.log(folder)]
        assert steps == sorted(set(steps))

    def test_a_loss_that_is_no_number_ends_it_and_a_smaller_rate_goes_on(
        self, training: Callable[..., Told]
    ) -> None:
        told = training()
        told.wait_for(Begun)
        told.trainer.control(SetRate(1e28))
        ended = told.wait_for(Ended)
        assert ended.outcome is Outcome.FAILED
        assert "no longer a number at step" in ended.message
        assert "learning rate 1e+28" in ended.message
        assert runs.read(ended.folder).can_go_on
        assert ended.diverged
        again = training(folder=ended.folder, rate_factor=1e-30)
        step = again.wait_for(Begun).step
        assert step > 0
        assert again.wait_for(RateScaled) == RateScaled(step, 1e-30)
        assert again.wait_for(Ended).outcome is Outcome.FINISHED
        assert all(report.loss < 100 for report in again.of(Progress))

    def test_a_stop_while_the_disk_is_full_is_a_stop(
        self, training: Callable[..., Told], tmp_path: Path
    ) -> None:
        plan = replace(PLAN, recipe=replace(RECIPE, epochs=1000))
        (tmp_path / trainees.FULL).touch()  # from the first writing on, before any step
        told = training(trainees.with_a_full_disk_at_once, plan=plan)
        assert "No space left" in told.wait_for(Paused).reason
        assert told.of(Progress) == []
        told.trainer.control(Control.STOP)
        ended = told.wait_for(Ended)
        assert (ended.outcome, ended.message) == (Outcome.STOPPED, "")

    def test_weights_of_another_network_are_refused(self, training: Callable[..., Told]) -> None:
        ended = training(plan=replace(PLAN, start="lenet5-study")).wait_for(Ended)
        assert "lenet5-study holds weights of lenet5-study" in ended.message
        assert "lenet5-modern cannot begin with" in ended.message

    def test_the_process_ends_with_its_window(self, tmp_path: Path) -> None:
        """A window that is killed closes the pipe; three seconds later nobody trains."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        plan = replace(PLAN, recipe=replace(RECIPE, epochs=1000))
        process = context.Process(
            target=trainees.light, args=(theirs, Order(plan, tmp_path)), daemon=True
        )
        process.start()
        theirs.close()
        folder = None
        while folder is None:
            message = ours.recv()
            folder = message.folder if isinstance(message, Begun) else None
        assert runs.read(folder).state == runs.RUNNING
        ours.close()
        process.join(3)
        assert process.exitcode is not None
        assert runs.read(folder).can_go_on

    def test_two_windows_train_side_by_side_but_not_the_same_run(
        self, training: Callable[..., Told]
    ) -> None:
        plan = replace(PLAN, recipe=replace(RECIPE, epochs=1000))
        one, other = training(plan=plan), training(plan=plan)
        folders = {one.wait_for(Begun).folder, other.wait_for(Begun).folder}
        assert len(folders) == 2
        for told in (one, other):
            told.trainer.control(Control.PAUSE)  # the third needs the processor
        third = training(plan=plan, folder=one.of(Begun)[0].folder)
        assert "goes on already" in third.wait_for(Ended).message
        assert runs.read(one.of(Begun)[0].folder).state == runs.RUNNING

    def test_what_cannot_be_begun_leaves_no_run(
        self, training: Callable[..., Told], tmp_path: Path
    ) -> None:
        ended = training(plan=replace(PLAN, ink=("nowhere.jsonl",))).wait_for(Ended)
        assert ended.outcome is Outcome.FAILED
        assert "nowhere.jsonl" in ended.message
        assert runs.listed(tmp_path) == ([], [])


def test_it_is_nicer_than_the_window(training: Callable[..., Told]) -> None:
    told = training(trainees.niceness)
    assert int(told.wait_for(Stage).words) == os.nice(0) + 10


@pytest.mark.parametrize(
    ("error", "lacks"),
    [
        (MemoryError(), True),
        (
            RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"),
            True,
        ),
        (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), True),
        (RuntimeError("the cat sat on it"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_a_lack_of_memory_is_known_by_its_words(error: Exception, lacks: bool) -> None:
    assert training_process.is_lack_of_memory(error) is lacks


def test_what_torch_says_when_it_lacks_memory_is_known() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(10**15)
    assert training_process.is_lack_of_memory(caught.value)


def test_a_process_that_cannot_be_started_has_an_end_too(training: Callable[..., Told]) -> None:
    ended = training(lambda pipe, order: None).wait_for(Ended)  # a lambda cannot be sent
    assert ended.outcome is Outcome.FAILED
    assert "no process can be started" in ended.message
