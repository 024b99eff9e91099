"""Names in a block of an ext directory: live ones, and deleted ones left in the room between them.

References:
    Linux, Documentation/filesystems/ext4/directory.rst.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

#: The record at a block's end that holds its checksum.
_TAIL_TYPE = 0xDE
_HEADER = 8
_MAX_REC_LEN_FIELD = 0xFFFF
_LARGEST_BLOCK = 65536


class NameType(IntEnum):
    """What a directory entry says its inode is."""

    UNKNOWN = 0
    FILE = 1
    FOLDER = 2
    CHARACTER_DEVICE = 3
    BLOCK_DEVICE = 4
    PIPE = 5
    SOCKET = 6
    LINK = 7


@dataclass(frozen=True, slots=True)
class ExtName:
    """A directory entry.

    Attributes:
        inode: number it leads to.
        name: as it is kept.
        type: what it says its inode is.
        live: whether the chain of entries leads to it; if not, it was deleted and not yet overwritten.
    """

    inode: int
    name: bytes
    type: NameType
    live: bool


@dataclass(frozen=True, slots=True)
class DirectoryBlock:
    """The names of one block.

    Attributes:
        names: without ``.`` and ``..``.
        folder: the inode of the directory itself, where the block is its first.
        parent: the inode of the directory above, where the block is its first.
    """

    names: tuple[ExtName, ...]
    folder: int = 0
    parent: int = 0


def parse_directory_block(data: bytes, inodes: int) -> DirectoryBlock | None:
    """Read a block as a directory's; None if it is not one.

    It is one if its records chain from the start to exactly the end, each of them possible, and one of them leads
    to an inode.

    Args:
        data: the block, whole.
        inodes: how many inodes the file system has.
    """
    chain = _chain(data, inodes)
    if not chain:
        return None
    names: list[ExtName] = []
    folder = parent = 0
    for place, (at, length, record) in enumerate(chain):
        if record is not None:
            if record.name == b"." and place == 0:
                folder = record.inode
            elif record.name == b".." and place == 1:
                parent = record.inode
            else:
                names.append(record)
        if record is None and length == len(data):
            continue  # an inner node of a hashed directory: numbers, no names
        if folder and place == 1 and at + length == len(data) and _is_hash_root(data):
            continue
        used = _room(len(record.name)) if record is not None else _HEADER
        names.extend(_left_over(data, at + used, at + length, inodes))
    if not (names or folder):
        return None
    return DirectoryBlock(tuple(names), folder, parent)


def folder_names(data: bytes, inodes: int) -> tuple[list[ExtName], str]:
    """The names of a block, or of the inline data, of a folder, as far as its records chain.

    Names are given as they are stored: those of an encrypted folder may hold any byte, and a damaged one may lead to an
    inode that there is not. An entry whose inode is 0 is a deleted name.

    Args:
        data: known to be a folder's.
        inodes: how many inodes the file system has.

    Returns:
        The names, without ``.`` and ``..``; and at what the chain breaks off, empty if it reaches the end.
    """
    found: list[ExtName] = []
    at = 0
    while at + _HEADER <= len(data):
        inode, length, size, kind = struct.unpack_from("<IHBB", data, at)
        if length in (0, _MAX_REC_LEN_FIELD) and len(data) == _LARGEST_BLOCK:
            length = len(data)
        if length < _HEADER or length % 4 or at + length > len(data) or _HEADER + size > length:
            return found, f"the entry at byte {at} cannot be one"
        name = data[at + _HEADER : at + _HEADER + size]
        if size and name not in (b".", b".."):
            found.append(ExtName(inode, name, NameType(kind & 7), bool(inode)))
        # Behind the root of a hash tree, and in its inner nodes, there are numbers and no names.
        is_last = at + length == len(data)
        if not (is_last and ((name == b".." and _is_hash_root(data)) or not (size or at))):
            found += _left_over(data, at + _room(size), at + length, inodes)
        at += length
    return found, ""


def _chain(data: bytes, inodes: int) -> list[tuple[int, int, ExtName | None]] | None:
    found: list[tuple[int, int, ExtName | None]] = []
    at = 0
    while at < len(data):
        if at + _HEADER > len(data):
            return None
        inode, length, name_length, kind = struct.unpack_from("<IHBB", data, at)
        if length in (0, _MAX_REC_LEN_FIELD) and len(data) == _LARGEST_BLOCK:
            length = len(data)
        if length < _HEADER or length % 4 or at + length > len(data):
            return None
        if not inode and kind == _TAIL_TYPE and length == 12 and at + length == len(data):
            break
        record = _record(data, at, length, inodes) if inode else None
        if inode and record is None:
            return None
        if name_length + _HEADER > length:
            return None
        found.append((at, length, record))
        at += length
    return found if any(record for _, _, record in found) else None


def _record(data: bytes, at: int, length: int, inodes: int, *, live: bool = True) -> ExtName | None:
    inode, _, size, kind = struct.unpack_from("<IHBB", data, at)
    if not 1 <= inode <= inodes or not size or _HEADER + size > length or kind > NameType.LINK:
        return None
    name = data[at + _HEADER : at + _HEADER + size]
    if b"/" in name or b"\0" in name:
        return None
    return ExtName(inode, name, NameType(kind), live)


def _left_over(data: bytes, start: int, end: int, inodes: int) -> list[ExtName]:
    """Entries in the room that the entry before them was given when they were deleted."""
    found: list[ExtName] = []
    at = start
    while at + _HEADER < end:
        length = struct.unpack_from("<H", data, at + 4)[0]
        possible = not length % 4 and _HEADER < length <= len(data) - at
        record = _record(data, at, end - at, inodes, live=False) if possible else None
        if record is not None and record.name not in (b".", b"..") and _room(len(record.name)) <= length:
            found.append(record)
            at += _room(len(record.name))
        else:
            at += 4
    return found


def _is_hash_root(data: bytes) -> bool:
    """Whether ``.`` and ``..`` are followed by the root of a hash tree, whose numbers are no names."""
    return len(data) >= 40 and data[24:28] == bytes(4) and data[29] == 8 and data[28] <= 5


def _room(name_length: int) -> int:
    return (_HEADER + name_length + 3) & ~3
