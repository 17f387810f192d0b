"""Opens the network that somebody chose; torch is imported only where the choice needs it."""

from __future__ import annotations

from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.weights import Weights, load
from lenetpad.values.devices import AUTO, CPU, fallback_notice
from lenetpad.values.models import Choice


def needs_torch(choice: Choice) -> bool:
    """Whether torch has to be imported to open it: for its device, whatever its file is."""
    return choice.device not in (AUTO, CPU)


def open_recognizer(choice: Choice) -> Recognizer:
    """Load the chosen network on the chosen device; a device that fails gives way to the CPU.

    Auto is the CPU here: one small image is read in less time than a GPU takes to be started.

    Raises WeightsError where the network cannot be loaded.
    """
    return recognizer_of(load(choice.model, choice.conventions), choice.device)


def recognizer_of(weights: Weights, device: str) -> Recognizer:
    """A recognizer with these weights on a device or, where that fails, on the CPU."""
    if device in (AUTO, CPU):
        return Recognizer(weights)
    from lenetpad.training.recognizer import TorchRecognizer

    try:
        return TorchRecognizer(weights, device)
    except (RuntimeError, AssertionError, NotImplementedError, ValueError) as error:
        return on_cpu(weights, device, error)


def on_cpu(weights: Weights, failed_device: str, error: Exception) -> Recognizer:
    """A recognizer on the CPU, with a notice that says which device gave way and why."""
    from lenetpad.training.devices import device_label

    return Recognizer(weights, fallback_notice(device_label(failed_device), error))
