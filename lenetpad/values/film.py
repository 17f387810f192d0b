"""A drawing's replay as a film: what is asked of the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from lenetpad.ink.strokes import Ink
from lenetpad.values.arrays import Parameters
from lenetpad.values.holding import Holds
from lenetpad.values.models import Choice

#: Who asks for films, and the name of the job.
FILM: Final = "film"


@dataclass(frozen=True, slots=True, eq=False)
class FilmRequest:
    """Ink that is to be read as it was when it had ``counts`` points, one after the other.

    The network is that of ``choice``, with ``parameters`` in place of its file's where some are
    given, such as ``Reading.parameters``, and with some units held. ``serial`` grows with each.
    """

    serial: int
    choice: Choice
    ink: Ink
    counts: tuple[int, ...]
    parameters: Parameters | None = field(default=None, repr=False)
    holds: Holds = ()
