"""How the drawings of each writer are read, as the commands print it."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from lenetpad.cli import output
from lenetpad.cli.model_options import load_weights
from lenetpad.storage.decoding import one_line
from lenetpad.values.devices import AUTO, CPU

if TYPE_CHECKING:
    from lenetpad.data.labelled import Labelled
    from lenetpad.ink.files import Drawing
    from lenetpad.lenet.weights import Weights
    from lenetpad.values.evaluation import Evaluation
    from lenetpad.values.writers import Confusion, WriterFigures, WritersEvaluation

#: Letters of a name that a table has room for.
NAME: Final = 28
#: What is misread most, so many of it.
MOST: Final = 5
LETTERS: Final = "AB"


def evaluate_by_writer(
    arguments: argparse.Namespace, weights: Weights, drawings: Sequence[Drawing]
) -> int:
    """Print how one or two networks read each writer's drawings."""
    from lenetpad.cli.progress import ProgressReporter
    from lenetpad.data import labelled
    from lenetpad.data.cancellation import Watch
    from lenetpad.data.numbers import with_numbers_cut
    from lenetpad.data.writers import writers_of
    from lenetpad.values.writers import evaluation_by_writer

    networks = [weights, _compared(arguments)] if arguments.compare else [weights]
    cut = with_numbers_cut(drawings, Watch(ProgressReporter(), noted=output.say))
    images, writers = labelled.drawn(cut), writers_of(cut)
    read = [_read(network, images, arguments.device) for network in networks]
    found = [
        evaluation_by_writer(writers, images.labels, one.answers, one.refused) for one in read
    ]
    if arguments.json:
        print(json.dumps(_as_json(networks, read, found)))
        return 0
    names = [one_line(network.name) for network in networks]
    for letter, name, one in zip(LETTERS, names, found, strict=False):
        print(f"{f'{letter}: ' if arguments.compare else ''}{name}: {totals(one)}")
    print(f"\n{table(found)}")
    for letter, one in zip(LETTERS, found, strict=False):
        if often := most_misread(one):
            print(f"\nmisread{f' by {letter}' if arguments.compare else ''}: {often}")
    return 0


def _compared(arguments: argparse.Namespace) -> Weights:
    """The other weights: what the options say of how the first ones read is not for them."""
    from lenetpad.values.conventions import CONVENTIONS

    changes = {"model": arguments.compare, **dict.fromkeys(CONVENTIONS, "")}
    return load_weights(argparse.Namespace(**(vars(arguments) | changes)))


def _read(weights: Weights, images: Labelled, device: str) -> Evaluation:
    """In NumPy on the CPU; torch is for its own devices."""
    if device in (AUTO, CPU):
        from lenetpad.evaluation.predictions import evaluated

        return evaluated(weights, images)
    from lenetpad.evaluation.evaluate import evaluate
    from lenetpad.training.devices import usable_device
    from lenetpad.training.network import network_of

    device = usable_device(device)
    return evaluate(network_of(weights).to(device), images, device)


def _as_json(
    networks: Sequence[Weights], read: Sequence[Evaluation], found: Sequence[WritersEvaluation]
) -> dict[str, Any]:
    from lenetpad.values.evaluation import evaluation_json
    from lenetpad.values.writers import writers_json

    ours, *others = (
        {"model": weights.name, **evaluation_json(evaluation), **writers_json(by_writer)}
        for weights, evaluation, by_writer in zip(networks, read, found, strict=True)
    )
    return {**ours, "compared": others[0]} if others else ours


def totals(found: WritersEvaluation) -> str:
    """All writers together, in a line."""
    count, n = len(found.writers), found.drawings
    who = "1 writer" if count == 1 else f"{count:,} writers"
    what = "1 drawing" if n == 1 else f"{n:,} drawings"
    if not found.digits:
        return f"{who}, {what}, none labelled as a digit"
    return (
        f"{who}, {what}, error {100 * found.error:.2f} % ({found.errors:,} of {found.digits:,} "
        f"digits), mean accuracy of writers {100 * found.macro_accuracy:.2f} %, rejected "
        f"{100 * found.rejected / found.digits:.2f} %"
    )


def table(found: Sequence[WritersEvaluation]) -> str:
    """A row for each writer, in the order of the first network's evaluation; of two networks both
    have columns, A and B."""
    named = [one.by_name for one in found]
    rows = [_row([each[first.writer] for each in named]) for first in found[0].writers]
    return "\n".join([_heading(len(found)), *rows])


def _heading(networks: int) -> str:
    titles = ("errors", "rejected", "accuracy")
    letters = [""] if networks == 1 else [f" {letter}" for letter in LETTERS]
    columns = "".join(f"{title + letter:>12}" for title in titles for letter in letters)
    return f"{'writer':{NAME}}{'drawings':>10}{columns}  misread"


def _row(figures: Sequence[WriterFigures]) -> str:
    columns = [f"{one.errors:12,}" for one in figures]
    columns += [f"{one.rejected:12,}" for one in figures]
    columns += [_share(one.accuracy) for one in figures]
    misread = " | ".join(", ".join(map(_confusion, one.confusions)) or "-" for one in figures)
    name = one_line(figures[0].writer, NAME - 1)
    return f"{name:{NAME}}{figures[0].drawings:10,}{''.join(columns)}  {misread}"


def _share(value: float) -> str:
    return f"{'-':>12}" if math.isnan(value) else f"{100 * value:10.2f} %"


def _confusion(found: Confusion) -> str:
    times = f" ×{found.count:,}" if found.count > 1 else ""
    return f"{found.truth} as {found.answer}{times}"


def most_misread(found: WritersEvaluation) -> str:
    """The digits that most writers write so that they are misread; "" without any."""
    parts = []
    for one in found.confusions[:MOST]:
        who = "1 writer" if one.writers == 1 else f"{one.writers:,} writers"
        parts.append(f"{_confusion(one)} by {who}")
    return "; ".join(parts)
