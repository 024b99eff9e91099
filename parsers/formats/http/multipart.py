"""Split a ``multipart/related`` body into parts: the service pushes its directives in this form.

References:
    RFC 2046, section 5.1; RFC 2387.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

#: Limit on the parts of one body.
MAX_PARTS = 20_000
_FIRST = re.compile(rb"(?:[ \t]*\r?\n){0,4}--([\x21-\x7e][\x20-\x7e]{0,75}?)[ \t]*\r?\n")
_BEGINS = re.compile(rb"(?i)content-[a-z-]+:|\r?\n|[{\[]")
_HEAD_END = re.compile(rb"\r?\n\r?\n|(?<=\n)\r?\n")
_NAMED = re.compile(r'(?i)\bboundary=(?:"([^"]{1,76})"|([^";,\s]{1,76}))')


class Part(NamedTuple):
    """One part.

    Attributes:
        at: offset of its content.
        content: its content, without the line end before the boundary.
        kind: its ``Content-Type``, or empty.
        whole: whether a boundary follows it.
    """

    at: int
    content: bytes
    kind: str
    whole: bool


def is_multipart(content: bytes) -> bool:
    """Whether a body begins with a boundary and the headers of a part."""
    first = _FIRST.match(content)
    return first is not None and _BEGINS.match(content, first.end()) is not None


def parts(content: bytes, media: str = "") -> Iterator[Part]:
    """The parts of a body; none if it has no boundary.

    Args:
        content: the body.
        media: the value of ``Content-Type``, which may name the boundary. If not, the body's first line does.
    """
    named = _NAMED.search(media)
    boundary = b"--" + (named[1] or named[2]).encode("utf-8", "replace") if named else b""
    at = content.find(boundary) if boundary else -1
    if at < 0:
        first = _FIRST.match(content)
        if first is None:
            return
        boundary, at = b"--" + first[1], first.start(1) - 2
    for _ in range(MAX_PARTS):
        line_end = content.find(b"\n", at)
        if line_end < 0 or content[at + len(boundary) : at + len(boundary) + 2] == b"--":
            return
        following = content.find(b"\n" + boundary, line_end)
        end = following if following >= 0 else len(content)
        yield _part(content, line_end + 1, end, whole=following >= 0)
        if following < 0:
            return
        at = following + 1


def _part(content: bytes, begin: int, end: int, *, whole: bool) -> Part:
    if whole and content[end - 1 : end] == b"\r":
        end -= 1
    head = _HEAD_END.search(content, begin, end)
    first = content[begin : begin + 1]
    if first in (b"\r", b"\n"):
        at, lines = begin + (2 if content[begin : begin + 2] == b"\r\n" else 1), b""
    elif head is None or first in (b"{", b"["):
        at, lines = begin, b""
    else:
        at, lines = head.end(), content[begin : head.start()]
    kind = next(
        (line.partition(b":")[2].strip() for line in lines.splitlines() if line[:13].lower() == b"content-type:"), b""
    )
    return Part(at, content[at:end], kind.decode("latin-1"), whole)
