"""Windows and lines that are composed of bars: everything about them can be counted."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from lenetpad.training.composition import NEAREST_MIDDLES, degraded, edges, lines, windows
from lenetpad.values.recipes import Neighbours

CLEAN = Neighbours(noise=0.0, absent=0.0)


def generator(seed: int = 3) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def bars(n: int = 40) -> tuple[Tensor, Tensor]:
    """Digits d as bars, d + 3 pixels wide, whose height tells them apart: rows 5 to 15 + d."""
    labels = torch.arange(n) % 10
    images = torch.zeros(n, 1, 32, 32)
    for image, label in zip(images, labels.tolist(), strict=True):
        left = 10 + label % 3
        image[0, 5 : 15 + label, left : left + label + 3] = 1.0
    return images, labels


def runs_of_ink(image: Tensor) -> list[tuple[int, int, int]]:
    """First and last column and digit of each bar in an image (1, H, W), by its height."""
    heights = image[0].sum(dim=0).int().tolist()
    found: list[tuple[int, int, int]] = []
    for column, height in enumerate(heights):
        if not height:
            continue
        if found and found[-1][1] == column - 1 and found[-1][2] == height - 10:
            found[-1] = (found[-1][0], column, height - 10)
        else:
            found.append((column, column, height - 10))
    return found


def test_the_edges_of_ink() -> None:
    images, labels = bars(10)
    first, last = edges(torch.cat([images, torch.zeros(1, 1, 32, 32)]))
    assert first[:10].tolist() == [10 + label % 3 for label in labels.tolist()]
    assert (last - first + 1)[:10].tolist() == (labels + 3).tolist()
    assert (first[10], last[10]) == (16, 15)


def test_a_window_has_its_digit_in_the_middle_between_two_others() -> None:
    images, labels = bars()
    how = Neighbours(nearest=2.0, farthest=2.0, widest=2.0, empty=0.0, absent=0.0, noise=0.0)
    shown, found = windows(images, labels, how, generator())
    assert found.tolist() == labels.tolist()
    for window, label in zip(shown, labels.tolist(), strict=True):
        seen = runs_of_ink(window)
        middle = next(run for run in seen if run[0] <= 16 <= run[1] + 3 and run[2] == label)
        assert middle[1] - middle[0] + 1 == label + 3
        assert abs((middle[0] + middle[1]) / 2 - 15.5) <= max(2.0, (label + 3) / 4) + 0.5
        place = seen.index(middle)
        for left, right in ((place - 1, place), (place, place + 1)):
            if left >= 0 and right < len(seen):
                assert seen[right][0] - seen[left][1] - 1 == 2


def test_a_window_without_a_digit_in_the_middle_is_blank() -> None:
    images, labels = bars()
    how = Neighbours(nearest=3.0, farthest=4.0, empty=1.0, absent=0.0, noise=0.0)
    shown, found = windows(images, labels, how, generator())
    assert set(found.tolist()) == {10}
    for window in shown:
        inked = window[0].any(dim=0)
        left, right = inked[:16].nonzero(), inked[16:].nonzero()
        assert len(left)
        assert len(right)
        assert not inked[14:18].all()


def test_gaps_may_be_less_than_nothing() -> None:
    images, labels = bars()
    how = Neighbours(nearest=-1.0, farthest=-1.0, empty=0.0, absent=0.0, noise=0.0)
    shown, _ = windows(images, labels, how, generator())
    for window in shown:
        inked = window[0].any(dim=0).nonzero()
        assert len(inked) == int(inked[-1] - inked[0]) + 1


def test_neighbours_can_be_absent() -> None:
    images, labels = bars()
    how = Neighbours(empty=0.0, absent=1.0, noise=0.0)
    shown, _ = windows(images, labels, how, generator())
    assert [len(runs_of_ink(window)) for window in shown] == [1] * len(images)


def test_what_is_no_digit_stays_none_and_is_no_neighbour() -> None:
    images, labels = bars(10)
    labels[7:] = 10
    shown, found = windows(images.repeat(8, 1, 1, 1), labels.repeat(8), CLEAN, generator())
    assert (found[labels.repeat(8) == 10] == 10).all()
    beside = [
        run[2] for window in shown for run in runs_of_ink(window) if run[1] < 10 or run[0] > 21
    ]
    whole = [digit for digit in beside if digit in range(10)]
    assert whole
    assert max(whole) < 7


def test_a_line_has_its_digits_in_order_with_gaps_between() -> None:
    images, labels = bars()
    how = Neighbours(nearest=1.0, farthest=1.0, widest=6.0, noise=0.0)
    composed, found = lines(images, labels, 5, how, generator())
    assert composed.shape[:3] == (8, 1, 32)
    assert composed.shape[3] % 4 == 0
    assert found.tolist() == labels.unflatten(0, (8, 5)).tolist()
    gaps = set()
    for line, digits in zip(composed, found.tolist(), strict=True):
        seen = runs_of_ink(line)
        assert [digit for *_, digit in seen] == digits
        assert [last - first + 1 for first, last, _ in seen] == [digit + 3 for digit in digits]
        assert 16 <= seen[0][0] <= 20
        assert seen[-1][1] < composed.shape[3] - 15
        for (first, last, _), (other_first, other_last, _) in pairwise(seen):
            middles = (other_first + other_last - first - last) / 2
            assert middles >= NEAREST_MIDDLES - 1
            gap = other_first - last - 1
            gaps.add(gap)
            assert gap <= 7 or middles <= NEAREST_MIDDLES + 1
            assert gap >= 0
    assert len(gaps) > 3


def test_images_beyond_the_last_whole_line_are_left_out() -> None:
    images, labels = bars(11)
    composed, found = lines(images, labels, 4, CLEAN, generator())
    assert (len(composed), found.flatten().tolist()) == (2, labels[:8].tolist())


def test_noise_exchanges_ink_and_paper_of_a_part_of_the_pixels_in_some_images() -> None:
    images = torch.zeros(2000, 1, 16, 16)
    found = degraded(images, Neighbours(noise=0.1, noisy=0.25), generator())
    noisy = found.flatten(1).any(dim=1)
    assert noisy.float().mean() == pytest.approx(0.25, abs=0.04)
    assert found[noisy].mean() == pytest.approx(0.1, abs=0.01)
    assert set(found.unique().tolist()) == {0.0, 1.0}


def test_the_same_seed_composes_the_same() -> None:
    images, labels = bars()
    for compose in (
        lambda seed: windows(images, labels, Neighbours(), generator(seed)),
        lambda seed: lines(images, labels, 3, Neighbours(), generator(seed)),
    ):
        once, again, other = compose(1)[0], compose(1)[0], compose(2)[0]
        assert torch.equal(once, again)
        assert once.shape != other.shape or not torch.equal(once, other)
