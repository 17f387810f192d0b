"""The recognition thread: sheets go in, readings come out, the latest wins."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from lenetpad.engine.mailbox import Mailbox
from lenetpad.engine.torch_preload import preload_torch
from lenetpad.ink.raster import Image, draw_sheet
from lenetpad.values.devices import CPU, fallback_notice
from lenetpad.values.failures import Failure, first_line
from lenetpad.values.models import Choice, ConventionsQuestion, ModelReady
from lenetpad.values.reading import Reading, Request
from lenetpad.values.training import Snapshot


class Reader(Protocol):
    """What reads an image: lenet.recognizer.Recognizer, or a stand-in in tests."""

    device: str

    def read(self, image: Image) -> Reading:
        """Read a normalised image (28, 28)."""

    def describe(self, choice: Choice) -> ModelReady:
        """What a window needs to know of the network."""

    def refresh(self, snapshot: Snapshot) -> bool:
        """Take other weights; True where the network has to be described anew."""


#: Opens a network, or asks how a file that does not say is to be read.
Opener = Callable[[Choice], Reader | ConventionsQuestion]


def open_with_torch(choice: Choice) -> Reader | ConventionsQuestion:
    """Open the chosen network. The first call imports torch: never in the GUI thread."""
    preload_torch()
    from lenetpad.training.recognizer import open_recognizer

    recognizer = open_recognizer(choice)
    guesses = recognizer.weights.guesses
    return ConventionsQuestion(choice, guesses) if guesses else recognizer


class Recognition(QObject):
    """Owns the recognition thread. Submissions return at once; answers come as signals.

    ``reading_ready`` carries a Reading, ``model_ready`` a ModelReady, ``failed`` a Failure;
    ``asked`` a ForeignQuestion, which the same choice with an answer settles.
    """

    reading_ready = Signal(object)
    model_ready = Signal(object)
    conventions_asked = Signal(object)
    failed = Signal(object)
    _wake = Signal()

    def __init__(self, opener: Opener = open_with_torch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._requests: Mailbox[Request] = Mailbox()
        self._choices: Mailbox[Choice] = Mailbox()
        self._snapshots: Mailbox[tuple[int, Snapshot]] = Mailbox()
        self._thread = QThread()
        self._thread.setObjectName("recognition")
        self._worker = _Worker(opener, self._requests, self._choices, self._snapshots)
        self._worker.moveToThread(self._thread)
        self._wake.connect(self._worker.work, Qt.ConnectionType.QueuedConnection)
        self._worker.reading.connect(self.reading_ready)
        self._worker.ready.connect(self.model_ready)
        self._worker.conventions_asked.connect(self.conventions_asked)
        self._worker.failed.connect(self.failed)
        self._thread.start()

    def submit(self, request: Request) -> None:
        """Ask for a reading; a request that has not been started is replaced."""
        if self._requests.put(request):
            self._wake.emit()

    def choose(self, choice: Choice) -> None:
        """Ask for another network or device; a choice that has not been started is replaced."""
        if self._choices.put(choice):
            self._wake.emit()

    def refresh(self, serial: int, snapshot: Snapshot) -> None:
        """Let the network of the choice with this serial have other weights, and read again.

        It does nothing once another network reads.
        """
        if self._snapshots.put((serial, snapshot)):
            self._wake.emit()

    def close(self) -> None:
        """Stop after the job at hand and wait for the thread; further calls do nothing."""
        if self._thread.isRunning():
            self._worker.closing = True
            self._thread.quit()
            self._thread.wait()


class _Worker(QObject):
    """Lives in the recognition thread and does one job at a time."""

    reading = Signal(object)
    ready = Signal(object)
    conventions_asked = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        opener: Opener,
        requests: Mailbox[Request],
        choices: Mailbox[Choice],
        snapshots: Mailbox[tuple[int, Snapshot]],
    ) -> None:
        super().__init__()
        self.closing = False  # written by the owner's thread; a plain flag is enough
        self._open = opener
        self._requests = requests
        self._choices = choices
        self._snapshots = snapshots
        self._latest: Request | None = None  # the last one that was read
        self._choice: Choice | None = None
        self._reader: Reader | None = None

    @Slot()
    def work(self) -> None:
        """Do what the mailboxes hold, choices first, until both are empty."""
        while not self.closing:
            if (choice := self._choices.take()) is not None:
                self._guarded("model", partial(self._load, choice))
            elif self._reader is None:
                return  # the request waits in its slot for a reader
            elif (found := self._snapshots.take()) is not None:
                self._guarded("recognition", partial(self._refresh, *found))
            elif (request := self._requests.take()) is not None:
                self._guarded("recognition", partial(self._read, request))
            else:
                return

    def _guarded(self, where: str, job: Callable[[], None]) -> None:
        """The one place where a failure becomes a message."""
        try:
            job()
        except Exception as error:
            message = first_line(error)
            self.failed.emit(Failure(where, message, traceback.format_exc()))

    def _load(self, choice: Choice) -> None:
        reader = self._open(choice)
        if isinstance(reader, ConventionsQuestion):
            self.conventions_asked.emit(reader)
            return
        description = reader.describe(choice)
        self._reader, self._choice = reader, choice
        self.ready.emit(description)

    def _refresh(self, serial: int, snapshot: Snapshot) -> None:
        if self._choice is None or self._reader is None or self._choice.serial != serial:
            return
        if self._reader.refresh(snapshot):
            self.ready.emit(self._reader.describe(self._choice))
        if self._latest is not None:
            self._read(replace(self._latest, time=0.0))  # no hand waits for this one

    def _read(self, request: Request) -> None:
        self._latest = request
        reading = self._read_somewhere(draw_sheet(request.sheet))
        self.reading.emit(
            replace(
                reading,
                serial=request.serial,
                model_serial=self._choice.serial if self._choice else 0,
                submitted=request.time,
            )
        )

    def _read_somewhere(self, image: Image) -> Reading:
        """Read on the chosen device; one that fails while it works gives way to the CPU."""
        assert self._reader is not None
        try:
            return self._reader.read(image)
        except RuntimeError as error:
            if self._choice is None or self._reader.device == CPU:
                raise
            notice = fallback_notice(self._reader.device, error)
            reader = self._open(replace(self._choice, device=CPU))
            if isinstance(reader, ConventionsQuestion):  # another file lies there now
                raise
            self._reader = reader
            self.ready.emit(replace(self._reader.describe(self._choice), notice=notice))
            return self._reader.read(image)
