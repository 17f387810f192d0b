"""Previews of distortions: quick, and one slider at a time."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from lenetpad.data import labelled as data
from lenetpad.data.distortions import Distortions
from lenetpad.data.labelled import Labelled
from lenetpad.data.previews import preview

NOTHING: dict[str, float] = {}


def test_without_distortions_they_are_digits_0_to_9(mnist: tuple[Labelled, Labelled]) -> None:
    shown = preview(NOTHING)
    assert (shown.shape, shown.dtype) == ((32, 32, 32), np.uint8)
    train = mnist[0]
    for number, image in enumerate(shown):
        inner = image[2:-2, 2:-2].astype(int)
        differs = np.abs(train.images[:500].astype(int) - inner).max(axis=(1, 2))
        found = int(differs.argmin())
        assert differs[found] <= 1
        assert int(train.labels[found]) == number % 10
    assert len({image.tobytes() for image in shown}) == 32


def test_it_is_the_same_each_time() -> None:
    assert np.array_equal(preview(Distortions()), preview(Distortions()))
    assert not np.array_equal(preview(Distortions()), preview(Distortions(), seed=1))


@pytest.mark.parametrize("name", list(Distortions.__dataclass_fields__))
def test_each_distortion_does_something(name: str) -> None:
    assert not np.array_equal(preview({name: 0.3}), preview(NOTHING))


def test_names_and_distortions_are_one() -> None:
    how = Distortions(rotation=9, scaling=0, squeezing=0, shearing=0, translation=0)
    assert np.array_equal(preview({"rotation": 9}), preview(how))


def test_elasticity_leaves_the_thickness_as_it_was() -> None:
    """A little of it moves hardly anything, so hardly any pixel may change."""
    without = preview({"thickness": 1.0}).astype(int)
    little = preview({"thickness": 1.0, "elastic": 0.001}).astype(int)
    assert np.abs(without - little).max() < 10
    assert np.abs(without - preview(NOTHING)).max() > 100


def test_a_half_turn_of_the_slider_turns_each_digit_half_as_far() -> None:
    """The random numbers stay: only the digits whose own angle is great turn much."""
    still = preview(NOTHING).astype(int)
    small, great = (
        np.abs(preview({"rotation": angle}).astype(int) - still).sum(axis=(1, 2))
        for angle in (3.0, 12.0)
    )
    assert (great > small).all()
    assert np.corrcoef(small, great)[0, 1] > 0.8


def test_other_counts_begin_alike() -> None:
    assert len(preview(NOTHING, n=12)) == 12
    assert np.array_equal(preview(NOTHING, n=12), preview(NOTHING)[:12])


def test_an_unknown_distortion_is_refused() -> None:
    with pytest.raises(ValueError, match="blur: no distortion of rotation, scaling"):
        preview({"blur": 1.0})


def test_mnist_is_read_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    preview(Distortions())

    def gone() -> tuple[Labelled, Labelled]:
        raise AssertionError("read again")

    monkeypatch.setattr(data, "mnist", gone)
    everything = Distortions(elastic=0.5, thickness=0.5)
    times = []
    for _ in range(9):
        started = time.thread_time()  # of the processor, which others may want too
        preview(everything)
        times.append(time.thread_time() - started)
    assert min(times) < 0.02
