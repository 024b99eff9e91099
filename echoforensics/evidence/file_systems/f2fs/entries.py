"""Creates entries from names and inodes of an F2FS."""

from __future__ import annotations

import stat
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.evidence.entry import Entry, EntryKind, EntryState, EvidenceIssue, text_of
from echoforensics.evidence.file_systems.f2fs.compression import name_of
from echoforensics.evidence.file_systems.f2fs.directory import FOLDER, LINK, F2fsName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from echoforensics.evidence.file_systems.f2fs.content import Content
    from echoforensics.evidence.file_systems.f2fs.inode import F2fsInode
    from echoforensics.evidence.file_systems.f2fs.walk import F2fsFile, Files

_ENCRYPTED = "encrypted; not read"
#: The longest target of a link, in bytes, including the terminating zero byte.
_TARGET_MAX = 4096
ONLY_NAME = "only the name is left"
IN_USE = "deleted; its inode now belongs to another file"
_OPEN = "it was deleted while it was open, so that its inode and blocks are still kept for it"
_STILL_THERE = (
    "the node address table still leads to an inode of its number, and no name that stands leads there; later writes"
    " may have changed its content"
)
_SAME_NAME = "the inode states the same name and folder"
_NAMELESS = "no name leads to it, but its inode is allocated"


class Entries:
    """Creates entries."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def standing(self, found: F2fsFile) -> Iterator[Entry | EvidenceIssue]:
        """Yield the entry of a live name, and its issues."""
        shown, address = text_of(found.path), f"{found.name.inode}@{found.path.hex()}"
        if isinstance(found.inode, OSError):
            yield EvidenceIssue(shown, f"its inode cannot be read: {found.inode}")
            kind = _kind_of(found.name)
            yield Entry(shown, address, 0, None, kind, note="its inode cannot be read")
            return
        yield from self.of_inode(found.path, address, found.inode, EntryState.ALLOCATED, "")

    def deleted(self, found: F2fsFile, *, used: bool, orphan: bool) -> Iterator[Entry | EvidenceIssue]:
        """Yield the entry of a deleted name.

        Args:
            found: the name, of anything but a folder that can be entered.
            used: whether a live name has the same inode.
            orphan: whether the checkpoint lists its inode as deleted while open.
        """
        inode = found.inode
        shown, address = text_of(found.path), f"{found.name.inode}@{found.path.hex()}"
        issue = f"; {found.name.issue}" if found.name.issue else ""
        if used or isinstance(inode, OSError):
            note = f"{IN_USE if used else ONLY_NAME}{issue}"
            kind = _kind_of(found.name)
            if found.name.type == FOLDER:
                note += "; it was a folder's"
            yield Entry(shown, address, 0, None, kind, EntryState.DELETED, note)
            return
        reason = _OPEN if orphan or not inode.links else _STILL_THERE
        if (inode.name, inode.folder) == (found.name.name, found.folder):
            reason += f"; {_SAME_NAME}"
        elif inode.name:
            reason += f"; the inode states {_stated(inode)}"
        begin = "deleted" if found.name.deleted else "its folder was deleted"
        yield from self.of_inode(found.path, address, inode, EntryState.DELETED, f"{begin}; {reason}{issue}")

    def nameless(self, path: bytes, inode: F2fsInode, *, orphan: bool) -> Iterator[Entry | EvidenceIssue]:
        """Yield the entry of an inode without a name, under a generated path."""
        deleted = orphan or not inode.links
        note = f"no name leads to it; {_OPEN}" if deleted else _NAMELESS
        if inode.name:
            note += f"; it states {_stated(inode)}"
        state = EntryState.DELETED if deleted else EntryState.ALLOCATED
        yield from self.of_inode(path, f"{inode.number}@{path.hex()}", inode, state, note)

    def of_inode(
        self, path: bytes, address: str, inode: F2fsInode, state: EntryState, note: str
    ) -> Iterator[Entry | EvidenceIssue]:
        """Yield the entry of an inode with a note, and its issues."""
        shown = text_of(path)
        if inode.damaged:
            what = "the checksum of its inode does not agree"
            yield EvidenceIssue(shown, f"{what}; it was read all the same")
            note = _and(note, what)
        if inode.is_link:
            yield Entry(shown, address, 0, None, EntryKind.LINK, state, _and(note, self._link(inode)), inode.times)
            return
        if not inode.is_file:
            note = _and(note, "not a regular file")
            yield Entry(shown, address, 0, None, EntryKind.OTHER, state, note, inode.times)
            return
        size, opener, more = 0, None, _ENCRYPTED
        if not inode.encrypted:
            size, opener, more, issue = self._content(inode, state)
            if issue:
                yield EvidenceIssue(shown, issue)
        note, mode = _and(note, more), stat.S_IMODE(inode.mode)
        yield Entry(shown, address, size, opener, state=state, note=note, times=inode.times, mode=mode)

    def _content(self, inode: F2fsInode, state: EntryState) -> tuple[int, Callable[[], BinaryIO] | None, str, str]:
        """Return the size, a function that opens the content, a note, and the problem."""
        try:
            content = self._files.content(inode)
            if content.unread_compression():
                what = f"compressed with {name_of(inode.algorithm)}; not read"
                return 0, None, what, f"its content is {what}"
            if state is EntryState.DELETED and not content.is_placed():
                return 0, None, "it has no written block, so that no content is given", ""
        except OSError as error:
            what = f"its content is lost: {error}"
            return 0, None, what, what
        more = _oversize(content) if content.size != content.stated else ""
        # Opened by number, so that an entry does not keep its inode in memory.
        return content.size, partial(self._open, inode.number), more, more

    def _open(self, number: int) -> BinaryIO:
        return self._files.content(self._files.inode(number)).open()

    def _link(self, inode: F2fsInode) -> str:
        if inode.encrypted:
            return f"a link; {_ENCRYPTED}"
        try:
            target = self._files.content(inode).read_at(0, _TARGET_MAX) if inode.size else b""
        except OSError as error:
            return f"a link, whose target cannot be read: {error}; not followed"
        return f"a link to {text_of(target.rstrip(bytes(1)))}; not followed"


def _kind_of(name: F2fsName) -> EntryKind:
    if name.type == LINK:
        return EntryKind.LINK
    return EntryKind.FILE if name.is_file else EntryKind.OTHER


def _stated(inode: F2fsInode) -> str:
    if inode.encrypted:
        return f"a name that is encrypted, in the folder of inode {inode.folder}"
    return f'the name "{text_of(inode.name)}" in the folder of inode {inode.folder}'


def _oversize(content: Content) -> str:
    return f"its inode states {content.stated} bytes, more than can be; {content.size} bytes are given"


def _and(note: str, more: str) -> str:
    return "; ".join(part for part in (note, more) if part)
