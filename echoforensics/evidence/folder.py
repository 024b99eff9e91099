"""A folder as a source. Links are noted and never followed; access times are left alone where the system allows."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from functools import lru_cache, partial
from io import BufferedReader, FileIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from chain_of_custody.open_flags import careful
from echoforensics.evidence.entry import Container, Entry, EntryKind, EvidenceIssue, text_of
from echoforensics.evidence.limits import MAX_FOLDER_DEPTH

if TYPE_CHECKING:
    from collections.abc import Iterator


class Folder(Container):
    """The files below a folder, by name in byte order."""

    def __init__(self, root: Path) -> None:
        self._root = os.fsencode(root)

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Yield every file, link and other entry below the folder."""
        pending: list[tuple[bytes, int]] = [(b"", 0)]
        while pending:
            below, depth = pending.pop()
            try:
                names = sorted(os.listdir(os.path.join(self._root, below)))  # noqa: PTH118, PTH208 (bytes)
            except OSError as error:
                yield EvidenceIssue(text_of(below), f"the folder cannot be listed: {error.strerror}")
                continue
            folders: list[tuple[bytes, int]] = []
            for name in names:
                path = os.path.join(below, name)  # noqa: PTH118 (bytes)
                try:
                    status = os.lstat(os.path.join(self._root, path))  # noqa: PTH118 (bytes)
                except OSError as error:
                    yield EvidenceIssue(text_of(path), f"cannot be looked at: {error.strerror}")
                    continue
                if not stat.S_ISDIR(status.st_mode):
                    yield self._entry_or_issue(path, status)
                elif depth < MAX_FOLDER_DEPTH:
                    folders.append((path, depth + 1))
                else:
                    yield EvidenceIssue(text_of(path), f"not entered: more than {MAX_FOLDER_DEPTH} folders deep")
            pending.extend(reversed(folders))

    def open(self, address: str) -> BinaryIO:
        """Open a file by its address, its path as hexadecimal bytes."""
        return self.open_path(bytes.fromhex(address))

    def location(self, address: str) -> Path:
        """Return the local file for an address."""
        return Path(os.fsdecode(os.path.join(self._root, bytes.fromhex(address))))  # noqa: PTH118 (bytes)

    def _entry_or_issue(self, path: bytes, status: os.stat_result) -> Entry | EvidenceIssue:
        """Return an entry; an issue if it has disappeared, or its link cannot be read."""
        try:
            return self._entry(path, status)
        except OSError as error:
            return EvidenceIssue(text_of(path), f"cannot be looked at: {error.strerror}")

    def _entry(self, path: bytes, status: os.stat_result) -> Entry:
        shown, address = text_of(path), path.hex()
        if stat.S_ISLNK(status.st_mode):
            target = text_of(os.readlink(os.path.join(self._root, path)))  # noqa: PTH118, PTH115 (bytes)
            return Entry(shown, address, 0, None, EntryKind.LINK, note=f"a link to {target}; not followed")
        if not stat.S_ISREG(status.st_mode):
            return Entry(shown, address, 0, None, EntryKind.OTHER, note="not a regular file")
        mode = stat.S_IMODE(status.st_mode)
        return Entry(
            shown,
            address,
            status.st_size,
            partial(self.open_path, path),
            times=file_times(status),
            mode=mode,
            location=partial(self.location, address),
        )

    def open_path(self, path: bytes) -> BinaryIO:
        """Open a file by its path below the folder. Raises OSError."""
        full = os.path.join(self._root, path)  # noqa: PTH118 (bytes)
        flags = careful(os.O_RDONLY)
        try:
            # Only the owner may ask to leave the access time unchanged.
            handle = os.open(full, flags | getattr(os, "O_NOATIME", 0))
        except PermissionError:
            handle = os.open(full, flags)
        # As `open` does, without looking whether it is a terminal.
        return BufferedReader(FileIO(handle))


def file_times(status: os.stat_result) -> dict[str, str]:
    """Return the times in a file's status, in UTC. Without the access time, which reading may have changed."""
    return {"modified": _iso(status.st_mtime_ns), "changed": _iso(status.st_ctime_ns)}


def _iso(nanoseconds: int) -> str:
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{_second(seconds)}.{rest:09d}Z"


@lru_cache(maxsize=1024)
def _second(seconds: int) -> str:
    """A time in seconds since 1970, cached because files that were copied together have few different ones."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19]
