"""Which of the views is shown in the place of the maps, and how much room it leaves them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QRect, Signal, Slot
from PySide6.QtWidgets import QApplication, QWidget

from lenetpad.ui.draw.numbers.line_view import HIGHEST
from lenetpad.ui.widgets.theme import Theme
from lenetpad.values.reading import Reading

if TYPE_CHECKING:
    from lenetpad.ui.draw.comparison.view import ComparisonView
    from lenetpad.ui.draw.numbers.graph_view import GraphView
    from lenetpad.ui.draw.numbers.line_view import LineView
    from lenetpad.ui.draw.numbers.sliding_view import SlidingView

GAP: Final = 10
VIEW_SHARE: Final = 0.6  # of the area's height, where there is much room
BESIDE_SHARE: Final = 0.42  # of the area's width, which maps beside a view take
LEAST_BESIDE: Final = 330  # pixels at the usual size, of their width
LEAST_MAPS: Final = 195  # pixels at the usual size: lower ones say nothing


class InPlace(StrEnum):
    """What stands in the place of the maps; those of a number are the names of actions."""

    MAPS = "maps"
    GRAPH = "segmentation_graph"
    SLIDING = "space_displacement"
    COMPARISON = "comparison"


class NumberViews(QObject):
    """Each view is made when it is first wanted. ``changed`` says which is shown now, ``made``
    carries one that was made, and ``painted`` the serial of the reading that it shows."""

    changed = Signal(str)
    made = Signal(str)
    painted = Signal(object)

    def __init__(self, theme: Theme, page: QWidget, maps: QWidget) -> None:
        super().__init__(page)
        self._theme, self._page, self._maps = theme, page, maps
        self._views: dict[InPlace, LineView] = {}
        self._reading: Reading | None = None
        self.shown = InPlace.MAPS
        self.maps_seen = True  # whether there is room for the maps
        self._hidden = False  # whether nothing is to say which digit is read

    @property
    def view(self) -> LineView | None:
        """The one that is shown, None for the maps."""
        match self.shown:
            case InPlace.GRAPH:
                return self.graph
            case InPlace.SLIDING:
                return self.sliding
            case InPlace.COMPARISON:
                return self.comparison
            case InPlace.MAPS:
                return None

    @property
    def paints_readings(self) -> bool:
        """Whether a view is shown that paints each reading."""
        if self._hidden:
            return False
        if self.shown is InPlace.COMPARISON:
            return self.comparison.paints_readings
        return self.shown is InPlace.GRAPH

    @property
    def graph(self) -> GraphView:
        """The segmentation graph."""
        from lenetpad.ui.draw.numbers.graph_view import GraphView

        if InPlace.GRAPH not in self._views:
            self._put_in(InPlace.GRAPH, GraphView(self._theme, self._page))
        view = self._views[InPlace.GRAPH]
        assert isinstance(view, GraphView)
        return view

    @property
    def sliding(self) -> SlidingView:
        """The network that slides over the line."""
        from lenetpad.ui.draw.numbers.sliding_view import SlidingView

        if InPlace.SLIDING not in self._views:
            self._put_in(InPlace.SLIDING, SlidingView(self._theme, self._page))
        view = self._views[InPlace.SLIDING]
        assert isinstance(view, SlidingView)
        return view

    @property
    def comparison(self) -> ComparisonView:
        """Two readings beside each other."""
        from lenetpad.ui.draw.comparison.view import ComparisonView

        if InPlace.COMPARISON not in self._views:
            self._put_in(InPlace.COMPARISON, ComparisonView(self._theme, self._page))
        view = self._views[InPlace.COMPARISON]
        assert isinstance(view, ComparisonView)
        return view

    def _put_in(self, name: InPlace, view: LineView) -> None:
        view.hide()
        view.hide_answer(hidden=self._hidden)
        view.closed.connect(self.close)
        view.painted.connect(self.painted)
        self._views[name] = view
        self.made.emit(name)

    def show_view(self, name: InPlace) -> None:
        """Show a view in the place of the maps, or the maps again."""
        if name is self.shown:
            return
        before, focused = self.view, QApplication.focusWidget()
        held = before is not None and focused is not None and before.isAncestorOf(focused)
        if before is not None:
            before.escape()
            before.hide()
        self.shown = name
        self.changed.emit(name)  # whoever places the parts does it now
        if (view := self.view) is not None:
            self._tell(view)
            view.show()
            view.take_keyboard()
        elif held:
            self._maps.setFocus()

    @Slot()
    def close(self) -> None:
        """Show the maps again."""
        self.show_view(InPlace.MAPS)

    def escape(self) -> bool:
        """Take back what was chosen in the view, then the view; False where the maps are shown."""
        view = self.view
        if view is None:
            return False
        if not view.escape():
            self.close()
        return True

    def place(self, area: QRect) -> QRect:
        """Give the view what it needs of the maps' area; returns what is left to them, nothing
        where that would be too little."""
        view = self.view
        if view is None:
            self.maps_seen = True
            return area
        taken, left = _parted(area, view.height_wanted(), self._theme)
        self.maps_seen = not left.isEmpty()
        view.say_room(maps_below=self.maps_seen)
        view.setGeometry(taken)
        return left

    def show_reading(self, reading: Reading) -> None:
        """Follow the readings."""
        self._reading = reading
        if (view := self.view) is not None:
            view.show_reading(reading)

    def forget_reading(self) -> None:
        """There is no reading of what lies on the canvas now."""
        self._reading = None
        for view in self._views.values():
            view.forget_reading()

    def hide_answer(self, *, hidden: bool) -> None:
        """Cover what says the answer in every view, or show it again."""
        self._hidden = hidden
        for view in self._views.values():
            view.hide_answer(hidden=hidden)

    def _tell(self, view: LineView) -> None:
        if self._reading is None:
            view.forget_reading()
        elif view.reading is not self._reading:
            view.show_reading(self._reading)

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme and size."""
        self._theme = theme
        for view in self._views.values():
            view.set_theme(theme)


def _parted(area: QRect, wanted: int, theme: Theme) -> tuple[QRect, QRect]:
    """What of an area a view gets that wants to be so high, and what is left to the maps: below
    it, or beside it where the area is low and wide, or nothing."""
    width, height = area.width(), area.height()
    if height - wanted - GAP >= theme.px(LEAST_MAPS):
        high = max(wanted, round(VIEW_SHARE * height))
        return (
            QRect(area.left(), area.top(), width, high),
            area.adjusted(0, high + GAP, 0, 0),
        )
    beside = round(BESIDE_SHARE * width)
    if wanted < HIGHEST and beside >= theme.px(LEAST_BESIDE):
        return (
            QRect(area.left(), area.top(), width - beside - GAP, height),
            QRect(area.right() + 1 - beside, area.top(), beside, height),
        )
    return area, QRect()
