"""A second network that reads what lies on the canvas, while both are looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from lenetpad.controllers.failures import log_failure
from lenetpad.controllers.networks import Networks
from lenetpad.engine.jobs import Jobs
from lenetpad.values.arrays import FloatArray
from lenetpad.values.comparison import SECOND, SecondReading, SecondRequest, Side
from lenetpad.values.failures import Failure
from lenetpad.values.jobs import Answer, JobFailure
from lenetpad.values.models import DEFAULT_MODEL, MODEL_NAMES, PAPER
from lenetpad.values.reading import Reading

#: So long the next drawing waits: the pen goes first.
PAUSE_MS: Final = 15


class SecondNetwork(QObject):
    """While it is begun it follows the readings: of the latest the next one is asked for when the
    last has come. ``read`` carries the sides of one drawing and, of a number, which digit they
    are of: its place, from 1, and how many there are, or None; ``failed`` a sentence."""

    read = Signal(object, object, object)
    failed = Signal(str)

    def __init__(self, networks: Networks, parent: QObject) -> None:
        super().__init__(parent)
        self._networks = networks
        self.entry = ""  # of the networks that are offered
        self._following = self._asked = self._ended = False
        self._due: Reading | None = None  # is to be asked for
        self._under_way: Side | None = None  # what was asked for, as the first network reads it
        self._digit: tuple[int, int] | None = None  # of a number, that is asked for
        self._reported: Failure | None = None
        self._serial = 0
        self._jobs: Jobs | None = None  # as soon as something is asked
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._ask)

    def begin(self, reading: Reading | None) -> None:
        """Read along from this reading on."""
        self._following = True
        if not self.entry:
            self.entry = self._counterpart()
        if reading is not None:
            self.follow(reading)

    def end(self) -> None:
        """Read along no more."""
        self._following = self._asked = False
        self._due = None
        self._pause.stop()
        if self._jobs is not None:
            self._jobs.cancel(SECOND)

    def choose(self, entry: str, reading: Reading | None) -> None:
        """Let another network read."""
        self.entry, self._reported = entry, None
        self.end()
        self.begin(reading)

    def follow(self, reading: Reading) -> None:
        """Read what lies on the canvas now, when there is time."""
        if self._following:
            self._due = reading
            if not (self._asked or self._pause.isActive()):
                self._pause.start()

    def _counterpart(self) -> str:
        """What has learnt a hand, before that; the network with the other of its two sets of
        weights; of others the first one."""
        ready = self._networks.ready
        model = ready.choice.model if ready is not None else ""
        if (base := self._networks.hands.base_of(model)) != model:
            return base
        other = model.removesuffix(PAPER) if model.endswith(PAPER) else model + PAPER
        return other if other in MODEL_NAMES else DEFAULT_MODEL

    @Slot()
    def _ask(self) -> None:
        reading, ready = self._due, self._networks.ready
        self._due = None
        if reading is None or ready is None or self._ended:
            return
        if reading.model_serial != ready.serial or reading.sheet is None:
            return
        from lenetpad.engine.second_network import SecondJob, second_question

        if self._jobs is None:
            self._jobs = Jobs({SECOND: SecondJob()}, "second network")
            self._jobs.answered.connect(self._show_answer)
            self._jobs.failed.connect(self._show_failure)
        self._serial += 1
        choice = replace(self._networks.choice_of(self.entry), serial=0)
        request = SecondRequest(self._serial, choice, reading.sheet, _image_of(reading))
        # What two networks read is one image: the verdict beside it is not that of the number.
        several = reading.several
        one = replace(reading, segmentation=None, focus=0) if several else reading
        self._under_way = Side(self._networks.title, ready, one)
        self._digit = (reading.focus + 1, len(several)) if several else None
        self._asked = True
        self._jobs.ask(second_question(request))

    @Slot(object)
    def _show_answer(self, answer: Answer) -> None:
        self._asked, self._reported = False, None
        found, first = answer.result, self._under_way
        assert isinstance(found, SecondReading)
        if first is not None:
            title = self._networks.title_of(found.model.choice.model)
            self.read.emit(first, Side(title, found.model, found.reading), self._digit)
        if self._due is not None:
            self._pause.start()

    @Slot(object)
    def _show_failure(self, message: JobFailure) -> None:
        """Say it; what fails alike again and again is logged once."""
        self._asked = False
        if message.failure != self._reported:
            log_failure(message.failure)
        self._reported = message.failure
        self.failed.emit(message.failure.message)
        if self._due is not None:
            self._pause.start()

    def stop(self) -> None:
        """Give up what is asked for, without waiting for the thread."""
        self.end()
        self._ended = True
        if self._jobs is not None:
            self._jobs.stop()

    def wait(self, seconds: float) -> bool:
        """Wait for the thread; False where it hangs."""
        return self._jobs is None or self._jobs.wait(seconds)


def _image_of(reading: Reading) -> FloatArray | None:
    """The image that was read, as far as it is known: the digit in focus, or the whole sheet."""
    if reading.several:
        return reading.several[reading.focus].image
    whole = None if reading.segmentation is None else reading.segmentation.whole
    return None if whole is None else whole.image
