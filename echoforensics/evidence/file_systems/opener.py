"""Which reader reads a volume's file system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.evidence.file_systems.sleuth_kit import SleuthKitFileSystem

if TYPE_CHECKING:
    from echoforensics.evidence.file_systems.file_system import FileSystem
    from echoforensics.evidence.volumes.volume import Volume


class UnreadFileSystemError(OSError):
    """There is no file system that can be read. The text says what was recognised, if anything was."""


def open_file_system(volume: Volume) -> FileSystem:
    """Open the file system of a volume.

    Raises:
        UnreadFileSystemError: there is none that can be read.
    """
    try:
        return SleuthKitFileSystem(volume.image, volume.image_offset)
    except OSError:
        raise UnreadFileSystemError("has no file system that is known") from None
