"""What a network that slides over lines learns from (section VII), composed of single digits.

A window shows a digit in its middle with another on each side, or the place between two digits,
which is "blank". A line has several digits beside each other. Both are put together anew for every
step, of the images of a batch.
"""

from __future__ import annotations

import math
from typing import Final

import torch
from torch import Tensor

from lenetpad.data.labelled import NO_DIGIT
from lenetpad.ink.line import MARGIN, STEP
from lenetpad.values.recipes import Neighbours

#: What counts as a digit's ink where it ends, from 0 to 1.
INKED: Final = 0.25
#: How far from the middle of a digit it is still read, as a part of its width, and in pixels.
ASIDE: Final = 0.25
LEAST_ASIDE: Final = 2.0
#: How far beyond a gap it is still blank, in pixels.
BEYOND: Final = 1.0
#: The middles of two digits of a line are no nearer, in pixels: two equal ones have a column of
#: the network between their own.
NEAREST_MIDDLES: Final = 2.0 * STEP


def windows(
    images: Tensor, labels: Tensor, how: Neighbours, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Images (N, 1, 32, 32), ink 1, of single digits with their labels (N,) -> as many windows of
    lines, and what is in their middles.

    What is no digit gets neighbours and is none.
    """
    n, middle = len(images), (images.shape[-1] - 1) / 2
    spread = _random(6, n, like=images, generator=generator)
    neighbours = _digits(labels, 2 * n, generator)
    left, right = images[neighbours[:n]], images[neighbours[n:]]
    first, last = edges(images)
    most = ((last - first + 1) * ASIDE).clamp(min=LEAST_ASIDE)
    aside = spread[0] * 2 - 1  # from -1 to 1
    shift = (middle - (first + last) / 2 + aside * most).round()
    gaps = how.nearest + (how.farthest - how.nearest) * spread[1:3]
    # Without a digit in the middle there is a gap around it, which may be as wide as the two.
    gap = gaps.sum(dim=0).clamp(min=how.nearest)
    place = middle + aside * (gap.clamp(min=0) / 2 + BEYOND)
    empty = spread[3] < how.empty
    ends = torch.where(empty, place - (gap + 1) / 2, first + shift - 1 - gaps[0])
    begins = torch.where(empty, place + (gap + 1) / 2, last + shift + 1 + gaps[1])
    there = spread[4:6] >= how.absent
    parts = (
        (images, shift, ~empty),
        (left, ends - edges(left)[1], there[0]),
        (right, begins - edges(right)[0], there[1]),
    )
    composed = torch.zeros_like(images)
    for part, by, shown in parts:
        composed = composed.maximum(_moved(part, by.round().long()) * shown[:, None, None, None])
    return degraded(composed, how, generator), labels.masked_fill(empty, NO_DIGIT)


def lines(
    images: Tensor, labels: Tensor, length: int, how: Neighbours, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Digits (N, 1, 32, 32) with their labels (N,) -> lines (N // length, 1, 32, W) of so many
    digits, and these (N // length, length)."""
    count = len(images) // length
    digits = images[: count * length].unflatten(0, (count, length))  # (n, length, 1, 32, 32)
    first, last = (edge.unflatten(0, (count, length)) for edge in edges(digits.flatten(0, 1)))
    widths = (last - first + 1).float()
    spread = _random(length + 2, count, like=images, generator=generator)
    # A writer has a usual gap, and no gap is like another.
    usual, each = spread[0, :, None], spread[1:-1].T
    gaps = how.nearest + (how.widest - how.nearest) * (usual + each) / 2
    middles = (widths + widths.roll(-1, dims=1)) / 2
    steps = (widths + gaps).maximum(widths + NEAREST_MIDDLES - middles)
    begins = (MARGIN + STEP * spread[-1, :, None] + steps.cumsum(dim=1) - steps).round()
    end = int((begins + widths).max()) + MARGIN
    composed = images.new_zeros(count, 1, images.shape[-2], math.ceil(end / STEP) * STEP)
    for place in range(length):
        by = (begins - first)[:, place].long()
        composed = composed.maximum(_moved(digits[:, place], by, composed.shape[-1]))
    return composed, labels[: count * length].unflatten(0, (count, length))


def degraded(images: Tensor, how: Neighbours, generator: torch.Generator) -> Tensor:
    """Images (N, 1, H, W), in some of which the ink and the paper of some pixels are exchanged."""
    noisy = _random(len(images), 1, 1, 1, like=images, generator=generator) < how.noisy
    flipped = _random(*images.shape, like=images, generator=generator) < how.noise
    return torch.where(noisy & flipped, 1 - images, images)


def edges(images: Tensor) -> tuple[Tensor, Tensor]:
    """The first and the last column of the ink of images (N, 1, H, W), (N,) each.

    Where there is no ink they are around the middle.
    """
    inked, width = images.amax(dim=(1, 2)) > INKED, images.shape[-1]  # (N, W)
    first, last = inked.int().argmax(dim=1), width - 1 - inked.flip(1).int().argmax(dim=1)
    none = ~inked.any(dim=1)
    return first.masked_fill(none, width // 2), last.masked_fill(none, width // 2 - 1)


def _digits(labels: Tensor, n: int, generator: torch.Generator) -> Tensor:
    """``n`` numbers of images, drawn from those of digits; of any where there is none."""
    digits = (labels != NO_DIGIT).nonzero()[:, 0]
    digits = digits if len(digits) else torch.arange(len(labels), device=labels.device)
    return digits[torch.randint(len(digits), (n,), generator=generator).to(labels.device)]


def _random(*size: int, like: Tensor, generator: torch.Generator) -> Tensor:
    """Numbers from 0 to 1 that are the same on every device."""
    return torch.rand(size, generator=generator).to(like.device)


def _moved(images: Tensor, by: Tensor, width: int = 0) -> Tensor:
    """Images (N, 1, H, W) in a frame of this width, or of theirs, each moved to the right by so
    many pixels (N,)."""
    across = images.shape[-1]
    source = torch.arange(width or across, device=by.device) - by[:, None]  # (N, width)
    inside = (source >= 0) & (source < across)
    source = source.clamp(0, across - 1)[:, None, None].expand(*images.shape[:-1], -1)
    return images.gather(3, source) * inside[:, None, None]
