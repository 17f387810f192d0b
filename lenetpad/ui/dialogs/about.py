"""What the program is, what it runs on, and the licences of all its parts."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, QSortFilterProxyModel, Qt, Slot, qVersion
from PySide6.QtGui import (
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPalette,
    QShortcut,
    QStandardItem,
    QStandardItemModel,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from lenetpad import __version__
from lenetpad.storage import licences, machine
from lenetpad.ui.widgets.icons import application_icon
from lenetpad.ui.widgets.words import marked, translate
from lenetpad.values.models import ModelReady, name_for_a_report

USUAL: Final = QSize(720, 580)
SMALLEST: Final = QSize(460, 340)
MARGIN: Final = 24  # of the window around the dialog where both are small
ICON: Final = 72
WHAT: Final = marked(
    "Window",
    "A drawing pad that shows a neural network thinking: write a digit, and every layer of "
    "LeNet-5 responds while the pen is still moving.",
)
#: What the About tab shows of the facts, and how it calls them.
SHOWN: Final = {
    "Python": "Python",
    "PySide6": "PySide6",
    "torch": "torch",
    "Network": marked("Window", "Network"),
    "Device": marked("Window", "Device"),
    "System": marked("Window", "System"),
}
CREDITS: Final = marked(
    "Window",
    "<p><b>The network</b><br>Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, <i>Gradient-Based "
    "Learning Applied to Document Recognition</i>, Proceedings of the IEEE 86(11), 1998</p>"
    "<p><b>Training data</b><br>MNIST: Y. LeCun, C. Cortes and C. J. C. Burges, "
    "CC BY-SA 3.0. UNIPEN and UJI Pen Characters 2, CC BY 4.0</p>"
    "<p><b>Licence</b><br>MIT. Copyright 2026 The lenetpad authors. Every part, with the text "
    "of its licence, is listed under Licences</p>",
)
COPY: Final = marked("Window", "Copy &diagnostics")
COLUMNS: Final = (
    marked("Window", "Part"),
    marked("Window", "Version"),
    marked("Window", "Licence"),
)


class AboutDialog(QDialog):
    """Two tabs: the program, and the licences, which are collected when they are first shown.

    ``model`` is the network that reads now, None where none does yet; ``theme`` goes into the
    diagnostics, which a button copies.
    """

    def __init__(self, model: ModelReady | None, theme: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("Window", "About lenetpad"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.facts = _facts(model, theme)
        self.licences = Licences()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(_scrolling(self._about()), translate("Window", "&About"))
        self.tabs.addTab(self.licences, translate("Window", "&Licences"))
        self.tabs.currentChanged.connect(self._open_tab)
        self.copying = QPushButton(translate("Window", COPY))
        self.copying.setToolTip(
            translate("Window", "Copy versions, system and screens, for a bug report")
        )
        self.copying.clicked.connect(self.copy_diagnostics)
        self.closing = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.closing.rejected.connect(self.reject)
        below = QHBoxLayout()
        below.addWidget(self.copying)
        below.addStretch(1)
        below.addWidget(self.closing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(_head())
        layout.addWidget(self.tabs, 1)
        layout.addLayout(below)
        QShortcut(QKeySequence.StandardKey.Find, self).activated.connect(self._search)
        self.setMinimumSize(SMALLEST)
        room = parent.window().size() - QSize(2 * MARGIN, 2 * MARGIN)
        self.resize(USUAL.boundedTo(room).expandedTo(SMALLEST))
        self.closing.button(QDialogButtonBox.StandardButton.Close).setFocus()

    @Slot()
    def copy_diagnostics(self) -> None:
        """Put the facts on the clipboard."""
        QGuiApplication.clipboard().setText(machine.text(self.facts))
        self.copying.setText(translate("Window", "Copied"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return presses the button that has the keyboard, and no other: it ends no search."""
        returns = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() not in returns or isinstance(self.focusWidget(), QPushButton):
            super().keyPressEvent(event)

    @Slot(int)
    def _open_tab(self, index: int) -> None:
        if self.tabs.widget(index) is self.licences:
            self.licences.fill()

    @Slot()
    def _search(self) -> None:
        self.tabs.setCurrentWidget(self.licences)
        self.licences.search.setFocus()

    def _about(self) -> QWidget:
        page = QWidget()
        facts = QGridLayout()
        facts.setColumnStretch(1, 1)
        facts.setHorizontalSpacing(18)
        facts.setVerticalSpacing(5)
        for row, (title, words) in enumerate(SHOWN.items()):
            name = QLabel(translate("Window", words))
            name.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            fact = QLabel(self.facts[title])
            fact.setTextFormat(Qt.TextFormat.PlainText)
            fact.setWordWrap(True)
            fact.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            facts.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            facts.addWidget(fact, row, 1)
        credits_ = QLabel(translate("Window", CREDITS))
        credits_.setWordWrap(True)
        credits_.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(2, 12, 2, 0)
        layout.setSpacing(12)
        layout.addLayout(facts)
        layout.addWidget(credits_)
        layout.addStretch(1)
        return page


class Licences(QWidget):
    """A table of all parts, a field to search it, and the text of the part that is selected."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[licences.Part] = []
        self._filled = False
        self.model = QStandardItemModel(0, len(COLUMNS), self)
        self.model.setHorizontalHeaderLabels([translate("Window", title) for title in COLUMNS])
        self.found = QSortFilterProxyModel(self)
        self.found.setSourceModel(self.model)
        self.found.setFilterKeyColumn(-1)  # every column
        self.found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.search = QLineEdit()
        self.search.setObjectName("search")
        searching = translate("Window", "Search parts and licences")
        self.search.setPlaceholderText(searching)
        self.search.setAccessibleName(searching)
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._look_for)
        self.view = self._table()
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(translate("Window", "Text of the licence"))
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.view)
        split.addWidget(self.text)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 10, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addWidget(split, 1)

    def fill(self) -> None:
        """Collect the parts, once, and select the program itself."""
        if self._filled:
            return
        self._filled = True
        self._parts = licences.collect()
        for part in self._parts:
            unnamed = translate("Window", "see the text" if part.texts else "not stated")
            licence = part.licence or unnamed
            row = [QStandardItem(text) for text in (part.name, part.version, licence)]
            for item in row:
                item.setToolTip(item.text())
                item.setEditable(False)
            self.model.appendRow(row)
        for column in range(len(COLUMNS) - 1):
            self.view.resizeColumnToContents(column)
        self.view.selectRow(0)

    @property
    def selected(self) -> licences.Part | None:
        """The part whose licence is shown."""
        rows = self.view.selectionModel().selectedRows()
        return self._parts[self.found.mapToSource(rows[0]).row()] if rows else None

    def _table(self) -> QTableView:
        view = QTableView()
        view.setModel(self.found)
        view.setAccessibleName(translate("Window", "Parts of the program"))
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setTabKeyNavigation(False)
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(24)
        header = view.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setStretchLastSection(True)
        view.selectionModel().selectionChanged.connect(self._show_text)
        return view

    @Slot(str)
    def _look_for(self, words: str) -> None:
        self.found.setFilterFixedString(words)
        if self.selected is None and self.found.rowCount():
            self.view.selectRow(0)

    @Slot()
    def _show_text(self) -> None:
        part = self.selected
        self.text.setPlainText(part.text if part else "")


def _facts(model: ModelReady | None, theme: str) -> dict[str, str]:
    """What the diagnostics say: of the machine, of the network, and of Qt and its screens."""
    facts = machine.of_the_machine()
    facts["PySide6"] += f", Qt {qVersion()}"
    facts["Network"], facts["Device"] = "none yet", "none yet"
    if model is not None:
        facts["Network"] = name_for_a_report(model.choice.model)
        same = model.device.lower() == model.used.lower()
        facts["Device"] = model.device if same else f"{model.device}, {model.used}"
    screens = [
        f"{screen.size().width()}×{screen.size().height()} at scale {screen.devicePixelRatio():g}"
        for screen in QGuiApplication.screens()
    ]
    return facts | {
        "Screens": "; ".join(screens),
        "Qt platform": QGuiApplication.platformName(),
        "Theme": theme,
    }


def _head() -> QHBoxLayout:
    """The icon, the name with the version, and what the program is."""
    icon = QLabel()
    icon.setPixmap(application_icon().pixmap(ICON, ICON))
    name = QLabel(f"lenetpad {__version__}")
    font = name.font()
    font.setPointSizeF(1.6 * font.pointSizeF())
    font.setBold(True)
    name.setFont(font)
    what = QLabel(translate("Window", WHAT))
    what.setWordWrap(True)
    words = QVBoxLayout()
    words.setSpacing(4)
    words.addWidget(name)
    words.addWidget(what)
    words.addStretch(1)
    head = QHBoxLayout()
    head.setSpacing(18)
    head.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
    head.addLayout(words, 1)
    return head


def _scrolling(page: QWidget) -> QScrollArea:
    """The page with a scroll bar where there is no room for it."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(page)
    return area
