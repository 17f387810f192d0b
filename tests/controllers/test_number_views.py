"""The views of a number on the Draw page: keys, room, the maps of candidates, sliding networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import MappingProxyType

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.ink.files import Drawing
from lenetpad.ink.sheets import Found
from lenetpad.ink.strokes import Sheet
from lenetpad.lenet.number_reader import posteriors_of
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.saliency import gradient_times_input
from lenetpad.lenet.space_displacement import line_of, slide
from lenetpad.lenet.weights import load
from lenetpad.tools.event_loop import wait_until
from lenetpad.ui.draw.inspector.saliency_view import GRADIENT
from lenetpad.ui.draw.numbers.sliding_view import THAT_READ
from lenetpad.ui.draw.numbers.views import InPlace
from lenetpad.ui.draw.page import DrawPage
from lenetpad.values.arrays import FloatArray
from lenetpad.values.failures import Failure, Place
from lenetpad.values.holding import Hold
from lenetpad.values.models import Choice
from lenetpad.values.number_views import LinesRequest
from lenetpad.values.reading import NO_NUMBERS, Reading
from lenetpad.values.segmentation import Segmentation
from lenetpad.values.space_displacement import SlidingReading
from tests.graphs import graph_of, in_a_row

MODEL = "lenet5-1998"


@pytest.fixture
def recognizer() -> Recognizer:
    return Recognizer(load(MODEL))


@pytest.fixture
def read(program: Program, recognizer: Recognizer, samples: list[Drawing]) -> Reading:
    """The reading of a number that is shown, as if it came from the recognition."""
    weights = load(MODEL)
    ink = in_a_row([samples[i].ink for i in (2, 3, 4)])
    graph = graph_of(ink, posteriors_of(weights.config, weights.parameters))
    program.draw.networks.ready = ready = recognizer.describe(Choice(1, MODEL))
    program.draw.inspection.show_model(ready)
    program.draw.page.show_model(ready)
    reading = replace(
        recognizer.read(graph.digits[-1].image),
        serial=1,
        model_serial=1,
        segmentation=graph,
        focus=len(graph.digits) - 1,
        sheet=Sheet(ink),
    )
    show(program, reading)
    return reading


def show(program: Program, reading: Reading) -> None:
    program.draw._shown = 0.0
    program.draw._show_reading(reading)


def press(program: Program, key: Qt.Key) -> None:
    QTest.keyClick(program.draw.page.canvas, key)
    QApplication.processEvents()


def graph_in(page: DrawPage) -> Segmentation:
    graph = page.number_views.graph.picture.graph
    assert graph is not None
    return graph


def input_of(page: DrawPage) -> FloatArray:
    assert page.maps.reading is not None
    return page.maps.reading.taps["input"][0, 2:-2, 2:-2]


def shows(page: DrawPage, image: FloatArray) -> bool:
    """Whether the maps show this image, in the network's own range."""
    values = input_of(page)
    scaled = (values - values.min()) / max(float(np.ptp(values)), 1e-6)
    return bool(np.abs(scaled - image / image.max()).max() < 1e-4)


def test_the_key_shows_the_graph_and_the_maps_again(program: Program, read: Reading) -> None:
    page, action = program.draw.page, program.window.actions_by_name["segmentation_graph"]
    before = page.maps.geometry()
    page.canvas.setFocus()
    press(program, Qt.Key.Key_G)
    view = page.number_views.graph
    assert view.isVisible()
    assert action.isChecked()
    assert view.reading is read
    assert QApplication.focusWidget() is view.picture
    assert before.contains(view.geometry())
    view.back.click()
    QApplication.processEvents()
    assert not view.isVisible()
    assert not action.isChecked()
    assert page.maps.isVisible()
    assert page.maps.geometry() == before
    assert QApplication.focusWidget() is page.maps
    press(program, Qt.Key.Key_G)
    assert view.isVisible()
    assert page.escape()
    assert page.number_views.shown is InPlace.MAPS


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_the_maps_of_a_candidate_are_shown_below_the_graph(
    program: Program, read: Reading, recognizer: Recognizer, size: tuple[int, int]
) -> None:
    page = program.draw.page
    program.window.resize(*size)
    wait_until(lambda: not program.window.restyling)
    program.window.actions_by_name["segmentation_graph"].trigger()
    QApplication.processEvents()
    assert page.maps.isVisible()
    assert page.maps.geometry().top() > page.number_views.graph.geometry().bottom()
    verdict = page.verdict.accessibleName()
    for one in graph_in(page).candidates[:6]:
        page.number_views.graph.picture.point(graph_in(page).candidates.index(one))
        wait_until(partial(shows, page, one.image))
        wanted = recognizer.read(one.image)
        assert page.maps.reading is not None
        for layer in ("C1", "C3", "F6"):
            np.testing.assert_allclose(
                page.maps.reading.taps[layer], wanted.taps[layer], atol=1e-5
            )
        assert page.probabilities.reading is page.maps.reading
        np.testing.assert_allclose(page.maps.reading.probabilities, one.probabilities, atol=1e-4)
    assert page.verdict.reading is read
    assert page.verdict.accessibleName() == verdict
    page.number_views.graph.picture.point(None)
    assert page.maps.reading is read


def test_where_there_is_no_room_the_graph_gives_way(program: Program, read: Reading) -> None:
    page, window = program.draw.page, program.window
    window.resize(860, 560)
    wait_until(lambda: not window.restyling)
    window.actions_by_name["segmentation_graph"].trigger()
    QApplication.processEvents()
    assert not page.maps.isVisible()
    one = graph_in(page).candidates[0]
    page.number_views.graph.picture.pin(0)
    QApplication.processEvents()
    assert page.maps.isVisible()
    assert not page.number_views.graph.isVisible()
    wait_until(partial(shows, page, one.image))
    show(program, replace(read, serial=2))  # the pen has moved
    assert page.maps.reading is not None
    assert page.maps.reading.serial == 2
    assert shows(page, read.segmentation.digits[-1].image if read.segmentation else one.image)


def test_a_candidate_is_read_again_with_what_is_held(program: Program, read: Reading) -> None:
    page = program.draw.page
    program.window.actions_by_name["segmentation_graph"].trigger()
    place = graph_in(page).paths[0].candidates[0]
    page.number_views.graph.picture.pin(place)
    image = graph_in(page).candidates[place].image
    wait_until(partial(shows, page, image))
    holds = (Hold("C1", 2),)
    show(program, replace(read, serial=2, holds=holds))
    wait_until(partial(shows, page, image))
    assert page.maps.reading is not None
    assert not page.maps.reading.taps["C1"][2].any()


def test_a_saliency_is_that_of_the_candidate(program: Program, read: Reading) -> None:
    page, weights = program.draw.page, load(MODEL)
    program.window.actions_by_name["segmentation_graph"].trigger()
    program.window.actions_by_name["saliency"].trigger()
    view = page.inspector.saliency
    assert view is not None
    view.method.setCurrentIndex(view.method.findData(GRADIENT))
    place = graph_in(page).paths[0].candidates[0]
    one = graph_in(page).candidates[place]
    page.number_views.graph.picture.pin(place)
    wanted = gradient_times_input(weights.config, weights.parameters, one.image)

    def comes() -> bool:
        found = page.maps.saliency
        return found is not None and bool(np.abs(found.picture - wanted.picture).max() < 1e-4)

    wait_until(comes)
    page.number_views.graph.picture.let_go()
    wait_until(lambda: page.maps.saliency is not None and not comes())


@pytest.mark.expected_log
def test_a_reading_that_fails_leaves_no_graph(program: Program, read: Reading) -> None:
    page = program.draw.page
    program.window.actions_by_name["segmentation_graph"].trigger()
    page.number_views.graph.picture.pin(0)
    program.draw.report(Failure(Place.RECOGNITION, "The network broke."))
    assert page.number_views.graph.picture.graph is None
    assert page.maps.reading is None
    QApplication.processEvents()


def test_readings_are_painted_with_the_graph(
    qtbot: QtBot, program: Program, read: Reading
) -> None:
    page = program.draw.page
    program.window.actions_by_name["segmentation_graph"].trigger()
    with qtbot.waitSignal(page.reading_painted, timeout=2000) as painted:
        show(program, replace(read, serial=3))
    assert painted.args is not None
    assert painted.args[0].serial == 3


def test_the_graph_follows_what_is_written(
    make_program: Callable[..., Program], samples: list[Drawing]
) -> None:
    program = make_program()
    page = program.draw.page
    program.window.actions_by_name["segmentation_graph"].trigger()
    for numbers in ((2, 3), (2, 3, 4), (7,)):
        sheet = Sheet(in_a_row([samples[i].ink for i in numbers]))
        page.canvas.set_sheet(sheet)

        def follows(sheet: Sheet = sheet) -> bool:
            reading = page.verdict.reading
            return reading is not None and reading.sheet == sheet

        wait_until(follows)
        reading = page.verdict.reading
        assert reading is not None
        assert graph_in(page) is reading.segmentation
        last = graph_in(page).pieces[-1]
        assert last.end <= len(sheet.ink.strokes[last.stroke].points)
    page.canvas.clear()
    wait_until(lambda: page.number_views.graph.picture.graph is None)


# The network that slides


def line_in(page: DrawPage) -> SlidingReading | None:
    return page.number_views.sliding.picture.reading


def slides(page: DrawPage, sheet: Sheet, stride: int) -> bool:
    """Whether the view shows what the network makes of a sheet with columns so far apart."""
    shown, weights = line_in(page), load(MODEL)
    if shown is None or shown.stride != stride:
        return False
    wanted = slide(weights.config, weights.parameters, line_of(sheet), stride)
    if shown.posteriors.shape != wanted.posteriors.shape:
        return False
    return bool(np.abs(shown.posteriors - wanted.posteriors).max() < 1e-4)


def test_the_network_slides_over_what_is_written(
    program: Program, read: Reading, samples: list[Drawing]
) -> None:
    page = program.draw.page
    assert read.sheet is not None
    page.canvas.setFocus()
    press(program, Qt.Key.Key_D)
    view = page.number_views.sliding
    view.weights.select(THAT_READ)
    assert view.isVisible()
    assert not page.maps.isVisible()
    sheet = read.sheet
    wait_until(lambda: slides(page, sheet, 4))
    for index, stride in ((1, 2), (2, 1), (0, 4)):
        view.strides.setCurrentIndex(index)
        wait_until(partial(slides, page, sheet, stride))
    other = Sheet(in_a_row([samples[i].ink for i in (7, 1, 0, 5)]))
    show(program, replace(read, serial=2, sheet=other))
    wait_until(lambda: slides(page, other, 4))
    blank = replace(read, serial=3, sheet=Sheet(), digit=None, segmentation=None)
    show(program, blank)
    assert line_in(page) is None
    show(program, replace(read, serial=4))
    wait_until(lambda: slides(page, sheet, 4))
    press(program, Qt.Key.Key_G)
    assert page.number_views.shown is InPlace.GRAPH
    assert not view.isVisible()
    assert not program.window.actions_by_name["space_displacement"].isChecked()
    show(program, replace(read, serial=5, sheet=other))
    QTest.keyClick(page.number_views.graph.picture, Qt.Key.Key_D)
    wait_until(lambda: slides(page, other, 4))


@pytest.mark.expected_log
def test_weights_that_are_no_numbers_slide_nowhere(program: Program, read: Reading) -> None:
    page = program.draw.page
    broken = {name: values * np.float32(np.nan) for name, values in read.parameters.items()}
    program.window.actions_by_name["space_displacement"].trigger()
    view = page.number_views.sliding
    view.weights.select(THAT_READ)
    wait_until(lambda: line_in(page) is not None)
    show(program, replace(read, serial=2, parameters=MappingProxyType(broken)))
    wait_until(lambda: view.facts.lines == (NO_NUMBERS,))
    assert line_in(page) is None
    show(program, replace(read, serial=3))
    wait_until(lambda: line_in(page) is not None)


def test_no_candidate_is_asked_for_with_a_network_that_has_gone(
    program: Program, read: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the next network has read the sheet, there are only parameters of the one before."""
    page, draw = program.draw.page, program.draw
    program.window.actions_by_name["segmentation_graph"].trigger()
    asked: list[object] = []
    monkeypatch.setattr(draw.number_viewing, "_ask", asked.append)
    page.number_views.graph.picture.point(0)
    assert len(asked) == 1
    draw.networks.ready = Recognizer(load("lenet5-modern")).describe(Choice(2, "lenet5-modern"))
    draw._show_model(draw.networks.ready)
    page.number_views.graph.picture.point(1)
    assert len(asked) == 1
    show(program, replace(read, serial=2, model_serial=2))
    assert len(asked) == 2  # what was chosen stays so


def test_all_lines_of_a_picture_are_read_and_the_next_one_comes_by_a_button(
    program: Program, read: Reading
) -> None:
    """Two lines of one digit each, and a third that is nothing."""
    page, banner = program.draw.page, program.draw.page.banner
    plane = np.zeros((60, 120), np.float32)
    plane[5:55, 20:26] = plane[5:55, 70:76] = 1
    one = np.zeros((60, 60), np.float32)
    one[5:55, 27:33] = 1
    blot = np.zeros((60, 120), np.float32)
    blot[5:55, 10:110] = 1
    lines = tuple(Sheet(picture=picture) for picture in (plane, one, blot))
    page.canvas.set_sheet(lines[1])
    program.draw.documents.opened.emit(Found(lines[1], lines=lines), "Files left out: 1.")
    assert banner.text.startswith("The picture shows 3 lines, and the canvas holds line 2.")
    assert banner.text.endswith("Files left out: 1.")
    wait_until(lambda: "They read" in banner.text)
    assert "11 · 1 · not a number" in banner.text
    banner.findChild(QPushButton).click()
    assert page.canvas.sheet == lines[2]
    assert "the canvas holds line 3" in banner.text
    banner.findChild(QPushButton).click()
    assert page.canvas.sheet == lines[0]
    page.canvas.undo()
    assert page.canvas.sheet == lines[2]


def test_what_lines_read_is_not_said_of_another_picture_nor_where_the_answer_is_hidden(
    program: Program, read: Reading
) -> None:
    page, banner = program.draw.page, program.draw.page.banner
    viewing = program.draw.number_viewing._lines
    lines = tuple(Sheet(picture=np.full((60, 60 + n), 0.5, np.float32)) for n in range(2))
    page.canvas.set_sheet(lines[0])
    program.draw.documents.opened.emit(Found(lines[0], lines=lines), "")
    old = LinesRequest(viewing._serial - 1, Choice(1, MODEL), lines)
    viewing.show_answer(old, ("1", "2"))
    assert "They read" not in banner.text
    page.hide_answers(("verdict",))
    viewing.show_answer(replace(old, serial=viewing._serial), ("1", "2"))
    assert "They read" not in banner.text
    page.hide_answers(())
    assert "They read: 1 · 2." in banner.text
    page.hide_answers(("verdict",))
    assert "They read" not in banner.text
