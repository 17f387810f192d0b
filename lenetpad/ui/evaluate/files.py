"""Evaluation results as files, written in the background: patterns, confusion and numbers.

They may be given away: they hold the names of files, but of no folder, and no path. ``names`` are
those of the networks.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from lenetpad.ui.widgets.chart import LETTERS
from lenetpad.values import number_evaluation
from lenetpad.values.catalogue import FOLDER
from lenetpad.values.evaluation import NO_DIGIT, EvaluationResults, evaluation_json
from lenetpad.values.writers import writers_json

PATTERN_COLUMNS: Final = ("answer", "probability", "refused")
COUNTS: Final = ("drawings", "digits", "errors", "refused", "accepted")
WRITER_COLUMNS: Final = ("writer", *COUNTS, "accuracy", "misread")


def patterns_csv(results: EvaluationResults, _: Sequence[str]) -> bytes:
    """A row for each pattern: its index, its truth, and what each network made of it."""
    names = [
        f"{column}_{LETTERS[which].lower()}" if results.compares else column
        for which in range(len(results.found))
        for column in PATTERN_COLUMNS
    ]
    truths = ["" if label == NO_DIGIT else label for label in results.labels.tolist()]
    columns: list[Iterable[Any]] = [range(len(truths)), truths]
    for predictions in results.found:
        columns.append(predictions.evaluation.answers.tolist())
        columns.append(f"{confidence:.6f}" for confidence in predictions.confidences.tolist())
        columns.append(predictions.evaluation.refused.astype(int).tolist())
    return _csv([("index", "truth", *names), *zip(*columns, strict=True)])


def confusion_csv(results: EvaluationResults, names: Sequence[str]) -> bytes:
    """A row for each network and true digit: how often each digit was answered."""
    rows: list[Iterable[Any]] = [("weights", "truth", *range(10))]
    for name, predictions in zip(names, results.found, strict=True):
        for truth, counts in enumerate(predictions.evaluation.confusion.tolist()):
            rows.append((name, truth, *counts))
    return _csv(rows)


def writers_csv(results: EvaluationResults, names: Sequence[str]) -> bytes:
    """A row for each network and writer: how their drawings are read, and what is misread as
    what, such as "2 as 1" with how often."""
    rows: list[Iterable[Any]] = [("weights", *WRITER_COLUMNS)]
    for name, found in zip(names, results.by_writer, strict=True):
        for one in found.writers:
            misread = "; ".join(f"{c.truth} as {c.answer}: {c.count}" for c in one.confusions)
            counts = one.drawings, one.digits, one.errors, one.rejected, one.accepted
            accuracy = f"{one.accuracy:.6f}" if one.digits else ""
            rows.append((name, one.writer, *counts, accuracy, misread))
    return _csv(rows)


def numbers_json(results: EvaluationResults, names: Sequence[str]) -> bytes:
    """What ``lenetpad evaluate --json`` prints, with the names of data and weights; a second
    network's under "compared", and where the two differ."""
    data = results.request.data
    found = [
        {"model": name, **evaluation_json(predictions.evaluation)}
        for name, predictions in zip(names, results.found, strict=True)
    ]
    if results.numbers is not None:
        for one, numbers in zip(found, results.numbers.found, strict=True):
            one |= number_evaluation.numbers_json(numbers)
    for one, by_writer in zip(found, results.by_writer, strict=False):
        one |= writers_json(by_writer)
    named = data.key if data.key == FOLDER else Path(data.path).name or data.key
    content: dict[str, Any] = {"data": named, **found[0]}
    if results.compares:
        content |= {"compared": found[1], "differing": results.differing().tolist()}
    return (json.dumps(content, indent=1) + "\n").encode()


def _csv(rows: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
