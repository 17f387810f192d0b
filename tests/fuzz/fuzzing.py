"""The mutating fuzzer: every decoder of files from outside, fed with damaged files.

A target is a decoder with good files to begin with and the errors that are its own. Each execution
mutates one of the files and decodes it. An exception that is not the decoder's own is a finding.
"""

from __future__ import annotations

import random
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: What decoders stumble over: numbers at their limits, and what JSON and headers are made of.
MORSELS: Final = (
    *(b"\0", b"\xff", b"\x7f", b"\x80", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\x80"),
    *(b"NaN", b"Infinity", b"-1", b"1e999", b"9" * 400, b"true", b"null", b"{}", b"[]", b'""'),
    *(b"[" * 2000, b'{"a":' * 500, b'"\\u0000"', b"\x1b[31m", b"../", b"/etc/passwd", b"\n"),
)
#: A decoder that takes longer over a mutated small file is a finding too.
SLOW_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Target:
    """A decoder: ``decode`` takes a file's path, ``seeds`` gives good files' bytes.

    ``errors`` are the decoder's own exceptions. ``suffix`` ends the files' names.
    """

    name: str
    suffix: str
    seeds: Callable[[], Sequence[bytes]]
    decode: Callable[[Path], object]
    errors: tuple[type[Exception], ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """An execution that went wrong: the file's bytes, and what happened."""

    target: str
    content: bytes
    what: str


def mutated(seeds: Sequence[bytes], rng: random.Random) -> bytes:
    """One of the seeds, changed in one to five places."""
    content = bytearray(rng.choice(seeds))
    for _ in range(rng.choice((1, 1, 1, 2, 3, 5))):
        at = rng.randrange(len(content) + 1)
        match rng.randrange(9):
            case 0 if content:  # one bit
                content[at % len(content)] ^= 1 << rng.randrange(8)
            case 1 if content:  # one byte
                content[at % len(content)] = rng.randrange(256)
            case 2:  # something taken out
                del content[at : at + rng.choice((1, 2, 8, 64, 1000))]
            case 3:  # something put in
                content[at:at] = rng.choice(MORSELS)
            case 4:  # something put in the place of what was there
                morsel = rng.choice(MORSELS)
                content[at : at + len(morsel)] = morsel
            case 5:  # cut off
                del content[at:]
            case 6:  # repeated
                part = bytes(content[at : at + rng.choice((1, 8, 100))])
                content[at:at] = part * rng.choice((1, 2, 50))
            case 7:  # a number in text, or in a header, with another
                content[at : at + 4] = rng.randrange(1 << 32).to_bytes(
                    4, rng.choice(("big", "little"))
                )
            case _:  # spliced with another
                other = rng.choice(seeds)
                content[at:] = other[rng.randrange(len(other) + 1) :]
    return bytes(content)


def fuzz(target: Target, executions: int, seed: int, folder: Path) -> Iterator[Finding]:
    """Decode so many mutated files, and yield what went wrong."""
    rng, seeds = random.Random(f"{target.name} {seed}"), target.seeds()
    path = folder / f"fuzzed{target.suffix}"
    for _ in range(executions):
        yield from judged(target, mutated(seeds, rng), path)


def judged(target: Target, content: bytes, path: Path) -> Iterator[Finding]:
    """Decode one file, written to ``path``, and yield what goes wrong."""
    path.unlink(missing_ok=True)  # some file systems flush a file that is written over
    path.write_bytes(content)
    began = time.perf_counter()
    try:
        target.decode(path)
    except target.errors as error:
        if len(str(error)) > 300 or not str(error).isprintable():
            yield Finding(target.name, content, f"no line of 300 characters: {error!r:.400}")
    except Exception:
        yield Finding(target.name, content, traceback.format_exc(limit=-6))
    if time.perf_counter() - began > SLOW_SECONDS:
        yield Finding(target.name, content, "slow")
