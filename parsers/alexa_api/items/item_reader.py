"""Reads the members of one object of an answer; unexpected values become issues."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from parsers import local_date, written_time
from parsers.alexa_api.items.body import Body, JsonPlaces, Tokens
from parsers.formats.json.text import JsonError, decode
from parsers.record import Clock, Issue, Timestamp
from parsers.times import from_milliseconds

_ISO = re.compile(r"\d{4}-\d\d-\d\dT")
_MILLISECONDS = "Epoch milliseconds"
_EPOCH = f"{_MILLISECONDS}: "
#: A number of at least this size that is no time of our years is an issue; 0, 1 and -1 mean none.
_MAY_COUNT = 10**8
#: How databases that keep JSON write a date or a long number (MongoDB's Extended JSON).
_WRAPPED = ("$date", "$numberLong")
#: How older programs of Microsoft's write a date in JSON.
_DATED = re.compile(r"/Date\((\d{1,14})(?:[+-]\d{4})?\)/", re.ASCII)
_MOST_SECONDS = 10**11
#: Longer texts are not times.
_MAX_TIME = 64


def _of_epoch(value: object) -> tuple[int | None, str]:
    """The instant of a number, and its unit in words: milliseconds, else the only unit in which it is of our time."""
    if (timestamp := from_milliseconds(value)) is not None:
        return timestamp, _MILLISECONDS
    found = local_date.of_number(str(value))
    return (found[0], f"Epoch {found[1]}, by its size") if found else (None, "")


def _counted(value: object) -> object:
    """A number as an integer, seconds with a fraction as microseconds; other values as they are."""
    while isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _WRAPPED:
        value = next(iter(value.values()))
    if isinstance(value, str) and (dated := _DATED.fullmatch(value)):
        return int(dated[1])
    if not isinstance(value, float):
        return value
    if value.is_integer():
        return int(value)
    micro = round(value * 1_000_000) if abs(value) < _MOST_SECONDS else 0
    return micro if local_date.of_number(str(micro)) else value


def _as_found(value: object, counted: object) -> str:
    """The recorded text of a time: of a whole number its digits, however it was written."""
    return str(value if isinstance(value, float) and not value.is_integer() else counted)


@dataclass(slots=True)
class ItemReader:
    """Reads one object.

    Attributes:
        item: the object.
        tokens: the path from the root of the answer to the object.
        body: the answer.
        issues: the unexpected values found so far.
    """

    item: Mapping[str, object]
    tokens: Tokens
    body: Body
    issues: list[Issue] = field(default_factory=list)

    @property
    def locator(self) -> str:
        """The locator of the object."""
        return self.body.places.record(self.tokens)

    def issue(self, key: str, what: str) -> None:
        """Add an issue for an unexpected member."""
        tokens = (*self.tokens, key)
        self.issues.append(Issue(f"{key}: {what}.", self.body.places.value(tokens) or self.body.places.record(tokens)))

    def string(self, key: str) -> str | None:
        """The text under a key, possibly empty; None if there is none."""
        value = self.item.get(key)
        if value is None or isinstance(value, str):
            return value
        self.issue(key, "text was expected")
        return None

    def text(self, key: str) -> str | None:
        """The text under a key if it is not empty, else None."""
        return self.string(key) or None

    def created(self, key: str, note: str) -> tuple[Timestamp, ...]:
        """The creation time under a key, if any: epoch milliseconds, or ISO 8601 as some clients rewrite it."""
        value = self.item.get(key)
        if isinstance(value, str) and _ISO.match(value):
            rest = note.removeprefix(_EPOCH)
            return self.time(key, "Creation Time", f"{rest[0].upper()}{rest[1:]}" if rest != note else note)
        counted = _counted(value)
        if isinstance(counted, (bool, float, list, dict)) or (
            isinstance(counted, str) and counted and not counted.isdecimal()
        ):
            if isinstance(value, str) and self._written(value):
                return self.time(key, "Creation Time", note.removeprefix(_EPOCH))
            self.issue(key, "a whole number of milliseconds was expected")
            return ()
        timestamp, form = _of_epoch(counted)
        if timestamp is None:
            self._uncounted(key, counted)
            return ()
        if form != _MILLISECONDS:
            note = f"{form}: {note.removeprefix(_EPOCH)}"
        locator = self.body.places.value((*self.tokens, key))
        return (Timestamp("Creation Time", _as_found(value, counted), Clock.CLOUD, timestamp, note, locator),)

    def time(self, key: str, description: str, note: str) -> tuple[Timestamp, ...]:
        """The time under a key, in epoch milliseconds or ISO 8601, if any.

        Args:
            key: the member's name.
            description: plaso's term for what the time refers to.
            note: what the time refers to, ending with a full stop.
        """
        value = self.item.get(key)
        if value is None or value == "":
            return ()
        counted = _counted(value)
        if isinstance(counted, int) and not isinstance(counted, bool):
            timestamp, form = _of_epoch(counted)
            if timestamp is None:
                self._uncounted(key, counted)
                return ()
        else:
            read = self._written(counted)
            if read is None:
                self.issue(key, "a time in milliseconds or in ISO 8601 was expected")
                return ()
            timestamp, form = read.timestamp, read.note.rstrip(".")
            form = form if "ISO 8601" in form else f"ISO 8601. {form}"
        locator = self.body.places.value((*self.tokens, key))
        return (Timestamp(description, _as_found(value, counted), Clock.CLOUD, timestamp, f"{note} {form}.", locator),)

    @staticmethod
    def _written(value: object) -> written_time.WrittenTime | None:
        """A time as ISO 8601 or as some country or program writes it; None if it is none, or stands for none."""
        if not isinstance(value, str) or len(value) > _MAX_TIME:
            return None
        try:
            return written_time.read_as(value, "", utc=False)
        except (ValueError, OverflowError):
            return None

    def _uncounted(self, key: str, value: object) -> None:
        """Report a number that may count some unit, but none in which it is a time of 2010 to 2100."""
        text = str(value)
        if text.isascii() and text.isdecimal() and int(text) >= _MAY_COUNT:
            self.issue(key, f"the number {text[:40]} is no time of 2010 to 2100 in a unit that is known")

    def inner(self, key: str) -> dict[str, object]:
        """The object under a key, or in the JSON text there; empty if there is none."""
        value = self.item.get(key)
        if isinstance(value, str) and value.strip():
            try:
                value = decode(value)
            except JsonError as error:
                self.issue(key, f"not JSON ({error})")
                return {}
        if isinstance(value, dict):
            return value
        if value is not None and not (isinstance(value, str) and not value.strip()):
            self.issue(key, "an object, or a text that holds one, was expected")
        return {}

    def opened(self, key: str, value: object) -> ItemReader:
        """A reader for the object under a key, direct or as JSON text; it keeps its own issues.

        Args:
            key: the member's name.
            value: the object, decoded if it was JSON text; anything else reads as empty.
        """
        item = value if isinstance(value, dict) else {}
        tokens, places = (*self.tokens, key), self.body.places
        if isinstance(self.item.get(key), str) and isinstance(places, JsonPlaces):
            return ItemReader(item, (), replace(self.body, places=places.within_text(tokens)))
        return ItemReader(item, tokens, self.body)

    def child(self, inner: Mapping[str, object], *tokens: str | int) -> ItemReader:
        """A reader for an inner object; its issues are added to this reader's."""
        return ItemReader(inner, (*self.tokens, *tokens), self.body, self.issues)
