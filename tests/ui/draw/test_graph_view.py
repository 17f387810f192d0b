"""The segmentation graph in the place of the maps: what is painted, said, pointed at and kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from lenetpad.ink.files import Drawing
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.ui.draw.numbers import sliding_words
from lenetpad.ui.draw.numbers.graph_layout import GraphLayout
from lenetpad.ui.draw.numbers.graph_view import GraphView
from lenetpad.ui.widgets.theme import DARK, LIGHT, Theme, dress
from lenetpad.values.reading import Reading
from lenetpad.values.segmentation import Candidate, Kind, Segmentation
from tests.graphs import graph_of, in_a_row, posteriors_of_means
from tests.words import brackets, outside, painted

Make = Callable[..., Reading]


@pytest.fixture
def ink(samples: list[Drawing]) -> Ink:
    """Several digits, of which some have two strokes."""
    return in_a_row([samples[i].ink for i in (4, 5, 7)])


@pytest.fixture
def shown(qtbot: QtBot, reading: Make, ink: Ink) -> GraphView:
    """The view with a number."""
    return a_view(qtbot, reading(segmentation=graph_of(ink), sheet=Sheet(ink)))


def a_view(qtbot: QtBot, reading: Reading, theme: Theme = LIGHT) -> GraphView:
    view = GraphView(theme)
    dress(view, theme)
    qtbot.addWidget(view)
    view.resize(700, 420)
    view.show()
    view.show_reading(reading)
    return view


def graph(view: GraphView) -> Segmentation:
    assert view.picture.graph is not None
    return view.picture.graph


def laid(view: GraphView) -> GraphLayout:
    assert view.picture.layout_ is not None
    return view.picture.layout_


def at(view: GraphView, place: int) -> QPoint:
    return laid(view).arcs[place].picture.center().toPoint()


def frame(view: GraphView, place: int) -> str:
    """The colour in the middle of the left side of a candidate's picture."""
    picture = laid(view).arcs[place].picture
    image: QImage = view.picture.grab().toImage()
    return image.pixelColor(round(picture.left()), round(picture.center().y())).name()


def test_no_line_is_cut_where_the_head_is_narrowest(shown: GraphView) -> None:
    shown.resize(760, 200)
    assert shown.beside
    bold, usual = QFont(shown.facts._bold), QFont(shown.facts._font)
    for maps_below in (True, False):
        shown.say_room(maps_below=maps_below)
        room = shown.facts.width()
        first, *others = shown.facts.lines
        assert QFontMetrics(bold).horizontalAdvance(first) < room
        for line in (*others, sliding_words.hint()):
            assert QFontMetrics(usual).horizontalAdvance(line) < room


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_best_path_stands_out(qtbot: QtBot, reading: Make, ink: Ink, theme: Theme) -> None:
    found = graph_of(ink)
    view = a_view(qtbot, reading(segmentation=found, sheet=Sheet(ink)), theme)
    best = found.paths[0].candidates
    other = next(
        i for i in range(len(found.candidates)) if all(i not in p.candidates for p in found.paths)
    )
    assert {frame(view, place) for place in best} == {QColor(theme.accent).name()}
    assert frame(view, other) != QColor(theme.accent).name()
    view.show_reading(reading(segmentation=replace(found, kind=Kind.NO_NUMBER), sheet=Sheet(ink)))
    assert {frame(view, place) for place in best} == {QColor(theme.dim).name()}


def test_the_picture_of_a_candidate_is_its_image(shown: GraphView) -> None:
    for place, one in enumerate(graph(shown).candidates):
        images = shown.picture._images
        part = images.part(place).toRect()
        pixels = images.image.copy(part).convertToFormat(QImage.Format.Format_Grayscale8)
        grey = np.array(pixels.constBits(), dtype=np.float32).reshape(28, -1)[:, :28]
        assert np.corrcoef(255 - grey.ravel(), one.image.ravel())[0, 1] > 0.99


def test_pointing_says_all_of_a_candidate(shown: GraphView) -> None:
    told: list[Candidate | None] = []
    shown.candidate_chosen.connect(told.append)
    best = graph(shown).paths[0].candidates[0]
    one = graph(shown).candidates[best]
    QTest.mouseMove(shown.picture, at(shown, best))
    assert told == [one]
    words = shown.picture.accessibleDescription()
    assert words.startswith(f"{one.digit}, {100 * one.probability:.1f} %")
    assert "on the best path" in words
    assert f"Recognition {one.recognition:.1f}".replace("-", "−") in words
    assert f"Geometry {one.geometry:.1f}".replace("-", "−") in words
    QTest.mouseMove(shown.picture, laid(shown).strip.center().toPoint())
    assert told == [one, None]
    assert shown.picture.accessibleDescription().startswith("A number. Best path: ")


def test_the_keyboard_points_and_keeps(shown: GraphView) -> None:
    told: list[Candidate | None] = []
    kept: list[bool] = []
    shown.candidate_chosen.connect(told.append)
    shown.maps_wanted.connect(lambda: kept.append(True))
    picture, path = shown.picture, graph(shown).paths[0].candidates
    picture.setFocus()
    for _ in range(2):
        QTest.keyClick(picture, Qt.Key.Key_Right)
    assert told == [graph(shown).candidates[place] for place in path[:2]]
    assert not kept
    QTest.keyClick(picture, Qt.Key.Key_Return)
    assert kept == [True]
    picture.point(None)
    assert picture.chosen == path[1]
    QTest.keyClick(picture, Qt.Key.Key_End)
    assert picture.chosen == path[-1]
    assert shown.escape()
    assert told[-1] is None
    assert not shown.escape()


def test_a_click_keeps_a_candidate_and_another_lets_it_go(shown: GraphView) -> None:
    place = graph(shown).paths[0].candidates[1]
    QTest.mouseClick(shown.picture, Qt.MouseButton.LeftButton, pos=at(shown, place))
    shown.picture.point(None)
    assert shown.picture.chosen == place
    QTest.mouseClick(shown.picture, Qt.MouseButton.LeftButton, pos=at(shown, place))
    shown.picture.point(None)
    assert shown.picture.chosen is None


def test_what_is_kept_stays_while_the_ink_does(
    shown: GraphView, reading: Make, ink: Ink, samples: list[Drawing]
) -> None:
    told: list[Candidate | None] = []
    place = graph(shown).paths[0].candidates[1]
    shown.picture.pin(place)
    shown.candidate_chosen.connect(told.append)
    again = graph_of(ink, lambda images: np.flip(posteriors_of_means(images), 1))
    shown.show_reading(reading(segmentation=again, sheet=Sheet(ink)))
    assert told == [again.candidates[place]]  # for another network reads something else in it
    longer = in_a_row([samples[i].ink for i in (4, 5, 7, 1)])
    shown.show_reading(reading(segmentation=graph_of(longer), sheet=Sheet(longer)))
    assert told[1:] == [None]
    assert shown.picture.chosen is None


def test_a_long_line_is_scrolled_to_what_is_written(
    shown: GraphView, reading: Make, samples: list[Drawing]
) -> None:
    ink = in_a_row([samples[i % 10].ink for i in range(12)])
    found = graph_of(Ink(ink.strokes[:12]))
    last = len(found.paths[0].candidates) - 1
    shown.show_reading(reading(segmentation=found, sheet=Sheet(ink), focus=last))
    bar = shown.scrolled.horizontalScrollBar()
    assert bar.maximum() > 0
    assert bar.value() == bar.maximum()
    height = laid(shown).arcs[0].picture.top()
    shown.show_reading(reading(segmentation=graph_of(Ink(ink.strokes[:2])), sheet=Sheet(ink)))
    assert bar.value() == 0
    assert laid(shown).arcs[0].picture.top() == height
    shown.picture.setFocus()
    shown.show_reading(reading(segmentation=found, sheet=Sheet(ink)))
    QTest.keyClick(shown.picture, Qt.Key.Key_End)
    seen = shown.picture.visibleRegion().boundingRect()
    assert seen.contains(at(shown, found.paths[0].candidates[-1]))


def test_one_digit_and_nothing_are_shown_too(
    shown: GraphView, reading: Make, samples: list[Drawing]
) -> None:
    one = samples[0].ink
    found = graph_of(one, kind=Kind.DIGIT)
    shown.show_reading(reading(segmentation=found, sheet=Sheet(one)))
    assert shown.picture.accessibleDescription().startswith("One digit. ")
    shown.show_reading(reading())
    assert shown.picture.graph is None
    assert shown.picture.accessibleDescription() == "Nothing is written"
    QTest.keyClick(shown.picture, Qt.Key.Key_Right)
    assert not shown.grab().isNull()


def test_pieces_of_a_picture_have_boxes(shown: GraphView, reading: Make, ink: Ink) -> None:
    with_ink = shown.picture.grab().toImage()
    shown.show_reading(reading(segmentation=graph_of(ink), sheet=None))
    assert shown.picture.grab().toImage() != with_ink


def test_all_that_is_said_can_be_translated(
    qtbot: QtBot, reading: Make, ink: Ink, monkeypatch: pytest.MonkeyPatch
) -> None:
    with brackets():
        view = a_view(qtbot, reading(segmentation=graph_of(ink), sheet=Sheet(ink)))
        for place in (None, 0, graph(view).paths[0].candidates[1]):
            view.picture.point(place)
            assert not outside(view.picture.accessibleDescription())
            with painted(monkeypatch) as texts:
                view.grab()
            assert [text for text in texts if outside(text)] == []
        view.forget_reading()
        with painted(monkeypatch) as texts:
            view.grab()
        assert [text for text in texts if outside(text)] == []


def test_the_ink_of_a_wide_graph_stays_in_sight(
    qtbot: QtBot, reading: Make, samples: list[Drawing]
) -> None:
    ink = in_a_row([samples[i].ink for i in (4, 5, 7, 4, 5, 7, 4, 5)])
    view = a_view(qtbot, reading(segmentation=graph_of(ink), sheet=Sheet(ink)))
    view.resize(420, 420)
    bar = view.scrolled.horizontalScrollBar()
    assert bar.maximum() > 300

    def ends() -> tuple[float, float]:
        """Where the ink begins and ends in what is seen of the graph."""
        cuts = laid(view).cuts
        return cuts[0].x() - bar.value(), cuts[-1].x() - bar.value()

    for value in (0, bar.maximum() // 2, bar.maximum()):
        bar.setValue(value)
        left, right = ends()
        assert left >= 0
        assert right <= view.scrolled.viewport().width()
    view.resize(4000, 420)
    strip = laid(view).strip
    middle = (laid(view).cuts[0].x() + laid(view).cuts[-1].x()) / 2
    assert abs(middle - strip.center().x()) < 1
