"""How the command line parses and ends; no command does its work here."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import lenetpad
from lenetpad.cli import parser as cli
from tests.cli.conftest import Failing, Run, stand_in

ROOT = Path(__file__).parents[2]
NAMES = [
    *("draw", "train", "runs", "evaluate", "predict", "export", "info", "report", "demo"),
    *("selftest", "bench", "soak", "diagnostics"),
]

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
        [predict] = [command for command in cli.COMMANDS if command.name == "predict"]
        noting = replace(predict, handler=lambda a: asked.append(a.device) or 0)
        monkeypatch.setattr(cli, "COMMANDS", (noting,))
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
        parse = f"cli.build_parser().parse_args({argv!r})"
        code = (
            "import sys\nfrom lenetpad.cli import parser as cli\n"
            f"try:\n    {parse}\nexcept SystemExit:\n    pass\n"
            "heavy = {'torch', 'PySide6', 'pyqtgraph', 'safetensors', 'tqdm', 'PIL'}\n"
            "heavy |= {name for name in sys.modules if name.startswith('lenetpad.training')}\n"
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
            stand_in(monkeypatch, "tools.bench.run", run=function)

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
        self, error: Exception, failing: Failing, command: Fake
    ) -> None:
        def fail(_: argparse.Namespace) -> int:
            raise error

        command(fail)
        assert failing("bench") == "lenetpad: no such thing"

    def test_a_long_failure_is_cut_to_its_first_line(
        self, failing: Failing, command: Fake
    ) -> None:
        def fail(_: argparse.Namespace) -> int:
            raise RuntimeError("first\nsecond\nthird")

        command(fail)
        assert failing("bench") == "lenetpad: first"

    def test_a_failure_without_words_is_named(self, failing: Failing, command: Fake) -> None:
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

    def test_control_c_is_one_line(self, failing: Failing, command: Fake) -> None:
        def interrupt(_: argparse.Namespace) -> int:
            raise KeyboardInterrupt

        command(interrupt)
        assert failing("bench") == "lenetpad: stopped"

    @pytest.mark.parametrize("lines", [1, 100_000])
    def test_a_reader_that_goes_away_is_no_noise(self, lines: int) -> None:
        """As with `lenetpad info | head -1`."""
        code = (
            "import os, sys, types\n"
            "from lenetpad.cli import parser as cli\n"
            "bench = types.ModuleType('lenetpad.tools.bench.run')\n"
            f"bench.run = lambda _: print('text\\n' * {lines}) or 0\n"
            "sys.modules['lenetpad.tools.bench.run'] = bench\n"
            "read, write = os.pipe()\n"
            "os.close(read)\n"
            "os.dup2(write, 1)\n"
            "sys.exit(cli.run(['bench']))"
        )
        result = python(code)
        assert result.stderr == ""
        assert result.returncode == 1
