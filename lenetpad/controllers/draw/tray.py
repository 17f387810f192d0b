"""The tray's drawings, and what is done to the ink file that they are in: one change after the
other, in the thread that writes files."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from lenetpad.controllers.draw.label_question import LabelQuestion
from lenetpad.controllers.draw.tray_steps import Change, Deletion, Labelling
from lenetpad.engine.documents import Refused, contents_of, edit_file
from lenetpad.ink.contents import Contents, outline_of
from lenetpad.ink.editing import Append, Delete, Edit, Edited, Place, Relabel, Restore, Stamp
from lenetpad.ink.files import Drawing, Label, is_ink
from lenetpad.ink.sheets import Source
from lenetpad.ink.strokes import Ink
from lenetpad.ui import actions
from lenetpad.ui.draw import documents
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.draw.tray import TrayPanel
from lenetpad.ui.widgets.words import translate
from lenetpad.ui.widgets.writer import Writer
from lenetpad.ui.window import Window

#: Steps of undo that the tray keeps.
UNDO_DEPTH: Final = 100
#: An outline of so many points is drawn in no time; for more the file is read again.
QUICK_POINTS: Final = 20_000


class Tray(QObject):
    """Shows what is in an ink file, and changes it as the user wants.

    The tray shows each change at once and the file follows; where it cannot, the banner says why
    and the tray shows what is in the file. ``source_wanted`` carries the Source of a drawing that
    is wanted on the canvas, ``edited`` the Path of a file that was changed here. ``name_of`` says
    what a file is called.
    """

    source_wanted = Signal(object)
    edited = Signal(object)

    def __init__(
        self, window: Window, page: DrawPage, writer: Writer, proposal: Callable[[], Label]
    ) -> None:
        super().__init__(page)
        self._window, self._page, self._writer = window, page, writer
        self._proposal = proposal  # the label that is read now
        self._panel: TrayPanel | None = None
        self._path: Path | None = None
        self._shown = 0
        self._known: Stamp | None = None  # of the file, all of which could be read
        self._changes: deque[Change] = deque()
        self._now: Change | None = None  # the one under way
        self._reading = False  # whether the file is read again
        self._stale = False  # whether it is to be
        self._opened: Contents | None = None  # another file's, which waits for the changes
        self._wanted: int | None = None  # the key of the drawing that waits for the changes
        self._steps: list[Deletion | Labelling] = []  # that can be undone
        self._said = ""  # the banner's words that are ours
        self.name_of: Callable[[Path], str] = _name_of
        self.question = LabelQuestion(window, self)
        self._toggle = window.actions_by_name["tray"]
        self._toggle.setEnabled(False)
        actions.connect(window.actions_by_name, {"add": self.add_document, "tray": self._show})
        writer.done.connect(self._take)
        writer.written.connect(self._note_written)
        page.canvas.history_changed.connect(self._leave_undo)

    # The file that is shown

    def show(self, contents: Contents) -> None:
        """Show the drawings of a file that was opened, where there is something to choose from or
        a label is missing."""
        self._opened = contents
        self._go_on()

    def show_all(self, contents: Contents) -> None:
        """Show the drawings of a file, whatever they are."""
        self.show(contents)
        self._set_shown(shown=True)

    def note_change(self, path: Path) -> None:
        """A file is another than it was: it is read again where it is shown."""
        self._note_written(path)

    def leave(self, path: Path) -> None:
        """Show a file no more: it goes."""
        if self._is_shown(path):
            self._close()
            self._toggle.setEnabled(False)
            self._path, self._steps = None, []

    @property
    def busy(self) -> bool:
        """Whether something is being done to a file, or waits for that."""
        return self._now is not None or self._reading or bool(self._changes) or self._stale

    def _show_opened(self, contents: Contents) -> None:
        self._path = contents.path
        self._steps.clear()
        self._show_contents(contents, 0)
        self._toggle.setEnabled(True)
        self._set_shown(shown=len(contents) > 1 or None in contents.labels)

    def _show_contents(self, contents: Contents, row: int) -> None:
        self._shown += 1
        self._wanted = None
        self._steps = [step for step in self._steps if isinstance(step, Deletion)]
        self._known = None if contents.fault else contents.stamp
        self._tray.show_contents(contents, row, self.name_of(contents.path))
        self._leave_undo()

    @property
    def _tray(self) -> TrayPanel:
        """The panel, connected when it is first wanted."""
        if self._panel is None:
            self._panel = panel = self._page.tray
            panel.chosen.connect(self._choose)
            panel.labelled.connect(self._label)
            panel.label_wanted.connect(self._ask_labels)
            panel.delete_wanted.connect(self._delete)
            panel.undo_wanted.connect(self.undo)
            panel.added.connect(self._add_here)
            panel.closed.connect(self._close)
        return self._panel

    @Slot()
    def _show(self) -> None:
        shown = self._toggle.isChecked()
        self._set_shown(shown=shown)
        if shown:
            self._window.open_page("draw")

    @Slot()
    def _close(self) -> None:
        self._set_shown(shown=False)

    def _set_shown(self, *, shown: bool) -> None:
        self._page.show_tray(shown=shown)
        self._toggle.setChecked(shown)

    @Slot(int)
    def _choose(self, row: int) -> None:
        """Have a drawing on the canvas, once the file is as the tray shows it."""
        self._wanted = self._tray.model.key(row)
        self._go_on()

    # What is done to the file

    @Slot(object, int)
    def _label(self, rows: Sequence[int], label: Label) -> None:
        """Label drawings; those that have the label already stay as they are."""
        model = self._tray.model
        labels = {row: label for row in rows if model.label(model.key(row)) != label}
        if labels:
            before = {model.key(row): model.label(model.key(row)) for row in labels}
            self._remember(Labelling(before))
            self._relabel(labels)

    def _relabel(self, labels: dict[int, Label]) -> None:
        model = self._tray.model
        keys = {row: model.key(row) for row in labels}

        def make() -> Edit:
            wanted = labels.items()
            return Relabel(tuple((Place(r, model.digest(keys[r])), label) for r, label in wanted))

        def then(edited: Edited) -> None:
            for key, place in zip(keys.values(), edited.places, strict=True):
                model.note_digest(key, place.digest)

        model.relabel(labels)
        self._change_shown(make, then)

    @Slot(object)
    def _delete(self, rows: Sequence[int]) -> None:
        model = self._tray.model
        deleted = Deletion(tuple((row, model.key(row)) for row in rows), self._shown)

        def make() -> Edit:
            return Delete(tuple(Place(row, model.digest(key)) for row, key in deleted.rows))

        def then(edited: Edited) -> None:
            deleted.lines = edited.removed
            if self._steps and self._steps[-1] is deleted:
                self._offer_undo(rows)

        model.remove(rows)
        self._tray.list.go_to(rows[0])
        self._remember(deleted)
        self._change_shown(make, then)

    def _offer_undo(self, rows: Sequence[int]) -> None:
        """Say what was deleted, with a button that brings it back."""
        assert self._path is not None
        one = translate("Draw", "Deleted drawing {number} from {name}")
        many = translate("Draw", "Deleted {count} drawings from {name}")
        self._said = (many if rows[1:] else one).format(
            number=f"{rows[0] + 1:,}", count=f"{len(rows):,}", name=self.name_of(self._path)
        )
        self._page.banner.offer(self._said, translate("Draw", "Undo"), self.undo)

    def _remember(self, step: Deletion | Labelling) -> None:
        self._hide_own()
        self._steps.append(step)
        del self._steps[:-UNDO_DEPTH]
        self._tray.list.can_undo = True

    @Slot()
    def _leave_undo(self) -> None:
        """What was done last was done to the canvas: there Undo goes now, also from the tray."""
        if self._panel is not None:
            self._panel.list.can_undo = False

    @Slot()
    def undo(self) -> None:
        """Take back what was done last to the file."""
        self._hide_own()
        if not self._steps:
            return
        step = self._steps.pop()
        if isinstance(step, Deletion):
            self._put_back(step)
        else:
            model = self._tray.model
            rows = model.rows_of(step.labels)
            self._relabel({row: step.labels[model.key(row)] for row in rows})
        self._tray.list.can_undo = bool(self._steps)

    def _put_back(self, deleted: Deletion) -> None:
        model = self._tray.model
        current = deleted.shown == self._shown

        def make() -> Edit:
            return Restore(deleted.lines)

        def then(edited: Edited) -> None:
            self._stale |= not current

        if current:
            model.insert(deleted.rows)
            self._tray.list.go_to(deleted.rows[0][0])
        self._change_shown(make, then)

    def _change_shown(self, make: Callable[[], Edit], then: Callable[[Edited], None]) -> None:
        assert self._path is not None
        self.change(self._path, make, then)

    def change(self, path: Path, make: Callable[[], Edit], then: Callable[[Edited], None]) -> None:
        """Change a file with what ``make`` gives, once it is its turn, and call ``then``."""
        self._changes.append(Change(path, make, then))
        self._go_on()

    def _go_on(self) -> None:
        """Begin with what comes next, if nothing is under way."""
        if self._now is not None or self._reading:
            return
        if self._changes:
            self._now = change = self._changes.popleft()
            known = self._known if self._is_shown(change.path) else None
            self._writer.run(partial(edit_file, change.path, change.make(), known))
        elif self._opened is not None:
            contents, self._opened = self._opened, None
            self._show_opened(contents)
            self._go_on()
        elif self._stale and self._path is not None:
            self._stale, self._reading = False, True
            self._writer.run(partial(contents_of, self._path))
        elif self._wanted is not None:
            key, self._wanted = self._wanted, None
            model = self._tray.model
            for row in model.rows_of([key]):
                self.source_wanted.emit(Source(self._path, Place(row, model.digest(key))))

    @Slot(object)
    def _take(self, result: object) -> None:
        """Take in what the thread has done."""
        change, self._now = self._now, None
        if change is None:
            self._reading = False
            self._take_contents(result)
        elif isinstance(result, Edited):
            self._take_edited(change, result)
        else:
            self._fail(change, result)
        self._go_on()

    def _take_contents(self, result: object) -> None:
        if self._changes:
            self._stale = True  # the file will be another
        elif isinstance(result, Contents) and result.path == self._path:
            self._show_contents(result, max(0, self._tray.list.currentIndex().row()))
        elif isinstance(result, Refused):
            self._close()
            self._toggle.setEnabled(False)
            self._warn(result.message)

    def _take_edited(self, change: Change, edited: Edited) -> None:
        if self._is_shown(change.path):
            self._stale |= edited.before != self._known  # others have changed it too
            self._known = edited.stamp
        change.then(edited)
        self.edited.emit(change.path)

    def _fail(self, change: Change, result: object) -> None:
        """Say why a change was not made; what was to follow it on the same file is not either."""
        if isinstance(result, Refused):  # else the writer has said it
            self._warn(result.message)
        self._changes = deque(one for one in self._changes if one.path != change.path)
        if self._is_shown(change.path):
            self._steps.clear()
            self._leave_undo()
            self._stale = True

    @Slot(object)
    def _note_written(self, path: Path) -> None:
        """A file was saved: if it is the one that is shown, it is another now."""
        if self._is_shown(path):
            self._stale = True
            self._go_on()

    def _is_shown(self, path: Path) -> bool:
        shown = self._path
        return shown is not None and os.path.realpath(path) == os.path.realpath(shown)

    # What the user is asked

    @Slot()
    def add_document(self) -> None:
        """Ask for an ink file and add the canvas's drawing to it."""
        if not self._page.canvas.sheet.ink:
            self._warn(translate("Draw", documents.NO_INK_TO_ADD))
            return
        preferences = self._window.preferences
        proposal = preferences.ink_file or str(Path(preferences.folder) / documents.INK_FILE)
        name, _ = QFileDialog.getSaveFileName(
            self._window.dialog_parent,
            translate("Draw", "Add to ink file"),
            proposal,
            documents.ink_filter(),
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if not name:
            return
        path = documents.with_suffix(Path(name), documents.ink_filter())
        if not is_ink(path):
            text = translate("Draw", "{name} is not an ink file. Choose a name with {suffix}.")
            self._warn(text.format(name=path.name, suffix=documents.INK_SUFFIX))
            return
        preferences.keep(folder=str(path.parent), ink_file=str(path))
        self.add_to(path)

    @Slot()
    def _add_here(self) -> None:
        """Add the canvas's drawing to the file that is shown."""
        assert self._path is not None
        if self._page.canvas.sheet.ink:
            self.add_to(self._path)
        else:
            self._warn(translate("Draw", documents.NO_INK_TO_ADD))

    def add_to(self, path: Path) -> None:
        """Ask for a label and add the canvas's drawing to an ink file."""
        ink = self._page.canvas.sheet.ink
        self.question.of_added(path, self._proposal(), partial(self.append, path, ink))

    def append(self, path: Path, ink: Ink, label: Label) -> None:
        """Add a drawing to an ink file."""

        def make() -> Edit:
            return Append(Drawing(ink, label))

        def then(edited: Edited) -> None:
            here = self._is_shown(path)
            if here and ink.point_count <= QUICK_POINTS:
                model = self._tray.model
                model.append(edited.places[0].digest, label, outline_of(ink))
                self._tray.list.go_to(model.rowCount() - 1)
            elif here:
                self._stale = True
            text = translate("Draw", "Added to {name} as drawing {number}")
            self._said = text.format(name=self.name_of(path), number=f"{edited.count:,}")
            self._page.banner.note(self._said)

        self.change(path, make, then)

    @Slot(object)
    def _ask_labels(self, rows: Sequence[int]) -> None:
        model = self._tray.model
        shown = self._shown

        def label(answer: Label) -> None:
            if shown == self._shown:
                self._label(rows, answer)

        self.question.of_rows(rows, model.label(model.key(rows[0])), label)

    # The banner

    def _warn(self, message: str) -> None:
        self._said = message
        self._page.banner.warn(message)

    def _hide_own(self) -> None:
        self._page.banner.take_back(self._said)
        self._said = ""


def _name_of(path: Path) -> str:
    return path.name
