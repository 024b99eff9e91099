"""Compares two texts word by word: a machine transcript, and the text stored by the service."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

_WORD = re.compile(r"[\w']+")


def words_of(text: str) -> list[str]:
    """Return the words of a text without capitals and punctuation."""
    return [word.strip("'") for word in _WORD.findall(text.lower()) if word.strip("'")]


def differences(first: str, second: str) -> list[dict[str, str]]:
    """Return where two texts differ, in order, ignoring capitals and punctuation.

    Returns:
        For each place, the words of the first and of the second text: ``{"service": ..., "machine": ...}``.
    """
    mine, theirs = words_of(first), words_of(second)
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    return [
        {"service": " ".join(mine[a:b]), "machine": " ".join(theirs[c:d])}
        for what, a, b, c, d in matcher.get_opcodes()
        if what != "equal"
    ]
