"""Times in an answer that no reading of its parts has named: found by the form of the value and the name above it.

An answer can hold times under names that nobody has described. They are shown, and what they are of is left open.

References:
    Epoch milliseconds under names, in keys of activities (``{customer}#{ms}#{type}#{serial}``) and behind queue ids
    (``{queue}_{ms}``), and ISO 8601 within ids of discovery sessions: measured on the answers in CIFT's example result
    and in cleminator/AlexaPaperDatasets.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote

from parsers.alexa_api.items import spoken
from parsers.formats.json.text import JsonError, decode
from parsers.record import Clock, Timestamp
from parsers.utterance import FINDER, UtteranceId

#: Inner values of one value that are looked at, and times that are given, at most.
MAX_VALUES = 1_000_000
MAX_TIMES = 100
#: A longer text is not looked into, unless it is JSON up to the second length.
_MAX_TEXT = 4000
_MAX_JSON = 4 * 1024 * 1024
_MAX_DEPTH = 60
#: 2010-01-01 and 2035-01-01, in seconds. A number outside is not taken for a time.
_FIRST = 1_262_304_000
_LAST = 2_051_222_400
_MICRO = 1_000_000
_NAMED = re.compile(r"(?i:time|date|stamp|milli|epoch|since|until|expir)|(?:^[Aa]t|At|_at)$|(?i:created|modified|seen)")
_NO_TIME = re.compile(r"(?i)(?:id|ids|phone|number|serial|token|version|size|length|bytes|asin|duration\w*|seconds)$")
#: Hours and days of a weather report are what the service forecast, not events. (The service also writes "forcast".)
#: What a client asked for, where a page ends, and up to when entries are to be deleted, are none either.
_CONTENT = re.compile(
    r"(?i)fore?cast|^(?:request|query|(?:query|request)?_?param(?:eter)?s|variables|filters?|paging|pagination)$"
    r"|(?:token|cursor)$|^delete_?(?:before|after)"
)
_ISO = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?(?!\d)", re.ASCII)
_IN_ID = re.compile(r"(?<=[#_])\d{13}(?![0-9A-Za-z])|^\d{13}(?=#)", re.ASCII)
_DIGITS = re.compile(r"\d{10}(?:\d{3})?", re.ASCII)
#: A text that does not hold this holds no time; one so short neither.
_MAYBE = re.compile(r"\d{10}|\d{4}[-/]\d\d[-/]\d\d|%2F\d\d%2F", re.ASCII | re.IGNORECASE)
_SHORTEST = 12
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNKNOWN = "Unknown Time"
#: What a time is of by a name that public clients of the service read so, in plaso's words. Names are compared in lower
#: case, without underlines.
_MEANT = (
    (
        re.compile(r"(?:alarm|trigger|scheduled|snoozedto|nexttrigger|nextoccurrence|nextalarm)times?"),
        "Scheduled to start",
    ),
    (
        re.compile(r"(?:lasttrigger|lastexecution|lastturn|lastactive)(?:ed)?time(?:inutc|epochmillis)?"),
        "Last Active Time",
    ),
    (
        re.compile(r"(?:creat(?:ed?|ion))(?:date|time|datetime|timestamp|at|on)(?:inutc|epochmillis|ms)?"),
        "Creation Time",
    ),
    (
        re.compile(
            r"(?:last)?(?:updated?|modified|modification)(?:date|time|datetime|timestamp|at|on)(?:inutc|epochmillis|ms)?"
        ),
        "Update Time",
    ),
    (re.compile(r"timeof(?:statechange|lastchange)"), "Content Modification Time"),
    (re.compile(r"timeofsample"), "Recorded Time"),
    (re.compile(r"lastseen(?:at|time|date)?"), "Last Seen Time"),
)


@dataclass(frozen=True, slots=True)
class _Value:
    """A value, the names that lead to it, how deep it stands."""

    value: object
    path: str
    name: str
    depth: int


class TimeSearch:
    """The search through one value; may be asked once.

    Attributes:
        cut: whether a bound was hit, so that something was not looked at.
    """

    def __init__(self, value: object, known: Container[int | None], streams: Container[str] = ()) -> None:
        """Take what to search, the timestamps and the uuids of utterances that need not be found."""
        self.cut = False
        self._value = value
        self._known = known
        self._streams = streams

    def timestamps(self) -> tuple[Timestamp, ...]:
        """The times, each instant once."""
        found: dict[int | str, Timestamp] = {}
        for value in self._values():
            for timestamp in _timestamps(value, self._streams):
                if timestamp.timestamp is not None and timestamp.timestamp in self._known:
                    continue
                found.setdefault(timestamp.recorded if timestamp.timestamp is None else timestamp.timestamp, timestamp)
                if len(found) > MAX_TIMES:
                    self.cut = True
                    return tuple(found.values())[:MAX_TIMES]
        return tuple(found.values())

    def _values(self) -> Iterator[_Value]:
        """Every plain value, JSON within texts included; names of members count as values."""
        stack: list[Iterator[_Value]] = [iter((_Value(self._value, "", "", 0),))]
        looked = 0
        while stack:
            here = next(stack[-1], None)
            if here is None:
                stack.pop()
                continue
            looked += 1
            if looked > MAX_VALUES:
                self.cut = True
                return
            inner = _inner(here.value)
            if not isinstance(inner, (Mapping, list)):
                yield here
            elif here.depth >= _MAX_DEPTH:
                self.cut = True
            else:
                stack.append(_members(here, inner))


def _members(here: _Value, inner: Mapping[object, object] | list[object]) -> Iterator[_Value]:
    """What is in an object, its names among it, or in a list; values that can be no time are left out."""
    if isinstance(inner, list):
        for value in inner:
            if value is not None and not isinstance(value, bool):
                yield _Value(value, here.path, here.name, here.depth + 1)
        return
    for key, value in inner.items():
        name = str(key)
        if len(name) > _SHORTEST:
            yield _Value(name, here.path, "", _MAX_DEPTH)
        if value is not None and not isinstance(value, bool) and not _CONTENT.search(name):
            yield _under(here, name, value)


def _under(here: _Value, key: str, value: object) -> _Value:
    path = f"{here.path}.{key}" if here.path else key
    return _Value(value, path if len(path) <= 200 else "…" + path[-200:], key, here.depth + 1)


def _inner(value: object) -> object:
    """The JSON within a text; any other value as it is."""
    if isinstance(value, str) and 2 <= len(value) <= _MAX_JSON and value.lstrip()[:1] in ("{", "["):
        try:
            return decode(value)
        except JsonError:
            return value
    return value


def stream(text: str | None) -> frozenset[str]:
    """The uuid of the utterance id that a text holds, if any."""
    found = UtteranceId.find(text) if text else None
    return frozenset((found.uuid,)) if found else frozenset()


def _timestamps(here: _Value, streams: Container[str]) -> Iterator[Timestamp]:
    value = here.value
    if isinstance(value, str):
        if len(value) <= _MAX_TEXT and _MAYBE.search(value):
            yield from _in_text(value, here, streams)
    elif isinstance(value, (int, float)) and value >= _FIRST:
        named = bool(_NAMED.search(here.name))
        if (named or (isinstance(value, int) and not _NO_TIME.search(here.name))) and (
            timestamp := _number(value, str(value), here.path, seconds=named)
        ):
            yield timestamp


def _in_text(text: str, here: _Value, streams: Container[str]) -> Iterator[Timestamp]:
    named = bool(_NAMED.search(here.name))
    if named and _DIGITS.fullmatch(text) and (timestamp := _number(int(text), text, here.path, seconds=True)):
        yield timestamp
    for found in _ISO.finditer(text):
        yield from _iso(found[0], here.path, whole=found[0] == text)
    if "://" not in text:
        for found in _IN_ID.finditer(text):
            note = f"Epoch milliseconds within an id{_at(here.path)}; what the time is of is not said."
            if timestamp := _number(int(found[0]), found[0], here.path, seconds=False, note=note):
                yield timestamp
    for found in FINDER.finditer(unquote(text)):
        utterance = UtteranceId.parse(found[0])
        if utterance and utterance.uuid not in streams:
            yield spoken.to_timestamp(utterance)


def _number(value: float, recorded: str, path: str, *, seconds: bool, note: str = "") -> Timestamp | None:
    unit, factor = "milliseconds", 1000
    if not _FIRST <= value / 1000 < _LAST:
        unit, factor = "seconds", _MICRO
        if not seconds or not _FIRST <= value < _LAST:
            return None
    explained = note or f"Epoch {unit}{_at(path)}; what the time is of is told by that name alone."
    meaning = UNKNOWN if note else _meaning(path)
    return Timestamp(meaning, recorded, _clock(meaning), round(value * factor), explained)


def _iso(recorded: str, path: str, *, whole: bool) -> Iterator[Timestamp]:
    try:
        when = datetime.fromisoformat(recorded)
        delta = None if when.tzinfo is None else when - _EPOCH
    except (ValueError, OverflowError):
        return
    if not 2010 <= when.year < 2035:
        return
    where = _at(path) if whole else f" within a text{_at(path)}"
    zone = "" if delta is not None else "; the zone is not recorded"
    timestamp = None if delta is None else (delta.days * 86400 + delta.seconds) * _MICRO + delta.microseconds
    meaning = _meaning(path) if whole else UNKNOWN
    described = "told by that name alone" if meaning != UNKNOWN else "not said"
    yield Timestamp(
        meaning, recorded, _clock(meaning), timestamp, f"ISO 8601{where}{zone}; what the time is of is {described}."
    )


def _meaning(path: str) -> str:
    """What a time is of, by the last name that leads to it."""
    name = path.rpartition(".")[2].lower().replace("_", "")
    return next((word for pattern, word in _MEANT if pattern.fullmatch(name)), UNKNOWN)


def _clock(meaning: str) -> Clock:
    """Times that the service's own clients read are the service's; whose others are is not known."""
    return Clock.UNKNOWN if meaning == UNKNOWN else Clock.CLOUD


def _at(path: str) -> str:
    return f' under "{path}"' if path else ""
