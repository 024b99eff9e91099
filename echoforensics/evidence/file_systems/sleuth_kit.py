"""Reads a file system with The Sleuth Kit: files, and deleted files whose content still exists.

The Sleuth Kit trusts the size in an inode, and uses the same code to search deleted inodes. On ext file systems, it is
therefore kept away from folders and files that state more than the volume holds, and :mod:`ext_recovery` finds inodes
without a name instead.
"""

from __future__ import annotations

import stat
import time
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, BinaryIO

import pytsk3

from echoforensics.evidence.entry import Entry, EntryKind, EntryState, EvidenceIssue, text_of
from echoforensics.evidence.file_systems.ext.checksums import DAMAGED_INODE
from echoforensics.evidence.file_systems.ext.content import ExtContent
from echoforensics.evidence.file_systems.ext.inode import time_text
from echoforensics.evidence.file_systems.ext.layout import ExtLayout
from echoforensics.evidence.file_systems.ext.oversize import masked_image, oversized_inodes
from echoforensics.evidence.file_systems.ext.recovery import JOURNAL, ExtFiles, ExtRecovery, oversize
from echoforensics.evidence.file_systems.fat.long_names import LongNames
from echoforensics.evidence.file_systems.fat.table import FatTable
from echoforensics.evidence.file_systems.file_system import FileSystem
from echoforensics.evidence.file_systems.ntfs_streams import open_stream, stream_numbered, streams_of
from echoforensics.evidence.file_systems.sleuth_kit_walk import TskWalk
from echoforensics.evidence.streams import open_random_access

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

_FAT = {
    pytsk3.TSK_FS_TYPE_FAT12: "FAT12",
    pytsk3.TSK_FS_TYPE_FAT16: "FAT16",
    pytsk3.TSK_FS_TYPE_FAT32: "FAT32",
    pytsk3.TSK_FS_TYPE_EXFAT: "exFAT",
}
_EXT = {
    pytsk3.TSK_FS_TYPE_EXT2: "ext2",
    pytsk3.TSK_FS_TYPE_EXT3: "ext3",
    pytsk3.TSK_FS_TYPE_EXT4: "ext4",
}
_OTHERS = {
    pytsk3.TSK_FS_TYPE_NTFS: "NTFS",
    pytsk3.TSK_FS_TYPE_HFS: "HFS+",
    pytsk3.TSK_FS_TYPE_ISO9660: "ISO 9660",
    pytsk3.TSK_FS_TYPE_FFS1: "UFS1",
    pytsk3.TSK_FS_TYPE_FFS1B: "UFS1",
    pytsk3.TSK_FS_TYPE_FFS2: "UFS2",
    pytsk3.TSK_FS_TYPE_YAFFS2: "YAFFS2",
}
#: File systems that store POSIX modes; for others, The Sleuth Kit invents some.
_WITH_MODES = (
    *_EXT, pytsk3.TSK_FS_TYPE_FFS1, pytsk3.TSK_FS_TYPE_FFS2, pytsk3.TSK_FS_TYPE_HFS,
    pytsk3.TSK_FS_TYPE_YAFFS2,
)  # fmt: skip
_TIMES = (
    ("modified", "mtime", "mtime_nano"),
    ("accessed", "atime", "atime_nano"),
    ("changed", "ctime", "ctime_nano"),
    ("created", "crtime", "crtime_nano"),
)
_CONTENT = (pytsk3.TSK_FS_ATTR_TYPE_DEFAULT, pytsk3.TSK_FS_ATTR_TYPE_NTFS_DATA)
_UNALLOCATED = "deleted; its inode is unallocated and still points to this content, which later writes may have changed"
_STREAM = "an alternate data stream"
_ORPHAN = pytsk3.TSK_FS_META_FLAG_ORPHAN
_FAT_DELETED = (
    "deleted; its directory entry still states where its content begins and how long it is; that the content lies"
    " in the free clusters from there is assumed, and later writes may have changed it"
)


class SleuthKitFileSystem(FileSystem):
    """The files of one file system, in the order of its folders."""

    def __init__(self, image: Any, offset: int) -> None:
        """Open the file system at a byte offset of an image. Raises OSError if none is recognised there."""
        self._opened = pytsk3.FS_Info(image, offset=offset)
        self._image, self._offset = image, offset
        kind = self._opened.info.ftype
        if kind == pytsk3.TSK_FS_TYPE_ISO9660 and not self._opened.info.last_inum:
            # The Sleuth Kit waits forever when a folder of it is opened.
            raise OSError("The Sleuth Kit found no file in its lists")
        self.block_size = int(self._opened.info.block_size)
        self.name = {**_FAT, **_EXT, **_OTHERS}.get(kind, f"file system of The Sleuth Kit's type {kind}")
        self._is_ext, self._is_fat = kind in _EXT, kind in _FAT
        self._is_ntfs = self.name == "NTFS"
        self._keeps_modes = kind in _WITH_MODES
        self._stated = int(self._opened.info.block_count) * self.block_size
        self._length = max(0, min(image.get_size() - offset, self._stated))

    @property
    def lacking(self) -> int:
        """Bytes that the file system states and the volume does not have."""
        return int(self._stated - self._length)

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Yield every file, link and other entry, each inode once; then unnamed inodes and the journal's content."""
        if self._length < self._stated:
            text = f"the file system states {self._stated} bytes, of which the image holds {self._length}"
            yield EvidenceIssue("", text)
        if not self._is_ext:
            if self._is_ntfs:
                yield from self._streams(b"", int(self._fs.info.root_inum), self._item(self._fs.info.root_inum))
            walk = TskWalk(self._fs, None, is_ntfs=self._is_ntfs, fat_name=self._whole_fat_name)
            yield from self._walked(walk, b"", self._fs.info.root_inum, None)
            return
        walk = TskWalk(self._fs, self._oversized)
        files = self._ext
        if isinstance(files, EvidenceIssue):
            yield files
            yield from self._walked(walk, b"", self._fs.info.root_inum, None)
            return
        yield from (EvidenceIssue("", text) for text in files.issues())
        recovery = ExtRecovery(files)
        yield from self._walked(walk, b"", self._fs.info.root_inum, recovery)
        for path, inode in recovery.nameless_folders():
            yield from self._walked(walk, path, inode, recovery)
        yield from recovery.rest()

    def open(self, address: str) -> BinaryIO:
        """Open a file by its address, ``inode`` or ``inode@path`` (a deleted name may share an inode).

        For an alternate data stream of NTFS: ``inode:number@path``, with the number of its attribute.
        For a file whose inode is in the journal: ``journal-BLOCK-INODE@path``, with the journal block.
        """
        content = self._own(address)
        if content is not None and not isinstance(self._ext, EvidenceIssue):
            return self._ext.stream(content)
        number, stream = _numbers(address)
        if stream is not None:
            item = self._item(number)
            return open_stream(item, stream_numbered(item, stream))
        return self._content(self._item(number))

    def extents(self, address: str) -> list[tuple[int, int]]:
        """Return where a file's content lies in the volume (see :meth:`FileSystem.extents`)."""
        content = self._own(address)
        if content is not None:
            return content.extents(self.block_size)
        number, stream = _numbers(address)
        item = self._item(number)
        if stream is None:
            return self._extents(item)
        return [(at * self.block_size, count * self.block_size) for at, count in stream_numbered(item, stream).runs]

    def _extents(self, item: Any) -> list[tuple[int, int]]:
        return [(at * self.block_size, count * self.block_size) for at, count in _runs(item)]

    @cached_property
    def _oversized(self) -> dict[int, int]:
        if not self._is_ext or isinstance(self._ext, EvidenceIssue):
            return {}
        return oversized_inodes(self._ext.layout, self._length)

    @cached_property
    def _fs(self) -> Any:
        """The file system as The Sleuth Kit is allowed to see it."""
        if not self._oversized or isinstance(self._ext, EvidenceIssue):
            return self._opened
        # pytsk3 does not keep the image alive.
        self._masked = masked_image(self._image, self._offset, self._ext.layout, self._oversized)
        return pytsk3.FS_Info(self._masked, offset=self._offset)

    @cached_property
    def _ext(self) -> ExtFiles | EvidenceIssue:
        try:
            return ExtFiles(ExtLayout(self._read), self._read, self._length)
        except OSError as error:
            return EvidenceIssue("", f"deleted files were looked for only by their names: {error}")

    @cached_property
    def _damaged(self) -> Collection[int]:
        """The inodes of an ext file system that do not match their checksums."""
        return self._ext.damage.inodes if self._is_ext and not isinstance(self._ext, EvidenceIssue) else ()

    @cached_property
    def _fat(self) -> FatTable | None:
        try:
            return FatTable(self.name, self._read) if self._is_fat and self.name != "exFAT" else None
        except OSError:
            return None  # The Sleuth Kit has already read the boot sector; clusters in use are then unknown

    @property
    def _whole_fat_name(self) -> Callable[[bytes, int], bytes] | None:
        try:
            return LongNames(int(self.name[3:]), self._read).whole if self._is_fat and self.name != "exFAT" else None
        except OSError:
            return None  # The Sleuth Kit has already read the boot sector; long names are then cut as it cuts them

    def _read(self, offset: int, size: int) -> bytes:
        size = min(size, self._length - offset)
        if size <= 0 or offset < 0:
            return b""
        data: bytes = self._image.read(self._offset + offset, size)
        return data

    def _item(self, number: int) -> Any:
        try:
            return self._fs.open_meta(number)
        except RuntimeError as error:
            # pytsk3 reports errors from reading the image this way.
            raise OSError(str(error)) from error

    def _own(self, address: str) -> ExtContent | None:
        """Return content that The Sleuth Kit cannot read: of journal inodes, deleted ones, or of impossible size."""
        if not self._is_ext or isinstance(self._ext, EvidenceIssue):
            if address.startswith(JOURNAL):
                raise KeyError(address)
            return None
        if address.startswith(JOURNAL):
            return self._ext.at(address)
        number, _ = _numbers(address)
        inode = self._ext.inode(number)
        if inode is None or not inode.is_file or (inode.links and number not in self._oversized):
            return None
        return self._ext.content(inode)

    def _walked(
        self, walk: TskWalk, path: bytes, inode: int, recovery: ExtRecovery | None
    ) -> Iterator[Entry | EvidenceIssue]:
        if recovery is not None:
            recovery.folders.setdefault(inode, (path, inode))
        for found in walk.below(path, inode):
            if isinstance(found, EvidenceIssue):
                yield found
                continue
            if recovery is not None:
                recovery.saw(found.name, found.inode, live=not found.deleted)
            if found.is_folder:
                if recovery is not None and not found.deleted:
                    recovery.folders.setdefault(found.inode, (found.path, found.folder))
            elif found.deleted and recovery is not None:
                yield recovery.deleted(found.path, found.name, found.inode)
            else:
                yield from self._found(found.path, found.inode, found.item, deleted=found.deleted)
            if self._is_ntfs and found.item.info.meta is not None:
                yield from self._streams(found.path, found.inode, found.item, deleted=found.deleted)

    def _streams(self, path: bytes, inode: int, item: Any, *, deleted: bool = False) -> Iterator[Entry]:
        """Yield the alternate data streams of a file or folder."""
        meta = item.info.meta
        reused = deleted and meta.flags & pytsk3.TSK_FS_META_FLAG_ALLOC and not meta.flags & _ORPHAN
        for stream in () if reused else streams_of(item):
            shown = path + b":" + stream.name
            yield Entry(
                text_of(shown),
                f"{inode}:{stream.number}@{shown.hex()}",
                stream.size if stream.is_anywhere else 0,
                partial(open_stream, item, stream) if stream.is_anywhere else None,
                state=EntryState.DELETED if deleted else EntryState.ALLOCATED,
                note=_UNALLOCATED if deleted else _STREAM if stream.is_anywhere else f"{_STREAM}; it holds nothing",
                times=self._times(meta),
            )

    def _found(self, path: bytes, inode: int, item: Any, *, deleted: bool) -> Iterator[Entry | EvidenceIssue]:
        meta, shown = item.info.meta, text_of(path)
        state = EntryState.DELETED if deleted else EntryState.ALLOCATED
        address = f"{inode}@{path.hex()}"
        if meta is None:
            yield Entry(shown, address, 0, None, state=state, note="only the name is left")
            return
        times = self._times(meta)
        kind = meta.type
        if kind != pytsk3.TSK_FS_META_TYPE_REG:
            link = kind == pytsk3.TSK_FS_META_TYPE_LNK
            note = "a link; not followed" if link else "not a regular file"
            yield Entry(shown, address, 0, None, EntryKind.LINK if link else EntryKind.OTHER, state, note, times)
            return
        mode = stat.S_IMODE(int(meta.mode)) if self._keeps_modes else None
        size = meta.size
        if deleted:
            yield self._deleted(shown, address, item, times, mode)
        elif inode in self._oversized:
            yield from self._too_large(shown, address, self._oversized[inode], times, mode)
        else:
            note = "" if meta.flags & pytsk3.TSK_FS_META_FLAG_ALLOC else "its name stands, but its inode is unallocated"
            if inode in self._damaged:
                state, note = EntryState.DAMAGED, DAMAGED_INODE
            yield Entry(
                shown, address, size, lambda: self._content(item), state=state, note=note, times=times, mode=mode,
                # A file of ext without links is read as a deleted one is: see `_own`.
                extents=partial(self._extents, item) if meta.nlink or not self._is_ext else None,
            )  # fmt: skip

    def _too_large(
        self, shown: str, address: str, size: int, times: dict[str, str], mode: int | None
    ) -> Iterator[Entry | EvidenceIssue]:
        """Return a file whose inode states more than the volume holds, up to its last written block."""
        why = f"its inode states {size} bytes, more than can be"
        try:
            content = self._own(address)
        except OSError as error:
            yield EvidenceIssue(shown, f"{why}; its content is lost: {error}")
            content = None
        if content is None:
            yield Entry(shown, address, 0, None, note=why, times=times, mode=mode)
            return
        yield EvidenceIssue(shown, oversize(content))
        yield Entry(
            shown, address, content.size, lambda: self.open(address), note=oversize(content), times=times, mode=mode
        )

    def _deleted(self, shown: str, address: str, item: Any, times: dict[str, str], mode: int | None) -> Entry:
        """Return the entry of a deleted name, if the file system is not ext or its inodes cannot be read."""
        meta = item.info.meta
        note, size = _deleted_note(meta, is_fat=self._is_fat), meta.size
        if note is None:
            note = "deleted; its inode now belongs to another file"
            return Entry(shown, address, 0, None, state=EntryState.DELETED, note=note, times=times)
        if not size or (self._is_ext and not 0 < size <= self._length):
            return Entry(shown, address, 0, None, state=EntryState.DELETED, note=note, times=times, mode=mode)
        runs = _runs(item)
        placed = min(size, sum(count for _, count in runs) * self.block_size)
        if self._is_fat and placed < size:
            note += f"; only {placed} of its {size} bytes could be placed"
        clusters, used = self._clusters(runs)
        if used:
            note += f"; {used} of its {clusters} clusters now belong to other files"
        if self._is_fat and (not placed or (used == clusters > 0)):
            note += ", so that no content is given"
            return Entry(shown, address, 0, None, state=EntryState.DELETED, note=note, times=times, mode=mode)
        return Entry(
            shown,
            address,
            placed if self._is_fat else size,
            lambda: self._content(item),
            state=EntryState.DELETED,
            note=note,
            times=times,
            mode=mode,
        )

    def _clusters(self, runs: list[tuple[int, int]]) -> tuple[int, int]:
        try:
            return self._fat.clusters_in_use(runs) if self._fat else (0, 0)
        except OSError:
            return 0, 0  # The Sleuth Kit located it; clusters in use are unknown

    def _content(self, item: Any) -> BinaryIO:
        meta = item.info.meta
        if meta is None:
            raise OSError("it has no inode")
        size = meta.size
        if self._is_fat and not meta.flags & pytsk3.TSK_FS_META_FLAG_ALLOC:
            size = min(size, sum(count for _, count in _runs(item)) * self.block_size)
        return open_random_access(size, partial(_read_random, item))

    def _times(self, meta: Any) -> dict[str, str]:
        found: dict[str, str] = {}
        for label, key, part in _TIMES:
            seconds = getattr(meta, key)
            if not seconds:
                continue
            if self._is_fat:
                # FAT stores local time; this undoes The Sleuth Kit's conversion from this machine's zone.
                wall = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(seconds))
                found[label] = f"{wall} (local time of an unknown zone)"
            else:
                found[label] = time_text(seconds, getattr(meta, part))
        return found


def _read_random(item: Any, offset: int, size: int) -> bytes:
    try:
        data: bytes = item.read_random(offset, size)
    except RuntimeError as error:
        # pytsk3 reports errors from reading the image this way.
        raise OSError(str(error)) from error
    return data


def _numbers(address: str) -> tuple[int, int | None]:
    """Parse an address into the inode number and, for a stream, the stream's number. Raises KeyError."""
    inode, colon, stream = address.partition("@")[0].partition(":")
    if not inode.isdecimal() or (colon and not stream.isdecimal()):
        raise KeyError(address)
    return int(inode), int(stream) if colon else None


def _runs(item: Any) -> list[tuple[int, int]]:
    """Return where a file's content lies: (block, count) in order, without holes."""
    return [
        (int(run.addr), int(run.len))
        for attribute in item
        if attribute.info.type in _CONTENT
        for run in attribute
        if not run.flags & (pytsk3.TSK_FS_ATTR_RUN_FLAG_SPARSE | pytsk3.TSK_FS_ATTR_RUN_FLAG_FILLER)
    ]


def _deleted_note(meta: Any, *, is_fat: bool) -> str | None:
    """Explain why a deleted file's content is believed to be its own. None if it belongs to another file."""
    if meta.flags & pytsk3.TSK_FS_META_FLAG_ALLOC and not meta.flags & pytsk3.TSK_FS_META_FLAG_ORPHAN:
        return None
    if not meta.size:
        return "deleted; its inode holds no content"
    return _FAT_DELETED if is_fat else _UNALLOCATED
