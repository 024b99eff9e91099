"""File systems that begin elsewhere than where a volume does, as behind a maker's header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.evidence.file_systems.opener import UnreadFileSystemError, open_file_system
from echoforensics.evidence.volumes.pieces import contiguous

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.evidence.media.media import Media

_SECTOR = 512
#: (byte offset, magic, of what they begin at a multiple): whether there is one is seen by opening it.
_MAGICS = (
    *((0, magic, 1) for magic in (b"hsqs", b"sqsh")),
    (1024, b"\x10\x20\xf5\xf2", 1),
    (1080, b"\x53\xef", _SECTOR),
    *((54, magic, _SECTOR) for magic in (b"FAT12   ", b"FAT16   ")),
    (82, b"FAT32   ", _SECTOR),
    *((3, magic, _SECTOR) for magic in (b"EXFAT   ", b"NTFS    ")),
)
#: In a superblock of ext: the first block of data, the size of a block, the blocks of a group, the copy's own group.
_EXT_PLACE = ((20, 24), (24, 28), (32, 36), (90, 92))
_LARGEST_EXT_BLOCK = 6
#: How far they are looked for, how many places are tried, and how many are given.
REACH = 16 * 1024 * 1024
_TRIED, _GIVEN = 64, 3


def displaced(media: Media, start: int, length: int) -> str:
    """What to do where a file system begins within a range of media, and not at its start.

    Args:
        media: the disk.
        start: byte offset of a volume that has no file system at its start.
        length: bytes of it.

    Returns:
        The rest of a sentence, or nothing where there is none.
    """
    try:
        found = list(_found(media, start, min(length, REACH)))[:_GIVEN]
    except OSError:
        return ""  # what cannot be read of the media is reported when it is hashed
    places = " and ".join(f"{name} at byte {at}" for at, name in found)
    options = " ".join(f"--offset {at}" for at, _ in found)
    return f"; there is a file system, {places}: give {options} to read it" if found else ""


def _found(media: Media, start: int, length: int) -> Iterator[tuple[int, str]]:
    data = media.read(start, length)
    places = {_start_of(data, place) for magic in _MAGICS for place in _places(data, *magic)}
    for place in sorted(place for place in places if place > 0)[:_TRIED]:
        at = start + place
        try:
            volume = contiguous(media, "", "", at, media.size - at, "given offset")
            yield at, open_file_system(volume).name
        except UnreadFileSystemError:
            continue


def _places(data: bytes, within: int, magic: bytes, step: int) -> Iterator[int]:
    """Where a file system may begin, by one magic, but for the start."""
    at = data.find(magic)
    while at >= 0:
        place = at - within
        if place > 0 and place % step == 0:
            yield place
        at = data.find(magic, at + 1)


def _start_of(data: bytes, place: int) -> int:
    """Where the file system begins that seems to begin at a place: earlier, where a backup superblock of ext is there.

    References:
        Linux, ``Documentation/filesystems/ext4/super.rst``: ``s_block_group_nr`` is the group that holds this copy.
    """
    superblock = data[place + 1024 : place + 2048]
    if superblock[56:58] != b"\x53\xef":
        return place
    first, size, each, group = (int.from_bytes(superblock[at:to], "little") for at, to in _EXT_PLACE)
    if group == 0 or size > _LARGEST_EXT_BLOCK:
        return place
    return place + 1024 - (group * each + first) * (1024 << size)
