"""Which network reads, where and how: what the user chooses, and what could be loaded of it."""

from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from lenetpad.controllers.failures import log_failure
from lenetpad.controllers.hand_networks import HandNetworks, title_with
from lenetpad.controllers.run_networks import RunNetworks, title_of_weights
from lenetpad.engine.devices import DEVICES, devices_job, devices_question, may_have_gpu
from lenetpad.engine.jobs import Jobs
from lenetpad.engine.recognition import Recognition
from lenetpad.storage import hands, runs
from lenetpad.ui.widgets.model_titles import TITLES, titles
from lenetpad.ui.widgets.words import translate
from lenetpad.ui.window import Window
from lenetpad.values.conventions import UNKNOWN_CONVENTIONS, Conventions
from lenetpad.values.devices import ALWAYS_THERE, CPU, Devices
from lenetpad.values.jobs import Answer, JobFailure
from lenetpad.values.models import DEFAULT_MODEL, Choice, ConventionsQuestion, ModelReady
from lenetpad.values.training import Snapshot


class Networks(QObject):
    """Takes the choices of header and dialogs to the recognition.

    ``model_ready`` carries the ModelReady that reads from now on. ``other_chosen`` comes before a
    network that the user has chosen in the window is loaded: whoever lets the pad read with
    weights of its own has lost it then. ``devices_found`` comes when ``devices`` has got more, and
    ``described`` when ``title``, ``moment`` or ``way_back`` is another.
    """

    model_ready = Signal(object)
    other_chosen = Signal()
    devices_found = Signal()
    described = Signal()

    def __init__(self, window: Window, recognition: Recognition, root: Path) -> None:
        super().__init__()
        self.ready: ModelReady | None = None  # what reads now
        self.runs = RunNetworks(root)
        self.hands = HandNetworks(root.with_name(hands.FOLDER))
        self.own_weights = ""  # the weights file that the pad has read with last
        self._opened: dict[str, None] = {}  # files of no run here, the first first
        self._live = False  # whether a training gives what reads its weights
        self._live_step: int | None = None  # after which it has given them last
        self._window, self._recognition = window, recognition
        self._choice = window.preferences.choice  # the latest one
        self._first = self._choice.serial
        self._working: Choice | None = None  # the last one that could be loaded
        self._conventions: dict[str, Conventions] = {self._choice.model: self._choice.conventions}
        self.hands.on = self.hands.owner_of(self._choice.model)
        self._devices = dict(ALWAYS_THERE)
        self._search: Jobs | None = None  # for GPUs
        self._gpus_known = False  # torch is here already, or nobody is to ask any more
        window.show_devices(self.devices)
        window.model_chosen.connect(self._choose_model)
        window.weights_opened.connect(self._open_weights)
        window.device_chosen.connect(self._choose_device)
        window.conventions_chosen.connect(self._choose_conventions)
        window.question_dropped.connect(self.give_up_choice)
        recognition.model_ready.connect(self._show_model)
        recognition.conventions_asked.connect(self._ask_conventions)
        self.runs.changed.connect(self._follow_runs)
        self.hands.changed.connect(self._follow_runs)

    def load_first(self) -> None:
        """Load the network of the last time, unless another has been chosen by now."""
        if self._choice.serial == self._first:
            self._recognition.choose(self._choice)

    # Devices

    @property
    def devices(self) -> Devices:
        """The devices that are known so far, each as its name and a label."""
        return tuple((name, translate("Window", label)) for name, label in self._devices.items())

    def search_devices(self) -> None:
        """Look for GPUs, once, if there may be any; ``devices_found`` tells of them."""
        if self._search is None and not self._gpus_known and may_have_gpu():
            self._search = Jobs({DEVICES: devices_job()}, "devices")
            self._search.answered.connect(self._add_found)
            self._search.failed.connect(self._note_failure)
            self._search.ask(devices_question(1))

    @Slot(object)
    def _add_found(self, answer: Answer) -> None:
        self.stop()  # its thread has nothing more to do
        self._add_devices(answer.result)

    @Slot(object)
    def _note_failure(self, message: JobFailure) -> None:
        log_failure(message.failure)  # nobody has asked for it: the others can be chosen

    def _add_devices(self, devices: Devices) -> None:
        if any(name not in self._devices for name, _ in devices):
            self._devices |= dict(devices)
            self._window.show_devices(self.devices)
            self.devices_found.emit()

    def stop(self) -> None:
        """Give up the search without waiting for its thread, and begin none any more."""
        self._gpus_known = True
        if self._search is not None:
            self._search.stop()

    def wait(self, seconds: float) -> bool:
        """Wait for the search that was given up; False where it does not end."""
        return self._search is None or self._search.wait(seconds)

    @Slot(object)
    def read_with(self, path: str) -> None:
        """Read with a weights file of a run, as it is."""
        self.hands.switch(None)
        self._choose(path, self._choice.device, UNKNOWN_CONVENTIONS)

    @Slot(object)
    def refresh(self, snapshot: Snapshot) -> None:
        """Let the network that is chosen now, which is the training's, have other weights."""
        self._recognition.refresh(self._choice.serial, snapshot)
        self._live, self._live_step = True, snapshot.step
        self.described.emit()

    def end_live(self) -> None:
        """The training gives no weights any more: what reads keeps those that it has."""
        if self._live:
            self._live = False
            self.described.emit()

    # What reads

    @property
    def title(self) -> str:
        """What the network that reads is called; "" where there is none."""
        return "" if self.ready is None else self.title_of(self.ready.choice.model)

    def title_of(self, model: str) -> str:
        """What a network is called: by its run's name, or else by its own or its file's; and by
        the hand that it has learnt."""
        folder = self.hands.owner_of(model)
        if folder is None:
            return self.runs.title_of(model)
        base = self.runs.title_of(self.hands.base_of(model))
        return title_with(base, self.hands.name_of(folder))

    @property
    def live(self) -> bool:
        """Whether a training gives what reads its weights."""
        return self._live

    @property
    def choice(self) -> Choice:
        """The latest choice; it may be under way."""
        return self._choice

    @property
    def moment(self) -> str:
        """At which moment of its training the network is that reads; "" for the end."""
        ready = self.ready
        if ready is None:
            return ""
        given = self._live_step if ready.serial == self._choice.serial else None
        step = ready.step if given is None else given
        if step is None:
            return ""
        steps = self.runs.steps_of(ready.choice.model)
        live = given is not None and self._live
        if steps and live:
            words = translate("Window", "in training, after step {step} of {steps}")
        elif steps:
            words = translate("Window", "after step {step} of {steps}")
        elif live:
            words = translate("Window", "in training, after step {step}")
        else:
            words = translate("Window", "after step {step}")
        return words.format(step=f"{step:,}", steps=f"{steps:,}")

    @property
    def way_back(self) -> str:
        """What ``go_back`` would have read, in two words: the weights to use of the run that reads
        with others; "" where there are none, or a training gives them."""
        path = self._way_back()
        return "" if path is None else title_of_weights(path)

    @Slot()
    def go_back(self) -> None:
        """Read with the weights to use of the run, in place of those of a moment."""
        if (path := self._way_back()) is not None:
            self.other_chosen.emit()
            self.read_with(str(path))

    def _way_back(self) -> Path | None:
        if self.ready is None or not self.moment or self._live:
            return None
        model = self.ready.choice.model
        folder = self.runs.folder_of(model)
        path = None if folder is None else self.runs.weights(folder)
        return None if str(path) == model and self._live_step is None else path

    @Slot()
    def _follow_runs(self) -> None:
        """List the networks of runs and hands, and call what reads by its name of now."""
        self._list()
        self.described.emit()

    @property
    def offered(self) -> tuple[tuple[str, str], ...]:
        """What ships, what was opened, the runs, and what has learnt a hand, each entry with its
        title; a run stands for all of its weights."""
        return (*self._without_hands(), *self.of_hands)

    @property
    def of_hands(self) -> tuple[tuple[str, str], ...]:
        """The weights that were learnt from hands, each file with its title."""
        return tuple((str(path), self.title_of(str(path))) for _, _, path in self.hands.entries)

    def _without_hands(self) -> tuple[tuple[str, str], ...]:
        offered = {**titles(), **{model: self.runs.title_of(model) for model in self._opened}}
        offered |= {str(folder): name for name, folder, _ in self.runs.entries}
        entry = self._entry_of(self._choice.model)
        offered.setdefault(entry, self.runs.title_of(entry))
        return tuple(offered.items())

    def choice_of(self, entry: str) -> Choice:
        """The choice of an entry: that of a run stands for the weights to use of it. A file reads
        as the user has said, where it was opened before."""
        model = str(self.runs.weights(Path(entry)) or entry)
        known = self._conventions.get(model, UNKNOWN_CONVENTIONS)
        return Choice(self._choice.serial, model, conventions=known)

    def _list(self) -> None:
        """List the networks in the window; whose hand one has learnt says the box beside them."""
        self._window.show_networks(self._without_hands())

    def _entry_of(self, model: str) -> str:
        """What stands for a network in the list: its model, or the folder of its run; for one
        that has learnt a hand, what it was before."""
        base = self.hands.base_of(model)
        return str(self.runs.folder_of(base) or base)

    def _show_choice(self) -> None:
        model = self._choice.model
        base = self.hands.base_of(model)
        if self.runs.folder_of(base) is None and base not in TITLES:
            self._opened[base] = None
        self._list()
        by_hand = self.title_of(model) if self.hands.owner_of(model) is not None else ""
        self._window.show_choice(self._choice, self._entry_of(model), by_hand)

    @Slot()
    def give_up_choice(self) -> None:
        """The network that was chosen cannot be loaded: stay with, or go to, one that can."""
        given_up = self._choice.model
        if self.hands.on is not None and self.hands.hand(self.hands.owner_of(given_up)):
            self.read_by_hand(self.hands.base_of(given_up))  # which learns the hand anew
        elif self._working is not None:
            self.hands.switch(self.hands.owner_of(self._working.model))
            self._choice = replace(self._working, serial=self._choice.serial)
            self._show_choice()
        elif (base := self.hands.base_of(given_up)) != given_up:
            self._choose_as_it_is(base)  # what it had learnt has gone
        elif given_up != DEFAULT_MODEL:
            self._choose_as_it_is(DEFAULT_MODEL)  # what was kept from the last time has gone

    def replace_hanging(self) -> None:
        """The network that read hangs: go to the one that surely can be loaded."""
        self._working = None
        self.hands.switch(None)
        self.other_chosen.emit()
        self._choose(DEFAULT_MODEL, CPU, UNKNOWN_CONVENTIONS)

    # What the user chooses

    @Slot(object)
    def _choose_model(self, entry: str) -> None:
        """Read with an entry of the list; that of a run stands for the weights to use of it. A
        hand that is on stays so."""
        chosen = self.choice_of(self.hands.preferred(self.choice_of(entry).model))
        self.other_chosen.emit()
        self._choose(chosen.model, self._choice.device, chosen.conventions)

    def _choose_as_it_is(self, entry: str) -> None:
        chosen = self.choice_of(entry)
        self.hands.switch(self.hands.owner_of(chosen.model))
        self.other_chosen.emit()
        self._choose(chosen.model, self._choice.device, chosen.conventions)

    def read_by_hand(self, model: str) -> None:
        """Read with what was learnt of a hand, or with the network before that; anew, where its
        weights are others now."""
        chosen = self.choice_of(model)
        self._choose(model, self._choice.device, chosen.conventions)

    def choose(self, model: str) -> Choice | None:
        """Read with a network as it is, by the hand that it has learnt or by none; gives the
        choice of before, None where it is this one already."""
        before = self._choice
        if before.model == model and not self._live:
            return None
        self._choose_as_it_is(model)
        return before

    def choose_again(self, before: Choice) -> None:
        """Read again with what was chosen before, and keep that at once."""
        self.hands.switch(self.hands.owner_of(before.model))
        self.other_chosen.emit()
        self._choose(before.model, before.device, before.conventions)
        self._keep_choice()

    @Slot(object)
    def _open_weights(self, path: str) -> None:
        """Open a file as if for the first time: an answer of before can be given anew."""
        self.other_chosen.emit()
        self._choose(path, self._choice.device, UNKNOWN_CONVENTIONS)

    @Slot(str)
    def _choose_device(self, device: str) -> None:
        self._choose(self._choice.model, device, self._choice.conventions)

    @Slot(object)
    def _choose_conventions(self, answer: Choice) -> None:
        self._choose(answer.model, answer.device, answer.conventions)

    def _choose(self, model: str, device: str, conventions: Conventions) -> None:
        self._choice = Choice(self._choice.serial + 1, model, device, conventions)
        self._live, self._live_step = False, None
        self._recognition.choose(self._choice)

    # What the recognition answers

    @Slot(object)
    def _ask_conventions(self, question: ConventionsQuestion) -> None:
        """Ask how the network reads, if it is still the one that is chosen."""
        if question.choice.serial == self._choice.serial:
            self._window.ask(question)

    @Slot(object)
    def _show_model(self, ready: ModelReady) -> None:
        """Show a network; keep it, if it is the latest choice."""
        if self.ready is None:
            gc.freeze()  # what was made so far stays: searching it again would hold up the pen
        self.ready, self._working = ready, ready.choice
        self._conventions[ready.choice.model] = ready.choice.conventions
        if ready.choice.model not in TITLES and self.hands.owner_of(ready.choice.model) is None:
            self.own_weights = ready.choice.model
        self._window.show_model(ready)
        self._gpus_known |= ready.used != CPU  # torch has told of them all
        self._add_devices((*ready.devices, (ready.used, ready.device)))
        if ready.serial == self._choice.serial:
            if ready.fell_back:  # asking for the dead device again would only fail again
                self._working = self._choice = replace(ready.choice, device=CPU)
            self._show_choice()
            self._keep_choice()
        self.model_ready.emit(ready)
        self.described.emit()

    def _keep_choice(self) -> None:
        if Path(self._choice.model).parent.name != runs.SNAPSHOTS:  # which come and go
            self._window.preferences.keep(
                model=self._choice.model,
                device=self._choice.device,
                manner=self._choice.conventions.text,  # the settings' name for it
            )
