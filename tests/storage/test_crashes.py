"""Crashes: what a process leaves that ended by one, and what is made of it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lenetpad.storage import crashes
from lenetpad.storage.crashes import Crash

ROOT = Path(__file__).parents[2]
#: Runs in a folder, logs a line, and ends as it is told.
PROCESS = """
import faulthandler, logging, os, signal, sys
from pathlib import Path
from lenetpad.storage.crashes import Running
running = Running(Path(sys.argv[1]))
logging.getLogger().addHandler(running.lines)
logging.getLogger("lenetpad").warning("%s is odd, %d times", "/home/jane/letter", 3)
if sys.argv[2] == "crash":
    faulthandler._sigsegv()
elif sys.argv[2] == "abort":
    os.abort()
elif sys.argv[2] == "kill":
    os.kill(os.getpid(), signal.SIGKILL)
elif sys.argv[2] == "wait":
    print("runs", flush=True)
    sys.stdin.readline()
elif sys.argv[2] == "raise":
    running.note('  File "<string>", line 1, in f\\nOSError: /home/jane')
running.end()
"""


def start(folder: Path, how: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROCESS, str(folder), how],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(folder: Path, how: str) -> Crash | None:
    """The crash of a process that ended so, None where there is none; nothing else is left."""
    with start(folder, how) as process:
        process.communicate()
    found, killed = crashes.collect(folder)
    assert list(folder.iterdir()) == []
    assert killed == (how == "kill")
    return found[0] if found else None


@pytest.mark.parametrize(
    ("how", "kind"), [("crash", "Segmentation fault"), ("abort", "Aborted"), ("raise", "OSError")]
)
def test_a_crash_is_reported(tmp_path: Path, how: str, kind: str) -> None:
    crash = ended(tmp_path, how)
    assert crash is not None
    report = crash.report({"Program": "lenetpad 1.2"})
    assert "Program: lenetpad 1.2" in report
    assert "UTC\nProgram" in report
    assert kind in report
    assert 'File "<string>", line' in report
    assert "WARNING lenetpad: … is odd, 3 times" in report
    assert "jane" not in report


@pytest.mark.parametrize("how", ["end", "kill"])
def test_an_end_and_a_kill_are_no_crash(tmp_path: Path, how: str) -> None:
    assert ended(tmp_path, how) is None


def test_what_runs_has_not_crashed(tmp_path: Path) -> None:
    with start(tmp_path, "wait") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "runs\n"
        assert crashes.collect(tmp_path) == ([], 0)
        process.communicate("\n")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        crashes.Running(tmp_path / "file" / "state")
    assert logging.getLogger().handlers is not None


def test_a_long_trace_is_read_in_part(tmp_path: Path) -> None:
    line = '  File "<string>", line 1 in f\n'
    (tmp_path / "running-1.trace").write_text(line * 100_000, encoding="utf-8")
    [crash], _ = crashes.collect(tmp_path)
    assert len(crash.trace) <= 2 * crashes.LARGEST_TRACE
    assert crash.trace.startswith('  File "<string>"')
