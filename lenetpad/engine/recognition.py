"""The recognition thread: sheets go in, readings come out.

Latest wins: each kind of request has a one-slot mailbox, so that the thread reads the newest sheet
however many were submitted while it was at work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from lenetpad.engine.mailbox import Mailbox
from lenetpad.engine.torch_loading import load_torch
from lenetpad.engine.worker import Worker
from lenetpad.ink.raster import Image, draw_sheet
from lenetpad.training.opening import needs_torch, open_recognizer
from lenetpad.values.devices import CPU, fallback_notice
from lenetpad.values.failures import Failure, Place
from lenetpad.values.models import Choice, ConventionsQuestion, ModelReady
from lenetpad.values.reading import Reading, Request
from lenetpad.values.training import Snapshot


class Reader(Protocol):
    """What reads an image: a recognizer, or a stand-in in tests."""

    device: str

    def read(self, image: Image) -> Reading:
        """Read a normalised image (28, 28)."""

    def describe(self, choice: Choice) -> ModelReady:
        """What a window needs to know of the network."""

    def refresh(self, snapshot: Snapshot) -> bool:
        """Take other weights; True where the network has to be described anew."""


#: Opens a network, or asks how a file that does not say is to be read.
Opener = Callable[[Choice], Reader | ConventionsQuestion]


def open_reader(choice: Choice) -> Reader | ConventionsQuestion:
    """Open the chosen network. It may import torch: never in the GUI thread."""
    if needs_torch(choice):
        load_torch()
    recognizer = open_recognizer(choice)
    guesses = recognizer.weights.guesses
    return ConventionsQuestion(choice, guesses) if guesses else recognizer


class Recognition(Worker):
    """Owns the recognition thread. Submissions return at once; answers come as signals.

    ``reading_ready`` carries a Reading, ``model_ready`` a ModelReady, ``failed`` a Failure;
    ``conventions_asked`` a ConventionsQuestion, which the same choice with an answer settles.
    """

    reading_ready = Signal(object)
    model_ready = Signal(object)
    conventions_asked = Signal(object)
    failed = Signal(object)

    def __init__(self, opener: Opener = open_reader, parent: QObject | None = None) -> None:
        super().__init__("recognition", parent)
        self._requests: Mailbox[Request] = Mailbox()
        self._choices: Mailbox[Choice] = Mailbox()
        self._snapshots: Mailbox[tuple[int, Snapshot]] = Mailbox()
        self._open = opener
        # Below: of the worker's thread alone.
        self._latest: Request | None = None  # the last one that was read
        self._choice: Choice | None = None
        self._reader: Reader | None = None

    # In the owner's thread

    def submit(self, request: Request) -> None:
        """Ask for a reading; a request that has not been started is replaced."""
        if self._requests.put(request):
            self.wake()

    def choose(self, choice: Choice) -> None:
        """Ask for another network or device; a choice that has not been started is replaced."""
        if self._choices.put(choice):
            self.wake()

    def refresh(self, serial: int, snapshot: Snapshot) -> None:
        """Let the network of the choice with this serial have other weights, and read again.

        It does nothing once another network reads.
        """
        if self._snapshots.put((serial, snapshot)):
            self.wake()

    def receive(self, message: object) -> None:
        """Emit the signal for a message of the thread."""
        match message:
            case Reading():
                self.reading_ready.emit(message)
            case ModelReady():
                self.model_ready.emit(message)
            case ConventionsQuestion():
                self.conventions_asked.emit(message)
            case Failure():
                self.failed.emit(message)

    # In the worker's thread

    def step(self) -> bool:
        """Do what the mailboxes hold, choices first."""
        if (choice := self._choices.take()) is not None:
            self._guarded(Place.MODEL, partial(self._load, choice))
        elif self._reader is None:
            return False  # the request waits in its slot for a reader
        elif (found := self._snapshots.take()) is not None:
            self._guarded(Place.RECOGNITION, partial(self._refresh, *found))
        elif (request := self._requests.take()) is not None:
            self._guarded(Place.RECOGNITION, partial(self._read, request))
        else:
            return False
        return True

    def _guarded(self, place: Place, work: Callable[[], None]) -> None:
        if (failure := self.guard(work, place)) is not None:
            self.send(failure)

    def _load(self, choice: Choice) -> None:
        reader = self._open(choice)
        if isinstance(reader, ConventionsQuestion):
            self.send(reader)
            return
        description = reader.describe(choice)
        self._reader, self._choice = reader, choice
        self.send(description)

    def _refresh(self, serial: int, snapshot: Snapshot) -> None:
        if self._choice is None or self._reader is None or self._choice.serial != serial:
            return
        if self._reader.refresh(snapshot):
            self.send(self._reader.describe(self._choice))
        if self._latest is not None:
            self._read(replace(self._latest, time=0.0))  # no hand waits for this one

    def _read(self, request: Request) -> None:
        self._latest = request
        reading = self._read_somewhere(draw_sheet(request.sheet))
        self.send(
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
            self.send(replace(self._reader.describe(self._choice), notice=notice))
            return self._reader.read(image)
