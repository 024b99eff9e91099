"""Recovers what the journal of ext3 and ext4 remembers: names in directories, and older states of inodes."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.evidence.file_systems.ext.content import ExtContent, MapBudget, content_of
from echoforensics.evidence.file_systems.ext.directory import (
    DirectoryBlock,
    ExtName,
    NameType,
    folder_names,
    parse_directory_block,
)
from echoforensics.evidence.file_systems.ext.inode import ExtInode, parse_inode, runs_of
from echoforensics.evidence.file_systems.ext.journal import Copy, JournalIndex, JournalSuperblock, index_journal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from echoforensics.evidence.file_systems.ext.layout import ExtLayout

#: How many names to track.
MAX_NAMES = 1_000_000
_MAX_DEPTH = 200
#: Names are looked up in the order of their inodes, which lie next to each other in the same blocks.
_CACHED_BLOCKS = 1024
_ESCAPED = b"\xc0\x3b\x39\x98"


class NameCopy(NamedTuple):
    """A name in a journal copy of a directory block.

    Attributes:
        name: the name as found.
        block: the file system block that was copied; None if no descriptor states it.
        folder: the directory's inode if the copy itself states it, else 0.
        parent: the parent directory's inode, likewise.
        order: see :class:`Copy`; None if no descriptor states it.
        place: the journal block that holds the copy.
    """

    name: ExtName
    block: int | None
    folder: int
    parent: int
    order: int | None
    place: int


class InodeCopy(NamedTuple):
    """An inode in a journal copy of a block of an inode table.

    Attributes:
        number: the inode's number.
        inode: its content in the copy.
        copy: the copy that holds it.
    """

    number: int
    inode: ExtInode
    copy: Copy


class ExtHistory:
    """The names and inodes in a journal.

    Attributes:
        names: maps (name, inode) to the newest copy of each.
        issues: what could not be read of the journal, one sentence each.
    """

    def __init__(
        self,
        layout: ExtLayout,
        superblock: JournalSuperblock,
        length: int,
        read: Callable[[int, int], bytes],
        volume_length: int,
    ) -> None:
        """Search a journal.

        Args:
            layout: the layout of the file system.
            superblock: the journal's superblock.
            length: the size of the journal's content in bytes.
            read: reads (byte offset in the journal, size in bytes).
            volume_length: the size of the volume in bytes.
        """
        self._layout = layout
        self._size = superblock.block_size
        self._read = read
        self._volume_length = volume_length
        self._cached = lru_cache(_CACHED_BLOCKS)(self._block)
        index: JournalIndex = index_journal(superblock, length, read)
        self.issues = list(index.issues)
        self._copies: dict[int, list[Copy]] = {}
        self._by_place = {copy.place: copy for copy in index.copies}
        for copy in index.copies:
            if copy.block is not None:
                self._copies.setdefault(copy.block, []).append(copy)
        self.names: dict[tuple[bytes, int], NameCopy] = {}
        self._folder_names: dict[int, NameCopy] = {}
        self._collect_names(index)
        self.inodes_named = {inode for _, inode in self.names}

    def inode_at(self, place: int, number: int) -> InodeCopy:
        """Return an inode in a journal block. Raises OSError, or KeyError if there is none."""
        block, offset = self._layout.inode_in_block(number)
        copy = self._by_place[place]
        if copy.block != block:
            raise KeyError(place)
        inode = parse_inode(self._block(copy)[offset : offset + self._layout.inode_size])
        if inode is None:
            raise KeyError(place)
        return InodeCopy(number, inode, copy)

    def inode_for(self, number: int, order: int | None) -> InodeCopy | None:
        """Return the newest copy of a file's inode that has content. None if there is none.

        An inode may have belonged to several files in turn. This means the file that had it when the name was written.

        Args:
            number: the inode's number.
            order: the order of the copy that holds the name; None if unknown.
        """
        copies = list(self._inode_copies(number))
        living = self._living_key(number)
        files = [copy for copy in copies if copy.inode.is_file and copy.inode.owner_key != living]
        key = _key_at([copy for copy in files if copy.inode.links], order)
        with_content = [copy for copy in files if copy.inode.points and key in (None, copy.inode.owner_key)]
        return with_content[-1] if with_content else None

    def content(self, found: InodeCopy, budget: MapBudget) -> ExtContent:
        """Return where an inode's copy places the content. Raises MappingError."""
        versions = budget.counted(self._versions(found.copy.order))
        return content_of(found.inode, self._layout, self._volume_length, versions)

    def folder_of(self, name: NameCopy, folders: dict[int, tuple[bytes, int]], owners: dict[int, int]) -> bytes:
        """Return the path of the folder that held a name, as far as known; otherwise a path built from what is known.

        Args:
            name: a name in a copy of a directory block.
            folders: live folders, by inode: path and parent inode.
            owners: see :meth:`owners`.
        """
        number = name.folder or owners.get(name.block or 0, 0)
        if not number:
            return b"$Journal/block-%d" % name.block if name.block is not None else b"$Journal"
        return self._path(number, name.parent, folders)

    def owners(self, folders: dict[int, tuple[bytes, int]]) -> dict[int, int]:
        """Map each further block of a directory to the inode of its folder."""
        wanted = {name.block for name in self.names.values() if not name.folder and name.block is not None}
        found: dict[int, int] = {}
        if not wanted:
            return found
        budget = MapBudget()
        for number in (*folders, *(number for number in self._folder_names if number not in folders)):
            for inode, order in self._folder_inodes(number):
                for block in self._blocks(inode, order, budget):
                    if block in wanted:
                        found.setdefault(block, number)
        return found

    def _collect_names(self, index: JournalIndex) -> None:
        for place in index.unclaimed:
            self._collect_block(Copy(None, place, None, 0, escaped=False, committed=False))
        for copy in index.copies:
            if copy.block is not None and not self._layout.is_fixed(copy.block):
                self._collect_block(copy)
            elif copy.block is not None and self._layout.inline_data:
                self._collect_inline(copy, copy.block)
            if len(self.names) > MAX_NAMES:
                self.issues.append(f"only the first {MAX_NAMES} names in the journal were read")
                return

    def _collect_block(self, copy: Copy) -> None:
        try:
            data = self._block(copy)
        except OSError as error:
            self.issues.append(f"block {copy.place} of the journal cannot be read: {error}")
            return
        found: DirectoryBlock | None = parse_directory_block(data, self._layout.inodes)
        # Without a descriptor, only a block that begins like a directory counts as one.
        if found is None or (copy.block is None and not found.folder):
            return
        order = copy.order if copy.block is not None else None
        for name in found.names:
            self._take(NameCopy(name, copy.block, found.folder, found.parent, order, copy.place))

    def _collect_inline(self, copy: Copy, block: int) -> None:
        """Collect the names of folders stored in their inodes, from a copy of an inode table block."""
        size = self._layout.inode_size
        try:
            data = self._block(copy)
        except OSError as error:
            self.issues.append(f"block {copy.place} of the journal cannot be read: {error}")
            return
        for place, number in enumerate(self._layout.inodes_in_block(block)):
            inode = parse_inode(data[place * size : (place + 1) * size])
            if inode is None or not (inode.is_folder and inode.is_inline):
                continue
            above, *areas = inode.inline_folder
            for area in areas:
                for name in folder_names(area, self._layout.inodes)[0]:
                    if name.inode:
                        parent = int.from_bytes(above, "little")
                        self._take(NameCopy(name, block, number, parent, copy.order, copy.place))

    def _take(self, known: NameCopy) -> None:
        self.names[known.name.name, known.name.inode] = known
        if known.name.type is NameType.FOLDER:
            self._folder_names[known.name.inode] = known

    def _block(self, copy: Copy) -> bytes:
        data = self._read(copy.place * self._size, self._size)
        if len(data) < self._size:
            raise OSError("it lies beyond the journal's end")
        return _ESCAPED + data[4:] if copy.escaped else data

    def _inode_copies(self, number: int) -> Iterator[InodeCopy]:
        try:
            block, offset = self._layout.inode_in_block(number)
        except OSError:
            return  # the inode does not exist or its place cannot be read: reported where the group is read
        before, inode = b"", None
        copies = self._copies.get(block, [])
        for place, copy in enumerate(copies):
            try:
                raw = self._cached(copy)[offset : offset + self._layout.inode_size]
            except OSError:
                continue  # reported when the journal was searched
            if raw != before:
                before, inode = raw, parse_inode(raw)
            if inode is not None and inode.mode and not self._repeats(copies, place + 1, offset, raw):
                yield InodeCopy(number, inode, copy)

    def _repeats(self, copies: list[Copy], place: int, offset: int, raw: bytes) -> bool:
        """Whether the next copy has the same content for an inode; only the newest of equal copies is useful."""
        try:
            return place < len(copies) and self._cached(copies[place])[offset : offset + len(raw)] == raw
        except OSError:
            return False

    def _living_key(self, number: int) -> tuple[int, int, int] | None:
        """Identify the file that has the inode now. None if there is none."""
        try:
            if not self._layout.inode_is_allocated(number):
                return None
            inode = parse_inode(self._layout.raw_inode(number))
        except OSError:
            return None
        return inode.owner_key if inode and inode.links else None

    def _versions(self, order: int) -> Callable[[int], Iterator[bytes]]:
        """Yield blocks as of a time: the copy before it, the current block if no other file has it, later copies."""

        def versions(number: int) -> Iterator[bytes]:
            copies = self._copies.get(number, [])
            split = bisect_right(copies, order, key=lambda copy: copy.order)
            for copy in reversed(copies[:split]):
                yield from self._block_or_none(copy)
            try:
                if not self._layout.allocated_blocks(number, 1):
                    yield self._layout.block(number)
            except OSError:
                pass  # not a version of the block
            for copy in copies[split:]:
                yield from self._block_or_none(copy)

        return versions

    def _block_or_none(self, copy: Copy) -> Iterator[bytes]:
        try:
            yield self._block(copy)
        except OSError:
            return

    def _folder_inodes(self, number: int) -> Iterator[tuple[ExtInode, int | None]]:
        try:
            inode = parse_inode(self._layout.raw_inode(number))
        except OSError:
            inode = None
        if inode is not None and inode.is_folder and inode.points and inode.size > self._size:
            yield inode, None
        for copy in reversed(list(self._inode_copies(number))):
            if copy.inode.is_folder and copy.inode.points and copy.inode.size > self._size:
                yield copy.inode, copy.copy.order

    def _blocks(self, inode: ExtInode, order: int | None, budget: MapBudget) -> Iterator[int]:
        versions = budget.counted(self._versions(order if order is not None else 1 << 31))
        try:
            runs = runs_of(inode, self._layout.block_size, self._layout.blocks, versions)
        except OSError:
            return  # its further blocks then have no known owner
        for _, block, length in runs:
            yield from range(block, block + min(length, self._layout.blocks))

    def _path(self, number: int, parent: int, folders: dict[int, tuple[bytes, int]]) -> bytes:
        parts: list[bytes] = []
        for _ in range(_MAX_DEPTH):
            if number in folders and parent in (0, folders[number][1]):
                return b"/".join(filter(None, (folders[number][0], *reversed(parts))))
            name = self._folder_names.get(number)
            if name is None or not name.folder:
                break
            parts.append(name.name.name)
            number, parent = name.folder, name.parent
        return b"/".join((b"$Journal", b"%d" % number, *reversed(parts)))


def _key_at(copies: list[InodeCopy], order: int | None) -> tuple[int, int, int] | None:
    """Identify the file that had an inode at a time: by its last copy before, or its first after."""
    if order is None or not copies:
        return None
    before = [copy for copy in copies if copy.copy.order <= order]
    return (before[-1] if before else copies[0]).inode.owner_key
