"""All that can be done with hands: dialogs, the tray of a hand's drawings, imports, exports."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QDialog

from lenetpad.controllers.draw.tray import Tray
from lenetpad.controllers.hands.changes import Changes
from lenetpad.controllers.hands.hands import Hands
from lenetpad.controllers.networks import Networks
from lenetpad.engine.background_jobs import BackgroundJobs
from lenetpad.engine.documents import Refused, contents_of, tried
from lenetpad.storage import hands
from lenetpad.storage.decoding import contents, named
from lenetpad.storage.hands import Hand
from lenetpad.ui import actions
from lenetpad.ui.draw import documents
from lenetpad.ui.draw.hand.hands_dialog import HandsDialog
from lenetpad.ui.draw.hand.name_dialog import NameDialog
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.widgets import question
from lenetpad.ui.widgets.exporter import Exporter
from lenetpad.ui.widgets.files import as_file_name
from lenetpad.ui.widgets.words import counted, translate
from lenetpad.ui.window import Window

if TYPE_CHECKING:
    from lenetpad.engine.hands import Imported


class Managing(QObject):
    """Shows the dialogs of hands and does what is wanted there. ``write_wanted`` comes where each
    digit is to be written once."""

    write_wanted = Signal()

    def __init__(
        self,
        window: Window,
        page: DrawPage,
        hands: Hands,
        changes: Changes,
        networks: Networks,
        jobs: Callable[[], BackgroundJobs],
        tray: Tray,
    ) -> None:
        super().__init__(page)
        self._window, self._page, self._hands, self._changes = window, page, hands, changes
        self._networks, self._jobs, self._tray = networks, jobs, tray
        self.dialog: HandsDialog | None = None
        self.naming: NameDialog | None = None
        self._exporter = Exporter(page)
        self._exporter.memory = window.preferences
        self._exporter.written.connect(page.say_written)
        self._exporter.failed.connect(page.banner.warn)
        slots = {
            "hands": self.show_hands,
            "hand_drawings": self.show_drawings,
        }
        actions.connect(window.actions_by_name, slots)
        hands.manage_wanted.connect(self.show_hands)
        hands.empty_chosen.connect(self._offer_to_write)
        changes.forget_wanted.connect(self.ask_to_delete)
        networks.hands.changed.connect(self._follow_hands)

    # All hands

    @Slot()
    def show_hands(self) -> None:
        """Show the dialog of all hands."""
        if self.dialog is None:
            self.dialog = dialog = HandsDialog(self._window.theme, self._window.dialog_parent)
            dialog.wanted.connect(self._do)
            dialog.finished.connect(self._forget_dialog)
            self._follow_hands()
            dialog.open()
        self.dialog.raise_()
        self._hands.list_hands()

    @Slot()
    def _follow_hands(self) -> None:
        if self.dialog is not None:
            known, current = self._networks.hands, self._hands.current
            chosen = None if current is None else current.folder
            self.dialog.show_hands(known.hands, known.on, chosen)

    @Slot()
    def _forget_dialog(self) -> None:
        self.dialog = None

    @Slot(str, object)
    def _do(self, deed: str, folder: Path | None) -> None:
        if deed == "new":
            self.ask_for_new()
            return
        hand = self._networks.hands.hand(folder)
        if hand is None:
            return
        deeds: dict[str, Callable[[Hand], object]] = {
            "use": lambda hand: self._hands.switch_on(hand.folder),
            "write": self._write,
            "drawings": self._show_drawings_of,
            "changes": self._show_changes,
            "rename": self.ask_for_name,
            "import": self.ask_for_ink,
            "export_ink": self.export_ink,
            "export_weights": self.export_weights,
            "delete": self.ask_to_delete,
        }
        deeds[deed](hand)

    def _show_changes(self, hand: Hand) -> None:
        self._close_dialog()
        self._changes.show(hand)

    def _close_dialog(self) -> None:
        if self.dialog is not None:
            self.dialog.close()

    def _write(self, hand: Hand) -> None:
        self._close_dialog()
        self._choose(hand)
        self.write_wanted.emit()

    def _choose(self, hand: Hand) -> None:
        """Make a hand the current one; one that has drawings is on from now on."""
        if hand.drawings:
            self._hands.switch_on(hand.folder)
        else:
            self._hands.switch_off()
            self._window.preferences.keep(hand=hand.folder.name)

    @Slot()
    def _offer_to_write(self) -> None:
        """Say that a hand has no drawings yet, and how it gets some."""
        current = self._hands.current
        if current is not None:
            text = translate("Draw", "{hand} has no drawings yet. Write each digit once.")
            said = text.format(hand=named(current.name))
            self._page.banner.offer(said, translate("Draw", "Write…"), self.write_wanted.emit)

    # Names

    @Slot()
    def ask_for_new(self) -> None:
        """Ask for a name and make a hand."""
        there = {hand.name.casefold() for hand in self._networks.hands.hands}
        mine = translate("Draw", "My hand")
        proposal = "" if mine.casefold() in there else mine
        root = self._networks.hands.root

        def make(name: str) -> None:
            self._run(partial(hands.create, root, name), self._take_new)

        self._ask_name(translate("Draw", "New hand"), translate("Draw", "Make"), proposal, make)

    def _take_new(self, made: Hand) -> None:
        self._networks.hands.note(made)
        self._choose(made)
        self._offer_to_write()

    def ask_for_name(self, hand: Hand) -> None:
        """Ask for another name of a hand."""

        def rename(name: str) -> None:
            self._run(partial(hands.rename, hand, name), self._networks.hands.note)

        title, button = translate("Draw", "Rename hand"), translate("Draw", "Rename")
        self._ask_name(title, button, hand.name, rename)

    def _ask_name(
        self, title: str, button: str, proposal: str, then: Callable[[str], None]
    ) -> None:
        if self.naming is not None:
            self.naming.close()
        parent = self.dialog or self._window.dialog_parent
        dialog = NameDialog(title, button, proposal, parent)
        dialog.accepted.connect(lambda: then(dialog.name))
        dialog.finished.connect(self._forget_naming)
        self.naming = dialog
        dialog.open()

    @Slot()
    def _forget_naming(self) -> None:
        self.naming = None

    # The drawings

    @Slot()
    def show_drawings(self) -> None:
        """Show the current hand's drawings in the tray."""
        if (hand := self._hands.current) is not None:
            self._show_drawings_of(hand)

    def _show_drawings_of(self, hand: Hand) -> None:
        self._close_dialog()
        self._window.open_page("draw")
        if hand.drawings:
            self._jobs().run("hand's drawings", partial(contents_of, hand.ink), self._show_in_tray)
        else:
            self._offer_to_write()

    def _show_in_tray(self, found: object) -> None:
        if isinstance(found, Refused):
            self._page.banner.warn(found.message)
        else:
            self._tray.show_all(found)  # type: ignore[arg-type]

    def ask_for_ink(self, hand: Hand) -> None:
        """Ask for an ink file, whose drawings come into a hand."""
        from lenetpad.engine.hands import import_ink  # the window's start is no time for it

        title = translate("Draw", "Import ink")
        path = self._window.ask_for_file(title, documents.ink_filter())
        if path is not None:
            self._run(partial(import_ink, hand, path), partial(self._take_import, hand, path))

    def _take_import(self, hand: Hand, path: Path, done: Imported) -> None:
        self._tray.note_change(hand.ink)
        came = counted(
            done.added, translate("Draw", "1 drawing"), translate("Draw", "{n} drawings")
        )
        text = translate("Draw", "{drawings} from {name} came into {hand}.")
        said = text.format(drawings=came, name=path.name, hand=named(hand.name))
        if done.unlabelled:
            left = translate(
                "Draw", "Left out, for they have no label: {count}. Label them in the tray."
            )
            said = f"{said} {left.format(count=f'{done.unlabelled:,}')}"
        self._page.banner.note(said)
        self._run(partial(hands.read, hand.folder), self._learn_imported)

    def _learn_imported(self, hand: Hand) -> None:
        self._networks.hands.note(hand)
        self._hands.learn_anew(hand.folder)

    # What leaves the program, because the user wants it

    def export_ink(self, hand: Hand) -> None:
        """Ask for a file, and write a hand's drawings there."""
        name = f"{as_file_name(hand.name)}{documents.INK_SUFFIX}"
        title = translate("Draw", "Export ink")
        make = partial(hands.ink_of, hand.folder)
        self._exporter.ask_and_write(title, name, documents.ink_filter(), make)

    def export_weights(self, hand: Hand) -> None:
        """Ask for a file, and write there what the network that reads has learnt of a hand."""
        base = self._hands.base
        path = hand.weights(base)
        if path is None:
            text = translate("Draw", "{network} has not learnt {hand}. Read by it first.")
            network = self._networks.runs.title_of(base)
            self._page.banner.warn(text.format(network=named(network), hand=named(hand.name)))
            self._close_dialog()
            return
        name = f"{as_file_name(hand.name)}.safetensors"
        title = translate("Draw", "Export weights")
        kinds = f"{translate('Draw', 'Weights')} (*.safetensors)"
        self._exporter.ask_and_write(title, name, kinds, partial(_weights_of, path))

    def ask_to_delete(self, hand: Hand) -> None:
        """Ask, and delete a hand: its ink and what was learnt of it."""
        drawings = counted(
            hand.drawings, translate("Draw", "1 drawing"), translate("Draw", "{n} drawings")
        )
        text = translate(
            "Draw",
            "Delete {hand}?\nIts {drawings} and all that networks have learnt of them are deleted "
            "from this computer. This cannot be undone. Export the ink first if you may want it "
            "again.",
        )
        asked = text.format(hand=named(hand.name), drawings=drawings)
        parent = self._changes.dialog or self.dialog or self._window.dialog_parent
        if question.confirmed(parent, asked, translate("Draw", "Delete")):
            self._delete(hand)

    def _delete(self, hand: Hand) -> None:
        if self._networks.hands.on == hand.folder:
            self._hands.switch_off()
        self._changes.close()
        self._hands.forget(hand.folder)
        self._tray.leave(hand.ink)
        self._run(partial(hands.delete, hand), partial(self._say_deleted, hand))

    def _say_deleted(self, hand: Hand, _: None) -> None:
        self._hands.list_hands()
        text = translate("Draw", "Deleted {hand}: its drawings and what was learnt of them.")
        self._page.banner.note(text.format(hand=named(hand.name)))

    # In the background

    def _run(self, work: Callable[[], Any], then: Callable[[Any], object]) -> None:
        """Do something to files; where it cannot be done the banner says why."""
        self._jobs().run("hands", partial(tried, work), partial(self._take, then))

    def _take(self, then: Callable[[Any], object], result: object) -> None:
        if isinstance(result, Refused):
            self._page.banner.warn(result.message)
        else:
            then(result)

    def stop(self) -> None:
        """Close what is open."""
        dialogs: tuple[QDialog | None, ...] = (self.naming, self.dialog)
        for dialog in dialogs:
            if dialog is not None:
                dialog.close()

    def wait(self, seconds: float) -> bool:
        """Wait for what is being exported; False where it takes longer."""
        return self._exporter.close(seconds)


def _weights_of(path: Path) -> bytes:
    return contents(path, hands.LARGEST_INK)
