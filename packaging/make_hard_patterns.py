"""Make resources/drill/hard.json: which of MNIST's test images networks misread, hardest first.

    python packaging/make_hard_patterns.py

Every shipped network reads the 10,000 images. An image that several of them misread is harder than
one that a single network does; of those that are as hard, the one comes first whose label the
networks think less probable.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import numpy as np

from lenetpad.ink.raster import pad
from lenetpad.lenet.forward import forward, log_posteriors
from lenetpad.lenet.weights import load
from lenetpad.storage import mnist
from lenetpad.values.models import MODEL_NAMES

BATCH: Final = 500
MOST: Final = 200


def main() -> None:
    arrays = mnist.read()
    labels = arrays.test_labels.astype(np.int64)
    images = pad(arrays.test_images.astype(np.float32) / np.float32(255))
    wrong = np.zeros(len(labels), dtype=np.int64)
    doubt = np.zeros(len(labels))
    for name in MODEL_NAMES:
        weights = load(name)
        config, parameters = weights.config, weights.parameters
        parts = np.array_split(images, len(images) // BATCH)
        output = np.concatenate([forward(config, parameters, part) for part in parts])
        logs = log_posteriors(config, output)
        misread = logs[:, :10].argmax(axis=1) != labels
        wrong += misread
        doubt -= logs[np.arange(len(labels)), labels]
        print(f"{name}: {int(misread.sum())} of {len(labels)} misread")
    order = np.lexsort((-doubt, -wrong))
    hard = [int(index) for index in order if wrong[index]][:MOST]
    target = Path(__file__).parent.parent / "resources" / "drill" / "hard.json"
    target.write_text(json.dumps({"mnist_test": hard}) + "\n", encoding="utf-8")
    print(f"{target}: {len(hard)} images")


if __name__ == "__main__":
    main()
