"""How many pictures of digits are read rightly, scene by scene: `make bench-pictures`."""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from lenetpad.ink.files import read_ink
from lenetpad.ink.pictures import Counted, counted
from lenetpad.ink.strokes import Ink, InkError, Sheet
from lenetpad.lenet.number_reader import NumberReader, reader_of
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.storage import resources
from lenetpad.tools.bench.scenes import Grey, Scene, make_pictures
from lenetpad.training.opening import open_recognizer
from lenetpad.values.models import MODEL_NAMES, Choice
from lenetpad.values.segmentation import Kind

RIGHT: Final = "right"
UNREAD: Final = "unread"
WRONG: Final = "another digit"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was made of one picture, and in how many seconds."""

    scene: Scene
    label: int
    read: str
    seconds: float


def sample_digits() -> list[tuple[int, Ink]]:
    """The sample ink that is labelled with a digit."""
    drawings = read_ink(resources.path("ink/samples.jsonl"))
    return [(d.label, d.ink) for d in drawings if isinstance(d.label, int)]


def outcomes(
    made: Iterable[tuple[Scene, int, Grey]], recognizer: Recognizer | None = None
) -> list[Outcome]:
    """What the network that ships, or another, makes of pictures."""
    recognizer = recognizer or open_recognizer(Choice(0, MODEL_NAMES[0]))
    weights = recognizer.weights
    reader = reader_of(weights.config, weights.parameters)
    return [_outcome(recognizer, reader, *picture) for picture in made]


def _outcome(
    recognizer: Recognizer, reader: NumberReader, scene: Scene, label: int, grey: Grey
) -> Outcome:
    started = time.perf_counter()
    try:
        text = _read(counted(grey), recognizer, reader)
    except InkError:
        text = ""
    read = UNREAD if not text else RIGHT if text == str(label) else WRONG
    return Outcome(scene, label, read, time.perf_counter() - started)


def _read(found: Counted, recognizer: Recognizer, reader: NumberReader) -> str:
    """What is read in a picture, or in the first of its lines; "" where that is refused."""
    if found.lines:
        number = reader.read(Sheet(picture=found.lines[0].ink))
        if number is not None and number.kind is not Kind.DIGIT:
            return number.text if number.kind is Kind.NUMBER else ""
    reading = recognizer.read(found.image)
    return "" if reading.digit is None or reading.refused else str(reading.digit)


def figures(results: Sequence[Outcome]) -> dict[str, float]:
    """Shares in per cent of what must be read and of all, and the median of the time in ms."""
    counts = Counter(result.read for result in results if not result.scene.crowded)
    wrong = sum(result.read == WRONG for result in results)
    return {
        "pictures": len(results),
        "right_percent": 100 * counts[RIGHT] / max(counts.total(), 1),
        "another_digit_percent": 100 * wrong / max(len(results), 1),
        "median_ms": 1000 * float(np.median([result.seconds for result in results])),
    }


def main() -> None:
    """Read every picture; print a line for each scene that is not read, and the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures alone, as JSON")
    arguments = parser.parse_args()
    results = outcomes(make_pictures(sample_digits()))
    if not arguments.json:
        for name in dict.fromkeys(result.scene.name for result in results):
            counts = Counter(result.read for result in results if result.scene.name == name)
            if counts[RIGHT] < counts.total():
                print(f"{name}: " + ", ".join(f"{n} {what}" for what, n in counts.items()))
    print(json.dumps({key: round(value, 2) for key, value in figures(results).items()}))


if __name__ == "__main__":
    main()
