"""The colours of several lines in one plot."""

from __future__ import annotations

from typing import Final

from lenetpad.ui.widgets.theme import Theme

#: Told apart by colour-blind people too (after Okabe and Ito), on white and on black.
LIGHT_PENS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#3f3f9f")
DARK_PENS: Final = ("#56b4e9", "#e69f00", "#2fd0a0", "#e79ac4", "#f0e442", "#a9a9ff")


def pens_of(theme: Theme) -> tuple[str, ...]:
    """The colours on a theme's panels."""
    return DARK_PENS if theme.name == "dark" else LIGHT_PENS
