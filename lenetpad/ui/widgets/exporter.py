"""What every export of a page goes through: where to, how it is to look, and the writing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from lenetpad.ui.widgets import question
from lenetpad.ui.widgets.export_options import ExportDialog, ExportOptions
from lenetpad.ui.widgets.figure import Figure, painted, svg
from lenetpad.ui.widgets.files import completed
from lenetpad.ui.widgets.images import png
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.turns import Steps, Turns, at_once
from lenetpad.ui.widgets.words import translate
from lenetpad.ui.widgets.writer import LONG_SECONDS, Writer, failed_to_write

#: What figures can be written as.
PNG: Final = ".png"
SVG: Final = ".svg"
#: Makes a figure in a theme's colours.
MakeFigure = Callable[[Theme], Figure]


class Memory(Protocol):
    """Where the choices of the last time are kept: the window's settings."""

    @property
    def folder(self) -> str:
        """Where file dialogs begin."""

    @property
    def export_options(self) -> ExportOptions:
        """How exported pictures look."""

    def keep(self, **values: object) -> None:
        """Keep ``folder``, and ``export``, the options as text."""


class ShortMemory:
    """Keeps choices for as long as a page is there that is in no window."""

    folder = ""
    export_options = ExportOptions()

    def keep(self, **values: object) -> None:
        """Keep ``folder`` and ``export``."""
        self.folder = str(values.get("folder", self.folder))
        self.export_options = ExportOptions.of(str(values.get("export", self.export_options)))


class Exporter(QObject):
    """Asks and writes. ``written`` carries the Path of a file, ``failed`` a sentence that says why
    one could not be written. ``memory`` has the choices of the last time.

    The dialogs belong to ``parent``, whose theme they have.
    """

    written = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.memory: Memory = ShortMemory()
        self.dialog: ExportDialog | None = None
        self._parent = parent
        self._writer = Writer(self)
        self._writer.written.connect(self.written)
        self._writer.failed.connect(self.failed)
        self._painting = Turns(self)
        self._steps: Steps[None] | None = None

    def ask_for_path(self, title: str, name: str, kinds: str) -> Path | None:
        """Ask for a file to write, beginning with a name in the folder of the last one; it has a
        suffix of those that ``kinds`` has. None where the user wants none."""
        proposal = str(Path(self.memory.folder) / name)
        typed, chosen = QFileDialog.getSaveFileName(self._parent, title, proposal, kinds)
        if not typed:
            return None
        path = completed(typed, chosen, kinds)
        self.memory.keep(folder=str(path.parent))
        # The dialog has asked about the name as it was typed, without the suffix.
        asked = path == Path(typed) or not path.exists()
        return path if asked or self._may_replace(path) else None

    def _may_replace(self, path: Path) -> bool:
        asked = translate("Window", "Replace {name}?\nThis file already exists.")
        yes = translate("Window", "Replace")
        return question.confirmed(self._parent, asked.format(name=path.name), yes)

    def ask_and_write(self, title: str, name: str, kinds: str, make: Callable[[], bytes]) -> None:
        """Ask for a file, and write there what ``make`` gives in another thread."""
        if path := self.ask_for_path(title, name, kinds):
            self.write(path, make)

    def ask_and_paint(self, title: str, name: str, screen: Theme, make: MakeFigure) -> None:
        """Ask how a figure is to look and for a file, and write it there; ``screen`` are the
        window's colours, the suffix of the name says whether it consists of pixels."""
        if self.dialog is not None:
            self.dialog.close()
        suffix = Path(name).suffix
        options = self.memory.export_options
        dialog = ExportDialog(title, options, self._parent, pixels=suffix == PNG)
        dialog.accepted.connect(partial(self._ask_on, dialog, title, name, screen, make))
        dialog.finished.connect(self._forget_dialog)
        self.dialog = dialog
        dialog.open()

    def _ask_on(
        self, dialog: ExportDialog, title: str, name: str, screen: Theme, make: MakeFigure
    ) -> None:
        options = dialog.options
        self.memory.keep(export=str(options))
        kind = Path(name).suffix
        if path := self.ask_for_path(title, name, f"{kind[1:].upper()} (*{kind})"):
            self.paint(path, make(options.theme(screen)))

    @Slot()
    def _forget_dialog(self) -> None:
        self.dialog = None

    def write(self, path: Path, make: Callable[[], bytes]) -> None:
        """Write what ``make`` gives in another thread."""
        self._writer.write(path, make)

    def paint(self, path: Path, figure: Figure) -> None:
        """Write a figure with the options of the last time, as the file's name says: .png or
        .svg. It is painted in turns, and what was begun before is finished first."""
        self._finish()
        self._steps = self._painted(path, figure, self.memory.export_options)
        self._painting.start(self._steps)

    def write_in_turns(self, path: Path, make: Steps[Callable[[], bytes]]) -> None:
        """Write what is made in steps beside the pen, the last part of it in another thread; what
        was begun before is finished first."""
        self._finish()
        self._steps = self._made(path, make)
        self._painting.start(self._steps)

    def _made(self, path: Path, steps: Steps[Callable[[], bytes]]) -> Steps[None]:
        yield
        try:
            self.write(path, (yield from steps))
        except MemoryError as error:
            self.failed.emit(failed_to_write(path, str(error)))

    def _painted(self, path: Path, figure: Figure, options: ExportOptions) -> Steps[None]:
        yield
        try:
            if path.suffix.lower() == SVG:
                content = svg(figure, options)
                self.write(path, lambda: content)
            else:
                image = yield from painted(figure, options)
                self.write(path, partial(png, image))
        except MemoryError as error:
            self.failed.emit(failed_to_write(path, str(error)))

    def _finish(self) -> None:
        """Paint the rest of a figure at once."""
        if self._painting.active and self._steps is not None:
            at_once(self._steps)
        self._painting.stop()
        self._steps = None

    def close(self, seconds: float = LONG_SECONDS) -> bool:
        """Wait until what is being written is on the disk; False where it is not in time."""
        if self.dialog is not None:
            self.dialog.close()
        self._finish()
        return self._writer.close(seconds)
