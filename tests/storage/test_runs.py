"""Folders of runs: made, listed, changed, and damaged."""

from __future__ import annotations

import errno
import io
import json
import os
import threading
from pathlib import Path

import pytest

from lenetpad.storage import runs
from lenetpad.storage.runs import RunError

CONFIG = {"recipe": {"epochs": 3}, "ink": []}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return runs.create(tmp_path, "lenet5-1998", CONFIG, {"python": "3"})


def test_a_new_run_says_what_was_asked_for(folder: Path) -> None:
    with runs.locked(folder):
        run = runs.read(folder)
    assert run.name == folder.name
    assert run.model == "lenet5-1998"
    assert run.config == CONFIG
    assert (run.state, run.step, run.note, run.best_error) == (runs.RUNNING, 0, "", None)
    assert json.loads((folder / runs.ENVIRONMENT).read_text()) == {"python": "3"}
    assert not run.can_go_on


def test_runs_of_the_same_second_do_not_share_a_folder(tmp_path: Path) -> None:
    folders = {runs.create(tmp_path, "lenet5-1998", CONFIG, {}) for _ in range(5)}
    assert len(folders) == 5
    assert len(runs.listed(tmp_path)[0]) == 5


def test_the_latest_run_comes_first(tmp_path: Path) -> None:
    made = [runs.create(tmp_path, "lenet5-1998", CONFIG, {}) for _ in range(3)]
    assert [run.folder for run in runs.listed(tmp_path)[0]] == made[::-1]


def test_there_may_be_no_runs_yet(tmp_path: Path) -> None:
    assert runs.listed(tmp_path / "none") == ([], [])


@pytest.mark.parametrize("content", ["", "{", "[]", '{"step": "x", "asked": 3}', "\0"])
@pytest.mark.parametrize("file", [runs.CONFIG, runs.STATE])
def test_a_damaged_run_hides_no_other(file: str, content: str, tmp_path: Path) -> None:
    good = runs.create(tmp_path, "lenet5-1998", CONFIG, {})
    bad = runs.create(tmp_path, "lenet5-study", CONFIG, {})
    (bad / file).write_text(content)
    found, faults = runs.listed(tmp_path)
    assert [run.folder for run in found] == [good]
    assert [str(bad) in fault for fault in faults] == [True]


def test_what_is_no_run_is_passed_over(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "notes.txt").touch()
    (tmp_path / ".hidden").mkdir()
    assert [run.folder for run in runs.listed(tmp_path)[0]] == [folder]


def test_a_run_that_nobody_holds_is_interrupted(folder: Path) -> None:
    with runs.locked(folder):
        assert runs.read(folder).state == runs.RUNNING
        with pytest.raises(RunError, match="goes on already"), runs.locked(folder):
            pass
    assert runs.read(folder).state == runs.INTERRUPTED
    assert not runs.read(folder).can_go_on  # there is no checkpoint
    (folder / runs.CHECKPOINT).touch()
    assert runs.read(folder).can_go_on


def test_a_run_is_found_by_the_beginning_of_its_name(tmp_path: Path, folder: Path) -> None:
    run = runs.read(folder)
    assert runs.find(tmp_path, run.name) == run
    assert runs.find(tmp_path, run.name[:10]) == run
    with pytest.raises(RunError, match="there is no run 'x'"):
        runs.find(tmp_path, "x")
    runs.create(tmp_path, "lenet5-study", CONFIG, {})
    with pytest.raises(RunError, match="say more of it"):
        runs.find(tmp_path, run.name[:4])


def test_name_and_note_can_be_changed(folder: Path) -> None:
    runs.rename(runs.read(folder), "  the third try ")
    runs.annotate(runs.read(folder), "for Monday's lecture")
    run = runs.read(folder)
    assert (run.name, run.note, run.folder) == ("the third try", "for Monday's lecture", folder)
    assert run.config == CONFIG
    with pytest.raises(RunError, match="needs a name"):
        runs.rename(run, "   ")


def test_a_run_that_has_begun_since_it_was_listed_is_not_deleted(folder: Path) -> None:
    runs.write(folder, runs.STATE, {"state": runs.STOPPED})
    listed = runs.read(folder)
    with runs.locked(folder), pytest.raises(RunError, match="still running"):
        runs.delete(listed)
    assert folder.exists()


def test_looking_whether_a_run_is_held_keeps_nobody_from_holding_it(folder: Path) -> None:
    ends = threading.Event()

    def look() -> None:
        while not ends.is_set():
            runs.read(folder)

    with runs.locked(folder):
        pass
    looking = threading.Thread(target=look)
    looking.start()
    try:
        for _ in range(200):
            with runs.locked(folder):
                pass
    finally:
        ends.set()
        looking.join()


def test_a_deleted_run_is_in_the_bin(tmp_path: Path, folder: Path) -> None:
    with runs.locked(folder), pytest.raises(RunError, match="still running"):
        runs.delete(runs.read(folder))
    runs.write(folder, runs.STATE, {"state": runs.STOPPED})
    place = runs.delete(runs.read(folder))
    assert runs.listed(tmp_path) == ([], [])
    assert place.parent == tmp_path / runs.BIN
    assert runs.read(place).config == CONFIG


def test_a_full_disk_leaves_the_file_of_before(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(path.name for path in folder.iterdir())

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        runs.write(folder, runs.STATE, {"state": runs.FAILED})
    assert runs.read(folder).state == runs.INTERRUPTED  # as it was: running, but nobody is at it
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_full_disk_leaves_no_half_line_in_the_log(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk takes five bytes of the second line, and then no more."""
    runs.append(folder, {"step": 20})

    class Full(io.FileIO):
        def write(self, content: memoryview) -> int:  # type: ignore[override]
            if len(content) <= 8:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(content[:5])

    monkeypatch.setattr(Path, "open", lambda path, mode, buffering: Full(path, "ab"))
    with pytest.raises(OSError, match="No space left"):
        runs.append(folder, {"step": 40})
    monkeypatch.undo()
    assert (folder / runs.LOG).read_text() == '{"step":20}\n'


def test_the_log_is_read_up_to_where_it_was_written(folder: Path) -> None:
    assert list(runs.log(folder)) == []
    for step in (20, 40, 60):
        runs.append(folder, {"step": step})
    with (folder / runs.LOG).open("a") as file:
        file.write('{"step": 8')
    assert [entry["step"] for entry in runs.log(folder)] == [20, 40, 60]
    runs.truncate(folder, 40)
    assert [entry["step"] for entry in runs.log(folder)] == [20, 40]


def test_home_is_among_the_users_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert runs.home().name == "runs"
    assert runs.home().parent.name == "lenetpad"
