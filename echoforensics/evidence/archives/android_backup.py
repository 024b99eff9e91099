"""Opens backups made by ``adb backup``: a few lines of text followed by a tar, optionally compressed.

References:
    AOSP, frameworks/base, services/backup/java/com/android/server/backup/utils/TarBackupReader.java and
    BackupManagerService ("Android Backup File Format").
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.evidence.archives.checked_stream import DecodedStream
from echoforensics.evidence.archives.inflated import DeflatedMember
from echoforensics.evidence.archives.tar_archive import TarArchive
from echoforensics.evidence.streams import BudgetedStream, buffered

if TYPE_CHECKING:
    from collections.abc import Callable

    from echoforensics.evidence.limits import Budget

_MAGIC = b"ANDROID BACKUP\n"
_MOST_HEADER = 64


def is_android_backup(head: bytes) -> bool:
    """Whether a file begins like a backup made by ``adb backup``."""
    return head.startswith(_MAGIC)


def open_android_backup(opener: Callable[[], BinaryIO], budget: Budget) -> TarArchive:
    """Open the tar inside the backup.

    Raises:
        NotImplementedError: the backup is encrypted.
        EOFError: its header is incomplete.
    """
    with opener() as stream:
        lines = stream.read(_MOST_HEADER).split(b"\n", 4)
    if len(lines) < 5:
        raise EOFError("the header of the Android backup is not whole")
    _, _, compressed, encryption, _ = lines
    if encryption != b"none":
        name = encryption.decode("ascii", "backslashreplace")
        raise NotImplementedError(
            f"the Android backup is encrypted ({name}) and is not read; decrypt a copy with its password, for instance"
            " with android-backup-extractor, and give that"
        )
    start = sum(len(line) + 1 for line in lines[:4])

    def content() -> BinaryIO:
        below = opener()
        below.seek(start)
        if compressed != b"1":
            # Not seekable: offsets in the tar count from here.
            return buffered(DecodedStream(below))
        inflated = DeflatedMember(below.read, None, form=zlib.MAX_WBITS, below=below, cut=True)
        return buffered(BudgetedStream(inflated, budget))  # type: ignore[arg-type]

    return TarArchive(content, budget)
