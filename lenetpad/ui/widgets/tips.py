"""Tooltips whose text somebody else decides."""

from __future__ import annotations

from PySide6.QtGui import Qt as Markup


def tip_of(text: str) -> str:
    """A text with names in it, as a tooltip that shows it letter by letter: Qt takes a tip that
    looks like markup for markup."""
    return Markup.convertFromPlainText(text) if Markup.mightBeRichText(text) else text
