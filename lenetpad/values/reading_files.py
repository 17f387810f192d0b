"""A reading as files for other programs: its activations as arrays, its answer as JSON."""

from __future__ import annotations

import io
import json
from typing import Any, Final

import numpy as np

from lenetpad.values.models import ModelReady, name_for_a_report
from lenetpad.values.reading import Reading
from lenetpad.values.segmentation import Candidate, Kind

#: What the JSON file says that it is. A change of what its keys mean is another version.
FORMAT: Final = "lenetpad reading"
VERSION: Final = 1
BLANK: Final = "blank"
KINDS: Final = {Kind.DIGIT: "digit", Kind.NUMBER: "number", Kind.NO_NUMBER: "not a number"}
DECIMALS: Final = 6


def activations_npz(reading: Reading) -> bytes:
    """The taps of a reading as an .npz file: each tap's name with its array, in float32.

    For LeNet-5 these are input (1, 32, 32), C1 (6, 28, 28), S2 (6, 14, 14), C3 (16, 10, 10),
    S4 (16, 5, 5), C5 (120,), F6 (84,) and output (10,), and weighted sums as "C1.a".
    """
    content = io.BytesIO()
    arrays: dict[str, Any] = dict(reading.taps)
    np.savez_compressed(content, **arrays)
    return content.getvalue()


def reading_json(reading: Reading, model: ModelReady, program: str) -> bytes:
    """What was read and how probable it is, by which network of which ``program`` version. Weights
    of the user's own are called nothing but that: a file's name may tell more than is meant."""
    found = reading.segmentation
    kind = BLANK if reading.digit is None else KINDS[found.kind if found else Kind.DIGIT]
    said: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "program": program,
        "network": {
            "name": name_for_a_report(model.choice.model),
            "preset": model.preset,
            "device": model.device,
            "test_error_percent": model.test_error,
            "step": model.step,
            "held_units": len(reading.holds),
        },
        "kind": kind,
        "shown": _answer(reading) if reading.digit is not None else None,
        "number": None,
        "digits": [],
    }
    if found is not None and kind != BLANK:
        said["number"] = found.text if found.kind is Kind.NUMBER else None
        said["digits"] = [_digit(one) for one in found.digits]
    return f"{json.dumps(said, indent=2)}\n".encode()


def _answer(reading: Reading) -> dict[str, Any]:
    """What the network makes of the image that the layers show."""
    far = reading.distances
    return {
        "digit": reading.digit,
        "rejected": reading.refused,
        "probability": round(reading.probability, DECIMALS),
        "probabilities": [round(float(p), DECIMALS) for p in reading.probabilities],
        "no_digit": None if reading.no_digit is None else round(reading.no_digit, DECIMALS),
        "distances": None if far is None else [round(float(d), DECIMALS) for d in far],
    }


def _digit(one: Candidate) -> dict[str, Any]:
    """A digit of a number, with its box: left, top, right and bottom in units of the ink, or in
    pixels of the picture."""
    return {
        "digit": one.digit,
        "probability": round(one.probability, DECIMALS),
        "probabilities": [round(float(p), DECIMALS) for p in one.probabilities],
        "no_digit": None if one.no_digit is None else round(one.no_digit, DECIMALS),
        "box": [round(float(side), 3) for side in one.box],
    }
