"""Long work in turns: a step a turn of the event loop, replaced, stopped, and failing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from lenetpad.ui.widgets.turns import Steps, Turns, at_once


@pytest.fixture
def happened() -> list[str]:
    return []


@pytest.fixture
def owner(qtbot: QtBot) -> QObject:
    return QObject()


@pytest.fixture
def turns(owner: QObject) -> Turns:
    return Turns(owner)


def steps(name: str, count: int, happened: list[str]) -> Steps[str]:
    """Note each step and, however it comes to it, the end."""
    try:
        for number in range(count):
            happened.append(f"{name} {number}")
            yield
    finally:
        happened.append(f"{name} ends")
    return name


def test_other_events_come_in_between(qtbot: QtBot, turns: Turns, happened: list[str]) -> None:
    pen = QTimer()
    pen.timeout.connect(lambda: happened.append("pen"))
    pen.start(0)
    turns.start(steps("a", 3, happened))
    assert turns.active
    assert happened == []  # not before the next turn
    qtbot.waitUntil(lambda: not turns.active)
    pen.stop()
    assert [entry for entry in happened if entry != "pen"] == ["a 0", "a 1", "a 2", "a ends"]
    for before, after in (("a 0", "a 1"), ("a 1", "a 2"), ("a 2", "a ends")):
        assert "pen" in happened[happened.index(before) : happened.index(after)]


def test_what_is_started_later_takes_its_place(
    qtbot: QtBot, turns: Turns, happened: list[str]
) -> None:
    turns.start(steps("a", 1000, happened))
    qtbot.waitUntil(lambda: "a 1" in happened)
    turns.start(steps("b", 2, happened))
    assert happened[-1] == "a ends"
    qtbot.waitUntil(lambda: not turns.active)
    assert happened[-3:] == ["b 0", "b 1", "b ends"]


def test_stopping_closes_it(qtbot: QtBot, turns: Turns, happened: list[str]) -> None:
    turns.start(steps("a", 1000, happened))
    qtbot.waitUntil(lambda: "a 1" in happened)
    turns.stop()
    turns.stop()  # there is nothing to stop
    assert happened[-1] == "a ends"
    assert not turns.active


@pytest.mark.parametrize("then", ["start", "stop"])
def test_a_step_may_itself_replace_or_stop_it(
    qtbot: QtBot, turns: Turns, happened: list[str], then: str
) -> None:
    def first() -> Steps[None]:
        try:
            if then == "start":
                turns.start(steps("b", 1, happened))
            else:
                turns.stop()
            yield
            pytest.fail("it was to take no further step")
        finally:
            happened.append("a ends")

    turns.start(first())
    qtbot.waitUntil(lambda: not turns.active)
    assert happened == (["a ends", "b 0", "b ends"] if then == "start" else ["a ends"])


def test_a_step_that_fails_ends_it(qtbot: QtBot, turns: Turns, happened: list[str]) -> None:
    def fails() -> Steps[None]:
        yield
        raise ValueError("odd")

    with qtbot.captureExceptions() as caught:
        turns.start(fails())
        qtbot.waitUntil(lambda: not turns.active)
    assert [str(error) for _, error, _ in caught] == ["odd"]
    turns.start(steps("b", 1, happened))
    qtbot.waitUntil(lambda: not turns.active)
    assert happened == ["b 0", "b ends"]


def test_at_once_gives_what_the_generator_returns(happened: list[str]) -> None:
    assert at_once(steps("a", 3, happened)) == "a"
    assert happened == ["a 0", "a 1", "a 2", "a ends"]
