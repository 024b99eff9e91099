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
        self._seen: dict[str, tuple[str, str, int]] = {}
        self._lock = threading.Lock()

    def here(self, decided_as: str, item: str, person: str, at: int) -> list[tuple[str, str]]:
        """Record that a person is viewing an item, and no other.

        Args:
            decided_as: id of the item whose decision holds for it.
            item: its id.
            person: their id.
            at: milliseconds since 1970 UTC.

        Returns:
            The others who view an item with this decision, sorted: each with the id of the item they view.
        """
        with self._lock:
            self._seen[person] = (decided_as, item, at)
            for other, (_, _, last) in list(self._seen.items()):
                if last + self._for < at:
                    del self._seen[other]
            return sorted(
                (other, viewed)
                for other, (decided, viewed, _) in self._seen.items()
                if decided == decided_as and other != person
            )
