"""What the form of a training consists of: its numbers, and the texts of its lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lenetpad.ui.widgets.words import marked, translate

#: The optimisers and the schedules: what each is called, and a tip.
OPTIMISER_TEXTS: Final = {
    "adam": (
        marked("Train", "Adam"),
        marked("Train", "Gives every weight a step size of its own; works well without tuning"),
    ),
    "adamw": (
        marked("Train", "AdamW"),
        marked("Train", "Adam with a weight decay that does not depend on the step size"),
    ),
    "sgd": (
        marked("Train", "SGD with momentum"),
        marked("Train", "Follows the gradient and keeps part of the last step's direction"),
    ),
}
SCHEDULE_TEXTS: Final = {
    "one-cycle": (
        marked("Train", "One cycle"),
        marked("Train", "The rate rises during the first steps, then falls to 0"),
    ),
    "cosine": (
        marked("Train", "Cosine"),
        marked("Train", "The rate falls to 0 along half a cosine wave"),
    ),
    "step": (
        marked("Train", "Step"),
        marked("Train", "The rate falls to a tenth every few epochs"),
    ),
    "constant": (marked("Train", "Constant"), marked("Train", "The rate stays the same")),
    "1998": (
        marked("Train", "As in the paper"),
        marked("Train", "The rate falls epoch by epoch as in the 1998 paper"),
    ),
}
#: Follows the title of a training preset of which something was changed, in files.
CHANGED: Final = ", changed"


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the recipe as a spin box shows it: ``factor`` times what the recipe has."""

    name: str
    title: str
    tip: str
    low: float
    high: float
    step: float = 1
    decimals: int = 0
    suffix: str = ""
    factor: float = 1


NUMBERS: Final = (
    Number(
        "batch_size",
        marked("Train", "Batch size"),
        marked("Train", "Images per step: the weights are updated once for each batch"),
        1,
        4096,
    ),
    Number(
        "epochs",
        marked("Train", "Epochs"),
        marked("Train", "How many times all training images are used"),
        1,
        1000,
    ),
    Number(
        "weight_decay",
        marked("Train", "Weight decay"),
        marked("Train", "How strongly each step pulls the weights towards 0"),
        0,
        1,
        step=1e-4,
        decimals=5,
    ),
    Number(
        "fraction",
        marked("Train", "Fraction of data"),
        marked("Train", "Use little data to see overfitting"),
        0.1,
        100,
        step=5,
        decimals=1,
        suffix=" %",
        factor=100,
    ),
    Number(
        "label_noise",
        marked("Train", "Label noise"),
        marked("Train", "The fraction of labels that are replaced by wrong ones"),
        0,
        100,
        step=5,
        decimals=1,
        suffix=" %",
        factor=100,
    ),
    Number(
        "validation",
        marked("Train", "Validation images"),
        marked("Train", "Images kept out of training to measure accuracy, at most a fifth"),
        0,
        50_000,
        step=1000,
    ),
    Number(
        "seed",
        marked("Train", "Seed"),
        marked("Train", "Decides all random numbers; the same seed gives the same training"),
        0,
        2**31 - 1,
    ),
)


def preset_text(title: str, *, changed: bool = False) -> str:
    """What a training preset is called, and that something of it was changed."""
    own = translate("Train", title)
    return translate("Train", "{preset}, changed").format(preset=own) if changed else own


def kept_preset_text(kept: str) -> str:
    """The same of a preset as a run keeps it."""
    return preset_text(kept.removesuffix(CHANGED), changed=kept.endswith(CHANGED))
