"""How the verdict shows a number: large digits, below each how probable it is, and the second
reading beside them where it is nearly as good."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from lenetpad.ui.draw.digit_marks import CORNER, digit_colour
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate
from lenetpad.values.segmentation import Candidate, Segmentation

#: A verdict looks sure from this probability on, and doubtful below the other.
SURE: Final = 0.8
DOUBTFUL: Final = 0.5
#: The second reading is told where its score is smaller by no more.
NEAR: Final = 2.0
#: Shares of the panel's height, and the least sizes in pixels at the usual size.
DIGIT_SHARE: Final = 0.6
PROBABILITY_SHARE: Final = 0.19
SECOND_SHARE: Final = 0.26
LEAST_DIGIT: Final = 16.0
LEAST_PROBABILITY: Final = 11.0
LARGEST_PROBABILITY: Final = 30.0
SPACE: Final = 0.12  # beside the second reading
AIR: Final = 1.15  # as wide are cells, where there is room, as what is in them
MARK: Final = 3.0  # the height of the line in the digit's colour
WIDEST: Final = "100 %"
UNKNOWN: Final = "?"  # in place of what is no digit

#: A font at a height in pixels, bold or not.
Fonts = Callable[[float, bool], QFont]


class Sureness(Enum):
    """How a digit looks."""

    SURE = auto()
    UNSURE = auto()
    DOUBTFUL = auto()

    @classmethod
    def of(cls, digit: Candidate) -> Sureness:
        """By the digit's probability."""
        if digit.refused or digit.probability < DOUBTFUL:
            return cls.DOUBTFUL
        return cls.SURE if digit.probability >= SURE else cls.UNSURE


def rounded(probability: float) -> str:
    """A probability in whole per cent, never rounded up to certainty."""
    return f"{min(round(100 * probability), 99) if probability < 1 else 100} %"


def readable(found: Segmentation) -> str:
    """What could be read of what is no number."""
    return " ".join(UNKNOWN if one.refused else str(one.digit) for one in found.digits)


def second_reading(found: Segmentation) -> str:
    """The number that is nearly as good as the best one; "" where none is."""
    best, *others = found.paths
    if not others or best.score - others[0].score > NEAR:
        return ""
    text = found.text_of(others[0])
    return "" if text == found.text else translate("Draw", "or {number}").format(number=text)


@dataclass(frozen=True, slots=True, eq=False)
class NumberFace:
    """A number laid out in an area: a cell for each digit, as many as there is room for."""

    digits: tuple[Candidate, ...]
    area: QRectF
    cells: tuple[QRectF, ...]
    digit_font: QFont
    probability_font: QFont
    second_font: QFont
    second: str
    probabilities: bool  # whether there is room for them
    right: float  # where it ends

    @classmethod
    def placed(cls, found: Segmentation, area: QRectF, fonts: Fonts, scale: float) -> NumberFace:
        """Lay a number out at the left of an area."""
        digits, height, second = found.digits, area.height(), second_reading(found)
        each = area.width() / len(digits)
        small, below = _fitting(
            lambda size: _width(fonts(size, False), WIDEST),
            min(height * PROBABILITY_SHARE, LARGEST_PROBABILITY),
            LEAST_PROBABILITY * scale,
            each,
        )
        large, digit = _fitting(
            lambda size: _width(fonts(size, True), "0"),
            height * DIGIT_SHARE,
            LEAST_DIGIT * scale,
            each,
        )
        shown = below <= each
        width = max(digit, below) if shown else digit
        width = min(max(width, each), AIR * width)
        count = max(1, min(len(digits), int(area.width() / width + 0.01)))
        cells = tuple(
            QRectF(area.left() + place * width, area.top(), width, height)
            for place in range(count)
        )
        second_font, right = fonts(height * SECOND_SHARE, False), cells[-1].right()
        taken = _width(second_font, second) + 2 * SPACE * height
        second = second if right + taken <= area.right() else ""
        right += taken if second else 0.0
        small_font = fonts(small, False)
        return cls(
            digits, area, cells, fonts(large, True), small_font, second_font, second, shown, right
        )

    def taking(self, found: Segmentation, area: QRectF) -> NumberFace | None:
        """The same places for another number; None where it needs others."""
        alike = area == self.area and len(found.paths[0].candidates) == len(self.digits)
        if not alike or second_reading(found) != self.second:
            return None
        return replace(self, digits=found.digits)

    @property
    def probability_texts(self) -> tuple[str, ...]:
        """What stands below the digits; a doubtful one's has a question mark."""
        if not self.probabilities:
            return ()
        return tuple(
            rounded(one.probability) + ("?" if Sureness.of(one) is Sureness.DOUBTFUL else "")
            for one, _ in zip(self.digits, self.cells, strict=False)
        )

    @property
    def probability_areas(self) -> tuple[QRectF, ...]:
        """Where they stand."""
        return tuple(
            QRectF(QPointF(cell.left(), self._line(cell) + MARK), cell.bottomRight())
            for cell in self.cells
        )

    def at(self, place: QPointF) -> int | None:
        """The digit at a place of the panel."""
        return next((n for n, cell in enumerate(self.cells) if cell.contains(place)), None)

    def paint_marks(self, painter: QPainter, theme: Theme, focus: int) -> None:
        """Paint a line below each digit, in its colour, and frame the one that all else shows."""
        for place, cell in enumerate(self.cells):
            aside = 0.15 * cell.width()
            line = QRectF(cell.left() + aside, self._line(cell), cell.width() - 2 * aside, MARK)
            painter.fillRect(line, digit_colour(theme, place))
        if focus < len(self.cells):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.edge), 1.5))
            painter.drawRoundedRect(self.cells[focus].adjusted(1, 1, -1, -1), CORNER, CORNER)

    def paint_digits(self, painter: QPainter, theme: Theme) -> None:
        """Paint the digits and the second reading."""
        for place, digit in enumerate(self.digits[: len(self.cells)]):
            left_out = place == len(self.cells) - 1 and len(self.cells) < len(self.digits)
            self._paint_digit(painter, theme, place, "…" if left_out else digit)
        if self.second:
            painter.setFont(self.second_font)
            painter.setPen(QColor(theme.dim))
            area = QRectF(self.cells[-1])
            area.setLeft(self.cells[-1].right() + SPACE * area.height())
            area.setRight(self.right)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.second)

    def _paint_digit(
        self, painter: QPainter, theme: Theme, place: int, digit: Candidate | str
    ) -> None:
        cell = self.cells[place]
        colour, text = theme.dim, "…"
        if isinstance(digit, Candidate):
            sureness, text = Sureness.of(digit), str(digit.digit)
            colours = {Sureness.SURE: theme.accent, Sureness.UNSURE: theme.text}
            colour = colours.get(sureness, theme.dim)
        painter.setFont(self.digit_font)
        painter.setPen(QColor(colour))
        upper = QRectF(cell.topLeft(), QPointF(cell.right(), self._line(cell)))
        painter.drawText(upper, Qt.AlignmentFlag.AlignCenter, text)

    def _line(self, cell: QRectF) -> float:
        """Where a digit ends."""
        below = QFontMetricsF(self.probability_font).height() if self.probabilities else 4.0
        return cell.bottom() - below - MARK - 2


def in_words(digits: Sequence[Candidate]) -> str:
    """Each digit with its probability, for somebody who does not see them."""
    doubtful = translate("Draw", "{digit}: {probability}, uncertain")
    plain = translate("Draw", "{digit}: {probability}")
    return ", ".join(
        (doubtful if Sureness.of(one) is Sureness.DOUBTFUL else plain).format(
            digit=one.digit, probability=rounded(one.probability)
        )
        for one in digits
    )


def _fitting(
    width_at: Callable[[float], float], wanted: float, least: float, room: float
) -> tuple[float, float]:
    """The size from ``least`` to ``wanted`` at which something is no wider than the room, and how
    wide it is; it may be wider at the least one."""
    size = max(least, wanted)
    width = width_at(size)
    if width > room:
        size = max(least, math.floor(size * room / width))  # fonts round it, also up
        width = width_at(size)
    return size, width


def _width(font: QFont, text: str) -> float:
    return QFontMetricsF(font).horizontalAdvance(text)
