"""The options that name a network and say how its weights read, and what they load."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from lenetpad.cli import output
from lenetpad.cli.arguments import argument, listed
from lenetpad.values.conventions import CONVENTIONS, UNKNOWN_CONVENTIONS, Conventions, fit_of
from lenetpad.values.models import DEFAULT_MODEL, READ_ENDINGS, SHIPPED_NAMES

if TYPE_CHECKING:
    from lenetpad.lenet.weights import Weights

MODELS: Final = ", ".join(SHIPPED_NAMES)
#: Other names of options: what the paper calls an activation, a squashing function.
ALIASES: Final[Mapping[str, tuple[str, ...]]] = {"activation": ("squashing",)}

MODEL: Final = argument(
    "--model",
    default=DEFAULT_MODEL,
    metavar="MODEL",
    help=f"shipped weights ({MODELS}) or a weights file, such as {', '.join(READ_ENDINGS)} "
    "(default: %(default)s)",
)
#: How a weights file from elsewhere reads.
CONVENTIONS_OPTIONS: Final = tuple(
    argument(
        *(f"--{option}" for option in (name, *ALIASES.get(name, ()))),
        choices=list(answers),
        default="",
        metavar=name.upper(),
        help=f"the {name} of a weights file that does not state it (default: guessed):"
        + listed(answers),
    )
    for name, answers in CONVENTIONS.items()
)


def chosen_conventions(arguments: argparse.Namespace) -> Conventions:
    """What the options say of how the weights read."""
    return Conventions(**{name: getattr(arguments, name) for name in CONVENTIONS})


def load_weights(arguments: argparse.Namespace) -> Weights:
    """The weights that were asked for; stderr says how they read where that was guessed."""
    from lenetpad.lenet.leftovers import sentence
    from lenetpad.lenet.weights import load

    loaded = load(arguments.model, chosen_conventions(arguments))
    if loaded.left_out:
        output.say(f"{arguments.model}: {sentence(loaded.left_out)}")
    report_conventions(loaded, arguments)
    if loaded.warning:
        output.say(loaded.warning)
    return loaded


def report_conventions(loaded: Weights, arguments: argparse.Namespace) -> None:
    """Say on stderr which conventions were guessed; ValueError where options contradict a file
    that needs none."""
    if loaded.conventions is None and chosen_conventions(arguments) != UNKNOWN_CONVENTIONS:
        options = ", ".join(f"--{name}" for name in CONVENTIONS)
        raise ValueError(f"{arguments.model} says itself how it reads: leave out {options}")
    if loaded.conventions and loaded.guesses:
        options = " ".join(f"--{name} {word}" for name, word in loaded.conventions.answers.items())
        accuracy = 100 * loaded.guesses[0][1]
        output.say(
            f"{arguments.model} does not say how it reads; with {options} it gets "
            f"{accuracy:.1f} % of MNIST right (give these options to choose otherwise)"
        )
        if fit_of(loaded.guesses[0][1]):
            best = "; ".join(f"{one.text}: {100 * a:.1f} %" for one, a in loaded.guesses[:5])
            output.say(f"the best five, in the order of these options: {best}")
