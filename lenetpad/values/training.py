"""The messages between the window and a training process: frozen values, no torch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from lenetpad.values.arrays import FloatArray
from lenetpad.values.recipes import Plan


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a training is: counted steps, and the last epoch's validation where there was one.

    Losses are means over the images seen; errors are fractions in [0, 1]. ``losses`` are those of
    the single steps since the last report.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    learning_rate: float
    images_per_second: float
    validation_loss: float | None = None
    validation_error: float | None = None
    losses: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """A training to start: ``plan`` as a new run under ``root``, or to resume, in ``folder``.

    ``rate_factor`` multiplies the learning rate from the first step on.
    """

    plan: Plan
    root: Path
    folder: Path | None = None
    rate_factor: float = 1.0


# To the process


class Control(StrEnum):
    """The control messages that a training takes at any time, besides a new rate."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    WATCH = "watch"  # send the weights of now, and go on sending them


@dataclass(frozen=True, slots=True)
class Stopping:
    """The process has received STOP: it writes its last checkpoint, if any, and ends by itself."""


@dataclass(frozen=True, slots=True)
class SetRate:
    """Let the next step have this learning rate, and scale those to come alike."""

    rate: float


# From the process, beside Progress


@dataclass(frozen=True, slots=True)
class Stage:
    """What is being done before the first step or after the last. With ``total`` 0, ``words`` are
    marked for translators; or else they name the data of which ``done`` are read, bytes or images
    of a ``folder``."""

    words: str
    done: int = 0
    total: int = 0
    folder: bool = False


@dataclass(frozen=True, slots=True)
class Noted:
    """A sentence on what of the user's files was passed over or changed."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Begun:
    """The run in ``folder`` trains now, from ``step`` on."""

    folder: Path
    step: int
    steps: int


@dataclass(frozen=True, slots=True)
class Paused:
    """It waits; ``reason`` is a sentence where nobody asked for that, such as a full disk."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Resumed:
    """It goes on after a pause."""


@dataclass(frozen=True, slots=True)
class RateScaled:
    """The learning rate is ``factor`` times what it was, from ``step`` on."""

    step: int
    factor: float


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The weights after ``step`` steps, by the names of the network's state dict."""

    step: int
    weights: tuple[tuple[str, FloatArray], ...]

    @property
    def kernels(self) -> FloatArray:
        """C1's kernels, (6, 5, 5)."""
        return dict(self.weights)["c1.weight"][:, 0]


class Outcome(StrEnum):
    """How a training ended."""

    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Ended:
    """It is over. ``folder`` is its run, None where there was none yet; ``message`` says why it
    failed, ``diverged`` that its loss was no number any more, ``mistake`` that what was asked for
    cannot be done, which is no fault of the program's, and ``test_error`` in [0, 1] is that of the
    weights of a finished one."""

    outcome: Outcome
    folder: Path | None = None
    message: str = ""
    traceback: str = ""
    test_error: float | None = None
    diverged: bool = False
    mistake: bool = False
