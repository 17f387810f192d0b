"""The one place where a failure is written into the log."""

from __future__ import annotations

import logging

from lenetpad.values.failures import Failure

log = logging.getLogger("lenetpad")


def log_failure(failure: Failure) -> None:
    """Write a failure with its traceback into the log; a user's mistake is said and not logged."""
    if failure.mistake:
        return
    log.error("%s failed: %s\n%s", failure.what, failure.message, failure.traceback)
