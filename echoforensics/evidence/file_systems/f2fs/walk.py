"""Walks the folders of an F2FS."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.evidence.entry import EvidenceIssue, text_of
from echoforensics.evidence.file_systems.f2fs.content import Content, blocks_of_folder
from echoforensics.evidence.file_systems.f2fs.directory import F2fsName, names_in
from echoforensics.evidence.file_systems.f2fs.inode import F2fsInode, parse_inode
from echoforensics.evidence.limits import MAX_ENTRIES, MAX_FOLDER_DEPTH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.evidence.file_systems.f2fs.layout import Read
    from echoforensics.evidence.file_systems.f2fs.nodes import Nodes

_INODE_CACHE = 64
#: The prefix for an encrypted name shown in hexadecimal.
_ENCRYPTED_NAME = b"encrypted-"


class F2fsFile(NamedTuple):
    """A name found during the walk.

    Attributes:
        path: the displayed path.
        name: the name in the folder; an encrypted name in hexadecimal.
        folder: the folder's inode.
        inode: the inode, or the error if it cannot be read.
    """

    path: bytes
    name: F2fsName
    folder: int
    inode: F2fsInode | OSError


class Files:
    """The file system's inodes and their content."""

    def __init__(self, nodes: Nodes, read: Read) -> None:
        self.nodes = nodes
        self._read = read
        self.inode = lru_cache(_INODE_CACHE)(self._inode)

    def content(self, inode: F2fsInode) -> Content:
        """Return the content of a file or link. Raises OSError."""
        return Content(self.nodes, inode, self._read)

    def blocks(self, inode: F2fsInode) -> Iterator[tuple[int, bytes | OSError]]:
        """Yield a folder's name blocks: (block number, or 0 for inline names; the bytes, or the error)."""
        if inode.inline is not None:
            yield 0, inode.inline
            return
        for block in blocks_of_folder(self.nodes, inode):
            if isinstance(block, OSError):
                yield 0, block
                continue
            try:
                yield block, self.nodes.block(block)
            except OSError as error:
                yield block, error

    def _inode(self, number: int) -> F2fsInode:
        """Return an inode by number. Raises OSError."""
        data, _ = self.nodes.inode_block(number)
        return parse_inode(number, data, self.nodes.layout)


class F2fsWalk:
    """Walks folders. Each folder is entered once, however many names it has.

    Attributes:
        seen: the inodes that have live names.
        entered: the folders that were entered.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self.seen: set[int] = set()
        self.entered: set[int] = set()
        self._deleted: list[tuple[bytes, F2fsName, int]] = []
        self._count = 0
        self._full = False
        self._blocks: set[int] = set()

    def below(self, path: bytes, number: int, *, deleted: bool = False) -> Iterator[F2fsFile | EvidenceIssue]:
        """Yield every name below a folder, folder by folder, except the names of folders.

        Args:
            path: the folder's path.
            number: the folder's inode.
            deleted: whether the folder was deleted.
        """
        if number in self.entered:
            return
        self.entered.add(number)
        pending = [(path, number, 0)]
        while pending and not self._full:
            path, number, depth = pending.pop()
            folders: list[tuple[bytes, int, int]] = []
            for found in self._listing(path, number, deleted=deleted):
                if isinstance(found, EvidenceIssue) or isinstance(found.inode, OSError) or not found.inode.is_folder:
                    yield found
                elif found.inode.number in self.entered:
                    yield EvidenceIssue(text_of(found.path), "not entered: another name led to this folder before")
                elif depth >= MAX_FOLDER_DEPTH:
                    yield EvidenceIssue(text_of(found.path), f"not entered: more than {MAX_FOLDER_DEPTH} folders deep")
                else:
                    self.entered.add(found.inode.number)
                    folders.append((found.path, found.inode.number, depth + 1))
            pending.extend(reversed(folders))

    def take_deleted(self) -> Iterator[F2fsFile]:
        """Yield each deleted name once, including those found while this runs."""
        while self._deleted:
            taken, self._deleted = self._deleted, []
            for path, name, folder in taken:
                yield self._found(path, name, folder)

    def _listing(self, path: bytes, number: int, *, deleted: bool) -> Iterator[F2fsFile | EvidenceIssue]:
        """Yield the live names of a folder; its deleted names are queued unless they are live too."""
        aside: dict[tuple[bytes, int], F2fsName] = {}
        live: set[int] = set()
        for name in self._names(path, number):
            if isinstance(name, EvidenceIssue):
                yield name
                continue
            if self._counted():
                yield EvidenceIssue(text_of(path), f"only the first {MAX_ENTRIES} names were read")
                break
            full = _joined(path, name.name)
            if name.deleted:
                aside.setdefault((full, name.inode), name)
                continue
            live.add(hash((full, name.inode)))
            if not deleted:
                self.seen.add(name.inode)
            yield self._found(full, name, number)
        # Their inodes are read when they are used: there may be many.
        self._deleted += [(key[0], name, number) for key, name in aside.items() if hash(key) not in live]

    def _names(self, path: bytes, number: int) -> Iterator[F2fsName | EvidenceIssue]:
        """Yield the names in a folder, and issues for parts that cannot be read."""
        shown = text_of(path)
        try:
            folder = self._files.inode(number)
        except OSError as error:
            yield EvidenceIssue(shown, f"the folder cannot be read: {error}")
            return
        if folder.damaged:
            yield EvidenceIssue(shown, "the checksum of its inode does not agree; it was read all the same")
        for block, data in self._files.blocks(folder):
            if isinstance(data, OSError):
                yield EvidenceIssue(shown, f"a part of the folder cannot be read: {data}")
                continue
            if block and block in self._blocks:
                what = "was met before in this or another folder; the rest of this folder was not read"
                yield EvidenceIssue(shown, f"block {block}, which should hold names, {what}")
                return
            self._blocks.add(block)
            for name in names_in(data):
                if isinstance(name, OSError):
                    yield EvidenceIssue(shown, f"in the folder, {name}")
                elif folder.encrypted:
                    yield name._replace(name=_ENCRYPTED_NAME + name.name.hex().encode())
                else:
                    yield name

    def _found(self, path: bytes, name: F2fsName, folder: int) -> F2fsFile:
        try:
            return F2fsFile(path, name, folder, self._files.inode(name.inode))
        except OSError as error:
            return F2fsFile(path, name, folder, error)

    def _counted(self) -> bool:
        """Count a name. Returns whether there are too many."""
        self._count += 1
        self._full = self._full or self._count > MAX_ENTRIES
        return self._full


def _joined(path: bytes, name: bytes) -> bytes:
    # Linux allows neither character in a name.
    shown = name.replace(b"/", b"\\x2f").replace(b"\0", b"\\x00")
    return path + b"/" + shown if path else shown
