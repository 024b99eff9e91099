"""Reads squashfs 4.0: read-only file systems created once, mostly a device's system partitions.

References:
    Linux, Documentation/filesystems/squashfs.rst, fs/squashfs.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.evidence.entry import Entry, EntryKind, EvidenceIssue, text_of
from echoforensics.evidence.file_systems.file_system import FileSystem
from echoforensics.evidence.file_systems.folder_walk import ListedName, walk_folders
from echoforensics.evidence.file_systems.squashfs.blocks import Blocks, LookupTable, MetadataTable
from echoforensics.evidence.file_systems.squashfs.codecs import COMPRESSORS, expander
from echoforensics.evidence.file_systems.squashfs.content import SquashContent
from echoforensics.evidence.file_systems.squashfs.directory import SquashfsName, is_empty, read_names
from echoforensics.evidence.file_systems.squashfs.inode import InodeType, SquashfsInode, read_inode, read_target
from echoforensics.evidence.file_systems.squashfs.superblock import (
    ABSENT,
    SUPERBLOCK_SIZE,
    SquashfsSuperblock,
    check_options,
    read_superblock,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.evidence.volume import Volume

    _Listed = ListedName[SquashfsName, SquashfsInode]

#: An inode's number and reference, the path in hexadecimal, and a mark that distinguishes equal names.
_ADDRESS = re.compile(r"([0-9]{1,10})-([0-9a-f]{1,12})(?:@[0-9a-f]*(?:~[0-9]+)?)?", re.ASCII)


class SquashFileSystem(FileSystem):
    """The files of one squashfs, in the order of its folders."""

    def __init__(self, volume: Volume) -> None:
        """Open the file system. Raises OSError with the reason if there is none, or it cannot be read."""
        self._superblock = found = read_superblock(volume.read)
        self._is_listed = False
        self.name = "squashfs"
        self.block_size = found.block_size
        self._blocks = Blocks(volume.read, volume.length, expander(found.compressor), found.block_size)
        if found.has_options:
            check_options(found, self._blocks.metadata(SUPERBLOCK_SIZE)[0])
        self._inodes = MetadataTable(self._blocks, found.inode_table, found.end_of(found.inode_table))
        self._folders = MetadataTable(self._blocks, found.directory_table, found.end_of(found.directory_table))
        self._fragments = LookupTable(self._blocks, found.fragment_table, found.fragments, 16)
        try:
            self._root = read_inode(self._inodes, found.root)
        except OSError as error:
            raise OSError(f"{_title(found)} whose root folder cannot be read: {error}{self._cut_off()}") from error
        if self._root.type is not InodeType.FOLDER:
            raise OSError(f"{_title(found)} whose root is not a folder")

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Yield every file, link and other entry; each folder is walked once."""
        whole = True
        for found in self._walked():
            whole = whole and isinstance(found, Entry)
            yield found
        self._is_listed = whole

    def _walked(self) -> Iterator[Entry | EvidenceIssue]:
        yield from self._table_issues()
        yield from walk_folders(self._root, _identity, self._listing, self._entry)

    def open(self, address: str) -> BinaryIO:
        """Open a file by its address, ``number-reference@path``: its inode, and the path in hexadecimal."""
        return self._content(self._at(address)).open()

    def extents(self, address: str) -> list[tuple[int, int]]:
        """Return where a file's uncompressed content lies (see :meth:`FileSystem.extents`); not in whole blocks."""
        return self._content(self._at(address)).extents()

    def packed(self) -> Iterator[tuple[int, int]]:
        """Yield the whole stated range: a squashfs has no free space, and compresses its tables too.

        Yields nothing if the listing had an issue: unlisted files can still be found in uncompressed blocks.
        """
        if self._is_listed:
            yield 0, min(self._superblock.length, self._blocks.length)

    def _listing(self, path: bytes, folder: SquashfsInode) -> Iterator[_Listed | EvidenceIssue]:
        try:
            for name in read_names(self._folders, folder):
                full = path + b"/" + name.name if path else name.name
                yield self._named(full, name)
        except OSError as error:
            yield EvidenceIssue(text_of(path), f"the folder cannot be read further: {error}{self._cut_off()}")

    def _named(self, full: bytes, name: SquashfsName) -> _Listed | EvidenceIssue:
        if not name.is_possible:
            return EvidenceIssue(text_of(full), "not read: no file can have this name")
        try:
            return ListedName(full, name, read_inode(self._inodes, name.reference))
        except OSError as error:
            return EvidenceIssue(text_of(full), f"its inode cannot be read: {error}{self._cut_off()}")

    def _entry(self, listed: _Listed) -> Entry | EvidenceIssue:
        path, name, inode = listed
        address = f"{inode.number}-{inode.reference:x}@{path.hex()}{name.mark}"
        shown = text_of(path)
        if inode.type is InodeType.FILE:
            opener, extents = partial(self._open, inode), partial(self._extents, inode)
            return Entry(shown, address, inode.size, opener, times=inode.modified, mode=inode.mode, extents=extents)
        if inode.type is not InodeType.LINK:
            return Entry(
                shown, address, 0, None, EntryKind.OTHER, note=inode.note, times=inode.modified, mode=inode.mode
            )
        try:
            target = text_of(read_target(self._inodes, inode))
        except OSError as error:
            return EvidenceIssue(shown, f"where the link leads cannot be read: {error}{self._cut_off()}")
        note = f"a link to {target}; not followed"
        return Entry(shown, address, 0, None, EntryKind.LINK, note=note, times=inode.modified, mode=inode.mode)

    def _open(self, inode: SquashfsInode) -> BinaryIO:
        return self._content(inode).open()

    def _extents(self, inode: SquashfsInode) -> list[tuple[int, int]]:
        return self._content(inode).extents()

    def _content(self, inode: SquashfsInode) -> SquashContent:
        return SquashContent(inode, self.block_size, self._blocks, self._inodes, self._fragments)

    def _at(self, address: str) -> SquashfsInode:
        found = _ADDRESS.fullmatch(address)
        if found is None:
            raise KeyError(address)
        inode = read_inode(self._inodes, int(found[2], 16))
        if inode.type is not InodeType.FILE or inode.number != int(found[1]):
            raise KeyError(address)
        return inode

    def _table_issues(self) -> Iterator[EvidenceIssue]:
        found = self._superblock
        if cut_off := self._cut_off():
            yield EvidenceIssue("", cut_off.removeprefix("; "))
        for what, start, count, size in (
            ("file ends", found.fragment_table, found.fragments, 16),
            ("user and group ids", found.id_table, found.ids, 4),
            ("inodes by number", found.export_table, found.inodes, 8),
        ):
            if start == ABSENT and what != "file ends":
                continue
            try:
                LookupTable(self._blocks, start, count, size).check()
            except OSError as error:
                yield EvidenceIssue("", f"the table of {what} is damaged: {error}")

    def _cut_off(self) -> str:
        stated, there = self._superblock.length, self._blocks.length
        return f"; the superblock states {stated} bytes, but the volume has {there}" if stated > there else ""


def _title(superblock: SquashfsSuperblock) -> str:
    return f"squashfs 4.0 ({COMPRESSORS[superblock.compressor]})"


def _identity(inode: SquashfsInode) -> tuple[int, int] | None:
    """Return where the names of a folder lie, or its inode if it has none. None for what is no folder."""
    if inode.type is not InodeType.FOLDER:
        return None
    return (-1, inode.reference) if is_empty(inode) else (inode.start, inode.offset)
