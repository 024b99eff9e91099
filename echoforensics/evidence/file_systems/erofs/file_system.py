"""Reads EROFS: read-only file systems created once, as system partitions of newer Android devices are.

References:
    Linux, Documentation/filesystems/erofs.rst, fs/erofs.
"""

from __future__ import annotations

import re
import stat
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from echoforensics.evidence.entry import Entry, EntryKind, EvidenceIssue, text_of
from echoforensics.evidence.file_systems.erofs.content import ErofsContent
from echoforensics.evidence.file_systems.erofs.inode import ErofsInode, read_inode, read_superblock
from echoforensics.evidence.file_systems.file_system import FileSystem
from echoforensics.evidence.file_systems.folder_walk import ListedName, walk_folders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.evidence.volume import Volume

    _Listed = ListedName[str, ErofsInode]

#: An inode's number, the path in hexadecimal, and a mark that distinguishes equal names.
_ADDRESS = re.compile(r"([0-9]{1,20})(?:@[0-9a-f]*(?:~[0-9]+)?)?", re.ASCII)
_NAME = 12
#: Limits on the bytes of one folder's names, and of a link's target.
_MAX_FOLDER, _MAX_TARGET = 64 * 1024 * 1024, 4096


class _ErofsName(NamedTuple):
    name: bytes
    inode: int


class ErofsFileSystem(FileSystem):
    """The files of one EROFS, in the order of its folders."""

    def __init__(self, volume: Volume) -> None:
        """Open the file system. Raises OSError with the reason if it cannot be read."""
        self._read, self._length = volume.read, volume.length
        self._superblock = read_superblock(volume.read)
        self.name = "EROFS"
        self.block_size = self._superblock.block_size
        self._is_listed = False
        self._root = read_inode(self._read, self._superblock, self._superblock.root)
        if not stat.S_ISDIR(self._root.mode):
            raise OSError("its root is not a folder")

    @property
    def lacking(self) -> int:
        """Bytes that the file system states and the volume does not have."""
        return max(0, self._superblock.blocks * self.block_size - self._length)

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Yield every file, link and other entry; each folder is walked once."""
        whole = True
        if self.lacking:
            what = (
                f"the file system states {self._length + self.lacking} bytes, of which the image holds {self._length}"
            )
            yield EvidenceIssue("", what)
        for found in walk_folders(self._root, _identity, self._listing, self._entry):
            whole = whole and isinstance(found, Entry)
            yield found
        self._is_listed = whole

    def open(self, address: str) -> BinaryIO:
        """Open a file by its address, ``number@path``: its inode, and the path in hexadecimal."""
        return self._content(self._at(address)).open()

    def extents(self, address: str) -> list[tuple[int, int]]:
        """Return where a file's uncompressed content lies (see :meth:`FileSystem.extents`); not in whole blocks."""
        return self._content(self._at(address)).extents()

    def packed(self) -> Iterator[tuple[int, int]]:
        """Yield the whole stated range: EROFS has no free space. Nothing if the listing had an issue."""
        if self._is_listed:
            yield 0, min(self._superblock.blocks * self.block_size, self._length)

    def _listing(self, path: bytes, folder: ErofsInode) -> Iterator[_Listed | EvidenceIssue]:
        seen: dict[bytes, int] = {}
        try:
            for each in self._names(folder):
                full = path + b"/" + each.name if path else each.name
                if not each.name or b"/" in each.name or b"\0" in each.name:
                    yield EvidenceIssue(text_of(full), "not read: no file can have this name")
                    continue
                seen[each.name] = number = seen.get(each.name, -1) + 1
                mark = f"~{number}" if number else ""
                try:
                    yield ListedName(full, mark, read_inode(self._read, self._superblock, each.inode))
                except OSError as error:
                    yield EvidenceIssue(text_of(full), f"its inode cannot be read: {error}")
        except OSError as error:
            yield EvidenceIssue(text_of(path), f"the folder cannot be read further: {error}")

    def _names(self, folder: ErofsInode) -> Iterator[_ErofsName]:
        """The names in a folder but ``.`` and ``..``. Raises OSError."""
        content = self._content(folder).whole(_MAX_FOLDER)
        size = 1 << self._superblock.folder_bits
        for start in range(0, len(content), size):
            block = content[start : start + size]
            names_at = int.from_bytes(block[8:10], "little")
            if not _NAME <= names_at <= len(block) or names_at % _NAME:
                raise OSError(f"the names at byte {start} of it do not begin as they should")
            places = [int.from_bytes(block[at + 8 : at + 10], "little") for at in range(0, names_at, _NAME)]
            for number, (at, end) in enumerate(zip(places, [*places[1:], len(block)], strict=True)):
                if not names_at <= at <= end <= len(block):
                    raise OSError(f"name {number} at byte {start} of it lies outside its block")
                name = block[at:end].partition(b"\0")[0] if number + 1 == len(places) else block[at:end]
                if name not in (b".", b".."):
                    yield _ErofsName(name, int.from_bytes(block[number * _NAME : number * _NAME + 8], "little"))

    def _entry(self, listed: _Listed) -> Entry:
        path, mark, inode = listed
        address, shown, mode = f"{inode.number}@{path.hex()}{mark}", text_of(path), stat.S_IMODE(inode.mode)
        times = inode.modified
        if stat.S_ISREG(inode.mode):
            opener, extents = partial(self._open, inode), partial(self._extents, inode)
            return Entry(shown, address, inode.size, opener, times=times, mode=mode, extents=extents)
        if not stat.S_ISLNK(inode.mode):
            return Entry(shown, address, 0, None, EntryKind.OTHER, note=inode.note, times=times, mode=mode)
        try:
            note = f"a link to {text_of(self._content(inode).whole(_MAX_TARGET))}; not followed"
        except OSError as error:
            note = f"a link; where it leads cannot be read: {error}"
        return Entry(shown, address, 0, None, EntryKind.LINK, note=note, times=times, mode=mode)

    def _open(self, inode: ErofsInode) -> BinaryIO:
        return self._content(inode).open()

    def _extents(self, inode: ErofsInode) -> list[tuple[int, int]]:
        return self._content(inode).extents()

    def _content(self, inode: ErofsInode) -> ErofsContent:
        return ErofsContent(self._read, self._length, self._superblock, inode)

    def _at(self, address: str) -> ErofsInode:
        found = _ADDRESS.fullmatch(address)
        if found is None:
            raise KeyError(address)
        inode = read_inode(self._read, self._superblock, int(found[1]))
        if not stat.S_ISREG(inode.mode):
            raise KeyError(address)
        return inode


def _identity(inode: ErofsInode) -> int | None:
    """Return what identifies a folder: its inode. None for what is no folder."""
    return inode.number if stat.S_ISDIR(inode.mode) else None
