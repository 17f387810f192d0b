"""The data sets that a network can be trained or evaluated on, by name; they need no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

MNIST: Final = "mnist"
#: A folder of the user's own files.
FOLDER: Final = "folder"
DIGITS: Final = tuple("0123456789")


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set: what the window calls it, who made it, about how many megabytes have to be
    fetched before its first use, and what its ten classes show."""

    title: str
    credit: str = ""
    megabytes: int = 0
    classes: tuple[str, ...] = DIGITS


DATA_SETS: Final[Mapping[str, DataSet]] = MappingProxyType(
    {
        MNIST: DataSet("MNIST", "Y. LeCun, C. Cortes, C. Burges"),
        "fashion": DataSet(
            "Fashion-MNIST",
            "H. Xiao, K. Rasul, R. Vollgraf, Zalando",
            31,
            (
                *("T-shirt", "trouser", "pullover", "dress", "coat"),
                *("sandal", "shirt", "trainer", "bag", "ankle boot"),
            ),
        ),
        "kmnist": DataSet(
            "Kuzushiji-MNIST",
            "T. Clanuwat et al., CODH",
            21,
            ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        ),
        "emnist-digits": DataSet("EMNIST digits", "G. Cohen et al., from NIST's SD 19", 562),
        "qmnist": DataSet("QMNIST", "C. Yadav, L. Bottou", 20),
        "usps": DataSet("USPS", "J. Hull, Y. LeCun et al.", 8),
        FOLDER: DataSet("A folder of yours"),
    }
)
