"""Recovers deleted files of an ext file system from inodes, the orphan list and the journal."""

from __future__ import annotations

import stat
import struct
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.evidence.entry import Entry, EntryKind, EntryState, EvidenceIssue, text_of
from echoforensics.evidence.file_systems.ext.checksums import ExtDamage, damage
from echoforensics.evidence.file_systems.ext.content import ExtContent, MapBudget, content_of, live_versions
from echoforensics.evidence.file_systems.ext.directory import NameType
from echoforensics.evidence.file_systems.ext.history import ExtHistory, InodeCopy, NameCopy
from echoforensics.evidence.file_systems.ext.inode import EA_INODE_FLAG, ExtInode, MappingError, parse_inode, time_text
from echoforensics.evidence.file_systems.ext.journal import JournalError, parse_superblock
from echoforensics.evidence.limits import MAX_ENTRIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from echoforensics.evidence.file_systems.ext.layout import ExtLayout

ORPHANS = b"$OrphanFiles"
#: The prefix of an address in the journal; the journal block and the inode follow.
JOURNAL = "journal-"
_UNALLOCATED = "its inode is unallocated and still points to this content, which later writes may have changed"
_NAME_IN_JOURNAL = "its name stands in a journal copy of a directory block"
_REUSED = "its inode now belongs to another file"
_EMPTY = "its inode holds no content"
_OPEN = "it was deleted while it was open, so that its inode and blocks are still kept for it"


class ExtFiles:
    """The files of an ext file system, by inode and by copies of inodes in the journal."""

    def __init__(self, layout: ExtLayout, read: Callable[[int, int], bytes], length: int) -> None:
        """Take the layout and a reader. The journal is read on first use.

        Args:
            layout: the layout of the file system.
            read: reads (byte offset in the volume, size in bytes).
            length: the size of the volume in bytes.
        """
        self.layout = layout
        self._read = read
        self._length = length
        self._issues: list[str] = []

    @cached_property
    def history(self) -> ExtHistory | None:
        """The content of the journal. None if there is no journal, or it cannot be read."""
        if not self.layout.journal_inode:
            return None
        try:
            found = self._read_journal()
        except OSError as error:
            self._issues.append(f"the journal was not read: {error}")
            return None
        self._issues.extend(found.issues)
        return found

    def issues(self) -> list[str]:
        """The parts of the journal that are, or had to be, ignored; one sentence each."""
        issues: list[str] = []
        if self.layout.needs_recovery:
            issues.append("the journal was not replayed; the newest state of some files may stand only in it")
        if self.layout.journal_device:
            issues.append(f"its journal is on another device ({self.layout.journal_device}) and was not read")
        _ = self.history
        return issues + self.damage.issues + self._issues

    @cached_property
    def damage(self) -> ExtDamage:
        """What does not match the checksums that the file system keeps."""
        try:
            return damage(self.layout, self._read)
        except OSError:
            return ExtDamage()  # reported by the code that reads the same place

    def inode(self, number: int) -> ExtInode | None:
        """Return an inode in its current state. None if it cannot be read."""
        try:
            return parse_inode(self.layout.raw_inode(number))
        except OSError:
            return None

    def content(self, inode: ExtInode, budget: MapBudget | None = None) -> ExtContent:
        """Return where an inode's content lies. Raises MappingError."""
        versions = (budget or MapBudget()).counted(live_versions(self.layout))
        return content_of(inode, self.layout, self._length, versions)

    def stream(self, content: ExtContent) -> BinaryIO:
        """Open content as a stream."""
        return content.open(self.layout.block_size, self._read)

    def at(self, address: str) -> ExtContent:
        """Return the content at an address in the journal. Raises KeyError or OSError."""
        place, _, number = address.partition("@")[0].removeprefix(JOURNAL).partition("-")
        if self.history is None or not (place.isdecimal() and number.isdecimal()):
            raise KeyError(address)
        return self.history.content(self.history.inode_at(int(place), int(number)), MapBudget())

    def _read_journal(self) -> ExtHistory:
        inode = parse_inode(self.layout.raw_inode(self.layout.journal_inode))
        if inode is None or not inode.is_file:
            raise JournalError("its inode is not a file's")
        content = self.content(inode)
        read = content.reader(self.layout.block_size, self._read)
        superblock = parse_superblock(read(0, 1024))
        if superblock.block_size != self.layout.block_size:
            raise JournalError("its blocks are not of the file system's size")
        return ExtHistory(self.layout, superblock, content.size, read, self._length)


class ExtRecovery:
    """One pass over a file system: takes every name, and yields what has no name."""

    def __init__(self, files: ExtFiles) -> None:
        self._files = files
        self._layout = files.layout
        self._history = files.history
        self._names = dict(files.history.names) if files.history else {}
        self._seen = bytearray(self._layout.inodes // 8 + 1)
        #: Maps the inode of each live folder to its path and parent inode.
        self.folders: dict[int, tuple[bytes, int]] = {}
        self._budget = MapBudget()
        self._left: list[int] = []
        self._issues: list[EvidenceIssue] = []

    def saw(self, name: bytes, number: int, *, live: bool) -> None:
        """Record a name."""
        if 0 < number <= self._layout.inodes:
            self._seen[number >> 3] |= 1 << (number & 7)
        if live and self._names:
            self._names.pop((name, number), None)

    def deleted(self, path: bytes, name: bytes, number: int) -> Entry:
        """Return the entry of a deleted name that is still in its folder."""
        known = self._names.pop((name, number), None)
        inode = self._files.inode(number)
        if inode is None or not inode.mode:
            return self._by_journal(path, number, known, "only the name is left")
        return self._of_inode(path, number, inode, known)

    def nameless_folders(self) -> Iterator[tuple[bytes, int]]:
        """Yield folders without a name, (path, inode), parents before their subfolders."""
        numbers: list[int] = []
        for found, is_folder in self._nameless():
            if isinstance(found, EvidenceIssue):
                self._issues.append(found)
            else:
                (numbers if is_folder else self._left).append(found)
        below = set(numbers)
        for number in sorted(numbers, key=lambda number: (self._parent(number) in below, number)):
            if not self._was_seen(number):
                self.saw(b"", number, live=False)
                yield ORPHANS + b"/OrphanFile-%d" % number, number

    def rest(self) -> Iterator[Entry | EvidenceIssue]:
        """Yield inodes without a name, then names that exist only in the journal."""
        yield from self._issues
        in_journal = {number for _, number in self._names}
        for number in self._left:
            inode = None if self._was_seen(number) else self._files.inode(number)
            if inode is not None and (inode.points or number not in in_journal):
                yield self._of_inode(ORPHANS + b"/OrphanFile-%d" % number, number, inode, None, named=False)
        yield from self._orphan_list_issues()
        if self._history is None:
            return
        owners = self._history.owners(self.folders)
        for (name, number), known in sorted(self._names.items(), key=lambda item: (item[0][1], item[0][0])):
            if known.name.type is NameType.FOLDER:
                continue  # folders are known by the paths of their content
            path = self._history.folder_of(known, self.folders, owners)
            full = path + b"/" + name if path else name
            yield self._by_journal(full, number, known, "only the name is left, in a journal copy of a directory block")

    def _of_inode(
        self, path: bytes, number: int, inode: ExtInode, known: NameCopy | None, *, named: bool = True
    ) -> Entry:
        allocated = self._is_allocated(number)
        start = "deleted" if named else "no name leads to it"
        if allocated and inode.links:
            if named:
                return self._by_journal(path, number, known, f"deleted; {_REUSED}")
            reason, state = f"{start}, but its inode is allocated", EntryState.ALLOCATED
        else:
            reason, state = f"{start}; {_OPEN if allocated else _UNALLOCATED}", EntryState.DELETED
        address, times = f"{number}@{path.hex()}", _times(inode, allocated=allocated)
        if not inode.is_file:
            kind = EntryKind.LINK if stat.S_ISLNK(inode.mode) else EntryKind.OTHER
            return Entry(text_of(path), address, 0, None, kind, state, f"{start}; {_what(inode)}", times)
        if not inode.points:
            note = f"{start}; {_EMPTY}"
            return (
                self._by_journal(path, number, known, note, times)
                if state is EntryState.DELETED
                else Entry(text_of(path), address, 0, None, state=state, note=reason, times=times)
            )
        try:
            content = self._files.content(inode, self._budget)
        except MappingError as error:
            return self._by_journal(path, number, known, f"{start}; its content is lost: {error}", times)
        return self._entry(path, address, inode, content, reason, state, times, count=not allocated)

    def _by_journal(
        self, path: bytes, number: int, known: NameCopy | None, note: str, times: dict[str, str] | None = None
    ) -> Entry:
        """Return the entry by the newest copy of its inode in the journal; without content if there is no copy."""
        found = self._history.inode_for(number, known.order if known else None) if self._history else None
        if found is not None and self._history is not None:
            try:
                content = self._history.content(found, self._budget)
                return self._journal_entry(path, found, content, known, note)
            except MappingError as error:
                note += f"; where a journal copy of its inode points to cannot be: {error}"
        kind = EntryKind.LINK if known and known.name.type is NameType.LINK else EntryKind.FILE
        if known and known.name.type not in (NameType.UNKNOWN, NameType.FILE, NameType.LINK):
            kind = EntryKind.OTHER
        address = f"{number}@{path.hex()}"
        if known is not None:
            address = f"{JOURNAL}name-{known.place}-{address}"
        return Entry(text_of(path), address, 0, None, kind, EntryState.DELETED, note, times or {})

    def _journal_entry(
        self, path: bytes, found: InodeCopy, content: ExtContent, known: NameCopy | None, note: str
    ) -> Entry:
        address = f"{JOURNAL}{found.copy.place}-{found.number}@{path.hex()}"
        begin = f"deleted; {_NAME_IN_JOURNAL}" if known else note
        reason = (
            f"{begin}, its content is where a journal copy of its inode (transaction {found.copy.transaction}) points;"
            " later writes may have changed it"
        )
        if not found.copy.committed:
            reason += "; the journal holds no commit of that transaction"
        if known is None or known.order is None:
            reason += "; whether the inode had this name then is not recorded"
        times = _times(found.inode, allocated=True)
        return self._entry(path, address, found.inode, content, reason, EntryState.DELETED, times, count=True)

    def _entry(
        self,
        path: bytes,
        address: str,
        inode: ExtInode,
        content: ExtContent,
        reason: str,
        state: EntryState,
        times: dict[str, str],
        *,
        count: bool,
    ) -> Entry:
        opener: Callable[[], BinaryIO] | None = lambda: self._files.stream(content)  # noqa: E731
        size = content.size
        if not content.is_as_stated:
            reason += f"; {oversize(content)}"
        used = self._in_use(content) if count else 0
        if used:
            reason += f"; {used} of its {content.blocks} blocks now belong to other files"
        if not content.is_anywhere or used == content.blocks > 0:
            reason += (
                ", so that no content is given" if used else "; it has no written block, so that no content is given"
            )
            opener, size = None, 0
        mode = stat.S_IMODE(inode.mode)
        return Entry(text_of(path), address, size, opener, state=state, note=reason, times=times, mode=mode)

    def _in_use(self, content: ExtContent) -> int:
        try:
            return content.blocks_in_use(self._layout)
        except OSError:
            return 0  # the bitmap is lost; reported where its group is read

    def _nameless(self) -> Iterator[tuple[int | EvidenceIssue, bool]]:
        """Yield inodes without a name, in order, and whether each is a folder.

        Yields an issue for each group whose inodes cannot be read.
        """
        given = 0
        for group in range(min(self._layout.groups, -(-self._layout.inodes // self._layout.inodes_per_group))):
            try:
                for first, count, data in self._layout.inode_table(group):
                    for number in self._used(first, count, data):
                        at = (number - first) * self._layout.inode_size
                        inode = parse_inode(data[at : at + self._layout.inode_size])
                        if inode is not None and not inode.flags & EA_INODE_FLAG:
                            given += 1
                            yield number, inode.is_folder
                    if len(data) < count * self._layout.inode_size:
                        yield EvidenceIssue("", f"inodes of block group {group} lie beyond the end of the image"), False
                        break
            except OSError as error:
                yield EvidenceIssue("", f"the inodes of block group {group} cannot be read: {error}"), False
            if given > MAX_ENTRIES:
                yield EvidenceIssue("", f"only the first {MAX_ENTRIES} inodes without a name were read"), False
                return

    def _used(self, first: int, count: int, data: bytes) -> Iterator[int]:
        """Yield the numbers of inodes in a table piece that have a type but no name."""
        types = data[1 :: self._layout.inode_size]
        for index in range(min(count, len(types))):
            number = first + index
            if (
                types[index] >> 4
                and number >= self._layout.first_inode
                and number not in self._layout.own_inodes
                and not self._was_seen(number)
            ):
                yield number

    def _was_seen(self, number: int) -> bool:
        return bool(self._seen[number >> 3] >> (number & 7) & 1)

    def _is_allocated(self, number: int) -> bool:
        try:
            return self._layout.inode_is_allocated(number)
        except OSError:
            return False

    def _parent(self, number: int) -> int:
        """Return the parent's inode as the folder itself states it; 0 if it does not."""
        inode = self._files.inode(number)
        try:
            content = self._files.content(inode, self._budget) if inode else None
            data = self._layout.block(content.runs[0][1]) if content and content.runs else b""
        except OSError:
            return 0
        return int(struct.unpack_from("<I", data, 12)[0]) if data[20:22] == b".." else 0

    def _orphan_list_issues(self) -> Iterator[EvidenceIssue]:
        """Check whether the superblock's list of files deleted while open can be followed."""
        number, met = self._layout.last_orphan, set[int]()
        while number:
            inode = self._files.inode(number)
            if inode is None or number in met or len(met) > self._layout.inodes:
                yield EvidenceIssue("", f"the list of files deleted while open breaks off at inode {number}")
                return
            met.add(number)
            number = inode.deleted


def _what(inode: ExtInode) -> str:
    if stat.S_ISLNK(inode.mode):
        return "a link; not followed"
    if inode.is_folder and not inode.points:
        return "a folder; its inode no longer leads to the names in it"
    return "not a regular file; not followed"


def oversize(content: ExtContent) -> str:
    """Return the note for an inode that states more than the volume, or its inline space, holds."""
    if content.inline is not None:
        held = content.size - content.zeros
        rest = "; the rest is given as zeros, as Linux reads it" if content.zeros else ""
        return f"its inode states {content.stated} bytes, kept in the inode itself, which holds {held} of them{rest}"
    return (
        f"its inode states {content.stated} bytes, more than can be; content is given up to its last written block,"
        f" {content.size} bytes"
    )


def _times(inode: ExtInode, *, allocated: bool) -> dict[str, str]:
    times = inode.times_as_text()
    # While an inode is on the orphan list, the field holds the number of the next one.
    if not allocated and (deleted := time_text(inode.deleted, 0)):
        times["deleted"] = deleted
    return times
