"""Lessons' files: what is good is read, and every mistake is said with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from lenetpad.controllers.lessons.lessons import FOLDER, SHIPPED
from lenetpad.ink.files import read_ink
from lenetpad.storage import resources
from lenetpad.ui.actions import ACTIONS
from lenetpad.values.lesson_files import SUFFIX, LessonError, ink_of, lesson_of, read_lesson
from lenetpad.values.lessons import Goal, InkChoice, Seen

NAMES = {"weights", "saliency"}
GOOD = '''title = "A lesson"
minutes = 5
[[step]]
words = """
page = "nowhere" stands here as words
"""
on = ["weights"]
pin = [{ layer = "C3", map = 15, row = 9, column = 9 }]
[[step]]
words = "b"
[step.goal]
read = "7"
'''


def test_a_lesson_is_read() -> None:
    lesson = lesson_of(GOOD.replace("[step.goal]", 'task = "t"\n[step.goal]'), "a", NAMES)
    assert (lesson.title, lesson.minutes, len(lesson.step)) == ("A lesson", 5, 2)
    assert lesson.step[0].on == ("weights",)
    assert lesson.step[0].pin[0].unit.map == 15
    assert lesson.step[0].page == "draw"
    assert lesson.step[1].goal == Goal(read="7")


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('title = "A lesson"', "title = 3", 1, "expected str"),
        ('title = "A lesson"', "", 1, "needs “title”"),
        ("minutes = 5", "minuts = 5", 2, "no key “minuts”"),
        ("[[step]]\nwords = \"b\"", "[[step]\nwords = \"b\"", 9, "array"),
        ('on = ["weights"]', 'on = ["wheights"]', 7, "no action “wheights”"),
        ('on = ["weights"]', 'page = "darw"', 7, "step 1"),
        ('on = ["weights"]', 'replay = true', 7, "needs “ink”"),
        ('on = ["weights"]', 'ink = { digit = 3, writer = "x" }', 7, "no drawing of 3 by x"),
        ('on = ["weights"]', 'preset = "Quik"', 7, "Quick"),
        ("map = 15", "map = 16", 8, "C3 has no map 16"),
        ("row = 9", "row = 10", 8, "10 rows"),
        ("map = 15", "mapp = 15", 8, "no key “mapp”"),
        ('words = "b"', 'page = "draw"', 9, "needs “words”"),
        ("", "", 11, "needs a “task”"),
        ('read = "7"', "read = 7", 12, "expected str"),
        ('read = "7"', 'below = 1.5', 12, "step 2"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_with_its_line(old: str, new: str, line: int, said: str) -> None:
    with pytest.raises(LessonError) as caught:
        lesson_of(GOOD.replace(old, new, 1), "own.toml", NAMES)
    message = str(caught.value)
    assert message.startswith("own.toml, line ")
    assert said in message
    assert int(message.split("line ")[1].split(":")[0]) == line
    assert len(message) <= 300


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"title", b"[[step]]\n" * 3, b"x = 1" * 99])
def test_what_is_no_lesson_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(content)
    with pytest.raises(LessonError):
        read_lesson(path, NAMES)


@pytest.mark.parametrize("name", SHIPPED)
def test_what_ships_is_read(name: str) -> None:
    path = resources.path(f"{FOLDER}/{name}{SUFFIX}")
    lesson = read_lesson(path, {action.name for action in ACTIONS})
    assert len(lesson.step) >= 6
    assert lesson.minutes
    assert all(len(step.words) <= 320 for step in lesson.step), "nobody reads more on a wall"
    asked = [step for step in lesson.step if step.goal is not None]
    assert asked, "the audience does nothing"
    drawn = [step for step in asked if step.goal and not step.goal.training]
    assert all(step.example is not None for step in drawn)


def test_ink_is_that_of_the_samples() -> None:
    drawings = read_ink(resources.path("ink/samples.jsonl"))
    wanted = next(d for d in drawings if d.label == 4 and d.writer == "lenetpad-c")
    assert ink_of(InkChoice(digit=4, writer="lenetpad-c")) == wanted.ink
    number = read_ink(resources.path("ink/numbers.jsonl"))[0]
    assert ink_of(InkChoice(number=str(number.label))) == number.ink
    assert not ink_of(InkChoice())
    stroke = ink_of(InkChoice(strokes=(((1, 2), (3, 4)),))).strokes[0]
    assert stroke.xy.tolist() == [[1, 2], [3, 4]]


SEVEN = Seen(text="7", strokes=2, probability=0.95)
SCRAWL = Seen(rejected=True, strokes=3, probability=0.01)
BLANK = Seen()


@pytest.mark.parametrize(
    ("goal", "reaches", "misses"),
    [
        (Goal(read="7"), [SEVEN], [SCRAWL, BLANK]),
        (Goal(read="7", strokes=3), [], [SEVEN]),
        (Goal(strokes=2), [SEVEN, SCRAWL], [BLANK]),
        (Goal(rejected=True), [SCRAWL], [SEVEN, BLANK]),
        (Goal(rejected=False), [SEVEN], [SCRAWL, BLANK]),
        (Goal(above=0.9), [SEVEN], [SCRAWL, BLANK]),
        (Goal(below=0.9), [SCRAWL], [SEVEN, BLANK]),
        (Goal(training="ended"), [Seen(training="ended")], [Seen(training="running"), BLANK]),
    ],
)
def test_a_goal_is_reached_by_what_it_says(
    goal: Goal, reaches: list[Seen], misses: list[Seen]
) -> None:
    assert all(goal.reached(seen) for seen in reaches)
    assert not any(goal.reached(seen) for seen in misses)
