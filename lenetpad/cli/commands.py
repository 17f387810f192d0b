"""The commands that need no window: train, evaluate, predict, info and export."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from tqdm import tqdm

from lenetpad.data import datasets
from lenetpad.data import labelled as data
from lenetpad.data.mixture import split
from lenetpad.evaluation.evaluate import evaluate as evaluate_network
from lenetpad.ink.files import Drawing, is_ink, read_ink, read_picture
from lenetpad.ink.raster import draw
from lenetpad.ink.statistics import ImageStatistics, statistics
from lenetpad.storage import runs
from lenetpad.training.export import export as export_weights
from lenetpad.training.job import TrainingJob
from lenetpad.training.layer_table import layer_table, total_parameters
from lenetpad.training.recognizer import open_recognizer, usable_device
from lenetpad.training.weights import SUFFIXES, Weights, load
from lenetpad.values.catalogue import FOLDER, MNIST
from lenetpad.values.conventions import CONVENTIONS, UNKNOWN_CONVENTIONS, Conventions
from lenetpad.values.evaluation import Evaluation, evaluation_json
from lenetpad.values.models import DEFAULT_MODEL, Choice
from lenetpad.values.reading import Reading
from lenetpad.values.recipes import (
    RECIPES,
    TRAINING_PRESETS_BY_NAME,
    Plan,
    Recipe,
    plan_of,
    usual_recipe,
)
from lenetpad.values.training import Progress

#: What of a recipe the options of `lenetpad train` choose.
CHOSEN: Final = (
    *("epochs", "batch_size", "optimiser", "momentum", "lr", "schedule", "weight_decay"),
    *("fraction", "label_noise", "taught", "seed"),
)


def train(arguments: argparse.Namespace) -> int:
    """Train by a recipe, calibrate, measure, and save the weights; all of it is kept as a run."""
    root = arguments.runs or runs.home()
    begun = runs.find(root, arguments.go_on) if arguments.go_on else None
    plan = _begun(begun) if begun else _plan(arguments)
    job = TrainingJob(plan, _Teller())
    folder = begun.folder if begun else job.begin(root)
    _follow(job.run(folder), plan.recipe)
    out, test = plan.out or folder / runs.WEIGHTS, job.figures[job.test_set]
    if arguments.json:
        found = {"n": test["n"], "error": test["error"] / 100, "run": folder.name}
        print(json.dumps({"out": str(out), **found}))
    else:
        print(f"{out}: {plan.model}, test error {test['error']:.2f} % on {test['n']:,} images")
    return 0


class _Teller:
    """Says what a training is at: a line on stderr, and one bar for each thing that is counted."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None
        self._counted = ""

    def __call__(self, what: str, done: int, total: int) -> None:
        if not (done or total):
            tqdm.write(f"lenetpad: {what}", file=sys.stderr)  # a bar may be there
            return
        if self._bar is None or self._counted != what:
            self._counted = what
            self._bar = tqdm(desc=what, total=total or None, unit_scale=True, disable=None)
        self._bar.update(done - self._bar.n)
        if total and done >= total:
            self._bar.close()
            self._bar = None


def list_runs(arguments: argparse.Namespace) -> int:
    """List the runs, or change one of them."""
    root = arguments.runs or runs.home()
    if arguments.rename:
        runs.rename(runs.find(root, arguments.rename[0]), arguments.rename[1])
    elif arguments.note:
        runs.annotate(runs.find(root, arguments.note[0]), arguments.note[1])
    elif arguments.delete:
        print(f"now in {runs.delete(runs.find(root, arguments.delete))}")
    else:
        _print_runs(root, as_json=arguments.json)
    return 0


def _print_runs(root: Path, *, as_json: bool) -> None:
    found, faults = runs.listed(root)
    for fault in faults:
        print(f"lenetpad: {fault}", file=sys.stderr)
    if as_json:
        entries = [{**asdict(run), "folder": str(run.folder)} for run in found]
        print(json.dumps(entries))
        return
    if not found:
        print(f"no runs in {root}")
    for run in found:
        best = "" if run.best_error is None else f", validation error {100 * run.best_error:.2f} %"
        test = "" if run.test_error is None else f", test error {100 * run.test_error:.2f} %"
        print(
            f"{run.name}: {run.state}, epoch {run.epoch}/{run.epochs}{best}{test}, "
            f"{run.seconds:,.0f} s{f' ({run.note})' if run.note else ''}"
        )


def _plan(arguments: argparse.Namespace) -> Plan:
    """What the options ask for; ValueError for what cannot work."""
    preset = TRAINING_PRESETS_BY_NAME.get(arguments.preset)
    name = arguments.model or (preset.model if preset else DEFAULT_MODEL)
    if name not in RECIPES:
        raise ValueError(f"{name!r} is no preset; choose one of {', '.join(RECIPES)}")
    if arguments.data == FOLDER and not arguments.folder:
        raise ValueError("--data folder needs --folder DIR")
    out = arguments.out or Path(f"{name}.safetensors")
    if out.suffix not in SUFFIXES:
        raise ValueError(f"{out} must end in one of {', '.join(SUFFIXES)}")
    nearest = next(folder for folder in out.absolute().parents if folder.exists())
    if out.is_dir() or not nearest.is_dir() or not os.access(nearest, os.W_OK):
        what = "it is a folder" if out.is_dir() else f"{nearest} is no folder to write in"
        raise ValueError(f"{out} cannot be written: {what}")
    taught = bool(arguments.teachers)
    if arguments.taught and not taught:
        raise ValueError("--taught needs --teachers MODEL …")
    if arguments.taught == 0 and taught:
        raise ValueError("--taught 0 leaves --teachers nothing to teach")
    usual = usual_recipe(name, started=bool(arguments.start), distilled=taught)
    if preset:
        usual = replace(preset.recipe, distillation_weight=usual.distillation_weight)
    return Plan(
        model=name,
        recipe=_recipe(usual, arguments),
        start=_kept(arguments.start),
        teachers=tuple(map(_kept, arguments.teachers)),
        data=arguments.data,
        folder=str(Path(arguments.folder).resolve()) if arguments.folder else "",
        ink=_resolved(arguments.ink),
        images=_resolved(arguments.images),
        out=str(out.resolve()),
        device=arguments.device,
        bf16=arguments.half,
        preset=preset.title if preset else "",
    )


def _kept(model: str) -> str:
    """Weights as a run can keep them: a shipped name, or a file's path."""
    if not model or model in RECIPES:
        return model
    return str(Path(model).resolve())


def _resolved(paths: Iterable[Path]) -> tuple[str, ...]:
    """Paths that a run can keep: the working directory may be another one later."""
    return tuple(str(path.resolve()) for path in paths)


def _begun(run: runs.Run) -> Plan:
    """What a run that has not come to its end was asked for."""
    if not run.can_go_on:
        why = {runs.FINISHED: "it is at its end", runs.RUNNING: "it goes on already"}
        reason = why.get(run.state, "it has no checkpoint to go on from; train anew")
        raise ValueError(f"{run.name!r} is {run.state}: {reason}")
    return plan_of(run.model, run.config)


def evaluate(arguments: argparse.Namespace) -> int:
    """Evaluate a network on ink, on images, or on MNIST's test set."""
    if arguments.ink and arguments.images:
        raise ValueError("choose --ink or --images, not both")
    if arguments.data != MNIST and (arguments.ink or arguments.images):
        raise ValueError("choose --data, --ink or --images, not several")
    if arguments.folder and arguments.data != FOLDER:
        raise ValueError("--folder needs --data folder")
    if arguments.held_out and not arguments.ink:
        raise ValueError("--held-out needs --ink: only ink has writers to hold out")
    network = _loaded(arguments).network
    drawn_statistics = None
    if arguments.ink:
        drawings: Sequence[Drawing]
        drawings, without_label = data.ink_to_evaluate(arguments.ink)
        if without_label:
            print(f"lenetpad: {without_label}", file=sys.stderr)
        if arguments.held_out:
            drawings = split(drawings).test
            if not drawings:
                raise ValueError(
                    "none of the ink is by a writer who was held out; name all of the files that "
                    "were trained on, for the only writer of all is never held out"
                )
        labelled = data.drawn(drawings)
        drawn_statistics = statistics(labelled.images.numpy() / 255)
    elif arguments.images:
        labelled = data.bitmaps(arguments.images)
    else:
        folder = Path(arguments.folder) if arguments.folder else None
        labelled = datasets.load(arguments.data, datasets.cache(), folder, _Teller())[1]
    device = usable_device(arguments.device)
    result = evaluate_network(network.to(device), labelled, device)
    mnist_statistics = statistics(data.mnist()[1].images.numpy() / 255) if arguments.ink else None
    if arguments.json:
        print(json.dumps(_evaluation_json(result, drawn_statistics, mnist_statistics)))
        return 0
    print(_evaluation_line(result))
    if result.digits:
        print(f"\n{_confusion_text(result)}")
    if drawn_statistics and mnist_statistics:
        print(_statistics_text(drawn_statistics, mnist_statistics))
    return 0


def predict(arguments: argparse.Namespace) -> int:
    """Read each drawing of each file; a file that cannot be read is named, the others go on."""
    choice = Choice(0, arguments.model, arguments.device, _conventions(arguments))
    recognizer = open_recognizer(choice)
    _say_how_it_reads(recognizer.weights, arguments)
    if recognizer.notice:
        print(f"lenetpad: {recognizer.notice}", file=sys.stderr)
    results, failed = [], 0
    for path in arguments.files:
        try:
            images = _images(path)
        except (OSError, ValueError) as error:
            print(f"lenetpad: {str(error).splitlines()[0]}", file=sys.stderr)
            failed += 1
            continue
        for number, image in enumerate(images, start=1):
            reading = recognizer.read(image)
            results.append(_prediction(path, number, reading))
            if not arguments.json:
                print(_prediction_line(path, number, len(images), reading))
    if arguments.json:
        print(json.dumps(results))
    return 1 if failed else 0


def export(arguments: argparse.Namespace) -> int:
    """Write a network's weights in the format that the file's name asks for."""
    loaded = _loaded(arguments)
    written = export_weights(loaded, arguments.out)
    if arguments.json:
        print(json.dumps({"out": str(arguments.out), "model": loaded.name, **asdict(written)}))
    else:
        print(
            f"{arguments.out}: {loaded.network.config.name}, differs by at most "
            f"{written.difference:.1g} (relative) on {written.images} of MNIST's test images"
        )
    return 0


def info(arguments: argparse.Namespace) -> int:
    """Print the layer table of a network, counted on the network itself."""
    loaded = _loaded(arguments)
    rows = layer_table(loaded.network)
    totals = {
        "parameters": total_parameters(loaded.network),
        "connections": sum(row.connections for row in rows),
    }
    if arguments.json:
        layers = [asdict(row) for row in rows]
        print(
            json.dumps({"model": loaded.name, "layers": layers, **totals, "facts": loaded.facts})
        )
        return 0
    print(f"{loaded.name} ({loaded.network.config.name})")
    if loaded.test_error is not None:
        print(f"test error {loaded.test_error:.2f} % on MNIST, trained {loaded.facts.get('date')}")
    print(f"\n{'layer':7}{'what':32}{'maps × size':>13}{'parameters':>12}{'connections':>13}")
    for row in rows:
        size = f"{row.maps}@{row.height}×{row.width}"
        print(f"{row.name:7}{row.kind:32}{size:>13}{row.parameters:>12,}{row.connections:>13,}")
    print(f"{'total':52}{totals['parameters']:>12,}{totals['connections']:>13,}\n")
    for row in rows:
        print(f"{row.name:7}{row.formula}")
    return 0


def _recipe(recipe: Recipe, arguments: argparse.Namespace) -> Recipe:
    """The recipe with what the user chose otherwise."""
    chosen = {name: value for name in CHOSEN if (value := getattr(arguments, name)) is not None}
    return replace(recipe, **chosen)


def _follow(progress: Iterable[Progress], recipe: Recipe) -> None:
    """Show a training's progress on stderr: a bar on a terminal, a line an epoch elsewhere."""
    with tqdm(
        total=1.0, disable=None, bar_format="{l_bar}{bar}| {elapsed}<{remaining}{postfix}"
    ) as bar:
        for report in progress:
            bar.update(report.step / report.steps - bar.n)
            if report.validation_error is None:
                bar.set_postfix_str(
                    f"loss {report.loss:.3f}, {report.images_per_second:,.0f} images/s"
                )
                continue
            line = (
                f"epoch {report.epoch}/{recipe.epochs}: loss {report.loss:.4f}, validation error "
                f"{100 * report.validation_error:.2f} %, {report.images_per_second:,.0f} images/s"
            )
            print(line, file=sys.stderr) if bar.disable else bar.write(line, file=sys.stderr)


def _conventions(arguments: argparse.Namespace) -> Conventions:
    return Conventions(**{name: getattr(arguments, name) for name in CONVENTIONS})


def _loaded(arguments: argparse.Namespace) -> Weights:
    """The weights that were asked for; stderr says how they read where that was guessed."""
    loaded = load(arguments.model, _conventions(arguments))
    _say_how_it_reads(loaded, arguments)
    if loaded.warning:
        print(f"lenetpad: {loaded.warning}", file=sys.stderr)
    return loaded


def _say_how_it_reads(loaded: Weights, arguments: argparse.Namespace) -> None:
    if loaded.conventions is None and _conventions(arguments) != UNKNOWN_CONVENTIONS:
        options = ", ".join(f"--{name}" for name in CONVENTIONS)
        raise ValueError(f"{arguments.model} says itself how it reads: leave out {options}")
    if loaded.conventions and loaded.guesses:
        options = " ".join(f"--{name} {word}" for name, word in loaded.conventions.answers.items())
        accuracy = 100 * loaded.guesses[0][1]
        print(
            f"lenetpad: {arguments.model} does not say how it reads; with {options} it gets "
            f"{accuracy:.1f} % of MNIST right (give these options to choose otherwise)",
            file=sys.stderr,
        )


def _images(path: Path) -> Sequence[Any]:
    """The normalised images (28, 28) of an ink file's drawings or of one picture."""
    if is_ink(path):
        return [draw(drawing.ink) for drawing in read_ink(path)]
    return [read_picture(path)]


def _prediction(path: Path, number: int, reading: Reading) -> dict[str, Any]:
    return {
        "file": str(path),
        "drawing": number,
        "digit": reading.digit,
        "probability": round(reading.probability, 6),
        "no_digit": None if reading.no_digit is None else round(reading.no_digit, 6),
        "probabilities": [round(float(p), 6) for p in reading.probabilities],
    }


def _prediction_line(path: Path, number: int, count: int, reading: Reading) -> str:
    where = f"{path}" if count == 1 else f"{path}:{number}"
    digit = "blank" if reading.digit is None else str(reading.digit)
    doubt = "" if reading.no_digit is None else f"  no digit {100 * reading.no_digit:.1f} %"
    return f"{where}: {digit}  {100 * reading.probability:.1f} %{doubt}"


def _evaluation_json(
    result: Evaluation, drawn: ImageStatistics | None, mnist: ImageStatistics | None
) -> dict[str, Any]:
    found = evaluation_json(result)
    if drawn and mnist:
        found["ink_statistics"] = asdict(drawn)
        found["mnist_statistics"] = asdict(mnist)
    return found


def _evaluation_line(result: Evaluation) -> str:
    refused = f"refused {100 * result.refused.mean():.2f} %"
    if result.digits == 0:
        return f"{result.n:,} images, none of them a digit, {refused}"
    return (
        f"{result.n:,} images, error {100 * result.error:.2f} %, macro accuracy "
        f"{100 * result.macro_accuracy:.2f} %, {refused}, calibration error "
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
