"""A picture of several lines: what stands in each, and the way to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Slot

from lenetpad.controllers.draw.documents import Documents
from lenetpad.controllers.networks import Networks
from lenetpad.ink.sheets import Found
from lenetpad.ink.strokes import Sheet
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.draw.verdict import not_a_number
from lenetpad.ui.widgets.words import translate
from lenetpad.values.jobs import Question
from lenetpad.values.number_views import LinesRequest

#: So many lines are said at most; the others are counted.
MOST_SAID: Final = 12


class PictureLines(QObject):
    """Says what all lines of a picture are that was opened, for the canvas holds one of them, and
    puts the next one there. ``ask`` has a question answered."""

    def __init__(
        self,
        page: DrawPage,
        networks: Networks,
        documents: Documents,
        ask: Callable[[Question], None],
    ) -> None:
        super().__init__(page)
        self._page, self._networks, self._documents, self._ask = page, networks, documents, ask
        self._sheets: tuple[Sheet, ...] = ()
        self._place = 0  # of the line on the canvas
        self._texts: tuple[str, ...] = ()  # of the lines, as soon as they have been read
        self._note = ""  # what else is said
        self._said = ""  # of the lines, last
        self._serial = 0
        page.answers_hidden_changed.connect(self._follow_hidden)
        documents.opened.connect(self._take)

    @Slot(object, str)
    def _take(self, found: Found, note: str) -> None:
        """Something was opened: of its lines, if there are several, is told from now on."""
        self._sheets, self._texts, self._note = found.lines, (), note
        self._serial += 1  # what was asked of another picture is not wanted any more
        if not self._sheets:
            return
        self._place = self._sheets.index(found.sheet)
        self._say()
        if (ready := self._networks.ready) is None:
            return
        reading = self._page.verdict.reading
        parameters = (reading.parameters or None) if reading is not None else None
        from lenetpad.engine.number_views import lines_question

        request = LinesRequest(self._serial, ready.choice, self._sheets, parameters)
        self._ask(lines_question(request))

    def show_answer(self, request: LinesRequest, texts: tuple[str, ...]) -> None:
        """Say what stands in the lines of the picture that was opened last."""
        if request.serial == self._serial:
            self._texts = texts
            if self._page.canvas.sheet == self._sheets[self._place]:
                self._say()

    @Slot()
    def _show_next(self) -> None:
        self._place = (self._place + 1) % len(self._sheets)
        self._page.canvas.set_sheet(self._sheets[self._place])
        self._say()

    def _say(self) -> None:
        count, place = len(self._sheets), self._place + 1
        if self._texts and not self._page.answers_hidden:
            words = translate(
                "Draw",
                "The picture shows {count} lines, and the canvas holds line {place}. They read: "
                "{texts}.",
            )
        else:
            words = translate(
                "Draw", "The picture shows {count} lines, and the canvas holds line {place}."
            )
        texts = [text or not_a_number() for text in self._texts[:MOST_SAID]]
        if len(self._texts) > MOST_SAID:
            texts.append("…")
        message = words.format(count=count, place=place, texts=" · ".join(texts))
        self._said = " ".join(filter(None, (message, self._note)))
        self._documents.note(self._said, translate("Draw", "Next line"), self._show_next)

    @Slot()
    def _follow_hidden(self) -> None:
        """What is said still tells no answer that is hidden now."""
        if self._page.banner.shows(self._said):
            self._say()
