"""The flow of a layer: its kernel slides over what it sees while the map fills in."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSlider, QToolButton, QWidget

from lenetpad.ui.widgets.icons import themed
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate
from lenetpad.values.explanation import Unit
from lenetpad.values.models import LayerView

#: Units in a second, from the slowest to the fastest.
SPEEDS: Final = (1, 2, 5, 10, 25, 50, 100)
USUAL_SPEED: Final = 3  # its place among them
ICON: Final = 18
BUTTON: Final = 26


class Sliding(QObject):
    """Goes from unit to unit along a map, by itself or a step at a time.

    ``moved`` carries the unit at which the kernel is now. ``active`` is whether the map is shown
    as far as the kernel has come; ``changed`` comes when that is otherwise, or the playing is.
    """

    moved = Signal(object)
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.unit: Unit | None = None
        self.active = False
        self._rows = self._columns = 1
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._go_on)
        self.set_speed(USUAL_SPEED)

    @property
    def playing(self) -> bool:
        """Whether it goes on by itself."""
        return self._timer.isActive()

    @property
    def possible(self) -> bool:
        """Whether there is a map with more than one unit to slide over."""
        return self.unit is not None and self._rows * self._columns > 1

    @property
    def place(self) -> int:
        """The number of the unit in its map, counted along the rows."""
        return 0 if self.unit is None else self.unit.row * self._columns + self.unit.column

    def choose(self, unit: Unit | None, layer: LayerView | None) -> None:
        """Slide over the map of this unit, from it on; in another map nothing is hidden yet."""
        before = self.unit
        self.unit = unit
        self._rows, self._columns = (1, 1) if layer is None else (layer.height, layer.width)
        same = (
            unit is not None
            and before is not None
            and ((unit.layer, unit.map) == (before.layer, before.map))
        )
        if not same:
            self.stop()

    def set_speed(self, place: int) -> None:
        """Choose how many units a second, by its place in ``SPEEDS``."""
        self._timer.setInterval(round(1000 / SPEEDS[place]))

    @Slot()
    def toggle(self) -> None:
        """Play, from the beginning where it is at the end; or pause."""
        if self.playing:
            self._timer.stop()
        elif self.possible:
            self.active = True
            if self.place == self._rows * self._columns - 1:
                self.go_to(0)
            self._timer.start()
        self.changed.emit()

    @Slot()
    def stop(self) -> None:
        """Show the whole map again."""
        if self.active or self.playing:
            self._timer.stop()
            self.active = False
            self.changed.emit()

    def step(self, by: int) -> None:
        """Go on by so many units, or back; it does not play then."""
        self._timer.stop()
        self.active = self.possible
        self.go_to(self.place + by)
        self.changed.emit()

    def go_to(self, place: int) -> None:
        """Go to a unit by its number in the map; beyond the ends to the last one."""
        if self.unit is None:
            return
        last = self._rows * self._columns - 1
        row, column = divmod(min(max(place, 0), last), self._columns)
        unit = replace(self.unit, row=row, column=column)
        if unit != self.unit:
            self.unit = unit
            self.moved.emit(unit)

    @Slot()
    def _go_on(self) -> None:
        if self.place >= self._rows * self._columns - 1:
            self._timer.stop()
            self.changed.emit()
        else:
            self.go_to(self.place + 1)


class SlidingBar(QWidget):
    """Its buttons: back to the start, a step back, play, a step on, and how fast."""

    def __init__(self, sliding: Sliding, theme: Theme) -> None:
        super().__init__()
        self._sliding, self._theme = sliding, theme
        self.rewind, self.back, self.play, self.on = (QToolButton() for _ in range(4))
        self._icons = {
            self.rewind: "rewind",
            self.back: "previous",
            self.play: "play",
            self.on: "next",
        }
        self.rewind.clicked.connect(lambda: sliding.step(-sliding.place))
        self.back.clicked.connect(lambda: sliding.step(-1))
        self.play.clicked.connect(sliding.toggle)
        self.on.clicked.connect(lambda: sliding.step(1))
        self.speed = QSlider(Qt.Orientation.Horizontal)
        self.speed.setRange(0, len(SPEEDS) - 1)
        self.speed.setPageStep(1)
        self.speed.setValue(USUAL_SPEED)
        self.speed.valueChanged.connect(sliding.set_speed)
        self._name(self.rewind, translate("Draw", "Move the kernel to the first unit"))
        self._name(self.back, translate("Draw", "Move the kernel back by one unit"))
        self._name(self.on, translate("Draw", "Move the kernel on by one unit"))
        self._name(self.speed, translate("Draw", "How many units a second"))
        self.controls = (*self._icons, self.speed)  # as Tab goes
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for button in self._icons:
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
        row.addWidget(self.speed, 1)
        sliding.changed.connect(self.refresh)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Draw the buttons in another theme and size."""
        self._theme = theme
        for button in self._icons:
            button.setIconSize(QSize(theme.px(ICON), theme.px(ICON)))
            button.setFixedWidth(theme.px(BUTTON))  # how fast needs some room as well
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show whether it plays, and whether there is anything to slide over."""
        playing = self._sliding.playing
        self._icons[self.play] = "pause" if playing else "play"
        self._name(
            self.play,
            translate("Draw", "Pause")
            if playing
            else translate("Draw", "Slide the kernel over its input while the map fills in"),
        )
        for button, icon in self._icons.items():
            button.setIcon(themed(icon, self._theme))
            button.setEnabled(self._sliding.possible)
        self.speed.setEnabled(self._sliding.possible)

    def _name(self, control: QWidget, words: str) -> None:
        control.setToolTip(words)
        control.setAccessibleName(words)
