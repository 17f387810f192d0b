"""What a report lets through: no name of a user or a machine, and no file of theirs."""

from __future__ import annotations

import getpass
import logging
import platform
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import lenetpad
from lenetpad.storage.anonymous import AnonymousFormatter, frames, module_path, words

HOME = "/home/jane"


def said(message: object, *arguments: object, error: BaseException | None = None) -> str:
    exc_info = (type(error), error, error.__traceback__) if error is not None else None
    record = logging.LogRecord(
        "lenetpad", logging.ERROR, __file__, 1, str(message), arguments, exc_info
    )
    return AnonymousFormatter().format(record)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (str(Path(lenetpad.__file__).parent / "app.py"), "lenetpad/app.py"),
        (np.__file__, "numpy/__init__.py"),
        (threading.__file__, "threading.py"),
        (f"{HOME}/.local/lib/python3.11/site-packages/torch/a.py", "torch/a.py"),
        ("C:\\Users\\jane\\venv\\Lib\\site-packages\\PIL\\Image.py", "PIL/Image.py"),
        ("lenetpad/app.py", "lenetpad/app.py"),
        ("<string>", "<string>"),
        (f"{HOME}/secret.py", "…"),
        (f"{HOME}/lenetpad/secret.py", "…"),
        ("secret.py", "…"),
    ],
)
def test_modules_begin_with_their_package(path: str, shown: str) -> None:
    assert module_path(path) == shown


def test_a_trace_keeps_where_it_happened_and_nothing_else() -> None:
    text = f"""Fatal Python error: Segmentation fault

Current thread 0x00007f46a7fbfb80 (most recent call first):
  File "{lenetpad.__file__}", line 3 in crash
  File "{HOME}/secret.py", line 9 in <module>

Extension modules: numpy._core
something that jane has written
ValueError: {HOME}/letter.txt is damaged
and a second line of jane's
"""
    assert frames(text).splitlines() == [
        "Fatal Python error: Segmentation fault",
        "Current thread 0x00007f46a7fbfb80 (most recent call first):",
        '  File "lenetpad/__init__.py", line 3, in crash',
        '  File "…", line 9, in <module>',
        "ValueError",
    ]


def test_a_record_keeps_the_codes_words_and_numbers() -> None:
    line = said("%s cannot be read: %d times, %.1f s", f"{HOME}/my letter", 3, 2.5)
    assert line.endswith("ERROR lenetpad: … cannot be read: 3 times, 2.5 s")


def test_a_record_that_does_not_fit_its_arguments_is_kept_too() -> None:
    assert said("%d files of", "jane").endswith(": %d files of")


def test_an_error_is_its_kind_and_its_places() -> None:
    try:
        raise FileNotFoundError(f"{HOME}/my letter")
    except FileNotFoundError as error:
        text = said("unexpected", error=error)
    assert "unexpected" in text
    assert text.splitlines()[-1] == "FileNotFoundError"
    assert "in test_an_error_is_its_kind_and_its_places" in text
    assert "jane" not in text
    assert "letter" not in text


def test_a_traceback_among_the_arguments_is_an_error_too() -> None:
    trace = 'Traceback (most recent call last):\n  File "<string>", line 1, in f\nOSError: jane'
    text = said("%s failed: %s\n%s", "jane's job", f"{HOME} is full", trace)
    assert '  File "<string>", line 1, in f\nOSError' in text
    assert "jane" not in text


def test_names_are_left_out_of_words(monkeypatch: pytest.MonkeyPatch) -> None:
    from lenetpad.storage import anonymous

    monkeypatch.setattr(getpass, "getuser", lambda: "jdoe")
    monkeypatch.setattr(platform, "node", lambda: "janes-desk.example.org")
    monkeypatch.setattr(Path, "home", lambda: Path(HOME))
    anonymous._names.cache_clear()
    try:
        text = words(
            f'Jane saves {HOME}/a.png, "my letter" and letter.txt on janes-desk as jdoe, 3.5 MB'
        )
    finally:
        monkeypatch.undo()
        anonymous._names.cache_clear()
    assert text == "… saves … … and … on … as …, 3.5 MB"
    assert sys.platform not in text
