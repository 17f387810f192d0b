"""A lesson as a handout: the words and a picture of each step, as HTML or as PDF."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QMarginsF, QSizeF, QUrl
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPdfWriter, QTextDocument

from lenetpad.ui.lessons.markup import as_html
from lenetpad.ui.widgets.images import png

PDF: Final = ".pdf"
HTML: Final = ".html"
MARGIN_MM: Final = 18.0
RESOLUTION: Final = 150  # of the PDF, in dots per inch
#: What Qt measures documents in, in dots per inch.
DOCUMENT_DOTS: Final = 96
#: Two steps have room on a page: how wide and how high their pictures are, of what lies between
#: the margins.
STEPS_ON_PAGE: Final = 2
PICTURE_WIDTH: Final = 1.0
PICTURE_HEIGHT: Final = 0.31
STYLE: Final = (
    "body { font-family: sans-serif; font-size: 11pt; max-width: 46em; margin: 2em auto; "
    "padding: 0 1em; color: #14181f; background: #ffffff; } "
    "img { max-width: 100%; border: 1px solid #d3d8df; } "
    "section { margin-bottom: 2em; break-inside: avoid; } .task { font-weight: bold; }"
)


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One step: its words and its task with markup, and what the window showed."""

    words: str
    task: str
    picture: QImage


@dataclass(frozen=True, slots=True)
class Handout:
    """What is printed of a lesson, in its order."""

    title: str
    about: str
    steps: Sequence[Shown]

    def as_html(self) -> bytes:
        """One file of HTML with all pictures in it."""
        sources = [
            f"data:image/png;base64,{base64.b64encode(png(step.picture)).decode()}"
            for step in self.steps
        ]
        title = html.escape(self.title)
        page = (
            f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{title}</title>'
            f"<style>{STYLE}</style></head>\n<body>{self._body(sources, None)}</body></html>\n"
        )
        return page.encode()

    def as_pdf(self) -> bytes:
        """A document of A4 pages."""
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QBuffer.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        writer.setTitle(self.title)
        writer.setCreator("lenetpad")
        writer.setResolution(RESOLUTION)
        writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
        writer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
        document = QTextDocument()
        document.documentLayout().setPaintDevice(writer)
        area = writer.pageLayout().paintRectPixels(RESOLUTION)
        document.setPageSize(area.size().toSizeF())
        document.setDocumentMargin(0)
        names = []
        for number, step in enumerate(self.steps):
            names.append(f"step-{number}.png")
            kind = QTextDocument.ResourceType.ImageResource.value
            document.addResource(kind, QUrl(names[-1]), step.picture)
        room = area.size().toSizeF() * DOCUMENT_DOTS / RESOLUTION
        document.setHtml(f"<body>{self._body(names, room)}</body>")
        document.print_(writer)
        del writer  # it ends the document
        buffer.close()
        return bytes(data.data())

    def _body(self, sources: Sequence[str], page: QSizeF | None) -> str:
        """All that is printed, on pages of a size where there is one."""
        parts = [f"<h1>{html.escape(self.title)}</h1>"]
        if self.about:
            parts.append(as_html(self.about))
        for place, (step, source) in enumerate(zip(self.steps, sources, strict=True)):
            task = f'<p class="task"><b>☐ {html.escape(step.task)}</b></p>' if step.task else ""
            breaks = page is not None and place and place % STEPS_ON_PAGE == 0
            style = ' style="page-break-before: always"' if breaks else ""
            size = "" if page is None else f'width="{_width(step.picture, page)}"'
            parts.append(
                f"<section><h3{style}>{place + 1}</h3>{as_html(step.words)}{task}"
                f'<p><img src="{source}" alt="" {size}></p></section>\n'
            )
        return "".join(parts)


def _width(picture: QImage, page: QSizeF) -> int:
    """How wide a picture is on a page."""
    ratio = picture.width() / max(1, picture.height())
    return round(min(PICTURE_WIDTH * page.width(), PICTURE_HEIGHT * page.height() * ratio))
