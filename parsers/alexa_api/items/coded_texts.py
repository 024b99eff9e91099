"""Answers in encoded text within other text: base64, CSV, HTML, percent-encoding, mail, bytes written as text.

References:
    RFC 4648 (base64); RFC 4180 (CSV); HTML, named and numeric character references; RFC 3986 (percent-encoding); RFC
    2045 (quoted-printable).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from parsers.alexa_api.items.service_names import names_in
from parsers.alexa_api.items.written_bytes import written_runs
from parsers.coding import CodingError, decode
from parsers.formats.document_text import is_rtf
from parsers.formats.json.text import MAX_BYTES
from parsers.locator import at_bytes, at_coding, inside, join
from parsers.record import Issue

#: The most decoded bytes from the encoded texts of one file.
MAX_PLAIN = 256 * 1024 * 1024
_GZIP, _ZLIB = b"\x1f\x8b", (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
#: A run of base64, with or without line breaks. Shorter runs hold no answer.
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/_-]{16,}+(?:\r?\n[ \t]{0,16})?+)++(?:[A-Za-z0-9+/_-]{0,15}={0,2})")
_LEAST = 48
#: How base64 of JSON (an object, a list, with a byte order mark) and of gzip or zlib data begins.
_BEGINS = ("eyJ", "eyA", "ewo", "ew0K", "W3s", "WyJ", "Wwo", "Ww0K", "77u/e", "77u/W", "H4sI", "eJ", "eN", "eAF")
_WHOLE = re.compile(r"[A-Za-z0-9+/_-]{16,}+(?:\s{1,8}[A-Za-z0-9+/_-]{1,}+)*+={0,2}\s*", re.ASCII)
_HEAD = 256
#: A quoted CSV field with doubled quotes inside.
_FIELD = re.compile(rb'(?:(?<=[,;|(\t\r\n])|(?<=\xef\xbb\xbf)|\A)"((?:[^"]|"")*+)"(?=[,;|)\t\r\n]|\Z)')
#: Text between tags, or an attribute value.
_BETWEEN_TAGS = re.compile(rb'[^<>"]{32,}+')
_ENTITY = re.compile(rb"&(?:quot|#0{0,4}34|#[xX]0{0,4}22);")
_PART = re.compile(rb"[^\s&\"'<>|;]{32,}+")
_MAIL_PART = re.compile(
    rb"^content-transfer-encoding:[ \t]*quoted-printable[ \t]*\r?\n(?:[^\r\n]{1,1000}+\r?\n){0,40}+\r?\n",
    re.IGNORECASE | re.MULTILINE,
)
#: A text between apostrophes in which backslashes escape quotes, as MySQL dumps it.
_SQL_TEXT = re.compile(rb"(?<=[,(= ])'((?:[^'\\]|\\.|'')*+)'(?=[,;) \r\n]|\Z)", re.DOTALL)
#: Rows in a dump of PostgreSQL, which doubles each backslash.
_COPIED = re.compile(rb"^COPY [^\n]{1,4000} FROM stdin;\r?\n((?:[^\n]*\n)*?)\\\.\r?$", re.MULTILINE)
#: A file that is written with uuencode.
_UUENCODED = re.compile(rb"^begin [0-7]{3,4} [^\n]{1,200}\n((?:[ -`]{2,61}\r?\n)+)", re.MULTILINE)
#: The beginning of the text of a Word or an OpenDocument file.
_DOCUMENT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,8}(?:<\?xml[^<>]{0,200}\?>\s{0,8})?<(?:w:document|w:footnotes|w:endnotes|w:comments|office:document|sst|worksheet)\b"
)
#: A sign that is written as an entity, where quotes are not.
_PLAIN_QUOTES = re.compile(rb">[^<>]{0,8192}\"[^<>]{0,8192}&(?:amp|lt|gt);")
_TAGLESS = "tagless"
_BOUNDARY = re.compile(rb"\r?\n--[\x21-\x7e][\x20-\x7e]{0,80}\r?(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class PlainText:
    """A decoded text.

    Attributes:
        content: the decoded text.
        locator: the locator of the text.
        start, end: its byte range in the surrounding text.
    """

    content: bytes
    locator: str
    start: int
    end: int


def coded_texts(content: bytes, prefix: str = "") -> Iterator[PlainText | Issue]:
    """Yield the encoded texts that name the service once decoded, each coding's in order.

    Args:
        content: a text in UTF-8.
        prefix: the text's locator; empty for a whole file.
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
    """Remove the control sequences of a terminal from a text; None if it has none.

    Args:
        content: a text in UTF-8.
        prefix: the text's locator; empty for a whole file.
    """
    if b"\x1b[" not in content:
        return None
    return next(
        (replace(text, locator=inside(prefix, text.locator)) for text in _plain(content, 0, len(content), "terminal")),
        None,
    )


def document_text(content: bytes, prefix: str = "") -> PlainText | None:
    """The text of a document without its formatting: RTF, Word, OpenDocument; None if a text is none of them.

    Args:
        content: a text in UTF-8.
        prefix: the text's locator; empty for a whole file.
    """
    if is_rtf(content):
        return _whole(content, "rtf", prefix)
    if _DOCUMENT.match(content) or (
        content.startswith(b"<?xml") and _PLAIN_QUOTES.search(content) and not _ENTITY.search(content)
    ):
        return _whole(content, _TAGLESS, prefix)
    return None


def without_tags(content: bytes, prefix: str = "") -> PlainText | None:
    """Remove the tags from a text that begins with one; None if it has none.

    Args:
        content: a text in UTF-8.
        prefix: the text's locator; empty for a whole file.
    """
    return (
        _whole(content, _TAGLESS, prefix) if content[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else None
    )


def _whole(content: bytes, coding: str, prefix: str) -> PlainText:
    plain = decode(content, coding, 4 * MAX_BYTES)
    return PlainText(plain, join(prefix, at_coding(coding)), 0, len(content))


def decoded_first(content: bytes) -> list[tuple[int, int]]:
    """The ranges of quoted-printable mail, and of rows with doubled backslashes: to be decoded before they are read."""
    return [(part.start, part.end) for search in (_in_mail, _in_copied) for part in search(content)]


def coded_head(head: bytes) -> bytes | None:
    """Decode the head of a base64 file; None if the head is not base64.

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
    """Whether a text is base64 of JSON, compressed or not, judging by its start.

    Args:
        text: the text.
    """
    return text.startswith(_BEGINS) and all(_WHOLE.fullmatch(part) is not None for part in (text[:_HEAD], text))


def json_in_base64(text: str) -> tuple[bytes, str] | None:
    """Decode a base64 text that holds JSON, compressed or not.

    Args:
        text: the text.

    Returns:
        The bytes, and the locator steps from the text to them; None if the text is not of this form.
    """
    return undone(text.encode("ascii")) if may_be_base64(text) else None


def undone(text: bytes) -> tuple[bytes, str] | None:
    """Decode base64, and gzip or zlib inside it, as far as possible; None if it is neither.

    Args:
        text: the base64, with or without line breaks.

    Returns:
        The bytes, and the locator steps from the text to them.
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
        # An incomplete group of four cannot be decoded, such as the start of a following line.
        if size % 4 == 1:
            run = run[:-1].rstrip()
        opened = undone(run)
        if opened:
            here = join(at_bytes(found.start(), len(run)), opened[1])
            yield PlainText(opened[0], here, found.start(), found.start() + len(run))


def _in_written(content: bytes) -> Iterator[PlainText]:
    for start, end, found in written_runs(content):
        yield PlainText(found.content, join(at_bytes(start, end - start), found.steps), start, end)


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


def _in_sql(content: bytes) -> Iterator[PlainText]:
    if b'\\"' in content and b"'" in content:
        yield from _runs(content, _SQL_TEXT, lambda run: "backslash" if b'\\"' in run else "", group=1)


def _in_copied(content: bytes) -> Iterator[PlainText]:
    if b"FROM stdin;" in content:
        yield from _runs(content, _COPIED, lambda run: "backslash" if b"\\\\" in run else "", group=1)


def _in_uuencoding(content: bytes) -> Iterator[PlainText]:
    if b"begin " in content:
        yield from _runs(content, _UUENCODED, lambda _: "uuencode", group=1)


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
    _in_base64, _in_fields, _between_tags, _in_addresses, _in_mail, _in_written, _in_sql, _in_copied,
    _in_uuencoding,
)  # fmt: skip
