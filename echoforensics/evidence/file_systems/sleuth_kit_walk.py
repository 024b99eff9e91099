"""Walks the folders of a file system that The Sleuth Kit reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytsk3

from echoforensics.evidence.entry import EvidenceIssue, text_of
from echoforensics.evidence.limits import MAX_ENTRIES, MAX_FOLDER_DEPTH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_FOLDERS = (pytsk3.TSK_FS_META_TYPE_DIR, pytsk3.TSK_FS_META_TYPE_VIRT_DIR)
#: Internal files of exFAT, which The Sleuth Kit shows as ordinary files.
_OF_EXFAT = (b"$UPCASE_TABLE", b"$ALLOC_BITMAP")
_LABEL_SUFFIX = b" (Volume Label Entry)"
_ORPHANS = b"$OrphanFiles"
#: Records that NTFS reserves for later versions and that hold no file.
_RESERVED_OF_NTFS = range(16, 24)
#: An NTFS record counts in 16 bits how many files it was assigned to.
_SEQUENCES = 1 << 16


class TskName(NamedTuple):
    """A name found during the walk.

    Attributes:
        path, name: as stored in the file system.
        inode: the number of its inode.
        folder: the inode of the folder that holds it.
        deleted: whether the name is deleted.
        is_folder: whether it is a folder, which is walked later.
        item: the object that The Sleuth Kit opened.
    """

    path: bytes
    name: bytes
    inode: int
    folder: int
    deleted: bool
    is_folder: bool
    item: Any


class TskWalk:
    """Walks folders. Each folder is entered once, however many names it has."""

    def __init__(
        self,
        file_system: Any,
        oversized: Mapping[int, int] | None,
        *,
        is_ntfs: bool = False,
        fat_name: Callable[[bytes, int], bytes] | None = None,
    ) -> None:
        """Take the file system to walk.

        Args:
            file_system: the file system opened by pytsk3.
            oversized: on ext, the inodes that state more bytes than the volume holds, which are not entered. Neither is
                the folder of orphans, which The Sleuth Kit would search by itself.
            is_ntfs: whether the file system is NTFS.
            fat_name: on FAT, completes a name (given The Sleuth Kit's name and inode number).
        """
        self._is_ntfs = is_ntfs
        self._fat_name = fat_name
        self._fs = file_system
        self._is_ext = oversized is not None
        self._oversized = oversized or {}
        self._entered: set[int] = set()
        self._count = 0

    def below(self, path: bytes, inode: int) -> Iterator[TskName | EvidenceIssue]:
        """Yield every name below a folder, folder by folder."""
        pending: list[tuple[bytes, int, int]] = [(path, inode, 0)]
        self._entered.add(inode)
        while pending:
            path, inode, depth = pending.pop()
            folders: list[tuple[bytes, int, int]] = []
            for item in self._listing(path, inode):
                if isinstance(item, EvidenceIssue):
                    yield item
                    continue
                found = self._look(path, inode, item, top=not path)
                if found is None:
                    continue
                self._count += 1
                if self._count > MAX_ENTRIES:
                    if self._count == MAX_ENTRIES + 1:
                        yield EvidenceIssue(text_of(path), f"only the first {MAX_ENTRIES} names were read")
                    return
                if found.is_folder:
                    if found.inode in self._entered:
                        continue
                    if depth >= MAX_FOLDER_DEPTH:
                        text = f"not entered: more than {MAX_FOLDER_DEPTH} folders deep"
                        yield EvidenceIssue(text_of(found.path), text)
                        continue
                    self._entered.add(found.inode)
                    folders.append((found.path, found.inode, depth + 1))
                yield found
            pending.extend(reversed(folders))

    def _look(self, path: bytes, folder: int, item: Any, *, top: bool) -> TskName | None:
        info = item.info
        kept, meta = info.name, info.meta
        name = kept.name
        if meta is None and self._is_ntfs and kept.flags & pytsk3.TSK_FS_NAME_FLAG_UNALLOC:
            if int(kept.meta_addr) in _RESERVED_OF_NTFS:
                return None
            item = self._deleted_record(kept) or item
            meta = item.info.meta
        if name in (b"", b".", b".."):
            return None  # newer kernels wipe a deleted entry's name, which leaves it empty
        if top and meta is not None and _is_made_up(name, meta):
            return None
        if top and name == _ORPHANS and self._is_ext and kept.meta_addr == self._fs.info.last_inum:
            return None
        deleted = bool(kept.flags & pytsk3.TSK_FS_NAME_FLAG_UNALLOC)
        if self._fat_name and not deleted:
            name = self._fat_name(name, int(kept.meta_addr))
        is_folder = (
            meta is not None
            and meta.type in _FOLDERS
            # A deleted name whose inode now belongs to another folder would show that folder's files twice.
            and not (deleted and bool(meta.flags & pytsk3.TSK_FS_META_FLAG_ALLOC))
            # On ext, a deleted folder whose inode states no size is empty, and The Sleuth Kit cannot open it.
            and not (deleted and self._is_ext and not meta.size)
        )
        full = path + b"/" + name if path else name
        return TskName(full, name, int(kept.meta_addr), folder, deleted, is_folder, item)

    def _deleted_record(self, kept: Any) -> Any:
        """Return the record of a deleted NTFS file. None if it has since been assigned to another file.

        NTFS increments a record's count on deletion. The Sleuth Kit then no longer connects it with the name.
        """
        try:
            item = self._fs.open_meta(int(kept.meta_addr))
        except (OSError, RuntimeError):
            return None  # only the name is left, and is returned
        meta = item.info.meta
        if meta is None or meta.flags & pytsk3.TSK_FS_META_FLAG_ALLOC:
            return None
        return item if (int(meta.seq) - int(kept.meta_seq)) % _SEQUENCES in (0, 1) else None

    def _listing(self, path: bytes, inode: int) -> Iterator[Any]:
        try:
            if inode in self._oversized:
                stated = f"its inode states {self._oversized[inode]} bytes, more than can be"
                yield EvidenceIssue(text_of(path), f"the folder cannot be read: {stated}")
                return
            yield from self._fs.open_dir(inode=inode)
        except (OSError, RuntimeError) as error:
            yield EvidenceIssue(text_of(path), f"the folder cannot be read: {_reason(error)}")


def _is_made_up(name: bytes, meta: Any) -> bool:
    """Whether The Sleuth Kit presents a part of FAT as a file: a real file may have the same name."""
    if meta.type == pytsk3.TSK_FS_META_TYPE_VIRT or (name in _OF_EXFAT and not meta.mtime):
        return True
    return bool(name.endswith(_LABEL_SUFFIX) and not meta.size and meta.type == pytsk3.TSK_FS_META_TYPE_REG)


def _reason(error: OSError | RuntimeError) -> str:
    """Return The Sleuth Kit's reason without the location in its source code."""
    first = str(error).partition("\n")[0].rpartition("Unable to open directory: ")[2]
    return first if first and first != "unknown libtsk error" else "The Sleuth Kit gives no reason"
