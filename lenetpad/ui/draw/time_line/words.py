"""What a time line says."""

from __future__ import annotations

from lenetpad.ink.replay import Replay
from lenetpad.ui.draw.probabilities import not_a_digit
from lenetpad.ui.widgets.text import percent
from lenetpad.ui.widgets.words import translate
from lenetpad.values.time_line import NO_DIGIT, TimeLine


def class_name(one: int) -> str:
    """A class, by its place."""
    return not_a_digit() if one == NO_DIGIT else str(one)


def answer_name(answer: str) -> str:
    """An answer, as a time line has it."""
    return answer or not_a_digit()


def seconds(value: float) -> str:
    """A moment of the pen."""
    return translate("Draw", "{seconds} s").format(seconds=f"{value:.2f}")


def axis_seconds(value: str) -> str:
    """A number of the axis of time."""
    return translate("Draw", "{seconds} s").format(seconds=value)


def where(replay: Replay, count: int) -> str:
    """Which moment is shown."""
    text = translate("Draw", "{now} of {all} · point {n} of {count}")
    return text.format(
        now=seconds(replay.time_of(count)),
        all=seconds(replay.duration),
        n=f"{count:,}",
        count=f"{replay.count:,}",
    )


def became(before: str, after: str, at: float) -> str:
    """What a change of the answer is, and that a click leads there."""
    text = translate("Draw", "At {moment} “{before}” became “{after}”: click to go there")
    return text.format(moment=seconds(at), before=answer_name(before), after=answer_name(after))


def in_words(replay: Replay | None, line: TimeLine | None, count: int) -> str:
    """Which moment is shown and what was read then, for somebody who does not see it."""
    if replay is None:
        return ""
    said = where(replay, count)
    if line is None or not line.counts:
        return said
    place = line.place_of(count)
    row = line.probabilities[place]
    one = int(row.argmax())
    return f"{said}: {answer_name(line.answers[place])}, {class_name(one)} {percent(row[one])}"


def even_times() -> str:
    """That the ink does not say when its points were made."""
    return translate("Draw", "Even times")


def why_even() -> str:
    """What that means."""
    return translate("Draw", "The ink has no times of its own: its points are evenly spread")


def nothing_to_replay(*, picture: bool) -> str:
    """Why there is no time line."""
    if picture:
        return translate("Draw", "A picture has no strokes to replay")
    return translate("Draw", "Write a digit, and see here how it was read meanwhile")
