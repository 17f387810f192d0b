from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

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


class Trap:
    """Unpickled by a careless reader, it creates a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str, str]]:
        return open, (str(self.path), "w")


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


class TestBitmaps:
    @staticmethod
    def digits(n: int = 3) -> NDArray[np.uint8]:
        images = np.zeros((n, 40, 50), dtype=np.uint8)
        images[:, 5:35, 20:26] = 255
        return images

    @staticmethod
    def saved(path: Path, **arrays: Any) -> Path:
        np.savez(path / "set.npz", **arrays)
        return path / "set.npz"

    def test_images_are_normalised(self, tmp_path: Path) -> None:
        labelled = data.bitmaps(self.saved(tmp_path, images=self.digits(), labels=[1, 1, 7]))
        assert labelled.images.shape == (3, 28, 28)
        assert labelled.labels.tolist() == [1, 1, 7]
        ink = labelled.images[0] > 127
        assert 18 <= np.ptp(np.flatnonzero(ink.any(axis=1))) + 1 <= 22

    @pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.uint64])
    def test_labels_of_any_whole_type(self, tmp_path: Path, dtype: type) -> None:
        labels = np.array([1, 0, 9], dtype=dtype)
        file = self.saved(tmp_path, images=self.digits(), labels=labels)
        assert data.bitmaps(file).labels.tolist() == [1, 0, 9]

    @pytest.mark.parametrize(
        ("labels", "message"),
        [
            ([1, 2, 10], "0 to 9"),
            ([1, 2, -1], "0 to 9"),
            ([1, 2], "one label each"),
            ([[1], [2], [3]], "one label each"),
            ([1.0, 2.5, 3.0], "whole numbers"),
            ([1.0, float("nan"), 3.0], "whole numbers"),
            (["one", "two", "three"], "whole numbers"),
        ],
    )
    def test_unfit_labels(self, tmp_path: Path, labels: list[Any], message: str) -> None:
        file = self.saved(tmp_path, images=self.digits(), labels=labels)
        with pytest.raises(DataError, match=message):
            data.bitmaps(file)

    @pytest.mark.parametrize(
        "images",
        [
            np.zeros((3, 40, 50), dtype=np.float32),
            np.zeros((3, 40), dtype=np.uint8),
            np.zeros((3, 40, 50, 3), dtype=np.uint8),
        ],
    )
    def test_unfit_images(self, tmp_path: Path, images: NDArray[np.generic]) -> None:
        file = self.saved(tmp_path, images=images, labels=[1, 2, 3])
        with pytest.raises(DataError, match='"images" must be uint8'):
            data.bitmaps(file)

    def test_no_images(self, tmp_path: Path) -> None:
        file = self.saved(
            tmp_path, images=np.zeros((0, 28, 28), np.uint8), labels=np.zeros(0, int)
        )
        with pytest.raises(DataError, match="no images"):
            data.bitmaps(file)

    @pytest.mark.parametrize("there", ["images", "labels", "x"])
    def test_a_missing_array(self, tmp_path: Path, there: str) -> None:
        with pytest.raises(DataError, match=r'must be an \.npz file with "images"'):
            data.bitmaps(self.saved(tmp_path, **{there: self.digits()}))

    def test_python_objects_are_not_unpickled(self, tmp_path: Path) -> None:
        file, sprung = tmp_path / "set.npz", tmp_path / "sprung"
        np.savez(file, images=np.array([Trap(sprung)]), labels=[1], allow_pickle=True)
        with pytest.raises(DataError, match="cannot be used") as caught:
            data.bitmaps(file)
        assert "pickle" not in str(caught.value)  # which numpy advises to allow
        assert not sprung.exists()
        with np.load(file, allow_pickle=True) as arrays:  # a careless reader
            arrays["images"][0].close()
        assert sprung.exists()

    def test_an_image_without_ink_is_named(self, tmp_path: Path) -> None:
        images = self.digits()
        images[1] = 0
        file = self.saved(tmp_path, images=images, labels=[1, 2, 3])
        with pytest.raises(DataError, match=r"set\.npz: image 1: the picture shows no ink"):
            data.bitmaps(file)

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="does not exist"):
            data.bitmaps(tmp_path / "nowhere.npz")

    def test_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="is a folder"):
            data.bitmaps(tmp_path)

    @pytest.mark.parametrize("raw", [b"", b"digits", b"PK\x03\x04 and no more", b"\x93NUMPY"])
    def test_a_file_of_another_kind(self, tmp_path: Path, raw: bytes) -> None:
        file = tmp_path / "set.npz"
        file.write_bytes(raw)
        with pytest.raises(DataError, match="cannot be used"):
            data.bitmaps(file)

    def test_a_single_array(self, tmp_path: Path) -> None:
        np.save(tmp_path / "images.npy", self.digits())
        with pytest.raises(DataError, match=r"must be an \.npz file"):
            data.bitmaps(tmp_path / "images.npy")

    @pytest.mark.parametrize("keep", [0.3, 0.7, 0.99])
    def test_a_truncated_file(self, tmp_path: Path, keep: float) -> None:
        file = self.saved(tmp_path, images=self.digits(), labels=[1, 2, 3])
        raw = file.read_bytes()
        file.write_bytes(raw[: int(len(raw) * keep)])
        with pytest.raises(DataError, match="cannot be used"):
            data.bitmaps(file)

    def test_damaged_compression(self, tmp_path: Path) -> None:
        file = tmp_path / "set.npz"
        np.savez_compressed(file, images=self.digits(), labels=[1, 2, 3])
        with zipfile.ZipFile(file) as archive:
            at = archive.getinfo("images.npy").header_offset + 60
        raw = bytearray(file.read_bytes())
        raw[at : at + 20] = b"\xff" * 20
        file.write_bytes(raw)
        with pytest.raises(DataError, match="cannot be used"):
            data.bitmaps(file)


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
