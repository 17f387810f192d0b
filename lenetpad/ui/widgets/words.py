"""The window's texts in the user's language. Each stands in English where it is used, under the
context of its page, so that translators find it:

- ``translate("Draw", "Undo")`` where it is shown, with names in braces for what is filled in:
  ``translate("Draw", "Label {label}").format(label=label)``;
- ``marked("Draw", "Undo")`` in a table, which is made before a language is chosen, and
  ``translate("Draw", row.text)`` where it is shown;
- ``counted(n, translate("Draw", "1 drawing"), translate("Draw", "{n} drawings"))`` for numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QCoreApplication

from lenetpad.values.words import marked

__all__ = ["CONTEXTS", "counted", "marked", "translate"]

#: One for each page, and one for what pages share: header, menus, dialogs and widgets.
CONTEXTS: Final = ("Draw", "Train", "Evaluate", "Window")

#: A text in the user's language, by its context and its English words; these where it has none.
translate: Final[Callable[[str, str], str]] = QCoreApplication.translate


def counted(n: int, one: str, many: str) -> str:
    """``one`` for a single thing, or else ``many`` with its ``{n}`` filled in."""
    return one if n == 1 else many.format(n=f"{n:,}")
