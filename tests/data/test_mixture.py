from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from lenetpad.data import labelled as data
from lenetpad.data.labelled import NO_DIGIT, Labelled
from lenetpad.data.mixture import (
    CHOICE_SHARE,
    TEST_SHARE,
    is_odd,
    mixed,
    noise,
    part_of,
    scribbles,
    split,
)
from lenetpad.evaluation import figures
from lenetpad.ink.files import Drawing, write_ink
from lenetpad.ink.strokes import Ink
from lenetpad.ink.styles import LATEST
from lenetpad.training import splits as lesson
from lenetpad.values.recipes import Mixture, Recipe

SEVEN = Ink.of([[[10, 0], [70, 0], [35, 100]]])
SMALL = Mixture(mnist=2, variants=3, others=2, written=20, scribbles=5, noise=4)


def by_writers(n: int) -> list[Drawing]:
    """Two drawings by each of n writers."""
    return [Drawing(SEVEN, 7, f"writer {number % n}") for number in range(2 * n)]


def few(n: int = 4) -> Labelled:
    return Labelled(np.full((n, 28, 28), 9, np.uint8), np.arange(n) % 10)


def writers(drawings: Sequence[Drawing]) -> set[str | None]:
    return {drawing.writer for drawing in drawings}


class TestSplit:
    def test_no_writer_is_in_two_parts_and_no_drawing_is_lost(self) -> None:
        drawings = by_writers(300)
        parts = split(drawings)
        sets = [writers(part) for part in (parts.train, parts.choice, parts.test)]
        assert sum(len(part) for part in sets) == len(set().union(*sets)) == 300
        everything = chain(parts.train, parts.choice, parts.test)
        assert sorted(id(d) for d in everything) == sorted(id(d) for d in drawings)

    def test_the_shares(self) -> None:
        parts = [part_of(f"writer {number}") for number in range(5000)]
        assert parts.count("test") / 5000 == pytest.approx(TEST_SHARE, abs=0.02)
        assert parts.count("choice") / 5000 == pytest.approx(CHOICE_SHARE, abs=0.02)

    def test_a_writer_is_in_the_same_part_of_every_file(self) -> None:
        one, other = split(by_writers(100)), split(by_writers(50))
        assert writers(other.test) <= writers(one.test)

    def test_a_file_by_one_writer_is_trained_on(self) -> None:
        name = next(n for n in map(str, range(100)) if part_of(n) == "test")
        assert len(split([Drawing(SEVEN, 7, name)] * 3).train) == 3

    def test_a_file_by_one_writer_beside_others_is_evaluated_on_if_its_writer_is(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It was not trained on either: a training splits the ink of all files together."""
        monkeypatch.setattr(figures, "SCRIBBLES", 1)
        name = next(n for n in map(str, range(100)) if part_of(n) == "test")
        paths = tmp_path / "many.jsonl", tmp_path / "one.jsonl"
        drawings = by_writers(60), [Drawing(SEVEN, 7, name)] * 3
        for path, own in zip(paths, drawings, strict=True):
            write_ink(path, own)
        assert not any(d.writer == name for d in split(data.ink_drawings(paths)).train)
        assert len(figures.evaluation_sets(paths)["one.jsonl"]) == 3
        assert "one.jsonl" not in figures.evaluation_sets(paths[1:])

    def test_half_of_the_writers_are_odd_whatever_their_part(self) -> None:
        names = [f"writer {number}" for number in range(4000)]
        for part in ("train", "choice", "test"):
            odd = [is_odd(name) for name in names if part_of(name) == part]
            assert sum(odd) / len(odd) == pytest.approx(0.5, abs=0.08)
        assert is_odd(names[0]) == is_odd(names[0])
        assert isinstance(is_odd(None), bool)

    def test_drawings_without_a_writer_are_trained_on(self) -> None:
        parts = split([Drawing(SEVEN, 7, None), *by_writers(100)])
        assert parts.train[0].writer is None


class TestMixed:
    def test_how_much_there_is_of_everything(self) -> None:
        drawings = [Drawing(SEVEN, 7, "a"), Drawing(SEVEN, "x", "a")]
        result = mixed(few(), drawings, SMALL, seed=1)
        counts = np.bincount(result.labels, minlength=11).tolist()
        # Two of each written digit, twice MNIST's 0 to 3, three sevens; two x, scribbles, noise.
        assert counts == [4, 4, 4, 4, 2, 2, 2, 2 + 3, 2, 2, 2 + 5 + 4]

    def test_a_seed_decides_it(self) -> None:
        one, same, other = (mixed(few(), by_writers(2), SMALL, seed) for seed in (1, 1, 2))
        assert np.array_equal(one.images, same.images)
        assert not np.array_equal(one.images, other.images)

    def test_the_latest_forms_come_beside_the_rest_and_change_none_of_it(self) -> None:
        without = mixed(few(), by_writers(2), SMALL, seed=1)
        several = mixed(few(), by_writers(2), replace(SMALL, latest=70), seed=1)
        assert len(several) == len(without) + 70
        ink = 4 * SMALL.variants + SMALL.written
        assert np.array_equal(several.images[:ink], without.images[:ink])
        assert np.array_equal(several.images[ink + 70 :], without.images[ink:])
        added = several.labels[ink : ink + 70].tolist()
        forms = [digit for digit, of_it in LATEST.items() for _ in of_it]
        assert added == (forms * 2)[:70]

    def test_variants_of_a_drawing_differ(self) -> None:
        none = Mixture(mnist=0, variants=8, written=0, scribbles=0, noise=0)
        images = mixed(few(), [Drawing(SEVEN, 7, "a")], none, seed=1).images
        assert len({image.tobytes() for image in images}) == 8


def test_scribbles_and_noise_are_no_digits_and_not_blank() -> None:
    for made in (scribbles(30, 1), noise(30, 1)):
        assert made.labels.tolist() == [NO_DIGIT] * 30
        assert made.images.max(axis=(1, 2)).min() > 0
    assert not np.array_equal(scribbles(5, 1).images, scribbles(5, 2).images)


class TestLesson:
    @pytest.fixture(autouse=True)
    def _little(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(data, "mnist", lambda: (few(100), few(10)))

    @pytest.fixture
    def ink(self, tmp_path: Path) -> Path:
        path = tmp_path / "ink.jsonl"
        write_ink(
            path, [*by_writers(60), *(Drawing(SEVEN, "x", f"writer {n}") for n in range(60))]
        )
        return path

    def test_a_mixture_is_without_the_held_out(self, ink: Path) -> None:
        parts = split(data.ink_drawings([ink]))
        made = lesson.prepared(Recipe(mixture=SMALL), data.ink_drawings([ink]))
        digits = sum(drawing.label == 7 for drawing in parts.train)
        others = len(parts.train) - digits
        expected = 2 * 80 + 3 * digits + 2 * others + 20 + 5 + 4
        assert len(made.train) == expected
        assert len(made.held_out) == 20
        chosen = sum(drawing.label == 7 for drawing in parts.choice)
        assert made.choices.labels[20:].tolist() == [7] * chosen

    def test_without_a_mixture_digits_are_trained_on_as_they_are(self, ink: Path) -> None:
        made = lesson.prepared(Recipe(), data.ink_drawings([ink]))
        assert len(made.train) == 80 + 120
        assert made.train.labels[80:].tolist() == [7] * 120
        assert len(made.choices) == 20

    def test_what_is_held_out_does_not_depend_on_the_seed(self) -> None:
        one, other = (lesson.prepared(Recipe(seed=seed), []) for seed in (1, 2))
        assert np.array_equal(one.held_out.labels, other.held_out.labels)

    def test_a_fraction_of_the_images_and_wrong_labels_are_drawn_by_the_seed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        images = np.broadcast_to(np.arange(100, dtype=np.uint8)[:, None, None], (100, 28, 28))
        all_different = Labelled(images, few(100).labels)
        monkeypatch.setattr(data, "mnist", lambda: (all_different, few(10)))
        whole = lesson.prepared(Recipe(), [])
        made = [lesson.prepared(Recipe(fraction=0.5, seed=seed), []) for seed in (1, 1, 2)]
        assert [len(m.train) for m in made] == [40] * 3
        assert np.array_equal(made[0].train.images, made[1].train.images)
        assert not np.array_equal(made[0].train.images, made[2].train.images)
        assert set(made[0].train.images[:, 0, 0].tolist()) < set(
            whole.train.images[:, 0, 0].tolist()
        )
        right = lesson.prepared(Recipe(fraction=0.999), [])  # all 80, in the seed's order
        for share, least, most in ((0.0, 0, 0), (0.4, 18, 45), (1.0, 80, 80)):
            spoilt = lesson.prepared(Recipe(fraction=0.999, label_noise=share), [])
            assert np.array_equal(spoilt.train.images, right.train.images)
            assert least <= int((spoilt.train.labels != right.train.labels).sum()) <= most
            assert int(spoilt.train.labels.max()) < NO_DIGIT
            assert np.array_equal(spoilt.held_out.labels, right.held_out.labels)
