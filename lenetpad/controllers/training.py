"""What stands behind the Train page: the training process, the runs on the disk, and the pad."""

from __future__ import annotations

import logging
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QProcess, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMessageBox

from lenetpad.engine import training_process
from lenetpad.engine.background_jobs import BackgroundJobs
from lenetpad.engine.trainer import Target, Trainer
from lenetpad.storage import atomic as disk
from lenetpad.storage import runs
from lenetpad.storage.resources import how_to_get
from lenetpad.storage.runs import Run
from lenetpad.training import histories
from lenetpad.ui.widgets.files import WEIGHTS_FILTER, ending_in
from lenetpad.ui.window import Window
from lenetpad.values.failures import Failure, Place
from lenetpad.values.history import History
from lenetpad.values.recipes import Distortions, Plan, plan_of
from lenetpad.values.training import (
    Begun,
    Control,
    Ended,
    Order,
    Progress,
    RateScaled,
    SetRate,
    Snapshot,
)

if TYPE_CHECKING:
    from lenetpad.ui.train.page import TrainPage

log = logging.getLogger("lenetpad")

#: What the background jobs are called that load a page.
PAGE_JOBS: Final = ("train page", "evaluate page")
#: A failed run goes on at this part of the rate that was too much.
RESUMED_RATE: Final = 0.1
NO_TENSORBOARD: Final = (
    "TensorBoard is not installed. The runs' event files are in {root}; to see them, {way}."
)


class TrainingController(QObject):
    """Builds the Train page when it is first opened, and does what it wants.

    ``read_with`` carries a weights file that the pad is to read with, and ``refreshed`` a
    Snapshot, whose weights the network of that file is to have from now on.
    """

    read_with = Signal(str)
    refreshed = Signal(object)

    def __init__(
        self, window: Window, root: Path, target: Target = training_process.train
    ) -> None:
        super().__init__()
        self.page: TrainPage | None = None
        self.trainer = Trainer(target)
        self.jobs = BackgroundJobs(Place.TRAIN)
        self._window, self._root = window, root
        self._devices: tuple[tuple[str, str], ...] = ()
        self._steps: Iterator[TrainPage | None] | None = None  # of the page's building
        self._history: History | None = None  # of the training that is on
        self._ordered: Path | None = None  # the run that is to go on
        self._film: Path | None = None  # the run whose snapshots can be scrubbed through
        self._live: Path | None = None  # the run whose network the pad reads with
        self._tensorboard: QProcess | None = None
        self.trainer.message_received.connect(self._take)
        self.jobs.failed.connect(self._report)
        window.page_wanted.connect(self._open)
        window.may_close = self.may_close

    def show_devices(self, devices: tuple[tuple[str, str], ...]) -> None:
        """List the devices that there are to train on."""
        self._devices = devices
        if self.page is not None:
            self.page.form.show_devices(devices)

    def look_away(self) -> None:
        """The pad reads with another network: stop showing the training there."""
        self._live = None
        if self.page is not None:
            self.page.watch.setChecked(False)

    # The page

    @Slot(str)
    def _open(self, name: str) -> None:
        """Build the page, once what it imports is there: that takes a second."""
        if name == "train":
            work = partial(import_module, "lenetpad.ui.train.page")
            self.jobs.run(PAGE_JOBS[0], work, self._build)

    def _build(self, module: Any) -> None:
        if self._steps is None:  # else it was asked for twice while it was loading
            self._steps = module.in_steps(self._window.theme, self._window.pages)
            self._build_on()

    @Slot()
    def _build_on(self) -> None:
        """Build the next part, and leave the others for when what is waiting has been done."""
        assert self._steps is not None
        page = next(self._steps)
        if page is None:
            QTimer.singleShot(0, self, self._build_on)
        else:
            self._take_in(page)

    def _take_in(self, page: TrainPage) -> None:
        self.page = page
        page.start_wanted.connect(self._start)
        page.pause_wanted.connect(partial(self.trainer.control, Control.PAUSE))
        page.resume_wanted.connect(partial(self.trainer.control, Control.RESUME))
        page.stop_wanted.connect(partial(self.trainer.control, Control.STOP))
        page.rate_wanted.connect(self._set_rate)
        page.watch_toggled.connect(self._watch)
        page.resume_requested.connect(self._resume_slower)
        page.progressed.connect(self._window.show_work)
        page.runs.wanted.connect(self._do)
        page.runs.renamed.connect(partial(self._change, runs.rename))
        page.runs.annotated.connect(partial(self._change, runs.annotate))
        page.film.chosen.connect(self._scrub)
        page.film.export_wanted.connect(self._export_film)
        page.form.distortions.wanted.connect(self._show_preview)
        page.form.show_devices(self._devices)
        page.form.distortions.ask()
        self._window.put_page("train", page)
        self.list_runs()

    # The training

    @Slot(object)
    def _start(self, plan: Plan) -> None:
        self._order(Order(plan, self._root))

    def _order(self, order: Order, history: History | None = None) -> None:
        """Start a training; ``history`` is that of a run that goes on."""
        assert self.page is not None
        if not self.trainer.start(order):
            self._notice("A training is on already; stop it first.")
            return
        self._history, self._ordered = history, order.folder
        self.page.begin()

    @Slot(float)
    def _set_rate(self, rate: float) -> None:
        self.trainer.control(SetRate(rate))

    @Slot(object)
    def _take(self, message: object) -> None:
        """Take in what the training tells, and show it."""
        page = self.page
        assert page is not None  # it was started there
        match message:
            case Begun(folder, step, _):
                earlier = self._history
                self._history = (
                    earlier.until(step) if earlier and step else History(folder, folder.name)
                )
                self._ordered, self._film = None, None
                self.trainer.control(Control.WATCH)
                self.list_runs()
            case Progress() if self._history is not None:
                self._history.add(message)
                if message.validation_error is not None:
                    self.list_runs()
            case RateScaled() if self._history is not None:
                self._history.mark(message)
            case Snapshot():
                self._let_read(message)
            case Ended():
                self._end(message)
        page.take(message, self._history)

    def _end(self, ended: Ended) -> None:
        if ended.message:
            log.error("training failed: %s\n%s", ended.message, ended.traceback)
        self.list_runs()
        if ended.folder is not None:
            self._load_film(ended.folder)

    # The pad watches

    @Slot(bool)
    def _watch(self, on: bool) -> None:
        self._live = None
        if on:
            self.trainer.control(Control.WATCH)  # for one at once, also in a pause

    def _let_read(self, snapshot: Snapshot) -> None:
        """Let the pad read with the weights of now."""
        history = self._history
        if history is None or history.folder is None or self.page is None:
            return
        if not self.page.watch.isChecked():
            return
        if self._live != history.folder:
            self._live = history.folder
            self.read_with.emit(str(runs.snapshots(history.folder)[-1][1]))
        self.refreshed.emit(snapshot)

    # Runs

    def list_runs(self) -> None:
        """Read the list of runs anew."""
        self.jobs.run_latest("list of runs", partial(runs.listed, self._root), self._show_runs)

    def _show_runs(self, found: tuple[list[Run], list[str]]) -> None:
        assert self.page is not None
        self.page.runs.show_runs(found[0])
        for fault in found[1]:
            log.warning("%s", fault)

    @Slot(str, object)
    def _do(self, action: str, chosen: tuple[Run, ...]) -> None:
        first = chosen[0]
        assert self.page is not None
        match action:
            case "show":
                self._show_curves(chosen)
            case "continue":
                self._go_on(first.folder)
            case "use":
                self._use(first)
            case "repeat":
                self._repeat(first)
            case "export":
                self._export_weights(first)
            case "tensorboard":
                self._open_tensorboard()
            case "folder":
                QDesktopServices.openUrl(QUrl.fromLocalFile(str(first.folder)))
            case "delete" if any(run.folder == self._ordered for run in chosen):
                self._notice("This run is about to go on; stop it first.")
            case "delete":
                if any(run.folder == self._film for run in chosen):
                    self._film = None
                    self.page.film.show_frames(())
                for run in chosen:
                    self.jobs.run("delete", partial(runs.delete, run))
                self.list_runs()

    @Slot(object, str)
    def _change(self, change: Callable[[Run, str], None], run: Run, text: str) -> None:
        self.jobs.run("runs", partial(change, run, text))
        self.list_runs()

    def _show_curves(self, chosen: tuple[Run, ...]) -> None:
        live = self._history

        def read() -> list[History]:
            return [
                live
                if live is not None and live.folder == run.folder
                else histories.read(run.folder, run.name)
                for run in chosen
            ]

        assert self.page is not None
        self.jobs.run("curves", read, self.page.curves.show_histories)
        self._load_film(chosen[0].folder)

    def _repeat(self, run: Run) -> None:
        assert self.page is not None
        try:
            self.page.form.show_plan(plan_of(run.model, run.config))
        except ValueError as error:
            self.page.show_notice(str(error))

    def _go_on(self, folder: Path, rate_factor: float = 1.0) -> None:
        """Go on with a run, once its history is read."""

        def read() -> tuple[Order, History]:
            run = runs.read(folder)
            plan = plan_of(run.model, run.config)
            order = Order(plan, self._root, folder, rate_factor)
            return order, histories.read(folder, run.name)

        self.jobs.run("continue", read, lambda found: self._order(*found))

    @Slot(object)
    def _resume_slower(self, folder: Path) -> None:
        self._go_on(folder, RESUMED_RATE)

    def _use(self, run: Run) -> None:
        path = runs.weights_of(run.folder)
        if path is None:
            self._notice(f"{run.name} has no weights yet")
            return
        self.look_away()
        self.read_with.emit(str(path))
        self._window.open_page("draw")

    def _export_weights(self, run: Run) -> None:
        path = runs.weights_of(run.folder)
        if path is None:
            self._notice(f"{run.name} has no weights yet")
            return
        proposal = f"{run.model}.safetensors"
        kinds = f"{WEIGHTS_FILTER};;ONNX (*.onnx)"
        name, _ = QFileDialog.getSaveFileName(
            self._window.dialog_parent, "Export weights", proposal, kinds
        )
        if name:
            self.jobs.run("export", partial(_exported, path, Path(name)), self._tell_exported)

    def _tell_exported(self, out: Path) -> None:
        assert self.page is not None
        self.page.banner.note(f"The weights are in {out}")

    # The film of C1

    def _load_film(self, folder: Path) -> None:
        def show(frames: Any) -> None:
            assert self.page is not None
            if not self.trainer.busy or self._film != folder:
                self._film = folder
                self.page.film.show_frames(frames)

        self.jobs.run("snapshots", partial(histories.frames, folder), show)

    @Slot(int)
    def _scrub(self, number: int) -> None:
        """Let the pad read with a snapshot."""
        assert self.page is not None
        if self._film is not None:
            step, _ = self.page.film.frames[number]
            self.look_away()
            self.read_with.emit(str(runs.snapshot_path(self._film, step)))

    @Slot()
    def _export_film(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self._window.dialog_parent,
            "Export the kernels' evolution",
            "kernels.gif",
            "GIF (*.gif)",
        )
        if not name or self.page is None:
            return
        path = ending_in(name, ".gif")
        frames, theme = self.page.film.frames, self._window.theme

        def write() -> None:
            from lenetpad.ui.train.kernels_gif import kernels_gif

            disk.replace(path, kernels_gif(frames, theme))

        self.jobs.run("film", write)

    # Previews, TensorBoard, the end

    @Slot(object)
    def _show_preview(self, how: Distortions) -> None:
        """Draw examples of distortions."""
        assert self.page is not None
        show = self.page.form.distortions.show_digits
        self.jobs.run_latest("preview", partial(_previewed, how), show)

    def _open_tensorboard(self) -> None:
        """Start TensorBoard on all runs, or say how to get it."""
        program = shutil.which("tensorboard", path=str(Path(sys.executable).parent))
        program = program or shutil.which("tensorboard")
        if program is None:
            usual = "pip install tensorboard, then tensorboard --logdir of that folder"
            way = how_to_get("TensorBoard", usual)
            self._notice(NO_TENSORBOARD.format(root=self._root, way=way))
            return
        if (
            self._tensorboard is None
            or self._tensorboard.state() == QProcess.ProcessState.NotRunning
        ):
            self._tensorboard = QProcess(self)
            self._tensorboard.setStandardOutputFile(QProcess.nullDevice())
            self._tensorboard.setStandardErrorFile(QProcess.nullDevice())
            self._tensorboard.start(program, ["--logdir", str(self._root), "--port", "6006"])
        QDesktopServices.openUrl(QUrl("http://localhost:6006"))

    def _notice(self, message: str) -> None:
        if self.page is not None:
            self.page.show_notice(message)

    @Slot(object)
    def _report(self, failure: Failure) -> None:
        log.error("%s failed: %s\n%s", failure.what, failure.message, failure.traceback)
        self._notice(failure.message)
        if failure.job in PAGE_JOBS:
            self._window.explain_missing_page(failure.message)

    def may_close(self) -> bool:
        """Ask whether a training is to be stopped; True where none is on."""
        if not self.trainer.busy:
            return True
        box = QMessageBox(self._window.dialog_parent)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("A training is running")
        box.setText("A training is running. Stop it and close the window?")
        box.setInformativeText("Its run is kept; Continue goes on with it from where it is.")
        stop = box.addButton("Stop and close", QMessageBox.ButtonRole.AcceptRole)
        box.addButton("Go on training", QMessageBox.ButtonRole.RejectRole)
        box.exec()
        return box.clickedButton() is stop

    def close(self) -> None:
        """Stop the training and wait for everything that was begun."""
        self.trainer.close()
        if self.page is not None:
            self.page.close_files()
        self.jobs.close()
        if self._tensorboard is not None:
            self._tensorboard.kill()
            self._tensorboard.waitForFinished()


def _exported(source: Path, out: Path) -> Path:
    from lenetpad.training.export import export
    from lenetpad.training.weights import load

    export(load(str(source)), out)
    return out


def _previewed(how: Distortions) -> Any:
    from lenetpad.data.previews import preview

    return preview(how)
