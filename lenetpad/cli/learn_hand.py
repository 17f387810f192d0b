"""`lenetpad learn-hand`: the hands of several writers, learnt together and compared by writer."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lenetpad.cli import output
from lenetpad.cli.arguments import JSON, Command, argument, at_least_1
from lenetpad.cli.model_options import CONVENTIONS_OPTIONS, MODEL, load_weights
from lenetpad.cli.train import check_writable
from lenetpad.storage.decoding import escaped, one_line

if TYPE_CHECKING:
    from lenetpad.ink.files import Drawing
    from lenetpad.lenet.weights import Weights
    from lenetpad.values.class_hands import ClassHand

#: Letters of a name that the table has room for.
NAME: Final = 28
ENDING: Final = ".safetensors"
COLUMNS: Final = ("before", "after", "control")


def learn_hand(arguments: argparse.Namespace) -> int:
    """Learn ink of one or several writers, print what that is worth, and write the weights."""
    from lenetpad.storage import atomic

    check_writable(arguments.out, (ENDING,))
    weights = load_weights(arguments)
    found = _learnt(weights, _drawings(arguments.ink), arguments)
    with output.telling_new_folder(arguments.out.parent):
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        atomic.replace(arguments.out, found.content)
    if found.notice:
        output.say(found.notice)
    if arguments.json:
        from lenetpad.values.class_hands import class_hand_json

        print(json.dumps({"out": str(arguments.out), **class_hand_json(found)}))
        return 0
    print(report(found))
    print(f"\n{escaped(str(arguments.out))}: {one_line(weights.name)}, {_learnt_words(found)}")
    return 0


def _drawings(paths: Sequence[Path]) -> list[Drawing]:
    """The labelled drawings in files and folders, numbers cut into their digits."""
    from lenetpad.cli.progress import ProgressReporter
    from lenetpad.data.cancellation import Watch
    from lenetpad.data.writers import labelled_of_writers

    return labelled_of_writers(paths, Watch(ProgressReporter(), noted=output.say))


def _learnt(
    weights: Weights, drawings: Sequence[Drawing], arguments: argparse.Namespace
) -> ClassHand:
    from lenetpad.cli.progress import ProgressReporter
    from lenetpad.evaluation.class_hands import class_hand
    from lenetpad.values.class_hands import ClassHand

    reporter = ProgressReporter()
    steps = class_hand(weights, drawings, arguments.first, control=not arguments.no_control)
    for step in steps:
        if isinstance(step, ClassHand):
            reporter("learning", 100, 100)
            return step
        reporter("learning", int(100 * step), 100)
    raise AssertionError("learning ends with what was learnt")


def report(found: ClassHand) -> str:
    """A row for each writer: errors before and after learning, and of the control."""
    evaluations = [found.before, found.after, *([found.control] if found.control else [])]
    names = COLUMNS[: len(evaluations)]
    titles = "".join(f"{name:>10}" for name in names)
    rows = [
        f"{'':{NAME}}{'drawings':>10}{'errors':>{10 * len(names)}}{'rejected':>{10 * len(names)}}",
        f"{'writer':{NAME}}{'tested':>10}{titles}{titles}",
    ]
    named = [evaluation.by_name for evaluation in evaluations]
    for one in found.before.writers:
        theirs = [each[one.writer] for each in named]
        errors = "".join(f"{each.errors:10,}" for each in theirs)
        rejected = "".join(f"{each.rejected:10,}" for each in theirs)
        rows.append(f"{one_line(one.writer, NAME - 1):{NAME}}{one.drawings:10,}{errors}{rejected}")
    errors = "".join(f"{each.errors:10,}" for each in evaluations)
    rejected = "".join(f"{each.rejected:10,}" for each in evaluations)
    rows.append(f"{'all':{NAME}}{found.tested:10,}{errors}{rejected}")
    rows.append("\n" + _compared_words(found))
    return "\n".join(rows)


def _compared_words(found: ClassHand) -> str:
    """What stands in the columns, in whole sentences."""
    words = (
        f"Compared on {found.tested:,} drawings that were not learnt: before, and after learning "
        f"{found.compared:,} others of the same writers. {_fewer(found)}"
    )
    if found.control is None:
        return words
    return f"{words} The control learnt from other writers only."


def _fewer(found: ClassHand) -> str:
    """How many writers are misread less often, and how many more often."""
    better, worse = found.before.compared(found.after)
    return f"Writers with fewer errors: {better:,}, with more: {worse:,}."


def _learnt_words(found: ClassHand) -> str:
    learnt = found.learnt
    return (
        f"learnt {'1 drawing' if found.kept == 1 else f'all {found.kept:,} drawings'}; MNIST "
        f"{learnt.test_error_before:.2f} → {learnt.test_error:.2f} % errors "
        f"({learnt.test_images:,} images)"
    )


COMMANDS: Final = (
    Command(
        "learn-hand",
        "learn the digits of one or several people, such as a class, and compare by writer",
        (
            argument(
                "ink",
                type=Path,
                nargs="+",
                metavar="FILE",
                help="ink files (.jsonl, .jsonl.gz) with labels, or folders of them: a writer is "
                "who the file names, or else the file's name",
            ),
            argument(
                "--out",
                type=Path,
                required=True,
                metavar="FILE",
                help=f"weights file to write ({ENDING})",
            ),
            MODEL,
            *CONVENTIONS_OPTIONS,
            argument(
                "--first",
                type=at_least_1,
                default=10,
                metavar="N",
                help="for the comparison, how many drawings of each writer are learnt, at most "
                "half of theirs; the others are read before and after (default: %(default)s)",
            ),
            argument(
                "--no-control",
                action="store_true",
                help="without the control, which has learnt from other writers only",
            ),
            JSON,
        ),
        learn_hand,
        (
            "lenetpad learn-hand my-digits.jsonl --out my-hand.safetensors",
            "lenetpad learn-hand class/ --model lenet5-modern --out class.safetensors",
        ),
        "Only the layers C5 and F6, and a linear output, are learnt, on the CPU, without torch. "
        "What is written has learnt all drawings; the comparison is made by networks that have "
        "not learnt what they are tested with.",
    ),
)
