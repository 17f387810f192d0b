"""The form in which a training is chosen: a table of fields, and a plan out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from lenetpad.ui.train.distortions_form import DistortionsForm
from lenetpad.ui.widgets.choices import Choices
from lenetpad.ui.widgets.files import WEIGHTS_FILTER
from lenetpad.ui.widgets.model_titles import TITLES
from lenetpad.ui.widgets.spins import RateSpin, quiet_wheel
from lenetpad.values.catalogue import DATA_SETS, FOLDER, MNIST
from lenetpad.values.devices import AUTO
from lenetpad.values.models import PAPER, PRESET_NAMES
from lenetpad.values.recipes import TRAINING_PRESETS, Plan, Recipe, TrainingPreset

OPTIMISER_TITLES: Final = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD with momentum"}
SCHEDULE_TITLES: Final = {
    "one-cycle": "One cycle",
    "cosine": "Cosine",
    "step": "Step",
    "constant": "Constant",
    "1998": "As in the paper",
}
NETWORK_TITLES: Final = {name: TITLES[name + PAPER].split(",")[0] for name in PRESET_NAMES}
SCRATCH: Final = "Random weights"
A_FILE: Final = "A weights file…"
#: Follows the title of a training preset of which something was changed.
CHANGED: Final = ", changed"
INK_FILTER: Final = "Ink (*.jsonl *.jsonl.gz *.json)"


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the recipe as a spin box shows it: ``factor`` times what the recipe has."""

    name: str
    title: str
    tip: str
    low: float
    high: float
    step: float = 1
    decimals: int = 0
    suffix: str = ""
    factor: float = 1


NUMBERS: Final = (
    Number("batch_size", "Batch size", "Images a step", 1, 4096),
    Number("epochs", "Epochs", "Passes over the data", 1, 1000),
    Number("weight_decay", "Weight decay", "How strongly weights are pulled to 0", 0, 1, 1e-4, 5),
    Number(
        "fraction",
        "Part of the data",
        "Little data, and the curves show overfitting",
        0.1,
        100,
        step=5,
        decimals=1,
        suffix=" %",
        factor=100,
    ),
    Number(
        "label_noise",
        "Wrong labels",
        "Part of the labels that are replaced by others",
        0,
        100,
        step=5,
        decimals=1,
        suffix=" %",
        factor=100,
    ),
    Number("validation", "Held out", "Images to validate on, at most a fifth", 0, 50_000, 1000),
    Number("seed", "Seed", "Of initial weights, order and distortions", 0, 2**31 - 1),
)


class PlanForm(QWidget):
    """All choices of a training. ``changed`` when one of them changes."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._filling = False
        self._base = TRAINING_PRESETS[0].recipe  # for what the form does not show
        self._start_file = self._folder = ""
        self._ink: tuple[str, ...] = ()
        self._teachers: tuple[str, ...] = ()  # of a run whose choices are shown
        self.presets = _box("Preset", "A training to begin with", _titles_of_presets())
        self.presets.setPlaceholderText("None")  # a run may have begun without one
        self.networks = _box("Network", "The network that is trained", NETWORK_TITLES)
        self.starts = _box("Start from", "Random weights, or weights to go on from", _starts())
        self.data = _box("Data", "What is learnt from", _titles_of_data())
        self.ink = QPushButton("None")
        self.ink.setToolTip("Ink files that are trained on beside the data")
        self.optimisers = _box("Optimiser", "What takes the steps", OPTIMISER_TITLES)
        self.rate = RateSpin()
        self.rate.setToolTip("The highest learning rate of the schedule")
        self.schedules = _box("Schedule", "What becomes of the learning rate", SCHEDULE_TITLES)
        self.devices = _box("Device", "Where it is trained", {AUTO: "Auto"})
        self.numbers = {spec.name: _spin(spec) for spec in NUMBERS}
        self.distortions = DistortionsForm()
        self._build()
        self._connect()
        self._use_preset()

    @property
    def plan(self) -> Plan:
        """What is chosen."""
        numbers: dict[str, Any] = {
            spec.name: _number(spec, self.numbers[spec.name].value()) for spec in NUMBERS
        }
        recipe = replace(
            self._base,
            optimiser=self.optimisers.currentData(),
            lr=self.rate.value(),
            schedule=self.schedules.currentData(),
            distortions=self.distortions.distortions,
            **numbers,
        )
        return Plan(
            model=self.networks.currentData(),
            recipe=recipe,
            start=self._start_file or self.starts.currentData(),
            teachers=self._teachers if recipe.distillation_weight else (),
            data=self.data.currentData(),
            folder=self._folder if self.data.currentData() == FOLDER else "",
            ink=self._ink,
            device=self.devices.currentData(),
            preset=self.presets.currentText(),
        )

    def show_plan(self, plan: Plan) -> None:
        """Show another plan's choices."""
        self._filling = True
        title = plan.preset.removesuffix(CHANGED)
        titles = [preset.title for preset in TRAINING_PRESETS]
        self.presets.setCurrentIndex(titles.index(title) if title in titles else -1)
        self.networks.select(plan.model.removesuffix(PAPER))
        self._show_start(plan.start)
        self.data.select(plan.data)
        self._folder, self._ink, self._teachers = plan.folder, plan.ink, plan.teachers
        self._show_recipe(plan.recipe)
        if not self.devices.select(plan.device):  # not found yet, or of another machine
            self.devices.addItem(plan.device, plan.device)
            self.devices.select(plan.device)
        self._filling = False
        self._say_what_is_chosen()
        self._emit_changed()

    def show_devices(self, devices: tuple[tuple[str, str], ...]) -> None:
        """List the devices that there are."""
        self.devices.offer(devices)

    def _show_recipe(self, recipe: Recipe) -> None:
        self._base = recipe
        self.optimisers.select(recipe.optimiser)
        self.rate.setValue(recipe.lr)
        self.schedules.select(recipe.schedule)
        for spec in NUMBERS:
            self.numbers[spec.name].setValue(getattr(recipe, spec.name) * spec.factor)
        self.distortions.show_distortions(recipe.distortions)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 12)
        layout.setSpacing(6)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("Preset", self.presets),
            ("Network", self.networks),
            ("Start from", self.starts),
            ("Data", self.data),
            ("Ink beside it", self.ink),
            ("Optimiser", self.optimisers),
            ("Learning rate", self.rate),
            ("Schedule", self.schedules),
            *((spec.title, self.numbers[spec.name]) for spec in NUMBERS),
            ("Device", self.devices),
        )
        form = QFormLayout()
        form.setHorizontalSpacing(10)
        form.setVerticalSpacing(5)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._rows: list[tuple[QLabel, QWidget]] = []
        for title, field in rows:
            label = QLabel(title)
            label.setToolTip(field.toolTip())
            label.setBuddy(field)
            field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            form.addRow(label, field)
            self._rows.append((label, field))
        layout.addLayout(form)
        layout.addWidget(self.distortions)
        layout.addStretch(1)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.StyleChange:  # how high a field is, the style sheet says
            for label, field in self._rows:
                label.setMinimumHeight(field.sizeHint().height())
        super().changeEvent(event)

    def _connect(self) -> None:
        self.presets.activated.connect(self._use_preset)
        self.starts.activated.connect(self._choose_start)
        self.data.activated.connect(self._choose_data)
        self.ink.clicked.connect(self._choose_ink)
        for box in (self.networks, self.optimisers, self.schedules, self.devices):
            box.currentIndexChanged.connect(self._emit_changed)
        for spin in (*self.numbers.values(), self.rate):
            spin.valueChanged.connect(self._emit_changed)
        self.distortions.changed.connect(self._emit_changed)

    @Slot()
    def _emit_changed(self) -> None:
        if not self._filling:
            self._say_whether_changed()
            self.changed.emit()

    def _say_whether_changed(self) -> None:
        """Call the preset changed where network or recipe are not its own any more."""
        chosen = self.presets.currentIndex()
        for place, preset in enumerate(TRAINING_PRESETS):
            changed = place == chosen and not self._is_as_in(preset)
            self.presets.setItemText(place, preset.title + (CHANGED if changed else ""))

    def _is_as_in(self, preset: TrainingPreset) -> bool:
        try:
            plan = self.plan
        except ValueError:
            return False
        return (plan.model, plan.recipe) == (preset.model, preset.recipe)

    @Slot()
    def _use_preset(self) -> None:
        """Fill in a preset; data, ink, start and device stay as they are chosen."""
        preset = TRAINING_PRESETS[self.presets.currentData()]
        self.presets.setToolTip(preset.tip)
        self._filling = True
        self.networks.select(preset.model)
        self._show_recipe(preset.recipe)
        self._filling = False
        self._emit_changed()

    # What is a file

    @Slot()
    def _choose_start(self) -> None:
        if self.starts.currentText() != A_FILE:
            self._start_file = ""
            if start := self.starts.currentData():  # only its own network can begin with it
                self.networks.select(start.removesuffix(PAPER))
        else:
            name, _ = QFileDialog.getOpenFileName(self, "Start from", "", WEIGHTS_FILTER)
            self._show_start(name)
        self._emit_changed()

    def _show_start(self, start: str) -> None:
        self._start_file = ""
        if not self.starts.select(start):
            self._start_file = start
            self.starts.setCurrentText(A_FILE)
        self._say_what_is_chosen()

    @Slot()
    def _choose_data(self) -> None:
        if self.data.currentData() == FOLDER:
            self._folder = QFileDialog.getExistingDirectory(self, "Folder of images", self._folder)
            if not self._folder:
                self.data.select(MNIST)
        self._say_what_is_chosen()
        self._emit_changed()

    @Slot()
    def _choose_ink(self) -> None:
        """Ask for ink files; none chosen is none."""
        names, _ = QFileDialog.getOpenFileNames(self, "Ink to train on", "", INK_FILTER)
        self._ink = tuple(names)
        self._say_what_is_chosen()
        self._emit_changed()

    def _say_what_is_chosen(self) -> None:
        """What a box cannot show in its width is in its tooltip."""
        names = [Path(name).name for name in self._ink]
        self.ink.setText(f"{len(names)} files" if names[1:] else "".join(names) or "None")
        self.ink.setToolTip("\n".join(self._ink) or "Ink files that are trained on too")
        self.data.setToolTip(self._folder or "What is learnt from")
        self.starts.setToolTip(self._start_file or "Random weights, or weights to go on from")


def _titles_of_presets() -> dict[Any, str]:
    return {number: preset.title for number, preset in enumerate(TRAINING_PRESETS)}


def _titles_of_data() -> dict[str, str]:
    return {
        key: known.title + (f" ({known.megabytes} MB to fetch)" if known.megabytes else "")
        for key, known in DATA_SETS.items()
    }


def _starts() -> dict[Any, str]:
    return {"": SCRATCH, **TITLES, None: A_FILE}


def _box(name: str, tip: str, entries: Mapping[Any, str]) -> Choices:
    box = Choices(name, tip)
    box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    box.setSizeAdjustPolicy(Choices.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    for value, title in entries.items():
        box.addItem(title, value)
    return box


def _spin(spec: Number) -> QSpinBox | QDoubleSpinBox:
    spin: QSpinBox | QDoubleSpinBox
    if spec.decimals:
        spin = QDoubleSpinBox()
        spin.setDecimals(spec.decimals)
        spin.setRange(spec.low, spec.high)
        spin.setSingleStep(spec.step)
    else:
        spin = QSpinBox()
        spin.setRange(int(spec.low), int(spec.high))
        spin.setSingleStep(int(spec.step))
    spin.setSuffix(spec.suffix)
    spin.setToolTip(spec.tip)
    spin.setAccessibleName(spec.title)
    return quiet_wheel(spin)


def _number(spec: Number, value: float) -> float:
    if not spec.decimals:
        return int(value)
    # Rounded, so that what a preset says comes out of the form as it went in.
    return round(value / spec.factor, 12)
