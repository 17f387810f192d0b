"""The thread that keeps a sheet: all that was put is on the disk, and faults are told."""

from __future__ import annotations

import errno
import os
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from lenetpad.engine import sheet_writer
from lenetpad.engine.sheet_writer import SheetWriter
from lenetpad.ink import journal
from lenetpad.ink.kept_sheets import KeptSheet, Restored, claim
from lenetpad.ink.strokes import History, Ink, Sheet, Stroke
from lenetpad.storage import atomic as disk

NONE = np.empty((0, 4))


@pytest.fixture
def sheet(tmp_path: Path) -> Iterator[KeptSheet]:
    sheet = claim(tmp_path)
    yield sheet
    sheet.give_back()


@pytest.fixture
def writer(qtbot: QtBot, sheet: KeptSheet) -> Iterator[SheetWriter]:
    writer = SheetWriter(sheet)
    yield writer
    writer.close()


def points(seed: int, count: int) -> np.ndarray:
    return np.random.default_rng(seed).random((count, 4))


def on_disk(sheet: KeptSheet) -> History:
    found = journal.recovered(sheet.path.read_bytes())
    assert not found.fault
    return found.history


def test_what_is_put_is_on_the_disk(writer: SheetWriter, sheet: KeptSheet) -> None:
    writer.begin(Restored(History(), clean=True))
    history = History().doing(Sheet(Ink((Stroke(points(1, 5)),))))
    writer.put(history, NONE)
    assert writer.flush(10)
    assert on_disk(sheet) == history
    writer.put(history.undone(), NONE)
    assert writer.flush(10)
    assert on_disk(sheet) == history.undone()


def test_a_stroke_is_on_the_disk_while_it_is_made(
    qtbot: QtBot, writer: SheetWriter, sheet: KeptSheet
) -> None:
    writer.begin(Restored(History(), clean=True))
    live, blank = points(1, 100), History()
    for count in range(10, 101, 10):
        writer.put(blank, live[:count])
    # Nobody flushes.
    qtbot.waitUntil(lambda: sheet.size > 0 and on_disk(sheet).present.ink.point_count == 100)
    history = blank.doing(Sheet(Ink((Stroke.over(live),))))
    before = sheet.size
    writer.put(history, NONE)
    assert writer.flush(10)
    assert on_disk(sheet) == history
    assert sheet.size - before == len(journal.record(journal.Kind.END))  # not all points again


def test_whatever_is_drawn_the_disk_has_the_same(writer: SheetWriter, sheet: KeptSheet) -> None:
    writer.begin(Restored(History(), clean=True))
    rng, history = random.Random(1), History()
    for number in range(300):
        live = points(number, rng.randrange(1, 20))
        match rng.randrange(7):
            case 0:
                history = history.undone()
            case 1:
                history = history.redone()
            case 2:
                history = history.doing(Sheet())
            case 3:  # a stroke is begun and cancelled
                writer.put(history, live[:1])
                writer.put(history, live)
                writer.put(history, NONE)
            case _:
                if rng.random() < 0.7:
                    writer.put(history, live[: rng.randrange(len(live)) + 1])
                history = history.doing(Sheet(history.present.ink.adding(Stroke.over(live))))
        if rng.random() < 0.8:
            writer.put(history, NONE)
        if rng.random() < 0.3:
            writer.put(history, NONE)
            assert writer.flush(10)
            assert on_disk(sheet) == history


def test_the_journal_is_compacted(
    writer: SheetWriter, sheet: KeptSheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_writer, "GROWTH", 10_000)
    writer.begin(Restored(History(), clean=True))
    history, sizes = History(), []
    for number in range(60):
        ink = Sheet(Ink((Stroke(points(number, 30)),)))
        history = History(ink)  # nothing in common: written anew
        for _ in range(20):
            history = history.doing(Sheet()).undone()
        writer.put(history, NONE)
        assert writer.flush(10)
        history = history.doing(Sheet(Ink((Stroke(points(number, 30)),)))).undone().redone()
        writer.put(history, NONE)
        assert writer.flush(10)
        sizes.append(sheet.size)
    assert max(sizes) < 20_000
    assert on_disk(sheet) == history


def test_a_journal_that_somebody_took_away_is_written_anew(
    writer: SheetWriter, sheet: KeptSheet
) -> None:
    writer.begin(Restored(History(), clean=True))
    history = History()
    for number in range(3):
        history = history.doing(Sheet(history.present.ink.adding(Stroke(points(number, 5)))))
        writer.put(history, NONE)
        assert writer.flush(10)
        assert on_disk(sheet) == history
        sheet.path.unlink()


def test_a_full_disk_is_told_once_and_nothing_is_lost_when_there_is_room(
    qtbot: QtBot, writer: SheetWriter, sheet: KeptSheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.begin(Restored(History(), clean=True))
    history = History().doing(Sheet(Ink((Stroke(points(1, 5)),))))
    writer.put(history, NONE)
    assert writer.flush(10)
    full = True
    append, replace = disk.append, disk.replace

    def fail_or(write: object) -> object:
        def written(path: Path, content: bytes) -> None:
            if full:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            write(path, content)  # type: ignore[operator]

        return written

    monkeypatch.setattr(disk, "append", fail_or(append))
    monkeypatch.setattr(disk, "replace", fail_or(replace))
    monkeypatch.setattr(sheet_writer, "RETRY_SECONDS", 0.05)
    failures: list[object] = []
    writer.failed.connect(failures.append)
    later = history.doing(Sheet())
    with qtbot.waitSignal(writer.failed) as failed:
        writer.put(later, NONE)
    message = failed.args[0].message
    assert str(sheet.path) in message
    assert "No space left" in message
    assert not writer.flush(10)
    assert on_disk(sheet) == history
    with qtbot.waitSignal(writer.kept_again):
        full = False  # and nobody puts anything
    assert writer.flush(10)
    assert on_disk(sheet) == later
    assert len(failures) == 1


def test_reading_tells_what_was_kept_and_goes_on_from_it(
    qtbot: QtBot, writer: SheetWriter, sheet: KeptSheet
) -> None:
    history = History().doing(Sheet(Ink((Stroke(points(1, 5000)),))))
    sheet.path.write_bytes(journal.written(history))
    before = sheet.size
    with qtbot.waitSignal(writer.restored) as restored:
        writer.read()
    kept = restored.args[0].history
    assert kept == history
    after = kept.doing(Sheet(kept.present.ink.adding(Stroke(points(2, 5)))))
    writer.put(after, NONE)
    assert writer.flush(10)
    assert sheet.size - before < 500
    assert on_disk(sheet) == after


def test_nothing_to_keep_is_kept(writer: SheetWriter) -> None:
    assert writer.flush(0)


def sessions(qtbot: QtBot, folder: Path, *steps: Callable[[History], History]) -> History:
    """A window after the other: each takes up what the one before has kept, and goes on."""
    history = History()
    for step in steps:
        sheet = claim(folder)
        restored = sheet.read()
        writer = SheetWriter(sheet)
        writer.begin(restored)
        writer.put(restored.history, NONE)
        history = step(restored.history)
        writer.put(history, NONE)
        assert writer.flush(10)
        writer.close()
        sheet.give_back()
    sheet = claim(folder)
    found = sheet.read().history
    sheet.give_back()
    assert found == history
    return history


def drawing(seed: int, count: int) -> Callable[[History], History]:
    def draw(history: History) -> History:
        return history.doing(Sheet(history.present.ink.adding(Stroke(points(seed, count)))))

    return draw


@pytest.mark.parametrize("left", ["a stroke in the making", "half a record"])
def test_what_a_kill_leaves_does_not_disturb_the_next_sessions(
    qtbot: QtBot, tmp_path: Path, left: str
) -> None:
    sessions(qtbot, tmp_path, drawing(1, 10))
    (path,) = tmp_path.glob("sheets/*/journal")
    record = journal.points_record(points(2, 7))
    with path.open("ab") as file:
        file.write(record if left == "a stroke in the making" else record[:-5])
    strokes = sessions(qtbot, tmp_path, drawing(3, 4), drawing(4, 5), lambda h: h.undone())
    counts = [len(stroke.points) for stroke in strokes.present.ink.strokes]
    assert counts == ([10, 7, 4] if left == "a stroke in the making" else [10, 4])


def test_a_journal_does_not_grow_from_start_to_start(qtbot: QtBot, tmp_path: Path) -> None:
    scribble = [drawing(n, 20_000) for n in range(8)]
    steps = [step for one in scribble for step in (one, lambda h: History())]
    sessions(qtbot, tmp_path, *steps)
    (path,) = tmp_path.glob("sheets/*/journal")
    assert path.stat().st_size < 2 * sheet_writer.GROWTH


@pytest.mark.expected_log
def test_where_there_is_no_room_for_a_second_journal_the_first_is_appended_to(
    writer: SheetWriter, sheet: KeptSheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_writer, "GROWTH", 1000)
    writer.begin(Restored(History(), clean=True))
    history = drawing(1, 100)(History())
    writer.put(history, NONE)
    assert writer.flush(10)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(disk, "replace", full)
    for seed in range(2, 8):
        history = drawing(seed, 100)(history)
        writer.put(history, NONE)
        assert writer.flush(10)
    assert on_disk(sheet) == history


def test_what_is_put_last_is_kept_though_the_disk_is_slow(
    writer: SheetWriter, sheet: KeptSheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.begin(Restored(History(), clean=True))
    history = drawing(1, 5)(History())
    writer.put(history, NONE)
    assert writer.flush(10)
    go_on, waiting = threading.Event(), threading.Event()

    def slow(_: Path) -> None:
        waiting.set()
        assert go_on.wait(20)

    monkeypatch.setattr(disk, "sync", slow)
    history = drawing(2, 5)(history)
    writer.put(history, NONE)
    assert not writer.flush(0.05)
    assert waiting.wait(10)
    history = drawing(3, 5)(history)
    writer.put(history, NONE)
    writer.stop()
    go_on.set()
    assert writer.wait(10)
    assert on_disk(sheet) == history


@pytest.mark.expected_log
def test_a_journal_that_cannot_be_read_is_not_written_over(
    qtbot: QtBot, writer: SheetWriter, sheet: KeptSheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet.path.write_bytes(b"x" * 1000)
    restored: list[object] = []
    writer.restored.connect(restored.append)

    def fail() -> Restored:
        raise OSError("it cannot be set aside")

    monkeypatch.setattr(sheet, "read", fail)
    with qtbot.waitSignal(writer.failed):
        writer.read()
    assert not restored
    assert sheet.path.read_bytes() == b"x" * 1000
