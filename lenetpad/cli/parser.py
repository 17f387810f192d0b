"""The command line: what `lenetpad COMMAND` accepts, and how it ends.

Exit status 0 on success, 2 on bad arguments, 1 with one clear line on failure. Without a command
the window opens, with a file where one is named. What a command needs is imported when it runs,
so that the window starts at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from lenetpad import __version__
from lenetpad.cli import (
    completion,
    diagnostics,
    evaluate,
    hands,
    learn_hand,
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
from lenetpad.cli.command_parser import CommandParser
from lenetpad.storage.suggestions import did_you_mean
from lenetpad.values.failures import first_line

#: All commands, in the order of the help.
COMMANDS: Final[tuple[Command, ...]] = (
    *window.COMMANDS,
    *train.COMMANDS,
    *runs.COMMANDS,
    *evaluate.COMMANDS,
    *learn_hand.COMMANDS,
    *predict.COMMANDS,
    *networks.COMMANDS,
    *report.COMMANDS,
    *tools.COMMANDS,
    *hands.COMMANDS,
    *diagnostics.COMMANDS,
    *completion.COMMANDS,
)
PROGRAM: Final = "lenetpad"
#: The command of the window, which is what runs without one.
WINDOW: Final = "draw"


def build_parser() -> CommandParser:
    """The parser of the whole command line: its help, and what shells complete."""
    top = CommandParser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [--help] [--version] [COMMAND | FILE] ...",
        description="A drawing pad that shows LeNet-5 thinking.\n"
        "Without a command the window opens, with a file if one is named.",
        epilog=_examples("lenetpad", "lenetpad photo.jpg", "lenetpad predict photo.jpg")
        + f"\n\n{PROGRAM} COMMAND --help explains a command.",
    )
    top.add_argument(
        "--version",
        action="version",
        version=f"{PROGRAM} {__version__}",
        help="show the version and exit",
    )
    commands = top.add_subparsers(title="commands", metavar="COMMAND", prog=PROGRAM)
    for command in COMMANDS:
        _fill(commands.add_parser(command.name, help=command.help), command)
    return top


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """What a command line asks for; ``handler`` carries it out.

    Only the parser that it takes is made. Raises SystemExit for bad arguments, help and version.
    """
    options = list(takewhile(lambda word: word.startswith("-") and word.strip("-"), argv))
    if options:  # the program's own, none of which has a value
        _parse_options(options)
    words = argv[len(options) :]
    commands = {command.name: command for command in COMMANDS}
    if words and words[0] in commands:
        return _parser_of(commands[words[0]]).parse_args(words[1:])
    if words and words[0] != "--" and not _may_be_file(words[0]):
        meant = did_you_mean(words[0], commands)
        advice = f"; {PROGRAM} --help lists them, {PROGRAM} draw FILE opens a file"
        build_parser().error(f"there is no command {words[0]!r}{meant or advice}")
    return _parser_of(commands[WINDOW]).parse_args(words)


def _parse_options(options: Sequence[str]) -> None:
    """Obey what stands before the command; SystemExit for help, version and what is none."""
    parser = build_parser()
    for name in (option.partition("=")[0] for option in options):
        owners = [
            command.name
            for command in COMMANDS
            if any(name in argument.names for argument in command.arguments)
        ]
        if owners:
            after = f"after the command ({', '.join(owners)})"
            parser.error(f"the option {name} must stand {after}")
    parser.parse_args(options)


def _may_be_file(word: str) -> bool:
    """Whether a word that is no command is meant as a file's name."""
    return os.path.isfile(word) or os.path.basename(word) != word or "." in word


def _parser_of(command: Command) -> CommandParser:
    return _fill(CommandParser(prog=f"{PROGRAM} {command.name}"), command)


def _fill(parser: CommandParser, command: Command) -> CommandParser:
    """The parser with a command's arguments, and what its help says before and after them."""
    summary = f"{command.help[0].upper()}{command.help[1:]}."
    parser.description = f"{summary}\n\n{command.more}" if command.more else summary
    parser.epilog = _examples(*command.examples)
    for argument in command.arguments:
        parser.add_argument(*argument.names, **argument.options)
    parser.set_defaults(handler=command.handler)
    return parser


def _examples(*lines: str) -> str:
    return "\n  ".join([f"example{'s' if len(lines) > 1 else ''}:", *lines])


def run(argv: Sequence[str]) -> int:
    """Run a command line (without the program's name) and return the exit status."""
    with output.guarded():
        return _run(argv)


def _run(argv: Sequence[str]) -> int:
    arguments = parse(argv)
    try:
        status = int(arguments.handler(arguments))
        sys.stdout.flush()  # here, where a full disk is told of
        return status
    except KeyboardInterrupt:
        output.say("stopped")
        return 1
    except (OSError, ValueError, RuntimeError, MemoryError) as error:
        # What our own code raises is written for the user, on one line.
        output.say(first_line(error))
        return 1
