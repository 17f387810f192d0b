"""The data splits of a training: what to train on, to validate on and to calibrate on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch

from lenetpad.data import labelled as data
from lenetpad.data.labelled import NO_DIGIT, Labelled
from lenetpad.data.mixture import mixed, split
from lenetpad.evaluation.inference import outputs
from lenetpad.ink.files import Drawing
from lenetpad.training import calibration
from lenetpad.training.network import LeNet5
from lenetpad.values.recipes import Recipe

#: Which of MNIST's training images are held out is the same for every recipe and seed.
HELD_OUT_SEED: Final = 0


@dataclass(frozen=True, slots=True)
class DataSplits:
    """``train`` to train on, ``held_out`` of the images to validate on, and ``choices``, these
    and the ink's, to calibrate a network by."""

    train: Labelled
    held_out: Labelled
    choices: Labelled


def prepared(
    recipe: Recipe, drawings: Sequence[Drawing], images: Labelled | None = None
) -> DataSplits:
    """Training images, MNIST's where none are given, and the drawings as a recipe asks for them.

    A mixture splits the ink by its writers; without one, all digits in it are trained on as they
    are drawn.
    """
    generator = torch.Generator().manual_seed(HELD_OUT_SEED)
    everything = data.mnist()[0] if images is None else images
    held = min(recipe.validation, len(everything) // 5)
    train, held_out = random_split(everything, held, generator)
    if recipe.mixture is None:
        digits = _digits(drawings)
        train = train.joined(data.drawn(digits)) if digits else train
        return DataSplits(_subsample_and_corrupt(train, recipe), held_out, held_out)
    parts = split(drawings)
    chosen = _digits(parts.choice)
    choices = held_out.joined(data.drawn(chosen)) if chosen else held_out
    train = mixed(train, parts.train, recipe.mixture, recipe.seed)
    return DataSplits(_subsample_and_corrupt(train, recipe), held_out, choices)


def random_split(
    data: Labelled, held_out: int, generator: torch.Generator
) -> tuple[Labelled, Labelled]:
    """A random split into the rest and ``held_out`` images."""
    order = torch.randperm(len(data), generator=generator).numpy()
    return data.chosen(order[held_out:]), data.chosen(order[:held_out])


def _subsample_and_corrupt(train: Labelled, recipe: Recipe) -> Labelled:
    """The recipe's fraction of the images, with its share of wrong labels."""
    if recipe.fraction == 1 and recipe.label_noise == 0:
        return train
    generator = torch.Generator().manual_seed(recipe.seed)
    kept = torch.randperm(len(train), generator=generator)
    kept = kept[: max(1, round(recipe.fraction * len(train)))]
    wrong = torch.rand(len(kept), generator=generator) < recipe.label_noise
    others = torch.randint(1, 10, (len(kept),), generator=generator)
    images, labels = train.images[kept.numpy()], train.labels[kept.numpy()]
    changed = wrong.numpy() & (labels != NO_DIGIT)
    return Labelled(images, np.where(changed, (labels + others.numpy()) % 10, labels))


def calibrate(network: LeNet5, choices: Labelled, device: str = "cpu") -> None:
    """Calibrate a trained network on held-out digits."""
    if len(choices):
        found = torch.cat(list(outputs(network, choices.images, device))).cpu()
        calibration.calibrate(network, found, torch.tensor(choices.labels))


def _digits(drawings: Sequence[Drawing]) -> list[Drawing]:
    return [drawing for drawing in drawings if data.label_of(drawing) != NO_DIGIT]
