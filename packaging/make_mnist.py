"""Make resources/mnist.npz from the four IDX files that MNIST is distributed as.

    python packaging/make_mnist.py FOLDER

FOLDER holds train-images-idx3-ubyte.gz and its three siblings. The result is the same, byte for
byte, on every machine: lenetpad.storage.mnist pins its SHA-256.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import sys
import zipfile
from pathlib import Path

import numpy as np

ARRAYS = {
    "x_train": ("train-images-idx3-ubyte.gz", "ba891046"),
    "y_train": ("train-labels-idx1-ubyte.gz", "65a50cbb"),
    "x_test": ("t10k-images-idx3-ubyte.gz", "0fa7898d"),
    "y_test": ("t10k-labels-idx1-ubyte.gz", "ff7bcfd4"),
}


def read_idx(path: Path, digest: str) -> np.ndarray:
    """Read one gzipped IDX file of unsigned bytes and check the start of its SHA-256."""
    raw = gzip.decompress(path.read_bytes())
    if not hashlib.sha256(raw).hexdigest().startswith(digest):
        raise SystemExit(f"{path} is not the MNIST file that is expected here")
    rank = raw[3]
    shape = np.frombuffer(raw, dtype=">u4", count=rank, offset=4)
    return np.frombuffer(raw, dtype=np.uint8, offset=4 + 4 * rank).reshape(shape)


def main() -> None:
    source = Path(sys.argv[1])
    target = Path(__file__).parent.parent / "resources" / "mnist.npz"
    with zipfile.ZipFile(target, "w") as archive:
        for name, (file, digest) in ARRAYS.items():
            buffer = io.BytesIO()
            np.save(buffer, read_idx(source / file, digest))
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1998, 11, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, buffer.getvalue(), compresslevel=9)
    print(target, hashlib.sha256(target.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
