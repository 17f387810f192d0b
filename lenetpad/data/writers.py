"""Ink of several writers: files, and folders of them, such as a file of each pupil.

The writer of a drawing is who its file says, or else the file's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from lenetpad.data import layouts
from lenetpad.data.cancellation import IDLE, PassedOver, Watch
from lenetpad.data.labelled import all_drawings, no_label
from lenetpad.data.numbers import with_numbers_cut
from lenetpad.ink.files import MOST_LINES, MOST_POINTS_IN_A_FILE, SUFFIXES, Drawing
from lenetpad.ink.strokes import InkError
from lenetpad.storage.decoding import named, one_line
from lenetpad.storage.mnist import DataError

#: What names of ink files end in, in a folder, where a .json may be anything.
ENDINGS: Final = (".jsonl", ".jsonl.gz")
#: The window's own ending, before those.
INK: Final = ".ink"


class InkReader:
    """Reads ink files, and all that lie in folders, one file at a time as it is iterated;
    afterwards ``drawings`` are all of them.

    Each has a writer, or, not ``attributed``, only those whose file says one. A file in a folder
    that cannot be read is passed over, which ``watch`` hears, as long as another one can.

    Raises InkError for a file that is named itself and cannot be read, DataError for a label that
    is a number but no digit, and for a folder without ink or with too much.
    """

    def __init__(
        self, paths: Sequence[Path], watch: Watch = IDLE, *, attributed: bool = True
    ) -> None:
        self.drawings: list[Drawing] = []
        self._paths, self._watch, self._attributed = paths, watch, attributed

    def __iter__(self) -> Iterator[int]:
        """How many files have been read, after each of them."""
        done = 0
        for path in self._paths:
            files = self._folder(path) if path.is_dir() else self._file(path)
            for _ in files:
                done += 1
                yield done

    def _file(self, path: Path) -> Iterator[None]:
        self._keep(path, all_drawings([path]))
        yield

    def _folder(self, folder: Path) -> Iterator[None]:
        files, bad, points, before = ink_files_in(folder, self._watch), PassedOver(), 0, 0
        if not files:
            raise DataError(
                f"{folder} holds no ink file (.jsonl); choose a folder with a file of each writer"
            )
        before = len(self.drawings)
        for path in files:
            try:
                drawings = all_drawings([path])
            except (InkError, DataError) as error:
                bad.add(error)
            else:
                self._keep(path, drawings)
                points += sum(len(s.points) for one in drawings for s in one.ink.strokes)
            if len(self.drawings) - before > MOST_LINES or points > MOST_POINTS_IN_A_FILE:
                raise DataError(
                    f"{folder} holds over {MOST_LINES:,} drawings or {MOST_POINTS_IN_A_FILE:,} "
                    "points; choose a folder of fewer"
                )
            yield
        if len(self.drawings) == before:
            bad.or_raise(DataError)
        bad.tell(self._watch, f"of {len(files):,} ink files")

    def _keep(self, path: Path, drawings: Sequence[Drawing]) -> None:
        name = writer_of(path)
        self.drawings += [
            replace(one, writer=name) if self._attributed and one.writer is None else one
            for one in drawings
        ]


def read_all(
    paths: Sequence[Path], watch: Watch = IDLE, *, attributed: bool = True
) -> list[Drawing]:
    """All drawings in ink files and folders of them; see ``InkReader``."""
    reader = InkReader(paths, watch, attributed=attributed)
    for _ in reader:
        watch.check()
    return reader.drawings


def labelled_of_writers(paths: Sequence[Path], watch: Watch = IDLE) -> list[Drawing]:
    """The labelled drawings in ink files and folders of them, each with a writer, and numbers cut
    into their digits. ``watch`` hears what is left out.

    Raises InkError and DataError as ``InkReader`` does, and DataError where none is labelled.
    """
    everything = read_all(paths, watch)
    drawings = [drawing for drawing in everything if drawing.label is not None]
    if not drawings:
        raise no_label(paths, everything)
    if without := len(everything) - len(drawings):
        watch.note(f"{without:,} of {len(everything):,} drawings have no label: left out")
    return with_numbers_cut(drawings, watch)


def ink_files_in(folder: Path, watch: Watch = IDLE) -> list[Path]:
    """The ink files that lie in a folder, by name. Raises DataError where it cannot be looked
    into."""
    try:
        found = list(layouts.entries(folder, watch))
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror or error}") from None
    return sorted(path for path in found if _is_ink(path) and not path.is_dir())


def writer_of(path: Path) -> str:
    """The name of a file without its ending, as the name of who wrote what says nothing else."""
    name = path.name
    for ending in (*sorted(SUFFIXES, key=len, reverse=True), INK):
        if name.lower().endswith(ending) and len(name) > len(ending):
            name = name[: -len(ending)]
    return named(name)


def writers_of(drawings: Sequence[Drawing]) -> tuple[str, ...]:
    """Who wrote each of the drawings, on one line; "" where nobody has said."""
    known: dict[str | None, str] = {None: ""}
    for drawing in drawings:
        if drawing.writer not in known:
            known[drawing.writer] = one_line(drawing.writer)
    return tuple(known[drawing.writer] for drawing in drawings)


def _is_ink(path: Path) -> bool:
    return path.name.lower().endswith(ENDINGS)
