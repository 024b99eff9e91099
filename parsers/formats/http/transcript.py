"""Consecutive HTTP messages in a text: output of ``curl -i`` and ``curl -v``, and files of raw messages.

References:
    RFC 9112, section 2.1; curl's manual (``--include``, ``--verbose``: ``>`` and ``<`` before the lines of headers).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from parsers.formats.http import message as http
from parsers.formats.http.headers import value_of

#: Limit on the messages of one text.
MAX_MESSAGES = 20_000
_COMMAND_SPACE = 64 * 1024
#: Longest valid length field, in digits.
_DIGITS = 15
_FIRST_LINE = re.compile(
    rb"(?:^(?:\xef\xbb\xbf)?(?P<mark>[<>] )?(?:GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS) [^\s]{1,16384} HTTP/\d"
    rb"|(?:^(?:\xef\xbb\xbf)?(?P<answer>< )?|(?<=[}\]]))HTTP/\d(?:\.\d)? [1-9]\d\d\b)[^\r\n]{0,1000}\r?$",
    re.MULTILINE,
)
#: A line in which curl reports what it does.
_REMARK = re.compile(rb"^(?:[*<>] |[{}] \[\d)", re.MULTILINE)
_LEFT_INTACT = re.compile(rb"\* (?:Connection #\d|Closing connection)[^\n]{0,300}\s*\Z")
_MARKED_END = re.compile(rb"^[<>] ?\r?\n", re.MULTILINE)
#: The command that printed the next message; it follows the body of the previous one.
_COMMAND = re.compile(rb"\n[^\n{\[]{0,300}\bcurl(?:\.exe)? [^\n]{0,8000}(?:\\\n[^\n]{0,8000}){0,40}\s*\Z")
#: What ZAP writes before each message that it exports.
_NUMBERED = re.compile(rb"\n=+ \d{1,9} =+\s*\Z")
_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"


class FoundMessage(NamedTuple):
    """A message found in a text.

    Attributes:
        start: offset of its first line.
        message: the message.
        body_at, body_end: position of its body as sent.
        before: the text between the previous message and this one, cut.
    """

    start: int
    message: http.Message
    body_at: int
    body_end: int
    before: bytes

    @property
    def is_request(self) -> bool:
        """Whether it is a request."""
        return not self.message.first_line.startswith("HTTP/")


def begins(head: bytes) -> re.Match[bytes] | None:
    """The first line of the first message in the head of a text; None if there is none."""
    return _FIRST_LINE.search(head) if b"HTTP/" in head else None


def messages(content: bytes) -> Iterator[FoundMessage]:
    """Yield the messages of a text, in order."""
    first = _FIRST_LINE.search(content)
    end = 0
    for _ in range(MAX_MESSAGES):
        if first is None:
            return
        found, following = _marked(content, first) if (first["mark"] or first["answer"]) else _plain(content, first)
        if found is not None:
            yield FoundMessage(first.start(), *found, content[max(end, first.start() - 4096) : first.start()])
            end = found[2]
        first = following


_Given = tuple[http.Message, int, int]


def _plain(content: bytes, first: re.Match[bytes]) -> tuple[_Given | None, re.Match[bytes] | None]:
    """Parse an unmarked message; returns it and the first line of the next."""
    start = _start(content, first)
    blank = http.HEAD_END.search(content, first.end() - 1, start + http.MAX_HEAD)
    following = _FIRST_LINE.search(content, first.end())
    if blank is None or (following and following.start() < blank.start()):
        # Without a blank line there is no body; the headers end where the next message begins.
        end = following.start() if following else min(len(content), start + http.MAX_HEAD)
        bare = http.parse(content[start:end].rstrip(_BLANK) + b"\r\n\r\n")
        return (bare, end, end) if bare else None, following
    body_at = blank.end()
    head = http.parse(content[start:body_at])
    length = value_of(head.headers, "Content-Length") if head else ""
    end = following.start() if following else len(content)
    if length.isascii() and length.isdecimal() and len(length) < _DIGITS and body_at + int(length) <= len(content):
        stated = body_at + int(length)
        if stated == len(content) or _FIRST_LINE.match(content, _skip(content, stated)):
            end, following = stated, _FIRST_LINE.search(content, stated)
    if following:
        between = max(body_at, end - _COMMAND_SPACE)
        if named := _NUMBERED.search(content, between, end) or _COMMAND.search(content, between, end):
            end = named.start()
    message = http.parse(content[start:end])
    return (message, body_at, end) if message else None, following


def _marked(content: bytes, first: re.Match[bytes]) -> tuple[_Given | None, re.Match[bytes] | None]:
    """Parse a message with a mark before each header line; returns it and the first line of the next."""
    mark = first["mark"] or first["answer"]
    blank = _MARKED_END.search(content, first.end(), first.end() + http.MAX_HEAD)
    body_at = blank.end() if blank else first.end()
    lines = content[_start(content, first) : blank.start() if blank else first.end()].splitlines()
    bare = b"\r\n".join(line[2:].rstrip(b"\r") for line in lines if line[:2] == mark)
    message = http.parse(bare + b"\r\n\r\n")
    following = _FIRST_LINE.search(content, body_at)
    limit = following.start() if following else len(content)
    while remark := _REMARK.match(content, body_at):
        line_end = content.find(b"\n", remark.end())
        if line_end < 0 or line_end >= limit:
            break
        body_at = line_end + 1
    remark = _REMARK.search(content, body_at, limit)
    end = remark.start() if remark else limit
    if intact := _LEFT_INTACT.search(content, body_at, end):
        end = intact.start()
    if message is None:
        return None, following
    body = content[body_at:end].rstrip(_BLANK)
    return (http.Message(message.first_line, message.headers, 0, body), body_at, body_at + len(body)), following


def _start(content: bytes, first: re.Match[bytes]) -> int:
    """Offset of a first line, after any byte order mark."""
    return first.start() + (len(_BOM) if content.startswith(_BOM, first.start()) else 0)


def _skip(content: bytes, at: int) -> int:
    while at < len(content) and content[at] in _BLANK:
        at += 1
    return at
