"""MATLAB's files: arrays of numbers as EMNIST and old copies of MNIST have them, and faults."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lenetpad.data import folders, matlab
from lenetpad.data.array_files import bitmaps
from lenetpad.data.cancellation import Watch
from lenetpad.data.labelled import Labelled
from lenetpad.data.matlab import read_matlab
from lenetpad.storage.mnist import DataError
from tests.mat_files import mat, structure
from tests.memory import at_most

IMAGES = (np.arange(3 * 16, dtype=np.uint8) * 5).reshape(3, 4, 4)
ROWS = IMAGES.reshape(3, 16)
LABELS = np.array([[7], [0], [9]], np.uint8)
GOOD = {"images": ROWS, "labels": LABELS}


def saved(folder: Path, content: bytes) -> Path:
    (folder / "a.mat").write_bytes(content)
    return folder / "a.mat"


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    "arrays",
    [
        GOOD,
        {"X": ROWS.astype("f8") / 255, "y": LABELS.astype("f8")},
        {"data": ROWS.T, "label": LABELS.T.astype("f8")},
        {"images": np.moveaxis(IMAGES, 0, -1), "labels": LABELS},
        {"images": IMAGES.astype("i2"), "labels": LABELS.T, "of": structure({})},
        {"data": structure(GOOD)},
        {"x": ROWS.astype("f4"), "y": np.eye(10)[[7, 0, 9]]},
    ],
    ids=["rows", "real", "columns", "layers", "whole", "structure", "one-hot"],
)
def test_images_and_labels_come_out_as_they_were(
    arrays: dict[str, Any], order: str, packed: bool, tmp_path: Path
) -> None:
    ((images, labels, part),) = read_matlab(saved(tmp_path, mat(arrays, packed, order)))
    assert images.dtype == np.uint8
    assert np.array_equal(images, IMAGES)
    assert labels.tolist() == [7, 0, 9]
    assert part == ""


@pytest.mark.parametrize("axes", [(0, 1, 2, 3), (0, 3, 1, 2), (1, 2, 3, 0)])
def test_images_in_colours_become_grey(axes: tuple[int, ...], tmp_path: Path) -> None:
    """With their colours last, first, and as MATLAB has them: the images in the last axis."""
    colours = np.random.default_rng(4).integers(0, 256, (5, 28, 28, 3), dtype=np.uint8)
    arrays = {
        "images": colours.transpose(axes),
        "labels": np.arange(1, 6, dtype=np.uint8)[:, None],
    }
    ((images, labels, _),) = read_matlab(saved(tmp_path, mat(arrays)))
    theirs = np.stack([np.asarray(Image.fromarray(image).convert("L")) for image in colours])
    assert images.shape == (5, 28, 28)
    assert np.abs(images.astype(int) - theirs).max() <= 1
    assert labels.tolist() == [1, 2, 3, 4, 5]


def test_emnists_structure_is_read_and_put_upright(
    mnist: tuple[Labelled, Labelled], tmp_path: Path
) -> None:
    some = mnist[1].chosen(slice(60))
    lying = some.images.transpose(0, 2, 1).reshape(-1, 784)
    part = {"images": lying, "labels": some.labels.astype("f8")[:, None]}
    content = {"dataset": structure({"train": structure(part), "test": structure(part)})}
    path = saved(tmp_path, mat(content, packed=True))
    assert {part for *_, part in read_matlab(path)} == {"train", "test"}
    notes: list[str] = []
    for read in folders.read(tmp_path, Watch(noted=notes.append)):
        assert np.array_equal(read.images, some.images)
    assert len(notes) == 2
    assert np.array_equal(bitmaps(path).images, some.images)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no .mat file of MATLAB's version 5"),
        (b"\x89HDF\r\n" + bytes(200), "version 7.3; save it with -v7"),
        (b"MATLAB 7.3 MAT-file".ljust(124) + b"\0\2IM", "version 7.3; save it with -v7"),
        (mat(GOOD)[:-9], r"is damaged \(it is cut off\)"),
        (mat({"a": ROWS}), 'holds no arrays called "images" and "labels"'),
        (mat({"images": ROWS}), 'has no labels beside it; add an array "labels"'),
        (mat({"images": ROWS, "labels": LABELS[:2]}), "one label each"),
        (mat({"images": ROWS, "labels": LABELS + 9}), "digits from 0 to 9"),
        (mat({"images": ROWS * 9.0, "labels": LABELS}), "go from 0 to 2115"),
    ],
)
def test_a_bad_file_is_named(content: bytes, message: str, tmp_path: Path) -> None:
    path = saved(tmp_path, content)
    with pytest.raises(DataError, match=message) as caught:
        read_matlab(path)
    assert str(caught.value).startswith(str(path))
    assert str(caught.value).isprintable()


def test_structures_in_structures_come_to_an_end(tmp_path: Path) -> None:
    inner: Any = structure(GOOD)
    for _ in range(matlab.DEEPEST):
        inner = structure({"x": inner})
    with pytest.raises(DataError, match="is damaged"):
        read_matlab(saved(tmp_path, mat({"a": inner})))


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = mat(
        {"images": np.zeros((50, 1000, 1000), np.uint8), "labels": np.ones((50, 1))}, True
    )
    path = saved(tmp_path, content)
    monkeypatch.setattr(matlab, "LARGEST_FILE", 1 << 20)
    with at_most(megabytes=5), pytest.raises(DataError, match="an array takes more than"):
        read_matlab(path)
    with pytest.raises(DataError, match="holds more than 1 MB"):
        read_matlab(saved(tmp_path, bytes((1 << 20) + 1)))


def test_what_is_compressed_and_cut_off_is_damaged(tmp_path: Path) -> None:
    whole = mat(GOOD, packed=True)
    cut = zlib.compress(b"")[:4]
    bad = whole[:128] + b"\x0f\0\0\0" + len(cut).to_bytes(4, "little") + cut
    with pytest.raises(DataError, match="is damaged"):
        read_matlab(saved(tmp_path, bad))
