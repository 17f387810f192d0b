"""*Write each digit once*: ten drawings, one after the other, on the canvas."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Slot

from lenetpad.controllers.hands.hands import Hands
from lenetpad.ink.editing import Edited
from lenetpad.ink.files import DIGITS, Drawing
from lenetpad.ink.strokes import History, Ink, Sheet
from lenetpad.storage.hands import Hand
from lenetpad.ui import actions
from lenetpad.ui.draw.hand import words
from lenetpad.ui.draw.hand.writing_bar import WritingBar
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.widgets.words import translate
from lenetpad.ui.window import Window
from lenetpad.values.hand_learning import HandLearning

ROUND: Final = len(DIGITS)


class Writing(QObject):
    """Asks for one digit after the other. What lay on the canvas comes back at the end, with all
    that can be undone of it; what was written goes into the hand, which is learnt."""

    def __init__(self, window: Window, page: DrawPage, hands: Hands) -> None:
        super().__init__(page)
        self._window, self._page, self._hands = window, page, hands
        self._actions = window.actions_by_name
        self.bar: WritingBar | None = None  # made when it is first wanted
        self._before: History | None = None  # what lay on the canvas; None while nobody writes
        self._inks: list[Ink | None] = []  # that were written, None for a digit that was skipped
        self._count = self._place = 0
        self._first = Sheet()  # how the digit was begun
        slots = {
            "write_each": self.begin,
            "next_to_write": self.go_on,
            "previous_to_write": self.go_back,
            "skip_to_write": self.skip,
            "stop_writing": self.stop_writing,
        }
        actions.connect(self._actions, slots)
        window.escapes.insert(0, self.escape)
        window.theme_changed.connect(self._dress)
        window.page_opened.connect(self._follow_page)
        page.canvas.history_changed.connect(self._follow_history)
        self._actions["lesson_end"].changed.connect(self._follow_steps)
        self._allow()

    @property
    def active(self) -> bool:
        """Whether digits are being written one after the other."""
        return self._before is not None

    @property
    def digit(self) -> str:
        """The digit that is to be written; "" where all are."""
        return DIGITS[self._place % ROUND] if self._place < self._count else ""

    @Slot()
    def begin(self) -> None:
        """Begin with 0, on an empty canvas."""
        canvas = self._page.canvas
        if self.active:
            return
        if self._actions["lesson_end"].isEnabled():
            text = translate("Draw", "A lesson is being shown. End it first (Esc), then write.")
            self._page.banner.warn(text)
            return
        if self._page.staged:
            self._actions["stage"].trigger()
        self._page.correction.close()
        self._page.banner.withdraw()
        canvas.finish()
        self._before = canvas.history
        self._inks, self._count, self._place = [], ROUND, 0
        if self.bar is None:
            self.bar = WritingBar(self._actions, self._window.theme)
            self.bar.more.clicked.connect(self.write_more)
            self._window.lay_below(self.bar)
        self.bar.show()
        self._hands.prepare()
        self._show()
        canvas.setFocus()

    @Slot()
    def write_more(self) -> None:
        """Ask for all ten once more."""
        self._count += ROUND
        self._show()
        self._page.canvas.setFocus()

    @Slot()
    def go_on(self) -> None:
        """Take what was written, and ask for the next digit; after the last, end."""
        if not self.active:
            return
        if not self.digit:
            self.stop_writing()
            return
        canvas = self._page.canvas
        canvas.finish()
        if canvas.sheet.ink:
            self._put(canvas.sheet.ink)
            self._step()

    @Slot()
    def skip(self) -> None:
        """Go on without this digit."""
        if self.active and self.digit:
            self._put(None)
            self._step()

    @Slot()
    def go_back(self) -> None:
        """Go back to the digit before, with what was written of it."""
        if self.active and self._place > 0:
            self._keep_begun()
            self._place -= 1
            self._show()

    def _put(self, ink: Ink | None) -> None:
        if self._place < len(self._inks):
            self._inks[self._place] = ink
        else:
            self._inks.append(ink)

    def _keep_begun(self) -> None:
        """Take what was written of the digit at hand, for it may be wanted again."""
        canvas = self._page.canvas
        canvas.finish()
        if self.digit and canvas.sheet.ink:
            self._put(canvas.sheet.ink)
        elif self._place < len(self._inks):  # it was cleared
            self._put(None)

    def _step(self) -> None:
        self._place += 1
        self._show()

    def _show(self) -> None:
        """Show what is asked for, with what was written of it before."""
        assert self.bar is not None
        known = self._inks[self._place] if self._place < len(self._inks) else None
        canvas = self._page.canvas
        canvas.set_sheet(Sheet() if known is None else Sheet(known))
        self._first = canvas.sheet
        written = sum(ink is not None for ink in self._inks[: self._place])
        self.bar.show_place(self.digit, written, self._count)
        self._page.canvas.set_hint(self.bar.task.text())
        self._allow()

    @Slot()
    def _follow_history(self) -> None:
        """Undo leads back to how the digit was begun, and no further: what lies before that is
        another digit, or the drawing of before."""
        canvas = self._page.canvas
        if self.active and any(sheet is self._first for sheet in canvas.history.future):
            canvas.redo()
        self._allow()

    def _allow(self) -> None:
        """Turn off what can do nothing now."""
        begun = self.active and bool(self._page.canvas.sheet.ink)
        self._actions["next_to_write"].setEnabled(self.active and (begun or not self.digit))
        self._actions["previous_to_write"].setEnabled(self.active and self._place > 0)
        self._actions["skip_to_write"].setEnabled(self.active and bool(self.digit))
        self._actions["stop_writing"].setEnabled(self.active)
        self._actions["write_each"].setEnabled(not self.active)
        self._actions["correct"].setEnabled(not self.active)
        finish = translate("Draw", "Finish") if not self.digit else translate("Draw", "Next")
        self._actions["next_to_write"].setIconText(finish)

    @Slot()
    def stop_writing(self) -> None:
        """End, and have the hand learn what was written; the drawing of before comes back."""
        self._teach(self._end())

    @Slot()
    def give_way(self) -> None:
        """End, for something else comes onto the canvas, or the window is about to close."""
        if drawings := self._end():
            self._hands.report = None
            self._hands.teach(drawings, self._note)

    def _teach(self, drawings: tuple[Drawing, ...]) -> None:
        if drawings:
            self._hands.report = self._tell
            self._hands.teach(drawings, self._note)

    def _note(self, hand: Hand, edited: Edited) -> None:
        """Say that the drawings are in the hand, where they are not learnt at once."""
        if not self._hands.can_learn:
            self._page.banner.note(words.written(hand.name, len(edited.places)))

    def _end(self) -> tuple[Drawing, ...]:
        """Put back what lay on the canvas; gives what was written."""
        before = self._before
        if before is None:
            return ()
        self._keep_begun()
        self._before = None
        written = [(ink, place % ROUND) for place, ink in enumerate(self._inks) if ink is not None]
        self._inks, self._count, self._place = [], 0, 0
        self._page.canvas.go_back_to(before)
        self._page.canvas.set_hint("")
        if self.bar is not None:
            self.bar.hide()
        self._allow()
        return tuple(Drawing(ink, digit) for ink, digit in written)

    def _tell(self, found: HandLearning) -> None:
        """Show what has changed."""
        self._actions["what_changed"].trigger()

    def escape(self) -> bool:
        """End for Esc; False where nobody writes."""
        active = self.active and self._window.open_page_name == "draw"
        if active:
            self.stop_writing()
        return active

    @Slot()
    def _follow_steps(self) -> None:
        """The layers are shown step by step, and have the keys from now on."""
        if self._actions["lesson_end"].isEnabled():
            self.give_way()

    @Slot(str)
    def _follow_page(self, name: str) -> None:
        if self.bar is not None:
            self.bar.setVisible(self.active and name == "draw")

    @Slot()
    def _dress(self) -> None:
        if self.bar is not None:
            self.bar.set_theme(self._window.theme)
