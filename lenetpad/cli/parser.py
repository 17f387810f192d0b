"""The command line: what `lenetpad COMMAND` accepts, and how it ends.

Exit status 0 on success, 2 on bad arguments, 1 with one clear line on failure. Without a command
the window opens. What a command needs is imported when it runs, so that the window starts at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from lenetpad import __version__
from lenetpad.cli import (
    diagnostics,
    evaluate,
    networks,
    output,
    predict,
    report,
    runs,
    tools,
    train,
    window,
)
from lenetpad.cli.arguments import Command
from lenetpad.storage.decoding import one_line
from lenetpad.values.failures import first_line

#: All commands, in the order of the help.
COMMANDS: Final[tuple[Command, ...]] = (
    *window.COMMANDS,
    *train.COMMANDS,
    *runs.COMMANDS,
    *evaluate.COMMANDS,
    *predict.COMMANDS,
    *networks.COMMANDS,
    *report.COMMANDS,
    *tools.COMMANDS,
    *diagnostics.COMMANDS,
)


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, however long an argument is."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, one_line(f"{self.prog}: error: {message}") + "\n")


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = _Parser(
        prog="lenetpad",
        description="A drawing pad that shows LeNet-5 thinking. Without a command, the window.",
    )
    top.add_argument("--version", action="version", version=f"lenetpad {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND")
    for command in COMMANDS:
        sub = commands.add_parser(command.name, help=command.help, description=command.help)
        for argument in command.arguments:
            sub.add_argument(*argument.names, **argument.options)
        sub.set_defaults(handler=command.handler)
    return top


def run(argv: Sequence[str]) -> int:
    """Run a command line (without the program's name) and return the exit status."""
    with output.guarded():
        return _run(argv)


def _run(argv: Sequence[str]) -> int:
    arguments = build_parser().parse_args(argv)
    handler = getattr(arguments, "handler", window.draw)
    try:
        status = int(handler(arguments))
        sys.stdout.flush()  # here, where a reader that has gone away is expected
        return status
    except KeyboardInterrupt:
        output.say("stopped")
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (OSError, ValueError, RuntimeError, MemoryError) as error:
        # What our own code raises is written for the user, on one line.
        output.say(first_line(error))
        return 1
