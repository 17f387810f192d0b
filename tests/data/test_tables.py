"""Tables of images as text: Kaggle's CSV, its kin, and the faults in them."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lenetpad.data import folders, forms, tables
from lenetpad.data.array_files import bitmaps
from lenetpad.data.cancellation import CancelledError, Watch
from lenetpad.data.labelled import Labelled
from lenetpad.data.tables import read_table
from lenetpad.storage.mnist import DataError
from lenetpad.values import evaluation
from tests.memory import at_most

PIXELS = np.arange(80, dtype=np.uint8).reshape(5, 16) * 3
LABELS = [7, 0, 9, 1, 7]


def text(
    pixels: NDArray[np.generic] = PIXELS,
    labels: list[int] | None = None,
    at: int = 0,
    separator: str = ",",
    names: list[str] | None = None,
) -> bytes:
    """A table with its labels in this column."""
    labels = LABELS[: len(pixels)] if labels is None else labels
    rows = [list(map(str, row)) for row in pixels.tolist()]
    for row, label in zip(rows, labels, strict=True):
        row.insert(at, str(label))
    lines = [*([names] if names else []), *rows]
    return "".join(separator.join(line) + "\n" for line in lines).encode()


def named(first: str = "label") -> list[str]:
    return [first, *(f"pixel{number}" for number in range(16))]


def saved(folder: Path, content: bytes, name: str = "train.csv") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


@pytest.mark.parametrize(
    "content",
    [
        text(names=named()),
        text(names=named("class")),
        text(names=["digit", *map(str, range(16))]),
        text(),
        text(at=16),
        text(at=16, names=[*named()[1:], "class"]),
        text(separator=";"),
        text(separator="\t"),
        text(names=named(), separator=";").replace(b"\n", b"\r\n\r\n"),
        b"\xef\xbb\xbf" + text(names=[f'"{name}"' for name in named()]),
        text().replace(b",", b", "),
        text(PIXELS.astype(float)),
        text(PIXELS / 255),
        text(PIXELS / 127.5 - 1),
        gzip.compress(text(names=named())),
        text().rstrip(b"\n"),
    ],
)
def test_images_and_labels_come_out_as_they_were(content: bytes, tmp_path: Path) -> None:
    images, labels = read_table(saved(tmp_path, content))
    assert images.dtype == np.uint8
    assert np.array_equal(images, PIXELS.reshape(5, 4, 4))
    assert labels.tolist() == LABELS


def test_a_column_that_counts_the_rows_is_no_pixel(tmp_path: Path) -> None:
    lines = text(names=named()).splitlines()
    counted = [b"," + lines[0], *(b"%d," % at + line for at, line in enumerate(lines[1:]))]
    images, labels = read_table(saved(tmp_path, b"\n".join(counted)))
    assert np.array_equal(images, PIXELS.reshape(5, 4, 4))
    assert labels.tolist() == LABELS


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty; expected rows of a label and pixels"),
        (b"label,pixel0\n", "holds no rows"),
        (b"\x89PNG\0\n", "is no text"),
        (b"ImageId,Label\n1,0\n2,0\n", "has 0 columns beside the label"),
        (text(PIXELS[:, :15]), "has no labels, only 4×4 pixels"),
        (text(PIXELS[:, :14]), "has 14 columns beside the label"),
        (text() + b"1,2,3\n", "line 6 has 3 numbers, and others 17"),
        (text() + b"1" + b",2" * 15 + b",\n", "line 6"),
        (text() + b"1,x" + b",2" * 15, "line 6: '1,x,2.*' is no row of numbers"),
        (text() + b"1,\xff" + b",2" * 15, "line 6: .* is no row of numbers"),
        (text() + b"1,256" + b",2" * 15, "its values go from 0 to 256"),
        (text() + b"1,nan" + b",2" * 15, "no numbers"),
        (text(PIXELS.astype(int) * 2), "its values go from 0 to 474; give them from 0 to 255"),
        (text(labels=[7, 0, 12, 1, 7], names=named()), "labels must be digits from 0 to 9"),
        (text(names=named()).replace(b"\n7,", b"\n7.5,"), "must be whole numbers"),
        (text(names=named()[:-1]), "16 columns have names, and 17 have values"),
    ],
)
def test_a_bad_table_is_named(content: bytes, message: str, tmp_path: Path) -> None:
    path = saved(tmp_path, content)
    with pytest.raises(DataError, match=message) as caught:
        read_table(path)
    assert str(caught.value).startswith(str(path))
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("n", [63, 64, 65, 200])
def test_every_row_is_read(n: int, tmp_path: Path) -> None:
    rows = np.arange(16 * n).reshape(n, 16) % 256
    images, labels = read_table(saved(tmp_path, text(rows, [at % 10 for at in range(n)])))
    assert np.array_equal(images.reshape(n, 16), rows)
    assert labels.tolist() == [at % 10 for at in range(n)]


def test_values_that_are_of_another_kind_further_down_are_refused(tmp_path: Path) -> None:
    content = text(np.ones((64, 16)) / 2, [1] * 64) + text()
    with pytest.raises(DataError, match="image 65: its pixels are not all from 0 to 1, as"):
        read_table(saved(tmp_path, content))


def test_sizes_come_before_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = saved(tmp_path, b"1," * 20_000_000)
    wide = saved(tmp_path, b"1," * 100_000, "b.csv")
    with at_most(megabytes=5):
        with pytest.raises(DataError, match="line 1 is too long for an image"):
            read_table(long)
        with pytest.raises(DataError, match="line 1 has over 65,552 cells"):
            read_table(wide)
    long.unlink()
    bomb = saved(tmp_path, gzip.compress(b"\n" * 3_000_000), "c.csv.gz")
    monkeypatch.setattr(tables, "LARGEST_FILE", 1_000_000)
    with pytest.raises(DataError, match="holds more than"):
        read_table(bomb)


@pytest.mark.parametrize(
    ("module", "name", "most"), [(tables, "LARGEST", 5 * 16), (forms, "MOST_IMAGES", 5)]
)
def test_a_larger_table_than_any_is_refused(
    module: object, name: str, most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, text())
    monkeypatch.setattr(module, name, most)
    assert len(read_table(path)[0]) == 5
    monkeypatch.setattr(module, name, most - 1)
    with pytest.raises(DataError, match="split it"):
        read_table(path)


def test_it_can_be_cancelled(tmp_path: Path) -> None:
    asked = iter([False] * 3)
    with pytest.raises(CancelledError):
        read_table(saved(tmp_path, text()), Watch(cancelled=lambda: next(asked, True)))


def test_the_window_takes_the_same_names_for_files_of_arrays() -> None:
    for name in ("a.csv", "A.CSV.gz", "b.NPZ"):
        assert evaluation.DataChoice.of_file(Path(name)).key == evaluation.IMAGES
    assert evaluation.DataChoice.of_file(Path("a.jsonl")).key == evaluation.INK


class TestFolders:
    """Kaggle's digit-recognizer, EMNIST's and MNIST's tables as they come."""

    @pytest.fixture
    def some(self, mnist: tuple[Labelled, Labelled]) -> Labelled:
        return mnist[1].chosen(slice(30))

    def test_kaggles_files(self, some: Labelled, tmp_path: Path) -> None:
        rows = some.images.reshape(-1, 784)
        names = [f"pixel{number}" for number in range(784)]
        train = text(rows, some.labels.tolist(), names=["label", *names])
        saved(tmp_path, train)
        pixels = [line.partition(b",")[2] for line in train.splitlines()]
        saved(tmp_path, b"\n".join(pixels), "test.csv")
        saved(tmp_path, b"ImageId,Label\n1,0\n2,0\n", "sample_submission.csv")
        notes: list[str] = []
        both = folders.read(tmp_path, Watch(noted=notes.append))
        assert [len(part) for part in both] == [25, 5]
        (note,) = notes
        assert note.startswith("2 of 3 files of arrays passed over; the first: ")
        with pytest.raises(DataError, match=r"test\.csv has no labels, only 28×28 pixels"):
            bitmaps(tmp_path / "test.csv")

    def test_emnists_are_put_upright(self, some: Labelled, tmp_path: Path) -> None:
        rows = some.images.transpose(0, 2, 1).reshape(-1, 784)
        saved(tmp_path, text(rows, some.labels.tolist()), "emnist-digits-train.csv")
        saved(tmp_path, text(rows, some.labels.tolist()), "emnist-digits-test.csv")
        notes: list[str] = []
        for part in folders.read(tmp_path, Watch(noted=notes.append)):
            assert np.array_equal(part.images, some.images)
        assert len(notes) == 2

    def test_a_list_beside_pictures_is_no_table(self, some: Labelled, tmp_path: Path) -> None:
        np.savez(tmp_path / "a.npz", x=some.images, y=some.labels)
        saved(tmp_path, b"file,label\na.png,3\n", "labels.csv")
        notes: list[str] = []
        assert sum(map(len, folders.read(tmp_path, Watch(noted=notes.append)))) == 30
        assert notes == [
            f"1 of 1 tables passed over: {tmp_path / 'labels.csv'} lies beside files of arrays"
        ]
