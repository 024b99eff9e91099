"""Reads a small file that somebody gives to the program, and no more of it than it may be long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def read_given_file(path: Path, most: int, too_long: str) -> bytes:
    """Read a file.

    Args:
        path: the file.
        most: maximum size in bytes.
        too_long: the message for a longer one, without the path.

    Raises:
        UsageError: it cannot be read, or is longer.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(most + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error
    if len(content) > most:
        raise UsageError(f"{path}: {too_long}")
    return content
