"""Numbers with their nouns, for messages."""

from __future__ import annotations


def counted(count: int, one: str, several: str = "") -> str:
    """Format a number with its noun: ``1 record``, ``2 records``.

    Args:
        count: the number.
        one: the singular noun.
        several: the plural, unless it is ``one`` plus an s.
    """
    return f"{count} {one if count == 1 else several or f'{one}s'}"
