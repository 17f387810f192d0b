"""What is seen of the window afterwards: its log, its crashes, and how it ends when told to."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import qInstallMessageHandler, qWarning
from pytestqt.qtbot import QtBot

from lenetpad import app, process
from lenetpad.ink.journal import recovered
from lenetpad.process import EndingSignals, logging_to, running_in
from lenetpad.storage.crashes import Crash
from lenetpad.ui.dialogs.crash import CrashDialog
from lenetpad.ui.window import Window

ROOT = Path(__file__).parents[1]
#: Opens the window, with a stroke on it, and does what it is told once it is there.
WINDOW = """
import faulthandler, json, os, signal, sys
for name in ("SIGINT", "SIGHUP", "SIGQUIT"):  # which nohup, or a shell's &, may have ignored
    if hasattr(signal, name):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
import shiboken6
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication, QSessionManager
from PySide6.QtWidgets import QApplication
from lenetpad import app
from lenetpad.cli.parser import run
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.ui.dialogs.crash import CrashDialog

def act(window):
    page = window.page_widgets["draw"]
    how = sys.argv[1]
    if how != "look":
        page.canvas.set_sheet(Sheet(Ink.of([[[100, 100], [900, 900]]])))
    if how == "crash":
        faulthandler._sigsegv()
    elif how == "raise":
        QTimer.singleShot(200, lambda: os.kill(os.getpid(), signal.SIGTERM))
        raise ValueError("in a slot")
    elif how == "log out":
        # Only Qt makes session managers: an object that is none stands for one.
        stand_in = QObject()
        manager = shiboken6.wrapInstance(shiboken6.getCppPointer(stand_in)[0], QSessionManager)
        QGuiApplication.instance().commitDataRequest.emit(manager)
        os.kill(os.getpid(), signal.SIGKILL)
    elif how == "look":
        shown = [one for one in QApplication.topLevelWidgets() if isinstance(one, CrashDialog)]
        print(json.dumps([one.report.toPlainText() for one in shown if one.isVisible()]))
        window.close()
    elif how == "wait":
        print("ready", flush=True)
    else:
        os.kill(os.getpid(), signal.Signals[how])

show = app.Window.show
def show_and_act(window):
    show(window)
    QTimer.singleShot(100, lambda: act(window))
app.Window.show = show_and_act
sys.exit(run([]))
"""


def environment(home: Path, **more: str) -> dict[str, str]:
    names = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
    own = {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    return {**os.environ, **own, **dict.fromkeys(names, str(home)), **more}


def window(home: Path, how: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WINDOW, how],
        cwd=ROOT,
        env=environment(home, **more),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def log_of(home: Path) -> str:
    return (home / "lenetpad" / "lenetpad.log").read_text(encoding="utf-8")


def kept(home: Path) -> bool:
    """Whether what lay on the canvas is on the disk."""
    journals = (home / "lenetpad" / "sheets").glob("*/journal")
    return any(recovered(path.read_bytes()).history.present for path in journals)


class TestCrashes:
    def test_the_next_start_offers_the_report_and_the_one_after_it_does_not(
        self, tmp_path: Path
    ) -> None:
        crashed = window(tmp_path, "crash")
        assert crashed.returncode == -signal.SIGSEGV, crashed.stderr
        first, second = (window(tmp_path, "look") for _ in range(2))
        assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
        [report] = json.loads(first.stdout)
        assert "Segmentation fault" in report
        assert 'File "lenetpad/app.py"' in report
        assert "lenetpad" in report.splitlines()[1]
        assert str(tmp_path) not in report
        assert json.loads(second.stdout) == []

    def test_a_kill_is_no_crash_and_stands_in_the_log(self, tmp_path: Path) -> None:
        assert window(tmp_path, "SIGKILL").returncode == -signal.SIGKILL
        looked = window(tmp_path, "look")
        assert json.loads(looked.stdout) == []
        assert "ended from outside" in log_of(tmp_path)

    def test_an_error_in_a_slot_is_in_the_log_with_its_traceback(self, tmp_path: Path) -> None:
        assert window(tmp_path, "raise").returncode == 0
        assert "Traceback (most recent call last)" in log_of(tmp_path)
        assert "ValueError: in a slot" in log_of(tmp_path)

    def test_an_end_by_an_exception_is_a_crash(self, tmp_path: Path) -> None:
        with pytest.raises(ZeroDivisionError), running_in(tmp_path):
            raise ZeroDivisionError
        with running_in(tmp_path) as found:
            assert [one.trace.splitlines()[-1] for one in found] == ["ZeroDivisionError"]


class TestDialog:
    @pytest.fixture
    def dialog(self, window: Window, monkeypatch: pytest.MonkeyPatch) -> CrashDialog:
        from datetime import UTC, datetime

        app.offer_report(window, Crash(datetime.now(UTC), "the trace", "the log"))
        [dialog] = window.findChildren(CrashDialog)
        return dialog

    def test_it_is_not_in_the_way(self, dialog: CrashDialog) -> None:
        assert dialog.isVisible()
        assert not dialog.isModal()
        assert not dialog.report.isVisible()
        dialog.close()

    def test_it_shows_and_copies_the_report(self, dialog: CrashDialog) -> None:
        from PySide6.QtGui import QGuiApplication

        dialog.showing.click()
        assert dialog.report.isVisible()
        text = dialog.report.toPlainText()
        assert "the trace" in text
        assert "Qt platform: offscreen" in text
        dialog.copying.click()
        assert QGuiApplication.clipboard().text() == text
        dialog.close()

    def test_it_goes_with_the_window(
        self, qtbot: QtBot, window: Window, dialog: CrashDialog
    ) -> None:
        with qtbot.waitSignal(dialog.destroyed):
            window.close()


class TestEnds:
    @pytest.mark.skipif(sys.platform == "win32", reason="it has none of these")
    @pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"])
    def test_each_signal_ends_it_in_order(self, tmp_path: Path, name: str) -> None:
        done = window(tmp_path, name)
        assert done.returncode == 0, done.stderr
        assert kept(tmp_path)
        assert not list((tmp_path / "lenetpad").glob("running-*"))

    def test_logging_out_keeps_everything(self, tmp_path: Path) -> None:
        assert window(tmp_path, "log out").returncode == -signal.SIGKILL
        assert kept(tmp_path)

    @pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
    def test_an_x_server_that_dies_loses_nothing(self, tmp_path: Path) -> None:
        reading, writing = os.pipe()
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24"],
            pass_fds=[writing],
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as told:
            display = f":{told.readline().strip()}"
        try:
            with subprocess.Popen(
                [sys.executable, "-c", WINDOW, "wait"],
                cwd=ROOT,
                env=environment(tmp_path, QT_QPA_PLATFORM="xcb", DISPLAY=display),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            ) as program:
                assert program.stdout is not None
                assert program.stdout.readline() == "ready\n"
                server.kill()
                assert program.wait(60) == 1
        finally:
            server.kill()
            server.wait()
        assert kept(tmp_path)
        assert "X11 connection broke" in log_of(tmp_path)

    @pytest.mark.skipif(sys.platform == "win32", reason="it has no kill")
    def test_a_second_interrupt_forces_it(self, qtbot: QtBot) -> None:
        before = signal.default_int_handler
        as_it_was = signal.signal(signal.SIGINT, before)
        signals = EndingSignals()
        try:
            with qtbot.waitSignal(signals.arrived):
                os.kill(os.getpid(), signal.SIGINT)
            assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
        finally:
            signals.close()
        assert signal.getsignal(signal.SIGINT) is before
        signal.signal(signal.SIGINT, as_it_was)

    @pytest.mark.skipif(sys.platform == "win32", reason="it has no SIGHUP")
    def test_what_was_ignored_stays_ignored(self) -> None:
        """As nohup has it."""
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signals = EndingSignals()
        try:
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        finally:
            signals.close()
            signal.signal(signal.SIGHUP, before)


class TestLog:
    @pytest.fixture(autouse=True)
    def as_before(self) -> Iterator[None]:
        """Logging, warnings and Qt's handler are put back."""
        root, hook = logging.getLogger(), threading.excepthook
        level = root.level
        yield
        root.setLevel(level)
        logging.captureWarnings(False)
        threading.excepthook = hook

    @pytest.mark.expected_log("a thread ends")
    def test_qt_python_and_threads_are_in_it(self, tmp_path: Path) -> None:
        own = qInstallMessageHandler(None)
        with logging_to(tmp_path / "lenetpad"):
            qWarning("of Qt's: 100 %s")
            qWarning(next(iter(process.HARMLESS)))
            with warnings.catch_warnings():
                warnings.simplefilter("always")
                warnings.warn("of Python's", stacklevel=1)
            thread = threading.Thread(target=lambda: 1 // 0)
            thread.start()
            thread.join()
        qInstallMessageHandler(own)
        text = log_of(tmp_path)
        assert "WARNING qt: of Qt's: 100 %s" in text
        assert "of Python's" in text
        assert "ZeroDivisionError" in text
        assert "does not support" not in text

    def test_a_folder_that_cannot_be_written_is_said_once_and_stops_nothing(
        self, tmp_path: Path
    ) -> None:
        (tmp_path / "file").touch()
        done = window(tmp_path, "SIGTERM", XDG_STATE_HOME=str(tmp_path / "file"))
        assert done.returncode == 0
        assert done.stderr.count("no log is kept") == 1
        assert str(tmp_path / "file" / "lenetpad") in done.stderr

    def test_two_windows_have_a_log_each(self, tmp_path: Path) -> None:
        with logging_to(tmp_path), logging_to(tmp_path):
            pass
        assert (tmp_path / "lenetpad-2.log").exists()
        qInstallMessageHandler(None)


def test_qts_types_are_all_there_before_a_thread_asks_for_one(tmp_path: Path) -> None:
    """Two threads that make types of Qt's at once crash the process."""
    code = """
import sys
from PySide6 import QtWidgets
from PySide6.QtCore import QSettings
from lenetpad import app
application = app.make_application()
program = app.Program(QSettings(sys.argv[1], QSettings.Format.IniFormat))
print("QWizard" in vars(QtWidgets))
program.window.open_page("train")  # a thread imports its modules
print("QWizard" in vars(QtWidgets))
program.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "settings.ini")],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\nTrue\n"
