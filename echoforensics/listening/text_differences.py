"""Where two texts differ, word by word: what a machine wrote, beside what the service stored."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

_WORD = re.compile(r"[\w']+")


def words_of(text: str) -> list[str]:
    """The words of a text, without capitals and marks."""
    return [word.strip("'") for word in _WORD.findall(text.lower()) if word.strip("'")]


def differences(first: str, second: str) -> list[dict[str, str]]:
    """Where two texts differ, in order; equal but for capitals and marks gives none.

    Returns:
        For each place what the first has there, and what the second has: ``{"service": ..., "machine": ...}``.
    """
    mine, theirs = words_of(first), words_of(second)
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    return [
        {"service": " ".join(mine[a:b]), "machine": " ".join(theirs[c:d])}
        for what, a, b, c, d in matcher.get_opcodes()
        if what != "equal"
    ]
