"""`lenetpad predict`: the digit in ink files and pictures.

A fresh process reads one drawing within a fraction of a second: only what reading takes is
imported, and no sooner than the command runs.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lenetpad.cli import output
from lenetpad.cli.arguments import DEVICE, JSON, Command, argument
from lenetpad.cli.model_options import (
    CONVENTIONS_OPTIONS,
    MODEL,
    chosen_conventions,
    report_conventions,
)
from lenetpad.storage.decoding import escaped
from lenetpad.values.failures import first_line
from lenetpad.values.models import Choice

if TYPE_CHECKING:
    from lenetpad.ink.raster import Image
    from lenetpad.values.reading import Reading


def predict(arguments: argparse.Namespace) -> int:
    """Read each drawing of each file; a file that cannot be read is named, the others go on."""
    from lenetpad.ink.pictures import several_words
    from lenetpad.training.opening import open_recognizer

    choice = Choice(0, arguments.model, arguments.device, chosen_conventions(arguments))
    recognizer = open_recognizer(choice)
    report_conventions(recognizer.weights, arguments)
    if recognizer.notice:
        output.say(recognizer.notice)
    results, failed = [], 0
    for path in arguments.files:
        try:
            images, digits = _images(path)
        except (OSError, ValueError) as error:
            output.say(first_line(error))
            failed += 1
            continue
        if digits is not None and digits > 1:
            output.say(f"{path}: {several_words(digits)}")
        for number, image in enumerate(images, start=1):
            reading = recognizer.read(image)
            results.append(_as_json(path, number, digits, reading))
            if not arguments.json:
                print(_as_line(path, number, len(images), reading))
    if arguments.json:
        print(json.dumps(results))
    return 1 if failed else 0


def _images(path: Path) -> tuple[Sequence[Image], int | None]:
    """The normalised images (28, 28) of an ink file's drawings or of one picture; and how many
    digits the picture seems to show."""
    from lenetpad.ink.files import is_ink, read_counted, read_ink
    from lenetpad.ink.raster import draw

    if is_ink(path):
        return [draw(drawing.ink) for drawing in read_ink(path)], None
    image, digits = read_counted(path)
    return [image], digits


def _as_json(path: Path, number: int, digits: int | None, reading: Reading) -> dict[str, Any]:
    return {
        "file": str(path),
        "drawing": number,
        "digits_in_picture": digits,  # none for ink
        "digit": reading.digit,
        "probability": round(reading.probability, 6),
        "no_digit": None if reading.no_digit is None else round(reading.no_digit, 6),
        "probabilities": [round(float(p), 6) for p in reading.probabilities],
    }


def _as_line(path: Path, number: int, count: int, reading: Reading) -> str:
    name = escaped(str(path))
    where = name if count == 1 else f"{name}:{number}"
    digit = "blank" if reading.digit is None else str(reading.digit)
    doubt = "" if reading.no_digit is None else f"  not a digit {100 * reading.no_digit:.1f} %"
    return f"{where}: {digit}  {100 * reading.probability:.1f} %{doubt}"


COMMANDS: Final = (
    Command(
        "predict",
        "read the digit in ink files or pictures",
        (
            argument("files", type=Path, nargs="+", metavar="FILE", help="ink file or picture"),
            MODEL,
            *CONVENTIONS_OPTIONS,
            DEVICE,
            JSON,
        ),
        predict,
        (
            "lenetpad predict digit.png my-digits.jsonl",
            "lenetpad predict photo.jpg --model lenet5-modern --json",
        ),
    ),
)
