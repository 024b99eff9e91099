"""Find further times in an answer by the form of a value and the name above it.

An answer can hold times under undocumented names. They are reported without saying what they refer to.

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
from functools import lru_cache
from urllib.parse import unquote

from parsers.alexa_api.answers.time_traces import FIRST, LAST, MICRO, may_hold_new_time
from parsers.alexa_api.items import spoken
from parsers.formats.json.text import JsonError, decode
from parsers.formats.lazy_pattern import lazy
from parsers.record import Clock, Timestamp
from parsers.utterance import FINDER, UtteranceId

#: The most inner values that are searched in one value, and the most times that are returned.
MAX_VALUES = 100_000_000
MAX_TIMES = 100
#: Longer texts are not searched, unless they are JSON of up to the second length.
_MAX_TEXT = 4000
_MAX_JSON = 4 * 1024 * 1024
_MAX_DEPTH = 60
#: Members of so many lists, one within another, are judged by their text before they are visited.
_JUDGED = 2
_LONG = 10
_NAMED = lazy(r"(?i:time|date|stamp|milli|epoch|since|until|expir)|(?:^[Aa]t|At|_at)$|(?i:created|modified|seen)")
_NO_TIME = lazy(r"(?i)(?:id|ids|phone|number|serial|token|version|size|length|bytes|asin|duration\w*|seconds)$")
#: Hours and days of a weather report are forecasts, not events. (The service also writes "forcast".)
#: Requested periods, page boundaries and deletion limits are not events either.
_CONTENT = lazy(
    r"(?i)fore?cast|^(?:request|query|(?:query|request)?_?param(?:eter)?s|variables|filters?|paging|pagination)$"
    r"|(?:token|cursor)$|^delete_?(?:before|after)"
)
_ISO = lazy(r"(?<!\d)\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?(?!\d)", re.ASCII)
_IN_ID = lazy(r"(?<=[#_])\d{13}(?![0-9A-Za-z])|^\d{13}(?=#)", re.ASCII)
_DIGITS = lazy(r"\d{10}(?:\d{3})?", re.ASCII)
#: Every text with a time contains this, and is at least this long.
_MAYBE = lazy(r"\d{10}|\d{4}[-/]\d\d[-/]\d\d|%2F\d\d%2F", re.ASCII | re.IGNORECASE)
_SHORTEST = 12
#: The shortest text with a time in a part of an address; how much of the path to a value is shown.
_LEAST, _MAX_PATH = 8, 200
#: How JSON within a text begins, if no whitespace precedes it.
_OPENS = ("{", "[")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNKNOWN = "Unknown Time"
#: What a time refers to, for names that public clients of the service interpret this way, in plaso's words. Names are
#: compared in lower case, without underscores.
_MEANT = (
    (
        lazy(r"(?:alarm|trigger|scheduled|snoozedto|nexttrigger|nextoccurrence|nextalarm)times?"),
        "Scheduled to start",
    ),
    (
        lazy(r"(?:lasttrigger|lastexecution|lastturn|lastactive)(?:ed)?time(?:inutc|epochmillis)?"),
        "Last Active Time",
    ),
    (
        lazy(r"(?:creat(?:ed?|ion))(?:date|time|datetime|timestamp|at|on)(?:inutc|epochmillis|ms)?"),
        "Creation Time",
    ),
    (
        lazy(
            r"(?:last)?(?:updated?|modified|modification)(?:date|time|datetime|timestamp|at|on)(?:inutc|epochmillis|ms)?"
        ),
        "Update Time",
    ),
    (lazy(r"timeof(?:statechange|lastchange)"), "Content Modification Time"),
    (lazy(r"timeofsample"), "Recorded Time"),
    (lazy(r"lastseen(?:at|time|date)?"), "Last Seen Time"),
)


@dataclass(frozen=True, slots=True)
class _Name:
    """What a member's name says about its value.

    Attributes:
        is_content: whether its value is content, not an event.
        may_hold_time: whether the name itself may contain a time.
        is_time: whether it names a time.
        is_no_time: whether it names another kind of number.
    """

    is_content: bool
    may_hold_time: bool
    is_time: bool
    is_no_time: bool


@lru_cache(maxsize=4096)
def _named(name: str) -> _Name:
    return _Name(
        is_content=bool(_CONTENT.search(name)),
        may_hold_time=bool(_MAYBE.search(name)) or name.lstrip()[:1] in _OPENS,
        is_time=bool(_NAMED.search(name)),
        is_no_time=bool(_NO_TIME.search(name)),
    )


class _EnoughError(Exception):
    """A limit was reached: the search ends."""


class TimeSearch:
    """A search through one value; can be run once.

    Attributes:
        cut: whether a limit was reached, so that part of the value was not searched.
    """

    def __init__(self, value: object, known: Container[int | None], streams: Container[str] = ()) -> None:
        """Store the value to search, and the timestamps and utterance UUIDs that are already known."""
        self.cut = False
        self._value = value
        self._known = known
        self._streams = streams
        self._looked = 0
        self._lists = 0
        self._found: dict[int | str, Timestamp] = {}

    def timestamps(self) -> tuple[Timestamp, ...]:
        """The times, each instant once."""
        value = self._value
        if _is_judged(value) and not may_hold_new_time(value, _MAX_DEPTH, self._known, self._streams):
            return ()
        try:
            self._look(value, "", "", 0)
        except _EnoughError:
            self.cut = True
        return tuple(self._found.values())[:MAX_TIMES]

    def _look(self, value: object, path: str, name: str, depth: int) -> None:
        """Search one value, including JSON within a text."""
        self._looked += 1
        if self._looked > MAX_VALUES:
            raise _EnoughError
        inner = _inner(value)
        if isinstance(inner, (dict, list, Mapping)):
            if depth >= _MAX_DEPTH:
                self.cut = True
            elif isinstance(inner, list):
                self._list(inner, path, name, depth)
            else:
                self._members(inner, path, depth)
        elif isinstance(value, str):
            if len(value) <= _MAX_TEXT and _MAYBE.search(value):
                self._in_text(value, path, name)
        elif isinstance(value, (int, float)) and value >= FIRST:
            self._in_number(value, path, name)

    def _list(self, inner: list[object], path: str, name: str, depth: int) -> None:
        """Search a list's members."""
        self._lists += 1
        for one in inner:
            if self._lists <= _JUDGED and isinstance(one, dict):
                if may_hold_new_time(one, _MAX_DEPTH - depth - 1, self._known, self._streams):
                    self._look(one, path, name, depth + 1)
                else:
                    self._looked += 1 + len(one)
            elif _may_be_time(one):
                self._look(one, path, name, depth + 1)
            elif one is not None and not isinstance(one, bool):
                self._looked += 1
        self._lists -= 1

    def _members(self, inner: Mapping[object, object], path: str, depth: int) -> None:
        """Search an object's names and members; values that cannot hold a time are only counted."""
        for key, value in inner.items():
            name = str(key)
            known = _named(name) if len(name) <= _MAX_PATH else _named.__wrapped__(name)
            if len(name) > _SHORTEST:
                if known.may_hold_time:
                    self._look(name, path, "", _MAX_DEPTH)
                else:
                    self._looked += 1
            if value is None or value is True or value is False or known.is_content:
                continue
            if _may_be_time(value):
                here = f"{path}.{name}" if path else name
                self._look(value, here if len(here) <= _MAX_PATH else "…" + here[-_MAX_PATH:], name, depth + 1)
            else:
                self._looked += 1

    def _in_number(self, value: float, path: str, name: str) -> None:
        known = _named(name)
        if known.is_time or (isinstance(value, int) and not known.is_no_time):
            self._number(value, str(value), path, seconds=known.is_time)

    def _in_text(self, text: str, path: str, name: str) -> None:
        if _DIGITS.fullmatch(text) and _named(name).is_time:
            self._number(int(text), text, path, seconds=True)
        for found in _ISO.finditer(text) if "-" in text else ():
            for timestamp in _iso(found[0], path, whole=found[0] == text):
                self._add(timestamp)
        if ("#" in text or "_" in text) and "://" not in text:
            for found in _IN_ID.finditer(text):
                note = f"Epoch milliseconds within an id{_at(path)}; what the time is of is not said."
                self._number(int(found[0]), found[0], path, seconds=False, note=note)
        plain = unquote(text)
        for found in FINDER.finditer(plain) if "::" in plain else ():
            if found["uuid"] not in self._streams and (utterance := UtteranceId.parse(found[0])):
                self._add(spoken.to_timestamp(utterance))

    def _number(self, value: float, recorded: str, path: str, *, seconds: bool, note: str = "") -> None:
        unit, factor = "milliseconds", 1000
        if not FIRST <= value / 1000 < LAST:
            unit, factor = "seconds", MICRO
            if not seconds or not FIRST <= value < LAST:
                return
        timestamp = round(value * factor)
        if timestamp in self._known:
            return
        explained = note or f"Epoch {unit}{_at(path)}; what the time is of is told by that name alone."
        meaning = UNKNOWN if note else _meaning(path)
        self._add(Timestamp(meaning, recorded, _clock(meaning), timestamp, explained))

    def _add(self, timestamp: Timestamp) -> None:
        if timestamp.timestamp is not None and timestamp.timestamp in self._known:
            return
        self._found.setdefault(timestamp.recorded if timestamp.timestamp is None else timestamp.timestamp, timestamp)
        if len(self._found) > MAX_TIMES:
            raise _EnoughError


def _is_judged(value: object) -> bool:
    """Whether a whole value is judged by its text. The members of a long list are judged one by one instead."""
    return type(value) is dict and not any(type(one) is list and len(one) > _LONG for one in value.values())


def _may_be_time(value: object) -> bool:
    """Whether a value may be a time or contain others. A quick check: most values are neither."""
    if isinstance(value, str):
        first = value[:1]
        return first in _OPENS or first.isspace() or (_LEAST <= len(value) <= _MAX_TEXT and bool(_MAYBE.search(value)))
    if value is None or value is True or value is False:
        return False
    return not isinstance(value, (int, float)) or value >= FIRST


def _inner(value: object) -> object:
    """Decode the JSON within a text; other values are returned unchanged."""
    if isinstance(value, str) and 2 <= len(value) <= _MAX_JSON and value.lstrip()[:1] in ("{", "["):
        try:
            return decode(value)
        except JsonError:
            return value
    return value


def stream(text: str | None) -> frozenset[str]:
    """The UUID of the utterance id in a text, if any."""
    found = UtteranceId.parse(text) or UtteranceId.find(text) if text else None
    return frozenset((found.uuid,)) if found else frozenset()


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
    timestamp = None if delta is None else (delta.days * 86400 + delta.seconds) * MICRO + delta.microseconds
    meaning = _meaning(path) if whole else UNKNOWN
    described = "told by that name alone" if meaning != UNKNOWN else "not said"
    yield Timestamp(
        meaning, recorded, _clock(meaning), timestamp, f"ISO 8601{where}{zone}; what the time is of is {described}."
    )


def _meaning(path: str) -> str:
    """What a time refers to, by the last name that leads to it."""
    name = path.rpartition(".")[2].lower().replace("_", "")
    return next((word for pattern, word in _MEANT if pattern.fullmatch(name)), UNKNOWN)


def _clock(meaning: str) -> Clock:
    """The service's clock for names that the service's own clients read; otherwise unknown."""
    return Clock.UNKNOWN if meaning == UNKNOWN else Clock.CLOUD


def _at(path: str) -> str:
    return f' under "{path}"' if path else ""
