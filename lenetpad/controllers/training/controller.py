"""The controller of the Train page: its parts, previews, and what a running training wants."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QMessageBox

from lenetpad.controllers.page_controller import (
    Context,
    PageController,
    PageRow,
    seconds_until,
)
from lenetpad.controllers.run_networks import interruption_words
from lenetpad.controllers.training.exports import Exports
from lenetpad.controllers.training.film import FilmOfKernels
from lenetpad.controllers.training.kept_plan import KeptPlan
from lenetpad.controllers.training.run_list import RunList
from lenetpad.controllers.training.session import Session
from lenetpad.controllers.training.tensorboard import TensorBoard
from lenetpad.engine.torch_loading import load_torch
from lenetpad.engine.trainer import Trainer
from lenetpad.storage.interruptions import note_told, untold
from lenetpad.storage.runs import Run
from lenetpad.ui.widgets.words import translate
from lenetpad.values.devices import TORCH_CPU
from lenetpad.values.recipes import NO_DISTORTIONS, Distortions

if TYPE_CHECKING:
    from lenetpad.ui.train.page import TrainPage


class TrainingController(PageController):
    """Trains in a process of its own, and lets the pad read with what comes of it.

    ``weights_chosen`` carries the path of a weights file that the pad is to read with, and
    ``snapshot_received`` a Snapshot, whose weights the network of that file is to have from now
    on.
    """

    page: TrainPage | None
    session: Session
    runs: RunList

    weights_chosen = Signal(object)  # a str, as ``Window.model_chosen``
    snapshot_received = Signal(object)

    def __init__(self, row: PageRow, context: Context) -> None:
        super().__init__(row, context)
        self.trainer = Trainer(context.target)
        self._tensorboard = TensorBoard(context.runs)
        self._to_continue: Path | None = None  # once the page is there
        self._networks = networks = context.find_pad().networks
        self.weights_chosen.connect(networks.read_with)
        self.snapshot_received.connect(networks.refresh)
        networks.devices_found.connect(self._show_devices)
        networks.other_chosen.connect(self._stop_watching)
        self.window.activated.connect(self._list_runs)

    def page_opened(self) -> None:
        """List the runs anew: another window, or a command, may have made some."""
        self._list_runs()

    @Slot()
    def _list_runs(self) -> None:
        if self.page is not None:
            self.runs.refresh()

    def connect_page(self) -> None:
        page = self.page
        assert page is not None
        self.session = Session(page, self.trainer, self.context.runs)
        self._film = FilmOfKernels(page, self.jobs)
        self._exports = Exports(page, self.window, self.jobs)
        known = self._networks.runs
        self.runs = RunList(page, self.session, self._film, self.context.runs, self.jobs, known)
        self._connect_session(page)
        self._connect_runs(page)
        self._kept = KeptPlan(page.form, self.window.preferences)
        page.film.export_wanted.connect(self._exports.save_film)
        page.form.distortions.wanted.connect(self._show_preview)
        self._show_devices()
        page.form.distortions.ask()
        self.runs.refresh()
        if self._to_continue is not None:
            self.runs.resume(self._to_continue)
        self.jobs.run("runs", partial(untold, self.context.runs), self._tell_interrupted)

    def continue_run(self, folder: Path) -> None:
        """Go on with a run, once the page is there."""
        if self.page is None:
            self._to_continue = folder
        else:
            self.runs.resume(folder)

    def _tell_interrupted(self, found: tuple[Run, ...]) -> None:
        """Say which trainings were interrupted, where the Draw page has not."""
        if found and self.page is not None and not self.page.banner.isVisible():
            go_on = partial(self.runs.resume, found[0].folder)
            title = translate("Train", "Continue")
            self.page.banner.offer(interruption_words(found), title, go_on)
            self.jobs.run("runs", partial(note_told, found))

    def _connect_session(self, page: TrainPage) -> None:
        session = self.session
        session.runs_changed.connect(self.runs.refresh)
        session.begun.connect(self._film.begin)
        session.ended.connect(self._film.end)
        session.weights_chosen.connect(self.weights_chosen)
        session.snapshot_received.connect(self.snapshot_received)
        session.unwatched.connect(self._networks.end_live)
        page.progressed.connect(self.window.show_work)

    def _connect_runs(self, page: TrainPage) -> None:
        self._film.weights_chosen.connect(self._read_with)
        self.runs.weights_chosen.connect(self._use)
        self.runs.export_requested.connect(self._exports.save_weights)
        self.runs.tensorboard_requested.connect(self._open_tensorboard)

    # The pad

    @Slot()
    def _show_devices(self) -> None:
        """List the devices that there are to train on: on the CPU that is torch in any case."""
        if self.page is not None:
            known = self._networks.devices
            self.page.form.show_devices(tuple(d for d in known if d[0] != TORCH_CPU))

    @Slot()
    def _stop_watching(self) -> None:
        """The pad reads with another network: stop showing the training there."""
        if self.page is not None:
            self.session.stop_watching()

    @Slot(object)
    def _read_with(self, weights: str) -> None:
        """Let the pad read with weights of a run in place of those of the training."""
        self.session.stop_watching()
        self.weights_chosen.emit(weights)

    @Slot(object)
    def _use(self, weights: str) -> None:
        self._read_with(weights)
        self.window.open_page("draw")

    # Previews and TensorBoard

    @Slot(object)
    def _show_preview(self, how: Distortions) -> None:
        """Draw examples of distortions."""
        assert self.page is not None
        show = self.page.form.distortions.show_digits
        self.jobs.run_latest("preview", partial(_previewed, how), show)

    @Slot()
    def _open_tensorboard(self) -> None:
        if explanation := self._tensorboard.open():
            self.show_notice(explanation)

    # The end

    def may_close(self) -> bool:
        """Ask whether a training is to be stopped; True where none is on."""
        if not self.trainer.busy:
            return True
        box = QMessageBox(self.window.dialog_parent)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle(translate("Train", "Stop training?"))
        box.setText(translate("Train", "A training is running. Stop it and close the window?"))
        box.setInformativeText(
            translate("Train", "The run is saved. Select it and press Continue to resume.")
        )
        title = translate("Train", "Stop and close")
        stop = box.addButton(title, QMessageBox.ButtonRole.AcceptRole)
        box.addButton(translate("Train", "Keep training"), QMessageBox.ButtonRole.RejectRole)
        box.exec()
        return box.clickedButton() is stop

    def keep(self) -> None:
        """Keep the choices of the form."""
        if self.page is not None:
            self._kept.keep_at_once()

    def stop(self) -> None:
        """Stop the training, and whatever else was begun."""
        super().stop()
        self.trainer.stop()

    def close(self, deadline: float) -> bool:
        """Wait for everything that was begun; False too where the training process still writes
        its last checkpoint, and ends by itself."""
        self._tensorboard.close()
        ended = super().close(deadline)
        return self.trainer.wait(seconds_until(deadline)) and ended


def _previewed(how: Distortions) -> Any:
    if how != NO_DISTORTIONS:
        load_torch()
    from lenetpad.data.previews import preview

    return preview(how)
