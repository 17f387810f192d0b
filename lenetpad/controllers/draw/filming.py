"""The drawing's replay as an animated picture: read in a thread, painted beside the pen."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from lenetpad.controllers.failures import log_failure
from lenetpad.controllers.networks import Networks
from lenetpad.engine.jobs import Jobs
from lenetpad.ink.replay import frame_times, replay_of
from lenetpad.ink.strokes import Sheet
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.widgets.export_options import Look
from lenetpad.ui.widgets.turns import Steps, Turns
from lenetpad.ui.widgets.words import translate
from lenetpad.ui.window import Window
from lenetpad.values.film import FILM, FilmRequest
from lenetpad.values.jobs import Answer, JobFailure, JobProgress
from lenetpad.values.reading import Reading

if TYPE_CHECKING:  # it imports Qt's SVG, for which the window's start is no time
    from lenetpad.ui.draw.taking.reel import Reel


class Filming(QObject):
    """One film is made at a time; the banner says how far it is, and can cancel it. ``filmed``
    carries the Path to write to and the frames."""

    filmed = Signal(object, object)

    def __init__(self, window: Window, page: DrawPage, networks: Networks) -> None:
        super().__init__(page)
        self._window, self._page, self._networks = window, page, networks
        self._begun: Jobs | None = None  # as soon as something is asked
        self._ended = False
        self._reel: Reel | None = None
        self._path = Path()
        self._serial = 0
        self._said = ""
        self._come: deque[Reading] = deque()  # and are to be painted
        self._read = False  # whether all of them have come
        self._painting = Turns(self)

    def film(self, path: Path, look: Look) -> None:
        """Make a film of the drawing as it was written, with what the network made of it."""
        from lenetpad.engine.film import film_question
        from lenetpad.ui.draw.taking.copies import Copier
        from lenetpad.ui.draw.taking.reel import RATE, Reel, most_frames, seconds_of

        reading, ready = self._page.verdict.reading, self._networks.ready
        ink = self._page.canvas.sheet.ink
        if reading is None or ready is None or not ink or self._ended:
            return
        replay = replay_of(ink, short_pauses=True)
        times = frame_times(replay.duration, RATE, most_frames(look))
        counts = tuple(map(replay.count_at, times))
        self._forget()
        copier = Copier.of(self._page, look, self._window.theme)
        self._reel = Reel(copier, Sheet(ink), seconds_of(times))
        self._path = path
        self._serial += 1
        asked = FilmRequest(
            self._serial, ready.choice, ink, counts, reading.parameters or None, reading.holds
        )
        self._say()
        self._jobs.ask(film_question(asked))

    @property
    def _jobs(self) -> Jobs:
        if self._begun is None:
            from lenetpad.engine.film import film_job

            self._begun = Jobs({FILM: film_job}, "film")
            self._begun.progressed.connect(self._add)
            self._begun.answered.connect(self._end)
            self._begun.failed.connect(self._fail)
        return self._begun

    def _say(self) -> None:
        """Say how far the film is, unless the banner has something else to say by now."""
        banner = self._page.banner
        if self._reel is None or (self._said and banner.text != self._said):
            return
        words = translate("Draw", "Making {name}… {percent} %")
        percent = round(100 * self._reel.share)
        self._said = words.format(name=self._path.name, percent=percent)
        banner.offer(self._said, translate("Draw", "Cancel"), self.cancel)

    @Slot(object)
    def _add(self, message: JobProgress) -> None:
        self._come.append(message.progress)
        if not self._painting.active:
            self._painting.start(self._paint_all())

    def _paint_all(self) -> Steps[None]:
        """Paint what has come, one frame a turn, so that the pen goes first."""
        while self._reel is not None and self._come:
            try:
                self._reel.add(self._come.popleft())
            except MemoryError as error:
                self.cancel()
                self._page.banner.warn(str(error))
                return
            self._say()
            self._end_if_whole()
            yield

    @Slot(object)
    def _end(self, answer: Answer) -> None:
        self._read = True
        self._end_if_whole()

    def _end_if_whole(self) -> None:
        """Give the frames away when the last has been read and painted."""
        if self._read and self._reel is not None and not self._come:
            frames = self._reel.frames
            self._forget()
            self.filmed.emit(self._path, frames)

    @Slot(object)
    def _fail(self, message: JobFailure) -> None:
        self._forget()
        log_failure(message.failure)
        self._page.banner.warn(message.failure.message)

    @Slot()
    def cancel(self) -> None:
        """Make no film any more."""
        if self._begun is not None:
            self._begun.cancel(FILM)
        self._forget()

    def _forget(self) -> None:
        self._page.banner.take_back(self._said)
        self._reel, self._said, self._read = None, "", False
        self._come.clear()

    # The end

    def stop(self) -> None:
        """Give up what is being made."""
        self._ended = True
        self._reel = None
        self._painting.stop()
        if self._begun is not None:
            self._begun.stop()

    def wait(self, seconds: float) -> bool:
        """Wait for the thread; False where it hangs."""
        return self._begun is None or self._begun.wait(seconds)
