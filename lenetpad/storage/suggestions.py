"""What somebody may have meant by a name that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

#: Nobody meant a longer word, and to compare it takes long.
LONGEST_WORD: Final = 80
#: How much alike two words must be, from 0 to 1: "trian" is 0.8 like "train", "paint" is 0.6.
ALIKE: Final = 0.65


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """What to put behind a name that is not known: " (did you mean 'train'?)".

    "" where no known name is much like it.
    """
    import difflib  # where all names are known, nobody waits for it

    if len(word) > LONGEST_WORD:
        return ""
    found = difflib.get_close_matches(word, known, n=1, cutoff=ALIKE)
    return f" (did you mean {found[0]!r}?)" if found else ""
