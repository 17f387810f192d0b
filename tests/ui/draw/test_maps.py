"""The maps panel shows the reading's own numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPointF
from PySide6.QtGui import QColor, QImage, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from lenetpad.tools.synthetic_pen import Phase, Pointer, PointerEvent, SyntheticPen
from lenetpad.ui.draw.legend import Kind
from lenetpad.ui.draw.maps import MapsPanel, Pointed
from lenetpad.ui.draw.maps_layout import CODES
from lenetpad.ui.widgets.colour import Scale, extent, value_index, value_table
from lenetpad.ui.widgets.theme import DARK, LIGHT
from lenetpad.values.models import LayerView, ModelReady
from lenetpad.values.reading import Reading


@pytest.fixture
def panel(
    qtbot: QtBot, model: Callable[..., ModelReady], reading: Callable[..., Reading]
) -> Iterator[MapsPanel]:
    panel = MapsPanel(LIGHT)
    qtbot.addWidget(panel)
    panel.resize(520, 640)
    panel.show_model(model())
    panel.show_reading(reading())
    panel.show()
    yield panel
    panel.hide()


def unit_centre(panel: MapsPanel, unit: Pointed) -> QPointF:
    cell = panel.placed[unit.layer].cells[unit.map]
    rows, columns = panel.cells(unit.layer).shape[1:] if unit.layer != CODES else (12, 7)
    return QPointF(
        cell.left() + (unit.column + 0.5) * cell.width() / columns,
        cell.top() + (unit.row + 0.5) * cell.height() / rows,
    )


def hover(panel: MapsPanel, at: QPointF) -> None:
    share = PointerEvent(0.0, Phase.MOVE, at.x() / panel.width(), at.y() / panel.height(), 0.0)
    SyntheticPen(panel, Pointer.MOUSE).send(share)


def picture(panel: MapsPanel) -> QImage:
    return panel.grab().toImage()


@pytest.mark.parametrize("scale", list(Scale))
@pytest.mark.parametrize(
    ("layer", "number", "row", "column"),
    [("C1", 4, 13, 20), ("S2", 5, 3, 2), ("C3", 11, 9, 0), ("S4", 15, 4, 4), ("C5", 0, 7, 3)],
)
def test_a_units_colour_is_that_of_its_value(
    panel: MapsPanel, scale: Scale, layer: str, number: int, row: int, column: int
) -> None:
    panel.set_scale(scale)
    unit = Pointed(layer, number, row, column)
    assert panel.reading is not None
    assert panel.model is not None
    values = panel.reading.taps[layer]
    values = values if values.ndim == 3 else values.reshape(1, 12, 10)
    ends = extent(values, panel.model.layer(layer), scale)
    entry = value_index(values, ends)[number, row, column]
    expected = QColor(int(value_table(LIGHT)[entry]))
    assert picture(panel).pixelColor(unit_centre(panel, unit).toPoint()) == expected


@pytest.mark.parametrize(
    "unit",
    [
        Pointed("input", 0, 31, 0),
        Pointed("C1", 0, 0, 27),
        Pointed("C3", 15, 9, 9),
        Pointed("F6", 0, 11, 6),
        Pointed(CODES, 3, 5, 2),
    ],
)
def test_pointing_finds_the_unit_and_its_value(panel: MapsPanel, unit: Pointed) -> None:
    assert panel.unit_at(unit_centre(panel, unit)) == unit
    assert panel.reading is not None
    if unit.layer == "F6":
        assert panel.value_at(unit) == pytest.approx(float(panel.reading.taps["F6"][83]))
    if unit.layer == "C3":
        assert panel.value_at(unit) == pytest.approx(float(panel.reading.taps["C3"][15, 9, 9]))


def test_hovering_names_layer_map_unit_and_value(panel: MapsPanel) -> None:
    unit = Pointed("C3", 7, 4, 6)
    hover(panel, unit_centre(panel, unit))
    assert panel.reading is not None
    assert panel.model is not None
    value = f"{float(panel.reading.taps['C3'][7, 4, 6]):+.3f}".replace("-", "−")
    assert panel.pointed == unit
    assert panel.legend(panel.model).sentence == f"C3, map 7, unit (4, 6): {value}"
    hover(panel, QPointF(1, 1))
    assert panel.pointed is None


def test_the_legend_is_that_of_the_layer_pointed_at(
    panel: MapsPanel, model: Callable[..., ModelReady], reading: Callable[..., Reading]
) -> None:
    layers = (
        LayerView("input", 1, 32, 32, -0.1, 1.175),
        LayerView("C1", 6, 28, 28, 0.0, 6.5),
        *model().layers[2:],
    )
    positive = model(layers=layers)
    panel.show_model(positive)
    panel.show_reading(reading())
    assert panel.legend(positive).kind is Kind.POSITIVE
    assert panel.legend(positive).numbers == ("0", "+6.50")
    hover(panel, unit_centre(panel, Pointed("input", 0, 5, 5)))
    assert panel.legend(positive).kind is Kind.INK
    assert panel.legend(positive).numbers == ("−0.10 paper", "ink +1.18")
    hover(panel, unit_centre(panel, Pointed("S2", 0, 5, 5)))
    assert panel.legend(positive).kind is Kind.SIGNED
    assert panel.legend(positive).numbers == ("−1.72", "0", "+1.72")


def test_the_numbers_follow_the_scale(panel: MapsPanel) -> None:
    assert panel.model is not None
    assert panel.reading is not None
    values = panel.reading.taps["C3"]
    hover(panel, unit_centre(panel, Pointed("C3", 7, 4, 6)))
    for scale, end in (
        (Scale.FIXED, 1.7159),
        (Scale.LAYER, float(np.abs(values).max())),
        (Scale.MAP, float(np.abs(values[7]).max())),
    ):
        panel.set_scale(scale)
        assert panel.legend(panel.model).numbers[-1] == f"+{end:.2f}"


def test_pointing_between_the_maps_finds_nothing(panel: MapsPanel) -> None:
    assert panel.unit_at(QPointF(1, 1)) is None


def test_the_bar_is_painted_in_the_tables_colours(panel: MapsPanel) -> None:
    image, table = picture(panel), value_table(LIGHT)
    bar_y = 640 - 46 + 8 + 6
    assert image.pixelColor(14, bar_y) == QColor(int(table[1]))
    assert image.pixelColor(14 + 149, bar_y) == QColor(int(table[255]))


def test_painted_tells_the_serial_on_screen(
    qtbot: QtBot, panel: MapsPanel, reading: Callable[..., Reading]
) -> None:
    with qtbot.waitSignal(panel.painted, check_params_cb=lambda serial: serial == 42):
        panel.show_reading(reading(serial=42))


def changing(reading: Reading, *layers: str) -> Reading:
    """The next reading, with other values in these layers."""
    taps = dict(reading.taps)
    for layer in layers:
        taps[layer] = np.flip(taps[layer]) * np.float32(0.9)
    return replace(reading, serial=reading.serial + 1, taps=MappingProxyType(taps))


def on_screen(qtbot: QtBot, panel: MapsPanel, reading: Reading) -> QImage:
    """What lies on the screen once a reading is painted."""
    told = reading.serial
    with qtbot.waitSignal(panel.painted, check_params_cb=lambda serial: serial == told):
        panel.show_reading(reading)
    return panel.screen().grabWindow(panel.winId()).toImage()


@pytest.mark.parametrize("size", [(520, 640), (813, 431)])
@pytest.mark.parametrize("scale", [Scale.FIXED, Scale.MAP])
@pytest.mark.parametrize("unit", [None, Pointed("C3", 7, 4, 6)])
def test_painting_what_changed_is_painting_all_of_it(
    qtbot: QtBot,
    panel: MapsPanel,
    reading: Callable[..., Reading],
    size: tuple[int, int],
    scale: Scale,
    unit: Pointed | None,
) -> None:
    panel.resize(*size)
    panel.set_scale(scale)
    panel.point(unit)
    now, seen = reading(digit=7), []
    for layers, digit in (((), 7), (("input", "C3"), 7), (("C1", "F6"), 2), ((), 4)):
        now = replace(changing(now, *layers), digit=digit)
        part = on_screen(qtbot, panel, now)
        panel.redraw()
        now = changing(now)
        assert on_screen(qtbot, panel, now) == part
        seen.append(part)
    assert all(one != other for one, other in pairwise(seen))


def test_a_legend_wider_than_a_narrow_panel_is_painted_anew_as_far_as_it_is_seen(
    qtbot: QtBot, panel: MapsPanel, reading: Callable[..., Reading]
) -> None:
    panel.set_theme(replace(LIGHT, scale=1.75))
    panel.set_scale(Scale.MAP)
    panel.resize(285, 360)
    first = reading()
    before = on_screen(qtbot, panel, first)
    part = on_screen(qtbot, panel, changing(first, "C1"))
    panel.redraw()
    assert on_screen(qtbot, panel, changing(changing(first, "C1"))) == part != before


class Painted(QObject):
    """Notes where a widget is painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.region = QRegion()
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.region += event.region()
        return super().eventFilter(watched, event)


def test_only_layers_that_changed_are_painted(
    qtbot: QtBot, panel: MapsPanel, reading: Callable[..., Reading]
) -> None:
    first = reading(digit=7)
    second = changing(first, "C3", "F6")
    third = replace(changing(second), digit=8)
    on_screen(qtbot, panel, first)
    painted = Painted(panel)
    on_screen(qtbot, panel, second)
    layers = {name: panel.pictures[name].region for name in ("C3", "F6", "C5")}
    assert painted.region == layers["C3"] + layers["F6"]
    painted.region = QRegion()
    on_screen(qtbot, panel, third)
    codes = panel.placed[CODES].cells
    assert all(painted.region.contains(codes[digit].toRect()) for digit in (7, 8))
    assert not any(painted.region.intersects(layer) for layer in layers.values())


def test_a_panel_without_a_network_paints(qtbot: QtBot) -> None:
    panel = MapsPanel(DARK)
    qtbot.addWidget(panel)
    panel.resize(520, 640)
    assert not panel.grab().isNull()


def test_another_theme_recolours_the_maps(panel: MapsPanel) -> None:
    light = picture(panel)
    panel.set_theme(DARK)
    assert picture(panel) != light
    panel.set_theme(LIGHT)
    assert picture(panel) == light


def test_twenty_thousand_repaints_survive(
    panel: MapsPanel, reading: Callable[..., Reading]
) -> None:
    # Some PySide6 releases lose a reference at each repaint and abort after a few thousand.
    panel.show_reading(reading(serial=2))
    for _ in range(20_000):
        panel.repaint(0, 0, 8, 8)
    assert panel.reading is not None
    assert np.isfinite(panel.reading.taps["C1"]).all()
