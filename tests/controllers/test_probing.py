"""Best patches, saliency and holds, from the window's controls through the real threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.data.labelled import Labelled
from lenetpad.engine import explanations
from lenetpad.ink.files import Drawing
from lenetpad.ink.normalising import draw_sheet
from lenetpad.ink.strokes import Sheet
from lenetpad.lenet.best_patches import best_patches
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.saliency import gradient_times_input, occlusion
from lenetpad.lenet.weights import load
from lenetpad.tools.event_loop import wait_until
from lenetpad.ui.draw import held
from lenetpad.ui.draw.inspector.patches_picture import PatchesPicture
from lenetpad.ui.draw.inspector.patches_view import BestPatchesView
from lenetpad.ui.draw.inspector.saliency_view import GRADIENT, SaliencyView
from lenetpad.ui.draw.inspector.views import View
from lenetpad.ui.draw.page import DrawPage
from lenetpad.values.best_patches import BEST_PATCHES, BestPatches
from lenetpad.values.evaluation import NO_DIGIT
from lenetpad.values.explanation import Unit
from lenetpad.values.holding import Hold
from lenetpad.values.models import PRESET_NAMES
from lenetpad.values.reading import Reading

MODEL = "lenet5-1998"
UNIT = Unit("C3", 7, 4, 5)
MAP = Unit("C1", 2, 4, 5)
OTHER = Unit("S2", 3, 2, 6)


@pytest.fixture
def reads(make_program: Callable[..., Program], samples: list[Drawing]) -> Program:
    """A program that has read a digit."""
    program = make_program()
    program.draw.page.canvas.set_sheet(Sheet(samples[4].ink))
    settle(program)
    return program


@pytest.fixture
def few(tmp_path: Path, mnist: tuple[Labelled, Labelled]) -> Path:
    """120 digits in a file."""
    images = mnist[1].images[:120]
    np.savez(tmp_path / "few.npz", images=images, labels=np.arange(120, dtype=np.uint8) % 10)
    return tmp_path / "few.npz"


def settle(program: Program) -> Reading:
    """The reading of what lies on the canvas now."""
    draw = program.draw

    def shown() -> bool:
        reading = draw.page.maps.reading
        return reading is not None and reading.serial == draw.serial and reading.digit is not None

    wait_until(shown)
    reading = draw.page.maps.reading
    assert reading is not None
    return reading


def press(program: Program, name: str) -> None:
    program.window.actions_by_name[name].trigger()


def patches_view(page: DrawPage, unit: Unit, data: Path) -> BestPatchesView:
    """The view of best patches in these images, about a unit that is pinned."""
    page.maps.pin(unit)
    page.inspector.show_view(View.BEST_PATCHES)
    view = page.inspector.best_patches
    assert view is not None
    view.images.add_file(data)
    return view


def found_in(view: BestPatchesView) -> BestPatches:
    wait_until(lambda: view.picture.found is not None)
    assert view.picture.found is not None
    return view.picture.found


def saliency_view(program: Program) -> SaliencyView:
    press(program, "saliency")
    view = program.draw.page.inspector.saliency
    assert view is not None
    wait_until(lambda: program.draw.page.maps.saliency is not None)
    return view


def answers_until(program: Program, unit: Unit, data: Path) -> list[tuple[str, int]]:
    """Whose questions are answered until one for best patches has been, which is asked now.

    All are answered by one thread, in their order: what is on its way comes before.
    """
    came: list[tuple[str, int]] = []
    probing = program.draw.probing
    patches_view(program.draw.page, unit, data)
    press(program, "best_patches")
    asked, jobs = (BEST_PATCHES, probing._serial), probing._begun
    assert jobs is not None
    connection = jobs.answered.connect(lambda answer: came.append((answer.asker, answer.serial)))
    wait_until(lambda: asked in came)
    jobs.answered.disconnect(connection)
    return [one for one in came if one != asked]


# Best patches


@pytest.mark.parametrize("anywhere", [False, True])
def test_the_patches_that_are_shown_are_the_best(
    reads: Program, few: Path, anywhere: bool
) -> None:
    view = patches_view(reads.draw.page, UNIT, few)
    view.where.setCurrentIndex(int(anywhere))
    press(reads, "best_patches")
    assert view.busy
    found = found_in(view)
    weights, images = load(MODEL), np.load(few)
    *_, wanted = best_patches(
        weights.config,
        weights.parameters,
        images["images"],
        images["labels"],
        UNIT,
        anywhere,
    )
    assert isinstance(wanted, BestPatches)
    for kind in ("most", "least"):
        mine = [(p.index, p.row, p.column) for p in getattr(found, kind)]
        assert mine == [(p.index, p.row, p.column) for p in getattr(wanted, kind)]
    assert [patch for _, patch in view.picture.cells] == [*found.most, *found.least]
    assert "120 images" in view.status.text()
    assert "LeNet-5 1998" in view.status.text()
    first = found.most[0]
    said = f"Image {first.index}, label {first.label}"
    assert view.picture.accessibleDescription().startswith(said)
    assert not view.busy


def test_the_key_pins_what_is_pointed_at(reads: Program, few: Path) -> None:
    page = reads.draw.page
    page.maps.point(page.maps.pointed_of(MAP))
    press(reads, "best_patches")
    assert page.maps.pins == (MAP,)
    assert page.inspector.best_patches is not None
    assert page.inspector.best_patches.unit == MAP


def test_the_search_ends_when_another_unit_is_selected(
    reads: Program, few: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, closed = (threading.Event() for _ in range(3))
    original = explanations.best_patches

    def held_up(*arguments: object):  # type: ignore[no-untyped-def]
        try:
            for step in original(*arguments):  # type: ignore[arg-type]
                begun.set()
                assert go_on.wait(10)
                yield step
        finally:
            closed.set()

    monkeypatch.setattr(explanations, "best_patches", held_up)
    page = reads.draw.page
    view = patches_view(page, UNIT, few)
    press(reads, "best_patches")
    assert begun.wait(10)
    page.maps.pin(MAP)
    assert not view.busy
    assert view.unit == MAP
    go_on.set()
    assert closed.wait(10)
    assert answers_until(reads, OTHER, few) == []  # of the unit before


def test_what_was_found_for_other_weights_says_so_and_is_found_again(
    reads: Program, few: Path
) -> None:
    page = reads.draw.page
    view = patches_view(page, UNIT, few)
    press(reads, "best_patches")
    before = found_in(view)
    reads.draw.networks.choose("lenet5-modern")
    wait_until(lambda: "do not read any more" in view.status.text())
    assert "LeNet-5 1998" in view.status.text()
    settle(reads)  # it is found again for those that read now
    wait_until(lambda: view.picture.found is not before)
    assert found_in(view).most[0].value != before.most[0].value
    assert "LeNet-5 1998" not in view.status.text()


def test_a_search_waits_for_the_first_reading(
    make_program: Callable[..., Program], few: Path
) -> None:
    """Who presses B while the network is loaded need not press it again; Cancel ends that too."""
    program = make_program()
    view = patches_view(program.draw.page, UNIT, few)
    assert program.draw.page.maps.reading is None
    press(program, "best_patches")
    assert view.busy
    view.button.click()
    assert not view.busy
    press(program, "best_patches")
    assert len(found_in(view).most) == 9
    assert not view.busy


def test_images_that_cannot_be_read_are_told_of(reads: Program, tmp_path: Path) -> None:
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"no images")
    view = patches_view(reads.draw.page, UNIT, broken)
    press(reads, "best_patches")
    wait_until(lambda: not view.busy)
    assert "broken.npz" in view.status.text()


def test_what_was_found_before_a_moment_of_a_training_says_so(reads: Program, few: Path) -> None:
    view = patches_view(reads.draw.page, UNIT, few)
    press(reads, "best_patches")
    found_in(view)
    reading = settle(reads)
    reads.draw.probing.follow(reading)  # the same weights
    assert "do not read any more" not in view.status.text()
    reads.draw.probing.follow(replace(reading, parameters=dict(reading.parameters)))
    assert "do not read any more" in view.status.text()


# Saliency


def test_the_occlusion_lies_over_the_pixels_that_it_is_of(
    reads: Program, samples: list[Drawing]
) -> None:
    page = reads.draw.page
    page.canvas.set_sheet(Sheet(samples[3].ink))  # around which both colours are seen well
    settle(reads)
    area = page.maps.placed["input"].cells[0]
    before = page.maps.grab().toImage()
    saliency_view(reads)
    page.maps.let_go()
    found = page.maps.saliency
    assert found is not None
    weights = load(MODEL)
    image = draw_sheet(page.canvas.sheet)
    wanted = occlusion(weights.config, weights.parameters, image)
    np.testing.assert_allclose(found.picture, wanted.picture, atol=1e-4)
    after = page.maps.grab().toImage()
    ratio = page.maps.devicePixelRatioF()

    def change(row: int, column: int) -> tuple[int, int]:
        x = round((area.left() + (column + 0.5) * area.width() / 32) * ratio)
        y = round((area.top() + (row + 0.5) * area.height() / 32) * ratio)
        old, new = before.pixelColor(x, y), after.pixelColor(x, y)
        return new.red() - old.red(), new.blue() - old.blue()

    blank = draw_sheet(page.canvas.sheet) == 0  # paper has one colour, which only grows darker
    inside = np.where(blank, found.picture[2:30, 2:30], 0)
    row, column = (int(i) + 2 for i in np.unravel_index(inside.argmax(), inside.shape))
    red, blue = change(row, column)
    assert red > blue  # orange
    row, column = (int(i) + 2 for i in np.unravel_index(inside.argmin(), inside.shape))
    red, blue = change(row, column)
    assert blue > red
    assert change(0, 0) == (0, 0)


def test_class_pair_method_and_patch_are_chosen(reads: Program) -> None:
    page = reads.draw.page
    view = saliency_view(reads)
    weights, image = load(MODEL), draw_sheet(page.canvas.sheet)

    def shows(picture: np.ndarray, classes: tuple[int, ...]) -> None:
        def same() -> bool:
            found = page.maps.saliency
            return (
                found is not None
                and found.classes == classes
                and bool(np.allclose(found.picture, picture, atol=1e-3))
            )

        wait_until(same)

    view.first.select(3)
    view.second.select(8)
    view.patch.setValue(6)
    view.step.setValue(3)
    wanted = occlusion(weights.config, weights.parameters, image, 6, 3, (3, 8))
    shows(wanted.picture, (3, 8))
    assert "3 is ahead of 8 by" in view.score.text()
    assert page.maps.model is not None
    assert "Nats: orange for 3, blue for 8" in page.maps.legend(page.maps.model).sentence
    view.second.select(3)
    view.second.activated.emit(view.second.currentIndex())
    wait_until(lambda: "Log-odds of 3 against all others, as" in view.score.text())
    assert "cannot be compared with itself" in view.score.text()
    view.second.select(8)
    view.method.select(GRADIENT)
    view.method.activated.emit(1)
    assert not view.patch.isEnabled()
    shows(gradient_times_input(weights.config, weights.parameters, image, (3, 8)).picture, (3, 8))


def test_it_follows_the_pen_and_no_stale_one_comes(reads: Program, samples: list[Drawing]) -> None:
    page = reads.draw.page
    saliency_view(reads)
    before = page.maps.saliency
    page.canvas.set_sheet(Sheet(samples[7].ink))
    wait_until(lambda: page.maps.saliency is not before)
    weights = load(MODEL)
    wanted = occlusion(weights.config, weights.parameters, draw_sheet(page.canvas.sheet))

    def is_of_the_new_one() -> bool:
        found = page.maps.saliency
        return found is not None and np.allclose(found.picture, wanted.picture, atol=1e-3)

    wait_until(is_of_the_new_one)
    page.canvas.set_sheet(Sheet())
    wait_until(lambda: page.maps.saliency is None)


@pytest.mark.parametrize("how", ["key", "Esc", "box"])
def test_it_goes_away(reads: Program, few: Path, how: str) -> None:
    page = reads.draw.page
    view = saliency_view(reads)
    page.maps.pin(UNIT)
    if how == "key":
        press(reads, "saliency")
        assert page.inspector.view is View.ARITHMETIC  # of the unit that is pinned
    elif how == "Esc":
        assert page.escape()
    else:
        view.shown.setChecked(False)
    assert page.maps.saliency is None
    assert not page.maps.saliency_wanted
    assert not view.shown.isChecked()
    assert not reads.window.actions_by_name["saliency"].isChecked()
    assert page.maps.pins == (UNIT,)
    reads.draw.submit(page.canvas.sheet)
    settle(reads)
    assert answers_until(reads, OTHER, few) == []
    assert page.maps.saliency is None


def test_what_is_on_its_way_does_not_come_when_it_was_taken_away(
    reads: Program, few: Path
) -> None:
    page = reads.draw.page
    view = saliency_view(reads)
    view.patch.setValue(3)
    assert page.escape()
    assert answers_until(reads, OTHER, few) == []
    assert page.maps.saliency is None


def test_it_is_of_the_network_with_what_is_held(reads: Program) -> None:
    page = reads.draw.page
    page.maps.pin(MAP)
    press(reads, "switch_off")
    reading = settle(reads)
    saliency_view(reads)
    assert reading.digit is not None
    winner = NO_DIGIT if reading.refused else reading.digit
    weights, image = load(MODEL), draw_sheet(page.canvas.sheet)
    wanted = occlusion(
        weights.config,
        weights.parameters,
        image,
        classes=(winner,),
        holds=(Hold("C1", 2),),
    )

    def is_of_what_is_held() -> bool:
        found = page.maps.saliency
        return found is not None and np.allclose(found.picture, wanted.picture, atol=1e-3)

    wait_until(is_of_what_is_held)


@pytest.mark.parametrize("preset", PRESET_NAMES)
def test_every_panel_of_each_network_also_on_a_blank_sheet(
    reads: Program, few: Path, samples: list[Drawing], preset: str
) -> None:
    """Best patches, saliency by both methods, holds and the layer table paint and say what they
    are of."""
    draw, page = reads.draw, reads.draw.page

    def up_to_date() -> bool:
        return page.maps.reading is not None and page.maps.reading.serial == draw.serial

    reads.window.actions_by_name["layers"].trigger()
    draw.networks.choose(preset)
    wait_until(lambda: draw.networks.ready is not None and draw.networks.ready.preset == preset)
    for blank in (False, True):
        page.canvas.set_sheet(Sheet() if blank else Sheet(samples[7].ink))
        wait_until(up_to_date)
        page.maps.let_go()
        view = patches_view(page, UNIT, few)
        press(reads, "best_patches")
        assert len(found_in(view).most) == 9
        press(reads, "saliency")
        saliency = page.inspector.saliency
        assert saliency is not None
        for method in (0, 1):
            saliency.method.setCurrentIndex(method)
            saliency.method.activated.emit(method)
            if not blank:
                wait_until(lambda: page.maps.saliency is not None)
            assert not reads.window.grab().isNull()
        if blank:
            assert page.maps.saliency is None
            assert saliency.score.text() == ""
        press(reads, "switch_off")
        wait_until(up_to_date)
        assert page.maps.reading.holds == (Hold("C3", 7),)  # type: ignore[union-attr]
        assert not reads.window.grab().isNull()
        press(reads, "bring_back")
        press(reads, "saliency")
    layers = reads.window.layers
    assert layers is not None
    kernels = 96 if preset == "lenet5-modern" else 60
    assert f"Why C3 has {kernels} kernels" in layers.text.toPlainText()


# Holding


def test_later_layers_follow_what_is_held(reads: Program) -> None:
    page = reads.draw.page
    image = draw_sheet(page.canvas.sheet)
    free = settle(reads)
    page.maps.pin(MAP)
    press(reads, "switch_off")
    page.maps.pin(Unit("F6", 30))
    page.inspector.holding.value.setValue(-0.5)
    page.inspector.holding.hold.click()
    holds = (Hold("C1", 2), Hold("F6", 30, value=-0.5))
    reading = settle(reads)
    assert reading.holds == holds == reads.draw.holding.holds
    wanted = Recognizer(load(MODEL)).read(image, holds)
    for layer in ("C1", "S2", "C3", "S4", "C5", "F6", "output"):
        np.testing.assert_allclose(reading.taps[layer], wanted.taps[layer], atol=1e-5)
    np.testing.assert_allclose(reading.probabilities, wanted.probabilities, atol=1e-6)
    assert not np.allclose(reading.taps["C3"], free.taps["C3"])
    page.inspector.holding.value.setValue(0.75)  # what is held follows the box
    assert settle(reads).taps["F6"][30] == pytest.approx(0.75)


def test_what_is_held_is_marked_and_said(reads: Program) -> None:
    page = reads.draw.page
    page.maps.pin(MAP)
    cell = page.maps.placed["C1"].cells[2]
    press(reads, "switch_off")
    settle(reads)
    page.maps.let_go()
    image = page.maps.grab().toImage()
    at = (cell.center() * page.maps.devicePixelRatioF()).toPoint()
    assert image.pixelColor(at).name() == page.maps.theme.warning  # the cross
    assert page.maps.title("C1")[1].endswith("1 off")
    assert page.verdict.held == "1 map switched off"
    assert page.verdict.held in page.verdict.in_words()
    page.maps.pin(MAP)
    assert page.inspector.holding.switch.text() == "Release"
    press(reads, "switch_off")
    assert settle(reads).holds == ()
    assert page.verdict.held == ""


def test_one_key_brings_all_back_and_a_new_drawing_does_not(
    reads: Program, samples: list[Drawing]
) -> None:
    page = reads.draw.page
    free = settle(reads)
    for unit in (MAP, UNIT, Unit("C5", 3)):
        page.maps.pin(unit)
        press(reads, "switch_off")
    assert page.inspector.holding.back.isEnabled()
    page.canvas.set_sheet(Sheet(samples[7].ink))
    assert len(settle(reads).holds) == 3
    page.canvas.set_sheet(Sheet(samples[4].ink))
    settle(reads)
    QTest.keyClick(page.canvas, Qt.Key.Key_X, Qt.KeyboardModifier.ShiftModifier)
    reading = settle(reads)
    assert reading.holds == ()
    np.testing.assert_array_equal(reading.taps["output"], free.taps["output"])
    assert not page.inspector.holding.back.isEnabled()


def test_another_network_holds_nothing(reads: Program) -> None:
    reads.draw.page.maps.pin(MAP)
    press(reads, "switch_off")
    settle(reads)
    reads.draw.networks.choose("lenet5-modern")
    wait_until(lambda: reads.draw.networks.ready.choice.model == "lenet5-modern")  # type: ignore[union-attr]
    assert settle(reads).holds == ()
    assert reads.draw.holding.holds == ()


def test_nothing_is_held_of_input_and_output(reads: Program) -> None:
    page = reads.draw.page
    for unit in (Unit("input", 0, 3, 3), Unit("output", 3)):
        page.maps.pin(unit)
        assert not page.inspector.holding.switch.isEnabled()
        press(reads, "switch_off")
    assert reads.draw.holding.holds == ()


def test_held_in_words() -> None:
    holds = (Hold("C1", 1), Hold("S2", 0), Hold("C5", 4), Hold("F6", 4, value=1.0))
    words = "2 maps switched off, 1 unit switched off, 1 unit held"
    assert held.in_words(holds) == words
    assert held.in_title(holds, "F6") == "1 held"
    assert held.mark_of(holds[3]) == "held at 1.000"
    assert held.in_words(()) == ""


# The whole


def test_views_keep_the_inspectors_place_and_readings_are_painted_in_each(
    qtbot: QtBot, reads: Program
) -> None:
    page = reads.draw.page
    page.show_inspector(shown=True)
    place = page.inspector.geometry()
    parts = [part.geometry() for part in (page.canvas, page.maps, page.verdict)]
    row = page.inspector.holding.geometry()
    for view in View:
        page.inspector.show_view(view)
        QApplication.processEvents()  # also what is laid out anew
        assert page.inspector.geometry() == place == page.probabilities.geometry()
        assert [part.geometry() for part in (page.canvas, page.maps, page.verdict)] == parts
        assert page.inspector.holding.geometry() == row
        with qtbot.waitSignal(page.reading_painted):
            reads.draw.submit(page.canvas.sheet)


def test_every_control_is_named_and_reached_by_tab(reads: Program) -> None:
    page = reads.draw.page
    page.maps.pin(MAP)
    reads.window.activateWindow()
    for view in View:
        page.inspector.show_view(view)
        controls = [
            *page.inspector.holding.controls,
            *page.inspector.sliding_bar.controls,
            page.inspector.views,
        ]
        for widget in (page.inspector.best_patches, page.inspector.saliency):
            if widget is not None and widget.isVisible():
                controls += widget.controls
        wanted = {control for control in controls if control.isEnabled()}
        for control in controls:
            said = QAccessible.queryAccessibleInterface(control)
            if isinstance(control, QLabel):  # the score, which says itself once there is one
                continue
            assert said.text(QAccessible.Text.Name)
            assert control.toolTip() or isinstance(control, PatchesPicture)  # each of its images
        page.inspector.views.setFocus()
        for _ in range(40):
            focused = QApplication.focusWidget()
            assert focused is not None
            wanted.discard(focused)
            if not wanted:
                break
            QTest.keyClick(focused, Qt.Key.Key_Tab)
        assert not wanted


def test_the_window_closes_while_a_job_runs(
    reads: Program, few: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def endless(*_: object):  # type: ignore[no-untyped-def]
        while True:
            begun.set()
            yield 1

    monkeypatch.setattr(explanations, "best_patches", endless)
    patches_view(reads.draw.page, UNIT, few)
    press(reads, "best_patches")
    assert begun.wait(10)
    assert reads.close()
    begun = reads.draw.probing._begun
    assert begun is not None
    assert not begun.running
