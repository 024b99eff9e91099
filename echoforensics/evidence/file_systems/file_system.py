"""The interface of a file system reader."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from echoforensics.evidence.entry import Container

if TYPE_CHECKING:
    from collections.abc import Iterator


class FileSystem(Container):
    """The files of one file system, in the order of its folders.

    Attributes:
        name: its common name: ``ext4``, ``FAT32``, ``squashfs``, ``F2FS``.
        block_size: the allocation unit in bytes.
    """

    name: str
    block_size: int

    @property
    def lacking(self) -> int:
        """Bytes that the file system states and the volume does not have; 0 where it states no size."""
        return 0

    @abstractmethod
    def extents(self, address: str) -> list[tuple[int, int]]:
        """Return where a file's content lies in the volume: (byte offset, length in bytes) in order.

        Covers whole blocks if the file system allocates whole blocks. Content that is not stored verbatim (holes,
        compressed content, content inside an inode) is omitted. Raises one of READ_ERRORS, or KeyError if there is no
        such entry.
        """

    def packed(self) -> Iterator[tuple[int, int]]:
        """Yield parts of the volume that hold compressed content in use: (byte offset, length in bytes).

        Complete only after all entries were listed. Unreadable parts are omitted.
        """
        yield from ()
