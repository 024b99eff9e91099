"""Sessions that Charles exported as XML (``.chlsx``, ``.xml``).

References:
    The document type named in such exports (charles-session-1_0.dtd and later), and examples in
    public tests of other readers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO, ClassVar

from parsers.captures.json_member import counted_timestamp, written_timestamp
from parsers.captures.xml_text import element_text
from parsers.exchanges import capture
from parsers.exchanges.cached_answer import BytesSent
from parsers.exchanges.capture import Capture, Exchange
from parsers.exchanges.http_answer import answer_of
from parsers.formats.http.message import MAX_HEADERS, Message, may_have_body
from parsers.formats.xml.stream import XmlReader
from parsers.locator import at_bytes
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Issue, Record, Timestamp
from parsers.registry import register

#: Longer bodies are not read; other texts are kept up to this many characters.
MAX_BODY = 64 * 1024 * 1024
_MAX_TEXT = 20_000
_HEAD = re.compile(rb"<charles-session\b")
_SENT = "When the request was sent, by the clock of the machine that Charles ran on."
_CAME = "When the answer began to come, by the clock of the machine that Charles ran on."
_ADVICE = "Export the session again from a recording in which Charles kept the bodies."


@dataclass(slots=True)
class _Message:
    """A request or an answer: its first line, headers, status, and the place of its body."""

    first_line: str = ""
    status: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: tuple[int, int] | None = None
    base64: bool = False


@dataclass(slots=True)
class _Transaction:
    """One exchange: the attributes of its element, and its two messages."""

    at: int
    facts: dict[str, str]
    request: _Message = field(default_factory=_Message)
    response: _Message = field(default_factory=_Message)


class _SessionReader(XmlReader):
    """Collects the transactions of a session while its XML is parsed."""

    def __init__(self) -> None:
        super().__init__()
        self._done: list[_Transaction] = []
        self._open: _Transaction | None = None
        self._message: _Message | None = None
        self._header: dict[str, str] = {}
        self._text: list[str] | None = None

    def take(self) -> list[_Transaction]:
        """Return the complete transactions that have not been returned before."""
        done, self._done = self._done, []
        return done

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        self._text = None
        if name == "transaction":
            self._open = _Transaction(self.offset, attributes)
        elif self._open and name in ("request", "response"):
            self._message = self._open.request if name == "request" else self._open.response
            self._message.status = attributes.get("status", "")
        elif self._message is not None and name == "header":
            self._header = {}
        elif self._message is not None and name in ("name", "value", "first-line"):
            self._text = []
        elif self._message is not None and name == "body":
            self._message.body = (self.offset, self.offset)
            self._message.base64 = attributes.get("encoding", "").lower() == "base64"

    def end_element(self, name: str) -> None:
        text = "".join(self._text or ())[:_MAX_TEXT]
        self._text = None
        if name == "transaction" and self._open:
            self._done.append(self._open)
            self._open = self._message = None
        elif self._message is None:
            return
        elif name in ("request", "response"):
            self._message = None
        elif name == "first-line":
            self._message.first_line = text
        elif name in ("name", "value"):
            self._header[name] = text
        elif name == "header" and len(self._message.headers) < MAX_HEADERS:
            self._message.headers.append((self._header.get("name", ""), self._header.get("value", "")))
        elif name == "body" and self._message.body:
            self._message.body = (self._message.body[0], self.offset)

    def text(self, text: str) -> None:
        if self._text is not None and len(self._text) < _MAX_TEXT:
            self._text.append(text)


@register
class CharlesXmlSession(Parser):
    """Reads one session."""

    name: ClassVar[str] = "charles_xml_session"
    version: ClassVar[str] = "1"
    needs: ClassVar[tuple[bytes, ...]] = (rb"<charles-session",)
    text_only: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Charles sessions as XML, of traffic with the Alexa service",
        data_types=capture.DATA_TYPES,
        hands_on=(ANSWERS,),
        known_by=("XML: <charles-session> with <transaction>s that hold <request> and <response>",),
        shows="That whoever made the capture got these answers of the service, and when by that machine's clock.",
        does_not_show="That the capture is whole, or that it was not changed after it was made: it is a text file.",
        validated_on=("Made files only.",),
        limits=(
            "Exchanges with other services are counted, not listed.",
            "Bodies that are not base64 may have been changed by the export: characters that XML cannot hold are lost.",
        ),
        references=("https://www.charlesproxy.com/documentation/",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the first element matches."""
        return bool(_HEAD.search(source.head[:8192]))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the records of every exchange with the Alexa service, and one for the session."""
        reader = _SessionReader()
        found = Capture("Charles session", source.path)
        with source.open() as stream, source.open() as bodies:
            for error in reader.read(stream):
                for transaction in reader.take():
                    exchange, issues = _exchange(transaction, bodies)
                    yield from issues
                    yield from found.exchange(exchange)
                if error:
                    yield Issue(f"The session cannot be read further: {error}.")
        yield from found.not_held(_ADVICE)
        yield found.end({"made_by": "Charles"})


def _exchange(transaction: _Transaction, stream: BinaryIO) -> tuple[Exchange, list[Issue]]:
    facts, response = transaction.facts, transaction.response
    content, locator, issues = _body(response, stream, transaction.at)
    asked, _, _ = _body(transaction.request, stream, transaction.at)
    line = response.first_line or (f"HTTP {response.status}" if response.status else "")
    method = facts.get("method", "")
    exchange, more = answer_of(
        Message(line, tuple(response.headers), 0, content),
        locator,
        url=_url(facts),
        method=method,
        asked=asked.decode("utf-8", "backslashreplace"),
        timestamps=tuple(_timestamps(facts)),
    )
    status = int(response.status) if response.status.isascii() and response.status.isdecimal() else 0
    if response.body is None and facts.get("responseBodyIncluded") == "false" and may_have_body(method, status):
        exchange = replace(exchange, sent=exchange.sent or BytesSent())
    return exchange, [*issues, *more]


def _body(message: _Message, stream: BinaryIO, at: int) -> tuple[bytes, str, list[Issue]]:
    if message.body is None:
        return b"", at_bytes(at, 1), []
    found = element_text(stream, *message.body, base64=message.base64, most=MAX_BODY)
    return found.content, found.locator, [Issue(f"A body {found.issue}.", found.locator)] if found.issue else []


def _url(facts: dict[str, str]) -> str:
    path, query = facts.get("path", ""), facts.get("query", "")
    scheme = facts.get("protocol") or facts.get("scheme") or "https"
    return f"{scheme}://{facts.get('host', '')}{path}" + (f"?{query}" if query and "?" not in path else "")


def _timestamps(facts: dict[str, str]) -> Iterator[Timestamp]:
    for name, description, note in (("startTime", "Sent Time", _SENT), ("responseTime", "Recorded Time", _CAME)):
        recorded, millis = facts.get(name, ""), facts.get(f"{name}Millis", "")
        found = written_timestamp(recorded, description, note) if recorded else None
        if found is None and millis.isascii() and millis.isdecimal() and len(millis) == len("1704178800123"):
            found = counted_timestamp(int(millis) / 1000, description, note)
        if found:
            yield found
