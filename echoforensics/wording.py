"""Numbers with their nouns, as every command and result says them."""

from __future__ import annotations


def counted(count: int, one: str, several: str = "") -> str:
    """A number with its noun: ``1 row``, ``2 rows``.

    Args:
        count: how many.
        one: the noun for one of them.
        several: the noun for several, where it is not the one with an ``s``.
    """
    return f"{count} {one if count == 1 else several or one + 's'}"
