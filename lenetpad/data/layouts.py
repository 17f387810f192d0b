"""How people lay out folders of images: one for each digit, train beside test, one in another."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from lenetpad.data.cancellation import Watch
from lenetpad.storage.decoding import named
from lenetpad.storage.mnist import DataError

#: In a folder, whatever they are: EMNIST's digits as pictures are 280,000.
MOST_FILES: Final = 500_000
#: How deep what is meant may lie: torchvision has its files in MNIST/raw.
DEEPEST: Final = 4
TRAIN, TEST, VALIDATION = "train", "test", "validation"
#: The words in names of files, folders and arrays that say what their images are for.
PARTS: Final = {
    **dict.fromkeys(("train", "training"), TRAIN),
    **dict.fromkeys(("test", "testing", "t10k"), TEST),
    **dict.fromkeys(("val", "valid", "validation"), VALIDATION),
}
WORDS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
#: What may stand beside the digit in a folder's name; anything else, as in backup2, is no label.
BESIDE: Final = frozenset(
    {"digit", "digits", "number", "num", "class", "cls", "label", "category", "n", "no", "d"}
)
#: What other programs leave behind, of which there is nothing to say.
LITTER: Final = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


def entries(folder: Path, watch: Watch, deep: bool = False) -> Iterator[Path]:
    """What lies in a folder, and where it is ``deep`` in the folders in it, but for hidden files.

    A link to a folder is not followed. Raises DataError for a folder of ever more files.
    """
    pending, count = [folder], 0
    while pending:
        with os.scandir(pending.pop()) as found:
            for entry in found:
                watch.check()
                count += 1
                if count > MOST_FILES:
                    raise DataError(
                        f"{folder} holds over {MOST_FILES:,} files; choose one of images alone"
                    )
                if deep and entry.is_dir(follow_symlinks=False):
                    pending.append(Path(entry.path))
                elif not entry.name.startswith(".") and entry.name.lower() not in LITTER:
                    yield Path(entry.path)


def subfolders(folder: Path, watch: Watch) -> list[Path]:
    """The folders in a folder, by name."""
    return sorted(path for path in entries(folder, watch) if path.is_dir())


def part_of(name: str) -> str:
    """What a name says that its images are for, "" where it says nothing or two things."""
    words = re.findall(r"t10k|[A-Z]?[a-z]+|[A-Z]+", name)
    parts = {PARTS[word.lower()] for word in words if word.lower() in PARTS}
    return parts.pop() if len(parts) == 1 else ""


def parts_in(folder: Path, watch: Watch) -> dict[str, list[Path]]:
    """The folders that are named for training, testing or validation: two of these at least, or
    else none."""
    found: dict[str, list[Path]] = {}
    for path in subfolders(folder, watch):
        if part := part_of(path.name):
            found.setdefault(part, []).append(path)
    return found if TRAIN in found and len(found) > 1 else {}


def digit_folders(folder: Path, watch: Watch) -> list[tuple[int, Path]]:
    """The folders named for digits, each with its digit: "0" to "9" or, where there is none of
    these, such as "digit_0", "0_zero" and "zero"."""
    inside = subfolders(folder, watch)
    plain = [(int(path.name), path) for path in inside if re.fullmatch("[0-9]", path.name)]
    if plain:
        return plain
    return [(digit, path) for path in inside if (digit := digit_in(path.name)) is not None]


def digit_in(name: str) -> int | None:
    """The digit that a folder's name says, in a sign or an English word, and nothing else."""
    parts = [part.lower() for part in re.findall(r"[^\W\d_]+|\d+", name)]
    said = {int(part) for part in parts if re.fullmatch("[0-9]", part)}
    said |= {WORDS.index(part) for part in parts if part in WORDS}
    known = all(part in WORDS or part in BESIDE or len(part) == 1 for part in parts)
    signs_only = sum(part.isdigit() for part in parts) <= 1
    return said.pop() if len(said) == 1 and known and signs_only else None


def deeper(folder: Path, watch: Watch) -> Path | None:
    """The folder to look into where this one holds no images itself: its only one, or "raw"."""
    inside = subfolders(folder, watch)
    raw = [path for path in inside if path.name.lower() == "raw"]
    chosen: Sequence[Path] = raw or inside
    return chosen[0] if len(chosen) == 1 else None


def several(folder: Path, watch: Watch) -> str:
    """What to say of the folders in a folder of which none is meant more than the others."""
    inside = [named(path.name) for path in subfolders(folder, watch)]
    if len(inside) < 2:
        return ""
    more = " …" if len(inside) > 3 else ""
    return f"; choose one of the folders in it ({', '.join(inside[:3])}{more}), or"
