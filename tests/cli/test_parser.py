"""How the command line parses and ends; no command does its work here."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import lenetpad
from lenetpad.cli import display
from lenetpad.cli import parser as cli
from lenetpad.cli.arguments import Command
from tests.cli.conftest import Failing, Run, stand_in

ROOT = Path(__file__).parents[2]
NAMES = [
    *("draw", "train", "runs", "evaluate", "learn-hand", "predict", "export", "info", "report"),
    *("demo", "selftest", "bench", "soak", "bench-hand", "diagnostics", "completion"),
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

    @pytest.mark.parametrize("name", ["", *NAMES])
    def test_it_fits_80_columns_and_breaks_no_name(
        self, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        assert exit_status(*name.split(), "--help") == 0
        lines = capsys.readouterr().out.splitlines()
        assert max(map(len, lines)) <= 80
        assert not [line for line in lines if line.endswith("-")]

    def test_no_line_of_it_is_a_placeholder(self, capsys: pytest.CaptureFixture[str]) -> None:
        exit_status("--help")
        lines = capsys.readouterr().out.splitlines()
        listed = lines[lines.index("commands:") + 1 :]
        assert listed[0].split()[0] == "draw"
        assert "COMMAND" not in [line.strip() for line in lines]

    @pytest.mark.parametrize("command", cli.COMMANDS, ids=NAMES)
    def test_its_examples_can_be_typed(
        self, command: Command, capsys: pytest.CaptureFixture[str]
    ) -> None:
        exit_status(command.name, "--help")
        text = capsys.readouterr().out
        assert command.examples
        for example in command.examples:
            assert f"\n  {example}\n" in text  # on one line, for copying
            words = shlex.split(example.partition(" >")[0])
            assert words[0] == "lenetpad"
            assert cli.parse(words[1:]).handler is command.handler

    def test_it_states_every_default(self) -> None:
        actions = ("--rename", "--note", "--delete", "--continue")  # they are there or not
        for command in cli.COMMANDS:
            for argument in command.arguments:
                options = argument.options
                if options.get("action") == "store_true" or options.get("required"):
                    continue
                if options["help"] is argparse.SUPPRESS or argument.names[0] in actions:
                    continue
                if argument.names[0].startswith("-") or options.get("nargs") in ("?", "*"):
                    assert "(default: " in options["help"], (command.name, argument.names)

    @pytest.mark.parametrize("command", cli.COMMANDS, ids=NAMES)
    def test_it_names_every_choice(
        self, command: Command, capsys: pytest.CaptureFixture[str]
    ) -> None:
        exit_status(command.name, "--help")
        words = re.split(r"[\s,;:()]+", capsys.readouterr().out)
        for argument in command.arguments:
            assert set(argument.options.get("choices", ())) <= set(words), argument.names

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


@pytest.mark.parametrize(
    ("line", "command", "message"),
    [
        ("trian", "", "there is no command 'trian' (did you mean 'train'?)"),
        ("trian --help", "", "there is no command 'trian' (did you mean 'train'?)"),
        ("sing", "", "there is no command 'sing'; lenetpad --help lists them"),
        ("-", "", "there is no command '-'; lenetpad --help lists them"),
        ("--modle x train", "", "there is no option --modle; lenetpad --help lists all"),
        ("--verson", "", "there is no option --verson (did you mean '--version'?)"),
        ("--epochs 3 train", "", "the option --epochs must stand after the command (train)"),
        ("--held-out", "", "the option --held-out must stand after the command (evaluate)"),
        ("train --modle x", "train", "there is no option --modle (did you mean '--model'?)"),
        ("train --modle=x", "train", "there is no option --modle (did you mean '--model'?)"),
        ("export --otu a.pth", "export", "there is no option --otu (did you mean '--out'?)"),
        ("predict --jsn a.png", "predict", "there is no option --jsn (did you mean '--json'?)"),
        ("info --wide", "info", "there is no option --wide; lenetpad info --help lists all"),
        ("info -x", "info", "there is no option -x; lenetpad info --help lists all"),
        ("bench --startd 1", "bench", "there is no option --startd (did you mean '--startup'?)"),
        ("info extra", "info", "unexpected argument 'extra'"),
        ("a.png b.png", "draw", "unexpected argument 'b.png'"),
        ("info -- --model", "info", "unexpected argument '--model'"),
        (
            "train --data mnsit",
            "train",
            "argument --data: invalid choice: 'mnsit' (did you mean 'mnist'?); choose from mnist,",
        ),
        ("train --epochs 0", "train", "argument --epochs: must be at least 1, not 0"),
        ("train --epochs -3", "train", "argument --epochs: must be at least 1, not -3"),
        ("train --epochs 1.5", "train", "--epochs: must be a whole number, not '1.5'"),
        ("train --seed x", "train", "argument --seed: must be a whole number, not 'x'"),
        ("train --lr 0", "train", "--learning-rate: must be a number above 0, not 0"),
        ("train --lr nan", "train", "--learning-rate: must be a number above 0, not nan"),
        ("train --momentum x", "train", "argument --momentum: must be a number, not 'x'"),
        ("bench --events 0", "bench", "argument --events: must be at least 1, not 0"),
        ("soak --minutes 0", "soak", "argument --minutes: must be a number above 0, not 0"),
    ],
)
def test_what_is_wrong_is_said_below_the_commands_usage(
    line: str, command: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_status(*line.split()) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    usage, error = captured.err.splitlines()
    assert usage.startswith(f"usage: {' '.join(['lenetpad', command]).strip()} [")
    assert error.startswith(f"{' '.join(['lenetpad', command]).strip()}: error: ")
    assert message in error


def test_no_converter_speaks_of_types() -> None:
    """argparse names a function that raises ValueError: "invalid positive int value"."""
    for command in cli.COMMANDS:
        for argument in command.arguments:
            kind = argument.options.get("type", Path)
            if kind is not Path:
                with pytest.raises(argparse.ArgumentTypeError):
                    kind("?")


def test_options_may_still_be_shortened(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli.parse(["train", "--mod", "lenet5-study", "--ep=3"]).epochs == 3
    assert cli.parse(["runs", "--note", "one", "-- a note --"]).note == ["one", "-- a note --"]


def test_old_names_of_options_stay() -> None:
    old = cli.parse(["train", "--lr", "1", "--taught", "0.5", "--half"])
    new = cli.parse(["train", "--learning-rate", "1", "--distillation-weight", "0.5", "--bf16"])
    assert vars(old) == vars(new)
    assert (new.lr, new.distillation_weight, new.bf16) == (1.0, 0.5, True)


class TestFileInPlaceOfACommand:
    @pytest.fixture
    def opened(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path | None]:
        """What the window is opened with."""
        files: list[Path | None] = []
        stand_in(monkeypatch, "app", main=lambda file: files.append(file) or 0)
        monkeypatch.setattr(display, "has_display", lambda: True)
        monkeypatch.chdir(tmp_path)
        return files

    @pytest.mark.parametrize(
        "name", ["photo.jpg", "./train", "my digits.ink.jsonl", "picture", "-photo.jpg", "tr ain"]
    )
    def test_it_is_opened(self, name: str, run: Run, opened: list[Path | None]) -> None:
        Path(name).touch()
        assert run(*(["--"] if name.startswith("-") else []), name).status == 0
        assert opened == [Path(name)]

    def test_after_two_dashes_stands_a_file(self, run: Run, opened: list[Path | None]) -> None:
        Path("train").touch()
        assert run("--", "train").status == 0
        assert opened == [Path("train")]

    def test_a_command_is_no_file(self, run: Run, opened: list[Path | None]) -> None:
        Path("draw").touch()
        assert run("draw").status == 0
        assert opened == [None]

    @pytest.mark.parametrize("words", [["nofile.png"], ["draw", "nofile.png"], ["no/file"]])
    def test_one_that_is_not_there_opens_no_window(
        self, words: list[str], failing: Failing, opened: list[Path | None]
    ) -> None:
        assert failing(*words) == f"lenetpad: {words[-1]} does not exist; check the name"
        assert opened == []

    def test_neither_does_a_folder(self, failing: Failing, opened: list[Path | None]) -> None:
        Path("digits").mkdir()
        assert failing("draw", "digits") == "lenetpad: digits is a folder; name a file in it"
        assert failing("./digits/") == "lenetpad: digits is a folder; name a file in it"
        assert opened == []

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
    def test_a_pipe_is_not_waited_for(self, failing: Failing, opened: list[Path | None]) -> None:
        os.mkfifo("pipe.png")
        assert "is not a regular file" in failing("draw", "pipe.png")
        assert opened == []


class TestImports:
    """The window must start at once: torch takes a second, Qt half a second."""

    @pytest.mark.parametrize(
        "argv", [[], ["--help"], ["--version"], *([name, "--help"] for name in NAMES)]
    )
    def test_parsing_imports_neither_torch_nor_qt(self, argv: list[str]) -> None:
        parse = f"cli.parse({argv!r})"
        code = (
            "import sys\nfrom lenetpad.cli import parser as cli\n"
            f"try:\n    {parse}\nexcept SystemExit:\n    pass\n"
            "heavy = {'torch', 'PySide6', 'pyqtgraph', 'safetensors', 'tqdm', 'PIL'}\n"
            "heavy |= {'shtab', 'difflib'}\n"
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
        assert result.returncode == 0


class TestNumbers:
    @pytest.mark.parametrize("text", ["0.0005", "0,0005", "5e-4"])
    def test_a_decimal_comma_is_a_point(self, text: str) -> None:
        arguments = cli.parse(["train", "--weight-decay", text])
        assert arguments.weight_decay == 0.0005

    @pytest.mark.parametrize("option", ["--lr", "--weight-decay", "--momentum"])
    def test_what_may_be_thousands_is_asked(
        self, option: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit):
            cli.parse(["train", option, "1,000"])
        assert "may be 1.000 or 1000: write which" in capsys.readouterr().err

    @pytest.mark.parametrize("text", ["1.5", "1,5", "1,000", "1_0"])
    def test_a_whole_number_has_no_separator(
        self, text: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit):
            cli.parse(["train", "--epochs", text])
        assert f"must be a whole number, not '{text}'" in capsys.readouterr().err
