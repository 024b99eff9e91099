"""Reads names in a block of an ext directory: live ones, and deleted ones left in the gaps.

References:
    Linux, Documentation/filesystems/ext4/directory.rst.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import NamedTuple

#: The record at the end of a block that holds its checksum.
_TAIL_TYPE = 0xDE
_HEADER = 8
_MAX_REC_LEN_FIELD = 0xFFFF
_LARGEST_BLOCK = 65536


class NameType(IntEnum):
    """The type of an inode, as a directory entry states it."""

    UNKNOWN = 0
    FILE = 1
    FOLDER = 2
    CHARACTER_DEVICE = 3
    BLOCK_DEVICE = 4
    PIPE = 5
    SOCKET = 6
    LINK = 7


class ExtName(NamedTuple):
    """A directory entry.

    Attributes:
        inode: the number of its inode.
        name: the name as stored.
        type: the stated type of its inode.
        live: whether it is part of the chain of entries; if not, it was deleted and not yet overwritten.
    """

    inode: int
    name: bytes
    type: NameType
    live: bool


class DirectoryBlock(NamedTuple):
    """The names of one block.

    Attributes:
        names: its names, without ``.`` and ``..``.
        folder: the directory's own inode, if this is its first block.
        parent: the parent directory's inode, if this is its first block.
    """

    names: tuple[ExtName, ...]
    folder: int = 0
    parent: int = 0


def parse_directory_block(data: bytes, inodes: int) -> DirectoryBlock | None:
    """Parse a directory block. None if the bytes are not one.

    A block qualifies if its valid records chain from the start to exactly the end, and one of them has an inode.

    Args:
        data: the whole block.
        inodes: the number of inodes in the file system.
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
            continue  # an inner node of a hashed directory: numbers, not names
        if folder and place == 1 and at + length == len(data) and _is_hash_root(data):
            continue
        used = _room(len(record.name)) if record is not None else _HEADER
        names.extend(_left_over(data, at + used, at + length, inodes))
    if not (names or folder):
        return None
    return DirectoryBlock(tuple(names), folder, parent)


def folder_names(data: bytes, inodes: int) -> tuple[list[ExtName], str]:
    """Return the names in a block, or in the inline data, of a folder, as far as its records chain.

    Names are returned as stored: those in an encrypted folder may hold any byte, and a damaged one may refer to a
    missing inode. An entry with inode 0 is a deleted name.

    Args:
        data: bytes known to belong to a folder.
        inodes: the number of inodes in the file system.

    Returns:
        The names, without ``.`` and ``..``; and the reason why the chain breaks off, empty if it is complete.
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
        # After the root of a hash tree, and in its inner nodes, there are numbers, not names.
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
    """Return entries in the space that their predecessor took over when they were deleted."""
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
    """Whether the root of a hash tree follows ``.`` and ``..``; its numbers are not names."""
    return len(data) >= 40 and data[24:28] == bytes(4) and data[29] == 8 and data[28] <= 5


def _room(name_length: int) -> int:
    return (_HEADER + name_length + 3) & ~3
