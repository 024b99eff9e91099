"""Who else is viewing an item: held in memory, and forgotten without a new report."""

from __future__ import annotations

import threading


class Presence:
    """Who is viewing which item. It is thread-safe.

    Args:
        milliseconds: how long a report of presence is valid.
    """

    def __init__(self, milliseconds: int = 25_000) -> None:
        self._for = milliseconds
        self._seen: dict[str, tuple[str, int]] = {}
        self._lock = threading.Lock()

    def here(self, item: str, person: str, at: int) -> list[str]:
        """Record that a person is viewing an item, and no other; returns the other viewers, sorted.

        Args:
            item: its id.
            person: their id.
            at: milliseconds since 1970 UTC.
        """
        with self._lock:
            self._seen[person] = (item, at)
            for other, (_, last) in list(self._seen.items()):
                if last + self._for < at:
                    del self._seen[other]
            return sorted(other for other, (place, _) in self._seen.items() if place == item and other != person)
