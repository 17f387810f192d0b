"""Two readings beside each other on the Draw page: what was frozen and what is read now, or what
two networks make of the same drawing."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Slot

from lenetpad.controllers.draw.second_network import SecondNetwork
from lenetpad.controllers.networks import Networks
from lenetpad.ui import actions
from lenetpad.ui.draw.comparison.view import ComparisonView
from lenetpad.ui.draw.numbers.views import InPlace
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.widgets.files import OPEN_WEIGHTS_FILTER
from lenetpad.ui.widgets.words import translate
from lenetpad.ui.window import Window
from lenetpad.values.comparison import Side
from lenetpad.values.explanation import Unit
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading


class Comparing(QObject):
    """Freezing shows the view; freezing again renews what is frozen. Whatever takes the place of
    the view ends the comparison.

    Space freezes where canvas, maps or the view have the keyboard: it presses what else has it.
    """

    def __init__(self, window: Window, page: DrawPage, networks: Networks) -> None:
        super().__init__(page)
        self._window, self._page, self._networks = window, page, networks
        self._freeze = window.actions_by_name["freeze"]
        self._both = window.actions_by_name["compare_networks"]
        self._end = window.actions_by_name["end_comparison"]
        self._reading: Reading | None = None
        self._second = SecondNetwork(networks, self)
        self._second.read.connect(self._show_pair)
        self._second.failed.connect(self._show_failure)
        slots = {
            "freeze": self.freeze,
            "compare_networks": self._toggle_networks,
            "end_comparison": self.end,
        }
        actions.connect(window.actions_by_name, slots)
        for action in (self._freeze, self._end):
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            for widget in (page.canvas, page.maps):
                widget.addAction(action)
        self._end.setEnabled(False)
        page.number_views.changed.connect(self._note_changed)
        page.number_views.made.connect(self._connect_view)
        networks.model_ready.connect(self._note_network)
        networks.described.connect(self._offer_networks)

    @property
    def _view(self) -> ComparisonView | None:
        """The view, where it is shown."""
        views = self._page.number_views
        return views.comparison if views.shown is InPlace.COMPARISON else None

    def follow(self, reading: Reading) -> None:
        """Take note of a reading that is about to be shown."""
        self._reading = reading
        self._second.follow(reading)

    def forget(self) -> None:
        """There is no reading of what lies on the canvas now."""
        self._reading = None

    @Slot()
    def freeze(self) -> None:
        """Freeze what is read now, in place of what was frozen before."""
        reading, ready = self._reading, self._networks.ready
        if reading is None or ready is None or reading.model_serial != ready.serial:
            return
        title = self._networks.title
        self._second.end()
        focused = self._page.canvas.hasFocus()
        self._page.number_views.show_view(InPlace.COMPARISON)
        self._both.setChecked(False)
        self._page.number_views.comparison.show_frozen(Side(title, ready, reading), title, ready)
        if focused:
            self._page.canvas.setFocus()

    @Slot()
    def end(self) -> None:
        """Show the maps again, and let go of what is frozen."""
        if self._view is not None:
            self._page.number_views.close()

    @Slot()
    def _toggle_networks(self) -> None:
        if not self._both.isChecked():
            self.end()
            return
        self._page.number_views.show_view(InPlace.COMPARISON)
        view = self._page.number_views.comparison
        view.show_networks(None, None)
        self._second.begin(self._reading)
        self._offer_networks()

    @Slot(str)
    def _note_changed(self, shown: str) -> None:
        self._end.setEnabled(shown == InPlace.COMPARISON)
        if shown != InPlace.COMPARISON:
            self._second.end()
            self._both.setChecked(False)

    @Slot(str)
    def _connect_view(self, name: str) -> None:
        if name == InPlace.COMPARISON:
            view = self._page.number_views.comparison
            view.freeze_wanted.connect(self.freeze)
            view.network_chosen.connect(self._choose_network)
            view.networks.file_wanted.connect(self._open_file)
            view.unit_chosen.connect(self._explain)
            for action in (self._freeze, self._end):
                for widget in (view.picture, view.table):
                    widget.addAction(action)

    @Slot(object)
    def _explain(self, unit: Unit) -> None:
        """Have the inspector explain a unit of what is read now."""
        maps = self._page.maps
        if unit not in maps.pins:
            maps.pin(unit)
        self._page.show_inspector(shown=True)

    # Networks

    @Slot(object)
    def _note_network(self, ready: ModelReady) -> None:
        self._reading = None
        if (view := self._view) is not None:
            view.follow_network(self._networks.title, ready)

    @Slot()
    def _offer_networks(self) -> None:
        if (view := self._view) is not None:
            view.networks.show_entries((title, entry) for entry, title in self._networks.offered)
            view.networks.select(self._second.entry)

    @Slot(str)
    def _choose_network(self, entry: str) -> None:
        if self._both.isChecked():
            self._second.choose(entry, self._reading)

    @Slot()
    def _open_file(self) -> None:
        title = translate("Draw", "Open the other network's weights")
        path = self._window.ask_for_file(title, translate("Window", OPEN_WEIGHTS_FILTER))
        if path is not None and (view := self._view) is not None:
            view.networks.add_file(path)
            self._choose_network(str(path))

    @Slot(object, object, object)
    def _show_pair(self, first: Side, second: Side, digit: tuple[int, int] | None) -> None:
        if (view := self._view) is not None and self._both.isChecked():
            view.show_networks(first, second, digit)

    @Slot(str)
    def _show_failure(self, message: str) -> None:
        if (view := self._view) is not None:
            view.show_networks(None, None)
            view.show_failure(message)

    # The end

    def stop(self) -> None:
        """Give up what is asked for, without waiting for the thread."""
        self._second.stop()

    def wait(self, seconds: float) -> bool:
        """Wait for the thread; False where it hangs."""
        return self._second.wait(seconds)
