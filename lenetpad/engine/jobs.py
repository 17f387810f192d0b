"""The jobs thread: questions go in, progress and answers come out, each for its asker.

Latest wins for each asker: a newer question replaces the asker's older one that waits, and cancels
the one under way. The questions of different askers are kept, and answered in the order of asking.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QSemaphore, Signal

from lenetpad.engine.mailbox import KeyedMailbox
from lenetpad.engine.worker import Worker
from lenetpad.values.jobs import Answer, JobFailure, JobProgress, Question, Reply

#: A generator function of the question: it yields progress, as frozen values of its own, and at
#: last an Answer. It is cancelled between two yields, by closing the generator.
Job = Callable[[Question], Generator[object, None, None]]
#: So many replies may be on their way to the owner's thread; then the job waits (back-pressure).
ON_THE_WAY: Final = 64
#: More than ever wait: nobody receives replies any more.
FREE: Final = 1 << 20


class Jobs(Worker):
    """Owns a jobs thread. Questions return at once; replies come as signals.

    ``progressed`` carries a JobProgress, ``answered`` an Answer and ``failed`` a JobFailure, all
    of them only of the latest question of an asker, and only until it is cancelled.
    """

    progressed = Signal(object)
    answered = Signal(object)
    failed = Signal(object)

    def __init__(
        self, jobs: Mapping[str, Job], name: str = "jobs", parent: QObject | None = None
    ) -> None:
        super().__init__(name, parent)
        self._jobs = jobs
        self._questions: KeyedMailbox[Question] = KeyedMailbox()
        # By asker. Written by the owner's thread, read by the worker's between two steps.
        self._wanted: dict[str, Question] = {}
        self._room = QSemaphore(ON_THE_WAY)

    # In the owner's thread

    def ask(self, question: Question) -> None:
        """Have a question answered; an older one of the same asker is given up.

        Raises ValueError where no job has that name. Does nothing once the thread is closed.
        """
        if question.job not in self._jobs:
            raise ValueError(f"no job is called {question.job!r}")
        self._wanted[question.asker] = question
        if self._questions.put(question.asker, question):
            self.wake()

    def cancel(self, asker: str) -> None:
        """Cancel the asker's question after the step at hand; no reply to it comes any more."""
        self._wanted.pop(asker, None)  # what waits in the mailbox is passed over in its turn

    def receive(self, message: object) -> None:
        """Pass on a reply; a stale one, whose question was cancelled or replaced, is dropped."""
        self._room.release()
        assert isinstance(message, Reply)
        if not self._is_wanted(message.question):
            return
        match message:
            case JobProgress():
                self.progressed.emit(message)
            case Answer():
                del self._wanted[message.asker]
                self.answered.emit(message)
            case JobFailure():
                del self._wanted[message.asker]
                self.failed.emit(message)

    def stop(self) -> None:
        """Stop after the step at hand, and wait for nothing."""
        super().stop()
        self._wanted.clear()
        self._room.release(FREE)

    # In the worker's thread

    def step(self) -> bool:
        """Answer one question."""
        question = self._questions.take()
        if question is None:
            return False
        failure = self.guard(partial(self._answer, question), question.place, question.job)
        if failure is not None:
            self._reply(JobFailure(question, failure))
        return True

    def _answer(self, question: Question) -> None:
        if not self._is_wanted(question):
            return
        with closing(self._jobs[question.job](question)) as steps:
            for step in steps:
                if not self._is_wanted(question):
                    return
                if isinstance(step, Answer):
                    self._reply(step)
                    return
                self._reply(JobProgress(question, step))
        raise RuntimeError(f"the job {question.job} ended without an answer")

    def _is_wanted(self, question: Question) -> bool:
        return self._wanted.get(question.asker) is question

    def _reply(self, reply: Reply) -> None:
        self._room.acquire()
        self.send(reply)
