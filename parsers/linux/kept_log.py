"""Logs within logs: what a container's engine or a collector keeps of a device's or a program's lines."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import ClassVar

from parsers import written_time
from parsers.alexa_api.items.service_names import names_in
from parsers.alexa_api.named_file import names_of
from parsers.captures.signed_as import signed_as
from parsers.encoding import wide_encoding
from parsers.formats.logs.kept_lines import KeepingForm, KeptLine, form_of, kept_lines
from parsers.formats.logs.lines import FILE_TYPE
from parsers.locator import at_bytes, join
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.registry import claiming, load, register

#: A longer file is read in pieces of this size, each as a log of its own.
PIECE = 32 * 1024 * 1024
#: Parsers of devices' logs, which know them by their lines.
_DEVICES = frozenset({"avs_sdk_log", "echo_messages", "fireos_log"})
_NOTE = "When {} kept the line, by the clock of its machine. The line itself writes no time that is known."
_NOT_OF_FORM = "{} of the log that {} kept {} not of its form; not read."


@register
class KeptLog(Parser):
    """Reads the inner lines as a log of their own."""

    name: ClassVar[str] = "kept_log"
    version: ClassVar[str] = "1"
    text_only: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Logs kept line by line by a container's engine or a collector",
        data_types=(),
        hands_on=(ANSWERS,),
        known_by=(
            "lines of Docker's json-file and of Kubernetes (CRI), if a device's log or a name of the service is inside",
            "lines of collectors in JSON, of Fluentd, Docker Compose, PM2, docker logs -t, svlogd and tai64n, if a"
            " device's log is inside; syslog with the length of each message (RFC 6587)",
        ),
        shows="What the lines inside show: they are read as if they were a file of their own.",
        does_not_show="That the log is whole: engines rotate logs, and collectors lose lines.",
        validated_on=("Made files only.",),
        limits=(
            f"A file longer than {PIECE} bytes is read in pieces of that size, each as a log of its own.",
            "A time of the line itself counts. That of the line around it is a field, and is the row's where the line"
            " has none.",
        ),
        references=(
            "https://docs.docker.com/engine/logging/drivers/json-file/", "https://github.com/kubernetes/cri-api",
            "RFC 6587",
        ),
    )  # fmt: skip

    def claims(self, source: Source) -> bool:
        """Whether the head keeps lines of a device's log, or the file names the service in lines of a container."""
        form = form_of(source.head)
        if form is None or wide_encoding(source.head):
            return False
        named = form.sure and bool(source.names or names_in(source.head))
        return named or _holds_device_log(source, form)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the results of the parsers that claim the inner log."""
        form = form_of(source.head)
        if form is None:
            return
        with source.open() as stream:
            base, rest = 0, b""
            while piece := stream.read(PIECE):
                content = rest + piece
                end = content.rfind(b"\n") + 1 or len(content)
                if len(piece) < PIECE:
                    end = len(content)
                yield from _read(source, _InnerLog.of(content[:end], form, base), form)
                base, rest = base + end, content[end:]


def holds_device_log(source: Source) -> bool:
    """Whether a file keeps a device's log in lines of its own."""
    form = form_of(source.head)
    return form is not None and _holds_device_log(source, form)


def _holds_device_log(source: Source, form: KeepingForm) -> bool:
    inner = Source.of(_InnerLog.of(source.head, form, 0).content, source.path)
    names = {*_DEVICES, "syslog"} if form.counted else _DEVICES
    return bool(inner.size and claiming(inner, [parser for parser in load() if parser.name in names]))


def _read(source: Source, log: _InnerLog, form: KeepingForm) -> Iterator[Record | Issue]:
    if log.others:
        lines = f"{len(log.others)} lines" if len(log.others) > 1 else "A line"
        what = _NOT_OF_FORM.format(lines, form.title, "are" if len(log.others) > 1 else "is")
        yield Issue(what, at_bytes(log.others[0][0], log.others[0][1] - log.others[0][0]))
    inner = Source.of(log.content, source.path)
    inner = replace(inner, names=tuple(name.kind for name in names_of(inner)))
    for parser in claiming(inner, [parser for parser in load() if _may_be_inside(parser)]):
        for item in signed_as(parser, inner):
            yield log.placed(item, form)


def _may_be_inside(parser: Parser) -> bool:
    return FILE_TYPE in parser.about.data_types or ANSWERS in parser.about.hands_on


@dataclass(slots=True)
class _InnerLog:
    """The log inside, and where its pieces are in the file.

    Attributes:
        content: the log inside.
        others: the byte ranges of lines that are not of the form.
    """

    content: bytes
    others: list[tuple[int, int]]
    _pieces: list[KeptLine]
    _starts: list[int]
    _lines: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, content: bytes, form: KeepingForm, base: int) -> _InnerLog:
        """Read the pieces of a text that begins at an offset of the file."""
        others, pieces, starts, size = list[tuple[int, int]](), list[KeptLine](), list[int](), 0
        for found in kept_lines(content, form, base):
            if isinstance(found, KeptLine):
                pieces.append(found)
                starts.append(size)
                size += len(found.content)
            else:
                others.append(found)
        return cls(b"".join(piece.content for piece in pieces), others, pieces, starts)

    def placed(self, item: Record | Issue, form: KeepingForm) -> Record | Issue:
        """A result with the locators of the file, and a record with the time of the line around it."""
        locator, piece = self._outer(item.locator)
        if isinstance(item, Issue):
            return replace(item, locator=locator)
        times = tuple(
            replace(time, locator=self._outer(time.locator)[0]) if time.locator else time for time in item.timestamps
        )
        fields = {**item.fields, "kept_by": form.title}
        if piece and piece.time:
            fields["kept_time"] = piece.time
            if not times and (kept := _kept_time(piece.time, form)):
                times = (kept,)
        return replace(item, locator=locator, timestamps=times, fields=fields)

    def _outer(self, locator: str) -> tuple[str, KeptLine | None]:
        """The locator in the file, and the piece that holds its first byte."""
        if not locator or not self._pieces:
            return locator, None
        start, length, rest = self._range(locator)
        first, last = self._at(start), self._at(start + max(length, 1) - 1)
        piece, end = self._pieces[first], self._pieces[last].end
        if first == last and piece.text_at >= 0 and locator.startswith("bytes:"):
            return join(at_bytes(piece.text_at + start - self._starts[first], length), rest), piece
        return at_bytes(piece.start, end - piece.start), piece

    def _at(self, offset: int) -> int:
        return max(0, bisect_right(self._starts, offset) - 1)

    def _range(self, locator: str) -> tuple[int, int, str]:
        """The byte range of an inner locator's first step, and its other steps."""
        step, _, rest = locator.partition(";")
        kind, _, argument = step.partition(":")
        if kind == "bytes":
            start, _, length = argument.partition("+")
            return int(start), int(length), rest
        if kind == "line":
            self._lines = self._lines or [0, *_line_ends(self.content)]
            number = min(int(argument), len(self._lines) - 1)
            return self._lines[number - 1], self._lines[number] - self._lines[number - 1], ""
        return 0, len(self.content), ""


def _line_ends(content: bytes) -> Iterator[int]:
    at = content.find(b"\n")
    while at >= 0:
        yield at + 1
        at = content.find(b"\n", at + 1)
    yield len(content)


def _kept_time(text: str, form: KeepingForm) -> Timestamp | None:
    try:
        found = written_time.read(text)
    except ValueError:
        return None
    if found is None:
        return None
    note = f"{_NOTE.format(form.title)} {found.note}"
    return Timestamp("Recorded Time", text, Clock.UNKNOWN, found.timestamp, note)
