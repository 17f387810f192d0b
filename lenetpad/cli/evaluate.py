"""`lenetpad evaluate`: error, accuracy and confusion of a network on a data set, ink or images.

By writer it is NumPy on the CPU that reads. Else torch is imported when weights and images have
been read: what is refused is refused at once.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lenetpad.cli import output
from lenetpad.cli.arguments import DATA, DEVICE, JSON, Command, argument, ink_files
from lenetpad.cli.model_options import CONVENTIONS_OPTIONS, MODEL, load_weights
from lenetpad.cli.writers import evaluate_by_writer
from lenetpad.values.catalogue import FOLDER, MNIST

if TYPE_CHECKING:
    from lenetpad.data.labelled import Labelled
    from lenetpad.ink.files import Drawing
    from lenetpad.ink.statistics import ImageStatistics
    from lenetpad.lenet.weights import Weights
    from lenetpad.values.evaluation import Evaluation
    from lenetpad.values.number_evaluation import NumberEvaluation


def evaluate(arguments: argparse.Namespace) -> int:
    """Evaluate a network on ink, on images, or on a data set's test images."""
    _check(arguments)
    weights = load_weights(arguments)
    drawings = _drawings(arguments) if arguments.ink else []
    if arguments.by_writer:
        return evaluate_by_writer(arguments, weights, drawings)
    labelled = _labelled(arguments, drawings)
    result = _evaluated(weights, labelled, arguments.device)
    compared = _compared_with_mnist(labelled) if arguments.ink else None
    numbers = _numbers(weights, drawings)
    if arguments.json:
        print(json.dumps(_as_json(result, compared, numbers)))
        return 0
    if numbers:
        print(_numbers_line(numbers))
    print(_as_line(result))
    if result.digits:
        print(f"\n{_confusion_text(result)}")
    if compared:
        print(_statistics_text(*compared))
    return 0


def _check(arguments: argparse.Namespace) -> None:
    """ValueError for options that exclude each other."""
    if arguments.ink and arguments.images:
        raise ValueError("choose --ink or --images, not both")
    if arguments.data != MNIST and (arguments.ink or arguments.images):
        raise ValueError("choose --data, --ink or --images, not several")
    if arguments.folder and arguments.data != FOLDER:
        raise ValueError("--folder needs --data folder")
    if arguments.held_out and not arguments.ink:
        raise ValueError("--held-out needs --ink: only ink has writers to hold out")
    if arguments.by_writer and not arguments.ink:
        raise ValueError("--by-writer needs --ink: only ink says who wrote it")
    if arguments.compare and not arguments.by_writer:
        raise ValueError("--compare needs --by-writer")


def _labelled(arguments: argparse.Namespace, drawings: Sequence[Drawing]) -> Labelled:
    """The images that were asked for, with their labels; of numbers those of their digits."""
    from lenetpad.cli.progress import ProgressReporter
    from lenetpad.data import datasets, labelled
    from lenetpad.data.array_files import bitmaps
    from lenetpad.data.cancellation import Watch
    from lenetpad.data.numbers import with_numbers_cut

    if arguments.ink:
        watch = Watch(ProgressReporter(), noted=output.say)
        return labelled.drawn(with_numbers_cut(drawings, watch))
    if arguments.images:
        return bitmaps(arguments.images, Watch(noted=output.say))
    folder = Path(arguments.folder) if arguments.folder else None
    reporter = ProgressReporter()
    return datasets.load(arguments.data, datasets.cache(), folder, reporter, noted=output.say)[1]


def _drawings(arguments: argparse.Namespace) -> Sequence[Drawing]:
    """The drawings of the ink files, of held-out writers only where that is asked for."""
    from lenetpad.data.cancellation import Watch
    from lenetpad.data.labelled import to_evaluate
    from lenetpad.data.mixture import split
    from lenetpad.data.writers import read_all

    # Where nobody is known, nobody is held out: a file's name is no writer there.
    attributed = arguments.by_writer and not arguments.held_out
    everything = read_all(arguments.ink, Watch(noted=output.say), attributed=attributed)
    drawings: Sequence[Drawing]
    drawings, without_label = to_evaluate(everything)
    if without_label:
        output.say(without_label)
    if arguments.held_out:
        drawings = split(drawings).test
        if not drawings:
            raise ValueError(
                "none of the ink is by a writer who was held out; name all of the files that "
                "were trained on, for the only writer of all is never held out"
            )
    return drawings


def _evaluated(weights: Weights, labelled: Labelled, device: str) -> Evaluation:
    from lenetpad.evaluation.evaluate import evaluate as evaluate_network
    from lenetpad.training.devices import usable_device
    from lenetpad.training.network import network_of

    device = usable_device(device)
    return evaluate_network(network_of(weights).to(device), labelled, device)


def _numbers(weights: Weights, drawings: Sequence[Drawing]) -> NumberEvaluation | None:
    """How the numbers of several digits among the drawings are read; None without any."""
    from lenetpad.evaluation.numbers import evaluate_numbers, numbers_among

    numbers = numbers_among(drawings)
    return evaluate_numbers(weights, numbers) if numbers else None


def _compared_with_mnist(drawn: Labelled) -> tuple[ImageStatistics, ImageStatistics]:
    """Statistics of the drawn images and of MNIST's test images."""
    from lenetpad.data import labelled
    from lenetpad.ink.statistics import statistics

    images = (drawn.images, labelled.mnist()[1].images)
    ours, mnist = (statistics(part / 255) for part in images)
    return ours, mnist


def _as_json(
    result: Evaluation,
    compared: tuple[ImageStatistics, ImageStatistics] | None,
    numbers: NumberEvaluation | None,
) -> dict[str, Any]:
    from lenetpad.values.evaluation import evaluation_json
    from lenetpad.values.number_evaluation import numbers_json

    found = evaluation_json(result)
    if numbers:
        found |= numbers_json(numbers)
    if compared:
        found["ink_statistics"], found["mnist_statistics"] = map(asdict, compared)
    return found


def _numbers_line(numbers: NumberEvaluation) -> str:
    count = "1 number" if numbers.n == 1 else f"{numbers.n:,} numbers"
    return (
        f"{count}, right {100 * numbers.accuracy:.2f} %, length right "
        f"{100 * numbers.length_accuracy:.2f} %, digit error {100 * numbers.digit_error:.2f} %, "
        f"rejected {100 * sum(numbers.refused) / numbers.n:.2f} %"
    )


def _as_line(result: Evaluation) -> str:
    rejected = f"rejected {100 * result.refused.mean():.2f} %"
    images = "1 image" if result.n == 1 else f"{result.n:,} images"
    if result.digits == 0:
        return f"{images}, none labelled as a digit, {rejected}"
    return (
        f"{images}, error {100 * result.error:.2f} %, macro accuracy "
        f"{100 * result.macro_accuracy:.2f} %, {rejected}, calibration error "
        f"{100 * result.calibration_error:.2f} %"
    )


def _confusion_text(result: Evaluation) -> str:
    lines = ["truth \\ answer " + "".join(f"{answer:>6}" for answer in range(10)) + "  accuracy"]
    for digit, (row, accuracy) in enumerate(zip(result.confusion, result.per_class, strict=True)):
        share = "       —" if math.isnan(accuracy) else f"{100 * accuracy:7.2f} %"
        lines.append(f"{digit:>14} " + "".join(f"{count:>6}" for count in row) + f" {share}")
    return "\n".join(lines)


def _statistics_text(drawn: ImageStatistics, mnist: ImageStatistics) -> str:
    rows = [f"\n{'':26}{'this ink':>10}{'MNIST':>10}{'ratio':>8}"]
    for title, name in (
        ("ink mass, pixels", "ink_mass"),
        ("stroke width, pixels", "stroke_width"),
        ("centroid spread, pixels", "centroid_spread"),
    ):
        ours, theirs = getattr(drawn, name), getattr(mnist, name)
        rows.append(f"{title:26}{ours:10.3f}{theirs:10.3f}{ours / theirs:8.2f}")
    return "\n".join(rows)


COMMANDS: Final = (
    Command(
        "evaluate",
        "measure error, accuracy and confusion on a data set, ink or images",
        (
            MODEL,
            *CONVENTIONS_OPTIONS,
            ink_files(
                "ink files (.jsonl, .jsonl.gz) with labels, or folders of them, in place of a "
                "data set (default: none)"
            ),
            argument(
                "--by-writer",
                action="store_true",
                help="with --ink: how each writer's drawings are read, those who are misread most "
                "first",
            ),
            argument(
                "--compare",
                default="",
                metavar="MODEL",
                help="with --by-writer: other weights that read the same drawings (default: none)",
            ),
            argument(
                "--held-out",
                action="store_true",
                help="with --ink: only the writers that the shipped weights were not trained on",
            ),
            argument(
                "--images",
                type=Path,
                metavar="FILE",
                help='.npz or .mat file with arrays such as "images" and "labels", or .csv with '
                "label and pixels in a row, in place of a data set (default: none)",
            ),
            *DATA,
            DEVICE,
            JSON,
        ),
        evaluate,
        (
            "lenetpad evaluate --model mine.safetensors",
            "lenetpad evaluate --ink my-digits.jsonl --json",
            "lenetpad evaluate --ink class/ --by-writer",
            "lenetpad evaluate --ink class/ --by-writer --compare class.safetensors",
        ),
        "Without --ink and --images, the test images of the data set are used. Drawings that are "
        'labelled with several digits, such as "147", are read as numbers (in --json: strings, '
        "string_accuracy, length_accuracy, digit_error, strings_refused and texts); their digits, "
        "cut to fit the label, are evaluated as images. A writer is who the ink file names, or "
        "else the file's name: a folder with a file of each pupil is a class.",
    ),
)
