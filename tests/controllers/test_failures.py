"""A failure is told on the page whose work it was, whichever page is open."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.storage import runs

PATIENCE = 120_000


@pytest.fixture
def pages(
    qtbot: QtBot, program: Program, make_program: Callable[..., Program], tmp_path: Path
) -> Program:
    """A program with every page open."""
    program.close()
    made = make_program(folder=tmp_path)
    made.window.open_page("train")
    made.window.open_page("evaluate")
    qtbot.waitUntil(lambda: len(made.window.page_widgets) == 3, timeout=PATIENCE)
    return made


def banners(program: Program) -> dict[str, str]:
    """The banners that would be seen, by their pages' names."""
    return {
        name: page.banner.text
        for name, page in program.window.page_widgets.items()
        if not page.banner.isHidden()
    }


def break_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(root: Path) -> None:
        raise OSError(f"{root.name} cannot be read")

    monkeypatch.setattr(runs, "listed", fail)


@pytest.mark.parametrize("name", ["train", "evaluate"])
@pytest.mark.expected_log
def test_a_failing_job_is_told_on_its_page_and_no_other(
    qtbot: QtBot,
    pages: Program,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    pages.window.open_page("draw")
    qtbot.waitUntil(lambda: not pages.training.jobs.busy("list of runs"), timeout=PATIENCE)
    break_runs(monkeypatch)
    if name == "train":
        pages.training.runs.refresh()
    else:
        pages.window.open_page("evaluate")
    qtbot.waitUntil(lambda: bool(banners(pages)), timeout=PATIENCE)
    assert banners(pages) == {name: "runs cannot be read"}
    assert "failed: runs cannot be read" in caplog.text


def test_no_page_works_in_the_thread_of_another(qtbot: QtBot, pages: Program) -> None:
    threads: list[int] = []
    for controller in pages.controllers.values():
        controller.jobs.run("who", threading.get_ident, threads.append)
    qtbot.waitUntil(lambda: len(threads) == 3)
    assert len(set(threads)) == 3
