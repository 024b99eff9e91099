"""Exports of Burp Suite ("save items"): XML with each request and answer as raw HTTP.

References:
    The document type that Burp writes at the head of its exports, and PortSwigger's documentation of "Save items".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import BinaryIO, ClassVar

from parsers.captures.xml_text import element_text
from parsers.exchanges import capture
from parsers.exchanges.cached_answer import BytesSent
from parsers.exchanges.capture import Capture, Exchange
from parsers.exchanges.http_answer import answer_of
from parsers.formats.http import message as http
from parsers.formats.xml.stream import XmlReader
from parsers.locator import at_bytes, join
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.registry import register

_HEAD = re.compile(rb'<items\s[^>]{0,200}burpVersion="')
#: Longer messages are not read; other elements are kept up to the second number of characters.
MAX_MESSAGE = 64 * 1024 * 1024
_MAX_TEXT = 20_000
_TEXTS = ("time", "url", "method", "status", "responselength")
_MESSAGES = ("request", "response")
_TIME = re.compile(r"\w{3} (\w{3} \d{1,2} \d\d:\d\d:\d\d) (\w{2,5}) (\d{4})")
#: Lengths with more digits are ignored.
_DIGITS = 15
_ADVICE = "Save the items again from a project in which Burp kept the answers."
_NOTE = "When Burp logged the request, by the clock of the machine it ran on."
_ZONE = " The zone is written as letters that several zones share; it is read only where it is UTC or GMT."


@dataclass(slots=True)
class _Item:
    """One item: the text of its short elements, the places of its messages in the file, and which are base64."""

    at: int = 0
    texts: dict[str, list[str]] = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    base64: set[str] = field(default_factory=set)

    def text(self, name: str) -> str:
        return "".join(self.texts.get(name, []))


class _ItemReader(XmlReader):
    """Collects the items of an export while its XML is parsed."""

    def __init__(self) -> None:
        super().__init__()
        self.facts: dict[str, Value] = {}
        self._items: list[_Item] = []
        self._item: _Item | None = None
        self._element = ""
        self._size = 0

    def take(self) -> list[_Item]:
        """Return the complete items that have not been returned before."""
        items, self._items = self._items, []
        return items

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        if name == "items":
            self.facts = {"made_by": f"Burp Suite {attributes.get('burpVersion', '')}".strip()[:200]}
            self.facts["exported"] = attributes.get("exportTime", "")[:100]
        elif name == "item":
            self._item = _Item(self.offset)
        elif self._item and name in (*_TEXTS, *_MESSAGES):
            self._element, self._size = name, 0
            self._item.places[name] = (self.offset, self.offset)
            if attributes.get("base64", "").lower() == "true":
                self._item.base64.add(name)

    def end_element(self, name: str) -> None:
        if self._item and name == self._element:
            begin, _ = self._item.places[name]
            self._item.places[name] = (begin, self.offset)
            self._element = ""
        elif self._item and name == "item":
            self._items.append(self._item)
            self._item = None

    def text(self, text: str) -> None:
        if self._item and self._element in _TEXTS:
            self._size += len(text)
            if self._size <= _MAX_TEXT:
                self._item.texts.setdefault(self._element, []).append(text)


@register
class Burp(Parser):
    """Reads one export."""

    name: ClassVar[str] = "burp"
    version: ClassVar[str] = "2"
    needs: ClassVar[tuple[bytes, ...]] = (rb'burpVersion="',)
    text_only: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Burp Suite exports of traffic with the Alexa service",
        data_types=capture.DATA_TYPES,
        hands_on=(ANSWERS,),
        known_by=("XML: <items burpVersion=...> with <item>s that hold <url>, <request> and <response>",),
        shows="That whoever made the capture got these answers of the service.",
        does_not_show="That the capture is whole, or that it was not changed after it was made: it is a text file.",
        validated_on=(),
        limits=(
            "The zone of Burp's own time is letters; it is placed on the timeline only where they are UTC or GMT.",
            "Exchanges with other services are counted, not listed.",
            "Bodies that are not base64 may have been changed by the export: characters that XML cannot hold are lost.",
        ),
        references=("https://portswigger.net/burp/documentation/desktop/tools/proxy/http-history",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the first element matches."""
        return bool(_HEAD.search(source.head[:8192]))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the records of every exchange with the Alexa service, and one for the capture."""
        reader = _ItemReader()
        found = Capture("Burp Suite export", source.path)
        with source.open() as stream, source.open() as messages:
            for error in reader.read(stream):
                for item in reader.take():
                    exchange, issues = _exchange(item, messages)
                    yield from issues
                    yield from found.exchange(exchange)
                if error:
                    yield Issue(f"The export cannot be read further: {error}.")
        yield from found.not_held(_ADVICE)
        yield found.end(reader.facts)


def _exchange(item: _Item, stream: BinaryIO) -> tuple[Exchange, list[Issue]]:
    issues: list[Issue] = []
    raw, locator = _message(item, "response", stream, issues)
    asked = http.parse(_message(item, "request", stream, [])[0])
    message = http.parse(raw) if raw else None
    exchange = Exchange(
        url=item.text("url").strip(),
        method=item.text("method").strip(),
        status_line="",
        headers=(),
        content=b"",
        locator=locator,
        asked=asked.body.decode("utf-8", "backslashreplace") if asked else "",
        timestamps=_timestamps(item.text("time").strip()),
    )
    if message is None:
        if raw:
            issues.append(Issue("The answer is not an HTTP message.", locator, raw[:64]))
        status = item.text("status").strip()
        if not raw and status.isascii() and status.isdecimal() and len(status) == len("200"):
            length = item.text("responselength").strip()
            known = length.isascii() and length.isdecimal() and len(length) < _DIGITS
            exchange = replace(exchange, status_line=f"HTTP {status}", sent=BytesSent(int(length) if known else None))
        return exchange, issues
    where = _within(locator, message.body_at, len(raw) - message.body_at)
    answered, more = answer_of(
        message,
        where,
        url=exchange.url,
        method=exchange.method,
        asked=exchange.asked,
        timestamps=exchange.timestamps,
    )
    return answered, [*issues, *more]


def _within(locator: str, offset: int, length: int) -> str:
    """The locator of a part of another locator's bytes; a plain range within a plain range."""
    kind, _, place = locator.partition(":")
    if kind == "bytes" and ";" not in place:
        return at_bytes(int(place.partition("+")[0]) + offset, length)
    return join(locator, at_bytes(offset, length))


def _message(item: _Item, name: str, stream: BinaryIO, issues: list[Issue]) -> tuple[bytes, str]:
    """A message's bytes and its locator."""
    begin, end = item.places.get(name, (item.at, item.at))
    found = element_text(stream, begin, end, base64=name in item.base64, most=MAX_MESSAGE)
    if found.issue:
        issues.append(Issue(f"The {name} {found.issue}.", found.locator))
    return found.content, found.locator


def _timestamps(recorded: str) -> tuple[Timestamp, ...]:
    if not recorded:
        return ()
    timestamp = None
    if (parts := _TIME.fullmatch(recorded)) and parts[2] in ("UTC", "GMT"):
        try:
            when = datetime.strptime(f"{parts[1]} {parts[3]}", "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)
            timestamp = int(when.timestamp()) * 1_000_000
        except ValueError:
            timestamp = None
    return (Timestamp("Sent Time", recorded, Clock.EXAMINER, timestamp, _NOTE + _ZONE),)
