"""Limits that keep hostile evidence from exhausting the machine. Reaching one is reported as an issue."""

from __future__ import annotations

#: How deeply nested archives are opened; the source itself has depth 0.
MAX_DEPTH = 4
#: The most entries in one container.
MAX_ENTRIES = 5_000_000
#: The most bytes in a zip's central directory, which must be held in memory.
MAX_ZIP_DIRECTORY = 256 * 1024 * 1024
#: The most folder levels in one file system or folder.
MAX_FOLDER_DEPTH = 200
#: How many bytes the compressed data in a source, or in an archive inside it, may expand to: a multiple of its size,
#: and a minimum.
MAX_EXPANSION_RATIO = 200
MAX_EXPANSION_FLOOR = 2 * 1024 * 1024 * 1024
#: The minimum for one member of a zip or tar, so that a bomb leaves room for the others.
MAX_MEMBER_FLOOR = 256 * 1024 * 1024


class ExpansionLimitError(OSError):
    """Compressed data expands beyond the limit."""


class Budget:
    """The number of bytes that compressed data may still expand to."""

    def __init__(self, source_size: int) -> None:
        """Take the size in bytes of the source or archive."""
        self.total = MAX_EXPANSION_FLOOR + MAX_EXPANSION_RATIO * source_size
        self._left = self.total
        self._whole: Budget | None = None

    def for_member(self, stored_size: int) -> Budget:
        """Return a member's budget, given its ``stored_size`` in bytes. It also counts against this budget."""
        own = Budget(stored_size)
        own.total = own._left = min(self.total, MAX_MEMBER_FLOOR + MAX_EXPANSION_RATIO * stored_size)
        own._whole = self
        return own

    def spend(self, size: int) -> None:
        """Spend bytes. Raises ExpansionLimitError when none are left."""
        self._left -= size
        if self._left < 0:
            what = "this source" if self._whole is None else "this member"
            raise ExpansionLimitError(f"not read further: compressed data in {what} expands beyond {self.total} bytes")
        if self._whole is not None:
            self._whole.spend(size)
