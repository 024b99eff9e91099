"""Times in whole seconds since 1970 UTC, and the four letters for the times of files, as older formats have them."""

from __future__ import annotations

#: plaso's words for the four times of a file, by the letters that stand for them.
MACB = {
    "Content Modification Time": "M",
    "Last Access Time": "A",
    "Metadata Modification Time": "C",
    "Creation Time": "B",
}


def seconds(timestamp: int | None) -> int | None:
    """Whole seconds since 1970 UTC of microseconds; None if the time is unknown."""
    return None if timestamp is None else timestamp // 1_000_000


def macb(description: str) -> str:
    """What a time is of as four letters or dots: ``M...``, ``.A..``, ``..C.``, ``...B``, or ``....`` for any other."""
    return "".join(letter if MACB.get(description) == letter else "." for letter in "MACB")


def why_left_out(count: int, reader: str) -> str:
    """Why rows are not in a file that needs a time of each; empty if none is left out."""
    return f"no time in UTC that {reader} can show" if count else ""
