"""What the Train page says of a training, in a line beside the bar."""

from __future__ import annotations

from lenetpad.ui.train.pace import Pace
from lenetpad.ui.train.runs_table import duration
from lenetpad.values.training import Ended, Outcome, Progress, Stage


def stage_words(stage: Stage) -> str:
    """What is being done, and how much of it where that is known."""
    if not stage.total:
        return stage.words
    if stage.folder:
        return f"{stage.words}: {stage.done:,} of {stage.total:,} images"
    return f"{stage.words}: {stage.done / 1e6:,.1f} of {stage.total / 1e6:,.1f} MB"


def epoch_words(report: Progress) -> str:
    """In which epoch it is, of how many."""
    return f"epoch {report.epoch}/{report.epochs}"


def progress_words(report: Progress, pace: Pace, *, paused: bool) -> str:
    """Epoch, speed and time left."""
    epoch = epoch_words(report)
    if paused:
        return f"{epoch} · paused"
    seconds = pace.seconds_left(report)
    speed = [] if pace.speed is None else [f"{pace.speed:,.0f} images/s"]
    left = [] if seconds is None else [f"{duration(seconds)} left"]
    return " · ".join([epoch, *speed, *left])


def end_words(ended: Ended) -> str:
    """How it ended, and how good it is where that was measured."""
    match ended.outcome:
        case Outcome.FINISHED:
            error = ended.test_error
            found = "" if error is None else f": {100 * (1 - error):.2f} % right on the test set"
            return f"Finished{found}"
        case Outcome.STOPPED:
            return "Stopped; Continue goes on with it"
        case Outcome.FAILED:
            return "Failed"


def sentence(words: str) -> str:
    """The words with a capital at their beginning."""
    return words[:1].upper() + words[1:]
