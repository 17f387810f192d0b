"""The training job: a plan carried out, from its data to calibrated weights, kept as a run.

The commands and the window's training process go through here, so that they train alike.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch

from lenetpad import __version__
from lenetpad.data import datasets
from lenetpad.data import labelled as data
from lenetpad.data.cancellation import Watch, unheard
from lenetpad.data.labelled import Labelled
from lenetpad.data.sources import described, digest
from lenetpad.evaluation.figures import (
    MNIST_TEST,
    Figures,
    evaluated,
    evaluation_sets,
    figures,
)
from lenetpad.lenet.config import PRESETS, LeNet5Config
from lenetpad.lenet.conventions import FOREIGN
from lenetpad.lenet.layers import parameter_shapes
from lenetpad.lenet.weights import load
from lenetpad.storage import resources, runs
from lenetpad.training import recording
from lenetpad.training.calibration import REFUSED_DIGITS
from lenetpad.training.devices import usable_device
from lenetpad.training.fit import Training, TrainingError
from lenetpad.training.lines import LineTraining
from lenetpad.training.network import LeNet5, build, network_of
from lenetpad.training.recording import Recording
from lenetpad.training.splits import calibrate, prepared
from lenetpad.training.weights import save, write
from lenetpad.values.catalogue import DATA_SETS, DIGITS, FOLDER, MNIST
from lenetpad.values.models import PAPER
from lenetpad.values.recipes import Plan
from lenetpad.values.training import Progress
from lenetpad.values.words import marked

#: The progress callback: a few words, and how much of how much is done, both 0 if not known.
Say = Callable[[str, int, int], None]


class TrainingJob:
    """One training from its data to its weights.

    Making one reads the data and builds the network, which can take minutes for a mixture; after
    it, ``begin`` a run or take one that was begun, and follow ``run`` to its end. ``noted`` gets
    sentences on what of the user's files was passed over or changed. Raises
    DataError, InkError, WeightsError or TrainingError for what cannot be done.
    """

    def __init__(self, plan: Plan, say: Say, noted: Callable[[str], None] = unheard) -> None:
        self.plan, self._say = plan, say
        self._watch, self._noted = Watch(noted=self._note), noted
        self._notes: set[str] = set()
        self._device = usable_device(plan.device)
        recipe = plan.recipe
        # Each file by itself: one without labels would be left out in silence beside others.
        files = [data.ink_drawings([Path(path)], self._watch) for path in plan.ink]
        drawings = [drawing for file in files for drawing in file]
        folder = Path(plan.folder) if plan.folder else None
        images, self._test = datasets.load(
            plan.data, datasets.cache(), folder, say, noted=self._note
        )
        self.network = _network(plan)
        teachers = [self._teacher(model) for model in plan.teachers]
        if recipe.mixture:
            say(marked("Train", "Generating training digits, which takes minutes"), 0, 0)
        self._splits = prepared(recipe, drawings, images)
        trained = LineTraining if recipe.neighbours else Training
        self.training = trained(
            self.network,
            self._splits.train,
            recipe,
            self._device,
            self._splits.held_out,
            bf16=plan.bf16,
            teachers=teachers,
        )
        self._facts = self._known_before(images)
        self._recording: Recording | None = None
        self.figures: Figures = {}

    def _teacher(self, model: str) -> LeNet5:
        """A teacher's network; how it reads is said where that was guessed."""
        weights = load(model)
        if weights.conventions:
            self._say(
                f"{model} does not say how it reads; taken as {weights.conventions.text}", 0, 0
            )
        if weights.warning:
            self._say(f"{model}: {weights.warning}", 0, 0)
        return network_of(weights)

    def _note(self, sentence: str) -> None:
        """Tell what was left out of the user's files, once: some are read at both ends."""
        if sentence not in self._notes:
            self._notes.add(sentence)
            self._noted(sentence)

    def begin(self, root: Path) -> Path:
        """Make the folder of a new run under ``root``; RunError where that is impossible."""
        plan, facts = self.plan, recording.environment()
        return runs.create(root, plan.model, plan.config, facts, signed=bool(plan.files))

    def run(
        self, folder: Path, retry: recording.Retry | None = None, rate_factor: float = 1.0
    ) -> Iterator[Progress]:
        """Train to the last step and yield progress, then calibrate, evaluate and save
        the weights.

        Resumes from the run's checkpoint where there is one, with ``rate_factor`` times its
        learning rate; ``retry`` is called with a full disk's error; see ``Recording``. Afterwards
        ``figures`` are the weights' figures on each set. Raises RunError where another process
        trains this run.
        """
        with runs.locked(folder):
            self._recording = Recording(self.training, folder, self._facts, retry)
            if rate_factor != 1:
                self._recording.scale_rate(rate_factor)
            yield from self._recording.run()
            self._say(marked("Train", "Calibrating and testing"), 0, 0)
            self._conclude(folder)

    def scale_rate(self, factor: float) -> None:
        """Multiply the learning rate from now on; only while it runs."""
        assert self._recording is not None
        self._recording.scale_rate(factor)

    def _conclude(self, folder: Path) -> None:
        assert self._recording is not None
        plan, network = self.plan, self.network.eval()
        # What is blank has been learnt with the constant that there was.
        if calibrated := plan.recipe.neighbours is None:
            calibrate(network, self._splits.choices, self._device)
        self.figures = figures(evaluated(network, self._sets(), self._device))
        test_error = self.figures[self.test_set]["error"]
        kept = runs.read(folder)
        facts = self._facts | {
            "test_set": self.test_set,
            "test_error": round(test_error, 2),
            "validation_error": _percent(kept.last_error),
            "figures": self.figures,
            "calibration": {
                "temperature": network.config.temperature,
                "rubbish": network.config.rubbish,
                **({"refused_digits": REFUSED_DIGITS} if calibrated else {}),
            },
            "training_seconds": round(kept.seconds),
        }
        self._recording.written(partial(write, folder / runs.WEIGHTS, network, facts))
        if plan.out:
            save(Path(plan.out), network, facts)
        self._recording.written(partial(recording.finish, folder, test_error / 100))

    @property
    def test_set(self) -> str:
        """The name of the test set whose error stands for the weights."""
        plan = self.plan
        return MNIST_TEST if plan.data == MNIST else f"{DATA_SETS[plan.data].title} test"

    def _sets(self) -> dict[str, Labelled]:
        """All that the weights are evaluated on: what shows no digits says nothing of digits."""
        plan, own = self.plan, {self.test_set: self._test}
        if DATA_SETS[plan.data].classes != DIGITS:
            return own
        ink, images = ([Path(path) for path in paths] for paths in (plan.ink, plan.images))
        return {**evaluation_sets(ink, images, self._watch), **own}

    def _known_before(self, images: Labelled) -> dict[str, Any]:
        """The metadata of the weights that are known before the training.

        Weights are given away: they name files, but no folder and no path.
        """
        plan = self.plan
        started_from = {"start": Path(plan.start).name} if plan.start else {}
        teachers = [Path(teacher).name for teacher in plan.teachers]
        distilled_from = {"teachers": teachers} if plan.recipe.distillation_weight else {}
        return {
            "recipe": plan.recipe.as_json,
            "seed": plan.recipe.seed,
            "half": self.network.bf16_c3,
            **started_from,
            **distilled_from,
            "data": [
                _source(plan, images, self._test),
                *(described(Path(path)) for path in plan.ink),
            ],
            "images": self.training.images,
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "lenetpad": __version__,
            "torch": torch.__version__,
        }


def _network(plan: Plan) -> LeNet5:
    """The network to begin with: random, or with the weights that the plan starts from."""
    if plan.start:
        network = network_of(load(plan.start)).requires_grad_(True)
        found, wanted = network.config.name, plan.model.removesuffix(PAPER)
        if found == FOREIGN:
            _check_layers(network.config, wanted, plan.start)
        elif found != wanted:
            raise TrainingError(
                f"{plan.start} holds weights of {found}, which {wanted} cannot begin with; "
                f"choose {found} as the network, or other weights"
            )
    else:
        network = build(plan.model.removesuffix(PAPER), plan.recipe.seed)
    rubbish = network.config.rubbish
    if plan.recipe.mixture:  # which shows what is no digit
        rubbish = rubbish or 0.0
    network.calibrate(temperature=1.0, rubbish=rubbish)
    return network


def _check_layers(config: LeNet5Config, wanted: str, start: str) -> None:
    """Raise TrainingError where a network from elsewhere has other layers than the chosen one.

    Where it has the same it is trained as it reads: its activation and its input values stay.
    """
    shapes = parameter_shapes(config)
    same = [name for name, preset in PRESETS.items() if parameter_shapes(preset) == shapes]
    if wanted not in same:
        instead = f"choose {same[0]} as the network" if same else "choose other weights"
        raise TrainingError(
            f"{start} holds weights from elsewhere, of other layers than {wanted} has; {instead}"
        )


def _source(plan: Plan, images: Labelled, test: Labelled) -> dict[str, str]:
    """What the metadata say of the data set; of a user's own folder what it held, not its name."""
    if plan.data == MNIST:
        return described(resources.path("mnist.npz"))
    known = DATA_SETS[plan.data]
    source = {"title": known.title, "credit": known.credit}
    if plan.data == FOLDER:
        count = len(images) + len(test)
        return {**source, "file": f"a folder of {count:,} images", "sha256": digest(images, test)}
    return {**source, "file": plan.data}


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else round(100 * fraction, 3)
