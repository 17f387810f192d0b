"""What was deleted, stopped or chosen before: it comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.controllers.training.session import Session
from lenetpad.storage import interruptions, run_bin, runs
from lenetpad.values.recipes import TRAINING_PRESETS
from lenetpad.values.training import Ended, Progress
from tests import trainees
from tests.controllers.training_desk import ENDLESS, PATIENCE, Desk


def copies(run: Path, count: int) -> list[Path]:
    """Further runs like this one."""
    import shutil

    made = [run.with_name(f"copy {number}") for number in range(count)]
    for folder in made:
        shutil.copytree(run, folder)
        runs.update(folder, runs.CONFIG, {"name": folder.name})
    return made


class TestDeleted:
    def test_it_says_so_and_undoes_it(self, desk: Callable[..., Desk], run: Path) -> None:
        folders = {run, *copies(run, 2)}
        table = desk()
        page = table.page
        table.wait(lambda: len(page.runs.model.runs) == 3)
        page.runs.select(folders)
        table.wait(lambda: len(page.curves.histories) == 3)
        page.runs.actions_by_name["delete"].trigger()
        table.wait(lambda: page.banner.isVisible() and page.runs.model.runs == [])
        assert page.banner.text == "Deleted 3 runs"
        assert page.curves.histories == ()
        assert "copy" not in page.curves.legend.text()
        assert page.film.frames == ()
        [undo] = page.banner.findChildren(QPushButton)
        assert undo.text() == "Undo"
        undo.click()
        table.wait(lambda: {one.folder for one in page.runs.model.runs} == folders)
        assert run_bin.contents(run.parent) == ((), 0)

    def test_the_bin_is_opened_restored_from_and_emptied(
        self, desk: Callable[..., Desk], run: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for folder in copies(run, 2):
            run_bin.delete(runs.read(folder))
        table = desk()
        table.page.runs.actions_by_name["bin"].trigger()
        dialog = table.training.runs._bin
        assert dialog is not None
        table.wait(lambda: dialog.list.count() == 2)
        assert dialog.words.text() == "2 deleted runs."
        assert not dialog.restore.isEnabled()
        names = [dialog.list.item(row).text() for row in range(2)]
        row = next(
            row for row, name in enumerate(names) if name.lower().startswith("copy 1 · finished")
        )
        dialog.list.setCurrentRow(row)
        dialog.restore.click()
        table.listed(lambda one: one.name == "copy 1")
        table.wait(lambda: dialog.list.count() == 1)
        wanted = "Cancel"

        def execute(box: QMessageBox) -> int:
            [button] = [b for b in box.buttons() if b.text().replace("&", "") == wanted]
            monkeypatch.setattr(QMessageBox, "clickedButton", lambda _: button)
            return 0

        monkeypatch.setattr(QMessageBox, "exec", execute)
        dialog.empty.click()
        table.training.runs._read_bin()
        table.wait(lambda: not table.training.jobs.busy("list of runs"))
        assert run_bin.contents(run.parent)[1] == 1
        wanted = "Delete permanently"
        dialog.empty.click()
        table.wait(lambda: dialog.words.text() == "The bin is empty.")
        assert run_bin.contents(run.parent) == ((), 0)
        assert run.exists()
        dialog.close()


def test_a_chosen_run_shows_its_curves_at_once(desk: Callable[..., Desk], run: Path) -> None:
    [copy] = copies(run, 1)
    table = desk()
    page = table.page
    table.wait(lambda: len(page.runs.model.runs) == 2)
    page.runs.select({run})
    table.wait(lambda: [one.folder for one in page.curves.histories] == [run])
    table.wait(lambda: len(page.film.frames) > 1)
    page.runs.select({run, copy})
    table.wait(lambda: {one.folder for one in page.curves.histories} == {run, copy})


def test_the_run_just_stopped_can_be_continued_and_shows_its_choices(
    desk: Callable[..., Desk], run: Path
) -> None:
    table = desk()
    page = table.page
    page.form.show_plan(ENDLESS)
    page.start.click()
    table.wait(lambda: len(table.of(Progress)) > 2)
    table.wait(lambda: len(page.runs.chosen) == 1)
    live = page.runs.chosen[0].folder
    assert live != run
    page.runs.select({run})  # looks at another one meanwhile
    table.wait(lambda: [one.folder for one in page.curves.histories] == [run])
    page.stop.click()
    table.wait(lambda: not table.training.trainer.busy)
    resume = page.runs.actions_by_name["continue"]
    table.wait(resume.isEnabled)
    assert [one.folder for one in page.runs.chosen] == [live]
    table.wait(lambda: [one.folder for one in page.curves.histories] == [live])
    page.form.presets.setCurrentIndex(1)
    page.form.presets.activated.emit(1)
    resume.trigger()
    table.wait(lambda: table.training.trainer.busy)
    assert page.form.plan.recipe == ENDLESS.recipe
    page.stop.click()
    table.wait(lambda: not table.training.trainer.busy)


def test_the_form_keeps_its_choices_for_the_next_start(
    qtbot: QtBot, make_program: Callable[..., Program], settings: QSettings, fake_reader: type
) -> None:
    def opened() -> Program:
        program = make_program(lambda choice: fake_reader())
        program.window.open_page("train")
        qtbot.waitUntil(lambda: program.training.page is not None, timeout=PATIENCE)
        return program

    first = opened()
    assert first.training.page is not None
    form = first.training.page.form
    recipe = replace(TRAINING_PRESETS[2].recipe, lr=0.0123, seed=99)
    plan = replace(form.plan, recipe=recipe, ink=("a.jsonl",), preset="Paper 1998, changed")
    form.show_plan(plan)
    first.close()
    second = opened()
    assert second.training.page is not None
    assert second.training.page.form.plan == plan


@pytest.mark.parametrize("kept", ["[", "{}", json.dumps({"model": "x", "recipe": {}}), "[" * 9000])
def test_settings_that_make_no_sense_begin_with_the_first_preset(
    qtbot: QtBot,
    make_program: Callable[..., Program],
    settings: QSettings,
    fake_reader: type,
    kept: str,
) -> None:
    settings.setValue("plan", kept)
    program = make_program(lambda choice: fake_reader())
    program.window.open_page("train")
    qtbot.waitUntil(lambda: program.training.page is not None, timeout=PATIENCE)
    assert program.training.page is not None
    assert program.training.page.form.plan.recipe == TRAINING_PRESETS[0].recipe


class TestInterrupted:
    @pytest.fixture
    def left(self, run: Path) -> Path:
        """A run that says it is running, while nobody is at it, as after a power cut."""
        state = json.loads((run / runs.STATE).read_text())
        runs.write(
            run, runs.STATE, {**state, "state": runs.RUNNING, "step": 7, "test_error": None}
        )
        return run

    def started(
        self, make_program: Callable[..., Program], folder: Path, fake_reader: type
    ) -> Program:
        return make_program(lambda choice: fake_reader(), folder=folder, target=trainees.light)

    def test_the_next_start_says_so_and_continues(
        self,
        qtbot: QtBot,
        make_program: Callable[..., Program],
        fake_reader: type,
        left: Path,
        tmp_path: Path,
    ) -> None:
        program = self.started(make_program, tmp_path, fake_reader)
        banner = program.draw.page.banner
        qtbot.waitUntil(banner.isVisible, timeout=PATIENCE)
        steps = runs.read(left).steps
        words = f"The training {left.name} was interrupted after step 7 of {steps}."
        assert banner.text == f"{words} Its run is kept."
        ordered: list[Path | None] = []
        [button] = banner.findChildren(QPushButton)
        assert button.text() == "Continue"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Session, "order", lambda _, order, __: ordered.append(order.folder))
            button.click()
            qtbot.waitUntil(lambda: ordered == [left], timeout=PATIENCE)
        assert program.window.open_page_name == "train"
        qtbot.waitUntil(lambda: interruptions.untold(left.parent) == (), timeout=PATIENCE)
        program.close()
        again = self.started(make_program, tmp_path, fake_reader)
        again.window.open_page("train")
        qtbot.waitUntil(lambda: again.training.page is not None, timeout=PATIENCE)
        done: list[object] = []
        for controller in (again.draw, again.training):
            controller.jobs.run("after the others", lambda: None, done.append)
        qtbot.waitUntil(lambda: len(done) == 2, timeout=PATIENCE)
        assert not again.draw.page.banner.isVisible()
        page = again.training.page
        assert page is not None
        assert page.banner.isHidden()

    def test_the_train_page_says_it_where_the_draw_page_said_something_else(
        self,
        qtbot: QtBot,
        make_program: Callable[..., Program],
        fake_reader: type,
        left: Path,
        tmp_path: Path,
    ) -> None:
        program = self.started(make_program, tmp_path, fake_reader)
        program.draw.page.banner.warn("something else")
        program.window.open_page("train")
        qtbot.waitUntil(lambda: program.training.page is not None, timeout=PATIENCE)
        page = program.training.page
        assert page is not None
        qtbot.waitUntil(lambda: "was interrupted" in page.banner.text, timeout=PATIENCE)
        assert program.draw.page.banner.text == "something else"

    def test_a_run_that_was_stopped_or_runs_was_not_interrupted(self, left: Path) -> None:
        assert [run.folder for run in interruptions.untold(left.parent)] == [left]
        with runs.locked(left):
            assert interruptions.untold(left.parent) == ()
        (left / runs.CHECKPOINT).rename(left / "elsewhere")
        assert interruptions.untold(left.parent) == ()  # nothing to go on from
        (left / "elsewhere").rename(left / runs.CHECKPOINT)
        runs.update(left, runs.STATE, {"state": runs.STOPPED})
        assert interruptions.untold(left.parent) == ()

    def test_one_that_goes_on_meanwhile_is_not_written_to(self, left: Path) -> None:
        found = interruptions.untold(left.parent)
        before = (left / runs.STATE).read_bytes()
        with runs.locked(left):
            interruptions.note_told(found)
        assert (left / runs.STATE).read_bytes() == before
        interruptions.note_told(found)
        assert runs.read(left).state == runs.INTERRUPTED
        assert interruptions.untold(left.parent) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ink": ("gone.jsonl",)}, "gone.jsonl does not exist"),
        ({"start": "gone.pth"}, "gone.pth"),
        ({"start": "lenet5-study"}, "cannot begin with"),
        ({"device": "cuda:99"}, "the device 'cuda:99' cannot be used"),
    ],
)
def test_a_mistake_of_the_users_is_said_and_not_logged(
    desk: Callable[..., Desk], changes: dict[str, Any], said: str
) -> None:
    """The fixture nothing_is_logged looks whether it is: what is logged is on stderr too."""
    table = desk()
    table.page.training_requested.emit(replace(ENDLESS, **changes))
    table.wait(table.page.banner.isVisible)
    assert said in table.page.banner.text
    table.wait(lambda: not table.training.trainer.busy)
    assert table.of(Ended)[-1].traceback == ""
