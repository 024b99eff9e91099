"""Texts that are coded within other text and hold answers once they are plain: base64, CSV, HTML, addresses, mail.

References:
    RFC 4648 (base64); RFC 4180 (CSV); HTML, named and numeric character references; RFC 3986 (percent-encoding); RFC
    2045 (quoted-printable).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from parsers.alexa_api.items.service_names import names_in
from parsers.coding import CodingError, decode
from parsers.formats.json.text import MAX_BYTES
from parsers.locator import at_bytes, at_coding, inside, join
from parsers.record import Issue

#: Coded texts of one file come to no more bytes once they are plain.
MAX_PLAIN = 256 * 1024 * 1024
_GZIP, _ZLIB = b"\x1f\x8b", (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
#: A run of base64, in lines or not. A shorter one holds no answer.
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/_-]{16,}+(?:\r?\n[ \t]{0,16})?+)++(?:[A-Za-z0-9+/_-]{0,15}={0,2})")
_LEAST = 48
#: How base64 begins of JSON (an object, a list, with a byte order mark), and of what gzip or zlib compressed.
_BEGINS = ("eyJ", "eyA", "ewo", "ew0K", "W3s", "WyJ", "Wwo", "Ww0K", "77u/e", "77u/W", "H4sI", "eJ", "eN", "eAF")
_WHOLE = re.compile(r"[A-Za-z0-9+/_-]{16,}+(?:\s{1,8}[A-Za-z0-9+/_-]{1,}+)*+={0,2}\s*", re.ASCII)
_HEAD = 256
#: A field of CSV within quotes, some of them doubled.
_FIELD = re.compile(rb'(?:(?<=[,;|(\t\r\n])|(?<=\xef\xbb\xbf)|\A)"((?:[^"]|"")*+)"(?=[,;|)\t\r\n]|\Z)')
#: Text between tags, or the value of an attribute.
_BETWEEN_TAGS = re.compile(rb'[^<>"]{32,}+')
_ENTITY = re.compile(rb"&(?:quot|#0{0,4}34|#[xX]0{0,4}22);")
_PART = re.compile(rb"[^\s&\"'<>|;]{32,}+")
_MAIL_PART = re.compile(
    rb"^content-transfer-encoding:[ \t]*quoted-printable[ \t]*\r?\n(?:[^\r\n]{1,1000}+\r?\n){0,40}+\r?\n",
    re.IGNORECASE | re.MULTILINE,
)
_BOUNDARY = re.compile(rb"\r?\n--[\x21-\x7e][\x20-\x7e]{0,80}\r?(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text made plain.

    Attributes:
        content: the text.
        locator: what leads to it.
        start, end: the bytes of the text around it that it is in.
    """

    content: bytes
    locator: str
    start: int
    end: int


def coded_texts(content: bytes, prefix: str = "") -> Iterator[PlainText | Issue]:
    """Yield the texts that name the service once they are plain, each coding's in the order they are in.

    Args:
        content: a text in UTF-8.
        prefix: the locator of it; empty for a whole file.
    """
    total = 0
    for search in _SEARCHES:
        for found in search(content):
            total += len(found.content)
            if total > MAX_PLAIN:
                what = f"Texts that are coded in this file come to more than {MAX_PLAIN} bytes; the rest was not read."
                yield Issue(what, inside(prefix, at_bytes(found.start, found.end - found.start)))
                return
            if names_in(found.content):
                yield replace(found, locator=inside(prefix, found.locator))


def without_terminal(content: bytes, prefix: str = "") -> PlainText | None:
    """A text without the control sequences of a terminal; None if it has none.

    Args:
        content: a text in UTF-8.
        prefix: the locator of it; empty for a whole file.
    """
    if b"\x1b[" not in content:
        return None
    return next(
        (replace(text, locator=inside(prefix, text.locator)) for text in _plain(content, 0, len(content), "terminal")),
        None,
    )


def mail_parts(content: bytes) -> list[tuple[int, int]]:
    """From where to where the parts of mail stand whose text is quoted-printable, and cannot be read as it is."""
    return [(part.start, part.end) for part in _in_mail(content)]


def coded_head(head: bytes) -> bytes | None:
    """How the content of a file begins that is base64 as far as its head shows; None if it is not one.

    Args:
        head: its first bytes.
    """
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _BASE64.fullmatch(text[:_HEAD].rstrip()) is None:
        return None
    found = _BASE64.match(text)
    if found is None or text[found.end() :].strip():
        return None
    plain = b"".join(found[0].split()).rstrip(b"=")
    opened = undone(plain[: len(plain) // 4 * 4])
    return opened and opened[0]


def may_be_base64(text: str) -> bool:
    """Whether a text is base64, and begins as that of JSON does, compressed or not.

    Args:
        text: the text.
    """
    return text.startswith(_BEGINS) and all(_WHOLE.fullmatch(part) is not None for part in (text[:_HEAD], text))


def json_in_base64(text: str) -> tuple[bytes, str] | None:
    """The bytes that a text of base64 holds which begins as that of JSON does, compressed or not, and their codings.

    Args:
        text: the text.

    Returns:
        The bytes, and the steps of a locator from the text to them; None if it is no such text.
    """
    return undone(text.encode("ascii")) if may_be_base64(text) else None


def undone(text: bytes) -> tuple[bytes, str] | None:
    """Base64 undone, and gzip or zlib in it, as far as it goes; None if it is not one.

    Args:
        text: the base64, in lines or not.

    Returns:
        The bytes, and the steps of a locator from the text to them.
    """
    try:
        content = decode(text, "base64", MAX_BYTES)
    except CodingError:
        return None
    coding = "gzip" if content.startswith(_GZIP) else "deflate" if content.startswith(_ZLIB) else ""
    if not coding:
        return content, at_coding("base64")
    try:
        return decode(content, coding, MAX_BYTES), join(at_coding("base64"), at_coding(coding))
    except CodingError as error:
        return (error.partial, join(at_coding("base64"), at_coding(coding))) if error.partial else None


def _in_base64(content: bytes) -> Iterator[PlainText]:
    for found in _BASE64.finditer(content):
        run = found[0].rstrip()
        size = len(b"".join(run.split()))
        if size < _LEAST:
            continue
        # What is no whole group of four cannot be decoded, such as the start of a line behind it.
        if size % 4 == 1:
            run = run[:-1].rstrip()
        opened = undone(run)
        if opened:
            here = join(at_bytes(found.start(), len(run)), opened[1])
            yield PlainText(opened[0], here, found.start(), found.start() + len(run))


def _in_fields(content: bytes) -> Iterator[PlainText]:
    if b'""' in content:
        yield from _runs(content, _FIELD, lambda run: "doubled-quotes" if b'""' in run else "", group=1)


def _between_tags(content: bytes) -> Iterator[PlainText]:
    if _ENTITY.search(content):
        yield from _runs(content, _BETWEEN_TAGS, lambda run: "xml" if _ENTITY.search(run) else "")


def _in_addresses(content: bytes) -> Iterator[PlainText]:
    if b"%22" in content:
        yield from _runs(content, _PART, _percent_coding)


def _percent_coding(run: bytes) -> str:
    if b"%22" not in run:
        return ""
    return "form" if b"+" in run and b"%20" not in run else "percent"


def _in_mail(content: bytes) -> Iterator[PlainText]:
    end = 0
    for head in _MAIL_PART.finditer(content):
        if head.end() <= end:
            continue
        boundary = _BOUNDARY.search(content, head.end())
        end = boundary.start() if boundary else len(content)
        yield from _plain(content, head.end(), end, "quoted-printable")


def _runs(
    content: bytes, pattern: re.Pattern[bytes], coding_of: Callable[[bytes], str], group: int = 0
) -> Iterator[PlainText]:
    for found in pattern.finditer(content):
        if coding := coding_of(found[group]):
            yield from _plain(content, found.start(group), found.end(group), coding)


def _plain(content: bytes, start: int, end: int, coding: str) -> Iterator[PlainText]:
    try:
        plain = decode(content[start:end], coding, MAX_BYTES)
    except CodingError:
        return
    yield PlainText(plain, join(at_bytes(start, end - start), at_coding(coding)), start, end)


_SEARCHES: tuple[Callable[[bytes], Iterator[PlainText]], ...] = (
    _in_base64, _in_fields, _between_tags, _in_addresses, _in_mail,
)  # fmt: skip
