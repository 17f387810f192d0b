"""The composition root: builds window and engine, wires them, and shuts them down."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Final

import platformdirs
from PySide6.QtCore import QEvent, QObject, QSettings, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from lenetpad import __version__
from lenetpad.controllers.evaluation import EvaluationController
from lenetpad.controllers.training import TrainingController
from lenetpad.engine import training_process
from lenetpad.engine.recognition import Opener, Recognition, open_reader
from lenetpad.engine.trainer import Target
from lenetpad.ink import last_sheet
from lenetpad.ink.strokes import Sheet
from lenetpad.storage import resources, runs
from lenetpad.ui.widgets.icons import application_icon
from lenetpad.ui.window import Window
from lenetpad.values.conventions import UNKNOWN_CONVENTIONS, Conventions
from lenetpad.values.devices import CPU
from lenetpad.values.failures import Failure, Place
from lenetpad.values.models import DEFAULT_MODEL, Choice, ConventionsQuestion, ModelReady
from lenetpad.values.reading import Reading, Request
from lenetpad.values.training import Snapshot

log = logging.getLogger("lenetpad")

#: The interpreter hands over between threads this often, so that neither pen nor reading waits
#: the usual 5 ms for the other.
SWITCH_SECONDS: Final = 0.0005
#: The time of a request that no pointer event caused, so that none is measured from it.
NO_HAND: Final = 0.0
#: A reading that is out of date already may be passed over for so long: no screen shows more.
FRAME_SECONDS: Final = 1 / 120
#: How long after a step the sheet is written to the disk.
KEEP_MS: Final = 1000


class Pad(QObject):
    """A window and the recognition behind it.

    ``folder`` is where the sheet is kept from one start to the next; None keeps nothing.
    """

    def __init__(
        self,
        settings: QSettings,
        folder: Path | None = None,
        opener: Opener = open_reader,
        target: Target = training_process.train,
    ) -> None:
        super().__init__()
        self._folder = folder
        self.serial = 0  # of the latest request
        self._ready: ModelReady | None = None
        self._shown = 0.0  # perf_counter when a reading was shown last
        self._told: Failure | None = None
        self._loading = False
        self._closed = False
        self.window = Window(settings)
        self._choice = self.window.preferences.choice  # the latest wish
        self._working: Choice | None = None  # the last one that was met
        self._combinations: dict[str, Conventions] = {self._choice.model: self._choice.conventions}
        self.recognition = Recognition(opener)
        root = runs.home() if folder is None else folder / "runs"
        self.studio = TrainingController(self.window, root, target)
        self.judging = EvaluationController(self.window, root, self.studio.jobs)
        self._keeping = QTimer(self)
        self._keeping.setSingleShot(True)
        self._keeping.timeout.connect(self._keep_sheet)
        self._connect()
        self._restore_sheet()

    def _connect(self) -> None:
        window, recognition = self.window, self.recognition
        # Queued, so that the whole window is on screen before torch takes the processor.
        window.page.canvas.painted.connect(self._load_first, Qt.ConnectionType.QueuedConnection)
        window.sheet_changed.connect(self.submit)
        window.sheet_finished.connect(self._keep_soon)
        window.model_chosen.connect(self._choose_model)
        window.weights_opened.connect(self._open_weights)
        window.device_chosen.connect(self._choose_device)
        window.conventions_chosen.connect(self._choose_conventions)
        window.question_dropped.connect(self._give_up_choice)
        window.closed.connect(self.close)
        self.judging.put_on_canvas.connect(window.page.canvas.set_sheet)
        self.studio.read_with.connect(self._read_with_run)
        self.studio.refreshed.connect(self._refresh)
        recognition.reading_ready.connect(self._show_reading)
        recognition.model_ready.connect(self._show_model)
        recognition.conventions_asked.connect(self._ask_conventions)
        recognition.failed.connect(self.report)

    # Readings

    @Slot(object)
    def submit(self, sheet: Sheet) -> None:
        """Have a sheet that a hand has just changed read; only the latest is."""
        self._ask(sheet, time.perf_counter())

    def _ask(self, sheet: Sheet, moment: float) -> None:
        self.serial += 1
        self.recognition.submit(Request(self.serial, sheet, moment))

    @Slot(object)
    def _show_reading(self, reading: Reading) -> None:
        """Show a reading, unless it is of a network that has gone, or the window lags behind the
        pen: the hand has moved on, a newer reading is under way, and a frame was just painted."""
        if self._ready is None or reading.model_serial != self._ready.serial:
            return
        self._told = None
        now = time.perf_counter()
        if reading.serial < self.serial and now - self._shown < FRAME_SECONDS:
            return
        self._shown = now
        self.window.show_reading(reading)

    # Networks and devices

    @Slot()
    def _load_first(self) -> None:
        """Load the network of the last time, once the window has been painted."""
        if not self._loading:  # a second painting may have been queued behind the first
            self._loading = True
            self.window.page.canvas.painted.disconnect(self._load_first)
            self.recognition.choose(self._choice)

    @Slot(str)
    def _choose_model(self, model: str) -> None:
        self.studio.look_away()
        self._choose(
            model, self._choice.device, self._combinations.get(model, UNKNOWN_CONVENTIONS)
        )

    @Slot(str)
    def _open_weights(self, path: str) -> None:
        """Open a file as if for the first time: an answer of before can be given anew."""
        self.studio.look_away()
        self._choose(path, self._choice.device, UNKNOWN_CONVENTIONS)

    @Slot(str)
    def _read_with_run(self, path: str) -> None:
        self._choose(path, self._choice.device, UNKNOWN_CONVENTIONS)

    @Slot(object)
    def _refresh(self, snapshot: Snapshot) -> None:
        """Let the network that is chosen now, which is the training's, have other weights."""
        self.recognition.refresh(self._choice.serial, snapshot)

    @Slot(str)
    def _choose_device(self, device: str) -> None:
        self._choose(self._choice.model, device, self._choice.conventions)

    @Slot(object)
    def _choose_conventions(self, answer: Choice) -> None:
        self._choose(answer.model, answer.device, answer.conventions)

    def _choose(self, model: str, device: str, conventions: Conventions) -> None:
        self._choice = Choice(self._choice.serial + 1, model, device, conventions)
        self.recognition.choose(self._choice)

    @Slot(object)
    def _ask_conventions(self, question: ConventionsQuestion) -> None:
        """Ask how the network reads, if it is still the one that is wished for."""
        if question.choice.serial == self._choice.serial:
            self.window.ask(question)

    @Slot(object)
    def _show_model(self, ready: ModelReady) -> None:
        """Show a network and read the canvas with it; keep it, if it is the latest wish."""
        if self._ready is None:
            gc.freeze()  # torch's objects stay: searching them again would hold up the pen
        self._ready, self._working = ready, ready.choice
        self._combinations[ready.choice.model] = ready.choice.conventions
        self.window.show_model(ready)
        self.studio.show_devices(ready.devices)
        self.judging.show_model(ready.choice.model)
        if ready.serial == self._choice.serial:
            if ready.fell_back:  # asking for the dead device again would only fail again
                self._working = self._choice = replace(ready.choice, device=CPU)
            self.window.show_choice(self._choice)
            if Path(self._choice.model).parent.name != runs.SNAPSHOTS:  # which come and go
                self.window.preferences.keep(
                    model=self._choice.model,
                    device=self._choice.device,
                    manner=self._choice.conventions.text,  # the settings' name for it
                )
        self._ask(self.window.page.canvas.sheet, NO_HAND)

    # Failures

    @Slot(object)
    def report(self, failure: Failure) -> None:
        """Log a failure and tell the user; the same one is logged once."""
        if failure != self._told:
            log.error("%s failed: %s\n%s", failure.what, failure.message, failure.traceback)
        self._told = failure
        self.window.show_failure(failure)
        if failure.place is Place.MODEL:
            self._give_up_choice()

    @Slot()
    def _give_up_choice(self) -> None:
        """The network that was wished for cannot be loaded: stay with, or go to, one that can."""
        if self._working is not None:
            self._choice = replace(self._working, serial=self._choice.serial)
            self.window.show_choice(self._choice)
        elif self._choice.model != DEFAULT_MODEL:
            self._choose_model(DEFAULT_MODEL)  # what was kept from the last time has gone

    # Files from outside

    @Slot(object)
    def open_file(self, path: Path) -> None:
        """Put a file that the system wants opened on the canvas, and show it; where it cannot be
        read, the banner says why."""
        self.window.open_page("draw")
        self.window.open_path(path)
        self.window.raise_()
        self.window.activateWindow()

    # The sheet that is kept

    @Slot()
    def _keep_soon(self) -> None:
        self._keeping.start(KEEP_MS)

    @Slot()
    def _keep_sheet(self) -> None:
        if self._folder is None:
            return
        try:
            last_sheet.keep(self.window.page.canvas.sheet, self._folder)
        except (OSError, ValueError) as error:
            log.error("what lies on the canvas is not kept: %s", error)

    def _restore_sheet(self) -> None:
        """Put the sheet of the last time on the canvas; a damaged one is passed over."""
        if self._folder is None:
            return
        try:
            sheet = last_sheet.kept(self._folder)
        except (OSError, ValueError) as error:
            log.warning("what lay on the canvas the last time is not restored: %s", error)
            return
        if sheet:
            self.window.page.canvas.restore(sheet)

    @Slot()
    def close(self) -> None:
        """Keep the sheet, hide the window and wait for the recognition thread."""
        if self._closed:
            return
        self._closed = True
        self._keeping.stop()
        self._keep_sheet()
        self.window.hide()
        self.studio.close()
        self.judging.close()
        self.recognition.close()


def prepare_process() -> None:
    """What must be so before Qt and torch are loaded, in every process with a window."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.setswitchinterval(SWITCH_SECONDS)


class Application(QApplication):
    """``file_opened`` carries the Path of a file that the system wants opened, as macOS does.

    Only what is sent to the application itself comes by here: a filter would see every event of
    the pen.
    """

    file_opened = Signal(object)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent):
            self.file_opened.emit(Path(event.file()))
            return True
        return super().event(event)


def make_application() -> Application:
    """The application, with every pointer event delivered by itself."""
    prepare_process()
    QApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    application = Application(["lenetpad"])
    application.setApplicationName("lenetpad")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("lenetpad")
    # QApplication's constructor turns compression on, so it is turned off only now.
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents, False)
    if resources.frozen():
        # PyInstaller has told Qt where its plugins are; what the program starts finds its own.
        application.libraryPaths()
        for name in ("QT_PLUGIN_PATH", "QML2_IMPORT_PATH"):
            os.environ.pop(name, None)
    application.setStyle("Fusion")
    application.setWindowIcon(application_icon())
    return application


def main(file: Path | None = None) -> int:
    """Open the window, with an ink file or a picture on the canvas, and run until it is closed."""
    application = make_application()
    folder = platformdirs.PlatformDirs("lenetpad", appauthor=False)
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    settings = QSettings(str(folder.user_config_path / "lenetpad.ini"), QSettings.Format.IniFormat)
    pad = Pad(settings, folder.user_data_path)
    _report_uncaught(pad)
    application.aboutToQuit.connect(pad.close)
    application.file_opened.connect(pad.open_file)
    pad.window.show()
    if file is not None:
        pad.open_file(file)
    signal.signal(signal.SIGTERM, lambda *_: end(pad))
    # A signal, Ctrl+C too, is only noticed when Python runs: a slow timer lets it.
    heartbeat = QTimer()
    heartbeat.timeout.connect(_let_python_run)
    heartbeat.start(250)
    status = application.exec()
    pad.close()
    return int(status)


def end(pad: Pad) -> None:
    """End the program without a question: a training keeps its checkpoint."""
    pad.close()
    QApplication.quit()


def _let_python_run() -> None:
    """Nothing: a signal handler of Python's runs between two of its instructions."""


def _report_uncaught(pad: Pad) -> None:
    """An exception in a slot would pass unseen; tell the user, and keep the traceback."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            end(pad)
            return
        log.error("unexpected", exc_info=(kind, error, trace))
        pad.window.show_failure(Failure(Place.WINDOW, f"Something went wrong: {error}"))

    sys.excepthook = hook
