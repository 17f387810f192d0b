"""What the window's process has to do with the system: the log, crashes, Qt's messages, and the
ways in which the system ends a program."""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import signal
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from PySide6.QtCore import (
    QMessageLogContext,
    QObject,
    QSocketNotifier,
    QtMsgType,
    Signal,
    Slot,
    qInstallMessageHandler,
)

from lenetpad import __version__
from lenetpad.storage import crashes
from lenetpad.storage.crashes import Crash
from lenetpad.storage.log import complain, open_log

log = logging.getLogger("lenetpad")
qt_log = logging.getLogger("qt")

#: Qt's messages that tell of nothing wrong, by their exact text.
HARMLESS: Final = frozenset(
    {
        # The platform "offscreen", of tests and tools, has no windows that could do these.
        "This plugin does not support propagateSizeHints()",
        "This plugin does not support raise()",
        "This plugin does not support grabbing the keyboard",
    }
)
#: How Qt's last message begins before it leaves the process with exit(), as the display is gone.
DISPLAY_LOST: Final = ("The X11 connection broke", "The Wayland connection broke")
LEVELS: Final = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
#: The signals that end the program, as far as the system has them.
ENDING: Final = tuple(
    signal.Signals[name]
    for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGBREAK")
    if name in signal.Signals.__members__
)


@contextmanager
def logging_to(folder: Path) -> Iterator[None]:
    """Write the log into a file of the folder, with Qt's and Python's warnings and what no thread
    catches; warnings and errors go to stderr too. Where the folder cannot be written, stderr says
    so, once."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    stderr = logging.StreamHandler()
    stderr.setLevel(logging.WARNING)
    stderr.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    root.addHandler(stderr)
    logging.captureWarnings(True)
    threading.excepthook = _log_thread
    log_qt_messages()
    file = lock = None
    try:
        file, lock = open_log(folder)
        root.addHandler(file)
    except OSError as error:
        complain(folder, error)
    # The versions stand in the text itself, for a report leaves arguments out.
    log.info(f"lenetpad {__version__} begins, Python {platform.python_version()}")
    try:
        yield
    except Exception:
        root.removeHandler(stderr)  # the command line says it there
        log.critical("the program ends by an exception", exc_info=True)
        raise
    finally:
        qInstallMessageHandler(None)
        root.removeHandler(stderr)
        if file is not None and lock is not None:
            root.removeHandler(file)
            file.close()
            lock.release()


@contextmanager
def running_in(folder: Path) -> Iterator[list[Crash]]:
    """Trace crashes of this process into the folder; gives those of the processes before it.

    An exception that ends the block is a crash too. Where the folder cannot be written nothing is
    traced: the log has said so.
    """
    found: list[Crash] = []
    running = None
    with contextlib.suppress(OSError):
        found, killed = crashes.collect(folder)
        if killed:
            log.info("ended from outside or with the machine, the last times: %d", killed)
        running = crashes.Running(folder)
        logging.getLogger().addHandler(running.lines)
    try:
        yield found
    except Exception:
        if running is not None:
            running.note(traceback.format_exc())
        raise
    finally:
        if running is not None:
            running.end()


def log_qt_messages(display_lost: Callable[[], object] | None = None) -> None:
    """Have Qt's messages in the log, under their category.

    ``display_lost`` is called when X server or compositor are gone: what must be kept has to be
    kept then, for Qt leaves the process when it returns.
    """

    def take(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
        text = message or ""
        if text in HARMLESS:
            return
        category = getattr(context, "category", None) or "default"
        said = text if category == "default" else f"{category}: {text}"
        qt_log.log(LEVELS[kind], said)
        if display_lost is not None and text.startswith(DISPLAY_LOST):
            display_lost()

    qInstallMessageHandler(take)


def leave_at_once(status: int) -> NoReturn:
    """Leave the process: Qt or Python would take themselves apart under threads that go on."""
    logging.shutdown()
    os._exit(status)


class EndingSignals(QObject):
    """``arrived`` comes in the event loop when a signal asks the process to end.

    A signal that was ignored when the process began, as by nohup, stays ignored. After the first
    one, Ctrl+C ends the process at once, whatever it does.
    """

    arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Python's own handlers only run between two of its instructions, which may be minutes
        # away in an idle event loop; what it writes here wakes the loop.
        self._reading, self._writing = socket.socketpair()
        self._reading.setblocking(False)
        self._writing.setblocking(False)
        self._notifier = QSocketNotifier(self._reading.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._take)
        self._before = signal.set_wakeup_fd(self._writing.fileno(), warn_on_full_buffer=False)
        self._handlers = {
            number: signal.signal(number, _leave_to_the_loop)
            for number in ENDING
            if signal.getsignal(number) is not signal.SIG_IGN
        }

    def close(self) -> None:
        """Put back what was there before."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._before)
        self._notifier.setEnabled(False)
        self._reading.close()
        self._writing.close()

    @Slot()
    def _take(self) -> None:
        with contextlib.suppress(OSError):
            received = self._reading.recv(4096)
            if any(number in ENDING for number in received):
                if signal.SIGINT in self._handlers:
                    signal.signal(signal.SIGINT, signal.SIG_DFL)
                self.arrived.emit()


def _leave_to_the_loop(_number: int, _frame: FrameType | None) -> None:
    """Nothing: with a handler, the signal is written to where the event loop reads it."""


def _log_thread(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_type is SystemExit or failed.exc_value is None:
        return
    error = (failed.exc_type, failed.exc_value, failed.exc_traceback)
    log.error("a thread ends by an exception", exc_info=error)
