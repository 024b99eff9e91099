"""Reads F2FS, which Android devices use for their data: files, and deleted files whose inode still exists.

The file system is read in the state of the newer whole checkpoint. Later writes, which "roll-forward" would restore at
the next mount, are not read.

References:
    Linux, Documentation/filesystems/f2fs.rst and include/linux/f2fs_fs.h (the layout on disk).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from echoforensics.evidence.entry import Entry, EvidenceIssue, text_of
from echoforensics.evidence.file_systems.f2fs.checkpoint import read_checkpoint
from echoforensics.evidence.file_systems.f2fs.entries import Entries
from echoforensics.evidence.file_systems.f2fs.layout import F2fsError, read_superblock
from echoforensics.evidence.file_systems.f2fs.nodes import Nodes
from echoforensics.evidence.file_systems.f2fs.walk import F2fsFile, F2fsWalk, Files
from echoforensics.evidence.file_systems.file_system import FileSystem
from echoforensics.evidence.limits import MAX_ENTRIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.evidence.file_systems.f2fs.content import Content
    from echoforensics.evidence.volume import Volume

#: The folder for inodes without a name, as in other file systems.
ORPHANS = b"$OrphanFiles"


class F2fsFileSystem(FileSystem):
    """The files of one F2FS, in the order of its folders."""

    name = "F2FS"

    def __init__(self, volume: Volume) -> None:
        """Open a volume's file system. Raises F2fsError or OSError if there is none, or it cannot be read."""
        layout, issues = read_superblock(volume.read, volume.length)
        checkpoint, more = read_checkpoint(volume.read, layout)
        self.block_size = layout.block_size
        self._layout, self._checkpoint = layout, checkpoint
        self._issues = [EvidenceIssue("", what) for what in (*issues, *more)]
        self._orphans = frozenset(checkpoint.orphans)
        self._nodes = Nodes(volume.read, layout, checkpoint)
        self._files = Files(self._nodes, volume.read)
        self._made = Entries(self._files)
        #: Inodes of live files that may hold compressed clusters, in order.
        self._packed_files: dict[int, None] = {}

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Yield every file, link and other entry; then deleted names; then inodes without a name."""
        yield from self._issues
        walk = F2fsWalk(self._files)
        for found in walk.below(b"", self._layout.root):
            yield from self._standing(found)
        given = set(walk.seen)
        yield from self._deleted(walk, given)
        for number in self._checkpoint.orphans:
            if number not in given and number not in walk.entered:
                given.add(number)
                yield from self._unnamed(number, orphan=True)
        yield from self._nameless(walk, given)

    def open(self, address: str) -> BinaryIO:
        """Open a file by its address, ``inode`` or ``inode@path`` (an inode may have several names)."""
        return self._content(address).open()

    def extents(self, address: str) -> list[tuple[int, int]]:
        """Return where a file's content lies in the volume (see :meth:`FileSystem.extents`)."""
        return self._content(address).extents()

    def packed(self) -> Iterator[tuple[int, int]]:
        """Yield the compressed clusters of live files (see :meth:`FileSystem.packed`)."""
        for number in self._packed_files:
            try:
                yield from self._files.content(self._files.inode(number)).packed_extents()
            except OSError:
                continue  # an issue of its entry reports that its content cannot be read

    def _standing(self, found: F2fsFile | EvidenceIssue) -> Iterator[Entry | EvidenceIssue]:
        if isinstance(found, EvidenceIssue):
            yield found
            return
        if not isinstance(found.inode, OSError) and found.inode.is_file and found.inode.cluster:
            self._packed_files[found.name.inode] = None
        yield from self._made.standing(found)

    def _content(self, address: str) -> Content:
        number = address.partition("@")[0]
        if not (number.isascii() and number.isdecimal()) or len(number) > 10:
            raise KeyError(address)
        if not 0 < int(number) < self._nodes.count or not self._nodes.entry(int(number)).block:
            raise KeyError(address)
        inode = self._files.inode(int(number))
        if not inode.is_file:
            raise F2fsError("it is not a regular file")
        if inode.encrypted:
            raise F2fsError("it is encrypted; not read")
        return self._files.content(inode)

    def _deleted(self, walk: F2fsWalk, given: set[int]) -> Iterator[Entry | EvidenceIssue]:
        """Yield deleted names, and the current and former content of deleted folders."""
        for found in walk.take_deleted():
            number, folder = found.name.inode, found.inode
            if number in given or isinstance(folder, OSError) or not folder.is_folder:
                yield from self._deleted_entry(found, walk, given)
                continue
            for inner in walk.below(found.path, number, deleted=True):
                yield from (inner,) if isinstance(inner, EvidenceIssue) else self._deleted_entry(inner, walk, given)

    def _deleted_entry(self, found: F2fsFile, walk: F2fsWalk, given: set[int]) -> Iterator[Entry | EvidenceIssue]:
        number = found.name.inode
        given.add(number)
        used = number in walk.seen or number in walk.entered
        yield from self._made.deleted(found, used=used, orphan=number in self._orphans)

    def _unnamed(self, number: int, *, orphan: bool) -> Iterator[Entry | EvidenceIssue]:
        try:
            inode = self._files.inode(number)
        except OSError as error:
            why = "the checkpoint lists it as deleted while open" if orphan else "no name leads to it"
            yield EvidenceIssue(text_of(_orphan_path(number)), f"{why}, but its inode cannot be read: {error}")
            return
        yield from self._made.nameless(_orphan_path(number), inode, orphan=orphan)

    def _nameless(self, walk: F2fsWalk, given: set[int]) -> Iterator[Entry | EvidenceIssue]:
        """Yield used inodes without a name; the content of folders among them comes first."""
        left: list[int] = []
        folders: dict[int, int] = {}
        for number in self._nodes.inodes():
            if isinstance(number, OSError):
                yield EvidenceIssue("", f"a part of the node address table cannot be read: {number}")
            elif number not in given and number not in walk.entered and number not in self._layout.own:
                if len(left) + len(folders) >= MAX_ENTRIES:
                    yield EvidenceIssue("", f"only the first {MAX_ENTRIES} inodes without a name were read")
                    break
                try:
                    inode = self._files.inode(number)
                except OSError as error:
                    yield EvidenceIssue("", f"no name leads to inode {number}, and it cannot be read: {error}")
                    continue
                if inode.is_folder:
                    folders[number] = inode.folder
                else:
                    left.append(number)
        for number in sorted(folders, key=lambda number: (folders[number] in folders, number)):
            for found in walk.below(_orphan_path(number), number):
                yield from self._standing(found)
        yield from self._deleted(walk, given)
        for number in left:
            if number not in walk.seen and number not in given:
                yield from self._unnamed(number, orphan=False)


def _orphan_path(number: int) -> bytes:
    return ORPHANS + b"/OrphanFile-%d" % number
