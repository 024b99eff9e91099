"""Which files make up an EWF image: the segments beside the first one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from echoforensics.errors import LaterPartError, SourceError

if TYPE_CHECKING:
    from pathlib import Path

_EXTENSION = re.compile(r"[a-z](?:\d\d|[a-z]{2})")
_LETTERS = 26


def segment_number(extension: str, base: str) -> int | None:
    """The number of a segment by its extension: E01 to E99, EAA to EZZ, FAA to ZZZ; None if it has none.

    Args:
        extension: without the dot.
        base: the letter that the first segment's extension begins with.

    References:
        libyal/libewf, EWF specification, "Segment file extensions".
    """
    text = extension.lower()
    if not _EXTENSION.fullmatch(text) or text[0] < base.lower():
        return None
    if text[1].isdigit():
        return int(text[1:]) or None if text[0] == base.lower() else None
    letters = [ord(letter) - ord("a") for letter in text]
    hundreds = letters[0] - (ord(base.lower()) - ord("a"))
    return 100 + hundreds * _LETTERS**2 + letters[1] * _LETTERS + letters[2]


def find_segments(path: Path, stated: int) -> dict[int, Path]:
    """The segments of an image by their number, given the first.

    Args:
        path: of the first segment.
        stated: its number as it says itself.

    Raises:
        SourceError: a later segment is given instead of the first.
    """
    extension = path.suffix[1:]
    base = extension[:1]
    own = segment_number(extension, base) if base else None
    if own != 1 and stated == 1:
        return {1: path}  # renamed, so that no other can be known to belong to it
    found: dict[int, Path] = {}
    for beside in sorted(path.parent.iterdir()):
        if beside.stem == path.stem and (number := segment_number(beside.suffix[1:], base)) and beside.is_file():
            found.setdefault(number, beside)
    if own != 1 or stated > 1:
        first = found.get(1)
        if first and first != path:
            raise LaterPartError(f"{path}: a later segment of an EWF image; name the first one, {first}")
        raise SourceError(f"{path}: a later segment of an EWF image, and the first one is not beside it")
    return found
