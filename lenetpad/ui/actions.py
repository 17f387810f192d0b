"""Every action of the window but those of its pages, in one table: text, shortcut, menu."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from lenetpad.ui.widgets.icons import themed
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import marked, translate


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action. ``menu`` is the menu that shows it, one of ``MENUS``; a break before it where
    ``breaks``. ``text`` and ``tip`` are marked for translators.

    ``page`` is the only page on which it can be done, "" where all are.
    """

    name: str
    menu: str
    text: str
    tip: str
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    checkable: bool = False
    breaks: bool = False
    page: str = ""


DRAW: Final = "draw"
VIEW: Final = "View"
STAGE: Final = "Stage"

ACTIONS: Final = (
    ActionSpec(
        "open",
        "File",
        marked("Window", "Open…"),
        marked("Window", "Open an ink file, a picture or weights"),
        ("Ctrl+O",),
        "open",
    ),
    ActionSpec(
        "open_weights",
        "File",
        marked("Window", "Open weights…"),
        marked("Window", "Open a weights file"),
        ("Ctrl+L",),
    ),
    ActionSpec(
        "examples",
        "File",
        marked("Window", "Example numbers"),
        marked("Window", "Open the numbers that the 1998 paper's network reads, written anew"),
        ("Ctrl+Shift+O",),
        page=DRAW,
    ),
    ActionSpec(
        "save",
        "File",
        marked("Window", "Save…"),
        marked("Window", "Save the drawing as ink or picture"),
        ("Ctrl+S",),
        "save",
        breaks=True,
        page=DRAW,
    ),
    ActionSpec(
        "add",
        "File",
        marked("Window", "Add to ink file…"),
        marked("Window", "Add the drawing to a file of drawings"),
        ("Ctrl+Shift+S",),
        page=DRAW,
    ),
    ActionSpec(
        "export",
        "File",
        marked("Window", "Export…"),
        marked("Window", "Take a picture or the numbers of what is shown away"),
        ("Ctrl+E",),
        page=DRAW,
    ),
    ActionSpec(
        "quit",
        "File",
        marked("Window", "Quit"),
        marked("Window", "Quit lenetpad"),
        ("Ctrl+Q",),
        breaks=True,
    ),
    ActionSpec(
        "undo",
        "Edit",
        marked("Window", "Undo"),
        marked("Window", "Undo"),
        ("Ctrl+Z",),
        "undo",
        page=DRAW,
    ),
    ActionSpec(
        "redo",
        "Edit",
        marked("Window", "Redo"),
        marked("Window", "Redo"),
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        "redo",
        page=DRAW,
    ),
    ActionSpec(
        "clear",
        "Edit",
        marked("Window", "Clear"),
        marked("Window", "Clear the canvas"),
        ("Del", "Ctrl+N"),
        "clear",
        page=DRAW,
    ),
    ActionSpec(
        "copy",
        "Edit",
        marked("Window", "Copy"),
        marked("Window", "Copy the canvas"),
        ("Ctrl+C",),
        "copy",
        breaks=True,
        page=DRAW,
    ),
    ActionSpec(
        "paste",
        "Edit",
        marked("Window", "Paste"),
        marked("Window", "Paste ink or a picture"),
        ("Ctrl+V",),
        "paste",
        page=DRAW,
    ),
    ActionSpec(
        "pen",
        "Edit",
        marked("Window", "Pen"),
        marked("Window", "Write"),
        ("P",),
        "pen",
        checkable=True,
        breaks=True,
        page=DRAW,
    ),
    ActionSpec(
        "eraser",
        "Edit",
        marked("Window", "Eraser"),
        marked("Window", "Erase the strokes that are touched"),
        ("E",),
        "eraser",
        True,
        page=DRAW,
    ),
    ActionSpec(
        "thinner",
        "Edit",
        marked("Window", "Thinner pen"),
        marked("Window", "Thinner pen"),
        ("[",),
        page=DRAW,
    ),
    ActionSpec(
        "thicker",
        "Edit",
        marked("Window", "Thicker pen"),
        marked("Window", "Thicker pen"),
        ("]",),
        page=DRAW,
    ),
    ActionSpec(
        "fullscreen",
        "View",
        marked("Window", "Full screen"),
        marked("Window", "Full screen"),
        ("F11",),
        "fullscreen",
        True,
        True,
    ),
    ActionSpec(
        "larger",
        "View",
        marked("Window", "Larger text"),
        marked("Window", "Larger text"),
        ("Ctrl++", "Ctrl+="),
        breaks=True,
    ),
    ActionSpec(
        "smaller",
        "View",
        marked("Window", "Smaller text"),
        marked("Window", "Smaller text"),
        ("Ctrl+-",),
    ),
    ActionSpec(
        "usual_size",
        "View",
        marked("Window", "Normal text size"),
        marked("Window", "Normal text size"),
        ("Ctrl+0",),
    ),
    ActionSpec(
        "theme",
        "View",
        marked("Window", "Switch light and dark"),
        marked("Window", "Light or dark"),
        ("Ctrl+T",),
        "theme",
        breaks=True,
    ),
    ActionSpec(
        "theme_system",
        "View",
        marked("Window", "Follow the system's theme"),
        marked("Window", "Light or dark as the system says"),
        ("Ctrl+Shift+T",),
        checkable=True,
    ),
    ActionSpec(
        "wide",
        "View",
        marked("Window", "Wide canvas"),
        marked("Window", "Room for a line of digits"),
        ("N",),
        checkable=True,
        breaks=True,
        page=DRAW,
    ),
    ActionSpec(
        "tray",
        "View",
        marked("Window", "Tray"),
        marked("Window", "The drawings of the ink file"),
        ("F4",),
        checkable=True,
        page=DRAW,
    ),
    ActionSpec(
        "inspector",
        "Explain",
        marked("Window", "Inspector"),
        marked("Window", "Where a unit's value comes from"),
        ("I",),
        checkable=True,
        page=DRAW,
    ),
    ActionSpec(
        "best_patches",
        "Explain",
        marked("Window", "Best patches"),
        marked("Window", "The images that excite the selected unit most"),
        ("B",),
        page=DRAW,
    ),
    ActionSpec(
        "saliency",
        "Explain",
        marked("Window", "Saliency"),
        marked("Window", "What in the drawing speaks for the answer and what against it"),
        ("M",),
        checkable=True,
        page=DRAW,
    ),
    ActionSpec(
        "slide",
        "Explain",
        marked("Window", "Slide the kernel"),
        marked("Window", "Slide the kernel over its input while the selected map fills in"),
        ("K",),
        page=DRAW,
    ),
    ActionSpec(
        "weighted_sums",
        "Explain",
        marked("Window", "Weighted sums"),
        marked("Window", "Weighted sums, before the activation, in place of values"),
        ("A",),
        checkable=True,
        breaks=True,
        page=DRAW,
    ),
    ActionSpec(
        "weights",
        "Explain",
        marked("Window", "Weights"),
        marked("Window", "Kernels and weights in place of the maps"),
        ("W",),
        checkable=True,
        page=DRAW,
    ),
    ActionSpec(
        "segmentation_graph",
        "Explain",
        marked("Window", "Segmentation graph"),
        marked("Window", "How a number is parted into digits, in place of the maps"),
        ("G",),
        checkable=True,
        breaks=True,
        page=DRAW,
    ),
    ActionSpec(
        "space_displacement",
        "Explain",
        marked("Window", "Space displacement network"),
        marked("Window", "The network slides over the line, in place of the maps"),
        ("D",),
        checkable=True,
        page=DRAW,
    ),
    ActionSpec(
        "previous_digit",
        "Explain",
        marked("Window", "Previous digit of the number"),
        marked("Window", "Show the digit at the left in the maps"),
        ("Alt+Left",),
        page=DRAW,
    ),
    ActionSpec(
        "next_digit",
        "Explain",
        marked("Window", "Next digit of the number"),
        marked("Window", "Show the digit at the right in the maps"),
        ("Alt+Right",),
        page=DRAW,
    ),
    ActionSpec(
        "time_line",
        "Explain",
        marked("Window", "Time line"),
        marked("Window", "The probabilities while the drawing was written, and any moment of it"),
        ("T",),
        checkable=True,
        breaks=True,
        page=DRAW,
    ),
    ActionSpec(
        "replay",
        "Explain",
        marked("Window", "Replay"),
        marked("Window", "Show the drawing as it was written, or pause"),
        ("Shift+T",),
        checkable=True,
        page=DRAW,
    ),
    ActionSpec(
        "previous_point",
        "Explain",
        marked("Window", "Previous point"),
        marked("Window", "One point less of the drawing"),
        (",",),
        page=DRAW,
    ),
    ActionSpec(
        "next_point",
        "Explain",
        marked("Window", "Next point"),
        marked("Window", "One point more of the drawing"),
        (".",),
        page=DRAW,
    ),
    ActionSpec(
        "freeze",
        "Explain",
        marked("Window", "Freeze"),
        marked("Window", "Keep what is read now, and compare it with what follows"),
        ("Space",),
        breaks=True,
        page=DRAW,
    ),
    ActionSpec(
        "compare_networks",
        "Explain",
        marked("Window", "Compare networks"),
        marked("Window", "What another network makes of the same drawing"),
        ("V",),
        checkable=True,
        page=DRAW,
    ),
    ActionSpec(
        "end_comparison",
        "Explain",
        marked("Window", "End the comparison"),
        marked("Window", "Let go of what is frozen, and show the maps"),
        ("Shift+Space",),
        page=DRAW,
    ),
    ActionSpec(
        "switch_off",
        "Explain",
        marked("Window", "Switch off the selected map"),
        marked("Window", "Hold the selected map or unit at 0, or release it"),
        ("X",),
        breaks=True,
        page=DRAW,
    ),
    ActionSpec(
        "bring_back",
        "Explain",
        marked("Window", "Release all maps"),
        marked("Window", "Hold no map and no unit any more"),
        ("Shift+X",),
        page=DRAW,
    ),
    ActionSpec(
        "layer_help",
        "Explain",
        marked("Window", "Explain the layer"),
        marked("Window", "What the layer of the selected unit is for"),
        ("H",),
        breaks=True,
        page=DRAW,
    ),
    ActionSpec(
        "layers",
        "Explain",
        marked("Window", "Layer table"),
        marked("Window", "Size, parameters and connections of every layer, and a calculator"),
        ("F3",),
    ),
    ActionSpec(
        "open_lesson",
        "Lessons",
        marked("Window", "Open lesson…"),
        marked("Window", "Open a lesson from a file"),
        ("Ctrl+Shift+L",),
    ),
    ActionSpec(
        "lesson_next",
        "Lessons",
        marked("Window", "Next step"),
        marked("Window", "Go on to the next step of the lesson"),
        ("PgDown",),
        breaks=True,
    ),
    ActionSpec(
        "lesson_previous",
        "Lessons",
        marked("Window", "Previous step"),
        marked("Window", "Go back to the step before"),
        ("PgUp",),
    ),
    ActionSpec(
        "lesson_end",
        "Lessons",
        marked("Window", "End lesson"),
        marked("Window", "End the lesson; all is as it was before"),
        ("Ctrl+Shift+E",),
    ),
    ActionSpec(
        "handout",
        "Lessons",
        marked("Window", "Save handout…"),
        marked("Window", "Save the lesson's words and pictures as PDF or HTML"),
        ("Ctrl+Shift+P",),
    ),
    ActionSpec(
        "step_by_step",
        "Lessons",
        marked("Window", "Step by step"),
        marked("Window", "Show the layers one after the other, with the arrow keys ← and →"),
        ("S",),
        checkable=True,
        breaks=True,
        page=DRAW,
    ),
    ActionSpec(
        "hide_verdict",
        "Lessons",
        marked("Window", "Hide the verdict"),
        marked("Window", "Hide verdict and probabilities, to guess first, or show them"),
        ("Q",),
        checkable=True,
        page=DRAW,
    ),
    ActionSpec(
        "drill",
        "Lessons",
        marked("Window", "Drill…"),
        marked("Window", "Read patterns that networks misread, and compare the scores"),
        ("Ctrl+D",),
    ),
    ActionSpec(
        "help",
        "Help",
        marked("Window", "Help"),
        marked("Window", "What each page does, the colours, the keys"),
        ("F1",),
    ),
    ActionSpec(
        "about",
        "Help",
        marked("Window", "About lenetpad"),
        marked("Window", "About lenetpad"),
        ("Shift+F1",),
    ),
)
MENUS: Final = (
    marked("Window", "File"),
    marked("Window", "Edit"),
    marked("Window", "View"),
    marked("Window", "Explain"),
    marked("Window", "Stage"),
    marked("Window", "Lessons"),
    marked("Window", "Help"),
)


def build(parent: QWidget, specs: Iterable[ActionSpec]) -> dict[str, QAction]:
    """The actions by name, as children of ``parent``, each tooltip naming the shortcut."""
    actions = {}
    for spec in specs:
        action = QAction(translate("Window", spec.text), parent)
        action.setObjectName(spec.name)
        action.setShortcuts([QKeySequence(shortcut) for shortcut in spec.shortcuts])
        action.setToolTip(_tip(spec))
        action.setCheckable(spec.checkable)
        parent.addAction(action)
        actions[spec.name] = action
    return actions


def fill(
    bar: QMenuBar, specs: Sequence[ActionSpec], actions: dict[str, QAction]
) -> dict[str, QMenu]:
    """Put the menus with their actions into a menu bar; gives them by their titles in English."""
    menus = {}
    for title in MENUS:
        # Alt and the first letter open it.
        menu = menus[title] = bar.addMenu(f"&{translate('Window', title)}")
        menu.setToolTipsVisible(True)
        for spec in specs:
            if spec.menu == title:
                if spec.breaks:
                    menu.addSeparator()
                menu.addAction(actions[spec.name])
    return menus


def groups(
    parent: QWidget, specs: Iterable[ActionSpec], actions: Mapping[str, QAction]
) -> dict[str, QActionGroup]:
    """The actions of each page that has some of its own: a group turns all of them off, and on
    again those that can do something."""
    found: dict[str, QActionGroup] = {}
    for spec in specs:
        if spec.page:
            if spec.page not in found:
                found[spec.page] = QActionGroup(parent)
                found[spec.page].setExclusionPolicy(QActionGroup.ExclusionPolicy.None_)
            found[spec.page].addAction(actions[spec.name])
    return found


def connect(actions: Mapping[str, QAction], slots: Mapping[str, Callable[[], object]]) -> None:
    """Have actions, by name, call these slots."""
    for name, slot in slots.items():
        actions[name].triggered.connect(slot)


def colour(actions: dict[str, QAction], specs: Iterable[ActionSpec], theme: Theme) -> None:
    """Draw the actions' icons in the theme's colours."""
    for spec in specs:
        if spec.icon:
            actions[spec.name].setIcon(themed(spec.icon, theme))


def _tip(spec: ActionSpec) -> str:
    tip = translate("Window", spec.tip)
    if not spec.shortcuts:
        return tip
    native = QKeySequence(spec.shortcuts[0]).toString(QKeySequence.SequenceFormat.NativeText)
    return f"{tip} ({native})"
