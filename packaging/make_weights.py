"""Train every file in resources/weights, or several seeds of them, from the one table of recipes.

Trainings run side by side, each with one thread: more threads would add up in another order and
give other weights on another machine.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from lenetpad.data.sources import SOURCES
from lenetpad.values.models import DEFAULT_MODEL, PAPER
from lenetpad.values.recipes import (
    DISTILLATION,
    FINE_TUNING,
    LINES,
    RECIPES,
    STRANGERS,
    TEACHERS,
    Recipe,
)

#: Strangers' forms are learnt by one of the teachers first: the other networks learn from it.
FIRST_FOR_STRANGERS = {DEFAULT_MODEL: STRANGERS[DEFAULT_MODEL]}
THEN_FOR_STRANGERS = {name: STRANGERS[name] for name in STRANGERS if name != DEFAULT_MODEL}
#: What is trained by, one after the other; a network that is in a table goes on by it.
STAGES = (RECIPES, FINE_TUNING, DISTILLATION, FIRST_FOR_STRANGERS, THEN_FOR_STRANGERS, LINES)


def main() -> int:
    """Train, and exit with 1 where a training failed, with 2 where data are missing."""
    arguments = parser().parse_args()
    everything = (*RECIPES, *LINES)
    models = [name for name in everything if name.endswith(PAPER) or not arguments.only_paper]
    if not arguments.ink and not arguments.only_paper:
        print(where_to_get_data(), file=sys.stderr)
        return 2
    seeds = arguments.seeds or [None]
    with TemporaryDirectory() as kept, ThreadPoolExecutor(os.cpu_count()) as pool:
        failed: set[tuple[str, int | None]] = set()
        for stage, recipes in enumerate(STAGES):
            needed = needed_by(recipes)
            wanted = [(model, seed) for seed in seeds for model in models if model in recipes]
            jobs = [
                (model, seed)
                for model, seed in wanted
                if failed.isdisjoint((name, seed) for name in (model, *needed))
            ]
            failed |= {*wanted} - {*jobs}  # nothing can go on from these either
            one = partial(train, stage, arguments=arguments, kept=Path(kept))
            statuses = {job: pool.submit(one, *job) for job in jobs}
            failed |= {job for job, status in statuses.items() if status.result()}
    return 1 if failed else 0


def needed_by(recipes: Mapping[str, Recipe]) -> tuple[str, ...]:
    """The networks that those of a stage begin with or learn from, besides themselves."""
    # What is for lines begins with what was distilled.
    return () if recipes is RECIPES or recipes is FINE_TUNING else TEACHERS


def parser() -> argparse.ArgumentParser:
    """The parser of this script's arguments."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--ink", type=Path, nargs="*", default=[], help="ink files to train on")
    result.add_argument(
        "--images", type=Path, nargs="*", default=[], help=".npz files to judge by"
    )
    result.add_argument("--seeds", type=int, nargs="+", help="in place of the recipe's own")
    result.add_argument("--only-paper", action="store_true", help="train on MNIST alone")
    result.add_argument("--out", type=Path, required=True, help="folder for the weights")
    return result


def train(
    stage: int, model: str, seed: int | None, arguments: argparse.Namespace, kept: Path
) -> int:
    """Run one training and return its exit status; its last line of output is passed on."""

    def made(name: str) -> str:
        return str(place(stage - 1, name, seed, arguments, kept))

    out = place(stage, model, seed, arguments, kept)
    command = [sys.executable, "-m", "lenetpad", "train", "--model", model]
    if STAGES[stage] is LINES:
        command += ["--bf16", "--start", made(DEFAULT_MODEL)]
    elif stage:
        command += ["--start", made(model)]
    for_strangers = STAGES[stage] in (FIRST_FOR_STRANGERS, THEN_FOR_STRANGERS)
    if STAGES[stage] is DISTILLATION or for_strangers:
        command += options("--teachers", map(made, TEACHERS))
    if for_strangers:
        command += ["--strangers"]
    if seed is not None:
        command += ["--seed", str(seed)]
    if not model.endswith(PAPER):
        command += options("--ink", arguments.ink) + options("--images", arguments.images)
    done = subprocess.run(
        [*command, "--out", str(out), "--runs", str(kept)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout if done.returncode == 0 else done.stderr
    print((said.strip().splitlines() or [f"{model} failed"])[-1], flush=True)
    return done.returncode


def place(
    stage: int, model: str, seed: int | None, arguments: argparse.Namespace, kept: Path
) -> Path:
    """Where the weights are that a network has after a stage; what ships goes to ``--out``."""
    stages = [n for n, recipes in enumerate(STAGES) if model in recipes]
    last = max(n for n in stages if n <= stage)
    folder: Path = arguments.out if last == stages[-1] else kept / f"stage-{last}"
    several = len(arguments.seeds or ()) > 1
    return folder / f"{model}{f'-{seed}' if several else ''}.safetensors"


def options(name: str, paths: Iterable[Path | str]) -> list[str]:
    """An option with its values, or nothing without values."""
    values = [str(path) for path in paths]
    return [name, *values] if values else []


def where_to_get_data() -> str:
    """What to obtain, from where, and how to hand it over."""
    lines = [
        "The weights for handwriting need ink that is not in this repository. Obtain it, bring it",
        "into lenetpad's ink format (see README.md), and name the files:",
        '  make weights INK="digits.jsonl.gz letters.jsonl.gz …" IMAGES="scans.npz …"',
        "What the shipped weights were made from:",
    ]
    for source in SOURCES.values():
        lines.append(f"- {source.title}; {source.licence}; {source.origin}")
    lines.append("On MNIST alone: make weights ARGS=--only-paper")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
