"""Several digits on the canvas: which one the maps show, and a canvas wide enough for them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from lenetpad.ui import actions
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.window import Window
from lenetpad.values.reading import Reading

#: The canvas widens once the pen has been up for so long: no hand is to miss what it aims at.
REST_MS: Final = 600


class Numbers(QObject):
    """Keeps which digit of a number was chosen: as long as nothing else is written, it is what
    maps and probabilities show; else that is the digit written last. ``focus_changed`` comes when
    another one is to be read.

    A canvas that has become wide by itself is a square again when it is cleared.
    """

    focus_changed = Signal()

    def __init__(self, window: Window, page: DrawPage) -> None:
        super().__init__(page)
        self._page, self._preferences = page, window.preferences
        self._actions = window.actions_by_name
        self.focus: int | None = None  # the place of the chosen digit
        self._reading: Reading | None = None  # of what lies on the canvas, if it has several
        self._marked: Reading | None = None  # of what lies on the canvas
        self._chose_square = False  # since the canvas was empty
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._widen)
        slots = {
            "wide": self._toggle_wide,
            "previous_digit": self._show_previous,
            "next_digit": self._show_next,
        }
        actions.connect(self._actions, slots)
        page.digit_chosen.connect(self.choose)
        page.digit_released.connect(self._give_back)
        page.answers_hidden_changed.connect(self._mark)
        page.wide_changed.connect(self._actions["wide"].setChecked)
        page.canvas.history_changed.connect(self._follow_history)
        page.set_wide(wide=self._preferences.wide_canvas)
        self._allow_steps()

    # Readings

    def follow(self, reading: Reading) -> None:
        """Follow the reading of what lies on the canvas now."""
        self._reading = reading if reading.several else None
        self._marked = reading
        self._mark()
        self._allow_steps()
        if reading.number is not None and self._page.canvas.near_edge:
            self._rest.start()

    def forget(self) -> None:
        """There is no reading of what lies on the canvas now."""
        self._reading = self._marked = None
        self._mark()
        self._allow_steps()

    @Slot()
    def _mark(self) -> None:
        """Mark the digits on the canvas: how many there are is part of the answer."""
        hidden = bool(self._page.answers_hidden)
        self._page.canvas.show_digits(None if hidden else self._marked)

    # The digit in the maps

    @Slot(int)
    def choose(self, place: int) -> None:
        """Show this digit of the number alone."""
        if self._reading is not None and 0 <= place < len(self._reading.several):
            self._keep(place)
            self.focus_changed.emit()

    def release(self) -> None:
        """Other ink lies on the canvas: what is shown is the digit written last."""
        self._keep(None)

    def _keep(self, place: int | None) -> None:
        self.focus = place
        self._page.digit_kept = place is not None

    @Slot()
    def _give_back(self) -> None:
        self._keep(None)
        self.focus_changed.emit()

    @Slot()
    def _show_previous(self) -> None:
        self._step(-1)

    @Slot()
    def _show_next(self) -> None:
        self._step(+1)

    def _step(self, step: int) -> None:
        if self._reading is not None:
            here = self._reading.focus if self.focus is None else self.focus
            self.choose((here + step) % len(self._reading.several))

    def _allow_steps(self) -> None:
        for name in ("previous_digit", "next_digit"):
            self._actions[name].setEnabled(self._reading is not None)

    # The wide canvas

    @Slot()
    def _toggle_wide(self) -> None:
        wide = self._actions["wide"].isChecked()
        self._chose_square = not wide
        self._page.set_wide(wide=wide)
        self._preferences.keep(wide_canvas="true" if wide else "false")

    @Slot()
    def _widen(self) -> None:
        """Give the writing room, once the pen rests."""
        page, canvas = self._page, self._page.canvas
        if canvas.gesturing:
            self._rest.start()
        elif self._reading is not None and not self._chose_square and canvas.near_edge:
            page.set_wide(wide=canvas.wide or page.can_widen)

    @Slot()
    def _follow_history(self) -> None:
        """A canvas that was cleared is as the user has chosen it."""
        canvas = self._page.canvas
        if not canvas.sheet and not canvas.gesturing:
            self._rest.stop()
            self._chose_square = False
            self._page.set_wide(wide=self._preferences.wide_canvas)
