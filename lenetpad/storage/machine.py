"""What a bug report needs to know of this machine and this program, and nothing personal.

No path, no user's name and no host's name is in it: a weights file of the user's is not named.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from typing import Final

from lenetpad import __version__
from lenetpad.storage.resources import frozen

GIBIBYTE: Final = 2**30

Facts = Mapping[str, str]


def of_the_machine() -> dict[str, str]:
    """Versions, system, processors and memory, each under its title."""
    facts = {
        "Program": f"lenetpad {__version__}, {'a bundle' if frozen() else 'a Python package'}",
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "System": _system(),
        "Processors": _processors(),
    }
    memory = _memory()
    if memory:
        facts["Memory"] = memory
    return facts | {
        "PySide6": version_of("PySide6_Essentials"),
        "torch": version_of("torch"),
        "numpy": version_of("numpy"),
    }


def text(facts: Facts) -> str:
    """The facts as lines, to paste into a report."""
    return "".join(f"{title}: {fact}\n" for title, fact in facts.items())


def version_of(package: str) -> str:
    """The version of what is installed, found without importing it."""
    from importlib.metadata import PackageNotFoundError, version  # a window starts without it

    try:
        return version(package)
    except PackageNotFoundError:
        return "not found"


def _system() -> str:
    system = platform.platform()
    try:
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {system}"
    except (OSError, KeyError):  # no Linux, or one that does not say
        return system


def _processors() -> str:
    there = os.cpu_count() or 0
    if sys.platform != "linux":
        return str(there)
    usable = len(os.sched_getaffinity(0))
    return str(there) if usable == there else f"{there}, {usable} of them for this process"


def _memory() -> str:
    """ "15.6 GiB"; "" where the system does not say."""
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return ""
    return f"{size / GIBIBYTE:.1f} GiB"
