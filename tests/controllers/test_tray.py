"""Own ink in the window: labels, the tray, and files that drawings are added to."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from lenetpad.app import Program
from lenetpad.engine.documents import edit_file
from lenetpad.ink.contents import Outline
from lenetpad.ink.editing import Append, edit_ink
from lenetpad.ink.files import Drawing, Label, read_ink, write_ink
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.tools.event_loop import wait_until
from lenetpad.ui.draw.label_dialog import LabelDialog
from lenetpad.ui.draw.tray import TrayPanel
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading

Key = Qt.Key


def ink(number: int) -> Ink:
    """Ink that the canvas shows as it is, different for each number."""
    return Ink.of([[[200, 200], [500, 800]], [[600, 300], [700, 300 + 10 * number]]])


def a_file(folder: Path, *labels: Label, name: str = "mine.ink.jsonl") -> Path:
    path = folder / name
    write_ink(path, [Drawing(ink(n), label) for n, label in enumerate(labels)])
    return path


def settled(program: Program) -> None:
    """Wait until nothing is read and nothing is done to a file any more."""
    documents = program.draw.documents
    wait_until(lambda: not (documents.reading or documents.tray.busy))


def opened(program: Program, path: Path) -> TrayPanel:
    program.draw.documents.open_path(path)
    settled(program)
    return program.draw.page.tray


def press(tray: TrayPanel, key: Key, modifiers: Qt.KeyboardModifier | None = None) -> None:
    """Press a key in the tray as the window gets it, shortcuts first."""
    tray.window().activateWindow()  # a dialog may have closed just now
    tray.list.setFocus()
    wait_until(tray.list.hasFocus)
    QTest.keyClick(tray.list, key, modifiers or Qt.KeyboardModifier.NoModifier)


def click(tray: TrayPanel, row: int, modifiers: Qt.KeyboardModifier | None = None) -> None:
    at = tray.list.visualRect(tray.model.index(row)).center()
    none = Qt.KeyboardModifier.NoModifier
    button = Qt.MouseButton.LeftButton
    QTest.mouseClick(tray.list.viewport(), button, modifiers or none, at)


def labels_in(path: Path) -> list[Label]:
    return [drawing.label for drawing in read_ink(path)]


def labels_shown(tray: TrayPanel) -> list[Label]:
    return [tray.model.label(tray.model.key(row)) for row in range(tray.model.rowCount())]


def numbers_in(path: Path) -> list[int]:
    """Which of the drawings of ``a_file`` are in a file."""
    return [round((d.ink.strokes[1].xy[1, 1] - 300) / 10) for d in read_ink(path)]


def dialog_of(program: Program) -> LabelDialog:
    dialog = program.draw.documents.tray.question.dialog
    assert dialog is not None
    return dialog


def answer(program: Program, label: str) -> None:
    dialog = dialog_of(program)
    dialog.box.setEditText(label)
    dialog.accept()
    settled(program)


class TestTheTray:
    def test_a_file_of_many_drawings_opens_as_a_tray(
        self, program: Program, tmp_path: Path
    ) -> None:
        assert not program.window.actions_by_name["tray"].isEnabled()
        tray = opened(program, a_file(tmp_path, 7, None, "A"))
        assert tray.isVisible()
        assert program.draw.page.canvas.sheet == Sheet(ink(0))
        wait_until(lambda: tray.title == "mine.ink.jsonl · 3 drawings · 1 without a label")
        assert labels_shown(tray) == [7, None, "A"]
        role = Qt.ItemDataRole.AccessibleTextRole
        assert tray.model.data(tray.model.index(1), role) == "Drawing 2, without a label"
        canvas = program.draw.page.canvas
        wait_until(lambda: not tray.geometry().intersects(canvas.geometry()))

    @pytest.mark.parametrize(("label", "shown"), [(7, False), (None, True)])
    def test_one_drawing_needs_a_tray_only_to_be_labelled(
        self, program: Program, tmp_path: Path, label: Label, shown: bool
    ) -> None:
        opened(program, a_file(tmp_path, 1, 2))
        opened(program, a_file(tmp_path, label, name="one.jsonl"))
        assert program.draw.page.tray_shown is shown
        action = program.window.actions_by_name["tray"]
        assert action.isChecked() is shown
        action.trigger()
        assert program.draw.page.tray_shown is not shown

    def test_every_drawing_can_be_put_on_the_canvas(
        self, program: Program, tmp_path: Path
    ) -> None:
        tray = opened(program, a_file(tmp_path, 0, 1, 2, 3))
        canvas = program.draw.page.canvas
        click(tray, 2)
        settled(program)
        assert canvas.sheet == Sheet(ink(2))
        press(tray, Key.Key_Right)
        settled(program)
        assert canvas.sheet == Sheet(ink(2))  # it is chosen with Enter
        press(tray, Key.Key_Return)
        settled(program)
        assert canvas.sheet == Sheet(ink(3))
        canvas.undo()
        assert canvas.sheet == Sheet(ink(2))

    def test_a_click_that_chooses_several_leaves_the_canvas(
        self, program: Program, tmp_path: Path
    ) -> None:
        path = a_file(tmp_path, None, None, None, None)
        tray = opened(program, path)
        click(tray, 1)
        click(tray, 3, Qt.KeyboardModifier.ShiftModifier)
        settled(program)
        assert program.draw.page.canvas.sheet == Sheet(ink(1))
        wait_until(lambda: tray.title.endswith("3 selected"))
        press(tray, Key.Key_8)
        settled(program)
        assert labels_in(path) == [None, 8, 8, 8]

    def test_digits_label_one_drawing_after_the_other(
        self, program: Program, tmp_path: Path
    ) -> None:
        path = a_file(tmp_path, None, None, 5)
        tray = opened(program, path)
        for key in (Key.Key_3, Key.Key_4):
            press(tray, key)
        settled(program)
        assert labels_in(path) == labels_shown(tray) == [3, 4, 5]
        wait_until(lambda: tray.title == "mine.ink.jsonl · 3 drawings")
        for expected in ([3, None, 5], [None, None, 5], [None, None, 5]):
            press(tray, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
            settled(program)
            assert labels_in(path) == labels_shown(tray) == expected

    def test_another_label_is_asked_for(self, program: Program, tmp_path: Path) -> None:
        path = a_file(tmp_path, 1, 2)
        tray = opened(program, path)
        press(tray, Key.Key_F2)
        assert dialog_of(program).label == 1
        answer(program, "not a digit")
        assert labels_in(path) == ["no digit", 2]
        tray.label_button.click()
        answer(program, "  ")
        assert labels_in(path) == [None, 2]
        tray.label_button.click()
        dialog_of(program).reject()
        settled(program)
        assert labels_in(path) == [None, 2]

    def test_delete_means_the_tray_and_never_the_canvas(
        self, program: Program, tmp_path: Path
    ) -> None:
        path = a_file(tmp_path, 0, 1, 2, 3)
        tray = opened(program, path)
        for _ in range(2):  # the second before the first is done
            press(tray, Key.Key_Delete)
        settled(program)
        assert numbers_in(path) == labels_shown(tray) == [2, 3]
        assert program.draw.page.canvas.sheet == Sheet(ink(0))
        tray.list.clearSelection()
        press(tray, Key.Key_Delete)
        settled(program)
        assert numbers_in(path) == [2, 3]
        assert program.draw.page.canvas.sheet == Sheet(ink(0))
        program.draw.page.canvas.setFocus()
        QTest.keyClick(program.draw.page.canvas, Key.Key_Delete)
        assert not program.draw.page.canvas.sheet
        assert numbers_in(path) == [2, 3]

    def test_what_was_deleted_comes_back(self, program: Program, tmp_path: Path) -> None:
        path = a_file(tmp_path, 0, 1, 2, 3)
        before = path.read_bytes()
        tray = opened(program, path)
        click(tray, 1)
        click(tray, 3, Qt.KeyboardModifier.ControlModifier)
        tray.delete_button.click()
        settled(program)
        assert numbers_in(path) == [0, 2]
        banner = program.draw.page.banner
        assert banner.text == "Deleted 2 drawings from mine.ink.jsonl"
        (button,) = banner.findChildren(QPushButton)
        assert button.text() == "Undo"
        button.click()
        settled(program)
        assert path.read_bytes() == before
        assert labels_shown(tray) == [0, 1, 2, 3]
        assert not banner.isVisible()

    def test_undo_goes_to_the_canvas_again_when_that_has_changed(
        self, program: Program, tmp_path: Path
    ) -> None:
        path = a_file(tmp_path, 0, 1, 2)
        tray = opened(program, path)
        press(tray, Key.Key_Delete)
        settled(program)
        program.draw.page.canvas.set_sheet(Sheet(ink(9)))
        press(tray, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        settled(program)
        assert program.draw.page.canvas.sheet == Sheet(ink(0))
        assert numbers_in(path) == [1, 2]

    def test_the_last_drawing_can_be_deleted_and_comes_back(
        self, program: Program, tmp_path: Path
    ) -> None:
        path = a_file(tmp_path, None)
        tray = opened(program, path)
        press(tray, Key.Key_Delete)
        settled(program)
        assert path.read_bytes() == b""
        program.draw.documents.tray.undo()
        settled(program)
        assert labels_in(path) == labels_shown(tray) == [None]

    def test_a_drawing_that_waits_for_changes_is_the_right_one(
        self, program: Program, tmp_path: Path
    ) -> None:
        tray = opened(program, a_file(tmp_path, 0, 1, 2, 3))
        press(tray, Key.Key_Delete)
        press(tray, Key.Key_5)  # labels the next one, and goes on
        press(tray, Key.Key_Left)
        press(tray, Key.Key_Return)
        settled(program)
        assert program.draw.page.canvas.sheet == Sheet(ink(1))

    def test_it_can_be_closed_and_opened_again(self, program: Program, tmp_path: Path) -> None:
        tray = opened(program, a_file(tmp_path, 0, 1))
        tray.list.setFocus()
        tray.closed.emit()
        assert not tray.isVisible()
        assert program.draw.page.canvas.hasFocus()
        program.window.actions_by_name["tray"].trigger()
        assert tray.isVisible()

    def test_its_pictures_are_painted(self, program: Program, tmp_path: Path) -> None:
        tray = opened(program, a_file(tmp_path, 0, 1))
        picture = tray.list.viewport().grab(tray.list.visualRect(tray.model.index(0))).toImage()
        colours = {
            picture.pixelColor(x, y).name()
            for x in range(picture.width())
            for y in range(picture.height())
        }
        assert program.window.theme.ink in colours


class TestAFileThatIsNotAsItWas:
    def test_what_others_have_added_is_kept_and_shown(
        self, program: Program, tmp_path: Path
    ) -> None:
        path = a_file(tmp_path, 0, None)
        tray = opened(program, path)
        edit_ink(path, Append(Drawing(ink(5), 5)))
        press(tray, Key.Key_Right)
        press(tray, Key.Key_9)
        settled(program)
        assert labels_in(path) == labels_shown(tray) == [0, 9, 5]

    def test_a_drawing_that_has_gone_is_told_of(self, program: Program, tmp_path: Path) -> None:
        path = a_file(tmp_path, 0, 1, 2)
        tray = opened(program, path)
        write_ink(path, [Drawing(ink(7), 7), Drawing(ink(8), 8)])
        before = path.read_bytes()
        press(tray, Key.Key_Delete)
        press(tray, Key.Key_4)
        settled(program)
        assert "mine.ink.jsonl has changed: drawing 1" in program.draw.page.banner.text
        assert path.read_bytes() == before
        assert labels_shown(tray) == [7, 8]

    def test_a_file_that_has_gone_is_told_of(self, program: Program, tmp_path: Path) -> None:
        path = a_file(tmp_path, 0, 1, 2)
        tray = opened(program, path)
        path.unlink()
        press(tray, Key.Key_Delete)
        settled(program)
        assert "does not exist" in program.draw.page.banner.text
        assert not tray.isVisible()
        assert not path.exists()

    def test_what_of_a_file_can_be_read_is_shown_but_not_changed(
        self, program: Program, tmp_path: Path
    ) -> None:
        path = a_file(tmp_path, 0, 1, 2)
        content = path.read_bytes() + b"damaged\n"
        path.write_bytes(content)
        tray = opened(program, path)
        assert labels_shown(tray) == [0, 1, 2]
        assert "line 4: not JSON" in program.draw.page.banner.text
        press(tray, Key.Key_Delete)
        settled(program)
        assert path.read_bytes() == content
        assert labels_shown(tray) == [0, 1, 2]
        assert "line 4: not JSON" in program.draw.page.banner.text

    def test_a_file_as_it_was_is_not_looked_through_for_each_label(
        self, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = a_file(tmp_path, None, None)
        tray = opened(program, path)
        monkeypatch.setattr("lenetpad.ink.editing.check_lines", lambda *_: pytest.fail("again"))
        press(tray, Key.Key_1)
        press(tray, Key.Key_2)
        settled(program)
        assert labels_in(path) == [1, 2]

    def test_a_large_file_is_looked_through_in_a_process_of_its_own(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("lenetpad.engine.documents.SMALL_INK", 10)
        path = a_file(tmp_path, 0, 1)
        here = os.getpid()
        monkeypatch.setattr(
            "lenetpad.ink.editing.check_lines", lambda *_: pytest.fail(f"in {here}")
        )
        edit_file(path, Append(Drawing(ink(2), 2)), None)
        assert labels_in(path) == [0, 1, 2]


class TestSaving:
    def test_the_label_that_is_read_is_proposed(
        self,
        program: Program,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        model: Callable[..., ModelReady],
        reading: Callable[..., Reading],
    ) -> None:
        path = tmp_path / "seven.ink.jsonl"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), "Ink"))
        draw = program.draw
        draw.page.show_model(model())
        draw.page.canvas.set_sheet(Sheet(ink(1)))
        program.window.actions_by_name["save"].trigger()
        assert dialog_of(program).label is None  # nothing has been read yet
        dialog_of(program).reject()
        draw.page.show_reading(reading(serial=draw.serial, digit=7))
        program.window.actions_by_name["save"].trigger()
        assert dialog_of(program).label == 7
        dialog_of(program).accept()
        assert draw.documents.saved(60)
        assert labels_in(path) == [7]
        draw.page.canvas.set_sheet(Sheet(ink(2)))
        program.window.actions_by_name["save"].trigger()
        assert dialog_of(program).label is None  # what is shown is read of other ink
        dialog_of(program).reject()
        draw.page.show_reading(reading(serial=draw.serial, no_digit=0.95))
        program.window.actions_by_name["save"].trigger()
        assert dialog_of(program).label == "no digit"
        answer(program, "A")
        assert draw.documents.saved(60)
        assert labels_in(path) == ["A"]

    def test_without_an_answer_nothing_is_saved(
        self, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "seven.ink.jsonl"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), "Ink"))
        program.draw.page.canvas.set_sheet(Sheet(ink(1)))
        program.window.actions_by_name["save"].trigger()
        dialog_of(program).reject()
        assert program.draw.documents.saved(60)
        assert not path.exists()
        assert program.draw.documents.tray.question.dialog is None

    def test_saving_over_the_file_in_the_tray_is_shown_there(
        self, program: Program, tmp_path: Path
    ) -> None:
        path = a_file(tmp_path, 0, 1)
        tray = opened(program, path)
        program.draw.documents.save_path(path)
        wait_until(lambda: labels_shown(tray) == [None])

    def test_the_end_of_the_program_closes_the_question(self, program: Program) -> None:
        program.draw.page.canvas.set_sheet(Sheet(ink(1)))
        program.draw.documents.tray.add_to(Path("mine.jsonl"))
        dialog = dialog_of(program)
        program.close()
        assert not dialog.isVisible()


class TestAdding:
    def test_drawings_are_added_to_a_file(
        self, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "mine.ink.jsonl"
        proposed: list[str] = []

        def ask(
            _: object, __: str, proposal: str, *___: object, **____: object
        ) -> tuple[str, str]:
            proposed.append(proposal)
            return str(tmp_path / "mine"), "Ink"

        monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
        for number in range(3):
            program.draw.page.canvas.set_sheet(Sheet(ink(number)))
            program.window.actions_by_name["add"].trigger()
            answer(program, str(number))
        assert labels_in(path) == numbers_in(path) == [0, 1, 2]
        assert proposed == ["my-digits.ink.jsonl", str(path), str(path)]
        assert program.draw.page.banner.text == "Added to mine.ink.jsonl as drawing 3"
        assert not program.draw.page.tray_shown

    def test_they_appear_in_the_tray_of_the_file(self, program: Program, tmp_path: Path) -> None:
        path = a_file(tmp_path, 0, 1)
        tray = opened(program, path)
        program.draw.page.canvas.set_sheet(Sheet(ink(5)))
        tray.add_button.click()
        answer(program, "5")
        assert labels_in(path) == labels_shown(tray) == [0, 1, 5]
        assert tray.list.rows() == [2]
        press(tray, Key.Key_Delete)
        settled(program)
        assert labels_in(path) == labels_shown(tray) == [0, 1]
        program.draw.documents.tray.undo()
        settled(program)
        assert labels_in(path) == labels_shown(tray) == [0, 1, 5]

    def test_large_ink_appears_too(
        self, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def slow(_: Ink) -> Outline:
            raise AssertionError("its outline holds the window up")

        monkeypatch.setattr("lenetpad.controllers.draw.tray.QUICK_POINTS", 3)
        monkeypatch.setattr("lenetpad.controllers.draw.tray.outline_of", slow)
        tray = opened(program, a_file(tmp_path, 0, 1))
        program.draw.page.canvas.set_sheet(Sheet(ink(5)))
        tray.add_button.click()
        answer(program, "5")
        assert labels_shown(tray) == [0, 1, 5]

    def test_what_cannot_be_added_is_explained(
        self, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        banner = program.draw.page.banner
        tray = opened(program, a_file(tmp_path, 0, 1))
        program.draw.page.canvas.clear()
        tray.add_button.click()
        assert "no ink on the canvas" in banner.text
        program.draw.page.canvas.set_sheet(Sheet(ink(1)))
        chosen = str(tmp_path / "picture.png")
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (chosen, "Ink"))
        program.window.actions_by_name["add"].trigger()
        assert banner.text == "picture.png is not an ink file. Choose a name with .ink.jsonl."
        bad = tmp_path / "bad.jsonl"
        bad.write_text("no ink\n")
        program.draw.documents.tray.add_to(bad)
        answer(program, "1")
        assert "bad.jsonl, line 1: not JSON" in banner.text
        assert bad.read_text() == "no ink\n"

    def test_two_windows_that_add_at_once_lose_nothing(
        self, make_program: Callable[..., Program], program: Program, tmp_path: Path
    ) -> None:
        path = a_file(tmp_path, 0, 1)
        windows = (program, make_program())
        for window in windows:
            opened(window, path)
        for number in range(4):
            for window in windows:
                window.draw.documents.tray.append(path, ink(number), number)
        for window in windows:
            settled(window)
        assert sorted(map(str, labels_in(path))) == sorted("0100112233")

    def test_the_window_closes_when_everything_is_on_the_disk(
        self, program: Program, tmp_path: Path
    ) -> None:
        path = a_file(tmp_path, *[None] * 9)
        tray = opened(program, path)
        for _ in range(8):
            press(tray, Key.Key_6)
        assert program.window.close()
        assert labels_in(path) == [6] * 8 + [None]

    def test_closing_asks_while_a_file_is_not_written(
        self, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        go_on = threading.Event()
        path = a_file(tmp_path, None, None)
        tray = opened(program, path)

        def slow(*call: object) -> object:
            assert go_on.wait(20)
            return edit_file(*call)  # type: ignore[arg-type]

        monkeypatch.setattr("lenetpad.controllers.draw.tray.edit_file", slow)
        press(tray, Key.Key_6)
        press(tray, Key.Key_7)
        assert not program.draw.documents.saved(0.1)
        go_on.set()
        assert program.draw.documents.saved(60)
        assert labels_in(path) == [6, 7]


def drop(program: Program, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    program.window.dropEvent(QDropEvent(QPointF(QPoint(300, 300)), action, mime, button, none))
    settled(program)


class TestDropping:
    @pytest.mark.parametrize("name", ["a.pth", "A.PT", "a.safetensors"])
    @pytest.mark.parametrize("how", ["drop", "open"])
    def test_weights_are_opened_as_weights(
        self, program: Program, tmp_path: Path, name: str, how: str
    ) -> None:
        chosen: list[str] = []
        program.window.weights_opened.connect(chosen.append)
        program.window.weights_opened.disconnect(program.draw.networks._open_weights)
        path = tmp_path / name
        drop(program, path) if how == "drop" else program.open_file(path)
        assert chosen == [str(path)]
        assert program.window.open_page_name == "draw"
        assert not program.draw.page.banner.isVisible()

    def test_of_several_files_one_is_taken_and_the_others_are_named(
        self, program: Program, tmp_path: Path
    ) -> None:
        chosen: list[str] = []
        program.window.weights_opened.connect(chosen.append)
        program.window.weights_opened.disconnect(program.draw.networks._open_weights)
        first, second = a_file(tmp_path, 1, 2), a_file(tmp_path, 3, name="other.jsonl")
        banner = program.draw.page.banner
        drop(program, first, second)
        assert labels_shown(program.draw.page.tray) == [1, 2]
        words = "Opened only mine.ink.jsonl, one file at a time. Files left out: 1."
        assert banner.text == words
        drop(program, tmp_path / "a.pth", second, tmp_path / "b.pth", first)
        assert chosen == [str(tmp_path / "a.pth")]
        assert program.draw.page.canvas.sheet == Sheet(ink(0))
        assert "Opened only other.jsonl, a.pth" in banner.text
        drop(program, tmp_path / "a.pth", tmp_path / "b.pth")
        assert "Opened only a.pth" in banner.text
        drop(program, second)
        assert not banner.isVisible()

    def test_what_is_dropped_on_another_page_is_shown(
        self, program: Program, tmp_path: Path
    ) -> None:
        program.window.header.show_page("evaluate")
        drop(program, a_file(tmp_path, 1, 2))
        assert program.window.open_page_name == "draw"
        assert program.draw.page.tray.isVisible()


def test_the_dialog_says_what_a_label_is(program: Program) -> None:
    program.draw.page.canvas.set_sheet(Sheet(ink(1)))
    program.draw.documents.tray.add_to(Path("mine.jsonl"))
    dialog = dialog_of(program)
    words = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "It will be added to mine.jsonl." in words
    assert "not a digit" in words
    entries = [dialog.box.itemText(number) for number in range(dialog.box.count())]
    assert entries == [*"0123456789", "not a digit"]
    QTest.keyClicks(dialog.box.lineEdit(), "4")  # in place of what was proposed
    assert dialog.label == 4
    dialog.reject()
