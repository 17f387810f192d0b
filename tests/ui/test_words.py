"""Every text of the window is where a translator finds it, under its page's context."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

import lenetpad
from lenetpad.ui.widgets.words import CONTEXTS, counted, translate
from lenetpad.ui.window import Window
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
        assert untranslated(page) == ["QLabel: 'not found'", "QLabel: '⟦half⟧ done'"]
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
    pages = {id(page) for page in full.page_widgets.values()}
    below = {
        id(widget) for page in full.page_widgets.values() for widget in page.findChildren(QWidget)
    }
    around = [
        widget
        for widget in full.findChildren(QWidget)
        if id(widget) not in pages and id(widget) not in below and widget.parent() is full
    ]
    assert [fault for widget in around for fault in untranslated(widget)] == []


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
