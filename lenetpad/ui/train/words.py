"""What the Train page says of a training, in a line beside the bar."""

from __future__ import annotations

from lenetpad.ui.train.pace import Pace
from lenetpad.ui.train.runs_model import duration
from lenetpad.ui.widgets.words import translate
from lenetpad.values.training import Ended, Outcome, Progress, Stage


def stage_words(stage: Stage) -> str:
    """What is being done, and how much of it where that is known."""
    if not stage.total:
        return translate("Train", "{stage}…").format(stage=translate("Train", stage.words))
    if stage.folder:
        words = translate("Train", "{data}: {done} of {total} images")
        done, total = f"{stage.done:,}", f"{stage.total:,}"
    else:
        words = translate("Train", "{data}: {done} of {total} MB")
        done, total = f"{stage.done / 1e6:,.1f}", f"{stage.total / 1e6:,.1f}"
    return words.format(data=stage.words, done=done, total=total)


def epoch_words(report: Progress) -> str:
    """In which epoch it is, of how many."""
    words = translate("Train", "Epoch {epoch}/{epochs}")
    return words.format(epoch=report.epoch, epochs=report.epochs)


def progress_words(report: Progress, pace: Pace, *, paused: bool) -> str:
    """Epoch, speed and time left."""
    parts = [epoch_words(report)]
    if paused:
        return " · ".join([*parts, translate("Train", "paused")])
    if pace.speed is not None:
        words = translate("Train", "{speed} images/s")
        parts.append(words.format(speed=f"{pace.speed:,.0f}"))
    if (seconds := pace.seconds_left(report)) is not None:
        parts.append(translate("Train", "{time} left").format(time=duration(seconds)))
    return " · ".join(parts)


def end_words(ended: Ended) -> str:
    """How it ended, and how good it is where that was measured."""
    match ended.outcome:
        case Outcome.FINISHED:
            return _finished_words(ended.test_error)
        case Outcome.STOPPED:
            return translate("Train", "Stopped. Press Continue to resume.")
        case Outcome.FAILED:
            return translate("Train", "Failed")


def _finished_words(test_error: float | None) -> str:
    if test_error is None:
        return translate("Train", "Finished")
    words = translate("Train", "Finished with {accuracy} % accuracy on the test set")
    return words.format(accuracy=f"{100 * (1 - test_error):.2f}")
