"""What data sets and their images are called on the Evaluate page."""

from __future__ import annotations

from pathlib import Path

from lenetpad.ui.widgets.words import counted, translate
from lenetpad.values.catalogue import DATA_SETS, FOLDER
from lenetpad.values.evaluation import (
    MNIST_TEST,
    MNIST_TRAINING,
    DataChoice,
    EvaluationResults,
)


def titles_of_data() -> dict[str, str]:
    """The titles of the data sets that are always there, by their keys."""
    mnist = DATA_SETS[MNIST_TEST].title
    return {
        MNIST_TEST: _test_set(mnist),
        MNIST_TRAINING: translate("Evaluate", "{name} training set").format(name=mnist),
        **{
            key: _test_set(known.title)
            for key, known in DATA_SETS.items()
            if key not in (MNIST_TEST, FOLDER)
        },
    }


def title_of_data(data: DataChoice) -> str:
    """What labelled images are called: a user's by the name of their file or folder."""
    return Path(data.path).name or titles_of_data().get(data.key, data.key)


def images_of(count: int) -> str:
    """How many images."""
    return counted(count, translate("Evaluate", "1 image"), translate("Evaluate", "{n} images"))


def data_and_images(title: str, results: EvaluationResults) -> str:
    """On which images results are, the data being called by this title."""
    words = translate("Evaluate", "{data}, {images}")
    return words.format(data=title, images=images_of(len(results.labels)))


def _test_set(name: str) -> str:
    return translate("Evaluate", "{name} test set").format(name=name)
