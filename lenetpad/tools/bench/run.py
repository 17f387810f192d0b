"""`lenetpad bench`: measures the parts that are asked for, and prints their figures."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lenetpad.ink.files import read_ink
from lenetpad.ink.strokes import Ink
from lenetpad.storage import resources
from lenetpad.tools.bench.parts import PARTS, STARTUP
from lenetpad.tools.bench.processes import call_in_process
from lenetpad.tools.bench.table import table


def run(arguments: argparse.Namespace) -> int:
    """Measure and print, as a table or as JSON."""
    if arguments.started is not None:  # one of the processes whose start is measured
        from lenetpad.tools.bench.startup import child

        child(arguments.started)
        return 0
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    path = arguments.ink or resources.path("ink/samples.jsonl")
    parts = measurements([drawing.ink for drawing in read_ink(path)], arguments.events)
    figures: dict[str, Any] = {}
    for part in chosen(arguments):
        figures |= parts[part]()
        print(f"measured {', '.join(figures)}", file=sys.stderr)
    if arguments.json:
        print(json.dumps(figures))
    else:
        print(table(figures))
    return 0


def chosen(arguments: argparse.Namespace) -> tuple[str, ...]:
    """The parts that the options ask for, in the order in which they are measured."""
    asked = {*arguments.only, *([STARTUP] if arguments.startup else [])}
    return tuple(part for part in PARTS if part in asked) if asked else PARTS


def measurements(
    drawings: Sequence[Ink], events: int
) -> dict[str, Callable[[], Mapping[str, Any]]]:
    """What measures each part."""
    return {
        "raster": lambda: _raster(drawings),
        "predict": lambda: _predict(drawings[0]),
        STARTUP: _startup,
        "pen": lambda: _pen(drawings, events),
        "network": lambda: _network(drawings),
        "numbers": lambda: _numbers(drawings),
        "standstill": _standstills,
        "training": _training,
    }


def _raster(drawings: Sequence[Ink]) -> Mapping[str, Any]:
    from lenetpad.tools.bench.raster import raster

    return raster(drawings)


def _predict(ink: Ink) -> Mapping[str, Any]:
    from lenetpad.tools.bench.predict import predict

    return predict(ink)


def _startup() -> Mapping[str, Any]:
    from lenetpad.tools.bench.startup import startup

    return startup()


def _pen(drawings: Sequence[Ink], events: int) -> Mapping[str, Any]:
    from lenetpad.tools.bench.window import window

    return window(drawings, events)


def _network(drawings: Sequence[Ink]) -> Mapping[str, Any]:
    from lenetpad.app import prepare_process

    prepare_process()  # before torch is loaded, as in every process with a window
    from lenetpad.tools.bench.network import network

    return network(drawings)


def _numbers(drawings: Sequence[Ink]) -> Mapping[str, Any]:
    from lenetpad.tools.bench.numbers_timing import number_times

    return number_times(drawings)


def _standstills() -> Mapping[str, Any]:
    if resources.frozen():
        return {}  # a bundle starts no Python of its own, and the window is the same
    from lenetpad.tools.bench.standstill import standstills

    return standstills()


def _training() -> Mapping[str, Any]:
    """In a process of its own: the window's has set torch up for single images."""
    if resources.frozen():
        return {}  # the plain loop needs torchvision, which a bundle has not
    return call_in_process("lenetpad.tools.bench.training", "training")
