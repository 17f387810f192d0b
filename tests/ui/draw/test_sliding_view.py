"""A network that slides over a line: where all lies, what is painted, said and pointed at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lenetpad.ui.draw.numbers import sliding_words
from lenetpad.ui.draw.numbers.sliding_layout import SlidingLayout, groups, lay_out
from lenetpad.ui.draw.numbers.sliding_view import SlidingView
from lenetpad.ui.widgets.colour import ZERO, value_table
from lenetpad.ui.widgets.theme import DARK, LIGHT, Theme, dress
from lenetpad.values.reading import Reading
from lenetpad.values.space_displacement import BLANK, Fate, Run, SlidingReading
from tests.words import brackets, outside, painted, untranslated

#: What the columns say: a 2 twice, nothing, a 3, a 7 for which too little speaks, nothing.
SAID = (2, 2, BLANK, 3, 7, BLANK)
RUNS = (Run(2, 0, 2, 1), Run(3, 3, 4, 3))


def a_line(said: tuple[int, ...] = SAID, runs: tuple[Run, ...] = RUNS) -> SlidingReading:
    """A line as a network with a mind of its own reads it."""
    width = 32 + 4 * (len(said) - 1)
    line = np.linspace(0, 1, 32 * width, dtype=np.float32).reshape(32, width)
    f6 = np.linspace(-1, 1, 84 * len(said), dtype=np.float32).reshape(-1, 84)
    posteriors = np.full((len(said), 11), 0.01, np.float32)
    posteriors[range(len(said)), said] = 0.9
    return SlidingReading(line, 4, tuple(range(0, 4 * len(said), 4)), f6, posteriors, runs)


def a_view(qtbot: QtBot, theme: Theme = LIGHT) -> SlidingView:
    view = SlidingView(theme)
    dress(view, theme)
    qtbot.addWidget(view)
    view.offer_weights("LeNet-5 1998", "Trained for lines")
    view.resize(560, 620)
    view.show()
    view.show_sliding(a_line())
    QApplication.processEvents()
    return view


@pytest.fixture
def view(qtbot: QtBot) -> SlidingView:
    return a_view(qtbot)


def laid(view: SlidingView) -> SlidingLayout:
    assert view.picture.layout_ is not None
    return view.picture.layout_


def reading_of(view: SlidingView) -> SlidingReading:
    assert view.picture.reading is not None
    return view.picture.reading


def at(view: SlidingView, column: int) -> QPoint:
    reading = reading_of(view)
    area = laid(view).column(laid(view).f6, reading.starts[column], reading.stride)
    return area.center().toPoint()


@pytest.mark.parametrize("height", [150, 330, 500, 1200])
@pytest.mark.parametrize("scale", [1.0, 1.75])
def test_each_column_stands_below_the_middle_of_its_window(height: int, scale: float) -> None:
    found = lay_out(100, height, scale)
    rows = (found.line, found.f6, found.classes, found.said, found.answer)
    assert all(one.bottom() <= other.top() for one, other in pairwise(rows))
    assert {round(row.width(), 6) for row in rows} == {round(100 * found.pixel, 6)}
    assert found.line.height() == pytest.approx(32 * found.pixel)
    for stride in (4, 2, 1):
        starts = tuple(range(0, 69, stride))
        for column, start in enumerate(starts):
            window, cell = found.window(start), found.column(found.f6, start, stride)
            assert window.width() == pytest.approx(window.height())
            assert cell.center().x() == pytest.approx(window.center().x())
            assert found.column_at(cell.center().x(), starts, stride) == column
        whole = found.columns(found.said, starts, stride)
        assert whole.width() == pytest.approx(len(starts) * stride * found.pixel)
        assert found.column_at(-50, starts, stride) == 0
        assert found.column_at(1e6, starts, stride) == len(starts) - 1


def test_a_high_view_shows_all_rows_and_a_low_one_keeps_them_legible() -> None:
    assert lay_out(60, 600).height <= 600
    assert lay_out(60, 100).class_row(0).height() >= 10


def test_a_longer_line_is_not_smaller() -> None:
    assert lay_out(60, 500).pixel == lay_out(900, 500).pixel


def test_groups_say_what_the_columns_say() -> None:
    reading = a_line()
    found = groups(reading)
    said = [group.said for group in found for _ in range(group.first, group.end)]
    fates = [group.fate for group in found for _ in range(group.first, group.end)]
    assert tuple(said) == reading.raw == (2, 2, None, 3, 7, None)
    assert tuple(fates) == reading.fates
    assert [group.first for group in found[1:]] == [group.end for group in found[:-1]]
    assert reading.fates == (
        Fate.REPEATED,
        Fate.KEPT,
        Fate.BLANK,
        Fate.KEPT,
        Fate.OVERRULED,
        Fate.BLANK,
    )


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_outputs_and_f6_have_the_colours_of_the_maps(qtbot: QtBot, theme: Theme) -> None:
    view = a_view(qtbot, theme)
    image = view.picture.grab().toImage()
    table = value_table(theme)
    for column, said in enumerate(SAID):
        for number in (said, (said + 3) % 11):
            cell = laid(view).column(laid(view).class_row(number), 4 * column, 4)
            value = 0.9 if number == said else 0.01
            wanted = QColor.fromRgb(int(table[ZERO + round(value * 127)]))
            assert image.pixelColor(cell.center().toPoint()).name() == wanted.name()
    corner = laid(view).column(laid(view).f6, 0, 4).topLeft().toPoint() + QPoint(3, 0)
    lowest = QColor.fromRgb(int(table[1]))
    assert image.pixelColor(corner).name() == lowest.name()


def test_what_is_deleted_is_told_from_what_is_kept(view: SlidingView) -> None:
    image = view.picture.grab().toImage()
    accent = QColor(LIGHT.accent).name()

    def colours(column: int) -> set[str]:
        area = laid(view).column(laid(view).said, 4 * column, 4).toAlignedRect()
        xs, ys = range(area.left(), area.right()), range(area.top(), area.bottom())
        return {image.pixelColor(x, y).name() for x in xs for y in ys}

    kept = [column for column in range(len(SAID)) if accent in colours(column)]
    assert kept == [1, 3]
    assert QColor(LIGHT.dim).name() in colours(0)
    assert QColor(LIGHT.warning).name() in colours(4)
    assert view.facts.lines[0] == "Reads 23"
    assert view.facts.lines[1] == "6 columns · 2 kept · 1 repeated · 2 blank · 1 overruled"


def test_pointing_at_a_column_marks_its_window(view: SlidingView) -> None:
    before = view.picture.grab().toImage()
    QTest.mouseMove(view.picture, at(view, 3))
    assert view.picture.pointed == 3
    image = view.picture.grab().toImage()
    window = laid(view).window(12)
    edge = QPoint(round(window.left()), round(window.center().y()))
    assert image.pixelColor(edge).name() == QColor(LIGHT.accent).name()
    assert before.pixelColor(edge).name() != QColor(LIGHT.accent).name()
    facts = sliding_words.facts_of(reading_of(view), 3)
    np.testing.assert_array_equal(facts.image, reading_of(view).line[:, 12:44])
    assert facts.title == "3, 90.0 %"
    assert ("Pixels", "12–43") in facts.rows
    words = view.picture.accessibleDescription()
    assert words == "Column 3: 3, 90.0 %. It is a digit of the answer."
    view.picture.point(None)
    assert view.picture.accessibleDescription().startswith("Reads 23. 6 columns")


def test_the_keyboard_goes_from_column_to_column(view: SlidingView) -> None:
    picture = view.picture
    picture.setFocus()
    walk = []
    for key in (
        Qt.Key.Key_Right,
        Qt.Key.Key_Right,
        Qt.Key.Key_End,
        Qt.Key.Key_Right,
        Qt.Key.Key_Left,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_Home,
    ):
        QTest.keyClick(picture, key)
        walk.append(picture.pointed)
    assert walk == [0, 1, 5, 5, 4, 0, 0]
    assert view.escape()
    assert picture.pointed is None
    assert not view.escape()


def test_a_line_that_grows_is_seen_at_its_end(view: SlidingView) -> None:
    bar = view.scrolled.horizontalScrollBar()
    assert bar.maximum() == 0
    long = a_line(SAID * 12, ())
    view.show_sliding(long)
    assert bar.value() == bar.maximum() > 0
    assert view.facts.lines[0] == "Nothing is left"
    titles = view.titles.geometry()
    view.picture.setFocus()
    QTest.keyClick(view.picture, Qt.Key.Key_Home)
    assert bar.value() == 0
    assert view.titles.geometry() == titles
    view.picture.point(70)
    view.show_sliding(a_line())
    assert view.picture.pointed is None


def test_stride_and_weights_are_chosen(view: SlidingView) -> None:
    assert view.slides_lines
    view.weights.setCurrentIndex(0)
    asked: list[tuple[int, bool]] = []
    view.changed.connect(lambda: asked.append((view.stride, view.slides_lines)))
    view.strides.setCurrentIndex(1)
    view.weights.setCurrentIndex(1)
    view.strides.setCurrentIndex(2)
    assert asked == [(2, False), (2, True), (1, True)]
    view.offer_weights("Another network", "Trained for lines")
    assert view.slides_lines
    view.offer_weights("Another network", "")
    assert not view.slides_lines


def test_a_failure_and_a_blank_sheet(view: SlidingView, reading: Callable[..., Reading]) -> None:
    view.show_failure("The network gives no numbers any more.")
    assert view.picture.reading is None
    assert view.facts.lines == ("The network gives no numbers any more.",)
    view.show_sliding(a_line())
    view.show_reading(replace(reading(), digit=None))
    assert view.picture.reading is None
    assert view.picture.accessibleDescription() == "Nothing is written"
    QTest.keyClick(view.picture, Qt.Key.Key_Right)
    QTest.mouseMove(view.picture, QPoint(30, 30))


def test_a_low_view_says_it_in_one_line(view: SlidingView) -> None:
    high = view.facts.height()
    view.resize(340, 380)
    QApplication.processEvents()
    assert view.facts.height() < high / 2
    view.picture.point(1)
    assert not view.grab().isNull()


def test_all_that_is_said_can_be_translated(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    with brackets():
        view = SlidingView(LIGHT)
        qtbot.addWidget(view)
        view.offer_weights("⟦LeNet-5⟧", "⟦Lines⟧")
        for size in ((560, 620), (340, 380)):
            view.resize(*size)
            view.show()
            for column in (None, 0, 2, 4):
                view.show_sliding(a_line())
                view.picture.point(column)
                assert not outside(view.picture.accessibleDescription())
                with painted(monkeypatch) as texts:
                    view.grab()
                assert [text for text in texts if outside(text)] == []
        assert untranslated(view) == []
        view.show_sliding(None)
        with painted(monkeypatch) as texts:
            view.grab()
        assert [text for text in texts if outside(text)] == []
