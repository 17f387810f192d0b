"""What a state dict does not say of its network: the conventions of its input and layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lenetpad.values.words import marked

#: How a network from elsewhere may read: what its weights do not say. For each question, the
#: possible answers and what to call them.
CONVENTIONS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "activation": {
            "relu": marked("Window", "ReLU"),
            "tanh": marked("Window", "tanh"),
            "scaled-tanh": marked("Window", "1.7159·tanh(⅔a)"),
            "sigmoid": marked("Window", "sigmoid"),
            "tanh-relu": marked("Window", "tanh; ReLU after C5 and F6"),
            "sigmoid-relu": marked("Window", "sigmoid; ReLU after C5 and F6"),
            "relu-tanh": marked("Window", "ReLU; tanh after C5 and F6"),
            "relu-sigmoid": marked("Window", "ReLU; sigmoid after C5 and F6"),
            "tanh-sigmoid": marked("Window", "tanh; sigmoid after C5 and F6"),
            "sigmoid-tanh": marked("Window", "sigmoid; tanh after C5 and F6"),
            "relu-none": marked("Window", "ReLU; none after C5 and F6"),
            "none-relu": marked("Window", "ReLU; none after C1 and C3"),
            "relu-not-c5": marked("Window", "ReLU; none after C5"),
            "relu-not-f6": marked("Window", "ReLU; none after F6"),
            "tanh-none": marked("Window", "tanh; none after C5 and F6"),
            "none-tanh": marked("Window", "tanh; none after C1 and C3"),
            "tanh-not-c5": marked("Window", "tanh; none after C5"),
            "tanh-not-f6": marked("Window", "tanh; none after F6"),
            "sigmoid-none": marked("Window", "sigmoid; none after C5 and F6"),
            "none-sigmoid": marked("Window", "sigmoid; none after C1 and C3"),
            "none": marked("Window", "none"),
        },
        "pooling": {
            "max": marked("Window", "maximum"),
            "average": marked("Window", "activation, then average"),
            "average-first": marked("Window", "average, then activation"),
            "trained-average": marked("Window", "average·w+b, then activation"),
            "trained-sum": marked("Window", "sum·w+b, then activation"),
            "study": marked("Window", "average·w+b, then activation; none after C1, C3 and C5"),
        },
        "normalisation": {
            "unit": marked("Window", "paper 0, ink 1"),
            "symmetric": marked("Window", "paper −1, ink 1"),
            "mnist": marked("Window", "(x − 0.1307) / 0.3081"),
            "paper": marked("Window", "paper −0.1, ink 1.175"),
            "bytes": marked("Window", "paper 0, ink 255"),
            "inverted": marked("Window", "paper 1.175, ink −0.1"),
        },
        "padding": {
            "background": marked("Window", "paper around 28×28"),
            "zero": marked("Window", "zeros around the normalised 28×28"),
            "resized": marked("Window", "28×28 enlarged to 32×32"),
        },
    }
)


@dataclass(frozen=True, slots=True)
class Conventions:
    """How a network reads, in the words of ``CONVENTIONS``; "" where that is not known."""

    activation: str = ""
    pooling: str = ""
    normalisation: str = ""
    padding: str = ""

    @classmethod
    def of(cls, text: str) -> Conventions:
        """The conventions that ``text`` gave; what makes no sense is not known."""
        words = text.split()
        if len(words) != len(CONVENTIONS):
            return cls()
        pairs = zip(CONVENTIONS.items(), words, strict=True)
        return cls(**{name: word for (name, answers), word in pairs if word in answers})

    @property
    def text(self) -> str:
        """All of it in one line; "" where something is not known."""
        return " ".join(self.answers.values()) if self.complete else ""

    @property
    def answers(self) -> dict[str, str]:
        """The answer to each question of ``CONVENTIONS``."""
        return {name: getattr(self, name) for name in CONVENTIONS}

    @property
    def complete(self) -> bool:
        """Whether every question is answered."""
        return all(self.answers.values())

    def or_else(self, other: Conventions) -> Conventions:
        """What is known here and, where that is nothing, what ``other`` knows."""
        theirs = other.answers
        return Conventions(**{name: one or theirs[name] for name, one in self.answers.items()})

    def allows(self, other: Conventions) -> bool:
        """Whether ``other`` agrees with whatever is known here."""
        theirs = other.answers
        return all(answer in ("", theirs[name]) for name, answer in self.answers.items())


#: Nothing is known of how a network reads.
UNKNOWN_CONVENTIONS: Final = Conventions()
#: A network that gets fewer of MNIST's digits right does not read them.
READS: Final = 0.5
#: One that gets fewer right has probably learnt to read in another way, or not for long.
FITS: Final = 0.97
#: What to tell of such a network. It may be opened all the same.
READS_NOTHING: Final = marked(
    "Window",
    "It reads fewer than half of MNIST's digits this way: it was trained in another way, not at "
    "all, or on other images.",
)

FITS_BADLY: Final = marked(
    "Window",
    "None fits well: {percent} % of MNIST's digits are read at best. It was trained in another "
    "way, not for long, or on other images.",
)


def fit_of(accuracy: float) -> str:
    """What to tell of a network's best guess that reads this fraction; "" where it fits."""
    return FITS_BADLY if READS <= accuracy < FITS else warning_of(accuracy)


def warning_of(accuracy: float) -> str:
    """What to tell of a network that gets this fraction of MNIST right; mostly nothing."""
    return READS_NOTHING if accuracy < READS else ""
