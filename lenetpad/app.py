"""The composition root: builds application, window and controllers, and shuts them down."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, cast

import platformdirs
from PySide6.QtCore import (
    QEvent,
    QLocale,
    QObject,
    QSettings,
    Qt,
    QTimer,
    QTranslator,
    Signal,
    Slot,
    qVersion,
)
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from lenetpad import __version__
from lenetpad.controllers.lessons.lessons import Lessons
from lenetpad.controllers.page_controller import Context, PageController, PageRow
from lenetpad.controllers.registry import PAGES
from lenetpad.engine import training_process
from lenetpad.engine.garbage import GarbageCollection
from lenetpad.engine.recognition import Opener, open_reader
from lenetpad.engine.trainer import Target
from lenetpad.engine.worker import CLOSE_SECONDS
from lenetpad.process import EndingSignals, leave_at_once, log_qt_messages, logging_to, running_in
from lenetpad.storage import machine, resources, runs
from lenetpad.storage.crashes import Crash
from lenetpad.ui.widgets.icons import application_icon
from lenetpad.ui.widgets.qt_types import make_types
from lenetpad.ui.widgets.turns import Turns, at_once
from lenetpad.ui.window import Window

if TYPE_CHECKING:
    from lenetpad.controllers.draw.controller import DrawController
    from lenetpad.controllers.evaluation import EvaluationController
    from lenetpad.controllers.training.controller import TrainingController

log = logging.getLogger("lenetpad")

#: The interpreter hands over between threads this often, so that neither pen nor reading waits
#: the usual 5 ms for the other.
SWITCH_SECONDS: Final = 0.0005


class Program(QObject):
    """A window, and the controllers of its pages.

    ``folder`` is where sheet and runs are kept from one start to the next; None keeps no sheet,
    and the runs where they usually are. ``opener`` opens networks, ``target`` trains in a process,
    ``pages`` are the rows of the pages, the first of which is open at the start.
    """

    def __init__(
        self,
        settings: QSettings,
        folder: Path | None = None,
        opener: Opener = open_reader,
        target: Target = training_process.train,
        pages: Sequence[PageRow] = PAGES,
    ) -> None:
        super().__init__()
        self._closed = False
        self._ended = True  # whether everything had come to its end when it was closed
        self._garbage = GarbageCollection(self)
        self._making_types = Turns(self)
        self._first = pages[0].spec.name
        self._rows = {row.spec.name: row for row in pages}
        #: By their pages' names, as far as the pages have been wanted.
        self.controllers: dict[str, PageController] = {}
        self.window = window = Window(settings, [row.spec for row in pages])
        root = runs.home() if folder is None else folder / "runs"
        self._context = Context(window, folder, root, opener, target, lambda: self.draw)
        window.may_close = self.may_close
        window.page_wanted.connect(self._open_page)
        window.page_opened.connect(self._note_opened)
        window.closed.connect(self.close)
        window.open_page(pages[0].spec.name)
        self.draw.page.reading_painted.connect(self._make_types)  # now it holds nothing up
        self.draw.continue_wanted.connect(self._continue_run)
        self.lessons = Lessons(window, self.controller, folder)

    # The controllers

    def controller(self, name: str) -> PageController:
        """The controller of a page, which is made when it is first asked for."""
        if name not in self.controllers:
            self.controllers[name] = self._rows[name].make_controller(self._context)
        return self.controllers[name]

    @property
    def draw(self) -> DrawController:
        """The Draw page's controller."""
        return cast("DrawController", self.controller("draw"))

    @property
    def training(self) -> TrainingController:
        """The Train page's controller."""
        return cast("TrainingController", self.controller("train"))

    @property
    def evaluation(self) -> EvaluationController:
        """The Evaluate page's controller."""
        return cast("EvaluationController", self.controller("evaluate"))

    @Slot(str)
    def _open_page(self, name: str) -> None:
        if not self._closed:  # else nobody would wait for what is begun
            if name != self._first:  # its modules are imported in a thread
                self._making_types.stop()
                at_once(make_types())  # those that are made already cost nothing
            self.controller(name).open_page()

    @Slot()
    def _make_types(self) -> None:
        self.draw.page.reading_painted.disconnect(self._make_types)
        self._making_types.start(make_types())

    @Slot(str)
    def _note_opened(self, name: str) -> None:
        self.controllers[name].page_opened()

    @Slot(object)
    def _continue_run(self, folder: Path) -> None:
        """Go on with a run on the Train page."""
        if not self._closed:
            self.window.open_page("train")
            self.training.continue_run(folder)

    # From outside

    @Slot(object)
    def open_file(self, path: Path) -> None:
        """Put a file that the system wants opened on the canvas, and show it; where it cannot be
        read, the banner says why."""
        self.window.open_page("draw")
        self.draw.documents.open_path(path)
        self.window.raise_()
        self.window.activateWindow()

    # The end

    def may_close(self) -> bool:
        """Whether every page agrees that the window closes; the first that does not ends it."""
        controllers = () if self._closed else self.controllers.values()
        return all(controller.may_close() for controller in controllers)

    @Slot()
    def close(self) -> bool:
        """Keep what the user would miss, hide the window, and wait a little for threads and
        processes. False where one hangs or is still at work: see ``leave``."""
        if self._closed:
            return self._ended
        self._closed = True
        deadline = time.monotonic() + CLOSE_SECONDS
        with _logged("the lesson does not end"):
            self.lessons.close()  # what it shows is not kept
        controllers = list(reversed(self.controllers.values()))  # the others use what Draw owns
        for controller in reversed(controllers):
            with _logged(f"{controller.name} is not kept"):
                controller.keep()
        self.window.close_dialogs()
        self.window.hide()
        for controller in controllers:
            with _logged(f"{controller.name} does not stop"):
                controller.stop()
        for controller in controllers:
            with _logged(f"{controller.name} does not close"):
                self._ended = controller.close(deadline) and self._ended
        self._making_types.stop()
        self._garbage.close()
        return self._ended


@contextmanager
def _logged(what: str) -> Iterator[None]:
    """Let nothing that fails inside keep the program from closing."""
    try:
        yield
    except Exception:
        log.exception("%s", what)


def leave(status: int, *, ended: bool) -> int:
    """The exit status, for a process that is to end now; ``ended`` is what ``Program.close`` said.

    Where a thread hangs this does not return. Python would wait for what cannot be waited for, or
    abort when such a thread goes on while the interpreter is taken down: the process ends at once.
    Everything is kept by then, and a training process whose pipe closes ends by itself.
    """
    left = [
        thread.name
        for thread in threading.enumerate()
        if thread.daemon and not isinstance(thread, threading._DummyThread)
    ]
    if left or not ended:
        log.warning("the process ends while something is still at work: %s", ", ".join(left))
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):  # a window's program may have none
                stream.flush()
        leave_at_once(status)
    return status


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
    speak(QLocale(), resources.path("translations"))
    return application


def speak(language: QLocale, folder: Path) -> bool:
    """Have the window's texts in a language, where the folder has a ``lenetpad_de.qm`` or the like
    of it; False, and English, where it has none."""
    application = QApplication.instance()
    translator = QTranslator(application)
    found = translator.load(language, "lenetpad", "_", str(folder))
    return found and QApplication.installTranslator(translator)


def main(file: Path | None = None) -> int:
    """Open the window, with an ink file or a picture on the canvas, and run until it is closed."""
    folder = platformdirs.PlatformDirs("lenetpad", appauthor=False)
    with logging_to(folder.user_state_path):
        application = make_application()
        # Only now: a display or a library that Qt lacks is no crash.
        with running_in(folder.user_state_path) as crashed:
            status, ended = _run(application, folder, file, crashed)
        return leave(status, ended=ended)


def _run(
    application: Application,
    folder: platformdirs.PlatformDirs,
    file: Path | None,
    crashed: list[Crash],
) -> tuple[int, bool]:
    """Run until the window is closed; gives the exit status, and what ``Program.close`` said."""
    settings = QSettings(str(folder.user_config_path / "lenetpad.ini"), QSettings.Format.IniFormat)
    program = Program(settings, folder.user_data_path)
    report_uncaught(program)
    signals = EndingSignals()
    signals.arrived.connect(partial(end, program))
    end_with_the_session(application, program)
    application.aboutToQuit.connect(program.close)
    application.file_opened.connect(program.open_file)
    try:
        program.window.show()
        if file is not None:
            program.open_file(file)
        if crashed:
            offer = partial(offer_report, program.window, crashed[0])
            QTimer.singleShot(0, program.window, offer)
        status = int(application.exec())
    finally:
        ended = program.close()
        signals.close()
    return status, ended


def end(program: Program) -> None:
    """End the program without a question: a training keeps its checkpoint."""
    program.close()
    QApplication.quit()


def keep(program: Program) -> None:
    """Write at once what the user would miss, and go on."""
    for controller in list(program.controllers.values()):
        controller.keep()


def end_with_the_session(application: QApplication, program: Program) -> None:
    """Keep everything when the user logs out, and when the display is gone: then Qt leaves no time
    for anything else."""

    def asked() -> None:  # takes no argument: the session manager is nothing that Python can hold
        keep(program)

    def lost() -> None:
        try:
            keep(program)
        finally:
            leave_at_once(1)

    application.commitDataRequest.connect(asked)
    application.saveStateRequest.connect(asked)
    log_qt_messages(lost)


def offer_report(window: Window, crash: Crash) -> None:
    """Offer the report of a crash beside the window."""
    from lenetpad.ui.dialogs.crash import CrashDialog  # the window's start is no time for it

    facts = machine.of_the_machine()
    facts["PySide6"] += f", Qt {qVersion()}"
    facts["Qt platform"] = QApplication.platformName()
    dialog = CrashDialog(crash.report(facts), window.dialog_parent)
    window.closed.connect(dialog.close)
    dialog.show()


def report_uncaught(program: Program) -> None:
    """An exception in a slot would pass unseen; tell the user, and keep the traceback."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.error("unexpected", exc_info=(kind, error, trace))
        program.window.warn(f"Something went wrong: {error}")

    sys.excepthook = hook
