"""Folders of runs: made, listed, changed, and damaged."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lenetpad.lenet.identification import WeightsError
from lenetpad.lenet.weights import load
from lenetpad.storage import run_bin, runs, signing
from lenetpad.storage.decoding import InputError
from lenetpad.storage.runs import Run, RunError
from lenetpad.training import histories
from lenetpad.values.recipes import plan_of
from tests import hostile_runs

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
    for other in ("x", "x" * 300):  # no file can have the latter
        with pytest.raises(RunError, match=f"there is no run '{other[:100]}"):
            runs.find(tmp_path, other)
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
        run_bin.delete(listed)
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
        run_bin.delete(runs.read(folder))
    runs.write(folder, runs.STATE, {"state": runs.STOPPED})
    place = run_bin.delete(runs.read(folder))
    assert runs.listed(tmp_path) == ([], [])
    assert place.parent == tmp_path / run_bin.BIN
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


# Strangers' folders


def said(call: Callable[[], Any]) -> Any:
    """What a call gives or, where it refuses, nothing; a refusal is one line for a terminal."""
    try:
        return call()
    except (InputError, WeightsError) as error:
        message = str(error)
    assert len(message) <= 300
    assert message.isprintable()
    return None


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hostile")
    hostile_runs.good(root, "good")
    hostile_runs.good(root, "bad")
    return root


@pytest.mark.parametrize("case", hostile_runs.CASES)
def test_a_strangers_run_hides_no_other_and_breaks_nothing(
    case: str, two_runs: Path, tmp_path: Path
) -> None:
    root = tmp_path / "runs"
    shutil.copytree(two_runs, root)
    bad = root / "bad"
    hostile_runs.CASES[case](bad)
    found, faults = runs.listed(root)
    assert [run.folder.name for run in found if run.folder != bad] == ["good"]
    assert [str(bad) in fault for fault in faults] == [True] * (2 - len(found))
    assert all(len(fault) <= 300 and fault.isprintable() for fault in faults)
    said(lambda: histories.read(bad, "bad"))
    said(lambda: list(runs.log(bad)))
    said(lambda: histories.frames(bad))
    if weights := said(lambda: runs.weights_of(bad)):
        said(lambda: load(str(weights)))
    run = said(lambda: runs.read(bad))
    assert (run is None) == (bad not in [one.folder for one in found])
    if run is None:
        return
    assert isinstance(run, Run)
    assert all(text.isprintable() for text in (run.name, run.model, run.created, run.message))
    said(lambda: plan_of(run.model, run.config))
    said(lambda: runs.made_here(run))
    said(lambda: runs.rename(run, "another"))
    said(lambda: runs.annotate(run, "a note"))
    said(lambda: runs.truncate(bad, 3))
    assert not list(root.rglob("*.tmp"))
    elsewhere = tmp_path / "elsewhere" / "file"
    assert not elsewhere.exists() or elsewhere.read_text() == "precious"
    said(lambda: run_bin.delete(run))


@pytest.mark.parametrize("name", [runs.LOG, runs.SNAPSHOTS, runs.LOCK, runs.WEIGHTS])
def test_nothing_is_read_or_written_through_a_link(name: str, tmp_path: Path) -> None:
    folder = hostile_runs.good(tmp_path / "runs")
    outside = tmp_path / "outside"
    if name == runs.SNAPSHOTS:
        shutil.rmtree(folder / name)
        outside.mkdir()
        (outside / "00000009.safetensors").write_bytes(b"precious")
    else:
        (folder / name).unlink(missing_ok=True)
        outside.write_bytes(b'{"step":1}\n')
    before = sorted((path, path.is_file() and path.read_bytes()) for path in tmp_path.glob("out*"))
    (folder / name).symlink_to(outside)
    with pytest.raises(RunError, match="of the run's own"):
        runs.read(folder)
    with pytest.raises(RunError, match="of the run's own"), runs.locked(folder):
        pass
    use: dict[str, Callable[[], Any]] = {
        runs.LOG: lambda: runs.append(folder, {"step": 9}),
        runs.SNAPSHOTS: lambda: runs.truncate(folder, 3),
        runs.LOCK: lambda: run_bin.delete(runs.find(tmp_path / "runs", "good")),
        runs.WEIGHTS: lambda: runs.weights_of(folder),
    }
    with pytest.raises(RunError, match="of the run's own"):
        use[name]()
    after = sorted((path, path.is_file() and path.read_bytes()) for path in tmp_path.glob("out*"))
    assert after == before
    if name == runs.SNAPSHOTS:
        assert (outside / "00000009.safetensors").read_bytes() == b"precious"


def test_a_damaged_run_that_is_asked_for_is_named(tmp_path: Path) -> None:
    folder = hostile_runs.good(tmp_path)
    (folder / runs.STATE).write_text('{"step": Infinity}')
    with pytest.raises(RunError, match=r"state\.json is damaged"):
        runs.find(tmp_path, "good")


def test_unknown_keys_are_kept_and_missing_ones_are_no_fault(folder: Path) -> None:
    runs.update(folder, runs.CONFIG, {"later": {"version": [1, {"deep": {"er": 2}}]}})
    runs.write(folder, runs.STATE, {"state": runs.FINISHED, "later": 3})
    runs.rename(runs.read(folder), "renamed")
    kept = json.loads((folder / runs.CONFIG).read_text())
    assert kept["later"] == {"version": [1, {"deep": {"er": 2}}]}
    assert kept["name"] == runs.read(folder).name == "renamed"
    (folder / runs.STATE).write_text("{}")
    assert runs.read(folder).state == runs.INTERRUPTED


def test_names_and_notes_end_somewhere(folder: Path) -> None:
    run = runs.read(folder)
    with pytest.raises(RunError, match="shorten it"):
        runs.rename(run, "x" * (runs.LONGEST_NAME + 1))
    with pytest.raises(RunError, match="shorten it"):
        runs.annotate(run, "x" * (runs.LONGEST_NOTE + 1))
    runs.rename(run, "x" * runs.LONGEST_NAME)
    runs.annotate(run, "x" * runs.LONGEST_NOTE)
    assert len(runs.read(folder).name) == runs.LONGEST_NAME


def test_a_name_of_control_characters_can_be_asked_for(tmp_path: Path, folder: Path) -> None:
    runs.rename(runs.read(folder), "a\x1b[2Jb")
    run = runs.read(folder)
    assert run.name == "a\\x1b[2Jb"
    assert runs.find(tmp_path, "a\x1b[2Jb") == runs.find(tmp_path, run.name) == run


@pytest.mark.parametrize(
    ("limit", "most"), [("LARGEST_LOG", 80), ("MOST_LOSSES", 6), ("MOST_LINES", 3)]
)
def test_a_log_beyond_every_training_ends_with_a_note(
    limit: str, most: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in range(2, 12, 2):
        runs.append(folder, {"step": step, "losses": [1, 2]})
    monkeypatch.setattr(runs, limit, most)
    history = histories.read(folder, "x")
    assert len(history.losses) == 6
    assert "longer than that of any training" in history.note
    runs.truncate(folder, 10)  # what goes on keeps all of it
    monkeypatch.undo()
    assert len(histories.read(folder, "x").losses) == 10


def test_the_curves_of_a_damaged_log_end_where_it_is_damaged(folder: Path) -> None:
    runs.append(folder, {"step": 1, "losses": [0.5], "learning_rate": 0.1})
    runs.append(folder, {"step": 1, "rate_factor": 0.5})
    with (folder / runs.LOG).open("a") as file:
        file.write('[1,2]\n{"step":3,"losses":[1]}\n')
    history = histories.read(folder, "x")
    assert history.losses.tolist() == [0.5]
    assert history.marks == [(1, 0.5)]
    assert "line 3, is damaged" in history.note
    with pytest.raises(RunError, match="line 3, is damaged"):
        runs.truncate(folder, 5)
    runs.truncate(folder, 0)  # what comes later is not looked at
    assert (folder / runs.LOG).read_bytes() == b""


class TestWhoAskedForIt:
    @pytest.fixture(autouse=True)
    def _data(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
        monkeypatch.setattr(signing, "key_path", lambda: tmp_path / "data" / "key")

    def test_a_run_that_was_asked_for_here_is_known_again(self, tmp_path: Path) -> None:
        config = {"recipe": {"lr": 0.003}, "ink": ["/a", "/b"], "x": None}
        runs.create(tmp_path, "lenet5-1998", config, {}, signed=True)
        [run] = runs.listed(tmp_path)[0]
        assert runs.made_here(run)
        runs.rename(run, "another name")
        assert runs.made_here(run)
        runs.update(run.folder, runs.CONFIG, {"asked": {**config, "ink": ["/c"]}})
        assert not runs.made_here(run)

    def test_one_of_another_installation_or_version_is_not(self, tmp_path: Path) -> None:
        run = runs.read(runs.create(tmp_path, "lenet5-1998", CONFIG, {}))
        assert not runs.made_here(run)
        run = runs.read(runs.create(tmp_path, "lenet5-1998", CONFIG, {}, signed=True))
        assert runs.made_here(run)
        signing.key_path().write_bytes(bytes(32))
        assert not runs.made_here(run)

    @pytest.mark.parametrize("content", [b"", b"short", bytes(100)])
    def test_a_damaged_key_is_made_anew(self, content: bytes) -> None:
        signing.key_path().parent.mkdir(parents=True)
        signing.key_path().write_bytes(content)
        assert not signing.is_own(b"x", "0" * 64)
        assert signing.is_own(b"x", signing.signature(b"x"))
        assert not signing.is_own(b"x", "")
        assert not signing.is_own(b"x", "é\ud800")
        assert not signing.is_own(b"y", signing.signature(b"x"))

    @pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
    def test_the_key_is_the_users_alone(self) -> None:
        signing.signature(b"x")
        assert signing.key_path().stat().st_mode & 0o077 == 0

    def test_where_no_key_can_be_kept_nothing_is_signed(self, tmp_path: Path) -> None:
        (tmp_path / "data").touch()
        assert signing.signature(b"x") == ""
        run = runs.read(runs.create(tmp_path, "lenet5-1998", CONFIG, {}, signed=True))
        assert not runs.made_here(run)
