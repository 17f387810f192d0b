"""Exports of every page: where to, how they look, and what is said afterwards."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QRectF, QUrl
from PySide6.QtGui import QColor, QDesktopServices, QImage, QPainter
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from lenetpad.ui.widgets import file_manager, question
from lenetpad.ui.widgets.exporter import Exporter
from lenetpad.ui.widgets.figure import Part
from lenetpad.ui.widgets.files import completed
from lenetpad.ui.widgets.page import Page
from lenetpad.ui.widgets.theme import DARK, LIGHT, Theme

KINDS = "Weights (*.safetensors *.pth *.pt);;ONNX (*.onnx)"


class Square:
    """A figure of three parts; ``painted`` says which have been."""

    title = "a square"
    narrowest = 100.0

    def __init__(self, theme: Theme) -> None:
        self.background = QColor(theme.panel)
        self.painted: list[int] = []

    def height(self, width: float) -> float:
        return width / 2

    def parts(self, width: float) -> Sequence[Part]:
        def part(number: int, painter: QPainter) -> None:
            self.painted.append(number)
            painter.fillRect(QRectF(number * width / 4, 0, width / 4, width / 4), "red")

        return [lambda painter, number=number: part(number, painter) for number in range(3)]


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[Page]:
    page = Page(LIGHT)
    qtbot.addWidget(page)
    page.resize(900, 300)
    page.banner.lie_over(page.rect())
    page.show()
    yield page
    page.hide()


@pytest.fixture
def exporter(page: Page) -> Iterator[Exporter]:
    exporter = Exporter(page)
    exporter.written.connect(page.say_written)
    exporter.failed.connect(page.banner.warn)
    yield exporter
    exporter.close()


def answer(monkeypatch: pytest.MonkeyPatch, typed: Path, kind: str = "") -> list[tuple[Any, ...]]:
    """Have the file dialog answered; gives what it is asked."""
    asked: list[tuple[Any, ...]] = []

    def get(*arguments: Any) -> tuple[str, str]:
        asked.append(arguments)
        return str(typed), kind

    monkeypatch.setattr(QFileDialog, "getSaveFileName", get)
    return asked


@pytest.mark.parametrize(
    ("typed", "chosen", "expected"),
    [
        ("a", "ONNX (*.onnx)", "a.onnx"),
        ("a", "Weights (*.safetensors *.pth *.pt)", "a.safetensors"),
        ("a", "", "a.safetensors"),
        ("a.pt", "ONNX (*.onnx)", "a.pt"),
        ("a.PTH", "", "a.PTH"),
        ("a.b", "ONNX (*.onnx)", "a.b.onnx"),
    ],
)
def test_a_suffix_that_was_not_typed_is_that_of_the_chosen_kind(
    typed: str, chosen: str, expected: str
) -> None:
    assert completed(typed, chosen, KINDS) == Path(expected)


def test_the_next_dialog_begins_in_the_folder_of_the_last(
    exporter: Exporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answer(monkeypatch, tmp_path / "one.csv")
    for _ in range(2):
        assert exporter.ask_for_path("Export", "table.csv", "CSV (*.csv)")
    assert [Path(arguments[2]) for arguments in asked] == [
        Path("table.csv"),
        tmp_path / "table.csv",
    ]


def test_nothing_is_replaced_that_was_not_asked_about(
    exporter: Exporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.csv").write_text("old")
    answer(monkeypatch, tmp_path / "mine")
    asked: list[str] = []

    def say(*, replace: bool) -> None:
        def confirmed(parent: object, text: str, yes: str) -> bool:
            asked.append(text)
            return replace

        monkeypatch.setattr(question, "confirmed", confirmed)

    say(replace=False)
    assert exporter.ask_for_path("Export", "t.csv", "CSV (*.csv)") is None
    say(replace=True)
    assert exporter.ask_for_path("Export", "t.csv", "CSV (*.csv)") == tmp_path / "mine.csv"
    assert all("Replace mine.csv?" in text for text in asked)
    answer(monkeypatch, tmp_path / "mine.csv")  # about this one the file dialog has asked
    assert exporter.ask_for_path("Export", "t.csv", "CSV (*.csv)") == tmp_path / "mine.csv"
    assert len(asked) == 2


def test_it_is_said_what_was_written_and_where_and_shown(
    qtbot: QtBot,
    page: Page,
    exporter: Exporter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(file_manager, "show_command", lambda path: None)
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url) or True)
    folder = tmp_path / "my papers"
    folder.mkdir()
    answer(monkeypatch, folder / "table.csv")
    threads: list[int] = []

    def make() -> bytes:
        threads.append(threading.get_ident())
        return b"1,2\n"

    with qtbot.waitSignal(exporter.written):
        exporter.ask_and_write("Export", "table.csv", "CSV (*.csv)", make)
    assert (folder / "table.csv").read_bytes() == b"1,2\n"
    assert threads != [threading.get_ident()]
    assert page.banner.text == f"Wrote table.csv to {folder}"
    (button,) = page.banner.findChildren(QPushButton)
    assert button.isVisible()
    assert button.text() == "Show in folder"
    button.click()
    assert [url.toLocalFile() for url in opened] == [str(folder)]
    assert not page.banner.isVisible()


def test_it_is_said_where_no_file_manager_opens(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_manager, "show_command", lambda path: None)
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: False)
    page.say_written(tmp_path / "a.png")
    (button,) = page.banner.findChildren(QPushButton)
    button.click()
    assert page.banner.text == f"No file manager was found. The file is in {tmp_path}"


def test_a_relative_path_is_said_as_a_whole(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page.say_written(Path("a.png"))
    assert page.banner.text == f"Wrote a.png to {tmp_path}"


@pytest.mark.parametrize("white", [True, False])
def test_a_picture_is_white_or_as_on_the_screen_and_as_wide_as_was_chosen(
    qtbot: QtBot,
    exporter: Exporter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    white: bool,
) -> None:
    answer(monkeypatch, tmp_path / "square.png")
    exporter.ask_and_paint("Export", "square.png", DARK, Square)
    assert exporter.dialog is not None
    exporter.dialog.background.select("white" if white else "screen")
    exporter.dialog.width_box.setValue(800)
    with qtbot.waitSignal(exporter.written):
        exporter.dialog.accept()
    image = QImage(str(tmp_path / "square.png"))
    assert (image.width(), image.height()) == (800, 400)
    assert image.pixelColor(799, 399).name() == (LIGHT if white else DARK).panel
    assert image.pixelColor(599, 199).name() == "#ff0000"
    assert image.pixelColor(602, 199).name() == (LIGHT if white else DARK).panel
    assert exporter.dialog is None
    # The next one begins with the same.
    exporter.ask_and_paint("Export", "square.svg", DARK, Square)
    assert exporter.dialog is not None
    assert exporter.dialog.options.white is white
    assert exporter.dialog.options.width == pytest.approx(800 / 300 * 25.4, abs=0.5)


def test_who_cancels_gets_no_file(
    exporter: Exporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answer(monkeypatch, tmp_path / "square.png")
    exporter.ask_and_paint("Export", "square.png", LIGHT, Square)
    assert exporter.dialog is not None
    exporter.dialog.width_box.setValue(800)
    exporter.dialog.reject()
    assert asked == []
    answer(monkeypatch, Path(""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    exporter.ask_and_paint("Export", "square.png", LIGHT, Square)
    assert exporter.dialog is not None
    assert exporter.dialog.options.pixels == 2008  # what was cancelled is not kept
    exporter.dialog.accept()
    exporter.close()
    assert list(tmp_path.iterdir()) == []


def test_a_figure_is_painted_in_turns_and_whole_at_the_end(
    exporter: Exporter, tmp_path: Path
) -> None:
    first, second = Square(LIGHT), Square(LIGHT)
    exporter.paint(tmp_path / "first.png", first)
    assert first.painted == []  # the pen goes first
    exporter.paint(tmp_path / "second.png", second)
    assert first.painted == [0, 1, 2]
    assert second.painted == []
    assert exporter.close()
    assert second.painted == [0, 1, 2]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first.png", "second.png"]


def test_a_picture_for_which_there_is_no_memory_is_explained(
    page: Page, exporter: Exporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Square, "height", lambda square, width: 1e5 * width)
    exporter.paint(tmp_path / "square.png", Square(LIGHT))
    exporter.close()
    assert "choose a smaller one" in page.banner.text
    assert list(tmp_path.iterdir()) == []


def test_a_dialog_goes_with_its_page(exporter: Exporter) -> None:
    exporter.ask_and_paint("Export", "one.png", LIGHT, Square)
    exporter.ask_and_paint("Export", "two.svg", LIGHT, Square)  # in place of the first
    dialog = exporter.dialog
    assert dialog is not None
    assert dialog.isVisible()
    assert dialog.width_box.suffix() == " mm"
    assert exporter.close()
    assert exporter.dialog is None
