"""Weights that vanish: before they are loaded, since the last start, or on a disk that goes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.engine import recognition
from lenetpad.engine.recognition import open_reader
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.storage import resources
from lenetpad.values.models import DEFAULT_MODEL, Choice
from lenetpad.values.reading import Reading
from tests.conftest import FakeReader

#: Each of them makes something fail, and the log tells of it.
pytestmark = pytest.mark.expected_log

SHEET = Sheet(Ink.of([[[500, 200], [500, 800]]]))
SHIPPED = resources.path("weights/lenet5-modern.safetensors")


def read(qtbot: QtBot, program: Program) -> Reading:
    draw = program.draw
    qtbot.waitUntil(lambda: draw.networks.ready is not None)
    draw.submit(SHEET)
    wanted = draw.serial

    def found() -> Reading | None:
        reading = draw.page.maps.reading
        return reading if reading is not None and reading.serial == wanted else None

    qtbot.waitUntil(lambda: found() is not None)
    reading = found()
    assert reading is not None
    return reading


@pytest.mark.parametrize("fault", ["vanished", "unplugged"])
def test_a_file_that_goes_before_it_is_loaded_leaves_the_network_of_before(
    qtbot: QtBot, make_program: Callable[..., Program], tmp_path: Path, fault: str
) -> None:
    path = tmp_path / "mine.safetensors"
    shutil.copy(SHIPPED, path)

    def opener(choice: Choice) -> Any:
        if choice.model == str(path) and fault == "unplugged":
            raise OSError(5, "Input/output error", choice.model)
        if choice.model == str(path):
            path.unlink()
        return open_reader(choice)

    program = make_program(opener)
    before = read(qtbot, program)
    program.window.weights_opened.emit(str(path))
    banner = program.draw.page.banner
    qtbot.waitUntil(lambda: "mine.safetensors" in banner.text)
    assert program.window.header.models.currentData() == DEFAULT_MODEL
    assert read(qtbot, program).digit == before.digit == 1


def test_a_file_that_is_deleted_while_it_reads_reads_on(
    qtbot: QtBot, make_program: Callable[..., Program], tmp_path: Path
) -> None:
    path = tmp_path / "mine.safetensors"
    shutil.copy(SHIPPED, path)
    program = make_program()
    read(qtbot, program)
    with qtbot.waitSignal(program.draw.networks.model_ready):
        program.window.weights_opened.emit(str(path))
    qtbot.waitUntil(lambda: program.draw.networks.own_weights == str(path))
    path.write_bytes(b"")  # truncated: memory that is mapped from it would be gone
    path.unlink()
    assert read(qtbot, program).digit == 1


def test_settings_that_name_a_file_that_has_gone_begin_with_the_default(
    qtbot: QtBot, make_program: Callable[..., Program], settings: QSettings, tmp_path: Path
) -> None:
    settings.setValue("model", str(tmp_path / "gone.safetensors"))
    program = make_program()
    assert read(qtbot, program).digit == 1
    assert "gone.safetensors" in program.draw.page.banner.text
    assert settings.value("model") == DEFAULT_MODEL


def test_a_network_that_hangs_gives_way_to_the_default_one(
    qtbot: QtBot, make_program: Callable[..., Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    monkeypatch.setattr(recognition, "ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(recognition, "SECOND_LOOK_SECONDS", 0.02)
    go_on, hanging = threading.Event(), list[threading.Thread]()

    class Hangs(FakeReader):
        def read(self, image: Any, holds: object = ()) -> Reading:
            hanging.append(threading.current_thread())
            assert go_on.wait(60)
            return super().read(image)

    program = make_program(
        lambda choice: Hangs() if choice.model == "lenet5-study" else FakeReader()
    )
    read(qtbot, program)
    others: list[int] = []
    program.draw.networks.other_chosen.connect(lambda: others.append(1))
    program.window.model_chosen.emit("lenet5-study")
    banner = program.draw.page.banner
    qtbot.waitUntil(lambda: "has not answered for" in banner.text)
    qtbot.waitUntil(lambda: program.window.header.models.currentData() == DEFAULT_MODEL)
    assert len(others) == 2  # nobody watches a training on the pad any more
    assert read(qtbot, program).model_serial == program.draw.networks.ready.serial  # type: ignore[union-attr]
    go_on.set()
    for thread in hanging:
        thread.join(10)
