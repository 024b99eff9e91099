"""The boxes that MP4 files are made of.

References:
    ISO/IEC 14496-12 sections 4.2 (box structure) and 4.3 (ftyp).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from parsers.formats.audio.window import Window

#: Boxes looked at inside one other.
_MAX_CHILDREN = 4096


class Box(NamedTuple):
    """One box: its type, and where its content starts and ends."""

    kind: bytes
    start: int
    end: int


def read_box(window: Window, at: int, limit: int) -> Box | None:
    """The box at an offset; None where there is none. Its end may lie beyond ``limit``; a box without a
    length of its own ends there."""
    header = window.at(at, min(8, limit - at))
    if len(header) < 8:
        return None
    size, kind, start = int.from_bytes(header[:4], "big"), header[4:8], at + 8
    if size == 1:
        large = window.at(start, 8)
        size, start = int.from_bytes(large, "big"), at + 16
        if len(large) < 8:
            return None
    elif size == 0:
        size = limit - at
    if at + size < start:
        return None
    return Box(kind, start, at + size)


def children(window: Window, parent: Box, skip: int = 0) -> Iterator[Box]:
    """The boxes inside another, after ``skip`` bytes; up to the first that does not fit into it."""
    at = parent.start + skip
    for _ in range(_MAX_CHILDREN):
        box = read_box(window, at, parent.end)
        if box is None or box.end > parent.end:
            return
        yield box
        at = box.end


def child(window: Window, parent: Box | None, *path: bytes) -> Box | None:
    """The first box down a path of types, or None."""
    for kind in path:
        if parent is None:
            return None
        parent = next((box for box in children(window, parent) if box.kind == kind), None)
    return parent


def number(window: Window, at: int, width: int) -> int:
    """An unsigned big-endian number in the file; bytes that are not there count as none."""
    return int.from_bytes(window.at(at, width), "big")
