"""Hands in the window: a wrong verdict is put right, each digit is written once, and one hand or
another reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton

from lenetpad.app import Program
from lenetpad.data.labelled import Labelled
from lenetpad.engine import hand_replays
from lenetpad.ink.files import NO_DIGIT, Drawing, read_ink, write_ink
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.storage import hands
from lenetpad.tools.event_loop import wait_until
from lenetpad.ui.widgets import question
from tests.hand_trainees import SmallReplay

Key = Qt.Key
LONG = 90.0  # seconds; a loaded machine opens networks slowly


@pytest.fixture
def make(
    make_program: Callable[..., Program],
    mnist: tuple[Labelled, Labelled],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Callable[[], Program]:
    """Makes programs that read with the shipped network, in one data directory."""
    monkeypatch.setattr(hand_replays, "replay_of", SmallReplay(mnist))

    def make() -> Program:
        path = str(tmp_path / "settings.ini")
        settings = QSettings(path, QSettings.Format.IniFormat)
        program = make_program(folder=tmp_path, settings=settings)
        wait_until(lambda: program.draw.networks.ready is not None, LONG)
        return program

    return make


@pytest.fixture
def real(make: Callable[[], Program]) -> Program:
    return make()


def write(program: Program, ink: Ink) -> None:
    """Put ink on the canvas and wait until it is read."""
    draw = program.draw
    draw.page.canvas.set_sheet(Sheet(ink))
    read(program)


def read(program: Program) -> None:
    draw = program.draw

    def done() -> bool:
        reading = draw.page.verdict.reading
        return reading is not None and reading.serial == draw.serial

    wait_until(done, LONG)


def press(key: Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where the keyboard is, shortcuts first."""
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, modifiers)


def title(program: Program) -> str:
    return program.draw.networks.title


def reads_by(program: Program, name: str) -> bool:
    """Whether the network that reads has learnt this hand, nothing being learnt any more."""
    return title(program).endswith(f" · {name}")


def correct(program: Program, ink: Ink, key: Key) -> None:
    """Write something and say what it is, by keys alone."""
    program.window.activateWindow()
    write(program, ink)
    before = program.draw.hands.latest
    program.draw.page.canvas.setFocus()
    press(Key.Key_C)
    assert program.draw.page.correction.shown
    press(key)
    assert not program.draw.page.correction.shown
    wait_until(lambda: program.draw.hands.latest is not before, LONG)
    wait_until(lambda: reads_by(program, "My hand"), LONG)
    read(program)


def a_hand(program: Program, name: str, drawings: list[Drawing]) -> hands.Hand:
    """A hand that the program knows."""
    root = program.draw.networks.hands.root
    made = hands.create(root, name)
    if drawings:
        write_ink(made.ink, drawings)
    program.draw.hands.list_hands()
    known = program.draw.networks.hands
    wait_until(lambda: known.hand(made.folder) is not None)
    hand = known.hand(made.folder)
    assert hand is not None
    return hand


def test_a_correction_makes_the_first_hand_and_is_read_right_from_then_on(
    real: Program, samples: list[Drawing], tmp_path: Path
) -> None:
    assert real.window.header.hands.currentText() == "No hand"
    write(real, samples[3].ink)
    assert real.draw.page.verdict.verdict == "3"
    assert not real.draw.page.correction.shown  # nothing nags
    correct(real, samples[3].ink, Key.Key_8)
    assert real.draw.page.verdict.verdict == "8"
    assert "My hand" in real.draw.page.verdict.facts
    assert real.window.header.hands.currentText() == "My hand"
    assert "My hand" in real.window.header.models.toolTip()
    (hand,) = hands.listed(tmp_path / "hands")
    (drawing,) = read_ink(hand.ink)
    assert drawing.label == 8
    assert real.draw.page.canvas.hasFocus()
    banner = real.draw.page.banner
    assert banner.text.startswith("My hand has learnt it: this drawing is read as 8")
    # Undo takes it out again, and the network reads as before.
    undo = next(b for b in banner.findChildren(QPushButton) if b.text() == "Undo")
    undo.click()
    wait_until(lambda: title(real) == "LeNet-5 1998 · handwriting", LONG)
    read(real)
    assert real.draw.page.verdict.verdict == "3"
    assert hands.ink_of(hand.folder).strip() == b""


def test_where_the_answer_is_hidden_a_correction_tells_none(
    real: Program, samples: list[Drawing]
) -> None:
    hide, banner = real.window.actions_by_name["hide_verdict"], real.draw.page.banner
    hide.trigger()
    correct(real, samples[3].ink, Key.Key_8)
    assert banner.text == "My hand has learnt it."
    hide.trigger()
    assert banner.text.startswith("My hand has learnt it: this drawing is read as 8")
    assert "before 3" in banner.text
    real.window.actions_by_name["what_changed"].trigger()
    assert real.draw.changes.dialog is not None
    hide.trigger()
    assert banner.text == "My hand has learnt it."
    assert real.draw.changes.dialog is None
    real.window.actions_by_name["what_changed"].trigger()
    assert real.draw.changes.dialog is None
    assert banner.text == "Hidden: guess first. Q shows it."


def test_what_is_no_digit_has_a_key_too_and_esc_closes(
    real: Program, samples: list[Drawing], tmp_path: Path
) -> None:
    real.window.activateWindow()
    write(real, samples[0].ink)
    real.draw.page.canvas.setFocus()
    press(Key.Key_C)
    press(Key.Key_Escape)
    assert not real.draw.page.correction.shown
    assert hands.listed(tmp_path / "hands") == ()
    correct(real, samples[0].ink, Key.Key_N)
    (hand,) = hands.listed(tmp_path / "hands")
    assert read_ink(hand.ink)[0].label == NO_DIGIT
    assert not real.draw.page.canvas.wide  # N is the row's while it is open


def test_a_picture_and_nothing_cannot_be_taught(real: Program) -> None:
    action, banner = real.window.actions_by_name["correct"], real.draw.page.banner
    action.trigger()
    assert "nothing on the canvas" in banner.text
    real.draw.page.canvas.set_sheet(Sheet(picture=np.zeros((28, 28), np.float32)))
    action.trigger()
    assert "no strokes" in banner.text
    assert not real.draw.page.correction.shown


def test_of_a_number_the_digit_in_focus_is_taught(
    real: Program, samples: list[Drawing], tmp_path: Path
) -> None:
    one, seven = (next(s.ink for s in samples if s.label == digit) for digit in (1, 7))
    number = [
        ((stroke.xy - ink.strokes[0].xy[0]) * 0.5 + [200 + 400 * n, 300]).tolist()
        for n, ink in enumerate((one, seven))
        for stroke in ink.strokes
    ]
    write(real, Ink.of(number))
    reading = real.draw.page.verdict.reading
    assert reading is not None
    assert len(reading.several) == 2
    real.draw.numbers.choose(0)
    read(real)
    real.window.activateWindow()
    real.draw.page.canvas.setFocus()
    press(Key.Key_C)
    title = real.draw.page.correction.row.title
    assert title.text().startswith("Digit 1 of 2")
    hide = real.window.actions_by_name["hide_verdict"]
    hide.trigger()  # how many there are is part of the answer
    assert not real.draw.page.correction.shown
    press(Key.Key_C)
    assert title.text() == "The digit in the maps is a …"
    press(Key.Key_Escape)
    hide.trigger()
    press(Key.Key_C)
    press(Key.Key_7)
    wait_until(lambda: real.draw.hands.latest is not None, LONG)
    (hand,) = hands.listed(tmp_path / "hands")
    (drawing,) = read_ink(hand.ink)
    assert drawing.label == 7
    assert len(drawing.ink.strokes) == len(one.strokes)
    np.testing.assert_allclose(drawing.ink.strokes[0].xy, number[0], atol=0.01)


def test_on_the_stage_nothing_is_asked(real: Program, samples: list[Drawing]) -> None:
    write(real, samples[0].ink)
    correction = real.draw.page.correction
    assert correction.button.isVisible()
    real.window.actions_by_name["stage"].trigger()
    assert not correction.button.isVisible()
    real.window.actions_by_name["correct"].trigger()
    assert not correction.shown
    real.window.actions_by_name["stage"].trigger()
    assert correction.button.isVisible()


def test_after_three_corrections_each_digit_once_is_offered_once(
    real: Program, samples: list[Drawing]
) -> None:
    banner = real.draw.page.banner
    for number in range(4):
        correct(real, samples[number].ink, Key(Key.Key_0 + int(samples[number].label or 0)))
        assert ("Write each digit once" in banner.text) == (number == 2), number
        if number == 2:  # it is offered until it is done
            real.window.actions_by_name["write_each"].trigger()
            assert banner.isHidden()
            real.window.actions_by_name["stop_writing"].trigger()
            assert banner.isHidden()
            banner.warn("Nothing is written")
            real.window.actions_by_name["write_each"].trigger()
            assert banner.text == "Nothing is written"
            real.window.actions_by_name["stop_writing"].trigger()
    correct(real, samples[5].ink, Key(Key.Key_0 + int(samples[5].label or 0)))
    assert "Write each digit once" not in banner.text


def test_each_digit_is_written_once_and_the_drawing_of_before_comes_back(
    real: Program, samples: list[Drawing], tmp_path: Path
) -> None:
    canvas, actions = real.draw.page.canvas, real.window.actions_by_name
    canvas.set_sheet(Sheet(samples[0].ink))
    canvas.set_sheet(Sheet(samples[1].ink))
    before = canvas.history
    writing = real.draw.writing
    real.window.activateWindow()
    actions["write_each"].trigger()
    bar = writing.bar
    assert bar is not None
    assert bar.isVisible()
    assert not canvas.sheet
    assert not actions["next_to_write"].isEnabled()  # nothing is written yet
    canvas.setFocus()
    wait_until(lambda: bar.height() == bar.sizeHint().height())
    height = bar.height()
    by_digit = {d: next(s.ink for s in samples if s.label == d) for d in range(10)}
    for digit in range(10):
        assert bar.task.text() == canvas.looks.hint == f"Write a {digit}"
        if digit == 4:  # skipped, gone back to, written
            actions["skip_to_write"].trigger()
            press(Key.Key_Backspace)
            assert bar.task.text() == "Write a 4"
        canvas.set_sheet(Sheet(by_digit[digit]))
        press(Key.Key_Return)
    assert bar.task.text() == "All are written"
    assert canvas.looks.hint == "All are written"
    assert bar.more.isVisible()
    QApplication.processEvents()
    assert (bar.height(), bar.sizeHint().height()) == (height, height)  # the page stays as it is
    bar.more.click()
    assert bar.task.text() == "Write a 0"
    canvas.set_sheet(Sheet(samples[0].ink))  # begun, not finished: it counts
    press(Key.Key_Escape)
    assert not bar.isVisible()
    assert canvas.history == before
    assert canvas.looks.hint == "Write a digit"
    wait_until(lambda: real.draw.hands.latest is not None, LONG)
    (hand,) = hands.listed(tmp_path / "hands")
    assert [drawing.label for drawing in read_ink(hand.ink)] == [*range(10), 0]
    wait_until(lambda: reads_by(real, "My hand"), LONG)
    assert real.draw.changes.dialog is not None  # the result is shown
    assert real.draw.changes.dialog.list.count() == 11


def test_what_was_written_is_in_the_hand_when_the_window_closes(
    real: Program, samples: list[Drawing], tmp_path: Path
) -> None:
    canvas = real.draw.page.canvas
    canvas.set_sheet(Sheet(samples[5].ink))
    real.window.actions_by_name["write_each"].trigger()
    canvas.set_sheet(Sheet(samples[0].ink))
    real.window.actions_by_name["next_to_write"].trigger()
    real.close()
    (hand,) = hands.listed(tmp_path / "hands")
    assert [drawing.label for drawing in read_ink(hand.ink)] == [0]
    assert canvas.sheet == Sheet(samples[5].ink)


def test_nothing_written_makes_no_hand(real: Program, tmp_path: Path) -> None:
    real.window.actions_by_name["write_each"].trigger()
    real.window.actions_by_name["stop_writing"].trigger()
    assert not real.draw.writing.active
    assert not (tmp_path / "hands").exists()


def test_the_switch_changes_whose_hand_reads_and_is_kept(
    real: Program, make: Callable[[], Program], samples: list[Drawing]
) -> None:
    ann = a_hand(real, "Ann", [Drawing(samples[3].ink, 8)])
    a_hand(real, "Bob", [Drawing(samples[3].ink, 5)])
    box = real.window.header.hands
    assert [box.itemText(n) for n in range(box.count())] == ["No hand", "Ann", "Bob", "Hands…"]
    write(real, samples[3].ink)

    def choose(name: str) -> None:
        box.setCurrentText(name)
        box.activated.emit(box.currentIndex())

    for name, verdict in (("Ann", "8"), ("Bob", "5")):
        choose(name)
        wait_until(lambda name=name: reads_by(real, name), LONG)  # type: ignore[misc]
        read(real)
        assert real.draw.page.verdict.verdict == verdict
    choose("No hand")
    wait_until(lambda: title(real) == "LeNet-5 1998 · handwriting", LONG)
    read(real)
    assert real.draw.page.verdict.verdict == "3"
    assert hands.read(ann.folder).networks  # off keeps everything
    choose("Ann")  # learnt already
    wait_until(lambda: reads_by(real, "Ann"), LONG)
    real.close()
    again = make()
    assert reads_by(again, "Ann") or again.draw.networks.choice.model.endswith(
        "lenet5-1998.safetensors"
    )
    wait_until(lambda: reads_by(again, "Ann"), LONG)
    assert again.window.header.hands.currentText() == "Ann"


def test_another_network_learns_the_hand_that_is_on(real: Program, samples: list[Drawing]) -> None:
    hand = a_hand(real, "Ann", [Drawing(samples[3].ink, 8)])
    real.draw.hands.switch_on(hand.folder)
    wait_until(lambda: reads_by(real, "Ann"), LONG)
    box = real.window.header.models
    box.setCurrentText("LeNet-5 study · handwriting")
    box.activated.emit(box.currentIndex())
    wait_until(lambda: title(real) == "LeNet-5 study · handwriting · Ann", LONG)
    assert "has learnt Ann" in real.draw.page.banner.text
    # The comparison's other network is the one without the hand.
    real.window.actions_by_name["compare_networks"].trigger()
    view = real.draw.page.number_views.comparison
    assert view.networks.currentData() == "lenet5-study"
    # A network that is chosen as it is, as an evaluation does, reads without it.
    real.draw.put_on_canvas(Sheet(samples[3].ink), "lenet5-1998")
    wait_until(lambda: title(real) == "LeNet-5 1998 · handwriting", LONG)
    assert real.window.header.hands.currentText() == "No hand"
    offered = [name for _, name in real.draw.networks.offered]
    assert "LeNet-5 study · handwriting · Ann" in offered


def test_what_is_relabelled_in_the_tray_is_learnt_anew(
    real: Program, samples: list[Drawing]
) -> None:
    hand = a_hand(real, "Ann", [Drawing(samples[3].ink, 8), samples[0]])
    real.draw.hands.switch_on(hand.folder)
    wait_until(lambda: reads_by(real, "Ann"), LONG)
    before = real.draw.hands.latest
    real.window.actions_by_name["hand_drawings"].trigger()
    wait_until(lambda: real.draw.page.tray_shown)
    tray = real.draw.page.tray
    assert tray.title == "Ann · 2 drawings"
    real.window.activateWindow()
    tray.list.setFocus()
    tray.list.go_to(0)
    QTest.keyClick(tray.list, Key.Key_3)
    wait_until(lambda: real.draw.hands.latest is not before, LONG)
    latest = real.draw.hands.latest
    assert latest is not None
    assert latest.anew
    assert latest.labels.tolist() == [3, samples[0].label]


def test_what_changed_is_shown_taken_back_and_brought_again(
    real: Program, samples: list[Drawing]
) -> None:
    hand = a_hand(real, "Ann", [samples[0]])
    real.draw.hands.switch_on(hand.folder)
    wait_until(lambda: reads_by(real, "Ann"), LONG)
    real.draw.hands.teach((Drawing(samples[3].ink, 8),), lambda *_: None)
    wait_until(lambda: len(real.draw.hands.latest or ()) == 2, LONG)
    real.window.actions_by_name["what_changed"].trigger()
    dialog = real.draw.changes.dialog
    assert dialog is not None
    assert "2 drawings. Read right before: 1, now: 2." in dialog.summary.text()
    assert "MNIST's 200 test images" in dialog.summary.text()
    assert "before 3" in dialog.list.item(0).text()
    assert "now 8" in dialog.list.item(0).text()
    dialog.undo.click()
    wait_until(lambda: dialog.list.count() == 1, LONG)
    assert len(read_ink(hand.ink)) == 1
    assert "Bring" in dialog.undo.text()
    wait_until(dialog.undo.isEnabled)
    dialog.undo.click()
    wait_until(lambda: dialog.list.count() == 2, LONG)
    assert len(read_ink(hand.ink)) == 2
    dialog.off.click()
    wait_until(lambda: title(real) == "LeNet-5 1998 · handwriting", LONG)


def test_forgetting_a_hand_asks_and_deletes_ink_and_weights(
    real: Program, samples: list[Drawing], monkeypatch: pytest.MonkeyPatch
) -> None:
    hand = a_hand(real, "Ann", [Drawing(samples[3].ink, 8)])
    real.draw.hands.switch_on(hand.folder)
    wait_until(lambda: reads_by(real, "Ann"), LONG)
    asked: list[str] = []
    answers = iter([False, True])

    def confirmed(parent: object, text: str, yes: str, no: str = "") -> bool:
        asked.append(text)
        return next(answers)

    monkeypatch.setattr(question, "confirmed", confirmed)
    real.draw.managing.ask_to_delete(hand)
    assert hand.ink.exists()
    real.draw.managing.ask_to_delete(hand)
    assert "cannot be undone" in asked[0]
    wait_until(lambda: not hand.folder.exists())
    wait_until(lambda: title(real) == "LeNet-5 1998 · handwriting", LONG)
    wait_until(lambda: real.draw.hands.current is None)
    assert real.window.header.hands.currentText() == "No hand"


def test_hands_are_made_renamed_filled_and_exported_in_their_dialog(
    real: Program, samples: list[Drawing], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    managing = real.draw.managing
    real.window.actions_by_name["hands"].trigger()
    dialog = managing.dialog
    assert dialog is not None
    assert "No hand is taught yet" in dialog.words.text()
    assert "stays on this computer" in " ".join(
        label.text() for label in dialog.findChildren(type(dialog.words))
    )
    dialog.new.click()
    naming = managing.naming
    assert naming is not None
    naming.line.setText("Zoë 手")
    naming.accept()
    wait_until(lambda: dialog.list.count() == 1)
    assert not dialog.buttons["export_ink"].isEnabled()
    dialog.buttons["rename"].click()
    naming = managing.naming
    assert naming is not None
    naming.line.setText("Zoë")
    naming.accept()
    wait_until(lambda: dialog.list.item(0).text().startswith("Zoë · "))
    theirs = tmp_path / "theirs.jsonl"
    write_ink(theirs, [samples[3], Drawing(samples[4].ink)])
    monkeypatch.setattr(real.window, "ask_for_file", lambda *_: theirs)
    dialog.buttons["import"].click()
    wait_until(lambda: reads_by(real, "Zoë"), LONG)
    (hand,) = real.draw.networks.hands.hands
    assert read_ink(hand.ink) == [samples[3]]
    for deed, name in (("export_ink", "out.ink.jsonl"), ("export_weights", "out.safetensors")):
        path = tmp_path / name
        monkeypatch.setattr(
            QFileDialog, "getSaveFileName", lambda *_, path=path, **__: (str(path), "")
        )
        dialog.buttons[deed].click()
        wait_until(path.exists)
    assert read_ink(tmp_path / "out.ink.jsonl") == [samples[3]]
    content = (tmp_path / "out.safetensors").read_bytes()
    assert "Zoë".encode() not in content
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    assert json.loads(header["__metadata__"]["facts"])["recipe"]["kind"] == "hand"


def test_a_name_that_is_taken_is_said(real: Program) -> None:
    a_hand(real, "Ann", [])
    managing: Any = real.draw.managing
    managing.ask_for_new()
    naming = managing.naming
    naming.line.setText("ann")
    naming.accept()
    wait_until(lambda: "choose another name" in real.draw.page.banner.text)


def test_a_hand_without_drawings_offers_to_write(real: Program) -> None:
    hand = a_hand(real, "Ann", [])
    real.draw.hands.switch_on(hand.folder)
    banner = real.draw.page.banner
    assert banner.text == "Ann has no drawings yet. Write each digit once."
    next(b for b in banner.findChildren(QPushButton) if b.text() == "Write…").click()
    assert real.draw.writing.active


def test_weights_that_have_gone_give_way_to_the_network_before(
    real: Program, make: Callable[[], Program], samples: list[Drawing]
) -> None:
    hand = a_hand(real, "Ann", [Drawing(samples[3].ink, 8)])
    real.draw.hands.switch_on(hand.folder)
    wait_until(lambda: reads_by(real, "Ann"), LONG)
    real.close()
    hands.delete(hand)
    again = make()
    assert title(again) == "LeNet-5 1998 · handwriting"
    assert again.window.header.hands.currentText() == "No hand"
