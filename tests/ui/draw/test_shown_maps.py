"""Weighted sums and weights in the maps are the reading's own, and it is said which is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from lenetpad.ink.files import Drawing
from lenetpad.ink.raster import draw
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.weights import load
from lenetpad.tools.event_loop import wait_until
from lenetpad.ui.draw.legend import Kind
from lenetpad.ui.draw.maps import Pointed
from lenetpad.ui.draw.maps_layout import CODES
from lenetpad.ui.draw.selectable_maps import SelectableMaps
from lenetpad.ui.draw.shown import Shown
from lenetpad.ui.widgets.colour import Scale, value_index, value_table
from lenetpad.ui.widgets.theme import LIGHT
from lenetpad.values.explanation import Unit
from lenetpad.values.models import PRESET_NAMES, Choice, ModelReady
from lenetpad.values.reading import Reading

LAYERS = ("C1", "S2", "C3", "S4", "C5", "F6")
TABLE = {0: (0, 1, 2), 7: (1, 2, 3, 4), 14: (0, 2, 3, 5), 15: (0, 1, 2, 3, 4, 5)}
#: C3's map 7 begins after six maps of three kernels and one of four.
FIRST_OF_MAP_7 = 6 * 3 + 4


def read(name: str, image: np.ndarray) -> tuple[ModelReady, Reading]:
    recognizer = Recognizer(load(name))
    return recognizer.describe(Choice(1, name)), replace(recognizer.read(image), serial=1)


@pytest.fixture(scope="module")
def readings(samples: list[Drawing]) -> dict[tuple[str, bool], tuple[ModelReady, Reading]]:
    """What each preset makes of a digit, and of a blank sheet."""
    images = {False: draw(samples[0].ink), True: np.zeros((28, 28), np.float32)}
    return {(n, blank): read(n, image) for n in PRESET_NAMES for blank, image in images.items()}


@pytest.fixture
def show(
    qtbot: QtBot, readings: dict[tuple[str, bool], tuple[ModelReady, Reading]]
) -> Iterator[Callable[..., SelectableMaps]]:
    """Shows a reading in a panel."""
    panels = []

    def make(shown: Shown, name: str = PRESET_NAMES[0], *, blank: bool = False) -> SelectableMaps:
        panel = SelectableMaps(LIGHT)
        panels.append(panel)
        qtbot.addWidget(panel)
        panel.resize(520, 640)
        model, reading = readings[name, blank]
        panel.show_model(model)
        panel.show_reading(reading)
        panel.set_shown(shown)
        panel.show()
        return panel

    yield make
    for panel in panels:
        panel.hide()


def image_of(panel: SelectableMaps) -> QImage:
    return panel.grab().toImage()


def colour_at(panel: SelectableMaps, unit: Pointed) -> QColor:
    return image_of(panel).pixelColor(panel.unit_area(unit).center().toPoint())


def colour_of(value: float, end: float) -> QColor:
    values = np.full((1, 1, 1), value, np.float32)
    entry = value_index(values, np.array([end], np.float32))[0, 0, 0]
    return QColor(int(value_table(LIGHT)[entry]))


def text_of(value: float) -> str:
    """With its sign, at most three decimals and four significant digits."""
    decimals = 3 if abs(value) < 9.9995 else 2 if abs(value) < 99.995 else 1
    text = f"{value:+.{decimals}f}".replace("-", "−")
    return text.replace("−0.000", "+0.000")


def parameters_of(panel: SelectableMaps) -> dict[str, np.ndarray]:
    assert panel.reading is not None
    return dict(panel.reading.parameters)


def legend_of(panel: SelectableMaps) -> tuple[str, ...]:
    assert panel.model is not None
    legend = panel.legend(panel.model)
    return (legend.sentence, *legend.numbers)


@pytest.mark.parametrize("blank", [False, True])
@pytest.mark.parametrize("name", PRESET_NAMES)
def test_sums_are_the_taps_before_the_activation_where_there_is_one(
    show: Callable[..., SelectableMaps], name: str, blank: bool
) -> None:
    panel = show(Shown.SUMS, name, blank=blank)
    assert panel.reading is not None
    assert panel.model is not None
    taps = panel.reading.taps
    activated = {spec.name for spec in panel.model.specs if spec.activation}
    assert {n for n in LAYERS if f"{n}.a" in taps} == activated
    for layer in LAYERS:
        tap = taps[f"{layer}.a"] if layer in activated else taps[layer]
        assert np.array_equal(panel.cells(layer).ravel(), tap.ravel())
        unit = Pointed(layer, 0, 2, 3)
        value = float(tap[0, 2, 3]) if tap.ndim == 3 else float(panel.cells(layer)[0, 2, 3])
        view = panel.model.layer(layer)
        end = view.sum_end if layer in activated else max(view.high, -view.low)
        assert colour_at(panel, unit) == colour_of(value, end)
        title, _, tip = panel.title(layer)
        assert title[0].startswith(f"{layer} · ")
        panel.point(unit)
        if layer in activated:
            assert "weighted sums" in title[0]
            assert "weighted sum: " + text_of(value) in panel.accessibleDescription()
            assert panel.legend(panel.model).kind is Kind.SIGNED
        else:
            assert "no activation" in title[0]
            assert "no activation" in tip
            assert "no activation: " + text_of(value) in panel.accessibleDescription()
        panel.point(None)
    assert panel.title("input")[0][0] == "Input"


def test_the_range_of_sums_ends_where_the_activation_is_flat(
    show: Callable[..., SelectableMaps],
) -> None:
    for name, layer, flat in ((PRESET_NAMES[0], "C1", "+3.97"), (PRESET_NAMES[1], "S2", "+5.30")):
        panel = show(Shown.SUMS, name)
        panel.point(Pointed(layer, 0, 3, 3))
        assert legend_of(panel)[-1] == flat
        assert panel.reading is not None
        sums = panel.reading.taps[f"{layer}.a"]
        panel.set_scale(Scale.LAYER)
        assert legend_of(panel)[-1] == f"+{np.abs(sums).max():.2f}"
        panel.set_scale(Scale.MAP)
        assert legend_of(panel)[-1] == f"+{np.abs(sums[0]).max():.2f}"
    modern = show(Shown.SUMS, PRESET_NAMES[2])
    assert modern.model is not None
    assert modern.model.layer("C1").sum_end == modern.model.layer("C1").high > 0


@pytest.mark.parametrize("blank", [False, True])
@pytest.mark.parametrize("name", PRESET_NAMES)
def test_weights_are_the_parameters(
    show: Callable[..., SelectableMaps], name: str, blank: bool
) -> None:
    panel = show(Shown.WEIGHTS, name, blank=blank)
    p = parameters_of(panel)
    full = p["c3.weight"].ndim == 4
    expected = {
        Pointed("C1", 4, 1, 3): (
            p["c1.weight"][4, 0, 1, 3],
            np.abs(p["c1.weight"]).max(),
            "C1, map 4, kernel, row 1, column 3",
            p["c1.bias"][4],
        ),
        # The lower row's second kernel is the one for S2 map 4.
        Pointed("C3", 7, 5 + 2, 5 + 3): (
            p["c3.weight"][7, 4, 2, 3] if full else p["c3.weight"][FIRST_OF_MAP_7 + 3, 2, 3],
            np.abs(p["c3.weight"]).max(),
            "C3, map 7, kernel for S2 map 4, row 2, column 3",
            p["c3.bias"][7],
        ),
        # S4 map 6 is the second row's third; of 5×5 weights each.
        Pointed("C5", 0, 5 + 1, 10 + 4): (
            p["c5.weight"][0, 6 * 25 + 1 * 5 + 4],
            np.abs(p["c5.weight"]).max(),
            "C5, unit 0, weight for S4 map 6, row 1, column 4",
            p["c5.bias"][0],
        ),
        Pointed("F6", 0, 3, 7): (
            p["f6.weight"][0, 37],
            np.abs(p["f6.weight"]).max(),
            "F6, unit 0, weight for C5 unit 37",
            p["f6.bias"][0],
        ),
    }
    for pointed, (value, end, words, bias) in expected.items():
        assert panel.value_at(pointed) == value
        assert colour_at(panel, pointed) == colour_of(float(value), float(end))
        centre = panel.unit_area(pointed).center()
        assert panel.unit_at(centre) == pointed
        panel.point(pointed)
        assert panel.accessibleDescription() == f"{words}: {text_of(value)}; bias {text_of(bias)}"
        assert legend_of(panel)[-1] == text_of(end)
        panel.point(None)


@pytest.mark.parametrize("name", PRESET_NAMES)
def test_subsampling_shows_coefficient_and_bias_or_says_that_it_has_none(
    show: Callable[..., SelectableMaps], name: str
) -> None:
    panel = show(Shown.WEIGHTS, name)
    p = parameters_of(panel)
    for layer in ("S2", "S4"):
        if name == "lenet5-modern":
            assert panel.title(layer)[0] == (
                f"{layer} · no weights: max-pooling",
                f"{layer} · no weights",
            )
            panel.point(Pointed(layer, 2, 0, 0))
            assert panel.accessibleDescription() == f"{layer}, no weights: max-pooling"
            continue
        weight, bias = p[f"{layer.lower()}.weight"], p[f"{layer.lower()}.bias"]
        end = max(np.abs(weight).max(), np.abs(bias).max())
        for column, values, words in ((0, weight, "coefficient"), (1, bias, "bias")):
            pointed = Pointed(layer, 2, 0, column)
            assert panel.value_at(pointed) == values[2]
            assert colour_at(panel, pointed) == colour_of(float(values[2]), float(end))
            panel.point(pointed)
            assert panel.accessibleDescription() == f"{layer}, map 2, {words}: " + text_of(
                values[2]
            )
            panel.point(None)


@pytest.mark.parametrize(("name", "kernels"), [*zip(PRESET_NAMES, (60, 60, 96), strict=True)])
def test_c3_has_the_kernels_of_table_i_and_blanks_for_the_others(
    show: Callable[..., SelectableMaps], name: str, kernels: int
) -> None:
    panel = show(Shown.WEIGHTS, name)
    assert panel.title("C3")[1] == f"{kernels}@5×5"
    image, blank = image_of(panel), QColor(LIGHT.panel)
    found = 0
    for number in range(16):
        fed = set()
        for source in range(6):
            row, column = source // 3 * 5 + 2, source % 3 * 5 + 2
            here = Pointed("C3", number, row, column)
            known = not np.isnan(panel.value_at(here))
            centre = panel.unit_area(here).center().toPoint()
            around = [QPoint(x, y) for x in (-2, 0, 2) for y in (-2, 0, 2)]
            painted = any(image.pixelColor(centre + by) != blank for by in around)
            assert known == painted
            fed |= {source} if known else set()
        found += len(fed)
        if kernels == 60 and number in TABLE:
            assert fed == set(TABLE[number])
    assert found == kernels
    if kernels == 60:
        panel.point(Pointed("C3", 7, 1, 1))
        assert "C3, map 7: S2 map 0 does not feed it" in panel.accessibleDescription()


@pytest.mark.parametrize("name", PRESET_NAMES)
def test_it_is_said_which_is_the_coefficient_and_which_the_bias(
    show: Callable[..., SelectableMaps], name: str
) -> None:
    panel = show(Shown.WEIGHTS, name)
    said = "" if name == "lenet5-modern" else "coefficient, bias"
    assert panel.title("S2")[1] == panel.title("S4")[1] == said


def test_values_have_four_significant_digits_at_most(show: Callable[..., SelectableMaps]) -> None:
    """F6's weighted sums in the study network are in the hundreds."""
    panel = show(Shown.SUMS, "lenet5-study")
    assert panel.reading is not None
    sums = panel.reading.taps["F6.a"]
    unit = int(np.abs(sums).argmax())
    assert abs(sums[unit]) >= 100
    there = panel.pointed_of(Unit("F6", unit))
    assert there is not None
    panel.point(there)
    said = panel.accessibleDescription().rpartition(": ")[2]
    assert said == f"{sums[unit]:+.1f}".replace("-", "−")
    panel.set_scale(Scale.LAYER)
    assert legend_of(panel)[-1] == f"+{np.abs(sums).max():.1f}"


def test_ranges_of_weights(show: Callable[..., SelectableMaps]) -> None:
    panel = show(Shown.WEIGHTS)
    p = parameters_of(panel)
    unit = p["c5.weight"][0]
    for scale, c1, c5 in (
        (Scale.FIXED, p["c1.weight"], p["c5.weight"]),
        (Scale.LAYER, p["c1.weight"], unit),
        (Scale.MAP, p["c1.weight"][2], unit),
    ):
        panel.set_scale(scale)
        for pointed, weights in ((Pointed("C1", 2, 0, 0), c1), (Pointed("C5", 0, 0, 0), c5)):
            panel.point(pointed)
            assert legend_of(panel)[-1] == text_of(np.abs(weights).max())
            end = float(np.abs(weights).max())
            panel.point(None)
            assert colour_at(panel, pointed) == colour_of(panel.value_at(pointed), end)


def test_other_parameters_change_the_picture_and_the_same_do_not(
    show: Callable[..., SelectableMaps],
) -> None:
    panel = show(Shown.WEIGHTS)
    reading, before = panel.reading, image_of(panel)
    assert reading is not None
    taken = []
    weights = panel.weights["C1"]
    original = weights.take
    weights.take = lambda *given: taken.append(given) or original(*given)  # type: ignore[method-assign,func-returns-value]
    panel.show_reading(replace(reading, serial=2))
    assert taken == []
    assert image_of(panel) == before
    trained = dict(reading.parameters) | {"c1.weight": -reading.parameters["c1.weight"]}
    panel.show_reading(replace(reading, serial=3, parameters=MappingProxyType(trained)))
    assert len(taken) == 1
    pointed = Pointed("C1", 1, 2, 2)
    value = float(-reading.parameters["c1.weight"][1, 0, 2, 2])
    end = float(np.abs(trained["c1.weight"]).max())
    assert panel.value_at(pointed) == value
    assert colour_at(panel, pointed) == colour_of(value, end)
    assert image_of(panel) != before


def test_nothing_moves_between_them_and_each_is_named(show: Callable[..., SelectableMaps]) -> None:
    panel = show(Shown.VALUES)
    places = dict(panel.placed)
    said = []
    for shown in (*Shown, Shown.VALUES):
        panel.set_shown(shown)
        assert panel.placed == places
        said.append((panel.accessibleName(), legend_of(panel)[0], panel.title("C3")[0][0]))
        assert panel._titles["C3"].accessibleName().startswith(panel.title("C3")[0][0])
    assert said[0] == said[3] == ("Feature maps", "Values of C1", "C3")
    assert said[1] == ("Feature maps, weighted sums", "Weighted sums of C1", "C3 · weighted sums")
    assert said[2] == ("Weights of the feature maps", "Weights of C1", "C3 · weights")


@pytest.mark.parametrize("layer", ["input", *LAYERS, CODES])
def test_a_layer_alone_has_its_own_legend(show: Callable[..., SelectableMaps], layer: str) -> None:
    for name in PRESET_NAMES:
        for shown in Shown:
            panel = show(shown, name)
            panel.show_alone(layer)
            sentence = legend_of(panel)[0]
            assert not image_of(panel).isNull()
            names = {"input": "Input", CODES: "odes" if panel.model.coded else "weights"}  # type: ignore[union-attr]
            assert names.get(layer, layer) in sentence


def test_the_unit_that_is_selected_shows_its_weights(show: Callable[..., SelectableMaps]) -> None:
    panel = show(Shown.VALUES)
    panel.pin(Unit("C5", 17))
    panel.set_shown(Shown.WEIGHTS)
    assert panel.title("C5")[0][0] == "C5 · weights of unit 17"
    assert panel.title("F6")[0][0] == "F6 · weights of unit 0"
    p = parameters_of(panel)
    assert panel.value_at(Pointed("C5", 0, 19, 19)) == p["c5.weight"][17, 399]
    panel.pin(Unit("F6", 30))
    assert panel.value_at(Pointed("F6", 0, 11, 9)) == p["f6.weight"][30, 119]
    assert panel._titles["F6"].accessibleName() == "F6 · weights of unit 30"


def test_a_weight_stands_for_a_unit_of_its_map(show: Callable[..., SelectableMaps]) -> None:
    panel = show(Shown.WEIGHTS)

    def click(pointed: Pointed) -> None:
        at = panel.unit_area(pointed).center().toPoint()
        QTest.mouseClick(panel, Qt.MouseButton.LeftButton, pos=at)

    click(Pointed("C3", 7, 6, 8))
    assert panel.pins == (Unit("C3", 7, 5, 5),)
    panel.pin(Unit("C3", 2, 1, 8))
    click(Pointed("C3", 9, 1, 6))
    assert panel.pins == (Unit("C3", 9, 1, 8),)
    click(Pointed("F6", 0, 4, 4))
    assert panel.pins == (Unit("F6", 0),)


def test_what_is_pointed_at_stays_so(show: Callable[..., SelectableMaps]) -> None:
    panel = show(Shown.VALUES)
    panel.point(Pointed("C5", 0, 1, 2))
    panel.set_shown(Shown.WEIGHTS)
    assert panel.shown_units["C5"] == 12
    assert panel.selected == (Unit("C5", 12),)
    panel.set_shown(Shown.SUMS)
    assert panel.selected == (Unit("C5", 12),)
    assert "C5, unit 12, weighted sum: " in panel.accessibleDescription()


def test_the_keyboard_walks_among_weights(show: Callable[..., SelectableMaps]) -> None:
    panel = show(Shown.WEIGHTS)

    def press(key: Qt.Key) -> None:
        QTest.keyClick(panel, key)

    press(Qt.Key.Key_3)
    assert panel.pointed == Pointed("C3", 0, 5, 7)
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_PageDown)
    assert panel.pointed == Pointed("C3", 1, 5, 8)
    press(Qt.Key.Key_5)
    press(Qt.Key.Key_PageDown)
    press(Qt.Key.Key_PageDown)
    assert panel.shown_units["C5"] == 2
    assert panel.accessibleDescription().startswith("C5, unit 2, weight for S4 map 10, row 0")
    press(Qt.Key.Key_2)
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_5)  # the unit that was shown still is
    assert panel.shown_units["C5"] == 2
    press(Qt.Key.Key_Return)
    assert panel.pins == (Unit("C5", 2),)


def test_hovering_follows_where_the_pointer_is(show: Callable[..., SelectableMaps]) -> None:
    panel = show(Shown.WEIGHTS)
    units: list[Unit | None] = []
    panel.unit_pointed.connect(units.append)
    cell = panel.placed["C1"].cells[3]
    QTest.mouseMove(panel, QPointF(cell.center()).toPoint())
    wait_until(lambda: panel.pointed == Pointed("C1", 3, 2, 2))
    assert units[-1] == Unit("C1", 3, 14, 14)


def test_what_lies_under_the_pointer_is_pointed_at(
    show: Callable[..., SelectableMaps], monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = show(Shown.VALUES)
    at = panel.unit_area(Pointed("C1", 2, 20, 9)).center()
    monkeypatch.setattr(panel, "pointer_unit", lambda: panel.unit_at(at))
    panel.point(panel.unit_at(at))
    panel.set_shown(Shown.WEIGHTS)
    assert panel.pointed == Pointed("C1", 2, 3, 1)
    panel.set_shown(Shown.VALUES)
    assert panel.pointed == Pointed("C1", 2, 20, 9)


def test_weights_of_nothing_paint(
    qtbot: QtBot, model: Callable[..., ModelReady], reading: Callable[..., Reading]
) -> None:
    panel = SelectableMaps(LIGHT)
    qtbot.addWidget(panel)
    panel.resize(520, 640)
    panel.set_shown(Shown.WEIGHTS)
    assert not image_of(panel).isNull()
    panel.show_model(model())
    assert not image_of(panel).isNull()
    panel.show_reading(reading())  # of a network that says nothing of its layers
    assert not image_of(panel).isNull()
    panel.set_shown(Shown.SUMS)
    assert "no activation" in panel.title("C1")[0][0]
