"""Training speed against the plain loop that people write, on this machine, in one run."""

from __future__ import annotations

import os
import statistics
import sys
import time
from itertools import pairwise
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from lenetpad.data import labelled as data
from lenetpad.data.labelled import Labelled
from lenetpad.evaluation.evaluate import evaluate
from lenetpad.training.fit import Training
from lenetpad.training.network import build
from lenetpad.values.recipes import Distortions, Recipe

PRESET: Final = "lenet5-modern"
#: The study's training, which the reference repeats.
STUDY_TRAINED_ON: Final = 48_000
STUDY_EPOCHS: Final = 10
STUDY_BATCH: Final = 64
#: Images that speeds are measured over, where nothing is trained to its end.
TIMED_IMAGES: Final = 25_600
TIMED_EPOCHS: Final = 6
#: Batch size where only the speed counts.
TIMED_BATCH: Final = 256
#: Short trainings that shall reach the reference's accuracy, the shortest first.
QUICK: Final = tuple(
    Recipe(epochs=epochs, lr=6e-3, distortions=None, validation=0) for epochs in (2, 3, 4, 6, 8)
)


def training() -> dict[str, Any]:
    """images per second of both with and without distortions, and the seconds each takes.

    The time to the reference's accuracy is that of the shortest of the ``QUICK`` trainings that
    reaches it; what the failed ones took is printed, not added. None where none reaches it.
    """
    # As `lenetpad train` does; the pen's figures are taken with one.
    torch.set_num_threads(os.cpu_count() or 1)
    train, test = data.mnist()
    some = train.chosen(slice(TIMED_IMAGES))
    figures: dict[str, Any] = {
        "fit_images_per_s": _fit_speed(some, None),
        "fit_distorted_images_per_s": _fit_speed(some, Distortions()),
        "reference_distorted_images_per_s": _reference(some, Distortions(), 1)[1],
    }
    studied = train.chosen(slice(STUDY_TRAINED_ON))
    network, speed, seconds = _reference(studied, None, STUDY_EPOCHS)
    wanted = _accuracy(network, test)
    figures |= {
        "reference_images_per_s": speed,
        "reference_time_s": round(seconds, 1),
        "reference_accuracy": round(wanted, 4),
        "time_to_reference_accuracy_s": None,
        "accuracy_reached": None,
    }
    for recipe in QUICK:
        ours = build(PRESET, recipe.seed)
        started = time.perf_counter()
        for _ in Training(ours, train, recipe, bf16=True).run():
            pass
        seconds = time.perf_counter() - started
        reached = 1 - evaluate(ours, test).error
        print(f"{recipe.epochs} epochs: {reached:.2%} in {seconds:.1f} s", file=sys.stderr)
        if reached >= wanted:
            figures["time_to_reference_accuracy_s"] = round(seconds, 1)
            figures["accuracy_reached"] = round(reached, 4)
            break
    return figures


def _fit_speed(images: Labelled, distortions: Distortions | None) -> int:
    """Images per second of an epoch: the median of those after the first."""
    recipe = Recipe(
        epochs=TIMED_EPOCHS, batch_size=TIMED_BATCH, distortions=distortions, validation=0
    )
    network, ends = build(PRESET, 1), dict[int, float]()
    for progress in Training(network, images, recipe, bf16=True).run():
        ends[progress.epoch] = time.perf_counter()
    seconds = [after - before for before, after in pairwise(ends.values())]
    return round(len(images) / statistics.median(seconds))


def _reference(
    images: Labelled, distortions: Distortions | None, epochs: int
) -> tuple[nn.Module, int, float]:
    """The plain loop: the trained network, its images per second, and its seconds."""
    torch.manual_seed(1)
    network = PlainLeNet5()
    loader = DataLoader(_PlainDigits(images, distortions), batch_size=STUDY_BATCH, shuffle=True)
    optimiser = torch.optim.Adam(network.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.StepLR(optimiser, step_size=3, gamma=0.1)
    loss_of = nn.CrossEntropyLoss()
    started = time.perf_counter()
    for _ in range(epochs):
        for batch, labels in loader:
            optimiser.zero_grad()
            loss = loss_of(network(batch), labels)
            loss.backward()
            optimiser.step()
        schedule.step()
    seconds = time.perf_counter() - started
    return network.eval(), round(epochs * len(images) / seconds), seconds


def _accuracy(network: nn.Module, test: Labelled) -> float:
    images = (torch.from_numpy(test.images)[:, None].float() / 255 - 0.5) / 0.5
    with torch.inference_mode():
        answers = torch.cat([network(batch) for batch in images.split(1000)]).argmax(dim=1)
    return float((answers == torch.from_numpy(test.labels)).double().mean())


class _PlainDigits(Dataset[tuple[Tensor, int]]):
    """MNIST as tutorials read it: a PIL image for each sample, transformed one by one."""

    def __init__(self, images: Labelled, distortions: Distortions | None) -> None:
        from torchvision import transforms

        steps: list[Any] = []
        if distortions is not None:
            shift = distortions.translation / 28
            spread = float(np.exp(distortions.scaling))
            steps.append(
                transforms.RandomAffine(
                    distortions.rotation,
                    translate=(shift, shift),
                    scale=(1 / spread, spread),
                    shear=float(np.degrees(np.arctan(distortions.shearing))),
                    interpolation=transforms.InterpolationMode.BILINEAR,
                )
            )
        steps += [transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))]
        self._transform = transforms.Compose(steps)
        self._images = images.images
        self._labels = images.labels.tolist()

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        from PIL import Image

        return self._transform(Image.fromarray(self._images[index])), self._labels[index]


class PlainLeNet5(nn.Module):
    """The study's network as one writes it in torch: 28×28 with padding 2, ReLU, max-pooling."""

    def __init__(self) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5, padding=2)
        self.c3 = nn.Conv2d(6, 16, 5)
        self.c5 = nn.Linear(400, 120)
        self.f6 = nn.Linear(120, 84)
        self.output = nn.Linear(84, 10)
        self.pool = nn.MaxPool2d(2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(torch.relu(self.c1(x)))
        x = self.pool(torch.relu(self.c3(x)))
        x = torch.relu(self.c5(x.flatten(1)))
        x = torch.relu(self.f6(x))
        return torch.as_tensor(self.output(x))
