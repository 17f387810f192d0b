"""The curves of one or several runs: loss, validation and learning rate over the steps.

This module imports pyqtgraph, which takes long; import it only once a page with curves is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QColor, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lenetpad.ui.train.axis import Axis
from lenetpad.ui.train.charts import CHARTS, CURVES, LOGARITHMIC, chart_of, colour_of
from lenetpad.ui.train.curves_figure import CurvesFigure
from lenetpad.ui.train.readout import rate_mark, smoothed_losses, values_at, window_words
from lenetpad.ui.widgets.flow import FlowRow
from lenetpad.ui.widgets.theme import LIGHT, Theme
from lenetpad.ui.widgets.turns import Steps, Turns, at_once
from lenetpad.ui.widgets.words import marked, translate
from lenetpad.values.history import History, decimated, table

REDRAW_MS: Final = 100
TURN_MS: Final = 15  # between two steps of showing other runs
MOST_POINTS: Final = 1500  # of a curve on the screen
#: What the slider of the smoothing stands for, in steps.
WINDOWS: Final = (1, 5, 10, 20, 50, 100, 200, 500)
USUAL_WINDOW: Final = 3  # the place of 20
AXIS_WIDTH: Final = 62
SLIDER_WIDTH: Final = 90
WIDEST_WINDOW: Final = (100, 500)
LEAST_HEIGHT: Final = 270  # in which no numbers lie over each other
GRID: Final = 0.4  # opacity
DOTS: Final = {"symbol": "o", "symbolSize": 6, "symbolPen": None}


#: What the curves can be exported as: the menu's words, and the name to begin with.
EXPORTS: Final = {
    marked("Train", "CSV…"): "curves.csv",
    marked("Train", "PNG…"): "curves.png",
    marked("Train", "SVG…"): "curves.svg",
}
CSV: Final = "CSV (*.csv)"


class Curves(QWidget):
    """``export_wanted`` carries the name, with its suffix, of the file to write the curves to."""

    export_wanted = Signal(str)

    def __init__(self, theme: Theme = LIGHT, *, whole: bool = True) -> None:
        """With ``whole`` False it has no plots until ``build_plots`` has come to its end."""
        super().__init__()
        self.theme = theme
        self.histories: tuple[History, ...] = ()
        self.view = pg.GraphicsLayoutWidget()
        self.view.installEventFilter(self)
        while actions := self.view.scene().contextMenu:  # an export of pyqtgraph's own
            actions.pop().setParent(None)
        self.plots: dict[str, Any] = {}
        self._floor = pg.PlotDataItem([1, 2], [0, 0], pen=QColor(0, 0, 0, 0))
        self._floor.hide()
        self._items: list[dict[str, Any]] = []
        self._marks: list[Any] = []
        self._marked: list[tuple[int, int, float]] = []  # run, step and factor of each
        self._cursors: list[Any] = []
        self.log_scale = QCheckBox(translate("Train", "Log"))
        self.log_scale.setToolTip(
            translate("Train", "Logarithmic scale: each factor of ten takes the same distance")
        )
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self._window = QLabel()
        self.values = QLabel()
        self.empty = QLabel(_empty_words())
        self.legend = QLabel()
        self.export_button = QToolButton()
        self.fit_button = QToolButton()
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(REDRAW_MS)
        self._redraw.timeout.connect(self._draw)
        self._turns = Turns(self, TURN_MS)
        self._build()
        if whole:
            at_once(self.build_plots())

    def show_histories(self, shown: Sequence[History]) -> None:
        """Show other runs, the first in the first colour."""
        self.histories = tuple(shown)
        self._forget_pointer()  # it was at a step of other runs
        self.export_button.setEnabled(bool(shown))
        self._show_whether_empty()
        self._make_items()
        self._show_floor()
        self.fit()
        # Three turns, to make the curves, fill them and paint them; a pen cannot wait for all.
        self._turns.start(self._fill_and_paint())
        self.view.setUpdatesEnabled(False)  # what is there is of other runs

    def expect(self, *, soon: bool) -> None:
        """Say what there will be in place of curves; soon, if a training is starting."""
        words = translate("Train", "The curves begin with the first steps.")
        self.empty.setText(words if soon else _empty_words())

    @property
    def charts_area(self) -> QRect:
        """Where the charts lie, or what there is in place of them."""
        return (self.view if self.histories else self.empty).geometry()

    def rename(self, names: Mapping[Path, str]) -> None:
        """Call the runs that are shown by these names, by their folders."""
        for history in self.histories:
            if history.folder is not None:
                history.name = names.get(history.folder, history.name)
        self._write_legend()

    def _show_whether_empty(self) -> None:
        """What there will be, in place of axes without curves."""
        self.empty.setVisible(not self.histories)
        self.view.setVisible(bool(self.histories))

    def _fill_and_paint(self) -> Steps[None]:
        self._draw()
        yield
        self.view.setUpdatesEnabled(True)

    @Slot()
    def refresh(self) -> None:
        """Draw what has been added to the histories, soon, or once somebody sees it."""
        if self.isVisible() and not self._redraw.isActive():
            self._redraw.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.view and event.type() == QEvent.Type.Leave:
            self._forget_pointer()  # the scene does not tell that the pointer has gone
        return super().eventFilter(watched, event)

    @Slot()
    def fit(self) -> None:
        """Show everything, also what is still to come."""
        # The others follow the first one's steps; a range of their own would move it.
        for plot in self.plots.values():
            plot.enableAutoRange(y=True, x=plot is self.plots[CHARTS[0].name])

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        self.theme = theme
        self.view.setBackground(theme.panel)
        self.smoothing.setFixedWidth(theme.px(SLIDER_WIDTH))
        least, most = WIDEST_WINDOW
        widest = translate("Train", "{least}–{most} steps").format(least=least, most=most)
        # So that nothing moves.
        self._window.setMinimumWidth(self._window.fontMetrics().horizontalAdvance(widest))
        for part in (self.view, self.empty):
            part.setMinimumHeight(theme.px(LEAST_HEIGHT))
        for plot in self.plots.values():
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(pg.mkPen(theme.line))
                axis.setTextPen(pg.mkPen(theme.dim))
                axis.setTickFont(self.font())
            plot.getAxis("left").setWidth(theme.px(AXIS_WIDTH))
            size = f"{self.font().pointSizeF():.1f}pt"
            plot.titleLabel.setText(plot.titleLabel.text, color=theme.dim, size=size)
            plot.showGrid(x=True, y=True, alpha=GRID)
        for cursor in self._cursors:
            cursor.setPen(pg.mkPen(theme.dim, style=Qt.PenStyle.DashLine))
        self._colour_items()
        self._forget_marks()
        self._draw_marks()

    # Building

    def build_plots(self) -> Steps[None]:
        """Build one plot after the other, for each takes longer than a pen can wait."""
        above = None
        for row, chart in enumerate(CHARTS):
            axes = {"left": Axis("left")}
            plot = self.view.addPlot(row=row, col=0, enableMenu=False, axisItems=axes)
            plot.setTitle(translate("Train", chart.title), size="9pt", justify="left")
            plot.titleLabel.setToolTip(translate("Train", chart.tip))
            plot.hideButtons()
            plot.setDownsampling(auto=False)
            for side in ("left", "bottom"):
                # The grid's lines take most of the time in which the plots are painted.
                plot.getAxis(side).setStyle(maxTickLevel=0)
            self.view.ci.layout.setRowStretchFactor(row, chart.share)
            if above is not None:
                plot.setXLink(above)
            above = above or plot
            if chart is not CHARTS[-1]:
                plot.getAxis("bottom").setStyle(showValues=False)
            cursor = pg.InfiniteLine(angle=90, movable=False)
            cursor.setVisible(False)
            plot.addItem(cursor, ignoreBounds=True)
            self._cursors.append(cursor)
            self.plots[chart.name] = plot
            plot.setLimits(xMin=0)
            if chart.name == "rate":  # else a rate that stays the same would have no scale
                plot.addItem(self._floor)
            yield
        self.view.ci.layout.setSpacing(2)
        self.view.ci.setContentsMargins(4, 2, 8, 2)
        self.view.scene().sigMouseMoved.connect(self._follow_pointer)
        self._draw()
        self.set_theme(self.theme)

    def _build(self) -> None:
        self.smoothing.setRange(0, len(WINDOWS) - 1)
        self.smoothing.setValue(USUAL_WINDOW)
        self.smoothing.setAccessibleName(translate("Train", "Smoothing of the loss"))
        self.smoothing.setToolTip(
            translate("Train", "Shows the loss as a mean of several steps, which is less jagged")
        )
        self.smoothing.valueChanged.connect(self._draw)
        self.log_scale.toggled.connect(self._use_scale)
        for button in (self.fit_button, self.export_button):
            button.setProperty("framed", True)
        self.fit_button.setText(translate("Train", "Fit"))
        self.fit_button.setToolTip(
            translate("Train", "Show the whole curves; the wheel zooms, dragging moves")
        )
        self.fit_button.clicked.connect(self.fit)
        self.export_button.setText(translate("Train", "Export"))
        self.export_button.setToolTip(translate("Train", "Save the curves as a file"))
        self.export_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.export_button)
        for words, name in EXPORTS.items():
            menu.addAction(translate("Train", words)).setData(name)
        menu.triggered.connect(self._want_export)
        self.export_button.setMenu(menu)
        self.export_button.setEnabled(False)
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.legend.setWordWrap(True)
        for label in (self.legend, self.values):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        tools = FlowRow()
        title = tools.flow.add_titled(translate("Train", "Smoothing"), self.smoothing)
        title.setToolTip(self.smoothing.toolTip())
        for widget in (self._window, self.log_scale, self.fit_button, self.export_button):
            tools.flow.addWidget(widget)
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 4, 0)
        row.addWidget(self.values, 1)
        row.addWidget(tools)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(row)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        layout.addWidget(self.empty, 1)
        layout.addWidget(self.view, 1)
        self._show_whether_empty()
        layout.addWidget(self.legend)

    # Drawing

    def _make_items(self) -> None:
        """As many curves as there are histories; those that are there are used again."""
        while len(self._items) > len(self.histories):
            for name, item in self._items.pop().items():
                self._plot_of(name).removeItem(item)
        while len(self._items) < len(self.histories):
            items = {
                name: pg.PlotDataItem(**(DOTS if style is Qt.PenStyle.DotLine else {}))
                for name, style in CURVES.items()
            }
            self._items.append(items)
            for name, item in items.items():
                self._plot_of(name).addItem(item)
        self._colour_items()

    def _plot_of(self, curve: str) -> Any:
        return self.plots[chart_of(curve)]

    def _colour_items(self) -> None:
        """Give every run its colour, of this theme."""
        for number, items in enumerate(self._items):
            colour = self.colour(number)
            for name, item in items.items():
                item.setPen(pg.mkPen(colour, width=1, style=CURVES[name]))
                item.setSymbolBrush(colour)
        self._write_legend()

    def colour(self, number: int) -> str:
        """The colour of a run, by its place."""
        return colour_of(number, self.theme)

    @Slot()
    def _draw(self) -> None:
        self._window.setText(window_words(self.histories, self._asked))
        for history, items in zip(self.histories, self._items, strict=True):
            losses = smoothed_losses(history, self._asked)
            steps = np.arange(1, len(losses) + 1, dtype=np.float64)
            items["loss"].setData(*decimated(steps, losses, MOST_POINTS))
            items["loss validation"].setData(*history.validation_losses)
            epochs, errors = history.validation_errors
            items["accuracy"].setData(epochs, 100 * (1 - errors))
            items["rate"].setData(*decimated(*history.rates, MOST_POINTS))
        self._draw_marks()

    def _draw_marks(self) -> None:
        """Where somebody changed the rate, a line through all charts."""
        wanted = [
            (number, step, factor)
            for number, history in enumerate(self.histories)
            for step, factor in history.marks
        ]
        if wanted == self._marked:
            return
        self._forget_marks()
        self._marked = wanted
        for number, step, factor in wanted:
            for name, plot in self.plots.items():
                label = rate_mark(factor) if name == "rate" else None
                line = pg.InfiniteLine(
                    step,
                    pen=pg.mkPen(self.colour(number), style=Qt.PenStyle.DotLine),
                    label=label,
                    labelOpts={"position": 0.85, "color": self.theme.text},
                )
                plot.addItem(line, ignoreBounds=True)
                self._marks.append((plot, line))

    def _forget_marks(self) -> None:
        for plot, line in self._marks:
            plot.removeItem(line)
        self._marks, self._marked = [], []

    def _write_legend(self) -> None:
        parts = [
            f'<nobr><span style="color:{self.colour(number)}">━━</span> '
            f"{_escaped(history.name)}</nobr>"
            for number, history in enumerate(self.histories)
        ]
        dots = translate("Train", "Lines: training · dots: validation") if parts else ""
        self.legend.setText(" &nbsp; ".join([*parts, dots]))

    def _show_floor(self) -> None:
        self._floor.setVisible(bool(self.histories) and not self.log_scale.isChecked())

    @Slot(bool)
    def _use_scale(self, logarithmic: bool) -> None:
        for name in LOGARITHMIC:
            self.plots[name].setLogMode(y=logarithmic)
        self._show_floor()

    @Slot(object)
    def _follow_pointer(self, position: QPointF) -> None:
        """Show the values of all runs at the pointer's step."""
        inside = [p for p in self.plots.values() if p.sceneBoundingRect().contains(position)]
        if not inside or not self.histories:
            self._forget_pointer()
            return
        at = inside[0].vb.mapSceneToView(position).x()
        for cursor in self._cursors:
            cursor.setPos(at)
            cursor.setVisible(True)
        self.values.setText(self.values_at(at))

    @Slot()
    def _forget_pointer(self) -> None:
        """Show no values: the pointer has gone, or the runs that it was over."""
        self.values.setText("")
        for cursor in self._cursors:
            cursor.setVisible(False)

    def values_at(self, at: float) -> str:
        """What the runs had at a step, in words."""
        return values_at(self.histories, at, self._asked)

    @property
    def _asked(self) -> int:
        """The window of the moving average that the slider asks for, in steps."""
        return WINDOWS[self.smoothing.value()]

    # Files

    @Slot(object)
    def _want_export(self, action: QAction) -> None:
        self.export_wanted.emit(action.data())

    def csv(self) -> Callable[[], bytes]:
        """Makes a table of all values of the shown runs as they are now."""
        still = self._still()
        return lambda: table(still).encode()

    def figure(self, theme: Theme) -> CurvesFigure:
        """The curves as they are now, over the steps and values that the user has zoomed to."""
        steps, values = None, {}
        for name, plot in self.plots.items():
            follows_steps, follows_values = plot.vb.autoRangeEnabled()
            across, up = plot.vb.viewRange()
            if name == CHARTS[0].name and not follows_steps:
                steps = (max(across[0], 0.0), across[1])
            if not follows_values:
                logarithmic = self.log_scale.isChecked() and name in LOGARITHMIC
                values[name] = (10.0 ** up[0], 10.0 ** up[1]) if logarithmic else tuple(up)
        return CurvesFigure(
            self._still(),
            theme,
            self._asked,
            logarithmic=self.log_scale.isChecked(),
            steps=steps,
            values=values,
        )

    def _still(self) -> list[History]:
        """The histories, which do not grow any more."""
        return [history.until(len(history.losses)) for history in self.histories]


def _empty_words() -> str:
    """What there will be, in place of curves."""
    title = translate("Train", "No curves yet")
    start = translate(
        "Train",
        "Press <b>Start</b> to see loss, validation accuracy and learning rate during training.",
    )
    choose = translate("Train", "Or select a run below to see its curves.")
    return f"<h3>{title}</h3><p>{start}<br>{choose}</p>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
