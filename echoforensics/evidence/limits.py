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
#: Bytes that compressed data in one source may expand to: a share of the source's size, and a floor.
MAX_EXPANSION_RATIO = 200
MAX_EXPANSION_FLOOR = 2 * 1024 * 1024 * 1024


class ExpansionLimitError(OSError):
    """Compressed data expands beyond the bound."""


class Budget:
    """How many bytes a source's compressed data may still expand to."""

    def __init__(self, source_size: int) -> None:
        self.total = MAX_EXPANSION_FLOOR + MAX_EXPANSION_RATIO * source_size
        self._left = self.total

    def spend(self, size: int) -> None:
        """Take some bytes off. Raises ExpansionLimitError when there are none left."""
        self._left -= size
        if self._left < 0:
            raise ExpansionLimitError(
                f"not read further: compressed data in this source expands beyond {self.total} bytes"
            )
