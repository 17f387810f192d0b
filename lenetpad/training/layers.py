"""The layers of LeNet-5 that torch does not have: section II of the 1998 paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from lenetpad.lenet.activations import AMPLITUDE, SLOPE


def scaled_tanh(a: Tensor) -> Tensor:
    """f(a) = 1.7159 · tanh(⅔ a), elementwise.

    Computed by tanh(x) = 2 · sigmoid(2x) - 1, which takes half of torch.tanh's time on a CPU.
    """
    return torch.sigmoid(a * (2 * SLOPE)) * (2 * AMPLITUDE) - AMPLITUDE


def lecun_uniform_(tensor: Tensor, fan_in: int) -> None:
    """Fill with initial weights uniform in ±2.4 / fan-in (appendix A), in place."""
    nn.init.uniform_(tensor, -2.4 / fan_in, 2.4 / fan_in)


class Subsampling(nn.Module):
    """2×2 subsampling with one trainable coefficient and bias a map (section II-B).

    The four inputs are summed (``average=False``, the 1998 network) or averaged, multiplied by
    the coefficient, and the bias is added. (N, maps, H, W) -> (N, maps, H/2, W/2).
    """

    def __init__(self, maps: int, *, average: bool) -> None:
        super().__init__()
        self.average = average
        self.weight = nn.Parameter(torch.empty(maps))
        self.bias = nn.Parameter(torch.zeros(maps))
        # The paper's ±2.4 / fan-in for the four inputs; all positive, so that no map starts dead.
        nn.init.uniform_(self.weight, 0.1, 2.4 / 4)

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[2:]
        if height % 2 or width % 2:  # of an image that is larger than 32×32
            x = x[:, :, : height // 2 * 2, : width // 2 * 2]
        # Sums of rows, then of columns: less than half of avg_pool2d's time in a training step.
        rows = x[:, :, ::2] + x[:, :, 1::2]
        summed = rows[..., ::2] + rows[..., 1::2]
        weight = self.weight / 4 if self.average else self.weight
        return torch.addcmul(self.bias[:, None, None], summed, weight[:, None, None])


class MaxPooling(nn.MaxPool2d):
    """The largest of every 2×2: torch's layer, with a faster training step on a CPU.

    (N, maps, H, W) -> (N, maps, H/2, W/2), H and W even.
    """

    def __init__(self) -> None:
        super().__init__(2)

    def forward(self, x: Tensor) -> Tensor:
        if not (self.training and x.device.type == "cpu"):
            return torch.as_tensor(super().forward(x))
        squares = x.unflatten(3, (-1, 2)).unflatten(2, (-1, 2))  # (N, maps, H/2, 2, W/2, 2)
        return _larger(_larger(squares, 3), -1)

    def of_convolution(self, x: Tensor, convolution: nn.Conv2d) -> Tensor:
        """The same as ``self(convolution(x))``, faster for few maps made from one.

        The kernels in their four places of a 2×2 square make one convolution of stride 2, whose
        maps fill a CPU's registers where the six of C1 do not; planes are compared as wholes.
        """
        kernels = torch.cat(
            [
                functional.pad(convolution.weight, (right, 1 - right, down, 1 - down))
                for down in (0, 1)
                for right in (0, 1)
            ]
        )
        bias = None if convolution.bias is None else convolution.bias.repeat(4)
        planes = functional.conv2d(x, kernels, bias, stride=2).unflatten(1, (2, 2, -1))
        return _larger(_larger(planes, 1), 1)


def _larger(x: Tensor, dim: int) -> Tensor:
    """The maximum over a dimension of two."""
    return torch.as_tensor(_Larger.apply(x, dim))


class _Larger(torch.autograd.Function):
    """Compares whole planes, vectorised; of two equal values the first gets the gradient.

    max_pool2d looks for the index of each maximum, one by one, and takes longer for a step.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, dim: int) -> Tensor:
        ctx.save_for_backward(x)
        ctx.dim = dim
        return torch.maximum(x.select(dim, 0), x.select(dim, 1))

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors
        result = torch.empty_like(x)
        first, second = result.select(ctx.dim, 0), result.select(ctx.dim, 1)
        # Into floats: truth values would have to be made into some before they can be multiplied.
        torch.ge(x.select(ctx.dim, 0), x.select(ctx.dim, 1), out=first).mul_(gradient)
        torch.sub(gradient, first, out=second)
        return result, None


class TableConvolution(nn.Module):
    """5×5 convolution whose maps each see a subset of the input maps (Table I).

    ``table[m]`` names the input maps of map m. Only the kernels that exist are parameters:
    ``weight`` has shape (sum of the subsets' sizes, 5, 5).
    (N, inputs, H, W) -> (N, len(table), H-4, W-4).
    """

    def __init__(self, inputs: int, table: Sequence[Sequence[int]], side: int = 5) -> None:
        super().__init__()
        self.inputs, self.maps, self.side = inputs, len(table), side
        kernels = [m * inputs + i for m, subset in enumerate(table) for i in subset]
        self.register_buffer("index", torch.tensor(kernels), persistent=False)
        self.weight = nn.Parameter(torch.empty(len(kernels), side, side))
        self.bias = nn.Parameter(torch.zeros(self.maps))
        start = 0
        with torch.no_grad():
            for subset in table:
                rows = self.weight[start : start + len(subset)]
                lecun_uniform_(rows, len(subset) * side * side)
                start += len(subset)

    def dense(self) -> Tensor:
        """The kernels as an ordinary convolution's, (maps, inputs, 5, 5), zero where none is."""
        flat = self.weight.new_zeros(self.maps * self.inputs, self.side, self.side)
        index = self.get_buffer("index")
        return flat.index_copy(0, index, self.weight).view(
            self.maps, self.inputs, self.side, self.side
        )

    def forward(self, x: Tensor) -> Tensor:
        return functional.conv2d(x, self.dense(), self.bias)


class EuclideanRBF(nn.Module):
    """Euclidean distance units with fixed centres: y_i = Σ_j (x_j - w_ij)² (equation 7).

    ``codes`` has shape (classes, inputs). (N, inputs) -> (N, classes).
    """

    def __init__(self, codes: Tensor) -> None:
        super().__init__()
        self.register_buffer("codes", codes.clone())

    def forward(self, x: Tensor) -> Tensor:
        difference = x[:, None, :] - self.get_buffer("codes")  # (N, classes, inputs)
        return difference.square().sum(dim=2)
