"""Read the lines of a text log with their locations, whatever its encoding and line ends, in bounded memory.

Logs come as a device or an examiner's terminal wrote them: UTF-8 with a byte order mark, UTF-16 (PowerShell
redirection), CR or CR LF or CR CR LF line ends, colour codes, and runs of zero bytes after a power loss.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Generator, Iterator
from itertools import islice
from typing import BinaryIO, NamedTuple

from parsers.coding import WIDE
from parsers.encoding import wide_encoding
from parsers.locator import at_bytes, at_line
from parsers.parser import looks_like_text

_BLOCK = 65536
#: Bytes of the head examined to determine the character width.
_SAMPLE = 1024
_COLOUR = re.compile(rb"\x1b\[[0-9;?]{0,40}[@-~]")
#: The length in bytes that is enough for most lines.
_LINE = 80
#: This many consecutive zero bytes are not part of a character.
_RUN = 8
_LOST = re.compile(rb"\0{8,}")
_ZEROS = re.compile(rb"\0+")
_MARKS = (
    (b"\xff\xfe\0\0", "utf-32-le", 4), (b"\0\0\xfe\xff", "utf-32-be", 4),
    (b"\xff\xfe", "utf-16-le", 2), (b"\xfe\xff", "utf-16-be", 2), (b"\xef\xbb\xbf", "", 1),
)  # fmt: skip


class TextEncoding(NamedTuple):
    """The encoding of a log.

    Attributes:
        codec: Python's name for it; empty for single-byte text (ASCII, UTF-8, Latin-1).
        width: bytes per code unit.
        mark: length of the byte order mark.
    """

    codec: str
    width: int
    mark: int


class RawLine(NamedTuple):
    """A line that is not empty.

    Attributes:
        number: line number from 1, counting line feeds.
        locator: the line number if it identifies the line, else the byte range.
        content: the line without its end, colour codes and surrounding zero bytes; UTF-16 is converted to UTF-8.
        cut: whether the line was cut at the length limit.
    """

    number: int
    locator: str
    content: bytes
    cut: bool = False


def _without_gaps(head: bytes) -> bytes:
    """The first bytes of a head, with a line feed for each long run of zero bytes; enough for most judgements."""
    first = head[: 4 * _SAMPLE]
    parts, size, at = list[bytes](), 0, 0
    for gap in _LOST.finditer(first):
        parts += (first[at : gap.start()], b"\n")
        size, at = size + gap.start() - at, gap.end()
        if size > _SAMPLE + _RUN:
            return b"".join(parts)
    # The end may cut a gap.
    return b"".join((*parts, first[at:])).rstrip(b"\0\n")


def _is_text_with_gaps(head: bytes) -> bool:
    """Whether a head is text if its long runs of zero bytes count as line ends. Only the remaining bytes are judged."""
    few = _without_gaps(head)
    if len(few.lstrip(b"\0")) >= _SAMPLE and not wide_encoding(few):
        return looks_like_text(few)
    first = _LOST.sub(b"\n", head[: 16 * _SAMPLE])
    return looks_like_text(first if len(first.lstrip(b"\0")) > 8 * _SAMPLE else _LOST.sub(b"\n", head))


def encoding_of(head: bytes) -> TextEncoding | None:
    """Detect the encoding of a file from its head; None if the file is not text."""
    for mark, codec, width in _MARKS:
        if head.startswith(mark):
            found = TextEncoding(codec, width, len(mark))
            sample = head[len(mark) : len(mark) + _SAMPLE * width]
            plain = sample[: len(sample) // width * width].decode(codec or "latin-1", "replace")
            return found if looks_like_text(plain.encode("utf-8", "replace")) else None
    # Single-byte text may be followed by wide text if two programs wrote to one file.
    if (name := wide_encoding(head)) and b"\0" in head[:8]:
        return TextEncoding(name, WIDE[name], 0) if looks_like_text(head) else None
    # After a power loss, a log may hold long runs of zero bytes between its lines.
    if looks_like_text(head) or (b"\0" * _RUN in head[:_SAMPLE] and _is_text_with_gaps(head)):
        return TextEncoding("", 1, 0)
    sample = head[:_SAMPLE]
    if len(sample) < 8 or sample.count(0) * 10 < len(sample) // 2 * 9:
        return None
    for codec, zero in (("utf-16-le", 1), ("utf-16-be", 0)):
        # Western text in UTF-16 has a zero in nearly every second byte and hardly any elsewhere.
        zeros, others = sample[zero::2].count(0), sample[1 - zero :: 2].count(0)
        if zeros * 10 >= len(sample) // 2 * 9 and others * 20 <= len(sample):
            text = sample[: len(sample) // 2 * 2].decode(codec, "replace").encode("utf-8", "replace")
            return TextEncoding(codec, 2, 0) if looks_like_text(text) else None
    return None


def first_lines(head: bytes, count: int, most: int) -> list[bytes]:
    """The first non-empty lines of a file, from its head; none if the file is not text.

    Args:
        head: the file's first bytes.
        count: maximum number of lines.
        most: maximum length of a line in bytes.
    """
    if (encoding := encoding_of(head)) is None:
        return []
    if not encoding.codec and (plain := _first_plain(head[encoding.mark :], count, most)):
        return plain
    found: list[bytes] = []
    for line in raw_lines(io.BytesIO(head), most):
        found.append(line.content)
        if len(found) >= count:
            break
    return found


def _first_plain(head: bytes, count: int, most: int) -> list[bytes]:
    """The first non-empty lines of plain text, as :func:`raw_lines` yields them; none if there are fewer."""
    for size in (count * _LINE, len(head)):
        end = head.rfind(b"\n", 0, size) + 1
        lines = (_plain(head[:end], most) if end else None) or []
        found = list(islice(filter(bytes.strip, lines), count))
        if len(found) >= count:
            return found
    return []


class Utf8Stream:
    """The text of a log as UTF-8 without a byte order mark, for readers that expect bytes."""

    def __init__(self, stream: BinaryIO) -> None:
        """Wrap a seekable stream, read from its start."""
        encoding = encoding_of(stream.read(_SAMPLE * 4)) or TextEncoding("", 1, 0)
        stream.seek(encoding.mark)
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding.codec)("replace") if encoding.codec else None

    def read(self, size: int) -> bytes:
        """Read about the requested number of bytes; empty at the end."""
        while piece := self._stream.read(size):
            if self._decoder is None:
                return piece
            if text := self._decoder.decode(piece):
                return text.encode("utf-8", "replace")
        return b""


def raw_lines(stream: BinaryIO, most: int) -> Iterator[RawLine]:
    """Yield every non-empty line of a seekable stream from its start, up to ``most`` bytes of each."""
    head = stream.read(_SAMPLE * 4)
    encoding = encoding_of(head) or TextEncoding("", 1, 0)
    stream.seek(encoding.mark)
    if encoding.codec:
        return _wide(stream, encoding, most)
    return _narrow(stream, encoding.mark, most)


def _narrow(stream: BinaryIO, offset: int, most: int) -> Iterator[RawLine]:
    """Lines of single-byte text, split in blocks where possible, else one by one."""
    number, left = 1, b""
    while block := left + stream.read(_BLOCK):
        end = block.rfind(b"\n") + 1
        lines = _plain(block[:end], most) if end else None
        if lines is None:
            stream.seek(offset)
            offset, number = yield from _one_by_one(stream, offset, number, most, end or len(block))
            left = b""
            continue
        for at, content in enumerate(lines, number):
            if content and not content.isspace():
                yield RawLine(at, f"line:{at}", content)
        number, offset, left = number + len(lines), offset + end, block[end:]


def _plain(block: bytes, most: int) -> list[bytes] | None:
    """The lines of a block that ends with a line; None if one is long or holds more than text and its end."""
    if b"\0" in block or b"\x1b" in block:
        return None
    if b"\r" in block:
        if block.count(b"\r") != block.count(b"\r\n"):
            return None
        block = block.replace(b"\r\n", b"\n")
    lines = block.split(b"\n")
    lines.pop()
    return lines if len(max(lines, key=len)) < most - 1 else None


def _one_by_one(
    stream: BinaryIO, offset: int, number: int, most: int, size: int
) -> Generator[RawLine, None, tuple[int, int]]:
    """Yield lines from ``offset`` until ``size`` bytes are passed. Returns the next line's offset and number."""
    until = offset + size
    while offset < until and (piece := stream.readline(most + 1)):
        cut = len(piece) > most and not piece.endswith(b"\n")
        if cut and (end := max(piece.rfind(b"\r"), piece.rfind(b"\0"))) > 0:
            # If lines end with CR alone, or zero bytes precede a line, the last line begun here is read again.
            stream.seek(offset + end + 1)
            piece, cut = piece[: end + 1], False
        begin, offset = offset, offset + len(piece)
        ends = piece.endswith(b"\n")
        content = piece.rstrip(b"\r\n")
        if b"\r" in content or b"\0" in content or cut or not ends:
            yield from _parts(content, begin, number, cut=cut)
        elif content:
            shown = _COLOUR.sub(b"", content) if b"\x1b" in content else content
            if shown.strip():
                yield RawLine(number, at_line(number), shown)
        if cut:
            skipped, ends = _skip(stream, most)
            offset += skipped
        number += ends
    return offset, number


def _skip(stream: BinaryIO, most: int) -> tuple[int, bool]:
    """Skip the rest of a long line. Returns its length in bytes, and whether it ends with a line feed."""
    skipped = 0
    while piece := stream.readline(max(most, _BLOCK)):
        end = piece.find(b"\r")
        if end >= 0 and piece[end : end + 2] != b"\r\n" and end + 1 < len(piece):
            stream.seek(end + 1 - len(piece), io.SEEK_CUR)
            return skipped + end + 1, False
        skipped += len(piece)
        if piece.endswith(b"\n"):
            return skipped, True
    return skipped, False


def _parts(content: bytes, begin: int, number: int, *, cut: bool) -> Iterator[RawLine]:
    """Split the bytes between two line feeds at CR, or at zero bytes where data was lost."""
    if _is_wide(content):
        shown = _COLOUR.sub(b"", content.replace(b"\0", b"").strip(b"\r"))
        if shown.strip():
            yield RawLine(number, at_bytes(begin, len(content)), shown, cut=cut)
        return
    at = 0
    whole = b"\r" not in content and b"\0" not in content
    for part in re.split(rb"[\r\0]+", content):
        place = content.find(part, at) if part else at
        at = place + len(part)
        shown = _COLOUR.sub(b"", part)
        if shown.strip():
            locator = at_line(number) if whole and not cut else at_bytes(begin + place, len(part))
            yield RawLine(number, locator, shown, cut=cut and at == len(content))


def _is_wide(content: bytes) -> bool:
    """Whether a line among single-byte lines is Western UTF-16 text, with a zero in every second byte."""
    sample = content[: 2 * _RUN + 1]
    return any(
        len(sample) > _RUN and not sample[at::2].strip(b"\0") and sample[1 - at :: 2].count(0) == 0 for at in (0, 1)
    )


def _wide(stream: BinaryIO, encoding: TextEncoding, most: int) -> Iterator[RawLine]:
    """Lines of UTF-16 and UTF-32, converted to UTF-8."""
    end = re.compile(b"|".join(re.escape(sign.encode(encoding.codec)) for sign in "\r\n"))
    width, offset, number, left, cut = encoding.width, encoding.mark, 1, b"", False
    limit = most * width
    while True:
        piece = stream.read(_BLOCK)
        text = left + piece
        start = 0
        for at in _aligned(end, text, width):
            line, ends = text[start:at], text[at : at + width]
            if not cut:
                yield from _decoded(line, offset + start, number, encoding, most)
            number += ends.strip(b"\0") == b"\n"
            start, cut = at + width, False
        left = text[start:]
        offset += start
        if len(left) > limit or not piece:
            if not cut:
                yield from _decoded(left, offset, number, encoding, most)
            keep = len(left) % width if piece else 0
            offset += len(left) - keep
            left, cut = left[len(left) - keep :], bool(piece)
        if not piece:
            return


def _aligned(pattern: re.Pattern[bytes], text: bytes, width: int) -> Iterator[int]:
    at = 0
    while found := pattern.search(text, at):
        if found.start() % width:
            at = found.start() + 1
        else:
            yield found.start()
            at = found.end()


def _decoded(line: bytes, offset: int, number: int, encoding: TextEncoding, most: int) -> Iterator[RawLine]:
    limit = most * encoding.width
    cut, line = len(line) > limit, line[:limit]
    whole = line[: len(line) // encoding.width * encoding.width]
    text = whole.decode(encoding.codec, "replace").encode("utf-8", "replace")
    shown = _COLOUR.sub(b"", _ZEROS.sub(b"", text))
    if shown.strip():
        yield RawLine(number, at_bytes(offset, len(line)), shown, cut)
