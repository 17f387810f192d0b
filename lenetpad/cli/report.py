"""`lenetpad report`: every figure of the weights, computed again, as tables for the model card."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from lenetpad.cli import output
from lenetpad.cli.arguments import IMAGES, JSON, Command, argument, ink_files
from lenetpad.cli.model_options import MODELS
from lenetpad.values.models import MODEL_NAMES

if TYPE_CHECKING:
    from lenetpad.data.labelled import Labelled
    from lenetpad.evaluation.figures import Figures
    from lenetpad.lenet.weights import Weights
    from lenetpad.values.evaluation import Evaluation

#: The tables, each with the figure that it shows of every set.
TABLES: Final = (
    ("Accuracy, mean over the classes, %", "macro_accuracy"),
    ("Error, %", "error"),
    ('Rejected as "not a digit", %', "refused"),
    ("Expected calibration error, %", "ece"),
)


def report(arguments: argparse.Namespace) -> int:
    """Print the tables; status 1 where a figure in a file's metadata does not hold."""
    from lenetpad.data.cancellation import Watch
    from lenetpad.evaluation.figures import evaluation_sets, figures
    from lenetpad.lenet.weights import load

    weights = [(model, load(model)) for model in arguments.models or MODEL_NAMES]
    sets = evaluation_sets(arguments.ink, arguments.images, Watch(noted=output.say))
    found: dict[str, Figures] = {}
    classes: dict[str, dict[str, Evaluation]] = {}
    faults: list[str] = []
    unchecked: set[str] = set()
    families: dict[str, list[str]] = {}
    for model, loaded in weights:
        evaluations = _evaluated(loaded, sets)
        found[model], classes[model] = figures(evaluations), evaluations
        families.setdefault(_recipe_without_seed(loaded), []).append(model)
        faults += _faults(model, loaded, found[model])
        unchecked |= set(loaded.known.figures) - set(sets)
    if arguments.json:
        print(json.dumps({"figures": found, "faults": faults, "unchecked": sorted(unchecked)}))
    else:
        print("\n\n".join(_tables(found) + _class_tables(classes) + _spreads(families, found)))
    for name in sorted(unchecked):
        print(f"lenetpad: not computed again, for the file is not given: {name}", file=sys.stderr)
    for fault in faults:
        print(f"lenetpad: does not hold: {fault}", file=sys.stderr)
    return 1 if faults else 0


def _evaluated(weights: Weights, sets: Mapping[str, Labelled]) -> dict[str, Evaluation]:
    """The evaluation on each set; torch is imported here, once all files have been read."""
    from lenetpad.evaluation.figures import evaluated
    from lenetpad.training.network import network_of

    return evaluated(network_of(weights), sets)


def _faults(model: str, loaded: Weights, found: Figures) -> list[str]:
    """The figures in the weights' metadata that do not hold."""
    from lenetpad.evaluation.figures import MNIST_TEST, broken

    known = loaded.known
    claims = [known.figures]
    if known.test_error is not None:
        claims.insert(0, {known.test_set or MNIST_TEST: {"error": known.test_error}})
    return [f"{model}, {fault}" for claim in claims for fault in broken(claim, found)]


def _tables(found: Mapping[str, Figures]) -> list[str]:
    tables = []
    for title, key in TABLES:
        names = [name for name, figure in next(iter(found.values())).items() if key in figure]
        heads = [f"{name}, n = {next(iter(found.values()))[name]['n']:,}" for name in names]
        rows = [
            [f"`{model}`", *(f"{figure[name][key]:.2f}" for name in names)]
            for model, figure in found.items()
        ]
        tables.append(_markdown(title, ["", *heads], rows))
    return tables


def _class_tables(classes: Mapping[str, Mapping[str, Evaluation]]) -> list[str]:
    heads = ["", *(str(digit) for digit in range(10))]
    tables = []
    for model, evaluations in classes.items():
        rows = [
            [name, *("—" if math.isnan(a) else f"{100 * a:.1f}" for a in result.per_class)]
            for name, result in evaluations.items()
            if result.digits
        ]
        tables.append(_markdown(f"Accuracy of each class, `{model}`, %", heads, rows))
    return tables


def _recipe_without_seed(weights: Weights) -> str:
    """Preset and recipe as a text that weights share which differ only by their seed."""
    recipe = weights.known.recipe
    recipe = None if recipe is None else {**recipe, "seed": None}
    return f"{weights.config.name} {json.dumps(recipe, sort_keys=True)}"


def _spreads(families: Mapping[str, Sequence[str]], found: Mapping[str, Figures]) -> list[str]:
    """Mean and standard deviation of MNIST's test error over the seeds of each recipe."""
    from statistics import mean, stdev

    from lenetpad.evaluation.figures import MNIST_TEST

    lines = []
    for family, models in families.items():
        errors = [found[model][MNIST_TEST]["error"] for model in models]
        if len(errors) > 1:
            spread = f"{mean(errors):.3f} ± {stdev(errors):.3f}"
            preset = family.partition(" ")[0]
            lines.append(f"`{preset}`: MNIST test error {spread} % over {len(errors)} seeds")
    return ["\n".join(lines)] if lines else []


def _markdown(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [title, "", _row(heads), _row(["---"] * len(heads)), *(_row(row) for row in rows)]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


COMMANDS: Final = (
    Command(
        "report",
        "measure weights again, and print their figures as tables",
        (
            argument(
                "models",
                nargs="*",
                metavar="MODEL",
                help=f"shipped weights or weights files (default: all shipped: {MODELS})",
            ),
            ink_files(
                "ink files with labels; their held-out writers are evaluated (default: none)"
            ),
            IMAGES,
            JSON,
        ),
        report,
        ("lenetpad report", "lenetpad report mine.safetensors --ink my-digits.jsonl"),
        "The exit status is 1 if a figure that a weights file states does not hold.",
    ),
)
