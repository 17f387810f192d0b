"""Images that do not lie upright are found by reading them, put upright, and that is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from lenetpad.data import folders
from lenetpad.data.array_files import bitmaps
from lenetpad.data.cancellation import Watch
from lenetpad.data.labelled import Labelled
from lenetpad.data.orientation import WAYS, upright

LIE = {
    "columns first": lambda image: image.T,
    "mirrored": np.fliplr,
    "upside down": lambda image: np.rot90(image, 2),
    "mirrored upside down": np.flipud,
    "turned to the left": lambda image: np.rot90(image, 1),
    "turned to the right": lambda image: np.rot90(image, -1),
    "columns first and upside down": lambda image: np.rot90(image, 2).T,
}


@pytest.fixture(scope="module")
def some(mnist: tuple[Labelled, Labelled]) -> Labelled:
    return mnist[1].chosen(slice(60))


def lying(images: NDArray[np.uint8], way: str) -> NDArray[np.uint8]:
    return np.ascontiguousarray([LIE[way](image) for image in images])


def heard() -> tuple[list[str], Watch]:
    notes: list[str] = []
    return notes, Watch(noted=notes.append)


def test_upright_images_stay_as_they_are(some: Labelled) -> None:
    notes, watch = heard()
    assert upright(some, "a.npz", watch) is some
    assert notes == []


@pytest.mark.parametrize("way", WAYS)
def test_images_are_put_upright(way: str, some: Labelled) -> None:
    notes, watch = heard()
    found = upright(Labelled(lying(some.images, way), some.labels), "a.npz", watch)
    assert np.array_equal(found.images, some.images)
    (note,) = notes
    assert note.startswith(f"the images are {way} and were put upright: ")
    assert note.endswith("as they lie: a.npz")


def test_labels_that_do_not_belong_to_images_are_told(some: Labelled) -> None:
    notes, watch = heard()
    wrong = Labelled(some.images, (some.labels + 1) % 10)
    assert upright(wrong, "a.npz", watch) is wrong
    (note,) = notes
    assert note.startswith("only 0 % of 60 images are read as they are labelled by ")


@pytest.mark.parametrize(("n", "classes"), [(9, 10), (60, 2)])
def test_of_few_images_nothing_is_said(n: int, classes: int, some: Labelled) -> None:
    notes, watch = heard()
    few = some.chosen(some.labels < classes).chosen(slice(n))
    lie = Labelled(lying(few.images, "columns first"), few.labels)
    assert upright(lie, "a.npz", watch) is lie
    assert notes == []


def test_in_a_file_of_arrays(some: Labelled, tmp_path: Path) -> None:
    images = lying(some.images, "columns first").reshape(-1, 784)
    np.savez(tmp_path / "a.npz", x=images / 255, y=some.labels)
    notes, watch = heard()
    assert np.array_equal(bitmaps(tmp_path / "a.npz", watch).images, some.images)
    assert len(notes) == 1


def test_in_folders_of_pictures(some: Labelled, tmp_path: Path) -> None:
    for number, (image, label) in enumerate(
        zip(lying(some.images, "columns first"), some.labels.tolist(), strict=True)
    ):
        (tmp_path / str(label)).mkdir(exist_ok=True)
        PIL.Image.fromarray(image).save(tmp_path / str(label) / f"{number:02}.png")
    notes, watch = heard()
    train, test = folders.read(tmp_path, watch)
    again, watch = heard()
    assert upright(train.joined(test), "", watch).images.shape == (60, 28, 28)
    assert len(notes) == 1
    assert again == []
