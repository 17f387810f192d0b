"""From an image to a Reading: one forward pass, one copy from the device to the host."""

from __future__ import annotations

import logging
import math
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Final, cast

import numpy as np
import torch
from torch import Tensor, nn

from lenetpad.ink.files import read_ink
from lenetpad.ink.raster import PADDED, Image, draw, pad
from lenetpad.storage import resources
from lenetpad.training.network import SUM, LeNet5
from lenetpad.training.weights import Weights, load
from lenetpad.values.arrays import FloatArray
from lenetpad.values.devices import AUTO, CPU, fallback_notice
from lenetpad.values.failures import first_line
from lenetpad.values.models import Choice, LayerView, ModelReady
from lenetpad.values.reading import Reading
from lenetpad.values.training import Snapshot

log = logging.getLogger("lenetpad")

SHOWN_LAYERS: Final = ("input", "C1", "S2", "C3", "S4", "C5", "F6")


class Recognizer:
    """A network on a device that reads one image at a time."""

    def __init__(self, weights: Weights, device: str = CPU, notice: str = "") -> None:
        self.weights = weights
        self.device = device
        self.notice = notice
        self._network = weights.network.eval().requires_grad_(False).to(device)
        one = torch.zeros(1, 1, PADDED, PADDED, device=device)
        whole = _Pass(self._network)
        self._shapes = whole.shapes(one)
        self._pass = _in_one_call(whole, one)
        self._highest: dict[str, float] = {}  # of the layers without a bound, as described

    def read(self, image: Image) -> Reading:
        """Read a normalised image (28, 28), float32 in [0, 1], ink 1.

        A blank image has no digit: its probabilities are all zero.
        """
        started = time.perf_counter()
        with torch.inference_mode():
            batch = torch.from_numpy(pad(image)[None, None]).to(self.device)
            row = self._pass(batch).cpu().numpy()
        row.flags.writeable = False
        taps, at = {}, 0
        for name, shape in self._shapes.items():
            size = math.prod(shape)
            taps[name] = row[at : at + size].reshape(shape)
            at += size
        reading = self._verdict(taps, row[at:], image)
        return replace(reading, network_seconds=time.perf_counter() - started)

    def refresh(self, snapshot: Snapshot) -> bool:
        """Take the weights of a training; True where the network has to be described anew.

        That is where a layer without a bound has outgrown the range that it was described with,
        or no longer fills half of it.
        """
        state = {name: torch.tensor(array) for name, array in snapshot.weights}
        self._network.load_state_dict(state)
        if not self._highest:
            return False
        now = {view.name: view.high for view in self._layer_views()}
        return any(
            not 0.5 < now[name] / max(high, 1e-9) < 1.25 for name, high in self._highest.items()
        )

    def describe(self, choice: Choice) -> ModelReady:
        """What a window needs to know of this network, as the answer to a choice."""
        network = self.weights.network
        coded = network.config.output == "RBF"
        parameter = network.output.get_buffer("codes") if coded else network.output.weight
        assert isinstance(parameter, Tensor)
        templates: FloatArray = parameter.detach().cpu().numpy().copy()
        templates.flags.writeable = False
        layers = self._layer_views()
        bound = network.activation_range[1]
        if not np.isfinite(bound):
            self._highest = {view.name: view.high for view in layers if view.name != "input"}
        return ModelReady(
            choice=choice,
            model=self.weights.name,
            preset=network.config.name,
            used=self.device,
            device=device_label(self.device),
            devices=devices(),
            layers=layers,
            templates=templates,
            coded=coded,
            test_error=self.weights.test_error,
            notice=self.notice,
        )

    def _verdict(
        self, taps: dict[str, FloatArray], posteriors: FloatArray, image: Image
    ) -> Reading:
        coded = self.weights.network.config.output == "RBF"
        blank = not image.any()
        probabilities = np.zeros(10, dtype=np.float32) if blank else posteriors[:10]
        probabilities.flags.writeable = False
        return Reading(
            taps=taps,
            probabilities=probabilities,
            no_digit=float(posteriors[10]) if len(posteriors) > 10 and not blank else None,
            distances=taps["output"] if coded else None,
            digit=None if blank else int(probabilities.argmax()),
        )

    def _layer_views(self) -> tuple[LayerView, ...]:
        """Sizes from a forward pass; ranges from the squashing or, where it has no bound,
        from what the sample ink makes the layer do."""
        network, config = self.weights.network, self.weights.network.config
        taps: dict[str, Tensor] = {}
        with torch.inference_mode():
            network(_samples().to(self.device), taps)
        views = []
        for name in SHOWN_LAYERS:
            maps, height, width = (*taps[name].shape[1:], 1, 1)[:3]
            low, high = network.activation_range
            if name == "input":
                low, high = sorted((config.background, config.ink))
            elif name + SUM not in taps or not np.isfinite(high):
                high = float(taps[name].abs().max())
                low = -high if bool((taps[name] < 0).any()) else 0.0
            views.append(LayerView(name, maps, height, width, low, high))
        return tuple(views)


class _Pass(nn.Module):
    """One image's forward pass in one row: every tap, then the probabilities."""

    def __init__(self, network: LeNet5) -> None:
        super().__init__()
        self.network = network

    def shapes(self, image: Tensor) -> dict[str, tuple[int, ...]]:
        """The taps of the row in their order, with the shapes of one image's."""
        taps: dict[str, Tensor] = {}
        with torch.inference_mode():
            self.network(image, taps)
        return {name: tuple(tap.shape[1:]) for name, tap in taps.items()}

    def forward(self, image: Tensor) -> Tensor:
        taps: dict[str, Tensor] = {}
        posteriors = self.network.log_posteriors(self.network(image, taps)).exp()
        return torch.cat([tap.reshape(-1) for tap in (*taps.values(), posteriors)])


def _in_one_call(module: nn.Module, example: Tensor) -> Callable[[Tensor], Tensor]:
    """The same function of a tensor, with the interpreter lock given back once.

    The module itself gives it back and takes it again in each of its sixty operations, and while
    the window paints, every time is a wait. Tracing is deprecated in torch, yet nothing that
    does without a compiler has come in its place. Where tracing fails, the module is called
    itself; if it was the module that failed, it does so again for whoever reads.
    """
    try:
        with torch.inference_mode(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            traced = torch.jit.trace(module, example, check_trace=False)
            for _ in range(2):  # the first calls are slow
                traced(example)
    except Exception as error:
        log.warning("the network is read operation by operation: %s", first_line(error))
        return module
    return cast("Callable[[Tensor], Tensor]", traced)


@cache
def _samples() -> Tensor:
    """The sample ink as images (n, 1, 32, 32): drawing it takes longer than reading it."""
    images = np.stack([draw(d.ink) for d in read_ink(resources.path("ink/samples.jsonl"))])
    return torch.from_numpy(pad(images)[:, None])


def open_recognizer(choice: Choice) -> Recognizer:
    """Load the chosen network on the chosen device; a device that fails gives way to the CPU.

    Auto is the CPU here: one small image is read in less time than a GPU takes to be started.

    Raises WeightsError where the network cannot be loaded.
    """
    prepare_for_single_images()
    weights = load(choice.model, choice.conventions)
    device = choice.device
    if device in (AUTO, CPU):
        return Recognizer(weights, notice=weights.warning)
    try:
        recognizer = Recognizer(weights, device, weights.warning)
        recognizer.read(np.zeros((28, 28), dtype=np.float32))
    except (RuntimeError, AssertionError, NotImplementedError, ValueError) as error:
        return on_cpu(load(choice.model, choice.conventions), device, error)
    return recognizer


def on_cpu(weights: Weights, failed_device: str, error: Exception) -> Recognizer:
    """A recognizer on the CPU, with a notice that says which device gave way and why."""
    return Recognizer(weights, CPU, fallback_notice(device_label(failed_device), error))


def prepare_for_single_images() -> None:
    """Set torch up for one small image at a time on the CPU.

    More threads than one only add waiting (see `lenetpad bench`), and oneDNN's set-up costs more
    than these convolutions: 47 µs against 12 µs for C1.
    """
    torch.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of Intel GPUs when this flag is touched
        torch.backends.mkldnn.set_flags(False)


def best_device() -> str:
    """The fastest device there is for training; the first CUDA device, MPS or the CPU."""
    available = [name for name, _ in devices() if name not in (AUTO, CPU)]
    return available[0] if available else CPU


def usable_device(name: str) -> str:
    """A device to train on, AUTO the fastest; ValueError with a clear sentence for a dead one."""
    if name == AUTO:
        return best_device()
    try:
        torch.zeros(1, device=name)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = (str(error).strip() or "unknown").splitlines()[0]
        raise ValueError(f"the device {name!r} cannot be used: {reason}") from None
    return name


def devices() -> tuple[tuple[str, str], ...]:
    """The devices to choose from, each as torch's name and a label."""
    found = [(AUTO, "Auto"), (CPU, "CPU")]
    if torch.cuda.is_available():
        found += [
            (f"cuda:{i}", f"{torch.cuda.get_device_name(i)} (cuda:{i})")
            for i in range(torch.cuda.device_count())
        ]
    if torch.backends.mps.is_available():
        found.append(("mps", "Apple GPU"))
    return tuple(found)


def device_label(device: str) -> str:
    """The label of a device, or its own name where it is not there."""
    return dict(devices()).get(device, device)
