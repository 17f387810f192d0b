"""The decoder of lessons' files: TOML, of which every mistake is said with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from lenetpad.ink.files import read_ink
from lenetpad.ink.strokes import Ink
from lenetpad.storage import resources
from lenetpad.storage.decoding import InputError, contents, named
from lenetpad.values.lessons import InkChoice, Lesson, Step
from lenetpad.values.models import MODEL_NAMES
from lenetpad.values.recipes import TRAINING_PRESETS

#: Lessons that ship are a few kilobytes; strokes may make one longer.
LARGEST_LESSON: Final = 1 << 20
SUFFIX: Final = ".toml"
SAMPLES: Final = "ink/samples.jsonl"
NUMBERS: Final = "ink/numbers.jsonl"
#: How many maps the layers of LeNet-5 have, and of how many rows and columns.
SIZES: Final = {
    "input": (1, 32),
    "C1": (6, 28),
    "S2": (6, 14),
    "C3": (16, 10),
    "S4": (16, 5),
    "C5": (120, 1),
    "F6": (84, 1),
    "output": (10, 1),
}
#: Where msgspec says that a mistake is, and where Python's TOML says it.
_PATH: Final = re.compile(r" - at `\$\.?(.*)`$")
_PLACE: Final = re.compile(r" \(at line (\d+), column \d+\)$")
_STEP: Final = re.compile(r"step\[(\d+)\]\.?")
_UNKNOWN: Final = re.compile(r"unknown field `(.*?)`")
_MISSING: Final = re.compile(r"missing required field `(.*?)`")


class LessonError(InputError):
    """A lesson's file that cannot be used; the message names the line and what is wrong."""


def read_lesson(path: Path, actions: Collection[str]) -> Lesson:
    """The lesson in a file; ``actions`` are those that a step can name. Raises LessonError."""
    content = contents(path, LARGEST_LESSON, LessonError)
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise LessonError(f"{path} is no text in UTF-8; save it as UTF-8") from None
    return lesson_of(text, path.name, actions)


def lesson_of(text: str, name: str, actions: Collection[str]) -> Lesson:
    """The lesson that a text of TOML describes; ``name`` is what messages call it."""
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as fault:
        raise LessonError(_of_syntax(name, str(fault), text)) from None
    lines = Lines(text)
    try:
        lesson = msgspec.convert(values, type=Lesson)
    except (msgspec.ValidationError, RecursionError, OverflowError) as fault:
        raise LessonError(_of_value(name, str(fault), lines)) from None
    _check(lesson, name, lines, actions)
    return lesson


def ink_of(choice: InkChoice) -> Ink:
    """The ink that a lesson asks for. Raises LessonError where no such drawing ships."""
    if choice.strokes:
        return Ink.of([[list(point) for point in stroke] for stroke in choice.strokes])
    if not choice.number and choice.digit is None:
        return Ink()
    wanted = choice.number or choice.digit
    for label, writer, ink in _shipped(NUMBERS if choice.number else SAMPLES):
        if label == wanted and choice.writer in ("", writer):
            return ink
    by = f" by {named(choice.writer)}" if choice.writer else ""
    raise LessonError(f"no drawing of {named(wanted)}{by} ships")


@lru_cache(maxsize=2)
def _shipped(name: str) -> tuple[tuple[object, str, Ink], ...]:
    drawings = read_ink(resources.path(name))
    return tuple((one.label, one.writer or "", one.ink) for one in drawings)


class Lines:
    """In which line of a text of TOML, from 1, a key stands: the parser does not say."""

    def __init__(self, text: str) -> None:
        self._places: dict[tuple[int, str], int] = {}
        self.count = max(1, text.count("\n") + (not text.endswith("\n")))
        step, quotes = -1, ""
        for number, line in enumerate(text.split("\n"), start=1):
            inside = bool(quotes)
            quotes = _quotes_after(line, quotes)
            if inside:
                continue
            if re.match(r"\s*\[\[\s*step\s*\]\]", line):
                step += 1
                self._places[step, ""] = number
            key = re.match(r"\s*(?:\[\s*(?:step\s*\.\s*)?)?[\"']?([A-Za-z0-9_-]+)", line)
            if key is not None and not line.lstrip().startswith("[["):
                self._places.setdefault((step, key.group(1)), number)

    def of(self, step: int, key: str, inner: str = "") -> int:
        """The line of a step's key, or of one within that has a line of its own, or of the step
        where it has neither; -1 is the lesson itself."""
        first = self._places.get((step, ""), 1)
        outer = self._places.get((step, key), first)
        return max(outer, self._places.get((step, inner), outer))


def _quotes_after(line: str, quotes: str) -> str:
    """The quotes of a text of several lines that is open after a line, "" for none."""
    rest = line
    while True:
        if quotes:
            _, found, rest = rest.partition(quotes)
            if not found:
                return quotes
            quotes = ""
        opening = re.search(r"\"\"\"|'''|#|\"(?:[^\"\\]|\\.)*\"|'[^']*'", rest)
        if opening is None or opening.group() == "#":
            return ""
        rest = rest[opening.end() :]
        if opening.group() in ('"""', "'''"):
            quotes = opening.group()


def _of_syntax(name: str, fault: str, text: str) -> str:
    """What is no TOML: the parser says where."""
    place = _PLACE.search(fault)
    line = int(place.group(1)) if place else max(1, text.count("\n"))
    return f"{named(name)}, line {line}: {_PLACE.sub('', fault).rstrip('.')}"


def _of_value(name: str, fault: str, lines: Lines) -> str:
    """What is TOML and no lesson: the place is a path, such as step[2].pin[0].map."""
    path = "".join(_PATH.findall(fault))
    words = _PATH.sub("", fault)
    found = _STEP.match(path)
    step = int(found.group(1)) if found else -1
    inner = path[found.end() :] if found else path
    where = f"step {step + 1}" if found else "the lesson"
    key = re.split(r"[.\[]", inner)[0]
    if unknown := _UNKNOWN.search(words):
        line = lines.of(step, key or unknown.group(1), unknown.group(1))
        within = f"“{inner}” of {where}" if inner else where
        return f"{named(name)}, line {line}: {within} has no key “{named(unknown.group(1))}”"
    line = lines.of(step, key, re.split(r"[.\[]", inner)[-1])
    if missing := _MISSING.search(words):
        within = f"“{inner}” of {where}" if inner else where
        return f"{named(name)}, line {line}: {within} needs “{missing.group(1)}”"
    words = (words[:1].lower() + words[1:]).replace("`", "")
    return f"{named(name)}, line {line}: “{inner}” of {where}: {words}"


def _check(lesson: Lesson, name: str, lines: Lines, actions: Collection[str]) -> None:
    """What the types do not say."""
    if lesson.network not in ("", *MODEL_NAMES):
        known = ", ".join(MODEL_NAMES)
        raise _wrong(name, lines.of(-1, "network"), f"“network” is one of {known}")
    for number, step in enumerate(lesson.step):
        for key, problem in _problems(step, actions):
            raise _wrong(name, lines.of(number, key), f"step {number + 1}: {problem}")


def _problems(step: Step, actions: Collection[str]) -> list[tuple[str, str]]:
    """The keys of a step that are wrong, and why."""
    found = [
        (key, f"there is no action “{named(action)}”")
        for key, names in (("on", step.on), ("press", step.press))
        for action in names
        if action not in actions
    ]
    presets = [preset.title for preset in TRAINING_PRESETS]
    if step.preset not in ("", *presets):
        found.append(("preset", f"“preset” is one of {', '.join(presets)}"))
    for pin in step.pin:
        maps, side = SIZES[pin.layer]
        if pin.map >= maps:
            found.append(("pin", f"{pin.layer} has no map {pin.map}: it has {maps}, from 0"))
        if max(pin.row, pin.column) >= side:
            found.append(("pin", f"a map of {pin.layer} has {side} rows and columns, from 0"))
    for off in step.switch_off:
        if off.map >= SIZES[off.layer][0]:
            found.append(("switch_off", f"{off.layer} has no map {off.map}"))
    for key, choice in (("ink", step.ink), ("example", step.example)):
        try:
            if choice is not None:
                ink_of(choice)
        except InputError as error:
            found.append((key, str(error)))
    if step.goal is not None and not step.task:
        found.append(("goal", "a goal needs a “task”, which says what to do"))
    if step.replay and step.ink is None:
        found.append(("replay", "“replay” needs “ink”"))
    return found


def _wrong(name: str, line: int, problem: str) -> LessonError:
    return LessonError(f"{named(name)}, line {line}: {problem}")
