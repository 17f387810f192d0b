"""How a training is configured: recipes, the training presets, and a whole plan.

Only values, no torch: the window builds them, a training process and the commands carry them out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import pairwise
from typing import Any, Final, TypeVar

from lenetpad.ink.variation import Variation
from lenetpad.storage.decoding import InputError, as_kind, named
from lenetpad.values.catalogue import DATA_SETS, MNIST
from lenetpad.values.devices import CPU
from lenetpad.values.models import LINE_MODEL, SHIPPED_NAMES
from lenetpad.values.words import marked

#: The optimisers and the learning-rate schedules.
OPTIMISERS: Final = ("adam", "adamw", "sgd")

SCHEDULES: Final = ("one-cycle", "cosine", "step", "constant", "1998")

#: Beyond these no training is meant: a damaged file says so, or one that is to take all memory.
MOST: Final[Mapping[str, float]] = {
    "epochs": 100_000,
    "batch_size": 1_000_000,
    "lr": 1e38,
    "step_epochs": 100_000,
    "weight_decay": 1e38,
    "validation": 1e9,
    "distillation_temperature": 1e6,
    "seed": 2**63 - 1,
    # Of a mixture: so many times MNIST, variants of a drawing, and images.
    "mnist": 20,
    "variants": 100,
    "others": 100,
    "written": 2_000_000,
    "scribbles": 2_000_000,
    "noise": 2_000_000,
    "latest": 2_000_000,
}
#: Neighbours that are farther apart do not see each other.
MOST_APART: Final = 32
#: And of a distortion or a variation, whatever its unit.
MOST_DISTORTED: Final = 360.0


def _check_limits(value: Mixture | Recipe) -> None:
    """ValueError where a number is beyond ``MOST``."""
    for one in fields(value):
        most = MOST.get(one.name)
        if most is not None and not abs(getattr(value, one.name)) <= most:
            raise ValueError(f"{one.name.replace('_', ' ')} must be at most {most:,}")


def _check_sizes(value: Distortions | Variation, least: float) -> None:
    """ValueError where one of the numbers, which are all sizes, is less or beyond any sense."""
    for one in fields(value):
        if not least <= getattr(value, one.name) <= MOST_DISTORTED:
            raise ValueError(f"{one.name} must be from {least:g} to {MOST_DISTORTED:g}")


@dataclass(frozen=True, slots=True)
class Distortions:
    """How far each distortion goes; every image draws its own, uniformly in ± the value.

    rotation in degrees; scaling and squeezing as logarithms of a factor; shearing as horizontal
    pixels a vertical pixel; translation in pixels; elastic as the standard deviation in pixels of
    the displacement at the nodes of a coarse grid; thickness as the part, from 0 to 1, of what a
    3×3 maximum (thicker) or minimum (thinner) changes.
    """

    rotation: float = 12.0
    scaling: float = 0.12
    squeezing: float = 0.12
    shearing: float = 0.25
    translation: float = 2.0
    elastic: float = 0.0
    thickness: float = 0.0

    def __post_init__(self) -> None:
        _check_sizes(self, least=-MOST_DISTORTED)


#: Images stay as they are.
NO_DISTORTIONS: Final = Distortions(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Mixture:
    """How much of everything: ``mnist`` times MNIST, so many variants of each digit and of each
    other drawing in the ink, so many digits written in the forms of ``ink.styles``, with the newer
    or without, scribbles, images of noise, and digits in the ``latest`` of the forms alone."""

    mnist: int = 4
    variants: int = 12
    others: int = 4
    written: int = 90_000
    scribbles: int = 36_000
    noise: int = 6_000
    newer_forms: bool = False  # as in the recipes that do not say
    latest: int = 0
    variation: Variation = field(default_factory=Variation)

    def __post_init__(self) -> None:
        _check_limits(self)
        counts = (
            *(self.mnist, self.variants, self.others, self.written, self.scribbles, self.noise),
            self.latest,
        )
        if min(counts) < 0:
            raise ValueError("a mixture cannot hold less than nothing of something")
        _check_sizes(self.variation, least=0.0)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """How a digit is put between two others, for a network that slides over lines (section VII-B).

    Between two digits are from ``nearest`` to ``farthest`` pixels of paper, in lines to
    ``widest``; less than 0 is how far they reach into each other's columns. ``empty`` is the part
    of the windows that have no digit in the middle, and ``absent`` how often a neighbour is
    missing, as at both ends of a line. In ``noisy`` of the windows ``noise`` of the pixels have
    ink and paper exchanged. ``lines`` of the images are put into whole lines instead, and have
    that part of the loss.
    """

    nearest: float = -1.0
    farthest: float = 4.0
    widest: float = 9.0
    empty: float = 0.25
    absent: float = 0.15
    noise: float = 0.1
    noisy: float = 0.2
    lines: float = 0.85

    def __post_init__(self) -> None:
        gaps = (-MOST_APART, self.nearest, self.farthest, self.widest, MOST_APART)
        if not all(one <= other for one, other in pairwise(gaps)):
            raise ValueError(
                f"gaps must be from -{MOST_APART} to {MOST_APART} pixels, the nearest first"
            )
        for name in ("empty", "absent", "noise", "noisy", "lines"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be a fraction, from 0 to 1")


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides a training but the data.

    ``optimiser`` is one of ``OPTIMISERS``; SGD has ``momentum``. ``lr`` is the highest learning
    rate and ``schedule``, one of ``SCHEDULES``, what becomes of it: one-cycle rises to it in
    ``warm_up`` of all steps and falls to nothing, cosine falls from the start, step multiplies it
    by ``step_factor`` after every ``step_epochs`` epochs, 1998 lowers it as the paper does.
    ``fraction`` of the training images is used, and of ``label_noise`` of them the labels are
    replaced by other digits. ``validation`` training images are held out and only reported on.
    ``mixture`` says what MNIST is mixed with; None trains on the images as they are.
    ``distillation_weight`` is the part of the loss that is the divergence from the teachers' soft
    targets and not the labels' loss; ``distillation_temperature`` divides the logarithms of all
    probabilities for it, and with ``teachers_corrected`` a teacher's error gives way to the label.
    With ``neighbours`` each digit is shown between two others. The weights at the end are the
    mean of those after the last fraction ``averaged`` of all steps (stochastic weight averaging);
    the weights that the training began with have the part ``start_share`` in them.
    """

    epochs: int = 30
    batch_size: int = 128
    optimiser: str = "adam"
    momentum: float = 0.9
    lr: float = 3e-3
    schedule: str = "one-cycle"
    warm_up: float = 0.2
    step_epochs: int = 3
    step_factor: float = 0.1
    weight_decay: float = 0.0
    distortions: Distortions | None = field(default_factory=Distortions)
    mixture: Mixture | None = None
    fraction: float = 1.0
    label_noise: float = 0.0
    validation: int = 5000
    distillation_weight: float = 0.0
    distillation_temperature: float = 2.0
    seed: int = 1
    neighbours: Neighbours | None = None
    averaged: float = 0.0
    start_share: float = 0.0
    teachers_corrected: bool = False

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch_size < 1:
            raise ValueError("epochs and batch size must be at least 1")
        if self.optimiser not in OPTIMISERS:
            raise ValueError(f"{self.optimiser!r} is no optimiser: {', '.join(OPTIMISERS)}")
        if self.schedule not in SCHEDULES:
            raise ValueError(f"{self.schedule!r} is no schedule: {', '.join(SCHEDULES)}")
        if not (math.isfinite(self.lr) and self.lr > 0):
            raise ValueError("the learning rate must be a positive number")
        if not 0 <= self.momentum < 1:
            raise ValueError("the momentum must be a fraction, from 0 to less than 1")
        if not 0 <= self.warm_up < 1:
            raise ValueError("the warm-up must be a fraction, from 0 to less than 1")
        if self.step_epochs < 1 or not 0 < self.step_factor <= 1:
            raise ValueError(
                "a step must take at least 1 epoch, and its factor be above 0 and at most 1"
            )
        if not 0 <= self.weight_decay < math.inf:
            raise ValueError("the weight decay must be a number, and not negative")
        if not 0 < self.fraction <= 1:
            raise ValueError("the fraction of the data must be above 0 and at most 1")
        if not 0 <= self.label_noise <= 1:
            raise ValueError("the label noise must be a fraction, from 0 to 1")
        if self.validation < 0:
            raise ValueError("the number of validation images must not be negative")
        if not 0 <= self.distillation_weight <= 1:
            raise ValueError("the distillation weight must be a fraction, from 0 to 1")
        if not 0 < self.distillation_temperature < math.inf:
            raise ValueError("the distillation temperature must be a positive number")
        if not (0 <= self.averaged <= 1 and 0 <= self.start_share < 1):
            raise ValueError(
                "the averaged steps must be a fraction, from 0 to 1, "
                "and the share of the start from 0 to less than 1"
            )
        if self.neighbours and self.distillation_weight:
            raise ValueError("a network that learns from lines must not learn from teachers")
        _check_limits(self)

    @property
    def as_json(self) -> dict[str, Any]:
        """The recipe as files keep it: in a run and in the metadata of weights."""
        return {KEYS_IN_FILES.get(name, name): value for name, value in asdict(self).items()}


#: Fields of a recipe or a plan that files have under another name.
KEYS_IN_FILES: Final = {
    "distillation_weight": "taught",
    "distillation_temperature": "softness",
    "bf16": "half",
}
FIELDS_OF_KEYS: Final = {key: name for name, key in KEYS_IN_FILES.items()}


def recipe_of(kept: Mapping[str, Any]) -> Recipe:
    """The recipe that ``as_json`` gave; InputError where it is none."""
    return _kept_value(kept, Recipe, "this is no recipe of this version of lenetpad")


_Kept = TypeVar("_Kept", bound="Plan | Recipe")


def _kept_value(kept: Mapping[str, Any], kind: type[_Kept], fault: str) -> _Kept:
    return as_kind(_renamed(kept, kind, fault), kind, fault)


def _renamed(kept: Any, kind: type, fault: str) -> Any:
    """What a file keeps of a value, under its fields' names; InputError where it has others."""
    if not isinstance(kept, Mapping):
        return kept  # its type is wrong, which is said where all types are checked
    names = {one.name for one in fields(kind)}
    found = {
        FIELDS_OF_KEYS[key] if FIELDS_OF_KEYS.get(key) in names else key: value
        for key, value in kept.items()
    }
    if unknown := found.keys() - names:
        raise InputError(f"{fault}: it has no {named(min(unknown))}")
    return {
        name: _renamed(value, _NESTED[name], fault) if name in _NESTED else value
        for name, value in found.items()
    }


#: The distillation weight where nothing else is said.
DISTILLATION_WEIGHT: Final = 0.7

#: For the mixture, whose ink is varied already, little elasticity; for MNIST alone, more.
_HAND: Final = Recipe(epochs=30, distortions=Distortions(elastic=0.3))
_MIXED: Final = Mixture(written=150_000, scribbles=60_000, newer_forms=True)
#: The study's network is the one that takes letters and scribbles for digits.
_MORE_LETTERS: Final = replace(_MIXED, others=12, scribbles=90_000)
_PAPER: Final = Recipe(epochs=40, distortions=Distortions(elastic=0.5))
#: What `make weights` trains, under the names of what ships, and where `lenetpad train` starts.
RECIPES: Final = {
    "lenet5-1998": replace(_HAND, epochs=24, mixture=Mixture(), lr=3e-3),
    "lenet5-study": replace(_HAND, mixture=_MORE_LETTERS, lr=5e-3),
    "lenet5-modern": replace(_HAND, mixture=_MIXED, lr=3e-3),
    "lenet5-1998-paper": replace(_PAPER, lr=3e-3),
    "lenet5-study-paper": replace(_PAPER, lr=5e-3),
    "lenet5-modern-paper": replace(
        _PAPER, epochs=60, lr=3e-3, optimiser="adamw", weight_decay=0.02
    ),
}

#: Fine-tuning: the recipes for weights that are trained already.
FINE_TUNING: Final = {
    "lenet5-1998": replace(
        _HAND, epochs=14, mixture=replace(_MIXED, mnist=5, scribbles=90_000), lr=1e-3
    ),
}

#: The recipe for lines, over which a network slides. It begins with the weights for handwriting.
LINES: Final = {
    LINE_MODEL: Recipe(
        epochs=8,
        lr=2e-3,
        warm_up=0.1,
        averaged=0.3,
        mixture=replace(_MIXED, mnist=1, others=2, written=60_000, scribbles=8_000, noise=1_000),
        distortions=Distortions(
            rotation=8.0, scaling=0.15, squeezing=0.1, translation=2.5, elastic=0.3
        ),
        neighbours=Neighbours(),
    ),
}

#: The teachers of all weights for handwriting: together they read better than either.
TEACHERS: Final = ("lenet5-1998", "lenet5-modern")
_DISTILLED: Final = replace(
    _HAND,
    epochs=20,
    mixture=replace(_MIXED, mnist=5, scribbles=90_000),
    lr=2e-3,
    distillation_weight=DISTILLATION_WEIGHT,
)
#: Distillation from these teachers, after it all: what ships for handwriting has been through it.
DISTILLATION: Final = {
    "lenet5-1998": _DISTILLED,
    "lenet5-study": replace(
        _DISTILLED,
        epochs=14,
        mixture=replace(_MORE_LETTERS, mnist=5, scribbles=150_000),
        lr=3e-3,
    ),
    "lenet5-modern": _DISTILLED,
}

_STRANGERS: Final = replace(
    _HAND,
    epochs=2,
    mixture=replace(
        _MIXED,
        mnist=2,
        variants=2,
        others=5,
        written=20_000,
        scribbles=16_000,
        noise=2_000,
        latest=36_000,
    ),
    lr=7e-4,
    distillation_weight=DISTILLATION_WEIGHT,
    teachers_corrected=True,
    averaged=0.5,
    start_share=0.5,
)
#: Fine-tuning last of all, on the forms that strangers write and those that its teachers misread,
#: averaged with the weights that were there before.
STRANGERS: Final = {
    "lenet5-1998": _STRANGERS,
    # It forgets more of MNIST meanwhile, and is shown more of it.
    "lenet5-modern": replace(
        _STRANGERS,
        epochs=5,
        mixture=replace(
            _MIXED,
            mnist=5,
            variants=5,
            others=12,
            written=60_000,
            scribbles=50_000,
            noise=4_000,
            latest=60_000,
        ),
        lr=1e-3,
        start_share=0.35,
    ),
}


def usual_recipe(model: str, *, started: bool, distilled: bool, strangers: bool = False) -> Recipe:
    """The recipe for the weights of this name: from random weights or from others, with teachers
    or without, or for strangers' forms. All but the first begin with trained weights."""
    if model in LINES:
        return LINES[model]
    if strangers:
        return STRANGERS[model]
    first = RECIPES[model]
    if not distilled:
        return FINE_TUNING.get(model, first) if started else first
    without = replace(first, distillation_weight=DISTILLATION_WEIGHT)
    return DISTILLATION.get(model, without) if started else without


@dataclass(frozen=True, slots=True)
class TrainingPreset:
    """A training preset: its title and what it is for, the network, and the recipe.

    ``title`` and ``tip`` are marked for translators; files keep the title as it stands here.
    """

    title: str
    tip: str
    model: str
    recipe: Recipe


#: What the Train tab offers, the one to begin with first.
TRAINING_PRESETS: Final = (
    TrainingPreset(
        marked("Train", "Quick"),
        marked("Train", "Takes under a minute and reads digits after a few seconds"),
        "lenet5-1998",
        Recipe(epochs=3, lr=3e-3, distortions=None),
    ),
    TrainingPreset(
        marked("Train", "Study 2024"),
        marked("Train", "10 epochs of Adam, whose learning rate falls to a tenth every 3 epochs"),
        "lenet5-study",
        Recipe(
            epochs=10,
            batch_size=64,
            lr=0.01,
            schedule="step",
            distortions=None,
            validation=12_000,
        ),
    ),
    TrainingPreset(
        marked("Train", "Paper 1998"),
        marked("Train", "20 epochs with the learning rates and the loss of the 1998 paper"),
        "lenet5-1998",
        Recipe(
            epochs=20,
            batch_size=16,
            optimiser="sgd",
            lr=0.01,
            schedule="1998",
            distortions=None,
        ),
    ),
    TrainingPreset(
        marked("Train", "Best"),
        marked("Train", "40 epochs on distorted digits, for the lowest error"),
        "lenet5-1998",
        replace(_PAPER, lr=3e-3),
    ),
)


#: The same by names that are easily typed, such as "paper-1998".
TRAINING_PRESETS_BY_NAME: Final = {
    preset.title.lower().replace(" ", "-"): preset for preset in TRAINING_PRESETS
}


@dataclass(frozen=True, slots=True)
class Plan:
    """One training: the network, the recipe, and what to learn from.

    ``start`` is a shipped network's name or a weights file to go on from; "" begins with random
    weights. ``data`` is the key of a data set, for ``folder`` a folder's path is in ``folder``.
    ``preset`` is the title of the training preset that it began with, for the list of runs.
    ``ink`` are trained on too, on ``images`` the weights are only evaluated. ``out`` is a file for
    the weights besides the run's own; "" wants none. ``bf16`` convolves C3 in bfloat16.
    ``teachers`` are names or files like ``start``, for a recipe with distillation.
    """

    model: str
    recipe: Recipe
    start: str = ""
    data: str = MNIST
    folder: str = ""
    ink: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    out: str = ""
    device: str = CPU
    bf16: bool = False
    preset: str = ""
    teachers: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """The user's files and folders that it reads: what ships and is fetched is none."""
        models = (self.start, *self.teachers)
        own = [model for model in models if model and model not in SHIPPED_NAMES]
        return (*own, *([self.folder] if self.folder else []), *self.ink, *self.images)

    @property
    def config(self) -> dict[str, Any]:
        """What a run keeps of it, besides the model."""
        kept = {KEYS_IN_FILES.get(name, name): value for name, value in asdict(self).items()}
        del kept["model"]
        return {**kept, "recipe": self.recipe.as_json}


#: The fields that hold values with fields of their own.
_NESTED: Final[Mapping[str, type]] = {
    "recipe": Recipe,
    "distortions": Distortions,
    "mixture": Mixture,
    "neighbours": Neighbours,
    "variation": Variation,
}
#: No path is longer, on any system.
LONGEST_TEXT: Final = 4096


def plan_of(model: str, config: Mapping[str, Any]) -> Plan:
    """The plan that a run kept; InputError where it is none of this version.

    It may be a stranger's: what it says is within bounds, and ``files`` are for the user to allow.
    """
    fault = "this is no training of this version of lenetpad"
    if missing := {"recipe", "ink", "images"} - config.keys():
        raise InputError(f"{fault}: its {min(missing)} is missing")
    plan = _kept_value({**config, "model": model}, Plan, fault)
    if model not in RECIPES:
        raise InputError(f"{fault}: {named(repr(model))} is none of its networks")
    if plan.data not in DATA_SETS:
        raise InputError(f"{fault}: {named(repr(plan.data))} is none of its data sets")
    texts = (*plan.files, plan.out, plan.device, plan.preset)
    if any(len(text) > LONGEST_TEXT or "\0" in text for text in texts):
        raise InputError(f"{fault}: one of its texts can be no name of a file")
    return plan
