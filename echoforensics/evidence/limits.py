"""Bounds that keep hostile evidence from filling the machine. Meeting one is an Issue, never silence."""

from __future__ import annotations

#: How deep archives within archives are opened; the source itself is depth 0.
MAX_DEPTH = 4
#: Entries in one container.
MAX_ENTRIES = 5_000_000
#: Bytes of a zip's central directory, which has to be held in memory.
MAX_ZIP_DIRECTORY = 256 * 1024 * 1024
#: Folder levels in one file system or folder.
MAX_FOLDER_DEPTH = 200
#: Bytes that compressed data in one source, or in one archive that is in a source, may expand to: a share of its
#: size, and a floor.
MAX_EXPANSION_RATIO = 200
MAX_EXPANSION_FLOOR = 2 * 1024 * 1024 * 1024
#: The floor of one member of a zip or tar, so that a bomb among them leaves room for the others.
MAX_MEMBER_FLOOR = 256 * 1024 * 1024


class ExpansionLimitError(OSError):
    """Compressed data expands beyond the bound."""


class Budget:
    """How many bytes compressed data may still expand to."""

    def __init__(self, source_size: int) -> None:
        """Take the size in bytes of the source or archive that holds it."""
        self.total = MAX_EXPANSION_FLOOR + MAX_EXPANSION_RATIO * source_size
        self._left = self.total
        self._whole: Budget | None = None

    def for_member(self, stored_size: int) -> Budget:
        """The budget of one member, which takes ``stored_size`` bytes in the archive. It is taken off this one too."""
        own = Budget(stored_size)
        own.total = own._left = min(self.total, MAX_MEMBER_FLOOR + MAX_EXPANSION_RATIO * stored_size)
        own._whole = self
        return own

    def spend(self, size: int) -> None:
        """Take some bytes off. Raises ExpansionLimitError when there are none left."""
        self._left -= size
        if self._left < 0:
            what = "this source" if self._whole is None else "this member"
            raise ExpansionLimitError(f"not read further: compressed data in {what} expands beyond {self.total} bytes")
        if self._whole is not None:
            self._whole.spend(size)
