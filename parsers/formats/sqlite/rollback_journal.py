"""The rollback journal beside a database: pages as they were before they were changed.

If the change was not finished, the journal is hot: SQLite writes its pages back before it reads the database. This
module determines which pages SQLite would write back. It writes nothing.

References:
    https://sqlite.org/fileformat2.html#the_rollback_journal; SQLite's pager.c: hasHotJournal(), pager_playback(),
    readJournalHdr(), pager_playback_one_page(), readSuperJournal().
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

MAGIC = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
_HEADER = struct.Struct(">8s5I")
_SECTOR = 512
#: Page count in a segment header that means: derive the count from the file's size.
_UNCOUNTED = 0xFFFFFFFF
#: The byte on which SQLite sets locks. Its page holds nothing, and marks the end of the pages in a journal.
_LOCK_BYTE = 0x40000000
#: Longest name of a super-journal.
_MAX_NAME = 4096


class JournalPage(NamedTuple):
    """A page in a journal: its number, the offset of its bytes in the journal, and the change it belongs to.

    ``change`` numbers the changes in the order of their pages, from 0.
    """

    number: int
    offset: int
    change: int


@dataclass(slots=True)
class RollbackJournal:
    """The content of a journal.

    Attributes:
        page_size: size of a page in bytes; 0 if it is unknown.
        hot: whether the change was not finished, so that SQLite rolls it back.
        restored: for each page that is rolled back, the page as it was.
        original_pages: number of pages before the change; None if nothing is rolled back.
        others: pages that SQLite does not roll back: from finished changes, or after the place where it stops reading.
        issue: one clause on why the change, or the rest of it, is not rolled back; empty if there is nothing to report.
    """

    page_size: int = 0
    hot: bool = False
    restored: dict[int, JournalPage] = field(default_factory=dict)
    original_pages: int | None = None
    others: list[JournalPage] = field(default_factory=list)
    issue: str = ""


def read(stream: BinaryIO, size: int, page_size: int, is_beside: Callable[[str], bool]) -> RollbackJournal:
    """Read a journal of ``size`` bytes.

    Args:
        stream: the journal, seekable.
        size: its length in bytes.
        page_size: the database's page size in bytes, or 0 if unknown. The journal's own counts if its header is whole.
        is_beside: whether a file of this name is beside the journal. Called for a super-journal.
    """
    return _JournalReading(stream, size, page_size, is_beside).journal


class _JournalReading:
    """State while one journal is read."""

    def __init__(self, stream: BinaryIO, size: int, page_size: int, is_beside: Callable[[str], bool]) -> None:
        self._stream, self._size = stream, size
        self.journal = RollbackJournal(page_size)
        self._sector = _SECTOR
        self._taken = 0
        head = self._at(0, _HEADER.size)
        if head[:1] not in (b"", b"\0"):
            self._hot(head, is_beside)
        if self.journal.page_size:
            self._others()

    def _hot(self, head: bytes, is_beside: Callable[[str], bool]) -> None:
        journal = self.journal
        if len(head) < _HEADER.size or not head.startswith(MAGIC):
            journal.issue = "its header is none; SQLite takes nothing back from it"
            return
        _, _, _, _, sector, page_size = _HEADER.unpack(head)
        if page_size and not (512 <= page_size <= 65536 and page_size & (page_size - 1) == 0):
            journal.issue = f"its header gives pages of {page_size} bytes; SQLite takes nothing back from it"
            return
        if not (32 <= sector <= 65536 and sector & (sector - 1) == 0):
            journal.issue = f"its header gives sectors of {sector} bytes; SQLite takes nothing back from it"
            return
        journal.page_size = page_size or journal.page_size
        self._sector = sector
        name = self._super_journal()
        if name and not is_beside(name.rpartition("/")[2].rpartition("\\")[2]):
            journal.issue = (
                f"it belongs to a change of several databases, whose super-journal {name[:200]} is not beside it;"
                " SQLite takes such a change for finished"
            )
            return
        journal.hot = True
        if journal.page_size:
            self._segments()

    def _segments(self) -> None:
        """Collect what SQLite rolls back, segment by segment."""
        at = 0
        while at + self._sector <= self._size:
            magic, count, nonce, pages, _, _ = _HEADER.unpack(self._at(at, _HEADER.size))
            if magic != MAGIC:
                return
            if self.journal.original_pages is None:
                self.journal.original_pages = pages
            at += self._sector
            if count == _UNCOUNTED:
                count = (self._size - self._sector) // (self.journal.page_size + 8)
            for _ in range(count):
                if not self._take(at, nonce):
                    return
                at += self.journal.page_size + 8
                self._taken = at
            at = -(-at // self._sector) * self._sector

    def _take(self, at: int, nonce: int) -> bool:
        """Collect one page to roll back; False if SQLite stops there."""
        size, journal = self.journal.page_size, self.journal
        record = self._at(at, size + 8)
        if len(record) < size + 8:
            journal.issue = "it is cut off; the pages up to there are taken back, as SQLite does"
            return False
        number = int.from_bytes(record[:4], "big")
        if number in (0, _LOCK_BYTE // size + 1):
            return False
        if number > (journal.original_pages or 0):
            return True
        if _nonce(record) != nonce:
            journal.issue = (
                f"the checksum of the page at its byte {at} is wrong; only the pages before it are taken back, as"
                " SQLite does"
            )
            return False
        journal.restored[number] = JournalPage(number, at + 4, 0)
        return True

    def _others(self) -> None:
        """The pages that are not rolled back. Changes are told apart by the nonce of their checksums."""
        size, change, before = self.journal.page_size, -1, None
        at = self._taken or self._begin()
        while at + 4 + size <= self._size:
            record = self._at(at, size + 8)
            number = int.from_bytes(record[:4], "big")
            if number == 0 or number >= 1 << 31 or number == _LOCK_BYTE // size + 1:
                if not (at := self._segment_after(at)):
                    return
                continue
            if len(record) == size + 8 and (nonce := _nonce(record)) != before:
                change, before = change + 1, nonce
            self.journal.others.append(JournalPage(number, at + 4, max(0, change)))
            at += size + 8

    def _segment_after(self, at: int) -> int:
        """Offset of the pages of the next segment; 0 if there is none.

        Its header begins a sector. Its magic and count are zeros until it is finally written.
        """
        at = -(-at // self._sector) * self._sector
        head = self._at(at, _HEADER.size)
        sizes = struct.pack(">2I", self._sector, self.journal.page_size)
        is_header = head.startswith(MAGIC) or (head.startswith(bytes(12)) and head[20:] == sizes)
        return at + self._sector if is_header else 0

    def _begin(self) -> int:
        """Offset of the pages. A header occupies one sector; a zeroed header does not state the sector size."""
        if self.journal.hot or self.journal.issue:
            return self._sector
        sizes = [512 << power for power in range(8)]
        return next((size for size in sizes if self._at(size, 4).strip(b"\0")), self._sector)

    def _super_journal(self) -> str:
        """The name of the super-journal in the last bytes; empty if there is none."""
        tail = self._at(max(0, self._size - 16), 16)
        if len(tail) < 16 or tail[8:] != MAGIC:
            return ""
        length, total = struct.unpack(">2I", tail[:8])
        if not 0 < length <= min(_MAX_NAME, self._size - 16):
            return ""
        name = self._at(self._size - 16 - length, length)
        return name.decode("utf-8", "replace") if sum(name) & 0xFFFFFFFF == total and name[0] else ""

    def _at(self, at: int, length: int) -> bytes:
        self._stream.seek(at)
        return self._stream.read(length)


def _nonce(record: bytes) -> int:
    """The nonce of a page's checksum: the same for all pages of one segment."""
    page = record[4:-4]
    total = sum(page[at] for at in range(len(page) - 200, 0, -200))
    return (int.from_bytes(record[-4:], "big") - total) & 0xFFFFFFFF
