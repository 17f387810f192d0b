"""How large a bundle is and what its largest parts are; fails where it is over the limit.

python packaging/bundle_sizes.py FOLDER ARCHIVE
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Final

MEGABYTE: Final = 1_000_000
#: Unpacked and packed, for a bundle with the CPU build of torch.
LIMITS: Final = (680 * MEGABYTE, 230 * MEGABYTE)
SHOWN: Final = 10


def sizes(folder: Path) -> Counter[str]:
    """Bytes of each part of the bundle: a package of its ``_internal``, or a file there."""
    parts: Counter[str] = Counter()
    for path in folder.rglob("*"):
        if path.is_symlink() or not path.is_file():
            continue
        inner = path.relative_to(folder).parts
        if inner[0] == "_internal":
            inner = inner[1:]
        # Inside a package that is most of the bundle, its libraries one by one.
        large = path.stat().st_size > 10 * MEGABYTE
        parts["/".join(inner) if large else inner[0]] += path.stat().st_size
    return parts


def main(folder: Path, archive: Path) -> int:
    """Print the sizes; 1 where a CPU bundle is larger than is promised."""
    parts = sizes(folder)
    for name, size in parts.most_common(SHOWN):
        print(f"{size / MEGABYTE:8.1f} MB  {name}")
    promised = not folder.name.endswith("-cuda")
    within = True
    for what, size, limit in (
        ("unpacked", parts.total(), LIMITS[0]),
        (str(archive), archive.stat().st_size, LIMITS[1]),
    ):
        most = f" ({limit / MEGABYTE:.0f} at the most)" if promised else ""
        print(f"{size / MEGABYTE:8.1f} MB  {what}{most}")
        within &= size <= limit
    return int(promised and not within)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
