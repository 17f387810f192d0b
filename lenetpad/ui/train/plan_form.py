"""The form in which a training is chosen: a table of fields, and a plan out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from lenetpad.ui.train.distortions_form import DistortionsForm
from lenetpad.ui.train.plan_fields import (
    CHANGED,
    NUMBERS,
    OPTIMISER_TEXTS,
    SCHEDULE_TEXTS,
    Number,
    preset_text,
)
from lenetpad.ui.widgets.choices import Choices
from lenetpad.ui.widgets.files import OPEN_WEIGHTS_FILTER
from lenetpad.ui.widgets.model_titles import PRESET_TITLES, titles
from lenetpad.ui.widgets.spins import NumberSpin, RateSpin, WholeSpin, quiet_wheel
from lenetpad.ui.widgets.tips import tip_of
from lenetpad.ui.widgets.words import counted, translate
from lenetpad.values.catalogue import DATA_SETS, FOLDER, MNIST
from lenetpad.values.devices import AUTO
from lenetpad.values.models import PAPER
from lenetpad.values.recipes import TRAINING_PRESETS, Plan, Recipe, TrainingPreset

INK_PATTERNS: Final = "*.jsonl *.jsonl.gz *.json"


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
        self.presets = _box(_titles_of_presets())
        # A run may have begun without one.
        self.presets.setPlaceholderText(translate("Train", "None"))
        self.networks = _box(_titles_of_networks())
        self.starts = _box(_starts())
        self.data = _box(_titles_of_data())
        self.ink = QPushButton()
        self.optimisers = _box_with_tips(OPTIMISER_TEXTS)
        self.rate = RateSpin()
        self.schedules = _box_with_tips(SCHEDULE_TEXTS)
        self.devices = _box({AUTO: translate("Window", "Auto")})
        self.numbers = {spec.name: _spin(spec) for spec in NUMBERS}
        self.distortions = DistortionsForm()
        self._build()
        self._say_what_is_chosen()
        self._connect()
        self._use_preset()

    @property
    def plan(self) -> Plan:
        """What is chosen."""
        recipe = self._recipe
        return Plan(
            model=self.networks.currentData(),
            recipe=recipe,
            start=self._start_file or self.starts.currentData(),
            teachers=self._teachers if recipe.distillation_weight else (),
            data=self.data.currentData(),
            folder=self._folder if self.data.currentData() == FOLDER else "",
            ink=self._ink,
            device=self.devices.currentData(),
            preset=self._preset,
        )

    @property
    def _recipe(self) -> Recipe:
        numbers: dict[str, Any] = {
            spec.name: _number(spec, self.numbers[spec.name].value()) for spec in NUMBERS
        }
        return replace(
            self._base,
            optimiser=self.optimisers.currentData(),
            lr=self.rate.value(),
            schedule=self.schedules.currentData(),
            distortions=self.distortions.distortions,
            **numbers,
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
        self.devices.offer([(name, translate("Window", title)) for name, title in devices])

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
        rows: tuple[tuple[QWidget, str, str], ...] = (
            (
                self.presets,
                translate("Train", "Preset"),
                translate("Train", "Ready-made settings"),
            ),
            (
                self.networks,
                translate("Train", "Network"),
                translate("Train", "The network to train"),
            ),
            (self.starts, translate("Train", "Start from"), ""),
            (self.data, translate("Train", "Data"), ""),
            (self.ink, translate("Train", "Extra ink"), ""),
            (
                self.optimisers,
                translate("Train", "Optimiser"),
                translate("Train", "How weights are updated"),
            ),
            (
                self.rate,
                translate("Train", "Learning rate"),
                translate("Train", "How far a step moves the weights, at most"),
            ),
            (
                self.schedules,
                translate("Train", "Schedule"),
                translate("Train", "How the learning rate changes"),
            ),
            *(
                (
                    self.numbers[spec.name],
                    translate("Train", spec.title),
                    translate("Train", spec.tip),
                )
                for spec in NUMBERS
            ),
            (
                self.devices,
                translate("Train", "Device"),
                translate("Train", "The processor that trains"),
            ),
        )
        form = QFormLayout()
        form.setHorizontalSpacing(10)
        form.setVerticalSpacing(5)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._rows: list[tuple[QLabel, QWidget]] = []
        for field, title, tip in rows:
            label = QLabel(title)
            label.setToolTip(tip)
            field.setToolTip(tip)
            field.setAccessibleName(title)
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
            self.presets.setItemText(place, preset_text(preset.title, changed=changed))

    @property
    def _preset(self) -> str:
        """The title of the preset that is chosen as a run keeps it, "" for none."""
        chosen = self.presets.currentIndex()
        if chosen < 0:
            return ""
        preset = TRAINING_PRESETS[chosen]
        return preset.title + ("" if self._is_as_in(preset) else CHANGED)

    def _is_as_in(self, preset: TrainingPreset) -> bool:
        try:
            recipe = self._recipe
        except ValueError:
            return False
        return (self.networks.currentData(), recipe) == (preset.model, preset.recipe)

    @Slot()
    def _use_preset(self) -> None:
        """Fill in a preset; data, ink, start and device stay as they are chosen."""
        preset = TRAINING_PRESETS[self.presets.currentData()]
        self.presets.setToolTip(translate("Train", preset.tip))
        self._filling = True
        self.networks.select(preset.model)
        self._show_recipe(preset.recipe)
        self._filling = False
        self._emit_changed()

    # What is a file

    @Slot()
    def _choose_start(self) -> None:
        if self.starts.currentData() is not None:
            self._start_file = ""
            if start := self.starts.currentData():  # only its own network can start from it
                self.networks.select(start.removesuffix(PAPER))
        else:
            title = translate("Train", "Start from weights")
            kinds = translate("Window", OPEN_WEIGHTS_FILTER)
            name, _ = QFileDialog.getOpenFileName(self, title, "", kinds)
            self._show_start(name)
        self._emit_changed()

    def _show_start(self, start: str) -> None:
        self._start_file = ""
        if not self.starts.select(start):
            self._start_file = start
            self.starts.select(None)
        self._say_what_is_chosen()

    @Slot()
    def _choose_data(self) -> None:
        if self.data.currentData() == FOLDER:
            title = translate("Train", "Open folder of images")
            self._folder = QFileDialog.getExistingDirectory(self, title, self._folder)
            if not self._folder:
                self.data.select(MNIST)
        self._say_what_is_chosen()
        self._emit_changed()

    @Slot()
    def _choose_ink(self) -> None:
        """Ask for ink files; none chosen is none."""
        title = translate("Train", "Open extra ink")
        kinds = translate("Window", "Ink ({patterns})").format(patterns=INK_PATTERNS)
        names, _ = QFileDialog.getOpenFileNames(self, title, "", kinds)
        self._ink = tuple(names)
        self._say_what_is_chosen()
        self._emit_changed()

    def _say_what_is_chosen(self) -> None:
        """What a box cannot show in its width is in its tooltip."""
        names = [Path(name).name for name in self._ink]
        nothing = translate("Train", "None")
        files = counted(len(names), "".join(names), translate("Train", "{n} files"))
        self.ink.setText(files.replace("&", "&&") if names else nothing)
        tips = {
            self.ink: translate("Train", "Ink files to train on as well"),
            self.data: translate("Train", "The labelled images to learn from"),
            self.starts: translate("Train", "Random weights, or trained weights to improve"),
        }
        chosen = {self.ink: "\n".join(self._ink), self.data: self._folder}
        chosen[self.starts] = self._start_file
        for label, field in self._rows:
            if field in tips:
                label.setToolTip(tips[field])
                field.setToolTip(tip_of(chosen[field] or tips[field]))


def _titles_of_presets() -> dict[Any, str]:
    return {number: preset_text(preset.title) for number, preset in enumerate(TRAINING_PRESETS)}


def _titles_of_networks() -> dict[Any, str]:
    return {name: translate("Window", title) for name, title in PRESET_TITLES.items()}


def _titles_of_data() -> dict[str, str]:
    fetched = translate("Train", "{data} ({megabytes} MB download)")
    found = {}
    for key, known in DATA_SETS.items():
        title = translate("Window", known.title)
        size = known.megabytes
        found[key] = fetched.format(data=title, megabytes=size) if size else title
    return {**found, FOLDER: translate("Train", "Folder of images…")}


def _starts() -> dict[Any, str]:
    return {
        "": translate("Train", "Random weights"),
        **titles(),
        None: translate("Train", "Weights file…"),
    }


def _box_with_tips(texts: Mapping[str, tuple[str, str]]) -> Choices:
    box = _box({value: translate("Train", title) for value, (title, _) in texts.items()})
    for place, (_, tip) in enumerate(texts.values()):
        box.setItemData(place, translate("Train", tip), Qt.ItemDataRole.ToolTipRole)
    return box


def _box(entries: Mapping[Any, str]) -> Choices:
    box = Choices("", "")
    box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    box.setSizeAdjustPolicy(Choices.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    for value, title in entries.items():
        box.addItem(title, value)
    return box


def _spin(spec: Number) -> WholeSpin | NumberSpin:
    spin: WholeSpin | NumberSpin
    if spec.decimals:
        spin = NumberSpin()
        spin.setDecimals(spec.decimals)
        spin.setRange(spec.low, spec.high)
        spin.setSingleStep(spec.step)
    else:
        spin = WholeSpin()
        spin.setRange(int(spec.low), int(spec.high))
        spin.setSingleStep(int(spec.step))
    spin.setSuffix(spec.suffix)
    return quiet_wheel(spin)


def _number(spec: Number, value: float) -> float:
    if not spec.decimals:
        return int(value)
    # Rounded, so that what a preset says comes out of the form as it went in.
    return round(value / spec.factor, 12)
