"""Reads an ext file system by its inodes, where The Sleuth Kit does not support ext4 features.

These are inline data that continues in an inode's extended attributes, and blocks allocated in clusters.
"""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.evidence.entry import Entry, EntryKind, EntryState, EvidenceIssue, text_of
from echoforensics.evidence.file_systems.ext.checksums import DAMAGED_INODE
from echoforensics.evidence.file_systems.ext.features import BIGALLOC, INLINE_DATA, features
from echoforensics.evidence.file_systems.ext.layout import ExtLayout
from echoforensics.evidence.file_systems.ext.recovery import JOURNAL, ExtFiles, ExtRecovery, oversize
from echoforensics.evidence.file_systems.ext.walk import ExtWalk
from echoforensics.evidence.file_systems.file_system import FileSystem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from echoforensics.evidence.file_systems.ext.content import ExtContent
    from echoforensics.evidence.file_systems.ext.walk import WalkedName

_ROOT = 2
#: The features that make a file system ext4 or ext3, as The Sleuth Kit names them.
_EXT4 = {"extent", "64bit", "flex_bg", "huge_file", "dir_nlink", "extra_isize", "uninit_bg", "metadata_csum"}
_EXT3 = {"has_journal", "needs_recovery"}


def is_for_own_reader(read: Callable[[int, int], bytes]) -> bool:
    """Whether a volume holds an ext file system with features that only this reader supports. Raises OSError."""
    return not {INLINE_DATA, BIGALLOC}.isdisjoint(features(read))


class ExtFileSystem(FileSystem):
    """The files of one ext file system, in the order of its folders."""

    def __init__(self, read: Callable[[int, int], bytes], volume_length: int) -> None:
        """Open the file system.

        Args:
            read: reads (byte offset in the volume, size in bytes); may give fewer, or raise OSError.
            volume_length: the size of the volume in bytes.

        Raises:
            OSError: there is no file system, or its root folder cannot be found.
        """
        self._layout = ExtLayout(read)
        self.block_size = self._layout.block_size
        stated = {*features(read)}
        self.name = "ext4" if stated & _EXT4 else "ext3" if stated & _EXT3 else "ext2"
        self._stated = self._layout.blocks * self.block_size
        self._length = min(volume_length, self._stated)
        self._files = ExtFiles(self._layout, read, self._length)
        root = self._files.inode(_ROOT)
        if root is None or not root.is_folder:
            raise OSError("the inode of its first folder is not a folder's")

    @property
    def lacking(self) -> int:
        """Bytes that the file system states and the volume does not have."""
        return self._stated - self._length

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Yield every file, link and other entry; then inodes without a name, and what the journal holds."""
        if self._length < self._stated:
            text = f"the file system states {self._stated} bytes, of which the image holds {self._length}"
            yield EvidenceIssue("", text)
        yield from (EvidenceIssue("", text) for text in self._files.issues())
        recovery, walk = ExtRecovery(self._files), ExtWalk(self._files, self._length)
        yield from self._walked(walk, b"", _ROOT, recovery)
        for path, number in recovery.nameless_folders():
            yield from self._walked(walk, path, number, recovery)
        yield from recovery.rest()

    def open(self, address: str) -> BinaryIO:
        """Open a file by its address, in the form used by :class:`.sleuth_kit.SleuthKitFileSystem` for ext."""
        return self._files.stream(self._content(address))

    def extents(self, address: str) -> list[tuple[int, int]]:
        """Return where a file's content lies in the volume (see :meth:`FileSystem.extents`)."""
        return self._content(address).extents(self.block_size)

    def _content(self, address: str) -> ExtContent:
        if address.startswith(JOURNAL):
            return self._files.at(address)
        number = address.partition("@")[0]
        if not number.isdecimal():
            raise KeyError(address)
        inode = self._files.inode(int(number))
        if inode is None or not inode.is_file:
            raise OSError(f"inode {number} is not that of a file")
        return self._files.content(inode)

    def _walked(
        self, walk: ExtWalk, path: bytes, number: int, recovery: ExtRecovery
    ) -> Iterator[Entry | EvidenceIssue]:
        recovery.folders.setdefault(number, (path, number))
        for found in walk.below(path, number):
            if isinstance(found, EvidenceIssue):
                yield found
                continue
            recovery.saw(found.name, found.number, live=not found.deleted)
            if found.is_folder:
                if not found.deleted:
                    recovery.folders.setdefault(found.number, (found.path, found.folder))
            elif found.deleted:
                yield recovery.deleted(found.path, found.name, found.number)
            else:
                yield from self._live(found)

    def _live(self, found: WalkedName) -> Iterator[Entry | EvidenceIssue]:
        inode, shown = found.inode, text_of(found.path)
        address = f"{found.number}@{found.path.hex()}"
        if inode is None or not inode.mode:
            why = "cannot be read" if inode is None else "holds nothing"
            yield EvidenceIssue(shown, f"the name leads to inode {found.number}, which {why}")
            yield Entry(shown, address, 0, None, note="only the name is left")
            return
        times = inode.times_as_text()
        if not inode.is_file:
            link = stat.S_ISLNK(inode.mode)
            note = "a link; not followed" if link else "not a regular file"
            yield Entry(shown, address, 0, None, EntryKind.LINK if link else EntryKind.OTHER, note=note, times=times)
            return
        mode = stat.S_IMODE(inode.mode)
        try:
            content = self._files.content(inode)
        except OSError as error:
            why = f"its content is lost: {error}"
            yield EvidenceIssue(shown, why)
            yield Entry(shown, address, 0, None, note=why, times=times, mode=mode)
            return
        note = "" if self._is_allocated(found.number) else "its name stands, but its inode is unallocated"
        if not content.is_as_stated:
            note = oversize(content)
            yield EvidenceIssue(shown, note)
        is_damaged = found.number in self._files.damage.inodes
        yield Entry(
            shown,
            address,
            content.size,
            lambda: self._files.stream(content),
            state=EntryState.DAMAGED if is_damaged else EntryState.ALLOCATED,
            note=DAMAGED_INODE if is_damaged else note,
            times=times,
            mode=mode,
        )

    def _is_allocated(self, number: int) -> bool:
        try:
            return self._layout.inode_is_allocated(number)
        except OSError:
            return True  # the bitmap is lost; reported where its group is read
