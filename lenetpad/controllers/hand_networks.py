"""What networks have learnt of hands: what every list of networks offers of it, and calls it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from lenetpad.storage import hands
from lenetpad.storage.hands import Hand
from lenetpad.ui.widgets.words import translate
from lenetpad.values.models import DEFAULT_MODEL, SHIPPED_NAMES


class HandNetworks(QObject):
    """Knows the hands under ``root`` as they were listed last; ``changed`` when that is another
    list, or another hand is on. ``on`` is the folder of the hand with which networks read that are
    chosen in the window; None for none."""

    changed = Signal()

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root
        self.on: Path | None = None
        self._hands: dict[Path, Hand] = {}

    def take(self, found: tuple[Hand, ...]) -> None:
        """Take in a list that has just been read."""
        known = {hand.folder: hand for hand in found}
        if known != self._hands:
            self._hands = known
            self.changed.emit()

    def note(self, hand: Hand) -> None:
        """Take in what has become of one hand."""
        if self._hands.get(hand.folder) != hand:
            self._hands[hand.folder] = hand
            self.changed.emit()

    def switch(self, folder: Path | None) -> None:
        """Have another hand on, or none."""
        if folder != self.on:
            self.on = folder
            self.changed.emit()

    @property
    def hands(self) -> tuple[Hand, ...]:
        """All hands, by their names."""
        return tuple(sorted(self._hands.values(), key=lambda hand: hand.name.casefold()))

    def hand(self, folder: Path | None) -> Hand | None:
        """The hand in a folder, as far as it was listed."""
        return None if folder is None else self._hands.get(folder)

    def name_of(self, folder: Path) -> str:
        """What a hand is called; its folder, where it was not listed yet."""
        hand = self._hands.get(folder)
        return folder.name if hand is None else hand.name

    def owner_of(self, model: str) -> Path | None:
        """The folder of the hand that a weights file was learnt from; None for any other model."""
        path = Path(model)
        return hands.owner_of(path, self.root) if path.parent.name == hands.LEARNT else None

    def base_of(self, model: str) -> str:
        """The network that has learnt a hand's weights; any other model is its own."""
        folder = self.owner_of(model)
        if folder is None:
            return model
        hand = self._hands.get(folder)
        for base in () if hand is None else hand.networks:
            if hand is not None and str(hand.weights(base)) == model:
                return base
        stem = Path(model).stem
        return stem if stem in SHIPPED_NAMES else DEFAULT_MODEL

    def preferred(self, model: str) -> str:
        """What reads where a network is chosen: what it has learnt of the hand that is on, or
        itself."""
        hand = self.hand(self.on)
        weights = None if hand is None else hand.weights(self.base_of(model))
        return model if weights is None else str(weights)

    @property
    def entries(self) -> Iterator[tuple[Path, str, Path]]:
        """Of each network that has learnt a hand: the hand's folder, the network's model, and the
        weights."""
        for hand in self.hands:
            for model in hand.networks:
                weights = hand.weights(model)
                assert weights is not None
                yield hand.folder, model, weights


def title_with(network: str, hand: str) -> str:
    """What a network is called that has learnt a hand."""
    return translate("Window", "{network} · {hand}").format(network=network, hand=hand)
