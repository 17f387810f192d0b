"""Settings as the window reads them: what makes no sense is passed over."""

from __future__ import annotations

import math
import os
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import quote_from_bytes, unquote_to_bytes

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from lenetpad.ui.widgets.choices import is_text
from lenetpad.ui.widgets.colour import Scale
from lenetpad.ui.widgets.export_options import ExportOptions, Look
from lenetpad.ui.widgets.theme import ThemeChoice
from lenetpad.ui.widgets.words import translate
from lenetpad.values.conventions import Conventions
from lenetpad.values.devices import AUTO
from lenetpad.values.models import DEFAULT_MODEL, Choice

#: Begins a path that is no text, as its bytes.
BYTES: Final = "bytes:"
USUAL_PEN_WIDTH = 32.0
SMALLEST_ZOOM, LARGEST_ZOOM = 0.75, 2.5

Kind = TypeVar("Kind", bound=StrEnum)


class Preferences(QObject):
    """Typed access to the settings file. ``failed`` carries a sentence, once, where it cannot be
    written.

    Only what is kept is written, key by key: what another window has kept meanwhile stays.
    """

    failed = Signal(str)

    def __init__(self, settings: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._has_failed = False

    @property
    def theme(self) -> ThemeChoice:
        """The theme; the system's at first."""
        return self._one_of(ThemeChoice, "theme", ThemeChoice.SYSTEM)

    @property
    def zoom(self) -> float:
        """How much larger than usual texts and controls are wanted."""
        value = self._number("zoom", 1.0)
        return min(max(value, SMALLEST_ZOOM), LARGEST_ZOOM)

    @property
    def scale(self) -> Scale:
        """The colour scale of the maps."""
        return self._one_of(Scale, "scale", Scale.FIXED)

    @property
    def pen_width(self) -> float:
        """The pen's width in thousandths of the canvas's side."""
        return self._number("pen_width", USUAL_PEN_WIDTH)

    @property
    def wide_canvas(self) -> bool:
        """Whether the canvas is wide from the start."""
        return self._text("wide_canvas", "") == "true"

    @property
    def geometry(self) -> QByteArray | None:
        """The window's geometry as Qt saved it."""
        value = self._settings.value("geometry")
        return value if isinstance(value, QByteArray) else None

    @property
    def folder(self) -> str:
        """The folder of the last file that was opened or saved."""
        return self._text("folder", "")

    @property
    def plan(self) -> str:
        """The choices of the Train page, as its controller has written them; "" for none."""
        return self._text("plan", "")

    @property
    def ink_file(self) -> str:
        """The ink file that a drawing was added to last."""
        return self._text("ink_file", "")

    @property
    def hand(self) -> str:
        """The folder of the hand that a drawing was taught last, by its name; "" for none."""
        return self._text("hand", "")

    @property
    def corrections(self) -> int:
        """How many drawings were taught one by one until *Write each digit once* was offered."""
        return int(min(max(self._number("corrections", 0.0), 0.0), 1e6))

    @property
    def export_options(self) -> ExportOptions:
        """How the last picture that was exported was to look."""
        return ExportOptions.of(self._text("export", ""))

    @property
    def picture_look(self) -> Look:
        """How the last picture of a panel that was taken away was to look."""
        return Look.of(self._text("picture", ""))

    @property
    def replay_speed(self) -> float:
        """How many times as fast as the pen the last replay was."""
        return self._number("replay_speed", 1.0)

    @property
    def short_pauses(self) -> bool:
        """Whether a replay passes over long pauses of the hand."""
        return self._text("short_pauses", "true") == "true"

    @property
    def choice(self) -> Choice:
        """The network and the device of the last time, and how the network reads."""
        conventions = Conventions.of(self._text("manner", ""))
        return Choice(
            1, self._text("model", DEFAULT_MODEL), self._text("device", AUTO), conventions
        )

    def keep(self, **values: object) -> None:
        """Keep settings by name."""
        for name, value in values.items():
            self._settings.setValue(name, _in_letters(value))
        self._settings.sync()
        if self._settings.status() is QSettings.Status.AccessError and not self._has_failed:
            self._has_failed = True
            words = translate(
                "Window",
                "Settings are not kept: {file} cannot be written. Free some space or allow "
                "lenetpad to write in its folder.",
            )
            self.failed.emit(words.format(file=self._settings.fileName()))

    def _text(self, name: str, usual: str) -> str:
        value = self._settings.value(name)
        if isinstance(value, int | float):
            return str(value)
        if isinstance(value, str) and value.startswith(BYTES):
            return os.fsdecode(unquote_to_bytes(value.removeprefix(BYTES)))
        return value if isinstance(value, str) and value else usual

    def _number(self, name: str, usual: float) -> float:
        try:
            value = float(self._text(name, ""))
        except ValueError:
            return usual
        return value if math.isfinite(value) else usual

    def _one_of(self, kind: type[Kind], name: str, usual: Kind) -> Kind:
        try:
            return kind(self._settings.value(name))
        except ValueError:
            return usual


def _in_letters(value: object) -> object:
    """A setting; a path that cannot be decoded, of which Qt would leave something out, in letters
    that it knows."""
    if isinstance(value, str) and not is_text(value):
        return BYTES + quote_from_bytes(os.fsencode(value))
    return value
