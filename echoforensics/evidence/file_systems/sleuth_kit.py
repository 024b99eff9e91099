"""A file system in an image, read with The Sleuth Kit: files, and deleted files whose content is still there."""

from __future__ import annotations

import stat
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO

import pytsk3

from echoforensics.evidence.entry import Entry, Fault, Kind, State, text_of
from echoforensics.evidence.file_systems.file_system import FileSystem
from echoforensics.evidence.limits import MAX_ENTRIES, MAX_FOLDER_DEPTH
from echoforensics.evidence.streams import RandomAccessStream, buffered

if TYPE_CHECKING:
    from collections.abc import Iterator

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
#: File systems that keep POSIX modes; for others The Sleuth Kit makes some up.
_WITH_MODES = (
    *_EXT,
    pytsk3.TSK_FS_TYPE_FFS1,
    pytsk3.TSK_FS_TYPE_FFS2,
    pytsk3.TSK_FS_TYPE_HFS,
    pytsk3.TSK_FS_TYPE_YAFFS2,
)
_TIMES = (("modified", "mtime"), ("accessed", "atime"), ("changed", "ctime"), ("created", "crtime"))
#: Files of the file system itself, which The Sleuth Kit shows as if they were files.
_VIRTUAL = (b"$MBR", b"$FAT1", b"$FAT2", b"$UPCASE_TABLE", b"$ALLOC_BITMAP")
_LABEL_SUFFIX = b" (Volume Label Entry)"


class SleuthKitFileSystem(FileSystem):
    """The files of one file system, in the order of its folders."""

    def __init__(self, image: Any, offset: int) -> None:
        """Open the file system at a byte offset of an image. Raises OSError where there is none that is known."""
        self._fs = pytsk3.FS_Info(image, offset=offset)
        kind = self._fs.info.ftype
        self.block_size = int(self._fs.info.block_size)
        self.name = {**_FAT, **_EXT}.get(kind, str(kind).removeprefix("TSK_FS_TYPE_"))
        self._local_times = kind in _FAT
        self._keeps_modes = kind in _WITH_MODES

    def entries(self) -> Iterator[Entry | Fault]:
        """Every file, link and other thing; folders are walked, each inode once."""
        pending: list[tuple[bytes, int, int]] = [(b"", self._fs.info.root_inum, 0)]
        entered = {self._fs.info.root_inum}
        count = 0
        while pending:
            path, inode, depth = pending.pop()
            folders: list[tuple[bytes, int, int]] = []
            for item in self._listing(path, inode):
                if isinstance(item, Fault):
                    yield item
                    continue
                count += 1
                if count > MAX_ENTRIES:
                    yield Fault(text_of(path), f"only the first {MAX_ENTRIES} names were read")
                    return
                name, full = item.info.name.name, _join(path, item.info.name.name)
                if _is_folder(item):
                    number = item.info.meta.addr
                    if number in entered or _is_dot(name):
                        continue
                    if depth >= MAX_FOLDER_DEPTH:
                        yield Fault(text_of(full), f"not entered: more than {MAX_FOLDER_DEPTH} folders deep")
                        continue
                    entered.add(number)
                    folders.append((full, number, depth + 1))
                elif not (depth == 0 and _is_virtual(name)) and not _is_dot(name):
                    yield self._entry(full, item)
            pending.extend(reversed(folders))

    def open(self, address: str) -> BinaryIO:
        """Open a file; its address is ``inode`` or ``inode@path`` (a deleted name may share an inode)."""
        number = address.partition("@")[0]
        if not number.isdecimal():
            raise KeyError(address)
        return _content(self._fs.open_meta(int(number)))

    def extents(self, address: str) -> list[tuple[int, int]]:
        """Where in the volume a file's content lies (see :meth:`FileSystem.extents`)."""
        number = address.partition("@")[0]
        if not number.isdecimal():
            raise KeyError(address)
        block = self.block_size
        found: list[tuple[int, int]] = []
        for attribute in self._fs.open_meta(int(number)):
            if attribute.info.type in (pytsk3.TSK_FS_ATTR_TYPE_DEFAULT, pytsk3.TSK_FS_ATTR_TYPE_NTFS_DATA):
                found.extend((run.addr * block, run.len * block) for run in attribute)
        return found

    def _listing(self, path: bytes, inode: int) -> Iterator[Any]:
        try:
            yield from self._fs.open_dir(inode=inode)
        except OSError as error:
            yield Fault(text_of(path), f"the folder cannot be read: {_reason(error)}")

    def _entry(self, path: bytes, item: Any) -> Entry:
        meta, shown = item.info.meta, text_of(path)
        deleted = bool(item.info.name.flags & pytsk3.TSK_FS_NAME_FLAG_UNALLOC)
        state = State.DELETED if deleted else State.ALLOCATED
        address = f"{item.info.name.meta_addr}@{path.hex()}"
        if meta is None:
            return Entry(shown, address, 0, None, state=state, note="only the name is left")
        times = {label: text for label, key in _TIMES if (text := self._time(meta, key))}
        if meta.type == pytsk3.TSK_FS_META_TYPE_LNK:
            return Entry(shown, address, 0, None, Kind.LINK, state, "a link; not followed", times)
        if meta.type != pytsk3.TSK_FS_META_TYPE_REG:
            return Entry(shown, address, 0, None, Kind.OTHER, state, "not a regular file", times)
        if not deleted:
            orphan = bool(meta.flags & pytsk3.TSK_FS_META_FLAG_ORPHAN)
            if not orphan:
                return Entry(shown, address, meta.size, lambda: _content(item), times=times, mode=self._mode(meta))
        note = _deleted_note(meta)
        if note is None:
            why = "deleted; its inode now belongs to another file"
            return Entry(shown, address, 0, None, state=State.DELETED, note=why, times=times)
        opener = (lambda: _content(item)) if meta.size else None
        mode = self._mode(meta)
        return Entry(shown, address, meta.size, opener, state=State.DELETED, note=note, times=times, mode=mode)

    def _mode(self, meta: Any) -> int | None:
        return stat.S_IMODE(int(meta.mode)) if self._keeps_modes else None

    def _time(self, meta: Any, key: str) -> str | None:
        seconds = getattr(meta, key, 0)
        if not seconds:
            return None
        if self._local_times:
            # FAT keeps wall-clock time; The Sleuth Kit read it in this machine's zone, which is undone here.
            wall = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(seconds))
            return f"{wall} (local time of an unknown zone)"
        nanoseconds = getattr(meta, f"{key}_nano", 0) or 0
        try:
            return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"
        except (ValueError, OverflowError, OSError):
            return f"{seconds} seconds since 1970"


def _content(item: Any) -> BinaryIO:
    size = item.info.meta.size
    return buffered(RandomAccessStream(size, item.read_random))


def _deleted_note(meta: Any) -> str | None:
    """Why a deleted file's content is believed to be its own; None where it is another file's."""
    if meta.flags & pytsk3.TSK_FS_META_FLAG_ALLOC and not meta.flags & pytsk3.TSK_FS_META_FLAG_ORPHAN:
        return None
    if not meta.size:
        return "deleted; its inode holds no content"
    return "deleted; its inode is unallocated and still points to this content, which later writes may have changed"


def _is_folder(item: Any) -> bool:
    meta = item.info.meta
    if meta is None or meta.type not in (pytsk3.TSK_FS_META_TYPE_DIR, pytsk3.TSK_FS_META_TYPE_VIRT_DIR):
        return False
    deleted = item.info.name.flags & pytsk3.TSK_FS_NAME_FLAG_UNALLOC
    # A deleted name whose inode was given to another folder would show that folder's files twice.
    return not (deleted and meta.flags & pytsk3.TSK_FS_META_FLAG_ALLOC)


def _is_virtual(name: bytes) -> bool:
    return name in _VIRTUAL or name.endswith(_LABEL_SUFFIX)


def _is_dot(name: bytes) -> bool:
    return name in (b".", b"..")


def _join(folder: bytes, name: bytes) -> bytes:
    return folder + b"/" + name if folder else name


def _reason(error: OSError) -> str:
    return str(error).splitlines()[0] if str(error) else "unknown reason"
