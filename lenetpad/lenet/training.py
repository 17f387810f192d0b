"""Training: ``fit`` trains a network and yields its progress; one table holds the recipes."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

import torch
from torch import Tensor, nn

from lenetpad.lenet.augment import Distortions, distorted, padded
from lenetpad.lenet.data import Labelled
from lenetpad.lenet.mixture import Mixture
from lenetpad.lenet.network import LeNet5
from lenetpad.messages import Progress

#: Steps between two reports of progress.
REPORT_EVERY: Final = 20
EVALUATION_BATCH: Final = 1000


class TrainingError(RuntimeError):
    """A training that cannot go on; the message says at which step, and why."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides a training but the data.

    Adam with a one-cycle learning rate: ``lr`` is its peak, reached after ``warm_up`` of all
    steps. ``validation`` training images are held out and only reported on. ``mixture`` says
    what MNIST is mixed with; None trains on the images as they are.
    """

    epochs: int = 30
    batch_size: int = 128
    lr: float = 3e-3
    warm_up: float = 0.2
    weight_decay: float = 0.0
    distortions: Distortions | None = field(default_factory=Distortions)
    mixture: Mixture | None = None
    validation: int = 5000
    seed: int = 1

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch_size < 1:
            raise ValueError("epochs and batch size must be at least 1")
        if not (math.isfinite(self.lr) and self.lr > 0):
            raise ValueError("the learning rate must be a positive number")
        if not 0 <= self.warm_up < 1:
            raise ValueError("the warm-up must be a fraction, from 0 to less than 1")
        if not 0 <= self.weight_decay < math.inf:
            raise ValueError("the weight decay must be a number, and not negative")
        if self.validation < 0:
            raise ValueError("the number of held-out images must not be negative")


#: For the mixture, whose ink is varied already, little elasticity; for MNIST alone, more.
_HAND: Final = Recipe(epochs=16, mixture=Mixture(), distortions=Distortions(elastic=0.3))
_PAPER: Final = Recipe(epochs=40, distortions=Distortions(elastic=0.5))
#: What `make weights` trains, under the names of what ships, and where `lenetpad train` starts.
RECIPES: Final = {
    "lenet5-1998": replace(_HAND, epochs=24, lr=3e-3),
    "lenet5-study": replace(_HAND, lr=5e-3),
    "lenet5-modern": replace(_HAND, lr=3e-3),
    "lenet5-1998-paper": replace(_PAPER, lr=3e-3),
    "lenet5-study-paper": replace(_PAPER, lr=5e-3),
    "lenet5-modern-paper": replace(_PAPER, lr=3e-3),
}


def fit(
    network: LeNet5,
    data: Labelled,
    recipe: Recipe,
    device: str = "cpu",
    held_out: Labelled | None = None,
    *,
    half: bool = False,
) -> Iterator[Progress]:
    """Train ``network`` in place on ``data`` and yield progress every few steps.

    ``half`` convolves C3 in bfloat16 where the CPU has instructions for it (see
    ``half_is_faster``): less time for a step, and weights that are rounded otherwise.

    The last value of each epoch carries the loss and error on ``held_out``, or on images that are
    taken from the data where none are given. The network ends in
    evaluation mode with the last step's weights. Raises TrainingError when the loss stops being
    a number, or when there are no images.
    """
    if len(data) == 0:
        raise TrainingError("there are no images to train on")
    generator = torch.Generator().manual_seed(recipe.seed)
    train = data
    if held_out is None:
        train, held_out = data.split(min(recipe.validation, len(data) // 10), generator)
    network.to(device).train()
    network.half_c3 = half and half_is_faster(device)
    optimiser = torch.optim.Adam(
        network.parameters(), lr=recipe.lr, weight_decay=recipe.weight_decay, fused=True
    )
    steps_an_epoch = math.ceil(len(train) / recipe.batch_size)
    steps = steps_an_epoch * recipe.epochs
    rate = _one_cycle(optimiser, recipe, max(steps, 2))
    step, loss_sum, counted, started = 0, torch.zeros((), device=device), 0, time.perf_counter()
    for epoch in range(1, recipe.epochs + 1):
        for images, labels in _batches(train, recipe, generator):
            used_rate = float(rate.get_last_lr()[0])
            loss = _step(network, optimiser, images.to(device), labels.to(device))
            rate.step()
            step += 1
            loss_sum, counted = loss_sum + loss * len(labels), counted + len(labels)
            last = step == epoch * steps_an_epoch
            if not last and step % REPORT_EVERY:
                continue
            mean_loss = float(loss_sum) / counted
            if not math.isfinite(mean_loss):
                raise TrainingError(
                    f"the loss is no longer a number at step {step} with learning rate "
                    f"{used_rate:.3g}; try a smaller one"
                )
            seconds = max(time.perf_counter() - started, 1e-9)
            checked = _validate(network, held_out, device) if last else (None, None)
            yield Progress(
                epoch=epoch,
                epochs=recipe.epochs,
                step=step,
                steps=steps,
                loss=mean_loss,
                learning_rate=used_rate,
                images_per_second=counted / seconds,
                validation_loss=checked[0],
                validation_error=checked[1],
            )
            loss_sum, counted, started = torch.zeros_like(loss_sum), 0, time.perf_counter()
    network.eval()


def half_is_faster(device: str) -> bool:
    """Whether bfloat16 has instructions of its own; elsewhere it is emulated, and slow."""
    if not device.startswith("cpu"):
        return device.startswith("cuda") and torch.cuda.is_bf16_supported()
    can = torch.cpu.get_capabilities()
    return any(can.get(name, False) for name in ("avx512_bf16", "amx_bf16"))


def _one_cycle(
    optimiser: torch.optim.Optimizer, recipe: Recipe, steps: int
) -> torch.optim.lr_scheduler.OneCycleLR:
    # A warm-up of exactly one step would make torch divide by zero; it is no warm-up anyway.
    warm_up = 0.0 if recipe.warm_up * steps == 1 else recipe.warm_up
    return torch.optim.lr_scheduler.OneCycleLR(
        optimiser, recipe.lr, total_steps=steps, pct_start=warm_up
    )


def _batches(
    data: Labelled, recipe: Recipe, generator: torch.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    """One epoch in random order: images (B, 1, 32, 32) and labels (B,)."""
    for chosen in torch.randperm(len(data), generator=generator).split(recipe.batch_size):
        images = data.images[chosen]
        if recipe.distortions is None:
            yield padded(images), data.labels[chosen]
        else:
            yield distorted(images, recipe.distortions, generator), data.labels[chosen]


def _step(
    network: LeNet5, optimiser: torch.optim.Optimizer, images: Tensor, labels: Tensor
) -> Tensor:
    optimiser.zero_grad(set_to_none=True)
    loss = network.loss(network(images), labels)
    loss.backward()
    optimiser.step()
    return loss.detach()


def _validate(network: LeNet5, data: Labelled, device: str) -> tuple[float | None, float | None]:
    """Loss and error on held-out images; (None, None) where none are held out."""
    if len(data) == 0:
        return None, None
    outputs = evaluate_outputs(network, data.images, device)
    labels = data.labels.to(outputs.device)
    network.train()
    wrong = network.log_posteriors(outputs)[:, :10].argmax(dim=1) != labels
    return float(network.loss(outputs, labels)), float(wrong.float().mean())


def evaluate_outputs(network: nn.Module, images: Tensor, device: str) -> Tensor:
    """The output layer (n, 10) for uint8 images (n, 28, 28), in evaluation mode."""
    network.eval()
    with torch.inference_mode():
        batches = [network(padded(b).to(device)) for b in images.split(EVALUATION_BATCH)]
    return torch.cat(batches)
