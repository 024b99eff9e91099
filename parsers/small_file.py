"""Reading small state files: whole, within a bound, as numbered lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from parsers.parser import Source
from parsers.record import Issue

#: A state file is small. Of a longer one only this much is read, and an issue says so.
MAX_BYTES = 1024 * 1024
#: Lines that are read, at most; an issue says where there are more.
MAX_LINES = 10_000
#: The sentence that ends the message of a record without a time.
NO_TIME = " The file holds no time: this is the state when the file was last written."
#: Bytes of what could not be read that an issue keeps.
EXCERPT = 64

_BOM = b"\xef\xbb\xbf"


def whole(source: Source) -> tuple[bytes, tuple[Issue, ...]]:
    """The content, and an issue where it is longer than :data:`MAX_BYTES`. Raises OSError where it cannot be read."""
    with source.open() as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) <= MAX_BYTES:
        return content, ()
    what = f"The file is longer than {MAX_BYTES} bytes, which such a file never is; the rest was not read."
    return content[:MAX_BYTES], (Issue(what),)


def text_of(content: bytes) -> str:
    """Bytes as text: UTF-8 without a byte order mark; a byte that is not UTF-8 is written ``\\xNN``."""
    return content.removeprefix(_BOM).decode("utf-8", "backslashreplace")


def numbered(content: bytes) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, with their numbers from 1; ended by LF or CR LF."""
    for number, line in enumerate(content.removeprefix(_BOM).split(b"\n")[:MAX_LINES], 1):
        if line.strip():
            yield number, text_of(line.removesuffix(b"\r"))


def too_many_lines(content: bytes) -> Iterator[Issue]:
    """An issue where there are more lines than are read."""
    if (count := content.count(b"\n")) > MAX_LINES:
        yield Issue(f"The file has {count} lines; only the first {MAX_LINES} were read.")
