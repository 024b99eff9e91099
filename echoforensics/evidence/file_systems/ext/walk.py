"""Walks the folders of an ext file system by their inodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from echoforensics.evidence.entry import EvidenceIssue, text_of
from echoforensics.evidence.file_systems.ext.content import MapBudget, live_versions
from echoforensics.evidence.file_systems.ext.directory import folder_names
from echoforensics.evidence.file_systems.ext.inline import IN_MAP
from echoforensics.evidence.file_systems.ext.inode import ExtInode, runs_of
from echoforensics.evidence.limits import MAX_ENTRIES, MAX_FOLDER_DEPTH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.evidence.file_systems.ext.directory import ExtName
    from echoforensics.evidence.file_systems.ext.recovery import ExtFiles


class WalkedName(NamedTuple):
    """A name found during the walk.

    Attributes:
        path, name: as stored in the file system.
        number: the number of its inode.
        inode: that inode; None if it cannot be read.
        folder: the inode of the folder that holds it.
        deleted: whether the name is deleted.
        is_folder: whether it is a folder, which is walked later.
    """

    path: bytes
    name: bytes
    number: int
    inode: ExtInode | None
    folder: int
    deleted: bool
    is_folder: bool


class ExtWalk:
    """Walks folders. Each folder is entered once, however many names it has, and each block is read for one folder."""

    def __init__(self, files: ExtFiles, volume_length: int) -> None:
        """Take the file system to walk.

        Args:
            files: its inodes.
            volume_length: the size of the volume in bytes; a folder that states more is not entered.
        """
        self._files = files
        self._layout = files.layout
        self._length = volume_length
        self._entered: set[int] = set()
        self._blocks: set[int] = set()
        self._budget = MapBudget()
        self._count = 0

    def below(self, path: bytes, number: int) -> Iterator[WalkedName | EvidenceIssue]:
        """Yield every name below a folder, folder by folder."""
        pending: list[tuple[bytes, int, int]] = [(path, number, 0)]
        self._entered.add(number)
        while pending:
            path, number, depth = pending.pop()
            folders: list[tuple[bytes, int, int]] = []
            for kept in self._listing(path, number):
                if isinstance(kept, EvidenceIssue):
                    yield kept
                    continue
                self._count += 1
                if self._count > MAX_ENTRIES:
                    yield EvidenceIssue(text_of(path), f"only the first {MAX_ENTRIES} names were read")
                    return
                found = self._look(path, number, kept)
                if found.is_folder:
                    if found.number in self._entered:
                        continue
                    if depth >= MAX_FOLDER_DEPTH:
                        text = f"not entered: more than {MAX_FOLDER_DEPTH} folders deep"
                        yield EvidenceIssue(text_of(found.path), text)
                        continue
                    self._entered.add(found.number)
                    folders.append((found.path, found.number, depth + 1))
                yield found
            pending.extend(reversed(folders))

    def _look(self, path: bytes, folder: int, kept: ExtName) -> WalkedName:
        inode = self._files.inode(kept.inode)
        is_folder = (
            inode is not None
            and inode.is_folder
            # A deleted name whose inode now belongs to another folder would show that folder's files twice.
            and (kept.live or (not inode.links and inode.points))
        )
        # Encrypted names may contain bytes that no other name does.
        name = kept.name.replace(b"/", b"\\x2f").replace(b"\0", b"\\x00")
        full = path + b"/" + name if path else name
        return WalkedName(full, kept.name, kept.inode, inode, folder, not kept.live, is_folder)

    def _listing(self, path: bytes, number: int) -> Iterator[ExtName | EvidenceIssue]:
        inode = self._files.inode(number)
        if inode is None or not inode.is_folder:
            why = "cannot be read" if inode is None else "is not a folder's"
            yield EvidenceIssue(text_of(path), f"the folder cannot be read: its inode {number} {why}")
        elif inode.is_inline:
            yield from self._inline(path, inode)
        elif inode.size > self._length:
            what = f"the folder cannot be read: its inode states {inode.size} bytes, more than can be"
            yield EvidenceIssue(text_of(path), what)
        else:
            yield from self._of_blocks(path, inode)

    def _inline(self, path: bytes, inode: ExtInode) -> Iterator[ExtName | EvidenceIssue]:
        for data in inode.inline_folder[1:]:
            names, problem = folder_names(data, self._layout.inodes)
            yield from names
            if problem:
                yield EvidenceIssue(text_of(path), f"the folder was not read whole: in its inode, {problem}")
        held = IN_MAP + len(inode.beyond_map)
        if inode.size > held:
            what = f"its inode states {inode.size} bytes, kept in the inode itself, which holds {held} of them"
            yield EvidenceIssue(text_of(path), f"the folder was not read whole: {what}")

    def _of_blocks(self, path: bytes, inode: ExtInode) -> Iterator[ExtName | EvidenceIssue]:
        shown, size = text_of(path), self._layout.block_size
        versions = self._budget.counted(live_versions(self._layout))
        try:
            runs = runs_of(inode, size, self._layout.blocks, versions)
        except OSError as error:
            yield EvidenceIssue(shown, f"the folder cannot be read: {error}")
            return
        end = -(-inode.size // size)
        if not end:
            yield EvidenceIssue(shown, "the folder cannot be read: its inode states no content")
        read = 0
        for logical, block, length in runs:
            for place in range(block, block + min(length, end - logical)):
                read += 1
                yield from self._of_block(shown, place)
        if read < end:
            yield EvidenceIssue(shown, f"the folder was not read whole: {end - read} of its {end} blocks lie nowhere")

    def _of_block(self, shown: str, block: int) -> Iterator[ExtName | EvidenceIssue]:
        if block in self._blocks:
            yield EvidenceIssue(shown, f"the folder was not read whole: its block {block} was read already")
            return
        self._blocks.add(block)
        try:
            names, problem = folder_names(self._layout.block(block), self._layout.inodes)
        except OSError as error:
            yield EvidenceIssue(shown, f"the folder was not read whole: {error}")
            return
        yield from names
        if problem:
            yield EvidenceIssue(shown, f"the folder was not read whole: in block {block}, {problem}")
