"""Numbers with their nouns, for messages."""

from __future__ import annotations


def counted(count: int, one: str, several: str = "") -> str:
    """A number with its noun: ``1 record``, ``2 records``.

    Args:
        count: how many.
        one: the noun, for one.
        several: for several, where that is not ``one`` with an s.
    """
    return f"{count} {one if count == 1 else several or f'{one}s'}"
