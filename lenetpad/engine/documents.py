"""The job "sheet": reads what a user opens, pastes or lets fall on the window, beside the pen."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

from lenetpad.engine.side_process import in_a_process
from lenetpad.ink.files import is_ink
from lenetpad.ink.sheets import Found, Source, read_sheet
from lenetpad.storage.decoding import InputError
from lenetpad.values.failures import Place, first_line
from lenetpad.values.jobs import Answer, Question

#: The name of the job, and of who asks for it.
SHEET: Final = "sheet"
#: Ink of so many bytes is parsed in a few milliseconds, during which nobody else may compute;
#: larger ink, and what may unpack to larger ink, is read in a process of its own.
SMALL_INK: Final = 64 << 10


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a source is no sheet, in a sentence for the user."""

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
    try:
        return path.name.lower().endswith(".gz") or path.stat().st_size > SMALL_INK
    except OSError:
        return False  # reading it says why
