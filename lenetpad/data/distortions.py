"""Distortions of a batch of images, different for each: one resampling, then the pen's width.

The 1998 paper (section III-A) distorts by translation, scaling, squeezing (horizontal compression
with vertical elongation, or the reverse) and horizontal shearing. Rotation, elastic deformation
(P. Simard, D. Steinkraus, J. Platt, "Best practices for convolutional neural networks applied to
visual document analysis", 2003) and the thickness of the stroke are added here.
"""

from __future__ import annotations

import math
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from lenetpad.values.recipes import Distortions

PADDED: Final = 32
#: Nodes a side of the grid on which an elastic deformation is drawn; smooth in between.
NODES: Final = 5


def padded(images: Tensor) -> Tensor:
    """uint8 (N, 28, 28) -> float (N, 1, 32, 32) in [0, 1], the image in the middle."""
    margin = (PADDED - images.shape[-1]) // 2
    return functional.pad(images[:, None].float() / 255, [margin] * 4)


def distorted(images: Tensor, how: Distortions, generator: torch.Generator) -> Tensor:
    """uint8 (N, 28, 28) -> float (N, 1, 32, 32) in [0, 1], each image distorted by itself."""
    grid = functional.affine_grid(
        _inverse_maps(len(images), how, generator),
        [len(images), 1, PADDED, PADDED],
        align_corners=False,
    )
    if how.elastic:
        grid = grid + _displacements(len(images), how.elastic, generator)
    # The grid runs over the padded frame; sampling the unpadded image spares the padding.
    grid = grid * (PADDED / images.shape[-1])
    source = images[:, None].float() / 255
    moved = functional.grid_sample(source, grid, padding_mode="zeros", align_corners=False)
    return _rewidened(moved, how.thickness, generator) if how.thickness else moved


def _inverse_maps(n: int, how: Distortions, generator: torch.Generator) -> Tensor:
    """Maps (n, 2, 3) from distorted to original coordinates, in halves of the padded frame."""
    spread = torch.rand(6, n, generator=generator) * 2 - 1
    angle = spread[0] * math.radians(how.rotation)
    scale, squeeze = spread[1] * how.scaling, spread[2] * how.squeezing
    shear = spread[3] * how.shearing
    shift = spread[4:6] * (how.translation * 2 / PADDED)  # (2, n)
    width, height = torch.exp(scale + squeeze), torch.exp(scale - squeeze)
    cos, sin = torch.cos(angle), torch.sin(angle)
    rows = [
        torch.stack([cos * width, cos * width * shear - sin * height, shift[0]], dim=1),
        torch.stack([sin * width, sin * width * shear + cos * height, shift[1]], dim=1),
    ]
    return torch.stack(rows, dim=1)


def _displacements(n: int, size: float, generator: torch.Generator) -> Tensor:
    """Smooth displacements (n, PADDED, PADDED, 2), in halves of the padded frame."""
    nodes = torch.randn(n * 2, NODES, NODES, generator=generator) * (size * 2 / PADDED)
    smooth = _interpolation() @ nodes @ _interpolation().T
    return smooth.view(n, 2, PADDED, PADDED).permute(0, 2, 3, 1)


def _interpolation() -> Tensor:
    """Weights (PADDED, NODES) of the nodes along one axis: cubic interpolation."""
    return functional.interpolate(
        torch.eye(NODES)[None, :, :, None], (PADDED, 1), mode="bicubic", align_corners=True
    )[0, :, :, 0].T


def _rewidened(images: Tensor, most: float, generator: torch.Generator) -> Tensor:
    """Strokes thicker (dilation) or thinner (erosion), each image by its own part of ``most``."""
    part = (torch.rand(len(images), 1, 1, 1, generator=generator) * 2 - 1) * most
    sign = torch.where(part > 0, 1.0, -1.0)  # the minimum is minus the maximum of minus the image
    extreme = functional.max_pool2d(images * sign, 3, stride=1, padding=1) * sign
    return images.lerp(extreme, part.abs())
