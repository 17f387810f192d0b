"""The hand that is on: what is put into it, and the network that learns it beside the pen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from lenetpad.controllers.draw.tray import Tray
from lenetpad.controllers.failures import log_failure
from lenetpad.controllers.networks import Networks
from lenetpad.engine.background_jobs import BackgroundJobs
from lenetpad.engine.documents import Refused, tried
from lenetpad.engine.jobs import Jobs
from lenetpad.ink.editing import Edited, Extend
from lenetpad.ink.files import Drawing
from lenetpad.storage import hands
from lenetpad.storage.decoding import InputError, named
from lenetpad.storage.hands import Hand
from lenetpad.ui import actions
from lenetpad.ui.draw.hand import words
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.widgets.words import translate
from lenetpad.ui.window import Window
from lenetpad.values.failures import first_line
from lenetpad.values.hand_learning import HandLearning, LearningRequest
from lenetpad.values.jobs import Answer, JobFailure
from lenetpad.values.models import ModelReady

#: What stands in the list of hands for the dialog that manages them; no folder is called so.
MANAGE: Final = "…"
#: Drawings that come into a hand together, and with them what is called when they are there.
Drawings = tuple[Drawing, ...]
Taught = tuple[Drawings, Callable[[Hand, Edited], object]]
#: So long after a change of a hand's ink it is learnt: a tray's keys change one after the other.
PAUSE_MS: Final = 250


class Hands(QObject):
    """Knows the hands, has one of them on, puts drawings into it and has it learnt.

    ``learnt`` carries the HandLearning of the hand that is current, ``manage_wanted`` comes where
    the dialog of all hands is wanted, ``empty_chosen`` where a hand without drawings was switched
    on, or asked what it has changed. ``emptied`` carries a hand whose last drawing was taken back.
    """

    learnt = Signal(object)
    emptied = Signal(object)
    manage_wanted = Signal()
    empty_chosen = Signal()

    def __init__(
        self,
        window: Window,
        page: DrawPage,
        networks: Networks,
        jobs: Callable[[], BackgroundJobs],
        tray: Tray,
    ) -> None:
        super().__init__(page)
        self._window, self._page, self._networks = window, page, networks
        self._jobs, self._tray = jobs, tray
        self._known = networks.hands
        self._learning: Jobs | None = None  # the first learning starts it
        self._serial = 0
        self._waiting: list[Taught] = []  # until it is known into which hand
        self._making = Lock()
        self._searched = False  # whether that is being found out
        # By a hand's folder: what is being written, or could not be and goes with the next.
        self._unwritten: dict[Path, list[Drawings]] = {}
        self._later: Path | None = None  # the hand that is learnt when a training is over
        self._settled: tuple[Path, str] | None = None  # hand and network of the last answer
        self._ready = ""  # the network that was made ready to learn last
        self.latest: HandLearning | None = None
        #: Called with what the next learning gives, in place of what is said of it.
        self.report: Callable[[HandLearning], object] | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.learn)
        self._switch = window.actions_by_name["hand_on"]
        self._stopped = False
        actions.connect(window.actions_by_name, {"hand_on": self._toggle})
        window.hand_chosen.connect(self._choose)
        tray.edited.connect(self._follow_edit)
        tray.name_of = self._name_of_file
        self._known.changed.connect(self._show_hands)
        networks.model_ready.connect(self._follow_network)
        networks.described.connect(self._learn_later)
        self._show_hands()

    # Which there are

    def list_hands(self) -> None:
        """Read the list of hands, beside the pen."""
        root = self._known.root
        hands_there = partial(_listed, root)
        self._jobs().run("hands", hands_there, self._take_list)

    def _take_list(self, found: tuple[Hand, ...]) -> None:
        """Take in which there are; one that is on and has gone reads no more."""
        self._known.take(found)
        if (on := self._known.on) is not None and self._known.hand(on) is None:
            self.switch_off()

    @property
    def current(self) -> Hand | None:
        """The hand into which drawings go: the one that is on, or was last."""
        known = self._known
        kept = (
            known.root / self._window.preferences.hand if self._window.preferences.hand else None
        )
        found = known.hand(known.on) or known.hand(kept)
        return found or next(iter(known.hands), None)

    @Slot()
    def _show_hands(self) -> None:
        """List the hands in the header, and say whether one is on."""
        known = self._known
        entries = [("", translate("Window", "No hand"))]
        entries += [(str(hand.folder), hand.name) for hand in known.hands]
        if known.on is not None and known.hand(known.on) is None:  # not listed yet
            entries.append((str(known.on), known.name_of(known.on)))
        entries.append((MANAGE, translate("Window", "Hands…")))
        self._window.show_hands(entries, "" if known.on is None else str(known.on))
        self._switch.setChecked(known.on is not None)
        self._switch.setEnabled(bool(known.hands) or known.on is not None)
        for name in ("what_changed", "hand_drawings"):
            self._window.actions_by_name[name].setEnabled(bool(known.hands))

    def _name_of_file(self, path: Path) -> str:
        owner = hands.owner_of(path, self._known.root)
        return path.name if owner is None else self._known.name_of(owner)

    # Which is on

    @Slot(object)
    def _choose(self, entry: str) -> None:
        if entry == MANAGE:
            self._show_hands()  # which one is on stays
            self.manage_wanted.emit()
        elif entry:
            self.switch_on(Path(entry))
        else:
            self.switch_off()

    @Slot()
    def _toggle(self) -> None:
        current = self.current
        if self._known.on is not None:
            self.switch_off()
        elif current is not None:
            self.switch_on(current.folder)
        self._show_hands()

    def switch_on(self, folder: Path) -> None:
        """Read by a hand, which is learnt where it is not yet; one without drawings is only the
        one into which they go."""
        self._window.preferences.keep(hand=folder.name)
        hand = self._known.hand(folder)
        if hand is None or not hand.drawings:
            self.switch_off()
            self.empty_chosen.emit()
            return
        self._known.switch(folder)
        self._settled = None
        preferred = self._known.preferred(self.base)
        if preferred != self._networks.choice.model:
            self._networks.read_by_hand(preferred)
        if preferred == self.base:
            self._say_learning()
            self.learn()

    def switch_off(self) -> None:
        """Read by no hand; all that was learnt is kept."""
        self._known.switch(None)
        self._cancel()
        if self.base != self._networks.choice.model:
            self._networks.read_by_hand(self.base)
        self._show_hands()

    @property
    def base(self) -> str:
        """The network that reads, as it was before it learnt a hand."""
        return self._known.base_of(self._networks.choice.model)

    @Slot(object)
    def _follow_network(self, ready: ModelReady) -> None:
        """Another network reads: with a hand on it is to learn that."""
        on, networks = self._known.on, self._networks
        if on is None or networks.live or ready.serial != networks.choice.serial:
            return
        if self._settled != (on, self.base):
            if self._known.owner_of(ready.choice.model) is None:
                self._say_learning()
            self.learn()

    def _say_learning(self) -> None:
        """Say that the network learns the hand that is on: the first time takes a while."""
        hand = self._known.hand(self._known.on)
        if hand is not None and not self._networks.live:
            text = translate("Draw", "{network} is learning {hand}…")
            network = self._networks.runs.title_of(self.base)
            said = text.format(network=named(network), hand=named(hand.name))
            self._page.banner.note(said)

    # What is put into it

    def teach(self, drawings: Drawings, then: Callable[[Hand, Edited], object]) -> None:
        """Put drawings into the current hand, or a first one, and have it learnt; ``then`` is
        called when they are on the disk, with what was done to it. What could not be written goes
        with the next that comes into the same hand."""
        if (hand := self.current) is not None:
            self._put(hand, drawings, then)
            return
        self._waiting.append((drawings, then))
        if not self._searched:  # the list may not be there yet
            self._searched = True
            self._jobs().run("hands", self._find_or_make, self._put_waiting)

    def keep(self) -> None:
        """Put what waits for a hand into one: the window is about to close."""
        if self._waiting:
            self._put_waiting(self._find_or_make())

    def _find_or_make(self) -> Hand | Refused:
        root, kept = self._known.root, self._window.preferences.hand
        with self._making:  # the window that closes does not wait for the thread that does it
            return tried(partial(_found_or_made, root, kept, translate("Draw", "My hand")))

    def _put_waiting(self, found: Hand | Refused) -> None:
        self._searched = False
        if isinstance(found, Refused):
            self._page.banner.warn(found.message)
            return
        self._known.note(found)
        waiting, self._waiting = self._waiting, []
        for drawings, then in waiting:
            self._put(found, drawings, then)

    def _put(self, hand: Hand, drawings: Drawings, then: Callable[[Hand, Edited], object]) -> None:
        unwritten = self._unwritten.setdefault(hand.folder, [])
        unwritten.append(drawings)
        taken = 0

        def make() -> Extend:
            nonlocal taken  # what came before and is here still could not be written
            taken = next(n for n, one in enumerate(unwritten, start=1) if one is drawings)
            return Extend(tuple(chain.from_iterable(unwritten[:taken])))

        def note(edited: Edited) -> None:
            del unwritten[:taken]
            then(hand, replace(edited, places=edited.places[-len(drawings) :]))

        try:
            path = hands.own_ink(hand.folder)
        except InputError as error:
            self._page.banner.warn(first_line(error))
            return
        self._window.preferences.keep(hand=hand.folder.name)
        if self._networks.live:
            self._later = hand.folder
        else:
            self._known.switch(hand.folder)
        self._tray.change(path, make, note)

    @Slot(object)
    def _follow_edit(self, path: Path) -> None:
        """The ink of a hand is another: what was learnt of it is out of date."""
        owner = hands.owner_of(path, self._known.root)
        if owner is not None:
            self._settled = None
            if owner == self._known.on:
                self._pause.start()
            else:
                self.list_hands()

    # What is learnt

    @property
    def can_learn(self) -> bool:
        """Whether the network that reads can learn: one that is being trained changes anyway."""
        return not self._networks.live

    def prepare(self) -> None:
        """Have the network that reads made ready to learn, for then it takes a second."""
        if not self._networks.live and self._ready != self.base:
            self._ready = self.base
            self._ask(None)

    @Slot()
    def learn(self) -> None:
        """Have the network that reads learn the hand that is on, unless it has."""
        if self._known.on is not None and not self._networks.live:
            self._pause.stop()
            self._ask(self._known.on)

    @Slot()
    def _learn_later(self) -> None:
        """No training gives the network its weights any more: learn what was taught meanwhile."""
        if self._later is not None and not self._networks.live:
            folder, self._later = self._later, None
            self.switch_on(folder)

    def learn_anew(self, folder: Path) -> None:
        """The ink of a hand is another than it was: have it on, and learnt."""
        self._settled = None
        if self._known.on == folder:
            self.learn()
        else:
            self.switch_on(folder)

    def look_at(self, folder: Path) -> None:
        """Have ``learnt`` tell what the network that reads makes of a hand, on or not."""
        self._ask(folder)

    def forget(self, folder: Path) -> None:
        """A hand goes: nothing more is learnt of it."""
        self._cancel()
        self._unwritten.pop(folder, None)
        if self._later == folder:
            self._later = None
        if self.latest is not None and self.latest.hand.folder == folder:
            self.latest = None

    def _ask(self, folder: Path | None) -> None:
        if self._stopped:
            return
        from lenetpad.engine.hands import LEARNING, LearningJob, learning_question

        if self._learning is None:
            self._learning = Jobs({LEARNING: LearningJob(self._known.root)}, "hand")
            self._learning.answered.connect(self._take)
            self._learning.failed.connect(self._explain)
        self._serial += 1
        choice = self._networks.choice_of(self.base)
        self._learning.ask(learning_question(self._serial, LearningRequest(folder, choice)))

    def _cancel(self) -> None:
        self._pause.stop()
        if self._learning is not None:
            from lenetpad.engine.hands import LEARNING

            self._learning.cancel(LEARNING)

    @Slot(object)
    def _take(self, answer: Answer) -> None:
        found = answer.result
        if found is None:  # it was only prepared
            return
        assert isinstance(found, HandLearning)
        self._known.note(found.hand)
        if found.model != self.base:
            return
        self.latest = found
        if found.hand.folder != self._known.on:
            self.learnt.emit(found)
            return
        self._settled = found.hand.folder, found.model
        reads = self._networks.choice.model
        if found.weights is None:
            self.switch_off()
        elif found.anew or str(found.weights) != reads:
            self._networks.read_by_hand(str(found.weights))
        self._tell(found)
        self.learnt.emit(found)

    def _tell(self, found: HandLearning) -> None:
        report, self.report = self.report, None
        if report is not None:
            report(found)
        elif found.anew:
            network = self._networks.runs.title_of(found.model)
            show = self._window.actions_by_name["what_changed"].trigger
            label = translate("Draw", "What changed…")
            self._page.banner.note(words.learnt(found, network), label, show)

    @Slot(object)
    def _explain(self, message: JobFailure) -> None:
        """Say why nothing was learnt; what read before reads on."""
        self._ready = ""
        log_failure(message.failure)
        self.report = None
        self._page.banner.warn(message.failure.message)
        if self._known.owner_of(self._networks.choice.model) is None:
            self._known.switch(None)

    def take_back(self, folder: Path) -> None:
        """Have a hand as it was before its last learning, or that one again."""
        self._cancel()
        undo = partial(tried, partial(_taken_back, folder))
        self._jobs().run("hands", undo, partial(self._follow_undo, folder))

    def _follow_undo(self, folder: Path, done: Hand | Refused) -> None:
        if isinstance(done, Refused):
            self._page.banner.warn(done.message)
            return
        self._known.note(done)
        self._tray.note_change(done.ink)
        self._settled = None
        if done.drawings:
            self._known.switch(folder)
            self._networks.read_by_hand(self._known.preferred(self.base))
            self.learn()
        else:
            self.switch_off()
            self.latest = None
            self.emptied.emit(done)

    # The end

    def stop(self) -> None:
        """Give up what is being learnt, without waiting."""
        self._stopped = True
        self._pause.stop()
        if self._learning is not None:
            self._learning.stop()

    def wait(self, seconds: float) -> bool:
        """Wait for the thread; False where it hangs."""
        return self._learning is None or self._learning.wait(seconds)


def _listed(root: Path) -> tuple[Hand, ...]:
    hands.clear_leftovers(root)
    return hands.listed(root)


def _found_or_made(root: Path, kept: str, name: str) -> Hand:
    """The hand in the folder that was kept, or any, or a new one of this name."""
    there = {hand.folder.name: hand for hand in hands.listed(root)}
    found = there.get(kept) or next(iter(there.values()), None)
    return hands.create(root, name) if found is None else found


def _taken_back(folder: Path) -> Hand:
    from lenetpad.engine.hands import take_back_learning  # the window's start is no time for it

    return take_back_learning(folder)
