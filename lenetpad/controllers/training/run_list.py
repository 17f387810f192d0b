"""The list of runs: read from the disk, and what can be done with the runs that are chosen."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox

from lenetpad.controllers.run_networks import Listing, RunNetworks, listing
from lenetpad.controllers.training.film import FilmOfKernels
from lenetpad.controllers.training.session import Session
from lenetpad.engine.background_jobs import BackgroundJobs
from lenetpad.storage import runs
from lenetpad.storage.decoding import escaped, named
from lenetpad.storage.runs import Run
from lenetpad.training import histories
from lenetpad.values.history import History
from lenetpad.values.recipes import plan_of
from lenetpad.values.training import Order

if TYPE_CHECKING:  # it imports pyqtgraph, which takes long
    from lenetpad.ui.train.page import TrainPage

log = logging.getLogger("lenetpad")

#: A failed run is resumed at this part of the rate that was too much.
RESUMED_RATE: Final = 0.1
GOES_ON: Final = "This run is about to go on; stop it first."
STRANGE: Final = "{name} was begun elsewhere, or by an older version. It reads files of yours:"
#: So many files are named in the question; the others are behind its button for details.
NAMED_AT_ONCE: Final = 8


class RunList(QObject):
    """Does with runs what the page asks for.

    ``weights_chosen`` carries the path of a run's weights that are to read, ``export_requested``
    a Run and the path of its weights, and ``tensorboard_requested`` nothing.
    """

    weights_chosen = Signal(str)
    export_requested = Signal(object, object)
    tensorboard_requested = Signal()

    def __init__(
        self,
        page: TrainPage,
        session: Session,
        film: FilmOfKernels,
        root: Path,
        jobs: BackgroundJobs,
        known: RunNetworks,
    ) -> None:
        super().__init__(page)
        self._known = known
        self._page, self._session, self._film = page, session, film
        self._root, self._jobs = root, jobs
        self._faults: frozenset[str] = frozenset()  # that have been told
        page.runs.wanted.connect(self._do)
        page.runs.renamed.connect(partial(self._change, runs.rename))
        page.runs.annotated.connect(partial(self._change, runs.annotate))
        page.resume_requested.connect(self._resume_slower)

    @Slot()
    def refresh(self) -> None:
        """Read the list of runs anew."""
        self._jobs.run_latest("list of runs", partial(listing, self._root), self._show)

    def _show(self, found: Listing) -> None:
        self._known.take(found)
        self._page.show_runs(found.runs)
        new = [fault for fault in found.faults if fault not in self._faults]
        self._faults = frozenset(found.faults)
        for fault in new:
            log.warning("%s", fault)
        if new:
            more = f" (and {len(new) - 1:,} more, in the log)" if new[1:] else ""
            self._page.show_notice(new[0] + more)

    @Slot(str, object)
    def _do(self, action: str, chosen: tuple[Run, ...]) -> None:
        first = chosen[0]
        match action:
            case "show":
                self._show_curves(chosen)
            case "continue":
                self._resume(first.folder)
            case "use":
                if weights := self._weights(first):
                    self.weights_chosen.emit(str(weights))
            case "repeat":
                self._repeat(first)
            case "export":
                if weights := self._weights(first):
                    self.export_requested.emit(first, weights)
            case "tensorboard":
                self.tensorboard_requested.emit()
            case "folder":
                QDesktopServices.openUrl(QUrl.fromLocalFile(str(first.folder)))
            case "delete":
                self._delete(chosen)

    @Slot(object, str)
    def _change(self, change: Callable[[Run, str], None], run: Run, text: str) -> None:
        self._jobs.run("runs", partial(change, run, text))
        self.refresh()

    def _weights(self, run: Run) -> Path | None:
        """A run's weights; where there are none the page says so."""
        try:
            weights = runs.weights_of(run.folder)
        except runs.RunError as error:
            self._page.show_notice(str(error))
            return None
        if weights is None:
            self._page.show_notice(f"{run.name} has no weights yet")
        return weights

    def _show_curves(self, chosen: tuple[Run, ...]) -> None:
        live = self._session.history

        def read() -> list[History]:
            return [
                live
                if live is not None and live.folder == run.folder
                else histories.read(run.folder, run.name)
                for run in chosen
            ]

        self._jobs.run("curves", read, self._show_histories)
        self._film.load(chosen[0].folder)

    def _show_histories(self, histories: list[History]) -> None:
        self._page.curves.show_histories(histories)
        # One that trains may have got another name since it began.
        self._page.curves.rename({run.folder: run.name for run in self._page.runs.model.runs})
        if notes := [history.note for history in histories if history.note]:
            self._page.show_notice(notes[0])

    def _repeat(self, run: Run) -> None:
        try:
            self._page.form.show_plan(plan_of(run.model, run.config))
        except ValueError as error:
            self._page.show_notice(str(error))

    def _resume(self, folder: Path, rate_factor: float = 1.0) -> None:
        """Resume a run, once its history is read; its weights stay in its folder.

        Where it may be a stranger's, the user is asked whether it may read the files it names.
        """

        def read() -> tuple[Order, History, tuple[str, ...]]:
            run = runs.read(folder)
            plan = replace(plan_of(run.model, run.config), out="")
            strange = () if not plan.files or runs.made_here(run) else plan.files
            order = Order(plan, self._root, folder, rate_factor)
            return order, histories.read(folder, run.name), strange

        self._jobs.run("continue", read, self._resume_if_allowed)

    def _resume_if_allowed(self, found: tuple[Order, History, tuple[str, ...]]) -> None:
        order, history, strange = found
        if not strange or self._may_read(history.name, strange):
            self._session.order(order, history)

    def _may_read(self, name: str, files: tuple[str, ...]) -> bool:
        """Ask whether a run may read these files."""
        lines = [escaped(file) for file in files]
        box = QMessageBox(self._page)
        box.setIcon(QMessageBox.Icon.Question)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle("May this run read your files?")
        box.setText(STRANGE.format(name=named(name)))
        box.setInformativeText("\n".join(map(named, lines[:NAMED_AT_ONCE])))
        if lines[NAMED_AT_ONCE:] or any(named(line) != line for line in lines):
            box.setDetailedText("\n".join(lines))
        read = box.addButton("Read them and go on", QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec()
        return box.clickedButton() is read

    @Slot(object)
    def _resume_slower(self, folder: Path) -> None:
        self._resume(folder, RESUMED_RATE)

    def _delete(self, chosen: tuple[Run, ...]) -> None:
        folders = {run.folder for run in chosen}
        if self._session.ordered in folders:
            self._page.show_notice(GOES_ON)
            return
        if self._film.run in folders:
            self._film.remove()
        for run in chosen:
            self._jobs.run("delete", partial(runs.delete, run))
        self.refresh()
