"""The labelled images of an evaluation: shipped, from a file, or fetched in a thread of their own.

`data` is imported inside functions only, for the window's process imports this module.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from lenetpad.values.evaluation import (
    IMAGES,
    INK,
    MNIST_TEST,
    MNIST_TRAINING,
    DataChoice,
    EvaluationProgress,
)

if TYPE_CHECKING:
    from lenetpad.data.labelled import Labelled
    from lenetpad.ink.files import Drawing

#: How long the job waits at once for what is fetched: it can be cancelled in between.
POLL_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Numbers:
    """The drawings of an ink file that are labelled with several digits."""

    drawings: tuple[Drawing, ...]


@dataclass(frozen=True, slots=True)
class Writers:
    """Who wrote each of the images of ink, in their order."""

    names: tuple[str, ...]


def open_data(
    choice: DataChoice, serial: int = 0
) -> Generator[EvaluationProgress | str | Numbers | Writers | Labelled, None, None]:
    """The chosen images, at the end of the progress of what has to be fetched for them, and before
    them the numbers of several digits, where there are any, who wrote the images, where that is
    known, and sentences on what of the user's files is left out.

    Of a folder of ink files all drawings are there, of others those to test with. Raises DataError
    or InkError where there are none.
    """
    from lenetpad.data import folders, labelled

    if choice.key == MNIST_TEST:
        yield labelled.mnist()[1]
    elif choice.key == MNIST_TRAINING:
        yield labelled.mnist()[0]
    elif choice.key == INK or folders.holds_ink(choice.key, choice.path):
        yield from _of_ink(Path(choice.path), serial)
    elif choice.key == IMAGES:
        yield from _of_arrays(Path(choice.path))
    else:
        yield from _fetched(choice, serial)


def _of_ink(
    path: Path, serial: int
) -> Iterator[EvaluationProgress | str | Numbers | Writers | Labelled]:
    """The labelled drawings of an ink file, or of all in a folder; DataError where none is: then
    there is no truth that a network could be compared with."""
    from lenetpad.data.cancellation import Watch
    from lenetpad.data.labelled import drawn, no_label, to_evaluate
    from lenetpad.data.numbers import Cutter
    from lenetpad.data.writers import InkReader, writers_of
    from lenetpad.evaluation.numbers import numbers_among

    notes: list[str] = []
    reader = InkReader([path], Watch(noted=notes.append))
    for _ in reader:
        yield EvaluationProgress(serial, 0, 0)
    drawings, left_out = to_evaluate(reader.drawings)
    if all(drawing.label is None for drawing in drawings):
        raise no_label([path], drawings)
    for note in (*notes, left_out):
        if note:
            yield f"{note}."
    if numbers := numbers_among(drawings):
        yield Numbers(tuple(numbers))
        cutter = Cutter(drawings)
        for _ in cutter:
            yield EvaluationProgress(serial, 0, 0)
        drawings = cutter.drawings
        yield f"{cutter.words}."
    yield Writers(writers_of(drawings))
    yield drawn(drawings)


def _of_arrays(path: Path) -> Iterator[str | Labelled]:
    from lenetpad.data.array_files import bitmaps
    from lenetpad.data.cancellation import Watch

    notes: list[str] = []
    read = bitmaps(path, Watch(noted=notes.append))
    for note in notes:
        yield f"{note}."
    yield read


def _fetched(choice: DataChoice, serial: int) -> Iterator[EvaluationProgress | str | Labelled]:
    """The test part of a set of the catalogue; closing the generator cancels the fetching.

    The thread, a daemon, is not waited for: a server may be silent for twenty seconds. What it
    has not finished is not there, whichever thread fetches the same beside it.
    """
    from lenetpad.data import datasets
    from lenetpad.data.labelled import Labelled

    messages: SimpleQueue[EvaluationProgress | str | Labelled | Exception] = SimpleQueue()
    cancelled = Event()

    def report(title: str, done: int, total: int) -> None:
        messages.put(EvaluationProgress(serial, done, total, title))

    def note(sentence: str) -> None:
        messages.put(f"{sentence}.")

    def fetch() -> None:
        folder = Path(choice.path) if choice.path else None
        try:
            sets = datasets.load(
                choice.key, datasets.cache(), folder, report, cancelled.is_set, note
            )
            messages.put(sets[1])
        except Exception as error:  # raised again in the thread that asked
            messages.put(error)

    thread = Thread(target=fetch, name="fetching", daemon=True)
    thread.start()
    try:
        latest = EvaluationProgress(serial, 0, 0)
        while True:
            try:
                message = messages.get(timeout=POLL_SECONDS)
            except Empty:
                yield latest
                continue
            if isinstance(message, Exception):
                raise message
            yield message
            if isinstance(message, Labelled):
                return
            if isinstance(message, EvaluationProgress):
                latest = message
    finally:
        cancelled.set()
