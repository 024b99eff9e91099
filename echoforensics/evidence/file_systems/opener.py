"""Selects the reader for a volume's file system, and imports it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from echoforensics.evidence.file_systems.ext.features import described, is_journal_alone
from echoforensics.evidence.file_systems.recognise import is_blank, recognise

if TYPE_CHECKING:
    from echoforensics.evidence.file_systems.file_system import FileSystem
    from echoforensics.evidence.volume import Volume


def _squashfs(volume: Volume) -> FileSystem:
    from echoforensics.evidence.file_systems.squashfs.file_system import SquashFileSystem

    return SquashFileSystem(volume)


def _f2fs(volume: Volume) -> FileSystem:
    from echoforensics.evidence.file_systems.f2fs.file_system import F2fsFileSystem

    return F2fsFileSystem(volume)


def _erofs(volume: Volume) -> FileSystem:
    from echoforensics.evidence.file_systems.erofs.file_system import ErofsFileSystem

    return ErofsFileSystem(volume)


#: (byte offset, magic, name, reader) for file systems that The Sleuth Kit does not read.
_BY_MAGIC: tuple[tuple[int, bytes, str, Callable[[Volume], FileSystem]], ...] = (
    *((0, magic, "squashfs", _squashfs) for magic in (b"hsqs", b"sqsh", b"shsq", b"qshs", b"tqsh", b"hsqt", b"sqlz")),
    (1024, b"\x10\x20\xf5\xf2", "F2FS", _f2fs),
    (1024, b"\xe2\xe1\xf5\xe0", "EROFS", _erofs),
)
#: The second F2FS superblock. It may be left over from an earlier file system, so others are tried first.
_SECOND_F2FS = (1024 + 4096, b"\x10\x20\xf5\xf2", "F2FS", _f2fs)
#: The offset of an ext superblock's magic.
_EXT = (1080, b"\x53\xef")


class UnreadFileSystemError(OSError):
    """There is no readable file system. The message says what was recognised, if anything."""


def open_file_system(volume: Volume) -> FileSystem:
    """Open the file system of a volume.

    An ext file system with features that The Sleuth Kit does not support is opened by its inodes; one with a damaged
    superblock, by a backup superblock.

    Raises:
        UnreadFileSystemError: there is none that can be read.
    """
    for offset, magic, name, reader in _BY_MAGIC:
        if _begins(volume, offset, magic):
            return _opened(volume, name, reader)
    for open_it in (_own_ext, _sleuth_kit, _backup_superblock):
        try:
            return open_it(volume)
        except (OSError, RuntimeError):
            # Not supported here; the code below identifies it. pytsk3 turns errors from reading the image into
            # RuntimeError.
            continue
    offset, magic, name, reader = _SECOND_F2FS
    if _begins(volume, offset, magic):
        return _opened(volume, name, reader)
    if _begins(volume, *_EXT):
        return _ext_or_why(volume)
    raise UnreadFileSystemError(_what_is_there(volume))


def has_file_system(volume: Volume) -> bool:
    """Whether a volume holds a readable file system, or something recognised."""
    try:
        open_file_system(volume)
    except UnreadFileSystemError as error:
        return "no file system that is known" not in str(error)
    return True


def _opened(volume: Volume, name: str, reader: Callable[[Volume], FileSystem]) -> FileSystem:
    try:
        return reader(volume)
    except OSError as error:
        reason = f"holds {name}, which cannot be read: {_reason(error)}; its files were not read"
        raise UnreadFileSystemError(reason) from error


def _own_ext(volume: Volume) -> FileSystem:
    from echoforensics.evidence.file_systems.ext.file_system import is_for_own_reader

    if not is_for_own_reader(volume.read):
        raise OSError("The Sleuth Kit reads all its features")
    return _ext(volume)


def _ext_or_why(volume: Volume) -> FileSystem:
    def read(offset: int, size: int) -> bytes:
        try:
            return volume.read(offset, size)
        except OSError:
            return b""  # its features are then unknown

    if is_journal_alone(read):
        raise UnreadFileSystemError(
            "holds the journal of an ext3 or ext4 file system that is on another device (journal_dev), in which no"
            " files are"
        )
    return _opened(volume, described(read), _ext)


def _ext(volume: Volume) -> FileSystem:
    from echoforensics.evidence.file_systems.ext.file_system import ExtFileSystem

    return ExtFileSystem(volume.read, volume.length)


def _sleuth_kit(volume: Volume) -> FileSystem:
    # On an empty volume, The Sleuth Kit would search for YAFFS2 in hundreds of places.
    if is_blank(volume.read, volume.length):
        raise OSError("it is empty")
    from echoforensics.evidence.file_systems.iso_image import image_for_sleuth_kit
    from echoforensics.evidence.file_systems.sleuth_kit import SleuthKitFileSystem

    opened = SleuthKitFileSystem(image_for_sleuth_kit(volume), volume.image_offset)
    return _with_whole_names(volume, opened) if opened.name == "ISO 9660" else opened


def _with_whole_names(volume: Volume, opened: FileSystem) -> FileSystem:
    from echoforensics.evidence.file_systems.iso_image import image_for_sleuth_kit
    from echoforensics.evidence.file_systems.rock_ridge import RockRidgeFileSystem, rock_ridge_names

    try:
        names = rock_ridge_names(volume.read)
    except OSError:
        return opened
    return RockRidgeFileSystem(image_for_sleuth_kit(volume), volume.image_offset, names) if names else opened


def _backup_superblock(volume: Volume) -> FileSystem:
    from echoforensics.evidence.file_systems.backup_superblock import BackupSuperblockFileSystem

    return BackupSuperblockFileSystem(volume)


def _begins(volume: Volume, offset: int, magic: bytes) -> bool:
    try:
        return volume.read(offset, len(magic)) == magic
    except OSError:
        return False  # whether it can be read at all is decided below


def _what_is_there(volume: Volume) -> str:
    try:
        return recognise(volume.read, volume.length) or "has no file system that is known; its files were not read"
    except OSError as error:
        return f"cannot be read: {_reason(error)}"


def _reason(error: OSError) -> str:
    return str(error).splitlines()[0] if str(error) else "unknown reason"
