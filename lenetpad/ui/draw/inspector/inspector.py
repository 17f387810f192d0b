"""The inspector: three views of a unit, and the controls that move and hold it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from lenetpad.ui.draw.inspector.hold_row import HoldRow, hold_button
from lenetpad.ui.draw.inspector.inspected import Inspected, Place
from lenetpad.ui.draw.inspector.panel import InspectorPanel
from lenetpad.ui.draw.inspector.patches_view import BestPatchesView
from lenetpad.ui.draw.inspector.saliency_view import SaliencyView
from lenetpad.ui.draw.inspector.sliding import Sliding, SlidingBar
from lenetpad.ui.draw.inspector.views import View
from lenetpad.ui.widgets.choices import Choices
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import marked, translate
from lenetpad.values.explanation import Competition

TITLES: Final = {
    View.ARITHMETIC: marked("Draw", "Arithmetic"),
    View.BEST_PATCHES: marked("Draw", "Best patches"),
    View.SALIENCY: marked("Draw", "Saliency"),
}

LOW: Final = 540  # pixels at the usual size


class Inspector(QWidget):
    """``painted``, ``followed`` and ``chosen`` are those of the arithmetic. ``view_made`` carries
    a view that was made because it was wanted first, ``view_changed`` which is shown now."""

    painted = Signal(object)
    followed = Signal(object)
    chosen = Signal(object)
    view_made = Signal(str)
    view_changed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.arithmetic = InspectorPanel(theme, self)
        self.best_patches: BestPatchesView | None = None
        self.saliency: SaliencyView | None = None
        self.views = Choices(
            translate("Draw", "View"),
            translate(
                "Draw",
                "Where a unit's value comes from, which images excite it most, and what in the "
                "drawing speaks for the answer",
            ),
            self,
        )
        for view, title in TITLES.items():
            self.views.addItem(translate("Draw", title), view.value)
        self.sliding = Sliding(self)
        self.sliding_bar = SlidingBar(self.sliding, theme)
        self.holding = HoldRow(self)
        self.hold_shown = hold_button(self)
        self.sliding_bar.flow.addWidget(self.hold_shown)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.arithmetic)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.views)
        column.addWidget(self._stack, 1)
        column.addWidget(self.sliding_bar)
        column.addWidget(self.holding)
        self.hold_shown.toggled.connect(self._fit_holding)
        self.arithmetic.painted.connect(self.painted)
        self.arithmetic.followed.connect(self.followed)
        self.arithmetic.chosen.connect(self.chosen)
        self.views.currentIndexChanged.connect(self._change_view)

    # Room

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_holding()

    @Slot()
    def _fit_holding(self) -> None:
        """Where the window is low, a button shows the controls that hold a unit: the arithmetic
        needs the room."""
        low = self.height() < self.theme.px(LOW)
        self.hold_shown.setVisible(low)
        self.holding.setVisible(not low or self.hold_shown.isChecked())

    # The views

    @property
    def view(self) -> View:
        """Which is shown."""
        return View(self.views.currentData())

    @property
    def shown(self) -> QWidget:
        """The part that shows it, without the controls around."""
        return self._widget_of(self.view)

    def show_view(self, view: View) -> None:
        """Show another."""
        self.views.select(view.value)

    @Slot()
    def _change_view(self) -> None:
        view = self.view
        widget = self._widget_of(view)
        self._stack.setCurrentWidget(widget)
        self.view_changed.emit(view.value)

    def _widget_of(self, view: View) -> QWidget:
        if view is View.BEST_PATCHES:
            if self.best_patches is None:
                self.best_patches = BestPatchesView(self.theme)
                self._put_in(self.best_patches, view)
            return self.best_patches
        if view is View.SALIENCY:
            if self.saliency is None:
                self.saliency = SaliencyView()
                self._put_in(self.saliency, view)
            return self.saliency
        return self.arithmetic

    def _put_in(self, widget: BestPatchesView | SaliencyView, view: View) -> None:
        self._stack.addWidget(widget)
        self.order_tabs(self.views)
        self.view_made.emit(view.value)

    def order_tabs(self, before: QWidget) -> None:
        """Have Tab go from what comes before to each of the controls, from top to bottom."""
        order: list[QWidget] = [before, self.views, self.arithmetic]
        for view in (self.best_patches, self.saliency):
            order += () if view is None else view.controls
        order += (*self.sliding_bar.controls, self.hold_shown, *self.holding.controls)
        for one, other in pairwise(dict.fromkeys(order)):
            self.setTabOrder(one, other)

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme and size."""
        self.theme = theme
        self.arithmetic.set_theme(theme)
        self.sliding_bar.set_theme(theme)
        self._fit_holding()
        if self.best_patches is not None:
            self.best_patches.set_theme(theme)

    # The arithmetic

    @property
    def paints_readings(self) -> bool:
        """Whether each reading is painted here."""
        return self.view is View.ARITHMETIC

    @property
    def inspected(self) -> tuple[Inspected, ...]:
        """What the arithmetic shows."""
        return self.arithmetic.inspected

    @property
    def place(self) -> Place | None:
        """The cell that the arithmetic follows."""
        return self.arithmetic.place

    def show_units(
        self, inspected: Sequence[Inspected], competition: Competition | None, serial: int
    ) -> None:
        """Show units' arithmetic: see ``InspectorPanel``."""
        self.arithmetic.show_units(inspected, competition, serial)

    def follow(self, place: Place | None) -> None:
        """Mark one product, and tell which unit it comes from."""
        self.arithmetic.follow(place)

    def mark(self, place: Place | None) -> None:
        """Mark one product that is pointed at elsewhere."""
        self.arithmetic.mark(place)
