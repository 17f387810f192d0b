"""The bin beside the runs: what is in it, what comes back, and what it must not reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from lenetpad.storage import run_bin, runs
from lenetpad.storage.runs import Run, RunError


def stopped(root: Path, model: str = "lenet5-1998") -> Run:
    folder = runs.create(root, model, {}, {})
    runs.write(folder, runs.STATE, {"state": runs.STOPPED})
    return runs.read(folder)


def test_what_was_deleted_comes_back_where_it_was(tmp_path: Path) -> None:
    run = stopped(tmp_path)
    place = run_bin.delete(run)
    assert run_bin.restore([place], tmp_path) == (run.folder,)
    assert runs.read(run.folder) == run
    assert run_bin.contents(tmp_path) == ((), 0)


def test_it_comes_back_beside_another_of_its_name(tmp_path: Path) -> None:
    run = stopped(tmp_path)
    place = run_bin.delete(run)
    run.folder.mkdir()
    (run.folder / "other").touch()
    [again] = run_bin.restore([place], tmp_path)
    assert again == run.folder.with_name(f"{run.folder.name} 2")
    assert (run.folder / "other").exists()
    with pytest.raises(RunError, match="cannot be restored"):
        run_bin.restore([place], tmp_path)


def test_one_that_cannot_be_deleted_is_named_and_the_others_go(tmp_path: Path) -> None:
    one, other = stopped(tmp_path), stopped(tmp_path, "lenet5-study")
    with runs.locked(one.folder):
        places, fault = run_bin.delete_all([one, other])
    assert len(places) == 1
    assert one.name in fault
    assert [run.folder for run in runs.listed(tmp_path)[0]] == [one.folder]


def test_what_cannot_be_read_is_counted_and_goes_with_the_rest(tmp_path: Path) -> None:
    assert run_bin.contents(tmp_path) == ((), 0)
    run_bin.delete(stopped(tmp_path))
    (tmp_path / run_bin.BIN / "damaged").mkdir()
    (found,), count = run_bin.contents(tmp_path)
    assert (found.state, count) == (runs.STOPPED, 2)
    run_bin.empty(tmp_path)
    assert run_bin.contents(tmp_path) == ((), 0)


def test_nothing_that_a_link_leads_to_is_touched(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "runs", tmp_path / "elsewhere"
    run, precious = stopped(root), elsewhere / "folder" / "precious"
    precious.parent.mkdir(parents=True)
    precious.touch()
    (root / run_bin.BIN).symlink_to(elsewhere)
    for reach in (
        lambda: run_bin.delete(run),
        lambda: run_bin.contents(root),
        lambda: run_bin.empty(root),
    ):
        with pytest.raises(RunError, match="is a link"):
            reach()
    assert run.folder.exists()
    (root / run_bin.BIN).unlink()
    (root / run_bin.BIN).mkdir()
    (root / run_bin.BIN / "link").symlink_to(elsewhere)
    run_bin.empty(root)
    assert precious.exists()
