"""Reads the members of one object of an answer; unexpected values become issues."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from parsers import written_time
from parsers.alexa_api.items.body import Body, JsonPlaces, Tokens
from parsers.formats.json.text import JsonError, decode
from parsers.record import Clock, Issue, Timestamp
from parsers.times import from_milliseconds

_ISO = re.compile(r"\d{4}-\d\d-\d\dT")
_MILLISECONDS = "Epoch milliseconds"
_EPOCH = f"{_MILLISECONDS}: "
#: Numbers that are no milliseconds of our time, and the unit in which they are: clients rewrite what the service gave.
_OTHER_UNITS = ((1_262_304_000, 4_102_444_800, 1_000_000, "seconds"), (10**15, 4 * 10**15, 1, "microseconds"))
#: Longer texts are not times.
_MAX_TIME = 64


def _of_epoch(value: object) -> tuple[int | None, str]:
    """The instant of a number, and its unit in words: milliseconds, else the only unit in which it is of our time."""
    if (timestamp := from_milliseconds(value)) is not None:
        return timestamp, _MILLISECONDS
    text = str(value)
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 16 else 0
    for first, last, factor, unit in _OTHER_UNITS:
        if first <= number < last:
            return number * factor, f"Epoch {unit}, by its size"
    return None, ""


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
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, (bool, float, list, dict)) or (isinstance(value, str) and value and not value.isdecimal()):
            self.issue(key, "a whole number of milliseconds was expected")
            return ()
        timestamp, form = _of_epoch(value)
        if timestamp is None:
            return ()
        if form != _MILLISECONDS:
            note = f"{form}: {note.removeprefix(_EPOCH)}"
        locator = self.body.places.value((*self.tokens, key))
        return (Timestamp("Creation Time", str(value), Clock.CLOUD, timestamp, note, locator),)

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
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            timestamp, form = _of_epoch(value)
            if timestamp is None:
                return ()
        else:
            try:
                read = written_time.read(value) if isinstance(value, str) and len(value) <= _MAX_TIME else None
            except ValueError:
                read = None
            if read is None:
                self.issue(key, "a time in milliseconds or in ISO 8601 was expected")
                return ()
            timestamp, form = read.timestamp, f"ISO 8601. {read.note.rstrip('.')}"
        locator = self.body.places.value((*self.tokens, key))
        return (Timestamp(description, str(value), Clock.CLOUD, timestamp, f"{note} {form}.", locator),)

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
