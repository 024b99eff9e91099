"""The rollback journal beside a database: pages as they were before they were changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

MAGIC = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
_SECTOR = 512


def unfinished(head: bytes) -> bool:
    """Whether a journal that begins so belongs to a change that was not finished."""
    return head.startswith(MAGIC) and head[8:12] != bytes(4)


def pages(stream: BinaryIO, size: int, page_size: int) -> Iterator[tuple[int, int]]:
    """Yield (page number, offset of the page's bytes in the journal) for each page the journal holds.

    A finished transaction leaves the header zeroed or the file empty; the pages behind a zeroed header are still
    those of before the change. The journal's own sector size is used where its header is whole.
    """
    head = stream.read(28)
    sector = int.from_bytes(head[20:24], "big") if head.startswith(MAGIC) else _SECTOR
    if not 32 <= sector <= 65536:
        sector = _SECTOR
    at = sector
    while at + 4 + page_size <= size:
        stream.seek(at)
        number = int.from_bytes(stream.read(4), "big")
        if number == 0:
            return
        if number >= 1 << 31:
            at = (at // sector + 1) * sector  # the header of a further segment
            continue
        yield number, at + 4
        at += page_size + 8
