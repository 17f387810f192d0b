"""What a network is shown again while it learns a hand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from lenetpad.data import replay
from lenetpad.data.labelled import NO_DIGIT, Labelled
from lenetpad.data.replay import Replay, ReplayImages, compute_replay, draw_replay, replay_of
from lenetpad.lenet.fine_tuning import Features, probabilities
from lenetpad.lenet.forward import forward
from lenetpad.lenet.weights import load

#: How many images of each kind, here.
FEW = {"MNIST_IMAGES": 40, "WRITTEN": 30, "LETTERS": 25, "SCRIBBLES": 15, "NOISE": 5}
DRAWN = sum(FEW.values())
CANDIDATES, UNSURE = 50, 12


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> tuple[Labelled, Labelled]:
    """A replay of few images, of which some are looked at in each step."""
    rng = np.random.default_rng(0)
    sets = [
        Labelled(rng.integers(0, 256, (n, 28, 28), np.uint8), rng.integers(0, 10, n))
        for n in (200, 60)
    ]
    for name, count in FEW.items():
        monkeypatch.setattr(replay, name, count)
    monkeypatch.setattr(replay, "CANDIDATES", CANDIDATES)
    monkeypatch.setattr(replay, "UNSURE", UNSURE)
    monkeypatch.setattr(replay, "TOGETHER", 10)
    monkeypatch.setattr(replay, "mnist", lambda: tuple(sets))
    return sets[0], sets[1]


def parts_and_result(steps: Iterator[object]) -> tuple[list[float], object]:
    *parts, result = steps
    assert all(isinstance(part, float) for part in parts)
    return parts, result


def drawn(seed: int = 1) -> ReplayImages:
    _, images = parts_and_result(draw_replay(seed))
    assert isinstance(images, ReplayImages)
    return images


def test_it_holds_mnist_written_digits_and_what_is_no_digit(
    small: tuple[Labelled, Labelled],
) -> None:
    train, test = small
    images = drawn()
    assert images.test is test
    again = images.again
    assert len(again) == DRAWN
    known = {image.tobytes() for image in train.images}
    assert sum(image.tobytes() in known for image in again.images) == 40
    assert len({image.tobytes() for image in again.images[:40]}) == 40
    assert np.array_equal(again.labels[40:70], np.arange(30) % 10)
    assert (again.labels[70:] == NO_DIGIT).all()
    assert (again.images.reshape(len(again), -1).max(axis=1) > 100).all()  # ink in each
    others = {image.tobytes() for image in images.candidates.images}
    assert len(others) == CANDIDATES
    assert others <= known
    assert not others & {image.tobytes() for image in again.images}


def test_the_seed_decides_it(small: tuple[Labelled, Labelled]) -> None:
    one, same, other = drawn(1), drawn(1), drawn(2)
    assert np.array_equal(one.again.images, same.again.images)
    assert not np.array_equal(one.again.images, other.again.images)


def test_what_is_written_and_the_letters_are_read_as_what_they_are() -> None:
    """By the shipped network, which has seen other letters: nearly all."""
    weights = load("lenet5-1998")
    images = drawn()
    some = np.concatenate([np.arange(3000, 3200), np.arange(4500, 4700)])
    chosen = images.again.chosen(some)
    s4 = replay.features_of(weights, chosen.images.astype(np.float32) / 255)
    found = probabilities(weights.config, weights.parameters, s4).argmax(axis=1)
    right = found == chosen.labels
    assert right[:200].mean() > 0.95
    assert right[200:].mean() > 0.9


def test_the_features_are_s4_of_the_whole_network(small: tuple[Labelled, Labelled]) -> None:
    weights = load("lenet5-modern")
    images = drawn()
    parts, found = parts_and_result(compute_replay(weights, images))
    assert isinstance(found, Replay)
    assert parts == sorted(parts)
    assert parts[-1] == 1
    first = Features(found.again.s4[:DRAWN], found.again.labels[:DRAWN])
    for features, labelled in ((first, images.again), (found.test, images.test)):
        assert np.array_equal(features.labels, labelled.labels)
        padded = np.pad(labelled.images[-3:] / np.float32(255), ((0, 0), (2, 2), (2, 2)))
        taps: dict[str, np.ndarray] = {}
        forward(weights.config, weights.parameters, padded.astype(np.float32), taps)
        assert np.allclose(features.s4[-3:], taps["S4"].reshape(3, -1), atol=1e-5)


def test_the_digits_that_the_network_is_least_sure_of_are_shown_again(
    small: tuple[Labelled, Labelled],
) -> None:
    weights = load("lenet5-1998")
    images = drawn()
    _, found = parts_and_result(compute_replay(weights, images))
    assert isinstance(found, Replay)

    def leads(s4: np.ndarray) -> np.ndarray:
        """How much more probable the first answer is than the second."""
        ordered = np.sort(probabilities(weights.config, weights.parameters, s4), axis=1)
        return ordered[:, -1] - ordered[:, -2]

    candidates = images.candidates.images.astype(np.float32) / 255
    everything = np.sort(leads(replay.features_of(weights, candidates)))
    more = found.again.s4[DRAWN:]
    assert np.sort(leads(more)) == pytest.approx(everything[:UNSURE], abs=1e-4)


def test_both_together_say_how_far_they_are(small: tuple[Labelled, Labelled]) -> None:
    parts, found = parts_and_result(replay_of(load("lenet5-1998"), 1))
    assert isinstance(found, Replay)
    assert len(found.again) == DRAWN + UNSURE
    assert parts == sorted(parts)
    assert (parts[0], parts[-1]) == (0, 1)
    assert len(parts) > 20  # it can be left often
