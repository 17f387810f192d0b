"""Every text of the window is where a translator finds it, under its page's context."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

import lenetpad
from lenetpad.app import speak
from lenetpad.controllers.run_networks import interruption_words
from lenetpad.storage.runs import Run
from lenetpad.ui.dialogs.about import AboutDialog
from lenetpad.ui.dialogs.crash import CrashDialog
from lenetpad.ui.widgets.words import CONTEXTS, counted, translate
from lenetpad.ui.window import Window
from lenetpad.values.conventions import CONVENTIONS, Conventions
from lenetpad.values.models import Choice, ConventionsQuestion
from tests.words import brackets, outside, painted, untranslated

ROOT = Path(lenetpad.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
#: Whose folder may use which contexts besides that of what pages share.
PAGE_OF = {
    "ui/draw": "Draw",
    "ui/train": "Train",
    "ui/evaluate": "Evaluate",
    "controllers/draw": "Draw",
    "controllers/training": "Train",
    "controllers/evaluation.py": "Evaluate",
}
FUNCTIONS = {"translate", "marked"}


@pytest.fixture(autouse=True)
def other_language(request: pytest.FixtureRequest) -> Iterator[None]:
    """Everything that is made in a test of a window is made in the language of brackets."""
    if "full" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("qapp")
    with brackets():
        yield


def test_the_test_itself_finds_texts(qtbot: QtBot) -> None:
    with brackets():
        page = QWidget()
        qtbot.addWidget(page)
        QLabel(translate("Window", "found"), page)
        QLabel("not found", page)
        QLabel(f"{translate('Draw', 'half')} done", page)
        found = untranslated(page)
    assert found == ["QLabel: 'not found', 'not found'", "QLabel: '⟦half⟧ done', 'done'"]
    assert outside("⟦a ⟦nested⟧ text⟧ · 3 MB") == ""
    assert outside("⟦cut at its en…") == ""


@pytest.mark.parametrize("name", ["draw", "train", "evaluate"])
def test_all_of_a_page_is_translated(
    qtbot: QtBot, full: Window, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    full.open_page(name)
    qtbot.waitUntil(lambda: full.shown_page is full.page_widgets[name])
    page = full.page_widgets[name]
    assert untranslated(page) == []
    with painted(monkeypatch) as texts:
        page.grab()
    assert texts
    assert [text for text in texts if outside(text)] == []


def test_all_around_the_pages_is_translated(full: Window) -> None:
    assert untranslated(full, without=list(full.page_widgets.values())) == []


@pytest.mark.parametrize("name", ["help", "about"])
def test_a_dialog_is_translated(full: Window, name: str) -> None:
    full.actions_by_name[name].trigger()
    dialog = {"help": full.help, "about": full.about}[name]
    assert dialog is not None
    if isinstance(dialog, AboutDialog):
        facts = dialog.facts
        dialog.facts = dict.fromkeys(facts, "3.11")
        for label in dialog.findChildren(QLabel):
            if label.text() in facts.values():
                label.setText("3.11")
    assert untranslated(dialog) == []


def test_the_question_how_a_network_was_trained_is_translated(full: Window) -> None:
    guesses = [
        Conventions(*words)
        for words in product(*(list(answers) for answers in CONVENTIONS.values()))
    ]
    choice = Choice(1, "/there/digits.pth")
    scores = tuple((guess, 0.3) for guess in guesses)
    full.ask(ConventionsQuestion(choice, scores))
    assert full.question is not None
    assert untranslated(full.question) == []
    full.question.boxes["padding"].setCurrentIndex(1)
    full.question.boxes["padding"].setCurrentIndex(2)
    assert untranslated(full.question) == []


def test_the_offer_of_a_crash_report_is_translated(full: Window) -> None:
    dialog = CrashDialog("", full.dialog_parent)
    assert untranslated(dialog) == []
    dialog.copy_report()
    assert untranslated(dialog) == []


@pytest.mark.parametrize("others", [0, 1, 2])
def test_the_sentence_on_interrupted_trainings_is_translated(others: int, full: Window) -> None:
    run = Run(
        folder=Path("a"),
        name="⟦a⟧",
        note="",
        model="lenet5-1998",
        created="",
        config={},
        state="interrupted",
        step=3,
        steps=9,
        epoch=1,
        epochs=2,
        seconds=1.0,
        best_error=None,
        last_error=None,
        test_error=None,
        message="",
    )
    assert outside(interruption_words((run,) * (1 + others))) == ""


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id in FUNCTIONS:
            yield node


def test_each_text_is_written_out_under_its_page() -> None:
    """``translate(row.text)`` is for what was marked in a table; a text that is put together
    first is found by nobody."""
    faults = []
    for path in FILES:
        place = path.relative_to(ROOT).as_posix()
        own = next((page for start, page in PAGE_OF.items() if place.startswith(start)), None)
        for call in calls(path):
            at = f"{place}:{call.lineno}"
            context, text = call.args
            if not isinstance(context, ast.Constant) or context.value not in CONTEXTS:
                faults.append(f"{at}: no context of {CONTEXTS}")
            elif own is not None and context.value not in (own, "Window"):
                faults.append(f"{at}: {context.value} in the place of {own}")
            if isinstance(text, ast.JoinedStr | ast.BinOp):
                faults.append(f"{at}: put together before it is translated")
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            if name == "marked" and not isinstance(text, ast.Constant):
                faults.append(f"{at}: only a text can be marked")
    assert faults == []


def test_what_is_filled_in_has_a_name() -> None:
    """A translator moves it; ``{}`` says nothing of what comes there."""
    texts = [
        (path.name, str(text.value))
        for path in FILES
        for call in calls(path)
        for text in call.args[1:]
        if isinstance(text, ast.Constant)
    ]
    assert [(name, text) for name, text in texts if re.search(r"\{(\}|\d|:)", text)] == []


def test_numbers() -> None:
    assert [counted(n, "1 image", "{n} images") for n in (0, 1, 2, 1290)] == [
        "0 images",
        "1 image",
        "2 images",
        "1,290 images",
    ]


def make_texts(*files: Path, into: Path) -> None:
    """What ``make texts`` does, with the same arguments."""
    recipe = re.search(
        r"pyside6-lupdate (.*?)\$\(shell", (ROOT.parent / "Makefile").read_text(), re.S
    )
    assert recipe is not None
    arguments = recipe[1].replace("\\\n", " ").split()
    tool = Path(sys.executable).with_name("pyside6-lupdate")
    done = subprocess.run(
        [tool, *arguments, *files, "-ts", into], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_translator_finds_every_text_and_the_window_speaks_it(
    tmp_path: Path, qapp: QApplication
) -> None:
    texts = tmp_path / "lenetpad_de.ts"
    make_texts(*FILES, into=texts)
    tree = ElementTree.parse(texts)
    found = {
        (context.findtext("name"), message.findtext("source"))
        for context in tree.iter("context")
        for message in context.iter("message")
    }
    wanted = {
        tuple(arg.value for arg in call.args if isinstance(arg, ast.Constant))
        for path in FILES
        for call in calls(path)
        if isinstance(call.args[1], ast.Constant)
    }
    assert found == wanted
    for message in tree.iter("message"):
        if message.findtext("source") == "Quit":
            translation = message.find("translation")
            assert translation is not None
            translation.text = "Beenden"
            translation.attrib.clear()
    tree.write(texts, encoding="utf-8")
    subprocess.run(
        [Path(sys.executable).with_name("pyside6-lrelease"), texts],
        check=True,
        capture_output=True,
    )
    assert not speak(QLocale("fr"), tmp_path)
    assert speak(QLocale("de"), tmp_path)
    try:
        assert translate("Window", "Quit") == "Beenden"
        assert translate("Window", "Undo") == "Undo"
    finally:
        for translator in qapp.findChildren(QTranslator):
            qapp.removeTranslator(translator)
            translator.deleteLater()
