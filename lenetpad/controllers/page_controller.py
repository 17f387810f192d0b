"""What the controllers of all pages have in common: page, background jobs, failures, closing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QObject, Slot

from lenetpad.controllers.failures import log_failure
from lenetpad.controllers.networks import Networks
from lenetpad.engine.background_jobs import BackgroundJobs
from lenetpad.engine.imports import import_for_ever
from lenetpad.engine.recognition import Opener
from lenetpad.engine.trainer import Target
from lenetpad.ink.strokes import Sheet
from lenetpad.ui.pages import PageSpec
from lenetpad.ui.widgets.page import Page
from lenetpad.ui.widgets.turns import Steps, Turns
from lenetpad.ui.window import Window
from lenetpad.values.failures import Failure, Place


class Pad(Protocol):
    """What other pages need of the Draw page's controller."""

    networks: Networks

    def put_on_canvas(self, sheet: Sheet, model: str) -> None:
        """Put a sheet on the canvas and show what this network makes of it."""


@dataclass(frozen=True, slots=True)
class Context:
    """What every controller is made with.

    ``folder`` is where the sheet is kept from one start to the next (None keeps none) and
    ``runs`` where trainings are; ``opener`` opens networks, ``target`` is what runs in a training
    process. ``find_pad`` gives the Draw page's controller, which owns canvas and network.
    """

    window: Window
    folder: Path | None
    runs: Path
    opener: Opener
    target: Target
    find_pad: Callable[[], Pad]


@dataclass(frozen=True, slots=True)
class PageRow:
    """How a page is registered.

    ``page`` names a module whose ``build_page(theme, actions, parent)`` is a generator that builds
    the page in turns and returns it, and ``controller`` a PageController, as "module:class". Both
    are imported when the page is first opened, and cost nothing before. ``place`` is what failures
    of its background jobs name.
    """

    spec: PageSpec
    page: str
    controller: str
    place: Place = Place.PAGE

    def make_controller(self, context: Context) -> PageController:
        """Import the controller and make it."""
        module, _, name = self.controller.partition(":")
        controller: PageController = getattr(import_module(module), name)(self, context)
        return controller


class PageController(QObject):
    """Stands between the engine and one page: builds it lazily, and owns what works for it.

    A subclass says in ``connect_page`` what the page's signals do.
    """

    page: Page | None

    def __init__(self, row: PageRow, context: Context) -> None:
        super().__init__()
        self.name = row.spec.name
        self.page = None
        self.context = context
        self.window = context.window
        self._module, self._place = row.page, row.place
        self._jobs: BackgroundJobs | None = None
        self._building = Turns(self)
        self._stopped = False

    @property
    def jobs(self) -> BackgroundJobs:
        """This page's background jobs: their failures appear here. The first use starts them."""
        if self._jobs is None:
            self._jobs = BackgroundJobs(self._place)
            self._jobs.failed.connect(self.report)
            if self._stopped:  # a dialog that was open then has just been answered
                self._jobs.stop()
        return self._jobs

    # The page

    def open_page(self) -> None:
        """Build the page, once what it imports is there: that takes a second."""
        self.jobs.run(f"{self.name} page", partial(import_for_ever, self._module), self._build)

    def _build(self, module: Any) -> None:
        if self.page is None and not self._building.active:  # it may be asked for twice
            self._building.start(self.steps_of_building(module))

    def steps_of_building(self, module: Any) -> Steps[None]:
        """Build the page in turns, connect it and hand it to the window."""
        page: Page = yield from module.build_page(
            self.window.theme, self.window.actions_by_name, self.window.place_for(self.name)
        )
        self.page = page
        self.connect_page()
        self.window.put_page(self.name, page)

    def connect_page(self) -> None:
        """Connect the page that has just been built."""
        raise NotImplementedError

    def page_opened(self) -> None:
        """The page is there and is shown from now on; it is called each time."""

    # Failures

    @Slot(object)
    def report(self, failure: Failure) -> None:
        """Log a failure and tell the user on this page."""
        log_failure(failure)
        self.show_notice(failure.message)

    @Slot(str)
    def show_notice(self, message: str) -> None:
        """Say on this page's banner what went wrong, or in the page's place where it is not."""
        if self.page is None:
            self.window.explain_missing_page(self.name, message)
        else:
            self.page.banner.warn(message)

    # The end

    def may_close(self) -> bool:
        """This page's vote on closing the window, after asking the user where need be."""
        return True

    def keep(self) -> None:
        """Write at once what the user would miss: the window is about to close."""

    def stop(self) -> None:
        """Have everything that was begun stop, and wait for nothing."""
        self._stopped = True
        self._building.stop()
        if self._jobs is not None:
            self._jobs.stop()

    def close(self, deadline: float) -> bool:
        """Wait for what was begun and has been stopped, until a moment of the monotonic clock;
        False where something hangs: it is abandoned, and keeps the process from ending by
        itself."""
        ended = self.page is None or self.page.close_files(seconds_until(deadline))
        return (self._jobs is None or self._jobs.wait(seconds_until(deadline))) and ended


def seconds_until(deadline: float) -> float:
    """The time that is left until a moment of the monotonic clock; never negative."""
    return max(0.0, deadline - time.monotonic())
