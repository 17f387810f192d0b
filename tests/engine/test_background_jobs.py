"""Background jobs: in a thread, in order, with failures told and nothing left behind."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from lenetpad.engine.background_jobs import BackgroundJobs
from lenetpad.values.failures import Failure, Place


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[BackgroundJobs]:
    made = BackgroundJobs(Place.TRAIN)
    yield made
    made.close()


def test_they_are_done_elsewhere_and_answered_here(qtbot: QtBot, jobs: BackgroundJobs) -> None:
    found: list[Any] = []
    here = threading.get_ident()

    def answer(thread: int) -> None:
        found.append((thread, threading.get_ident()))

    for _ in range(3):
        jobs.run("test", threading.get_ident, answer)
    qtbot.waitUntil(lambda: len(found) == 3)
    [(there, back)] = set(found)
    assert there != here
    assert back == here


def test_the_window_need_not_wait_long_while_they_are_done(
    qtbot: QtBot, jobs: BackgroundJobs
) -> None:
    usual = sys.getswitchinterval()
    found: list[float] = []
    jobs.run("test", sys.getswitchinterval, found.append)
    qtbot.waitUntil(lambda: bool(found))
    assert found[0] <= 0.0001 < usual
    with qtbot.waitSignal(jobs.failed):
        jobs.run("test", lambda: 1 / 0)
    assert sys.getswitchinterval() == usual


def test_they_are_done_in_order(qtbot: QtBot, jobs: BackgroundJobs) -> None:
    found: list[int] = []
    for number in range(50):
        jobs.run("test", lambda number=number: number, found.append)
    qtbot.waitUntil(lambda: len(found) == 50)
    assert found == list(range(50))


def test_of_many_wishes_of_a_name_the_first_and_the_latest_are_done(
    qtbot: QtBot, jobs: BackgroundJobs
) -> None:
    begun, go = threading.Event(), threading.Event()
    done: list[Any] = []

    def first() -> str:
        begun.set()
        go.wait()
        raise ValueError("no such run")  # a failure keeps nobody from going on

    jobs.run_latest("list", first)
    begun.wait()
    for number in range(10):
        jobs.run_latest("list", lambda number=number: number, done.append)
    jobs.run_latest("another", lambda: "another", done.append)
    go.set()
    qtbot.waitUntil(lambda: not jobs.busy("list"))
    assert sorted(map(str, done)) == ["9", "another"]


def test_a_failure_is_told_and_the_thread_lives_on(qtbot: QtBot, jobs: BackgroundJobs) -> None:
    def fail() -> None:
        raise ValueError("no such run\nand more")

    with qtbot.waitSignal(jobs.failed) as told:
        jobs.run("runs", fail)
    failure = told.args[0]
    assert isinstance(failure, Failure)
    assert (failure.job, failure.message) == ("runs", "no such run")
    assert failure.place is Place.TRAIN
    assert "Traceback" in failure.traceback
    found: list[int] = []
    jobs.run("runs", lambda: 1, found.append)
    qtbot.waitUntil(lambda: found == [1])


def test_closing_waits_for_what_has_begun_and_leaves_out_the_rest(qtbot: QtBot) -> None:
    jobs, begun, go = BackgroundJobs(Place.TRAIN), threading.Event(), threading.Event()
    done: list[int] = []

    def slow() -> None:
        begun.set()
        go.wait()
        done.append(1)

    jobs.run("test", slow, done.append)
    jobs.run("test", lambda: done.append(2))
    begun.wait()
    threading.Timer(0.05, go.set).start()
    jobs.close()
    assert done == [1]
    jobs.run("test", lambda: done.append(3))
    jobs.close()


def test_the_switch_interval_is_put_back_by_the_last_of_several_threads(qtbot: QtBot) -> None:
    usual = sys.getswitchinterval()
    one, other = BackgroundJobs(Place.TRAIN), BackgroundJobs(Place.EVALUATE)
    inside, leave = threading.Event(), threading.Event()
    seen: list[float] = []

    def hold() -> None:
        inside.set()
        assert leave.wait(30)

    def overlap() -> None:
        assert inside.wait(30)
        seen.append(sys.getswitchinterval())
        leave.set()

    done: list[object] = []
    one.run("hold", hold, done.append)
    other.run("overlap", overlap, done.append)
    qtbot.waitUntil(lambda: len(done) == 2, timeout=30_000)
    one.close()
    other.close()
    assert seen[0] < usual
    assert sys.getswitchinterval() == usual
