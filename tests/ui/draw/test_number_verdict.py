"""The verdict of several digits: the number, each digit's probability, what cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from lenetpad.ui.draw.verdict import VerdictPanel
from lenetpad.ui.widgets.theme import DARK, LIGHT, Theme
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading
from lenetpad.values.segmentation import Kind
from tests.contrast import pixels
from tests.segmentations import line_of, segmented


@pytest.fixture
def verdict(qtbot: QtBot, model: Callable[..., ModelReady]) -> VerdictPanel:
    panel = VerdictPanel(LIGHT)
    qtbot.addWidget(panel)
    panel.resize(840, 70)  # as in a window of 860×560
    panel.show_model(model())
    return panel


def show(panel: VerdictPanel, reading: Reading, text: str, focus: int = 0, **how: Any) -> None:
    found = segmented(line_of(len(text)), text, **how)
    panel.show_reading(replace(reading, segmentation=found, focus=focus))


def face(panel: VerdictPanel) -> tuple[QRectF, ...]:
    assert panel._face is not None
    return panel._face.cells


def test_the_number_is_the_verdict_and_is_said(
    verdict: VerdictPanel, reading: Callable[..., Reading]
) -> None:
    show(verdict, reading(digit=7), "147", probabilities=(0.99, 0.4, 0.7), focus=1)
    assert verdict.verdict == "147"
    assert verdict.accessibleName() == "Verdict: 147"
    said = verdict.in_words()
    assert "1: 99 %, 4: 40 %, uncertain, 7: 70 %" in said
    assert "digit 2 of 3 is shown" in said
    assert verdict.doubtful


def test_digits_look_as_sure_as_they_are(
    verdict: VerdictPanel, reading: Callable[..., Reading]
) -> None:
    show(verdict, reading(), "147", probabilities=(0.99, 0.4, 0.7))
    image = pixels(verdict.grab().toImage())
    for cell, name in zip(face(verdict), ("accent", "dim", "text"), strict=True):
        upper = image[8:40, round(cell.left()) + 2 : round(cell.right()) - 2]
        colours = {tuple(colour) for colour in upper.reshape(-1, 3).tolist()}
        for other in ("accent", "dim", "text"):
            found = QColor(getattr(LIGHT, other)).getRgb()[:3] in colours
            assert found == (other == name), (name, other)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("digits", [2, 6, 12])
def test_up_to_twelve_digits_fit_with_their_probabilities(
    verdict: VerdictPanel, reading: Callable[..., Reading], digits: int, theme: Theme
) -> None:
    verdict.set_theme(theme)
    show(verdict, reading(), "123456789012"[:digits])
    cells = face(verdict)
    assert len(cells) == digits
    assert verdict._face is not None
    assert verdict._face.probabilities
    room = QRectF(verdict.rect())
    assert all(room.contains(cell) for cell in cells)
    assert not any(a.intersects(b) for a, b in pairwise(cells))
    assert cells[-1].right() < verdict._facts_area.left()


@pytest.mark.parametrize("width", range(900, 1010, 10))
def test_rounded_sizes_of_letters_hide_no_probabilities(
    verdict: VerdictPanel, reading: Callable[..., Reading], width: int
) -> None:
    verdict.resize(width, 184)  # as on a stage of 1024×768, where letters have to shrink
    show(verdict, reading(), "1234567")
    assert verdict._face is not None
    assert verdict._face.probabilities


def test_a_very_long_number_ends_in_dots_within_its_room(
    verdict: VerdictPanel, reading: Callable[..., Reading]
) -> None:
    show(verdict, reading(), "1234567890" * 8)
    assert len(face(verdict)) < 80
    assert face(verdict)[-1].right() < verdict._facts_area.left()
    verdict.grab()


def test_a_clicked_digit_is_told(
    qtbot: QtBot, verdict: VerdictPanel, reading: Callable[..., Reading]
) -> None:
    show(verdict, reading(), "147")
    chosen: list[int] = []
    verdict.digit_chosen.connect(chosen.append)
    for cell in face(verdict):
        qtbot.mouseClick(verdict, Qt.MouseButton.LeftButton, pos=cell.center().toPoint())
    beside = QPointF(verdict.width() - 10, 30).toPoint()
    qtbot.mouseClick(verdict, Qt.MouseButton.LeftButton, pos=beside)
    assert chosen == [0, 1, 2]


def test_a_second_reading_is_told_where_it_is_near(
    verdict: VerdictPanel, reading: Callable[..., Reading]
) -> None:
    show(verdict, reading(), "14", second=("19", 0.5))
    assert verdict._face is not None
    assert verdict._face.second == "or 19"
    show(verdict, reading(), "14", second=("19", 9.0))
    assert verdict._face.second == ""


def test_what_is_no_number_is_told_with_what_could_be_read(
    verdict: VerdictPanel, reading: Callable[..., Reading]
) -> None:
    show(verdict, reading(digit=3), "3?5", kind=Kind.NO_NUMBER)
    assert verdict.verdict == "not a number"
    assert verdict.accessibleName() == "Verdict: not a number, perhaps 3 ? 5"
    assert not verdict.doubtful
    image = pixels(verdict.grab().toImage())[:, : round(0.5 * verdict.width())]
    dim = np.array(QColor(LIGHT.dim).getRgb()[:3])
    assert (image == dim).all(axis=2).any()


def test_one_digit_looks_as_without_a_segmentation(
    verdict: VerdictPanel, reading: Callable[..., Reading]
) -> None:
    verdict.show_reading(reading(digit=4))
    before = verdict.grab().toImage()
    show(verdict, reading(digit=4), "4", kind=Kind.DIGIT)
    assert verdict.grab().toImage() == before
    assert verdict.verdict == "4"


def test_the_digits_stand_still_while_their_probabilities_change(
    verdict: VerdictPanel, reading: Callable[..., Reading]
) -> None:
    show(verdict, reading(), "147", probabilities=(0.99, 0.9, 0.9))
    before = face(verdict)
    show(verdict, reading(), "147", probabilities=(0.85, 1.0, 0.82))
    assert face(verdict) == before


def test_painting_what_changed_is_painting_all_of_it(
    qtbot: QtBot, verdict: VerdictPanel, reading: Callable[..., Reading]
) -> None:
    verdict.resize(840, 110)
    verdict.show()
    serial = 0

    def on_screen(text: str, focus: int = 0, **how: Any) -> QImage:
        nonlocal serial
        serial += 1
        with qtbot.waitSignal(verdict.painted, check_params_cb=lambda told: told == serial):
            show(verdict, reading(serial=serial, digit=3), text, focus, **how)
        return verdict.screen().grabWindow(verdict.winId()).toImage()

    seen = []
    for text, focus, how in (
        ("147", 0, {"probabilities": (0.99, 0.9, 0.7)}),
        ("147", 0, {"probabilities": (0.95, 0.85, 0.72)}),
        ("147", 2, {"probabilities": (0.95, 0.4, 0.72)}),
        ("12", 0, {}),
        ("3?5?5?7", 0, {"kind": Kind.NO_NUMBER}),
        ("3?5", 0, {"kind": Kind.NO_NUMBER}),
        ("4", 0, {"kind": Kind.DIGIT}),
    ):
        part = on_screen(text, focus, **how)
        verdict.redraw()
        assert on_screen(text, focus, **how) == part
        seen.append(part)
    assert all(one != other for one, other in pairwise(seen))
