"""A lesson's words: plain text with a little markup, as HTML."""

from __future__ import annotations

import html
import re
from typing import Final

#: What stands around words, and the element that they become.
MARKS: Final = (
    (re.compile(r"\*\*(.+?)\*\*", re.DOTALL), r"<b>\1</b>"),
    (re.compile(r"\*(.+?)\*", re.DOTALL), r"<i>\1</i>"),
    (re.compile(r"`(.+?)`", re.DOTALL), r"<code>\1</code>"),
)


def as_html(words: str) -> str:
    """``**bold**``, ``*italic*`` and ```` `code` ````; an empty line begins a paragraph."""
    paragraphs = re.split(r"\n\s*\n", words.strip())
    return "".join(f"<p>{_marked_up(' '.join(text.split()))}</p>" for text in paragraphs if text)


def plain(words: str) -> str:
    """The words without the marks, for a screen reader."""
    text = " ".join(words.split())
    return re.sub(r"\*\*|\*|`", "", text)


def _marked_up(text: str) -> str:
    shown = html.escape(text, quote=False)
    for pattern, element in MARKS:
        shown = pattern.sub(element, shown)
    return shown
