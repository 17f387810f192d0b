""" "It is a …": the user says what the drawing shows, and it goes into the hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from lenetpad.controllers.draw.replaying import Replaying
from lenetpad.controllers.draw.tray import Tray
from lenetpad.controllers.hands.hands import Hands
from lenetpad.ink.editing import Delete, Edited
from lenetpad.ink.files import Drawing, Label
from lenetpad.ink.strokes import Ink
from lenetpad.lenet.alignment import ink_of
from lenetpad.storage.decoding import named
from lenetpad.storage.hands import Hand
from lenetpad.ui import actions
from lenetpad.ui.draw.hand import words
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.widgets.words import marked, translate
from lenetpad.ui.window import Window
from lenetpad.values.hand_learning import HandLearning

#: After so many corrections *Write each digit once* is offered, once for ever.
ENOUGH: Final = 3
NOTHING: Final = marked("Draw", "There is nothing on the canvas. Write a digit first.")
PICTURE: Final = marked(
    "Draw",
    "A picture has no strokes, so a hand cannot learn it. Write the digit with the pen instead.",
)


class Correcting(QObject):
    """Asks what the drawing shows, and teaches it. ``each_wanted`` comes where the user wants to
    write each digit once."""

    each_wanted = Signal()

    def __init__(
        self, window: Window, page: DrawPage, hands: Hands, replaying: Replaying, tray: Tray
    ) -> None:
        super().__init__(page)
        self._window, self._page, self._hands = window, page, hands
        self._replaying, self._tray = replaying, tray
        self._asked: Ink | None = None  # what it is asked about
        self._said = ""  # of what was learnt last
        self._say_again: Callable[[], object] | None = None
        actions.connect(window.actions_by_name, {"correct": self.ask})
        page.correction.answered.connect(self.answer)
        page.canvas.sheet_changed.connect(self._forget)
        page.answers_hidden_changed.connect(self._follow_hidden)

    @Slot()
    def ask(self) -> None:
        """Ask what the drawing shows, or the digit of a number that the maps show; once more
        closes the question."""
        page = self._page
        if page.staged:
            return
        if page.correction.shown:
            page.correction.close()
            return
        page.canvas.finish()
        sheet = self._replaying.sheet
        if sheet.picture is not None:
            page.banner.warn(translate("Draw", PICTURE))
        elif not sheet.ink:
            page.banner.note(translate("Draw", NOTHING))
        else:
            self._asked, which = self._in_focus(sheet.ink)
            self._hands.prepare()
            page.correction.ask(which)

    def _in_focus(self, ink: Ink) -> tuple[Ink, str]:
        """The ink of the digit that the maps show, and which that is of several; all of it where
        there is one, or it was not read yet."""
        reading = self._page.verdict.reading
        if reading is None or reading.sheet is None or reading.sheet.ink != ink:
            return ink, ""
        if not reading.several or reading.segmentation is None:
            return ink, ""
        candidate = reading.several[reading.focus]
        found = ink_of(ink, reading.segmentation.pieces[candidate.first : candidate.end])
        if self._page.answers_hidden:  # how many there are is part of the answer
            return found, translate("Draw", "The digit in the maps")
        text = translate("Draw", "Digit {place} of {count}")
        place, count = reading.focus + 1, len(reading.several)
        return found, text.format(place=place, count=count)

    @Slot()
    def _forget(self) -> None:
        """What was asked about is another drawing now."""
        self._page.correction.close()
        self._asked = None

    @Slot(object)
    def answer(self, label: Label) -> None:
        """Put the drawing into the hand as this."""
        ink, self._asked = self._asked, None
        self._page.correction.close()
        if ink is not None:
            self._hands.report = None
            self._hands.teach((Drawing(ink, label),), partial(self._note, label))

    def _note(self, label: Label, hand: Hand, edited: Edited) -> None:
        """Say that it is in the hand, with the way back, and again when it is learnt."""
        said = words.taught(hand.name, label, later=not self._hands.can_learn)
        undo = partial(self._take_back, hand, edited)
        self._page.banner.note(said, translate("Draw", "Undo"), undo)
        self._hands.report = partial(self._tell, undo)

    def _tell(self, undo: Callable[[], object], found: HandLearning) -> None:
        if len(found):
            self._say_again = partial(self._say, undo, found, offers=self._offers())
            self._say_again()

    def _say(self, undo: Callable[[], object], found: HandLearning, *, offers: bool) -> None:
        """Say that it is learnt, and where the answer is not hidden what it is read as."""
        banner = self._page.banner
        told = words.corrected(found, hidden=bool(self._page.answers_hidden))
        if offers:
            more = translate("Draw", "Write each digit once, and it learns most of your hand.")
            banner.offer(f"{told} {more}", translate("Draw", "Write…"), self.each_wanted.emit)
        else:
            banner.note(told, translate("Draw", "Undo"), undo)
        self._said = banner.text

    @Slot()
    def _follow_hidden(self) -> None:
        """Neither what is asked nor what is said still tells an answer that is hidden now."""
        if self._page.answers_hidden:
            self._page.correction.close()
        if self._say_again is not None and self._page.banner.shows(self._said):
            self._say_again()

    def _offers(self) -> bool:
        """Whether it is time to offer *Write each digit once*: after the third correction, and
        never again."""
        preferences = self._window.preferences
        count = preferences.corrections + 1
        preferences.keep(corrections=count)
        return count == ENOUGH

    def _take_back(self, hand: Hand, edited: Edited) -> None:
        """Take the drawing out of the hand again, which is learnt without it."""
        self._hands.report = None

        def then(done: Edited) -> None:
            text = translate("Draw", "Taken out of {hand} again.")
            self._page.banner.note(text.format(hand=named(hand.name)))

        self._tray.change(hand.ink, lambda: Delete(edited.places), then)
