"""Devices: those that are always there at once, GPUs when they are found."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.controllers import networks
from lenetpad.engine.devices import devices_job
from lenetpad.values.models import Choice
from tests import trainees
from tests.conftest import FakeReader

TIMEOUT = 60_000
ALWAYS = [("auto", "Auto"), ("cpu", "CPU"), ("torch-cpu", "CPU with PyTorch")]
CARDS = [("cuda:0", "Card 0 (cuda:0)"), ("cuda:1", "Card 1 (cuda:1)")]


@pytest.fixture
def machine_with_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which two GPUs are found, by a process that needs no torch."""
    monkeypatch.setattr(networks, "may_have_gpu", lambda: True)
    monkeypatch.setattr(networks, "devices_job", lambda: devices_job(trainees.two_cards))


def offered(program: Program) -> list[tuple[str, str]]:
    box = program.window.header.devices
    return [(box.itemData(i), box.itemText(i)) for i in range(box.count())]


def test_without_a_sign_of_a_gpu_nobody_looks(
    qtbot: QtBot, make_program: Callable[..., Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(networks, "may_have_gpu", lambda: False)
    monkeypatch.setattr(networks, "Jobs", None)  # it would be called
    program = make_program(lambda choice: FakeReader())
    with qtbot.waitSignal(program.draw.page.reading_painted):
        pass
    assert offered(program) == ALWAYS


@pytest.mark.usefixtures("machine_with_gpus")
def test_gpus_are_offered_once_they_are_found_after_the_first_reading(
    qtbot: QtBot, make_program: Callable[..., Program]
) -> None:
    program = make_program(lambda choice: FakeReader())
    assert offered(program) == ALWAYS
    with qtbot.waitSignal(program.draw.networks.devices_found, timeout=TIMEOUT):
        with qtbot.waitSignal(program.draw.page.reading_painted):
            pass
        assert offered(program) == ALWAYS  # the reading did not wait for them
    assert offered(program) == [*ALWAYS, *CARDS]
    program.window.open_page("train")
    qtbot.waitUntil(lambda: program.training.page is not None, timeout=TIMEOUT)
    assert program.training.page is not None
    box = program.training.page.form.devices
    names = [box.itemData(i) for i in range(box.count())]
    assert names == ["auto", "cpu", "cuda:0", "cuda:1"]  # training is torch's in any case


def test_a_window_that_has_closed_looks_for_none(
    qtbot: QtBot, make_program: Callable[..., Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[object] = []
    monkeypatch.setattr(networks, "Jobs", lambda *_: begun.append(1))
    monkeypatch.setattr(networks, "may_have_gpu", lambda: False)
    program = make_program(lambda choice: FakeReader())
    qtbot.waitUntil(lambda: program.draw.networks.ready is not None)
    monkeypatch.setattr(networks, "may_have_gpu", lambda: True)
    program.close()
    program.draw.networks.search_devices()  # as for a reading that was still on its way
    QApplication.processEvents()
    assert begun == []


@pytest.mark.usefixtures("machine_with_gpus")
def test_where_torch_reads_already_it_has_told_of_them(
    qtbot: QtBot, make_program: Callable[..., Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(networks, "Jobs", None)  # it would be called

    class OnCard(FakeReader):
        device = "cuda:0"

        def describe(self, choice: Choice):  # type: ignore[no-untyped-def]
            from tests.conftest import a_model

            return a_model(choice, used="cuda:0", device="Card 0 (cuda:0)", devices=tuple(CARDS))

    program = make_program(lambda choice: OnCard())
    with qtbot.waitSignal(program.draw.page.reading_painted):
        pass
    assert offered(program) == [*ALWAYS, *CARDS]
