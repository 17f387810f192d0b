"""How the command line parses, ends and opens the window; no command does its work here."""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import lenetpad
from lenetpad import __main__ as entry
from lenetpad.cli import parser as cli
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
NAMES = [
    *("draw", "train", "runs", "evaluate", "predict", "export", "info", "report", "demo"),
    *("selftest", "bench", "diagnostics"),
]
DISPLAYS = ["DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"]

Fake = Callable[[Callable[[argparse.Namespace], int]], None]


def exit_status(*argv: str) -> object:
    with pytest.raises(SystemExit) as ended:
        cli.run(argv)
    return ended.value.code


def python(code: str) -> subprocess.CompletedProcess[str]:
    environment = {name: os.environ[name] for name in os.environ if name != "PYTHONUNBUFFERED"}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def stand_in(monkeypatch: pytest.MonkeyPatch, name: str, **functions: object) -> None:
    """Put a module with these functions in the place of lenetpad.NAME."""
    module = ModuleType(f"lenetpad.{name}")
    vars(module).update(functions)
    monkeypatch.setitem(sys.modules, f"lenetpad.{name}", module)


class TestDevices:
    @pytest.mark.parametrize(
        "name", ["nonsense", "cuda:", "cuda:x", "cuda:01", "cuda:٣", "cuda:999", "gpu", "CPU", ""]
    )
    def test_a_name_that_no_device_has(
        self, name: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert exit_status("predict", "--device", name, "a.jsonl") == 2
        line = capsys.readouterr().err.splitlines()[-1]
        assert f"argument --device: {name!r} is no device: choose auto, cpu, cuda" in line

    @pytest.mark.parametrize("name", ["auto", "cpu", "cpu:0", "cuda", "cuda:1", "mps", "xpu"])
    def test_names_that_devices_have(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = []
        stand_in(monkeypatch, "cli.commands", predict=lambda a: asked.append(a.device) or 0)
        assert cli.run(["predict", "--device", name, "a.jsonl"]) == 0
        assert asked == [name]


class TestHelp:
    @pytest.mark.parametrize("name", NAMES)
    def test_every_command_has_one(self, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert exit_status(name, "--help") == 0
        assert f"usage: lenetpad {name}" in capsys.readouterr().out

    def test_it_lists_every_command(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert exit_status("--help") == 0
        text = capsys.readouterr().out
        assert [command.name for command in cli.COMMANDS] == NAMES
        assert all(name in text for name in NAMES)

    def test_every_argument_is_explained(self) -> None:
        for command in cli.COMMANDS:
            assert command.help
            for argument in command.arguments:
                assert argument.options.get("help"), (command.name, argument.names)

    def test_the_version(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert exit_status("--version") == 0
        assert capsys.readouterr().out == f"lenetpad {lenetpad.__version__}\n"


@pytest.mark.parametrize(
    "line",
    [
        "paint",
        "--colour red",
        "info --colour red",
        "info extra",
        "draw one.png two.png",
        "diagnostics extra",
        "predict",
        "demo",
        "export",
        "info --squashing wide",
        "train --padding zero",
        "train --epochs 0",
        "train --epochs -3",
        "train --epochs 1.5",
        "train --epochs many",
        "train --batch-size 0",
        "train --lr 0",
        "train --lr -1",
        "train --lr nan",
        "train --lr inf",
        "train --seed x",
        "train --ink",
        "evaluate --ink",
        "evaluate --images",
        "evaluate --epochs 3",
        "bench --events 0",
    ],
)
def test_bad_arguments_end_with_2(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_status(*line.split()) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "error: " in captured.err


class TestImports:
    """The window must start at once: torch takes a second, Qt half a second."""

    @pytest.mark.parametrize(
        "argv", [[], ["--help"], ["--version"], *([name, "--help"] for name in NAMES)]
    )
    def test_parsing_imports_neither_torch_nor_qt(self, argv: list[str]) -> None:
        parse = f"cli.parser().parse_args({argv!r})"
        code = (
            "import sys\nfrom lenetpad import cli\n"
            f"try:\n    {parse}\nexcept SystemExit:\n    pass\n"
            "heavy = {'torch', 'PySide6', 'pyqtgraph', 'safetensors'}\n"
            "print('imported:', sorted(heavy & sys.modules.keys()))"
        )
        result = python(code)
        assert result.stderr == ""
        assert result.stdout.splitlines()[-1] == "imported: []"


class TestEnding:
    @pytest.fixture
    def command(self, monkeypatch: pytest.MonkeyPatch) -> Fake:
        """Puts a function in the place of `lenetpad bench`."""

        def put(function: Callable[[argparse.Namespace], int]) -> None:
            stand_in(monkeypatch, "tools.bench", run=function)

        return put

    @pytest.mark.parametrize("status", [0, 1])
    def test_a_commands_status_is_the_programs(self, status: int, run: Run, command: Fake) -> None:
        command(lambda _: status)
        assert run("bench").status == status

    @pytest.mark.parametrize(
        "error",
        [OSError("no such thing"), ValueError("no such thing"), RuntimeError("no such thing")],
    )
    def test_a_failure_is_one_line(
        self, error: Exception, failing: Callable[..., str], command: Fake
    ) -> None:
        def fail(_: argparse.Namespace) -> int:
            raise error

        command(fail)
        assert failing("bench") == "lenetpad: no such thing"

    def test_a_long_failure_is_cut_to_its_first_line(
        self, failing: Callable[..., str], command: Fake
    ) -> None:
        def fail(_: argparse.Namespace) -> int:
            raise RuntimeError("first\nsecond\nthird")

        command(fail)
        assert failing("bench") == "lenetpad: first"

    def test_a_failure_without_words_is_named(
        self, failing: Callable[..., str], command: Fake
    ) -> None:
        def fail(_: argparse.Namespace) -> int:
            raise ValueError

        command(fail)
        assert failing("bench") == "lenetpad: ValueError"

    def test_a_bug_is_not_dressed_up(self, run: Run, command: Fake) -> None:
        def fail(_: argparse.Namespace) -> int:
            raise IndexError("a bug")

        command(fail)
        with pytest.raises(IndexError):
            run("bench")

    def test_control_c_is_one_line(self, failing: Callable[..., str], command: Fake) -> None:
        def interrupt(_: argparse.Namespace) -> int:
            raise KeyboardInterrupt

        command(interrupt)
        assert failing("bench") == "lenetpad: stopped"

    @pytest.mark.parametrize("lines", [1, 100_000])
    def test_a_reader_that_goes_away_is_no_noise(self, lines: int) -> None:
        """As with `lenetpad info | head -1`."""
        code = (
            "import os, sys, types\n"
            "from lenetpad import cli\n"
            "bench = types.ModuleType('lenetpad.tools.bench')\n"
            f"bench.run = lambda _: print('text\\n' * {lines}) or 0\n"
            "sys.modules['lenetpad.tools.bench'] = bench\n"
            "read, write = os.pipe()\n"
            "os.close(read)\n"
            "os.dup2(write, 1)\n"
            "sys.exit(cli.run(['bench']))"
        )
        result = python(code)
        assert result.stderr == ""
        assert result.returncode == 1


class TestDisplay:
    @pytest.fixture(autouse=True)
    def _no_display(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in DISPLAYS:
            monkeypatch.delenv(name, raising=False)

    def test_linux_without_a_display_has_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "linux")
        assert not cli.has_display()

    @pytest.mark.parametrize("display", ["", ":4077", "nonsense", "localhost:4077.0", ":x"])
    def test_a_display_that_does_not_answer_is_none(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, display: str
    ) -> None:
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setenv("DISPLAY", display)
        monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        assert not cli.has_display()

    def test_a_wayland_compositor_that_answers_is_one(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(tmp_path / "wayland-0"))
            server.listen(1)
            assert cli.has_display()

    def test_an_x_server_that_answers_is_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setenv("DISPLAY", ":4078.0")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("\0/tmp/.X11-unix/X4078")
            server.listen(1)
            assert cli.has_display()

    def test_a_platform_that_is_chosen_needs_no_display(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
        assert cli.has_display()

    @pytest.mark.parametrize("platform", ["darwin", "win32"])
    def test_other_systems_always_have_one(
        self, platform: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "platform", platform)
        assert cli.has_display()

    def test_without_a_display_a_file_cannot_be_shown(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cli, "has_display", lambda: False)
        result = run("draw", "digit.ink.jsonl")
        assert result.status == 1
        [line] = result.err.splitlines()
        assert "digit.ink.jsonl cannot be shown: there is no display" in line

    @pytest.mark.parametrize("line", [[], ["draw"]])
    def test_without_a_display_the_demo_runs_and_says_where(
        self, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: list[str]
    ) -> None:
        asked: list[argparse.Namespace] = []

        def demo(arguments: argparse.Namespace) -> int:
            asked.append(arguments)
            return 0

        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(cli, "has_display", lambda: False)
        stand_in(monkeypatch, "tools.demo", run=demo)
        result = run(*line)
        assert result.status == 0
        assert asked == [argparse.Namespace(out=Path("demo"))]
        [line] = result.out.splitlines()
        assert "no display" in line
        assert str(tmp_path / "demo") in line

    def test_without_a_display_a_demo_that_fails_fails(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cli, "has_display", lambda: False)
        stand_in(monkeypatch, "tools.demo", run=lambda _: 1)
        assert run().status == 1

    @pytest.mark.parametrize(
        ("line", "file"),
        [([], None), (["draw"], None), (["draw", "my digit.png"], Path("my digit.png"))],
    )
    def test_with_a_display_the_window_opens(
        self, run: Run, monkeypatch: pytest.MonkeyPatch, line: list[str], file: Path | None
    ) -> None:
        opened: list[Path | None] = []

        def main(file: Path | None) -> int:
            opened.append(file)
            return 7

        monkeypatch.setattr(cli, "has_display", lambda: True)
        stand_in(monkeypatch, "app", main=main)
        assert run(*line).status == 7
        assert opened == [file]


class TestFrozen:
    """What PyInstaller's loader leaves in the environment."""

    @pytest.fixture(autouse=True)
    def frozen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "frozen", True, raising=False)
        monkeypatch.setenv("LD_LIBRARY_PATH", "/bundle")

    def test_programs_that_it_starts_find_their_own_libraries(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("LD_LIBRARY_PATH_ORIG", raising=False)
        entry._forget_libraries()
        assert "LD_LIBRARY_PATH" not in os.environ

    def test_what_the_user_had_set_comes_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/mine")
        entry._forget_libraries()
        assert os.environ["LD_LIBRARY_PATH"] == "/mine"
        assert "LD_LIBRARY_PATH_ORIG" not in os.environ

    def test_qt_keeps_its_plugins_and_says_nobody_where(self, tmp_path: Path) -> None:
        code = (
            "import os, sys; sys.frozen = True; from lenetpad import app;"
            "application = app.make_application();"
            "print('QT_PLUGIN_PATH' in os.environ, sys.argv[1] in application.libraryPaths())"
        )
        environment = {"QT_PLUGIN_PATH": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.split() == ["False", "True"]

    def test_elsewhere_it_is_the_users_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delattr(sys, "frozen")
        entry._forget_libraries()
        assert os.environ["LD_LIBRARY_PATH"] == "/bundle"
