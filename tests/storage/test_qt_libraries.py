"""A library of Qt's that the system lacks is a sentence with its package's name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lenetpad.storage.qt_libraries import PACKAGES, PLUGINS, explain_import, missing_plugin

PACKAGING = Path(__file__).parents[2] / "packaging" / "debian-packages.txt"
X11, WAYLAND = {"DISPLAY": ":0"}, {"WAYLAND_DISPLAY": "wayland-0"}


def without(*libraries: str) -> Callable[[str], object]:
    def load(name: str) -> object:
        if name in libraries:
            raise OSError(f"{name}: cannot open shared object file: No such file or directory")
        return None

    return load


@pytest.mark.parametrize("library", PACKAGES)
def test_a_failed_import_names_the_package(library: str) -> None:
    error = ImportError(f"{library}: cannot open shared object file: No such file or directory")
    sentence = explain_import(error)
    assert library in sentence
    assert sentence.endswith(f"apt install {PACKAGES[library]}")
    assert len(sentence) < 300


def test_another_import_error_says_what_it_is() -> None:
    sentence = explain_import(ImportError("No module named 'PySide6'"))
    assert "No module named 'PySide6'" in sentence


@pytest.mark.parametrize("library", PLUGINS["xcb"])
def test_what_the_x11_plugin_lacks_is_named(library: str) -> None:
    sentence = missing_plugin(X11, without(library))
    assert f"needs {library}, not found" in sentence
    assert sentence.endswith(f"apt install {PACKAGES[library]}")


def test_all_that_is_lacking_is_named_at_once() -> None:
    sentence = missing_plugin(X11, without("libxcb-cursor.so.0", "libxcb-keysyms.so.1"))
    assert sentence.endswith("apt install libxcb-cursor0 libxcb-keysyms1")
    assert len(missing_plugin(X11, without(*PLUGINS["xcb"]))) < 300


@pytest.mark.parametrize(
    ("environment", "lacking"),
    [
        (X11, ()),
        (X11, PLUGINS["wayland"]),  # which is not asked
        (WAYLAND | X11, ("libxcb-cursor.so.0",)),  # the other one has all it needs
        (WAYLAND | X11, PLUGINS["wayland"]),
        ({"QT_QPA_PLATFORM": "offscreen", **X11}, PLUGINS["xcb"]),
        ({"QT_QPA_PLATFORM": "offscreen:size=1x1", **X11}, PLUGINS["xcb"]),
        ({"QT_QPA_PLATFORM": "wayland;xcb", **X11}, PLUGINS["wayland"]),
        ({}, PLUGINS["xcb"]),
    ],
)
def test_one_window_system_is_enough(environment: dict[str, str], lacking: tuple[str]) -> None:
    assert missing_plugin(environment, without(*lacking)) == ""


def test_where_none_is_left_the_first_is_named() -> None:
    lacking = ("libwayland-cursor.so.0", "libxcb-cursor.so.0")
    assert "libwayland-cursor0" in missing_plugin(WAYLAND | X11, without(*lacking))
    both = {"QT_QPA_PLATFORM": "xcb;wayland"}
    assert "libxcb-cursor0" in missing_plugin(both, without(*lacking))


def test_elsewhere_nothing_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert missing_plugin(X11, without(*PACKAGES)) == ""


def test_every_library_of_a_plugin_has_its_package() -> None:
    assert {library for plugin in PLUGINS.values() for library in plugin} <= PACKAGES.keys()


def test_what_a_bare_debian_is_told_to_install_is_known_here() -> None:
    listed = set(re.findall(r"^lib\S+", PACKAGING.read_text(), re.MULTILINE))
    assert listed - {"libglib2.0-bin"} <= set(PACKAGES.values())


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            "class Finder:\n"
            "    def find_spec(self, name, path=None, target=None):\n"
            "        if name.startswith('PySide6.QtWidgets'):\n"
            "            raise ImportError('libEGL.so.1: cannot open shared object file')\n"
            "sys.meta_path.insert(0, Finder())\n",
            "apt install libegl1",
        ),
        (
            "from lenetpad.storage import qt_libraries\n"
            "def load(name): raise OSError(name)\n"
            "qt_libraries.missing_plugin.__defaults__ = ({'DISPLAY': ':0'}, load)\n",
            "libxcb-cursor0",
        ),
    ],
)
def test_the_window_says_one_sentence_and_qt_does_not_abort(code: str, words: str) -> None:
    run = f"import sys\n{code}from lenetpad.cli.parser import run\nsys.exit(run([]))\n"
    done = subprocess.run(
        [sys.executable, "-c", run],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("lenetpad: the window needs lib")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
