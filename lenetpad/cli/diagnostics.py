"""`lenetpad diagnostics`: the facts for a bug report, also where torch or Qt cannot be loaded."""

from __future__ import annotations

import argparse
import json
from typing import Final

from lenetpad.cli.arguments import JSON, Command
from lenetpad.values.devices import AUTO


def diagnostics(arguments: argparse.Namespace) -> int:
    """Print the facts, as lines or as one JSON object."""
    from lenetpad.storage import machine

    facts = machine.of_the_machine() | {"Qt": _qt(), "Devices": _devices()}
    if arguments.json:
        print(json.dumps(facts))
    else:
        print(machine.text(facts), end="")
    return 0


def _qt() -> str:
    try:
        from PySide6.QtCore import qVersion
    except Exception as error:  # that is what a report is about
        return _unusable(error)
    return qVersion()


def _devices() -> str:
    """The devices that a network can run on."""
    try:
        from lenetpad.training.devices import devices

        found = devices()
    except Exception as error:  # that is what a report is about
        return _unusable(error)
    return ", ".join(label for name, label in found if name != AUTO)


def _unusable(error: Exception) -> str:
    """What failed: the error's kind and a module's name, for its message may hold a path."""
    module = getattr(error, "name", None)
    kind = type(error).__name__
    return f"cannot be loaded ({kind}: {module})" if module else f"cannot be loaded ({kind})"


COMMANDS: Final = (
    Command(
        "diagnostics",
        "print versions, system and devices for a bug report; nothing personal is in it",
        (JSON,),
        diagnostics,
        ("lenetpad diagnostics",),
    ),
)
