"""Extents of a file's content, as file systems list them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST = 1_000_000


def united(pieces: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Unite pieces that lie one behind the other.

    Args:
        pieces: byte offset and length in bytes of each, in the order of the content.

    Raises:
        OSError: the content lies in more than a million extents.
    """
    found: list[tuple[int, int]] = []
    for start, length in pieces:
        if found and sum(found[-1]) == start:
            found[-1] = (found[-1][0], found[-1][1] + length)
        elif len(found) >= _MOST:
            raise OSError(f"the file lies in more than {_MOST} extents; they are not listed")
        else:
            found.append((start, length))
    return found
