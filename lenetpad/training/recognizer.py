"""A recognizer on a device of torch's: one forward pass, one copy from the device to the host."""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor, nn

from lenetpad.ink.raster import PADDED, Image, pad
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.weights import Weights
from lenetpad.training.devices import gpus, prepare_for_single_images, torch_name
from lenetpad.training.network import LeNet5, network_of, set_parameters
from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.devices import ALWAYS_THERE, TORCH_CPU
from lenetpad.values.failures import first_line

log = logging.getLogger("lenetpad")


class TorchRecognizer(Recognizer):
    """A network on a device of torch's that reads one image at a time."""

    def __init__(self, weights: Weights, device: str = TORCH_CPU, notice: str = "") -> None:
        prepare_for_single_images()
        self.device = device
        self.torch_device = torch_name(device)
        super().__init__(weights, notice)

    def _build(self) -> None:
        self.network = network_of(self.weights).requires_grad_(False).to(self.torch_device)
        one = torch.zeros(1, 1, PADDED, PADDED, device=self.torch_device)
        whole = _Pass(self.network)
        self._shapes = whole.shapes(one)
        self._traced = _in_one_call(whole, one)

    def _update(self, parameters: Parameters) -> None:
        set_parameters(self.network, parameters)

    def _compute(self, image: Image) -> tuple[dict[str, FloatArray], FloatArray]:
        with torch.inference_mode():
            batch = torch.from_numpy(pad(image)[None, None]).to(self.torch_device)
            row: FloatArray = self._traced(batch).cpu().numpy()
        row.flags.writeable = False
        taps, at = {}, 0
        for name, shape in self._shapes.items():
            size = math.prod(shape)
            taps[name] = row[at : at + size].reshape(shape)
            at += size
        return taps, row[at:]

    def _devices(self) -> tuple[tuple[str, str], ...]:
        return (*ALWAYS_THERE, *gpus())


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
            traced(example)
    except Exception as error:
        log.warning("the network is read operation by operation: %s", first_line(error))
        return module
    return cast("Callable[[Tensor], Tensor]", traced)
