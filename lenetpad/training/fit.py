"""Training: fits a network to labelled images and yields its progress."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import torch
from torch import Tensor

from lenetpad.data.distortions import distorted, padded
from lenetpad.data.labelled import Labelled
from lenetpad.evaluation import inference
from lenetpad.training.averaging import WeightsAverage, blend, weights_of
from lenetpad.training.checkpoints import CheckpointError, fitting, number, part
from lenetpad.training.distillation import Teachers
from lenetpad.training.network import LeNet5
from lenetpad.training.splits import random_split
from lenetpad.values.recipes import Recipe
from lenetpad.values.training import Progress

#: Steps and seconds between two reports of progress, whichever come first.
REPORT_EVERY: Final = 20
REPORT_SECONDS: Final = 0.5
SOUND: Final = 32  # images on which the weights must give a loss before a report
#: What a schedule, or a user, changes of an optimiser's settings; the others are the recipe's.
CHANGING: Final = frozenset({"lr", "initial_lr", "max_lr", "min_lr", "betas", "momentum"})
#: Rates beyond it are no number in float32.
LARGEST_RATE: Final = 1e38
LARGEST_MOMENTUM: Final = math.nextafter(1, 0)


class TrainingError(RuntimeError):
    """A training that cannot begin or go on as it was asked for; the message says why."""

    mistake = True


class DivergedError(TrainingError):
    """The loss is no longer a number: a smaller learning rate may help."""

    diverged = True


#: After how many passes section III-B of the paper has which part of its first rate, latest first.
_1998: Final = ((12, 0.02), (8, 0.1), (5, 0.2), (2, 0.4), (0, 1.0))


class Training:
    """A training that can end after any report and be resumed as if it had not.

    It trains ``network`` in place on ``data``. ``bf16`` convolves C3 in bfloat16 where the CPU has
    instructions for it (see ``bf16_is_faster``): less time for a step, and weights that are
    rounded otherwise. Validation is on ``held_out``, or on images that are taken from the data
    where none are given. ``teachers`` are for a recipe with a distillation weight. Raises
    TrainingError when there are no images, or no teachers for such a recipe.
    """

    def __init__(
        self,
        network: LeNet5,
        data: Labelled,
        recipe: Recipe,
        device: str = "cpu",
        held_out: Labelled | None = None,
        *,
        bf16: bool = False,
        teachers: Sequence[LeNet5] = (),
    ) -> None:
        if len(data) == 0:
            raise TrainingError("there are no images to train on")
        if recipe.distillation_weight and not teachers:
            raise TrainingError("this recipe is taught by other networks: name them as teachers")
        self.network, self.recipe, self.device = network, recipe, device
        self._generator = torch.Generator().manual_seed(recipe.seed)
        if held_out is None:
            held = min(recipe.validation, len(data) // 5)
            data, held_out = random_split(data, held, self._generator)
        self._train, self._held_out = data, held_out
        self.steps_an_epoch = math.ceil(len(data) / recipe.batch_size)
        self.steps = self.steps_an_epoch * recipe.epochs
        self.step = 0
        self._order = torch.empty(0, dtype=torch.int64)  # what is left of this epoch
        network.to(device).train()
        network.bf16_c3 = bf16 and bf16_is_faster(device)
        self._teachers = (
            Teachers(teachers, recipe.distillation_temperature, device)
            if recipe.distillation_weight
            else None
        )
        self._optimiser = _optimiser(network, recipe)
        self._schedule = _schedule(self._optimiser, recipe, self.steps, self.steps_an_epoch)
        averaged = math.ceil(recipe.averaged * self.steps)
        self._average = WeightsAverage(network, self.steps - averaged + 1) if averaged else None
        self._start = weights_of(network) if recipe.start_share else {}

    @property
    def images(self) -> int:
        """How many images an epoch has."""
        return len(self._train)

    @property
    def epoch(self) -> int:
        """The epoch of the last step, from 1."""
        return max(1, math.ceil(self.step / self.steps_an_epoch))

    @property
    def learning_rate(self) -> float:
        """The rate of the next step."""
        return float(self._optimiser.param_groups[0]["lr"])

    def run(self) -> Iterator[Progress]:
        """Train to the last step and yield progress every few steps and at the end of each epoch.

        The last value of each epoch carries the loss and error on the held-out images. The
        network ends in evaluation mode with the last step's weights, or with the averages that
        the recipe asks for, on which the last values are. Raises TrainingError when the loss
        stops being a number.
        """
        self.network.train()
        losses: list[Tensor] = []
        counted, started = 0, time.perf_counter()
        while self.step < self.steps:
            images, labels = self._batch()
            used_rate = self.learning_rate
            losses.append(self._stepped(images, labels))
            counted += len(labels)
            last = len(self._order) == 0
            due = time.perf_counter() - started > REPORT_SECONDS
            if not (last or due) and self.step % REPORT_EVERY:
                continue
            seen = torch.stack(losses).tolist()
            self._check(seen, used_rate)
            # All batches are as large as each other, but for the last of an epoch.
            mean = (sum(seen[:-1]) * self.recipe.batch_size + seen[-1] * len(labels)) / counted
            seconds = max(time.perf_counter() - started, 1e-9)
            if self.step == self.steps:
                self._put_averages()
            checked = self._validated() if last else (None, None)
            yield Progress(
                epoch=self.epoch,
                epochs=self.recipe.epochs,
                step=self.step,
                steps=self.steps,
                loss=mean,
                learning_rate=used_rate,
                images_per_second=counted / seconds,
                validation_loss=checked[0],
                validation_error=checked[1],
                losses=tuple(seen),
            )
            losses, counted, started = [], 0, time.perf_counter()
        self.network.eval()

    def state(self) -> dict[str, Any]:
        """The checkpoint: all that another Training of the same recipe and data needs to resume.

        Tensors, numbers and texts only. Valid between two reports of ``run``.
        """
        return {
            "network": self.network.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "schedule": {
                key: value
                for key, value in self._schedule.state_dict().items()
                if key != "lr_lambdas"  # functions, which are None there
            },
            "generator": self._generator.get_state(),
            "order": self._order.clone(),  # a view would bring all of the epoch along
            "step": self.step,
            **({"average": self._average.state()} if self._average else {}),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Resume from a ``state``; TrainingError if it is damaged or belongs to another training.

        All of it is looked at before any of it is used.
        """
        try:
            step = int(number(part(state, "step"), "the step", 0, self.steps))
            network = fitting(part(state, "network"), self.network.state_dict(), "the network")
            optimiser = self._checked_optimiser(part(state, "optimiser"), step)
            schedule = self._checked_schedule(part(state, "schedule"), step)
            order = self._checked_order(part(state, "order"), step)
            generator = fitting(
                part(state, "generator"), self._generator.get_state(), "the generator"
            )
            torch.Generator().set_state(generator)  # which looks into it
            average = self._average and self._average.checked(part(state, "average"), step)
        except (CheckpointError, RuntimeError) as error:
            raise TrainingError(f"this checkpoint does not fit the training: {error}") from error
        self.network.load_state_dict(network)
        self._optimiser.load_state_dict(optimiser)
        self._schedule.load_state_dict(schedule)
        self._generator.set_state(generator)
        self._order, self.step = order, step
        if self._average and average:
            self._average.restore(average)

    def _checked_optimiser(self, kept: Any, step: int) -> dict[str, Any]:
        """The optimiser's state with what changes along a training as it was kept."""
        own = self._optimiser.state_dict()
        if step:
            own["state"] = fitting(part(kept, "state"), self._stepped_state(), "the optimiser")
        groups = part(kept, "param_groups")
        if not isinstance(groups, list) or len(groups) != len(own["param_groups"]):
            raise CheckpointError("the optimiser has another number of groups")
        for group, old in zip(own["param_groups"], groups, strict=True):
            for name in CHANGING & group.keys():
                group[name] = fitting(part(old, name), group[name], f"the optimiser's {name}")
                values = group[name] if isinstance(group[name], tuple) else (group[name],)
                most = LARGEST_MOMENTUM if name in ("betas", "momentum") else LARGEST_RATE
                for value in values:
                    number(value, f"the optimiser's {name}", 0, most)
        return own

    def _stepped_state(self) -> dict[int, Any]:
        """What the optimiser keeps of each parameter once it has taken a step."""
        twin = copy.deepcopy(self.network)
        for parameter in twin.parameters():
            parameter.grad = torch.zeros_like(parameter)
        optimiser = _optimiser(twin, self.recipe)
        optimiser.step()
        state: dict[int, Any] = optimiser.state_dict()["state"]
        return state

    def _checked_schedule(self, kept: Any, step: int) -> dict[str, Any]:
        """The schedule's state at a step, with the rates as they were kept."""
        own = dict(self._schedule.state_dict())
        number(part(kept, "last_epoch"), "the schedule's step", step, step)
        for name in ("base_lrs", "_last_lr"):
            own[name] = fitting(part(kept, name), own[name], "the schedule")
            for rate in own[name]:
                number(rate, "the schedule's rate", 0, LARGEST_RATE)
        return {"lr_lambdas": [None], **own, "last_epoch": step, "_step_count": step + 1}

    def _checked_order(self, kept: Any, step: int) -> Tensor:
        """What is left of an epoch's images after a step, each by its number."""
        done, images = step % self.steps_an_epoch, self.images
        left = images - done * self.recipe.batch_size if done else 0
        order: Tensor = fitting(kept, torch.empty(left, dtype=torch.int64), "the order")
        if left and (int(order.min()) < 0 or int(order.max()) >= images):
            raise CheckpointError("the order names images that are not there")
        return order

    def scale_rate(self, factor: float) -> None:
        """Multiply the learning rate of all steps to come; ValueError unless positive."""
        if not (math.isfinite(factor) and factor > 0):
            raise ValueError("the learning rate can only be multiplied by a positive number")
        for group in self._optimiser.param_groups:
            for key in ("lr", "initial_lr", "max_lr", "min_lr"):
                if key in group:
                    group[key] *= factor
        self._schedule.base_lrs = [rate * factor for rate in self._schedule.base_lrs]

    def _batch(self) -> tuple[Tensor, Tensor]:
        """The next images (B, 1, 32, 32) and labels (B,), each epoch in another order."""
        recipe, train = self.recipe, self._train
        if len(self._order) == 0:
            self._order = torch.randperm(len(train), generator=self._generator)
        chosen, self._order = self._order.tensor_split((recipe.batch_size,))
        images = torch.from_numpy(train.images[chosen.numpy()])
        labels = torch.from_numpy(train.labels[chosen.numpy()])
        shown = (
            padded(images)
            if recipe.distortions is None
            else distorted(images, recipe.distortions, self._generator)
        )
        return shown.to(self.device), labels.to(self.device)

    def _stepped(self, images: Tensor, labels: Tensor) -> Tensor:
        self._optimiser.zero_grad(set_to_none=True)
        loss = self._loss(images, labels)
        loss.backward()
        self._optimiser.step()
        self._schedule.step()
        self.step += 1
        if self._average:
            self._average.add(self.network, self.step)
        return loss.detach()

    def _put_averages(self) -> None:
        """Give the network the weights that the training ends with."""
        if self._average:
            self._average.put_into(self.network)
        if self._start:
            blend(self.network, self._start, self.recipe.start_share)

    def _loss(self, images: Tensor, labels: Tensor) -> Tensor:
        output, distillation_weight = self.network(images), self.recipe.distillation_weight
        loss = self.network.loss(output, labels)
        if self._teachers is None:
            return loss
        corrections = labels if self.recipe.teachers_corrected else None
        own = self.network.log_posteriors(output)
        distillation_loss = self._teachers.loss(images, own, corrections)
        return (1 - distillation_weight) * loss + distillation_weight * distillation_loss

    def _validated(self) -> tuple[float | None, float | None]:
        """Loss and error on the held-out images; (None, None) where none are held out."""
        network, held_out = self.network, self._held_out
        if len(held_out) == 0:
            return None, None
        outputs = torch.cat(list(inference.outputs(network, held_out.images, self.device)))
        network.train()
        labels = torch.tensor(held_out.labels).to(outputs.device)
        wrong = network.log_posteriors(outputs)[:, :10].argmax(dim=1) != labels
        return float(network.loss(outputs, labels)), float(wrong.float().mean())

    def _check(self, losses: Sequence[float], rate: float) -> None:
        """Raise TrainingError where a loss was no number, or the next one will not be."""
        first = next((i for i, loss in enumerate(losses) if not math.isfinite(loss)), None)
        if first is None and self._is_sound():
            return
        step = self.step - (0 if first is None else len(losses) - first - 1)
        raise DivergedError(
            f"the loss is no longer a number at step {step} with learning rate {rate:.3g}; "
            "try a smaller one"
        )

    def _is_sound(self) -> bool:
        """Whether the weights of now still give a finite loss: the last step may have diverged."""
        images = torch.tensor(self._train.images[:SOUND])
        labels = torch.tensor(self._train.labels[:SOUND])
        with torch.inference_mode():
            outputs = self.network(padded(images).to(self.device))
            return bool(self.network.loss(outputs, labels.to(self.device)).isfinite())


def _optimiser(network: LeNet5, recipe: Recipe) -> torch.optim.Optimizer:
    common: dict[str, Any] = {"lr": recipe.lr, "weight_decay": recipe.weight_decay, "fused": True}
    match recipe.optimiser:
        case "adam":
            return torch.optim.Adam(network.parameters(), **common)
        case "adamw":
            return torch.optim.AdamW(network.parameters(), **common)
        case _:
            return torch.optim.SGD(network.parameters(), momentum=recipe.momentum, **common)


def _schedule(
    optimiser: torch.optim.Optimizer, recipe: Recipe, steps: int, steps_an_epoch: int
) -> torch.optim.lr_scheduler.LRScheduler:
    if recipe.schedule == "one-cycle":
        steps = max(steps, 2)
        # A warm-up of exactly one step would make torch divide by zero; it is no warm-up anyway.
        warm_up = 0.0 if recipe.warm_up * steps == 1 else recipe.warm_up
        return torch.optim.lr_scheduler.OneCycleLR(
            optimiser,
            recipe.lr,
            total_steps=steps,
            pct_start=warm_up,
            cycle_momentum=recipe.optimiser != "sgd",  # whose momentum the recipe says
        )

    def part(step: int) -> float:
        """Which part of the highest rate a step has."""
        epoch = step // steps_an_epoch
        match recipe.schedule:
            case "cosine":
                return (1 + math.cos(math.pi * min(step / steps, 1.0))) / 2
            case "step":
                return float(recipe.step_factor ** (epoch // recipe.step_epochs))
            case "1998":
                return next(part for first, part in _1998 if epoch >= first)
            case _:
                return 1.0

    return torch.optim.lr_scheduler.LambdaLR(optimiser, part)


def bf16_is_faster(device: str) -> bool:
    """Whether bfloat16 has instructions of its own; elsewhere it is emulated, and slow."""
    if not device.startswith("cpu"):
        return device.startswith("cuda") and torch.cuda.is_bf16_supported()
    can = torch.cpu.get_capabilities()
    return any(can.get(name, False) for name in ("avx512_bf16", "amx_bf16"))
