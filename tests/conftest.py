"""What tests of several rooms share: a stand-in for the network, and a program that is
shut down."""

from __future__ import annotations

import gc
import getpass
import logging
import multiprocessing
import os
import platform
import re
import socket
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pytest
from PySide6.QtCore import QSettings, QThread
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid
from tqdm import TMonitor

from lenetpad.app import Program
from lenetpad.controllers.networks import Networks
from lenetpad.controllers.registry import PAGES
from lenetpad.data import labelled
from lenetpad.data.labelled import Labelled
from lenetpad.engine import hand_replays
from lenetpad.engine.garbage import collect_what_is_due
from lenetpad.evaluation import class_hands
from lenetpad.ink.files import Drawing, read_ink
from lenetpad.ink.strokes import Sheet
from lenetpad.storage import resources
from lenetpad.ui.window import Window
from lenetpad.values.evaluation import (
    DataChoice,
    Evaluation,
    EvaluationRequest,
    EvaluationResults,
    Predictions,
)
from lenetpad.values.holding import Holds
from lenetpad.values.models import Choice, LayerView, ModelReady
from lenetpad.values.reading import Reading
from lenetpad.values.segmentation import Segmentation
from tests.given_away import SECRETS
from tests.hand_trainees import SmallReplay

#: Hosts that are this machine; None is a socket without a host.
AT_HOME = frozenset({None, "", "127.0.0.1", "::1", "localhost"})
SHAPES = {
    "input": (1, 32, 32),
    "C1": (6, 28, 28),
    "S2": (6, 14, 14),
    "C3": (16, 10, 10),
    "S4": (16, 5, 5),
    "C5": (120,),
    "F6": (84,),
}


def a_model(choice: Choice | None = None, **changes: Any) -> ModelReady:
    """A description of a network as the engine would send it."""
    layers = tuple(
        LayerView(name, *(*shape, 1, 1)[:3], low=-1.7159, high=1.7159)
        for name, shape in SHAPES.items()
    )
    facts: dict[str, Any] = {
        "choice": choice or Choice(1, "lenet5-1998"),
        "used": "cpu",
        "model": "lenet5-1998",
        "preset": "lenet5-1998",
        "device": "CPU",
        "devices": (("auto", "Auto"), ("cpu", "CPU")),
        "layers": layers,
        "templates": np.ones((10, 84), dtype=np.float32),
        "coded": True,
        "test_error": 0.65,
    }
    return ModelReady(**(facts | changes))


def a_reading(serial: int = 1, digit: int = 7, seed: int = 0, **changes: Any) -> Reading:
    """A reading with random activations that says ``digit``."""
    random = np.random.default_rng(seed)
    taps = {
        name: random.uniform(-1.7, 1.7, shape).astype(np.float32) for name, shape in SHAPES.items()
    }
    probabilities = np.full(10, 0.01, dtype=np.float32)
    probabilities[digit] = 0.9
    facts: dict[str, Any] = {
        "taps": taps,
        "probabilities": probabilities,
        "no_digit": 0.01,
        "distances": np.arange(10, dtype=np.float32),
        "digit": digit,
        "serial": serial,
        "model_serial": 1,
    }
    return Reading(**(facts | changes))


def some_results(
    n: int = 300, models: int = 2, seed: int = 3, serial: int = 1, digits: int = 11
) -> EvaluationResults:
    """Random answers with many equal confidences, some refused; truth 10 is no digit."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, digits, n)
    found = []
    for _ in range(models):
        shares = random.integers(1, 6, (n, 11)).astype(np.float64)
        shares[np.arange(n), labels] += 6 * random.integers(0, 2, n)
        shares /= shares.sum(axis=1, keepdims=True)
        probabilities, no_digit = shares[:, :10].astype(np.float32), shares[:, 10]
        answers = probabilities.argmax(axis=1).astype(np.int64)
        confusion = np.zeros((10, 10), dtype=np.int64)
        for truth, answer in zip(labels, answers, strict=True):
            if truth != 10:
                confusion[truth, answer] += 1
        refused = no_digit.astype(np.float32) > probabilities.max(axis=1)
        evaluation = Evaluation(confusion, answers, refused, 0.1)
        found.append(Predictions(evaluation, probabilities, no_digit.astype(np.float32)))
    choices = tuple(Choice(i, f"m{i}") for i in range(models))
    images = random.integers(0, 256, (n, 28, 28)).astype(np.uint8)
    asked = EvaluationRequest(serial, choices, DataChoice("mnist"))
    return EvaluationResults(asked, images, labels.astype(np.int64), tuple(found))


class FakeReader:
    """Reads without torch: the digit is the number of strokes' ink pixels modulo ten."""

    device = "cpu"

    def __init__(self) -> None:
        self.reads = 0
        self.threads: set[int] = set()

    def read(self, image: np.ndarray, holds: Holds = ()) -> Reading:
        """A reading whose input layer is the image."""
        self.reads += 1
        self.threads.add(threading.get_ident())
        return a_reading(digit=int(image.sum()) % 10, seed=self.reads, holds=holds)

    def segment(self, sheet: Sheet, holds: Holds = ()) -> Segmentation | None:
        """It takes all ink for one digit."""
        return None

    def describe(self, choice: Choice) -> ModelReady:
        """A description of no network."""
        return a_model(choice)


@pytest.fixture
def model() -> Callable[..., ModelReady]:
    """Makes descriptions of networks."""
    return a_model


@pytest.fixture
def reading() -> Callable[..., Reading]:
    """Makes readings."""
    return a_reading


@pytest.fixture
def results() -> Callable[..., EvaluationResults]:
    """Makes evaluation results."""
    return some_results


@pytest.fixture
def fake_reader() -> type[FakeReader]:
    """The stand-in for the network, to subclass."""
    return FakeReader


@pytest.fixture(scope="session")
def samples() -> list[Drawing]:
    """The sample ink."""
    return read_ink(resources.path("ink/samples.jsonl"))


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    """Settings in a file of the test's own."""
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in a home whose user and machine have names of their own."""
    home, folder, user, host = SECRETS
    for variable in ("USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(variable, user)
    monkeypatch.setenv("HOME", str(tmp_path / home))
    for module, name in ((socket, "gethostname"), (platform, "node"), (socket, "getfqdn")):
        monkeypatch.setattr(module, name, lambda *_: host)
    assert getpass.getuser() == user
    place = tmp_path / home / folder
    place.mkdir(parents=True)
    return place


@pytest.fixture
def make_program(qtbot: QtBot, settings: QSettings) -> Iterator[Callable[..., Program]]:
    """Makes shown programs of 1280×800 and closes them."""
    programs: list[Program] = []

    def make(opener: Callable[[Choice], Any] | None = None, **options: Any) -> Program:
        if opener is not None:
            options["opener"] = opener
        program = Program(options.pop("settings", settings), **options)
        programs.append(program)
        program.window.resize(1280, 800)
        program.window.show()
        return program

    yield make
    for program in programs:
        program.close()
        program.window.deleteLater()


@pytest.fixture
def program(make_program: Callable[..., Program], monkeypatch: pytest.MonkeyPatch) -> Program:
    """A program that loads no network: nothing is read but what a test shows."""
    monkeypatch.setattr(Networks, "load_first", lambda networks: None)
    return make_program()


@pytest.fixture
def window(qtbot: QtBot, settings: QSettings) -> Iterator[Window]:
    """A shown window without controllers: no page comes but those that a test puts in."""
    window = Window(settings, [row.spec for row in PAGES])
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    yield window
    window.close()


@pytest.fixture(scope="session")
def mnist() -> tuple[Labelled, Labelled]:
    """MNIST's training and test set."""
    return labelled.mnist()


@pytest.fixture
def small_replay(mnist: tuple[Labelled, Labelled], monkeypatch: pytest.MonkeyPatch) -> None:
    """A class that is learnt is shown few of MNIST's images again, and tested with few."""
    for module in (class_hands, hand_replays):
        monkeypatch.setattr(module, "replay_of", SmallReplay(mnist))


@pytest.fixture
def torch_settings() -> Iterator[None]:
    """One thread, and torch's process-wide settings put back after the test."""
    import torch  # takes seconds, and the window's tests need none

    threads, onednn = torch.get_num_threads(), torch.backends.mkldnn.enabled
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.backends.mkldnn.set_flags(onednn)


@pytest.fixture(autouse=True, scope="module")
def nothing_runs_on() -> Iterator[None]:
    """A module whose tests leave a thread or a process behind fails, also where the thread is a
    daemon: who tests what hangs lets it go on in the end.

    A QThread that is destroyed while it runs aborts the process, and of a worker's process that
    aborts after its last test nobody is told.
    """
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        if not isinstance(thread, (threading._DummyThread, TMonitor)):
            thread.join(10)  # a timer whose moment has not come
            assert not thread.is_alive(), f"{thread} was left behind"
    if isinstance(QGuiApplication.instance(), QGuiApplication):
        QGuiApplication.clipboard().clear()  # Qt destroys it when Python has ended, and crashes
    gc.unfreeze()  # the program freezes what it has made; nothing frozen is listed
    # By its type: isinstance asks the object, and some of torch's answer with a warning.
    threads = [one for one in gc.get_objects() if issubclass(type(one), QThread) and isValid(one)]
    running = [one for one in threads if one.isRunning() and one != QThread.currentThread()]
    assert not running, f"{running} were left behind"
    assert multiprocessing.active_children() == []


@pytest.fixture(autouse=True)
def garbage_is_collected_between_tests() -> Iterator[None]:
    """As in the program, Qt's objects are not taken down wherever Python happens to collect: the
    thread in which a worker of xdist receives would do so too, beside a page that is being built.
    """
    gc.disable()
    yield
    gc.enable()
    collect_what_is_due()


class UnexpectedLog(logging.Handler):
    """Keeps what the program warns of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record as a line."""
        self.lines.append(f"{record.levelname}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def nothing_is_logged(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test in which the program logs a warning or an error fails, unless it looks at the log
    itself, with ``caplog``, or the mark ``expected_log`` says that it makes something fail; with
    arguments, one of these regular expressions is found in each line."""
    handler = UnexpectedLog()
    log = logging.getLogger("lenetpad")
    log.addHandler(handler)
    yield
    log.removeHandler(handler)
    mark = request.node.get_closest_marker("expected_log")
    if "caplog" in request.fixturenames:
        left = []
    elif mark is None:
        left = handler.lines
    else:
        patterns = mark.args or ("",)
        left = [line for line in handler.lines if not any(re.search(p, line) for p in patterns)]
    assert not left, f"the log says: {left}"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test that asks for another machine fails; its own one may be asked."""
    asked: list[object] = []

    def guarded(ask: Callable[..., Any], host: Callable[..., object]) -> Callable[..., Any]:
        def ask_at_home(*arguments: Any, **options: Any) -> Any:
            name = host(*arguments, **options)
            if name not in AT_HOME:
                asked.append(name)
                raise RuntimeError(f"a test asks {name} over the network")
            return ask(*arguments, **options)

        return ask_at_home

    def peer(one: socket.socket, address: Any) -> object:
        inet = one.family in (socket.AF_INET, socket.AF_INET6)
        return address[0] if inet else None

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guarded(getattr(socket.socket, name), peer))
    monkeypatch.setattr(
        socket, "getaddrinfo", guarded(socket.getaddrinfo, lambda host, *_, **__: host)
    )
    yield
    assert not asked, f"asked over the network: {asked}"


@pytest.fixture(autouse=True)
def no_window_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that leaves a visible window behind fails."""
    yield
    application = QApplication.instance()
    if isinstance(application, QApplication):
        left = [widget for widget in application.topLevelWidgets() if widget.isVisible()]
        for widget in left:
            widget.close()
        assert not left, f"windows left open: {left}"
