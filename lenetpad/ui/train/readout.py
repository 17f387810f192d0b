"""What the curves say in words: the values at a step, and over how many steps they are means."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lenetpad.ui.widgets.words import translate
from lenetpad.values.history import Array, History, fitting_window, smoothed


def smoothed_losses(history: History, asked: int) -> Array:
    """A run's losses as moving averages over the window that was asked for, where it fits."""
    return smoothed(history.losses, fitting_window(asked, len(history.losses)))


def window_words(histories: Sequence[History], asked: int) -> str:
    """Over how many steps the runs' losses are averaged."""
    least, most = _windows(histories, asked)
    if most <= 1:
        return translate("Train", "none")
    if least == most:
        return translate("Train", "{n} steps").format(n=most)
    return translate("Train", "{least}–{most} steps").format(least=least, most=most)


def training_words(histories: Sequence[History], asked: int) -> str:
    """What the curve of a loss is, in a legend."""
    least, most = _windows(histories, asked)
    if most <= 1:
        return translate("Train", "Training")
    if least == most:
        return translate("Train", "Training, mean of {n} steps").format(n=most)
    words = translate("Train", "Training, mean of {least}–{most} steps")
    return words.format(least=least, most=most)


def _windows(histories: Sequence[History], asked: int) -> tuple[int, int]:
    """The least and the most steps that the runs' losses are averaged over."""
    windows = [fitting_window(asked, len(history.losses)) for history in histories] or [asked]
    return min(windows), max(windows)


def values_at(histories: Sequence[History], at: float, asked: int) -> str:
    """What the runs had at a step, in words; one after the other where there are several."""
    step = round(at)
    all_losses: list[str] = []
    accuracies: list[str] = []
    all_rates: list[str] = []
    for history in histories:
        losses = smoothed_losses(history, asked)
        there = 1 <= step <= len(losses)
        all_losses.append(f"{losses[step - 1]:.4f}" if there else "–")
        steps, errors = history.validation_errors
        before = int(np.searchsorted(steps, step, side="right")) - 1
        known = there and before >= 0
        accuracies.append(f"{100 * (1 - errors[before]):.2f} %" if known else "–")
        steps, rates = history.rates
        after = min(int(np.searchsorted(steps, step)), len(rates) - 1)
        all_rates.append(f"{rates[after]:.3g}" if there else "–")
    parts = [
        words.format(values=" | ".join(values))
        for words, values in (
            (translate("Train", "loss {values}"), all_losses),
            (translate("Train", "accuracy {values}"), accuracies),
            (translate("Train", "rate {values}"), all_rates),
        )
        if any(value != "–" for value in values)
    ]
    at_step = translate("Train", "Step {step}").format(step=f"{step:,}")
    return " · ".join([at_step, *parts]) if parts else ""


def rate_mark(factor: float) -> str:
    """What stands where somebody changed the rate."""
    return translate("Train", "Rate ×{factor}").format(factor=f"{factor:.3g}")
