"""The arrays of an .npz file: refused by their headers, before memory is taken for them."""

from __future__ import annotations

import io
import os
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lenetpad.data import forms
from lenetpad.data.array_files import arrays_of
from lenetpad.storage import npz
from lenetpad.storage.mnist import DataError
from lenetpad.storage.npz import opened_npz
from tests.memory import at_most

IMAGES = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)
LABELS = np.array([1, 2, 3])


def npy(array: np.ndarray, version: tuple[int, int] = (1, 0)) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version)
    return file.getvalue()


def headed(descr: str, shape: str, content: bytes = b"") -> bytes:
    """A .npy file whose header says this."""
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header + content


def saved(
    folder: Path,
    images: bytes | None = None,
    labels: bytes | None = None,
    way: int = zipfile.ZIP_DEFLATED,
) -> Path:
    """An .npz file of these .npy files; of good ones where they are left out."""
    with zipfile.ZipFile(folder / "a.npz", "w", way) as archive:
        archive.writestr("images.npy", npy(IMAGES) if images is None else images)
        archive.writestr("labels.npy", npy(LABELS) if labels is None else labels)
    return folder / "a.npz"


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", ["u1", ">i2", "<i8", "u8"])
def test_arrays_are_read_as_they_were(tmp_path: Path, save: Any, order: Any, kind: str) -> None:
    images = np.asarray(IMAGES, order=order)
    save(tmp_path / "a.npz", images=images, labels=LABELS.astype(kind), other=np.zeros(9))
    read, labels = arrays_of(tmp_path / "a.npz")
    assert read.dtype == np.uint8
    assert np.array_equal(read, IMAGES)
    assert np.array_equal(labels, LABELS)
    read[0] = 0  # they are the caller's own


def test_an_array_that_is_not_there_is_said_to_be_there_never(tmp_path: Path) -> None:
    with (
        opened_npz(saved(tmp_path), DataError) as file,
        pytest.raises(ValueError, match='"x" is there 0 t'),
    ):
        file.header("x")


def test_the_largest_array_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    array = np.arange(32, dtype="<i4").reshape(32, 1)
    with opened_npz(saved(tmp_path, npy(array)), DataError) as file:
        monkeypatch.setattr(npz, "LARGEST", 128)
        assert np.array_equal(file.array(file.header("images")), array)
        monkeypatch.setattr(npz, "LARGEST", 127)
        with pytest.raises(ValueError, match='"images" takes more than 0 MB; split it'):
            file.header("images")


def test_the_longest_header_is_read(tmp_path: Path) -> None:
    short = len(headed("|u1", "(3, 4, 5)")) - 10
    images = headed("|u1", "(3, 4, 5)" + " " * (npz.LARGEST_HEADER - short), IMAGES.tobytes())
    assert np.array_equal(arrays_of(saved(tmp_path, images))[0], IMAGES)


def test_the_header_of_a_later_version_is_read(tmp_path: Path) -> None:
    images, labels = arrays_of(saved(tmp_path, npy(IMAGES, (2, 0))))
    assert np.array_equal(images, IMAGES)
    assert np.array_equal(labels, LABELS)


def test_names_are_told_without_reading_the_arrays(tmp_path: Path) -> None:
    with opened_npz(saved(tmp_path, b"nothing"), DataError) as file:
        assert file.names == {"images", "labels"}


@pytest.mark.parametrize(
    ("images", "labels", "said"),
    [
        (None, npy(LABELS.astype("m8[s]")), "whole numbers"),
        (None, npy(LABELS.astype("M8[s]")), "whole numbers"),
        (None, npy(LABELS > 1), "whole numbers"),
        (None, npy(LABELS.astype(complex)), "whole numbers"),
        (npy(IMAGES.astype("c8")), None, r"must be \(n, H, W\)"),
        (headed("|u1", "(70000, 70000, 70000)"), None, "takes more than 256 MB"),
        (headed("|u1", "(0, 999999999999, 999999999999)"), None, "takes more than 256 MB"),
        (headed("|u1", "(3, -4, -5)", bytes(60)), None, "no array of numbers"),
        (headed("|u1", "(3, 4, 5)", bytes(59)), None, "is damaged"),
        (headed("|u1", "(3, 4, 5)", bytes(61)), None, "is damaged"),
        (headed("|u1", "(3, 4, 0)"), None, "no images"),
        (headed("|V999999999999", "(3, 4, 5)"), None, "cannot be used"),
        (headed("|u1", "(" * 4000), None, "cannot be used"),
        (headed("|u1", "3"), None, "cannot be used"),
        (headed("|u1", "(3, 4, 5)" + " " * 10000), None, "header is too long"),
        (headed("|u1", "(3, 4, 5)" + " " * 40000), None, "header is too long"),
        (b"\x93NUMPY\2\0\xff\xff\xff\xff" + bytes(100), None, "header is too long"),
        (b"\x93NUMPY\3\0" + bytes(100), None, r"\. it holds what is no array of numbers"),
        (b"PK\3\4" + bytes(100), None, "no array of numbers"),
        (b"", None, "no array of numbers"),
    ],
)
def test_by_its_header_a_file_is_refused(
    tmp_path: Path, images: bytes | None, labels: bytes | None, said: str
) -> None:
    path = saved(tmp_path, images, labels)
    with at_most(megabytes=5), pytest.raises(DataError, match=said) as caught:
        arrays_of(path)
    assert str(caught.value).startswith(str(path))
    assert len(str(caught.value).splitlines()) == 1


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        with file.open("images.npy", "w") as images:
            images.write(headed("|u1", "(300, 1000, 1000)"))
            for _ in range(300):
                images.write(bytes(1_000_000))
        file.writestr("labels.npy", npy(np.zeros(300, int)))
    with at_most(megabytes=5), pytest.raises(DataError, match=r'"images" takes more than 256 MB'):
        arrays_of(tmp_path / "a.npz")


def test_wrong_labels_are_refused_before_the_images_are_read(tmp_path: Path) -> None:
    np.savez_compressed(
        tmp_path / "a.npz", images=np.zeros((50, 1000, 1000), "u1"), labels=[77] * 50
    )
    with at_most(megabytes=5), pytest.raises(DataError, match="digits from 0 to 9"):
        arrays_of(tmp_path / "a.npz")


def test_images_take_their_own_size_in_memory_and_no_more(tmp_path: Path) -> None:
    images = np.zeros((20, 1000, 1000), "u1")
    np.savez_compressed(tmp_path / "a.npz", images=images, labels=[1] * 20)
    del images
    with at_most(megabytes=19 + 5):
        arrays_of(tmp_path / "a.npz")


def test_more_images_than_any_set_has_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "MOST_IMAGES", 2)
    with pytest.raises(DataError, match="over 2 images; split"):
        arrays_of(saved(tmp_path))


def test_an_array_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile's, of what is made here
        with zipfile.ZipFile(saved(tmp_path), "a") as archive:
            archive.writestr("images.npy", npy(IMAGES[:1]))
    with pytest.raises(DataError, match='"images" is there 2 times'):
        arrays_of(tmp_path / "a.npz")


@pytest.mark.parametrize("way", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_only_stored_and_deflated_arrays_are_read(tmp_path: Path, way: int) -> None:
    with pytest.raises(DataError, match="in another way than by deflate"):
        arrays_of(saved(tmp_path, way=way))


def test_a_directory_of_megabytes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        for number in range(2000):
            archive.writestr(f"{number}.npy", b"")
    with opened_npz(tmp_path / "a.npz", DataError) as file:
        assert len(file.names) == 2000
    monkeypatch.setattr(npz, "LARGEST_DIRECTORY", -200_000)
    with pytest.raises(DataError, match="far too many arrays"):
        arrays_of(tmp_path / "a.npz")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.npz")
    with pytest.raises(DataError, match=r"a\.npz is not a regular file"):
        arrays_of(tmp_path / "a.npz")


@pytest.mark.parametrize("name", ["a\0b.npz", "\udcff.npz", "a\nb\x1b[31m.npz"])
def test_a_name_that_no_file_has_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError) as caught:
        arrays_of(tmp_path / name)
    assert str(caught.value).isprintable()
