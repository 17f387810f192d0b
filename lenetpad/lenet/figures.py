"""The figures of a weights file: what it scores on each set, computed one way everywhere.

Training writes them into the metadata, and `lenetpad report` computes them again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from lenetpad.lenet import data
from lenetpad.lenet.data import Labelled
from lenetpad.lenet.evaluation import evaluate
from lenetpad.lenet.mixture import SEEDS, noise, scribbles, split
from lenetpad.lenet.network import LeNet5
from lenetpad.messages import Evaluation

SCRIBBLES: Final = 3000
NOISE: Final = 1000
MNIST_TEST: Final = "MNIST test"
ALL_INK: Final = "all ink"
#: How far a figure in per cent may be off: float32 adds up differently on another machine.
TOLERANCE: Final = 0.05

Figures = dict[str, dict[str, float]]


def judged_sets(ink: Sequence[Path] = (), images: Sequence[Path] = ()) -> dict[str, Labelled]:
    """What weights are judged by: MNIST's test set, scribbles, noise, and the given files.

    Of an ink file only the writers count who are held out; a file without them is left out. All
    their digits together are a set too: some files have too few for a calibration error.
    """
    sets = {
        MNIST_TEST: data.mnist()[1],
        "scribbles": scribbles(SCRIBBLES, SEEDS["test"]),
        "noise": noise(NOISE, SEEDS["test"]),
    }
    digits = []
    for path in ink:
        if held_out := split(data.ink_drawings([path])).test:
            sets[path.name] = data.drawn(held_out)
            digits.append(sets[path.name].digits())
    if any(len(some) for some in digits):
        sets[ALL_INK] = digits[0].joined(*digits[1:])
    return sets | {path.name: data.bitmaps(path) for path in images}


def judged(
    network: LeNet5, sets: Mapping[str, Labelled], device: str = "cpu"
) -> dict[str, Evaluation]:
    """The network's evaluation on each set."""
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


def broken(claimed: Mapping[str, Any], found: Figures) -> list[str]:
    """A sentence for each claimed figure that was computed again and does not hold."""
    faults = []
    for name, claims in claimed.items():
        for key, claim in claims.items():
            again = found.get(name, {}).get(key)
            # One image more or less is no fault.
            if again is not None and abs(again - claim) > max(TOLERANCE, 100.1 / found[name]["n"]):
                faults.append(f"{name}: {key} is said to be {claim:.2f} and is {again:.2f}")
    return faults
