"""Notices file systems whose files hold only zeros: copies of the structure alone, and storage that was cleared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from echoforensics.evidence.entry import EntryKind, EntryState, EvidenceIssue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.evidence.entry import Entry

#: Smaller files are not looked at: their content may be kept in the inode, which is part of the structure.
_LEAST_SIZE = 1024
_LEAST_FILES = 2


@dataclass(slots=True)
class _Counted:
    zeros: int = 0
    others: int = 0


class ZeroFiles:
    """Counts, for each file system of a container, the files that begin with zeros and the others."""

    def __init__(self) -> None:
        self._counted: dict[str, _Counted] = {}

    def look(self, entry: Entry, head: bytes) -> None:
        """Count a file by its first bytes. Only files of a file system on media count, and no deleted ones."""
        is_file = entry.kind is EntryKind.FILE and entry.state is EntryState.ALLOCATED and entry.extents is not None
        if not is_file or (entry.size or 0) < _LEAST_SIZE:
            return
        counted = self._counted.setdefault(entry.address.rpartition("/")[0], _Counted())
        if head[:1] == b"\0" and head.count(0) == len(head):
            counted.zeros += 1
        else:
            counted.others += 1

    def issues(self) -> Iterator[EvidenceIssue]:
        """Yield an issue for each file system of which no file holds anything but zeros, as far as was looked."""
        for volume, counted in self._counted.items():
            if counted.zeros >= _LEAST_FILES and not counted.others:
                yield EvidenceIssue(
                    volume.strip("/"),
                    f"each of its {counted.zeros} files of {_LEAST_SIZE} bytes or more begins with nothing but zeros:"
                    " the image may hold the structure without the content of its files, as `e2image`"
                    " writes it, or the storage was cleared. Ask for an image with the content",
                )
