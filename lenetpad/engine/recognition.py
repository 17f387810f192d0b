"""The recognition thread: sheets go in, readings come out.

Latest wins: each kind of request has a one-slot mailbox, so that the thread reads the newest sheet
however many were submitted while it was at work.

A network can hang, as one on a broken device or an unplugged disk does. A watchdog, one timer
that runs only while something is to be done, then gives the thread up, and another goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePath
from typing import Final, Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from lenetpad.engine.mailbox import Mailbox
from lenetpad.engine.torch_loading import load_torch
from lenetpad.engine.worker import Step, Worker, hanging_threads
from lenetpad.ink.normalising import draw_sheet
from lenetpad.ink.raster import Image
from lenetpad.ink.strokes import Sheet
from lenetpad.storage.decoding import named
from lenetpad.training.opening import needs_torch, open_recognizer
from lenetpad.values.devices import CPU, fallback_notice
from lenetpad.values.failures import Failure, Place
from lenetpad.values.holding import Holds
from lenetpad.values.models import DEFAULT_MODEL, Choice, ConventionsQuestion, ModelReady
from lenetpad.values.reading import Reading, Request, checked
from lenetpad.values.segmentation import Kind, Segmentation
from lenetpad.values.training import Snapshot

#: A network that reads has answered within this time, or it hangs; one that is being opened and
#: has not is said to take long.
ANSWER_SECONDS: Final = 2.0
#: The time limit for opening a network, and for a GPU's first reading: to import torch takes
#: seconds, on a slow disk many, and so does starting a GPU.
OPENING_SECONDS: Final = 60.0
#: What seems to hang is looked at again after this time: the whole process may have stood still.
SECOND_LOOK_SECONDS: Final = 0.1
#: Ink with more of them is no number that anybody writes: it is read as one digit, whatever time
#: it takes to draw it.
MOST_STROKES: Final = 160
MOST_POINTS: Final = 20_000
#: While a hand goes on with a stroke of what is one digit, whether it still is that is looked at
#: no more often than this: no eye sees it, and finding out takes longer than reading.
SEGMENT_SECONDS: Final = 0.025
#: No further thread is started while so many hang.
MOST_HANGING: Final = 3

OPENING: Final = "opening"
READING: Final = "reading"


class Reader(Protocol):
    """What reads an image: a recognizer, or a stand-in in tests."""

    device: str

    def read(self, image: Image, holds: Holds = ()) -> Reading:
        """Read a normalised image (28, 28), with some units held."""

    def segment(self, sheet: Sheet, holds: Holds = ()) -> Segmentation | None:
        """How the digits of a sheet are read, with some units held; None where it is blank."""

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


def drawn_whole(sheet: Sheet) -> Image | None:
    """The image of a sheet that is no number; None where it may be one."""
    ink = sheet.ink
    if sheet.line is not None:
        return None
    may_be = ink and len(ink.strokes) <= MOST_STROKES and ink.point_count <= MOST_POINTS
    return None if may_be else draw_sheet(sheet)


def read_sheet(
    reader: Reader,
    model: ModelReady,
    request: Request,
    whole: Image | None,
    known: Segmentation | None = None,
) -> Reading:
    """What a network makes of a sheet: of ``whole`` or, where that is None and it holds several
    digits, of the one that is wanted, drawn alone. One that is ``known`` to be one digit is drawn
    whole. Raises ReadingError where that cannot be shown."""
    found, focus = known, 0
    if known is not None:
        whole = draw_sheet(request.sheet)
    elif whole is None:
        found = reader.segment(request.sheet, request.holds)
    if found is not None and (digits := found.several):
        wanted = -1 if request.focus is None else request.focus
        focus = wanted if 0 <= wanted < len(digits) else found.written_last
        image = digits[focus].image
    elif whole is None and found is not None and (drawn := found.whole) is not None:
        image = drawn.image
    else:
        image = draw_sheet(request.sheet) if whole is None else whole
    reading = checked(reader.read(image, request.holds), model)
    return replace(reading, segmentation=found, focus=focus)


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    """What the thread is at: ``kind`` of work on the network ``model``, ``since`` a moment of the
    monotonic clock, for at most ``seconds``."""

    kind: str
    model: str
    since: float
    seconds: float


class _Desk:
    """What one thread works on. Another thread gets a desk of its own, so that the one before,
    should it ever go on, meddles with nothing."""

    def __init__(self) -> None:
        self.requests: Mailbox[Request] = Mailbox()
        self.choices: Mailbox[Choice] = Mailbox()
        self.snapshots: Mailbox[tuple[int, Snapshot]] = Mailbox()
        self.work: _Work | None = None  # written by the worker's thread, read by the owner's
        # Below: of the worker's thread alone.
        self.latest: Request | None = None  # the last one that was read
        self.choice: Choice | None = None
        self.reader: Reader | None = None
        self.model: ModelReady | None = None  # what the reader says of itself
        self.proven = False  # whether the reader has read
        self.one_digit: Segmentation | None = None  # of the latest sheet, if it holds one
        self.segmented = 0.0  # the time of the request of which that was found
        self.strokes = 0  # how many it had

    def put(self, reader: Reader, choice: Choice) -> ModelReady:
        """Read with this one from now on, if it can say what it is."""
        model = reader.describe(choice)
        self.reader, self.choice, self.model, self.proven = reader, choice, model, False
        self.one_digit = None
        return model

    def still(self, request: Request) -> Segmentation | None:
        """What was found a moment ago of ink with which a hand goes on, if that was one digit."""
        recent = request.time > 0 and 0 <= request.time - self.segmented < SEGMENT_SECONDS
        same = len(request.sheet.ink.strokes) == self.strokes
        return self.one_digit if recent and same else None

    def note(self, request: Request, found: Segmentation | None) -> None:
        """Note what was found of a request."""
        one = found is not None and found.kind is Kind.DIGIT
        self.one_digit = found if one else None
        self.segmented, self.strokes = request.time, len(request.sheet.ink.strokes)

    @contextmanager
    def at(self, kind: str, choice: Choice) -> Iterator[None]:
        """Let it be seen what the thread is at."""
        before = self.work
        on_cpu = self.reader is not None and self.reader.device == CPU
        quick = kind == READING and (self.proven or on_cpu)
        seconds = ANSWER_SECONDS if quick else OPENING_SECONDS
        self.work = _Work(kind, choice.model, time.monotonic(), seconds)
        try:
            yield
        finally:
            self.work = before


class Recognition(Worker):
    """Owns the recognition thread. Submissions return at once; answers come as signals.

    ``reading_ready`` carries a Reading, ``model_ready`` a ModelReady, ``failed`` a Failure;
    ``conventions_asked`` a ConventionsQuestion, which the same choice with an answer settles.
    ``slow`` carries a sentence on a network that takes long to open, and "" when nobody waits for
    it any more. ``hung`` carries a Failure: the network that read has not answered, and nothing
    reads until another is chosen.
    """

    reading_ready = Signal(object)
    model_ready = Signal(object)
    conventions_asked = Signal(object)
    failed = Signal(object)
    slow = Signal(str)
    hung = Signal(object)

    def __init__(self, opener: Opener = open_reader, parent: QObject | None = None) -> None:
        super().__init__("recognition", parent)
        self._desk = _Desk()
        self._open = opener
        self._given = False  # whether anything was given to the thread since the last look
        self._slow: _Work | None = None  # what is said to take long
        self._suspect: _Work | None = None  # what is looked at a second time
        self._watchdog = QTimer(self)
        self._watchdog.setSingleShot(True)
        self._watchdog.timeout.connect(self._look)

    # In the owner's thread

    def submit(self, request: Request) -> None:
        """Ask for a reading; a request that has not been started is replaced."""
        if self._desk.requests.put(request):
            self.wake()
        self._watch()

    def choose(self, choice: Choice) -> None:
        """Ask for another network or device; a choice that has not been started is replaced."""
        if self._desk.choices.put(choice):
            self.wake()
        self._watch()
        if self._slow is not None and self._slow is self._desk.work:
            self._look()  # nobody has to wait for it any longer

    def refresh(self, serial: int, snapshot: Snapshot) -> None:
        """Let the network of the choice with this serial have other weights, and read again.

        It does nothing once another network reads.
        """
        if self._desk.snapshots.put((serial, snapshot)):
            self.wake()
        self._watch()

    def receive(self, message: object) -> None:
        """Emit the signal for a message of the thread."""
        self._end_wait()
        match message:
            case Reading():
                self.reading_ready.emit(message)
            case ModelReady():
                self.model_ready.emit(message)
            case ConventionsQuestion():
                self.conventions_asked.emit(message)
            case Failure():
                self.failed.emit(message)

    def stop(self) -> None:
        """Stop after the step at hand, and wait for nothing."""
        self._watchdog.stop()
        super().stop()

    # The watchdog, in the owner's thread

    def _watch(self) -> None:
        """Look after the thread until it has done what it was given."""
        self._given = True
        if not self._watchdog.isActive() and not self._closing:
            self._look_in(ANSWER_SECONDS)

    def _look_in(self, seconds: float) -> None:
        self._watchdog.start(max(1, round(1000 * seconds)))

    @Slot()
    def _look(self) -> None:
        """Look what the thread is at, and for how long; not again once it has nothing to do."""
        if self._closing:
            return
        work, given = self._desk.work, self._given
        self._given = False
        if work is None:
            if given:
                self._look_in(ANSWER_SECONDS)
            return
        age = time.monotonic() - work.since
        unwanted = work.kind == OPENING and bool(self._desk.choices) and age >= ANSWER_SECONDS
        if age < work.seconds and not unwanted:
            if age >= ANSWER_SECONDS and work is not self._slow:
                self._slow = work
                name = named(PurePath(work.model).name)
                self.slow.emit(f"Still loading {name} … Choose another network to go on at once.")
            due = work.seconds if age >= ANSWER_SECONDS else ANSWER_SECONDS
            self._look_in(min(ANSWER_SECONDS, max(SECOND_LOOK_SECONDS, due - age)))
        elif work is not self._suspect:
            self._suspect = work
            self._look_in(SECOND_LOOK_SECONDS)
        elif hanging_threads() >= MOST_HANGING:
            sentence = f"{MOST_HANGING + 1} networks hang; close the window and start again."
            self.failed.emit(Failure(Place.RECOGNITION, sentence))
        elif work.kind == OPENING:
            self._give_up_opening(work, unwanted=unwanted)
        else:
            self._give_up_reading()

    def _end_wait(self) -> None:
        """What took long is over."""
        if self._slow is not None:
            self._slow = None
            self.slow.emit("")

    def _give_up_opening(self, work: _Work, *, unwanted: bool) -> None:
        """Go on in another thread with the network of before, and with the one that is chosen."""
        before, desk = self._desk, _Desk()
        if unwanted:
            choice = before.choices.take()
            if choice is None:  # it has been opened just now, and the thread goes on
                self._look_in(ANSWER_SECONDS)
                return
            desk.choices.put(choice)
        desk.reader, desk.choice, desk.model = before.reader, before.choice, before.model
        desk.proven, desk.latest = before.proven, before.latest
        if (request := before.requests.take()) is not None:
            desk.requests.put(request)
        self._begin_at(desk)
        if not unwanted:
            name = named(PurePath(work.model).name)
            sentence = (
                f"{name} has not loaded for {work.seconds:.0f} s and is given up. "
                "Choose another network."
            )
            self.failed.emit(Failure(Place.MODEL, sentence))

    def _give_up_reading(self) -> None:
        """Go on in another thread, with whatever is chosen next."""
        before, desk = self._desk, _Desk()
        if (choice := before.choices.take()) is not None:
            desk.choices.put(choice)
        if (request := before.requests.take()) is not None:
            desk.requests.put(request)
        self._begin_at(desk)
        sentence = (
            f"The network has not answered for {ANSWER_SECONDS:.0f} s; "
            f"{DEFAULT_MODEL} is loaded in its place."
        )
        self.hung.emit(Failure(Place.RECOGNITION, sentence))

    def _begin_at(self, desk: _Desk) -> None:
        """Abandon the thread that hangs, and have another work at this desk."""
        self.abandon_thread()
        self._end_wait()
        self._desk = desk
        self.wake()
        self._watch()

    def make_step(self) -> Step:
        """A new thread's step, at the desk of now."""
        return partial(self._step_at, self._desk)

    # In the worker's thread

    def _step_at(self, desk: _Desk) -> bool:
        """Do what the mailboxes hold, choices first."""
        if (choice := desk.choices.take()) is not None:
            self._guarded(Place.MODEL, partial(self._load, desk, choice))
        elif desk.reader is None:
            return False  # the request waits in its slot for a reader
        elif (found := desk.snapshots.take()) is not None:
            self._guarded(Place.RECOGNITION, partial(self._refresh, desk, *found))
        elif (request := desk.requests.take()) is not None:
            self._guarded(Place.RECOGNITION, partial(self._read, desk, request))
        else:
            return False
        return True

    def _guarded(self, place: Place, work: Callable[[], None]) -> None:
        if (failure := self.guard(work, place)) is not None:
            self.send(failure)

    def _load(self, desk: _Desk, choice: Choice) -> None:
        with desk.at(OPENING, choice):
            reader = self._open(choice)
            if isinstance(reader, ConventionsQuestion):
                self.send(reader)
            else:
                self.send(desk.put(reader, choice))

    def _refresh(self, desk: _Desk, serial: int, snapshot: Snapshot) -> None:
        choice, reader = desk.choice, desk.reader
        if choice is None or reader is None or choice.serial != serial:
            return
        # Weights that are refused leave those of before, and what these read is not to be missed.
        self._guarded(Place.RECOGNITION, partial(self._renew, desk, choice, reader, snapshot))
        if desk.latest is not None:
            self._read(desk, replace(desk.latest, time=0.0))  # no hand waits for this one

    def _renew(self, desk: _Desk, choice: Choice, reader: Reader, snapshot: Snapshot) -> None:
        with desk.at(READING, choice):
            if reader.refresh(snapshot):
                desk.model = reader.describe(choice)
                self.send(desk.model)

    def _read(self, desk: _Desk, request: Request) -> None:
        desk.latest = request
        assert desk.choice is not None
        known = desk.still(request)
        whole = None if known is not None else drawn_whole(request.sheet)
        with desk.at(READING, desk.choice):
            reading = self._read_somewhere(desk, request, whole, known)
        desk.proven = True
        if known is None:
            desk.note(request, reading.segmentation)
        self.send(
            replace(
                reading,
                serial=request.serial,
                model_serial=desk.choice.serial,
                submitted=request.time,
                sheet=request.sheet,
            )
        )

    def _read_somewhere(
        self, desk: _Desk, request: Request, whole: Image | None, known: Segmentation | None
    ) -> Reading:
        """Read on the chosen device; one that fails while it works gives way to the CPU."""
        reader, choice = desk.reader, desk.choice
        assert reader is not None
        assert choice is not None
        assert desk.model is not None
        try:
            return read_sheet(reader, desk.model, request, whole, known)
        except RuntimeError as error:
            if reader.device == CPU:
                raise
            notice = fallback_notice(reader.device, error)
            with desk.at(OPENING, choice):
                another = self._open(replace(choice, device=CPU))
            if isinstance(another, ConventionsQuestion):  # another file lies there now
                raise
            model = desk.put(another, choice)
            self.send(replace(model, notice=notice))
            return read_sheet(another, model, request, whole)
