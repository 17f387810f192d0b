"""`lenetpad train`: a training from its options to a run and its weights."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lenetpad.cli.arguments import (
    DATA,
    DEVICE,
    IMAGES,
    JSON,
    RUNS,
    Command,
    argument,
    ink_files,
    positive,
)
from lenetpad.cli.model_options import MODELS
from lenetpad.storage.decoding import escaped, named, one_line
from lenetpad.values.catalogue import FOLDER
from lenetpad.values.devices import CPU, TORCH_CPU
from lenetpad.values.models import DEFAULT_MODEL
from lenetpad.values.recipes import (
    OPTIMISERS,
    RECIPES,
    SCHEDULES,
    TRAINING_PRESETS_BY_NAME,
    Plan,
    Recipe,
    plan_of,
    usual_recipe,
)

if TYPE_CHECKING:
    from lenetpad.storage import runs
    from lenetpad.training.job import TrainingJob

#: Options that are fields of a recipe.
RECIPE_OPTIONS: Final = (
    argument("--epochs", type=positive(int), help="passes over the data"),
    argument("--batch-size", type=positive(int), help="images a step"),
    argument("--lr", type=positive(float), help="peak of the learning rate"),
    argument("--optimiser", choices=OPTIMISERS, help="what takes the steps"),
    argument("--momentum", type=float, help="momentum of sgd (0.9)"),
    argument(
        "--schedule",
        choices=SCHEDULES,
        help="what becomes of the learning rate; step divides it by 10 every 3 epochs, "
        "1998 lowers it as the paper does",
    ),
    argument("--weight-decay", type=float, help="how strongly weights are pulled to 0"),
    argument("--fraction", type=float, help="part of the training images to use"),
    argument("--label-noise", type=float, help="part of the labels to make wrong"),
    argument(
        "--taught",
        dest="distillation_weight",
        metavar="TAUGHT",
        type=float,
        help="part of the loss that teachers decide (0.7)",
    ),
    argument("--seed", type=int, help="seed of initial weights, order and distortions"),
)
RECIPE_FIELDS: Final = (
    *("epochs", "batch_size", "optimiser", "momentum", "lr", "schedule", "weight_decay"),
    *("fraction", "label_noise", "distillation_weight", "seed"),
)


def train(arguments: argparse.Namespace) -> int:
    """Train by a recipe, calibrate, measure, and save the weights; all of it is kept as a run."""
    from lenetpad.cli import output
    from lenetpad.cli.progress import follow_training
    from lenetpad.storage import runs

    root = arguments.runs or runs.home()
    resumed = runs.find(root, arguments.resumed) if arguments.resumed else None
    plan = _resumed_plan(resumed, arguments) if resumed else _plan(arguments)
    job = _job(plan)
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

    return TrainingJob(plan, ProgressReporter())


def _plan(arguments: argparse.Namespace) -> Plan:
    """What the options ask for; ValueError for what cannot work."""
    if arguments.trust:
        raise ValueError("--trust needs --continue RUN: a new training reads what you name")
    preset = TRAINING_PRESETS_BY_NAME.get(arguments.preset)
    name = arguments.model or (preset.model if preset else DEFAULT_MODEL)
    if name not in RECIPES:
        raise ValueError(f"{name!r} is no preset; choose one of {', '.join(RECIPES)}")
    if arguments.data == FOLDER and not arguments.folder:
        raise ValueError("--data folder needs --folder DIR")
    out = arguments.out or Path(f"{name}.safetensors")
    _check_writable(out)
    distilled = _distilled(arguments)
    usual = usual_recipe(name, started=bool(arguments.start), distilled=distilled)
    if preset:
        usual = replace(preset.recipe, distillation_weight=usual.distillation_weight)
    return Plan(
        model=name,
        recipe=_recipe(usual, arguments),
        start=_absolute(arguments.start),
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


def _check_writable(out: Path) -> None:
    """ValueError where weights cannot be written to this path: better now than after hours."""
    from lenetpad.lenet.weights import SUFFIXES

    if out.suffix not in SUFFIXES:
        raise ValueError(f"{out} must end in one of {', '.join(SUFFIXES)}")
    nearest = next(folder for folder in out.absolute().parents if folder.exists())
    if out.is_dir() or not nearest.is_dir() or not os.access(nearest, os.W_OK):
        what = "it is a folder" if out.is_dir() else f"{nearest} is no folder to write in"
        raise ValueError(f"{out} cannot be written: {what}")


def _distilled(arguments: argparse.Namespace) -> bool:
    """Whether there are teachers; ValueError where the distillation weight contradicts that."""
    distilled = bool(arguments.teachers)
    if arguments.distillation_weight and not distilled:
        raise ValueError("--taught needs --teachers MODEL …")
    if arguments.distillation_weight == 0 and distilled:
        raise ValueError("--taught 0 leaves --teachers nothing to teach")
    return distilled


def _recipe(recipe: Recipe, arguments: argparse.Namespace) -> Recipe:
    """The recipe with what the user chose otherwise."""
    chosen = {
        name: value for name in RECIPE_FIELDS if (value := getattr(arguments, name)) is not None
    }
    return replace(recipe, **chosen)


def _absolute(model: str) -> str:
    """Weights as a run can keep them: a shipped name, or a file's absolute path."""
    if not model or model in RECIPES:
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
        _check_writable(arguments.out)
    return replace(plan, out=str(arguments.out.resolve()) if arguments.out else "")


COMMANDS: Final = (
    Command(
        "train",
        "train a network and save its weights",
        (
            argument("--model", help=f"recipe: {MODELS} (default {DEFAULT_MODEL})"),
            argument(
                "--preset",
                choices=tuple(TRAINING_PRESETS_BY_NAME),
                help="one of the Train tab's presets in place of a recipe",
            ),
            argument(
                "--start", default="", metavar="MODEL", help="weights to go on from, not random"
            ),
            argument(
                "--teachers",
                nargs="+",
                default=[],
                metavar="MODEL",
                help="networks to agree with, beside the labels",
            ),
            *DATA,
            *RECIPE_OPTIONS,
            argument(
                "--half",
                dest="bf16",
                action="store_true",
                help="convolve C3 in bfloat16 where the processor can: faster, a little coarser",
            ),
            ink_files(
                "ink files to train on beside MNIST; of a mixture, without the held-out writers"
            ),
            IMAGES,
            argument(
                "--out",
                type=Path,
                metavar="FILE",
                help="weights file, .safetensors or .pth (default PRESET.safetensors; with "
                "--continue none but the run's own, whatever the run was asked for)",
            ),
            argument(
                "--continue",
                dest="resumed",
                metavar="RUN",
                help="go on with a run that has not come to its end, as it was asked for",
            ),
            argument(
                "--trust",
                action="store_true",
                help="with --continue: read the files that the run names, though it was begun "
                "elsewhere or by an older version",
            ),
            RUNS,
            DEVICE,
            JSON,
        ),
        train,
    ),
)
