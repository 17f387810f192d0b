"""Documents on the canvas: files, the clipboard and what is dropped; what fails loses nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QDropEvent,
    QGuiApplication,
    QImage,
)
from PySide6.QtWidgets import QFileDialog, QMessageBox

from lenetpad.app import Program
from lenetpad.ink.files import Drawing, is_ink, read_ink, write_ink
from lenetpad.ink.strokes import Ink, InkError, Sheet
from lenetpad.tools.synthetic_pen import SyntheticPen
from lenetpad.ui.draw import clipboard, documents

INK = Ink.of([[[200, 200], [500, 800]], [[600, 300], [700, 400]]])


def draw(program: Program, ink: Ink = INK) -> None:
    SyntheticPen(program.draw.page.canvas).write(ink)


def test_ink_is_saved_and_opened_again(program: Program, tmp_path: Path) -> None:
    draw(program)
    drawn = program.draw.page.canvas.sheet
    program.draw.documents.save_path(tmp_path / "digit.jsonl")
    program.draw.page.canvas.clear()
    program.draw.documents.open_path(tmp_path / "digit.jsonl")
    opened = program.draw.page.canvas.sheet
    assert [len(s.points) for s in opened.ink.strokes] == [
        len(s.points) for s in drawn.ink.strokes
    ]
    for one, other in zip(opened.ink.strokes, drawn.ink.strokes, strict=True):
        assert np.allclose(one.xy, other.xy, atol=0.01)
    assert not program.draw.page.banner.isVisible()


def test_a_file_of_many_drawings_says_which_is_shown(program: Program, tmp_path: Path) -> None:
    write_ink(tmp_path / "many.jsonl", [Drawing(INK), Drawing(Ink.of([[[5, 5]]]))])
    program.draw.documents.open_path(tmp_path / "many.jsonl")
    assert program.draw.page.canvas.sheet.ink == INK
    assert program.draw.page.banner.text == "many.jsonl holds several drawings; this is the first."


def test_a_picture_is_saved_and_opened_as_a_normalised_digit(
    program: Program, tmp_path: Path
) -> None:
    draw(program)
    program.draw.documents.save_path(tmp_path / "digit.png")
    program.draw.documents.open_path(tmp_path / "digit.png")
    picture = program.draw.page.canvas.sheet.picture
    assert picture is not None
    assert picture.max() > 0.9


@pytest.mark.parametrize(
    ("name", "content"),
    [("bad.jsonl", b'{"strokes": 5}\n'), ("bad.png", b"no picture"), ("gone.png", None)],
)
def test_a_bad_file_is_explained_and_loses_nothing(
    program: Program, tmp_path: Path, name: str, content: bytes | None
) -> None:
    draw(program)
    before = program.draw.page.canvas.sheet
    if content is not None:
        (tmp_path / name).write_bytes(content)
    program.draw.documents.open_path(tmp_path / name)
    assert program.draw.page.banner.isVisible()
    assert name in program.draw.page.banner.text
    assert "\n" not in program.draw.page.banner.text
    assert program.draw.page.canvas.sheet == before


def test_saving_where_one_may_not_is_explained(program: Program, tmp_path: Path) -> None:
    draw(program)
    for name in ("none/digit.jsonl", "none/digit.png"):
        program.draw.page.banner.hide()
        program.draw.documents.save_path(tmp_path / name)
        assert program.draw.page.banner.isVisible()
        assert "digit" in program.draw.page.banner.text


def test_foreign_ink_is_scaled_to_the_canvas(program: Program, tmp_path: Path) -> None:
    write_ink(tmp_path / "tiny.jsonl", [Drawing(Ink.of([[[-1.0, -1.0], [1.0, 2.0]]]))])
    program.draw.documents.open_path(tmp_path / "tiny.jsonl")
    xy = program.draw.page.canvas.sheet.ink.strokes[0].xy
    assert np.ptp(xy, axis=0).max() == pytest.approx(700)
    assert xy.mean(axis=0) == pytest.approx([500, 500])
    assert len(read_ink(tmp_path / "tiny.jsonl")) == 1


def test_copy_and_paste_bring_the_ink_back(program: Program) -> None:
    draw(program)
    program.draw.documents.copy()
    image = QGuiApplication.clipboard().image()
    assert not image.isNull()
    before = [s.xy.tolist() for s in program.draw.page.canvas.sheet.ink.strokes]
    program.draw.page.canvas.clear()
    program.draw.documents.paste()
    assert np.allclose(program.draw.page.canvas.sheet.ink.strokes[0].xy, before[0], atol=0.01)


def test_a_picture_is_copied_and_pasted_unchanged(program: Program) -> None:
    picture = np.random.default_rng(1).random((28, 28)).astype(np.float32)
    program.draw.page.canvas.set_sheet(Sheet(picture=picture))
    program.draw.documents.copy()
    program.draw.page.canvas.clear()
    program.draw.documents.paste()
    assert np.array_equal(program.draw.page.canvas.sheet.picture, picture)


def test_an_empty_list_of_files_is_nothing_to_paste(program: Program) -> None:
    mime = QMimeData()
    mime.setData("text/uri-list", b"")
    with pytest.raises(InkError, match="nothing to paste"):
        clipboard.sheet_in(mime)


def test_a_picture_from_elsewhere_is_pasted(program: Program) -> None:
    image = QImage(60, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    for y in range(10, 50):
        for x in range(28, 33):
            image.setPixelColor(x, y, QColor("black"))
    QGuiApplication.clipboard().setImage(image)
    program.draw.documents.paste()
    assert program.draw.page.canvas.sheet.picture is not None


def test_pasting_nothing_is_explained(program: Program) -> None:
    draw(program)
    before = program.draw.page.canvas.sheet
    QGuiApplication.clipboard().setText("just words")
    program.draw.documents.paste()
    assert "nothing to paste" in program.draw.page.banner.text
    assert program.draw.page.canvas.sheet == before


def test_a_file_can_be_dropped(program: Program, tmp_path: Path) -> None:
    write_ink(tmp_path / "digit.jsonl", [Drawing(INK)])
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "digit.jsonl"))])
    event = QDropEvent(
        QPointF(300, 300),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    program.window.dropEvent(event)
    assert program.draw.page.canvas.sheet.ink == INK


def test_saving_asks_before_it_replaces_a_file_that_was_not_named(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(program)
    (tmp_path / "digit.7.ink.jsonl").write_text("precious", encoding="utf-8")
    typed, ink = str(tmp_path / "digit.7"), documents.SAVE_FILTER.split(";;")[0]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (typed, ink))
    for answer, kept in (("No", True), ("Yes", False)):
        button = QMessageBox.StandardButton[answer]
        monkeypatch.setattr(QMessageBox, "question", lambda *_, button=button: button)
        program.draw.documents.save_document()
        content = (tmp_path / "digit.7.ink.jsonl").read_text(encoding="utf-8")
        assert (content == "precious") is kept
    assert program.window.preferences.folder == str(tmp_path)


@pytest.mark.parametrize(
    ("typed", "kind", "saved"),
    [
        ("seven", 0, "seven.ink.jsonl"),
        ("seven.ink", 0, "seven.ink.jsonl"),
        ("seven.ink.jsonl", 0, "seven.ink.jsonl"),
        ("seven.jsonl", 0, "seven.jsonl"),
        ("seven.jsonl.gz", 1, "seven.jsonl.gz"),
        ("seven", 1, "seven.png"),
        ("seven.jpg", 0, "seven.jpg"),
    ],
)
def test_a_name_gets_the_ending_of_its_kind(typed: str, kind: int, saved: str) -> None:
    chosen = documents.SAVE_FILTER.split(";;")[kind]
    assert documents.with_suffix(Path(typed), chosen) == Path(saved)


def test_saving_proposes_the_ending_that_the_desktop_knows(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposed: list[str] = []

    def ask(_: object, __: str, proposal: str, ___: str) -> tuple[str, str]:
        proposed.append(proposal)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    program.draw.documents.save_document()
    assert proposed == ["drawing.ink.jsonl"]
    assert is_ink(Path(proposed[0]))
