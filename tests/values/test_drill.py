"""The scores of the drill."""

from __future__ import annotations

import numpy as np
import pytest

from lenetpad.values.drill import Exercise, Round
from lenetpad.values.evaluation import NO_DIGIT

BLANK = np.zeros((28, 28), np.uint8)


def test_people_and_network_are_counted_on_the_same_patterns() -> None:
    labels, read = (4, 9, 7, NO_DIGIT), (4, 4, NO_DIGIT, NO_DIGIT)
    exercises = tuple(
        Exercise(BLANK, label, answer, 0.5) for label, answer in zip(labels, read, strict=True)
    )
    drill = Round(exercises)
    assert (drill.people, drill.network, drill.ended) == (0, 0, False)
    drill = drill.answered(9)
    assert (drill.people, drill.network) == (0, 1)
    drill = drill.answered(9).answered(7)
    assert (drill.people, drill.network, drill.ended) == (2, 1, False)
    drill = drill.answered(NO_DIGIT)
    assert (drill.people, drill.network, drill.ended) == (3, 2, True)
    with pytest.raises(ValueError, match="answers nothing"):
        drill.answered(1)


@pytest.mark.parametrize("answer", [-1, 11])
def test_what_is_no_answer_is_none(answer: int) -> None:
    with pytest.raises(ValueError, match="answers nothing"):
        Round((Exercise(BLANK, 1, 1, 1.0),)).answered(answer)
