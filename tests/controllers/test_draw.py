"""From a synthetic pen to the digit in the verdict, through the real thread and network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, QSettings, Qt
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.ink.files import Drawing
from lenetpad.ink.journal import recovered
from lenetpad.ink.raster import draw
from lenetpad.ink.strokes import Ink, Sheet, Stroke
from lenetpad.lenet.config import PRESETS
from lenetpad.lenet.weights import load
from lenetpad.tools.event_loop import wait_until
from lenetpad.tools.synthetic_pen import Pointer, SyntheticPen, pointer_events
from lenetpad.training.network import network_of
from lenetpad.ui.dialogs.conventions import ConventionsDialog
from lenetpad.ui.widgets import question
from lenetpad.ui.widgets.model_titles import TITLES
from lenetpad.values.failures import Failure, Place
from lenetpad.values.models import Choice, ModelReady
from lenetpad.values.reading import Reading

TIMEOUT = 60_000


def wait_for_reading(qtbot: QtBot, program: Program) -> Reading:
    """The reading of what lies on the canvas now."""
    maps = program.draw.page.maps
    qtbot.waitUntil(
        lambda: maps.reading is not None and maps.reading.serial == program.draw.serial,
        timeout=TIMEOUT,
    )
    assert maps.reading is not None
    return maps.reading


@pytest.mark.parametrize("pointer", [Pointer.MOUSE, Pointer.TOUCH, Pointer.PEN])
def test_written_digits_are_read(
    qtbot: QtBot, make_program: Callable[..., Program], samples: list[Drawing], pointer: Pointer
) -> None:
    program = make_program()
    hand = SyntheticPen(program.draw.page.canvas, pointer)
    for sample in samples:
        hand.write(sample.ink)
        reading = wait_for_reading(qtbot, program)
        assert program.draw.page.verdict.verdict == str(sample.label)
        assert reading.digit == sample.label
        program.draw.page.canvas.clear()
    assert not program.draw.page.banner.isVisible()


@pytest.mark.parametrize("preset", list(PRESETS))
def test_every_preset_can_be_chosen_and_reads(
    qtbot: QtBot, make_program: Callable[..., Program], samples: list[Drawing], preset: str
) -> None:
    program = make_program()
    wait_for_reading(qtbot, program)
    program.draw.page.canvas.set_sheet(Sheet(samples[3].ink))
    program.window.model_chosen.emit(preset)
    with qtbot.waitSignal(program.draw.recognition.model_ready, timeout=TIMEOUT):
        pass
    reading = wait_for_reading(qtbot, program)
    assert program.window.header.models.currentData() == preset
    assert reading.digit == 3
    assert reading.no_digit is not None
    assert not reading.refused
    assert TITLES[preset] in program.draw.page.verdict.facts


def test_the_first_sheet_is_read_once_the_network_is_there(
    qtbot: QtBot, make_program: Callable[..., Program], samples: list[Drawing]
) -> None:
    program = make_program()
    SyntheticPen(program.draw.page.canvas).write(samples[5].ink)
    assert wait_for_reading(qtbot, program).digit == 5


def test_being_painted_twice_at_the_start_loads_the_network_once(
    qtbot: QtBot, make_program: Callable[..., Program], fake_reader: type[Any]
) -> None:
    loads: list[Choice] = []

    def opener(choice: Choice) -> Any:
        loads.append(choice)
        return fake_reader()

    program = make_program(opener)
    for _ in range(3):
        program.draw.page.canvas.grab()
    wait_for_reading(qtbot, program)
    assert len(loads) == 1


def test_an_empty_canvas_has_no_verdict(
    qtbot: QtBot, make_program: Callable[..., Program], samples: list[Drawing]
) -> None:
    program = make_program()
    SyntheticPen(program.draw.page.canvas).write(samples[5].ink)
    wait_for_reading(qtbot, program)
    program.draw.page.canvas.clear()
    assert wait_for_reading(qtbot, program).digit is None
    assert program.draw.page.verdict.verdict == ""


@pytest.mark.expected_log
def test_a_recogniser_that_raises_gives_a_banner_and_the_next_stroke_works(
    qtbot: QtBot, make_program: Callable[..., Program], fake_reader: type[Any]
) -> None:
    class FailsAtFirst(fake_reader):  # type: ignore[misc]
        failing = True

        def read(self, image: np.ndarray, holds: object = ()) -> Reading:
            if self.failing and image.any():
                raise RuntimeError("the network is on fire")
            reading: Reading = super().read(image)
            return reading

    reader = FailsAtFirst()
    program = make_program(lambda choice: reader)
    wait_for_reading(qtbot, program)
    hand = SyntheticPen(program.draw.page.canvas)
    hand.write(Ink.of([[[100, 100], [900, 900]]]))
    qtbot.waitUntil(lambda: program.draw.page.banner.isVisible())
    assert program.draw.page.banner.text == "the network is on fire"
    reader.failing = False
    hand.write(Ink.of([[[900, 100], [100, 900]]]))
    assert wait_for_reading(qtbot, program).digit is not None
    assert len(program.draw.page.canvas.sheet.ink.strokes) == 2


def test_the_last_ink_is_the_last_shown_however_slow_the_network(
    qtbot: QtBot,
    make_program: Callable[..., Program],
    fake_reader: type[Any],
    samples: list[Drawing],
) -> None:
    never = threading.Event()

    class Slow(fake_reader):  # type: ignore[misc]
        last: np.ndarray | None = None

        def read(self, image: np.ndarray, holds: object = ()) -> Reading:
            never.wait(0.02)
            self.last = image
            reading: Reading = super().read(image)
            return reading

    reader = Slow()
    program = make_program(lambda choice: reader)
    wait_for_reading(qtbot, program)
    hand = SyntheticPen(program.draw.page.canvas)
    for sample in samples[:5]:
        hand.write(sample.ink)
    wait_for_reading(qtbot, program)
    assert reader.last is not None
    assert np.array_equal(reader.last, draw(program.draw.page.canvas.sheet.ink))


def test_a_reading_that_the_hand_has_overtaken_gives_way_within_a_frame(
    qtbot: QtBot,
    make_program: Callable[..., Program],
    samples: list[Drawing],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = make_program()
    reading = wait_for_reading(qtbot, program)
    clock = [time.perf_counter() + 100]
    monkeypatch.setattr(
        "lenetpad.controllers.draw.controller.time", SimpleNamespace(perf_counter=lambda: clock[0])
    )
    shown: list[int] = []
    monkeypatch.setattr(
        program.draw.page, "show_reading", lambda reading: shown.append(reading.serial)
    )
    program.draw.serial = 9  # the latest request
    for later, serial in (
        (1.0, 5),  # the first frame for long
        (0.004, 6),  # too soon after it, and 7 will come
        (0.005, 7),
        (0.001, 9),  # nothing comes after the latest
    ):
        clock[0] += later
        program.draw.recognition.reading_ready.emit(replace(reading, serial=serial))
    assert shown == [5, 7, 9]


def test_readings_of_a_network_that_has_gone_are_dropped(
    qtbot: QtBot,
    make_program: Callable[..., Program],
    fake_reader: type[Any],
    model: Callable[..., ModelReady],
    reading: Callable[..., Reading],
) -> None:
    program = make_program(lambda choice: fake_reader())
    wait_for_reading(qtbot, program)
    before = program.draw.page.maps.reading
    program.draw.recognition.reading_ready.emit(reading(serial=99, model_serial=77))
    assert program.draw.page.maps.reading is before
    program.draw.recognition.model_ready.emit(model(choice=Choice(77, "lenet5-1998")))
    program.draw.recognition.reading_ready.emit(reading(serial=99, model_serial=77))
    assert program.draw.page.maps.reading is not None
    assert program.draw.page.maps.reading.serial == 99


@pytest.mark.expected_log
def test_weights_that_cannot_be_loaded_leave_the_network_that_works(
    qtbot: QtBot, make_program: Callable[..., Program], tmp_path: Path
) -> None:
    program = make_program()
    wait_for_reading(qtbot, program)
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"not weights")
    program.window.model_chosen.emit(str(bad))
    qtbot.waitUntil(lambda: program.draw.page.banner.isVisible(), timeout=TIMEOUT)
    assert "bad.safetensors" in program.draw.page.banner.text
    assert program.window.header.models.currentData() == "lenet5-1998"
    SyntheticPen(program.draw.page.canvas).write(Ink.of([[[500, 200], [500, 800]]]))
    assert wait_for_reading(qtbot, program).digit == 1


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """The shipped modern network as another program might have saved it."""
    network = network_of(load("lenet5-modern"))
    names = dict(zip(("c1", "c3", "c5", "f6", "output"), "vwxyz", strict=True))
    state = {
        f"module.{names[key.partition('.')[0]]}.{key.partition('.')[2]}": tensor
        for key, tensor in network.state_dict().items()
    }
    torch.save({"model_state_dict": state, "epoch": 3}, tmp_path / "foreign.pth")
    return tmp_path / "foreign.pth"


def wait_for_question(qtbot: QtBot, program: Program) -> ConventionsDialog:
    qtbot.waitUntil(lambda: program.window.question is not None, timeout=TIMEOUT)
    assert program.window.question is not None
    return program.window.question


def wait_for_model(qtbot: QtBot, program: Program, model: str) -> None:
    qtbot.waitUntil(lambda: program.window.header.models.currentData() == model, timeout=TIMEOUT)


def test_weights_whose_name_is_no_text_are_opened(
    qtbot: QtBot, make_program: Callable[..., Program], fake_reader: type, tmp_path: Path
) -> None:
    opened: list[str] = []

    def opener(choice: Choice) -> Any:
        opened.append(choice.model)
        return fake_reader()

    program = make_program(opener)
    path = tmp_path / "mine\udcff.safetensors"
    program.draw.documents.open_path(path)
    qtbot.waitUntil(lambda: str(path) in opened, timeout=TIMEOUT)


def test_weights_that_the_window_is_opened_with_are_the_only_ones_that_are_opened(
    qtbot: QtBot, make_program: Callable[..., Program], fake_reader: type, tmp_path: Path
) -> None:
    opened: list[str] = []

    def opener(choice: Choice) -> object:
        opened.append(choice.model)
        return fake_reader()

    program = make_program(opener)
    program.open_file(tmp_path / "mine.pth")  # as `lenetpad draw mine.pth` does
    with qtbot.waitSignal(program.draw.page.reading_painted, timeout=TIMEOUT):
        SyntheticPen(program.draw.page.canvas).write(Ink.of([[[1, 1], [9, 9]]]))
    assert opened == [str(tmp_path / "mine.pth")]


def test_weights_from_elsewhere_are_asked_about_once(
    qtbot: QtBot,
    make_program: Callable[..., Program],
    settings: QSettings,
    samples: list[Drawing],
    foreign: Path,
) -> None:
    program = make_program()
    wait_for_reading(qtbot, program)
    program.window.weights_opened.emit(str(foreign))
    dialog = wait_for_question(qtbot, program)
    assert dialog.conventions.activation == "relu"
    assert (
        program.window.header.models.currentData() == "lenet5-1998"
    )  # reads until it is answered
    dialog.accept()
    wait_for_model(qtbot, program, str(foreign))
    SyntheticPen(program.draw.page.canvas).write(samples[4].ink)
    assert wait_for_reading(qtbot, program).digit == 4
    # Neither a look at another network nor another device asks again, nor the next start.
    for change in (
        lambda: program.window.model_chosen.emit("lenet5-modern"),
        lambda: program.window.model_chosen.emit(str(foreign)),
        lambda: program.window.device_chosen.emit("cpu"),
    ):
        with qtbot.waitSignal(program.draw.recognition.model_ready, timeout=TIMEOUT):
            change()
    assert program.window.question is None
    program.window.close()
    again = make_program(settings=settings)
    wait_for_model(qtbot, again, str(foreign))
    assert wait_for_reading(qtbot, again).digit is None
    assert again.window.question is None
    # Opening the file anew does.
    again.window.weights_opened.emit(str(foreign))
    wait_for_question(qtbot, again).reject()
    wait_for_model(qtbot, again, str(foreign))
    with qtbot.waitSignal(again.draw.recognition.model_ready, timeout=TIMEOUT):
        again.window.device_chosen.emit("auto")
    assert again.window.question is None


def test_a_question_without_an_answer_leaves_the_network_that_works(
    qtbot: QtBot, make_program: Callable[..., Program], settings: QSettings, foreign: Path
) -> None:
    program = make_program()
    wait_for_reading(qtbot, program)
    program.window.weights_opened.emit(str(foreign))
    wait_for_question(qtbot, program).reject()
    assert program.window.header.models.currentData() == "lenet5-1998"
    assert settings.value("model") == "lenet5-1998"
    SyntheticPen(program.draw.page.canvas).write(Ink.of([[[500, 200], [500, 800]]]))
    reading = wait_for_reading(qtbot, program)
    assert (reading.digit, reading.distances is None) == (1, False)
    assert not program.draw.page.banner.isVisible()


def test_a_question_at_the_start_without_an_answer_gives_way_to_the_default(
    qtbot: QtBot, make_program: Callable[..., Program], settings: QSettings, foreign: Path
) -> None:
    settings.setValue("model", str(foreign))
    program = make_program()
    wait_for_question(qtbot, program).reject()
    wait_for_model(qtbot, program, "lenet5-1998")


def test_the_studys_file_opens_without_a_question(
    qtbot: QtBot, make_program: Callable[..., Program], samples: list[Drawing], tmp_path: Path
) -> None:
    path = tmp_path / "lenet5_mnist_model.pth"
    torch.save(network_of(load("lenet5-modern")).state_dict(), path)
    program = make_program()
    wait_for_reading(qtbot, program)
    with qtbot.assertNotEmitted(program.draw.recognition.conventions_asked):
        program.window.weights_opened.emit(str(path))
        wait_for_model(qtbot, program, str(path))
    SyntheticPen(program.draw.page.canvas).write(samples[6].ink)
    assert wait_for_reading(qtbot, program).digit == 6


@pytest.mark.expected_log
def test_a_network_that_is_not_lenet_5_is_refused_layer_by_layer(
    qtbot: QtBot, make_program: Callable[..., Program], tmp_path: Path
) -> None:
    path = tmp_path / "other.pth"
    torch.save({"fc.weight": torch.zeros(10, 784)}, path)
    program = make_program()
    wait_for_reading(qtbot, program)
    program.window.weights_opened.emit(str(path))
    qtbot.waitUntil(lambda: program.draw.page.banner.isVisible(), timeout=TIMEOUT)
    assert "C1: expected 6×1×5×5, nothing is there; C3: " in program.draw.page.banner.text
    assert program.window.header.models.currentData() == "lenet5-1998"


@pytest.mark.expected_log
def test_weights_of_the_last_time_that_are_gone_give_way_to_the_default(
    qtbot: QtBot, make_program: Callable[..., Program], settings: QSettings, tmp_path: Path
) -> None:
    settings.setValue("model", str(tmp_path / "gone.pth"))
    program = make_program()
    wait_for_reading(qtbot, program)
    assert program.window.header.models.currentData() == "lenet5-1998"
    assert "gone.pth" in program.draw.page.banner.text


def test_a_device_that_is_not_there_falls_back_with_a_banner(
    qtbot: QtBot, make_program: Callable[..., Program], settings: QSettings
) -> None:
    settings.setValue("device", "cuda:99")
    program = make_program()
    wait_for_reading(qtbot, program)
    assert "CPU reads instead" in program.draw.page.banner.text
    assert "CPU" in program.draw.page.verdict.facts
    # The device that is not there is not asked for again.
    assert program.window.header.devices.currentData() == "cpu"
    assert settings.value("device") == "cpu"


def test_what_lay_on_the_canvas_comes_back_with_what_can_be_undone(
    make_program: Callable[..., Program], fake_reader: type[Any], tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    ink = Ink.of([[[100, 100], [900, 900]]])
    picture = np.random.default_rng(1).random((28, 28)).astype(np.float32)
    sheets = [Sheet(ink), Sheet(picture=picture), Sheet()]
    for sheet in sheets:
        program = make_program(lambda choice: fake_reader(), folder=folder)
        program.draw.page.canvas.set_sheet(sheet)
        program.window.close()
    program = make_program(lambda choice: fake_reader(), folder=folder)
    canvas = program.draw.page.canvas
    assert canvas.sheet == sheets[2]
    for sheet in (sheets[1], sheets[0], Sheet()):
        assert program.window.actions_by_name["undo"].isEnabled()
        canvas.undo()
        assert canvas.sheet == sheet
    assert not program.window.actions_by_name["undo"].isEnabled()
    program.window.close()
    again = make_program(lambda choice: fake_reader(), folder=folder)
    again.draw.page.canvas.redo()
    assert again.draw.page.canvas.sheet == sheets[0]
    again.window.close()


def test_a_stroke_is_on_the_disk_while_it_is_made(
    make_program: Callable[..., Program], fake_reader: type[Any], tmp_path: Path
) -> None:
    program = make_program(lambda choice: fake_reader(), folder=tmp_path)
    pen = SyntheticPen(program.draw.page.canvas)
    for number, event in enumerate(pointer_events(Ink.of([[[100, 100], [900, 900]]]))):
        pen.send(event)
        if number == 20:
            break
    journal = tmp_path / "sheets" / "1" / "journal"
    wait_until(lambda: journal.exists() and kept(journal).ink.point_count == 21)


def test_the_end_comes_in_the_middle_of_the_first_stroke(
    make_program: Callable[..., Program], fake_reader: type[Any], tmp_path: Path
) -> None:
    program = make_program(lambda choice: fake_reader(), folder=tmp_path)
    pen = SyntheticPen(program.draw.page.canvas)
    for event in list(pointer_events(Ink.of([[[100, 100], [900, 900]]])))[:20]:
        pen.send(event)
    program.close()  # as where the screen has gone: nobody hides the window, or takes the pen
    again = make_program(lambda choice: fake_reader(), folder=tmp_path)
    assert again.draw.page.canvas.sheet.ink.point_count == 20
    again.window.close()


def kept(journal: Path) -> Sheet:
    """What a journal says lies on the canvas."""
    return recovered(journal.read_bytes()).history.present


def test_two_windows_keep_a_sheet_each(
    make_program: Callable[..., Program], fake_reader: type[Any], tmp_path: Path
) -> None:
    ones, twos = Sheet(Ink.of([[[1, 1], [9, 9]]])), Sheet(Ink.of([[[2, 2], [8, 8]]]))
    one = make_program(lambda choice: fake_reader(), folder=tmp_path)
    two = make_program(lambda choice: fake_reader(), folder=tmp_path)
    idle = make_program(lambda choice: fake_reader(), folder=tmp_path)
    one.draw.page.canvas.set_sheet(ones)
    two.draw.page.canvas.set_sheet(twos)
    idle.window.close()
    two.window.close()
    one.window.close()
    again = [make_program(lambda choice: fake_reader(), folder=tmp_path) for _ in range(2)]
    assert {program.draw.page.canvas.sheet for program in again} == {ones, twos}
    assert len(list((tmp_path / "sheets").iterdir())) == 2
    for program in again:
        program.window.close()


def test_a_large_sheet_comes_back_beside_the_start(
    make_program: Callable[..., Program], fake_reader: type[Any], tmp_path: Path
) -> None:
    rng = np.random.default_rng(1)
    sheet = Sheet(Ink(tuple(Stroke(rng.random((500, 4)) * 900) for _ in range(10))))
    program = make_program(lambda choice: fake_reader(), folder=tmp_path)
    program.draw.page.canvas.set_sheet(sheet)
    program.window.close()
    again = make_program(lambda choice: fake_reader(), folder=tmp_path)
    canvas = again.draw.page.canvas
    assert not canvas.sheet
    SyntheticPen(canvas).write(Ink.of([[[100, 100], [900, 900]]]))
    wait_until(lambda: len(canvas.sheet.ink.strokes) == 11)
    assert Ink(canvas.sheet.ink.strokes[:10]) == sheet.ink
    again.window.close()
    last = make_program(lambda choice: fake_reader(), folder=tmp_path)
    wait_until(lambda: len(last.draw.page.canvas.sheet.ink.strokes) == 11)
    last.window.close()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("last.jsonl", b"{"),
        ("last.npy", b""),
        ("sheets/1/journal", b"garbage"),
        ("sheets/1/journal", b"lenetpad journal 2\n"),
    ],
)
@pytest.mark.expected_log
def test_a_damaged_sheet_of_the_last_time_is_set_aside_and_said(
    make_program: Callable[..., Program],
    fake_reader: type[Any],
    tmp_path: Path,
    name: str,
    content: bytes,
) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(content)
    program = make_program(lambda choice: fake_reader(), folder=tmp_path)
    assert not program.draw.page.canvas.sheet
    assert program.window.shown_page is program.draw.page
    aside = tmp_path / "sheets" / "1" / f"damaged 1 {Path(name).name}"
    assert aside.read_bytes() == content
    assert str(aside) in program.draw.page.banner.text
    program.window.close()


@pytest.mark.expected_log
def test_where_nothing_can_be_kept_it_is_said_and_asked(
    make_program: Callable[..., Program],
    fake_reader: type[Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "data").write_text("a file, where a folder should be", encoding="utf-8")
    program = make_program(lambda choice: fake_reader(), folder=tmp_path / "data")
    banner = program.draw.page.banner
    assert banner.isVisible()
    assert str(tmp_path / "data") in banner.text
    assert "not kept" in banner.text
    asked: list[str] = []

    def ask(_: object, words: str, yes: str) -> bool:
        asked.append(words)
        return len(asked) == 2

    monkeypatch.setattr(question, "confirmed", ask)
    SyntheticPen(program.draw.page.canvas).write(Ink.of([[[100, 100], [900, 900]]]))
    assert not program.window.close()
    assert program.draw.page.canvas.sheet
    assert program.window.close()
    assert "not kept" in asked[0]


@pytest.mark.expected_log
def test_a_network_that_a_later_choice_replaced_is_not_taken_for_it(
    qtbot: QtBot, make_program: Callable[..., Program], settings: QSettings, fake_reader: type[Any]
) -> None:
    loading, go_on = threading.Event(), threading.Event()

    def opener(choice: Choice) -> Any:
        if choice.model == "lenet5-study":
            loading.set()
            go_on.wait(10)
        if choice.model == "bad.safetensors":
            raise RuntimeError("bad.safetensors is empty")
        return fake_reader()

    program = make_program(opener)
    wait_for_reading(qtbot, program)
    program.window.model_chosen.emit("lenet5-study")
    assert loading.wait(10)
    program.window.model_chosen.emit("bad.safetensors")
    go_on.set()
    qtbot.waitUntil(lambda: program.draw.page.banner.isVisible())
    assert program.window.header.models.currentData() == "lenet5-study"
    assert settings.value("model") == "lenet5-1998"
    program.window.model_chosen.emit("lenet5-modern")
    qtbot.waitUntil(lambda: settings.value("model") == "lenet5-modern")


@pytest.mark.expected_log
def test_the_same_failure_is_logged_once(
    make_program: Callable[..., Program], fake_reader: type[Any], caplog: pytest.LogCaptureFixture
) -> None:
    program = make_program(lambda choice: fake_reader())
    for _ in range(5):
        program.draw.report(Failure(Place.RECOGNITION, "odd", "Traceback"))
    assert len(caplog.records) == 1


def test_closing_the_window_ends_the_thread(
    qtbot: QtBot, make_program: Callable[..., Program], fake_reader: type[Any]
) -> None:
    program = make_program(lambda choice: fake_reader())
    program.window.close()
    assert not program.draw.recognition.running


@pytest.mark.expected_log
def test_an_unexpected_failure_keeps_the_choice(
    qtbot: QtBot, make_program: Callable[..., Program], fake_reader: type[Any]
) -> None:
    program = make_program(lambda choice: fake_reader())
    wait_for_reading(qtbot, program)
    program.draw.report(Failure(Place.RECOGNITION, "odd"))
    assert program.draw.page.banner.text == "odd"
    assert program.window.header.models.currentData() == Choice(0, "lenet5-1998").model


def run_python(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_neither_torch_nor_pyqtgraph_is_loaded_before_the_first_paint(tmp_path: Path) -> None:
    code = """
import json, sys
from PySide6.QtCore import QObject, QEvent, QSettings
from lenetpad import app
application = app.make_application()
class Look(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            heavy = ["torch", "torchvision", "pyqtgraph", "PIL"]
            print(json.dumps([name for name in heavy if name in sys.modules]), flush=True)
            watched.removeEventFilter(self)
            application.quit()
        return False
program = app.Program(QSettings(sys.argv[1], QSettings.Format.IniFormat))
look = Look()
program.draw.page.canvas.installEventFilter(look)
program.window.show()
application.exec()
program.close()
"""
    done = run_python(code, str(tmp_path / "settings.ini"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[0]) == []


def test_the_whole_program_starts_and_ends_cleanly(tmp_path: Path) -> None:
    code = """
import sys
from PySide6.QtCore import QTimer
from lenetpad import app
from lenetpad.cli.parser import run
make = app.make_application
def make_and_quit():
    application = make()
    QTimer.singleShot(0, application.closeAllWindows)
    return application
app.make_application = make_and_quit
sys.exit(run([]))
"""
    home = {
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "c"),
        "XDG_DATA_HOME": str(tmp_path / "d"),
    }
    done = run_python(code, **home)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


@pytest.mark.parametrize("way", ["argument", "event"])
@pytest.mark.parametrize("good", [True, False])
def test_a_file_from_outside_lies_on_the_canvas_or_the_banner_says_why_not(
    tmp_path: Path, way: str, good: bool
) -> None:
    """As an argument, and as macOS gives it to a program that runs."""
    code = """
import json, sys
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QFileOpenEvent
from lenetpad import app
from lenetpad.cli.parser import run
way, path = sys.argv[1:]
show = app.Window.show
def show_and_look(window):
    page = window.page_widgets["draw"]
    def look():
        points = sum(len(stroke.points) for stroke in page.canvas.sheet.ink.strokes)
        if not points and not page.banner.isVisible():  # it is being read
            QTimer.singleShot(10, look)
            return
        seen = page.banner.isVisible(), page.banner.text, points
        print(json.dumps([*seen, window.open_page_name]))
        window.close()
    def open_and_look():
        if way == "event":
            QCoreApplication.sendEvent(QCoreApplication.instance(), QFileOpenEvent(path))
        QTimer.singleShot(0, look)
    show(window)
    if way == "event":
        window.open_page("evaluate")
    QTimer.singleShot(0, open_and_look)
app.Window.show = show_and_look
sys.exit(run(["draw", path] if way == "argument" else []))
"""
    path = tmp_path / "my seven.ink.jsonl"
    content = '{"strokes": [[[100, 100], [900, 100], [400, 900]]]}' if good else "no ink"
    path.write_text(content, encoding="utf-8")
    home = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(tmp_path))
    done = run_python(code, way, str(path), **home)
    assert done.returncode == 0, done.stderr
    shown, text, points, page = json.loads(done.stdout)
    assert page == "draw"
    assert (shown, points) == (not good, 3 if good else 0)
    assert good or str(path) in text


def test_being_told_to_end_keeps_what_lies_on_the_canvas(tmp_path: Path) -> None:
    code = """
import os, signal, sys
from PySide6.QtCore import QTimer
from lenetpad import app
from lenetpad.cli.parser import run
from lenetpad.ink.strokes import Ink, Sheet
show = app.Window.show
def show_and_end(window):
    show(window)
    window.page_widgets["draw"].canvas.set_sheet(Sheet(Ink.of([[[100, 100], [900, 900]]])))
    QTimer.singleShot(0, lambda: os.kill(os.getpid(), signal.SIGTERM))
app.Window.show = show_and_end
sys.exit(run([]))
"""
    home = {
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path),
    }
    done = run_python(code, **home)
    assert done.returncode == 0, done.stderr
    (journal,) = (tmp_path / "lenetpad" / "sheets").glob("*/journal")
    assert kept(journal) == Sheet(Ink.of([[[100, 100], [900, 900]]]))


def test_the_canvas_is_sharp_at_scale_two(tmp_path: Path) -> None:
    code = """
import sys
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QMessageBox
from lenetpad import app
from lenetpad.ink.strokes import Ink
from lenetpad.tools.synthetic_pen import SyntheticPen
application = app.make_application()
settings = QSettings(sys.argv[1], QSettings.Format.IniFormat)
program = app.Program(settings, opener=lambda choice: 1 / 0)
program.window.resize(1280, 800)
program.window.show()
SyntheticPen(program.draw.page.canvas).write(Ink.of([[[200, 200], [800, 800]]]))
application.processEvents()
canvas = program.draw.page.canvas
image = canvas.grab().toImage()
assert image.devicePixelRatio() == 2, image.devicePixelRatio()
assert image.width() == 2 * canvas.width()
middle = image.width() // 2
for spot in (middle, round(0.75 * image.width())):
    assert image.pixelColor(spot, spot).lightness() < 60
    assert image.pixelColor(spot, image.height() // 10).lightness() > 240
# Pixels that differ from their neighbour in a pair exist only where the full size was drawn.
row = [image.pixelColor(x, middle).lightness() for x in range(image.width())]
assert any(a != b for a, b in zip(row[::2], row[1::2]))
program.close()
"""
    done = run_python(code, str(tmp_path / "settings.ini"), QT_SCALE_FACTOR="2")
    assert done.returncode == 0, done.stderr


def test_only_strokes_of_a_pen_are_measured_from_the_pen(qtbot: QtBot, program: Program) -> None:
    submitted: list[float] = []
    program.draw.recognition.submit = lambda request: submitted.append(request.time)
    canvas = program.draw.page.canvas
    canvas.set_sheet(Sheet(Ink.of([[[500, 200], [500, 800]]])))
    canvas.undo()
    canvas.redo()
    canvas.clear()
    assert submitted == [0.0] * 4
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(60, 60))
    assert submitted[4:]
    assert all(moment > 0 for moment in submitted[4:])
