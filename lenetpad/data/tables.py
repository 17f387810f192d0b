"""Tables of images as text (.csv, .tsv): a row for each image, its label and its pixels.

As Kaggle's train.csv: ``label,pixel0,…,pixel783``, or without a first line of names. The label may
stand first, last, or under a name; lines are taken one by one, and become bytes at once.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.data import forms
from lenetpad.data.cancellation import IDLE, Watch
from lenetpad.data.forms import UnlabelledError
from lenetpad.storage.decoding import named, opened, too_large, unpacking
from lenetpad.storage.mnist import DataError
from lenetpad.storage.npz import LARGEST

SUFFIXES: Final = (".csv", ".csv.gz", ".tsv", ".tsv.gz")
#: Bytes of a file, also unpacked: EMNIST's digits as text take 550 MB.
LARGEST_FILE: Final = 1 << 30
#: Bytes of a line: an image of 256×256 as real numbers.
LONGEST_LINE: Final = 1 << 20
#: Rows by whose values it is seen what the pixels are: 0 to 255, or 0 to 1.
FIRST_ROWS: Final = 64
#: Of a row: the pixels of an image of 256×256, and some more.
MOST_COLUMNS: Final = (1 << 16) + 16
SEPARATORS: Final = (b",", b";", b"\t")
#: Names of columns that only count the rows.
COUNTING: Final = frozenset({"", "id", "index", "imageid", "unnamed0"})
EXPECTED: Final = "expected rows of a label and pixels, as label,pixel0,pixel1 …"

Row = NDArray[np.float64]


def read_table(path: Path, watch: Watch = IDLE) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The images (n, H, W) and labels (n,) of a table.

    Raises DataError, which names the file and the line, for one that cannot be read, and
    UnlabelledError for one without labels; CancelledError once cancelled.
    """
    with opened(path, LARGEST_FILE, DataError) as file, unpacking(file, path, DataError) as stream:
        lines = _lines(stream, path, watch)
        first = next(lines, None)
        if first is None:
            raise DataError(f"{path} is empty; {EXPECTED}")
        _, start = first
        separator = max(SEPARATORS, key=start.count)
        names = _names(start, separator)
        rows = _rows(lines if names else chain([first], lines), separator, path)
        return _images(rows, names, path)


def _lines(stream: BinaryIO, path: Path, watch: Watch) -> Iterator[tuple[int, bytes]]:
    """The lines with their numbers, without blank ones, as far as the limits."""
    number, left = 0, LARGEST_FILE
    while line := stream.readline(LONGEST_LINE + 1):
        number, left = number + 1, left - len(line)
        if left < 0:
            raise DataError(too_large(path, LARGEST_FILE))
        if len(line) > LONGEST_LINE:
            raise DataError(f"{path}, line {number} is too long for an image; {EXPECTED}")
        if b"\0" in line:
            raise DataError(f"{path} is no text; save it as CSV in UTF-8")
        line = line.replace(b'"', b"").removeprefix(b"\xef\xbb\xbf").strip(b" \r\n")
        if max(map(line.count, SEPARATORS)) >= MOST_COLUMNS:
            raise DataError(f"{path}, line {number} has over {MOST_COLUMNS:,} cells; {EXPECTED}")
        if line:
            watch.check()
            yield number, line


def _names(line: bytes, separator: bytes) -> list[str]:
    """The names of the columns, none where the first line holds numbers already."""
    cells = [cell.decode("utf-8", "replace").strip() for cell in line.split(separator)]
    return [] if all(_is_number(cell) for cell in cells) else cells


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _rows(lines: Iterator[tuple[int, bytes]], separator: bytes, path: Path) -> Iterator[Row]:
    """The lines as numbers, all as many as the first has."""
    columns = 0
    sign = separator.decode()
    for number, line in lines:
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)  # numpy's, of what is no number
            try:
                row: Row = np.fromstring(line.decode("ascii"), np.float64, sep=sign)
            except (ValueError, DeprecationWarning):
                raise DataError(
                    f"{path}, line {number}: {named(line.decode('utf-8', 'replace'))!r} is no row "
                    f"of numbers; {EXPECTED}"
                ) from None
        columns = columns or len(row)
        if len(row) != columns or line.count(separator) != columns - 1:
            raise DataError(
                f"{path}, line {number} has {len(row)} numbers, and others {columns}; correct it"
            )
        yield row


def _images(
    rows: Iterator[Row], names: list[str], path: Path
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    first = list(islice(rows, FIRST_ROWS))
    if not first:
        raise DataError(f"{path} holds no rows; {EXPECTED}")
    label, pixels = _columns(np.array(first), names, path)
    side = math.isqrt(int(pixels.sum()))
    if label is None:
        raise UnlabelledError(
            f"{path} has no labels, only {side}×{side} pixels in a row, as Kaggle's test.csv; "
            "choose the table with labels (train.csv)"
        )
    what = f"{path} cannot be used"
    part = np.array(first)[:, pixels]
    low, high = (float(find(part)) for find in (np.min, np.max))
    if not math.isfinite(high - low):
        raise DataError(f"{what}: some of its values are no numbers; give them from 0 to 255")
    stretched = forms.stretch(low, high, what)
    limits = (-1.0 if low < 0 else 0.0, 1.0 if high <= 1 else 255.0)
    return _gathered(chain(first, rows), label, pixels, stretched, limits, path)


def _gathered(
    rows: Iterator[Row],
    label: int,
    pixels: NDArray[np.bool_],
    stretched: Callable[[NDArray[Any]], NDArray[np.uint8]],
    limits: tuple[float, float],
    path: Path,
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    images, count = bytearray(), int(pixels.sum())
    labels: list[float] = []
    for row in rows:
        values = row[pixels]
        if not (limits[0] <= values.min() and values.max() <= limits[1]):  # NaN is not
            raise DataError(
                f"{path}, image {len(labels) + 1}: its pixels are not all from {limits[0]:g} to "
                f"{limits[1]:g}, as the first ones are; give all of them alike"
            )
        images += stretched(values).tobytes()
        labels.append(float(row[label]))
        if len(images) > LARGEST or len(labels) > forms.MOST_IMAGES:
            raise DataError(
                f"{path} holds over {LARGEST // count:,} images of {count} pixels; split it"
            )
    side = math.isqrt(count)
    found = np.frombuffer(images, np.uint8).reshape(-1, side, side)
    return found, forms.digits_of(np.array(labels), f"{path} cannot be used: its labels")


def _columns(
    first: NDArray[np.float64], names: list[str], path: Path
) -> tuple[int | None, NDArray[np.bool_]]:
    """Which column is the label, None where none is, and which are pixels."""
    columns = first.shape[1]
    if names and len(names) != columns:
        raise DataError(f"{path}: {len(names)} columns have names, and {columns} have values")
    plain = ["".join(filter(str.isalnum, name.lower())) for name in names]
    kept = np.array([name not in COUNTING for name in plain] or [True] * columns)
    named_labels = [at for at, name in enumerate(plain) if name in (*forms.LABELS, "digit")]
    count = int(kept.sum())
    if named_labels:
        label: int | None = named_labels[0]
    elif math.isqrt(count) ** 2 == count:
        label = None
    else:
        ends = [int(at) for at in np.flatnonzero(kept)[[0, -1]]]
        label = next((at for at in ends if _may_be_labels(first[:, at])), ends[0])
    if label is not None:
        kept[label] = False
    count = int(kept.sum())
    if count < 4 or math.isqrt(count) ** 2 != count:
        raise DataError(
            f"{path} has {count} columns beside the label, and images need a square number of "
            f"pixels, such as 784; {EXPECTED}"
        )
    return label, kept


def _may_be_labels(values: Row) -> bool:
    return bool((np.isin(values, np.arange(forms.DIGITS))).all())
