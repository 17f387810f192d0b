"""The composition root: builds window and engine, wires them, and shuts them down."""

from __future__ import annotations

import gc
import logging
import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Final

import platformdirs
from PySide6.QtCore import QObject, QSettings, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

from lenetpad import __version__
from lenetpad.engine.recognition import Opener, Recognition, open_with_torch
from lenetpad.ink.files import Drawing, read_ink, write_ink
from lenetpad.ink.strokes import Sheet
from lenetpad.messages import Choice, Failure, ModelReady, Reading, Request
from lenetpad.ui.icons import application_icon
from lenetpad.ui.window import MODELS, Window

log = logging.getLogger("lenetpad")

#: The interpreter hands over between threads this often, so that neither pen nor reading waits
#: the usual 5 ms for the other.
SWITCH_SECONDS: Final = 0.0005
#: The time of a request that no pointer event caused, so that none is measured from it.
NO_HAND: Final = 0.0
DEFAULT_MODEL: Final = MODELS[0][0]


class Pad(QObject):
    """A window and the recognition behind it."""

    def __init__(
        self,
        settings: QSettings,
        last_ink: Path | None = None,
        opener: Opener = open_with_torch,
    ) -> None:
        super().__init__()
        self._settings = settings
        self._last_ink = last_ink
        self.serial = 0
        self._choice = Choice(
            1,
            str(settings.value("model", DEFAULT_MODEL)),
            str(settings.value("device", "auto")),
        )
        self._working: Choice | None = None  # the last choice that was loaded
        self._model_ready: ModelReady | None = None
        self._closed = False
        self.window = Window(settings)
        self.window.select_model(self._choice.model)
        self.window.select_device(self._choice.device)
        self.recognition = Recognition(opener)
        self._connect()
        self._restore_ink()
        self.recognition.choose(self._choice)

    def _connect(self) -> None:
        window, recognition = self.window, self.recognition
        window.sheet_changed.connect(self.submit)
        window.model_chosen.connect(self._choose_model)
        window.device_chosen.connect(self._choose_device)
        window.closed.connect(self.close)
        recognition.reading_ready.connect(self._show_reading)
        recognition.model_ready.connect(self._show_model)
        recognition.failed.connect(self.report)

    @Slot(object)
    def submit(self, sheet: Sheet) -> None:
        """Have a sheet that a hand has just changed read; only the latest is."""
        self._ask(sheet, time.perf_counter())

    def _ask(self, sheet: Sheet, moment: float) -> None:
        self.serial += 1
        self.recognition.submit(Request(self.serial, sheet, moment))

    @Slot(object)
    def _show_reading(self, reading: Reading) -> None:
        """Show a reading, unless it is of a network that has gone or of an older sheet."""
        ready = self._model_ready
        if ready is not None and reading.model_serial == ready.serial:
            self.window.show_reading(reading)

    @Slot(object)
    def _show_model(self, ready: ModelReady) -> None:
        """Show a network, keep the choice, and read the canvas with it."""
        if self._model_ready is None:
            gc.freeze()  # torch's objects stay: searching them again would hold up the pen
        self._model_ready, self._working = ready, self._choice
        self._settings.setValue("model", self._choice.model)
        self._settings.setValue("device", self._choice.device)
        self.window.show_model(ready)
        self._ask(self.window.page.canvas.sheet, NO_HAND)

    @Slot(str)
    def _choose_model(self, model: str) -> None:
        self._choose(Choice(self._choice.serial + 1, model, self._choice.device))

    @Slot(str)
    def _choose_device(self, device: str) -> None:
        self._choose(Choice(self._choice.serial + 1, self._choice.model, device))

    def _choose(self, choice: Choice) -> None:
        self._choice = choice
        self.recognition.choose(choice)

    @Slot(object)
    def report(self, failure: Failure) -> None:
        """Log a failure and tell the user; a network that cannot be loaded changes nothing."""
        log.error("%s failed: %s\n%s", failure.where, failure.message, failure.traceback)
        self.window.show_failure(failure)
        if failure.where != "model":
            return
        if self._working is not None:
            self._choice = Choice(
                self._choice.serial + 1, self._working.model, self._working.device
            )
            self.window.select_model(self._working.model)
        elif self._choice.model != DEFAULT_MODEL:
            # A network that was kept from the last time and is no longer there.
            self.window.select_model(DEFAULT_MODEL)
            self._choose_model(DEFAULT_MODEL)

    @Slot()
    def close(self) -> None:
        """Keep the ink, hide the window and wait for the recognition thread."""
        if self._closed:
            return
        self._closed = True
        self._keep_ink()
        self.window.hide()
        self.recognition.close()

    def _restore_ink(self) -> None:
        """Put the ink of the last time on the canvas; a file that is damaged is passed over."""
        if self._last_ink is None or not self._last_ink.exists():
            return
        try:
            self.window.page.canvas.set_sheet(Sheet(read_ink(self._last_ink)[0].ink))
        except (OSError, ValueError) as error:
            log.warning("the ink of the last time is not restored: %s", error)

    def _keep_ink(self) -> None:
        if self._last_ink is None:
            return
        ink = self.window.page.canvas.sheet.ink
        try:
            if ink:
                self._last_ink.parent.mkdir(parents=True, exist_ok=True)
                write_ink(self._last_ink, [Drawing(ink)])
            else:
                self._last_ink.unlink(missing_ok=True)
        except (OSError, ValueError) as error:
            log.error("the ink is not kept: %s", error)


def prepare_process() -> None:
    """What must be so before Qt and torch are loaded, in every process with a window."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.setswitchinterval(SWITCH_SECONDS)


def make_application() -> QApplication:
    """The QApplication, with every pointer event delivered by itself."""
    prepare_process()
    QApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    application = QApplication(["lenetpad"])
    application.setApplicationName("lenetpad")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("lenetpad")
    # QApplication's constructor turns compression on, so it is turned off only now.
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents, False)
    application.setStyle("Fusion")
    application.setWindowIcon(application_icon())
    return application


def main() -> int:
    """Open the window and run until it is closed."""
    application = make_application()
    folder = platformdirs.PlatformDirs("lenetpad", appauthor=False)
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    settings = QSettings(str(folder.user_config_path / "lenetpad.ini"), QSettings.Format.IniFormat)
    pad = Pad(settings, last_ink=folder.user_data_path / "last.jsonl")
    _report_uncaught(pad)
    application.aboutToQuit.connect(pad.close)
    pad.window.show()
    # Ctrl+C in the terminal is only noticed when Python runs: a slow timer lets it.
    heartbeat = QTimer()
    heartbeat.timeout.connect(_let_python_run)
    heartbeat.start(250)
    status = application.exec()
    pad.close()
    return int(status)


def _let_python_run() -> None:
    """Nothing: a signal handler of Python's runs between two of its instructions."""


def _report_uncaught(pad: Pad) -> None:
    """An exception in a slot would pass unseen; tell the user, and keep the traceback."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        log.error("unexpected", exc_info=(kind, error, trace))
        pad.window.show_failure(Failure("window", f"Something went wrong: {error}"))

    sys.excepthook = hook
