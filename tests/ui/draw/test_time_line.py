"""The time line: where its parts lie, what is painted, and what it says."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from lenetpad.ink.replay import Replay, replay_of
from lenetpad.ink.strokes import Ink, Stroke
from lenetpad.ui.draw.time_line import words
from lenetpad.ui.draw.time_line.layout import (
    Frame,
    curve_of,
    label_places,
    risen,
    run_at,
    run_near,
    runs_of,
)
from lenetpad.ui.draw.time_line.panel import TimeLinePanel
from lenetpad.ui.draw.time_line.plot import COLOURS, TimeLinePlot, pen_of
from lenetpad.ui.theme_switch import hall_theme
from lenetpad.ui.widgets.theme import DARK, LIGHT, Theme, control_font, dress
from lenetpad.values.time_line import CLASSES, NO_DIGIT, TimeLine
from tests.words import brackets, untranslated

FRAME = Frame(QRectF(40, 0, 400, 20), QRectF(40, 24, 400, 100), 4.0)


def replay(count: int = 41) -> Replay:
    """A point every tenth of a second."""
    times = [n / 10 for n in range(count)]
    return replay_of(Ink((Stroke.of([[n, n] for n in range(count)], times),)))


def line() -> TimeLine:
    """3 for two seconds, then 8, and not a digit in the last half second."""
    probabilities = np.zeros((41, CLASSES), np.float32)
    probabilities[:20, 3], probabilities[:20, 8] = 0.8, 0.2
    probabilities[20:36, 3], probabilities[20:36, 8] = 0.3, 0.6
    probabilities[36:, NO_DIGIT] = 0.9
    answers = ("3",) * 20 + ("8",) * 16 + ("",) * 5
    return TimeLine(tuple(range(1, 42)), probabilities, answers)


def test_moments_and_probabilities_have_their_places() -> None:
    assert FRAME.across(1.0) == 140
    assert FRAME.moment(140) == pytest.approx(1.0)
    assert FRAME.moment(-5) == 0
    assert FRAME.moment(9999) == 4
    assert FRAME.up(0.0) == 124
    assert FRAME.up(1.0) == 24
    dot = Frame(FRAME.band, FRAME.plot, 0.0)
    assert dot.across(0.0) == 40  # a drawing of a single point takes no time


def test_answers_stand_from_change_to_change() -> None:
    runs = runs_of(line(), replay(), FRAME)
    assert [(run.answer, run.count, round(run.left), round(run.right)) for run in runs] == [
        ("3", 1, 40, 240),
        ("8", 21, 240, 400),
        ("", 37, 400, 440),
    ]
    found = [run_at(runs, x) for x in (0, 239, 241, 430)]
    assert [run.answer for run in found if run is not None] == ["3", "3", "8", ""]
    assert run_near(runs, 243, 5) is runs[1]
    assert run_near(runs, 250, 5) is None
    assert run_near(runs, 40, 5) is None  # nothing changed at the beginning


def test_lines_go_through_their_probabilities() -> None:
    curve = curve_of(line(), replay(), FRAME, 8)
    assert (curve[0].x(), round(curve[0].y())) == (40, 104)
    assert (round(curve[20].x()), round(curve[20].y())) == (240, 64)


def test_what_lies_on_the_axis_is_not_painted() -> None:
    curve = [QPointF(x, y) for x, y in enumerate([100, 100, 60, 100, 100, 100, 20, 20])]
    parts = [[point.x() for point in part] for part in risen(curve, 99.5)]
    assert parts == [[1, 2, 3], [5, 6, 7]]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_labels_lie_in_the_plot_and_on_lines_without_covering_each_other(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = random.dirichlet(np.full(CLASSES, 0.3), 41).astype(np.float32)
    some = TimeLine(tuple(range(1, 42)), rows, ("3",) * 41)
    curves = [curve_of(some, replay(), FRAME, one) for one in some.leaders]
    places = label_places(some, curves, [QSizeF(20, 12)] * len(curves), FRAME)
    assert all(FRAME.plot.adjusted(-1, -1, 1, 1).contains(area) for area in places)
    assert not any(a.intersects(b) for a, b in combinations(places, 2))
    for curve, area in zip(curves, places, strict=True):
        around = area.adjusted(-25, -25, 25, 25)
        assert any(around.contains(point) for point in curve)


def test_digits_that_are_taken_for_each_other_have_two_colours() -> None:
    for one, other in [(3, 8), (1, 7), (4, 9), (3, 5), (5, 6), (7, 9), (0, 6), (5, 8), (2, 7)]:
        assert COLOURS[one] != COLOURS[other]
    for theme in (LIGHT, DARK):
        looks = {(pen_of(n, theme).color().name(), pen_of(n, theme).style()) for n in range(11)}
        assert len(looks) == CLASSES


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_each_leader_is_painted_in_its_colour(qtbot: QtBot, theme: Theme) -> None:
    plot = TimeLinePlot(theme)
    qtbot.addWidget(plot)
    plot.resize(500, 160)
    plot.show_replay(replay(), 41)
    plot.show_line(line())
    image = plot.grab().toImage()

    def near(at: QPointF, colour: QColor) -> bool:
        spots = [(round(at.x()), round(at.y()) + n) for n in (-2, -1, 0, 1, 2)]
        found = [image.pixelColor(*spot) for spot in spots]
        return any(_apart(one, colour) < 60 for one in found)

    for one, second in ((3, 0.4), (8, 2.5)):
        p = 0.8 if one == 3 else 0.6
        at = QPointF(plot.frame.across(second), plot.frame.up(p))
        seconds = np.linspace(second, second + 0.6, 12)  # some of it may be a dash or a label
        places = [QPointF(plot.frame.across(s), at.y()) for s in seconds.tolist()]
        assert any(near(place, pen_of(one, theme).color()) for place in places)


def _apart(one: QColor, other: QColor) -> int:
    pairs = zip(one.toTuple(), other.toTuple(), strict=True)
    return sum(abs(int(a) - int(b)) for a, b in pairs)


def test_a_change_is_said_where_it_is_pointed_at(qtbot: QtBot) -> None:
    parent = QWidget()
    panel = panel_in(qtbot, parent)
    said: list[str] = []
    panel.plot.pointed.connect(said.append)
    edge = panel.plot.runs[1].left
    qtbot.mouseMove(panel.plot, QPointF(edge + 1, panel.plot.height() / 2).toPoint())
    assert said == ["At 2.00 s “3” became “8”: click to go there"]
    assert panel.says.text() == said[0]


@pytest.mark.parametrize("theme", [LIGHT, hall_theme(LIGHT, 768)])
@pytest.mark.parametrize("width", [460, 560, 1400])
def test_no_word_is_cut(qtbot: QtBot, theme: Theme, width: int) -> None:
    """On a stage of 1024×768 the time line has 560 pixels: words have a line of their own."""
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.setFont(control_font(theme))
    dress(parent, theme)
    panel = TimeLinePanel(theme, parent)
    stroke = Stroke.of([[n, n] for n in range(9)])
    panel.show_replay(replay_of(Ink((stroke,))), 9)
    panel.resize(round(width * theme.scale / LIGHT.scale) if width == 1400 else width, 260)
    parent.resize(panel.size())
    parent.show()
    panel.show()
    QApplication.processEvents()
    says = panel.says
    assert says.text() == words.even_times()
    assert says.fontMetrics().horizontalAdvance(says.text()) <= says.width()
    assert panel.rect().contains(panel.close_button.geometry())


def test_where_it_is_is_said_for_who_does_not_see_it() -> None:
    said = words.in_words(replay(), line(), 21)
    assert said == "2.00 s of 4.00 s · point 21 of 41: 8, 8 60.0 %"
    assert words.in_words(replay(), line(), 41).endswith("not a digit, not a digit 90.0 %")


def test_all_of_it_is_translated(qtbot: QtBot) -> None:
    with brackets():
        parent = QWidget()
        panel = panel_in(qtbot, parent)
        assert untranslated(panel) == []
        panel.show_none(picture=True)
        assert untranslated(panel) == []


def panel_in(qtbot: QtBot, parent: QWidget) -> TimeLinePanel:
    """A panel that shows this line."""
    qtbot.addWidget(parent)
    panel = TimeLinePanel(LIGHT, parent)
    panel.resize(600, 200)
    parent.show()
    panel.show_replay(replay(), 41)
    panel.show_line(line())
    return panel
