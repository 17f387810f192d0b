"""One call in a process of its own, for what would hold up the window even from another thread.

The interpreter's lock is held by one thread at a time, and some calls hold it for seconds. A
process has its own, and it can be ended at any moment.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Generator
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, Final

from lenetpad.engine.training_process import be_nice
from lenetpad.storage.decoding import InputError
from lenetpad.storage.streams import open_missing

#: How long a caller waits at once: it can be cancelled in between.
POLL_SECONDS: Final = 0.05


def message_of(
    name: str, target: Callable[..., None], *arguments: Any
) -> Generator[None, None, Any]:
    """Spawn a process of ``target``, whose first argument is its end of a pipe; yields now and
    then, and returns the one message that it sends, None where it ends without a word.

    Closing the generator ends the process.
    """
    context = multiprocessing.get_context("spawn")  # a fork would copy Qt's threads
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=target, args=(theirs, *arguments), name=name, daemon=True)
    process.start()
    theirs.close()  # else the pipe would stay open when the process is gone
    try:
        while not ours.poll(POLL_SECONDS):
            yield
        with suppress(EOFError, OSError):
            return ours.recv()
    finally:
        process.kill()
        process.join()
        ours.close()
    return None


def in_a_process(function: Callable[..., Any], *arguments: Any) -> Generator[None, None, Any]:
    """Call a module's function in a spawned process; yields now and then, returns what it does.

    An InputError or OSError comes through; a process that ends without a word is a RuntimeError.
    Closing the generator ends the process.
    """
    name = f"lenetpad {function.__name__}"
    answer = yield from message_of(name, _answer, function, arguments)
    if answer is None:
        raise RuntimeError("the process ended without an answer, perhaps for lack of memory")
    result, error = answer
    if error is not None:
        raise error
    return result


def _answer(pipe: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """Call the function and send what it returns or raises; the life of the process."""
    open_missing()
    be_nice()
    try:
        pipe.send((function(*arguments), None))
    except (InputError, OSError) as error:
        pipe.send((None, error))
