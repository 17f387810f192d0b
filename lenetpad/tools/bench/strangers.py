"""How many digits of strangers a network misreads, half by half: `make bench-strangers`.

Nothing is trained on the files that this is for. Forms in `ink/styles.py` were drawn after a look
at what the even writers wrote; the odd ones were never looked at.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from lenetpad.data import labelled as data
from lenetpad.data.labelled import Labelled
from lenetpad.data.mixture import is_odd
from lenetpad.evaluation.figures import Figures, evaluated, figures
from lenetpad.lenet.weights import load
from lenetpad.training.network import network_of
from lenetpad.values.models import MODEL_NAMES, PAPER

HALVES: Final = {"even writers": False, "odd writers": True}


def halves_of(paths: Iterable[Path]) -> dict[str, Labelled]:
    """All digits of the even and of the odd writers in ink files, without a half that is empty.

    Raises InkError and DataError as ``ink_drawings`` does.
    """
    drawings = data.ink_drawings(paths)
    halves = {
        name: [one for one in drawings if is_odd(one.writer) == odd]
        for name, odd in HALVES.items()
    }
    return {name: data.drawn(some) for name, some in halves.items() if some}


def main() -> None:
    """Read every digit with every network; print a line for each half, or all as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ink", type=Path, nargs="+", required=True, help="ink files")
    parser.add_argument(
        "--models",
        nargs="+",
        default=[name for name in MODEL_NAMES if not name.endswith(PAPER)],
        help="names or weights files",
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    arguments = parser.parse_args()
    halves = halves_of(arguments.ink)
    found: dict[str, Figures] = {}
    for model in arguments.models:
        found[model] = figures(evaluated(network_of(load(model)), halves))
        if not arguments.json:
            for name, figure in found[model].items():
                print(
                    f"{model}, {name} ({figure['n']:,}): error {figure['error']:.2f} %, "
                    f"rejected {figure['refused']:.2f} %",
                    flush=True,
                )
    if arguments.json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
