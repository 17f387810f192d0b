"""What the window has to know of a page before the page is there."""

from __future__ import annotations

from dataclasses import dataclass

from lenetpad.ui.actions import VIEW, ActionSpec


@dataclass(frozen=True, slots=True)
class PageSpec:
    """A page as header, View menu and shortcuts show it: its title, and the tip of its action;
    both are marked for translators."""

    name: str
    title: str
    tip: str
    shortcuts: tuple[str, ...]
    icon: str = ""

    @property
    def action(self) -> ActionSpec:
        """The action that opens the page; it has the page's name."""
        return ActionSpec(self.name, VIEW, self.title, self.tip, self.shortcuts, self.icon)
