"""The layer table: how large each layer of the network is and why, and a calculator of sizes."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QScrollArea,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from lenetpad.ui.dialogs.layer_calculator import LayerCalculator
from lenetpad.ui.widgets.model_titles import title_of
from lenetpad.ui.widgets.theme import Theme, tabular
from lenetpad.ui.widgets.words import counted, marked, translate
from lenetpad.values.layers import LayerKind, LayerSpec, layer_sums, side_formula
from lenetpad.values.models import ModelReady

USUAL: Final = QSize(920, 700)
SMALLEST: Final = QSize(460, 340)
MARGIN: Final = 24  # of the window around the dialog where both are small

#: What a layer of a kind is; convolutions and full connections say more.
KINDS: Final = {
    LayerKind.CONVOLUTION: marked("Window", "Convolution {kernel}×{kernel}"),
    LayerKind.TRAINED_SUM: marked("Window", "Subsampling 2×2: sum, × coefficient, + bias"),
    LayerKind.TRAINED_AVERAGE: marked("Window", "Subsampling 2×2: average, × coefficient, + bias"),
    LayerKind.MAX_POOLING: marked("Window", "Max-pooling 2×2"),
    LayerKind.AVERAGE_POOLING: marked("Window", "Average-pooling 2×2"),
    LayerKind.FULL: marked("Window", "Full connection"),
    LayerKind.RBF: marked("Window", "Euclidean RBF: distances from fixed codes"),
}
COLUMNS: Final = (
    marked("Window", "Layer"),
    marked("Window", "Kind"),
    marked("Window", "Maps"),
    marked("Window", "Size"),
    marked("Window", "Parameters"),
    marked("Window", "Connections"),
)
NO_NETWORK: Final = marked("Window", "No network reads yet.")
RULES: Final = marked(
    "Window",
    "A map's side is <b>(H + 2P − F) / S + 1</b>: H is the side of the layer before, P the "
    "padding around it, F the kernel's side, S the stride. A kernel has F² weights, and each map "
    "has a bias. Each unit has a connection from every unit that it sees, and one from its bias.",
)
SOME_KERNELS: Final = marked(
    "Window",
    "Each map of C3 sees only some of the {inputs} maps of S2, as Table I of the paper says. "
    "There is one kernel for each X: <b>{sum} = {kernels}</b>, not {inputs}·{maps} = {all}. That "
    "keeps the connections few, and maps that see different inputs have to find different "
    "features.",
)
ALL_KERNELS: Final = marked(
    "Window",
    "Each map of C3 sees all {inputs} maps of S2, and there is one kernel for each X: "
    "<b>{inputs}·{maps} = {kernels}</b>. The network of 1998 leaves out 36 of them, by Table I of "
    "the paper, and has 60.",
)


class LayersDialog(QDialog):
    """Two tabs: the table of the network that reads, None where none does yet, and a calculator
    that can be filled in with each layer's numbers."""

    def __init__(self, model: ModelReady | None, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("Window", "Layer table"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._model, self._theme = model, theme
        self.text = QTextBrowser()
        self.text.setAccessibleName(translate("Window", "Layer table"))
        self.text.setOpenLinks(False)
        # Numbers are not broken: a table too wide for its place is scrolled.
        self.text.setWordWrapMode(QTextOption.WrapMode.WordWrap)
        self.calculator = LayerCalculator(theme)
        scrolled = QScrollArea()
        scrolled.setWidgetResizable(True)
        scrolled.setFrameShape(QFrame.Shape.NoFrame)
        scrolled.setObjectName("calculator")
        scrolled.setAccessibleName(translate("Window", "Calculator"))
        scrolled.setWidget(self.calculator)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self.text, translate("Window", "&Table"))
        self.tabs.addTab(scrolled, translate("Window", "&Calculator"))
        closing = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        closing.rejected.connect(self.reject)
        # Return in a number box is for its number.
        closing.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(closing)
        self.setMinimumSize(SMALLEST)
        room = parent.window().size() - QSize(2 * MARGIN, 2 * MARGIN)
        self.resize((USUAL * theme.scale).boundedTo(room).expandedTo(SMALLEST))
        self._write()
        self.calculator.offer(model.specs if model else ())
        self.text.setFocus()

    def show_model(self, model: ModelReady) -> None:
        """Show another network."""
        self._model = model
        self._write()
        self.calculator.offer(model.specs)

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours and size."""
        self._theme = theme
        self._write()
        self.calculator.set_theme(theme)

    def _write(self) -> None:
        """Write the table anew, and stay where the reader is."""
        bar = self.text.verticalScrollBar()
        at = bar.value()
        self.text.setFont(tabular(self.font()))
        self.text.setHtml(_document(self._model, self._theme))
        bar.setValue(at)


def _document(model: ModelReady | None, theme: Theme) -> str:
    """All of the table's tab, as rich text."""
    if model is None or not model.specs:
        return f"<p>{translate('Window', NO_NETWORK)}</p>"
    title = f"<h2>{html.escape(title_of(model.choice.model))}</h2>"
    rules = f"<p>{translate('Window', RULES)}</p>"
    return title + rules + layer_table(model.specs, theme) + connection_table(model.specs, theme)


def layer_table(specs: Sequence[LayerSpec], theme: Theme) -> str:
    """A row for each layer, the sums under its numbers, and the totals."""
    rows = [[_cell(f"<b>{translate('Window', title)}</b>", theme) for title in COLUMNS]]
    untrained = translate("Window", "nothing is trained")
    for before, spec in pairwise(specs):
        sums = layer_sums(spec, before)
        rows.append(
            [
                _cell(f"<b>{_name(spec)}</b>", theme),
                _cell(kind_words(spec, before), theme),
                _cell(f"{spec.maps}", theme),
                _cell(f"{spec.height}×{spec.width}", theme, _side_sum(spec, before)),
                _cell(f"{spec.parameters:,}", theme, sums.parameters or untrained),
                _cell(f"{spec.connections:,}", theme, sums.connections),
            ]
        )
    layers = specs[1:]
    total = translate("Window", "Total")
    parameters, connections = (
        _cell(f"<b>{sum(numbers):,}</b>", theme, " +\n".join(f"{n:,}" for n in numbers))
        for numbers in ([s.parameters for s in layers], [s.connections for s in layers])
    )
    rows.append([_cell(f"<b>{total}</b>", theme, columns=4), parameters, connections])
    return _table(rows, 'width="100%"')


def _name(spec: LayerSpec) -> str:
    """What a layer is called: the same in every language, but for the last one."""
    return translate("Window", "Output") if spec.name == "output" else spec.name


def _side_sum(spec: LayerSpec, before: LayerSpec) -> str:
    """The formula of a layer's side without its result; "" where single units are connected."""
    if before.height == 1:
        return ""
    return side_formula(before.height, spec.kernel, 0, spec.stride).rpartition(" = ")[0]


def kind_words(spec: LayerSpec, before: LayerSpec) -> str:
    """What a layer is, and of which maps it is made where that needs saying."""
    words = translate("Window", KINDS[spec.kind]).format(kernel=spec.kernel)
    if spec.kind is not LayerKind.CONVOLUTION:
        return words
    if spec.kernels != spec.maps * before.maps:
        return translate("Window", "{convolution} of the maps in Table I").format(
            convolution=words
        )
    if before.maps > 1:
        return translate("Window", "{convolution} of all maps").format(convolution=words)
    return words


def connection_table(specs: Sequence[LayerSpec], theme: Theme) -> str:
    """Which maps of S2 feed which of C3, as Table I of the paper, with counts, and why."""
    c3 = next(spec for spec in specs if spec.name == "C3")
    before = specs[specs.index(c3) - 1]
    count = translate("Window", "Kernels")
    rows = [["", *map(str, range(c3.maps)), f"<b>{count}</b>"]]
    for source in range(before.maps):
        marks = ["X" if source in sources else "" for sources in c3.sources]
        rows.append([str(source), *marks, f"<b>{marks.count('X')}</b>"])
    counts = [f"<b>{len(sources)}</b>" for sources in c3.sources]
    rows.append([f"<b>{count}</b>", *counts, f"<b>{c3.kernels}</b>"])
    caption = translate("Window", "Rows are the maps of S2, columns those of C3.")
    title = translate("Window", "Why C3 has {kernels}").format(
        kernels=counted(
            c3.kernels, translate("Window", "1 kernel"), translate("Window", "{n} kernels")
        )
    )
    table = _table([[_cell(cell, theme) for cell in row] for row in rows])
    return f"<h3>{title}</h3><p>{kernel_words(c3, before)}</p>{table}<p>{caption}</p>"


def kernel_words(c3: LayerSpec, before: LayerSpec) -> str:
    """Why C3 has as many kernels as it has."""
    full = c3.maps * before.maps
    seen = sorted(Counter(map(len, c3.sources)).items())
    return translate("Window", ALL_KERNELS if c3.kernels == full else SOME_KERNELS).format(
        inputs=before.maps,
        maps=c3.maps,
        kernels=c3.kernels,
        all=full,
        sum=" + ".join(f"{times}·{maps}" for maps, times in seen),
    )


def _cell(words: str, theme: Theme, formula: str = "", columns: int = 1) -> str:
    """A cell of a table with, below its number, how that comes about."""
    if formula:
        formula = formula.replace(" ", "&nbsp;").replace("\n", " ")
        words += f'<br><span style="color: {theme.dim};">{formula}</span>'
    gap, between = theme.px(4), theme.px(12)
    style = f"border-bottom: 1px solid {theme.line}; padding: {gap}px; padding-right: {between}px;"
    return f'<td colspan="{columns}" style="{style}">{words}</td>'


def _table(rows: Sequence[Sequence[str]], options: str = "") -> str:
    """A table of cells."""
    lines = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f'<p></p><table cellspacing="0" {options}>{lines}</table>'
