"""Walks through the messages of a mail file, and finds the parts that hold content.

References:
    RFC 5322 (messages), RFC 2045 to 2047 and RFC 2231 (MIME, file names), RFC 2557 (saved web pages, MHTML), RFC 4155
    (mbox).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import HeaderParser
from typing import BinaryIO, NamedTuple

from echoforensics.evidence.archives.mail.recognise import MBOX_LINE, message_end, message_start

#: How much of a line is read at once, and how long a header may be, in bytes.
_LINE, _HEADER = 64 * 1024, 1024 * 1024
#: How many multiparts may be in each other.
_NESTED = 50
_ENDINGS = {
    "text/plain": ".txt", "text/html": ".html", "text/csv": ".csv", "application/json": ".json", "text/xml": ".xml",
    "application/xml": ".xml", "message/rfc822": ".eml", "application/zip": ".zip", "application/gzip": ".gz",
    "audio/wav": ".wav", "audio/x-wav": ".wav", "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/ogg": ".ogg",
}  # fmt: skip
_UNFIT = re.compile(r"[\x00-\x1f\x7f/\\]")
#: Codings of a part that leave its bytes as they are.
PLAIN = ("", "7bit", "8bit", "binary")


class MailPart(NamedTuple):
    """A part with content.

    Attributes:
        path: the number of its message in a mailbox, and its file name, or one made of its number.
        start, size: the bytes of its coded content in the file.
        coding: its transfer coding in lower case; empty if none is given.
        kind: its content type in lower case.
        date: the ``Date`` of its message, as written.
        whole: whether the boundary that ends it was found.
    """

    path: str
    start: int
    size: int
    coding: str
    kind: str
    date: str
    whole: bool


@dataclass(slots=True)
class _MailWalk:
    """The state of a walk.

    Attributes:
        at: offset of the line being read.
        boundaries: those of the multiparts around this place, outermost first.
        fields: the lines of the header being read; None outside a header.
        header: the header of the part whose content is being read; None in none.
    """

    mailbox: bool
    at: int = 0
    message: int = 0
    number: int = 0
    date: str = ""
    boundaries: list[bytes] = field(default_factory=list)
    fields: list[bytes] | None = field(default_factory=list)
    held: int = 0
    header: Message | None = None
    start: int = 0
    line_end: int = 0
    names: set[str] = field(default_factory=set)

    def line(self, line: bytes, *, begins: bool) -> Iterator[MailPart]:
        """Take a line, or a piece of one; yield the part that it ends."""
        if begins and self.mailbox and line.startswith(b"From ") and MBOX_LINE.match(line):
            yield from self._finish(self.at - self.line_end, whole=True)
            self._next_message()
        elif begins and line.startswith(b"--") and (depth := self._ended(line)):
            yield from self._finish(self.at - self.line_end, whole=True)
            closes = line.rstrip() == b"--" + self.boundaries[depth - 1] + b"--"
            del self.boundaries[depth - closes :]
            self.fields, self.held = None if closes else [], 0
        elif self.fields is not None:
            if begins and line in (b"\n", b"\r\n"):
                self._header_ended(self.at + len(line))
            elif self.held < _HEADER:
                self.fields.append(line)
                self.held += len(line)
        self.line_end = 2 if line.endswith(b"\r\n") else int(line.endswith(b"\n"))

    def end(self) -> Iterator[MailPart]:
        """Yield the part that the file ends in."""
        yield from self._finish(self.at, whole=not self.boundaries)

    def _next_message(self) -> None:
        self.message += 1
        self.number, self.date, self.boundaries, self.fields, self.held = 0, "", [], [], 0
        self.names = set()

    def _ended(self, line: bytes) -> int:
        """How many multiparts are around the part that follows this line; 0 if the line is no boundary."""
        text = line.rstrip()
        for depth in range(len(self.boundaries), 0, -1):
            if text in (b"--" + self.boundaries[depth - 1], b"--" + self.boundaries[depth - 1] + b"--"):
                return depth
        return 0

    def _header_ended(self, start: int) -> None:
        header = header_of(b"".join(self.fields or []))
        self.fields, self.held = None, 0
        self.date = self.date or " ".join(str(header.get("Date", "")).split())
        kind = header.get_content_type()
        boundary = header.get_boundary() if kind.startswith("multipart/") else None
        if boundary and len(self.boundaries) < _NESTED:
            self.boundaries.append(boundary.encode("utf-8", "surrogateescape"))
        elif kind == "message/rfc822" and coding_of(header) in PLAIN:
            self.fields = []
        else:
            self.header, self.start = header, start

    def _finish(self, end: int, *, whole: bool) -> Iterator[MailPart]:
        header, self.header = self.header, None
        if header is None or end <= self.start:
            return
        self.number += 1
        name = file_name(header)
        if not name or name in self.names:
            name = f"part-{self.number}" + (f"/{name}" if name else _ENDINGS.get(header.get_content_type(), ""))
        self.names.add(name)
        path = f"{self.message}/{name}" if self.mailbox else name
        kind = header.get_content_type()
        yield MailPart(path, self.start, end - self.start, coding_of(header), kind, self.date, whole)


def mail_parts(stream: BinaryIO) -> Iterator[MailPart]:
    """Yield the parts of every message that hold content, in order. Raises one of READ_ERRORS.

    Args:
        stream: the mail file at its start.
    """
    head = stream.read(_LINE)
    begin, mailbox = message_start(head)
    stop = message_end(head)
    stream.seek(begin)
    walk, begins = _MailWalk(mailbox, begin, message=int(mailbox)), True
    while line := stream.readline(_LINE if stop is None else min(_LINE, stop - walk.at)):
        yield from walk.line(line, begins=begins)
        begins = line.endswith(b"\n")
        walk.at += len(line)
    yield from walk.end()


def header_of(lines: bytes) -> Message:
    """Parse the lines of a header."""
    try:
        text = lines.decode()
    except UnicodeDecodeError:
        text = lines.decode("latin-1")
    return HeaderParser().parsestr(text, headersonly=True)


def coding_of(header: Message) -> str:
    """Return a part's transfer coding in lower case."""
    return str(header.get("Content-Transfer-Encoding", "")).split(";")[0].strip().lower()


def file_name(header: Message) -> str:
    """Return the file name that a header gives, as the last step of a path; empty if it gives none."""
    try:
        written = header.get_filename() or ""
        name = str(make_header(decode_header(written))) if "=?" in written else written
    except (MessageError, LookupError, ValueError):
        name = str(header.get_param("filename", "", "content-disposition") or header.get_param("name", ""))
    name = _UNFIT.sub("_", " ".join(name.split()))[:255]
    return "" if name.strip(". ") == "" else name
