"""What the window says of a segmentation graph, its paths and its candidates."""

from __future__ import annotations

from typing import Final

from lenetpad.ui.draw.numbers.facts_panel import Facts
from lenetpad.ui.draw.numerals import MINUS
from lenetpad.ui.widgets.text import percent
from lenetpad.ui.widgets.words import counted, marked, translate
from lenetpad.values.segmentation import Candidate, Kind, Path, Segmentation

KINDS: Final = {
    Kind.DIGIT: marked("Draw", "One digit"),
    Kind.NUMBER: marked("Draw", "A number"),
    Kind.NO_NUMBER: marked("Draw", "Not a number"),
}


def score(value: float) -> str:
    """A score, or a part of one, in three figures at the most."""
    text = f"{abs(value):.{1 if abs(value) < 9.95 else 0}f}"
    return f"{MINUS}{text}" if value < 0 and float(text) else text


def kind_of(graph: Segmentation) -> str:
    """What the sheet is taken for."""
    return translate("Draw", KINDS[graph.kind])


def best_path(graph: Segmentation) -> str:
    """What the best path reads, and its score."""
    text = translate("Draw", "Best path: {digits}, score {score}")
    return _path(graph, graph.paths[0], text)


def second_path(graph: Segmentation) -> str:
    """What the second path reads, and its score; that there is none, where there is not."""
    if len(graph.paths) < 2:
        return translate("Draw", "No second path")
    text = translate("Draw", "Second path, dashed: {digits}, score {score}")
    return _path(graph, graph.paths[1], text)


def _path(graph: Segmentation, path: Path, text: str) -> str:
    return text.format(digits=graph.text_of(path), score=score(path.score))


def parts(one: Candidate) -> tuple[tuple[str, str], ...]:
    """The score of a candidate and its two parts, each with its name."""
    return (
        (translate("Draw", "Recognition"), score(one.recognition)),
        (translate("Draw", "Geometry"), score(one.geometry)),
        (translate("Draw", "Score"), score(one.score)),
    )


def title_of(one: Candidate) -> str:
    """What is read in a candidate, and how probable that is."""
    if one.refused and one.no_digit is not None:
        return translate("Draw", "no digit, {p}").format(p=percent(one.no_digit))
    text = translate("Draw", "{digit}, {p}")
    return text.format(digit=one.digit, p=percent(one.probability))


def facts_of(one: Candidate) -> Facts:
    """What is shown of a candidate that is chosen."""
    probabilities = one.probabilities.tolist()
    if one.no_digit is not None:
        probabilities.append(one.no_digit)
    return Facts(one.image, tuple(probabilities), title_of(one), parts(one), summed=True)


def hint(*, maps_below: bool) -> str:
    """What can be done with candidates: their maps are seen below the graph, or in its place."""
    if maps_below:
        return translate("Draw", "Point or press arrow keys; Return keeps it")
    return translate("Draw", "Point or press arrow keys; Return shows maps")


def pieces_of(one: Candidate) -> str:
    """How many pieces a candidate takes, and which."""
    count = one.end - one.first
    text = translate("Draw", "piece {first}")
    if count > 1:
        text = translate("Draw", "pieces {first} to {last}")
    return text.format(first=one.first + 1, last=one.end)


def in_words(graph: Segmentation, place: int) -> str:
    """All that is shown of a candidate."""
    one = graph.candidates[place]
    facts = [title_of(one), pieces_of(one)]
    for number, text in enumerate(
        (translate("Draw", "on the best path"), translate("Draw", "on the second path"))
    ):
        if number < len(graph.paths) and place in graph.paths[number].candidates:
            facts.append(text)
    facts += [f"{name} {value}" for name, value in parts(one)]
    return ", ".join(facts)


def graph_in_words(graph: Segmentation) -> str:
    """The graph for somebody who does not see it."""
    candidates = counted(
        len(graph.candidates),
        translate("Draw", "1 candidate"),
        translate("Draw", "{n} candidates"),
    )
    return ". ".join((kind_of(graph), best_path(graph), second_path(graph), candidates))
