"""Undo codings of a body and encodings of text, within a size limit.

References:
    RFC 9110, section 8.4.1 (gzip, deflate; that some servers send raw deflate where zlib's wrapping is meant); RFC 7932
    (br); RFC 8878 (zstd); RFC 4648 (base64); RFC 2045 (quoted-printable); XML 1.0, section 2.4.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
import zlib
from collections.abc import Callable
from functools import partial

import brotli
import zstandard

from parsers.code_page import CODE_PAGES
from parsers.formats import deflate
from parsers.formats.snappy import SnappyError, decompress
from parsers.notations import NOTATIONS

#: The most bytes passed to a decompressor in one call.
_PIECE = 64 * 1024
#: Text encodings, with their bytes per character.
WIDE = {"utf-16le": 2, "utf-16be": 2, "utf-32le": 4, "utf-32be": 4}
_ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([\\'\"nrtbf0]))")
_SIGNS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"0": b"\0"}
_XML = re.compile(rb"<!\[CDATA\[(.*?)\]\]>|&#x([0-9A-Fa-f]{1,8});|&#([0-9]{1,10});|&([A-Za-z]{1,20});|<|&", re.DOTALL)
_ENTITIES = {b"amp": b"&", b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'"}
#: The characters of URL-safe base64, which may lack padding, mapped to those of plain base64.
_OF_ADDRESSES = bytes.maketrans(b"-_", b"+/")
_NUMBER, _VALUE = re.compile(rb"\d{1,4}"), re.compile(rb":\s*(\d{1,4})")
_CHUNK = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,12})[^\r\n]{0,4096}\r?\n")


class CodingError(ValueError):
    """A body cannot be decoded completely.

    Attributes:
        partial: the part that could be decoded.
    """

    def __init__(self, what: str, partial: bytes = b"") -> None:
        super().__init__(what)
        self.partial = partial


def decode(content: bytes, coding: str, limit: int) -> bytes:
    """Undo a coding, or several joined by commas in the order in which they were applied.

    Args:
        content: the coded bytes.
        coding: ``gzip``, ``deflate``, ``br``, ``zstd``, ``snappy`` (raw), ``base64``, ``quoted-printable``, ``chunked``
            or ``identity``, with or without ``x-``; any case. ``hex``, ``numbers``: bytes written
            so. ``backslash``: the escapes of a text in a program.
            ``xml``: the text of an element. One of :data:`parsers.notations.NOTATIONS`. Or one of :data:`WIDE` or
            :data:`parsers.code_page.CODE_PAGES`, which are converted to UTF-8.
        limit: the greatest size of the result, in bytes.

    Raises:
        CodingError: the coding is unknown, or the bytes are truncated, not in this coding, or exceed the limit.
    """
    for name in reversed(coding.split(",")):
        known = _DECODERS.get(name.strip().lower().removeprefix("x-"))
        if known is None:
            raise CodingError(f"the coding {name.strip()[:40]!r} is not known")
        content = known(content, limit)
    return content


def _inflated(content: bytes, limit: int, window: int) -> bytes:
    """Decompress with zlib; consecutive gzip members form one body."""
    parts: list[bytes] = []
    size = 0
    while content:
        engine = deflate.decompressobj(window)
        try:
            while not engine.eof:
                piece = engine.decompress(content, min(_PIECE, limit - size + 1))
                content = engine.unconsumed_tail
                parts.append(piece)
                size += len(piece)
                if size > limit:
                    raise CodingError(f"it comes to more than {limit} bytes", b"".join(parts)[:limit])
                if not piece and not content and not engine.eof:
                    raise CodingError("it is cut off", b"".join(parts))
        except deflate.error as error:
            raise CodingError(str(error), b"".join(parts)) from error
        content = engine.unused_data.lstrip(b"\0") if window > zlib.MAX_WBITS else b""
    return b"".join(parts)


def _gzip(content: bytes, limit: int) -> bytes:
    return _inflated(content, limit, zlib.MAX_WBITS + 16)


def _deflate(content: bytes, limit: int) -> bytes:
    try:
        return _inflated(content, limit, zlib.MAX_WBITS)
    except CodingError as error:
        if error.partial:
            raise
        return _inflated(content, limit, -zlib.MAX_WBITS)


def _brotli(content: bytes, limit: int) -> bytes:
    engine = brotli.Decompressor()
    parts: list[bytes] = []
    size = 0
    try:
        piece = engine.process(content, output_buffer_limit=_PIECE)
        while piece or not engine.can_accept_more_data():
            parts.append(piece)
            size += len(piece)
            if size > limit:
                raise CodingError(f"it comes to more than {limit} bytes", b"".join(parts)[:limit])
            piece = engine.process(b"", output_buffer_limit=_PIECE)
    except brotli.error as error:
        raise CodingError("it is not of this coding", b"".join(parts)) from error
    if not engine.is_finished():
        raise CodingError("it is cut off", b"".join(parts))
    return b"".join(parts)


def _zstd(content: bytes, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    engine = zstandard.ZstdDecompressor(max_window_size=1 << 27)
    try:
        with engine.stream_reader(content, read_across_frames=True) as reader:
            while piece := reader.read(_PIECE):
                parts.append(piece)
                size += len(piece)
                if size > limit:
                    raise CodingError(f"it comes to more than {limit} bytes", b"".join(parts)[:limit])
        # The reader stops silently at the end of the bytes. They are known to be within the limit by now.
        rest = content
        while rest:
            frame = engine.decompressobj()
            frame.decompress(rest)
            if not frame.eof:
                raise CodingError("it is cut off", b"".join(parts))
            rest = frame.unused_data
    except zstandard.ZstdError as error:
        raise CodingError("it is not of this coding", b"".join(parts)) from error
    return b"".join(parts)


def _snappy(content: bytes, limit: int) -> bytes:
    try:
        return decompress(content, limit)
    except SnappyError as error:
        raise CodingError(str(error), error.partial) from error


def _base64(content: bytes, limit: int) -> bytes:
    if len(content) // 4 * 3 > limit + 3:
        raise CodingError(f"it comes to more than {limit} bytes")
    text = b"".join(content.removeprefix(b"\xef\xbb\xbf").split()).translate(_OF_ADDRESSES)
    if len(text) % 4 > 1 and not text.endswith(b"="):
        text += b"=" * (-len(text) % 4)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CodingError("it is not base64") from error


def _chunked(content: bytes, limit: int) -> bytes:
    """Put the chunks of an HTTP/1 body together (RFC 9112, section 7.1)."""
    parts: list[bytes] = []
    at = size = 0
    while True:
        found = _CHUNK.match(content, at)
        if found is None:
            raise CodingError("its chunks break off", b"".join(parts))
        length = int(found[1], 16)
        at = found.end()
        if length == 0:
            return b"".join(parts)
        size += length
        if size > limit:
            raise CodingError(f"it comes to more than {limit} bytes", b"".join(parts))
        parts.append(content[at : at + length])
        if at + length > len(content):
            raise CodingError("its last chunk is cut off", b"".join(parts))
        at += length
        at += 2 if content[at : at + 2] == b"\r\n" else 1


def _identity(content: bytes, limit: int) -> bytes:
    if len(content) > limit:
        raise CodingError(f"it comes to more than {limit} bytes", content[:limit])
    return content


def _to_utf8(content: bytes, limit: int, encoding: str) -> bytes:
    """Convert text with wider characters to UTF-8; its byte order mark is kept."""
    whole = len(content) - len(content) % WIDE[encoding]
    text = content[:whole].decode(encoding, "replace").encode("utf-8", "replace")
    if len(text) > limit:
        raise CodingError(f"it comes to more than {limit} bytes", text[:limit])
    if whole < len(content):
        raise CodingError("its last character is cut off", text)
    return text


def _of_code_page(content: bytes, limit: int, encoding: str) -> bytes:
    return _identity(content.decode(encoding, "replace").encode("utf-8"), limit)


def _quoted_printable(content: bytes, limit: int) -> bytes:
    return _identity(quopri.decodestring(content), limit)


def without_backslashes(content: bytes) -> bytes:
    """Undo the backslash escapes of printed texts and bytes; other text is kept."""
    return _ESCAPE.sub(_escaped, content)


def _escaped(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes((int(match[1], 16),))
    if match[2] or match[3]:
        code = int(match[2] or match[3], 16)
        return chr(code if code <= 0x10FFFF else 0xFFFD).encode("utf-8", "replace")
    return _SIGNS.get(match[4], match[4])


def _xml(content: bytes, limit: int) -> bytes:
    """The text of an XML element in UTF-8: resolves character references and CDATA sections, keeps line ends."""
    parts: list[bytes] = []
    at = 0
    for found in _XML.finditer(content):
        parts.append(content[at : found.start()])
        at = found.end()
        if found[1] is not None:
            parts.append(found[1])
        elif found[2] or found[3]:
            code = int(found[2], 16) if found[2] else int(found[3])
            parts.append(chr(code if code <= 0x10FFFF else 0xFFFD).encode("utf-8", "replace"))
        elif found[4] in _ENTITIES:
            parts.append(_ENTITIES[found[4]])
        else:
            raise CodingError("it holds an element or an entity", b"".join(parts))
    return _identity(b"".join((*parts, content[at:])), limit)


def _hex(content: bytes, limit: int) -> bytes:
    """Hexadecimal digits, with or without colons or white space between the bytes."""
    digits = b"".join(content.split()).replace(b":", b"")
    try:
        return _identity(binascii.unhexlify(digits[: 2 * limit + 2]), limit)
    except (binascii.Error, ValueError) as error:
        raise CodingError("it is not hexadecimal") from error


def _numbers(content: bytes, limit: int) -> bytes:
    """The bytes of a JSON list of numbers, or of a JSON object whose members are numbered."""
    found = _VALUE.findall(content) if content.lstrip().startswith(b"{") else _NUMBER.findall(content)
    try:
        return _identity(bytes(map(int, found)), limit)
    except ValueError as error:
        raise CodingError("a number is no byte") from error


def _backslash(content: bytes, limit: int) -> bytes:
    return _identity(without_backslashes(content), limit)


def _notation(content: bytes, limit: int, undo: Callable[[bytes], bytes]) -> bytes:
    return _identity(undo(content), limit)


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
    "snappy": _snappy,
    "base64": _base64,
    "chunked": _chunked,
    "identity": _identity,
    "": _identity,
    "quoted-printable": _quoted_printable,
    "hex": _hex,
    "numbers": _numbers,
    "backslash": _backslash,
    "xml": _xml,
    **{name: partial(_notation, undo=undo) for name, undo in NOTATIONS.items()},
    **{name: partial(_to_utf8, encoding=name) for name in WIDE},
    **{name: partial(_of_code_page, encoding=encoding) for name, encoding in CODE_PAGES.items()},
}
