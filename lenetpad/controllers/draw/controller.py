"""The controller of the Draw page: ink goes to the recognition, readings come back to the page."""

from __future__ import annotations

import logging
import time
from functools import partial
from importlib import import_module
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot

from lenetpad.controllers.draw.comparing import Comparing
from lenetpad.controllers.draw.documents import Documents
from lenetpad.controllers.draw.guessing import Guessing
from lenetpad.controllers.draw.holding import Holding
from lenetpad.controllers.draw.inspection import Inspection
from lenetpad.controllers.draw.number_views import NumberViewing
from lenetpad.controllers.draw.numbers import Numbers
from lenetpad.controllers.draw.probing import Probing
from lenetpad.controllers.draw.replaying import Replaying
from lenetpad.controllers.draw.sheet_keeper import SheetKeeper
from lenetpad.controllers.draw.showing import Showing
from lenetpad.controllers.draw.staging import Staging
from lenetpad.controllers.draw.taking import Taking
from lenetpad.controllers.draw.tools import Tools
from lenetpad.controllers.failures import log_failure
from lenetpad.controllers.hands.changes import Changes
from lenetpad.controllers.hands.correcting import Correcting
from lenetpad.controllers.hands.hands import Hands
from lenetpad.controllers.hands.managing import Managing
from lenetpad.controllers.hands.writing import Writing
from lenetpad.controllers.networks import Networks
from lenetpad.controllers.page_controller import (
    Context,
    PageController,
    PageRow,
    seconds_until,
)
from lenetpad.controllers.run_networks import interruption_words, listing
from lenetpad.engine.recognition import Recognition
from lenetpad.ink.examples import own_numbers
from lenetpad.ink.files import NO_DIGIT, Label
from lenetpad.ink.strokes import Sheet
from lenetpad.storage.decoding import named
from lenetpad.storage.interruptions import note_told, untold
from lenetpad.storage.runs import Run
from lenetpad.ui import actions
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.widgets import question
from lenetpad.ui.widgets.turns import at_once
from lenetpad.ui.widgets.words import translate
from lenetpad.values.failures import Failure, Place
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading, Request
from lenetpad.values.segmentation import Kind

log = logging.getLogger("lenetpad")

#: The time of a request that no pointer event caused, so that none is measured from it.
NO_HAND: Final = 0.0
#: So long the end of the program waits for what is being saved, and asks then.
SAVING_SECONDS: Final = 0.5
#: A reading that is out of date already may be passed over for so long: no screen shows more.
FRAME_SECONDS: Final = 1 / 120


class DrawController(PageController):
    """Has what lies on the canvas read. The page is there from the start, without waiting.

    ``continue_wanted`` carries the folder of an interrupted run that is to go on.
    """

    continue_wanted = Signal(object)

    page: DrawPage
    documents: Documents
    tools: Tools
    inspection: Inspection
    guessing: Guessing
    showing: Showing
    staging: Staging
    holding: Holding
    numbers: Numbers
    probing: Probing
    number_viewing: NumberViewing
    taking: Taking
    replaying: Replaying
    comparing: Comparing
    hands: Hands
    correcting: Correcting
    writing: Writing
    changes: Changes
    managing: Managing

    def __init__(self, row: PageRow, context: Context) -> None:
        super().__init__(row, context)
        self.serial = 0  # of the latest request
        self.recognition = Recognition(context.opener)
        self.networks = Networks(self.window, self.recognition, context.runs)
        self._shown = 0.0  # perf_counter when a reading was shown last
        self._reported: Failure | None = None
        self._reported_at = 0  # the serial of the latest request then
        self._slow = ""  # what the banner says of a network that takes long to load
        self._loading = self._searched = False

    def open_page(self) -> None:
        """Build the page at once: the window is not to be seen without it."""
        at_once(self.steps_of_building(import_module(self._module)))

    def connect_page(self) -> None:
        page, canvas = self.page, self.page.canvas
        self.documents = Documents(self.window, page, lambda: self.jobs, self.label_read)
        actions.connect(self.window.actions_by_name, {"examples": self.open_examples})
        self.tools = Tools(self.window, page)
        self.inspection = Inspection(self.window, page)
        self.guessing = Guessing(self.window, page, self.inspection)
        self.showing = Showing(self.window, page)
        self.staging = Staging(self.window, page)
        self.holding = Holding(self.window, page)
        self.holding.changed.connect(self._read_again)
        self.numbers = Numbers(self.window, page)
        self.numbers.focus_changed.connect(self._read_again)
        self.replaying = Replaying(self.window, page, self.networks)
        self.replaying.changed.connect(self._read_again)
        self.probing = Probing(self.window, page, self.networks)
        followers = (self.inspection.follow, self.probing.follow)
        self.number_viewing = NumberViewing(
            self.window, page, self.networks, followers, self.documents
        )
        self.comparing = Comparing(self.window, page, self.networks)
        self.taking = Taking(self.window, page, self.networks)
        self._connect_hands()
        self._keeper = SheetKeeper(canvas, self.context.folder)
        self._keeper.warned.connect(page.banner.warn)
        self._keeper.not_kept.connect(page.banner.stand)
        self._keeper.kept_again.connect(self._note_kept)
        self._keeper.restored.connect(self.documents.begin)
        # Queued, so that the whole window is on screen before torch takes the processor.
        canvas.painted.connect(self._load_first, Qt.ConnectionType.QueuedConnection)
        canvas.sheet_changed.connect(self.submit)
        self.recognition.reading_ready.connect(self._show_reading)
        self.recognition.failed.connect(self.report)
        self.recognition.slow.connect(self._note_slow)
        self.recognition.hung.connect(self._replace_hanging)
        self.networks.model_ready.connect(self._show_model)
        self.networks.described.connect(self._describe_network)
        page.way_back_wanted.connect(self.networks.go_back)
        self._keeper.restore()

    def _connect_hands(self) -> None:
        window, page, tray = self.window, self.page, self.documents.tray
        self.hands = Hands(window, page, self.networks, lambda: self.jobs, tray)
        self.correcting = Correcting(window, page, self.hands, self.replaying, tray)
        self.writing = Writing(window, page, self.hands)
        self.changes = Changes(window, page, self.hands, self.networks)
        self.managing = Managing(
            window, page, self.hands, self.changes, self.networks, lambda: self.jobs, tray
        )
        self.correcting.each_wanted.connect(self.writing.begin)
        self.managing.write_wanted.connect(self.writing.begin)
        self.documents.coming.connect(self.writing.give_way)

    @Slot()
    def open_examples(self) -> None:
        """Open the user's copy of the numbers that ship."""
        own = partial(own_numbers, self.context.folder)
        self.jobs.run("examples", own, self.documents.open_path)

    def page_opened(self) -> None:
        """Let the canvas have the keyboard."""
        self.page.canvas.setFocus()

    # Readings

    @Slot(object)
    def submit(self, sheet: Sheet) -> None:
        """Have a sheet that has just changed read; only the latest is. Only a stroke that is
        being made is measured from the pen: files, the clipboard and commands have none."""
        written = len(self.page.canvas.live) > 0
        self.numbers.release()
        self._ask(sheet, time.perf_counter() if written else NO_HAND)

    def put_on_canvas(self, sheet: Sheet, model: str) -> None:
        """Put a sheet on the canvas and show what this network makes of it; where another one
        read until now, the banner says so and has the way back."""
        self.writing.give_way()
        self.page.canvas.set_sheet(sheet)
        self.window.open_page(self.name)
        if (before := self.networks.choose(model)) is not None:
            titles = self.networks.title_of
            self.page.banner.offer(
                translate("Draw", "{network} now reads, as in the evaluation.").format(
                    network=titles(model)
                ),
                translate("Draw", "Back to {network}").format(network=named(titles(before.model))),
                partial(self.networks.choose, before.model),
            )

    def label_read(self) -> Label:
        """What is read now, as a label; None where nothing is, or not yet of this sheet, or
        where the answer is hidden."""
        reading = self.page.verdict.reading
        if self.replaying.shows_moment or self.page.answers_hidden:
            return None
        if reading is None or reading.serial != self.serial or reading.digit is None:
            return None
        if (found := reading.segmentation) is not None and found.kind is not Kind.DIGIT:
            return found.text if found.kind is Kind.NUMBER else NO_DIGIT
        return NO_DIGIT if reading.refused else reading.digit

    def _ask(self, sheet: Sheet, moment: float) -> None:
        self.serial += 1
        holds, focus = self.holding.holds, self.numbers.focus
        self.recognition.submit(Request(self.serial, sheet, moment, holds, focus))

    @Slot()
    def _read_again(self) -> None:
        """Read what is shown, for other units are held, or another digit or moment is shown."""
        if self.networks.ready is not None:
            self._ask(self.replaying.sheet, NO_HAND)

    @Slot(object)
    def _show_reading(self, reading: Reading) -> None:
        """Show a reading, unless it is of a network that has gone, or the window lags behind the
        pen: the hand has moved on, a newer reading is under way, and a frame was just painted."""
        ready = self.networks.ready
        if ready is None or reading.model_serial != ready.serial:
            return
        if reading.serial > self._reported_at:
            self._reported = None
        now = time.perf_counter()
        if reading.serial < self.serial and now - self._shown < FRAME_SECONDS:
            return
        self._shown = now
        self.number_viewing.follow(reading)
        self.comparing.follow(reading)
        self.page.show_reading(reading)
        if reading.serial == self.serial:
            self.numbers.follow(reading)
        self.inspection.follow(reading)
        self.probing.follow(reading)
        self.replaying.follow(reading)
        if not self._searched:
            self._searched = True
            self.networks.search_devices()  # now: it must not hold up the first reading
            root = self.context.runs
            self.hands.list_hands()
            self.jobs.run("list of runs", partial(listing, root), self.networks.runs.take)
            self.jobs.run("runs", partial(untold, root), self._tell_interrupted)

    def _tell_interrupted(self, found: tuple[Run, ...]) -> None:
        """Say which trainings were interrupted; the Train page says it where something else is
        said here."""
        if found and not self.page.banner.isVisible():
            go_on = partial(self.continue_wanted.emit, found[0].folder)
            self.page.banner.offer(interruption_words(found), translate("Draw", "Continue"), go_on)
            self.jobs.run("runs", partial(note_told, found))

    # Networks

    @Slot()
    def _load_first(self) -> None:
        """Load the network of the last time, once the window has been painted."""
        if not self._loading:  # a second painting may have been queued behind the first
            self._loading = True
            self.page.canvas.painted.disconnect(self._load_first)
            self.networks.load_first()

    @Slot(object)
    def _show_model(self, ready: ModelReady) -> None:
        """Show a network and read the canvas with it."""
        self.inspection.show_model(ready)
        self.number_viewing.show_network()
        self.replaying.show_network()
        self.page.show_model(ready)
        model = ready.choice.model
        self.holding.show_network(self.networks.runs.folder_of(model) or model)
        self.probing.show_network()
        if ready.notice:
            self.page.banner.warn(ready.notice)
        self._ask(self.replaying.sheet, NO_HAND)

    @Slot()
    def _describe_network(self) -> None:
        networks = self.networks
        self.page.verdict.show_network(networks.title, networks.moment)
        self.page.show_way_back(networks.way_back)

    # Failures

    @Slot(object)
    def report(self, failure: Failure) -> None:
        """Log a failure and tell the user; the same one is logged once, and readings that fail
        alike, as often as the pen moves, are told of once. A reading that failed leaves none on
        screen that is not of this ink."""
        same = failure == self._reported
        if not same:
            log_failure(failure)
        self._reported, self._reported_at = failure, self.serial
        if same and failure.place is Place.RECOGNITION:
            return
        self.show_notice(failure.message)
        if failure.place is Place.RECOGNITION:
            self.number_viewing.forget()
            self.comparing.forget()
            self.page.forget_reading()
            self.numbers.forget()
            self.inspection.forget()
            self.probing.forget()
            self.replaying.forget()
        self.page.verdict.show_no_network()
        if failure.place is Place.MODEL:
            self.networks.give_up_choice()

    @Slot(str)
    def _note_slow(self, sentence: str) -> None:
        """Say that a network takes long to load, and no longer so when it has ("")."""
        if sentence:
            self.page.banner.note(sentence)
        else:
            self.page.banner.take_back(self._slow)
        self._slow = sentence

    @Slot(object)
    def _replace_hanging(self, failure: Failure) -> None:
        """Say that the network which read hangs, and read with another."""
        self.report(failure)
        self.networks.replace_hanging()

    @Slot()
    def _note_kept(self) -> None:
        self.page.banner.stand("")
        self.page.banner.note(translate("Draw", "Your drawing is kept again for the next start."))

    # The end

    def may_close(self) -> bool:
        """Ask, where what lies on the canvas could not be kept, or something is being saved."""
        if not self.documents.saved(SAVING_SECONDS):
            asked = translate("Draw", "Close before the file is saved?")
        elif self._keeper.keep_now():
            return True
        else:
            asked = translate(
                "Draw",
                "Close and lose the drawing on the canvas?\n"
                "It is not kept for the next start. Save it elsewhere first.",
            )
        return question.confirmed(self.window.dialog_parent, asked, translate("Draw", "Close"))

    def keep(self) -> None:
        """Keep what lies on the canvas, and what was done to files."""
        self.writing.give_way()
        self.hands.keep()
        self.documents.saved(SAVING_SECONDS)
        if not self._keeper.keep_now():
            log.error("what lies on the canvas is not kept")

    def stop(self) -> None:
        """Stop the recognition, and give up what is searched for and what is read."""
        super().stop()
        self.documents.stop()
        self.probing.stop()
        self.replaying.stop()
        self.number_viewing.stop()
        self.comparing.stop()
        self.taking.stop()
        self.changes.close()
        self.managing.stop()
        self.hands.stop()
        self._keeper.stop()
        self.networks.stop()
        self.recognition.stop()

    def close(self, deadline: float) -> bool:
        """Wait for what is saved and for the threads."""
        workers = (
            self.documents,
            self.probing,
            self.replaying,
            self.number_viewing,
            self.comparing,
            self.taking,
            self.managing,
            self.hands,
            self._keeper,
            self.networks,
            self.recognition,
        )
        ended = [worker.wait(seconds_until(deadline)) for worker in workers]
        return super().close(deadline) and all(ended)
