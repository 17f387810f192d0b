from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from lenetpad.engine import devices as module
from lenetpad.engine.devices import (
    DEVICES,
    Target,
    devices_job,
    devices_question,
    may_have_gpu,
    send_gpus,
)
from lenetpad.engine.jobs import Jobs
from tests import trainees

CARDS = (("cuda:0", "Card 0 (cuda:0)"), ("cuda:1", "Card 1 (cuda:1)"))


@pytest.fixture
def searches(qtbot: QtBot) -> Iterator[list[Jobs]]:
    """Closes what a test has begun, and sees that no process is left."""
    begun: list[Jobs] = []
    yield begun
    for jobs in begun:
        jobs.close()
    assert not [one for one in multiprocessing.active_children() if one.name == "lenetpad devices"]


def search(begun: list[Jobs], target: Target) -> Jobs:
    jobs = Jobs({DEVICES: devices_job(target)}, "devices")
    begun.append(jobs)
    return jobs


@pytest.mark.parametrize(
    ("target", "found"), [(trainees.two_cards, CARDS), (trainees.speechless, ())]
)
def test_the_process_tells_what_there_is(
    target: Target, found: object, qtbot: QtBot, searches: list[Jobs]
) -> None:
    jobs = search(searches, target)
    with qtbot.waitSignal(jobs.answered, timeout=30_000) as answered:
        jobs.ask(devices_question(1))
    assert answered.args is not None
    assert answered.args[0].result == found


def test_the_search_can_be_given_up(qtbot: QtBot, searches: list[Jobs]) -> None:
    jobs = search(searches, trainees.endless)
    with qtbot.waitSignal(jobs.progressed, timeout=30_000):
        jobs.ask(devices_question(1))
    jobs.close()  # the fixture sees that the process has gone


def test_torch_itself_is_asked(qtbot: QtBot, searches: list[Jobs]) -> None:
    """In a process of its own: this one may do without torch."""
    from lenetpad.training.devices import gpus

    jobs = search(searches, send_gpus)
    with qtbot.waitSignal(jobs.answered, timeout=120_000) as answered:
        jobs.ask(devices_question(1))
    assert answered.args is not None
    assert answered.args[0].result == gpus()


def test_what_a_driver_leaves_is_a_sign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(module, "SIGNS", (str(tmp_path / "nvidiactl"), str(tmp_path / "kfd")))
    assert not may_have_gpu()
    (tmp_path / "kfd").touch()
    assert may_have_gpu()


@pytest.mark.parametrize(("machine", "may"), [("arm64", True), ("x86_64", False)])
def test_apples_own_processors_have_one(
    machine: str, may: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr("platform.machine", lambda: machine)
    assert may_have_gpu() is may
