"""The help page: what each page does, what the colours mean, and every key."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from lenetpad.ui.actions import MENUS, ActionSpec
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import marked, translate

USUAL: Final = QSize(760, 620)
MARGIN: Final = 40  # between the dialog and the window's edge

#: Of each page, its title and paragraphs.
PAGES: Final = {
    marked("Window", "Draw"): (
        marked(
            "Window",
            "Write a digit with a mouse, a finger or a pen. While you write, the network reads "
            "it: the large digit at the bottom is its answer, with its probability. Write "
            "something else, and the answer is “not a digit”.",
        ),
        marked(
            "Window",
            "Beside the canvas you see the network think, from the input to the answer; arrows "
            "show which layer feeds which. <b>C</b> layers convolve: each map looks for one "
            "pattern everywhere. <b>S</b> layers subsample: they make the maps smaller, so that "
            "the exact place matters less. <b>C5</b> and <b>F6</b> combine everything, and the "
            "answer is the digit whose <b>target code</b>, a small picture of it, is nearest to "
            "F6. Hover over a unit to see its value; click a layer's name to enlarge it.",
        ),
        marked(
            "Window",
            "Write several digits beside each other and they are read as a number. Beside the "
            "canvas you see the digit that you wrote last. Click another one in the answer, or "
            "tap its ink, to see it instead. <b>View ▸ Wide canvas</b> has room for a long "
            "number.",
        ),
        marked(
            "Window",
            "The menu <b>Explain</b> has more. The <b>Inspector</b> shows how a unit gets its "
            "value, which images excite it most, and what in the drawing speaks for the answer. "
            "Slide a kernel over its input, switch maps off to see what the network does without "
            "them, or read what a layer is for.",
        ),
        marked(
            "Window",
            "Two views show how a number is read. The <b>segmentation graph</b> has every way to "
            "part the ink into digits, the best one in blue; point at a candidate to see its "
            "maps. The <b>space displacement network</b> slides over the whole line, and what it "
            "says again, or sees of no digit, is taken out of its answer.",
        ),
        marked(
            "Window",
            "<b>File ▸ Save</b> keeps a drawing, with its label, as ink or as a picture, and "
            "<b>Add to ink file</b> collects many. The tray shows the drawings of such a file: "
            "choose, label or delete them there.",
        ),
        marked(
            "Window",
            "Where the answer is wrong, <b>It is a …</b> beside it teaches the network your hand: "
            "it learns the drawing in a moment. <b>Hand ▸ Write each digit once</b> takes a "
            "minute and helps most, <b>What changed</b> shows what came of it, and the box beside "
            "the network says whose hand reads. All of it stays on this computer.",
        ),
        marked(
            "Window",
            "In front of an audience, the <b>Stage</b> shows canvas, maps and verdict alone, in "
            "large letters, on this screen or on another one. A key enlarges each layer; a laser "
            "dot, a spotlight and a lens point at things.",
        ),
        marked(
            "Window",
            "For a lecture, the menu <b>Lessons</b> leads through all of this step by step; Space "
            "or a clicker goes on. <b>Step by step</b> shows one layer after the other, <b>Hide "
            "the verdict</b> lets everybody guess first, and the <b>drill</b> compares you with "
            "the network on patterns that networks misread.",
        ),
        marked(
            "Window",
            "<b>File ▸ Export</b>, or a right click on a panel, takes what you see away: as a "
            "picture for slides and papers, as numbers, or as an animation of the drawing as it "
            "was written.",
        ),
    ),
    marked("Window", "Train"): (
        marked(
            "Window",
            "Choose a preset and press <b>Start</b>: the network is trained on this computer. "
            "The loss should fall and the validation accuracy rise. Every training is kept in "
            "the list of runs, even one that you stop: continue it, compare it with others, or "
            "use it on the canvas.",
        ),
    ),
    marked("Window", "Evaluate"): (
        marked(
            "Window",
            "Choose weights and images and press <b>Evaluate</b>: you see the error rate, which "
            "digits are confused with which, and every pattern that is read wrong. Click one to "
            "put it on the canvas.",
        ),
        marked(
            "Window",
            "Of ink, <b>Writers</b> says who is misread, which digits and as what. Open a folder "
            "with a file of each pupil for a whole class, and <b>Learn together…</b> to have the "
            "network learn their hands.",
        ),
    ),
}
#: Keys that belong to no action: where they work, what they do, and which they are.
MORE_KEYS: Final = (
    (
        marked("Window", "Everywhere"),
        marked("Window", "Leave the stage or full screen, or show all layers again"),
        "Esc",
    ),
    (marked("Window", "Everywhere"), marked("Window", "Next control"), "Tab"),
    (marked("Window", "Everywhere"), marked("Window", "Previous control"), "Shift+Tab"),
    (marked("Window", "Canvas"), marked("Window", "Click a digit of a number to show it"), "Ctrl"),
    (marked("Window", "Canvas"), marked("Window", "Show the digit written last again"), "Esc"),
    (marked("Window", "Feature maps"), marked("Window", "Go to a unit beside it"), "← → ↑ ↓"),
    (marked("Window", "Feature maps"), marked("Window", "Go to another map"), "PgUp, PgDown"),
    (
        marked("Window", "Feature maps"),
        marked("Window", "Go to a layer, from C1 to the output; or type its name"),
        "1 – 7",
    ),
    (marked("Window", "Feature maps"), marked("Window", "Go to the input"), "0"),
    (
        marked("Window", "Feature maps"),
        marked("Window", "Keep the unit in the inspector, or let it go"),
        "Return",
    ),
    (
        marked("Window", "Feature maps"),
        marked("Window", "Compare it with the one that is kept"),
        "Ctrl+Return",
    ),
    (
        marked("Window", "It is a …"),
        marked("Window", "Say which digit the drawing is; N: it is none"),
        "0 – 9, N",
    ),
    (
        marked("Window", "Segmentation graph"),
        marked("Window", "Go along the path, or to a longer or shorter candidate"),
        "← → ↑ ↓",
    ),
    (
        marked("Window", "Segmentation graph"),
        marked("Window", "Keep the candidate, with its maps"),
        "Return",
    ),
    (
        marked("Window", "Comparison"),
        marked("Window", "Go to a unit, a map or a layer, as in the feature maps"),
        "← → ↑ ↓",
    ),
    (marked("Window", "Comparison"), marked("Window", "Explain the unit"), "Return"),
    (
        marked("Window", "Space displacement network"),
        marked("Window", "Go from column to column"),
        "← →",
    ),
    (
        marked("Window", "Time line"),
        marked("Window", "Go from point to point, from change to change, to an end"),
        "← → ↑ ↓ Home End",
    ),
    (marked("Window", "Time line"), marked("Window", "Play or pause"), "Return"),
    (
        marked("Window", "Time line"),
        marked("Window", "Show all of the drawing again; then close it"),
        "Esc",
    ),
    (marked("Window", "Inspector"), marked("Window", "Go from product to product"), "← →"),
    (
        marked("Window", "Inspector"),
        marked("Window", "Go from one of the best patches to another"),
        "← → ↑ ↓",
    ),
    (marked("Window", "Inspector"), marked("Window", "Let go of the unit; then close it"), "Esc"),
    (marked("Window", "Layer help"), marked("Window", "Go to a link"), "Tab"),
    (marked("Window", "Layer help"), marked("Window", "Follow it"), "Return"),
    (marked("Window", "Layer help"), marked("Window", "Go back"), "Alt+Left"),
    (marked("Window", "Lessons"), marked("Window", "Next step"), "Space"),
    (marked("Window", "Lessons"), marked("Window", "End the lesson"), "Esc"),
    (marked("Window", "Step by step"), marked("Window", "Next or previous layer"), "← →"),
    (marked("Window", "Drill"), marked("Window", "Answer with a digit"), "0 – 9"),
    (marked("Window", "Drill"), marked("Window", "Answer that it is no digit"), "N"),
    (marked("Window", "Drill"), marked("Window", "Go on to the next pattern"), "Space"),
    (marked("Window", "Tray"), marked("Window", "Put on the canvas"), "Return"),
    (marked("Window", "Tray"), marked("Window", "Label with a digit"), "0 – 9"),
    (marked("Window", "Tray"), marked("Window", "Give another label"), "F2"),
    (marked("Window", "Tray"), marked("Window", "Delete the drawing"), "Del"),
    (marked("Window", "Runs"), marked("Window", "Delete the selected runs"), "Del"),
    (marked("Window", "Runs"), marked("Window", "Edit name or note"), "F2"),
    (
        marked("Window", "Patterns and confusion matrix"),
        marked("Window", "Move between them"),
        "← → ↑ ↓",
    ),
    (marked("Window", "Patterns and confusion matrix"), marked("Window", "Choose"), "Return"),
)


class HelpDialog(QDialog):
    """Shows the help in the theme's colours. ``specs`` are all actions, for their keys."""

    def __init__(self, specs: Iterable[ActionSpec], theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("Window", "Help"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.text = QTextBrowser()
        self.text.setAccessibleName(translate("Window", "Help"))
        self.text.setOpenLinks(False)
        self.text.setHtml(pages() + colours(theme) + keys(specs))
        closing = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        closing.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.text, 1)
        layout.addWidget(closing)
        room = parent.window().size() - QSize(2 * MARGIN, 2 * MARGIN)
        self.resize((USUAL * theme.scale).boundedTo(room))
        self.text.setFocus()


def pages() -> str:
    """What each page does."""
    parts = []
    for title, paragraphs in PAGES.items():
        parts.append(f"<h2>{translate('Window', title)}</h2>")
        parts += [f"<p>{translate('Window', paragraph)}</p>" for paragraph in paragraphs]
    return "".join(parts)


def colours(theme: Theme) -> str:
    """What the colours of the maps mean, with the colours."""
    negative, zero, positive = (
        _sample(colour) for colour in (theme.negative[2], theme.zero, theme.positive[2])
    )
    maps = translate(
        "Window",
        "{negative} below zero, {zero} zero, {positive} above zero: the stronger the colour, the "
        "larger the value. The legend below the maps has the numbers. <b>Colours</b> in the "
        "header says what the strongest colours mean: the range of the activation function "
        "(fixed, so that pictures can be compared), the largest value of the layer, or of each "
        "map. <b>Show</b> puts weighted sums or weights in place of the values; the titles of the "
        "layers say so.",
    )
    matrix = translate(
        "Window",
        "In the confusion matrix, {negative} counts what is read correctly and {positive} what "
        "is read wrong.",
    )
    title = translate("Window", "Colours")
    words = "".join(
        f"<p>{text.format(negative=negative, zero=zero, positive=positive)}</p>"
        for text in (maps, matrix)
    )
    return f"<h2>{title}</h2>{words}"


def keys(specs: Iterable[ActionSpec]) -> str:
    """A table of the keys of all actions, in the order of their menus, and of those that belong
    to a part."""
    rows = [
        (spec.menu, spec.text, ", ".join(map(_native, spec.shortcuts)))
        for spec in specs
        if spec.shortcuts
    ]
    rows += [(place, text, _native(key)) for place, text, key in MORE_KEYS]
    rows.sort(key=lambda row: MENUS.index(row[0]) if row[0] in MENUS else len(MENUS))
    lines = []
    before = ""
    for place, text, shortcut in rows:
        if place != before:
            lines.append(f'<tr><td colspan="2"><b>{translate("Window", place)}</b></td></tr>')
            before = place
        words = html.escape(translate("Window", text).replace("…", ""))
        lines.append(f"<tr><td>{words}&nbsp;&nbsp;</td><td>{html.escape(shortcut)}</td></tr>")
    title = translate("Window", "Keys")
    return f'<h2>{title}</h2><table cellpadding="3">{"".join(lines)}</table>'


def _native(shortcut: str) -> str:
    """As the system writes it; what is no key stays as it is."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText) or shortcut


def _sample(colour: str) -> str:
    return f'<span style="background-color: {colour};">&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;</span>'
