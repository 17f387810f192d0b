"""`lenetpad bench-hand`: what networks gain by learning ten drawings of a writer."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lenetpad.cli.arguments import JSON, Command, argument, at_least_1, ink_files
from lenetpad.cli.model_options import MODELS
from lenetpad.values.models import PRESET_NAMES

if TYPE_CHECKING:
    from lenetpad.evaluation.hand_trials import HandFigures, HandTrial
    from lenetpad.ink.files import Drawing

#: The rows of the table: what is printed of the figures.
ROWS: Final = (
    ("writers, drawings tested", "{writers}, {tested:,}"),
    ("wrong digits", "{wrong_before} → {wrong} ({fewer})"),
    ("  with another writer's drawings", "{wrong_before} → {wrong_control}"),
    ('wrong digits and "not a digit"', "{misread_before} → {misread}"),
    ("writers better, worse", "{better}, {worse}"),
    ("letters refused, %", "{letters}"),
    (
        "MNIST test error, %",
        "{test_error_before:.2f} → {test_error:.2f} (≤ {largest_test_error:.2f})",
    ),
    ("seconds of one core, median, most", "{seconds:.2f}, {most_seconds:.2f}"),
)


def bench_hand(arguments: argparse.Namespace) -> int:
    """Try every writer with every network, and print the figures."""
    from lenetpad.cli.progress import ProgressReporter
    from lenetpad.data.hands import HAND_RECIPE
    from lenetpad.data.replay import Replay, ReplayImages, compute_replay, draw_replay
    from lenetpad.evaluation.hand_trials import SEED, hand_trials
    from lenetpad.lenet.weights import load

    networks = {model: load(model) for model in arguments.model}
    writers, others = _material(arguments)
    progress = ProgressReporter()
    *_, images = draw_replay()
    assert isinstance(images, ReplayImages)
    found = {}
    for model, weights in networks.items():
        *_, replay = compute_replay(weights, images)
        assert isinstance(replay, Replay)
        trials = []
        for seed in range(SEED, SEED + arguments.choices):
            for trial in hand_trials(
                weights, writers, others, replay, HAND_RECIPE, arguments.drawings, seed
            ):
                trials.append(trial)
                progress(Path(model).name, len(trials), len(writers) * arguments.choices)
        found[Path(model).name] = trials
    print(_as_json(found) if arguments.json else "\n\n".join(_tables(found, arguments)))
    return 0


def _material(
    arguments: argparse.Namespace,
) -> tuple[Mapping[str, Sequence[Drawing]], Sequence[Drawing]]:
    """The writers, and what is no digit. DataError where there are fewer than two writers."""
    from lenetpad.data.composed_numbers import by_writer
    from lenetpad.data.labelled import ink_drawings
    from lenetpad.evaluation.hand_trials import LEAST_DRAWINGS, unseen
    from lenetpad.storage.mnist import DataError

    drawings = unseen(ink_drawings(arguments.ink)) if arguments.ink else []
    if arguments.unseen:
        drawings += ink_drawings(arguments.unseen)
    others = [one for one in drawings if not isinstance(one.label, int)]
    writers = by_writer(drawings, least=max(LEAST_DRAWINGS, 2 * arguments.drawings))
    if len(writers) < 2:
        raise DataError(
            f"there are not two writers of {max(LEAST_DRAWINGS, 2 * arguments.drawings)} digits "
            "that no weights were trained on; add ink files, or name files that nothing was "
            "trained on with --unseen"
        )
    return writers, others


def _groups(trials: Sequence[HandTrial]) -> dict[str, HandFigures]:
    """The figures of all writers, of the half that the recipe was chosen on, and of the others."""
    from lenetpad.evaluation.hand_trials import HandFigures

    halves = {
        "all": list(trials),
        "chosen on": [one for one in trials if one.chosen_on],
        "others": [one for one in trials if not one.chosen_on],
    }
    return {name: HandFigures.of(half) for name, half in halves.items() if half}


def _as_json(found: Mapping[str, Sequence[HandTrial]]) -> str:
    from dataclasses import asdict

    return json.dumps(
        {
            model: {
                "figures": {name: some.as_json for name, some in _groups(trials).items()},
                "writers": [asdict(one) for one in trials],
            }
            for model, trials in found.items()
        }
    )


def _tables(found: Mapping[str, Sequence[HandTrial]], arguments: argparse.Namespace) -> list[str]:
    files = ", ".join(path.name for path in (*arguments.ink, *arguments.unseen))
    tables = [
        f"Writers of {files} that no shipped weights were trained on (of files given with --ink, "
        "those for choices and for tests):\n"
        f"{arguments.drawings} drawings learnt, the others tested{_again(arguments.choices)}. "
        "The recipe was chosen on the "
        'writers in the column "chosen on".'
    ]
    for model, trials in found.items():
        groups = _groups(trials)
        cells = [["", *groups]]
        for title, text in ROWS:
            cells.append([title, *(text.format(**_texts(some)) for some in groups.values())])
        tables.append(f"{model}\n{_aligned(cells)}")
    return tables


def _again(choices: int) -> str:
    """How often each writer is tried, where it is more than once."""
    if choices == 1:
        return ""
    return f"; {choices} times each, with other drawings learnt, and a writer counts as often"


def _texts(some: HandFigures) -> dict[str, object]:
    from dataclasses import asdict

    fewer = 100 * (some.wrong / some.wrong_before - 1) if some.wrong_before else 0.0
    letters = "none given"
    if some.refused_before is not None:
        letters = f"{some.refused_before:.2f} → {some.refused:.2f}"
    return {**asdict(some), "fewer": f"{fewer:+.0f} %", "letters": letters}


def _aligned(cells: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    return "\n".join(lines)


COMMANDS: Final = (
    Command(
        "bench-hand",
        "measure what networks gain by learning ten drawings of a writer",
        (
            ink_files(
                "ink files with labels; of them, the writers that no shipped weights were trained "
                "on, and their letters (default: none)"
            ),
            argument(
                "--unseen",
                type=Path,
                nargs="+",
                default=[],
                metavar="FILE",
                help="ink files that nothing was trained on: all of their writers (default: none)",
            ),
            argument(
                "--model",
                nargs="+",
                default=list(PRESET_NAMES),
                metavar="MODEL",
                help=f"shipped weights ({MODELS}) or weights files (default: "
                f"{', '.join(PRESET_NAMES)})",
            ),
            argument(
                "--drawings",
                type=at_least_1,
                default=10,
                metavar="N",
                help="so many are learnt of each writer (default: %(default)s)",
            ),
            argument(
                "--choices",
                type=at_least_1,
                default=1,
                metavar="N",
                help="try each writer so many times, each time with other drawings learnt "
                "(default: %(default)s)",
            ),
            JSON,
        ),
        bench_hand,
        (
            "lenetpad bench-hand --ink digits.jsonl.gz letters.jsonl.gz",
            "lenetpad bench-hand --unseen class.jsonl --model lenet5-1998 --drawings 3",
        ),
        "Drawings that are learnt are not tested on. Another writer's drawings, learnt instead, "
        "are the control.",
    ),
)
