"""Progress of long work on stderr: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from tqdm import tqdm

from lenetpad.cli.output import PROGRAM, unguarded
from lenetpad.storage.decoding import named, one_line
from lenetpad.values.recipes import Recipe
from lenetpad.values.training import Progress


class ProgressReporter:
    """A progress callback: a line on stderr for a step of the work, and one bar for each thing
    that is counted."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None
        self._counted = ""

    def __call__(self, what: str, done: int, total: int) -> None:
        if not (done or total):
            # A bar may be there.
            tqdm.write(one_line(f"{PROGRAM}{what}"), file=unguarded(sys.stderr))
            return
        if self._bar is None or self._counted != what:
            self._counted = what
            self._bar = tqdm(
                desc=named(what),
                total=total or None,
                unit_scale=True,
                disable=None,
                file=unguarded(sys.stderr),
            )
        self._bar.update(done - self._bar.n)
        if total and done >= total:
            self._bar.close()
            self._bar = None


def follow_training(progress: Iterable[Progress], recipe: Recipe) -> None:
    """Run a training to its end and show where it is: a bar on a terminal, a line an epoch
    elsewhere."""
    stderr = unguarded(sys.stderr)
    with tqdm(
        total=1.0,
        disable=None,
        bar_format="{l_bar}{bar}| {elapsed}<{remaining}{postfix}",
        file=stderr,
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
            print(line, file=stderr) if bar.disable else bar.write(line, file=stderr)
