"""The list of runs: read from the disk, and what can be done with the runs that are chosen."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices

from lenetpad.controllers.training.film import FilmOfKernels
from lenetpad.controllers.training.session import Session
from lenetpad.engine.background_jobs import BackgroundJobs
from lenetpad.storage import runs
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
    ) -> None:
        super().__init__(page)
        self._page, self._session, self._film = page, session, film
        self._root, self._jobs = root, jobs
        page.runs.wanted.connect(self._do)
        page.runs.renamed.connect(partial(self._change, runs.rename))
        page.runs.annotated.connect(partial(self._change, runs.annotate))
        page.resume_requested.connect(self._resume_slower)

    @Slot()
    def refresh(self) -> None:
        """Read the list of runs anew."""
        self._jobs.run_latest("list of runs", partial(runs.listed, self._root), self._show)

    def _show(self, found: tuple[list[Run], list[str]]) -> None:
        self._page.runs.show_runs(found[0])
        for fault in found[1]:
            log.warning("%s", fault)

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
        weights = runs.weights_of(run.folder)
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

        self._jobs.run("curves", read, self._page.curves.show_histories)
        self._film.load(chosen[0].folder)

    def _repeat(self, run: Run) -> None:
        try:
            self._page.form.show_plan(plan_of(run.model, run.config))
        except ValueError as error:
            self._page.show_notice(str(error))

    def _resume(self, folder: Path, rate_factor: float = 1.0) -> None:
        """Resume a run, once its history is read."""

        def read() -> tuple[Order, History]:
            run = runs.read(folder)
            plan = plan_of(run.model, run.config)
            order = Order(plan, self._root, folder, rate_factor)
            return order, histories.read(folder, run.name)

        self._jobs.run("continue", read, lambda found: self._session.order(*found))

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
