"""`python -m tests.fuzz`: mutated files for every decoder, as many as one has patience for.

Runs the targets of all ``targets_*.py`` beside it, or those that are named, prints how many
executions each took and what it found, and keeps the files that went wrong. Exit status 1 with
findings. With ``--atheris``, the inputs are made by atheris where it is installed, which looks for
those that reach new lines of the decoder (https://github.com/google/atheris).
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from tests.fuzz.fuzzing import Finding, Target, fuzz, judged

HERE: Final = Path(__file__).parent
OUT: Final = Path("build/fuzz")
FRAME: Final = re.compile(r'File ".*?(lenetpad/[^"]+)", line (\d+)')
KIND: Final = re.compile(r"^((?:\w+\.)*\w+)(?::|$)", re.MULTILINE)
#: What atheris may make of an input, in bytes.
LARGEST_INPUT: Final = 1 << 16


def main() -> int:
    """Fuzz, and report."""
    options = _parser().parse_args()
    targets = all_targets()
    if unknown := set(options.target) - {target.name for target in targets}:
        known = ", ".join(target.name for target in targets) or "none"
        sys.exit(f"no target {', '.join(sorted(unknown))}; there are {known}")
    chosen = [one for one in targets if not options.target or one.name in options.target]
    if not chosen:
        print("there are no targets")
        return 0
    OUT.mkdir(parents=True, exist_ok=True)
    if options.atheris:
        return _with_atheris(chosen, options)
    found = 0
    for target in chosen:
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            findings = fuzz(target, options.executions, options.seed, Path(folder))
            distinct = keep_distinct(target, findings)
        seconds = time.perf_counter() - began
        said = f"{distinct} findings" if distinct else "nothing found"
        print(f"{target.name}: {options.executions:,} executions, {seconds:.0f} s, {said}")
        found += distinct
    return 1 if found else 0


def all_targets() -> list[Target]:
    """The targets of all modules beside this one."""
    found: list[Target] = []
    for path in sorted(HERE.glob("targets_*.py")):
        found.extend(importlib.import_module(f"tests.fuzz.{path.stem}").TARGETS)
    return found


def keep_distinct(target: Target, findings: Iterable[Finding]) -> int:
    """Write each distinct finding's file and what happened into ``OUT``; how many there are."""
    seen: set[str] = set()
    for finding in findings:
        key = place_of(finding.what)
        if key in seen:
            continue
        seen.add(key)
        path = OUT / f"{target.name}-{len(seen)}{target.suffix}"
        path.write_bytes(finding.content)
        path.with_name(f"{path.name}.txt").write_text(finding.what, encoding="utf-8")
        print(f"finding: {target.name}: {key}: {path}", flush=True)
    return len(seen)


def place_of(what: str) -> str:
    """What makes a finding distinct: the exception's type and the last line in our code."""
    frames = FRAME.findall(what)
    if not what.startswith("Traceback"):
        return what.partition("(")[0]
    last = what.rindex('  File "')
    kinds = KIND.findall(what, last)
    place = ":".join(frames[-1]) if frames else "outside"
    return f"{kinds[0] if kinds else 'exception'} at {place}"


def _with_atheris(targets: list[Target], options: argparse.Namespace) -> int:
    """A process for each target: atheris leaves its own in its own way."""
    if len(targets) == 1 and options.target:
        return _fuzz_with_atheris(targets[0].name, options.executions, options.seed)
    found = 0
    for target in targets:
        numbers = ("--executions", str(options.executions), "--seed", str(options.seed))
        command = [sys.executable, "-m", "tests.fuzz", "--atheris", *numbers, target.name]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        print(done.stdout, end="", flush=True)
        distinct = done.stdout.count("finding: ")
        said = f"{distinct} findings" if distinct else "nothing found"
        if done.returncode != 0:
            said = f"ended with status {done.returncode}"
        print(f"{target.name}: {options.executions:,} executions, {said}")
        found += distinct + (done.returncode != 0)
    return 1 if found else 0


def _fuzz_with_atheris(name: str, executions: int, seed: int) -> int:
    try:
        import atheris
    except ImportError:
        sys.exit("atheris is not installed: pip install atheris (Linux, Python to 3.13)")
    for module in [module for module in sys.modules if module.startswith(("lenetpad", "tests."))]:
        if module != "tests.fuzz.__main__":
            del sys.modules[module]
    with atheris.instrument_imports(include=["lenetpad"]):
        importlib.import_module("tests.fuzz.fuzzing")
        [target] = [one for one in all_targets() if one.name == name]
    corpus = OUT / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(content)
    with tempfile.TemporaryDirectory() as folder:
        run = once(target, Path(folder))
        arguments = (f"-runs={executions}", f"-seed={seed + 1}", f"-max_len={LARGEST_INPUT}")
        atheris.Setup([sys.argv[0], *arguments, "-verbosity=0", str(corpus)], run)
        atheris.Fuzz()
    return 0


def once(target: Target, folder: Path) -> Callable[[bytes], None]:
    """What decodes one input and keeps what it finds; a finding does not end it."""
    path, seen = folder / f"fuzzed{target.suffix}", set[str]()

    def run(content: bytes) -> None:
        for finding in judged(target, content, path):
            key = place_of(finding.what)
            if key not in seen:
                seen.add(key)
                kept = OUT / f"{target.name}-atheris-{len(seen)}{target.suffix}"
                kept.write_bytes(content)
                kept.with_name(f"{kept.name}.txt").write_text(finding.what, encoding="utf-8")
                print(f"finding: {target.name}: {key}: {kept}", flush=True)

    return run


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", nargs="*", metavar="TARGET", help="default: all")
    parser.add_argument("--executions", type=int, default=100_000, help="default %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="default %(default)s")
    parser.add_argument("--atheris", action="store_true", help="inputs by their coverage")
    return parser


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
