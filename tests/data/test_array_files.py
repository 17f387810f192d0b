"""Files of arrays of labelled images: what they are called, in which form, and their faults."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from lenetpad.data.array_files import bitmaps, read_arrays
from lenetpad.data.cancellation import Watch
from lenetpad.data.forms import pairs
from lenetpad.storage import npz
from lenetpad.storage.mnist import DataError
from tests.memory import at_most


def levels(n: int = 4) -> NDArray[np.uint8]:
    """n images of 28×28 with every level from nought to 255, on paper that is nought."""
    images = np.zeros((n, 28, 28), np.uint8)
    images[:, 6:22, 6:22] = np.arange(256).reshape(16, 16)
    return images


class TestForms:
    """The same images and labels come out of whatever form they are in."""

    @pytest.mark.parametrize(
        "given",
        [
            levels(),
            levels()[..., None],
            levels()[:, None],
            levels().reshape(4, 784),
            levels().astype(np.float64),
            levels().astype(np.float32) / 255,
            levels().astype(np.float16).reshape(4, 784),
            levels().astype(np.int64)[..., None],
            levels().astype(np.float32) / 127.5 - 1,
            np.asfortranarray(levels().astype(np.float64) / 255),
        ],
        ids=[
            *("bytes", "nhwc", "nchw", "rows", "f8", "0 to 1", "f2 rows", "i8 nhwc", "-1 to 1"),
            "columns first",
        ],
    )
    def test_images(self, given: NDArray[Any], tmp_path: Path) -> None:
        np.savez_compressed(tmp_path / "a.npz", x_train=given, y_train=[1, 2, 3, 4])
        (read,) = read_arrays(tmp_path / "a.npz")
        assert read.images.dtype == np.uint8
        assert np.array_equal(read.images, levels())

    @pytest.mark.parametrize("kind", ["?", "u1", "i4", "f4"])
    def test_images_of_two_levels(self, kind: str, tmp_path: Path) -> None:
        two = (levels() > 100).astype(kind)
        np.savez(tmp_path / "a.npz", x_train=two, y_train=[1, 2, 3, 4])
        (read,) = read_arrays(tmp_path / "a.npz")
        assert np.array_equal(read.images, 255 * (levels() > 100))

    @pytest.mark.parametrize(
        "given",
        [
            np.array([7, 0, 9, 1], np.uint8),
            np.array([7, 0, 9, 1], np.float32),
            np.array([[7], [0], [9], [1]]),
            np.array([[7, 0, 9, 1]]),
            np.eye(10)[[7, 0, 9, 1]],
            np.eye(10, dtype=bool)[[7, 0, 9, 1]],
            np.array(["7", "0", "9", "1"]),
            np.array([b"7", b"0", b"9", b"1"]),
        ],
        ids=["u1", "f4", "a column", "a row", "one-hot", "one-hot bool", "texts", "bytes"],
    )
    def test_labels(self, given: NDArray[Any], tmp_path: Path) -> None:
        np.savez(tmp_path / "a.npz", x_train=levels(), y_train=given)
        (read,) = read_arrays(tmp_path / "a.npz")
        assert read.labels.tolist() == [7, 0, 9, 1]

    @pytest.mark.parametrize(
        ("images", "labels", "message"),
        [
            (levels() * 300.0, [1, 2, 3, 4], "go from 0 to 76500; give them from 0 to 255"),
            (levels() * np.nan, [1, 2, 3, 4], "some of its values are no numbers"),
            (levels() - 3.0, [1, 2, 3, 4], "its values go from -3"),
            (levels(), np.full((4, 10), 0.1), "each row of ten must hold a single 1"),
            (levels(), np.ones((4, 10)), "each row of ten must hold a single 1"),
            (levels(), ["1", "2", "3", "x"], "digits from 0 to 9, not 'x'"),
            (levels(), ["1", "2", "3", "²"], "digits from 0 to 9, not '²'"),
            (levels(), [1, 2, 3, np.inf], "digits from 0 to 9"),
            (np.zeros((4, 28, 28, 2), "u1"), [1, 2, 3, 4], "one label each"),
            (np.zeros((4, 783), "u1"), [1, 2, 3, 4], "one label each"),
        ],
    )
    def test_what_is_neither_is_refused(
        self, images: Any, labels: Any, message: str, tmp_path: Path
    ) -> None:
        np.savez(tmp_path / "a.npz", x_train=images, y_train=labels)
        with pytest.raises(DataError, match=message) as caught:
            read_arrays(tmp_path / "a.npz")
        assert str(caught.value).startswith(f"{tmp_path / 'a.npz'} cannot be used: ")

    def test_real_numbers_take_memory_as_bytes(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(
            tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=1
        ) as file:
            with file.open("x_train.npy", "w") as images:
                header = io.BytesIO()
                form = {"descr": "<f8", "fortran_order": False, "shape": (10_000, 784)}
                np.lib.format.write_array_header_1_0(header, form)
                images.write(header.getvalue())
                for _ in range(100):
                    images.write(np.linspace(0, 1, 78_400).tobytes())
            labels = io.BytesIO()
            np.save(labels, np.zeros(10_000, "u1"))
            file.writestr("y_train.npy", labels.getvalue())
        with at_most(megabytes=8 + 30):  # and not 63, which the numbers take
            (read,) = read_arrays(tmp_path / "a.npz")
        assert read.images.shape == (10_000, 28, 28)
        assert read.images.max() == 255

    def test_as_many_numbers_as_bytes_are_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        np.savez(tmp_path / "a.npz", x_train=levels().astype("f8"), y_train=[1, 2, 3, 4])
        monkeypatch.setattr(npz, "LARGEST", levels().size)
        assert np.array_equal(read_arrays(tmp_path / "a.npz")[0].images, levels())
        monkeypatch.setattr(npz, "LARGEST", levels().size - 1)
        with pytest.raises(DataError, match=r'"x_train" takes more than 0 MB'):
            read_arrays(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["images", "labels", "x"], [("images", "labels", "")]),
        (["data", "target"], [("data", "target", "")]),
        (["X", "Y"], [("X", "Y", "")]),
        (["arr_0", "arr_1"], [("arr_0", "arr_1", "")]),
        (["x_train", "y_train"], [("x_train", "y_train", "train")]),
        (["trainX", "trainY"], [("trainX", "trainY", "train")]),
        (["training_images", "training_labels"], None),
        (["train_images", "train_labels"], None),
        (["x_val", "y_val"], [("x_val", "y_val", "validation")]),
        (["dataset.train.images", "dataset.train.labels"], None),
        (["values", "validity"], []),
    ],
)
def test_names_of_arrays(names: list[str], expected: list[tuple[str, str, str]] | None) -> None:
    if expected is None:
        expected = [(names[0], names[1], "train")]
    found = pairs(names, Path("a.npz"))
    assert [(pair.images, pair.labels, pair.part) for pair in found] == expected


def test_a_file_may_hold_all_parts(tmp_path: Path) -> None:
    images = {f"{part}_images": levels() for part in ("train", "val", "test")}
    labels = {f"{part}_labels": [1, 2, 3, 4] for part in ("train", "val", "test")}
    np.savez(tmp_path / "a.npz", **images, **labels)
    assert [read.part for read in read_arrays(tmp_path / "a.npz")] == [
        *("test", "train", "validation")
    ]


class Trap:
    """Unpickled by a careless reader, it creates a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str, str]]:
        return open, (str(self.path), "w")


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
        labelled = bitmaps(self.saved(tmp_path, images=self.digits(), labels=[1, 1, 7]))
        assert labelled.images.shape == (3, 28, 28)
        assert labelled.labels.tolist() == [1, 1, 7]
        ink = labelled.images[0] > 127
        assert 18 <= np.ptp(np.flatnonzero(ink.any(axis=1))) + 1 <= 22

    @pytest.mark.parametrize("first", [True, False])
    @pytest.mark.parametrize("dtype", [np.uint8, np.float32])
    def test_colours_become_grey(self, first: bool, dtype: type, tmp_path: Path) -> None:
        random = np.random.default_rng(3)
        images = np.zeros((5, 28, 28, 3), np.uint8)
        images[:, 4:24, 8:20] = random.integers(0, 256, (5, 20, 12, 3))
        given = images.transpose(0, 3, 1, 2) if first else images
        given = given if dtype is np.uint8 else (given / 255).astype(dtype)
        labelled = bitmaps(self.saved(tmp_path, x=given, y=[1, 1, 7, 7, 7]))
        theirs = [np.asarray(PIL.Image.fromarray(image).convert("L")) for image in images]
        assert np.abs(labelled.images.astype(int) - np.stack(theirs)).max() <= 1

    @pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.uint64])
    def test_labels_of_any_whole_type(self, tmp_path: Path, dtype: type) -> None:
        labels = np.array([1, 0, 9], dtype=dtype)
        file = self.saved(tmp_path, images=self.digits(), labels=labels)
        assert bitmaps(file).labels.tolist() == [1, 0, 9]

    @pytest.mark.parametrize(
        ("labels", "message"),
        [
            ([1, 2, 10], "0 to 9"),
            ([1, 2, -1], "0 to 9"),
            ([1, 2], "one label each"),
            ([[1, 0], [0, 1], [1, 0]], "one label each"),
            ([1.0, 2.5, 3.0], "whole numbers"),
            ([1.0, float("nan"), 3.0], "whole numbers"),
            (["one", "two", "three"], "digits from 0 to 9, not "),
        ],
    )
    def test_unfit_labels(self, tmp_path: Path, labels: list[Any], message: str) -> None:
        file = self.saved(tmp_path, images=self.digits(), labels=labels)
        with pytest.raises(DataError, match=message):
            bitmaps(file)

    @pytest.mark.parametrize(
        "images",
        [
            np.zeros((3, 40, 50), dtype=np.complex64),
            np.zeros((3, 40), dtype=np.uint8),
            np.zeros((3, 40, 50, 2), dtype=np.uint8),
        ],
    )
    def test_unfit_images(self, tmp_path: Path, images: NDArray[np.generic]) -> None:
        file = self.saved(tmp_path, images=images, labels=[1, 2, 3])
        with pytest.raises(DataError, match=r'"images" must be \(n, H, W\)'):
            bitmaps(file)

    def test_no_images(self, tmp_path: Path) -> None:
        file = self.saved(
            tmp_path, images=np.zeros((0, 28, 28), np.uint8), labels=np.zeros(0, int)
        )
        with pytest.raises(DataError, match="no images"):
            bitmaps(file)

    @pytest.mark.parametrize(
        ("there", "message"),
        [
            ("images", '"images" has no labels beside it; add an array "labels"'),
            ("x_train", '"x_train" has no labels beside it; add an array "y_train"'),
            ("labels", r'must be an \.npz file with "images"'),
            ("values", r'must be an \.npz file with "images"'),
        ],
    )
    def test_a_missing_array(self, tmp_path: Path, there: str, message: str) -> None:
        with pytest.raises(DataError, match=message):
            bitmaps(self.saved(tmp_path, **{there: self.digits()}))

    def test_python_objects_are_not_unpickled(self, tmp_path: Path) -> None:
        file, sprung = tmp_path / "set.npz", tmp_path / "sprung"
        np.savez(file, images=np.array([Trap(sprung)]), labels=[1], allow_pickle=True)
        with pytest.raises(DataError, match="cannot be used") as caught:
            bitmaps(file)
        assert "pickle" not in str(caught.value)  # which numpy advises to allow
        assert not sprung.exists()
        with np.load(file, allow_pickle=True) as arrays:  # a careless reader
            arrays["images"][0].close()
        assert sprung.exists()

    def test_an_image_without_ink_is_passed_over_and_named(self, tmp_path: Path) -> None:
        images, notes = self.digits(), []
        images[1] = 0
        file = self.saved(tmp_path, images=images, labels=[1, 2, 3])
        assert bitmaps(file, Watch(noted=notes.append)).labels.tolist() == [1, 3]
        (note,) = notes
        assert note.startswith("1 of 3 images passed over: ")
        assert "set.npz, image 2: the picture shows no ink" in note

    def test_where_no_image_shows_ink_that_is_an_error(self, tmp_path: Path) -> None:
        file = self.saved(tmp_path, images=0 * self.digits(), labels=[1, 2, 3])
        with pytest.raises(DataError, match=r"image 1: .*no ink.*\(and 2 more like it\)"):
            bitmaps(file)

    def test_what_is_for_testing_is_evaluated_on(self, tmp_path: Path) -> None:
        digits = self.digits(2)
        file = self.saved(tmp_path, x_train=digits, y_train=[1, 2], x_test=digits, y_test=[3, 4])
        assert bitmaps(file).labels.tolist() == [3, 4]

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="does not exist"):
            bitmaps(tmp_path / "nowhere.npz")

    def test_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="is a folder"):
            bitmaps(tmp_path)

    @pytest.mark.parametrize("raw", [b"", b"digits", b"PK\x03\x04 and no more", b"\x93NUMPY"])
    def test_a_file_of_another_kind(self, tmp_path: Path, raw: bytes) -> None:
        file = tmp_path / "set.npz"
        file.write_bytes(raw)
        with pytest.raises(DataError, match="cannot be used"):
            bitmaps(file)

    def test_a_single_array(self, tmp_path: Path) -> None:
        np.save(tmp_path / "images.npy", self.digits())
        with pytest.raises(DataError, match=r"must be an \.npz file"):
            bitmaps(tmp_path / "images.npy")

    @pytest.mark.parametrize("keep", [0.3, 0.7, 0.99])
    def test_a_truncated_file(self, tmp_path: Path, keep: float) -> None:
        file = self.saved(tmp_path, images=self.digits(), labels=[1, 2, 3])
        raw = file.read_bytes()
        file.write_bytes(raw[: int(len(raw) * keep)])
        with pytest.raises(DataError, match="cannot be used"):
            bitmaps(file)

    def test_damaged_compression(self, tmp_path: Path) -> None:
        file = tmp_path / "set.npz"
        np.savez_compressed(file, images=self.digits(), labels=[1, 2, 3])
        with zipfile.ZipFile(file) as archive:
            at = archive.getinfo("images.npy").header_offset + 60
        raw = bytearray(file.read_bytes())
        raw[at : at + 20] = b"\xff" * 20
        file.write_bytes(raw)
        with pytest.raises(DataError, match="cannot be used"):
            bitmaps(file)
