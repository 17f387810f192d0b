"""The drawing on the canvas as it was written: replayed, or dragged along its time line."""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from lenetpad.controllers.failures import log_failure
from lenetpad.controllers.networks import Networks
from lenetpad.engine.jobs import Jobs
from lenetpad.ink.replay import Replay, moment_after, replay_of
from lenetpad.ink.strokes import Sheet
from lenetpad.ui import actions
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.draw.time_line.panel import TimeLinePanel
from lenetpad.ui.window import Window
from lenetpad.values.failures import Failure
from lenetpad.values.jobs import Answer, JobFailure, JobProgress, Question
from lenetpad.values.reading import Reading
from lenetpad.values.time_line import TIME_LINE, TimeLineRequest

#: Moments of a replay come so often.
FRAME_MS: Final = 16
#: A time line is made when the pen has been up for so long.
REST_MS: Final = 250
#: And in other weights after so long: those of a training come one after the other.
RENEW_MS: Final = 500
#: What there is of a time line is painted so often at the most.
PROGRESS_SECONDS: Final = 0.1


class Replaying(QObject):
    """Actions play the drawing, step through its points and show its time line. What lies on the
    canvas stays as it is, with its history: a moment of it is shown, and read, until the user
    writes, or wants all of it back. ``changed`` comes when ``sheet`` is another that is to be
    read."""

    changed = Signal()

    def __init__(self, window: Window, page: DrawPage, networks: Networks) -> None:
        super().__init__(page)
        self._page, self._networks, self._preferences = page, networks, window.preferences
        self._actions = window.actions_by_name
        self._replay: Replay | None = None
        self._count = 0  # points that are shown
        self._began = self._from = 0.0  # when it began to play, and at which moment of the pen
        self._reading: Reading | None = None  # the latest one that is shown
        self._asked: TimeLineRequest | None = None  # the latest question, answered or not
        self.whole = False  # whether all of the drawing's time line is shown
        self._progressed = 0.0  # perf_counter when a part of one was shown
        self._serial = 0
        self._begun: Jobs | None = None  # as soon as something is asked
        self._ended = False
        self._reported: Failure | None = None
        self._frames, self._rest, self._renewal = (QTimer(self) for _ in range(3))
        self._frames.setInterval(FRAME_MS)
        self._frames.setTimerType(Qt.TimerType.PreciseTimer)
        self._frames.timeout.connect(self._advance)
        for timer, after in ((self._rest, REST_MS), (self._renewal, RENEW_MS)):
            timer.setSingleShot(True)
            timer.setInterval(after)
        self._rest.timeout.connect(self._show_drawing)
        self._renewal.timeout.connect(self._ask_line)
        self._panel: TimeLinePanel | None = None  # once it is connected
        self._connect()

    def _connect(self) -> None:
        page = self._page
        slots = {
            "time_line": self._toggle_panel,
            "replay": self._toggle_play,
            "previous_point": self._step_back,
            "next_point": self._step_on,
        }
        actions.connect(self._actions, slots)
        page.time_line.toggled.connect(self._note_panel)
        page.canvas.replay_left.connect(self._note_left)
        page.canvas.sheet_changed.connect(self._forget_drawing)
        page.canvas.history_changed.connect(self._allow)
        self._allow()

    @property
    def sheet(self) -> Sheet:
        """What is to be read: the drawing at the moment that is shown, or all that lies on the
        canvas."""
        if self._replay is not None and self._count < self._replay.count:
            return Sheet(self._replay.partial(self._count))
        return self._page.canvas.sheet

    @property
    def shows_moment(self) -> bool:
        """Whether less than all of the drawing is shown."""
        return self._replay is not None and self._count < self._replay.count

    # Keys and buttons

    @Slot()
    def _toggle_panel(self) -> None:
        self._page.time_line.show(shown=self._actions["time_line"].isChecked())

    @Slot()
    def _toggle_play(self) -> None:
        if self._frames.isActive():
            self._pause()
        else:
            self.play()

    @Slot()
    def _step_back(self) -> None:
        self._step(-1)

    @Slot()
    def _step_on(self) -> None:
        self._step(+1)

    @Slot(int)
    def _step(self, points: int) -> None:
        self._open_panel()
        if self._replay is not None:
            self.stay_at(min(max(self._count + points, 1), self._replay.count))

    @Slot(int)
    def stay_at(self, count: int) -> None:
        """Go to a moment, and stay there."""
        self._frames.stop()
        self._go_to(count)

    def play(self) -> None:
        """Play on from the moment that is shown; from the first where that is the last."""
        self._open_panel()
        replay = self._replay
        if replay is not None:
            if self._count >= replay.count:
                self._go_to(1)
            self._frames.start()
            self._begin_at(replay.time_of(self._count))
        self._tell_moment()

    def _begin_at(self, moment: float) -> None:
        self._from, self._began = moment, time.perf_counter()

    def _pause(self) -> None:
        self._frames.stop()
        self._tell_moment()

    @Slot()
    def _advance(self) -> None:
        """Show the moment that the pen has come to."""
        if self._replay is None or self._panel is None:
            return
        elapsed, duration = time.perf_counter() - self._began, self._replay.duration
        moment = moment_after(self._from, elapsed, self._panel.speed, duration)
        if moment >= duration:
            self._frames.stop()
            self._go_to(self._replay.count)
        elif (count := self._replay.count_at(moment)) > self._count:
            self._go_to(count)

    def _go_to(self, count: int) -> None:
        """Show the drawing when it had so many points, and have it read."""
        replay = self._replay
        if replay is None:
            return
        moved, self._count = count != self._count, count
        self._page.canvas.show_moment(replay if count < replay.count else None, count)
        self._tell_moment()
        if moved:
            self.changed.emit()

    @Slot()
    def show_whole(self) -> None:
        """Show all of the drawing again."""
        if self._replay is not None:
            self.stay_at(self._replay.count)

    def _tell_moment(self) -> None:
        playing = self._frames.isActive()
        self._actions["replay"].setChecked(playing)
        if self._panel is not None:
            self._panel.show_moment(self._count, playing=playing)

    # The panel

    def _open_panel(self) -> None:
        self._page.time_line.show(shown=True)
        if self._replay is None and not self._page.canvas.gesturing:
            self._show_drawing()

    @Slot(bool)
    def _note_panel(self, shown: bool) -> None:
        self._actions["time_line"].setChecked(shown)
        if not shown:
            self.show_whole()
            self._cancel()
            return
        if self._panel is None:
            self._panel = panel = self._page.time_line.panel
            panel.moved.connect(self.stay_at)
            panel.stepped.connect(self._step)
            panel.toggled.connect(self._toggle_play)
            panel.left.connect(self.show_whole)
            kept = self._preferences
            panel.choose(kept.replay_speed, short_pauses=kept.short_pauses)
            panel.changed.connect(self._change_times)
        self._show_drawing()

    @Slot()
    def _change_times(self) -> None:
        """Go on at another speed, or with other pauses, from the moment that is shown; and keep
        them for the next time."""
        if self._panel is None:
            return
        pauses = "true" if self._short_pauses else "false"
        self._preferences.keep(replay_speed=self._panel.speed, short_pauses=pauses)
        if self._replay is None:
            return
        line, count = self._panel.plot.read, self._count
        self._replay = replay_of(self._replay.ink, short_pauses=self._short_pauses)
        self._begin_at(self._replay.time_of(count))
        self._panel.show_replay(self._replay, count)
        if line is not None:
            self._panel.show_line(line)
        self._go_to(count)

    @property
    def _short_pauses(self) -> bool:
        return self._panel is not None and self._panel.short_pauses.isChecked()

    @Slot()
    def _show_drawing(self) -> None:
        """Show the time line of what lies on the canvas now, once no pen is on it."""
        page = self._page
        if not page.time_line.shown or self._panel is None:
            return
        if page.canvas.gesturing:
            self._rest.start()
            return
        sheet = page.canvas.sheet
        if self._replay is None or self._replay.ink is not sheet.ink:
            self._replay, self.whole = None, False
            if sheet.ink:
                self._replay = replay_of(sheet.ink, short_pauses=self._short_pauses)
                self._count = self._replay.count
                self._panel.show_replay(self._replay, self._count)
            else:
                self._panel.show_none(picture=sheet.picture is not None)
            self._tell_moment()
        self._ask_line()

    # The canvas

    @Slot()
    def _note_left(self) -> None:
        """The canvas shows all that lies on it: the user writes, or has changed it."""
        self._frames.stop()
        if self._replay is not None:
            self._count = self._replay.count
        self._tell_moment()
        self.changed.emit()

    @Slot()
    def _forget_drawing(self) -> None:
        """Other ink lies on the canvas: its time line comes when the pen rests."""
        known, self._replay, self.whole = self._replay, None, False
        self._frames.stop()
        self._cancel()
        if self._page.time_line.shown:
            self._rest.start()
            if known is not None and self._panel is not None:
                self._panel.show_replay(None, 0)

    @Slot()
    def _allow(self) -> None:
        """Turn off the actions that can do nothing."""
        there = bool(self._page.canvas.sheet.ink)
        for name in ("replay", "previous_point", "next_point"):
            self._actions[name].setEnabled(there)

    # The time line

    def follow(self, reading: Reading) -> None:
        """Follow a reading that is shown: of other weights, or with other units held, the time
        line is another."""
        self._reading = reading
        if self._replay is None or not self._page.time_line.shown or self._renewal.isActive():
            return
        asked = self._asked
        if asked is None or not _alike(asked, reading):
            self._renewal.start(RENEW_MS if asked is not None else 0)

    def show_network(self) -> None:
        """Another network reads from now on: its time line is asked for with its first reading."""
        self._reading = None

    def forget(self) -> None:
        """There is no reading of what is shown now."""
        self._reading = self._asked = None

    @Slot()
    def _ask_line(self) -> None:
        """Ask for the time line of the drawing, where that is not the one that was asked for."""
        replay, reading, ready = self._replay, self._reading, self._networks.ready
        if replay is None or reading is None or ready is None:
            return
        if not self._page.time_line.shown or self._rest.isActive():
            return
        asked = self._asked
        if asked is not None and asked.ink is replay.ink and _alike(asked, reading):
            return
        self._serial += 1
        parameters = reading.parameters or None
        self._asked = TimeLineRequest(
            self._serial, ready.choice, replay.ink, parameters, reading.holds
        )
        from lenetpad.engine.time_line import time_line_question

        self._ask(time_line_question(self._asked))

    def _ask(self, question: Question) -> None:
        """Have a question answered; the first begins the thread: no start has to wait for it."""
        if self._ended:
            return
        if self._begun is None:
            from lenetpad.engine.time_line import time_line_jobs

            self._begun = Jobs(time_line_jobs(), "time line")
            self._begun.progressed.connect(self._show_progress)
            self._begun.answered.connect(self._show_answer)
            self._begun.failed.connect(self._show_failure)
        self._begun.ask(question)

    def _cancel(self) -> None:
        self._asked = None
        self._renewal.stop()
        if self._begun is not None:
            self._begun.cancel(TIME_LINE)

    @Slot(object)
    def _show_progress(self, message: JobProgress) -> None:
        """Show what there is of the drawing's first line; another one replaces a whole one."""
        now = time.perf_counter()
        waits = self.whole or now - self._progressed < PROGRESS_SECONDS
        if self._panel is not None and not waits:
            self._progressed = now
            self._panel.show_line(message.progress)

    @Slot(object)
    def _show_answer(self, answer: Answer) -> None:
        self._reported = None
        if self._panel is not None:
            self.whole = True
            self._panel.show_line(answer.result)

    @Slot(object)
    def _show_failure(self, message: JobFailure) -> None:
        """Say it in the panel; what fails alike again and again is logged once."""
        if message.failure != self._reported:
            log_failure(message.failure)
        self._reported = message.failure
        if self._panel is not None:
            self._panel.show_failure(message.failure.message)

    # The end

    def stop(self) -> None:
        """Give up what is asked for, without waiting for the thread."""
        self._ended = True
        for timer in (self._frames, self._rest, self._renewal):
            timer.stop()
        if self._begun is not None:
            self._begun.stop()

    def wait(self, seconds: float) -> bool:
        """Wait for the thread; False where it hangs."""
        return self._begun is None or self._begun.wait(seconds)


def _alike(asked: TimeLineRequest, reading: Reading) -> bool:
    """Whether a reading is of the network that a time line was asked for with."""
    return asked.parameters is (reading.parameters or None) and asked.holds == reading.holds
