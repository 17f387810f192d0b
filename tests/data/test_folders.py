"""Folders of the user's own, of every kind that can be read, and the faults in them."""

from __future__ import annotations

import gzip
import json
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from lenetpad.data import folders, forms, layouts, orientation
from lenetpad.data.cancellation import CancelledError, Watch
from lenetpad.data.idx import read_idx
from lenetpad.data.labelled import NO_DIGIT, Labelled
from lenetpad.ink.files import read_ink
from lenetpad.ink.pictures import read_picture
from lenetpad.ink.raster import draw
from lenetpad.storage import resources
from lenetpad.storage.mnist import DataError
from tests.memory import at_most

SILENT = Watch()


@pytest.fixture(autouse=True)
def _no_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in these folders shows no digits; nobody is to say so."""
    monkeypatch.setattr(orientation, "FEWEST", 1 << 30)


def gun(n: int) -> NDArray[np.uint8]:
    """n images that show which way up they are, and which they are."""
    images = np.zeros((n, 28, 28), np.uint8)
    images[:, 3, 4:24] = 255
    images[:, 9, 22] = 200
    images[:, 14, 14] = np.arange(n)
    return images


def idx(array: NDArray[Any], kind: int = 8) -> bytes:
    """An IDX file, written by its specification and not by the code that is tested."""
    head = bytes([0, 0, kind, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.tobytes()


#: Claims 300 MB of images, and gives so many that a reader who believes it takes some time.
BOMB = b"\0\0\x08\3" + struct.pack(">3I", 300, 1000, 1000) + bytes(20_000_000)
NOUGHT = b"\0\0\x08\3" + struct.pack(">3I", 0, 2**32 - 1, 2**32 - 1)


def digits(n: int) -> NDArray[np.uint8]:
    return np.arange(n, dtype=np.uint8) % 10


def which(part: Labelled) -> list[int]:
    """The numbers of the guns in a part."""
    return part.images[:, 14, 14].tolist()


def save_idx(folder: Path, stem: str, n: int, zipped: bool = False) -> None:
    folder.mkdir(exist_ok=True)
    for what, array in (("images-idx3", gun(n)), ("labels-idx1", digits(n))):
        raw = idx(array)
        name = f"{stem}-{what}-ubyte" + (".gz" if zipped else "")
        (folder / name).write_bytes(gzip.compress(raw, mtime=0) if zipped else raw)


def save_pictures(folder: Path, each: int) -> None:
    """``each`` dark bars on light paper for each of the ten digits, in files of many kinds."""
    endings = ("png", "jpg", "bmp", "gif", "PNG")
    for digit in range(10):
        (folder / str(digit)).mkdir(parents=True)
        for number in range(each):
            paper = np.full((60, 60), 255, np.uint8)
            paper[10:50, 20 + digit : 28 + digit] = 0
            path = folder / str(digit) / f"{number}.{endings[number % len(endings)]}"
            PIL.Image.fromarray(paper).save(path)


class TestPictures:
    def test_folders_of_pictures_are_digits(self, tmp_path: Path) -> None:
        save_pictures(tmp_path, 6)
        (tmp_path / "3" / "notes.txt").write_text("not a picture")
        (tmp_path / "3" / ".hidden.png").write_text("not a picture")
        (tmp_path / "others").mkdir()
        train, test = folders.read(tmp_path, SILENT)
        assert (len(train), len(test)) == (50, 10)
        both = train.joined(test)
        assert np.bincount(both.labels).tolist() == [6] * 10
        assert both.images.dtype == np.uint8
        assert int(both.images[:, 0].max()) == 0  # light on dark
        expected = np.rint(255 * read_picture(tmp_path / "7" / "0.png")).astype(np.uint8)
        of_seven = both.images[both.labels == 7]
        assert any(np.array_equal(image, expected) for image in of_seven)

    def test_progress_counts_them(self, tmp_path: Path) -> None:
        save_pictures(tmp_path, 2)
        told: list[tuple[str, int, int]] = []
        folders.read(tmp_path, Watch(lambda *now: told.append(now)))
        assert told == [(tmp_path.name, done, 20) for done in range(21)]

    def test_it_can_be_cancelled(self, tmp_path: Path) -> None:
        save_pictures(tmp_path, 2)
        told: list[int] = []
        watch = Watch(lambda title, done, total: told.append(done), lambda: len(told) == 5)
        with pytest.raises(CancelledError):
            folders.read(tmp_path, watch)
        assert told == [0, 1, 2, 3, 4]

    def test_damaged_pictures_are_passed_over_and_the_first_is_named(self, tmp_path: Path) -> None:
        save_pictures(tmp_path, 1)
        for digit in "45":
            (tmp_path / digit / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
        (tmp_path / "3" / "notes.txt").touch()
        (tmp_path / "3" / "Thumbs.db").touch()
        notes: list[str] = []
        both = folders.read(tmp_path, Watch(noted=notes.append))
        assert sum(map(len, both)) == 10
        assert notes[0].startswith("2 of 12 pictures passed over; the first: ")
        assert str(Path("4", "bad.png")) in notes[0]
        assert notes[1:] == [
            f"1 of 13 files passed over: {tmp_path / '3/notes.txt'} is no picture"
        ]

    def test_where_all_pictures_are_bad_that_is_an_error(self, tmp_path: Path) -> None:
        for digit in "4567":
            (tmp_path / digit).mkdir()
            (tmp_path / digit / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
        with pytest.raises(DataError, match=r"4.bad\.png .*\(and 3 more like it\)") as caught:
            folders.read(tmp_path, SILENT)
        assert len(str(caught.value).splitlines()) == 1

    @pytest.mark.parametrize("ending", ["jfif", "jpe", "JPEG", "dib", "pbm", "pnm"])
    def test_other_endings_of_pictures(self, ending: str, tmp_path: Path) -> None:
        save_pictures(tmp_path, 1)
        picture = PIL.Image.open(tmp_path / "3" / "0.png").convert("1" if ending == "pbm" else "L")
        kind = {"dib": "BMP", "pbm": "PPM", "pnm": "PPM"}.get(ending, "JPEG")
        picture.save(tmp_path / "3" / f"1.{ending}", kind)
        assert sum(len(part) for part in folders.read(tmp_path, SILENT)) == 11


class TestParts:
    @pytest.mark.parametrize(
        ("train_name", "test_name"),
        [
            ("train", "test"),
            ("Train", "Test"),
            ("training", "testing"),
            ("train", "val"),
            ("train", "validation"),
            ("MNIST - JPG - training", "MNIST - JPG - testing"),
            ("trainingSet", "testSet"),
        ],
    )
    def test_what_is_tested_with_is_seen_from_names(
        self, train_name: str, test_name: str, tmp_path: Path
    ) -> None:
        save_pictures(tmp_path / train_name, 3)
        save_pictures(tmp_path / test_name, 1)
        assert [len(part) for part in folders.read(tmp_path, SILENT)] == [30, 10]

    def test_beside_a_test_folder_validation_images_are_trained_on(self, tmp_path: Path) -> None:
        for name, each in (("train", 3), ("test", 1), ("val", 2)):
            save_pictures(tmp_path / name, each)
        notes: list[str] = []
        both = folders.read(tmp_path, Watch(noted=notes.append))
        assert [len(part) for part in both] == [50, 10]
        assert notes == ["the images to validate on are trained on: a training holds out its own"]

    def test_a_test_folder_without_labels_is_passed_over(self, tmp_path: Path) -> None:
        save_pictures(tmp_path / "train", 6)
        (tmp_path / "test").mkdir()
        (tmp_path / "test" / "1.png").touch()
        notes: list[str] = []
        both = folders.read(tmp_path, Watch(noted=notes.append))
        assert [len(part) for part in both] == [50, 10]
        (note,) = notes
        assert note.startswith(f"passed over: {tmp_path / 'test'} holds nothing to train on")

    def test_a_train_folder_alone_is_split(self, tmp_path: Path) -> None:
        save_pictures(tmp_path / "data" / "train", 6)
        assert [len(part) for part in folders.read(tmp_path, SILENT)] == [50, 10]

    @pytest.mark.parametrize(
        "name", ["digit_{}", "{}_{word}", "{word}", "Digit {}", "class-{}", "{}-digits"]
    )
    def test_folders_that_name_digits(self, name: str, tmp_path: Path) -> None:
        save_pictures(tmp_path, 2)
        for digit, word in enumerate(layouts.WORDS):
            (tmp_path / str(digit)).rename(tmp_path / name.format(digit, word=word))
        train, test = folders.read(tmp_path, SILENT)
        assert np.bincount(train.joined(test).labels).tolist() == [2] * 10

    @pytest.mark.parametrize("name", ["backup2", "Sample001", "0_one", "10", "2 3", "run 1", "٣"])
    def test_names_that_say_no_digit(self, name: str) -> None:
        assert layouts.digit_in(name) is None

    def test_files_are_found_below_as_torchvision_has_them(self, tmp_path: Path) -> None:
        raw = tmp_path / "MNIST" / "raw"
        raw.mkdir(parents=True)
        save_idx(raw, "train", 12)
        save_idx(raw, "train", 12, zipped=True)
        save_idx(raw, "t10k", 4)
        (tmp_path / "MNIST" / "processed").mkdir()
        assert [len(part) for part in folders.read(tmp_path, SILENT)] == [12, 4]

    def test_of_several_folders_one_is_to_be_chosen(self, tmp_path: Path) -> None:
        for name in ("MNIST", "KMNIST"):
            (tmp_path / name).mkdir()
            save_idx(tmp_path / name / "raw", "train", 12)
        with pytest.raises(DataError, match=r"choose one of the folders in it \(KMNIST, MNIST\)"):
            folders.read(tmp_path, SILENT)

    def test_not_ever_deeper(self, tmp_path: Path) -> None:
        deep = tmp_path.joinpath(*"abcdef")
        deep.mkdir(parents=True)
        save_idx(deep, "train", 12)
        with pytest.raises(DataError, match="nothing to train on"):
            folders.read(tmp_path, SILENT)
        assert len(folders.read(tmp_path / "a" / "b", SILENT)) == 2


class TestIdx:
    @pytest.mark.parametrize("zipped", [False, True])
    def test_mnists_own_files(self, zipped: bool, tmp_path: Path) -> None:
        save_idx(tmp_path, "train", 12, zipped)
        save_idx(tmp_path, "t10k", 4, zipped)
        train, test = folders.read(tmp_path, SILENT)
        assert np.array_equal(train.images, gun(12))
        assert np.array_equal(test.images, gun(4))
        assert train.labels.tolist() == digits(12).tolist()
        assert test.labels.tolist() == digits(4).tolist()

    def test_a_file_that_was_unpacked_is_not_read_twice(self, tmp_path: Path) -> None:
        save_idx(tmp_path, "train", 12)
        save_idx(tmp_path, "train", 12, zipped=True)
        train, test = folders.read(tmp_path, SILENT)
        assert len(train) + len(test) == 12

    def test_without_a_test_part_a_sixth_is_held_out_always_the_same(self, tmp_path: Path) -> None:
        save_idx(tmp_path, "train", 60)
        train, test = folders.read(tmp_path, SILENT)
        assert (len(train), len(test)) == (50, 10)
        assert sorted(which(train) + which(test)) == list(range(60))
        assert test.labels.tolist() == [number % 10 for number in which(test)]
        assert which(test) != list(range(50, 60))
        assert which(folders.read(tmp_path, SILENT)[1]) == which(test)

    def test_emnists_are_upright(self, tmp_path: Path) -> None:
        for part in ("train", "test"):
            stem = f"emnist-digits-{part}"
            save_idx(tmp_path, stem, 3)
            columns_first = np.ascontiguousarray(gun(3).transpose(0, 2, 1))
            (tmp_path / f"{stem}-images-idx3-ubyte").write_bytes(idx(columns_first))
        for part in folders.read(tmp_path, SILENT):
            assert np.array_equal(part.images, gun(3))

    def test_qmnists_first_column_is_the_label(self, tmp_path: Path) -> None:
        save_idx(tmp_path, "qmnist-train", 6)
        (tmp_path / "qmnist-train-labels-idx1-ubyte").unlink()
        labels = np.tile(np.array([0, 4, 2600], ">i4"), (6, 1))
        labels[:, 0] = np.arange(6)
        (tmp_path / "qmnist-train-labels-idx2-int").write_bytes(idx(labels, 12))
        train, test = folders.read(tmp_path, SILENT)
        assert train.joined(test).labels.tolist() == which(train.joined(test))

    def test_dark_ink_on_light_paper_is_turned_over(self, tmp_path: Path) -> None:
        save_idx(tmp_path, "train", 6)
        save_idx(tmp_path, "t10k", 6)
        (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(255 - gun(6)))
        assert np.array_equal(folders.read(tmp_path, SILENT)[0].images, gun(6))

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("train-images-idx3-ubyte", b"", "is no IDX file"),
            ("train-images-idx3-ubyte", b"PK\x03\x04 ab", "is no IDX file"),
            ("train-images-idx3-ubyte", b"\0\0\x08\xff", "is no IDX file"),
            ("train-images-idx3-ubyte", idx(gun(6))[:-1], r"damaged: its shape \(6, 28, 28\)"),
            ("train-images-idx3-ubyte", b"\0\0\x08\x03" + b"\xff" * 12, "damaged"),
            ("train-images-idx3-ubyte", gzip.compress(idx(gun(6)), mtime=0)[:-9], "damaged"),
            ("train-images-idx3-ubyte", b"\0\0\x08\xff" + b"\0\0\0\1" * 255, "is no IDX file"),
            ("train-images-idx3-ubyte", NOUGHT, "more than 256 MB"),
            ("train-images-idx3-ubyte", idx(gun(6)) + b"x", "damaged.* not 4705"),
            ("train-images-idx3-ubyte", gzip.compress(idx(gun(6)) + b"xy"), "damaged.* not more"),
            ("train-images-idx3-ubyte", gzip.compress(BOMB, 1), "more than 256 MB; split"),
            ("train-images-idx3-ubyte", gzip.compress(NOUGHT), "more than 256 MB"),
            ("train-images-idx3-ubyte", idx(digits(6)), "must hold images"),
            ("train-images-idx3-ubyte", idx(np.zeros((0, 28, 28), np.uint8)), "must hold images"),
            ("train-labels-idx1-ubyte", idx(digits(5)), "a label for each of 6 images"),
            ("train-labels-idx1-ubyte", idx(digits(6) + 10), "digits from 0 to 9"),
        ],
        ids=[
            *("nothing", "a zip", "no size", "a byte less", "too large", "gzip, cut off"),
            *("255 sides", "a nought", "a byte more", "gzip, a byte more", "gzip, too large"),
            "gzip, a nought",
            *("no images", "0 images", "a label less", "no digits"),
        ],
    )
    def test_a_bad_file_is_named(
        self, name: str, content: bytes, message: str, tmp_path: Path
    ) -> None:
        save_idx(tmp_path, "train", 6)
        (tmp_path / name).write_bytes(content)
        with at_most(megabytes=5), pytest.raises(DataError, match=f"{name}.*{message}") as caught:
            folders.read(tmp_path, SILENT)
        assert len(str(caught.value).splitlines()) == 1

    def test_a_damaged_set_beside_others_is_passed_over(self, tmp_path: Path) -> None:
        save_idx(tmp_path, "train", 12)
        save_idx(tmp_path, "other-train", 6)
        (tmp_path / "other-train-labels-idx1-ubyte").write_bytes(idx(digits(6) + 10))
        notes: list[str] = []
        both = folders.read(tmp_path, Watch(noted=notes.append))
        assert sum(map(len, both)) == 12
        assert notes[0].startswith("1 of 2 pairs of IDX files passed over: ")

    def test_a_damaged_set_to_test_with_is_an_error(self, tmp_path: Path) -> None:
        save_idx(tmp_path, "train", 12)
        save_idx(tmp_path, "t10k", 6)
        (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(idx(digits(6) + 10))
        with pytest.raises(DataError, match="t10k-labels-idx1-ubyte must hold digits"):
            folders.read(tmp_path, SILENT)

    def test_images_need_labels(self, tmp_path: Path) -> None:
        save_idx(tmp_path, "train", 6)
        (tmp_path / "train-labels-idx1-ubyte").unlink()
        with pytest.raises(DataError, match="train-images-idx3-ubyte is alone"):
            folders.read(tmp_path, SILENT)

    def test_images_take_their_own_size_in_memory_and_no_more(self, tmp_path: Path) -> None:
        images = np.zeros((20, 1000, 1000), np.uint8)
        (tmp_path / "a").write_bytes(gzip.compress(idx(images), 1))
        del images
        with at_most(megabytes=19 + 5):
            read = read_idx(tmp_path / "a")
        assert read.shape == (20, 1000, 1000)

    def test_more_images_than_any_set_has_are_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        save_idx(tmp_path, "train", 6)
        monkeypatch.setattr(forms, "MOST_IMAGES", 5)
        with pytest.raises(DataError, match=r"images-idx3-ubyte holds over 5 images; split"):
            folders.read(tmp_path, SILENT)

    def test_emnists_that_are_not_square_are_upright(self, tmp_path: Path) -> None:
        save_idx(tmp_path, "emnist-train", 6)
        wide = np.zeros((6, 40, 20), np.uint8)  # columns first: twenty rows of forty
        wide[:, 4:36, 9:12] = 255
        (tmp_path / "emnist-train-images-idx3-ubyte").write_bytes(idx(wide))
        image = folders.read(tmp_path, SILENT)[0].images[0]
        rows, columns = np.nonzero(image > 127)
        assert np.ptp(columns) > 3 * np.ptp(rows)


class TestNpz:
    def test_train_and_test_arrays(self, tmp_path: Path) -> None:
        np.savez(
            tmp_path / "a.npz",
            x_train=gun(12),
            y_train=digits(12),
            x_test=gun(3),
            y_test=digits(3),
        )
        train, test = folders.read(tmp_path, SILENT)
        assert np.array_equal(train.images, gun(12))
        assert np.array_equal(test.images, gun(3))
        assert test.labels.tolist() == [0, 1, 2]

    def test_images_of_another_size_are_normalised(self, tmp_path: Path) -> None:
        images = np.full((12, 40, 50), 255, np.uint8)
        images[:, 5:35, 20:26] = 0
        np.savez(tmp_path / "a.npz", images=images, labels=digits(12))
        told: list[int] = []
        train, test = folders.read(tmp_path, Watch(lambda _, done, __: told.append(done)))
        assert (len(train), len(test)) == (10, 2)
        rows = np.nonzero(train.images[0].max(axis=1) > 127)[0]
        assert np.ptp(rows) + 1 == 20
        assert told == list(range(13))

    def test_files_are_joined(self, tmp_path: Path) -> None:
        for name in "ab":
            np.savez(tmp_path / f"{name}.npz", x_train=gun(6), y_train=digits(6))
        train, test = folders.read(tmp_path, SILENT)
        assert len(train) + len(test) == 12

    def test_a_blank_image_is_passed_over_and_named(self, tmp_path: Path) -> None:
        images = np.zeros((3, 40, 40), np.uint8)
        images[:2, 5:35, 18:22] = 255
        np.savez(tmp_path / "a.npz", images=images, labels=digits(3))
        notes: list[str] = []
        assert sum(map(len, folders.read(tmp_path, Watch(noted=notes.append)))) == 2
        assert "a.npz, image 3: " in notes[0]

    def test_a_damaged_file_beside_others_is_passed_over(self, tmp_path: Path) -> None:
        np.savez(tmp_path / "a.npz", images=gun(6), labels=digits(6))
        (tmp_path / "b.npz").write_bytes(b"PK")
        notes: list[str] = []
        assert sum(map(len, folders.read(tmp_path, Watch(noted=notes.append)))) == 6
        assert notes[0].startswith(f"1 of 2 files of arrays passed over: {tmp_path / 'b.npz'}")

    @pytest.mark.parametrize("names", [("train", "test"), ("mnist_train", "mnist_test")])
    def test_names_of_files_say_what_is_tested_with(
        self, names: tuple[str, str], tmp_path: Path
    ) -> None:
        for name, n in zip(names, (12, 3), strict=True):
            np.savez(tmp_path / f"{name}.npz", x=gun(n), y=digits(n))
        assert [len(part) for part in folders.read(tmp_path, SILENT)] == [12, 3]

    @pytest.mark.parametrize(
        "arrays",
        [
            {"pictures": gun(3)},
            {"x_train": gun(3)},
            {"x_train": gun(3), "y_train": digits(2)},
            {"x_train": gun(3), "y_train": digits(3) + 20},
            {"x_train": gun(3).astype(np.complex64), "y_train": digits(3)},
        ],
    )
    def test_a_bad_file_is_named(self, arrays: dict[str, Any], tmp_path: Path) -> None:
        np.savez(tmp_path / "a.npz", **arrays)
        with pytest.raises(DataError, match=r"a\.npz cannot be used") as caught:
            folders.read(tmp_path, SILENT)
        assert len(str(caught.value).splitlines()) == 1

    def test_a_file_that_is_none_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "a.npz").write_text("nothing")
        with pytest.raises(DataError, match=r"a\.npz cannot be used"):
            folders.read(tmp_path, SILENT)


def save_ink(path: Path, writers: list[str | None]) -> None:
    """One drawing a writer, each with a label of its own as far as there are digits."""
    lines = []
    for number, writer in enumerate(writers):
        entry: dict[str, Any] = {"label": number % 10, "strokes": [[[0, 0], [number, 100]]]}
        lines.append(json.dumps(entry if writer is None else {**entry, "writer": writer}))
    path.write_text("\n".join(lines))


class TestInk:
    def test_a_sixth_of_the_writers_is_held_out(self, tmp_path: Path) -> None:
        writers: list[str | None] = [f"w{number // 5}" for number in range(60)]  # 12 writers
        save_ink(tmp_path / "a.jsonl", writers)
        train, test = folders.read(tmp_path, SILENT)
        assert (len(train), len(test)) == (50, 10)
        drawings = read_ink(tmp_path / "a.jsonl")
        pictures = [np.rint(255 * draw(drawing.ink)).astype(np.uint8) for drawing in drawings]
        held = {
            drawing.writer
            for drawing, picture in zip(drawings, pictures, strict=True)
            if any(np.array_equal(picture, image) for image in test.images)
        }
        assert len(held) == 2
        again = folders.read(tmp_path, SILENT)[1]
        assert np.array_equal(again.images, test.images)

    @pytest.mark.parametrize("writer", [None, "only"])
    def test_without_writers_to_choose_from_drawings_are_held_out(
        self, writer: str | None, tmp_path: Path
    ) -> None:
        save_ink(tmp_path / "a.jsonl", [writer] * 12)
        assert [len(part) for part in folders.read(tmp_path, SILENT)] == [10, 2]

    def test_compressed_ink_and_what_is_no_digit(self, tmp_path: Path) -> None:
        content = resources.path("ink/samples.jsonl").read_bytes()
        other = b'\n{"label": "x", "strokes": [[[0, 0], [9, 9]]]}\n'
        (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(content + other, mtime=0))
        train, test = folders.read(tmp_path, SILENT)
        labels = train.joined(test).labels
        assert int((labels == NO_DIGIT).sum()) >= 1

    def test_a_bad_file_beside_others_is_passed_over(self, tmp_path: Path) -> None:
        save_ink(tmp_path / "a.jsonl", [None] * 12)
        (tmp_path / "b.jsonl").write_text('{"strokes": [[[0, 0], [1, 1]]]}')
        (tmp_path / "c.jsonl").write_text("nothing")
        notes: list[str] = []
        assert sum(map(len, folders.read(tmp_path, Watch(noted=notes.append)))) == 12
        assert notes[0].startswith(f"1 of 3 ink files passed over: {tmp_path / 'c.jsonl'}, line 1")
        assert notes[1:] == ["1 of 13 drawings have no label: left out"]

    def test_a_bad_file_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "a.jsonl").write_text('{"label": 1}')
        with pytest.raises(DataError, match=r"a\.jsonl, line 1: .*expected"):
            folders.read(tmp_path, SILENT)

    def test_it_can_be_cancelled(self, tmp_path: Path) -> None:
        save_ink(tmp_path / "a.jsonl", [None] * 12)
        told: list[int] = []
        watch = Watch(lambda _, done, __: told.append(done), lambda: len(told) == 3)
        with pytest.raises(CancelledError):
            folders.read(tmp_path, watch)


class TestWhatItIs:
    def test_nothing_to_train_on_says_what_is_expected(self, tmp_path: Path) -> None:
        (tmp_path / "holiday.png").touch()
        with pytest.raises(DataError, match='train on; expected folders "0" to'):
            folders.read(tmp_path, SILENT)

    def test_a_folder_that_is_none_says_what_is_expected(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="is no folder; expected"):
            folders.read(tmp_path / "none", SILENT)

    def test_two_kinds_are_too_many(self, tmp_path: Path) -> None:
        save_pictures(tmp_path, 1)
        save_ink(tmp_path / "a.jsonl", [None])
        with pytest.raises(DataError, match="holds pictures in folders and ink files; keep one"):
            folders.read(tmp_path, SILENT)

    def test_one_image_is_too_few(self, tmp_path: Path) -> None:
        save_ink(tmp_path / "a.jsonl", [None])
        with pytest.raises(DataError, match="holds one image"):
            folders.read(tmp_path, SILENT)


class TestWhatLiesInIt:
    @pytest.mark.parametrize("name", ["3/a.png", "a.npz", "a.jsonl", "train-images-idx3-ubyte"])
    def test_a_pipe_is_not_waited_for(self, name: str, tmp_path: Path) -> None:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        os.mkfifo(tmp_path / name)
        (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(digits(6)))
        if "train" not in name:
            (tmp_path / "train-labels-idx1-ubyte").unlink()
        with pytest.raises(DataError, match=f"{name} is not a regular file"):
            folders.read(tmp_path, SILENT)

    def test_links_in_circles_are_not_followed(self, tmp_path: Path) -> None:
        save_pictures(tmp_path, 1)
        (tmp_path / "3" / "again").symlink_to(tmp_path)
        (tmp_path / "3" / "itself").symlink_to("itself")
        (tmp_path / "3" / "deep" / "er").mkdir(parents=True)
        (tmp_path / "3" / "deep" / "er" / "a.png").symlink_to(tmp_path / "3" / "0.png")
        train, test = folders.read(tmp_path, SILENT)
        assert len(train) + len(test) == 11

    def test_links_to_nothing_are_passed_over_and_named(self, tmp_path: Path) -> None:
        save_pictures(tmp_path, 1)
        (tmp_path / "3" / "a.png").symlink_to("nowhere.png")
        (tmp_path / "3" / "b.png").symlink_to("b.png")
        notes: list[str] = []
        assert sum(map(len, folders.read(tmp_path, Watch(noted=notes.append)))) == 10
        (note,) = notes
        assert note.startswith("2 of 12 pictures passed over; the first: ")
        assert f"{Path('3', 'a.png')} does not exist" in note

    def test_ever_more_files_are_not_looked_at(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        save_pictures(tmp_path, 3)
        monkeypatch.setattr(layouts, "MOST_FILES", 10)
        assert sum(len(part) for part in folders.read(tmp_path, SILENT)) == 30
        for number in range(8):
            (tmp_path / "3" / f"{number}.txt").touch()
        with pytest.raises(DataError, match=r"3 holds over 10 files; choose one of images alone"):
            folders.read(tmp_path, SILENT)

    def test_looking_for_files_can_be_cancelled(self, tmp_path: Path) -> None:
        save_pictures(tmp_path, 1)
        asked = iter([False] * 5)
        with pytest.raises(CancelledError):
            folders.read(tmp_path, Watch(cancelled=lambda: next(asked, True)))

    @pytest.mark.parametrize("name", ["a\0b", "\udcff", "a\nb\x1b[31m"])
    def test_a_name_that_no_folder_has_is_refused_in_one_line(
        self, name: str, tmp_path: Path
    ) -> None:
        with pytest.raises(DataError, match="is no folder") as caught:
            folders.read(tmp_path / name, SILENT)
        assert str(caught.value).isprintable()
