"""The devices that torch can compute on."""

from __future__ import annotations

import warnings

import torch

from lenetpad.storage.decoding import InputError
from lenetpad.values.devices import ALWAYS_THERE, AUTO, CPU, TORCH_CPU
from lenetpad.values.failures import first_line


def prepare_for_single_images() -> None:
    """Set torch up for one small image at a time on the CPU.

    More threads than one only add waiting (see `lenetpad bench`), and oneDNN's set-up costs more
    than these convolutions: 47 µs against 12 µs for C1.
    """
    torch.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of Intel GPUs when this flag is touched
        torch.backends.mkldnn.set_flags(False)


def torch_name(device: str) -> str:
    """What torch calls a device."""
    return CPU if device == TORCH_CPU else device


def best_device() -> str:
    """The fastest device there is for training; the first CUDA device, MPS or the CPU."""
    found = gpus()
    return found[0][0] if found else CPU


def usable_device(name: str) -> str:
    """torch's name of a device to train on, of AUTO the fastest; InputError with a clear sentence
    for a dead one."""
    if name == AUTO:
        return best_device()
    try:
        torch.zeros(1, device=torch_name(name))
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = first_line(error) if str(error).strip() else "unknown"
        raise InputError(f"the device {name!r} cannot be used: {reason}") from None
    return torch_name(name)


def devices() -> tuple[tuple[str, str], ...]:
    """The devices to train on, each as its name and a label."""
    return (*ALWAYS_THERE[:2], *gpus())


def gpus() -> tuple[tuple[str, str], ...]:
    """The GPUs, each as torch's name and a label."""
    found: list[tuple[str, str]] = []
    if torch.cuda.is_available():
        found += [
            (f"cuda:{i}", f"{torch.cuda.get_device_name(i)} (cuda:{i})")
            for i in range(torch.cuda.device_count())
        ]
    if torch.backends.mps.is_available():
        found.append(("mps", "Apple GPU"))
    return tuple(found)


def device_label(device: str) -> str:
    """The label of a device, or its own name where it is not there."""
    return dict((*ALWAYS_THERE, *gpus())).get(device, device)
