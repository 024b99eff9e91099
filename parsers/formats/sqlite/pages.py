"""The pages of a database as SQLite would see them, and other versions of them."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple, Protocol

from parsers.formats.sqlite import rollback_journal, write_ahead_log
from parsers.formats.sqlite.header import HEADER_SIZE, DatabaseError, DatabaseHeader
from parsers.formats.sqlite.page import BtreePage
from parsers.formats.sqlite.rollback_journal import RollbackJournal
from parsers.formats.sqlite.write_ahead_log import FrameState, WalFrame, WriteAheadLog

WAL, JOURNAL = "-wal", "-journal"
#: Number of pages kept in memory.
_CACHE = 256


class PageSource(Protocol):
    """Provides pages by number."""

    def page(self, number: int) -> BtreePage:
        """The page with a number. Raises DatabaseError if there is none."""

    def is_certain(self, number: int) -> bool:
        """Whether the page is from the same point in time as the source's other pages."""


class LostHeader(NamedTuple):
    """How to read a file whose header is missing.

    Attributes:
        header: the header fields to use.
        lost: number of bytes missing at the start of the file.
    """

    header: DatabaseHeader
    lost: int = 0


class OldPage(NamedTuple):
    """Another version of a page.

    Attributes:
        page: the page.
        why: the reason it is not current.
        unfinished: whether an unfinished transaction wrote it.
        view: the other pages at that time.
    """

    page: BtreePage
    why: str
    unfinished: bool
    view: PageSource


class Pages:
    """Reads pages as finished transactions left them: with the log, and with a hot journal rolled back."""

    def __init__(
        self,
        database: BinaryIO | None,
        size: int,
        log: tuple[BinaryIO, int] | None,
        journal: tuple[BinaryIO, int] | None,
        is_beside: Callable[[str], bool] = lambda _: False,
        lost: LostHeader | None = None,
    ) -> None:
        """Initialise with the open files and their sizes in bytes.

        Args:
            database: None if there is only a log or a journal.
            size: the database's length in bytes.
            log: the write-ahead log.
            journal: the rollback journal.
            is_beside: whether a file of the given name is beside the database.
            lost: how to read the database if it has no header.

        Raises:
            DatabaseError: neither the file nor its log or journal has a database header.
        """
        self._files: dict[str, BinaryIO] = {"": database} if database else {}
        self._size = size
        self._lost = lost.lost if lost else 0
        self.issues: list[str] = []
        self.log = WriteAheadLog()
        if log:
            self._files[WAL], log_size = log
            self.log = write_ahead_log.read(self._files[WAL], log_size)
            if self.log.issue:
                self.issues.append(f"the write-ahead log: {self.log.issue}")
        self.journal = RollbackJournal()
        if journal:
            self._files[JOURNAL], journal_size = journal
            self.journal = self._read_journal(journal[0], journal_size, is_beside, lost)
        self._cache: OrderedDict[int, BtreePage] = OrderedDict()
        self.header = lost.header if lost and 1 not in self.log.current else self._header()
        self._check_sizes()
        self._in_file = (size + self._lost) // self.header.page_size
        before = self.journal.original_pages if self.journal.hot and database else None
        self._base: int = max(self._in_file, *self.journal.restored, 0) if before is None else before
        self.count = max(self._base, max(self.log.current, default=0))

    def _read_journal(
        self, stream: BinaryIO, size: int, is_beside: Callable[[str], bool], lost: LostHeader | None
    ) -> RollbackJournal:
        page_size = lost.header.page_size if lost else self.log.page_size
        if not page_size and "" in self._files:
            page_size = DatabaseHeader.parse(self._read("", 0, HEADER_SIZE)).page_size
        found = rollback_journal.read(stream, size, page_size, is_beside)
        if "" not in self._files:
            # Only the journal is left. Its pages are those from before the change.
            found.restored = {page.number: page for page in (*reversed(found.others), *found.restored.values())}
            found.others = []
        elif found.hot and self._size < max(page_size, 1):
            found.hot, found.issue = False, "the database beside it is empty; SQLite takes nothing back"
        if found.hot and "" in self._files:
            self.issues.append(
                "the rollback journal belongs to a change that was not finished; the database is read as SQLite would"
                " read it, with the pages of the journal in place of those that the change wrote"
            )
        if found.issue:
            self.issues.append(f"the rollback journal: {found.issue}")
        return found

    def _header(self) -> DatabaseHeader:
        if (frame := self.log.current.get(1)) is not None:
            return DatabaseHeader.parse(self._read(WAL, frame.offset, HEADER_SIZE))
        if (first := self.journal.restored.get(1)) is not None:
            return DatabaseHeader.parse(self._read(JOURNAL, first.offset, HEADER_SIZE))
        return DatabaseHeader.parse(self._read("", 0, HEADER_SIZE))

    def _check_sizes(self) -> None:
        size = self.header.page_size
        if self.log.page_size and self.log.page_size != size:
            self.issues.append(
                f"the write-ahead log has pages of {self.log.page_size} bytes, the database of {size}; the log is not"
                " read"
            )
            self.log = WriteAheadLog()
        if self.journal.page_size and self.journal.page_size != size:
            self.issues.append(
                f"the rollback journal has pages of {self.journal.page_size} bytes, the database of {size}; the journal"
                " is not read"
            )
            self.journal = RollbackJournal()

    def page(self, number: int) -> BtreePage:
        """The current version of a page.

        Raises:
            DatabaseError: the file ends before the page.
        """
        if (known := self._cache.get(number)) is not None:
            self._cache.move_to_end(number)
            return known
        frame = self.log.current.get(number)
        found = self._page(number, WAL, frame.offset) if frame else self.base(number)
        if found is None:
            raise DatabaseError(f"page {number} lies beyond the end of the file")
        self._cache[number] = found
        if len(self._cache) > _CACHE:
            self._cache.popitem(last=False)
        return found

    def is_certain(self, number: int) -> bool:  # noqa: ARG002
        """Always true: these are the current pages."""
        return True

    def base(self, number: int) -> BtreePage | None:
        """A page of the database without its log; None if there is none."""
        if (restored := self.journal.restored.get(number)) is not None:
            return self._page(number, JOURNAL, restored.offset)
        return self.in_file(number) if number <= self._base else None

    def in_file(self, number: int) -> BtreePage | None:
        """A page as stored in the database file; None if there is none."""
        return self._page(number, "", (number - 1) * self.header.page_size - self._lost)

    def frame(self, number: int, offset: int) -> BtreePage | None:
        """A page in the write-ahead log."""
        return self._page(number, WAL, offset)

    def in_journal(self, number: int, offset: int) -> BtreePage | None:
        """A page in the rollback journal."""
        return self._page(number, JOURNAL, offset)

    def numbers(self) -> Iterator[int]:
        """The numbers of the pages present, whatever count a journal states."""
        yield from sorted({*range(1, min(self._base, self._in_file) + 1), *self.log.current, *self.journal.restored})

    def old(self) -> Iterator[OldPage]:
        """Every other version of a page: hidden by the log, superseded in it, from before a change, or unfinished."""
        for number in sorted(self.log.current):
            if page := self.base(number):
                yield OldPage(page, _OVERLAID, unfinished=False, view=_Base(self))
        for frame in self.log.others:
            if page := self._page(frame.page, WAL, frame.offset):
                unfinished = frame.state is FrameState.UNFINISHED
                why = f"a frame of the write-ahead log, {frame.state.value}"
                yield OldPage(page, why, unfinished, _Until(self, frame))
        before = {page.number: page.offset for page in self.journal.others if page.change == 0}
        for each in self.journal.others:
            if page := self._page(each.number, JOURNAL, each.offset):
                yield OldPage(page, _BEFORE, unfinished=False, view=_Before(self, {} if each.change else before))
        if self.journal.hot and "" in self._files:
            yield from self._taken_back()

    def unfinished(self) -> PageSource | None:
        """The database as an unfinished transaction left it, if that wrote the first page."""
        for frame in self.log.others:
            if frame.page == 1 and frame.state is FrameState.UNFINISHED:
                return _Until(self, frame)
        return _Unfinished(self) if self.journal.hot and "" in self._files else None

    def _taken_back(self) -> Iterator[OldPage]:
        """The pages that a transaction wrote and a hot journal rolls back."""
        view = _Unfinished(self)
        for number in sorted({*self.journal.restored, *range(self._base + 1, self._in_file + 1)}):
            page, now = self.in_file(number), self.base(number)
            if page and (now is None or page.content != now.content):
                yield OldPage(page, _TAKEN_BACK, unfinished=True, view=view)

    def _page(self, number: int, file: str, offset: int) -> BtreePage | None:
        size = self.header.page_size
        if number < 1 or file not in self._files:
            return None
        missing = max(0, -offset)
        content = bytes(min(missing, size)) + self._read(file, offset + missing, size - missing)
        if len(content) < size or missing >= size:
            return None
        return BtreePage(number, content, self.header.usable, file, offset)

    def _read(self, file: str, offset: int, size: int) -> bytes:
        stream = self._files.get(file)
        if stream is None or size <= 0:
            return b""
        stream.seek(offset)
        return stream.read(size)


_OVERLAID = "an earlier version, in the database file, of a page that the write-ahead log replaces"
_BEFORE = "a page of the rollback journal, as it was before a change"
_TAKEN_BACK = "the rollback journal beside the database takes this page back to what it was before the transaction"


class _Base:
    """The database without its log."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def page(self, number: int) -> BtreePage:
        return _there(self._pages.base(number), number)

    def is_certain(self, number: int) -> bool:  # noqa: ARG002
        return True


class _Until:
    """The database and its log up to the end of a given frame's transaction."""

    def __init__(self, pages: Pages, frame: WalFrame) -> None:
        self._pages, self._frame = pages, frame

    def page(self, number: int) -> BtreePage:
        versions = self._pages.log.versions.get(number, [])
        place = bisect_right(versions, self._frame.until)
        found = self._pages.frame(number, versions[place - 1]) if place else self._pages.base(number)
        return _there(found, number)

    def is_certain(self, number: int) -> bool:
        versions = self._pages.log.versions.get(number, [])
        # A later version in the log may already be checkpointed into the database file.
        in_order = not versions or versions[0] <= self._frame.until
        return self._frame.state is not FrameState.EARLIER and in_order


class _Before:
    """The database before a change, from the journal's pages of that change."""

    def __init__(self, pages: Pages, before: dict[int, int]) -> None:
        self._pages, self._before = pages, before

    def page(self, number: int) -> BtreePage:
        offset = self._before.get(number)
        return _there(self._pages.in_journal(number, offset), number) if offset else self._pages.page(number)

    def is_certain(self, number: int) -> bool:
        # A large change has several segments in the journal, which look like several changes.
        is_one = all(page.change == 0 for page in self._pages.journal.others)
        return bool(self._before) and (number in self._before or is_one) and not self._pages.journal.hot


class _Unfinished:
    """The database file as the unfinished transaction left it; some of its pages may not have been written yet."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def page(self, number: int) -> BtreePage:
        return _there(self._pages.in_file(number), number)

    def is_certain(self, number: int) -> bool:  # noqa: ARG002
        return False


def _there(page: BtreePage | None, number: int) -> BtreePage:
    if page is None:
        raise DatabaseError(f"page {number} is not there")
    return page
