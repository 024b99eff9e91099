"""The pages of a database as its own reader would see them, and earlier versions of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from parsers.formats.sqlite import rollback_journal, write_ahead_log
from parsers.formats.sqlite.header import DatabaseError, DatabaseHeader
from parsers.formats.sqlite.page import BtreePage
from parsers.formats.sqlite.write_ahead_log import WriteAheadLog

WAL, JOURNAL = "-wal", "-journal"
#: Pages kept in memory.
_CACHE = 256


@dataclass(frozen=True, slots=True)
class OldPage:
    """An earlier version of a page, and why it is no longer valid."""

    page: BtreePage
    why: str


class Pages:
    """Reads pages by number."""

    def __init__(
        self, database: BinaryIO, size: int, log: tuple[BinaryIO, int] | None, journal: tuple[BinaryIO, int] | None
    ) -> None:
        """Take the open files and their sizes in bytes.

        Raises:
            DatabaseError: there is no database header, in the file or in its log.
        """
        self._files: dict[str, BinaryIO] = {"": database}
        self._size = size
        self.issues: list[str] = []
        self.log = WriteAheadLog()
        if log:
            self._files[WAL], log_size = log
            self.log = write_ahead_log.read(self._files[WAL], log_size)
            if self.log.issue:
                self.issues.append(f"the write-ahead log: {self.log.issue}")
        self._journal_size = 0
        if journal:
            self._files[JOURNAL], self._journal_size = journal
            journal[0].seek(0)
            if rollback_journal.unfinished(journal[0].read(28)):
                self.issues.append(
                    "the rollback journal belongs to a change that was not finished;"
                    " the pages before the change are read as earlier versions"
                )
        self._cache: OrderedDict[int, BtreePage] = OrderedDict()
        self.header = self._header()
        self.count = max(size // self.header.page_size, max(self.log.current, default=0))

    def _header(self) -> DatabaseHeader:
        if (frame := self.log.current.get(1)) is not None:
            return DatabaseHeader.parse(self._read(WAL, frame.offset, 100))
        header = DatabaseHeader.parse(self._read("", 0, 100))
        if self.log.page_size and self.log.page_size != header.page_size:
            self.issues.append(
                f"the write-ahead log has pages of {self.log.page_size} bytes, the database of"
                f" {header.page_size}; the log is not read"
            )
            self.log = WriteAheadLog()
        return header

    def page(self, number: int) -> BtreePage:
        """A page as it counts.

        Raises:
            DatabaseError: the file ends before it.
        """
        if (known := self._cache.get(number)) is not None:
            self._cache.move_to_end(number)
            return known
        frame = self.log.current.get(number)
        file, offset = (WAL, frame.offset) if frame else ("", (number - 1) * self.header.page_size)
        found = self._page(number, file, offset)
        if found is None:
            raise DatabaseError(f"page {number} lies beyond the end of the file")
        self._cache[number] = found
        if len(self._cache) > _CACHE:
            self._cache.popitem(last=False)
        return found

    def old(self) -> Iterator[OldPage]:
        """Every earlier version of a page: overlaid by the log, superseded in it, or before a change."""
        size = self.header.page_size
        for number in sorted(self.log.current):
            if number * size <= self._size and (page := self._page(number, "", (number - 1) * size)):
                yield OldPage(
                    page, "an earlier version, in the database file, of a page that the write-ahead log replaces"
                )
        for frame in self.log.others:
            if page := self._page(frame.page, WAL, frame.offset):
                yield OldPage(page, f"a frame of the write-ahead log, {frame.state.value}")
        if self._journal_size:
            for number, offset in rollback_journal.pages(self._files[JOURNAL], self._journal_size, size):
                if page := self._page(number, JOURNAL, offset):
                    yield OldPage(page, "a page of the rollback journal, as it was before a change")

    def _page(self, number: int, file: str, offset: int) -> BtreePage | None:
        if number < 1:
            return None
        content = self._read(file, offset, self.header.page_size)
        if len(content) < self.header.page_size:
            return None
        return BtreePage(number, content, self.header.usable, file, offset)

    def _read(self, file: str, offset: int, size: int) -> bytes:
        stream = self._files[file]
        stream.seek(offset)
        return stream.read(size)
