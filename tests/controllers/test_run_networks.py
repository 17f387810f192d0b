"""What reads and what it is called: a run's networks on the pad, in every list, by one name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lenetpad.app import Program
from lenetpad.controllers.run_networks import listing
from lenetpad.data.labelled import Labelled
from lenetpad.engine.explanations import BestPatchesJob, best_patches_question
from lenetpad.storage import runs
from lenetpad.storage.runs import Run
from lenetpad.ui.draw.inspector.views import View
from lenetpad.values.best_patches import BestPatchesRequest
from lenetpad.values.evaluation import DataChoice
from lenetpad.values.explanation import Unit
from lenetpad.values.jobs import Answer
from lenetpad.values.models import DEFAULT_MODEL, Choice
from lenetpad.values.training import Progress
from tests.controllers.training_desk import ENDLESS, PATIENCE, Desk


def facts(table: Desk) -> str:
    return table.program.draw.page.verdict.facts


def shown(table: Desk, run: Path) -> Run:
    """The run, once its film can be scrubbed through."""
    found = table.listed(lambda r: r.folder == run)
    table.do("show", found)
    table.wait(lambda: len(table.page.film.frames) > 2)
    return found


def test_the_pad_says_which_moment_reads_and_has_the_way_back(
    desk: Callable[..., Desk], run: Path
) -> None:
    table = desk(reads=True)
    found, draw = shown(table, run), table.program.draw
    step = table.page.film.frames[1][0]
    table.page.film.slider.setValue(1)
    table.wait(lambda: f"{found.name} · after step {step} of {found.steps}" in facts(table))
    assert table.program.window.header.models.currentText() == found.name
    assert draw.page.way_back.text() == "Use final weights"
    assert not draw.page.way_back.isHidden()
    draw.page.way_back.click()
    table.wait(lambda: "after step" not in facts(table))
    assert found.name in facts(table)
    assert draw.networks.ready is not None
    assert draw.networks.ready.choice.model == str(run / runs.WEIGHTS)
    assert draw.page.way_back.isHidden()


def test_a_run_that_reads_with_a_snapshot_can_be_chosen_again(
    desk: Callable[..., Desk], run: Path
) -> None:
    table = desk(reads=True)
    found, box = shown(table, run), table.program.window.header.models
    table.page.film.slider.setValue(0)
    table.wait(lambda: f"after step 0 of {found.steps}" in facts(table))
    box.activated.emit(box.currentIndex())
    table.wait(lambda: f"{found.name} · test error" in facts(table))


def test_best_patches_follow_the_scrubber(
    desk: Callable[..., Desk], run: Path, tmp_path: Path, mnist: tuple[Labelled, Labelled]
) -> None:
    """Found for the weights that read, and anew for those of the moment that was scrubbed to,
    as soon as the Draw page is looked at again."""
    images = tmp_path / "few.npz"
    np.savez(images, images=mnist[1].images[:120], labels=np.arange(120, dtype=np.uint8) % 10)
    table = desk(reads=True)
    shown(table, run)
    window, page, unit = table.program.window, table.program.draw.page, Unit("C1", 2, 12, 14)
    film = table.page.film
    window.open_page("draw")
    page.maps.pin(unit)
    page.inspector.show_view(View.BEST_PATCHES)
    view = page.inspector.best_patches
    assert view is not None
    view.images.add_file(images)
    window.actions_by_name["best_patches"].trigger()
    table.wait(lambda: view.picture.found is not None)
    values: list[list[tuple[int, float]]] = []
    for number in (0, 1):
        before, step = view.picture.found, film.frames[number][0]
        window.open_page("train")
        film.slider.setValue(number)
        table.wait(lambda step=step: f"after step {step} of" in facts(table))  # type: ignore[misc]
        window.open_page("draw")
        table.wait(lambda before=before: view.picture.found is not before)  # type: ignore[misc]
        assert f"after step {step} of" in view.status.text()
        snapshot = Choice(1, str(runs.snapshot_path(run, step)))
        asked = BestPatchesRequest(1, snapshot, unit, data=DataChoice.of_file(images))
        *_, wanted = BestPatchesJob()(best_patches_question(asked))
        assert isinstance(wanted, Answer)
        assert view.picture.found is not None
        found = [(p.index, p.value) for p in view.picture.found.most]
        assert found == [(p.index, p.value) for p in wanted.result.most]
        values.append(found)
    assert values[0] != values[1]


def test_the_end_of_the_film_reads_with_the_final_weights(
    desk: Callable[..., Desk], run: Path
) -> None:
    table = desk(reads=True)
    shown(table, run)
    chosen: list[str] = []
    table.training.weights_chosen.connect(chosen.append)
    slider = table.page.film.slider
    slider.setValue(0)
    slider.setValue(slider.maximum())
    assert chosen == [str(runs.snapshot_path(run, 0)), str(run / runs.WEIGHTS)]


def test_what_was_watched_is_no_more_in_training_at_its_end(desk: Callable[..., Desk]) -> None:
    table = desk(reads=True)
    page = table.page
    page.watch.setChecked(True)
    page.training_requested.emit(ENDLESS)
    table.wait(lambda: "in training, after step" in facts(table))
    table.wait(lambda: len(table.of(Progress)) > 5)
    assert table.program.draw.page.way_back.isHidden()
    page.stop.click()
    table.wait(lambda: not table.training.trainer.busy)
    table.wait(lambda: "in training" not in facts(table) and "after step" in facts(table))


def test_who_looks_away_keeps_the_weights_of_that_moment(desk: Callable[..., Desk]) -> None:
    table = desk(reads=True)
    page = table.page
    page.watch.setChecked(True)
    page.training_requested.emit(ENDLESS)
    table.wait(lambda: "in training, after step" in facts(table))
    page.watch.setChecked(False)
    table.wait(lambda: "in training" not in facts(table))
    moment = table.program.draw.networks.moment
    assert moment.startswith("after step")
    reports = len(table.of(Progress))
    table.wait(lambda: len(table.of(Progress)) > reports + 3)
    assert table.program.draw.networks.moment.partition(" of ")[0] == moment.partition(" of ")[0]
    page.stop.click()
    table.wait(lambda: not table.training.trainer.busy)


def test_a_run_has_one_name_and_it_changes_everywhere(
    desk: Callable[..., Desk], run: Path
) -> None:
    table = desk(reads=True)
    window = table.program.window
    found = shown(table, run)
    window.open_page("evaluate")
    table.wait(lambda: table.program.evaluation.page is not None)
    evaluate = table.program.evaluation.page
    assert evaluate is not None
    table.do("use", found)
    table.wait(lambda: found.name in facts(table))

    def names() -> set[str]:
        weights = evaluate.first.findData(str(run / runs.WEIGHTS))
        model = table.page.runs.model
        return {
            str(model.index(0, 0).data()),
            table.page.curves.histories[0].name,
            window.header.models.currentText(),
            evaluate.first.itemText(weights),
            table.program.draw.networks.title,
        }

    table.wait(lambda: names() == {run.name})
    assert run.name in table.page.curves.legend.text()
    table.page.runs.renamed.emit(found, "the third try")
    table.wait(lambda: names() == {"the third try"})
    assert "the third try" in table.page.curves.legend.text()
    assert "the third try" in facts(table)


def test_own_runs_are_in_the_list_of_networks_from_the_start(
    make_program: Callable[..., Program], qtbot: object, run: Path, tmp_path: Path
) -> None:
    program = make_program(folder=tmp_path)
    box = program.window.header.models
    qtbot.waitUntil(lambda: box.findText(run.name) >= 0, timeout=PATIENCE)  # type: ignore[attr-defined]
    assert box.currentData() == DEFAULT_MODEL
    assert program.training.page is None
    box.setCurrentIndex(box.findText(run.name))
    box.activated.emit(box.currentIndex())
    verdict = program.draw.page.verdict
    qtbot.waitUntil(lambda: run.name in verdict.facts, timeout=PATIENCE)  # type: ignore[attr-defined]
    assert program.window.preferences.choice.model == str(run / runs.WEIGHTS)


def test_only_runs_with_weights_are_networks(tmp_path: Path) -> None:
    empty = runs.create(tmp_path, "lenet5-1998", {}, {})
    linked = runs.create(tmp_path, "lenet5-1998", {}, {})
    (tmp_path / "elsewhere").touch()
    (linked / runs.BEST).symlink_to(tmp_path / "elsewhere")
    best = runs.create(tmp_path, "lenet5-1998", {}, {})
    (best / runs.BEST).touch()
    found = listing(tmp_path)
    assert empty in {run.folder for run in found.runs}
    assert found.weights == {best: best / runs.BEST}


@pytest.mark.parametrize("name", ["best.safetensors", "weights.safetensors"])
def test_a_file_elsewhere_with_such_a_name_is_no_run(
    desk: Callable[..., Desk], tmp_path: Path, name: str
) -> None:
    table = desk()
    known = table.program.draw.networks.runs
    assert known.folder_of(str(tmp_path / "Downloads" / name)) is None
    assert known.folder_of(str(tmp_path / "runs" / "a run" / name)) == tmp_path / "runs" / "a run"


def test_a_run_whose_folder_is_no_text_reads_now_and_at_the_next_start(
    desk: Callable[..., Desk], run: Path
) -> None:
    """Its name has a byte that no UTF-8 has, which Qt would leave out."""
    bad = run.parent / f"r\udcff{run.name}"
    try:
        run.rename(bad)
    except (OSError, UnicodeError):
        pytest.skip("no file system for such names")
    table = desk(reads=True)
    table.listed(lambda r: r.folder == bad)
    networks, header = table.program.draw.networks, table.program.window.header
    place = header.models.place_of(str(bad))
    header.models.setCurrentIndex(place)
    header.models.activated.emit(place)
    weights = str(bad / runs.WEIGHTS)
    table.wait(lambda: networks.ready is not None and networks.ready.choice.model == weights)
    assert header.models.currentData() == str(bad)
    assert table.program.window.preferences.choice.model == weights
