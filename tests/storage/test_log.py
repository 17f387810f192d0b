"""The log's files: bounded, one for each window, and no trouble where the disk is full."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from lenetpad.storage import log as logs
from lenetpad.storage.log import LogFile, open_log


def record(text: str) -> logging.LogRecord:
    return logging.LogRecord("lenetpad", logging.WARNING, __file__, 1, text, (), None)


def test_it_takes_a_bounded_number_of_bytes(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "lenetpad.log", largest=1000, older=2)
    for number in range(200):
        file.emit(record(f"line {number:4} {'x' * 40}"))
    file.close()
    found = sorted(tmp_path.iterdir())
    assert [path.name for path in found] == ["lenetpad.log", "lenetpad.log.1", "lenetpad.log.2"]
    assert all(path.stat().st_size <= 1000 for path in found)
    assert "line  199" in found[0].read_text(encoding="utf-8")


def test_names_that_are_no_text_are_written(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "lenetpad.log")
    file.emit(record("b\udcffd"))
    file.close()
    assert (tmp_path / "lenetpad.log").read_text(encoding="utf-8") == "b\\udcffd\n"


def test_each_window_has_its_own_and_leaves_it_to_the_next(tmp_path: Path) -> None:
    first, first_lock = open_log(tmp_path / "new" / "state")
    second, second_lock = open_log(tmp_path / "new" / "state")
    assert [Path(one.baseFilename).name for one in (first, second)] == [
        "lenetpad.log",
        "lenetpad-2.log",
    ]
    first.close()
    first_lock.release()
    third, third_lock = open_log(tmp_path / "new" / "state")
    assert Path(third.baseFilename).name == "lenetpad.log"
    for log, lock in ((second, second_lock), (third, third_lock)):
        log.close()
        lock.release()


def test_a_full_disk_is_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LogFile, "_faulty", False)
    file = LogFile(tmp_path / "lenetpad.log")

    def full(text: str) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(file.stream, "write", full, raising=False)
    for _ in range(3):
        file.handle(record("a line"))
    monkeypatch.undo()
    file.close()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "lenetpad.log: No space left on device; free some space" in said


def test_more_windows_than_logs_have_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MOST_LOGS", 1)
    log, lock = open_log(tmp_path)
    with pytest.raises(OSError, match="1 windows are open"):
        open_log(tmp_path)
    log.close()
    lock.release()
