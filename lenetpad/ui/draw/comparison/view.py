"""Two readings beside each other: what is frozen and what is read now, or two networks."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Self

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QPushButton, QWidget

from lenetpad.ui.draw.comparison import words
from lenetpad.ui.draw.comparison.changes import ChangesTable
from lenetpad.ui.draw.comparison.picture import ComparisonPicture
from lenetpad.ui.draw.numbers.line_view import SPACING, LineView
from lenetpad.ui.widgets.choices import FileChoices
from lenetpad.ui.widgets.flow import FlowRow
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import marked, translate
from lenetpad.values.comparison import Side, UnitChange, most_changed
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading

#: The table changes no faster, so that it can be read.
TABLE_MS: Final = 250
COUNT: Final = 12
FROZEN: Final = marked("Draw", "Frozen")
NOW: Final = marked("Draw", "Now")
READS: Final = marked("Draw", "This")
OTHER: Final = marked("Draw", "Other")
TABLE_HEIGHT: Final = 118.0  # pixels at the usual size
TABLE_WIDTH: Final = 330.0
#: From these sizes on the table stands below the picture, or beside it.
HIGH: Final = 400.0
WIDE: Final = 900.0


class ComparisonView(LineView):
    """``freeze_wanted`` comes where the reading of now is to be frozen, ``network_chosen`` carries
    the other network's entry, and ``unit_chosen`` a Unit that is to be explained."""

    low = 480
    has_facts = False  # the heads say it
    freeze_wanted = Signal()
    network_chosen = Signal(str)
    unit_chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(translate("Draw", "Comparison"), "", theme, parent)
        self._frozen: Side | None = None  # titled with its network
        self._follows: tuple[str, ModelReady] | None = None  # the network that reads now
        self.freeze = QPushButton(translate("Draw", "Freeze again"))
        self.freeze.setToolTip(translate("Draw", "Freeze what is read now (Space)"))
        self.networks = FileChoices(
            translate("Draw", "Other network"),
            translate("Draw", "The network that reads the same drawing"),
        )
        self.picture = ComparisonPicture(theme)
        self.table = ChangesTable(theme)
        self._controls = FlowRow()
        self._controls.flow.addWidget(self.networks)
        self.header.insertWidget(1, self.freeze)
        self._parts = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._parts.setSpacing(SPACING)
        self._parts.addWidget(self.picture, 1)
        self._parts.addWidget(self.table)
        self.put_together((self._controls,), self._parts)
        self._table_due = QTimer(self)
        self._table_due.setSingleShot(True)
        self._table_due.setInterval(TABLE_MS)
        self._table_due.timeout.connect(self._fill_table)
        self.freeze.clicked.connect(self.freeze_wanted)
        self.networks.activated.connect(self._choose_network)
        self.picture.unit_chosen.connect(self.unit_chosen)
        self.table.unit_chosen.connect(self.unit_chosen)
        self.picture.painted.connect(self._say_painted)

    @property
    def focus_widget(self) -> QWidget:
        return self.picture

    @property
    def beside(self) -> bool:
        return False

    @property
    def paints_readings(self) -> bool:
        """Whether each reading is painted, and no pair of readings that comes later."""
        return self._follows is not None

    def show_frozen(self, frozen: Side, title: str, network: ModelReady) -> None:
        """Show a frozen reading, titled with its network, beside those that follow of a network
        of that title."""
        self._set_mode(frozen=True)
        self._frozen, self._follows = frozen, (title, network)
        self._show_frozen()
        if self.reading is not None:
            self.show_reading(self.reading)

    def _show_frozen(self) -> None:
        """Call the frozen reading so and, where another network reads now, by its network."""
        if (side := self._frozen) is not None:
            self.picture.show_first(replace(side, title=self._called(FROZEN, side.title)))

    def _called(self, what: str, network: str) -> str:
        what = translate("Draw", what)
        assert self._frozen is not None
        assert self._follows is not None
        same = self._frozen.title == self._follows[0]
        return what if same else f"{what} · {network}"

    def follow_network(self, title: str, network: ModelReady) -> None:
        """The readings that follow are of another network."""
        if self._follows is not None:
            self._follows = title, network
            self._show_frozen()
            self.forget_reading()

    def show_networks(
        self, first: Side | None, second: Side | None, digit: words.Digit | None = None
    ) -> None:
        """Show what two networks make of the same image, None of none; of a number, of which
        digit."""
        self._follows = self._frozen = None
        self._set_mode(frozen=False, digit=digit)
        self.picture.show_both(first, second)
        self._note_changed()

    def only_show(self) -> None:
        super().only_show()
        for part in (self.freeze, self._controls):
            part.setMaximumHeight(0)  # shown or not, it has no place
            part.setMaximumWidth(0)

    def show_as(self, other: Self) -> None:
        there, here = other.picture, self.picture
        self._set_mode(frozen=there.frozen)
        here.frozen = there.frozen
        if there.first is not here.first:
            here.show_both(there.first, there.second)
            self._note_changed()
        elif there.second is not here.second:
            here.show_second(there.second)
            self._note_changed()
        here.show_alone(there.alone)
        if here.pointed != there.pointed:
            here.pointed = there.pointed
            here.update()
        super().show_as(other)

    def show_failure(self, message: str) -> None:
        """Say why the other network does not read."""
        self.title.setText(message)

    def _set_mode(self, *, frozen: bool, digit: words.Digit | None = None) -> None:
        title = words.title_of(frozen=frozen, digit=digit)
        if self.title.text() != title:
            self.picture.frozen = frozen
            self.title.setText(title)
            self.freeze.setVisible(frozen)
            self._controls.setVisible(not frozen)
            self.table.name_sides(*((FROZEN, NOW) if frozen else (READS, OTHER)))

    @Slot(int)
    def _choose_network(self, index: int) -> None:
        if (entry := self.networks.itemData(index)) is not None:
            self.network_chosen.emit(entry)

    def show_reading(self, reading: Reading) -> None:
        super().show_reading(reading)
        if self._follows is not None:
            title, network = self._follows
            if reading.model_serial == network.serial:
                self.picture.show_second(Side(self._called(NOW, title), network, reading))
                self._note_changed()

    def forget_reading(self) -> None:
        super().forget_reading()
        self.picture.show_second(None)
        self._note_changed()

    def _note_changed(self) -> None:
        if not self._table_due.isActive():
            self._table_due.start()

    @Slot()
    def _fill_table(self) -> None:
        first, second = self.picture.first, self.picture.second
        changes: tuple[UnitChange, ...] = ()
        if first is not None and second is not None and self.isVisible():
            changes = most_changed(first, second, COUNT)
        self.table.show_changes(changes, None if first is None else first.model)
        self.picture.say_most(changes[0] if changes and self.table.isHidden() else None)

    @Slot()
    def _say_painted(self) -> None:
        if self.reading is not None and self._follows is not None:
            self.painted.emit(self.reading.serial)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_table()

    def _place_table(self) -> None:
        """Below the picture, beside it where there is much room, or nowhere."""
        px, directions = self.theme.px, QBoxLayout.Direction
        beside = self.width() >= px(WIDE)
        self.table.setVisible(beside or self.height() >= px(HIGH))
        self._parts.setDirection(directions.LeftToRight if beside else directions.TopToBottom)
        if beside:
            self.table.setFixedWidth(px(TABLE_WIDTH))
            self.table.setMinimumHeight(0)
            self.table.setMaximumHeight(self.height())
        else:
            self.table.setMinimumWidth(0)
            self.table.setMaximumWidth(self.width())
            self.table.setFixedHeight(px(TABLE_HEIGHT))
        self._note_changed()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.picture.set_theme(theme)
        self.table.set_theme(theme)
        self._place_table()

    def escape(self) -> bool:
        had = bool(self.picture.alone)
        self.picture.show_alone("")
        return had
