"""A parser of one command's arguments: its help, and what it says of wrong ones."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any, NoReturn

from lenetpad.storage.decoding import one_line
from lenetpad.storage.suggestions import did_you_mean


class HelpFormatter(argparse.HelpFormatter):
    """Help in which lines may end where the text says so, and names are never broken.

    The usage is short: what must be given; all options are listed below it.
    """

    def _format_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None,
    ) -> str:
        if usage is not None:
            return super()._format_usage(usage, actions, groups, prefix)
        needed = [each for each in actions if each.required or not each.option_strings]
        text = super()._format_usage(None, needed, (), prefix)
        return text.replace(self._prog, f"{self._prog} [options]", 1)

    def _format_action(self, action: argparse.Action) -> str:
        if isinstance(action, argparse._SubParsersAction):  # without a line for itself
            return "".join(map(self._format_action, action._get_subactions()))
        return super()._format_action(action)

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings or action.nargs == 0:
            return super()._format_action_invocation(action)
        value = self._format_args(action, self._get_default_metavar_for_optional(action))
        return f"{', '.join(action.option_strings)} {value}"

    def _split_lines(self, text: str, width: int) -> list[str]:
        return [part for line in text.splitlines() for part in _wrapped(line, width)]

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = text.splitlines()
        return "\n".join(  # an example, which is indented, is for copying
            line if line.startswith(" ") else "\n".join(_wrapped(line, width)) for line in lines
        )


def _wrapped(line: str, width: int) -> list[str]:
    """A line as several; those after the first of a list's item are indented more than it."""
    return textwrap.wrap(
        line,
        width,
        subsequent_indent="    " if line.startswith("  ") else "",
        break_on_hyphens=False,
        break_long_words=False,
    )


class CommandParser(argparse.ArgumentParser):
    """A parser whose errors are one line, however long an argument is, below the usage of the
    command; where a name is wrong, they say which may be meant."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=HelpFormatter, **options)
        self._positionals.title = "arguments"
        self.color = False  # of Python 3.14; escapes do not pass cli/output.py

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, one_line(f"{self.prog}: error: {message}") + "\n")

    def parse_known_args(  # type: ignore[override]  # its overloads are of no use here
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Parse arguments; one that is not known is an error of this command's, also where
        another parser has called this one."""
        words = sys.argv[1:] if args is None else list(args)
        if self._subparsers is None:  # before it is said that the option that was meant is missing
            for word in takewhile(lambda word: word != "--", words):
                if self._is_unknown_option(word):
                    self._refuse(word)
        namespace, unknown = super().parse_known_args(words, namespace)
        for word in unknown:
            if word != "--":
                self._refuse(word)
        return namespace, []

    def _is_unknown_option(self, word: str) -> bool:
        """Whether argparse would take a word for an option, and has none that begins like it."""
        name = word.partition("=")[0]
        if not name.startswith("--") or " " in word:
            return False
        return not any(known.startswith(name) for known in self._option_string_actions)

    def _refuse(self, word: str) -> NoReturn:
        name = word.partition("=")[0]
        if not name.startswith("-") or name == "-" or name in self._option_string_actions:
            self.error(f"unexpected argument {word!r}")
        known = [
            option
            for option, action in self._option_string_actions.items()
            if action.help != argparse.SUPPRESS
        ]
        meant = did_you_mean(name, known)
        self.error(f"there is no option {name}{meant or f'; {self.prog} --help lists all'}")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        known = list(map(str, action.choices))
        raise argparse.ArgumentError(
            action,
            f"invalid choice: {value!r}{did_you_mean(str(value), known)}; "
            f"choose from {', '.join(known)}",
        )
