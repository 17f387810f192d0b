"""The verdict: the digit or the number that is read, how sure the network is, and how fast."""

from __future__ import annotations

import time
from collections import deque
from statistics import median
from typing import Final

from PySide6.QtCore import QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
)
from PySide6.QtWidgets import QWidget

from lenetpad.ui.draw import held, number_face
from lenetpad.ui.draw.number_face import DOUBTFUL, SURE, NumberFace, Sureness
from lenetpad.ui.draw.panel import ReadingPanel, Spot
from lenetpad.ui.draw.probabilities import not_a_digit
from lenetpad.ui.widgets.large_numbers import LargeNumbers
from lenetpad.ui.widgets.text import BETWEEN, parted, percent
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import marked, translate
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading
from lenetpad.values.segmentation import Kind

NO_NETWORK: Final = marked(
    "Draw", "No network could be loaded. Choose one above, or open weights (Ctrl+L)."
)
WAITING: Final = marked("Draw", "Loading the network…")
LATENCIES: Final = 50  # the pen-to-paint times whose median is shown
LONGEST_SECONDS: Final = 10.0  # what took longer was not the program's doing: it says if it hangs
REFRESH_MS: Final = 500  # the shown time changes no faster, so that it can be read
MARGIN: Final = 20.0
FACTS: Final = 0.58  # of the width, on the right
NUMBER: Final = 0.62  # of the width, on the left, that a number may take
VERDICT: Final = 2.4  # times the height, on the left, that facts leave to a digit and its share
ABOVE: Final = 4.0  # and below it


class VerdictPanel(ReadingPanel):
    """The largest text in the window, readable from the back row. ``digit_chosen`` carries the
    place of a number's digit that was clicked, from 0 at the left; ``facts_moved`` comes when
    another number leaves the facts more room or less."""

    digit_chosen = Signal(int)
    facts_moved = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._facts_spot = Spot(self)
        self._latencies: deque[float] = deque(maxlen=LATENCIES)
        self._facts = translate("Draw", WAITING)
        self._network = ("", "")  # what it is called, and the moment of its training
        self._kept_free = 0  # pixels at the right of the facts
        self._standing: tuple[object, ...] = ()  # what the background shows
        self._probability_font = QFont()
        self._face: NumberFace | None = None  # where a number is shown
        self._numbers = LargeNumbers()
        self._explained: tuple[object, ...] = ()  # what name and tooltip say
        self._longest = 0.0  # the width of a probability
        self._taken = 0.0  # the verdict's width, with the space after it
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.timeout.connect(self._write_facts)
        self._ready = float("inf")  # perf_counter when the network was shown
        self._explain_verdict()

    def show_model(self, model: ModelReady) -> None:
        super().show_model(model)
        self._latencies.clear()
        self._ready = time.perf_counter()
        self._network = model.model, ""
        self._explain_verdict()
        self._write_facts()

    def show_network(self, title: str, moment: str = "") -> None:
        """Call the network so, and say of which moment of its training it is."""
        if self._network != (title, moment):
            self._network = title, moment
            self._write_facts()

    def show_facts(self, facts: str) -> None:
        """Say this beside the verdict."""
        self._facts = facts
        self.redraw()

    def redraw(self) -> None:
        self._numbers.forget()
        self._face = None
        self._lay_out(self.reading)
        super().redraw()

    def keep_free(self, width: int) -> None:
        """Leave so many pixels at the right of the facts for what lies over them."""
        if self._kept_free != width:
            self._kept_free = width
            self.redraw()

    def show_reading(self, reading: Reading) -> None:
        self._lay_out(reading)
        super().show_reading(reading)
        self._explain_verdict()

    def forget_reading(self) -> None:
        self._face = None
        super().forget_reading()
        self._explain_verdict()

    def _lay_out(self, reading: Reading | None) -> None:
        """Find the places of a number's digits; as long as they do, they stay."""
        before, self._face = self._face, None
        if reading is not None and (found := reading.number) is not None:
            area = self._area.adjusted(0, ABOVE, 0, -ABOVE)
            area.setWidth(NUMBER * area.width())
            self._face = before.taking(found, area) if before is not None else None
            if self._face is None:
                self._face = NumberFace.placed(found, area, self._font, self.theme.scale)
        left = self._facts_spot.x()
        self._facts_spot.setGeometry(self._facts_area.toAlignedRect())
        if self._facts_spot.x() != left:
            self.facts_moved.emit()

    @property
    def facts_left(self) -> int:
        """Where the facts begin, in pixels of the panel."""
        return self._facts_spot.x()

    def _font(self, pixels: float, bold: bool) -> QFont:
        return self.sized_font(pixels, bold=bold)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        face = self._face
        place = face.at(event.position()) if face is not None else None
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self.digit_chosen.emit(place)
        else:
            super().mousePressEvent(event)

    def _explain_verdict(self) -> None:
        """Name and tooltip of the verdict that is shown, where it says something else now."""
        doubt = self._probability if self._no_number or self.doubtful else ""
        if (said := (*self._words, doubt)) == self._explained:
            return
        self._explained = said
        if not self.verdict:
            name = translate("Draw", "Verdict")
            tip = translate("Draw", "The digit or the number that is read appears here.")
        elif self._face is not None:
            name = translate("Draw", "Verdict: {verdict}")
            tip = translate(
                "Draw",
                "The number that is read, and how probable each of its digits is. Click a digit "
                "to see it alone in the maps.",
            )
        elif self._no_number:
            name = translate("Draw", "Verdict: {verdict}, perhaps {probability}")
            tip = translate(
                "Draw",
                "What lies on the canvas is no number. Beside it: what can be read, with a "
                "question mark for what is no digit.",
            )
        elif self.doubtful:
            name = translate("Draw", "Verdict: {verdict}, uncertain, {probability}")
            tip = translate(
                "Draw",
                "The most probable answer, but the other answers together are more probable.",
            )
        elif self._rejected:
            name = translate("Draw", "Verdict: {verdict}")
            tip = translate(
                "Draw",
                "Rejected: it is more probable that this is not a digit than that it is any of "
                "the ten digits.",
            )
        else:
            name = translate("Draw", "Verdict: {verdict}")
            tip = translate("Draw", "The most probable digit, and how probable it is.")
        self.setAccessibleName(name.format(verdict=self.verdict, probability=self._probability))
        if tip != self.toolTip():
            self.setToolTip(tip)

    def show_no_network(self) -> None:
        """Say that there is nothing to read with, where there is not."""
        if self.model is None:
            self._facts = translate("Draw", NO_NETWORK)
            self.update()

    def note_painted(self, reading: Reading) -> None:
        """Take in the time from a reading's pen event until now, when it has been painted.

        What waited for the network to load says nothing of its speed and is left out; so is what
        waited while the machine slept, whose clock may go on meanwhile.
        """
        taken = time.perf_counter() - reading.submitted
        if reading.submitted > self._ready and 0 <= taken < LONGEST_SECONDS:
            self._latencies.append(taken)
            if not self._refresh.isActive():
                self._refresh.start(REFRESH_MS)

    @property
    def verdict(self) -> str:
        """What is read in words for the eye: "7", "147", "not a digit", or nothing."""
        if self.reading is None or self.reading.digit is None:
            return ""
        if self._no_number:
            return not_a_number()
        if (number := self.reading.number) is not None:
            return number.text
        return not_a_digit() if self._rejected else str(self.reading.digit)

    @property
    def _rejected(self) -> bool:
        """Whether the network finds no digit in the drawing, or no number."""
        return self._no_number or (
            self.reading is not None and self._face is None and self.reading.refused
        )

    @property
    def _no_number(self) -> bool:
        """Whether several things are on the canvas, which are no number."""
        found = self.reading.segmentation if self.reading is not None else None
        return found is not None and found.kind is Kind.NO_NUMBER

    @property
    def doubtful(self) -> bool:
        """Whether the verdict is less probable than all else together: it is not to look sure.
        Of a number, whether that is so of one of its digits."""
        if self._face is not None:
            return any(Sureness.of(one) is Sureness.DOUBTFUL for one in self._face.digits)
        return bool(self.verdict) and not self._no_number and self._share < DOUBTFUL

    @property
    def facts(self) -> str:
        """The line beside the verdict: latency, device, network and its test error."""
        return self._facts

    def say_facts(self, facts: str) -> None:
        """Have another line beside the verdict."""
        if facts != self._facts:
            self._facts = facts
            self.update()

    @Slot()
    def _write_facts(self) -> None:
        if self.model is None:
            return
        parts, tips = [self.model.device, *filter(None, self._network)], []
        if self._latencies:
            text = translate("Draw", "{time} ms from pen to screen")
            parts.insert(0, text.format(time=f"{1000 * median(self._latencies):.1f}"))
            tips.append(
                translate(
                    "Draw",
                    "From pen to screen: the usual time from a movement of the pen until what the "
                    "network makes of it is painted.",
                )
            )
        if self.model.test_error is not None:
            text = translate("Draw", "test error {error} %")
            parts.append(text.format(error=f"{self.model.test_error:.2f}"))
            tips.append(
                translate(
                    "Draw",
                    "Test error: the share of MNIST's 10,000 test images that this network reads "
                    "wrongly.",
                )
            )
        self._facts = BETWEEN.join(parts)
        self._facts_spot.say(self._facts, "\n".join(tips))
        self.update()

    def in_words(self) -> str:
        """How sure the network is, and the facts beside it."""
        said = self._probability
        if self._face is not None:
            said = number_face.in_words(self._face.digits)
        parts = (said, self._shown_digit, self.held, self._facts)
        return ", ".join(part for part in parts if part)

    @property
    def _shown_digit(self) -> str:
        """Which digit of a number all else shows."""
        reading = self.reading
        if reading is None or not reading.several:
            return ""
        text = translate("Draw", "digit {place} of {count} is shown")
        return text.format(place=reading.focus + 1, count=len(reading.several))

    @property
    def held(self) -> str:
        """How many maps and units are held: then the verdict is not the network's own."""
        return held.in_words(self.reading.holds) if self.reading is not None else ""

    def contents(self) -> tuple[object, ...]:
        """Digit and facts, for which all of the panel is painted, and the probability between
        them; of a number, one below each digit."""
        if (face := self._face) is not None:
            return self._words, face.probability_texts
        return self._words, self._probability

    def areas(self) -> tuple[QRegion, ...]:
        if (face := self._face) is not None:
            first, *_, last = (*face.probability_areas, *face.probability_areas)
            probability = first.united(last)
        else:
            probability = self._area
            probability.setLeft(probability.left() + self._taken)
            if not self._no_number:  # what could be read may be long
                probability.setWidth(self._longest)  # over the facts, where the panel is narrow
        return QRegion(self.rect()), QRegion(probability.toAlignedRect())

    def paint_background(self, painter: QPainter) -> None:
        """The facts: their letters take long, and change seldom."""
        self._standing = self._standing_words
        self._probability_font = self.sized_font(self.height() * 0.36)
        metrics = QFontMetricsF(self._probability_font)
        self._longest = metrics.horizontalAdvance(percent(1.0)) + 4
        painter.setFont(self.sized_font(self._small(0.16, 13.0, 44.0)))
        painter.setPen(QColor(self.theme.dim))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        width, small = self._facts_area.width(), QFontMetricsF(painter.font())
        facts = parted(self._facts, lambda part: small.horizontalAdvance(f"{part} ·") <= width)
        painter.drawText(self._facts_area, flags | Qt.TextFlag.TextWordWrap, facts)
        self._paint_held(painter)

    def _paint_verdict(self, painter: QPainter, stale: QRegion) -> None:
        """Paint digit or number: not where no more than its probability is stale, for such large
        letters take long."""
        stands = stale.subtracted(self.areas()[-1]).isEmpty()
        if (face := self._face) is not None and self.reading is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if not stands:
                face.paint_digits(painter, self.theme)
            face.paint_marks(painter, self.theme, self.reading.focus)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        elif self.verdict and not stands:
            sure = self._share >= SURE
            size = self.height() * (0.5 if self._rejected else 0.82)
            colour = self.theme.text if self._rejected or not sure else self.theme.accent
            colour = self.theme.dim if self.doubtful else colour
            shown = f"{self.verdict}?" if self.doubtful else self.verdict
            font = self.sized_font(size, bold=True)
            width = self._paint_number(painter, self._area, shown, font, colour)
            self._taken = width + 0.25 * self.height()

    def _paint_number(
        self, painter: QPainter, area: QRectF, text: str, font: QFont, colour: str
    ) -> float:
        """Paint at the left of an area, and give the width."""
        return self._numbers.paint(painter, area, text, font, QColor(colour), anew=self.for_file)

    def _small(self, share: float, least: float, most: float) -> float:
        """The height of a small text: a share of the panel's, in limits, and readable."""
        smallest = 11.0 * self.theme.scale
        return max(least, smallest, min(self.height() * share, max(most, smallest)))

    def _paint_held(self, painter: QPainter) -> None:
        """Say above the facts that something is held."""
        painter.setFont(self.sized_font(self._small(0.14, 12.0, 36.0), bold=True))
        painter.setPen(QColor(self.theme.warning))
        flags = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight
        painter.drawText(self._facts_area.adjusted(0, 5, 0, 0), flags, self.held)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._standing_words != self._standing:
            self._background = None
        painter = self.begin_painting(event.region())
        self._paint_verdict(painter, event.region())
        if (face := self._face) is not None:
            painter.setFont(face.probability_font)
            painter.setPen(QColor(self.theme.text))
            for text, area in zip(face.probability_texts, face.probability_areas, strict=False):
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
        else:
            colour = self.theme.dim if self._no_number else self.theme.text
            area = self._area.adjusted(self._taken, 0, 0, 0)
            self._paint_number(painter, area, self._probability, self._probability_font, colour)
        self.end_painting(painter)

    @property
    def _probability(self) -> str:
        """How probable the verdict is, in words; of what is no number, what could be read."""
        if self._no_number and self.reading is not None and self.reading.segmentation is not None:
            return number_face.readable(self.reading.segmentation)
        return percent(self._share) if self.verdict and self._face is None else ""

    @property
    def _share(self) -> float:
        """How probable the verdict is, in [0, 1]; 0 without one."""
        reading = self.reading
        if reading is None or reading.digit is None:
            return 0.0
        return (reading.no_digit or 0.0) if reading.refused else reading.probability

    @property
    def _standing_words(self) -> tuple[object, ...]:
        """What is painted with the background, and where."""
        return self._facts, self.held, self._facts_area.left()

    @property
    def _words(self) -> tuple[object, ...]:
        """What is painted but for probabilities: verdict and facts, and how sure it looks."""
        if self._face is not None and self.reading is not None:
            looks = tuple(Sureness.of(one) for one in self._face.digits)
            return (
                self.verdict,
                self._facts,
                looks,
                self._face.second,
                self.reading.focus,
                self.held,
            )
        return self.verdict, self._facts, self._share >= SURE, self.doubtful, self.held

    @property
    def _facts_area(self) -> QRectF:
        area = self._area
        left = area.left() + max((1 - FACTS) * area.width(), VERDICT * area.height())
        if self._face is not None:
            left = max(left, self._face.right + MARGIN)
        area.setLeft(left)
        return area.adjusted(0, 0, -self._kept_free, 0)

    @property
    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(MARGIN, 0, -MARGIN, 0)


def not_a_number() -> str:
    """The answer where several things are no number."""
    return translate("Draw", "not a number")
