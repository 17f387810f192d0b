"""`lenetpad train`: a training from its options to a run and its weights."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lenetpad.cli import output
from lenetpad.cli.arguments import (
    DATA,
    DEVICE,
    IMAGES,
    JSON,
    RUNS,
    Command,
    above_0,
    argument,
    at_least_1,
    ink_files,
    listed,
    number,
    whole_number,
)
from lenetpad.cli.model_options import MODELS
from lenetpad.storage.decoding import escaped, named, one_line
from lenetpad.storage.suggestions import did_you_mean
from lenetpad.values.catalogue import FOLDER
from lenetpad.values.devices import CPU, TORCH_CPU
from lenetpad.values.models import DEFAULT_MODEL, SHIPPED_NAMES
from lenetpad.values.recipes import (
    DISTILLATION_WEIGHT,
    LINES,
    OPTIMISERS,
    RECIPES,
    SCHEDULES,
    STRANGERS,
    TRAINING_PRESETS_BY_NAME,
    Plan,
    Recipe,
    plan_of,
    usual_recipe,
)

if TYPE_CHECKING:
    from lenetpad.storage import runs
    from lenetpad.training.job import TrainingJob

#: Where an option's default is not the same in every recipe.
THE_RECIPES: Final = "default: the recipe's"
SCHEDULE_MEANINGS: Final = dict(
    zip(
        SCHEDULES,
        (
            "rises to its highest, then falls to 0",
            "falls from its highest to 0",
            "is divided by 10 every 3 epochs",
            "stays as it is",
            "falls as in the paper",
        ),
        strict=True,
    )
)
#: Options that are fields of a recipe.
RECIPE_OPTIONS: Final = (
    argument(
        "--epochs",
        type=at_least_1,
        metavar="N",
        help=f"passes over all training images ({THE_RECIPES})",
    ),
    argument(
        "--batch-size",
        type=at_least_1,
        metavar="N",
        help=f"images per step ({THE_RECIPES})",
    ),
    argument(
        "--lr",
        "--learning-rate",
        type=above_0,
        metavar="X",
        help=f"the highest learning rate ({THE_RECIPES})",
    ),
    argument(
        "--optimiser",
        choices=OPTIMISERS,
        metavar="NAME",
        help=f"{', '.join(OPTIMISERS)} ({THE_RECIPES})",
    ),
    argument("--momentum", type=number, metavar="X", help="momentum of sgd (default: 0.9)"),
    argument(
        "--schedule",
        choices=tuple(SCHEDULE_MEANINGS),
        metavar="NAME",
        help=f"how the learning rate changes ({THE_RECIPES}):" + listed(SCHEDULE_MEANINGS),
    ),
    argument(
        "--weight-decay",
        type=number,
        metavar="X",
        help=f"how strongly weights are pulled towards 0 ({THE_RECIPES})",
    ),
    argument(
        "--fraction",
        type=number,
        metavar="X",
        help="fraction of the training images to use, up to 1 (default: 1)",
    ),
    argument(
        "--label-noise",
        type=number,
        metavar="X",
        help="fraction of the labels to replace by wrong ones, 0 to 1 (default: 0)",
    ),
    argument(
        "--distillation-weight",
        "--taught",
        type=number,
        metavar="X",
        help="with --teachers: their part of the loss, up to 1 "
        f"(default: {DISTILLATION_WEIGHT:g})",
    ),
    argument(
        "--averaged",
        type=number,
        metavar="X",
        help=f"last fraction of the steps whose weights are averaged, 0 to 1 ({THE_RECIPES})",
    ),
    argument(
        "--start-share",
        type=number,
        metavar="X",
        help="with --start: how much of those weights is averaged in at the end, less than 1 "
        f"({THE_RECIPES})",
    ),
    argument(
        "--seed",
        type=whole_number,
        metavar="N",
        help="seed of initial weights, order and distortions (default: 1)",
    ),
)
RECIPE_FIELDS: Final = (
    *("epochs", "batch_size", "optimiser", "momentum", "lr", "schedule", "weight_decay"),
    *("fraction", "label_noise", "distillation_weight", "averaged", "start_share", "seed"),
)


def train(arguments: argparse.Namespace) -> int:
    """Train by a recipe, calibrate, measure, and save the weights; all of it is kept as a run."""
    from lenetpad.cli.progress import follow_training
    from lenetpad.storage import runs

    root = arguments.runs or runs.home()
    resumed = runs.find(root, arguments.resumed) if arguments.resumed else None
    plan = _resumed_plan(resumed, arguments) if resumed else _plan(arguments)
    job = _job(plan)
    for wanted in [arguments.runs, Path(plan.out).parent if plan.out else None]:
        if wanted is not None:  # now, not after hours
            with output.telling_new_folder(wanted):
                wanted.mkdir(parents=True, exist_ok=True)
    folder = resumed.folder if resumed else job.begin(root)
    follow_training(job.run(folder), plan.recipe)
    out, test = plan.out or folder / runs.WEIGHTS, job.figures[job.test_set]
    if arguments.json:
        found = {"n": test["n"], "error": test["error"] / 100, "run": folder.name}
        print(json.dumps({"out": str(out), **found}))
    else:
        where = escaped(str(out))
        print(f"{where}: {plan.model}, test error {test['error']:.2f} % on {test['n']:,} images")
    if resumed and not plan.out and resumed.config.get("out"):
        output.say(f"the weights are in {out} only; a run that goes on writes others with --out")
    return 0


def _job(plan: Plan) -> TrainingJob:
    """The training job; torch is imported here, once the options are known to be good."""
    from lenetpad.cli.progress import ProgressReporter
    from lenetpad.training.job import TrainingJob

    return TrainingJob(plan, ProgressReporter(), output.say)


def _plan(arguments: argparse.Namespace) -> Plan:
    """What the options ask for; ValueError for what cannot work."""
    if arguments.trust:
        raise ValueError("--trust needs --continue RUN: a new training reads what you name")
    preset = TRAINING_PRESETS_BY_NAME.get(arguments.preset)
    name = arguments.model or (preset.model if preset else DEFAULT_MODEL)
    known = (*RECIPES, *LINES)
    if name not in known:
        meant = did_you_mean(name, known)
        raise ValueError(f"{name!r} is no preset{meant}; choose one of {', '.join(known)}")
    if arguments.data == FOLDER and not arguments.folder:
        raise ValueError("--data folder needs --folder DIR")
    out = arguments.out or Path(f"{name}.safetensors")
    check_writable(out)
    distilled = _distilled(arguments)
    strangers = _for_strangers(arguments, name, distilled)
    usual = usual_recipe(
        name, started=bool(arguments.start), distilled=distilled, strangers=strangers
    )
    if arguments.start_share and not arguments.start:
        raise ValueError("--start-share needs --start MODEL: without, a training begins at random")
    if preset:
        usual = replace(preset.recipe, distillation_weight=usual.distillation_weight)
    if name in LINES and distilled:
        raise ValueError(f"{name} learns from lines, not from --teachers")
    of_lines = name in LINES
    return Plan(
        model=DEFAULT_MODEL if of_lines else name,
        recipe=_recipe(usual, arguments),
        start=_absolute(arguments.start or (DEFAULT_MODEL if of_lines else "")),
        teachers=tuple(map(_absolute, arguments.teachers)),
        data=arguments.data,
        folder=str(Path(arguments.folder).resolve()) if arguments.folder else "",
        ink=_resolved(arguments.ink),
        images=_resolved(arguments.images),
        out=str(out.resolve()),
        device=CPU if arguments.device == TORCH_CPU else arguments.device,  # torch in any case
        bf16=arguments.bf16,
        preset=preset.title if preset else "",
    )


def check_writable(out: Path, endings: Sequence[str] = ()) -> None:
    """ValueError where weights cannot be written to this path: better now than after hours."""
    from lenetpad.lenet.weights import SUFFIXES

    if out.suffix not in (endings or SUFFIXES):
        what = f"one of {', '.join(SUFFIXES)}" if not endings else " or ".join(endings)
        raise ValueError(f"{out} must end in {what}")
    nearest = next(folder for folder in out.absolute().parents if folder.exists())
    if out.is_dir() or not nearest.is_dir() or not os.access(nearest, os.W_OK):
        what = "it is a folder" if out.is_dir() else f"{nearest} is no folder to write in"
        raise ValueError(f"{out} cannot be written: {what}")


def _distilled(arguments: argparse.Namespace) -> bool:
    """Whether there are teachers; ValueError where the distillation weight contradicts that."""
    distilled = bool(arguments.teachers)
    if arguments.distillation_weight and not distilled:
        raise ValueError("--distillation-weight needs --teachers MODEL …")
    if arguments.distillation_weight == 0 and distilled:
        raise ValueError("--distillation-weight 0 leaves --teachers nothing to teach")
    return distilled


def _for_strangers(arguments: argparse.Namespace, name: str, distilled: bool) -> bool:
    """Whether it is to go on with strangers' forms; ValueError where that cannot be."""
    if not arguments.strangers:
        return False
    if name not in STRANGERS:
        raise ValueError(f"--strangers is for {', '.join(STRANGERS)}, not for {name}")
    if not (arguments.start and distilled):
        raise ValueError(
            "--strangers needs --start MODEL and --teachers MODEL …: it trains trained weights on"
        )
    if arguments.preset:
        raise ValueError("--strangers is a recipe of its own, without --preset")
    return True


def _recipe(recipe: Recipe, arguments: argparse.Namespace) -> Recipe:
    """The recipe with what the user chose otherwise."""
    chosen = {
        name: value for name in RECIPE_FIELDS if (value := getattr(arguments, name)) is not None
    }
    return replace(recipe, **chosen)


def _absolute(model: str) -> str:
    """Weights as a run can keep them: a shipped name, or a file's absolute path."""
    if not model or model in SHIPPED_NAMES:
        return model
    return str(Path(model).resolve())


def _resolved(paths: Iterable[Path]) -> tuple[str, ...]:
    """Paths that a run can keep: the working directory may be another one later."""
    return tuple(str(path.resolve()) for path in paths)


def _resumed_plan(run: runs.Run, arguments: argparse.Namespace) -> Plan:
    """What a run that has not come to its end was asked for, but for the file of its weights.

    ValueError where it would read files that the user did not name, here or now.
    """
    from lenetpad.storage.runs import FINISHED, RUNNING, made_here

    if not run.can_go_on:
        why = {FINISHED: "it is at its end", RUNNING: "it goes on already"}
        reason = why.get(run.state, "it has no checkpoint to go on from; train anew")
        raise ValueError(f"{run.name!r} is {run.state}: {reason}")
    plan = plan_of(run.model, run.config)
    if plan.files and not (arguments.trust or made_here(run)):
        files = one_line(", ".join(plan.files), 120)
        raise ValueError(
            f"{named(run.name)!r} was begun elsewhere or by an older version, and reads {files}; "
            "add --trust if it may"
        )
    if arguments.out:
        check_writable(arguments.out)
    return replace(plan, out=str(arguments.out.resolve()) if arguments.out else "")


COMMANDS: Final = (
    Command(
        "train",
        "train a network and save its weights",
        (
            argument(
                "--model",
                metavar="RECIPE",
                help=f"the network and its recipe: {MODELS} (default: the preset's, or "
                f"{DEFAULT_MODEL})",
            ),
            argument(
                "--preset",
                choices=tuple(TRAINING_PRESETS_BY_NAME),
                metavar="PRESET",
                help="a preset of the Train page in place of the recipe: "
                f"{', '.join(TRAINING_PRESETS_BY_NAME)} (default: none)",
            ),
            argument(
                "--start",
                default="",
                metavar="MODEL",
                help="weights to begin with, shipped or a file (default: random weights)",
            ),
            argument(
                "--teachers",
                nargs="+",
                default=[],
                metavar="MODEL",
                help="networks to learn from besides the labels, shipped or files (default: none)",
            ),
            argument(
                "--strangers",
                action="store_true",
                help="with --start and --teachers: the recipe for forms that strangers write",
            ),
            *DATA,
            *RECIPE_OPTIONS,
            argument(
                "--bf16",
                "--half",
                action="store_true",
                help="compute C3 in bfloat16 if the processor can: faster, a little less precise",
            ),
            ink_files(
                "ink files to train on as well; of a recipe's mixture, without the held-out "
                "writers (default: none)"
            ),
            IMAGES,
            argument(
                "--out",
                type=Path,
                metavar="FILE",
                help="weights file to write, .safetensors or .pth (default: RECIPE.safetensors "
                "in the current folder; with --continue only the file in the run's folder)",
            ),
            argument(
                "--continue",
                dest="resumed",
                metavar="RUN",
                help="resume a run that has not come to its end, with its own choices; RUN is "
                "its name or the beginning of it",
            ),
            argument(
                "--trust",
                action="store_true",
                help="with --continue: read the files that the run names, even if it was begun on "
                "another computer or by an older version",
            ),
            RUNS,
            DEVICE,
            JSON,
        ),
        train,
        (
            "lenetpad train --preset quick --out mine.safetensors",
            "lenetpad train --model lenet5-modern-paper --epochs 10 --lr 0.01",
            'lenetpad train --continue "2026-11-24"',
        ),
        "Every training is kept as a run (lenetpad runs), and can be resumed.",
    ),
)
