"""Files that are no weights of torch's: what they are, by how they begin, and what to do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from lenetpad.lenet.identification import WeightsError

#: What files begin with, and what to say of them.
BEGINNINGS: Final = (
    (
        rb"version https://git-lfs",
        "is a Git LFS pointer, not the file itself: fetch it with `git lfs pull`",
    ),
    (
        rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<(!doctype html|html|head|body)",
        "is a web page, not weights: download the file itself, such as with the button Raw",
    ),
    (rb"\x89HDF\r\n\x1a\n", "is HDF5, not safetensors: rename it so that it ends in .h5"),
    (rb"\x1f\x8b", "is packed with gzip: unpack it first, such as with gunzip"),
    (rb"BZh[1-9]", "is packed with bzip2: unpack it first, such as with bunzip2"),
    (rb"\xfd7zXZ\0", "is packed with xz: unpack it first, such as with unxz"),
    (rb"7z\xbc\xaf\x27\x1c|Rar!", "is an archive: unpack the weights file in it first"),
    (
        rb"\x08[\x01-\x0f]\x12.{1,40}",
        "is ONNX, not safetensors: rename it so that it ends in .onnx",
    ),
    (rb"....TFL3", "is TensorFlow Lite: convert the weights to a state dict and save that"),
    (rb"\x93NUMPY", "is one NumPy array: save all arrays by name, with numpy.savez"),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|%PDF", "is a picture or a document, not weights"),
    (rb"\s*[{\[]", "is JSON or text, not weights: save a state dict as .pth or .safetensors"),
)
#: The most that is looked at.
BEGINNING: Final = 512
#: Names of files in archives of other programs', and what to say of these.
ENTRIES: Final = (
    (b"model.weights.h5", "is a network of Keras's: rename it so that it ends in .keras"),
    (b"[Content_Types].xml", "is a document, not weights"),
    (b"saved_model.pb", "is a TensorFlow model: convert its arrays to a state dict"),
)


def check(content: bytes, path: Path) -> None:
    """Raise WeightsError where a file is of a kind that holds no state dict."""
    beginning = content[:BEGINNING]
    for pattern, what in BEGINNINGS:
        if re.match(pattern, beginning, re.IGNORECASE | re.DOTALL):
            raise WeightsError(f"{path} {what}")
    if content.startswith(b"PK"):
        for name, what in ENTRIES:
            if name in content[-(1 << 16) :]:
                raise WeightsError(f"{path} {what}")
