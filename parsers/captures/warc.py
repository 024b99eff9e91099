"""Web archives (WARC): what wget --warc-file, crawlers and archiving browsers kept of exchanges.

References:
    ISO 28500; the WARC format 1.1 (iipc.github.io/warc-specifications).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

from parsers.alexa_api.items.service_names import names_in
from parsers.captures.json_member import written_timestamp
from parsers.exchanges import capture
from parsers.exchanges.capture import Capture, Exchange
from parsers.exchanges.http_answer import answer_of
from parsers.formats.http import message as http
from parsers.locator import at_bytes
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Issue, Record, Timestamp
from parsers.registry import register

_MAGIC = b"WARC/"
#: Limits on the named fields of a record, and on a record that is read.
MAX_FIELDS, MAX_RECORD = 64 * 1024, 64 * 1024 * 1024
_DATE = "WARC-Date of the record: when the answer was kept, by the clock of the machine that made the archive."
_ADVICE = "Make the archive again without leaving out bodies."


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """A record of an archive.

    Attributes:
        fields: its named fields, in lower case.
        at: where its block begins.
        size: the length of its block.
    """

    fields: Mapping[str, str]
    at: int
    size: int

    @property
    def kind(self) -> str:
        """What it is: ``response``, ``request``, ``resource`` and others."""
        return self.fields.get("warc-type", "").lower()

    @property
    def url(self) -> str:
        """The address; older programs write it between angle brackets."""
        return self.fields.get("warc-target-uri", "").strip("<>")


@register
class WebArchive(Parser):
    """Reads one archive. One that is compressed, record by record or whole, is opened before."""

    name: ClassVar[str] = "warc"
    version: ClassVar[str] = "1"
    needs_beginning: ClassVar[tuple[bytes, ...]] = (_MAGIC,)
    about: ClassVar[About] = About(
        title="Web archives (WARC) of traffic with the Alexa service",
        data_types=capture.DATA_TYPES,
        hands_on=(ANSWERS,),
        known_by=("WARC/ and a version first, and a name of the service anywhere",),
        shows="That whoever made the archive got these answers of the service, and when by that machine's clock.",
        does_not_show="That the archive is whole, or that it was not changed after it was made.",
        validated_on=("Made files only.",),
        limits=(
            f"A record longer than {MAX_RECORD} bytes is not read.",
            "Exchanges with other services are counted, not listed.",
        ),
        references=("https://iipc.github.io/warc-specifications/",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the file begins with a record, and names the service."""
        return source.head.startswith(_MAGIC) and bool(source.names or names_in(source.head))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the records of every exchange with the service, and one for the archive."""
        found = Capture("web archive", source.path)
        methods: dict[str, str] = {}
        with source.open() as stream:
            for item in _records(stream, source.size):
                if isinstance(item, Issue):
                    yield item
                elif item.size > MAX_RECORD:
                    yield Issue(f"A record is longer than {MAX_RECORD} bytes; not read.", at_bytes(item.at, item.size))
                elif item.kind == "request":
                    methods[item.url] = _block(stream, item).split(b" ", 1)[0][:20].decode("ascii", "replace")
                elif item.kind in ("response", "resource", "conversion"):
                    exchange, issues = _exchange(item, _block(stream, item), methods.get(item.url, ""))
                    yield from issues
                    yield from found.exchange(exchange)
        yield from found.not_held(_ADVICE)
        yield found.end({})


def _block(stream: BinaryIO, item: WarcRecord) -> bytes:
    stream.seek(item.at)
    return stream.read(item.size)


def _records(stream: BinaryIO, size: int) -> Iterator[WarcRecord | Issue]:
    at = 0
    while at < size:
        stream.seek(at)
        head = stream.read(MAX_FIELDS)
        blank = len(head) - len(head.lstrip(b"\r\n"))
        end = http.HEAD_END.search(head, blank)
        fields = _fields(head[blank : end.start()]) if end and head[blank:].startswith(_MAGIC) else {}
        length = fields.get("content-length", "")
        if end is None or not (length.isascii() and length.isdecimal() and len(length) < 16):
            if head.strip():
                yield Issue(
                    "A record of the archive was expected here; the rest was not read.", at_bytes(at, size - at)
                )
            return
        begin = at + end.end()
        if begin + int(length) > size:
            yield Issue("The last record of the archive is cut off.", at_bytes(begin, size - begin))
        yield WarcRecord(fields, begin, min(int(length), size - begin))
        at = begin + int(length)


def _fields(head: bytes) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in head.decode("utf-8", "backslashreplace").splitlines()[1:]:
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name.strip().lower(), value.strip())
    return fields


def _exchange(item: WarcRecord, content: bytes, method: str) -> tuple[Exchange, list[Issue]]:
    kept = written_timestamp(item.fields.get("warc-date", ""), "Recorded Time", _DATE)
    times: tuple[Timestamp, ...] = (kept,) if kept else ()
    message = http.parse(content) if content.startswith(b"HTTP/") else None
    if message is None:
        return Exchange(item.url, method, "", (), content, at_bytes(item.at, item.size), timestamps=times), []
    where = at_bytes(item.at + message.body_at, item.size - message.body_at)
    return answer_of(message, where, url=item.url, method=method, timestamps=times)
