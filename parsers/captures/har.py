"""HTTP archives (HAR): what a browser or a proxy wrote down of its traffic.

References:
    HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import ClassVar

from parsers.alexa_api.items.body import JsonPlaces, Tokens
from parsers.alexa_api.items.loaded_json import load
from parsers.coding import CodingError, decode
from parsers.exchanges import capture
from parsers.exchanges.capture import Capture, Exchange
from parsers.formats.json.text import MAX_BYTES
from parsers.locator import at_coding, join
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.registry import register

_HEAD = re.compile(rb'\s*(?:\xef\xbb\xbf)?\{\s*"log"\s*:\s*\{')
_TELLTALE = (b'"entries"', b'"creator"', b'"version"', b'"pages"', b'"browser"')
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SENT = "When the request was sent, by the clock of the machine that made the capture."
_CAME = "When the answer had come: the time of the request and the milliseconds that the capture counted."
_NO_ZONE = " The time bears no zone."


@register
class Har(Parser):
    """Reads one archive."""

    name: ClassVar[str] = "har"
    version: ClassVar[str] = "2"
    text_only: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="HTTP archives (HAR) of traffic with the Alexa service",
        data_types=capture.DATA_TYPES,
        hands_on=(ANSWERS,),
        known_by=('JSON: {"log": {"version", "creator", "entries"}}',),
        shows="That whoever made the capture got these answers of the service, and when by that machine's clock.",
        does_not_show="That the capture is whole, or that it was not changed after it was made: it is a text file.",
        validated_on=(),
        limits=(
            f"Archives longer than {MAX_BYTES} bytes are not read.",
            "Exchanges with other services are counted, not listed.",
            "Headers of requests, which hold cookies, are not kept.",
        ),
        references=("http://www.softwareishard.com/blog/har-12-spec/",),
    )

    def claims(self, source: Source) -> bool:
        """By the first keys."""
        return bool(_HEAD.match(source.head)) and any(key in source.head[:4096] for key in _TELLTALE)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the records of every exchange with the Alexa service, and one for the capture."""
        loaded = load(source)
        yield from loaded.issues
        log = loaded.value.get("log") if isinstance(loaded.value, dict) else None
        entries = log.get("entries") if isinstance(log, dict) else None
        if not isinstance(log, dict) or not isinstance(entries, list):
            if not loaded.issues:
                yield Issue("The archive holds no list of entries.")
            return
        found = Capture("HTTP archive", source.path)
        for number, entry in enumerate(entries):
            tokens: Tokens = ("log", "entries", number)
            if not isinstance(entry, dict):
                yield Issue("An entry was expected here.", loaded.places.record(tokens))
                continue
            exchange, issues = _exchange(entry, tokens, loaded.places)
            yield from issues
            yield from found.exchange(exchange)
        yield found.end(_facts(log))


def _facts(log: Mapping[str, object]) -> dict[str, Value]:
    maker = _object(log, "creator")
    made_by = " ".join(_text(maker, key) for key in ("name", "version")).strip()
    return {"made_by": made_by[:200], "version": _text(log, "version")[:40]}


def _exchange(entry: Mapping[str, object], tokens: Tokens, places: JsonPlaces) -> tuple[Exchange, list[Issue]]:
    request, response = _object(entry, "request"), _object(entry, "response")
    content = _object(response, "content")
    here = places.record((*tokens, "response", "content", "text"))
    text, issues = content.get("text"), list[Issue]()
    body = b""
    if isinstance(text, str):
        body = text.encode("utf-8", "surrogatepass")
        if _text(content, "encoding").lower() == "base64":
            try:
                body = decode(body, "base64", MAX_BYTES)
                here = join(here, at_coding("base64"))
            except CodingError as error:
                issues.append(Issue(f"The body is marked as base64, but {error}.", here, body[:64]))
    else:
        here = places.record(tokens)
    status = response.get("status")
    line = f"HTTP {status} {_text(response, 'statusText')}".strip() if isinstance(status, int) and status else ""
    return (
        Exchange(
            url=_text(request, "url"),
            method=_text(request, "method"),
            status_line=line,
            # An archive holds bodies decoded, beside headers that still name the coding.
            headers=tuple(pair for pair in _headers(response) if pair[0].lower() != "content-encoding"),
            content=body,
            locator=here,
            asked=_text(_object(request, "postData"), "text"),
            timestamps=_timestamps(entry, places.record((*tokens, "startedDateTime"))),
        ),
        issues,
    )


def _headers(response: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    headers = response.get("headers")
    for header in headers if isinstance(headers, list) else []:
        if isinstance(header, dict):
            yield _text(header, "name"), _text(header, "value")


def _timestamps(entry: Mapping[str, object], locator: str) -> tuple[Timestamp, ...]:
    recorded = _text(entry, "startedDateTime")
    if not recorded:
        return ()
    try:
        when = datetime.fromisoformat(recorded)
        delta = None if when.tzinfo is None else when - _EPOCH
    except (ValueError, OverflowError):
        return ()
    if delta is None:
        return (Timestamp("Sent Time", recorded, Clock.EXAMINER, None, _SENT + _NO_ZONE, locator),)
    sent = (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds
    found = [Timestamp("Sent Time", recorded, Clock.EXAMINER, sent, _SENT, locator)]
    took = entry.get("time")
    if isinstance(took, (int, float)) and not isinstance(took, bool) and 0 <= took < 1e9:
        recorded_end = f"{recorded} and {took} milliseconds"
        found.append(
            Timestamp("Recorded Time", recorded_end, Clock.EXAMINER, sent + round(took * 1000), _CAME, locator)
        )
    return tuple(found)


def _object(holder: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def _text(holder: Mapping[str, object], key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""
