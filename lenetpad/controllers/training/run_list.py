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
from lenetpad.storage import run_bin, runs
from lenetpad.storage.decoding import escaped, named
from lenetpad.storage.runs import Run
from lenetpad.training import histories
from lenetpad.ui.train.bin_dialog import BinDialog
from lenetpad.ui.widgets.words import counted, translate
from lenetpad.values.history import History
from lenetpad.values.recipes import plan_of
from lenetpad.values.training import Order

if TYPE_CHECKING:  # it imports pyqtgraph, which takes long
    from lenetpad.ui.train.page import TrainPage

log = logging.getLogger("lenetpad")

#: A failed run is resumed at this part of the rate that was too much.
RESUMED_RATE: Final = 0.1
#: So many runs are shown at once: their colours come again after six.
MOST_SHOWN: Final = 12
#: So many files are named in the question; the others are behind its button for details.
NAMED_AT_ONCE: Final = 8


class RunList(QObject):
    """Does with runs what the page asks for.

    ``weights_chosen`` carries the path of a run's weights that are to read, ``export_requested``
    a Run and the path of its weights, and ``tensorboard_requested`` nothing.
    """

    weights_chosen = Signal(object)  # a str, as ``Window.model_chosen``
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
        self._bin: BinDialog | None = None
        page.runs.wanted.connect(self._do)
        page.runs.chosen_changed.connect(self._show_chosen)
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
            message = new[0]
            if others := len(new) - 1:
                words = translate("Train", "{message} (and {n} more in the log)")
                message = words.format(message=message, n=f"{others:,}")
            self._page.show_notice(message)

    @Slot(str, object)
    def _do(self, action: str, chosen: tuple[Run, ...]) -> None:
        if action == "bin":
            self._open_bin()
            return
        first = chosen[0]
        match action:
            case "show":
                self._show_curves(chosen)
            case "continue":
                self.resume(first.folder)
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
            words = translate("Train", "{run} has no weights yet")
            self._page.show_notice(words.format(run=run.name))
        return weights

    @Slot(object)
    def _show_chosen(self, chosen: tuple[Run, ...]) -> None:
        """Show the curves of the runs that are chosen now, unless they are seen already."""
        seen = [history.folder for history in self._page.curves.histories]
        if chosen and seen != [run.folder for run in chosen[:MOST_SHOWN]]:
            self._show_curves(chosen)

    def _show_curves(self, chosen: tuple[Run, ...]) -> None:
        live = self._session.history

        def read() -> list[History]:
            return [
                live
                if live is not None and live.folder == run.folder
                else histories.read(run.folder, run.name)
                for run in chosen[:MOST_SHOWN]
            ]

        self._jobs.run_latest("curves", read, partial(self._show_histories, len(chosen)))
        self._film.load(chosen[0].folder)

    def _show_histories(self, chosen: int, histories: list[History]) -> None:
        self._page.curves.show_histories(histories)
        if chosen > len(histories):
            words = translate("Train", "Showing the curves of the first {n} selected runs")
            self._page.banner.note(words.format(n=MOST_SHOWN))
        # One that trains may have got another name since it began.
        self._page.curves.rename({run.folder: run.name for run in self._page.runs.model.runs})
        if notes := [history.note for history in histories if history.note]:
            self._page.show_notice(notes[0])

    def _repeat(self, run: Run) -> None:
        try:
            self._page.form.show_plan(plan_of(run.model, run.config))
        except ValueError as error:
            self._page.show_notice(str(error))

    def resume(self, folder: Path, rate_factor: float = 1.0) -> None:
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
            self._page.form.show_plan(order.plan)
            self._session.order(order, history)

    def _may_read(self, name: str, files: tuple[str, ...]) -> bool:
        """Ask whether a run may read these files."""
        lines = [escaped(file) for file in files]
        box = QMessageBox(self._page)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle(translate("Train", "Let this run read your files?"))
        words = translate(
            "Train",
            "{run} comes from another computer or an older version. It reads these files:",
        )
        box.setText(words.format(run=named(name)))
        box.setInformativeText("\n".join(map(named, lines[:NAMED_AT_ONCE])))
        if lines[NAMED_AT_ONCE:] or any(named(line) != line for line in lines):
            box.setDetailedText("\n".join(lines))
        read = box.addButton(
            translate("Train", "Read and continue"), QMessageBox.ButtonRole.AcceptRole
        )
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec()
        return box.clickedButton() is read

    @Slot(object)
    def _resume_slower(self, folder: Path) -> None:
        self.resume(folder, RESUMED_RATE)

    def _delete(self, chosen: tuple[Run, ...]) -> None:
        folders = {run.folder for run in chosen}
        if self._session.ordered in folders:
            self._page.show_notice(translate("Train", "This run is starting. Stop it first."))
            return

        def forget(done: tuple[tuple[Path, ...], str]) -> None:
            places, fault = done
            gone = {run.folder for run in chosen if not run.folder.exists()}
            if self._film.run in gone:
                self._film.remove()
            self._page.forget_runs(gone)
            if places:
                name = named(next(run.name for run in chosen if run.folder in gone))
                words = counted(
                    len(places),
                    translate("Train", "Deleted {run}").format(run=name),
                    translate("Train", "Deleted {n} runs"),
                )
                undo = partial(self._restore, places)
                self._page.banner.offer(words, translate("Train", "Undo"), undo)
            if fault:
                self._page.show_notice(fault)

        self._jobs.run("delete", partial(run_bin.delete_all, chosen), forget)
        self.refresh()

    # The bin

    def _restore(self, places: tuple[Path, ...]) -> None:
        """Bring deleted runs back, and choose the first of them."""

        def choose(folders: tuple[Path, ...]) -> None:
            self._page.runs.choose_when_listed(folders[0])

        self._jobs.run("restore", partial(run_bin.restore, places, self._root), choose)
        self.refresh()
        self._read_bin()

    def _empty(self) -> None:
        self._jobs.run("bin", partial(run_bin.empty, self._root))
        self._read_bin()

    def _open_bin(self) -> None:
        """Show what is in the bin; the page stays in use."""
        if self._bin is None:
            self._bin = BinDialog(self._page)
            self._bin.restore_wanted.connect(self._restore)
            self._bin.empty_wanted.connect(self._empty)
            self._bin.finished.connect(self._forget_bin)
            self._bin.open()
        self._read_bin()

    @Slot()
    def _forget_bin(self) -> None:
        self._bin = None

    def _read_bin(self) -> None:
        def show(found: tuple[tuple[Run, ...], int]) -> None:
            if self._bin is not None:
                self._bin.show_contents(*found)

        if self._bin is not None:
            self._jobs.run("bin", partial(run_bin.contents, self._root), show)
