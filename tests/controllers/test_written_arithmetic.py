"""What stands written in the inspector is what the network computed, to the digits that are shown:
read back from its texts, and compared with torch's own pass."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter

from lenetpad.ink.normalising import draw_sheet
from lenetpad.ink.raster import pad
from lenetpad.lenet.config import LeNet5Config
from lenetpad.lenet.conventions import configuration
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.weights import Weights, load, serialised
from lenetpad.training.network import LeNet5, network_of, parameters_of
from lenetpad.ui.draw.inspector.content import write, write_comparison
from lenetpad.ui.draw.inspector.faces import Style, shortest
from lenetpad.ui.draw.inspector.inspected import Place
from lenetpad.ui.draw.inspector.panel import MARGIN
from lenetpad.ui.draw.inspector.strip import Strip
from lenetpad.values.conventions import Conventions
from lenetpad.values.explanation import Unit
from lenetpad.values.models import PRESET_NAMES
from lenetpad.values.training import Snapshot
from tests import foreign_weights
from tests.controllers.looker import UNITS, Looker

Array = NDArray[np.float32]
Table = Callable[[Unit, Unit], dict[str, list[str]]]
#: Networks from elsewhere: each answer about activation, pooling, input values and border is one
#: of these at least.
ELSEWHERE = (
    Conventions("relu", "max", "symmetric", "zero"),
    Conventions("tanh", "average", "unit", "background"),
    Conventions("scaled-tanh", "average-first", "mnist", "resized"),
    Conventions("sigmoid", "trained-sum", "paper", "background"),
    Conventions("tanh-relu", "trained-average", "inverted", "zero"),
    Conventions("relu-none", "study", "bytes", "background"),
    Conventions("relu-not-f6", "max", "mnist", "background"),
)
NUMBER = re.compile(r"^([+−]?) ?([\d,]*\.?\d+)(?:·10([⁰¹²³⁴⁵⁶⁷⁸⁹]+))?$")
NORMAL = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


class Page:
    """What is written of a unit: lines with the value at their right, and named bars."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lines: dict[str, str] = {}
        self.bars: dict[str, float] = {}
        self.texts: list[str] = []

        def line(strip: Strip, text: str, face: object, colour: object, right: str, **_: object):
            self.lines[text] = right
            self.texts.append(text)

        def bar(strip: Strip, name: str, value: float, longest: float) -> None:
            self.bars[name.strip(" ▸")] = value

        def one_line(strip: Strip, *texts: str, dim: bool = False) -> None:
            self.texts.extend(texts)

        monkeypatch.setattr(Strip, "_write", line)
        monkeypatch.setattr(Strip, "bar", bar)
        monkeypatch.setattr(Strip, "one_line", one_line)

    def of(self, looker: Looker, unit: Unit, followed: Place | None = None) -> Page:
        """What is written of a unit that is pinned now."""
        looker.maps.let_go()
        looker.maps.pin(unit)
        self.write(looker, lambda strip: write(strip, looker.inspector.inspected[0], followed))
        return self

    def write(self, looker: Looker, writes: Callable[[Strip], None]) -> None:
        for kept in (self.lines, self.bars, self.texts):
            kept.clear()
        image = QImage(400, 2000, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        writes(Strip(looker.inspector._style, 330, painter))
        painter.end()


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    return Page(monkeypatch)


def assert_written(text: str, value: float, slack: float) -> None:
    """The text is this value to the digits that are shown: four significant ones at most, and
    three decimals at most."""
    found = NUMBER.match(text)
    assert found is not None, text
    sign, digits, power = found.groups()
    digits = digits.replace(",", "")
    assert len(digits.replace(".", "").lstrip("0")) <= 4, text
    scale = 10.0 ** int((power or "0").translate(NORMAL))
    decimals = len(digits.partition(".")[2])
    read = float(digits) * scale * (-1 if sign == "−" else 1)
    assert abs(read - value) <= 0.5 * 10.0**-decimals * scale * 1.001 + slack, (text, value)


def taps_of(weights: Weights, image: Array) -> dict[str, Array]:
    """Every tap of torch's own pass."""
    taps: dict[str, torch.Tensor] = {}
    with torch.inference_mode():
        network_of(weights)(torch.from_numpy(pad(image)[None, None]), taps)
    return {name: tensor[0].numpy() for name, tensor in taps.items()}


def at(tap: Array, unit: Unit) -> float:
    return float(tap[(unit.map, unit.row, unit.column)[: tap.ndim]])


def assert_it_adds_up(looker: Looker, page: Page, weights: Weights) -> None:
    """Of every layer: value and weighted sum are torch's, and what is added makes the sum."""
    taps = taps_of(weights, draw_sheet(looker.page.canvas.sheet))
    for unit in UNITS:
        written = page.of(looker, unit)
        lines, tap = written.lines, taps[unit.layer]
        sums = taps.get(f"{unit.layer}.a", tap)
        slack = 2e-5 * max(1.0, float(np.abs(sums).max()))
        (title,) = (text for text in lines if text.startswith(("Input", "Output", unit.layer)))
        assert_written(lines[title], at(tap, unit), slack)
        if "= weighted sum a" in lines:
            assert_written(lines["= weighted sum a"], at(sums, unit), slack)
        if "Sum of squares: distance y" in lines:
            assert_written(lines["Sum of squares: distance y"], at(tap, unit), slack)
        if unit.layer == "C3":
            bias = at(weights.parameters["c3.bias"], Unit("C3", unit.map))
            terms = sum(value for name, value in written.bars.items() if name.startswith("map "))
            assert terms + bias == pytest.approx(at(sums, unit), abs=slack)
        curved = [text for text in written.texts if text.startswith("f(")]
        assert bool(curved) == (unit.layer in weights.config.activated)
        for text in curved:
            a, value = re.fullmatch(r"f\((.*)\) = (.*)", text).groups()  # type: ignore[union-attr]
            assert_written(a, at(sums, unit), slack)
            assert_written(value, at(tap, unit), slack)


@pytest.mark.parametrize("preset", PRESET_NAMES)
def test_of_each_preset(looker: Looker, page: Page, preset: str) -> None:
    looker.choose(preset)
    looker.page.show_inspector(shown=True)
    assert_it_adds_up(looker, page, load(preset))


@pytest.mark.parametrize("conventions", ELSEWHERE, ids=lambda one: one.text)
def test_of_networks_from_elsewhere(
    looker: Looker, page: Page, tmp_path: Path, conventions: Conventions
) -> None:
    config = configuration(conventions)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        weights = Weights("mine", config, parameters_of(LeNet5(config)))
    path = tmp_path / "mine.safetensors"
    path.write_bytes(serialised(config, weights.parameters, {}))
    looker.choose(str(path))
    looker.page.show_inspector(shown=True)
    assert_it_adds_up(looker, page, weights)


def test_of_a_strangers_file_as_the_user_says_that_it_reads(
    looker: Looker, page: Page, tmp_path: Path
) -> None:
    """From the file, without lenetpad's own loader of it: torch's operations alone."""
    state = foreign_weights.a_state()
    path = foreign_weights.written(tmp_path / "mine.safetensors", state)
    window, networks = looker.program.window, looker.program.draw.networks
    conventions = Conventions("tanh", "average", "mnist", "zero")
    choice = replace(networks._choice, model=str(path), conventions=conventions)
    window.conventions_chosen.emit(choice)
    looker.qtbot.waitUntil(
        lambda: networks.ready is not None and networks.ready.choice.model == str(path),
        timeout=60_000,
    )
    looker.settle()
    image = torch.from_numpy(draw_sheet(looker.page.canvas.sheet)[None, None])
    with torch.inference_mode():
        logits = foreign_weights.forward(state, conventions, image)[0]
    for digit in range(10):
        written = page.of(looker, Unit("output", digit)).lines
        assert_written(written[f"Output {digit}"], float(logits[digit]), 2e-5)
        assert_written(written["= weighted sum a"], float(logits[digit]), 2e-5)


def test_of_a_network_that_is_being_trained(looker: Looker, page: Page) -> None:
    looker.page.show_inspector(shown=True)
    first = load("lenet5-1998")
    assert_it_adds_up(looker, page, first)
    newer = trained(first.config)
    looker.program.draw.networks.refresh(Snapshot(100, tuple(newer.parameters.items())))
    kernel = newer.parameters["c1.weight"]

    def reads() -> bool:
        reading = looker.maps.reading
        return reading is not None and np.array_equal(reading.parameters["c1.weight"], kernel)

    looker.page.canvas.sheet_changed.emit(looker.page.canvas.sheet)
    looker.qtbot.waitUntil(reads, timeout=60_000)
    looker.settle()
    assert_it_adds_up(looker, page, newer)


def trained(config: LeNet5Config) -> Weights:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(9)
        return Weights("newer", config, parameters_of(LeNet5(config)))


# Following one product


@pytest.mark.parametrize("unit", [UNITS[1], UNITS[3], UNITS[7]], ids=lambda unit: unit.layer)
def test_the_product_that_is_followed_is_written(looker: Looker, page: Page, unit: Unit) -> None:
    looker.page.show_inspector(shown=True)
    assert "Point at a cell to follow it" in page.of(looker, unit).texts
    place = Place(0, 7)
    written = page.of(looker, unit, place)
    term = looker.inspector.inspected[0].explanation.terms[0]
    x, w, product = (float(a.flat[7]) for a in (term.patch, term.weights, term.products))
    form = r"\((.*) − (.*)\)² = (.*)" if unit.layer == "output" else r"(.*) × \(?(.*?)\)? = (.*)"
    found = [m.groups() for text in written.texts if (m := re.fullmatch(form, text))]
    assert found
    for text, value in zip(found[0], (x, w, product), strict=True):
        assert_written(text.strip("()"), value, 1e-9)


@pytest.mark.parametrize("size", [(1024, 700), (1280, 800), (1920, 1080)])
@pytest.mark.parametrize("unit", [UNITS[1], UNITS[3]], ids=lambda unit: unit.layer)
def test_nothing_moves_while_products_are_followed(
    looker: Looker, size: tuple[int, int], unit: Unit
) -> None:
    looker.program.window.resize(*size)
    looker.qtbot.waitUntil(lambda: not looker.program.window.restyling)
    looker.click(unit)
    inspector = looker.inspector
    inspector.viewport().repaint()
    places = [area for area, _, _ in inspector._strips[0][1].grids]
    assert len(places) == 3
    for cell in range(25):
        inspector.follow(Place(0, cell))
        inspector.viewport().repaint()
        if unit.layer == "C1":
            assert [area for area, _, _ in inspector._strips[0][1].grids] == places


def test_the_product_is_in_sight_where_a_cell_of_the_patch_is(looker: Looker) -> None:
    """At 1280×800, where the three grids stand below each other, and the last is out of sight."""
    looker.click(UNITS[3])
    inspector = looker.inspector
    inspector.viewport().repaint()
    patch = inspector._strips[0][1].grids[0][0]
    before = inspector.viewport().grab().toImage()
    inspector.follow(inspector.place_at(patch.center() + QPointF(MARGIN, MARGIN)))
    assert inspector.place is not None
    after = inspector.viewport().grab().toImage()
    ratio = inspector.devicePixelRatioF()
    top = round((MARGIN + patch.top() - 40) * ratio)
    line = range(top, round((MARGIN + patch.top() - 20) * ratio))
    changed = [
        (x, y)
        for y in line
        for x in range(before.width())
        if before.pixel(x, y) != after.pixel(x, y)
    ]
    assert changed
    assert max(line) < inspector.viewport().height() * ratio


# Narrow cells


@pytest.mark.parametrize("width", [116, 147, 192, 330])  # at 800, 1024, 1280 and 1920
@pytest.mark.parametrize("unit", [UNITS[1], UNITS[3]], ids=lambda unit: unit.layer)
def test_colour_never_stands_alone(
    looker: Looker, monkeypatch: pytest.MonkeyPatch, width: int, unit: Unit
) -> None:
    """Every cell of patch, kernel and products has its number."""
    looker.click(unit)
    figures: list[float] = []
    original = Style.figure

    def noted(style: Style, way: object, hundredths: float, *others: object) -> object:
        figures.append(hundredths)
        return original(style, way, hundredths, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(Style, "figure", noted)
    style = Style(looker.inspector.theme, looker.inspector.font())
    image = QImage(400, 2000, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    write(Strip(style, width, painter), looker.inspector.inspected[0], None)
    painter.end()
    assert len(figures) == 75


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.001, "0"),
        (0.13, ".13"),
        (-0.07, "−.07"),
        (0.994, ".99"),
        (0.996, "1.0"),
        (-1.25, "−1.2"),
        (9.96, "10"),
        (-15.3, "−15"),
        (162.4, "162"),
        (-123_456.0, "−1·10⁵"),
    ],
)
def test_numbers_of_narrow_cells(value: float, text: str) -> None:
    assert shortest(value) == text


# Two units


@pytest.fixture
def compared(
    looker: Looker, page: Page, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Unit, Unit], dict[str, list[str]]]:
    """What the table of two units says: its rows by their titles."""

    def table(one: Unit, other: Unit) -> dict[str, list[str]]:
        rows: dict[str, list[str]] = {}

        def columns(strip: Strip, heads: object, found: list[tuple[str, ...]], *_: object) -> None:
            rows.update({title: list(numbers) for title, *numbers in found})

        monkeypatch.setattr(Strip, "columns", columns)
        looker.maps.let_go()
        looker.maps.pin(one)
        looker.maps.pin(other, beside=True)
        assert looker.shown() == [one, other]
        page.write(looker, lambda strip: write_comparison(strip, *looker.inspector.inspected))
        return rows

    return table


def test_two_units_side_by_side(looker: Looker, compared: Table) -> None:
    taps = Recognizer(load("lenet5-1998")).read(draw_sheet(looker.page.canvas.sheet)).taps
    one, other = Unit("C3", 7, 4, 5), Unit("C3", 8, 4, 5)
    rows = compared(one, other)
    assert list(rows) == ["sum a", "bias", "value"]
    for title, tap in (("sum a", taps["C3.a"]), ("value", taps["C3"])):
        first, second = at(tap, one), at(tap, other)
        for text, value in zip(rows[title], (first, second, second - first), strict=True):
            assert_written(text, value, 2e-5)


def test_what_a_unit_has_not_got_is_not_said_to_be_0(looker: Looker, compared: Table) -> None:
    rows = compared(Unit("output", 3), Unit("output", 8))
    assert list(rows) == ["distance"]
    rows = compared(Unit("output", 3), Unit("F6", 8))
    assert rows["bias"][0] == rows["sum a"][0] == "–"
    assert rows["bias"][2] == ""
    assert list(rows)[-1] == "value"
    assert list(compared(Unit("input", 0, 3, 4), Unit("input", 0, 9, 9))) == ["value"]
    looker.choose("lenet5-modern")
    assert list(compared(Unit("S2", 0, 3, 4), Unit("S2", 1, 3, 4))) == ["value"]
    assert list(compared(Unit("output", 3), Unit("output", 8))) == ["sum a", "bias", "value"]


# From outputs to probabilities


@pytest.mark.parametrize("preset", PRESET_NAMES)
def test_the_temperature_is_named(looker: Looker, page: Page, preset: str) -> None:
    looker.choose(preset)
    config = load(preset).config
    texts = page.of(looker, Unit("output", 3)).texts
    (formula,) = (text for text in texts if text.startswith("x = "))
    said = re.findall(r"(\S+) is the temperature", formula)
    assert_written(said[0], config.temperature, 1e-9)
    divided = re.match(r"x = (?:−(\S+) · |−?)y / (\S+), ", formula)
    assert divided is not None
    assert divided[2] == said[0]
    if config.output == "RBF":
        assert_written(divided[1], config.distance_scale, 1e-9)
