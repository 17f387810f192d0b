from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lenetpad.data import labelled as data
from lenetpad.data.labelled import Labelled
from lenetpad.ink.files import read_ink
from lenetpad.ink.raster import Pen, draw
from lenetpad.storage import resources
from lenetpad.storage.mnist import DataError

TEST_SET_COUNTS = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
TRAINING_SET_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]


def numbered(n: int) -> Labelled:
    """n images that can be told apart: each is filled with its own number."""
    images = np.empty((n, 28, 28), np.uint8)
    images[:] = np.arange(n)[:, None, None]
    return Labelled(images, np.arange(n) % 10)


def numbers(labelled: Labelled) -> list[int]:
    return [int(image[0, 0]) for image in labelled.images]


class TestMnist:
    def test_shapes(self, mnist: tuple[Labelled, Labelled]) -> None:
        train, test = mnist
        assert train.images.shape == (60_000, 28, 28)
        assert test.images.shape == (10_000, 28, 28)
        assert (len(train), len(test)) == (60_000, 10_000)
        assert train.images.dtype == test.images.dtype == np.uint8
        assert train.labels.dtype == test.labels.dtype == np.int64

    def test_digits_of_each_class(self, mnist: tuple[Labelled, Labelled]) -> None:
        train, test = mnist
        assert np.bincount(train.labels).tolist() == TRAINING_SET_COUNTS
        assert np.bincount(test.labels).tolist() == TEST_SET_COUNTS

    def test_ink_is_255_on_paper_0(self, mnist: tuple[Labelled, Labelled]) -> None:
        images = mnist[1].images
        assert images[:, 0].mean() < 1
        assert images.max() == 255
        assert 20 < images.mean() < 50

    def test_a_missing_file_says_what_to_do(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match=r"nowhere\.npz.*No such file.*git checkout"):
            data.mnist(tmp_path / "nowhere.npz")

    def test_one_changed_byte_is_noticed(self, tmp_path: Path) -> None:
        raw = bytearray(resources.path("mnist.npz").read_bytes())
        raw[len(raw) // 2] ^= 1
        damaged = tmp_path / "mnist.npz"
        damaged.write_bytes(raw)
        with pytest.raises(DataError, match=r"damaged.*Restore it") as caught:
            data.mnist(damaged)
        assert len(str(caught.value).splitlines()) == 1


class TestLabelled:
    @pytest.mark.parametrize("label", [-1, 11, 2**40])
    def test_a_label_that_is_no_digit_is_refused(self, label: int) -> None:
        with pytest.raises(DataError, match="0 to 9"):
            Labelled(np.zeros((2, 28, 28), np.uint8), np.array([3, label]))

    @pytest.mark.parametrize("shape", [(3, 28, 28), (2, 28, 27), (2, 784), (2, 1, 28, 28)])
    def test_images_that_do_not_fit_the_labels_are_refused(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(DataError, match="2 labels do not fit"):
            Labelled(np.zeros(shape, np.uint8), np.array([3, 4]))

    def test_joined_sets_follow_each_other(self) -> None:
        both = numbered(3).joined(numbered(2))
        assert numbers(both) == [0, 1, 2, 0, 1]
        assert both.labels.tolist() == [0, 1, 2, 0, 1]

    @pytest.mark.parametrize(
        ("which", "expected"),
        [
            (slice(2), [0, 1]),
            (np.arange(20) > 17, [18, 19]),
            (np.array([12, 3]), [12, 3]),
            (slice(0), []),
        ],
    )
    def test_the_chosen_keep_their_labels(self, which: Any, expected: list[int]) -> None:
        chosen = numbered(20).chosen(which)
        assert numbers(chosen) == expected
        assert chosen.labels.tolist() == [number % 10 for number in expected]

    def test_digits_are_without_what_is_no_digit(self) -> None:
        images = numbered(3).images
        assert numbers(Labelled(images, np.array([1, data.NO_DIGIT, 2])).digits()) == [0, 2]


class TestInk:
    ONE = [[[0, 0], [0, 100]]]  # noqa: RUF012
    SEVEN = [[[0, 0], [60, 0]], [[60, 0], [20, 100]]]  # noqa: RUF012

    @staticmethod
    def saved(path: Path, *drawings: dict[str, Any]) -> Path:
        path.write_text("".join(json.dumps(drawing) + "\n" for drawing in drawings))
        return path

    def test_drawn_digits_are_images_with_labels(self, tmp_path: Path) -> None:
        file = self.saved(
            tmp_path / "a.jsonl",
            {"label": 1, "strokes": self.ONE},
            {"label": 7, "strokes": self.SEVEN},
        )
        labelled = data.drawn(data.ink_drawings([file]))
        assert labelled.labels.tolist() == [1, 7]
        assert labelled.images.dtype == np.uint8
        pictures = [np.rint(255 * draw(drawing.ink)) for drawing in read_ink(file)]
        assert np.array_equal(labelled.images, np.stack(pictures))

    def test_the_pen_decides_how_thick_they_are(self, tmp_path: Path) -> None:
        file = self.saved(tmp_path / "a.jsonl", {"label": 1, "strokes": self.ONE})
        drawings = data.ink_drawings([file])
        thin, thick = (int(data.drawn(drawings, Pen(w)).images.sum()) for w in (1.5, 4.0))
        assert thick > 1.5 * thin

    def test_files_follow_each_other(self, tmp_path: Path) -> None:
        one = self.saved(tmp_path / "a.jsonl", {"label": 1, "strokes": self.ONE})
        seven = self.saved(tmp_path / "b.jsonl", {"label": 7, "strokes": self.SEVEN})
        assert [d.label for d in data.ink_drawings([seven, one])] == [7, 1]

    def test_a_text_is_no_digit_and_unlabelled_drawings_are_left_out(self, tmp_path: Path) -> None:
        file = self.saved(
            tmp_path / "a.jsonl",
            {"strokes": self.ONE},
            {"label": "x", "strokes": self.ONE},
            {"label": 1, "strokes": self.ONE},
        )
        drawings = data.ink_drawings([file])
        assert [d.label for d in drawings] == ["x", 1]
        assert data.drawn(drawings).labels.tolist() == [data.NO_DIGIT, 1]

    @pytest.mark.parametrize("label", [-1, 10, 12345])
    def test_a_number_that_is_no_digit_is_an_error(self, label: int, tmp_path: Path) -> None:
        one, bad = ({"label": n, "strokes": self.ONE} for n in (1, label))
        file = self.saved(tmp_path / "a.jsonl", one, bad)
        with pytest.raises(
            DataError, match=rf"a\.jsonl: drawing 2 has the label {label}; .*0 to 9"
        ):
            data.ink_drawings([file])

    def test_no_label_at_all_is_an_error_that_names_the_files(self, tmp_path: Path) -> None:
        file = self.saved(tmp_path / "a.jsonl", {"strokes": self.ONE})
        with pytest.raises(DataError, match=r"a\.jsonl: its drawing has no label; open the file"):
            data.ink_drawings([file])
        several = self.saved(tmp_path / "b.jsonl", *[{"strokes": self.ONE}] * 3)
        with pytest.raises(DataError) as raised:
            data.ink_drawings([file, several])
        assert str(raised.value).endswith(
            "b.jsonl: none of the 4 drawings has a label; open the file on the Draw page, and "
            "label its drawings in the tray"
        )
