"""Verdict and probabilities: what is read, how sure, how fast."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from lenetpad.ui.draw.panel import ReadingPanel
from lenetpad.ui.draw.probabilities import ProbabilitiesPanel
from lenetpad.ui.draw.verdict import VerdictPanel
from lenetpad.ui.widgets.text import percent
from lenetpad.ui.widgets.theme import LIGHT
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading


@pytest.fixture
def verdict(qtbot: QtBot, model: Callable[..., ModelReady]) -> VerdictPanel:
    panel = VerdictPanel(LIGHT)
    qtbot.addWidget(panel)
    panel.resize(900, 100)
    panel.show_model(model())
    return panel


def test_the_digit_is_the_verdict(verdict: VerdictPanel, reading: Callable[..., Reading]) -> None:
    verdict.show_reading(reading(digit=4))
    assert verdict.verdict == "4"
    assert verdict.accessibleName() == "Verdict: 4"


def test_a_blank_sheet_has_no_verdict(
    verdict: VerdictPanel, reading: Callable[..., Reading]
) -> None:
    verdict.show_reading(reading(digit=0))
    shown = verdict.grab().toImage()
    blank = np.zeros(10, dtype=np.float32)
    verdict.show_reading(replace(reading(), digit=None, probabilities=blank))
    assert verdict.verdict == ""
    assert verdict.grab().toImage() != shown


def test_what_is_not_a_digit_is_rejected(
    verdict: VerdictPanel, reading: Callable[..., Reading]
) -> None:
    verdict.show_reading(reading(digit=4, no_digit=0.95))
    assert verdict.verdict == "not a digit"


def test_the_facts_name_device_network_test_error_and_latency(
    qtbot: QtBot,
    verdict: VerdictPanel,
    reading: Callable[..., Reading],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert verdict.facts == "CPU · lenet5-1998 · test error 0.65 %"
    now = time.perf_counter() + 10
    monkeypatch.setattr(time, "perf_counter", lambda: now)
    verdict.note_painted(reading(submitted=now - 0.0042))
    monkeypatch.undo()
    qtbot.waitUntil(lambda: "from pen to screen" in verdict.facts)
    assert verdict.facts == "4.2 ms from pen to screen · CPU · lenet5-1998 · test error 0.65 %"


def test_what_waited_for_the_network_or_has_no_hand_is_no_latency(
    qtbot: QtBot, verdict: VerdictPanel, reading: Callable[..., Reading]
) -> None:
    verdict.note_painted(reading(submitted=0.0))
    verdict.note_painted(reading(submitted=time.perf_counter()))
    qtbot.waitUntil(lambda: "from pen to screen" in verdict.facts)
    assert float(verdict.facts.split(" ms")[0]) < 1000


def test_without_any_network_it_says_what_to_do(qtbot: QtBot) -> None:
    panel = VerdictPanel(LIGHT)
    qtbot.addWidget(panel)
    assert "Loading" in panel.facts
    panel.show_no_network()
    assert "open weights" in panel.facts


def test_the_bar_of_the_digit_is_as_long_as_its_probability(
    qtbot: QtBot, reading: Callable[..., Reading], model: Callable[..., ModelReady]
) -> None:
    panel = ProbabilitiesPanel(LIGHT)
    qtbot.addWidget(panel)
    panel.resize(220, 600)
    panel.show_model(model())
    probabilities = np.full(10, 0.05, dtype=np.float32)
    probabilities[3] = 0.5
    panel.show_reading(reading(digit=3, probabilities=probabilities, no_digit=0.05))
    image, bar = panel.grab().toImage(), panel.bar(3)
    row = round(bar.center().y())
    accent = [x for x in range(220) if image.pixelColor(x, row) == QColor(LIGHT.accent)]
    assert len(accent) == pytest.approx(0.5 * bar.width(), abs=2)


@pytest.mark.parametrize("size", [(500, 300), (1260, 110), (420, 130), (200, 150)])
@pytest.mark.parametrize("kind", [ProbabilitiesPanel, VerdictPanel])
def test_painting_what_changed_is_painting_all_of_it(
    qtbot: QtBot,
    reading: Callable[..., Reading],
    model: Callable[..., ModelReady],
    kind: type[ReadingPanel],
    size: tuple[int, int],
) -> None:
    panel = kind(LIGHT)
    qtbot.addWidget(panel)
    panel.resize(*size)
    panel.show_model(model())
    panel.show()
    qtbot.waitExposed(panel)
    serial = 0

    def show(**values: object) -> QImage:
        nonlocal serial
        serial += 1
        now = reading(serial=serial, **values)
        with qtbot.waitSignal(panel.painted, check_params_cb=lambda told: told == serial):
            panel.show_reading(now)
        return panel.screen().grabWindow(panel.winId()).toImage()

    some, other = np.full(10, 0.05, np.float32), np.full(10, 0.05, np.float32)
    some[3], other[3], other[8] = 0.5, 0.2, 0.35
    for values in (
        {"digit": 3, "probabilities": some, "no_digit": 0.05},
        {"digit": 3, "probabilities": some, "no_digit": 0.06},
        {"digit": 8, "probabilities": other, "no_digit": 0.05},
        {"digit": 8, "probabilities": other, "no_digit": 0.45},
        {"digit": 8, "probabilities": other, "no_digit": 0.88},
        {"digit": 8, "probabilities": other, "no_digit": 1.0},
        {"digit": 8, "probabilities": other, "no_digit": 0.4},
        {"digit": None, "probabilities": np.zeros(10, np.float32), "no_digit": None},
        {"digit": 3, "probabilities": some, "no_digit": 0.05},
    ):
        part = show(**values)
        panel.redraw()
        assert show(**values) == part


def test_another_digit_leaves_what_stands_still(
    verdict: VerdictPanel, reading: Callable[..., Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    painted = []
    paint = VerdictPanel.paint_background

    def note(self: VerdictPanel, painter: QPainter) -> None:
        painted.append(self.verdict)
        paint(self, painter)

    monkeypatch.setattr(VerdictPanel, "paint_background", note)
    verdict.show()
    seen = []
    for digit in (3, 8, 3):
        verdict.show_reading(reading(digit=digit))
        seen.append(verdict.grab().toImage())
    assert painted == ["3"]
    assert seen[0] == seen[2] != seen[1]


@pytest.mark.parametrize(
    ("fraction", "text"), [(0.0, "0.0 %"), (0.5, "50.0 %"), (0.99999, "99.9 %"), (1.0, "100.0 %")]
)
def test_only_certainty_is_a_hundred_per_cent(fraction: float, text: str) -> None:
    assert percent(fraction) == text


def test_an_unsure_verdict_does_not_look_as_sure_as_a_sure_one(
    verdict: VerdictPanel, reading: Callable[..., Reading]
) -> None:
    def colours(probability: float) -> set[str]:
        """The theme's colours in which the digit is painted."""
        probabilities = np.full(10, (1 - probability) / 9, np.float32)
        probabilities[3] = probability
        verdict.show_reading(reading(digit=3, probabilities=probabilities, no_digit=None))
        image = verdict.grab().toImage()
        pixels = {image.pixelColor(x, y).name() for x in range(25, 80) for y in range(100)}
        return pixels & {LIGHT.accent, LIGHT.text, LIGHT.dim}

    assert colours(0.998) == {LIGHT.accent}
    assert not verdict.doubtful
    assert colours(0.6) == {LIGHT.text}
    assert colours(0.108) == {LIGHT.dim}
    assert verdict.doubtful
    assert verdict.verdict == "3"
    assert verdict.accessibleName() == "Verdict: 3, uncertain, 10.8 %"


def test_a_network_is_called_by_its_name_and_moment(verdict: VerdictPanel) -> None:
    verdict.show_network("my run", "after step 33 of 1,290")
    assert verdict.facts == "CPU · my run · after step 33 of 1,290 · test error 0.65 %"
