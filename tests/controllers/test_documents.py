"""Documents on the canvas: files, the clipboard and what is dropped; what fails loses nothing."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from urllib.parse import quote

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QDropEvent,
    QGuiApplication,
    QImage,
)
from PySide6.QtWidgets import QFileDialog, QPushButton

from lenetpad.app import Program
from lenetpad.engine.documents import is_large
from lenetpad.engine.side_process import in_a_process
from lenetpad.ink.files import Drawing, is_ink, read_ink, write_ink
from lenetpad.ink.sheets import Found, Source, fitted
from lenetpad.ink.strokes import Ink, InkError, Sheet
from lenetpad.storage import resources
from lenetpad.tools.event_loop import wait_until
from lenetpad.tools.synthetic_pen import SyntheticPen
from lenetpad.ui.draw import clipboard, documents
from lenetpad.ui.widgets import question
from tests.ink.written_numbers import pictured, written_number

INK = Ink.of([[[200, 200], [500, 800]], [[600, 300], [700, 400]]])


def draw(program: Program, ink: Ink = INK) -> None:
    SyntheticPen(program.draw.page.canvas).write(ink)


def read(program: Program) -> None:
    """Wait until nothing is being read any more."""
    documents = program.draw.documents
    wait_until(lambda: not documents.reading)


def opened(program: Program, path: Path) -> None:
    program.draw.documents.open_path(path)
    read(program)


def saved(program: Program, path: Path) -> None:
    program.draw.documents.save_path(path)
    program.draw.documents._writer.close(60)


def pasted(program: Program) -> None:
    program.draw.documents.paste()
    read(program)


def test_ink_is_saved_and_opened_again(program: Program, tmp_path: Path) -> None:
    draw(program)
    drawn = program.draw.page.canvas.sheet
    saved(program, tmp_path / "digit.jsonl")
    program.draw.page.canvas.clear()
    opened(program, tmp_path / "digit.jsonl")
    again = program.draw.page.canvas.sheet
    assert [len(s.points) for s in again.ink.strokes] == [len(s.points) for s in drawn.ink.strokes]
    for one, other in zip(again.ink.strokes, drawn.ink.strokes, strict=True):
        assert np.allclose(one.xy, other.xy, atol=0.01)
    assert program.draw.page.banner.text == f"Wrote digit.jsonl to {tmp_path}"


def test_a_picture_is_saved_and_opened_as_a_normalised_digit(
    program: Program, tmp_path: Path
) -> None:
    draw(program)
    saved(program, tmp_path / "digit.png")
    opened(program, tmp_path / "digit.png")
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
    opened(program, tmp_path / name)
    assert program.draw.page.banner.isVisible()
    assert name in program.draw.page.banner.text
    assert "\n" not in program.draw.page.banner.text
    assert program.draw.page.canvas.sheet == before


def test_saving_where_one_may_not_is_explained(program: Program, tmp_path: Path) -> None:
    draw(program)
    for name in ("none/digit.jsonl", "none/digit.png"):
        program.draw.page.banner.hide()
        saved(program, tmp_path / name)
        wait_until(program.draw.page.banner.isVisible)
        assert "digit" in program.draw.page.banner.text


def test_foreign_ink_is_scaled_to_the_canvas(program: Program, tmp_path: Path) -> None:
    write_ink(tmp_path / "tiny.jsonl", [Drawing(Ink.of([[[-1.0, -1.0], [1.0, 2.0]]]))])
    opened(program, tmp_path / "tiny.jsonl")
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
    pasted(program)
    assert np.allclose(program.draw.page.canvas.sheet.ink.strokes[0].xy, before[0], atol=0.01)


def test_what_was_copied_does_not_outlive_python(program: Program) -> None:
    draw(program)
    program.draw.documents.copy()
    assert QGuiApplication.clipboard().mimeData().hasFormat(clipboard.SHEET_TYPE)
    program.close()
    assert not isinstance(QGuiApplication.clipboard().mimeData(), QMimeData)


def test_what_somebody_else_copied_stays(program: Program) -> None:
    draw(program)
    program.draw.documents.copy()
    QGuiApplication.clipboard().setText("words")
    program.close()
    assert QGuiApplication.clipboard().text() == "words"


def test_an_empty_clipboard_is_explained(program: Program) -> None:
    QGuiApplication.clipboard().clear()
    program.window.actions_by_name["paste"].trigger()
    assert "nothing to paste" in program.draw.page.banner.text


def test_a_picture_is_copied_and_pasted_unchanged(program: Program) -> None:
    picture = np.random.default_rng(1).random((28, 28)).astype(np.float32)
    program.draw.page.canvas.set_sheet(Sheet(picture=picture))
    program.draw.documents.copy()
    program.draw.page.canvas.clear()
    pasted(program)
    assert np.array_equal(program.draw.page.canvas.sheet.picture, picture)


def test_an_empty_list_of_files_is_nothing_to_paste(program: Program) -> None:
    mime = QMimeData()
    mime.setData("text/uri-list", b"")
    with pytest.raises(InkError, match="nothing to paste"):
        clipboard.source_in(mime)


def test_a_picture_from_elsewhere_is_pasted(program: Program) -> None:
    image = QImage(60, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    for y in range(10, 50):
        for x in range(28, 33):
            image.setPixelColor(x, y, QColor("black"))
    QGuiApplication.clipboard().setImage(image)
    pasted(program)
    assert program.draw.page.canvas.sheet.picture is not None


def test_pasting_nothing_is_explained(program: Program) -> None:
    draw(program)
    before = program.draw.page.canvas.sheet
    QGuiApplication.clipboard().setText("just words")
    pasted(program)
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
    read(program)
    assert program.draw.page.canvas.sheet.ink == INK


def test_saving_asks_before_it_replaces_a_file_that_was_not_named(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(program)
    (tmp_path / "digit.7.ink.jsonl").write_text("precious", encoding="utf-8")
    typed, ink = str(tmp_path / "digit.7"), documents.save_filter().split(";;")[0]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (typed, ink))
    for replace, kept in ((False, True), (True, False)):
        monkeypatch.setattr(question, "confirmed", lambda *_, replace=replace: replace)
        program.draw.documents.save_document()
        if not kept:
            dialog = program.draw.documents.tray.question.dialog
            assert dialog is not None
            dialog.accept()
        program.draw.documents._writer.close(60)
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
    chosen = documents.save_filter().split(";;")[kind]
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


def test_what_takes_long_says_so_and_can_be_cancelled(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(program)
    before = program.draw.page.canvas.sheet
    go_on = threading.Event()

    def read_slowly(source: Source) -> Found:
        assert go_on.wait(20)
        return Found(Sheet())

    monkeypatch.setattr("lenetpad.engine.documents.read_sheet", read_slowly)
    banner = program.draw.page.banner
    program.draw.documents.open_path(tmp_path / "slow.png")
    wait_until(banner.isVisible)
    assert banner.text == "Reading slow.png…"
    draw(program)  # the pen does not wait
    (button,) = banner.findChildren(QPushButton)
    button.click()
    assert not program.draw.documents.reading
    assert not banner.isVisible()
    go_on.set()
    program.draw.documents.open_path(tmp_path / "slow.png")
    read(program)
    assert program.draw.page.canvas.history.past[-1] != before  # only the second was put there
    program.draw.page.canvas.undo()
    assert len(program.draw.page.canvas.sheet.ink.strokes) == 4


def test_ink_that_is_large_is_read_in_a_process_of_its_own(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    angles = np.linspace(0, 40, 6000)
    ink = Ink.of([np.stack([500 + 400 * np.cos(angles), 500 + 400 * np.sin(angles)], axis=1)])
    write_ink(tmp_path / "large.jsonl", [Drawing(ink)])
    assert is_large(Source(tmp_path / "large.jsonl"))
    processes: list[object] = []
    started = in_a_process

    def note(*call: object) -> Generator[None, None, object]:
        processes.append(call)
        return started(*call)  # type: ignore[arg-type]

    monkeypatch.setattr("lenetpad.engine.documents.in_a_process", note)
    opened(program, tmp_path / "large.jsonl")
    assert len(processes) == 1
    (stroke,) = program.draw.page.canvas.sheet.ink.strokes
    assert np.allclose(stroke.xy, ink.strokes[0].xy)
    (tmp_path / "bad.jsonl").write_bytes((tmp_path / "large.jsonl").read_bytes()[:-100_000])
    opened(program, tmp_path / "bad.jsonl")
    assert "bad.jsonl" in program.draw.page.banner.text
    assert len(processes) == 2


def test_a_large_sheet_is_copied_and_pasted(program: Program) -> None:
    angles = np.linspace(0, 40, 2000)
    ink = Ink.of([np.stack([500 + 400 * np.cos(angles), 500 + 400 * np.sin(angles)], axis=1)])
    program.draw.page.canvas.set_sheet(Sheet(ink))
    QGuiApplication.clipboard().clear()
    program.draw.documents.copy()
    assert QGuiApplication.clipboard().image().isNull()  # it is painted in turns
    wait_until(lambda: not QGuiApplication.clipboard().image().isNull())
    program.draw.page.canvas.clear()
    pasted(program)
    assert program.draw.page.canvas.sheet.ink == ink


def test_a_damaged_sheet_on_the_clipboard_is_explained(program: Program) -> None:
    mime = QMimeData()
    mime.setData(clipboard.SHEET_TYPE, b"no journal")
    QGuiApplication.clipboard().setMimeData(mime)
    pasted(program)
    assert "damaged" in program.draw.page.banner.text


def large() -> Sheet:
    angles = np.linspace(0, 40, 2000)
    return Sheet(
        Ink.of([np.stack([500 + 400 * np.cos(angles), 500 + 400 * np.sin(angles)], axis=1)])
    )


def test_every_picture_that_is_saved_is_written(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.draw.page.canvas.set_sheet(large())
    for name in ("one.png", "two.png"):
        program.draw.documents.save_path(tmp_path / name)
    program.draw.documents.copy()
    asked: list[str] = []

    def ask(_: object, words: str, yes: str) -> bool:
        asked.append(words)
        return False

    monkeypatch.setattr(question, "confirmed", ask)
    assert not program.window.close()  # it is not done yet
    assert "before the file is saved" in asked[0]
    wait_until(lambda: program.draw.documents.saved(0.1))
    assert {path.name for path in tmp_path.glob("*.png")} == {"one.png", "two.png"}
    assert program.window.close()


def test_a_file_that_hangs_does_not_keep_the_next_from_being_opened(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def read_or_hang(source: Source) -> Found:
        if source.name == "hangs.png":
            assert go_on.wait(20)
        return Found(Sheet(INK))

    monkeypatch.setattr("lenetpad.engine.documents.read_sheet", read_or_hang)
    program.draw.documents.open_path(tmp_path / "hangs.png")
    wait_until(program.draw.page.banner.isVisible)
    program.draw.documents.cancel()
    opened(program, tmp_path / "good.png")
    assert program.draw.page.canvas.sheet == Sheet(INK)
    go_on.set()


def test_a_warning_that_stays_is_there_again_after_a_file_was_opened(
    program: Program, tmp_path: Path
) -> None:
    banner = program.draw.page.banner
    banner.stand("What you write is not kept")
    write_ink(tmp_path / "many.jsonl", [Drawing(INK), Drawing(INK)])
    opened(program, tmp_path / "many.jsonl")
    opened(program, tmp_path / "nowhere.jsonl")
    assert "nowhere" in banner.text
    write_ink(tmp_path / "one.jsonl", [Drawing(INK)])
    opened(program, tmp_path / "one.jsonl")
    assert banner.text == "What you write is not kept"


def test_a_file_whose_name_is_no_text_is_dropped_like_any_other(
    program: Program, tmp_path: Path
) -> None:
    place = f"{tmp_path}/digit%FE \ufffd ä.jsonl".encode()
    path = Path(os.fsdecode(place.replace(b"%FE", b"\xfe")))
    try:
        write_ink(path, [Drawing(INK)])
    except (OSError, UnicodeError):
        pytest.skip("no file system for such names")
    mime = QMimeData()
    mime.setUrls([QUrl.fromEncoded(b"file://" + quote(place, safe="/%").encode())])
    assert clipboard.files_in(mime) == [path]
    program.draw.documents._put_from(mime)
    read(program)
    assert len(program.draw.page.canvas.sheet.ink.strokes) == 2
    saved(program, path.with_name("again\udcfe.jsonl"))
    assert len(read_ink(path.with_name("again\udcfe.jsonl"))) == 1


def test_what_is_left_out_is_said_of_its_own_drop_alone(program: Program, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("no ink")
    write_ink(tmp_path / "good.jsonl", [Drawing(INK)])
    program.draw.documents.open_paths([tmp_path / "bad.jsonl", tmp_path / "good.jsonl"])
    read(program)
    assert "bad.jsonl" in program.draw.page.banner.text
    assert "Only one file is opened at a time. Files left out: 1." in program.draw.page.banner.text
    assert "Opened only" not in program.draw.page.banner.text
    program.draw.documents._read(Source(tmp_path / "good.jsonl"))
    read(program)
    assert not program.draw.page.banner.isVisible()


def test_a_picture_of_several_digits_lies_on_the_canvas(program: Program, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    inks = [written_number(text, rng).ink for text in ("21", "7", "38")]
    canvas, banner = program.draw.page.canvas, program.draw.page.banner
    pictures = (
        ("number.png", pictured(inks[:1]), True),
        ("one.png", pictured(inks[1:2]), False),
        ("lines.png", pictured([inks[0], inks[2]]), True),
    )
    for name, shown, is_line in pictures:
        PIL.Image.fromarray(shown).save(tmp_path / name)
        program.draw.documents._read(Source(tmp_path / name))
        read(program)
        assert (canvas.sheet.line is not None) == is_line
        assert banner.isVisible() == (name == "lines.png")
    assert banner.text.startswith("The picture shows 2 lines, and the canvas holds line 1.")
    assert canvas.sheet.line is not None
    assert canvas.sheet.line.shape[1] > canvas.sheet.line.shape[0]


def test_the_example_numbers_are_opened_as_the_users_own(
    make_program: Callable[..., Program], fake_reader: type, tmp_path: Path
) -> None:
    """What is done in the tray is done to a copy, and what was done is there the next time."""
    program = make_program(lambda choice: fake_reader(), folder=tmp_path)
    own, shipped = tmp_path / "examples" / "numbers.jsonl", resources.path("ink/numbers.jsonl")
    canvas, example = program.draw.page.canvas, program.window.actions_by_name["examples"]
    numbers = [fitted(drawing.ink) for drawing in read_ink(shipped)]
    example.trigger()
    wait_until(lambda: canvas.sheet.ink == numbers[0])
    assert own.read_bytes() == shipped.read_bytes()
    own.write_text(own.read_text().splitlines()[2] + "\n")
    example.trigger()
    wait_until(lambda: canvas.sheet.ink == numbers[2])
    assert len(read_ink(shipped)) == 5
