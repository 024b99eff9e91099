"""Read small state files: whole, up to a limit, as numbered lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from parsers.parser import Source
from parsers.record import Issue

#: The most bytes read of a file; an issue reports longer files. State files are small.
MAX_BYTES = 1024 * 1024
#: The most lines that are read; an issue reports further lines.
MAX_LINES = 10_000
#: The sentence that ends the message of a record without a time.
NO_TIME = " The file holds no time: this is the state when the file was last written."
#: How many unreadable bytes an issue keeps.
EXCERPT = 64

_BOM = b"\xef\xbb\xbf"


def whole(source: Source) -> tuple[bytes, tuple[Issue, ...]]:
    """The content, and an issue if it is longer than :data:`MAX_BYTES`. Raises OSError if it cannot be read."""
    with source.open() as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) <= MAX_BYTES:
        return content, ()
    what = f"The file is longer than {MAX_BYTES} bytes, which such a file never is; the rest was not read."
    return content[:MAX_BYTES], (Issue(what),)


def text_of(content: bytes) -> str:
    """Decode bytes as UTF-8 without a byte order mark; invalid bytes are written ``\\xNN``."""
    return content.removeprefix(_BOM).decode("utf-8", "backslashreplace")


def numbered(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield non-blank lines with their numbers from 1; lines end with LF or CR LF."""
    for number, line in enumerate(content.removeprefix(_BOM).split(b"\n")[:MAX_LINES], 1):
        if line.strip():
            yield number, text_of(line.removesuffix(b"\r"))


def too_many_lines(content: bytes) -> Iterator[Issue]:
    """Yield an issue if there are more lines than are read."""
    if (count := content.count(b"\n")) > MAX_LINES:
        yield Issue(f"The file has {count} lines; only the first {MAX_LINES} were read.")
