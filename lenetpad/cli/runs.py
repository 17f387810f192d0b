"""`lenetpad runs`: the trainings that were kept, listed or changed."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from lenetpad.storage.runs import Run

from lenetpad.cli import output
from lenetpad.cli.arguments import JSON, RUNS, Command, argument
from lenetpad.storage.decoding import escaped


def list_or_change(arguments: argparse.Namespace) -> int:
    """List the runs, or change one of them."""
    from lenetpad.storage import run_bin, runs

    root = arguments.runs or runs.home()
    if arguments.rename:
        runs.rename(runs.find(root, arguments.rename[0]), arguments.rename[1])
    elif arguments.note:
        runs.annotate(runs.find(root, arguments.note[0]), arguments.note[1])
    elif arguments.delete:
        place = run_bin.delete(runs.find(root, arguments.delete))
        print(f"now in {escaped(str(place))}")
    else:
        _print_runs(root, as_json=arguments.json)
    return 0


def _print_runs(root: Path, *, as_json: bool) -> None:
    from lenetpad.storage import runs

    found, faults = runs.listed(root)
    for fault in faults:
        output.say(fault)
    if as_json:
        print(json.dumps([_as_json(run) for run in found]))
        return
    if not found:
        print(f"no runs in {escaped(str(root))}")
    for run in found:
        best = "" if run.best_error is None else f", validation error {100 * run.best_error:.2f} %"
        test = "" if run.test_error is None else f", test error {100 * run.test_error:.2f} %"
        print(
            f"{run.name}: {run.state}, epoch {run.epoch}/{run.epochs}{best}{test}, "
            f"{run.seconds:,.0f} s{f' ({escaped(run.note)})' if run.note else ''}"
        )


def _as_json(run: Run) -> dict[str, Any]:
    """A run as the command prints it; what it was asked for is called as in its file."""
    entry = asdict(run)
    asked = entry.pop("config")
    return {**entry, "folder": str(run.folder), "asked": asked}


COMMANDS: Final = (
    Command(
        "runs",
        "list the trainings that were kept, or change one of them",
        (
            argument("--rename", nargs=2, metavar=("RUN", "NAME"), help="give a run another name"),
            argument("--note", nargs=2, metavar=("RUN", "TEXT"), help="attach a note to a run"),
            argument(
                "--delete", metavar="RUN", help="move a run to the folder .bin beside the runs"
            ),
            RUNS,
            JSON,
        ),
        list_or_change,
        (
            "lenetpad runs",
            'lenetpad runs --rename "2026-11-24" "with my ink"',
            'lenetpad runs --delete "with my ink"',
        ),
        "RUN is a run's name or the beginning of it.",
    ),
)
