"""LeNet-5 built from a configuration; its forward pass gives every layer by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from lenetpad.lenet.codes import codes
from lenetpad.lenet.config import FULL, PRESETS, LeNet5Config
from lenetpad.lenet.forward import SUM
from lenetpad.lenet.layers import KERNEL
from lenetpad.lenet.weights import Weights
from lenetpad.training.layers import (
    EuclideanRBF,
    MaxPooling,
    Subsampling,
    TableConvolution,
    lecun_uniform_,
    scaled_tanh,
)
from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.holding import Holds

Activation = Callable[[Tensor], Tensor]

#: The functions of lenet.activations in torch, by the names that a configuration has.
TORCH_ACTIVATIONS: Final[dict[str, Activation]] = {
    "scaled tanh": scaled_tanh,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "ReLU": torch.relu,
}


def build(preset: str, seed: int) -> LeNet5:
    """A preset's network with initial weights from ``seed``."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LeNet5(PRESETS[preset])


def network_of(weights: Weights) -> LeNet5:
    """The trainable network with a file's weights, in evaluation mode on the CPU."""
    with torch.random.fork_rng(devices=[]):
        network = LeNet5(weights.config)
    set_parameters(network, weights.parameters)
    return network.eval()


def set_parameters(network: nn.Module, parameters: Parameters) -> None:
    """Copy a state dict's arrays into a network, wherever that is."""
    network.load_state_dict({name: torch.tensor(array) for name, array in parameters.items()})


def parameters_of(network: nn.Module) -> dict[str, FloatArray]:
    """A network's state dict as arrays of their own, on the CPU."""
    state = network.state_dict()
    return {name: tensor.detach().cpu().numpy().copy() for name, tensor in state.items()}


class LeNet5(nn.Module):
    """LeNet-5: C1, S2, C3, S4, C5, F6 and the output (section II-B).

    The input is (N, 1, 32, 32) with paper 0 and ink 1; the configuration's input values are
    applied inside, so every preset takes the same image.
    """

    def __init__(self, config: LeNet5Config) -> None:
        super().__init__()
        self.config = config
        #: Whether training convolves C3, its most expensive layer, in bfloat16.
        self.bf16_c3 = False
        self.activations = {
            layer: TORCH_ACTIVATIONS[config.function(layer)] for layer in config.activated
        }
        self.c1 = nn.Conv2d(1, 6, 5)
        self.s2 = _subsampling(6, config)
        self.c3: nn.Module = (
            nn.Conv2d(6, 16, 5) if config.table == FULL else TableConvolution(6, config.table)
        )
        self.s4 = _subsampling(16, config)
        self.c5 = nn.Linear(16 * 5 * 5, 120)  # a 5×5 convolution over 5×5 maps
        self.f6 = nn.Linear(120, 84)
        self.output: nn.Module = (
            EuclideanRBF(torch.from_numpy(codes()))
            if config.output == "RBF"
            else nn.Linear(84, 10)
        )
        INITIALISERS[config.activation](self)

    def forward(
        self, image: Tensor, taps: dict[str, Tensor] | None = None, holds: Holds = ()
    ) -> Tensor:
        """Images (N, 1, 32, 32) in [0, 1] -> the output layer (N, 10).

        Images (N, 1, H, W) with room for more than one window of 32×32, every four pixels, give
        (N, 10, (H-32)//4+1, (W-32)//4+1); C5 and F6 are as large then.

        The output is the squared distances for an RBF output (smaller is nearer), logits for a
        linear one. A dictionary given as ``taps`` receives every layer after its activation:
        input, C1, S2, C3, S4 (N, maps, H, W), C5 (N, 120), F6 (N, 84), output (N, 10); a layer
        with an activation also gives its sums as "C1.a" and so on. Units that are held have their
        values whatever their sums are; that needs ``taps``, and images of 32×32.
        """
        kept: dict[str, Tensor] = {} if taps is None else taps
        config = self.config
        x = image * (config.ink - config.background) + config.background
        if config.padding != "background":
            x = _bordered(x, enlarged=config.padding == "resized")
        kept["input"] = x  # (N, 1, 32, 32)
        if taps is None and self.training and self.config.subsampling == "max":
            x = self._pooled_first(x)
        else:
            x = self._activated("C1", self.c1(x), kept, holds)  # (N, 6, 28, 28)
            x = self._activated("S2", self.s2(x), kept, holds)  # (N, 6, 14, 14)
            x = self._activated("C3", self._c3_sums(x), kept, holds)  # (N, 16, 10, 10)
            x = self._activated("S4", self.s4(x), kept, holds)  # (N, 16, 5, 5)
        if x.shape[2:] != (KERNEL, KERNEL):
            return self._displaced(x, kept)
        x = self._activated("C5", self.c5(x.flatten(1)), kept, holds)  # (N, 120)
        x = self._activated("F6", self.f6(x), kept, holds)  # (N, 84)
        kept["output"] = self.output(x)  # (N, 10)
        return kept["output"]

    def _displaced(self, x: Tensor, taps: dict[str, Tensor]) -> Tensor:
        """The output of S4 (N, 16, …) that is larger than 5×5: a set of units at each place of it.

        C5, F6 and output are convolutions with the parameters that they have (section VII).
        """
        kernels = self.c5.weight.unflatten(1, (-1, KERNEL, KERNEL))
        x = self._activated("C5", functional.conv2d(x, kernels, self.c5.bias), taps)
        places = x.shape[2:]
        x = x.flatten(2).transpose(1, 2)  # (N, places, 120): the layers take units last
        sums = self.f6(x).transpose(1, 2).unflatten(2, places)
        x = self._activated("F6", sums, taps).flatten(2).transpose(1, 2)
        units = self.output(x.flatten(0, 1)).unflatten(0, x.shape[:2])  # (N, places, 10)
        taps["output"] = units.transpose(1, 2).unflatten(2, places)
        return taps["output"]

    def _pooled_first(self, x: Tensor) -> Tensor:
        """S4 of the input, activated after the pooling: activations increase, so it is the same.

        A quarter of the values is activated, which is worth it in training.
        """
        assert isinstance(self.s2, MaxPooling)
        assert isinstance(self.s4, MaxPooling)
        x = self.s2.of_convolution(x, self.c1)
        x = self._activated("S2", self._activated("C1", x, {}), {})
        x = self.s4(self._c3_sums(x))
        return self._activated("S4", self._activated("C3", x, {}), {})

    def _c3_sums(self, x: Tensor) -> Tensor:
        if not (self.bf16_c3 and self.training):
            return torch.as_tensor(self.c3(x))
        with torch.autocast(x.device.type, torch.bfloat16):
            return torch.as_tensor(self.c3(x)).float()

    def log_posteriors(self, output: Tensor) -> Tensor:
        """Log probabilities of the classes, (N, 10), or (N, 11) with "no digit" last.

        For the RBF output these are the posteriors of equation 9: e^-y_i and e^-j over their
        sum. Minus the logarithm of the right class's posterior is that equation's loss. Logits
        compete with the constant -j in the same way.
        """
        config, scores = self.config, self.scores(output)
        if config.rubbish is not None:
            rubbish = torch.full_like(scores[:, :1], -config.rubbish)
            scores = torch.cat([scores, rubbish], dim=1)
        return functional.log_softmax(scores / config.temperature, dim=1)

    def scores(self, output: Tensor) -> Tensor:
        """What the classes compete with, (N, 10): logits, or minus the scaled distances."""
        linear = self.config.output == "linear"
        return output if linear else output * -self.config.distance_scale

    def calibrate(self, temperature: float, rubbish: float | None) -> None:
        """Set the temperature and the j with which probabilities are computed from now on."""
        self.config = replace(self.config, temperature=temperature, rubbish=rubbish)

    def loss(self, output: Tensor, labels: Tensor) -> Tensor:
        """Mean loss: equation 9 for the RBF output, cross entropy for the linear one."""
        return functional.nll_loss(self.log_posteriors(output), labels)

    def _activated(
        self, layer: str, a: Tensor, taps: dict[str, Tensor], holds: Holds = ()
    ) -> Tensor:
        if layer in self.config.activated:
            taps[layer + SUM] = a
            a = self.activations[layer](a)
        for held in holds:
            if held.layer == layer:
                a = a.clone()  # whoever asks for gradients needs what was there
                a.movedim(0, -1)[held.index] = held.value
        taps[layer] = a
        return a


def _bordered(x: Tensor, *, enlarged: bool) -> Tensor:
    """The middle 28×28 of (N, 1, 32, 32) in a frame of zeros, or bilinearly enlarged."""
    middle = x[..., 2:-2, 2:-2]
    if enlarged:
        return functional.interpolate(middle, size=x.shape[-2:], mode="bilinear")
    return functional.pad(middle, (2, 2, 2, 2))


def _subsampling(maps: int, config: LeNet5Config) -> nn.Module:
    if config.subsampling == "max":
        return MaxPooling()
    if config.subsampling == "mean":
        return nn.AvgPool2d(2)
    return Subsampling(maps, average=config.subsampling == "average")


def _zero(bias: Tensor | None) -> None:
    if bias is not None:
        nn.init.zeros_(bias)


def _initialise_as_in_the_paper(network: LeNet5) -> None:
    """Uniform initial weights in ±2.4 / fan-in and zero biases (appendix A)."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            lecun_uniform_(layer.weight, layer.weight[0].numel())
            _zero(layer.bias)


def _initialise_for_sigmoids(network: LeNet5) -> None:
    """Glorot's uniform weights, and coefficients that make up for the sigmoid's slope of ¼.

    With the paper's initial weights the sums are so small that the loss rests for epochs.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            _zero(layer.bias)
        elif isinstance(layer, Subsampling):
            nn.init.uniform_(layer.weight, 2.0, 6.0)


INITIALISERS: Final[dict[str, Callable[[LeNet5], None]]] = {
    "scaled tanh": _initialise_as_in_the_paper,
    "tanh": _initialise_as_in_the_paper,
    "sigmoid": _initialise_for_sigmoids,
    "ReLU": lambda network: None,  # torch's own are made for it
}
