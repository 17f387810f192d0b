"""`lenetpad predict`: the digits and numbers in ink files and pictures.

A fresh process reads one drawing within a fraction of a second: only what reading takes is
imported, and no sooner than the command runs.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from lenetpad.values.segmentation import Box

if TYPE_CHECKING:
    from lenetpad.ink.lines import Line
    from lenetpad.ink.raster import Image
    from lenetpad.ink.strokes import Sheet
    from lenetpad.lenet.number_reader import NumberReader
    from lenetpad.lenet.recognizer import Recognizer
    from lenetpad.values.reading import Reading
    from lenetpad.values.segmentation import Candidate, Segmentation

#: What a drawing, or a line of a picture, was taken for.
KINDS: Final = {"DIGIT": "digit", "NUMBER": "number", "NO_NUMBER": "not a number"}
BLANK: Final = "blank"


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    """What is to be read: a drawing or a line of a picture, by its number in the file; ``image``
    is what a network sees of it where it is one digit."""

    number: int
    sheet: Sheet
    image: Image
    line: Line | None = None
    digits_in_picture: int | None = None


def predict(arguments: argparse.Namespace) -> int:
    """Read each drawing of each file; a file that cannot be read is named, the others go on."""
    from lenetpad.lenet.number_reader import reader_of
    from lenetpad.training.opening import open_recognizer

    choice = Choice(0, arguments.model, arguments.device, chosen_conventions(arguments))
    recognizer = open_recognizer(choice)
    report_conventions(recognizer.weights, arguments)
    if recognizer.notice:
        output.say(recognizer.notice)
    weights = recognizer.weights
    reader = reader_of(weights.config, weights.parameters)
    results, failed = [], 0
    for path in arguments.files:
        try:
            wanted = _wanted(path)
        except (OSError, ValueError) as error:
            output.say(first_line(error))
            failed += 1
            continue
        for one in wanted:
            result = _read(one, recognizer, reader)
            results.append({"file": str(path), **result})
            if not arguments.json:
                print(_as_line(path, len(wanted), result))
    if arguments.json:
        print(json.dumps(results))
    return 1 if failed else 0


def _wanted(path: Path) -> list[_Wanted]:
    """An ink file's drawings, or a picture's lines; or all of a picture of one digit."""
    from lenetpad.ink.files import is_ink, read_counted, read_ink
    from lenetpad.ink.normalising import draw_sheet
    from lenetpad.ink.raster import draw
    from lenetpad.ink.strokes import Sheet

    if is_ink(path):
        return [
            _Wanted(number, Sheet(drawing.ink), draw(drawing.ink))
            for number, drawing in enumerate(read_ink(path), start=1)
        ]
    image, digits, lines = read_counted(path)
    if not lines:
        return [_Wanted(1, Sheet(picture=image), image, None, digits)]
    sheets = [Sheet(picture=line.ink) for line in lines]
    return [
        _Wanted(number, sheet, image if len(lines) == 1 else draw_sheet(sheet), line, digits)
        for number, (sheet, line) in enumerate(zip(sheets, lines, strict=True), start=1)
    ]


def _read(wanted: _Wanted, recognizer: Recognizer, reader: NumberReader) -> dict[str, Any]:
    """What is read, as ``--json`` prints it, but for the file."""
    found = reader.read(wanted.sheet)
    kind = BLANK if found is None else KINDS[found.kind.name]
    if found is None or kind == "digit":
        said = _of_digit(recognizer.read(wanted.image), found, wanted)
    else:
        said = _of_number(found, wanted)
    return {
        "drawing": wanted.number,
        "digits_in_picture": wanted.digits_in_picture,  # none for ink
        "kind": kind,
        **said,
    }


def _of_digit(reading: Reading, found: Segmentation | None, wanted: _Wanted) -> dict[str, Any]:
    read = {
        "digit": reading.digit,
        "probability": round(reading.probability, 6),
        "no_digit": None if reading.no_digit is None else round(reading.no_digit, 6),
        "probabilities": [round(float(p), 6) for p in reading.probabilities],
    }
    box = None if found is None else _box(_around(found.digits), wanted)
    return {
        "number": None if reading.digit is None else str(reading.digit),
        **read,
        "digits": [] if reading.digit is None else [{**read, "box": box}],
    }


def _of_number(found: Segmentation, wanted: _Wanted) -> dict[str, Any]:
    """A number, whose probability is that of all of its digits together."""
    digits = found.digits
    return {
        "number": found.text,
        "digit": None,
        "probability": round(math.prod(one.probability for one in digits), 6),
        "no_digit": None,
        "probabilities": None,
        "digits": [
            {
                "digit": one.digit,
                "probability": round(one.probability, 6),
                "no_digit": None if one.no_digit is None else round(one.no_digit, 6),
                "probabilities": [round(float(p), 6) for p in one.probabilities],
                "box": _box(one.box, wanted),
            }
            for one in digits
        ],
    }


def _around(digits: Sequence[Candidate]) -> Box:
    lefts, tops, rights, bottoms = zip(*(one.box for one in digits), strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _box(box: Box, wanted: _Wanted) -> list[float] | None:
    """Left, top, right and bottom, in the units of the ink or the pixels of the picture; none of
    a picture that shows one digit."""
    line = wanted.line
    if line is not None:
        offsets = (line.left, line.top) * 2
        return [round(at + line.scale * x, 1) for at, x in zip(offsets, box, strict=True)]
    return None if wanted.digits_in_picture is not None else [round(x, 3) for x in box]


def _as_line(path: Path, count: int, read: Mapping[str, Any]) -> str:
    name = escaped(str(path))
    where = name if count == 1 else f"{name}:{read['drawing']}"
    if read["kind"] == "not a number":
        return f"{where}: not a number  ({read['number']}?)"
    if read["kind"] == "number":
        parts = [f"{one['digit']} {100 * one['probability']:.1f} %" for one in read["digits"]]
        each = ", ".join(parts)
        return f"{where}: {read['number']}  {100 * read['probability']:.1f} %  ({each})"
    digit = read["number"] or BLANK
    doubt = "" if read["no_digit"] is None else f"  not a digit {100 * read['no_digit']:.1f} %"
    return f"{where}: {digit}  {100 * read['probability']:.1f} %{doubt}"


COMMANDS: Final = (
    Command(
        "predict",
        "read the digits and numbers in ink files or pictures",
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
