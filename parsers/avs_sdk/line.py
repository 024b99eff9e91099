"""Lines as the AVS Device SDK and the Alexa Auto SDK write them, on their own or inside lines of another log.

``YYYY-MM-DD hh:mm:ss.mmm [thread] L Source:event:key=value,...:message``, UTC. In values ``\\``, ``,``, ``:`` and ``=``
are escaped with ``\\``. The Auto SDK writes ``[AAC]``, ``[AVS]`` or ``[APP]`` in place of the thread. Integrators also
write the time as ISO 8601 has it, with ``T`` or six digits; then it is UTC only where a ``Z`` or an offset says so.

References:
    github.com/alexa/avs-device-sdk: AVSCommon/Utils/src/Logger/LogStringFormatter.cpp (``gmtime``), LogEntry.cpp.
    github.com/alexa/alexa-auto-sdk: modules/core/engine/src/Logger/LogFormatter.cpp.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from parsers.times import utc

#: How many bytes before the time are searched: any prefix is short.
_WRAPPER = 120
_STAMP = (
    rb"(?P<stamp>(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)[ T](?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
    rb"[.,](?P<part>\d{6}|\d{3})(?P<zone>Z|(?P<ahead>[+-]\d\d):?(?P<minutes>\d\d))?)"
)
_HEAD = (
    rb" \[(?P<thread> {0,8}[0-9a-f]{1,16}|AAC|AVS|APP)\](?:\[(?P<moniker>[^\]]{0,40})\])?"
    rb" (?P<level>[0-9IWECDV?]) "
)
_TEXT = rb"(?P<source>[A-Za-z_][\w.<>~-]{0,120}):(?P<event>[^:]{0,200})(?::(?P<rest>.*))?"
#: The time as the SDK's own programs write it, in UTC.
_OF_SDK = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}")
_LINE = re.compile(_STAMP + _HEAD + rb"(?P<text>.*)", re.DOTALL)
#: A line whose date is written with slashes, so that day and month may be exchanged, and one without a time.
_LOOSE = re.compile(
    rb"(?:(?P<stamp>\d\d/\d\d/\d{4},? \d\d:\d\d:\d\d[.,]\d{3}(?: [AP]M)?) )?"
    + _HEAD.removeprefix(b" ")
    + rb"(?P<text>[A-Z]\w{1,80}:\w{1,80}(?::.*)?\Z)",
    re.DOTALL,
)
_SOURCE = re.compile(_TEXT, re.DOTALL)
_PAIR = re.compile(rb"(?P<key>(?:[^\\,=:]|\\.){0,200})=(?P<value>(?:[^\\,:]|\\.)*)(?P<end>,|:|\Z)", re.DOTALL)
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_MAX_PAIRS, _MAX_KEY = 200, 200


@dataclass(frozen=True, slots=True)
class AvsLine:
    """A parsed line.

    Attributes:
        stamp: its time as written, or empty.
        timestamp: microseconds since 1970 UTC; None if the date is invalid or its zone is not known.
        source: the class that wrote it; empty if the text does not have the form.
        event: what happened, in the program's own word.
        values: the named values, unescaped.
        text: ``event:values``, unescaped, as tables search it; the whole text if it does not have the form.
        zoned: whether the zone of its time is known.
    """

    stamp: str
    timestamp: int | None
    source: str
    event: str
    values: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    zoned: bool = True


def begins(content: bytes) -> bool:
    """Whether a line begins in this form."""
    return _LINE.match(content) is not None


def has_time(content: bytes) -> bool:
    """Whether some text contains a line with its own time."""
    return _search(content) is not None


def _search(content: bytes) -> re.Match[bytes] | None:
    if content.find(b"] ", 0, _WRAPPER + 80) < 0:
        return None
    match = _LINE.search(content)
    return match if match is not None and match.start() <= _WRAPPER else None


def find(content: bytes) -> AvsLine | None:
    """Find the line in some text, or None. Only a short prefix may precede it: who wrote it, quotation marks."""
    match = _search(content)
    if match is None:
        return None
    year, month, day, hour, minute, second = (
        int(match[name]) for name in ("year", "month", "day", "hour", "minute", "second")
    )
    text = match["text"]
    if content[match.start() - 1 : match.start()] == b'"' and match.start():
        text = text.rstrip().removesuffix(b'"')
    timestamp = utc(year, month, day, hour, minute, second, int(match["part"].ljust(6, b"0")))
    zoned = bool(match["zone"]) or _OF_SDK.fullmatch(match["stamp"]) is not None
    if timestamp is not None and match["ahead"]:
        minutes = abs(int(match["ahead"])) * 60 + int(match["minutes"])
        timestamp -= minutes * 60_000_000 * (-1 if match["ahead"].startswith(b"-") else 1)
    found = _of_text(text, match["stamp"].decode("ascii"), timestamp if zoned else None)
    return found if zoned else replace(found, zoned=False)


def loose(content: bytes) -> AvsLine | None:
    """Read a line that writes no time, or a date of which day and month may be exchanged; None if it is none."""
    found = _LOOSE.match(content)
    if found is None:
        return None
    line = _of_text(found["text"], (found["stamp"] or b"").decode("ascii"), None)
    return replace(line, zoned=False) if line.source else None


def without_time(content: bytes) -> AvsLine | None:
    """Read the line of a program that leaves the time to the enclosing log; None if the text does not have the form."""
    found = _SOURCE.fullmatch(content)
    if found is None or not found["event"]:
        return None
    return _of_text(content, "", None)


def _of_text(text: bytes, stamp: str, timestamp: int | None) -> AvsLine:
    found = _SOURCE.fullmatch(text)
    if found is None:
        return AvsLine(stamp, timestamp, "", "", {}, _plain(text))
    rest = found["rest"] or b""
    event = _plain(found["event"])
    return AvsLine(stamp, timestamp, _plain(found["source"]), event, _values(rest), f"{event}:{_plain(rest)}")


def _values(rest: bytes) -> dict[str, str]:
    found: dict[bytes, bytes] = {}
    for key, value in _pairs(rest) if b"\\" in rest else _pairs_without_escapes(rest):
        found[key] = value
        if len(found) >= _MAX_PAIRS:
            break
    return {_plain(key): _plain(value) for key, value in found.items()}


def _pairs(rest: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while pair := _PAIR.match(rest, at):
        yield pair["key"], pair["value"]
        at = pair.end()
        if pair["end"] != b",":
            return


def _pairs_without_escapes(rest: bytes) -> Iterator[tuple[bytes, bytes]]:
    for pair in rest.partition(b":")[0].split(b","):
        key, sign, value = pair.partition(b"=")
        if not sign or len(key) > _MAX_KEY:
            return
        yield key, value


def _plain(content: bytes) -> str:
    if b"\\" in content:
        content = _ESCAPE.sub(rb"\1", content)
    return content.decode("utf-8", "backslashreplace")
