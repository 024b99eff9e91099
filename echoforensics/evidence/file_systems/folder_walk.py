"""Walks the folders of a file system whose names lead to inodes: each folder once, within limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from echoforensics.evidence.entry import EvidenceIssue, text_of
from echoforensics.evidence.limits import MAX_ENTRIES, MAX_FOLDER_DEPTH

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

    from echoforensics.evidence.entry import Entry

Inode = TypeVar("Inode")
Name = TypeVar("Name")


class ListedName(NamedTuple, Generic[Name, Inode]):
    """A name in a folder: its path, what the file system keeps of the name, and the inode."""

    path: bytes
    name: Name
    inode: Inode


def walk_folders(
    root: Inode,
    identity: Callable[[Inode], Hashable | None],
    listing: Callable[[bytes, Inode], Iterable[ListedName[Name, Inode] | EvidenceIssue]],
    entry: Callable[[ListedName[Name, Inode]], Entry | EvidenceIssue],
) -> Iterator[Entry | EvidenceIssue]:
    """Yield what is below a folder, in the order of its names.

    Args:
        root: the folder.
        identity: identifies a folder, so that it is entered once; None for what is no folder.
        listing: lists a folder, given its path.
        entry: makes the entry of what is no folder.
    """
    pending: list[tuple[bytes, Inode, int]] = [(b"", root, 0)]
    entered = {identity(root)}
    count = 0
    while pending:
        path, folder, depth = pending.pop()
        folders: list[tuple[bytes, Inode, int]] = []
        for found in listing(path, folder):
            count += 1
            if count > MAX_ENTRIES:
                yield EvidenceIssue(text_of(path), f"only the first {MAX_ENTRIES} names were read")
                return
            if isinstance(found, EvidenceIssue):
                yield found
                continue
            own = identity(found.inode)
            if own is None:
                yield entry(found)
            elif own in entered:
                what = "not entered: the names in this folder were read at another path"
                yield EvidenceIssue(text_of(found.path), what)
            elif depth >= MAX_FOLDER_DEPTH:
                what = f"not entered: more than {MAX_FOLDER_DEPTH} folders deep"
                yield EvidenceIssue(text_of(found.path), what)
            else:
                entered.add(own)
                folders.append((found.path, found.inode, depth + 1))
        pending.extend(reversed(folders))
