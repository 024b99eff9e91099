"""Stream the rows of a CSV file with size limits and locators, continuing after broken rows.

References:
    RFC 4180; Python's ``csv``, in its strict form.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from parsers.locator import at_bytes, at_line

#: Limit on the length of a row.
MAX_ROW = 262_144
#: How often reading returns to the line after the start of a broken row. Beyond that it continues after the row.
MAX_RETURNS = 100
#: Block size in bytes for reading lines together. After an odd line, this many rows are read one by one.
_BLOCK, _MOST_ODD = 65_536, 50
_BOM = b"\xef\xbb\xbf"
#: What separates values; the comma where a first line has as many of another.
DELIMITERS = ",;\t|"
#: The issue of a row whose closing quote is missing.
AT_END = "unexpected end of data"
#: A longer first line has commas.
_LONGEST_HEADER = 16_384


class LocatedRow(NamedTuple):
    """One row of a table, with its place in the file.

    Attributes:
        values: its values; empty if it cannot be read.
        locator: its line, or its byte range if its values span several lines.
        end: byte offset after it.
        excerpt: its first bytes, at most 64.
        issue: why it cannot be read; empty if it can.
        encoding_issue: what is wrong with the characters of a readable row; empty if nothing is.
    """

    values: tuple[str, ...]
    locator: str
    end: int
    excerpt: bytes
    issue: str = ""
    encoding_issue: str = ""


class _TooLongError(ValueError):
    """The row exceeds the limit."""


class _Lines:
    """The lines of a stream as text, and the position of the next line."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.number = 0
        self.offset = len(_BOM) if stream.read(len(_BOM)) == _BOM else 0
        stream.seek(self.offset)
        self.begin()

    def begin(self) -> None:
        """Mark the start of a row."""
        self.start = self.offset
        self.first = b""
        self.undecoded = self.zeros = False

    def go_back(self, number: int, offset: int) -> None:
        """Return to the line after line ``number``, at ``offset``."""
        self._stream.seek(offset)
        self.number, self.offset = number, offset

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(MAX_ROW + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self.offset += len(line)
        while len(line) > MAX_ROW and not line.endswith(b"\n"):
            # The rest of a line that is too long is skipped in pieces.
            piece = self._stream.readline(MAX_ROW)
            self.offset += len(piece)
            if not piece or piece.endswith(b"\n"):
                break
        self.first = self.first or line
        self.zeros = self.zeros or b"\0" in line
        if self.offset - self.start > MAX_ROW:
            raise _TooLongError(f"it is longer than {MAX_ROW} bytes")
        try:
            return line.decode()
        except UnicodeDecodeError:
            self.undecoded = True
            return line.decode("utf-8", "backslashreplace")


def delimiter_of(head: bytes) -> str:
    """What separates the values of a table, by its first line: one of :data:`DELIMITERS`."""
    line = head.removeprefix(_BOM).partition(b"\n")[0].decode("utf-8", "replace").rstrip("\r")
    if len(line) > _LONGEST_HEADER:
        return ","
    counts = {sign: _columns(line, sign) for sign in DELIMITERS if sign in line}
    return max(counts, key=lambda sign: counts[sign], default=",")


def _columns(line: str, delimiter: str) -> int:
    """The number of values in a line; 0 where it is no line of a table."""
    try:
        return len(next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:
        return 0


def rows(stream: BinaryIO, delimiter: str = ",") -> Iterator[LocatedRow]:
    """Yield the rows of a seekable stream from its start. Blank lines are skipped.

    UTF-8 with or without a byte order mark; LF or CR LF; a row may run over several lines within quotes. Bytes that
    are not UTF-8 are written ``\\xNN``, and the row's encoding issue says so. A quote that is not closed makes one row
    unreadable, not those after it: the reading continues with the next line.

    Args:
        stream: the stream.
        delimiter: what separates values.

    Raises:
        OSError: the stream cannot be read.
    """
    lines = _Lines(stream)
    one_by_one = _OneByOne(lines, delimiter)
    while True:
        yield from _rows_of_lines(stream, lines, delimiter)
        for _ in range(_MOST_ODD):
            row = one_by_one.next()
            if row is None:
                return
            if row.values or row.issue:
                yield row


def _rows_of_lines(stream: BinaryIO, lines: _Lines, delimiter: str) -> Iterator[LocatedRow]:
    """The next rows, as long as each is one ordinary line: most are, and are read in bulk.

    Afterwards reading continues with the first odd line. It may be longer than a block, not be UTF-8, or begin a row
    that spans several lines.
    """
    while True:
        block = stream.read(_BLOCK)
        block = block[: block.rfind(b"\n") + 1]
        try:
            text = block.decode()
        except UnicodeDecodeError:
            text = ""
        odd = not text or "\0" in text
        taken, offset = 0, lines.offset
        reader = csv.reader(text.split("\n")[:-1], strict=True, delimiter=delimiter)
        for line in () if odd else block.split(b"\n")[:-1]:
            try:
                values = next(reader)
            except csv.Error:
                odd = True
                break
            if reader.line_num != taken + 1:
                odd = True
                break
            taken += 1
            offset += len(line) + 1
            if values:
                yield LocatedRow(tuple(values), at_line(lines.number + taken), offset, (line + b"\n")[:64])
        lines.go_back(lines.number + taken, offset)
        if odd:
            return


class _OneByOne:
    """Reads rows one at a time, whatever their form."""

    def __init__(self, lines: _Lines, delimiter: str) -> None:
        self._lines = lines
        self._reader = csv.reader(lines, strict=True, delimiter=delimiter)
        self._returns = 0

    def next(self) -> LocatedRow | None:
        """The next row, with neither values nor an issue if its line is blank; None at the end."""
        lines = self._lines
        lines.begin()
        number, issue = lines.number, ""
        values: list[str] = []
        try:
            values = next(self._reader)
        except StopIteration:
            return None
        except (csv.Error, _TooLongError) as error:
            issue = str(error)
        one_line = lines.number == number + 1
        if issue and not one_line and self._returns < MAX_RETURNS:
            self._returns += 1
            lines.go_back(number + 1, lines.start + len(lines.first))
            one_line = True
        locator = at_line(number + 1) if one_line else at_bytes(lines.start, lines.offset - lines.start)
        encoding_issue = _encoding_issue(lines) if not issue and (lines.undecoded or lines.zeros) else ""
        return LocatedRow(tuple(values), locator, lines.offset, lines.first[:64], issue, encoding_issue)


def _encoding_issue(lines: _Lines) -> str:
    if lines.undecoded:
        return "The row holds bytes that are not UTF-8; they are shown as \\xNN"
    return "The row holds NUL bytes"
