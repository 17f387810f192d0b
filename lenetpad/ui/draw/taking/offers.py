"""What can be taken away of the Draw page, as which kinds of files, and what these are called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from lenetpad.ui.draw import layer_words
from lenetpad.ui.draw.maps_layout import ALONE
from lenetpad.ui.draw.numbers.views import InPlace
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.draw.verdict import not_a_number
from lenetpad.ui.widgets.files import as_file_name
from lenetpad.ui.widgets.words import marked, translate
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading
from lenetpad.values.segmentation import Kind

PNG: Final = ".png"
SVG: Final = ".svg"
NPZ: Final = ".npz"
JSON: Final = ".json"
GIF: Final = ".gif"
WEBP: Final = ".webp"
PICTURE: Final = (PNG, SVG)
KIND_TITLES: Final = {
    PNG: marked("Draw", "PNG, pixels"),
    SVG: marked("Draw", "SVG, lines and letters"),
    NPZ: marked("Draw", "NPZ, NumPy arrays"),
    JSON: marked("Draw", "JSON"),
    GIF: marked("Draw", "GIF, for slides"),
    WEBP: marked("Draw", "WebP, more colours"),
}

PAGE: Final = "page"
FLOW: Final = "flow"
DRAWING: Final = "drawing"
PROBABILITIES: Final = "probabilities"
VERDICT: Final = "verdict"
INSPECTOR: Final = "inspector"
GRAPH: Final = str(InPlace.GRAPH)
SLIDING: Final = str(InPlace.SLIDING)
COMPARISON: Final = str(InPlace.COMPARISON)
ACTIVATIONS: Final = "activations"
READING: Final = "reading"
REPLAY: Final = "replay"

TITLES: Final = {
    PAGE: marked("Draw", "Drawing, maps and verdict"),
    FLOW: marked("Draw", "All layers"),
    DRAWING: marked("Draw", "Drawing"),
    PROBABILITIES: marked("Draw", "Probabilities"),
    VERDICT: marked("Draw", "Verdict"),
    INSPECTOR: marked("Draw", "Inspector"),
    GRAPH: marked("Draw", "Segmentation graph"),
    SLIDING: marked("Draw", "Space displacement network"),
    COMPARISON: marked("Draw", "Comparison"),
    ACTIVATIONS: marked("Draw", "Activations of all layers"),
    READING: marked("Draw", "Reading"),
    REPLAY: marked("Draw", "Replay"),
}
#: What says the answer: it is not taken while that is hidden.
ANSWERS: Final = (PAGE, PROBABILITIES, VERDICT, GRAPH, SLIDING, READING, REPLAY)
#: What is no picture that stands still.
KINDS: Final = {ACTIVATIONS: (NPZ,), READING: (JSON,), REPLAY: (GIF, WEBP)}


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be taken away: its key, what it is called, and its kinds of files."""

    key: str
    title: str
    kinds: tuple[str, ...] = PICTURE

    @property
    def pictured(self) -> bool:
        """Whether it is a picture that stands still, and can be copied."""
        return self.kinds[0] == PNG


def offer_of(key: str, model: ModelReady | None = None) -> Offer:
    """The offer of a key: one of those above, or a layer."""
    title = translate("Draw", TITLES[key]) if key in TITLES else layer_words.title_of(key, model)
    return Offer(key, title, KINDS.get(key, PICTURE))


def offers(page: DrawPage) -> list[Offer]:
    """All that there is to take now."""
    reading, model = page.verdict.reading, page.maps.model
    if reading is None or model is None:
        return [offer_of(DRAWING)]
    keys = [PAGE, FLOW, DRAWING, PROBABILITIES, VERDICT]
    if page.inspector_shown:
        keys.append(INSPECTOR)
    if reading.segmentation is not None:
        keys.append(GRAPH)
    if page.number_views.shown is InPlace.SLIDING:
        keys.append(SLIDING)
    if page.number_views.shown is InPlace.COMPARISON:
        keys.append(COMPARISON)
    keys += [*ALONE, ACTIVATIONS, READING]
    if page.canvas.sheet.ink.point_count > 1:
        keys.append(REPLAY)
    if page.answers_hidden:
        keys = [key for key in keys if key not in ANSWERS]
    return [offer_of(key, model) for key in keys]


def file_name(offer: Offer, reading: Reading | None, suffix: str, day: date) -> str:
    """A name that says what the file is: "lenetpad 7 C3 2026-11-26.png"."""
    answer = "" if reading is None else answer_in_words(reading)
    words = "lenetpad", answer, offer.title.replace(",", ""), day.isoformat()
    return as_file_name(" ".join(filter(None, words))) + suffix


def answer_in_words(reading: Reading) -> str:
    """What is read, as the verdict says it; "" of a blank sheet."""
    if reading.digit is None:
        return ""
    found = reading.segmentation
    if found is not None and found.kind is Kind.NO_NUMBER:
        return not_a_number()
    if (number := reading.number) is not None:
        return number.text
    return translate("Draw", "not a digit") if reading.refused else str(reading.digit)
