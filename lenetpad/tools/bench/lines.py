"""How many numbers a network reads that slides over them, at each stride: `make bench-lines`.

Numbers are composed of the digits of writers that nothing is trained on, with clear gaps, and
those with labels of several digits in the ink files are read as they are.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from lenetpad.data.composed_numbers import CLEAR, by_writer, composed
from lenetpad.data.mixture import split
from lenetpad.ink.files import Drawing, read_ink
from lenetpad.ink.line import draw_line
from lenetpad.ink.strokes import Ink
from lenetpad.lenet.space_displacement import slide
from lenetpad.lenet.weights import Weights, load
from lenetpad.values.models import DEFAULT_MODEL, LINE_MODEL
from lenetpad.values.space_displacement import STRIDES

#: Composed numbers, and the seed by which they are.
COUNT: Final = 1000
SEED: Final = 20
COMPOSED: Final = "composed, clear gaps"

Line = tuple[Ink, str]


def composed_lines(drawings: Iterable[Drawing], count: int = COUNT) -> list[Line]:
    """Numbers of two to six digits of one writer each, of the writers that are held out."""
    writers = by_writer(split(drawings).test)
    if not writers:
        return []
    return [(one.ink, one.label) for one in composed(writers, count, CLEAR, SEED)]


def written_lines(drawings: Iterable[Drawing]) -> list[Line]:
    """The drawings that are labelled with several digits."""
    labels = ((drawing.ink, str(drawing.label)) for drawing in drawings)
    return [(ink, label) for ink, label in labels if len(label) > 1 and label.isdecimal()]


def accuracies(weights: Weights, lines: Sequence[Line]) -> dict[int, float]:
    """The share of the lines that are read without a fault at each stride, in per cent."""
    images = [(draw_line(ink), label) for ink, label in lines]
    return {
        stride: 100
        * sum(
            slide(weights.config, weights.parameters, image, stride).answer == label
            for image, label in images
        )
        / len(images)
        for stride in STRIDES
    }


def sets_of(paths: Iterable[Path], count: int = COUNT) -> dict[str, list[Line]]:
    """What ink files give to read, by the name of the set, without what is empty."""
    files = {path.name: read_ink(path) for path in paths}
    sets = {COMPOSED: composed_lines([one for file in files.values() for one in file], count)}
    sets |= {name: written_lines(drawings) for name, drawings in files.items()}
    return {name: lines for name, lines in sets.items() if lines}


def main() -> None:
    """Read every line with every network; print a line for each, or all as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ink", type=Path, nargs="+", required=True, help="ink files")
    parser.add_argument(
        "--models", nargs="+", default=[DEFAULT_MODEL, LINE_MODEL], help="names or weights files"
    )
    parser.add_argument("--count", type=int, default=COUNT, help="numbers that are composed")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    arguments = parser.parse_args()
    sets = sets_of(arguments.ink, arguments.count)
    found: dict[str, dict[str, Mapping[int, float]]] = {}
    for model in arguments.models:
        weights = load(model)
        found[model] = {name: accuracies(weights, lines) for name, lines in sets.items()}
        if not arguments.json:
            for name, shares in found[model].items():
                text = ", ".join(f"stride {stride}: {shares[stride]:.1f} %" for stride in STRIDES)
                print(f"{model}, {name} ({len(sets[name]):,}): {text}", flush=True)
    if arguments.json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
