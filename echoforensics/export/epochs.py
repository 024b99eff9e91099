"""Times in whole seconds since 1970 UTC, and the MACB letters of file times, for older formats."""

from __future__ import annotations

#: plaso's terms for the four file times, by their letters.
MACB = {
    "Content Modification Time": "M",
    "Last Access Time": "A",
    "Metadata Modification Time": "C",
    "Creation Time": "B",
}


def seconds(timestamp: int | None) -> int | None:
    """Convert microseconds to whole seconds since 1970 UTC. None if the time is unknown."""
    return None if timestamp is None else timestamp // 1_000_000


def macb(description: str) -> str:
    """Return a time's meaning as four letters or dots: ``M...``, ``.A..``, ``..C.``, ``...B``, or ``....``."""
    return "".join(letter if MACB.get(description) == letter else "." for letter in "MACB")


def why_left_out(count: int, reader: str) -> str:
    """Explain why rows are missing from a format that requires a time; empty if none are."""
    return f"no time in UTC that {reader} can show" if count else ""
