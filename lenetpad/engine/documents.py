"""The job "sheet": reads what a user opens, pastes or lets fall on the window, beside the pen.

And ink files are changed, in the thread that writes files.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from lenetpad.engine.side_process import in_a_process
from lenetpad.ink.contents import Contents, read_contents
from lenetpad.ink.editing import Edit, Edited, Stamp, edit_ink, line_at
from lenetpad.ink.files import is_ink
from lenetpad.ink.sheets import Found, Source, read_sheet
from lenetpad.ink.strokes import Ink
from lenetpad.storage.decoding import InputError
from lenetpad.values.failures import Place, first_line
from lenetpad.values.jobs import Answer, Question

#: The name of the job, and of who asks for it.
SHEET: Final = "sheet"
#: Ink of so many bytes is parsed in a few milliseconds, during which nobody else may compute;
#: larger ink, and what may unpack to larger ink, is read in a process of its own.
SMALL_INK: Final = 64 << 10
#: In a file of so many bytes even to find and to count lines holds the window up.
MUCH_INK: Final = 32 << 20
#: What ink may unpack to, as a multiple.
PACKING: Final = 20

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Refused:
    """Why something cannot be read or done, in a sentence for the user."""

    message: str


def sheet_question(serial: int, source: Source) -> Question:
    """The question what sheet a source holds."""
    return Question(SHEET, SHEET, (), source, serial, Place.DRAW)


def sheet_job(question: Question) -> Generator[object, None, None]:
    """Answer with a Found, or with a Refused where the source is no sheet."""
    source = question.argument
    assert isinstance(source, Source)
    found: Found | Refused
    try:
        if source.path is not None and source.place is not None:
            source = Source(text=line_at(source.path, source.place).decode(errors="replace"))
        if is_large(source):
            found = yield from in_a_process(read_sheet, source)
        else:
            found = read_sheet(source)
    except (InputError, OSError) as error:
        found = Refused(first_line(error))
    yield Answer(question, found)


def is_large(source: Source) -> bool:
    """Whether reading it would hold up the window. A picture does not, of whatever size."""
    path = source.path
    if path is None:
        return len(source.text) > SMALL_INK
    if not is_ink(path):
        return False
    return _size(path) > SMALL_INK


def tried(work: Callable[[], T]) -> T | Refused:
    """What ``work`` does to files or reads of them, or why that cannot be."""
    try:
        return work()
    except (InputError, OSError) as error:
        return Refused(first_line(error))


def edit_file(path: Path, edit: Edit, known: Stamp | None) -> Edited | Refused:
    """Change an ink file as ``edit_ink`` does; a large one, or one that has to be looked through,
    in a process of its own. Why it was not changed is a Refused."""
    return tried(partial(_edited, path, edit, known))


def contents_of(path: Path) -> Contents | Refused:
    """What is in an ink file now, or why it cannot be read."""
    return tried(partial(_contents, path))


def _edited(path: Path, edit: Edit, known: Stamp | None) -> Edited:
    edited = None
    if _size(path) < MUCH_INK:
        edited = edit_ink(path, edit, known, thorough=_size(path) <= SMALL_INK)
    if edited is None:
        edited = _waited_for(in_a_process(edit_ink, path, edit, known))
    return edited


def _contents(path: Path) -> Contents:
    found: tuple[Contents, Ink]
    if _size(path) > SMALL_INK:
        found = _waited_for(in_a_process(read_contents, path))
    else:
        found = read_contents(path)
    return found[0]


def _waited_for(steps: Generator[None, None, Any]) -> Any:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def _size(path: Path) -> int:
    """The bytes of a file, or what they may unpack to; 0 where it is not there."""
    try:
        size = path.stat().st_size
    except OSError:
        return 0  # reading it says why
    return size * PACKING if path.name.lower().endswith(".gz") else size
