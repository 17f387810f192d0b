"""The public data that the shipped weights were trained on or are evaluated on.

Only MNIST ships. The others are known by their SHA-256; each says who made it, under which
licence, and where it can be obtained.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lenetpad.storage.mnist import SHA256 as MNIST_SHA256

if TYPE_CHECKING:
    from lenetpad.data.labelled import Labelled


@dataclass(frozen=True, slots=True)
class Source:
    """One data set: what it is, its licence and credit, and where it comes from."""

    title: str
    licence: str
    origin: str


SOURCES: Final = {
    MNIST_SHA256: Source(
        "MNIST",
        "CC BY-SA 3.0, Y. LeCun, C. Cortes, C. Burges",
        "ships as resources/mnist.npz",
    ),
    "633876172e163e9ffe3a92f4a3aafe6c6cc93f7aa9ec53d883ce6e0ce0eb2d99": Source(
        "UNIPEN digits: 11,152 by 215 writers, Wacom and LCD tablets",
        "CC BY 4.0, I. Guyon et al.",
        "UNIPEN Train R01/V07, part 1a, from the International Unipen Foundation",
    ),
    "0c90988242144004feab17fba3f3d1c85a86107ab6f131fca2a2442e5756ddd3": Source(
        "UNIPEN letters: 5,000 that do not look like a digit, 241 writers",
        "CC BY 4.0, I. Guyon et al.",
        "UNIPEN Train R01/V07, parts 1b and 1c, from the International Unipen Foundation",
    ),
    "0d151e2d2398be20d1388439a954b079d92644198c899acb3197ab020058e0b4": Source(
        "UJI Pen Characters 2 digits: 800 by 40 writers, Tablet PC pen",
        "CC BY 4.0, F. Prat et al.",
        "UJI Pen Characters (Version 2), UCI Machine Learning Repository; the training part",
    ),
    "f325d171595caf8aa8874c379fe7202e65912b3a3f9145238124c1b599d1ce0d": Source(
        "NumberPad: 821 digits by one writer, iPad (judged by, not trained on)",
        "Apache-2.0, bridger",
        "the recordings in github.com/bridger/NumberPad",
    ),
    "ba17ea4c260e8f8871d741f30e3354698ca90c30a428321447dea01fa59f4863": Source(
        "Semeion: 1,593 scanned digits, 16×16, about 80 writers (judged by, not trained on)",
        "as its page says, Semeion Research Center of Sciences of Communication",
        "Semeion Handwritten Digit, UCI Machine Learning Repository",
    ),
    "731e67f94651a4bb9ee44d444d847fd0c76009c0ca6b4e485120d42433eb1c9e": Source(
        "BHMSDS: 15,000 photographed digits, 28×28 (judged by, not trained on)",
        "MIT, W. Blachowski",
        "Basic Handwritten Math Symbols Dataset, github.com/wblachowski/bhmsds",
    ),
}


def sha256(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(*parts: Labelled) -> str:
    """The SHA-256 of images and their labels, one after the other."""
    found = hashlib.sha256()
    for part in parts:
        found.update(part.images.tobytes())
        found.update(part.labels.tobytes())
    return found.hexdigest()


def described(path: Path) -> dict[str, str]:
    """What a weights file's metadata say of a data file: name, SHA-256 and, where known, more."""
    checksum = sha256(path)
    known = SOURCES.get(checksum)
    more = {} if known is None else {"title": known.title, "licence": known.licence}
    return {"file": path.name, "sha256": checksum, **more}
