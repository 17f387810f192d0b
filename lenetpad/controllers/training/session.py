"""The training that is on: ordered, steered, shown on the page, and watched by the pad."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from lenetpad.engine.trainer import Trainer
from lenetpad.storage import runs
from lenetpad.ui.widgets.words import translate
from lenetpad.values.history import History
from lenetpad.values.recipes import Plan
from lenetpad.values.training import (
    Begun,
    Control,
    Ended,
    Order,
    Outcome,
    Progress,
    RateScaled,
    SetRate,
    Snapshot,
)

if TYPE_CHECKING:  # it imports pyqtgraph, which takes long
    from lenetpad.ui.train.page import TrainPage

log = logging.getLogger("lenetpad")


class Session(QObject):
    """Takes the page's requests to the training process, and its messages to the page.

    ``begun`` carries the folder of a training's run and ``ended`` the same at its end;
    ``runs_changed`` comes when the runs on the disk are others or further than before.
    ``weights_chosen`` carries the path of weights that the pad is to read with, for the training
    is watched there, ``snapshot_received`` each Snapshot after it, and ``unwatched`` comes when no
    more of them follow.
    """

    begun = Signal(object)
    ended = Signal(object)
    runs_changed = Signal()
    weights_chosen = Signal(object)  # a str, as ``Window.model_chosen``
    snapshot_received = Signal(object)
    unwatched = Signal()

    def __init__(self, page: TrainPage, trainer: Trainer, root: Path) -> None:
        super().__init__(page)
        self.history: History | None = None  # of the training that is on
        self.ordered: Path | None = None  # the run that is to go on
        self._live: Path | None = None  # the run whose network the pad reads with
        self._page, self._trainer, self._root = page, trainer, root
        trainer.message_received.connect(self._take)
        page.training_requested.connect(self._start)
        page.pause_requested.connect(partial(trainer.control, Control.PAUSE))
        page.unpause_requested.connect(partial(trainer.control, Control.RESUME))
        page.stop_requested.connect(partial(trainer.control, Control.STOP))
        page.rate_chosen.connect(self._set_rate)
        page.watch_toggled.connect(self._watch)

    @Slot(object)
    def _start(self, plan: Plan) -> None:
        self.order(Order(plan, self._root))

    def order(self, order: Order, history: History | None = None) -> None:
        """Start a training; ``history`` is that of a run that goes on."""
        if not self._trainer.start(order):
            self._page.show_notice(
                translate("Train", "A training is already running. Stop it first.")
            )
            return
        self.history, self.ordered = history, order.folder
        self._page.begin()

    @Slot(float)
    def _set_rate(self, rate: float) -> None:
        self._trainer.control(SetRate(rate))

    @Slot(object)
    def _take(self, message: object) -> None:
        """Take in a message of the training process, and show it."""
        match message:
            case Begun(folder, step, _):
                self._begin(folder, step)
            case Progress() if self.history is not None:
                self.history.add(message)
                if message.validation_error is not None:
                    self.runs_changed.emit()
            case RateScaled() if self.history is not None:
                self.history.mark(message)
            case Snapshot():
                self._let_read(message)
            case Ended():
                self._end(message)
        self._page.take(message, self.history)

    def _begin(self, folder: Path, step: int) -> None:
        earlier = self.history
        self.history = earlier.until(step) if earlier and step else History(folder, folder.name)
        self.ordered = None
        self.begun.emit(folder)
        self._trainer.control(Control.WATCH)
        self.runs_changed.emit()

    def _end(self, ended: Ended) -> None:
        if ended.message and not ended.mistake:
            log.error("training failed: %s\n%s", ended.message, ended.traceback)
        self._let_go(finished=ended.outcome is Outcome.FINISHED)
        self.runs_changed.emit()
        if ended.folder is not None:
            self.ended.emit(ended.folder)

    def _let_go(self, *, finished: bool) -> None:
        """The run that the pad watched has ended: it reads with its weights where it has come to
        its end, and otherwise goes on with those of the last moment."""
        folder, self._live = self._live, None
        if folder is None:
            return
        self.unwatched.emit()
        if finished:
            self.weights_chosen.emit(str(folder / runs.WEIGHTS))

    # The pad watches

    def stop_watching(self) -> None:
        """The pad reads with another network than the training's."""
        self._live = None
        self._page.watch.setChecked(False)

    @Slot(bool)
    def _watch(self, on: bool) -> None:
        if self._live is not None:
            self.unwatched.emit()
        self._live = None
        if on:
            self._trainer.control(Control.WATCH)  # for one at once, also in a pause

    def _let_read(self, snapshot: Snapshot) -> None:
        """Let the pad read with the weights of now."""
        history = self.history
        if history is None or history.folder is None or not self._page.watch.isChecked():
            return
        if self._live != history.folder:
            kept = runs.snapshots(history.folder)
            if not kept:  # somebody has deleted them
                return
            self._live = history.folder
            self.weights_chosen.emit(str(kept[-1][1]))
        self.snapshot_received.emit(snapshot)
