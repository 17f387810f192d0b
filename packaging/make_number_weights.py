"""Learn the weights of segmentation graphs anew: resources/weights/numbers.json.

Digits of writers who are not for testing are composed to numbers; with single digits, letters,
words and scribbles they are read by the three shipped networks, with and without "no digit": what
is learnt from all of them is for any network, what is learnt from one for its preset.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import msgspec

from lenetpad.data.composed_numbers import by_writer
from lenetpad.data.mixture import part_of
from lenetpad.data.sources import described
from lenetpad.ink.files import Drawing, read_ink
from lenetpad.lenet.number_reader import Posteriors, posteriors_of
from lenetpad.lenet.number_weights import NumberWeightsFile, entry_of
from lenetpad.lenet.weights import load
from lenetpad.storage import atomic
from lenetpad.training.number_weights import (
    Lesson,
    Read,
    learnt_weights,
    lessons,
    read,
    without_no_digit,
)
from lenetpad.values.models import MODEL_NAMES, PAPER

#: Lessons that a process reads at once.
CHUNK: Final = 200


def main() -> int:
    """Learn and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ink", type=Path, nargs="+", required=True, help="digits and letters")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="the JSON file to write")
    arguments = parser.parse_args()
    drawings = [one for path in arguments.ink for one in read_ink(path) if learnt_from(one)]
    material = list(
        lessons(by_writer(drawings), by_writer(drawings, digits=False), arguments.seed)
    )
    names = [name for name in MODEL_NAMES if not name.endswith(PAPER)]
    made = {
        "data": [described(path) for path in arguments.ink],
        "networks": names,
        "seed": arguments.seed,
        "lessons": len(material),
        "command": 'make number-weights INK="…"',
    }
    seen = read_by(names, material)
    with_no_digit = entry_of(learnt_weights(seen))
    without = entry_of(learnt_weights([without_no_digit(one) for one in seen]))
    of_presets = {
        name: entry_of(learnt_weights(seen[place :: len(names)]))
        for place, name in enumerate(names)
    }
    file = NumberWeightsFile(with_no_digit, without, of_presets, made)
    atomic.replace(arguments.out, msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n")
    return 0


def read_by(names: list[str], material: Sequence[Lesson]) -> list[Read]:
    """All lessons as these networks read them, in their order, on all cores."""
    chunks = [material[start : start + CHUNK] for start in range(0, len(material), CHUNK)]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        return [one for found in pool.map(partial(read_chunk, names), chunks) for one in found]


def read_chunk(names: list[str], lessons: Sequence[Lesson]) -> list[Read]:
    """Some lessons as these networks read them."""
    return list(read(lessons, [network(name) for name in names]))


def learnt_from(drawing: Drawing) -> bool:
    """Whether a drawing is by somebody whose ink is not for testing."""
    return drawing.writer is not None and part_of(drawing.writer) != "test"


@cache
def network(name: str) -> Posteriors:
    """What a shipped network makes of images."""
    weights = load(name)
    return posteriors_of(weights.config, weights.parameters)


if __name__ == "__main__":
    sys.exit(main())
