"""What every reader of a file system gives."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from echoforensics.evidence.entry import Container

if TYPE_CHECKING:
    from collections.abc import Iterator


class FileSystem(Container):
    """The files of one file system, in the order of its folders.

    Attributes:
        name: as people know it: ``ext4``, ``FAT32``, ``squashfs``, ``F2FS``.
        block_size: bytes; the unit in which content is on the volume.
    """

    name: str
    block_size: int

    @abstractmethod
    def extents(self, address: str) -> list[tuple[int, int]]:
        """Where in the volume a file's content lies: (byte offset, length in bytes) in order.

        Whole blocks where the file system keeps whole blocks. What lies nowhere as it is (holes, compressed content,
        content inside an inode) is left out. Raises one of READ_ERRORS, or KeyError if there is no such entry.
        """

    def packed(self) -> Iterator[tuple[int, int]]:
        """Parts of the volume that are in use and hold compressed content: (byte offset, length in bytes).

        Known once all entries were listed. Of what could not be read nothing is given.
        """
        yield from ()
