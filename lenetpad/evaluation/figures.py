"""The figures of a weights file: what it scores on each set, computed one way everywhere.

Training writes them into the metadata, and `lenetpad report` computes them again. torch is
imported for the evaluation alone: files are read, and refused, without it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lenetpad.data import labelled as data
from lenetpad.data.array_files import bitmaps
from lenetpad.data.cancellation import IDLE, Watch
from lenetpad.data.labelled import Labelled
from lenetpad.data.mixture import SEEDS, noise, scribbles, split
from lenetpad.storage.decoding import one_line
from lenetpad.values.evaluation import Evaluation

if TYPE_CHECKING:
    from lenetpad.evaluation.inference import Network

SCRIBBLES: Final = 3000
NOISE: Final = 1000
MNIST_TEST: Final = "MNIST test"
ALL_INK: Final = "all ink"
#: How far a figure in per cent may be off: float32 adds up differently on another machine.
TOLERANCE: Final = 0.05

Figures = dict[str, dict[str, float]]


def evaluation_sets(
    ink: Sequence[Path] = (), images: Sequence[Path] = (), watch: Watch = IDLE
) -> dict[str, Labelled]:
    """What weights are evaluated on: MNIST's test set, scribbles, noise, and the given files.

    Of the ink only the writers count who are held out where the same files are trained on; a file
    without them is left out. All their digits together are a set too: some files have too few for
    a calibration error. ``watch`` hears what was left out, and of numbers that are
    cut into digits.
    """
    files = {path.name: data.ink_drawings([path], watch) for path in ink}
    given = {path.name: bitmaps(path, watch) for path in images}
    sets = {
        MNIST_TEST: data.mnist()[1],
        "scribbles": scribbles(SCRIBBLES, SEEDS["test"]),
        "noise": noise(NOISE, SEEDS["test"]),
    }
    held_out = {id(drawing) for drawing in split(chain.from_iterable(files.values())).test}
    digits = []
    for name, drawings in files.items():
        if counted := [drawing for drawing in drawings if id(drawing) in held_out]:
            sets[name] = data.drawn(counted)
            digits.append(sets[name].digits())
    if any(len(some) for some in digits):
        sets[ALL_INK] = digits[0].joined(*digits[1:])
    return sets | given


def evaluated(
    network: Network, sets: Mapping[str, Labelled], device: str = "cpu"
) -> dict[str, Evaluation]:
    """The network's evaluation on each set."""
    from lenetpad.evaluation.evaluate import evaluate

    return {name: evaluate(network, labelled, device) for name, labelled in sets.items()}


def figures(evaluations: Mapping[str, Evaluation]) -> Figures:
    """error, macro_accuracy, refused and ece on each set in per cent, and n.

    Where no image shows a digit there is only refused and n.
    """
    found: Figures = {}
    for name, result in evaluations.items():
        shares = {
            "error": result.error,
            "macro_accuracy": result.macro_accuracy,
            "refused": float(result.refused.mean()),
            "ece": result.calibration_error,
        }
        found[name] = {"n": result.n}
        for key, share in shares.items():
            if math.isfinite(share):
                found[name][key] = round(100 * share, 3)
    return found


def broken(claimed: Mapping[str, Mapping[str, float]], found: Figures) -> list[str]:
    """A sentence for each claim about one of the sets that does not hold."""
    faults = []
    for name in claimed.keys() & found.keys():
        figures = found[name]
        for key, claim in claimed[name].items():
            again = figures.get(key)
            # One image more or less is no fault.
            slack = max(TOLERANCE, 100.1 / figures["n"])
            if again is None or abs(again - claim) > slack:
                computed = "not computed" if again is None else f"{again:.2f}"
                faults.append(
                    f"{name}: {one_line(key)} is said to be {claim:.2f} and is {computed}"
                )
    return sorted(faults)
