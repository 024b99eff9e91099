"""Read small JSON files of a device's state whole, with the times in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from parsers.alexa_api.items.body import JsonPlaces
from parsers.alexa_api.items.loaded_json import load
from parsers.parser import Source
from parsers.record import Clock, Issue, Timestamp
from parsers.small_file import MAX_BYTES
from parsers.times import from_milliseconds, utc

_TIME_NAME = re.compile(
    r"(?:.*[a-z_])?(?:[tT]ime(?:stamp)?|[dD]ate|At|Millis)(?:Utc|UTC|Ms|InMillis|Seconds)?|time[A-Z]\w*"
)
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6})\d*)?(Z|[+]00:00)?")
_MAX_DEPTH = 7
_MAX_TIMES = 50
_MILLISECONDS = "Epoch milliseconds, UTC."
_SECONDS = "Epoch seconds, UTC."
_UTC = "ISO 8601, UTC."
_UNZONED = "ISO 8601 without a zone; the zone is unknown."


@dataclass(frozen=True, slots=True)
class StateObject:
    """The content of a file.

    Attributes:
        value: its object, or the complete part of it; None if there is none.
        places: the locators of its values.
        issues: issues with the file, without excerpts, which might contain a secret.
    """

    value: dict[str, object] | None
    places: JsonPlaces
    issues: tuple[Issue, ...]


def read_object(source: Source) -> StateObject:
    """Read a file that contains a JSON object.

    Raises:
        OSError: the evidence cannot be read.
    """
    if source.size > MAX_BYTES:
        what = f"The file is longer than {MAX_BYTES} bytes, which such a file never is; it was not read."
        return StateObject(None, JsonPlaces(), (Issue(what),))
    loaded = load(source)
    issues = tuple(replace(issue, excerpt=b"") for issue in loaded.issues)
    if isinstance(loaded.value, dict):
        return StateObject(loaded.value, loaded.places, issues)
    return StateObject(None, loaded.places, issues or (Issue("A JSON object was expected."),))


def timestamps(value: Mapping[str, object], places: JsonPlaces) -> tuple[Timestamp, ...]:
    """Find times in an object by the form of name and value; at most 50. Their meaning is known only from the name."""
    return tuple(islice(_walk(value, (), places), _MAX_TIMES))


def _walk(value: object, tokens: tuple[str | int, ...], places: JsonPlaces) -> Iterator[Timestamp]:
    if len(tokens) > _MAX_DEPTH:
        return
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _walk(item, (*tokens, name), places)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, (*tokens, index), places)
    elif tokens and _TIME_NAME.fullmatch(str(tokens[-1])) and (read := _time(value)):
        timestamp, note = read
        note = f'{note} The value is named "{tokens[-1]}"; what it is the time of is not known beyond that.'
        yield Timestamp("Unknown Time", str(value), Clock.DEVICE, timestamp, note, places.record(tokens))


def _time(value: object) -> tuple[int | None, str] | None:
    if (timestamp := from_milliseconds(value)) is not None:
        return timestamp, _MILLISECONDS
    if isinstance(value, int) and not isinstance(value, bool):
        timestamp = from_milliseconds(value * 1000)
        return (timestamp, _SECONDS) if timestamp is not None else None
    found = _ISO.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    numbers = [int(part) for part in (*found.groups()[:6], (found[7] or "0").ljust(6, "0"))]
    timestamp = utc(*numbers)
    return (timestamp, _UTC) if found[8] else (None, _UNZONED)
