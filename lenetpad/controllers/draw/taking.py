"""Pictures and numbers of what the Draw page shows, for files and for the clipboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from lenetpad import __version__
from lenetpad.controllers.draw.filming import Filming
from lenetpad.controllers.networks import Networks
from lenetpad.ui import actions
from lenetpad.ui.draw.maps_layout import CODES
from lenetpad.ui.draw.numbers.views import InPlace
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.draw.taking.offers import (
    ACTIVATIONS,
    COMPARISON,
    FLOW,
    GRAPH,
    INSPECTOR,
    PROBABILITIES,
    REPLAY,
    SLIDING,
    SVG,
    VERDICT,
    Offer,
    file_name,
    offer_of,
    offers,
)
from lenetpad.ui.widgets.export_options import Look
from lenetpad.ui.widgets.images import png
from lenetpad.ui.widgets.turns import Steps, at_once
from lenetpad.ui.widgets.words import translate
from lenetpad.ui.window import Window
from lenetpad.values.explanation import OUTPUT
from lenetpad.values.reading import Reading
from lenetpad.values.reading_files import activations_npz, reading_json

if TYPE_CHECKING:  # they import Qt's SVG, for which the window's start is no time
    from lenetpad.ui.draw.taking.dialog import TakeDialog
    from lenetpad.ui.widgets.exporter import Exporter
    from lenetpad.ui.widgets.film import Frame
    from lenetpad.ui.widgets.panel_picture import PanelPicture


class Taking(QObject):
    """The action *Export…* asks what is wanted; a right click on a panel offers its picture. A
    picture is painted by panels of its own, in one step, and written in another thread."""

    def __init__(self, window: Window, page: DrawPage, networks: Networks) -> None:
        super().__init__(page)
        self._window, self._page = window, page
        self._exporter: Exporter | None = None  # the first file makes it
        self.dialog: TakeDialog | None = None
        self.menu: QMenu | None = None
        self._filming = Filming(window, page, networks)
        self._filming.filmed.connect(self._write_film)
        actions.connect(window.actions_by_name, {"export": self.ask})
        page.maps.menu_asked.connect(self._offer_layer)
        for key, panel in ((PROBABILITIES, page.probabilities), (VERDICT, page.verdict)):
            self._offer_on(key, panel)
        page.inspector_toggled.connect(self._connect_inspector)
        page.number_views.made.connect(self._connect_view)

    @property
    def exporter(self) -> Exporter:
        """What asks for files and writes them."""
        from lenetpad.ui.widgets.exporter import Exporter

        if self._exporter is None:
            self._exporter = Exporter(self._page)
            self._exporter.memory = self._window.preferences
            self._exporter.written.connect(self._page.say_written)
            self._exporter.failed.connect(self._page.banner.warn)
        return self._exporter

    # Asking

    @Slot()
    def ask(self) -> None:
        """Ask what is to be taken, how it is to look, and where to."""
        from lenetpad.ui.draw.taking.dialog import TakeDialog

        if self.dialog is not None:
            self.dialog.close()
        look = self._window.preferences.picture_look
        dialog = TakeDialog(offers(self._page), look, self._window.dialog_parent)
        dialog.accepted.connect(partial(self._ask_on, dialog))
        dialog.copy_wanted.connect(partial(self._copy_asked, dialog))
        dialog.finished.connect(self._forget_dialog)
        self.dialog = dialog
        dialog.open()

    @Slot()
    def _forget_dialog(self) -> None:
        self.dialog = None

    def _ask_on(self, dialog: TakeDialog) -> None:
        self._window.preferences.keep(picture=str(dialog.picture_look))
        self.save(dialog.offer, dialog.kind, dialog.look)

    def _copy_asked(self, dialog: TakeDialog) -> None:
        self._window.preferences.keep(picture=str(dialog.picture_look))
        self.copy(dialog.offer, dialog.look)
        dialog.reject()

    # Taking

    def save(self, offer: Offer, kind: str, look: Look) -> None:
        """Ask for a file, and write there what is shown now."""
        made = None if offer.key == REPLAY else self._steps(offer, kind, look)
        told = None if self._page.answers_hidden else self._reading
        name = file_name(offer, told, kind, date.today())
        kinds = f"{kind[1:].upper()} (*{kind})"
        path = self.exporter.ask_for_path(translate("Draw", "Export"), name, kinds)
        if path is None:
            return
        if offer.key == REPLAY:
            self._filming.film(path, look)
        elif made is not None:
            self.exporter.write_in_turns(path, made)

    @Slot(object, object)
    def _write_film(self, path: Path, frames: Sequence[Frame]) -> None:
        """Pack the frames, in another thread."""
        from lenetpad.ui.widgets.film import animated

        self.exporter.write(path, partial(animated, tuple(frames), path.suffix.lower()))

    def _steps(self, offer: Offer, kind: str, look: Look) -> Steps[Callable[[], bytes]] | None:
        """The steps to what makes the file's bytes; None where there is nothing any more. They
        show what is shown now, whenever they are taken."""
        if offer.pictured:
            picture = self._picture(offer, look)
            return _as_svg(picture) if kind == SVG else _as_png(picture, look.scale)
        numbers = self._numbers(offer)
        return None if numbers is None else _at_the_end(numbers)

    def content(self, offer: Offer, kind: str, look: Look) -> bytes:
        """A file's bytes, made at once, where nobody writes meanwhile; none where there is
        nothing."""
        made = self._steps(offer, kind, look)
        return b"" if made is None else at_once(made)()

    def _picture(self, offer: Offer, look: Look) -> PanelPicture:
        from lenetpad.ui.draw.taking.copies import Copier

        return Copier.of(self._page, look, self._window.theme).picture(offer)

    def _numbers(self, offer: Offer) -> Callable[[], bytes] | None:
        reading, model = self._reading, self._page.maps.model
        if reading is None or model is None:
            return None
        if offer.key == ACTIVATIONS:
            return partial(activations_npz, reading)
        return partial(reading_json, reading, model, __version__)

    @property
    def _reading(self) -> Reading | None:
        """What the verdict shows."""
        return self._page.verdict.reading

    def copy(self, offer: Offer, look: Look) -> None:
        """Put a picture on the clipboard."""
        from lenetpad.ui.widgets.panel_picture import pixels

        picture = self._picture(offer, look)
        try:
            QGuiApplication.clipboard().setImage(pixels(picture, look.scale))
        except MemoryError as error:
            self._page.banner.warn(str(error))
            return
        words = translate("Draw", "Copied: {what}")
        self._page.banner.note(words.format(what=offer.title))

    # Right clicks

    def _offer_on(self, key: str, widget: QWidget) -> None:
        widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        widget.customContextMenuRequested.connect(partial(self._offer_panel, key, widget))

    def _offer_panel(self, key: str, widget: QWidget, at: QPoint) -> None:
        if any(offer.key == key for offer in offers(self._page)):
            menu = self._new_menu()
            self._add(menu, offer_of(key, self._page.maps.model))
            menu.popup(widget.mapToGlobal(at))

    @Slot(str, QPoint)
    def _offer_layer(self, layer: str, at: QPoint) -> None:
        """What can be done with a layer: have it explained, and take it or all of them away."""
        menu, model = self._new_menu(), self._page.maps.model
        explain = menu.addAction(translate("Draw", "Explain the layer"))
        explain.triggered.connect(partial(self._page.explain_layer, layer))
        if self._reading is not None and model is not None:
            for key in (CODES if layer == OUTPUT else layer, FLOW):
                menu.addSeparator()
                self._add(menu, offer_of(key, model))
        menu.popup(at)

    def _new_menu(self) -> QMenu:
        if self.menu is not None:
            self.menu.deleteLater()
        self.menu = QMenu(self._page)
        return self.menu

    def _add(self, menu: QMenu, offer: Offer) -> None:
        """What can be done with the picture of a panel."""
        copies = translate("Draw", "Copy picture: {what}").format(what=offer.title)
        saves = translate("Draw", "Save picture: {what}…").format(what=offer.title)
        menu.addAction(copies).triggered.connect(partial(self._copy_now, offer))
        menu.addAction(saves).triggered.connect(partial(self._save_now, offer))

    def _copy_now(self, offer: Offer) -> None:
        self.copy(offer, self._window.preferences.picture_look)

    def _save_now(self, offer: Offer) -> None:
        self.save(offer, offer.kinds[0], self._window.preferences.picture_look)

    @Slot()
    def _connect_inspector(self) -> None:
        """The inspector is made when it is first wanted."""
        self._page.inspector_toggled.disconnect(self._connect_inspector)
        self._offer_on(INSPECTOR, self._page.inspector.arithmetic)

    @Slot(str)
    def _connect_view(self, name: str) -> None:
        if name == InPlace.GRAPH:
            self._offer_on(GRAPH, self._page.number_views.graph.picture)
        elif name == InPlace.SLIDING:
            self._offer_on(SLIDING, self._page.number_views.sliding.picture)
        elif name == InPlace.COMPARISON:
            self._offer_on(COMPARISON, self._page.number_views.comparison.picture)

    # The end

    def stop(self) -> None:
        """Close what is asked and offered."""
        for one in (self.dialog, self.menu):
            if one is not None:
                one.close()
        self._filming.stop()

    def wait(self, seconds: float) -> bool:
        """Wait until what was saved is on the disk; False where it is not in time."""
        ended = self._filming.wait(seconds)
        return (self._exporter is None or self._exporter.close(seconds)) and ended


def _as_svg(picture: PanelPicture) -> Steps[Callable[[], bytes]]:
    from lenetpad.ui.widgets.panel_picture import vector

    content = yield from vector(picture)
    return lambda: content


def _as_png(picture: PanelPicture, scale: int) -> Steps[Callable[[], bytes]]:
    from lenetpad.ui.widgets.panel_picture import pixels

    yield from ()
    return partial(png, pixels(picture, scale))


def _at_the_end(make: Callable[[], bytes]) -> Steps[Callable[[], bytes]]:
    yield from ()
    return make
