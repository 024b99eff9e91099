"""Bytes with a size that can be read at any place: a file, or something read as one."""

from __future__ import annotations

import io
import os
import re
from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol

from echoforensics.errors import SourceError
from echoforensics.evidence.media.positioned_read import read_at
from echoforensics.evidence.media.ranged_file import ranged_bytes

if TYPE_CHECKING:
    from pathlib import Path

_LIBYAL = re.compile(r"(?:\b|\. )(?:py|lib)[a-z0-9_]+: ")
#: Bytes of media that an image may state. More is taken for damage: it could not be read in a lifetime of the case.
MAX_MEDIA_SIZE = 16 * 1024**4


class RandomBytes(Protocol):
    """What can be read at any place."""

    size: int

    def read(self, offset: int, size: int) -> bytes:
        """Read bytes at a byte offset: fewer at the end. Raises OSError."""

    def close(self) -> None:
        """Let go of it."""


class FileBytes:
    """A file: on a disk, or read in ranges from elsewhere.

    Attributes:
        size: bytes.
    """

    def __init__(self, path: Path) -> None:
        """Open a file for reading. Raises OSError."""
        with ExitStack() as opened:
            self._stream = opened.enter_context(open(path, "rb", buffering=0, opener=_without_trace))
            self._ranged = ranged_bytes(path)
            self.size = self._ranged.size if self._ranged else os.fstat(self._stream.fileno()).st_size
            opened.pop_all()

    def read(self, offset: int, size: int) -> bytes:
        """Read bytes at a byte offset: fewer at the end. Raises OSError, or SourceError if it is read in ranges."""
        size = min(size, self.size - offset)
        if size <= 0 or offset < 0:
            return b""
        if self._ranged:
            return self._ranged.read(offset, size)
        data = read_at(self._stream.fileno(), size, offset)
        while 0 < len(data) < size:
            more = read_at(self._stream.fileno(), size - len(data), offset + len(data))
            if not more:
                break
            data += more
        return data

    def fileno(self) -> int:
        """The descriptor of the open file. Raises OSError if its bytes lie elsewhere."""
        if self._ranged:
            raise io.UnsupportedOperation("the file is read in ranges")
        return self._stream.fileno()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


def _without_trace(path: str, flags: int) -> int:
    """Open a file and leave its access time alone where that is allowed: only its owner may ask for it."""
    try:
        return os.open(path, flags | getattr(os, "O_NOATIME", 0))
    except PermissionError:
        return os.open(path, flags)


def open_file(path: Path) -> FileBytes:
    """Open a file for reading. Raises SourceError."""
    try:
        return FileBytes(path)
    except OSError as error:
        raise SourceError(f"{path}: cannot be opened: {error.strerror}") from error


def reason_of(error: BaseException) -> str:
    """One line of an error, for people.

    The libyal libraries name the functions that failed, the innermost second; what follows its name is the cause.
    """
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    lines = str(error).splitlines()
    if not lines:
        return type(error).__name__
    parts = _LIBYAL.split(lines[0])
    return parts[min(2, len(parts) - 1)].rstrip(". ") if len(parts) > 1 else lines[0]
