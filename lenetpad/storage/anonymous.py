"""What may leave the machine in a report: texts without names, paths and messages of the user's.

Tracebacks are let through line by line, each of a kind that is known to hold nothing personal;
of log records the words that stand in the code, and numbers.
"""

from __future__ import annotations

import contextlib
import getpass
import logging
import platform
import re
import traceback
from functools import cache
from pathlib import Path
from typing import Final

import lenetpad

#: What stands in the place of what is left out.
LEFT_OUT: Final = "…"
_PACKAGE: Final = Path(lenetpad.__file__).parents[1].as_posix() + "/"
_INSTALLED: Final = re.compile(r".*/(?:site|dist)-packages/(.+)")
_LIBRARY: Final = re.compile(r".*/[Ll]ib/python\d\.\d+/(.+)")
_FRAME: Final = re.compile(
    r'\s*File "(?P<path>[^"]*)", line (?P<line>\d+),? in (?P<name>[\w<>.]+)'
)
_C_FRAME: Final = re.compile(r'\s*Binary file "(?P<path>[^"]*)", at (?P<place>[\w+.]*)')
#: Lines of tracebacks that are the same everywhere.
_FIXED: Final = re.compile(
    r"Fatal Python error: [\w ':-]+|Windows fatal exception: [\w ]+"
    r"|(Current thread|Thread) 0x[0-9a-f]+[\w \[\]-]*\(most recent call first\):"
    r"|Traceback \(most recent call last\):|\s*<no Python frame>|\s*\.\.\."
    r"|Current thread's C stack trace \(most recent call first\):"
    r"|During handling of the above exception, another exception occurred:"
    r"|The above exception was the direct cause of the following exception:"
)
_EXCEPTION: Final = re.compile(
    r"((?:\w+\.)*\w*(?:Error|Exception|Warning|Interrupt|Exit|Timeout|Expired|Iteration|Fault))"
    r"(?::|$)"
)
_TRACEBACK: Final = "Traceback (most recent call last):"
#: Quoted texts, whatever holds a separator of paths, and names with a suffix.
_NAMES: Final = re.compile(
    r'"[^"]*"|(?<!\w)\'[^\']*\'(?!\w)|\S*[/\\]\S*|\b[\w-]+\.[A-Za-z]\w{0,8}\b(?!\.?\w*\()'
)


def words(text: str) -> str:
    """A text without quoted names, file names, and the names of user and machine."""
    for name in _names():
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", LEFT_OUT, text, flags=re.IGNORECASE)
    return _NAMES.sub(LEFT_OUT, text)


def frames(text: str) -> str:
    """The lines of a traceback, Python's or faulthandler's, that hold nothing personal: what kind
    of error it was, and in which function of which module."""
    kept = []
    for line in text.splitlines():
        if frame := _FRAME.match(line):
            path = module_path(frame["path"])
            kept.append(f'  File "{path}", line {frame["line"]}, in {frame["name"]}')
        elif frame := _C_FRAME.match(line):
            kept.append(f'  Binary file "{Path(frame["path"]).name}", at {frame["place"]}')
        elif _FIXED.fullmatch(line):
            kept.append(line)
        elif error := _EXCEPTION.match(line):
            kept.append(error[1])
    return "\n".join(kept)


def module_path(path: str) -> str:
    """A module's path from its package on; where it is not known, nothing of it."""
    path = path.replace("\\", "/")
    if path.startswith("<") and path.endswith(">"):  # <string>, <frozen …>
        return path
    for known in (_INSTALLED, _LIBRARY):
        if found := known.fullmatch(path):
            return found[1]
    if path.startswith(_PACKAGE + "lenetpad/"):
        return path.removeprefix(_PACKAGE)
    if path.startswith("lenetpad/"):  # as in the bundle
        return path
    return LEFT_OUT


class AnonymousFormatter(logging.Formatter):
    """A log record as its time, its level, and what the code says; of the arguments only numbers
    and tracebacks, and of these what ``frames`` lets through."""

    def format(self, record: logging.LogRecord) -> str:
        lines = [f"{self.formatTime(record)} {record.levelname} {record.name}: {_said(record)}"]
        if record.exc_info and record.exc_info[1] is not None:
            lines.append(frames("".join(traceback.format_exception(record.exc_info[1]))))
        return "\n".join(lines)


def _said(record: logging.LogRecord) -> str:
    template = words(str(record.msg))
    arguments = record.args if isinstance(record.args, tuple) else ()
    if not arguments:
        return template
    try:
        return template % tuple(_argument(argument) for argument in arguments)
    except (TypeError, ValueError):
        return template


def _argument(argument: object) -> object:
    if isinstance(argument, (int, float)):
        return argument
    text = str(argument)
    return frames(text) if _TRACEBACK in text else LEFT_OUT


@cache
def _names() -> tuple[str, ...]:
    """Home, user and host, the longest first; very short ones are no names that tell anything."""
    home = Path.home()
    host = platform.node()
    found = {str(home), home.name, host, host.partition(".")[0]}
    with contextlib.suppress(OSError, KeyError, ImportError):  # a user the system does not know
        found.add(getpass.getuser())
    return tuple(sorted((name for name in found if len(name) > 2), key=len, reverse=True))
