"""The dialog of what a hand's learning has changed, with the ways back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from lenetpad.controllers.hands.hands import Hands
from lenetpad.controllers.networks import Networks
from lenetpad.storage.hands import Hand
from lenetpad.ui import actions
from lenetpad.ui.draw.covers import hidden_words
from lenetpad.ui.draw.hand.changes_dialog import ChangesDialog
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.window import Window
from lenetpad.values.hand_learning import HandLearning


class Changes(QObject):
    """Shows of a hand's drawings how they were read before they were learnt and how they are read
    now. ``forget_wanted`` carries a Hand that is to be deleted."""

    forget_wanted = Signal(object)

    def __init__(self, window: Window, page: DrawPage, hands: Hands, networks: Networks) -> None:
        super().__init__(page)
        self._window, self._page = window, page
        self._hands, self._networks = hands, networks
        self.dialog: ChangesDialog | None = None
        self._undone = False  # whether the last learning was taken back, and can come again
        self._folder: Path | None = None  # of the hand that is shown
        actions.connect(window.actions_by_name, {"what_changed": self._show_current})
        hands.learnt.connect(self._follow_learning)
        hands.emptied.connect(self._follow_emptied)
        page.answers_hidden_changed.connect(self._follow_hidden)

    @property
    def count(self) -> int:
        """How many drawings the dialog shows; 0 where it is not open."""
        return 0 if self.dialog is None else self.dialog.list.count()

    @Slot()
    def _show_current(self) -> None:
        if (hand := self._hands.current) is not None:
            self.show(hand)

    def show(self, hand: Hand) -> None:
        """Show what a hand has changed; without drawings, offer to write some."""
        if not hand.drawings:
            self._hands.empty_chosen.emit()
            return
        if self._page.answers_hidden:  # of these drawings too
            self._page.banner.note(hidden_words())
            return
        self._folder = hand.folder
        if self.dialog is None:
            self.dialog = dialog = ChangesDialog(self._window.theme, self._window.dialog_parent)
            dialog.undo_wanted.connect(self._take_back)
            dialog.off_wanted.connect(self._read_without)
            dialog.forget_wanted.connect(self._forget_hand)
            dialog.finished.connect(self._forget_dialog)
        latest = self._hands.latest
        if latest is not None and latest.hand == hand and latest.model == self._hands.base:
            self._follow_learning(latest)
        else:
            self._hands.look_at(hand.folder)
        self.dialog.show()
        self.dialog.raise_()

    def close(self) -> None:
        """Close the dialog."""
        if self.dialog is not None:
            self.dialog.close()

    @Slot()
    def _follow_hidden(self) -> None:
        if self._page.answers_hidden:
            self.close()

    @Slot(object)
    def _follow_learning(self, found: HandLearning) -> None:
        if found.anew:
            self._undone = False
        if self.dialog is not None and len(found) and found.hand.folder == self._folder:
            on = self._networks.hands.on == found.hand.folder
            network = self._networks.runs.title_of(found.model)
            self.dialog.show_learning(found, network, on=on, undone=self._undone)

    @Slot()
    def _take_back(self) -> None:
        if self._folder is not None and self.dialog is not None:
            self._undone = not self._undone
            self.dialog.undo.setEnabled(False)  # until it is done
            self._hands.take_back(self._folder)

    @Slot(object)
    def _follow_emptied(self, hand: Hand) -> None:
        if self.dialog is not None and hand.folder == self._folder:
            self.dialog.show_nothing(hand.name)

    @Slot()
    def _read_without(self) -> None:
        self._hands.switch_off()
        if self.dialog is not None:
            self.dialog.off.setEnabled(False)

    @Slot()
    def _forget_hand(self) -> None:
        if (hand := self._networks.hands.hand(self._folder)) is not None:
            self.forget_wanted.emit(hand)

    @Slot()
    def _forget_dialog(self) -> None:
        self.dialog = None
