"""What the window says of a network that slides over a line, of its columns and of its answer."""

from __future__ import annotations

from typing import Final

from lenetpad.ink.raster import PADDED
from lenetpad.ui.draw.numbers.facts_panel import NO_DIGIT, Facts
from lenetpad.ui.widgets.text import percent
from lenetpad.ui.widgets.words import counted, marked, translate
from lenetpad.values.space_displacement import BLANK, Fate, SlidingReading

FATES: Final = {
    Fate.KEPT: marked("Draw", "kept"),
    Fate.REPEATED: marked("Draw", "repeated"),
    Fate.BLANK: marked("Draw", "blank"),
    Fate.OVERRULED: marked("Draw", "overruled"),
}
FATE_TIPS: Final = {
    Fate.KEPT: marked("Draw", "It is a digit of the answer."),
    Fate.REPEATED: marked("Draw", "It says again what the column of the answer says: deleted."),
    Fate.BLANK: marked("Draw", "It sees no digit in its middle: deleted."),
    Fate.OVERRULED: marked("Draw", "Too little speaks for what it says: deleted."),
}


def answer_line(reading: SlidingReading) -> str:
    """The answer in a sentence."""
    if not reading.answer:
        return translate("Draw", "Nothing is left")
    return translate("Draw", "Reads {digits}").format(digits=reading.answer)


def deleted_line(reading: SlidingReading) -> str:
    """How many columns there are, and what became of them."""
    columns = counted(
        len(reading.starts), translate("Draw", "1 column"), translate("Draw", "{n} columns")
    )
    parts = [columns]
    for fate in Fate:
        if count := reading.fates.count(fate):
            text = translate("Draw", "{n} {fate}")
            parts.append(text.format(n=count, fate=translate("Draw", FATES[fate])))
    return " · ".join(parts)


def hint() -> str:
    """What can be done with columns."""
    return translate("Draw", "Point or press arrow keys to see a window")


def said_by(reading: SlidingReading, column: int) -> str:
    """What a column says, and how probable that is."""
    said = reading.raw[column]
    p = percent(float(reading.posteriors[column].max()))
    if said is None:
        return translate("Draw", "blank, {p}").format(p=p)
    return translate("Draw", "{digit}, {p}").format(digit=said, p=p)


def facts_of(reading: SlidingReading, column: int) -> Facts:
    """What is shown of a column that is pointed at."""
    start = reading.starts[column]
    probabilities = reading.posteriors[column].tolist()
    rows = (
        (translate("Draw", "Column"), str(column)),
        (translate("Draw", "Pixels"), f"{start}–{start + PADDED - 1}"),
        (translate("Draw", "Result"), translate("Draw", FATES[reading.fates[column]])),
    )
    window = reading.line[:, start : start + PADDED]
    return Facts(window, tuple(probabilities), said_by(reading, column), rows)


def column_in_words(reading: SlidingReading, column: int) -> str:
    """All that is shown of a column."""
    text = translate("Draw", "Column {column}: {said}. {fate}")
    return text.format(
        column=column,
        said=said_by(reading, column),
        fate=translate("Draw", FATE_TIPS[reading.fates[column]]),
    )


def in_words(reading: SlidingReading) -> str:
    """The line for somebody who does not see it."""
    return f"{answer_line(reading)}. {deleted_line(reading)}"


def row_titles() -> tuple[str, ...]:
    """What stands beside the rows: line, F6, each class, what the columns say, the answer."""
    classes = tuple(NO_DIGIT if number == BLANK else str(number) for number in range(BLANK + 1))
    says, answer = translate("Draw", "Says"), translate("Draw", "Answer")
    return (translate("Draw", "Line"), "F6", *classes, says, answer)
