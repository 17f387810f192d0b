"""What tests let run in a training process: stand-ins, and the real one with a fault in it.

A module of its own, because a spawned process imports what it is to run.
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from itertools import count
from multiprocessing.connection import Connection
from typing import Any

from lenetpad.engine.training_process import train
from lenetpad.values.training import (
    Begun,
    Control,
    Ended,
    Order,
    Outcome,
    Progress,
    Stage,
    Stopping,
)

FULL = "full"  # while a file of this name lies in the order's root, the disk is full
GO_ON = "go on"  # a file of this name lets slow_writer come to its end
FAULTY_STEP = 30


def talker(pipe: Connection, order: Order) -> None:
    """Begins, reports a thousand steps at once, and ends when it is told to stop."""
    pipe.send(Stage("starting"))
    pipe.send(Begun(order.root / "a run", 0, 1000))
    for step in range(1, 1001):
        pipe.send(Progress(1, 1, step, 1000, 1.0 / step, 0.01, 100.0, losses=(1.0 / step,)))
    while pipe.recv() != Control.STOP:
        pass
    pipe.send(Ended(Outcome.STOPPED, order.root / "a run"))


def deaf(pipe: Connection, order: Order) -> None:
    """Begins and never listens."""
    pipe.send(Begun(order.root / "a run", 0, 1000))
    signal.pause()


def slow_writer(pipe: Connection, order: Order) -> None:
    """Begins, stops when it is told to, and writes its checkpoint when the test lets it."""
    pipe.send(Begun(order.root / "a run", 0, 1000))
    while pipe.recv() != Control.STOP:
        pass
    pipe.send(Stopping())
    while not (order.root / GO_ON).exists():
        if pipe.poll(0.01):
            pipe.recv()  # an error, once the test has gone
    (order.root / "checkpoint").write_text("whole")
    pipe.send(Ended(Outcome.STOPPED, order.root / "a run"))


def killed(pipe: Connection, order: Order) -> None:
    """Begins and is killed."""
    pipe.send(Begun(order.root / "a run", 0, 1000))
    os.kill(os.getpid(), signal.SIGKILL)


def quitter(pipe: Connection, order: Order) -> None:
    """Ends without a word."""
    os._exit(3)


def light(pipe: Connection, order: Order) -> None:
    """The real one, judged by a few scribbles only; it keeps a checkpoint at every report.

    It is not nice: on a busy machine the tests would wait for it.
    """
    from lenetpad.engine import training_process
    from lenetpad.evaluation import figures
    from lenetpad.training import recording

    recording.CHECKPOINT_SECONDS = 0.0  # type: ignore[misc]
    figures.SCRIBBLES = figures.NOISE = 10  # type: ignore[misc]
    training_process.be_nice = lambda: None
    train(pipe, order)


def out_of_memory(pipe: Connection, order: Order) -> None:
    """The real one, whose memory ends."""
    _at_the_faulty_step(MemoryError)
    light(pipe, order)


def raising(pipe: Connection, order: Order) -> None:
    """The real one, with an error in the middle."""
    _at_the_faulty_step(lambda: RuntimeError("the cat sat on the keyboard\nat great length"))
    light(pipe, order)


def with_a_full_disk(pipe: Connection, order: Order) -> None:
    """The real one, whose disk is full now and then."""
    whole = os.fsync

    def sync(descriptor: int) -> None:
        if (order.root / FULL).exists():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        whole(descriptor)

    os.fsync = sync
    light(pipe, order)


def with_a_full_disk_at_once(pipe: Connection, order: Order) -> None:
    """The real one; the disk is full once the run's folder is made."""
    from lenetpad.training import recording

    def keep(self: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    recording.Recording.keep = keep  # type: ignore[method-assign]
    light(pipe, order)


def _at_the_faulty_step(make: Callable[[], BaseException]) -> None:
    import torch

    from lenetpad.training.network import LeNet5

    whole, steps = LeNet5.forward, count()

    def forward(self: LeNet5, *arguments: Any) -> Any:
        if torch.is_grad_enabled() and next(steps) == FAULTY_STEP:
            raise make()
        return whole(self, *arguments)

    LeNet5.forward = forward  # type: ignore[method-assign]


def niceness(pipe: Connection, order: Order) -> None:
    """Tells how nice the real one makes itself."""
    from lenetpad.engine import training_process

    training_process.be_nice()
    pipe.send(Stage(str(os.nice(0))))
    pipe.send(Ended(Outcome.STOPPED))


# In the process that looks for GPUs


def two_cards(pipe: Connection) -> None:
    """Tells of two GPUs."""
    pipe.send((("cuda:0", "Card 0 (cuda:0)"), ("cuda:1", "Card 1 (cuda:1)")))


def speechless(pipe: Connection) -> None:
    """Ends without a word, as where torch cannot be loaded."""


def endless(pipe: Connection) -> None:
    """Never tells anything."""
    signal.pause()
