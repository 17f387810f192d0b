"""What the curves say in words: the values at a step, and over how many steps they are means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from lenetpad.values.history import Array, History, fitting_window, smoothed

NOT_AVERAGED: Final = "none"


def smoothed_losses(history: History, asked: int) -> Array:
    """A run's losses as moving averages over the window that was asked for, where it fits."""
    return smoothed(history.losses, fitting_window(asked, len(history.losses)))


def window_words(histories: Sequence[History], asked: int) -> str:
    """Over how many steps the runs' losses are averaged."""
    windows = [fitting_window(asked, len(history.losses)) for history in histories] or [asked]
    least, most = min(windows), max(windows)
    if most <= 1:
        return NOT_AVERAGED
    return f"{most} steps" if least == most else f"{least}–{most} steps"


def values_at(histories: Sequence[History], at: float, asked: int) -> str:
    """What the runs had at a step, in words; one after the other where there are several."""
    step = round(at)
    found: dict[str, list[str]] = {"loss": [], "accuracy": [], "rate": []}
    for history in histories:
        losses = smoothed_losses(history, asked)
        there = 1 <= step <= len(losses)
        found["loss"].append(f"{losses[step - 1]:.4f}" if there else "–")
        steps, errors = history.validation_errors
        before = int(np.searchsorted(steps, step, side="right")) - 1
        known = there and before >= 0
        found["accuracy"].append(f"{100 * (1 - errors[before]):.2f} %" if known else "–")
        steps, rates = history.rates
        after = min(int(np.searchsorted(steps, step)), len(rates) - 1)
        found["rate"].append(f"{rates[after]:.3g}" if there else "–")
    parts = [
        f"{name} {' | '.join(values)}"
        for name, values in found.items()
        if any(value != "–" for value in values)
    ]
    return " · ".join([f"step {step:,}", *parts]) if parts else ""
