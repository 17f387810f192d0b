"""The layer table says the paper's numbers, and the calculator what can be counted."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QTextTable
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from lenetpad.lenet.config import PRESETS
from lenetpad.lenet.layers import layer_specs
from lenetpad.ui.dialogs.layer_calculator import BOXES, LAYERS, PlacesPicture, Sizes
from lenetpad.ui.dialogs.layers import LayersDialog
from lenetpad.ui.widgets.theme import DARK, LIGHT, Theme, ThemeChoice
from lenetpad.ui.window import Window
from lenetpad.values.models import Choice, ModelReady
from tests.contrast import contrast, pixels
from tests.words import brackets, outside, painted, untranslated

#: Of the paper: maps, side, parameters, connections.
PAPER = {
    "C1": (6, 28, 156, 122_304),
    "S2": (6, 14, 12, 5_880),
    "C3": (16, 10, 1_516, 151_600),
    "S4": (16, 5, 32, 2_000),
    "C5": (120, 1, 48_120, 48_120),
    "F6": (84, 1, 10_164, 10_164),
    "Output": (10, 1, 0, 840),
}
TABLE_I = (
    *("012", "123", "234", "345", "045", "015"),
    *("0123", "1234", "2345", "0345", "0145", "0125"),
    *("0134", "1245", "0235"),
    "012345",
)


def network(preset: str, model: Callable[..., ModelReady]) -> ModelReady:
    return model(Choice(1, preset), specs=layer_specs(PRESETS[preset]))


@pytest.fixture
def shown(window: Window, model: Callable[..., ModelReady]) -> Callable[[str], LayersDialog]:
    """Opens the dialog for a preset."""

    def show(preset: str = "lenet5-1998") -> LayersDialog:
        window.show_model(network(preset, model))
        window.actions_by_name["layers"].trigger()
        assert window.layers is not None
        return window.layers

    return show


def tables(dialog: LayersDialog) -> list[list[list[str]]]:
    """The tables of the text: rows of cells, in which a formula is a line."""
    frames = dialog.text.document().rootFrame().childFrames()
    return [list(rows(frame)) for frame in frames if isinstance(frame, QTextTable)]


def rows(table: QTextTable) -> Iterator[list[str]]:
    for row in range(table.rows()):
        cells = []
        for column in range(table.columns()):
            cell = table.cellAt(row, column)
            cursor = cell.firstCursorPosition()
            cursor.setPosition(cell.lastPosition(), cursor.MoveMode.KeepAnchor)
            text = cursor.selectedText().replace("\xa0", " ")
            cells.append(re.sub("[\u2028\u2029]", "\n", text))
        yield cells


def worth(words: str) -> tuple[float, float]:
    """The number of a cell, and what the formula below it comes to."""
    number, _, formula = words.partition("\n")
    for ours, python in (("·", "*"), ("²", "**2"), ("−", "-"), (",", ""), ("\n", "")):
        formula = formula.replace(ours, python)
    value = eval(formula, {"__builtins__": {}}) if re.search(r"\d", formula) else 0
    return float(number.split("×")[0].replace(",", "")), value


def test_f3_opens_it_beside_the_window_and_esc_closes_it(qtbot: QtBot, window: Window) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_F3)
    qtbot.waitUntil(lambda: window.layers is not None and window.layers.isVisible())
    first = window.layers
    assert first is not None
    assert not first.isModal()
    assert "No network" in first.text.toPlainText()
    assert not any(button.isEnabled() for button in first.calculator.presets.values())
    window.actions_by_name["layers"].trigger()
    assert window.layers is first
    qtbot.waitUntil(first.isActiveWindow)
    QTest.keyClick(first, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.layers is None)


def test_it_goes_with_the_window(
    qtbot: QtBot, window: Window, shown: Callable[[str], LayersDialog]
) -> None:
    shown("lenet5-1998")
    window.close()
    qtbot.waitUntil(lambda: window.layers is None)


def test_the_papers_numbers(shown: Callable[[str], LayersDialog]) -> None:
    found = {
        cells[0]: (int(cells[2]), *(int(worth(cells[column])[0]) for column in (3, 4, 5)))
        for cells in tables(shown("lenet5-1998"))[0][1:-1]
    }
    assert found == PAPER


@pytest.mark.parametrize("preset", PRESETS)
def test_formulas_come_to_their_numbers(preset: str, shown: Callable[[str], LayersDialog]) -> None:
    for name, _, _, size, parameters, connections in tables(shown(preset))[0][1:-1]:
        if name in LAYERS:
            assert worth(size)[0] == worth(size)[1], name
        for cell in (parameters, connections):
            assert worth(cell)[0] == worth(cell)[1], name
            assert "-" not in cell


@pytest.mark.parametrize(
    ("preset", "parameters", "connections"),
    [
        ("lenet5-1998", 60_000, 340_908),
        # As 1998, and ten linear outputs of 84 weights and a bias.
        ("lenet5-study", 60_000 + 850, 340_908 + 10),
        # C3 has 96 kernels, and pooling neither coefficients nor biases.
        (
            "lenet5-modern",
            60_000 + 850 - 12 - 32 + 36 * 25,
            340_908 + 10 - 6 * 14 * 14 - 16 * 5 * 5 + 36 * 25 * 100,
        ),
    ],
)
def test_totals_are_sums(
    preset: str, parameters: int, connections: int, shown: Callable[[str], LayersDialog]
) -> None:
    layers = tables(shown(preset))[0][1:]
    total = layers.pop()
    for column, number in ((4, parameters), (5, connections)):
        assert worth(total[column]) == (number, number)
        summands = total[column].partition("\n")[2].split(" + ")
        assert summands == [cells[column].partition("\n")[0] for cells in layers]


def test_table_i_as_the_paper_prints_it(shown: Callable[[str], LayersDialog]) -> None:
    head, *lines, counts = tables(shown("lenet5-1998"))[1]
    assert head[1:-1] == [str(m) for m in range(16)]
    for source, (title, *marks, count) in enumerate(lines):
        assert title == str(source)
        assert marks == ["X" if title in column else "" for column in TABLE_I]
        assert count == "10"
    assert counts[1:] == [*(str(len(column)) for column in TABLE_I), "60"]


def test_why_c3_has_60_kernels_and_a_full_table_96(shown: Callable[[str], LayersDialog]) -> None:
    dialog = shown("lenet5-study")
    words = dialog.text.toPlainText()
    assert "Why C3 has 60 kernels" in words
    assert "6·3 + 9·4 + 1·6 = 60, not 6·16 = 96" in words
    shown("lenet5-modern")  # while it is open
    words = dialog.text.toPlainText()
    assert "Why C3 has 96 kernels" in words
    assert "6·16 = 96" in words
    assert tables(dialog)[1][-1][-1] == "96"


def test_a_files_name_is_no_markup(window: Window, model: Callable[..., ModelReady]) -> None:
    window.actions_by_name["layers"].trigger()
    specs = layer_specs(PRESETS["lenet5-1998"])
    window.show_model(model(Choice(1, "/there/a<b>&amp.pth"), specs=specs))
    assert window.layers is not None
    assert window.layers.text.toPlainText().startswith("a<b>&amp.pth\n")


def test_kinds_are_those_of_the_network(shown: Callable[[str], LayersDialog]) -> None:
    kinds = {
        preset: {cells[0]: cells[1] for cells in tables(shown(preset))[0][1:]}
        for preset in PRESETS
    }
    assert "sum, × coefficient, + bias" in kinds["lenet5-1998"]["S2"]
    assert "average, × coefficient, + bias" in kinds["lenet5-study"]["S4"]
    assert kinds["lenet5-modern"]["S2"] == "Max-pooling 2×2"
    assert "Table I" in kinds["lenet5-study"]["C3"]
    assert "all maps" in kinds["lenet5-modern"]["C3"]
    assert "RBF" in kinds["lenet5-1998"]["Output"]
    assert kinds["lenet5-study"]["Output"] == "Full connection"


# The calculator


def test_places_are_those_that_a_loop_counts() -> None:
    for numbers in itertools.product(range(1, 20), range(1, 12), range(3), range(1, 5)):
        sizes = Sizes(*numbers)
        side, kernel, padding, stride = numbers
        row = [False] * padding + [True] * side + [False] * padding
        starts = [at for at in range(0, len(row), stride) if at + kernel <= len(row)]
        left = len(row) - starts[-1] - kernel if starts else 0
        words = sizes.in_words()
        if not starts:
            assert "too large" in words
        elif left:
            assert "impossible stride: the kernel's steps do not end at the edge" in words
            assert re.search(rf"\b{left} cells? before", words)
        else:
            assert sizes.side == len(starts)
            assert f"{len(starts)}×{len(starts)}" in words
        assert (len(sizes.places), sizes.left_over) == (len(starts), left)


def test_boxes_are_bounded_and_take_every_number(shown: Callable[[str], LayersDialog]) -> None:
    calculator = shown("lenet5-1998").calculator
    limits = [(box.minimum(), box.maximum()) for box in calculator.boxes]
    assert limits == [(1, 64), (1, 32), (0, 8), (1, 8)]
    for numbers in itertools.product(*limits):
        for box, number in zip(calculator.boxes, numbers, strict=True):
            box.setValue(number)
        sizes = Sizes(*numbers)
        assert calculator.sizes == calculator.picture.sizes == sizes
        assert sizes.formula in calculator.formula.text()
        assert sizes.in_words() in calculator.words.text()
        assert calculator.picture.accessibleDescription() == sizes.in_words()
        assert not calculator.picture.grab().isNull()


@pytest.mark.parametrize("preset", PRESETS)
def test_buttons_fill_in_a_layers_numbers(
    preset: str, shown: Callable[[str], LayersDialog]
) -> None:
    calculator = shown(preset).calculator
    inputs = {"C1": (32, 5, 1), "S2": (28, 2, 2), "C3": (14, 5, 1), "S4": (10, 2, 2)}
    for name, (side, kernel, stride) in {**inputs, "C5": (5, 5, 1)}.items():
        calculator.presets[name].click()
        assert calculator.sizes == Sizes(side, kernel, 0, stride)
        assert calculator.sizes.side == PAPER[name][1]


def test_return_in_a_box_closes_nothing(
    qtbot: QtBot, shown: Callable[[str], LayersDialog]
) -> None:
    dialog = shown("lenet5-1998")
    dialog.tabs.setCurrentIndex(1)
    box = dialog.calculator.boxes[0]
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "28")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert dialog.calculator.sizes.input == 28


def test_tab_walks_the_calculator_in_order(
    qtbot: QtBot, shown: Callable[[str], LayersDialog]
) -> None:
    dialog = shown("lenet5-1998")
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    dialog.tabs.setCurrentIndex(1)
    dialog.tabs.tabBar().setFocus()
    reached: list[QWidget] = []
    for _ in range(12):
        focused = QApplication.focusWidget()
        assert focused is not None
        reached.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    calculator = dialog.calculator
    assert isinstance(reached[0], QTabBar)
    assert [one for one in reached if isinstance(one, QAbstractButton | QAbstractSpinBox)][:9] == [
        *calculator.presets.values(),
        *calculator.boxes,
    ]


def test_everything_has_a_name(shown: Callable[[str], LayersDialog]) -> None:
    dialog = shown("lenet5-1998")
    for widget in (
        dialog.text,
        dialog.calculator.picture,
        *dialog.calculator.boxes,
        *dialog.calculator.presets.values(),
    ):
        interface = QAccessible.queryAccessibleInterface(widget)
        assert interface.text(QAccessible.Text.Name), widget


# Looks


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("sizes", [Sizes(28, 5, 2, 1), Sizes(32, 5, 2, 3), Sizes(3, 8, 1, 1)])
def test_what_is_painted_can_be_seen(
    theme: Theme,
    sizes: Sizes,
    qtbot: QtBot,
    window: Window,
    shown: Callable[[str], LayersDialog],
) -> None:
    window.set_theme(ThemeChoice(theme.name))
    dialog = shown("lenet5-1998")
    dialog.tabs.setCurrentIndex(1)
    for box, number in zip(
        dialog.calculator.boxes,
        (sizes.input, sizes.kernel, sizes.padding, sizes.stride),
        strict=True,
    ):
        box.setValue(number)
    qtbot.waitUntil(lambda: not window.restyling)  # until then nothing is painted
    picture = dialog.calculator.picture
    place = QRect(picture.mapTo(dialog, QPoint(0, 0)), picture.size())
    image = pixels(dialog.grab().toImage().copy(place))
    ground = rgb(theme.window)
    wanted = {theme.dim: 4.5, theme.edge: 3.0}
    wanted[theme.accent if sizes.places else theme.warning] = 3.0
    if sizes.left_over:
        wanted[theme.warning] = 3.0
    painted_colours = set(map(tuple, image.reshape(-1, 3).tolist()))
    assert ground in painted_colours
    for colour, least in wanted.items():
        assert rgb(colour) in painted_colours, colour
        assert contrast(rgb(colour), ground) >= least, colour
    assert contrast(rgb(theme.dim), rgb(theme.panel)) >= 4.5  # the sums of the table


def rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:], 16)


def test_a_place_is_painted_below_the_cells_that_it_covers(qtbot: QtBot) -> None:
    picture = PlacesPicture(LIGHT)
    qtbot.addWidget(picture)
    picture.resize(500, 300)
    picture.show_sizes(Sizes(9, 3, 1, 2))
    image = pixels(picture.grab().toImage())
    accent = (image == rgb(LIGHT.accent)).all(axis=2)
    cell = picture.cell()
    bars: list[tuple[int, int]] = []
    for line in accent:
        columns = line.nonzero()[0]
        if len(columns):
            bar = (round(columns[0] / cell), round((columns[-1] + 1) / cell))
            if bar not in bars:
                bars.append(bar)
    assert bars == [(0, 3), (2, 5), (4, 7), (6, 9), (8, 11), (0, 5)]  # at last the output


def test_it_follows_the_theme_and_the_size(
    window: Window, shown: Callable[[str], LayersDialog]
) -> None:
    window.set_theme(ThemeChoice.LIGHT)
    dialog = shown("lenet5-1998")
    assert LIGHT.dim in dialog.text.toHtml()
    before = dialog.calculator.picture.minimumHeight()
    window.set_theme(ThemeChoice.DARK)
    assert DARK.dim in dialog.text.toHtml()
    assert LIGHT.dim not in dialog.text.toHtml()
    window.actions_by_name["larger"].trigger()
    assert dialog.calculator.picture.minimumHeight() > before


@pytest.mark.parametrize(("width", "height"), [(800, 500), (1280, 800)])
@pytest.mark.parametrize("zooms", [0, 4])
def test_it_fits_the_window(
    width: int, height: int, zooms: int, window: Window, shown: Callable[[str], LayersDialog]
) -> None:
    window.resize(width, height)
    for _ in range(zooms):
        window.actions_by_name["larger"].trigger()
    dialog = shown("lenet5-1998")
    assert dialog.width() <= width
    assert dialog.height() <= height
    assert dialog.text.horizontalScrollBar().maximum() == 0 or zooms
    dialog.tabs.setCurrentIndex(1)
    QApplication.processEvents()
    assert dialog.calculator.width() <= dialog.width()


# Words


@pytest.mark.parametrize("preset", PRESETS)
def test_all_of_it_is_translated(
    preset: str,
    qtbot: QtBot,
    window: Window,
    model: Callable[..., ModelReady],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with brackets():
        dialog = LayersDialog(network(preset, model), window.theme, window.dialog_parent)
        dialog.show()
        dialog.tabs.setCurrentIndex(1)
        assert untranslated(dialog) == []
        for numbers in ((32, 5, 0, 1), (32, 5, 0, 2), (3, 7, 0, 1)):
            for box, number in zip(dialog.calculator.boxes, numbers, strict=True):
                box.setValue(number)
            assert untranslated(dialog) == []
            with painted(monkeypatch) as texts:
                dialog.calculator.picture.grab()
            assert texts
            assert [text for text in texts if outside(text)] == []
        dialog.close()


def test_letters_of_the_formula_are_those_of_the_boxes() -> None:
    assert [title[-1] for title, *_ in BOXES] == ["H", "F", "P", "S"]
