"""What is said of a hand that was learnt."""

from __future__ import annotations

from lenetpad.ink.files import NO_DIGIT as NONE
from lenetpad.ink.files import Label
from lenetpad.storage.decoding import named
from lenetpad.ui.draw.probabilities import not_a_digit
from lenetpad.ui.widgets.text import NO_BREAK, percent
from lenetpad.ui.widgets.words import counted, translate
from lenetpad.values.evaluation import NO_DIGIT
from lenetpad.values.hand_learning import MOST_DRAWINGS, HandLearning


def learnt(found: HandLearning, network: str) -> str:
    """That a network has learnt a hand, and how many of its drawings it reads."""
    text = translate(
        "Draw", "{network} has learnt {hand}: {after} of {drawings} read right, {before} before."
    )
    drawings = counted(
        len(found), translate("Draw", "1 drawing"), translate("Draw", "{n} drawings")
    )
    said = text.format(
        network=named(network),
        hand=named(found.hand.name),
        after=f"{found.right_after:,}",
        before=f"{found.right_before:,}",
        drawings=drawings,
    )
    return " ".join((said, *notes(found)))


def notes(found: HandLearning) -> tuple[str, ...]:
    """Sentences on what was not learnt, and on numbers that were cut."""
    said = []
    if found.unlabelled:
        text = translate("Draw", "Left out, for they have no label: {count}.")
        said.append(text.format(count=f"{found.unlabelled:,}"))
    if found.older:
        text = translate("Draw", "Only the latest {most} are learnt.")
        said.append(text.format(most=f"{MOST_DRAWINGS:,}"))
    if found.cut:
        said.append(f"{found.cut}.")
    return tuple(said)


def taught(hand: str, label: Label, *, later: bool) -> str:
    """That a drawing is in a hand now; ``later`` where it is not learnt at once."""
    if later:
        text = translate(
            "Draw",
            "Taught {hand} as {label}. It is learnt when no training gives the pad its weights.",
        )
    else:
        text = translate("Draw", "Taught {hand} as {label}. It is being learnt…")
    shown = not_a_digit() if label == NONE else str(label)
    return text.format(hand=named(hand), label=shown)


def written(hand: str, count: int) -> str:
    """That drawings are in a hand now, which learns them later."""
    text = translate(
        "Draw",
        "{drawings} came into {hand}. They are learnt when no training gives the pad its weights.",
    )
    one, many = translate("Draw", "1 drawing"), translate("Draw", "{n} drawings")
    return text.format(drawings=counted(count, one, many), hand=named(hand))


def corrected(found: HandLearning, *, hidden: bool) -> str:
    """How the drawing that was taught last was read before, and how it is read now; only that it
    is learnt where answers are ``hidden``."""
    if hidden:
        return translate("Draw", "{hand} has learnt it.").format(hand=named(found.hand.name))
    text = translate(
        "Draw", "{hand} has learnt it: this drawing is read as {after}, before {before}."
    )
    return text.format(
        hand=named(found.hand.name),
        after=answer(found, len(found) - 1, after=True),
        before=answer(found, len(found) - 1, after=False),
    )


def answer(found: HandLearning, place: int, *, after: bool) -> str:
    """What a drawing is read as, and how probable that is."""
    probabilities = (found.after if after else found.before)[place]
    best = int(probabilities.argmax())
    share = percent(float(probabilities[best])).replace(" ", NO_BREAK)
    return f"{label_words(best)} ({share})"


def label_words(label: int) -> str:
    """A label of the arrays in words."""
    return not_a_digit() if label == NO_DIGIT else str(label)
