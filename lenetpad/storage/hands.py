"""Hands: the drawings of one person, or of several, and what networks have learnt of them.

    hand.json        its name
    hand.ink.jsonl   its drawings, an ordinary ink file
    learnt/          what networks learnt last: a weights file for each, the ink that it was learnt
                     from, and learnt.json, which says of which network
    before/          the same of the learning before that
    lock             locked by who writes what was learnt

They lie beside the runs, a folder a hand, and nothing in them leaves the machine unless the user
exports it. What a folder holds is typed and bounded here, and nothing is read or written through a
link in it.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import unicodedata
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

import filelock
import msgspec
import platformdirs
from msgspec import Meta

from lenetpad.storage import atomic as disk
from lenetpad.storage.decoding import InputError, contents, escaped, json_object, one_line

FOLDER: Final = "hands"
NAME: Final = "hand.json"
INK: Final = "hand.ink.jsonl"
LEARNT: Final = "learnt"
BEFORE: Final = "before"
NETWORKS: Final = "learnt.json"
LOCK: Final = "lock"
#: Begins the name of a folder that is on its way out.
GOING: Final = ".going "
WEIGHTS_SUFFIX: Final = ".safetensors"

#: Characters of a hand's name, and of the folder that is called after it.
LONGEST_NAME: Final = 80
LONGEST_FOLDER: Final = 40
#: More hands are listed nowhere.
MOST_HANDS: Final = 500
LARGEST_INK: Final = 96 << 20
#: Names that some system gives to devices.
RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(10))}
)
LOCK_SECONDS: Final = 10.0


class HandError(InputError):
    """A hand that cannot be used; the message says which, and what to do."""


_Text = Annotated[str, Meta(max_length=4096)]
_Part = Annotated[float, Meta(ge=0, le=100)]


class _Name(msgspec.Struct, frozen=True):
    """hand.json."""

    name: Annotated[str, Meta(max_length=LONGEST_NAME)]


class LearntNetwork(msgspec.Struct, frozen=True):
    """What is known of the weights that one network has learnt.

    ``base`` is the digest of the network's own parameters, ``ink`` that of the drawings. The test
    errors are MNIST's in per cent, of ``test_images`` images.
    """

    file: Annotated[str, Meta(pattern=r"^[0-9A-Za-z.-]{1,80}\.safetensors$")]
    base: Annotated[str, Meta(max_length=64)]
    ink: Annotated[str, Meta(max_length=64)]
    error_before: _Part = 0.0
    error_after: _Part = 0.0
    test_images: Annotated[int, Meta(ge=0, le=10**7)] = 0
    seconds: Annotated[float, Meta(ge=0, le=1e6)] = 0.0


class _Learnt(msgspec.Struct, frozen=True):
    """learnt.json: by the network's model, a shipped name or a path."""

    networks: dict[_Text, LearntNetwork] = {}


@dataclass(frozen=True, slots=True)
class Hand:
    """A hand as its folder tells it.

    ``drawings`` counts the lines of its ink file. ``networks`` are those that have learnt it, by
    their models, and ``can_undo`` says whether there is a learning before, or any.
    """

    folder: Path
    name: str
    drawings: int = 0
    networks: Mapping[str, LearntNetwork] = field(default_factory=dict)
    can_undo: bool = False

    @property
    def ink(self) -> Path:
        """Its ink file, which may not be there yet."""
        return self.folder / INK

    def weights(self, model: str) -> Path | None:
        """The weights that a network has learnt; None where it has not."""
        found = self.networks.get(model)
        return None if found is None else weights_path(self.folder, found)


def home() -> Path:
    """Where the hands of this user are."""
    return platformdirs.user_data_path("lenetpad", appauthor=False) / FOLDER


# The list


def listed(root: Path) -> tuple[Hand, ...]:
    """All hands, by their names; none where there is no such folder."""
    try:
        folders = [path for path in root.iterdir() if not path.name.startswith(".")]
    except OSError:
        return ()
    found = [read(folder) for folder in folders if _is_folder(folder)]
    found.sort(key=lambda hand: (hand.name.casefold(), hand.folder.name))
    return tuple(found[:MOST_HANDS])


def read(folder: Path) -> Hand:
    """What a folder holds; one whose files are damaged is called by its own name, and has learnt
    nothing."""
    try:
        name = json_object(_own(folder / NAME), _Name, HandError).name.strip()
    except HandError:
        name = ""
    networks = _networks(folder / LEARNT)
    there = {
        model: known for model, known in networks.items() if _is_file(weights_path(folder, known))
    }
    undo = bool(networks) or (folder / BEFORE / NETWORKS).exists()
    return Hand(folder, escaped(name or folder.name), _lines(folder / INK), there, undo)


def find(root: Path, name: str) -> Hand:
    """The hand of a name. Raises HandError, which says which there are."""
    hands = listed(root)
    for hand in hands:
        if hand.name.casefold() == name.strip().casefold():
            return hand
    known = ", ".join(repr(hand.name) for hand in hands) or "none yet"
    raise HandError(f"there is no hand called {name!r}; there are: {known}")


def _networks(folder: Path) -> dict[str, LearntNetwork]:
    try:
        return json_object(_own(folder / NETWORKS), _Learnt, HandError).networks
    except HandError:
        return {}


def _lines(path: Path) -> int:
    """How many drawings an ink file holds, without decoding them; 0 where there is none. Line by
    line: for as long as one takes no other thread can do anything."""
    try:
        return sum(1 for line in io.BytesIO(contents(_own(path), LARGEST_INK)) if line.strip())
    except InputError:
        return 0


# What the user does


def create(root: Path, name: str) -> Hand:
    """Make a hand. Raises HandError for a name that is none, or taken."""
    name = checked_name(root, name)
    for attempt in range(1, 1000):
        stem = folder_name(name)
        folder = root / (stem if attempt == 1 else f"{stem} {attempt}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise _not_written(folder, error) from None
        try:
            _write(folder / NAME, msgspec.json.encode(_Name(name)))
        except HandError:
            _remove(folder)
            raise
        return read(folder)
    raise HandError(f"there are a thousand hands called {name!r}; choose another name")


def rename(hand: Hand, name: str) -> Hand:
    """Give a hand another name; its folder keeps its own. Raises HandError as ``create`` does."""
    name = checked_name(hand.folder.parent, name, hand)
    _write(_own(hand.folder / NAME), msgspec.json.encode(_Name(name)))
    return read(hand.folder)


def delete(hand: Hand) -> None:
    """Delete a hand for ever: its ink and its weights. Raises HandError where that fails."""
    folder = hand.folder
    if folder.is_symlink():
        raise HandError(f"{folder} is a link; delete it yourself")
    going = folder.with_name(f"{GOING}{uuid.uuid4().hex}")
    try:
        folder.rename(going)  # so that nobody finds half of it
        shutil.rmtree(going)
    except FileNotFoundError:
        return  # another window has deleted it
    except OSError as error:
        raise HandError(f"{folder} cannot be deleted: {error.strerror or error}") from None


def clear_leftovers(root: Path) -> None:
    """Delete what a process that was killed has left of deleted hands."""
    with contextlib.suppress(OSError):
        for path in root.glob(f"{GOING}*"):
            if _is_folder(path):
                shutil.rmtree(path, ignore_errors=True)


def checked_name(root: Path, name: str, besides: Hand | None = None) -> str:
    """A name as it is kept. Raises HandError for none, one too long, and one that is taken."""
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    if not name or not name.isprintable():
        raise HandError("a hand needs a name, such as that of who writes; enter one")
    if len(name) > LONGEST_NAME:
        raise HandError(f"a hand's name has at most {LONGEST_NAME} characters; shorten it")
    for other in listed(root):
        same = besides is not None and other.folder == besides.folder
        if not same and other.name.casefold() == name.casefold():
            raise HandError(f"there is a hand called {other.name!r} already; choose another name")
    return name


def folder_name(name: str) -> str:
    """A name for a folder that every file system takes: letters and digits of any script."""
    kept = "".join(letter if letter.isalnum() or letter in "-_" else " " for letter in name)
    short = " ".join(kept.split())[:LONGEST_FOLDER]
    while len(short.encode()) > 3 * LONGEST_FOLDER:
        short = short[:-1]
    short = short.strip()
    return f"{short} hand" if short.lower() in RESERVED else short or "hand"


# What was learnt


def digest_of(content: bytes) -> str:
    """What tells one state of ink, or of a network, from another."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def ink_of(folder: Path) -> bytes:
    """The bytes of a hand's ink file; none where there is none. Raises HandError where it cannot
    be read."""
    path = own_ink(folder)
    return contents(path, LARGEST_INK, HandError) if path.exists() else b""


def own_ink(folder: Path) -> Path:
    """A hand's ink file, which may not be there yet. Raises HandError where it is a link."""
    return _own(folder / INK)


def weights_path(folder: Path, known: LearntNetwork) -> Path:
    """Where the weights are that a network has learnt of a hand."""
    return folder / LEARNT / known.file


def file_for(model: str) -> str:
    """What the weights are called that a network has learnt: no path tells whose it was."""
    plain = model.replace("-", "").isalnum() and model.isascii() and len(model) <= 40
    stem = model if plain else f"own-{digest_of(os.fsencode(model))}"
    return stem + WEIGHTS_SUFFIX


def keep_learnt(
    folder: Path, model: str, known: LearntNetwork, weights: bytes, ink: bytes
) -> Path:
    """Keep what a network has learnt of these drawings, and return where its weights are.

    What was learnt of other drawings becomes the learning before; that of the same ones, by other
    networks, stays. Raises HandError where it cannot be written.
    """
    with locked(folder):
        for left in folder.glob(f".{LEARNT} *"):  # of a process that was killed
            _remove(left)
        now = folder / LEARNT
        same = _kept_ink(now) == ink
        place = now if same else folder / f".{LEARNT} {uuid.uuid4().hex}"
        try:
            place.mkdir(exist_ok=True)
            _write(place / INK, ink)
            _write(place / known.file, weights)
            networks = {**(_networks(now) if same else {}), model: known}
            _write(place / NETWORKS, msgspec.json.encode(_Learnt(networks)))
            if not same:
                _remove(folder / BEFORE)
                if now.exists():
                    now.rename(folder / BEFORE)
                place.rename(now)
        except (OSError, HandError) as error:
            if not same:
                _remove(place)
            raise error if isinstance(error, HandError) else _not_written(folder, error) from None
        return now / known.file


def swap_learnt(folder: Path, ink: bytes) -> bytes:
    """Have what was learnt before in place of what was learnt last, and the other way round;
    returns the drawings of then. ``ink`` are those of now, which come back with the next swap."""
    with locked(folder):
        now, before = folder / LEARNT, folder / BEFORE
        if not (now.exists() or before.exists()):
            raise HandError("this hand has learnt nothing yet; write some digits first")
        then = b""
        if before.exists():
            then = contents(_own(before / INK), LARGEST_INK, HandError)
        aside = folder / f".{LEARNT} {uuid.uuid4().hex}"
        try:
            if now.exists():
                _write(now / INK, ink)
                now.rename(aside)
            if before.exists():
                before.rename(now)
            if aside.exists():
                aside.rename(before)
        except OSError as error:
            raise _not_written(folder, error) from None
        return then


def _kept_ink(folder: Path) -> bytes | None:
    try:
        return contents(_own(folder / INK), LARGEST_INK, HandError)
    except HandError:
        return None


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Nobody else writes what was learnt meanwhile."""
    if not _is_folder(folder):
        raise HandError(f"{folder} is there no more; choose another hand")
    lock = filelock.FileLock(_own(folder / LOCK), timeout=LOCK_SECONDS)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise HandError(f"{folder} is being written by another window; try again") from None
    except OSError as error:
        raise _not_written(folder / LOCK, error) from None
    try:
        yield
    finally:
        lock.release()


# Files


def owner_of(path: Path, root: Path) -> Path | None:
    """The hand's folder that a file lies in; None where it is in none under the root."""
    try:
        parts = path.relative_to(root).parts
    except ValueError:
        return None
    return root / parts[0] if len(parts) > 1 else None


def _own(path: Path) -> Path:
    """A path that is no link; HandError where it leads elsewhere."""
    if path.is_symlink() or path.parent.is_symlink():
        raise HandError(f"{path} is a link; delete it")
    return path


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _write(path: Path, content: bytes) -> None:
    try:
        disk.replace(path, content)
    except OSError as error:
        raise _not_written(path, error) from None


def _remove(folder: Path) -> None:
    if _is_folder(folder):
        shutil.rmtree(folder, ignore_errors=True)


def _not_written(path: Path, error: OSError) -> HandError:
    reason = error.strerror or error
    return HandError(one_line(f"{path} cannot be written: {reason}; make room there"))
