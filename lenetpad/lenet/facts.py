"""What a weights file says of itself besides its tensors: its metadata, typed and bounded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from lenetpad.storage.decoding import InputError, as_kind, values_of

#: The metadata that training writes have some kilobytes, or more where it had many files of ink.
LARGEST_FACTS: Final = 1 << 19
#: And are nested four levels deep.
DEEPEST: Final = 16
#: What stands where a file's metadata named a path on its maker's machine.
NO_PATH: Final = "a file or folder of its maker's"

Percent = Annotated[float, Meta(ge=0, le=100)]
Text = Annotated[str, Meta(max_length=300)]
Figure = Annotated[float, Meta(ge=-1e9, le=1e9)]


class Calibration(msgspec.Struct, frozen=True):
    """By what the scores are divided, and the constant of "no digit", which may be missing.

    Training tries temperatures from a tenth to ten.
    """

    temperature: Annotated[float, Meta(ge=1e-3, le=1e3)]
    rubbish: Annotated[float, Meta(ge=-1e30, le=1e30)] | None = None


class Facts(msgspec.Struct, frozen=True):
    """What the program uses of the metadata.

    ``test_error`` is in per cent, on ``test_set``. ``figures`` are those of each set that the
    weights were evaluated on. ``step`` is that of a training that had not ended.
    """

    test_error: Percent | None = None
    test_set: Text = ""
    figures: dict[Text, dict[Text, Figure]] = {}
    calibration: Calibration | None = None
    recipe: dict[Text, Any] | None = None
    step: Annotated[int, Meta(ge=0, le=1 << 48)] | None = None
    date: Text = ""

    def __post_init__(self) -> None:
        shown = (self.test_set, self.date, *self.figures)
        if not all(text.isprintable() for text in shown):
            raise ValueError("a name or the date has control characters")

    @classmethod
    def of(
        cls,
        facts: Mapping[str, Any],
        name: str = "metadata",
        error: type[InputError] = InputError,
    ) -> Facts:
        """The typed part of metadata; the error begins with the name."""
        return as_kind(dict(facts), cls, name, error)


def decoded(text: str, name: str, error: type[InputError] = InputError) -> dict[str, Any]:
    """The metadata of a file, from JSON: all of it, without paths of a machine.

    The error begins with the name.
    """
    if len(text) > LARGEST_FACTS:
        raise error(f"{name}: {len(text):,} characters are far too many")
    try:
        facts = values_of(text, dict[str, Any])
        return {key: _plain(value, DEEPEST) for key, value in facts.items()}
    except (ValueError, RecursionError) as fault:  # msgspec's errors are ValueErrors
        raise error(f"{name}: {fault}") from None


def _plain(value: Any, deep: int) -> Any:
    """A value of JSON, ``deep`` levels at most, with numbers of 64 bits and without paths."""
    if deep == 0:
        raise ValueError(f"nested more than {DEEPEST} levels deep")
    if isinstance(value, dict):
        return {key: _plain(held, deep - 1) for key, held in value.items()}
    if isinstance(value, list):
        return [_plain(held, deep - 1) for held in value]
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("a number is far too large")
    if isinstance(value, str) and any(
        kind(value).is_absolute() for kind in (PurePosixPath, PureWindowsPath)
    ):
        return NO_PATH
    return value
