"""The dialog that asks what is to be taken away, as which kind of file, and how it is to look."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lenetpad.ui.draw.taking.offers import GIF, KIND_TITLES, PNG, REPLAY, SVG, WEBP, Offer
from lenetpad.ui.widgets.choices import Choices
from lenetpad.ui.widgets.export_options import (
    BACKGROUNDS,
    FILM_SCALES,
    SCALES,
    SCREEN,
    WHITE,
    Look,
    form_of,
)
from lenetpad.ui.widgets.words import translate


class TakeDialog(QDialog):
    """Begins with the look of the last time. ``copy_wanted`` comes where the picture is to go to
    the clipboard; when the dialog is accepted, ``offer``, ``kind`` and ``look`` are the answer."""

    copy_wanted = Signal()

    def __init__(self, offers: Sequence[Offer], look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("Draw", "Export"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._offers = {offer.key: offer for offer in offers}
        self.what = Choices(translate("Draw", "What"), "")
        for offer in offers:
            self.what.addItem(offer.title, offer.key)
        self.kinds = Choices(translate("Draw", "Format"), "")
        self.scales = Choices(translate("Draw", "Scale"), "")
        self._scale, self._film_scale = look.scale, FILM_SCALES[0]
        self.background = Choices(translate("Window", "Background"), "")
        for key, words in BACKGROUNDS.items():
            self.background.addItem(translate("Window", words), key)
        self.background.select(WHITE if look.white else SCREEN)
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.copy = QPushButton(translate("Draw", "Co&py picture"))
        self.buttons = self._buttons()
        self._build()
        self.what.currentIndexChanged.connect(self._offer_kinds)
        self.kinds.currentIndexChanged.connect(self._explain)
        self.scales.currentIndexChanged.connect(self._note_scale)
        self._offer_kinds()

    @property
    def offer(self) -> Offer:
        """What is chosen."""
        return self._offers[self.what.currentData()]

    @property
    def kind(self) -> str:
        """The suffix of the chosen kind of file."""
        return str(self.kinds.currentData())

    @property
    def look(self) -> Look:
        """How a picture, or a film, is to look."""
        scale = self._film_scale if self.films else self._scale
        return Look(self.background.currentData() == WHITE, scale)

    @property
    def picture_look(self) -> Look:
        """How a picture is to look, whatever is chosen now."""
        return Look(self.background.currentData() == WHITE, self._scale)

    @property
    def films(self) -> bool:
        """Whether a film is chosen."""
        return self.offer.key == REPLAY

    def _build(self) -> None:
        rows: tuple[tuple[str, QWidget], ...] = (
            (translate("Draw", "&What"), self.what),
            (translate("Draw", "&Format"), self.kinds),
            (translate("Draw", "&Scale"), self.scales),
            (translate("Window", "&Background"), self.background),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(14)
        layout.addLayout(form_of(rows))
        layout.addWidget(self.words, 1)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(420)

    def _buttons(self) -> QDialogButtonBox:
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.button(kinds.Ok).setText(translate("Window", "&Choose file…"))
        buttons.button(kinds.Cancel).setText(translate("Window", "Cancel"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.copy.clicked.connect(self.copy_wanted)
        return buttons

    @Slot()
    def _offer_kinds(self) -> None:
        """The kinds of files that there are of what is chosen."""
        self.kinds.offer(
            [(kind, translate("Draw", KIND_TITLES[kind])) for kind in self.offer.kinds]
        )
        if self.kinds.currentIndex() < 0:
            self.kinds.setCurrentIndex(0)
        self._explain()

    @Slot()
    def _note_scale(self) -> None:
        scale = int(self.scales.currentData())
        if self.films:
            self._film_scale = scale
        else:
            self._scale = scale

    def _offer_scales(self) -> None:
        """List the scales of what is chosen."""
        scales = FILM_SCALES if self.films else SCALES
        with QSignalBlocker(self.scales):
            if self.scales.count() != len(scales):
                self.scales.clear()
                for scale in scales:
                    self.scales.addItem(f"{scale} ×", scale)
            self.scales.select(self._film_scale if self.films else self._scale)

    @Slot()
    def _explain(self) -> None:
        pictured = self.offer.pictured
        self._offer_scales()
        self.scales.setEnabled(self.kind == PNG or self.films)
        self.background.setEnabled(pictured or self.films)
        self.copy.setEnabled(pictured)
        words = {
            PNG: translate(
                "Draw", "As large as on the screen at 1 ×, with sharper letters above."
            ),
            SVG: translate("Draw", "Sharp at any size; maps keep their pixels."),
            GIF: _about_films(),
            WEBP: _about_films(),
        }
        usual = translate("Draw", "Numbers, for other programs.")
        self.words.setText(words.get(self.kind, usual))


def _about_films() -> str:
    return translate(
        "Draw",
        "The drawing as it was written, with all layers beside it; at 2 × with half as many "
        "pictures.",
    )
