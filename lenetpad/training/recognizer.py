"""A recognizer on a device of torch's: one forward pass, one copy from the device to the host."""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from threading import Lock
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from lenetpad.ink.raster import PADDED, Image, pad
from lenetpad.lenet.config import LeNet5Config
from lenetpad.lenet.forward import log_posteriors
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.weights import Weights
from lenetpad.training.devices import gpus, prepare_for_single_images, torch_name
from lenetpad.training.network import LeNet5, network_of, set_parameters
from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.devices import ALWAYS_THERE, TORCH_CPU
from lenetpad.values.failures import first_line
from lenetpad.values.holding import Holds

log = logging.getLogger("lenetpad")

#: An image (1, 1, 32, 32) and a network's tensors in the order of its state dict -> one row.
OneCall = Callable[..., Tensor]
Shapes = dict[str, tuple[int, ...]]


class TorchRecognizer(Recognizer):
    """A network on a device of torch's that reads one image at a time."""

    def __init__(self, weights: Weights, device: str = TORCH_CPU, notice: str = "") -> None:
        prepare_for_single_images()
        self.device = device
        self.torch_device = torch_name(device)
        super().__init__(weights, notice)

    def _build(self) -> None:
        self.network = network_of(self.weights).requires_grad_(False).to(self.torch_device)
        config = self.weights.config
        uncalibrated = replace(config, name="", rubbish=None, temperature=1.0)
        self._one_call, self._shapes = _in_one_call(uncalibrated, self.torch_device)
        self._tensors = tuple(self.network.state_dict().values())  # as they are, not copies

    def _update(self, parameters: Parameters) -> None:
        set_parameters(self.network, parameters)

    def _compute(
        self, image: Image, holds: Holds = ()
    ) -> tuple[dict[str, FloatArray], FloatArray]:
        with torch.inference_mode():
            batch = torch.from_numpy(pad(image)[None, None]).to(self.torch_device)
            found = (
                self._with_held(batch, holds) if holds else self._one_call(batch, *self._tensors)
            )
            row: FloatArray = found.cpu().numpy()
        row.flags.writeable = False
        taps, at = {}, 0
        for name, shape in self._shapes.items():
            size = math.prod(shape)
            taps[name] = row[at : at + size].reshape(shape)
            at += size
        posteriors = np.exp(log_posteriors(self.weights.config, taps["output"][None]))[0]
        posteriors.flags.writeable = False
        return taps, posteriors

    def _outputs(self, images: FloatArray, holds: Holds) -> FloatArray:
        taps: dict[str, Tensor] | None = {} if holds else None
        with torch.inference_mode():
            batch = torch.from_numpy(images[:, None]).to(self.torch_device)
            found: FloatArray = self.network(batch, taps, holds).cpu().numpy()
        return found

    def _with_held(self, image: Tensor, holds: Holds) -> Tensor:
        """The row of an image (1, 1, 32, 32) with units held, operation by operation: what is
        traced knows of none."""
        taps: dict[str, Tensor] = {}
        self.network(image, taps, holds)
        return torch.cat([tap.reshape(-1) for tap in taps.values()])

    def _devices(self) -> tuple[tuple[str, str], ...]:
        return (*ALWAYS_THERE, *gpus())


class _Pass:
    """One image's forward pass in one row: every tap. The parameters are arguments."""

    def __init__(self, config: LeNet5Config, device: str) -> None:
        with torch.random.fork_rng(devices=[]):
            self._network = LeNet5(config).requires_grad_(False).to(device).eval()
        self._lock = Lock()  # two threads may have networks of this kind
        self._places: list[tuple[dict[str, Any], str]] = [
            (parts, name)
            for full in self._network.state_dict()
            for owner, _, name in (full.rpartition("."),)
            for module in (self._network.get_submodule(owner),)
            for parts in (module._parameters if name in module._parameters else module._buffers,)
        ]
        #: Some parameters of the right shapes.
        self.tensors = tuple(self._network.state_dict().values())

    def shapes(self, image: Tensor) -> dict[str, tuple[int, ...]]:
        """The taps of the row in their order, with the shapes of one image's."""
        taps: dict[str, Tensor] = {}
        with torch.inference_mode():
            self._network(image, taps)
        return {name: tuple(tap.shape[1:]) for name, tap in taps.items()}

    def read(self, image: Tensor, *tensors: Tensor) -> Tensor:
        """An image (1, 1, 32, 32), read with the tensors of a state dict in their order."""
        taps: dict[str, Tensor] = {}
        with self._lock:
            # Past __setattr__, which would have parameters only; torch's own functional_call
            # refuses to be traced.
            for (parts, name), tensor in zip(self._places, tensors, strict=True):
                parts[name] = tensor
            self._network(image, taps)
        return torch.cat([tap.reshape(-1) for tap in taps.values()])


@cache
def _in_one_call(config: LeNet5Config, device: str) -> tuple[OneCall, Shapes]:
    """A network's forward pass with the interpreter lock given back once, and the shapes of the
    taps in the row that it gives.

    The module itself gives it back and takes it again in each of its sixty operations, and while
    the window paints, every time is a wait. Tracing is deprecated in torch, yet nothing that
    does without a compiler has come in its place. torch never lets go of what it has traced, 2 MB
    each time: so there is one for each kind of network, and the parameters are arguments. Where
    tracing fails, the module is called itself; if it was the module that failed, it does so again
    for whoever reads.
    """
    whole = _Pass(config, device)
    one = torch.zeros(1, 1, PADDED, PADDED, device=device)
    shapes = whole.shapes(one)
    try:
        with torch.inference_mode(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            traced = torch.jit.trace(whole.read, (one, *whole.tensors), check_trace=False)
            traced(one, *whole.tensors)
    except Exception as error:
        log.warning("the network is read operation by operation: %s", first_line(error))
        return whole.read, shapes
    return cast("OneCall", traced), shapes
