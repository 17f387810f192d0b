"""The curves as a figure: in every file, and with every renderer, they lie where the axes say."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QGuiApplication

from lenetpad.ui.train import curves_figure, curves_plot
from lenetpad.ui.train.curves_figure import CurvesFigure
from lenetpad.ui.train.curves_plot import Plot, clipped
from lenetpad.ui.train.readout import window_words
from lenetpad.ui.widgets import figure
from lenetpad.ui.widgets.export_options import ExportOptions
from lenetpad.ui.widgets.figure import painted, svg, units_of
from lenetpad.ui.widgets.series import DARK_PENS, LIGHT_PENS
from lenetpad.ui.widgets.theme import DARK, LIGHT
from lenetpad.ui.widgets.turns import at_once
from lenetpad.values.history import History
from lenetpad.values.training import Progress, RateScaled
from tests.svg_pictures import Pixels, by_qt, by_resvg, pixels_of

Pair = tuple[float, float]
#: Unlike in width and text from what a figure counts in, so that a wrong scale would be seen.
OPTIONS = ExportOptions(white=True, width=150.0, text=8.0)
EPOCHS = (20, 40, 60, 80)
LOSSES = ((2.0, 0.9, 0.5, 0.4), (1.5, 1.2, 0.7, 0.2))


@pytest.fixture(autouse=True)
def application(qapp: QGuiApplication) -> None:
    """Fonts need one."""


def history(name: str = "a run", losses: tuple[float, ...] = LOSSES[0]) -> History:
    """Its validation loss is four times what the loss is, and so apart from it."""
    made = History(Path("folder"), name)
    for number, (step, loss) in enumerate(zip(EPOCHS, losses, strict=True)):
        made.add(
            Progress(
                *(number + 1, 4, step, 80, loss, 0.01 * 0.5**number, 5000.0),
                validation_loss=4 * loss,
                validation_error=0.4 / (number + 1),
                losses=(loss,) * 20,
            )
        )
    return made


@pytest.fixture
def both() -> list[History]:
    return [history("the first"), history("the <second> & last", LOSSES[1])]


def size(made: CurvesFigure) -> tuple[int, int, float]:
    """Width and height of its picture, and how many pixels a unit is."""
    width, height = units_of(made, OPTIONS)
    scale = OPTIONS.pixels / width
    return OPTIONS.pixels, round(height * scale), scale


def seen_by_qt(made: CurvesFigure) -> Pixels:
    return by_qt(svg(made, OPTIONS), *size(made)[:2])


def seen_by_resvg(made: CurvesFigure) -> Pixels:
    return by_resvg(svg(made, OPTIONS), *size(made)[:2])


def seen_in_png(made: CurvesFigure) -> Pixels:
    return pixels_of(at_once(painted(made, OPTIONS)))


WAYS = pytest.mark.parametrize("seen", [seen_by_qt, seen_by_resvg, seen_in_png])
Seen = Callable[[CurvesFigure], Pixels]


# What is found in a picture, knowing nothing of how it was laid out


def like(picture: Pixels, colour: str) -> NDArray[np.bool_]:
    wanted = np.array(QColor(colour).getRgb()[:3])
    near: NDArray[np.bool_] = np.abs(picture.astype(int) - wanted).max(axis=2) <= 24
    return near


def long_runs(flags: NDArray[np.bool_], axis: int) -> list[float]:
    """The middles of the lines that go through more than half of the picture along an axis."""
    places = np.flatnonzero(flags.mean(axis=axis) > 0.5)
    groups = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)
    return [float(group.mean()) + 0.5 for group in groups if len(group)]


def frames(picture: Pixels) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of the frames of the charts, from top to bottom."""
    rows = long_runs(like(picture, LIGHT.dim), axis=1)
    columns = long_runs(like(picture, LIGHT.dim), axis=0)
    left, right = columns
    return [(left, top, right, bottom) for top, bottom in zip(rows[::2], rows[1::2], strict=True)]


def dots(picture: Pixels, colour: str, scale: float) -> list[Pair]:
    """The middles of the dots of a colour: of what a square of nearly their size fits into."""
    flags = like(picture, colour)
    side = round(1.25 * curves_plot.DOT * scale)
    sums = np.pad(flags.astype(int).cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    full = (
        sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    ) == side * side  # fmt: skip
    found: list[list[Pair]] = []
    for y, x in np.argwhere(full).tolist():
        at = (x + side / 2, y + side / 2)
        near = [g for g in found if abs(g[0][0] - at[0]) + abs(g[0][1] - at[1]) < 4 * side]
        (near[0] if near else found.append([]) or found[-1]).append(at)
    middles = [np.mean(group, axis=0).tolist() for group in found]
    return [(x, y) for x, y in middles]


def inside(places: list[Pair], frame: tuple[float, float, float, float]) -> list[Pair]:
    left, top, right, bottom = frame
    return sorted(
        (x, y) for x, y in places if left - 5 < x < right + 5 and top - 5 < y < bottom + 5
    )


@WAYS
def test_known_points_lie_where_the_axes_say(seen: Seen) -> None:
    made = CurvesFigure(
        [history()],
        LIGHT,
        steps=(0.0, 100.0),
        values={"loss": (0.0, 10.0), "accuracy": (0.0, 100.0)},
    )
    picture, scale = seen(made), size(made)[2]
    loss, accuracy, _ = frames(picture)
    found = dots(picture, LIGHT_PENS[0], scale)
    for frame, values in (
        (loss, [4 * loss / 10 for loss in LOSSES[0]]),
        (accuracy, [1 - 0.4 / (number + 1) for number in range(4)]),
    ):
        left, top, right, bottom = frame
        expected = [
            (left + step / 100 * (right - left), bottom - value * (bottom - top))
            for step, value in zip(EPOCHS, values, strict=True)
        ]
        assert inside(found, frame) == [pytest.approx(place, abs=1.5) for place in expected]


@WAYS
def test_the_loss_lies_where_the_axes_say(seen: Seen) -> None:
    made = CurvesFigure([history()], LIGHT, steps=(0.0, 100.0), values={"loss": (0.0, 10.0)})
    picture = like(seen(made), LIGHT_PENS[0])
    left, top, right, bottom = frames(seen(made))[0]
    for step, loss in ((10, 2.0), (30, 0.9), (50, 0.5), (70, 0.4)):
        column = picture[round(top) : round(bottom), round(left + step / 100 * (right - left))]
        lowest = np.flatnonzero(column)
        expected = (1 - loss / 10) * (bottom - top)
        assert np.abs(lowest - expected).min() < 3  # the validation's line lies above it


@WAYS
def test_the_grid_lies_at_its_numbers(seen: Seen) -> None:
    made = CurvesFigure([history()], LIGHT, steps=(0.0, 100.0), values={"loss": (0.0, 10.0)})
    picture = seen(made)
    left, top, right, bottom = frames(picture)[0]
    plot = made.plots(units_of(made, OPTIONS)[0])[0]
    assert [text for _, text in plot.step_ticks] == ["0", "20", "40", "60", "80", "100"]
    lines = like(picture, LIGHT.line)[round(top) + 4 : round(bottom) - 4]
    across = [x for x in long_runs(lines, axis=0) if left + 5 < x < right - 5]
    expected = [left + step / 100 * (right - left) for step in (20, 40, 60, 80)]
    assert across == pytest.approx(expected, abs=1.0)


def test_both_renderers_and_the_pixels_show_the_same(both: list[History]) -> None:
    both[1].mark(RateScaled(40, 0.1))
    for theme in (LIGHT, DARK):
        made = CurvesFigure(both, theme, 20, logarithmic=True)
        pictures = [seen(made).astype(int) for seen in (seen_by_qt, seen_by_resvg, seen_in_png)]
        for one in pictures[1:]:
            differ = np.abs(one - pictures[0]).max(axis=2) > 64
            assert differ.mean() < 0.02  # edges
            # No block of another colour anywhere.
            height, width = (extent // 16 for extent in differ.shape)
            blocks = differ[: 16 * height, : 16 * width].reshape(height, 16, width, 16)
            assert blocks.mean(axis=(1, 3)).max() < 0.7


# What is written in it


def words(made: CurvesFigure, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that is written, as a reader has it: what was cut is cut here too."""
    said: list[str] = []
    plain = figure.QPainterPath.addText

    def note(path: object, at: object, font: object, text: str) -> None:
        said.append(text)
        plain(path, at, font, text)

    monkeypatch.setattr(figure.QPainterPath, "addText", note)
    svg(made, OPTIONS)
    return said


def test_axes_have_titles_and_units_and_runs_a_legend(
    both: list[History], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = words(CurvesFigure(both, LIGHT, 20), monkeypatch)
    for text in ("Step", "Loss", "Validation accuracy, %", "Learning rate", "the first"):
        assert text in said
    assert "the <second> & last" in said
    training = f"Training, mean of {window_words(both, 20)}"
    assert training.endswith("steps")
    assert {training, "Validation", "Training curves of 2 runs"} <= {*said}
    alone = words(CurvesFigure([history()], LIGHT), monkeypatch)
    assert alone[0] == "a run"
    assert alone.count("a run") == 1
    assert "Training" in alone


def test_the_legend_has_the_colours_of_the_curves(both: list[History]) -> None:
    for theme, pens in ((LIGHT, LIGHT_PENS), (DARK, DARK_PENS)):
        made = CurvesFigure(both, theme)
        picture = seen_in_png(made)
        legend = picture[: round(made.plots(units_of(made, OPTIONS)[0])[0].area.top() * 3)]
        assert all(like(legend, pen).any() for pen in pens[:2])
        assert picture[2, 2].tolist() == list(QColor(theme.panel).getRgb()[:3])


@pytest.mark.parametrize("width", [50.0, 85.0, 170.0, 420.0])
def test_nothing_is_cut_or_lies_outside(
    both: list[History], monkeypatch: pytest.MonkeyPatch, width: float
) -> None:
    options = ExportOptions(width=width, text=9.0)
    made = CurvesFigure(both, LIGHT, 20)
    monkeypatch.setattr(f"{__name__}.OPTIONS", options)
    assert not [text for text in words(made, monkeypatch) if "…" in text]
    picture = seen_in_png(made)
    edges = (picture[:4], picture[-4:], picture[:, :4], picture[:, -4:])
    assert all((edge == 255).all() for edge in edges)


def test_an_svg_says_its_size_and_title_and_has_no_other_text(both: list[History]) -> None:
    both = both[1:]
    root = ET.fromstring(svg(CurvesFigure(both, LIGHT), OPTIONS))
    space = "{http://www.w3.org/2000/svg}"
    assert root.findtext(f"{space}title") == "the <second> & last"
    width, unit = re.fullmatch(r"([\d.]+)(\w+)", root.attrib["width"]).groups()
    assert (float(width), unit) == (pytest.approx(150, abs=0.1), "mm")
    left, top, across, down = map(float, root.attrib["viewBox"].split())
    height = float(root.attrib["height"].removesuffix("mm"))
    assert (left, top) == (0, 0)
    assert height / float(width) == pytest.approx(down / across, abs=1e-3)
    assert root.find(f".//{space}text") is None  # it would look another way elsewhere
    assert root.find(f".//{space}image") is None


# What is shown


def plot_of(made: CurvesFigure, name: str) -> Plot:
    return next(plot for plot in made.plots(600.0) if plot.chart.name == name)


def test_everything_is_shown_where_nothing_is_zoomed_to(both: list[History]) -> None:
    for logarithmic in (False, True):
        made = CurvesFigure(both, LIGHT, logarithmic=logarithmic)
        for plot in made.plots(600.0):
            for curve in plot.curves:
                placed = plot.places(curve.points)
                assert (placed[:, 0] >= plot.area.left()).all()
                assert (placed[:, 0] <= plot.area.right()).all()
                assert (placed[:, 1] >= plot.area.top()).all()
                assert (placed[:, 1] <= plot.area.bottom()).all()
    assert plot_of(CurvesFigure(both, LIGHT), "rate").values[0] == 0


def test_a_run_without_validation_has_no_chart_of_it() -> None:
    fresh = History(None, "fresh")
    fresh.add(Progress(1, 4, 20, 80, 1.5, 0.01, 5000.0, losses=(1.5,) * 20))
    made = CurvesFigure([fresh], LIGHT)
    assert [plot.chart.name for plot in made.plots(600.0)] == ["loss", "rate"]
    assert seen_by_resvg(made).any()


def test_a_loss_that_is_no_number_leaves_a_gap() -> None:
    broken = History(None, "broken")
    losses = (1.0, 0.5, np.nan, np.inf, 0.0, 0.25, 0.125)
    broken.add(Progress(1, 4, 7, 7, 1.0, 0.01, 5000.0, losses=losses))
    for logarithmic, pieces in ((False, [2, 3]), (True, [2, 2])):
        plot = plot_of(CurvesFigure([broken], LIGHT, logarithmic=logarithmic), "loss")
        assert np.isfinite(plot.values).all()
        points = plot.places(plot.curves[0].points)
        assert [len(piece) for piece in clipped(points, plot.area)] == pieces


def test_a_run_that_is_long_is_shown_with_its_peaks() -> None:
    long = History(None, "long")
    losses = np.ones(100_000)
    losses[54_321] = 9.0
    long.add(Progress(1, 1, 100_000, 100_000, 1.0, 0.01, 5000.0, losses=tuple(losses.tolist())))
    curve = plot_of(CurvesFigure([long], LIGHT), "loss").curves[0]
    assert len(curve.steps) <= curves_figure.MOST_POINTS + 1
    assert curve.values.max() == 9.0
    near = plot_of(CurvesFigure([long], LIGHT, steps=(54_000.0, 55_000.0)), "loss").curves[0]
    assert near.steps[0] == 53_999
    assert len(near.steps) >= 1000


def test_lines_are_cut_at_the_edge() -> None:
    area = QRectF(0, 0, 10, 10)

    def cut(*points: Pair) -> list[list[list[float]]]:
        return [piece.tolist() for piece in clipped(np.array(points, dtype=float), area)]

    assert cut((1, 1), (2, 3), (4, 4)) == [[[1, 1], [2, 3], [4, 4]]]
    assert cut((-5, 5), (5, 5)) == [[[0, 5], [5, 5]]]
    assert cut((5, 5), (5, 25), (7, 5)) == [[[5, 5], [5, 10]], [[6.5, 10], [7, 5]]]
    assert cut((-1, 5), (11, 5)) == [[[0, 5], [10, 5]]]
    assert cut((-1, -1), (-1, 11), (11, 11)) == []
    assert cut((12, 5), (14, 5)) == []
    assert cut((1, 1), (np.nan, 2), (3, 3), (4, 4)) == [[[3, 3], [4, 4]]]
    assert cut((3, 3)) == []
