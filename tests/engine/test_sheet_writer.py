"""The thread that keeps a sheet: all that was put is on the disk, and faults are told."""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from lenetpad.engine import sheet_writer
from lenetpad.engine.sheet_writer import SheetWriter
from lenetpad.ink import journal
from lenetpad.ink.kept_sheets import KeptSheet, claim
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
    writer.begin(History())
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
    writer.begin(History())
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
    writer.begin(History())
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
    writer.begin(History())
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
    writer.begin(History())
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
    writer.begin(History())
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
