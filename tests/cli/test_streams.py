"""Streams that are missing, full, closed, or that have not got every sign: no command fails."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lenetpad.cli import output
from lenetpad.cli import parser as cli
from lenetpad.cli.progress import ProgressReporter, follow_training
from lenetpad.storage import streams
from lenetpad.values.recipes import Recipe
from lenetpad.values.training import Progress
from tests.cli.conftest import ROOT

#: What Windows' consoles and redirected outputs have, and the least that there is.
CODES = ("cp1252", "cp437", "cp1251", "cp932", "gbk", "ascii")
REPORT = Progress(1, 1, 1, 1, 0.5, 0.1, 9.0, validation_error=0.25)
NO_STREAMS = pytest.mark.skipif(os.name == "nt", reason="a shell that can close them")


def stream_of(code: str) -> io.TextIOWrapper:
    """A strict stream in an encoding."""
    return io.TextIOWrapper(io.BytesIO(), encoding=code, errors="strict")


def printed(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode(stream.encoding)


def run_in(code: str, monkeypatch: pytest.MonkeyPatch, *argv: object) -> tuple[int, str]:
    """A command's status, and all that it prints, in an encoding."""
    out = stream_of(code)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", out)
    try:
        status = cli.run([str(word) for word in argv])
    except SystemExit as ended:
        status = int(ended.code or 0)
    return status, printed(out)


class TestEncodings:
    @pytest.mark.parametrize("code", CODES)
    def test_every_commands_help(self, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
        for words in ([], *([command.name] for command in cli.COMMANDS)):
            status, text = run_in(code, monkeypatch, *words, "--help")
            assert status == 0
            assert "\\x" not in text
            assert "\\u" not in text
            assert len(text) > 100

    @pytest.mark.parametrize("code", CODES)
    def test_what_commands_say(
        self, code: str, monkeypatch: pytest.MonkeyPatch, ink: Path, picture: Path, model: Path
    ) -> None:
        named = picture.rename(picture.with_name("Größe 字 один \udcff.png"))
        for words in (
            ("predict", ink, named, "--model", model),
            ("predict", ink, "--json"),
            ("info",),
            ("info", "--model", model),
            ("evaluate", "--ink", ink, "--model", model),
            ("export", "--model", model, "--out", model.with_suffix(".pth")),
            ("runs",),
            ("diagnostics",),
            ("completion", "bash"),
        ):
            status, text = run_in(code, monkeypatch, *words)
            assert status == 0, text
            assert text
        for words in (("predict", "größe ….png"), ("info", "--model", "字"), ("größe",)):
            status, text = run_in(code, monkeypatch, *words)
            assert status in (1, 2)
            assert "lenetpad" in text

    @pytest.mark.parametrize("code", CODES)
    def test_progress(self, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
        class Terminal(io.TextIOWrapper):
            def isatty(self) -> bool:
                return True

        terminal = Terminal(io.BytesIO(), encoding=code, errors="strict")
        monkeypatch.setattr(sys, "stderr", terminal)
        with output.guarded():
            say = ProgressReporter()
            say("reading größe … 字", 0, 0)
            say("fetching größe … 字", 1, 2)
            say("fetching größe … 字", 2, 2)
            follow_training([REPORT], Recipe(epochs=1))
        assert "validation error 25.00 %" in printed(terminal)

    def test_a_sign_becomes_a_simpler_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        out = stream_of("cp1251")
        monkeypatch.setattr(sys, "stdout", out)
        with output.guarded():
            print("28×28 · 3 ± 1 … ⅔ один 字")
        assert printed(out) == "28x28 · 3 ± 1 … 2/3 один \\u5b57\n"


class Failing(io.StringIO):
    """A stream that fails, as a pipe without a reader or a full disk does."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def write(self, text: str) -> int:
        raise self._error


class TestGone:
    @pytest.mark.parametrize("error", [BrokenPipeError(errno.EPIPE, "gone"), ValueError("closed")])
    def test_stdout(self, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdout", Failing(error))
        assert cli.run(["info"]) == 0

    def test_a_full_disk_is_told(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(sys, "stdout", Failing(OSError(errno.ENOSPC, "no space")))
        assert cli.run(["info"]) == 1
        assert capsys.readouterr().err == (
            "lenetpad: the result cannot be written: no space; write it elsewhere\n"
        )

    @pytest.mark.parametrize("fault", [errno.EPIPE, errno.ENOSPC, errno.EIO])
    def test_stderr(self, fault: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stderr", Failing(OSError(fault, "gone")))
        with output.guarded():
            output.say("nobody hears this")
            follow_training([REPORT], Recipe(epochs=1))
        assert cli.run(["predict", "no such file"]) == 1

    def test_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdout", None)
        monkeypatch.setattr(sys, "stderr", None)
        assert cli.run(["info"]) == 0
        assert cli.run(["predict", "no such file"]) == 1
        with output.guarded():
            ProgressReporter()("fetching", 1, 2)
        assert sys.stdout is None
        streams.open_missing()
        with sys.stdout, sys.stderr:
            print("ä \udcff", flush=True)
            print("ä \udcff", file=sys.stderr, flush=True)


#: A window that warns, and is closed by its user.
WINDOW = """
import logging, sys
from PySide6.QtCore import QTimer
from lenetpad import __main__, app
real = app.Program
class Program(real):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        logging.getLogger("test").warning("something")
        QTimer.singleShot(500, self.window.close)
app.Program = Program
sys.argv = ["lenetpad"]
__main__.main()
"""
ELSEWHERE = {
    "QT_QPA_PLATFORM": "offscreen",
    **{f"XDG_{name}_HOME": "" for name in ("CONFIG", "DATA", "STATE", "CACHE")},
}


def shell(line: str, *argv: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of the shell in which "$@" is the command."""
    return subprocess.run(
        ["sh", "-c", line, "sh", sys.executable, "-m", "lenetpad", *argv],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@NO_STREAMS
class TestProcesses:
    @pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-", "1</dev/null"])
    @pytest.mark.parametrize("words", [("info",), ("runs",), ("--help",)])
    def test_closed_streams(self, closed: str, words: tuple[str, ...]) -> None:
        done = shell(f'"$@" {closed}', *words)
        assert done.returncode == 0
        assert done.stderr == ""

    @pytest.mark.parametrize("words", [("info",), ("predict", "--help"), ("runs", "--json")])
    def test_a_reader_that_has_gone(self, words: tuple[str, ...]) -> None:
        done = shell('{ "$@"; echo status $? >&2; } | true', *words)
        assert done.stderr == "status 0\n"

    def test_what_goes_wrong_is_not_said_in_the_result(self) -> None:
        done = shell('"$@" 2>&-', "predict", "no such file")
        assert (done.returncode, done.stdout) == (1, "")

    def test_a_file_that_it_writes_is_not_taken_for_stdout(self, tmp_path: Path) -> None:
        out = tmp_path / "out.pth"
        done = shell('"$@" >&- 2>&-', "export", "--out", str(out))
        assert done.returncode == 0
        assert shell('"$@"', "info", "--model", str(out)).returncode == 0

    @pytest.mark.parametrize(
        "line",
        ['"$@" >&- 2>&-; echo status $?', '{ { "$@" 2>&1; echo status $? >&3; } | true; } 3>&1'],
    )
    def test_the_window_ends_in_order(self, line: str, tmp_path: Path) -> None:
        done = subprocess.run(
            ["sh", "-c", line, "sh", sys.executable, "-c", WINDOW],
            env={**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), **ELSEWHERE},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.stdout, done.stderr) == ("status 0\n", "")
        log = tmp_path / ".local/state/lenetpad/lenetpad.log"
        assert "WARNING" in log.read_text()  # that went to stderr too
