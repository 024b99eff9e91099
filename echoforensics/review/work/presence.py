"""Who else is at an item now: held in memory, and forgotten when nobody says so any more."""

from __future__ import annotations

import threading


class Presence:
    """Who is at which item. Every thread may use it.

    Args:
        milliseconds: for how long somebody counts as there after they said so.
    """

    def __init__(self, milliseconds: int = 25_000) -> None:
        self._for = milliseconds
        self._seen: dict[str, tuple[str, int]] = {}
        self._lock = threading.Lock()

    def here(self, item: str, person: str, at: int) -> list[str]:
        """Note that a person is at an item, and nowhere else; gives who else is there, sorted.

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
