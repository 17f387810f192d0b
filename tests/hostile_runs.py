"""Run folders as nobody should have made them, for whatever reads runs.

``CASES`` are names with functions that spoil a good run's folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from lenetpad.storage import runs
from lenetpad.training import weights
from lenetpad.training.network import build
from lenetpad.values.recipes import Plan, Recipe

Spoil = Callable[[Path], object]

MODEL: Final = "lenet5-1998"
PLAN: Final = Plan(MODEL, Recipe(epochs=2, distortions=None), preset="Quick")
DEEP: Final = "[" * 5000 + "]" * 5000
DIGITS: Final = "9" * 400
ESCAPES: Final = "\x1b[2J\x1b]0;owned\x07\nfake: finished\u2028\u202e\x9b31m"
#: What may stand in a JSON file in the place of something else.
WRONG: Final[Mapping[str, str]] = {
    "null": "null",
    "true": "true",
    "a number": "7",
    "a negative number": "-1",
    "a fraction": "0.5",
    "infinity": "Infinity",
    "no number": "NaN",
    "1e308": "1e308",
    "1e999": "1e999",
    "400 digits": DIGITS,
    "a text": '"x"',
    "no text": '""',
    "a long text": '"' + "x" * 200_000 + '"',
    "control characters": json.dumps(ESCAPES),
    "a lone surrogate": '"\\ud800"',
    "a path": '"../../x"',
    "a list": "[1, 2]",
    "an object": '{"a": {"b": 1}}',
    "a deep list": DEEP,
}
WHOLE_FILES: Final[Mapping[str, bytes]] = {
    "nothing": b"",
    "a bracket": b"{",
    "a list": b"[]",
    "zeros": bytes(1000),
    "bytes": bytes(range(256)),
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "depth": DEEP.encode(),
    "an empty object": b"{}",
    "2 MB": b'{"name": "' + b"x" * 2_000_000 + b'"}',
}
LINES: Final[Mapping[str, str]] = {
    "a list": "[1,2]",
    "no step": '{"losses":[1]}',
    "a negative step": '{"step":-1,"losses":[1]}',
    "a step of 400 digits": f'{{"step":{DIGITS}}}',
    "infinite losses": '{"step":9,"losses":[Infinity]}',
    "losses of texts": '{"step":9,"losses":["x"]}',
    "losses that are a number": '{"step":9,"losses":5}',
    "a rate of texts": '{"step":9,"rate_factor":"x"}',
    "a rate of nothing": '{"step":9,"rate_factor":0}',
    "depth": DEEP,
    "a long line": '{"step":9,"losses":[' + "0," * 50_000 + "0]}",
    "no JSON": "hello",
    "a blank": "",
    "a step of before": '{"step":1,"losses":[1]}',
    "a validation error of 7": '{"step":9,"validation_error":7,"validation_loss":1}',
}


def good(root: Path, name: str = "good", plan: Plan = PLAN) -> Path:
    """A run as a training leaves it that was stopped, though of a few bytes' checkpoint."""
    made = runs.create(root, plan.model, plan.config, {"python": "3"})
    folder = made.rename(root / name)
    runs.update(folder, runs.CONFIG, {"name": name})
    runs.write(folder, runs.STATE, {"state": runs.STOPPED, "step": 4, "steps": 9, "seconds": 1.5})
    for step in (2, 4):
        entry = {"step": step, "epoch": 1, "losses": [1.0, 0.5], "learning_rate": 0.01}
        runs.append(folder, {**entry, "images_per_second": 9})
    weights.write(runs.snapshot_path(folder, 2), build(plan.model, 1), {})
    (folder / runs.CHECKPOINT).write_bytes(b"PK")
    return folder


def _replaced(name: str, content: bytes, folder: Path) -> None:
    (folder / name).write_bytes(content)


def _changed(name: str, keys: tuple[str, ...], text: str, folder: Path) -> None:
    """Put a JSON text in the place of a value, as nothing that writes JSON would."""
    found = json.loads((folder / name).read_text())
    inner: Any = found
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = "@@"
    (folder / name).write_text(json.dumps(found).replace('"@@"', text))


def _dropped(name: str, key: str, folder: Path) -> None:
    found = json.loads((folder / name).read_text())
    found.pop(key, None)
    (folder / name).write_text(json.dumps(found))


def _line(text: str, folder: Path) -> None:
    with (folder / runs.LOG).open("a") as file:
        file.write(text + "\n")


def _in_place(name: str, make: Spoil, folder: Path) -> None:
    """Put something in the place of a part."""
    path = folder / name
    if path.is_dir() and not path.is_symlink():
        for inner in path.iterdir():
            inner.unlink()
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
    make(path)


def _link(path: Path) -> None:
    target = path.parent.parent.parent / "elsewhere"
    target.mkdir(exist_ok=True)
    if path.name != runs.SNAPSHOTS:
        target /= "file"
        target.write_text("precious")
    path.symlink_to(target)


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _snapshot(name: str, content: bytes, folder: Path) -> None:
    (folder / runs.SNAPSHOTS / name).write_bytes(content)


def _huge(folder: Path) -> None:
    """half a gigabyte that takes no room on the disk"""
    with (folder / runs.STATE).open("wb") as file:
        file.truncate(500 << 20)


_CONFIG_KEYS: Final = (
    *(("name",), ("note",), ("model",), ("created",), ("asked",)),
    *(("asked", key) for key in PLAN.config),
    *(("asked", "recipe", key) for key in PLAN.recipe.as_json),
)
_STATE_KEYS: Final = (
    *("state", "step", "steps", "epoch", "epochs", "seconds"),
    *("best_error", "last_error", "test_error", "message"),
)
_PARTS: Final = (
    *(runs.CONFIG, runs.STATE, runs.ENVIRONMENT, runs.LOG, runs.CHECKPOINT, runs.BEST),
    *(runs.WEIGHTS, runs.LOCK, runs.SNAPSHOTS),
)
_KINDS: Final[Mapping[str, Spoil]] = {
    "a link": _link,
    "a loop": _loop,
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
}

#: Every key with everything wrong; every file with every other content; every part with another
#: kind of thing; the log's lines; snapshots.
CASES: Final[Mapping[str, Spoil]] = {
    **{
        f"{'.'.join(keys)} is {wrong}": partial(_changed, runs.CONFIG, keys, text)
        for keys in _CONFIG_KEYS
        for wrong, text in WRONG.items()
    },
    **{
        f"{key} is {wrong}": partial(_changed, runs.STATE, (key,), text)
        for key in _STATE_KEYS
        for wrong, text in WRONG.items()
    },
    **{
        f"{key} is missing": partial(_dropped, runs.CONFIG, key)
        for key in ("name", "note", "model", "created", "asked")
    },
    **{
        f"{name} holds {what}": partial(_replaced, name, content)
        for name in (runs.CONFIG, runs.STATE, runs.ENVIRONMENT, runs.LOG, runs.BEST)
        for what, content in WHOLE_FILES.items()
    },
    **{
        f"{name} is {what}": partial(_in_place, name, make)
        for name in _PARTS
        for what, make in _KINDS.items()
        if not (name == runs.SNAPSHOTS and what == "a folder")
    },
    **{f"the log has {what}": partial(_line, line) for what, line in LINES.items()},
    **{
        f"a snapshot is called {name[:20]}": partial(_snapshot, f"{name}.safetensors", b"x")
        for name in ("9" * 200, "²", "٣", "-1", "x", " 7")
    },
    "a snapshot is garbage": partial(_snapshot, "00000003.safetensors", b"\x08" + bytes(30)),
    "the state is huge": _huge,
}
