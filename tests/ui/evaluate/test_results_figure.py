"""The page of results: everything that was found, with the data set's name, whole and white."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QApplication

from lenetpad.ui.evaluate.results_figure import Patterns, ResultsFigure
from lenetpad.ui.evaluate.summary import columns
from lenetpad.ui.widgets.export_options import ExportOptions
from lenetpad.ui.widgets.figure import painted
from lenetpad.ui.widgets.theme import DARK, LIGHT, Theme
from lenetpad.ui.widgets.turns import at_once
from lenetpad.values.evaluation import EvaluationResults

Judged = Callable[..., EvaluationResults]
Paint = Callable[..., object]
NAMES = ("LeNet-5 (1998), for your hand", "LeNet-5 (study), as in the paper, with a long name")


@pytest.fixture(autouse=True)
def application(qapp: QApplication) -> None:
    """Widgets need one."""


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that is painted as text."""
    texts: list[str] = []
    for painter, name in ((QPainter, "drawText"), (QPainterPath, "addText")):
        plain = getattr(painter, name)

        def note(
            painter: object, *arguments: object, plain: Callable[..., object] = plain
        ) -> None:
            texts.extend(one for one in arguments if isinstance(one, str))
            plain(painter, *arguments)

        monkeypatch.setattr(painter, name, note)
    return texts


def page_of(
    results: EvaluationResults,
    theme: Theme = LIGHT,
    options: ExportOptions = ExportOptions(),  # noqa: B008  # it is frozen
    *,
    patterns: int | None = None,
) -> QImage:
    models = len(results.found)
    chosen = Patterns("Read wrong by A", results.wrong(0)[:patterns], 0, both=False)
    made = ResultsFigure(results, NAMES[:models], chosen, theme)
    return at_once(painted(made, options))


@pytest.mark.parametrize("models", [1, 2])
def test_everything_is_on_the_page(results: Judged, said: list[str], models: int) -> None:
    found = results(models=models)
    page_of(found)
    assert said[0] == "MNIST test set, 300 images"
    for title, _ in columns():
        assert title.replace("\n", " ") in said
    for name in NAMES[:models]:
        assert any(text.endswith(name) for text in said)
    assert f"{100 * found.found[0].evaluation.error:.2f} %" in said
    for chart in ("Error of each digit", "Error of the digits", "How often answers are right"):
        assert len([text for text in said if text.startswith(chart)]) == 1
    assert len([text for text in said if text.startswith("Confusion matrix")]) == models
    wrong = len(found.wrong(0))
    assert f"Read wrong by A: first 18 of {wrong} patterns" in said
    assert len([text for text in said if "→" in text]) == 18
    assert any("They differ on" in text for text in said) == (models == 2)
    assert not [text for text in said if "…" in text]


@pytest.mark.parametrize(
    ("there", "words"), [(0, "no patterns"), (1, "1 pattern"), (7, "7 patterns")]
)
def test_no_row_of_patterns_is_cut(
    results: Judged, said: list[str], there: int, words: str
) -> None:
    found = results()
    high = page_of(found).height()
    said.clear()
    low = page_of(found, patterns=there)
    assert f"Read wrong by A: {words}" in said
    assert len([text for text in said if "→" in text]) == there
    assert low.height() < high


@pytest.mark.parametrize("options", [ExportOptions(width=w, text=t) for w, t in
                                     ((170, 9), (50, 32), (420, 5), (254, 14))])  # fmt: skip
@pytest.mark.parametrize("models", [1, 2])
def test_nothing_is_cut_or_lies_outside(
    results: Judged, said: list[str], options: ExportOptions, models: int
) -> None:
    image = page_of(results(models=models), options=options)
    assert image.width() == options.pixels
    assert not [text for text in said if "…" in text]
    white = QColor("white").rgb()
    for x in range(0, image.width(), 7):
        assert image.pixel(x, 1) == image.pixel(x, image.height() - 2) == white
    for y in range(0, image.height(), 7):
        assert image.pixel(1, y) == image.pixel(image.width() - 2, y) == white


def test_it_has_the_colours_of_the_screen_where_that_is_wanted(results: Judged) -> None:
    found = results()
    assert page_of(found, DARK).pixelColor(2, 2).name() == DARK.panel
    assert page_of(found, LIGHT).pixelColor(2, 2).name() == "#ffffff"


def test_data_without_digits_has_a_page(results: Judged, said: list[str]) -> None:
    found = results(models=1)
    labels = np.full_like(found.labels, 10)
    evaluation = found.found[0].evaluation
    bare = type(evaluation)(
        np.zeros_like(evaluation.confusion), evaluation.answers, evaluation.refused, np.nan
    )
    judged = type(found.found[0])(bare, found.found[0].probabilities, found.found[0].no_digit)
    page_of(EvaluationResults(found.request, found.images, labels, (judged,)))
    assert "—" in said


def test_no_window_comes_of_it(results: Judged) -> None:
    before = set(QApplication.topLevelWidgets())
    page_of(results())
    assert set(QApplication.topLevelWidgets()) == before
